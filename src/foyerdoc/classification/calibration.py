"""From scores to probabilities, and from probabilities to a decision."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from foyerdoc.taxonomy import Taxonomy

Decision = Literal["accepted", "category_only", "abstained"]

_TEMPERATURES: Final = np.exp(np.linspace(np.log(0.05), np.log(20.0), 241))
_NEVER: Final = 1.01
"""A threshold that no probability reaches."""

_ROUNDING: Final = 1e-9

_UNFAMILIAR: Final = 0.05
"""Share of held-out documents, the least sure ones, that is given up for the documents that belong nowhere: a classifier that
is nearly always right needs no threshold for its precision, and would name a label for anything."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """What held-out documents taught about a classifier's scores.

    Attributes:
        temperature: what the scores are divided by before the softmax (Guo et al., "On Calibration of Modern Neural
            Networks", ICML 2017).
        thresholds: for each level, the probability from which a label of that level is named; above 1 none is.
        target: the precision that the thresholds were chosen for.
        examples: how many held-out documents it rests on.
    """

    temperature: float
    thresholds: tuple[float, ...]
    target: float
    examples: int

    @classmethod
    def fit(
        cls, scores: NDArray[np.float64], paths: list[tuple[str, ...]], taxonomy: Taxonomy, *, target: float = 0.95
    ) -> Calibration:
        """Learn from held-out documents.

        The temperature is the one under which their labels are most probable, each label taken as wrong once in so many
        documents and two: documents that are all right would else make every confidence 1.

        A level's threshold is the lowest for which the labels named are expected to be right with the target's share, by
        their own calibrated probabilities: on a few hundred documents that is steadier than counting the right ones. It is
        never so low that a document less sure than all but the least sure twentieth of the held-out ones is named: such a
        document is likely to be out of scope.

        Args:
            scores: (documents, leaves) float64, natural-log scale.
            paths: the documents' labels; those that end above a leaf count for the levels they have.
            taxonomy: whose leaves the scores are of.
            target: precision asked of named labels, 0 to 1.
        """
        levels = _levels(taxonomy.leaves())
        whole = np.array([path in levels.index for path in paths])
        temperature = 1.0
        if whole.any():
            rows = np.array([levels.index[path] for path in paths if path in levels.index])
            temperature, _ = best_temperature(scores[whole], rows)
        probabilities = np.exp(_log_softmax(scores / temperature))
        thresholds = []
        for depth in range(1, levels.depth + 1):
            confidences = [levels.best(row)[min(depth, levels.depth) - 1 :][:1] for row in probabilities]
            found = np.array([c[0][1] for c in confidences if c])
            # Sums of shares that are equal on paper differ in their last digits.
            thresholds.append(
                max(_threshold(found, target), float(np.quantile(found, _UNFAMILIAR)) - _ROUNDING) if len(found) else _NEVER
            )
        return cls(temperature, tuple(thresholds), target, len(paths))

    def probabilities(self, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """(documents, leaves) natural-log scores to (documents, leaves) probabilities that sum to 1."""
        shares: NDArray[np.float64] = np.exp(_log_softmax(scores / self.temperature))
        return shares

    def decide(self, probabilities: NDArray[np.float64], taxonomy: Taxonomy) -> tuple[tuple[str, ...], float, Decision]:
        """What (leaves,) probabilities of a document allow to say.

        Returns:
            The path down the most probable labels as far as each reaches its level's threshold, the probability that it is
            right, and the decision: "accepted" for a leaf, "category_only" for an upper label, "abstained" for none, when
            the probability is that of the best category.
        """
        named: tuple[str, ...] = ()
        steps = _levels(taxonomy.leaves()).best(probabilities)
        confidence = steps[0][1]
        for depth, (path, probability) in enumerate(steps):
            if probability < self.thresholds[min(depth, len(self.thresholds) - 1)]:
                break
            named, confidence = path, probability
        if not named:
            return (), confidence, "abstained"
        return named, confidence, "accepted" if named == steps[-1][0] else "category_only"


class _Levels:
    """The way down a taxonomy by probability."""

    def __init__(self, leaves: tuple[tuple[str, ...], ...]) -> None:
        self.leaves = leaves
        self.index = {path: row for row, path in enumerate(self.leaves)}
        self.depth = max(map(len, self.leaves))
        # What is below a label, and the place among it of each leaf; the last place is that of leaves elsewhere.
        self._below: dict[tuple[str, ...], tuple[list[tuple[str, ...]], NDArray[np.int64]]] = {}
        for named in dict.fromkeys(leaf[:depth] for leaf in self.leaves for depth in range(len(leaf))):
            depth = len(named) + 1
            labels = list(dict.fromkeys(leaf[:depth] for leaf in self.leaves if leaf[: depth - 1] == named))
            places = {label: place for place, label in enumerate(labels)}
            self._below[named] = labels, np.array([places.get(leaf[:depth], len(labels)) for leaf in self.leaves])

    def best(self, probabilities: NDArray[np.float64]) -> list[tuple[tuple[str, ...], float]]:
        """The most probable category, the most probable label below it ..., each with its probability; a leaf is last."""
        steps: list[tuple[tuple[str, ...], float]] = []
        named: tuple[str, ...] = ()
        while named not in self.index:
            labels, places = self._below[named]
            sums = np.bincount(places, probabilities, len(labels))[: len(labels)]
            best = int(sums.argmax())
            named = labels[best]
            # Sums of shares can pass 1 by a rounding.
            steps.append((named, min(1.0, float(sums[best]))))
        return steps


_levels = lru_cache(maxsize=16)(_Levels)


def best_temperature(scores: NDArray[np.float64], rows: NDArray[np.int64]) -> tuple[float, float]:
    """The temperature under which documents' labels are most probable, 0.05 to 20, and their loss under it.

    The loss is convex in the temperature's inverse: it falls and then rises, so the place where it turns is found by halving.

    Args:
        scores: (documents, leaves) float64, natural-log scale.
        rows: (documents,) the numbers of the leaves that are right.
    """

    def loss(at: int) -> float:
        return _loss(_log_softmax(scores / _TEMPERATURES[at]), rows)

    low, high = 0, len(_TEMPERATURES) - 1
    while low < high:
        middle = (low + high) // 2
        if loss(middle) <= loss(middle + 1):
            high = middle
        else:
            low = middle + 1
    return float(_TEMPERATURES[low]), loss(low)


def _threshold(confidences: NDArray[np.float64], target: float) -> float:
    """The lowest confidence such that the mean of those from it upwards is the target; the least of all when that suffices."""
    falling = -np.sort(-confidences)
    means = np.cumsum(falling) / np.arange(1, len(falling) + 1)
    enough = np.flatnonzero(means >= target)
    if len(enough) == 0:
        return _NEVER
    return float(falling[enough[-1]]) if len(enough) < len(falling) else 0.0


def _loss(log_probabilities: NDArray[np.float64], rows: NDArray[np.int64]) -> float:
    """Mean cross-entropy with targets of 1 - 1 / (n + 2), the rest spread over the other leaves.

    Source: Platt, "Probabilistic Outputs for Support Vector Machines", 1999, section 2.2.
    """
    n, leaves = log_probabilities.shape
    doubt = 1 / (n + 2) if leaves > 1 else 0.0
    right = log_probabilities[np.arange(n), rows]
    others = (log_probabilities.sum(axis=1) - right) / max(leaves - 1, 1)
    return float(-((1 - doubt) * right + doubt * others).mean())


def _log_softmax(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    shifted = scores - scores.max(axis=-1, keepdims=True)
    found: NDArray[np.float64] = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return found
