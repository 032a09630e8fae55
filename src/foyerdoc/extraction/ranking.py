"""Which of the stretches that could be a field's value is it: by the words that documents put before their values.

A label is compared with the field's name, description and aliases by what it means (`vocabulary.concepts`), so a schema in
English finds its fields on a German page. What the label says beyond the field counts against it ("delivery date" is not the
date), and so does a label that several values in a row have to share.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from foyerdoc.extraction.grounding import Ground, Place, value_key
from foyerdoc.extraction.schemas import Kind, Leaf
from foyerdoc.extraction.vocabulary import concepts, plain

ENOUGH: Final = 0.5
"""Below this score a field is left absent: nothing but the value's own look speaks for it."""

# Weights of the evidence, set by hand on the invoices of the development data; halving or doubling one of them moves the
# number of right fields there by at most three in a hundred.
_DESCRIBED: Final = 0.5
_ROW: Final = 0.5
_SECTION: Final = 0.4
_FOREIGN: Final = 0.5
_CROWD: Final = 0.15
_BARE: Final = 0.2
_LOOK: Final = 0.6
_EARLY: Final = 0.1
_REPEATED: Final = 0.05
_ALIAS: Final = 1.5
_GENERIC: Final = frozenset({"number", "date", "amount", "name", "total", "issue"})
_IMPLIED: Final[dict[Kind, str]] = {
    "date": "date", "datetime": "date", "amount": "amount", "name": "name", "identifier": "number",
    "iban": "iban", "bic": "bic",
}  # fmt: skip
_KNOWN_BY_LOOK: Final[frozenset[Kind]] = frozenset({"iban", "bic", "email", "vat", "national_id", "company_id"})
_FEW: Final[frozenset[Kind]] = frozenset({"date", "datetime", "phone", "address", "choice", "yes_no"})
"""Kinds of which a document has so few that one without a label is still likely."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A place and how well it fits its field.

    Attributes:
        score: higher is better, comparable among the fields of one document.
        support: the part of it that the words around the place give; 0 when nothing but its look and place speak for it.
    """

    place: Place
    score: float
    support: float


def rank(ground: Ground, leaf: Leaf, places: Sequence[Place]) -> list[Ranked]:
    """The places, best first; of equals the first in the text."""
    lines = max(1, len(ground.lines))
    said = [value_key(place.value) for place in places]
    repeats = Counter(said)
    ranked = []
    for place, value in zip(places, said, strict=True):
        support = _support(leaf, place)
        again = min(repeats[value] - 1, 3)
        score = support + _LOOK * place.weight + _EARLY * (1 - place.line / lines) + _REPEATED * again
        ranked.append(Ranked(place, score, support))
    return sorted(ranked, key=lambda r: (-r.score, r.place.span))


def is_enough(leaf: Leaf, best: Ranked) -> bool:
    """Whether the best place is good enough to be shown as the value."""
    if leaf.kind in _KNOWN_BY_LOOK:
        return True
    return best.score >= ENOUGH and (best.support > 0 or leaf.kind in _FEW)


def _support(leaf: Leaf, place: Place) -> float:
    wanted, described = _asked(leaf)
    near = place.left or place.above
    label = concepts(near)
    row = concepts(place.row) - label
    section = concepts(place.section) - label - row
    implied = _IMPLIED.get(leaf.kind)
    score = _weight(wanted & label, implied) + _DESCRIBED * _weight(described & label, implied)
    score += _ROW * _weight(wanted & row, implied)
    extra = max(_alias(leaf, place), _spelled(leaf, near))
    if leaf.kind == "choice":
        # "Total: 12 EUR" is about the total, and gives the currency all the same.
        return score + extra
    score += _SECTION * (_weight(section & wanted, implied) - 0.5 * _weight(section - wanted - described, implied))
    score -= _FOREIGN * _weight(label - wanted - described - _GENERIC, implied)
    score -= _CROWD * min(place.crowd, 3)
    score -= 0.0 if near or place.row else _BARE
    score /= math.sqrt(max(0.5, _weight(wanted, implied)))
    return score + extra


@lru_cache(maxsize=1024)
def _asked(leaf: Leaf) -> tuple[frozenset[str], frozenset[str]]:
    """The concepts of the field's name and aliases, and those that only its description has."""
    wanted = concepts(leaf.title).union(*(concepts(alias) for alias in leaf.aliases))
    return wanted, concepts(leaf.description) - wanted


def _weight(names: Iterable[str], implied: str | None) -> float:
    return sum(0.25 if name == implied else 0.5 if name in _GENERIC else 1.0 for name in names)


def _alias(leaf: Leaf, place: Place) -> float:
    """Whether the document uses one of the schema's own names for the field."""
    aliases = [plain(alias) for alias in leaf.aliases if alias.strip()]
    if not aliases:
        return 0.0
    around = (plain(place.left), plain(place.above), plain(place.row))
    return _ALIAS if any(alias in text for alias in aliases for text in around if text) else 0.0


def _spelled(leaf: Leaf, label: str) -> float:
    """The share of the name's words that the label spells, for words that the vocabulary does not know."""
    words = _unknown(leaf.title)
    if not words or not label:
        return 0.0
    text = plain(label)
    own = _unknown(leaf.name)
    if own and not any(word in text for word in own):
        return 0.0  # the words of the object around it are those of all its fields
    return sum(word in text for word in words) / len(words)


@lru_cache(maxsize=1024)
def _unknown(title: str) -> list[str]:
    """How the words of a title begin that the vocabulary does not know."""
    return [word[:6] for word in re.findall(r"[^\W\d_]{3,}", plain(title)) if not concepts(word)]
