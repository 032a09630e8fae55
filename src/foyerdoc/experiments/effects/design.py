"""From settings to columns of numbers: main effects and two-way interactions, and what is compared.

Levels are coded so that they add up to zero over a factor. A main effect is therefore an average over all levels of the
others, each counting the same, whatever share of the rows it has.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np

from foyerdoc.errors import UsageError
from foyerdoc.experiments.effects.observations import Factor
from foyerdoc.experiments.table import Level

_TOLERANCE: Final = 1e-8
_ROWS_PER_COLUMN: Final = 5
_MOST_VARIANCE: Final = 2.0


@dataclass(frozen=True, slots=True)
class Contrast:
    """A comparison: of a level with the factor's first, or of such a difference under a level of another factor.

    Attributes:
        factors: one name, or two of an interaction.
        levels: of each factor, the level that is looked at.
        references: of each factor, the level that it is compared with.
        weights: (columns,) float64; the effect is their product with the coefficients.
    """

    factors: tuple[str, ...]
    levels: tuple[Level, ...]
    references: tuple[Level, ...]
    weights: np.ndarray


@dataclass(frozen=True, slots=True)
class Design:
    """Which terms a model has.

    Attributes:
        factors: the knobs.
        terms: places of factors, one or two each, in the order of the columns.
        aliased: pairs of factors whose interaction the runs cannot, or can hardly, tell from other terms; it has no columns.
        thin: whether interactions were left out because there are too few rows.
    """

    factors: tuple[Factor, ...]
    terms: tuple[tuple[int, ...], ...]
    aliased: tuple[tuple[str, str], ...]
    thin: bool = False

    def matrix(self, settings: np.ndarray) -> np.ndarray:
        """Columns of settings.

        Args:
            settings: (rows, factors) int, places of levels.

        Returns:
            (rows, columns) float64; the first column is one.
        """
        return np.hstack([np.ones((len(settings), 1)), *(_columns(self.factors, term, settings) for term in self.terms)])

    def without(self, interactions: Collection[tuple[str, ...]]) -> np.ndarray:
        """(columns,) bool: all columns but those of these interactions, given by the names of their factors."""
        kept = [np.ones(1, dtype=bool)]
        for term in self.terms:
            names = tuple(self.factors[place].name for place in term)
            kept.append(np.full(_width(self.factors, term), names not in interactions))
        return np.concatenate(kept)

    def contrasts(self) -> list[Contrast]:
        """All comparisons: main effects first."""
        found = []
        starts = np.cumsum([1] + [_width(self.factors, term) for term in self.terms])
        for term, start in zip(self.terms, starts, strict=False):
            factors = [self.factors[place] for place in term]
            differences = [_coding(factor)[1:] - _coding(factor)[0] for factor in factors]
            for levels in np.ndindex(*(len(rows) for rows in differences)):
                parts = [rows[level] for rows, level in zip(differences, levels, strict=True)]
                weights = np.zeros(starts[-1])
                product = parts[0] if len(parts) == 1 else np.kron(parts[0], parts[1])
                weights[start : start + len(product)] = product
                found.append(
                    Contrast(
                        tuple(factor.name for factor in factors),
                        tuple(factor.levels[level + 1] for factor, level in zip(factors, levels, strict=True)),
                        tuple(factor.levels[0] for factor in factors),
                        weights,
                    )
                )
        return found


def design_of(factors: tuple[Factor, ...], settings: np.ndarray) -> Design:
    """The model that these settings can tell apart: all main effects, and those interactions that leave them sharp.

    An interaction that is a mixture of other terms, or so nearly one that the variance of a main effect would double, is left
    out. All are, where there would be fewer than five rows for a column.

    Args:
        factors: the knobs.
        settings: (rows, factors) int64.

    Raises:
        UsageError: the main effects themselves cannot be told apart.
    """
    cells, counts = np.unique(settings, axis=0, return_counts=True)
    kept: list[tuple[int, ...]] = []
    columns = np.ones((len(cells), 1))
    for place in range(len(factors)):
        columns = np.hstack([columns, _columns(factors, (place,), cells)])
        if _deficient(columns):
            raise UsageError(
                f"the effect of {factors[place].name!r} cannot be told from that of the factors before it",
                hint="sweep over a design in which they vary independently (a full factorial one, or another fraction)",
            )
        kept.append((place,))
    pairs = list(combinations(range(len(factors)), 2))
    if len(settings) < _ROWS_PER_COLUMN * (columns.shape[1] + sum(_width(factors, pair) for pair in pairs)):
        return Design(factors, tuple(kept), (), thin=bool(pairs))
    mains = np.stack([contrast.weights for contrast in Design(factors, tuple(kept), ()).contrasts()])
    sharp = _variances(columns, counts, mains)
    aliased = []
    for pair in pairs:
        wider = np.hstack([columns, _columns(factors, pair, cells)])
        if _deficient(wider) or (_variances(wider, counts, mains) > _MOST_VARIANCE * sharp).any():
            aliased.append((factors[pair[0]].name, factors[pair[1]].name))
        else:
            kept.append(pair)
            columns = wider
    return Design(factors, tuple(kept), tuple(aliased))


def _deficient(columns: np.ndarray) -> bool:
    return bool(np.linalg.matrix_rank(columns, tol=_TOLERANCE * len(columns)) < columns.shape[1])


def _variances(columns: np.ndarray, counts: np.ndarray, mains: np.ndarray) -> np.ndarray:
    """Of each main effect, (effects,) float64, but for the outcome's own variance; cells come `counts` times."""
    inverse = np.linalg.inv(columns.T @ (counts[:, None] * columns))[: mains.shape[1], : mains.shape[1]]
    variances: np.ndarray = np.einsum("ei,ij,ej->e", mains, inverse, mains)
    return variances


def dummies(factors: tuple[Factor, ...], settings: np.ndarray) -> tuple[list[int], np.ndarray]:
    """One column of 0 and 1 for each level but the first: the factor's place of each, and (rows, columns) float64."""
    places = [place for place, factor in enumerate(factors) for _ in factor.levels[1:]]
    levels = [level for factor in factors for level in range(1, len(factor.levels))]
    return places, (settings[:, places] == np.array(levels)).astype(np.float64)


def _coding(factor: Factor) -> np.ndarray:
    """(levels, levels - 1): what stands in a factor's columns for each level."""
    n = len(factor.levels) - 1
    return np.vstack([np.eye(n), -np.ones((1, n))])


def _columns(factors: tuple[Factor, ...], term: tuple[int, ...], settings: np.ndarray) -> np.ndarray:
    coded = [_coding(factors[place])[settings[:, place]] for place in term]
    columns: np.ndarray = coded[0] if len(coded) == 1 else np.einsum("ni,nj->nij", *coded).reshape(len(settings), -1)
    return columns


def _width(factors: tuple[Factor, ...], term: tuple[int, ...]) -> int:
    return int(np.prod([len(factors[place].levels) - 1 for place in term]))
