"""Which lines of a document a model is shown: all of a short one; of a long one its beginning and what speaks of the fields."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from foyerdoc.extraction.grounding import Ground
from foyerdoc.extraction.schemas import Leaf
from foyerdoc.extraction.vocabulary import concepts, plain

_NUMBERED: Final = 4
"""Tokens of a line's number and marks."""

_BEGINNING: Final = 0.2
"""Share of the tokens that goes to the beginning: a document says there what it is and whom it concerns."""

_STEM: Final = 6
_DESCRIBED: Final = 0.5
_ABOVE: Final = 0.5


@dataclass(frozen=True, slots=True)
class Shown:
    """What a model is shown.

    Attributes:
        lines: indexes into `Ground.lines`, ascending.
        complete: whether that is the whole document.
    """

    lines: tuple[int, ...]
    complete: bool


@dataclass(slots=True)
class Relevance:
    """How much a line speaks of a field: the words and the concepts that they share, the rare ones counting more.

    A sentence answers seldom in the field's own words, but it nearly always has one of them: "shall be governed by the laws
    of" for governing law. What the line above says counts half.
    """

    ground: Ground
    _terms: list[frozenset[str]] = field(default_factory=list)
    _rarity: dict[str, float] = field(default_factory=dict)
    _asked: dict[Leaf, dict[str, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._terms = [frozenset(_terms(line.text)) for line in self.ground.lines]
        counts = Counter(term for terms in self._terms for term in terms)
        self._rarity = {term: math.log1p(len(self._terms) / count) for term, count in counts.items()}

    def of(self, leaf: Leaf, at: int) -> float:
        """Of a line for a field; 0 or more, comparable among the lines of one document."""
        own = self._shared(leaf, at)
        return own + _ABOVE * self._shared(leaf, at - 1) if at else own

    def _shared(self, leaf: Leaf, at: int) -> float:
        if leaf not in self._asked:
            self._asked[leaf] = _wanted(leaf)
        said = self._terms[at]
        return sum(weight * self._rarity[term] for term, weight in self._asked[leaf].items() if term in said)


def shown(ground: Ground, eligible: Mapping[Leaf, Sequence[int]], count_tokens: Callable[[str], int], budget: int) -> Shown:
    """Choose lines within a budget.

    Args:
        ground: the document.
        eligible: for each field the lines on which its value can stand at all.
        count_tokens: as the model counts.
        budget: tokens of all lines together.
    """
    costs = [count_tokens(line.text) + _NUMBERED for line in ground.lines]
    if sum(costs) <= budget:
        return Shown(tuple(range(len(costs))), complete=True)
    chosen: set[int] = set()
    left = budget
    for at, cost in enumerate(costs):
        if cost > left or budget - left > _BEGINNING * budget:
            break
        chosen.add(at)
        left -= cost
    relevance = Relevance(ground)
    queues = [_best_first(relevance, leaf, lines) for leaf, lines in eligible.items()]
    least = min(costs)
    while queues and left >= least:
        for queue in list(queues):
            at = next(queue, -1)
            if at < 0:
                queues.remove(queue)
                continue
            both = {near for near in (at - 1, at) if near >= 0} - chosen
            # With the line above, which often is its label; else at least the line itself.
            wanted = both if sum(costs[near] for near in both) <= left else {at} - chosen
            cost = sum(costs[near] for near in wanted)
            if cost <= left:
                chosen |= wanted
                left -= cost
    return Shown(tuple(sorted(chosen)), complete=False)


def windows(ground: Ground, count_tokens: Callable[[str], int], budget: int) -> list[Shown]:
    """All lines, in stretches that each fit into a budget of tokens; a line that does not fit stands alone."""
    stretches: list[list[int]] = [[]]
    left = budget
    for at, line in enumerate(ground.lines):
        cost = count_tokens(line.text) + _NUMBERED
        if cost > left and stretches[-1]:
            stretches.append([])
            left = budget
        stretches[-1].append(at)
        left -= cost
    return [Shown(tuple(lines), complete=True) for lines in stretches]


def _best_first(relevance: Relevance, leaf: Leaf, lines: Sequence[int]) -> Iterator[int]:
    """The lines that speak of a field, the most first; then the others, in case a value stands without a word on it."""
    return iter(sorted(lines, key=lambda at: (-relevance.of(leaf, at), at)))


def _wanted(leaf: Leaf) -> dict[str, float]:
    wanted = dict.fromkeys(_terms(leaf.description), _DESCRIBED)
    wanted.update(dict.fromkeys((term for text in (leaf.title, *leaf.aliases) for term in _terms(text)), 1.0))
    return wanted


def _terms(text: str) -> Iterator[str]:
    """The beginnings of words, and what they speak of in any language."""
    for word in re.findall(r"[^\W\d_]{3,}", plain(text)):
        yield word[:_STEM]
    for concept in concepts(text):
        yield f"={concept}"
