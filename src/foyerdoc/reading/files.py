"""`read`: a file in, a document out, whatever the file tries."""

from __future__ import annotations

import os
import stat
import threading
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
        UsageError: the source is neither a path nor bytes, or the name or the password is not text.
    """
    raw, name = take(source, name, limits or Limits())
    return _read(raw, name, password, limits or Limits(), boxes)


def _read(
    raw: bytes, name: str, password: str | None, limits: Limits, boxes: bool, stop: threading.Event | None = None
) -> Document:
    request = {"do": "read", "password": password, "boxes": boxes}
    document = loads(worker.call(request, raw, name=name, limits=limits, stop=stop))
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

    Raises:
        UsageError: fewer than one worker, or one path in place of several.
    """
    workers = workers if workers is not None else (os.cpu_count() or 1)
    if isinstance(sources, str | bytes):
        raise UsageError("one path as sources", hint="pass a list of paths; for a single file use read()")
    if workers < 1:
        raise UsageError(f"{workers} workers", hint="give at least one, or leave it out")

    stop = threading.Event()

    def one(path: Path) -> Document | FoyerdocError:
        try:
            return _read(*take(path, None, limits or Limits()), password, limits or Limits(), boxes, stop)
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
            stop.set()  # a caller who breaks off does not wait for the files under way
            pool.shutdown(cancel_futures=True)


def take(source: str | Path | bytes, name: str | None, limits: Limits) -> tuple[bytes, str]:
    """The bytes of a source and what to call it; raises as `read` does."""
    if name is not None and not isinstance(name, str):
        raise UsageError(f"a {type(name).__name__} as name", hint="pass a str")
    if isinstance(source, bytes):
        raw, name = bytes(source), _printable(name or "document")
        _check_size(len(raw), name, limits)
    elif isinstance(source, str | os.PathLike):
        path = Path(source)
        name = _printable(name or path.name or str(path))
        raw = _bytes_at(path, name, limits)
    else:
        raise UsageError(f"a {type(source).__name__} as source", hint="pass a path or bytes; of an open file, what it read()s")
    if not raw:
        raise EmptyFile(f"{name}: an empty file", hint="check how it was copied or sent")
    return raw, name


def _bytes_at(path: Path, name: str, limits: Limits) -> bytes:
    try:
        # A pipe without a writer must not hold the caller up; for files the flag means nothing.
        with open(path, "rb", opener=lambda path, flags: os.open(path, flags | os.O_NONBLOCK)) as stream:
            found = os.fstat(stream.fileno())
            if not stat.S_ISREG(found.st_mode):
                raise ReadError(f"{name}: not a regular file", hint="save what it yields as a file, or pass the bytes")
            _check_size(found.st_size, name, limits)
            raw = stream.read(limits.file_bytes + 1)  # it may have grown, and some files of the system state no size
    except (OSError, ValueError) as error:  # ValueError: characters that no path can have
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "not a possible path"
        raise ReadError(f"{name}: {reason}", hint="check the path and its rights") from error
    _check_size(len(raw), name, limits)
    return raw


def _check_size(size: int, name: str, limits: Limits) -> None:
    if size > limits.file_bytes:
        raise LimitExceeded(f"{name}: {size} bytes, the limit is {limits.file_bytes}", hint="raise Limits.file_bytes")


def _printable(name: str) -> str:
    """A name that can be written as UTF-8: bytes of a path that are none become escapes, so that names stay different."""
    return name.encode("utf-8", "backslashreplace").decode()
