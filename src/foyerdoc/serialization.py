"""Documents as JSON, to be stored and to cross process boundaries: compact, fast, every field kept.

    {"format": "foyerdoc.document", "version": 1, "document": {...}}

Blocks, pages and the like are arrays of numbers and short strings in the order of their fields, spans two numbers,
a page's words six numbers each (start, end, and the box in tenths of a point).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date, time
from decimal import Decimal
from enum import Enum
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import Any, get_args

import orjson
from pydantic import BaseModel

from foyerdoc.documents import (
    Alignment,
    Block,
    BlockKind,
    Box,
    Document,
    Geometry,
    HiddenText,
    Issue,
    OutlineEntry,
    Page,
    Removal,
    Span,
)
from foyerdoc.errors import DamagedFile, FoyerdocError, UsageError

FORMAT = "foyerdoc.document"
VERSION = 1

# A block's kind is its place in this tuple, so kinds may be added at the end only.
_KINDS: tuple[BlockKind, ...] = get_args(BlockKind)
_KIND_NUMBERS = {kind: number for number, kind in enumerate(_KINDS)}

# Left out of what people and programs are shown: what only makes sense within the process, and the text twice.
_INTERNAL = {"geometry", "source", "alignment"}


@dataclass(slots=True)
class StoredGeometry:
    """Where words stand, as it was stored with the document: to a tenth of a point.

    A page's words are made into boxes when they are first asked for.
    """

    numbers: dict[int, list[int]]
    _words: dict[int, tuple[tuple[int, int, Box], ...]] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, words: Mapping[int, Sequence[tuple[int, int, Box]]]) -> StoredGeometry:
        """Words that a reader has placed, by page, in text order."""
        return cls({}, {page: tuple(placed) for page, placed in words.items()})

    def words(self, page: int) -> Sequence[tuple[int, int, Box]]:
        """The page's words in text order: start and end in the text as read, and the box. Empty for an unknown page."""
        if page not in self._words:
            six = iter(self.numbers.get(page, ()))
            self._words[page] = tuple(
                (start, end, Box(page, x0 / 10, y0 / 10, x1 / 10, y1 / 10))
                for start, end, x0, y0, x1, y1 in zip(six, six, six, six, six, six, strict=True)
            )
        return self._words[page]


def dumps(document: Document, *, boxes: bool = False) -> bytes:
    """A document as JSON bytes in UTF-8.

    Args:
        document: as read or cleaned; its source and attachments go with it.
        boxes: ask the geometry for the words of every page and store them; without it a loaded document answers no boxes.

    Raises:
        UsageError: a string holds half a character (a lone surrogate), which no UTF-8 file can.
    """
    try:
        return orjson.dumps({"format": FORMAT, "version": VERSION, "document": _document(document, boxes)})
    except orjson.JSONEncodeError as error:
        raise UsageError(
            f"{document.name!a}: the document does not fit into JSON", hint="replace lone surrogates in its strings"
        ) from error


def loads(data: bytes) -> Document:
    """The document that `dumps` was given. Sequences come back as tuples, the geometry as `StoredGeometry` or None.

    Raises:
        DamagedFile: it is not what `dumps` writes, or of another version.
    """
    try:
        outer = orjson.loads(data)
        kind, version = outer["format"], outer["version"]
    except (ValueError, KeyError, TypeError) as error:
        raise DamagedFile("not a stored document", hint="read the original file again") from error
    if kind != FORMAT or version != VERSION:
        raise DamagedFile(
            f"a stored document of version {VERSION} was expected, not {kind!a} version {version!a}",
            hint="read the original file again with this version of foyerdoc",
        )
    try:
        return _load_document(outer["document"])
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise DamagedFile("a stored document is damaged", hint="read the original file again") from error


def as_json(value: Any) -> Any:
    """A result as plain lists, dictionaries, strings and numbers."""
    if is_dataclass(value) and not isinstance(value, type):
        named = ((f.name, getattr(value, f.name)) for f in fields(value) if not f.name.startswith("_"))
        return {name: as_json(part) for name, part in named if name not in _INTERNAL}
    if isinstance(value, FoyerdocError):
        return {"code": value.code, "message": value.message, "hint": value.hint}
    if isinstance(value, BaseModel):
        return as_json(value.model_dump(mode="json"))
    if isinstance(value, Mapping):
        return {printable(str(key)): as_json(part) for key, part in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [as_json(part) for part in value]
    if isinstance(value, Enum):
        return as_json(value.value)
    if isinstance(value, Decimal | date | time):
        return str(value)
    if isinstance(value, str | Path):
        return printable(str(value))
    if isinstance(value, int) and not -(2**63) <= value < 2**64:
        return str(value)  # most readers of JSON have no such number
    return value


def printable(text: str) -> str:
    """A text that can be written as UTF-8: bytes of a path that are none become escapes."""
    return text.encode("utf-8", "backslashreplace").decode()


def _document(document: Document, boxes: bool) -> dict[str, Any]:
    alignment = document.alignment
    record: dict[str, Any] = {
        "id": document.id,
        "name": document.name,
        "media_type": document.media_type,
        "text": document.text,
        "language": document.language,
        "pages": [[p.number, p.span.start, p.span.end, p.width, p.height, p.ocr_confidence] for p in document.pages],
        "blocks": [_block(block) for block in document.blocks],
        "metadata": dict(document.metadata),
    }
    # Most documents have none of these: absent is shorter than empty.
    optional: dict[str, Any] = {
        "outline": [[entry.title, entry.level, entry.page] for entry in document.outline],
        "attachments": [_document(child, boxes) for child in document.attachments],
        "issues": [[issue.code, issue.message, issue.page] for issue in document.issues],
        "hidden": [_hidden(hidden) for hidden in document.hidden],
        "removals": [[removal.step, removal.span.start, removal.span.end] for removal in document.removals],
        "source": None if document.source is None else _document(document.source, boxes),
        "alignment": None if alignment is None else [list(alignment.clean), list(alignment.starts), list(alignment.ends)],
        "words": None if document.geometry is None or not boxes else _words(document.geometry, document.pages),
    }
    record.update({key: value for key, value in optional.items() if value is not None and value != []})
    return record


def _block(block: Block) -> list[object]:
    record: list[object] = [_KIND_NUMBERS[block.kind], block.span.start, block.span.end, block.page, block.level]
    rest = (block.language, block.path, [[n for cell in row for n in (cell.start, cell.end)] for row in block.rows])
    return record if rest == (None, None, []) else [*record, *rest]


def _hidden(hidden: HiddenText) -> list[object]:
    box = hidden.box
    numbers = None if box is None else [box.page, box.x0, box.y0, box.x1, box.y1]
    return [hidden.text, hidden.cause, hidden.page, hidden.path, numbers]


def _words(geometry: Geometry, pages: Sequence[Page]) -> dict[str, list[int]]:
    return {
        str(page.number): [
            *chain.from_iterable(
                (start, end, round(box.x0 * 10), round(box.y0 * 10), round(box.x1 * 10), round(box.y1 * 10))
                for start, end, box in geometry.words(page.number)
            )
        ]
        for page in pages
    }


def _load_document(record: dict[str, Any]) -> Document:
    source, alignment, words = record.get("source"), record.get("alignment"), record.get("words")
    return Document(
        id=record["id"],
        name=record["name"],
        media_type=record["media_type"],
        text=record["text"],
        language=record["language"],
        pages=tuple(Page(number, Span(start, end), *rest) for number, start, end, *rest in record["pages"]),
        blocks=tuple(_load_block(*block) for block in record["blocks"]),
        outline=tuple(OutlineEntry(*entry) for entry in record.get("outline", ())),
        metadata=MappingProxyType(record["metadata"]),
        attachments=tuple(_load_document(child) for child in record.get("attachments", ())),
        issues=tuple(Issue(*issue) for issue in record.get("issues", ())),
        hidden=tuple(
            HiddenText(text, cause, page, path, None if box is None else Box(*box))
            for text, cause, page, path, box in record.get("hidden", ())
        ),
        removals=tuple(Removal(step, Span(start, end)) for step, start, end in record.get("removals", ())),
        source=None if source is None else _load_document(source),
        alignment=None if alignment is None else Alignment(*(tuple(numbers) for numbers in alignment)),
        geometry=None if words is None else StoredGeometry({int(page): numbers for page, numbers in words.items()}),
    )


def _load_block(
    kind: int,
    start: int,
    end: int,
    page: int | None,
    level: int | None,
    language: str | None = None,
    path: str | None = None,
    rows: Sequence[Sequence[int]] = (),
) -> Block:
    cells = tuple(tuple(Span(a, b) for a, b in zip(row[::2], row[1::2], strict=True)) for row in rows)
    return Block(_KINDS[kind], Span(start, end), page, level, path, cells, language)
