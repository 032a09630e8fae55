"""Whether stated confidences can be believed, and what abstaining by them buys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from foyerdoc.evaluation.statistics import Array, Measure, Sums, ratio

BINS: Final = 10


@dataclass(frozen=True, slots=True)
class Bin:
    """Statements of like confidence: how many, their mean confidence, the share that is right, and its 95% interval."""

    count: int
    confidence: float
    accuracy: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, eq=False)
class Stated:
    """Statements with a confidence.

    Attributes:
        owner: (statements,) the number of the item that each is about.
        confidence: (statements,) float64, 0 to 1.
        right: (statements,) bool.
        items: how many items there are.
    """

    owner: NDArray[np.intp]
    confidence: Array
    right: NDArray[np.bool_]
    items: int

    @classmethod
    def of(cls, said: Sequence[tuple[int, float, bool]], items: int) -> Stated:
        """From triples of an item's number, a confidence and whether the statement is right."""
        owner, confidence, right = zip(*said, strict=True) if said else ((), (), ())
        return cls(np.array(owner, np.intp), np.array(confidence, np.float64), np.array(right, np.bool_), items)

    def __len__(self) -> int:
        return len(self.owner)

    def measures(self) -> list[Measure]:
        """ECE, Brier score and the area under the risk-coverage curve; none without statements."""
        if not len(self):
            return []
        gap, count = self.right - self.confidence, np.bincount(self.owner, minlength=self.items)[:, None]
        places = self.owner * BINS + bin_of(self.confidence)
        gaps = np.bincount(places, gap, minlength=self.items * BINS).reshape(self.items, BINS)
        squares = np.bincount(self.owner, gap**2, minlength=self.items)[:, None]
        return [
            Sums("ece", np.hstack([gaps, count]), _ece, "lower"),
            Sums("brier", np.hstack([squares, count]), ratio, "lower"),
            Area.of(self),
        ]

    def reliability(self) -> list[Bin]:
        """The bins of equal width that have statements, the least sure first."""
        place = bin_of(self.confidence)
        found = []
        for number in np.unique(place):
            here = place == number
            right, count = int(self.right[here].sum()), int(here.sum())
            found.append(Bin(count, float(self.confidence[here].mean()), right / count, *wilson(right, count)))
        return found

    def risk_coverage(self) -> tuple[Array, Array]:
        """What is wrong of what is said when only the surest statements are made.

        Returns:
            (points,) the share of statements made, ascending to 1; those of the same confidence are made together.
            (points,) the share of these that is wrong.
        """
        coverage, risk = Area.of(self).curve(np.ones((1, self.items)))
        return coverage[0], risk[0]


@dataclass(frozen=True, slots=True, eq=False)
class Area:
    """The area under the risk-coverage curve, 0 to 1: the mean risk over coverages.

    Attributes:
        owner, right: of the statements, the surest first.
        last: (distinct confidences,) the place of the last statement of each.

    Source: Geifman and El-Yaniv, "Selective Classification for Deep Neural Networks", NeurIPS 2017.
    """

    owner: NDArray[np.intp]
    right: NDArray[np.bool_]
    confidence: Array
    last: NDArray[np.intp]
    name: str = "aurc"
    better: Literal["higher", "lower"] = "lower"

    @classmethod
    def of(cls, stated: Stated) -> Area:
        """Sort statements by confidence."""
        order = np.argsort(-stated.confidence, kind="stable")
        confidence = stated.confidence[order]
        last = np.flatnonzero(np.append(np.diff(confidence) != 0, values=True)) if len(order) else order
        return cls(stated.owner[order], stated.right[order], confidence, last)

    def curve(self, weights: Array) -> tuple[Array, Array]:
        """(draws, points) coverage and risk."""
        made, wrong = self._running(weights)
        return made / made[:, -1:], wrong / np.maximum(made, 1)

    def __call__(self, weights: Array) -> Array:
        """As in `statistics.Measure`."""
        if not len(self.last):
            return np.full(len(weights), np.nan)
        made, wrong = self._running(weights)
        risk = wrong / np.maximum(made, 1)
        # Between two points as many statements are made as one count rises, each under the risk at its end.
        area = made[:, 0] * risk[:, 0] + ((made[:, 1:] - made[:, :-1]) * risk[:, 1:]).sum(axis=1)
        with np.errstate(invalid="ignore"):
            mean: Array = area / made[:, -1]
        return mean

    def _running(self, weights: Array) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """(draws, points) how many statements are made, and how many of them are wrong. Whole numbers: sums of floats wait for
        each other, and take eight times as long.
        """
        drawn = weights.astype(np.int32).take(self.owner, axis=1)
        made, wrong = np.cumsum(drawn, axis=1, dtype=np.int32), np.cumsum(drawn * ~self.right, axis=1, dtype=np.int32)
        return (made, wrong) if len(self.last) == len(self.owner) else (made[:, self.last], wrong[:, self.last])

    def at(self, items: NDArray[np.intp]) -> Area:
        """As in `statistics.Measure`."""
        number = {int(item): place for place, item in enumerate(items)}
        kept = np.array([int(owner) in number for owner in self.owner], dtype=np.bool_)
        owner = np.array([number[int(owner)] for owner in self.owner[kept]], dtype=np.intp)
        return Area.of(Stated(owner, self.confidence[kept], self.right[kept], len(items)))


def bin_of(confidence: Array) -> NDArray[np.intp]:
    """The number of the bin that each confidence falls into, 0 to `BINS` - 1."""
    return np.minimum((confidence * BINS).astype(np.intp), BINS - 1)


def wilson(right: float, n: float, z: float = 1.959964) -> tuple[float, float]:
    """The 95% interval of a share of `right` in `n`; (0, 1) when n is 0.

    Source: Wilson, "Probable inference, the law of succession, and statistical inference", JASA 1927.
    """
    if n == 0:
        return 0.0, 1.0
    p = right / n
    centre, spread, scale = p + z * z / (2 * n), z * sqrt(p * (1 - p) / n + z * z / (4 * n * n)), 1 + z * z / n
    return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)


def _ece(totals: Array) -> Array:
    """Expected calibration error: the mean distance of accuracy and confidence over bins, by how many each has.

    Source: Naeini et al., "Obtaining Well Calibrated Probabilities Using Bayesian Binning", AAAI 2015.
    """
    error: Array = np.abs(totals[:, :BINS]).sum(axis=1) / totals[:, BINS]
    return error
