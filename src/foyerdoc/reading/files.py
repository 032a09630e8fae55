"""`read`: a file in, a document out, whatever the file tries."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import orjson

from foyerdoc.documents import Document
from foyerdoc.errors import EmptyFile, FoyerdocError, LimitExceeded, ReadError, UsageError
from foyerdoc.reading import worker
from foyerdoc.reading.geometry import PdfGeometry, Word
from foyerdoc.serialization import loads
from foyerdoc.settings import Limits

_PDF = "application/pdf"


def read(
    source: str | Path | bytes,
    *,
    name: str | None = None,
    password: str | None = None,
    limits: Limits | None = None,
    boxes: bool = False,
) -> Document:
    """Read a file of any supported kind into a `Document`. The kind is told from the content, not from the name.

    The file is parsed in a process of its own that is killed when it overruns `limits.seconds`; processes are kept
    for the next file. May be called from several threads.

    Args:
        source: a path, or the file's bytes.
        name: what to call the document; the path's last part by default.
        password: for encrypted files.
        limits: how much the file may cost; `Limits()` by default.
        boxes: compute the boxes of all words now. Otherwise `document.boxes` asks the file when it is first called,
            for which a PDF's bytes are kept with the document.

    Raises:
        EncryptedFile, DamagedFile, EmptyFile, UnsupportedFile, LimitExceeded: what each says.
        MissingDependency: the format needs a program that is not installed; the hint is the command that installs it.
        ReadError: the path is not a readable file.
    """
    limits = limits or Limits()
    raw, name = _take(source, name, limits)
    request = {"do": "read", "password": password, "boxes": boxes}
    document = loads(worker.call(request, raw, name=name, limits=limits))
    if document.media_type != _PDF or boxes or not document.pages:
        return document

    def ask(pages: list[int]) -> Mapping[int, list[Word]]:
        answer = worker.call({"do": "words", "password": password, "pages": pages}, raw, name=name, limits=limits)
        return {int(page): [tuple(word) for word in words] for page, words in orjson.loads(answer).items()}

    return replace(document, geometry=PdfGeometry(document.text, document.pages, ask, document.geometry))


def read_many(
    sources: Iterable[str | Path],
    *,
    workers: int | None = None,
    password: str | None = None,
    limits: Limits | None = None,
    boxes: bool = False,
) -> Iterator[tuple[Path, Document | FoyerdocError]]:
    """Read files with several processes at once.

    Args:
        sources: paths.
        workers: how many processes; one per core by default.
        password, limits, boxes: as for `read`.

    Yields:
        Each path in the order given, with its document or the error that `read` raised. At most twice as many
        documents as workers wait in memory.
    """
    workers = workers if workers is not None else (os.cpu_count() or 1)
    if workers < 1:
        raise UsageError(f"{workers} workers", hint="give at least one, or leave it out")

    def one(path: Path) -> Document | FoyerdocError:
        try:
            return read(path, password=password, limits=limits, boxes=boxes)
        except FoyerdocError as error:
            return error

    with ThreadPoolExecutor(workers) as pool:
        waiting: list[tuple[Path, Future[Document | FoyerdocError]]] = []
        try:
            for source in sources:
                waiting.append((Path(source), pool.submit(one, Path(source))))
                if len(waiting) >= 2 * workers:
                    path, result = waiting.pop(0)
                    yield path, result.result()
            for path, result in waiting:
                yield path, result.result()
        finally:
            pool.shutdown(cancel_futures=True)


def _take(source: str | Path | bytes, name: str | None, limits: Limits) -> tuple[bytes, str]:
    if isinstance(source, bytes):
        raw, name = source, name or "document"
    else:
        path = Path(source)
        name = name or path.name
        try:
            if path.stat().st_size > limits.file_bytes:
                raise LimitExceeded(
                    f"{name}: {path.stat().st_size} bytes, the limit is {limits.file_bytes}", hint="raise Limits.file_bytes"
                )
            raw = path.read_bytes()
        except OSError as error:
            raise ReadError(
                f"{name}: {error.strerror or type(error).__name__}", hint="check the path and its rights"
            ) from error
    if not raw:
        raise EmptyFile(f"{name}: an empty file", hint="check how it was copied or sent")
    if len(raw) > limits.file_bytes:
        raise LimitExceeded(f"{name}: {len(raw)} bytes, the limit is {limits.file_bytes}", hint="raise Limits.file_bytes")
    return raw, name
