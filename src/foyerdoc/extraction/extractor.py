"""`Extractor`: a schema's fields out of a document, each verbatim at its place, or absent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Generic, TypeVar

from pydantic import BaseModel

from foyerdoc import prompts
from foyerdoc.documents import Document, Span
from foyerdoc.extraction import pointing, schemas
from foyerdoc.extraction.grounding import Ground, Place, candidates
from foyerdoc.extraction.ranking import Ranked, is_enough, rank
from foyerdoc.extraction.schemas import Leaf
from foyerdoc.extraction.tables import rows_of
from foyerdoc.models.protocol import LanguageModel
from foyerdoc.results import Candidate, Extraction, FieldValue, Fingerprint

T = TypeVar("T", bound=BaseModel)

_OTHERS: Final = 8
"""How many other places are kept as a field's candidates."""

_DOUBTS: Final = {
    "day_month_order": "day and month could be the other way round; read as this language and this document write dates",
    "two_digit_year": "the year has two digits; 69 to 99 were taken for the last century",
    "thousands_or_decimals": "the mark could group thousands or begin decimals; read as the document's language writes numbers",
    "checksum": "the check digits or the length do not fit",
    "bank_checksum": "the bank's own check digits within the account number do not fit",
    "invalid_phone": "no country that the document speaks of has such a telephone number",
}


@dataclass(frozen=True, slots=True)
class _Found:
    """What was decided for one field, before it becomes a `FieldValue`."""

    leaf: Leaf
    path: str
    place: Place | None
    others: tuple[Place, ...] = ()


class Extractor(Generic[T]):
    """Finds the values of a pydantic model's fields in documents.

    Every value is a stretch of the document's text, found by code for its type and chosen by the words that stand before it:
    by labels alone, or, when a model is given, by the model among the best of them, under a grammar. Safe to use from several
    threads.
    """

    def __init__(self, schema: type[T], model: LanguageModel | None = None) -> None:
        """Take a schema apart.

        Args:
            schema: the fields. Names, descriptions and `json_schema_extra={"aliases": [...], "format": ...}` are used.
            model: points at the values; None chooses by labels alone, which is better than a small model that was not
                tuned for it, and much faster (docs/benchmarks.md).

        Raises:
            SchemaError: a field's type is not supported; the message names the field.
        """
        self._schema = schema
        self._form = schemas.form_of(schema)
        self._model = model

    def extract(self, document: Document) -> Extraction[T]:
        """The fields of a document. A field that the document does not have is absent, never guessed.

        Raises:
            ModelError: the model cannot enforce a grammar, or its answer was cut.
        """
        ground = Ground.of(document)
        issues: list[str] = []
        found = [*self._singles(ground, issues), *self._tables(ground, issues)]
        fields = {item.path: _field_value(document, item) for item in found}
        for item in found:
            issues += _doubts(item)
        data = {item.path: _cast(item.leaf, item.place) for item in found if item.place is not None}
        value, misfits = schemas.build(self._schema, {path: v for path, v in data.items() if v is not None})
        return Extraction(value, fields, tuple(issues + misfits), self._fingerprint())

    def _singles(self, ground: Ground, issues: list[str]) -> Iterator[_Found]:
        ranked = {leaf: rank(ground, leaf, candidates(ground, leaf)) for leaf in self._form.leaves}
        pointed: dict[str, Place | None] | None = None
        if self._model is not None:
            answer = pointing.point(self._model, ground, {leaf: r for leaf, r in ranked.items() if not leaf.many})
            pointed = dict(answer.places)
            if not answer.complete:
                issues.append("the model was not shown all lines that hold candidates: the document is longer than its budget")
        for leaf, places in ranked.items():
            if leaf.many:
                yield from _list(leaf, places)
            elif pointed is None:
                yield _best(leaf, places, issues)
            else:
                chosen = pointed.get(leaf.path)
                yield _Found(leaf, leaf.path, chosen, tuple(r.place for r in places if r.place != chosen))

    def _tables(self, ground: Ground, issues: list[str]) -> Iterator[_Found]:
        for rows in self._form.tables:
            objects = rows_of(ground, rows)
            if not objects:
                issues.append(f"{rows.path}: no table with the columns of this list")
            for i, item in enumerate(objects):
                for leaf in rows.leaves:
                    yield _Found(leaf, f"{rows.path}[{i}].{leaf.path}", item.get(leaf))

    def _fingerprint(self) -> Fingerprint:
        settings = (("schema", self._schema.__name__),)
        if self._model is None:
            return Fingerprint("labels", None, settings)
        return Fingerprint(self._model.name, self._model.adapter, (*settings, ("prompt", prompts.VERSION)))


def _best(leaf: Leaf, ranked: Sequence[Ranked], issues: list[str]) -> _Found:
    if not ranked or not is_enough(leaf, ranked[0]):
        return _Found(leaf, leaf.path, None, tuple(r.place for r in ranked))
    first = ranked[0]
    rivals = [r for r in ranked[1:] if r.place.value != first.place.value and first.score - r.score < 0.01]
    if rivals:
        issues.append(f"{leaf.path}: {len(rivals) + 1} values fit equally well, the first in the text was taken")
    return _Found(leaf, leaf.path, first.place, tuple(r.place for r in ranked[1:]))


def _list(leaf: Leaf, ranked: Sequence[Ranked]) -> Iterator[_Found]:
    """A list's values: all that fit about as well as the best, in the order of the text, each value once."""
    kept: list[Place] = []
    for r in ranked:
        if is_enough(leaf, r) and ranked[0].score - r.score < 0.3 and r.place.value not in {p.value for p in kept}:
            kept.append(r.place)
    for i, place in enumerate(sorted(kept, key=lambda p: p.span)):
        yield _Found(leaf, f"{leaf.path}[{i}]", place)


def _field_value(document: Document, item: _Found) -> FieldValue:
    others = tuple(Candidate(p.raw, p.span, _cast(item.leaf, p)) for p in item.others[:_OTHERS])
    if item.place is None:
        return FieldValue(None, None, None, (), None, "absent", others)
    span: Span = item.place.span
    value = _cast(item.leaf, item.place)
    return FieldValue(
        value, item.place.raw, span, document.boxes(span), None, "unreadable" if value is None else "found", others
    )


def _cast(leaf: Leaf, place: Place | None) -> object | None:
    """The value in the type that the schema wants; None when it has no such value."""
    if place is None:
        return None
    value = place.value
    if isinstance(value, Decimal):
        if leaf.type is int:
            return int(value) if value == int(value) else None
        return float(value) if leaf.type is float else str(value) if leaf.type is str else value
    return value


def _doubts(item: _Found) -> Iterable[str]:
    if item.place is not None and item.place.doubt is not None:
        yield f"{item.path}: {_DOUBTS[item.place.doubt]}"
