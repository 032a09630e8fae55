"""A judge of sentences ("do the quotes bear it out?") against people's judgement of the same sentences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from foyerdoc.evaluation.statistics import Array, Measure, share


@dataclass(frozen=True, slots=True, eq=False)
class Support:
    """Judged sentences.

    Attributes:
        true: (sentences,) bool, whether people call it borne out.
        said: (sentences,) bool, whether the judge does.
        scores: (sentences,) float64, higher is likelier; None for a judge that says yes or no alone.
    """

    true: NDArray[np.bool_]
    said: NDArray[np.bool_]
    scores: Array | None = None

    def measures(self) -> list[Measure]:
        """Precision and recall of "borne out", the share of what is not borne out that is caught, and AUROC."""
        hits = self.true & self.said
        return [
            share("precision", hits, self.said),
            share("recall", hits, self.true),
            share("f1", 2 * hits, 1 * self.true + 1 * self.said),
            share("caught", ~self.true & ~self.said, ~self.true),
            *([] if self.scores is None else [Auroc(self.scores, self.true)]),
        ]


@dataclass(frozen=True, slots=True, eq=False)
class Auroc:
    """The chance that a positive's score is above a negative's, a tie counting half: the area under the ROC curve.

    Attributes:
        scores: (items,) float64.
        positive: (items,) bool.
    """

    scores: Array
    positive: NDArray[np.bool_]
    name: str = "auroc"
    better: Literal["higher", "lower"] = "higher"

    def __call__(self, weights: Array) -> Array:
        """As in `statistics.Measure`; by the ranks of the scores, ties sharing theirs."""
        order = np.argsort(self.scores, kind="stable")
        ends = np.flatnonzero(np.append(np.diff(self.scores[order]) != 0, values=True)) if len(order) else order
        drawn, positive = weights[:, order], self.positive[order]
        # (draws, distinct scores): how many of each side have the score or less, and how many have less.
        negatives = np.cumsum(drawn * ~positive, axis=1)[:, ends]
        below = np.concatenate([np.zeros((len(weights), 1)), negatives[:, :-1]], axis=1) if len(ends) else negatives
        positives = np.diff(np.cumsum(drawn * positive, axis=1)[:, ends], axis=1, prepend=0.0)
        won = (positives * (below + negatives) / 2).sum(axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            area: Array = won / (positives.sum(axis=1) * (weights @ ~self.positive))
        return area

    def at(self, items: NDArray[np.intp]) -> Auroc:
        """As in `statistics.Measure`."""
        return Auroc(self.scores[items], self.positive[items], self.name, self.better)
