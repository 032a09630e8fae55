"""What the benchmarks of answers count with."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from foyerdoc.evaluation.metrics.support import Auroc


def share(hits: Sequence[float], of: Sequence[float], groups: Sequence[object]) -> str:
    """The hits over what there was to hit, and its interval of 95% when whole groups (articles, contracts) are drawn again."""
    if not sum(of):
        return ""
    _, numbers = np.unique(groups, return_inverse=True)
    tops, bottoms = np.bincount(numbers, hits), np.bincount(numbers, of)
    some = np.random.default_rng(0).integers(0, len(tops), (2000, len(tops)))
    drawn, from_ = tops[some].sum(1), bottoms[some].sum(1)
    low, high = np.quantile(drawn[from_ > 0] / from_[from_ > 0], [0.025, 0.975])
    return f"{sum(hits) / sum(of):.3f} ({low:.3f} to {high:.3f})"


def auroc(values: np.ndarray, positive: np.ndarray) -> float:
    """The chance that a random positive has the higher value than a random other one; 1 is best."""
    return float(Auroc(values, positive)(np.ones((1, len(values))))[0])
