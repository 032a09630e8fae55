"""Documents with known fields: what an extractor learns from and is measured by.

A row has `text` or `file`, and `fields`:

    {"schema": "invoice", "fields": {"total": "1190.00", "due": null, "parties": ["A", "B"]}}     of a schema given by name
    {"fields": [{"path": "total", "title": "total", "description": "Sum to be paid", "format": "money", "many": false,
                 "values": [{"raw": "1.190,00 €", "places": [[50, 60]]}]}]}                       of a schema of its own

A field that a row does not name is unknown: it is not asked. `null`, or no values, says that the document does not have it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Final, cast

from pydantic import BaseModel

from foyerdoc.documents import Document, Span
from foyerdoc.errors import FoyerdocError, TrainingError
from foyerdoc.extraction.grounding import Ground, Place, candidates
from foyerdoc.extraction.options import lines_for, on_line
from foyerdoc.extraction.ranking import rank
from foyerdoc.extraction.schemas import FORMATS, Kind, Leaf, form_of
from foyerdoc.extraction.values import Conventions
from foyerdoc.finetuning.data.rows import Problem, Row, read_rows
from foyerdoc.reading import read
from foyerdoc.settings import Limits

_COLUMNS: Final = ("text", "file", "schema", "fields")
_MOST_DIGITS: Final = 1000
_TYPES: Final[Mapping[str, type]] = {
    "date": date, "datetime": datetime, "amount": Decimal, "number": Decimal, "percent": Decimal, "yes_no": bool,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Known:
    """A value that a person knows a field to have.

    Attributes:
        value: as the field's type, or as it stands in the document.
        spans: where it stands, the best place first; empty when only the value is known.
    """

    value: object
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class FieldsExample:
    """A document, what is asked of it, and the answers.

    Attributes:
        id: of the row.
        document: cleaned or as read.
        leaves: the fields asked, in their order.
        values: by path; an empty tuple says that the document does not have it.
    """

    id: str
    document: Document
    leaves: tuple[Leaf, ...]
    values: Mapping[str, tuple[Known, ...]]


@dataclass(frozen=True, slots=True)
class FieldsSet:
    """What was read: the good rows in their order, and the rows that were left out."""

    examples: tuple[FieldsExample, ...]
    problems: tuple[Problem, ...]


def read_fields(path: Path, schemas: Mapping[str, type[BaseModel]] | None = None, limits: Limits | None = None) -> FieldsSet:
    """Read documents with known fields from JSON lines.

    Args:
        path: the file; a row's `file` is looked for beside it.
        schemas: pydantic models by the names that rows use.
        limits: of reading.

    Raises:
        TrainingError: not one row can be used; the message names the first reason.
    """
    forms = {name: form_of(schema).leaves for name, schema in (schemas or {}).items()}
    examples: list[FieldsExample] = []
    problems: list[Problem] = []
    for row in read_rows(path, _COLUMNS, limits or Limits()):
        if isinstance(row, Problem):
            problems.append(row)
            continue
        try:
            examples.append(_example(row, path.parent, forms))
        except (KeyError, TypeError, ValueError) as error:
            problems.append(Problem(row.number, "not_as_expected", f"{type(error).__name__}: {error}"))
        except FoyerdocError as error:
            problems.append(Problem(row.number, "unreadable", str(error)))
    if not examples:
        first = f"; row {problems[0].row}: {problems[0].reason}" if problems else ""
        raise TrainingError(
            f"{path.name}: none of {len(problems)} rows can be used{first}", hint="docs/extraction.md shows what rows look like"
        )
    return FieldsSet(tuple(examples), tuple(problems))


def _example(row: Row, folder: Path, forms: Mapping[str, Sequence[Leaf]]) -> FieldsExample:
    values = row.values
    name = str(values.get("id") or row.number)
    document = _document(values, folder, name)
    told = values["fields"]
    if isinstance(told, list):
        leaves = tuple(_leaf(field) for field in told)
        known = {field["path"]: tuple(_known(value) for value in field["values"]) for field in told}
        return FieldsExample(name, document, leaves, known)
    schema = str(values.get("schema") or (next(iter(forms)) if len(forms) == 1 else ""))
    if schema not in forms:
        raise ValueError(f"the schema {schema!r} is not one of {', '.join(forms) or 'none'}")
    leaves = tuple(leaf for leaf in forms[schema] if leaf.path in told)
    if unknown := set(told) - {leaf.path for leaf in leaves}:
        raise ValueError(f"the schema {schema} has no field {min(unknown)}")
    return FieldsExample(name, document, leaves, {path: _all_known(value) for path, value in told.items()})


def _document(values: Mapping[str, Any], folder: Path, name: str) -> Document:
    if values.get("file"):
        from foyerdoc.cleaning import clean

        return clean(read(folder / str(values["file"])))
    text = values["text"]
    if not isinstance(text, str):
        raise TypeError("`text` is not a string")
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return Document(id=digest, name=name, media_type="text/plain", text=text, language=values.get("language"))


def _leaf(field: Mapping[str, Any]) -> Leaf:
    kind: Kind = FORMATS.get(str(field["format"]), cast(Kind, field["format"]))
    return Leaf(
        path=field["path"],
        kind=kind,
        type=_TYPES.get(kind, str),
        title=field.get("title") or field["path"].replace("_", " ").replace(".", " "),
        description=field.get("description") or "",
        choices=tuple((str(choice), choice) for choice in field.get("choices") or ()),
        required=False,
        many=bool(field.get("many")),
    )


def _known(value: Mapping[str, Any]) -> Known:
    return Known(value["raw"], tuple(Span(start, end) for start, end in value.get("places", ())))


def _all_known(value: object) -> tuple[Known, ...]:
    if value is None or value == "":
        return ()
    return tuple(Known(each) for each in value) if isinstance(value, list) else (Known(value),)


# --- where known values stand ---------------------------------------------------------------------------------------------


def locate(ground: Ground, leaf: Leaf, known: Known, lines: frozenset[int]) -> Place | None:
    """The option that says a known value, on one of some lines; None when no option does.

    Where its places are known, one that covers them best is taken; else, of all options that are written as the value is, or
    mean the same, the one that the words around speak for most.
    """
    if known.spans:
        for span in known.spans:
            at = ground.line_at(span.start)
            if at not in lines:
                continue
            near = [place for place in on_line(ground, leaf, at) if place.span.overlaps(span)]
            if leaf.kind in {"text", "name"}:
                near = [place for place in near if same(place.raw, ground.document.text[span.start : span.end])]
            if near:
                return max(near, key=lambda place: _common(place.span, span))
        return None
    meant = _meaning(leaf, known.value, ground.habits)
    written = _folded(known.value) if isinstance(known.value, str) else None
    fitting = [
        place
        for at in lines_for(ground, leaf)
        if at in lines and _may_hold(ground, leaf, at, known.value)
        for place in on_line(ground, leaf, at)
        if same(place.value, meant) or _folded(place.raw) == written
    ]
    if len(fitting) < 2:
        return fitting[0] if fitting else None
    full = [ground.place(place.span, place.value, unit=place.unit, weight=place.weight) for place in fitting]
    best = rank(ground, leaf, full)[0].place
    return next(place for place in fitting if place.span == best.span)


def _common(a: Span, b: Span) -> float:
    """Characters that two spans share, over all that they cover."""
    shared = min(a.end, b.end) - max(a.start, b.start)
    return shared / (len(a) + len(b) - shared)


def same(found: object, known: object) -> bool:
    """Whether a found value is the known one: as typed values where both are, else as words without case and marks."""
    if known is None:
        return False
    if isinstance(found, datetime):
        return found == _moment(known)
    if isinstance(found, date):
        return found == _day(known)
    if isinstance(found, Decimal):
        number = _number(known)
        return number is not None and abs(number - found) < Decimal("0.005")
    if isinstance(found, bool):
        return found is _yes_or_no(known)
    return _plain(found) == _plain(known)


def is_of_kind(leaf: Leaf, value: object) -> bool:
    """Whether a known value is one that the field can have, as its type or as documents write such values.

    A sum of "1.190,00 €" that stands nowhere in a document had to be reckoned; one of "see annex" is a mistake, of which
    nothing can be learnt.
    """
    if leaf.kind in {"text", "name"}:
        return any(map(str.isalnum, str(value)))
    if leaf.kind in _READ:
        return _meaning(leaf, value, None) is not None
    return _as_written(leaf, str(value), None) is not None


def _meaning(leaf: Leaf, value: object, habits: Conventions | None) -> object | None:
    """What a known value means for a field: for dates, numbers and yes or no as their type, None if it is none."""
    read = _READ.get(leaf.kind)
    if read is None:
        return value
    meant = read(value)
    return _as_written(leaf, value, habits) if meant is None and isinstance(value, str) else meant


def _as_written(leaf: Leaf, text: str, habits: Conventions | None) -> object | None:
    """What a text means that is one value of the field's kind and nothing else, in a document of such habits."""
    alone = Ground.of(Document(id="", name="", media_type="text/plain", text=text))
    alone.habits = habits or alone.habits
    return next((place.value for place in candidates(alone, leaf) if _folded(place.raw) == _folded(text)), None)


def _moment(value: object) -> datetime | None:
    """A day with its time, as a clock on the spot shows it: documents do not write time zones."""
    if isinstance(value, str) and re.search(r"\d[T ]\d", value):
        with suppress(ValueError):
            value = datetime.fromisoformat(value.strip())
    return value.replace(tzinfo=None) if isinstance(value, datetime) else None


def _day(value: object) -> date | None:
    if isinstance(value, str):
        with suppress(ValueError):
            value = datetime.fromisoformat(value.strip())
    return value.date() if isinstance(value, datetime) else value if isinstance(value, date) else None


def _number(value: object) -> Decimal | None:
    """A number; None also for one that is longer than a document has it: sums with "1e9999999" fail."""
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() and number.adjusted() < _MOST_DIGITS else None


def _whole_number(value: object) -> Decimal | None:
    number = _number(value)
    return number if number is not None and number == number.to_integral_value() else None


def _yes_or_no(value: object) -> bool | None:
    return value if isinstance(value, bool) else {"true": True, "false": False}.get(_folded(str(value)))


_READ: Final[Mapping[Kind, Callable[[object], object | None]]] = {
    "date": _day, "datetime": _moment, "amount": _number, "money": _number, "percent": _number, "number": _whole_number,
    "yes_no": _yes_or_no,
}  # fmt: skip
"""Reads the values that are types of Python, as themselves or as JSON has them."""


def _plain(value: object) -> str:
    return "".join(c for c in str(value).casefold() if c.isalnum())


def _folded(text: str) -> str:
    """Without white space and case."""
    return "".join(text.casefold().split())


def _may_hold(ground: Ground, leaf: Leaf, at: int, value: object) -> bool:
    """Whether it is worth looking at a line: for words, whether it has all the value's letters in a row."""
    return leaf.kind not in {"text", "name"} or _plain(value) in _plain(ground.lines[at].text)


def unlocated(examples: Sequence[FieldsExample]) -> Iterator[tuple[str, str]]:
    """Row and path of each known value that stands nowhere in its document as an option."""
    for example in examples:
        ground = Ground.of(example.document)
        everywhere = frozenset(range(len(ground.lines)))
        for leaf in example.leaves:
            for known in example.values.get(leaf.path, ()):
                if locate(ground, leaf, known, everywhere) is None:
                    yield example.id, leaf.path
