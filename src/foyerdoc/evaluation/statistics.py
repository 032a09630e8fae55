"""How sure a figure is, and whether two systems differ.

A figure is a function of sums over items, so that one product of matrices gives it for a thousand drawn samples. Whole
documents are drawn, never single items: the pages, fields and questions of one document are right or wrong together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import repeat
from typing import Any, Final, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

DRAWS: Final = 1000
"""How often documents are drawn anew for an interval."""

_AT_ONCE: Final = 50
_FEWEST: Final = 2
_CHANCE: Final = 0.05
# Normal quantiles of 0.975 and 0.8: a two-sided test at 5% that finds a true difference 4 times out of 5.
_DETECTED: Final = 1.959964 + 0.841621


class Measure(Protocol):
    """A figure over items.

    Attributes:
        name: as `--fail-under` and the reports call it.
        better: whether higher or lower is better.
    """

    @property
    def name(self) -> str: ...  # noqa: D102

    @property
    def better(self) -> Literal["higher", "lower"]: ...  # noqa: D102

    def __call__(self, weights: Array) -> Array:
        """(draws, items) how often each item counts, whole numbers -> (draws,) the figure; NaN where there is none."""

    def at(self, items: NDArray[np.intp]) -> Measure:
        """The same over some of the items alone, in the order of the numbers given."""


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """A figure that is a function of sums.

    Attributes:
        name, better: as in `Measure`.
        sums: (items, columns) what each item adds, an array or a sparse one.
        figure: (draws, columns) float64 totals -> (draws,).
    """

    name: str
    sums: Any
    figure: Callable[[Array], Array]
    better: Literal["higher", "lower"] = "higher"

    def __call__(self, weights: Array) -> Array:
        """As in `Measure`."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return self.figure(weights @ self.sums)

    def at(self, items: NDArray[np.intp]) -> Sums:
        """As in `Measure`."""
        return replace(self, sums=self.sums[items])


def ratio(totals: Array) -> Array:
    """Of two columns, the first over the second."""
    quotient: Array = totals[:, 0] / totals[:, 1]
    return quotient


def share(
    name: str, hits: Sequence[float] | NDArray[Any], of: Sequence[float] | NDArray[Any] | None = None, *, lower: bool = False
) -> Sums:
    """The hits over what there was to hit: `of`, or the number of items."""
    top = np.asarray(hits, dtype=np.float64)
    columns = [top, np.ones_like(top) if of is None else np.asarray(of, dtype=np.float64)]
    return Sums(name, np.stack(columns, axis=1), ratio, "lower" if lower else "higher")


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure and its 95% interval.

    Attributes:
        value: over all items; NaN where there is none.
        low, high: the interval (percentile bootstrap over documents); NaN for fewer than two documents.
        error: the standard error, by the same draws.
        items, documents: how many it rests on.
    """

    value: float
    low: float
    high: float
    error: float
    items: int
    documents: int

    def __str__(self) -> str:
        return f"{self.value:.3f} ({self.low:.3f} to {self.high:.3f})"


@dataclass(frozen=True, slots=True)
class Difference:
    """How much higher one system's figure is than another's on the same items.

    Attributes:
        value: of all items.
        low, high: its 95% interval (paired bootstrap over documents).
        p: the chance of a difference as far from 0 were there none, two-sided; never below 2 / (draws + 1).
        adjusted: `p` after Holm's correction for all figures that were compared together.
        detectable: the smallest true difference that as many documents would show in 4 of 5 tries, at 5%.
        better: which direction is better for this figure.
    """

    value: float
    low: float
    high: float
    p: float
    adjusted: float
    detectable: float
    better: Literal["higher", "lower"]

    @property
    def verdict(self) -> Literal["better", "worse", "no difference shown"]:
        """By `adjusted`, at 5%."""
        if not self.adjusted < _CHANCE:
            return "no difference shown"
        return "better" if (self.value > 0) == (self.better == "higher") else "worse"

    @property
    def side(self) -> Literal[-1, 0, 1]:
        """By the interval: 1 where the first is better, -1 where it is worse, 0 where the interval has 0 in it."""
        if not (self.low > 0 or self.high < 0):
            return 0
        return 1 if (self.low > 0) == (self.better == "higher") else -1


@dataclass(frozen=True, slots=True)
class McNemar:
    """Items that only one of two systems has right, and the chance of so uneven a split were both as good.

    It takes items for independent: with many items of few documents, believe the paired bootstrap.
    """

    only_first: int
    only_second: int
    p: float


@dataclass(frozen=True, slots=True, eq=False)
class Draws:
    """Samples of documents, the same for the same arguments.

    Attributes:
        clusters: of each item, what it is drawn with: its document.
        times: how many samples.
        seed: other seeds draw others.
    """

    clusters: Sequence[str]
    times: int = DRAWS
    seed: int = 0
    _owner: NDArray[np.intp] = field(init=False, repr=False)
    _known: dict[int, tuple[Measure, Array]] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_owner", np.unique(np.asarray(self.clusters, dtype=object), return_inverse=True)[1])

    @property
    def documents(self) -> int:
        """How many there are."""
        return int(self._owner.max()) + 1 if len(self._owner) else 0

    def weights(self) -> Iterator[Array]:
        """(some draws, items) float64: how often each item was drawn."""
        random, n = np.random.default_rng(self.seed), self.documents
        for start in range(0, self.times, _AT_ONCE):
            rows = min(_AT_ONCE, self.times - start)
            drawn = random.integers(n, size=(rows, n)) + n * np.arange(rows)[:, None]
            counts = np.bincount(drawn.ravel(), minlength=rows * n).reshape(rows, n)
            yield counts[:, self._owner].astype(np.float64)

    def of(self, measures: Sequence[Measure]) -> Array:
        """(measures, draws) the figures of every sample; those of one measure are computed once."""
        new = [measure for measure in measures if id(measure) not in self._known]
        drawn = [[measure(weights) for measure in new] for weights in self.weights()] if self.documents >= _FEWEST else []
        for measure, rows in zip(new, zip(*drawn, strict=True) if drawn else repeat(()), strict=False):
            row = np.concatenate(rows) if rows else np.full(self.times, np.nan)
            self._known[id(measure)] = measure, row  # with the measure, so that no other one gets its id
        return np.array([self._known[id(measure)][1] for measure in measures]).reshape(len(measures), self.times)


def estimate(measures: Sequence[Measure], draws: Draws) -> dict[str, Estimate]:
    """Each figure with its interval, by name.

    Source: Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, chapters 8 (by clusters) and 13 (percentiles).
    """
    whole = np.ones((1, len(draws.clusters)))
    found = {}
    for measure, drawn in zip(measures, draws.of(measures), strict=True):
        low, high = _interval(drawn)
        value = float(measure(whole)[0])
        found[measure.name] = Estimate(value, low, high, _spread(drawn), len(draws.clusters), draws.documents)
    return found


def compare(first: Sequence[Measure], second: Sequence[Measure], draws: Draws) -> dict[str, Difference]:
    """First minus second, figure by figure, on the same items: those that both have, by name.

    Source: Koehn, "Statistical Significance Tests for Machine Translation Evaluation", EMNLP 2004; here documents are drawn.
    """
    others = {measure.name: measure for measure in second}
    pairs = [(measure, others[measure.name]) for measure in first if measure.name in others]
    drawn = draws.of([one for one, _ in pairs]) - draws.of([other for _, other in pairs])
    whole = np.ones((1, len(draws.clusters)))
    chances = [_chance(row) for row in drawn]
    found = {}
    for (one, other), row, p, adjusted in zip(pairs, drawn, chances, holm(chances), strict=True):
        low, high = _interval(row)
        value = float(one(whole)[0] - other(whole)[0])
        found[one.name] = Difference(value, low, high, p, adjusted, _DETECTED * _spread(row), one.better)
    return found


def mcnemar(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> McNemar:
    """Compare two systems' right items, exactly.

    Args:
        first, second: (items,) bool, whether each system has the item right.

    Source: McNemar, "Note on the sampling error of the difference between correlated proportions", Psychometrika 1947; exact
    by the binomial distribution.
    """
    from scipy.stats import binomtest

    one, other = int((first & ~second).sum()), int((second & ~first).sum())
    return McNemar(one, other, float(binomtest(one, one + other).pvalue) if one + other else 1.0)


def holm(chances: Sequence[float]) -> list[float]:
    """Corrected for how many were looked at: the chance of one false alarm among all stays below what is read off.

    Source: Holm, "A Simple Sequentially Rejective Multiple Test Procedure", Scandinavian Journal of Statistics 1979.
    """
    known = [i for i in np.argsort(chances, kind="stable") if not np.isnan(chances[i])]
    adjusted, highest = [float("nan")] * len(chances), 0.0
    for rank, i in enumerate(known):
        highest = max(highest, min(1.0, (len(known) - rank) * chances[i]))
        adjusted[i] = highest
    return adjusted


def slices(values: Sequence[str | None]) -> dict[str, NDArray[np.intp]]:
    """The items of each value, by value in order; items without one are under "unknown" where others have one."""
    if all(value is None for value in values):
        return {}
    names = np.array(["unknown" if value is None else value for value in values], dtype=object)
    return {str(name): np.flatnonzero(names == name) for name in sorted(set(names))}


def thirds(lengths: Sequence[int | None]) -> list[str | None]:
    """Short, middle and long: the thirds of the lengths that are known, with their bounds in characters."""
    known = np.array([length for length in lengths if length is not None])
    if len(np.unique(known)) < 3:
        return [None] * len(lengths)
    low, high = (int(np.quantile(known, part, method="lower")) for part in (1 / 3, 2 / 3))
    names = (f"1 short, to {low}", f"2 middle, to {high}", f"3 long, above {high}")
    return [None if length is None else names[int(length > low) + int(length > high)] for length in lengths]


def by_slice(
    measures: Sequence[Measure], draws: Draws, parts: Mapping[str, NDArray[np.intp]]
) -> dict[str, dict[str, Estimate]]:
    """Each figure with its interval over each part of the items."""
    return {
        name: estimate(
            [measure.at(items) for measure in measures],
            Draws([draws.clusters[i] for i in items], draws.times, draws.seed),
        )
        for name, items in parts.items()
    }


def _interval(drawn: Array) -> tuple[float, float]:
    known = drawn[~np.isnan(drawn)]
    return (float(np.quantile(known, 0.025)), float(np.quantile(known, 0.975))) if len(known) else (np.nan, np.nan)


def _spread(drawn: Array) -> float:
    known = drawn[~np.isnan(drawn)]
    return float(known.std(ddof=1)) if len(known) > 1 else float("nan")


def _chance(drawn: Array) -> float:
    known = drawn[~np.isnan(drawn)]
    if not len(known):
        return float("nan")
    sides = min(int((known <= 0).sum()), int((known >= 0).sum()))
    return min(1.0, 2 * (sides + 1) / (len(known) + 1))
