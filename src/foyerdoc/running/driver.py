"""The one loop of all engines: what is to be done, what is done, what goes where.

A content is settled in this order, so that a kill at any moment loses nothing and doubles nothing:

1. its document goes into the index, which knows what it has already;
2. its rows go into a part of the table, a file that is whole or absent;
3. the ledger says, in one transaction, that these contents are settled and that this part counts.

What was killed between is done again: the index skips it, and parts that do not count are deleted.
"""

from __future__ import annotations

import hashlib
import os
import stat
import time
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, Protocol

from foyerdoc.errors import FoyerdocError, IndexBusy, UsageError
from foyerdoc.index import Index
from foyerdoc.running import tables
from foyerdoc.running.job import Job
from foyerdoc.running.ledger import Entry, Ledger
from foyerdoc.running.received import Received
from foyerdoc.running.stages import Failure, File, Parcel, Result, unpacked
from foyerdoc.serialization import printable

Engines = Literal["local", "ray"]

_TOGETHER: Final = 8
"""Files that a worker is given at a time."""

_TOLD: Final = 1_000
"""Files that need no worker, of which a resumed run has millions: they are told of before more are looked at."""

_DEATHS: Final = 3
"""Workers that may die on a file before it is a dead letter. After the first it is given alone: the others are innocent."""

_PART: Final = 2_000  # rows
_EVERY: Final = 60.0  # seconds after which a part is written, however short


class Engine(Protocol):
    """Where workers are. Each takes files through `stages.read` and `stages.Worker`."""

    @property
    def room(self) -> int:
        """How many more times `give` may be called now."""

    def give(self, files: Sequence[File]) -> None:
        """Have some files done."""

    def take(self) -> tuple[Sequence[File], Parcel | None]:
        """Wait for some files that were given: what `stages.unpacked` takes, or None when their worker died on them."""

    def close(self) -> None:
        """End all workers."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of one file.

    Attributes:
        path: the file.
        state: "done", maybe with failures; "failed" when nothing of it could be read; "same" when another file has the
            same content; "before" when an earlier run settled it.
        failures: what went wrong with it.
    """

    path: Path
    state: Literal["done", "failed", "same", "before"]
    failures: tuple[Failure, ...] = ()


def run(
    paths: Iterable[Path],
    out: Path,
    job: Job,
    *,
    engine: Engines | Engine = "local",
    workers: int | None = None,
    again: bool = False,
) -> Iterator[Settled]:
    """Take files through a pipeline, each content once, in whatever order they are done.

    Called again with the same folder it goes on where the last run ended, however that was.

    Args:
        paths: files.
        out: folder for what comes out: `documents/` (Parquet), `files.parquet`, `dead-letters.parquet`, `index/`.
        job: what is done.
        engine: "local" for processes of this machine, "ray" for a cluster's (or this machine's) workers, or one of your own.
        workers: how many; one per core by default.
        again: try those once more that failed in an earlier run.

    Yields:
        What became of each file.

    Raises:
        UsageError: the folder is another job's, or the job asks for what is not there.
        IndexBusy: another run writes to the folder; or the disk is full: run again.
        MissingDependency: Parquet's or the engine's package is not installed.
    """
    tables.load_arrow()
    if workers is not None and workers < 1:
        raise UsageError(f"{workers} workers", hint="give at least one, or leave it out")
    out.mkdir(parents=True, exist_ok=True)
    with _alone(out), ExitStack() as open_:
        ledger = open_.enter_context(closing(Ledger(out / "ledger.sqlite", job.digest())))
        if again:
            ledger.forget_failed()
        embedder = Received(job.make_embedder())
        index = None
        if job.index:
            opened = Index.open(out / "index", embedder=embedder, max_tokens=job.max_tokens, overlap=job.overlap)
            index = open_.enter_context(opened)
        sink = _Sink(out, ledger, index, embedder)
        made = start(engine, job, workers or os.cpu_count() or 1) if isinstance(engine, str) else engine
        with closing(made):
            yield from _Driver(made, ledger, sink).run(paths)
        sink.finish()


class _Driver:
    """Which content is where."""

    def __init__(self, engine: Engine, ledger: Ledger, sink: _Sink) -> None:
        self._engine, self._ledger, self._sink = engine, ledger, sink
        self._under_way: set[str] = set()
        self._suspects: deque[File] = deque()
        self._deaths: Counter[str] = Counter()

    def run(self, paths: Iterable[Path]) -> Iterator[Settled]:
        left = iter(paths)
        given = 0
        while True:
            while self._engine.room:
                files, settled = self._next(left)
                yield from settled
                if files:
                    self._engine.give(files)
                    given += 1
                elif not settled:
                    break
            if not given:
                break
            finished, parcel = self._engine.take()
            given -= 1
            if parcel is None:
                yield from self._died(finished)
            else:
                yield from self._answered(finished, parcel)
        self._sink.flush()

    def _next(self, left: Iterator[Path]) -> tuple[list[File], list[Settled]]:
        """Files for one worker, and what became of those before them that need none; neither when all are through."""
        if self._suspects:
            return [self._suspects.popleft()], []
        files: list[File] = []
        settled: list[Settled] = []
        for path in left:
            claimed = self._claim(path)
            if isinstance(claimed, File):
                files.append(claimed)
            else:
                settled.append(claimed)
            if len(files) == _TOGETHER or len(settled) == _TOLD:
                break
        return files, settled

    def _claim(self, path: Path) -> File | Settled:
        """The file's content as one to be done, if it is new."""
        try:
            found = path.stat()
            if not stat.S_ISREG(found.st_mode):
                raise OSError(None, "not a regular file")
            digest = self._ledger.seen(path, found.st_size, found.st_mtime_ns)
            before = digest is not None
            if digest is None:
                with path.open("rb") as stream:
                    digest = hashlib.file_digest(stream, "sha256").hexdigest()
                self._ledger.note(path, found.st_size, found.st_mtime_ns, digest)
        except OSError as error:
            name = printable(path.name)
            failure = Failure(name, "unreadable_file", f"{name}: {error.strerror}", "check the path and its rights")
            self._ledger.refuse(path, failure)
            return Settled(path, "failed", (failure,))
        if self._ledger.state(digest) is not None:
            return Settled(path, "before" if before else "same")
        if digest in self._under_way or digest in self._sink:
            return Settled(path, "same")
        self._under_way.add(digest)
        return File(path, digest)

    def _answered(self, files: Sequence[File], parcel: Parcel) -> Iterator[Settled]:
        for file, result in zip(files, unpacked(parcel), strict=True):
            self._sink.take(file, result)
            self._under_way.remove(file.digest)
            yield Settled(file.path, "done" if result.rows else "failed", tuple(result.failures))

    def _died(self, files: Sequence[File]) -> Iterator[Settled]:
        for file in files:
            self._deaths[file.digest] += 1
            if self._deaths[file.digest] < _DEATHS:
                self._suspects.append(file)
                continue
            name = printable(file.path.name)
            failure = Failure(
                name, "worker_died", f"{name}: {_DEATHS} workers died on it", "give workers more memory, or look at the file"
            )
            self._sink.take(file, Result(file.digest, [], [failure], None, {}, {}))
            self._under_way.remove(file.digest)
            yield Settled(file.path, "failed", (failure,))


class _Sink:
    """The index, the tables and the ledger, in the order that survives a kill."""

    def __init__(self, out: Path, ledger: Ledger, index: Index | None, embedder: Received) -> None:
        self._out, self._ledger, self._index, self._embedder = out, ledger, index, embedder
        self._entries: dict[str, Entry] = {}
        self._rows: list[dict[str, Any]] = []
        self._last = time.monotonic()
        parts = ledger.parts()
        self._part = max(parts, default=0)
        for path in (out / "documents").glob("part-*.parquet"):
            if int(path.stem.partition("-")[2]) not in parts:
                path.unlink()

    def __contains__(self, digest: str) -> bool:
        """Whether a content is kept here and the ledger does not know yet."""
        return digest in self._entries

    def take(self, file: File, result: Result) -> None:
        """Keep what became of a content."""
        failures = list(result.failures)
        if self._index is not None and result.document is not None:
            self._embedder.receive(result.vectors)
            try:
                self._index.add([result.document], metadata=result.tags)
            except IndexBusy:
                raise
            except FoyerdocError as error:
                failures.append(Failure(result.document.name, error.code, error.message, error.hint))
        self._rows += result.rows
        self._entries[result.digest] = Entry(result.digest, file.path, failures, done=bool(result.rows))
        if len(self._rows) >= _PART or time.monotonic() - self._last > _EVERY:
            self.flush()

    def flush(self) -> None:
        """Write what is in memory."""
        part = None
        if self._rows:
            part = self._part = self._part + 1
            tables.write_table(self._out / "documents" / f"part-{part:06}.parquet", tables.DOCUMENTS, self._rows)
        if self._entries:
            self._ledger.settle(self._entries.values(), part)
        self._entries, self._rows, self._last = {}, [], time.monotonic()

    def finish(self) -> None:
        """Write the tables that are of the whole run."""
        tables.write_table(self._out / "files.parquet", tables.FILES, self._ledger.files())
        tables.write_table(self._out / "dead-letters.parquet", tables.DEAD_LETTERS, self._ledger.failures())


def start(name: Engines, job: Job, workers: int) -> Engine:
    """An engine with so many workers.

    Raises:
        MissingDependency: its package is not installed.
    """
    if name == "ray":
        from foyerdoc.running.cluster import RayEngine

        return RayEngine(job, workers)
    from foyerdoc.running.local import LocalEngine

    return LocalEngine(job, workers)


@contextmanager
def _alone(out: Path) -> Iterator[None]:
    """A lock on the folder; the system drops that of a process that dies."""
    from filelock import FileLock, Timeout

    lock = FileLock(out / ".lock")
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise IndexBusy(f"another run writes to {out}", hint="wait for its end, or name another folder") from error
    try:
        yield
    finally:
        lock.release()
