"""From a file's bytes to a document, in this process. `files.read` does the same in a process that can be killed."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module

from foyerdoc.documents import Document
from foyerdoc.errors import DamagedFile, EmptyFile, LimitExceeded, ReadError, UnsupportedFile
from foyerdoc.language import with_languages
from foyerdoc.reading.assembly import Assembly
from foyerdoc.reading.formats import READERS
from foyerdoc.reading.sniffing import sniff
from foyerdoc.settings import Limits


def parse(
    raw: bytes, name: str, *, password: str | None = None, limits: Limits | None = None, boxes: bool = False, depth: int = 0
) -> Document:
    """Read a file of any kind.

    Args:
        raw: the file's bytes.
        name: its name; used for messages, and where the content leaves the kind of a text file open.
        password: for encrypted files.
        limits: what the reading may cost; time and memory are the caller's to enforce.
        boxes: compute the boxes of all words now.
        depth: how many files this one stands in.

    Raises:
        ReadError: it could not become a document; the subclass says why.
        MissingDependency: the format needs a program that is not installed.
    """
    limits = limits or Limits()
    if not raw:
        raise EmptyFile(f"{name}: an empty file", hint="check how it was copied or sent")
    if len(raw) > limits.file_bytes:
        raise LimitExceeded(f"{name}: {len(raw)} bytes, the limit is {limits.file_bytes}", hint="raise Limits.file_bytes")
    media_type = sniff(raw, name)
    if media_type not in READERS:
        raise UnsupportedFile(f"{name}: no reader for {media_type}", hint="docs/formats.md lists what can be read")

    def read_child(content: bytes, child: str) -> Document:
        if depth >= limits.attachment_depth:
            raise LimitExceeded(
                f"{child}: attached {depth + 1} levels deep, the limit is {limits.attachment_depth}",
                hint="raise Limits.attachment_depth",
            )
        # A child's bytes stay in this process, so its boxes are computed now.
        return parse(content, child, password=password, limits=limits, boxes=True, depth=depth + 1)

    module, function = READERS[media_type]
    assembly = Assembly(raw, name, limits, read_child, password, boxes)
    try:
        document: Document = getattr(import_module(module), function)(assembly)
    except MemoryError as error:
        raise LimitExceeded(
            f"{name}: needs more than {limits.memory_bytes} bytes of memory",
            hint="raise Limits.memory_bytes, or split the file",
        ) from error
    except RecursionError as error:
        raise DamagedFile(f"{name}: nested too deeply", hint="save it again with the program that made it") from error
    except (ReadError, OSError) as error:
        if isinstance(error, ReadError):
            raise
        raise DamagedFile(f"{name}: could not be parsed ({type(error).__name__})", hint=_OPEN_IT) from error
    except (ArithmeticError, AssertionError, AttributeError, LookupError, RuntimeError, TypeError, ValueError) as error:
        raise DamagedFile(f"{name}: could not be parsed ({type(error).__name__})", hint=_OPEN_IT) from error
    blocks, language = with_languages(document.blocks, document.text)
    return replace(document, blocks=blocks, language=language)


_OPEN_IT = "open it in its own program; if that fails too, ask the sender for it again"
