"""Extracted fields against known ones.

Each field of each document has an outcome:

    right      the value that the document has
    wrong      another value: against precision, and against recall
    invented   a value where the document has none: against precision
    missed     a value of the document that is not shown: against recall
    absent     none in both: no figure but "invented_rate" counts it

Lists have no order. Their entries, and the rows of lists of objects, are paired so that most values agree.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from foyerdoc.documents import Span
from foyerdoc.evaluation.gold import ENTRY, FieldsAnnotation, Truth
from foyerdoc.evaluation.metrics.confidence import Stated
from foyerdoc.evaluation.predictions import Pairs
from foyerdoc.evaluation.statistics import Array, Measure, Sums, share
from foyerdoc.results import Extraction, FieldValue

Kind = Literal["right", "wrong", "invented", "missed", "absent"]
KINDS: Final[tuple[Kind, ...]] = ("right", "wrong", "invented", "missed", "absent")

V = TypeVar("V")


_Known = Mapping[str, "Truth | None"]
_Shown = Mapping[str, FieldValue]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one field of one document.

    Attributes:
        item: the number of the item.
        path: of the field; entries of a list have no numbers: `lines[].amount`.
        kind: what it is.
        truth, said: both sides, None where there is none.
    """

    item: int
    path: str
    kind: Kind
    truth: Truth | None
    said: FieldValue | None

    @property
    def overlap(self) -> float | None:
        """Characters that both spans have, over those that either has, 0 to 1; None unless both sides have a span."""
        if self.truth is None or self.truth.span is None or self.said is None or self.said.span is None:
            return None
        return iou(self.truth.span, self.said.span)


@dataclass(frozen=True, slots=True, eq=False)
class Fields:
    """The outcomes of all items' fields.

    Attributes:
        outcomes: item by item.
        items: how many there are.
        failed: the numbers of those that the system said nothing of.
    """

    outcomes: tuple[Outcome, ...]
    items: int
    failed: frozenset[int] = frozenset()

    @classmethod
    def of(cls, pairs: Pairs[FieldsAnnotation, Extraction[Any]]) -> Fields:
        """Measure pairs. A failed item shows nothing: all that its document has is missed."""
        found: list[Outcome] = []
        for item, (truth, result) in enumerate(zip(pairs.truths, pairs.results, strict=True)):
            found += outcomes(item, truth.fields, {} if result is None else result.fields)
        failed = frozenset(item for item, result in enumerate(pairs.results) if result is None)
        return cls(tuple(found), len(pairs), failed)

    @property
    def right(self) -> NDArray[np.bool_]:
        """(items,) bool: every known field of the item is right or rightly absent; never of one that the system failed at."""
        wrong = [*(one.item for one in self.outcomes if one.kind not in {"right", "absent"}), *self.failed]
        right: NDArray[np.bool_] = np.bincount(np.array(wrong, np.intp), minlength=self.items) == 0
        return right

    @property
    def stated(self) -> Stated:
        """The values shown with a confidence."""
        shown = ((one.item, one.said.confidence, one.kind == "right") for one in self.outcomes if one.said is not None)
        return Stated.of([(item, sure, right) for item, sure, right in shown if sure is not None], self.items)

    def measures(self) -> list[Measure]:
        """Every figure of fields."""
        counts = self.counts()
        right, wrong, invented, missed, absent = counts.T
        overlaps = [(one.item, one.overlap) for one in self.outcomes if one.overlap is not None]
        at, how = np.array([item for item, _ in overlaps], np.intp), np.array([iou for _, iou in overlaps], np.float64)
        located = np.bincount(at, minlength=self.items)
        return [
            share("precision", right, right + wrong + invented),
            share("recall", right, right + wrong + missed),
            Sums("f1", counts[:, :4], _f1),
            share("complete", self.right),
            share("invented_rate", invented, invented + absent, lower=True),
            share("missed_rate", missed, right + wrong + missed, lower=True),
            *([share("span_iou", np.bincount(at, how, minlength=self.items), located)] if overlaps else []),
            *self.stated.measures(),
        ]

    def counts(self) -> Array:
        """(items, kinds) how many outcomes of each kind an item has, in the order of `KINDS`."""
        places = [one.item * len(KINDS) + KINDS.index(one.kind) for one in self.outcomes]
        flat = np.bincount(np.array(places, np.intp), minlength=self.items * len(KINDS))
        return flat.reshape(self.items, len(KINDS)).astype(np.float64)

    def by_path(self) -> dict[str, Fields]:
        """The outcomes of each field alone, in order of path."""
        parts: dict[str, list[Outcome]] = {}
        for one in self.outcomes:
            parts.setdefault(one.path, []).append(one)
        return {path: Fields(tuple(parts[path]), self.items, self.failed) for path in sorted(parts)}


def outcomes(item: int, truth: Mapping[str, Truth | None], said: Mapping[str, FieldValue]) -> Iterator[Outcome]:
    """The outcomes of one item: of the fields that gold names, and of what is shown in its lists.

    Args:
        item: its number.
        truth: by path; None where the document has no such value, under a list's own path where it has no entry.
        said: by path; what gold does not name is not judged.
    """
    plain, lists = parted(truth)
    shown = {path: value for path, value in said.items() if value.value is not None or value.status != "absent"}
    shown_plain, shown_lists = parted(shown)
    for path, value in plain.items():
        if value is None and path in shown_lists:
            lists[path] = []
        elif path not in lists:
            yield _outcome(item, path, value, shown_plain.get(path))
    for path, rows in lists.items():
        yield from _list_outcomes(item, path, rows, shown_lists.get(path, []))


def iou(left: Span, right: Span) -> float:
    """Characters that both spans have, over those that either has, 0 to 1."""
    both = max(0, min(left.end, right.end) - max(left.start, right.start))
    return both / max(1, len(left) + len(right) - both)


def parted(values: Mapping[str, V]) -> tuple[dict[str, V], dict[str, list[dict[str, V]]]]:
    """Single values by path, and each list's entries in order of their numbers.

    An entry is its values by the rest of their paths: "lines[0].amount" is ".amount" in the first entry of "lines", "names[0]"
    is "" in the first of "names".
    """
    plain: dict[str, V] = {}
    lists: dict[str, dict[int, dict[str, V]]] = {}
    for path, value in values.items():
        if entry := ENTRY.fullmatch(path):
            rows = lists.setdefault(entry[1], {})
            rows.setdefault(int(entry[2]), {})[entry[3]] = value
        else:
            plain[path] = value
    return plain, {path: [rows[number] for number in sorted(rows)] for path, rows in lists.items()}


def _list_outcomes(item: int, path: str, truth: Sequence[_Known], said: Sequence[_Shown]) -> Iterator[Outcome]:
    pairs = dict(_paired(truth, said))
    known = {inner for row in truth for inner in row}
    for number, row in enumerate(truth):
        other = said[pairs[number]] if number in pairs else {}
        for inner, value in row.items():
            yield _outcome(item, f"{path}[]{inner}", value, other.get(inner))
    spare = set(range(len(said))) - set(pairs.values())
    for number in sorted(spare):
        for inner, shown in said[number].items():
            if inner in known or not known:
                yield _outcome(item, f"{path}[]{inner}", None, shown)


def _paired(truth: Sequence[_Known], said: Sequence[_Shown]) -> Iterable[tuple[int, int]]:
    """Which rows belong together: most equal values, then most characters at the same place, then the same order."""
    from scipy.optimize import linear_sum_assignment

    if not truth or not said:
        return ()
    likeness = np.array([[_alike(t, s) - 1e-6 * abs(i - j) for j, s in enumerate(said)] for i, t in enumerate(truth)])
    rows, columns = linear_sum_assignment(likeness, maximize=True)
    return zip(map(int, rows), map(int, columns), strict=True)


def _alike(truth: _Known, said: _Shown) -> float:
    found = [_outcome(0, "", value, said.get(inner)) for inner, value in truth.items()]
    return sum((one.kind == "right") + 0.01 * (one.overlap or 0.0) for one in found)


def _outcome(item: int, path: str, truth: Truth | None, said: FieldValue | None) -> Outcome:
    if truth is None:
        return Outcome(item, path, "absent" if said is None or said.value is None else "invented", None, said)
    if said is None or said.value is None:
        return Outcome(item, path, "missed", truth, said)
    return Outcome(item, path, "right" if truth.same(said.value) else "wrong", truth, said)


def _f1(totals: Array) -> Array:
    right, wrong, invented, missed = totals.T
    f1: Array = 2 * right / (2 * right + 2 * wrong + invented + missed)
    return f1
