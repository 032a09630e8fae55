"""What predictions are worth, from arrays alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from benchmarks.classify.predictions import Path_, Predictions
from numpy.typing import NDArray

Weights = NDArray[np.float64]
"""(documents,) how often each document was drawn: 1 for the figure itself, a bootstrap's counts for its interval."""

LEVELS = ("category", "leaf")


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """A system's answers to the documents in scope, the folds of one seed pooled, in the order of the documents' ids.

    Attributes:
        ids: (documents,) str.
        leaves: every leaf of the data set.
        true, named: (documents,) rows of `leaves`: the true one, and the best one of the best category. The best category has
            the largest sum of probabilities; where scores are no probabilities it is the best leaf's.
        right: for each level, (documents,) bool.
        confidence: for each level, (documents,) the probability of what is named there; None where there are none.
        decided: for each level, (documents,) bool: the system named a label of that level; None for one that always does.
        decided_right: for each level, (documents,) bool: the labels named down to that level are the true ones.
    """

    ids: NDArray[np.str_]
    leaves: tuple[Path_, ...]
    true: NDArray[np.int64]
    named: NDArray[np.int64]
    right: dict[str, NDArray[np.bool_]]
    confidence: dict[str, NDArray[np.float64]] | None
    decided: dict[str, NDArray[np.bool_]] | None
    decided_right: dict[str, NDArray[np.bool_]] | None


def category_scores(predictions: Predictions) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """(documents, categories): the sum of its leaves' probabilities, or the best of its leaves' scores; and (leaves,) the
    category that each leaf stands under."""
    names = sorted({leaf[0] for leaf in predictions.leaves})
    of_leaf = np.array([names.index(leaf[0]) for leaf in predictions.leaves])
    scores = predictions.scores.astype(np.float64)
    columns = [scores[:, of_leaf == i] for i in range(len(names))]
    return np.stack([c.sum(axis=1) if predictions.probabilistic else c.max(axis=1) for c in columns], axis=1), of_leaf


def outcome(folds: Sequence[Predictions]) -> Outcome:
    """Pool the folds of one seed."""
    parts = [_one(fold) for fold in folds]
    order = np.argsort(np.concatenate([part.ids for part in parts]), kind="stable")

    def pooled(arrays: Sequence[Any]) -> Any:
        if any(array is None for array in arrays):
            return None
        if isinstance(arrays[0], dict):
            return {level: pooled([array[level] for array in arrays]) for level in LEVELS}
        return np.concatenate(arrays)[order]

    names = ("true", "named", "right", "confidence", "decided", "decided_right")
    whole = {name: pooled([getattr(part, name) for part in parts]) for name in names}
    return Outcome(ids=pooled([part.ids for part in parts]), leaves=folds[0].leaves, **whole)


def _one(p: Predictions) -> Outcome:
    inside = p.true >= 0
    true = p.true[inside].astype(np.int64)
    sums, of_leaf = category_scores(p)
    sums, scores = sums[inside], p.scores[inside]
    best = sums.argmax(axis=1)
    within = np.where(of_leaf[None] == best[:, None], scores, -np.inf)
    named = within.argmax(axis=1)
    right = {"category": best == of_leaf[true], "leaf": named == true}
    confidence = {"category": sums.max(axis=1), "leaf": within.max(axis=1).astype(np.float64)} if p.probabilistic else None
    decided = decided_right = None
    if p.paths is not None:
        paths = [path for path, keep in zip(p.paths, inside, strict=True) if keep]
        wanted = [p.leaves[i] for i in true]
        depths = {"category": 1, "leaf": 2}
        decided = {level: np.array([len(path) >= n for path in paths], dtype=bool) for level, n in depths.items()}
        decided_right = {
            level: np.array([len(path) >= n and path[:n] == want[:n] for path, want in zip(paths, wanted, strict=True)])
            for level, n in depths.items()
        }
    ids = np.array([each for each, keep in zip(p.ids, inside, strict=True) if keep])
    return Outcome(ids, p.leaves, true, named, right, confidence, decided, decided_right)


def share(which: NDArray[np.bool_], weights: Weights, of: NDArray[np.bool_] | None = None) -> float:
    """The share of the drawn documents that are `which`, among all or those that are `of`; NaN when none are."""
    total = weights.sum() if of is None else weights @ of
    return float(weights @ (which if of is None else which & of) / total) if total else float("nan")


def macro_f1(result: Outcome, weights: Weights, leaves: NDArray[np.bool_] | None = None) -> float:
    """Mean F1 of the leaves that the drawn documents have, each counting the same; a leaf that is never named has 0.

    A leaf that no drawn document has is left out: its F1 would be 0 whatever is learnt. Documents wrongly named as such a
    leaf still count against their own.

    Args:
        result: the answers.
        weights: (documents,) how often each was drawn.
        leaves: (leaves,) bool, the leaves to average over; all by default.
    """
    n = len(result.leaves)
    truth = np.bincount(result.true, weights, n)
    named = np.bincount(result.named, weights, n)
    hits = np.bincount(result.true, weights * result.right["leaf"], n)
    asked = truth > 0 if leaves is None else (truth > 0) & leaves
    return float((2 * hits[asked] / (truth[asked] + named[asked])).mean()) if asked.any() else float("nan")


def auroc(positive: NDArray[np.floating[Any]], negative: NDArray[np.floating[Any]]) -> float:
    """Chance that a positive's score is above a negative's, a tie counting half (the area under the ROC curve)."""
    both = np.concatenate([positive, negative]).astype(np.float64)
    _, place, counts = np.unique(both, return_inverse=True, return_counts=True)
    # The mean rank of each distinct score, from 1: ties share theirs.
    ranks = np.cumsum(counts) - (counts - 1) / 2
    above = ranks[place[: len(positive)]].sum() - len(positive) * (len(positive) + 1) / 2
    return float(above / (len(positive) * len(negative)))


def scope_scores(predictions: Predictions) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """Scores of the documents in scope and of those out of scope, higher is likelier in; None where there are no latter."""
    outside = predictions.true < 0
    if not outside.any():
        return None
    score = predictions.scores.max(axis=1) if predictions.scope is None else predictions.scope
    return score[~outside].astype(np.float64), score[outside].astype(np.float64)
