"""What people say is right: one format for labels, fields and questions, by one annotator or several.

A line of a `.jsonl` file is what one annotator says of one item:

    {"format": 1, "item": "letter-17", "annotator": "anna", "document": "letter-17.pdf", "label": ["claims", "glass"]}
    {"format": 1, "item": "invoice-3", "annotator": "anna", "fields": {"due": null, "total":
        {"value": "1190.00", "type": "money", "raw": "1.190,00 €", "span": {"start": 40, "end": 50}}}}
    {"format": 1, "item": "q-8", "annotator": "ben", "adjudicated": true, "question": "...", "answers": ["300 €"],
        "evidence": [{"document": "policy.pdf", "span": {"start": 7, "end": 12}, "text": "300 €"}]}

The kind of a line is the one of `label`, `fields` and `question` that it has. `null` is something that was said: no label
applies, the document does not have the field. A field that is not named is unknown. Adjudicated lines are the truth where there
are some.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import InvalidOperation
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, ClassVar, Final, Literal, TypeVar

import orjson
from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from foyerdoc.documents import Span
from foyerdoc.errors import GoldError
from foyerdoc.evaluation.comparing import FieldType, decimal, meaning, type_of, yes
from foyerdoc.storage import write_file

FORMAT: Final = 1

Kind = Literal["label", "fields", "question"]

_Named = Annotated[str, Field(min_length=1)]
_STRICT: Final = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)
_HINT: Final = "docs/formats.md shows what a line of gold is"


@dataclass(frozen=True, slots=True)
class Truth:
    """The value of a field.

    Attributes:
        value: dates in ISO 8601, amounts and numbers with a point and without marks between thousands.
        type: how values are compared; by default what the value looks like.
        raw: the characters as they stand in the document.
        span: where they stand.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    value: str | int | float | bool
    type: FieldType | None = None
    raw: str | None = None
    span: Span | None = None

    def __post_init__(self) -> None:
        if self.value == "":
            raise ValueError("a value is empty; null says that there is none")
        wanted = _READ.get(self.type or "text")
        try:
            if wanted is not None:
                wanted(str(self.value))
        except (ValueError, InvalidOperation) as error:
            raise ValueError(f"the value is no {self.type}") from error

    @property
    def meaning(self) -> Hashable:
        """What is equal for truths that are the same."""
        return self._meant(self.value)

    def same(self, value: object) -> bool:
        """Whether a system's value is this one."""
        return value is not None and self._meant(value) == self.meaning

    def _meant(self, value: object) -> Hashable:
        return meaning(self.type or type_of(self.value), value)


@dataclass(frozen=True, slots=True)
class Evidence:
    """A passage that answers a question: the document's name or id, where it stands there, and its characters."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    document: _Named
    span: Span | None = None
    text: str | None = None

    def __post_init__(self) -> None:
        # Every stretch of the document would hold a passage of no words.
        if self.span is None and not any(character.isalnum() for character in self.text or ""):
            raise ValueError("evidence has neither a span nor a text with words")


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """What all kinds have.

    Attributes:
        item: what was judged; annotations of one kind with the same item are of the same thing.
        annotator: who judged.
        adjudicated: whether this settles what others said.
        document: the document's name or id. Items of one document are not independent.
        language: ISO 639-1 code.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT
    kind: ClassVar[Kind]

    item: _Named
    annotator: _Named
    adjudicated: bool = False
    document: _Named | None = None
    language: Annotated[str, Field(pattern="^[a-z]{2}$")] | None = None

    @property
    def cluster(self) -> str:
        """What is drawn anew as a whole by a bootstrap: the document, or the item where it is not known."""
        return self.document or self.item


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelAnnotation(Annotation):
    """The label as a path from the root; None says that none applies. `evidence`: the stretches that speak for it."""

    kind = "label"

    label: Annotated[tuple[_Named, ...], Field(min_length=1)] | None
    evidence: tuple[Span, ...] = ()

    @property
    def said(self) -> object:
        """What two annotators agree on, or not."""
        return self.label


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldsAnnotation(Annotation):
    """Values by path, as `Extraction.fields` names them: `total`, `lines[0].amount`. None: the document has no such value."""

    kind = "fields"

    fields: Annotated[dict[_Named, Truth | None], Field(min_length=1)]

    def __post_init__(self) -> None:
        lists = {entry[1] for path in self.fields if (entry := ENTRY.fullmatch(path))}
        if both := sorted(lists & self.fields.keys()):
            raise ValueError(f"{both[0]} is said as a whole, and entry by entry")

    @property
    def said(self) -> object:
        """What two annotators agree on, or not: what values mean, wherever they stand."""
        return {path: truth and truth.meaning for path, truth in self.fields.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionAnnotation(Annotation):
    """A question with every answer that is right, and the passages that give it; neither where nothing answers it."""

    kind = "question"

    question: _Named
    answers: tuple[_Named, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    answerable: bool = True

    @property
    def cluster(self) -> str:
        """The document that is named, or has the first passage."""
        return self.document or next((one.document for one in self.evidence), self.item)

    def __post_init__(self) -> None:
        if not self.answerable and (self.answers or self.evidence):
            raise ValueError("a question that is not answerable has answers or evidence")
        if self.answerable and not (self.answers or self.evidence):
            raise ValueError("an answerable question has neither answers nor evidence")

    @property
    def said(self) -> object:
        """What two annotators agree on, or not: whether it can be answered, and how."""
        return self.answerable and self.answers


ENTRY: Final = re.compile(r"(.*?)\[([0-9]{1,9})\](.*)", re.DOTALL)
"""A path into a list: the list's own, the number of the entry, and the rest."""

Judgement = LabelAnnotation | FieldsAnnotation | QuestionAnnotation
J = TypeVar("J", bound=Judgement)

_KINDS: Final[tuple[type[Judgement], ...]] = (LabelAnnotation, FieldsAnnotation, QuestionAnnotation)
_ADAPTERS: Final[Mapping[Kind, TypeAdapter[Any]]] = {kind.kind: TypeAdapter(kind) for kind in _KINDS}
_READ: Final[Mapping[str, Callable[[str], object]]] = {
    "number": decimal, "money": decimal, "date": date.fromisoformat, "datetime": datetime.fromisoformat, "yes_no": yes,
}  # fmt: skip


@dataclass(frozen=True)
class Gold:
    """Everything that was said, in the order in which it was read.

    Attributes:
        annotations: what each annotator said of each item.
        places: of each annotation, the file and line that it is from; empty for one that was made here.
    """

    annotations: tuple[Judgement, ...]
    places: tuple[str, ...] = ()

    @classmethod
    def read(cls, path: str | Path, documents: Mapping[str, str] | None = None) -> Gold:
        """Read a file, or all `.jsonl` files of a folder.

        Args:
            path: the file or folder.
            documents: texts by name or id: spans of documents that are there are checked against them.

        Raises:
            GoldError: something in it is not gold; the first such place, with file, line and reason.
        """
        annotations, places = [], []
        for place, found in read_each(Path(path), documents):
            if isinstance(found, GoldError):
                raise found
            annotations.append(found)
            places.append(place)
        return cls(tuple(annotations), tuple(places))

    def write(self, path: str | Path) -> None:
        """Write one file, which `read` reads back; what says nothing is left out."""
        write_file(Path(path), b"".join(line_of(one) + b"\n" for one in self.annotations))

    @cached_property
    def version(self) -> str:
        """SHA-256, hexadecimal, of what was said; neither the order of lines nor how they are parted into files matters."""
        return hashlib.sha256(b"\n".join(sorted(line_of(one) for one in self.annotations))).hexdigest()

    def of(self, kind: type[J]) -> dict[str, list[J]]:
        """The annotations of one kind by item, in their order."""
        found: dict[str, list[J]] = {}
        for one in self.annotations:
            if isinstance(one, kind):
                found.setdefault(one.item, []).append(one)
        return found

    def truth(self, kind: type[J]) -> tuple[dict[str, J], tuple[str, ...]]:
        """The truth of each item: what was adjudicated, else what all annotators of it agree on.

        Returns:
            by item, its truth; and the items that annotators disagree on and nobody adjudicated, which have none.
        """
        known: dict[str, J] = {}
        disputed: list[str] = []
        for item, said in self.of(kind).items():
            settled = [one for one in said if one.adjudicated] or said
            if all(one.said == settled[0].said for one in settled):
                known[item] = settled[0]
            else:
                disputed.append(item)
        return known, tuple(disputed)


def read_each(path: Path, documents: Mapping[str, str] | None = None) -> Iterator[tuple[str, Judgement | GoldError]]:
    """Each line with its place, as an annotation or as what is wrong with it; blank lines are passed over.

    Raises:
        GoldError: there is nothing to read.
    """
    seen: dict[tuple[str, str, str], str] = {}
    for place, line in lines_of(path):
        found = parsed(place, line, documents or {})
        if not isinstance(found, GoldError):
            key = (found.kind, found.item, found.annotator)
            if key in seen:
                reason = f"the annotator has judged this item already, in {seen[key]}"
                found = GoldError(f"{place}: {reason}", hint="keep one of the two lines")
            else:
                seen[key] = place
        yield place, found


def lines_of(path: Path) -> Iterator[tuple[str, bytes]]:
    """The lines of a file, or of a folder's `.jsonl` files in order of name, each with its file and number; no blank ones.

    Raises:
        GoldError: there is no such file, or there are no lines.
    """
    hint = "name a .jsonl file, or a folder that holds some"
    files = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
    empty = True
    for file in files:
        try:
            content = file.read_bytes().removeprefix(b"\xef\xbb\xbf")
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) and error.strerror else "not a possible path"
            raise GoldError(f"{file.name}: {reason}", hint=hint) from error
        for number, line in enumerate(content.split(b"\n"), 1):
            if line.strip():
                empty = False
                yield f"{file.name}, line {number}", line
    if empty:
        raise GoldError(f"{path.name}: nothing in it", hint=hint)


def parsed(place: str, line: bytes, documents: Mapping[str, str]) -> Judgement | GoldError:
    """A line as an annotation whose spans stand in the documents that are there, or what is wrong with it."""
    try:
        record = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        return GoldError(f"{place}: not JSON ({error.msg} at character {error.colno})", hint=_HINT)
    kinds = [kind for kind in _ADAPTERS if isinstance(record, dict) and kind in record]
    if len(kinds) != 1:
        return GoldError(f"{place}: has not exactly one of label, fields and question", hint=_HINT)
    if (version := record.pop("format", None)) != FORMAT or isinstance(version, bool):
        return GoldError(f'{place}: has no "format": {FORMAT}', hint=_HINT)
    try:
        found: Judgement = _ADAPTERS[kinds[0]].validate_json(orjson.dumps(record))
    except ValidationError as error:
        return refused(place, error)
    reason = next(_misplaced(found, documents), None)
    return (
        found if reason is None else GoldError(f"{place}: {reason}", hint="count spans in the text that `foyerdoc read` prints")
    )


def line_of(annotation: Judgement) -> bytes:
    """An annotation as a line of JSON without its line end: keys sorted, what is as by default left out."""
    record: dict[str, Any] = {"format": FORMAT}
    for each in fields(annotation):
        value = getattr(annotation, each.name)
        if value != each.default:
            record[each.name] = _plain(value)
    return orjson.dumps(record, option=orjson.OPT_SORT_KEYS)


def refused(place: str, error: ValidationError, hint: str = _HINT) -> GoldError:
    """What pydantic found, as one error: the first place and reason, without what stands there."""
    first = error.errors(include_input=False, include_url=False, include_context=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    reason = first["msg"].removeprefix("Value error, ")
    return GoldError(f"{place}: {reason}{f' at {where}' if where else ''}", hint=hint)


def _misplaced(annotation: Judgement, documents: Mapping[str, str]) -> Iterator[str]:
    """Why spans do not stand in their document's text."""
    for document, span, raw, what in _spans(annotation):
        text = documents.get(document or "")
        if text is None or span is None:
            continue
        if span.end > len(text):
            yield f"the span of {what} ends at {span.end}, the document at {len(text)}"
        elif raw is not None and text[span.start : span.end] != raw:
            yield f"the characters of {what} do not stand at its span"


def _spans(annotation: Judgement) -> Iterable[tuple[str | None, Span | None, str | None, str]]:
    match annotation:
        case LabelAnnotation():
            return ((annotation.document, span, None, "the evidence") for span in annotation.evidence)
        case FieldsAnnotation():
            known = ((path, truth) for path, truth in annotation.fields.items() if truth is not None)
            return ((annotation.document, truth.span, truth.raw, path) for path, truth in known)
        case QuestionAnnotation():
            return ((one.document, one.span, one.text, "the evidence") for one in annotation.evidence)


def _plain(value: object) -> object:
    """As JSON; what a truth or a piece of evidence does not say is left out."""
    match value:
        case Span():
            return {"start": value.start, "end": value.end}
        case Truth() | Evidence():
            parts = ((each.name, getattr(value, each.name)) for each in fields(value))
            return {name: _plain(part) for name, part in parts if part is not None}
        case dict():
            return {key: _plain(part) for key, part in value.items()}
        case tuple():
            return [_plain(part) for part in value]
        case _:
            return value
