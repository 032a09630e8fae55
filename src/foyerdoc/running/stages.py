"""What a worker does with files: read and clean them, then label, extract and embed. No model is needed for the first.

What travels between stages and to the driver is a parcel, a list of byte strings: the first is JSON, the others what it
speaks of. Nothing is pickled.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson
from numpy.typing import NDArray

from foyerdoc.documents import Document
from foyerdoc.errors import FoyerdocError, ReadError, by_code
from foyerdoc.index.members import embedded_texts
from foyerdoc.pipeline import Outcome, outcomes_of, read_files, tags_of
from foyerdoc.serialization import as_json, dumps, loads, printable

if TYPE_CHECKING:
    from foyerdoc.running.job import Job
    from foyerdoc.settings import Limits

Parcel = list[bytes]


@dataclass(frozen=True, slots=True)
class File:
    """One content to be processed.

    Attributes:
        path: a file that holds it.
        digest: its SHA-256, hexadecimal; a document's id.
    """

    path: Path
    digest: str


@dataclass(frozen=True, slots=True)
class Failure:
    """One error of one document: what the dead letters are made of."""

    name: str
    code: str
    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one content.

    Attributes:
        digest: the content's.
        rows: a row of the table of documents for the document and each attachment.
        failures: what went wrong with it; without any row nothing could be read.
        document: for the index; None when it is not to be indexed.
        tags: its metadata there.
        vectors: its chunks' embeddings, by `text_key`.
    """

    digest: str
    rows: list[dict[str, Any]]
    failures: list[Failure]
    document: Document | None
    tags: Mapping[str, str]
    vectors: Mapping[bytes, NDArray[np.float32]]


def read(files: Sequence[File], limits: Limits) -> Parcel:
    """The first stage: files into cleaned documents with the boxes of their words."""
    entries: list[dict[str, Any]] = []
    documents: Parcel = []
    outcomes = read_files([file.path for file in files], workers=1, limits=limits, boxes=True)
    for file, (first, *_) in zip(files, outcomes, strict=True):
        error, body = first.error, b""
        if first.document is not None:
            if first.document.id != file.digest:
                message = f"{printable(file.path.name)}: changed while the run was under way"
                error = ReadError(message, hint="run again: it is taken as it is then")
            else:
                try:
                    body = dumps(first.document, boxes=True)
                except FoyerdocError as caught:
                    error = caught
        entries.append({"path": sent(file.path), "digest": file.digest, "seconds": first.seconds, "error": as_json(error)})
        documents.append(body)
    return [orjson.dumps(entries), *documents]


class Worker:
    """The other stages. Its models are loaded once.

    Args:
        job: what is done.
    """

    def __init__(self, job: Job) -> None:
        self._job = job
        self._embedder = job.make_embedder()
        self._pipeline = job.make_pipeline(self._embedder)

    def understand(self, parcel: Parcel) -> Parcel:
        """Label and extract what `read` has read, and embed its chunks where there is an index.

        Returns:
            What `unpacked` takes.
        """
        entries, bodies = orjson.loads(parcel[0]), parcel[1:]
        files = [list(_outcomes(entry, body)) for entry, body in zip(entries, bodies, strict=True)]
        answers: list[dict[str, Any]] = []
        parts: Parcel = []
        for entry, body, outcomes in zip(entries, bodies, self._understood(entries, files), strict=True):
            try:
                answer, indexed = self._answer(entry, body, outcomes)
            except Exception as error:  # noqa: BLE001 - the worker's boundary
                answer, indexed = self._answer(entry, body, [_stopped(entry, error)])
            answers.append(answer)
            parts += indexed
        return [orjson.dumps(answers), *parts]

    def _understood(
        self, entries: Sequence[Mapping[str, Any]], files: Sequence[Sequence[Outcome]]
    ) -> Sequence[Sequence[Outcome]]:
        """The outcomes of each file. What no stage knows how to fail of, one file's memory say, fails that file alone."""
        try:
            return self._pipeline.understand(files)
        except Exception:  # noqa: BLE001 - the worker's boundary
            return [self._understood_alone(entry, outcomes) for entry, outcomes in zip(entries, files, strict=True)]

    def _understood_alone(self, entry: Mapping[str, Any], outcomes: Sequence[Outcome]) -> Sequence[Outcome]:
        try:
            return self._pipeline.understand([outcomes])[0]
        except Exception as error:  # noqa: BLE001 - the worker's boundary
            return [_stopped(entry, error)]

    def _answer(self, entry: Mapping[str, Any], body: bytes, outcomes: Sequence[Outcome]) -> tuple[dict[str, Any], Parcel]:
        """What is told of one file, and what the index needs."""
        rows = [_row(entry["digest"], outcome) for outcome in outcomes if outcome.document is not None]
        failures = [{"name": one.name, **as_json(one.error)} for one in outcomes if one.error is not None]
        indexed = outcomes[0].document if self._job.index else None
        parts = [b"", b"", b""] if indexed is None else [body, *self._embedded(indexed)]
        return {"digest": entry["digest"], "rows": rows, "failures": failures, "tags": tags_of(outcomes[0])}, parts

    def _embedded(self, document: Document) -> tuple[bytes, bytes]:
        """The keys of a document's texts, 16 bytes each, and their vectors as float32."""
        texts = embedded_texts(document, self._embedder, max_tokens=self._job.max_tokens, overlap=self._job.overlap)
        vectors = self._embedder.embed_documents(texts) if texts else np.empty((0, 0), np.float32)
        return b"".join(map(text_key, texts)), vectors.astype("<f4").tobytes()


def unpacked(parcel: Parcel) -> Iterator[Result]:
    """What `Worker.understand` found of each file."""
    parts = iter(parcel[1:])
    for answer, body, keys, numbers in zip(orjson.loads(parcel[0]), parts, parts, parts, strict=True):
        texts = [keys[at : at + 16] for at in range(0, len(keys), 16)]
        vectors = np.frombuffer(numbers, "<f4").reshape(len(texts), -1) if texts else np.empty((0, 0), np.float32)
        yield Result(
            answer["digest"],
            answer["rows"],
            [Failure(**one) for one in answer["failures"]],
            loads(body) if body else None,
            answer["tags"],
            dict(zip(texts, vectors, strict=True)),
        )


def text_key(text: str) -> bytes:
    """16 bytes that stand for a text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:16]


def sent(path: Path) -> str:
    """A path as a text that JSON can hold, whatever its bytes."""
    return os.fsencode(path).decode("latin-1")


def received(path: str) -> Path:
    """The path that `sent` was given."""
    return Path(os.fsdecode(path.encode("latin-1")))


def _outcomes(entry: Mapping[str, Any], body: bytes) -> Iterator[Outcome]:
    path = received(entry["path"])
    if entry["error"] is not None:
        code, message, hint = (entry["error"][part] for part in ("code", "message", "hint"))
        yield Outcome(path, printable(path.name), error=by_code(code)(message, hint=hint), seconds=entry["seconds"])
    else:
        yield from outcomes_of(path, loads(body), entry["seconds"])


def _stopped(entry: Mapping[str, Any], error: Exception) -> Outcome:
    path = received(entry["path"])
    name = printable(path.name)
    reason = FoyerdocError(f"{name}: could not be processed ({type(error).__name__})", hint="run again with --again")
    return Outcome(path, name, error=reason, seconds=entry["seconds"])


def _row(digest: str, outcome: Outcome) -> dict[str, Any]:
    """One document as a row of `tables.DOCUMENTS`."""
    document, prediction, extraction = outcome.document, outcome.prediction, outcome.extraction
    assert document is not None  # noqa: S101 - for the type checker: the caller asks
    return {
        "content": digest,
        "file": printable(str(outcome.path)),
        "name": outcome.name,
        "document": document.id,
        "media_type": document.media_type,
        "language": document.language,
        "pages": len(document.pages),
        "text": printable(document.text),
        "labels": list(prediction.path) if prediction else None,
        "confidence": prediction.confidence if prediction else None,
        "decision": prediction.decision if prediction else None,
        "fields": orjson.dumps(as_json(extraction)).decode() if extraction else None,
        "issues": orjson.dumps(as_json(document.issues)).decode(),
        "error": outcome.error.code if outcome.error else None,
        "seconds": sum(outcome.seconds.values()),
    }
