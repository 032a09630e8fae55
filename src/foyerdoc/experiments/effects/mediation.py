"""How much of a knob's effect on an outcome passes through what is measured on the way.

Linear, with all measures side by side: measure = a * level, outcome = direct * level + the sum of b * measure; what passes
through a measure is a * b, and total = direct + the sum of these. The total and a are causal because levels were assigned; b
is not: it rests on there being nothing else, that varies within an item, that moves both the measure and the outcome, and on b
being the same under all settings.

Source: Baron and Kenny 1986; Imai, Keele and Tingley, "A General Approach to Causal Mediation Analysis", 2010 (assumptions).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import stats

from foyerdoc.evaluation.statistics import holm
from foyerdoc.experiments.effects.comparisons import ALPHA, steps
from foyerdoc.experiments.effects.moments import Moments, resampled
from foyerdoc.experiments.effects.observations import Factor
from foyerdoc.experiments.table import Level

RESAMPLES: Final = 10_000
_BLOCK: Final = 500


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its 95% interval, looked at alone: percentiles over documents drawn anew."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Passage:
    """What passes through one measure.

    Attributes:
        measure: its name.
        on_measure: the level's effect on the measure.
        on_outcome: of a unit of the measure on the outcome, levels and other measures held.
        indirect: their product.
        corrected_low, corrected_high: of the product, at its Holm step over all passages of an analysis.
        corrected_p: after Holm.
    """

    measure: str
    on_measure: Estimate
    on_outcome: Estimate
    indirect: Estimate
    corrected_low: float
    corrected_high: float
    corrected_p: float

    @property
    def shown(self) -> bool:
        """Whether it may be claimed: the corrected interval leaves zero out."""
        return self.corrected_low > 0 or self.corrected_high < 0


@dataclass(frozen=True, slots=True)
class Mediation:
    """A level's effect on an outcome, against its factor's first level, taken apart.

    Attributes:
        outcome, factor, level, reference: of what.
        total: all of it.
        direct: what passes through no measure.
        passages: what passes through each.
    """

    outcome: str
    factor: str
    level: Level
    reference: Level
    total: Estimate
    direct: Estimate
    passages: tuple[Passage, ...]


def mediate(parts: list[Moments], factors: tuple[Factor, ...], *, resamples: int = RESAMPLES, seed: int = 0) -> list[Mediation]:
    """Take effects apart.

    Args:
        parts: moments, one for each outcome.
        factors: the knobs, in the order of the moments' columns.
        resamples: how often documents are drawn anew.
        seed: of the drawing.

    Returns:
        One for each outcome, factor and level but the first, corrected together.
    """
    drawn = []
    for moments in parts:
        weights = resampled(len(moments.starts), resamples, seed).astype(np.float64)
        samples = [_paths(np.ones((1, len(moments.starts))), moments)]
        samples += [_paths(weights[start : start + _BLOCK], moments) for start in range(0, resamples, _BLOCK)]
        drawn.append(tuple(np.concatenate(found) for found in zip(*samples, strict=True)))
    indirect = [on_measure * on_outcome[:, None, :] for _, on_measure, on_outcome, _ in drawn]
    flat = [products.reshape(len(products), -1) for products in indirect]
    p = [_probability(column[1:], len(part.starts)) for part, columns in zip(parts, flat, strict=True) for column in columns.T]
    corrected_p = holm(p)
    alphas = steps(corrected_p)
    found, place = [], 0
    compared = [(factor, level) for factor in factors for level in factor.levels[1:]]
    for moments, (total, on_measure, on_outcome, direct), products in zip(parts, drawn, indirect, strict=True):
        documents = len(moments.starts)
        for knob, (factor, level) in enumerate(compared):
            passages = []
            for measure in range(moments.measures):
                low, high = _interval(products[1:, knob, measure], alphas[place], documents)
                passages.append(
                    Passage(
                        moments.names[moments.knobs + measure],
                        _estimate(on_measure[:, knob, measure], documents),
                        _estimate(on_outcome[:, measure], documents),
                        _estimate(products[:, knob, measure], documents),
                        low,
                        high,
                        corrected_p[place],
                    )
                )
                place += 1
            ends = (_estimate(total[:, knob], documents), _estimate(direct[:, knob], documents))
            found.append(Mediation(moments.names[-1], factor.name, level, factor.levels[0], *ends, tuple(passages)))
    return found


def _paths(weights: np.ndarray, moments: Moments) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Coefficients under weights of documents, (samples, documents).

    Returns:
        total (samples, knobs), on_measure (samples, knobs, measures), on_outcome (samples, measures), direct (samples, knobs).
    """
    products = np.tensordot(weights, moments.products, axes=1)
    knobs = moments.knobs
    # A level that a sample happens not to show makes it singular: the shortest solution stands in.
    first = np.linalg.pinv(products[:, :knobs, :knobs], hermitian=True) @ products[:, :knobs, knobs:]
    both = (np.linalg.pinv(products[:, :-1, :-1], hermitian=True) @ products[:, :-1, -1:])[:, :, 0]
    return first[:, :, -1], first[:, :, :-1], both[:, knobs:], both[:, :knobs]


def _estimate(samples: np.ndarray, documents: int) -> Estimate:
    """Of samples whose first is the estimate itself."""
    return Estimate(float(samples[0]), *_interval(samples[1:], ALPHA, documents))


def _interval(samples: np.ndarray, alpha: float, documents: int) -> tuple[float, float]:
    """Percentiles a little further out than alpha's: plain ones are too narrow by as much as z is narrower than t.

    Source: Hesterberg, "What Teachers Should Know About the Bootstrap", The American Statistician 2015, the expanded
    percentile interval.
    """
    tail = float(stats.norm.cdf(-_widening(documents) * stats.t.isf(alpha / 2, documents - 1)))
    low, high = np.quantile(samples, [tail, 1 - tail])
    return float(low), float(high)


def _probability(samples: np.ndarray, documents: int) -> float:
    """Two-sided, that the effect is zero; the level at which `_interval` would end at zero.

    Never below what as many samples can tell.
    """
    tail = min(0.5, (min((samples <= 0).sum(), (samples >= 0).sum()) + 1) / (len(samples) + 1))
    return float(2 * stats.t.sf(stats.norm.isf(tail) / _widening(documents), documents - 1))


def _widening(documents: int) -> float:
    return float(np.sqrt(documents / (documents - 1)))
