"""What was decided for a schema's fields: checked by its rules, then told as `FieldValue`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import islice
from typing import Final, Literal

from foyerdoc.documents import Document, Span
from foyerdoc.extraction.grounding import Place, value_key
from foyerdoc.extraction.rules import Rule, settle
from foyerdoc.extraction.schemas import Leaf
from foyerdoc.results import Candidate, FieldValue

_OTHERS: Final = 8
"""How many other places are kept as a field's candidates."""

_BROKEN: Final = 0.5
"""What the confidence of values that break a rule of their schema is multiplied by."""

_DOUBTS: Final = {
    "day_month_order": "day and month could be the other way round; read as this language and this document write dates",
    "two_digit_year": "the year has two digits; 69 to 99 were taken for the last century",
    "thousands_or_decimals": "a mark or space could group thousands, begin decimals or part two numbers; read as this document "
    "and its language write them",
    "checksum": "the check digits or the length do not fit",
    "bank_checksum": "the bank's own check digits within the account number do not fit",
    "invalid_phone": "no country that the document speaks of has such a telephone number",
}


@dataclass(frozen=True, slots=True)
class Found:
    """What was decided for one field, before it becomes a `FieldValue`.

    Attributes:
        held: whether the first of the others was the choice, and too unsure to be shown.
        shares: of a field that a model chose: how likely it is to say what, None that there is no value.
    """

    leaf: Leaf
    path: str
    place: Place | None
    others: tuple[Place, ...] = ()
    confidence: float | None = None
    conflict: bool = False
    held: bool = False
    shares: Mapping[object, float] | None = None


def checked(found: Sequence[Found], rules: Sequence[Rule], issues: list[str]) -> list[Found]:
    """The same, with other values where these make a sum come out, and less sure where a rule of the schema is broken."""
    for rule in rules:
        found = _settled(rule, found, issues)
    values = {item.path: value for item in found if (value := cast(item.leaf, item.place)) is not None}
    doubted: set[str] = set()
    for rule in rules:
        if rule.holds(values) is False:
            issues.append(f"the rule {rule.text} is broken")
            doubted |= rule.paths(values)
    return [replace(item, confidence=_lowered(item.confidence)) if item.path in doubted else item for item in found]


def field_value(document: Document, item: Found) -> FieldValue:
    """What is told of a field."""
    places = {p.span: p for p in item.others}
    others = tuple(Candidate(p.raw, p.span, cast(item.leaf, p)) for p in islice(places.values(), _OTHERS))
    if item.place is None:
        return FieldValue(None, None, None, (), None, "conflict" if item.conflict else "absent", others)
    span: Span = item.place.span
    value = cast(item.leaf, item.place)
    status: Literal["found", "unreadable"] = "unreadable" if value is None else "found"
    return FieldValue(value, item.place.raw, span, document.boxes(span), item.confidence, status, others)


def cast(leaf: Leaf, place: Place | None) -> object | None:
    """The value in the type that the schema wants; None when it has no such value."""
    if place is None:
        return None
    value = place.value
    if isinstance(value, Decimal):
        if leaf.type is int:
            return int(value) if value == int(value) else None
        return float(value) if leaf.type is float else str(value) if leaf.type is str else value
    return value


def doubts(item: Found) -> Iterable[str]:
    """What is doubtful about how a field's characters were read, as an issue."""
    if item.place is not None and item.place.doubt is not None:
        yield f"{item.path}: {_DOUBTS[item.place.doubt]}"


def _settled(rule: Rule, found: Sequence[Found], issues: list[str]) -> list[Found]:
    """The same, with the values under which the rule's sum comes out where the chosen ones do not make it."""
    values = {item.path: value for item in found if (value := cast(item.leaf, item.place)) is not None}
    own = {term.path for term in (*rule.left, *rule.right)}
    if rule.holds(values):
        return list(found)
    # What was held back was chosen too, and a sum that comes out is a reason to show it.
    places = {item.path: list(item.others if item.held else (item.place, *item.others)) for item in found if item.path in own}
    choices = {item.path: [cast(item.leaf, place) for place in places[item.path]] for item in found if item.path in own}
    chosen = settle(rule, choices, _shares(places, {item.path: item.shares for item in found}))
    if chosen is None:
        return list(found)
    moved = {item.path for item in found if item.path in chosen and places[item.path][chosen[item.path]] is not item.place}
    issues += [f"{path}: the rule {rule.text} decided for another value" for path in chosen if path in moved]
    return [_moved(item, places[item.path], chosen[item.path]) if item.path in moved else item for item in found]


def _shares(
    places: Mapping[str, Sequence[Place | None]], known: Mapping[str, Mapping[object, float] | None]
) -> dict[str, Sequence[float]] | None:
    """How likely each place's value is; None where a model did not say it of all fields."""
    if any(known[path] is None for path in places):
        return None
    return {
        path: [(known[path] or {}).get(None if place is None else value_key(place.value), 0.0) for place in some]
        for path, some in places.items()
    }


def _moved(item: Found, places: Sequence[Place | None], at: int) -> Found:
    """A field at another of its places. Its confidence was that of another value."""
    others = tuple(place for i, place in enumerate(places) if place is not None and i != at)
    return replace(item, place=places[at], others=others, confidence=None, held=False)


def _lowered(confidence: float | None) -> float | None:
    return None if confidence is None else confidence * _BROKEN
