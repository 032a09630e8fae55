"""Documents with known fields: what an extractor learns from and is measured by.

A row has `text` or `file`, and `fields`:

    {"schema": "invoice", "fields": {"total": "1190.00", "due": null, "parties": ["A", "B"]}}     of a schema given by name
    {"fields": [{"path": "total", "title": "total", "description": "Sum to be paid", "format": "money", "many": false,
                 "values": [{"raw": "1.190,00 €", "places": [[50, 60]]}]}]}                       of a schema of its own

A field that a row does not name is unknown: it is not asked. `null`, or no values, says that the document does not have it.
A row that says something else than this is left out and named: half understood it would teach what nobody meant.
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
from typing import Annotated, Any, Final, cast, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

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


class _Refused(Exception):
    """A row cannot be used; its argument is the reason, without the document's text."""


def _scalar(value: object) -> object:
    if not isinstance(value, str | int | float) or not str(value).strip():
        raise ValueError("a value is a text, a number, true or false, and not empty")
    return value


def _choice(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, str | int | float) or not str(value).strip():
        raise ValueError("a choice is a text or a number")
    return value


def _ordered(place: list[int]) -> list[int]:
    if not 0 <= place[0] < place[1]:
        raise ValueError("a place runs from its start to its end, from 0 <= start < end")
    return place


def _format(name: str) -> str:
    if name not in FORMATS and name not in get_args(Kind):
        raise ValueError(f"not one of {', '.join(FORMATS)}, number, choice, yes_no")
    return name


class _Value(BaseModel):
    """A value in a row of a schema of its own."""

    model_config = ConfigDict(strict=True, extra="forbid")

    raw: Annotated[Any, AfterValidator(_scalar)]
    places: list[Annotated[list[int], Field(min_length=2, max_length=2), AfterValidator(_ordered)]] = []

    def known(self) -> Known:
        """As what an extractor learns from."""
        return Known(self.raw, tuple(Span(*place) for place in self.places))


class _Asked(BaseModel):
    """A field in a row of a schema of its own."""

    model_config = ConfigDict(strict=True, extra="forbid")

    path: Annotated[str, Field(pattern=r"\S")]
    title: str | None = None
    description: str | None = None
    format: Annotated[str, AfterValidator(_format)]
    choices: list[Annotated[Any, AfterValidator(_choice)]] | None = None
    many: bool = False
    values: list[_Value] | None

    def leaf(self) -> Leaf:
        """As what is asked."""
        kind: Kind = FORMATS.get(self.format, cast(Kind, self.format))
        return Leaf(
            path=self.path,
            kind=kind,
            type=_TYPES.get(kind, str),
            title=self.title or self.path.replace("_", " ").replace(".", " "),
            description=self.description or "",
            choices=tuple((str(choice), choice) for choice in self.choices or ()),
            required=False,
            many=self.many,
        )


_ASKED: Final = TypeAdapter(list[_Asked])


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
    limits = limits or Limits()
    for row in read_rows(path, _COLUMNS, limits):
        if isinstance(row, Problem):
            problems.append(row)
            continue
        try:
            examples.append(_example(row, path.parent, forms, limits))
        except _Refused as refused:
            problems.append(Problem(row.number, "not_as_expected", str(refused)))
        except FoyerdocError as error:
            problems.append(Problem(row.number, "unreadable", str(error)))
    if not examples:
        first = f"; row {problems[0].row}: {problems[0].reason}" if problems else ""
        raise TrainingError(
            f"{path.name}: none of {len(problems)} rows can be used{first}", hint="docs/extraction.md shows what rows look like"
        )
    return FieldsSet(tuple(examples), tuple(problems))


def _example(row: Row, folder: Path, forms: Mapping[str, Sequence[Leaf]], limits: Limits) -> FieldsExample:
    told = row.values.get("fields")
    if isinstance(told, list):
        leaves, known = _own_schema(told)
    elif isinstance(told, dict):
        leaves, known = _by_name(told, _text(row, "schema"), forms)
    else:
        raise _Refused("`fields` is neither an object nor a list of fields")
    name = row.values.get("id")
    if name is not None and (isinstance(name, bool) or not isinstance(name, str | int)):
        raise _Refused("`id` is neither a text nor a number")
    name = str(row.number if name is None or name == "" else name)
    document = _document(row, folder, name, limits)
    for path, values in known.items():
        if any(span.end > len(document.text) for value in values for span in value.spans):
            raise _Refused(f"{path}: a place beyond the {len(document.text)} characters of the text")
    return FieldsExample(name, document, leaves, known)


def _by_name(
    told: Mapping[str, object], name: str | None, forms: Mapping[str, Sequence[Leaf]]
) -> tuple[tuple[Leaf, ...], dict[str, tuple[Known, ...]]]:
    """The fields asked of a schema given by name, and their values."""
    schema = name or (next(iter(forms)) if len(forms) == 1 else "")
    if schema not in forms:
        raise _Refused(f"the schema {schema!r} is not one of {', '.join(forms) or 'none'}")
    leaves = tuple(leaf for leaf in forms[schema] if leaf.path in told)
    if unknown := set(told) - {leaf.path for leaf in leaves}:
        raise _Refused(f"the schema {schema} has no field {min(unknown)}")
    return leaves, {leaf.path: _values(leaf, told[leaf.path]) for leaf in leaves}


def _values(leaf: Leaf, told: object) -> tuple[Known, ...]:
    if told is None or (isinstance(told, str) and not told.strip()):
        return ()
    values = told if isinstance(told, list) else [told]
    try:
        return _one_or_many(leaf, [Known(_scalar(value)) for value in values])
    except ValueError as error:
        raise _Refused(f"{leaf.path}: {error}") from None


def _own_schema(told: Sequence[object]) -> tuple[tuple[Leaf, ...], dict[str, tuple[Known, ...]]]:
    """The fields of a row's own schema, and their values."""
    try:
        asked = _ASKED.validate_python(told)
    except ValidationError as error:
        # Without pydantic's own text, which quotes the value.
        first = error.errors(include_input=False, include_url=False)[0]
        number, *inner = first["loc"]
        where = ", ".join([f"field {int(number) + 1}", *(str(part) for part in inner if isinstance(part, str))])
        raise _Refused(f"{where}: {first['msg'].removeprefix('Value error, ')}") from None
    known: dict[str, tuple[Known, ...]] = {}
    leaves = tuple(field.leaf() for field in asked)
    for leaf, field in zip(leaves, asked, strict=True):
        if leaf.path in known:
            raise _Refused(f"the path {leaf.path} stands twice")
        if leaf.kind == "choice" and not leaf.choices:
            raise _Refused(f"{leaf.path}: a choice without choices")
        known[leaf.path] = _one_or_many(leaf, [value.known() for value in field.values or ()])
    return leaves, known


def _one_or_many(leaf: Leaf, known: Sequence[Known]) -> tuple[Known, ...]:
    if len(known) > 1 and not leaf.many:
        raise _Refused(f"{leaf.path}: {len(known)} values, and the field is not a list")
    return tuple(known)


def _document(row: Row, folder: Path, name: str, limits: Limits) -> Document:
    text, file, language = (_text(row, column) for column in ("text", "file", "language"))
    if file:
        from foyerdoc.cleaning import clean

        return clean(read(folder / file, limits=limits))
    if not text:
        raise _Refused("neither `text` nor `file`")
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return Document(id=digest, name=name, media_type="text/plain", text=text, language=language)


def _text(row: Row, column: str) -> str | None:
    value = row.values.get(column)
    if value is not None and not isinstance(value, str):
        raise _Refused(f"`{column}` is not a string")
    return value or None


# --- where known values stand ---------------------------------------------------------------------------------------------


def locate(ground: Ground, leaf: Leaf, known: Known, lines: frozenset[int]) -> Place | None:
    """The option that says a known value, on one of some lines; None when no option does.

    Where its places are known, one that covers them best is taken; else, of all options that are written as the value is, or
    mean the same, the one that the words around speak for most. Of a list's values it is the first in the text: a model that
    learns them in an order does not look back.
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
    if len(fitting) < 2 or leaf.many:
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
