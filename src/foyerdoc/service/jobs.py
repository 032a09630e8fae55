"""Accepted files through the pipeline, in threads of their own, so that uploads answer at once.

Everything that a thread has to know is in the ledger: the process may be killed at any moment. What it did by then is done
again by the next one, and comes out the same, because the index and the ledger hold each document once, by its hash.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

from foyerdoc.documents import Document, Issue
from foyerdoc.errors import FoyerdocError
from foyerdoc.pipeline import Outcome
from foyerdoc.serialization import as_json
from foyerdoc.service.entries import Job, State
from foyerdoc.service.library import Library
from foyerdoc.service.monitoring import Metrics

logger = logging.getLogger("foyerdoc.service")

T = TypeVar("T")

STAGES: Final = ("read", "clean", "classify", "extract", "index")

_PATIENCE: Final = 5.0  # seconds between looks at whether the disk has room again


class _Stopped(Exception):
    """The job was cancelled, or the service ends."""


class Jobs:
    """The threads that work on what the ledger has queued."""

    def __init__(self, library: Library, metrics: Metrics) -> None:
        self._library = library
        self._ledger = library.ledger
        self._metrics = metrics
        self._threads: list[threading.Thread] = []
        self._news = threading.Event()
        self._ending = threading.Event()

    def start(self) -> None:
        """Go on where the last process stopped."""
        self._library.tidy()
        interrupted = self._ledger.recover()
        if interrupted:
            logger.info("jobs interrupted=%d queued again", interrupted)
        for number in range(self._library.configuration.workers):
            thread = threading.Thread(target=self._work, name=f"foyerdoc-job-{number}", daemon=True)
            thread.start()
            self._threads.append(thread)

    def wake(self) -> None:
        """Say that something was queued."""
        self._news.set()

    def stop(self) -> None:
        """End at the next stage of what runs, which is queued again for the next process."""
        self._ending.set()
        self._news.set()
        for thread in self._threads:
            thread.join()

    def alive(self) -> bool:
        """Whether all threads work."""
        return bool(self._threads) and all(thread.is_alive() for thread in self._threads)

    def _work(self) -> None:
        while not self._ending.is_set():
            self._news.clear()
            job = self._written(self._ledger.take)
            if job is None:
                # Two threads may clear one word of news: none sleeps for long on it.
                self._news.wait(5)
            else:
                self._run(job)

    def _run(self, job: Job) -> None:
        shelf = self._library.shelf(job.collection)
        try:
            with self._metrics.job():
                outcomes = list(shelf.pipeline(lambda _path, stage: self._reach(job, stage)).run([shelf.file(job.document)]))
            first = outcomes[0]
            result, error = _result(outcomes), None if first.error is None else as_json(first.error)
            state: State = "failed" if first.document is None else "done"
            self._written(lambda: shelf.finish(job.document, lambda: self._ledger.end(job, state, result=result, error=error)))
        except _Stopped:
            state = "cancelled"
            if self._ending.is_set():
                state = "queued"
                self._written(lambda: self._ledger.put_back(job.id))
            else:
                self._written(lambda: self._ledger.end(job, "cancelled"))
        except Exception as caught:  # noqa: BLE001 - a thread that ends would leave all other documents waiting
            state = "failed"
            error = _unexpected(caught)
            self._written(lambda: self._ledger.end(job, "failed", result={"error": error}, error=error))
        self._metrics.ended(state)
        logger.info("job id=%s collection=%s state=%s tries=%d", job.id, job.collection, state, job.tries)

    def _reach(self, job: Job, stage: str) -> None:
        if not self._written(lambda: self._ledger.reach(job.id, stage)) or self._ending.is_set():
            raise _Stopped

    def _written(self, write: Callable[[], T]) -> T | None:
        """What a change of the ledger gives. On a full disk it waits for room; None when the service ends before."""
        while True:
            try:
                return write()
            except sqlite3.OperationalError as error:
                logger.error("the ledger cannot be written (%s): waiting", error)
                if self._ending.wait(_PATIENCE):
                    return None  # the next start finds what was under way, as after a kill


def progress(job: Job) -> float:
    """How far a job is, 0 to 1, by its stages."""
    if job.state in ("queued", "cancelled"):
        return 0.0
    return STAGES.index(job.stage) / len(STAGES) if job.state == "running" else 1.0


def _unexpected(error: Exception) -> dict[str, str]:
    if isinstance(error, FoyerdocError):
        return {"code": error.code, "message": error.message, "hint": error.hint}
    # What others' exceptions say may be text of the document.
    logger.error("unexpected %s in a job", type(error).__name__)
    return {
        "code": "internal_error",
        "message": f"an unexpected {type(error).__name__}",
        "hint": "read the file alone to see it",
    }


def _result(outcomes: list[Outcome]) -> dict[str, Any]:
    """What is kept of a document and its attachments: all but the text, which the index has."""
    first, *attached = outcomes
    return {
        **_found(first),
        "seconds": {stage: round(spent, 3) for stage, spent in first.seconds.items()},
        "attachments": [{"id": one.document.id, "name": one.name, **_found(one)} for one in attached if one.document],
    }


def _found(outcome: Outcome) -> dict[str, Any]:
    document = outcome.document
    return {
        "media_type": document.media_type if document else None,
        "language": document.language if document else None,
        "pages": [[page.number, page.width, page.height] for page in document.pages] if document else [],
        "issues": as_json(_issues(document)) if document else [],
        "prediction": as_json(outcome.prediction),
        "extraction": as_json(outcome.extraction),
        "error": as_json(outcome.error),
    }


def _issues(document: Document) -> tuple[Issue, ...]:
    return document.issues


def path_name(name: str) -> str:
    """What a file may be called on disk: the last part of what it was called, without what systems or shells stumble over."""
    last = Path(name.replace("\\", "/")).name
    plain = "".join(c for c in last if c.isprintable() and c not in '/\\:*?"<>|').strip(" .")
    encoded = plain.encode("utf-8", "ignore")
    if len(encoded) > 200:
        stem, dot, suffix = plain.rpartition(".")
        suffix = dot + suffix if dot and len(suffix) < 12 else ""
        plain = (stem or plain).encode("utf-8", "ignore")[: 200 - len(suffix.encode())].decode("utf-8", "ignore") + suffix
    return plain or "document"
