"""Intervals: what the figures could have been with other documents of the same kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from benchmarks.classify.metrics import Weights

DRAWS = 1000
"""How often documents are drawn anew for an interval, unless told otherwise."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure and its 95% interval. `spread` is the standard deviation over seeds, None for one seed."""

    value: float
    low: float
    high: float
    spread: float | None = None

    def __str__(self) -> str:
        return f"{self.value:.3f} ({self.low:.3f} to {self.high:.3f})"

    @property
    def signed(self) -> str:
        """In percentage points, with its sign."""
        return f"{100 * self.value:+.1f} ({100 * self.low:+.1f} to {100 * self.high:+.1f})"


def draws(documents: int, times: int, seed: int = 0) -> Iterator[Weights]:
    """(documents,) counts of documents drawn with replacement, as many as there are. The same draws for the same arguments."""
    generator = np.random.default_rng(seed)
    for _ in range(times):
        yield np.bincount(generator.integers(documents, size=documents), minlength=documents).astype(np.float64)


def estimate(
    measures: Sequence[Callable[[Weights], float]],
    documents: int,
    minus: Sequence[Callable[[Weights], float]] = (),
    times: int | None = None,
) -> Estimate:
    """The mean of a measure over seeds, with the interval over documents (percentile bootstrap, Efron 1979).

    Args:
        measures: one for each seed, of the same documents.
        documents: how many.
        minus: those of another system on the same documents: the estimate is of the paired difference. The seeds need not
            be as many.
        times: how often documents are drawn; `DRAWS` by default.
    """

    def value(weights: Weights) -> float:
        ours = float(np.mean([measure(weights) for measure in measures]))
        return ours - float(np.mean([measure(weights) for measure in minus])) if minus else ours

    ones = np.ones(documents)
    drawn = np.array([value(weights) for weights in draws(documents, times or DRAWS)])
    low, high = np.nanpercentile(drawn, [2.5, 97.5])
    seeds = [measure(ones) for measure in measures]
    spread = float(np.std(seeds, ddof=1)) if len(seeds) > 1 else None
    return Estimate(value(ones), float(low), float(high), spread)
