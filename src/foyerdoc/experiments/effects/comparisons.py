"""Effects with intervals, corrected for how many were looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from scipy.special import stdtr, stdtrit

from foyerdoc.evaluation.statistics import holm
from foyerdoc.experiments.effects.design import Contrast
from foyerdoc.experiments.effects.fitting import Fit
from foyerdoc.experiments.table import Level

ALPHA: Final = 0.05
POWER: Final = 0.8


@dataclass(frozen=True, slots=True)
class Effect:
    """What a comparison came to.

    Attributes:
        outcome: of what.
        factors: one, or two of an interaction.
        levels, references: of each factor, the level and what it is compared with.
        estimate: the difference that the level makes, in the outcome's unit; of an interaction, by how much the first
            factor's difference is larger under the second one's level than under its reference.
        error: its standard error.
        low, high: the 95% interval of this effect looked at alone.
        p: the probability of an estimate as far from zero if there were no effect.
        corrected_low, corrected_high: the interval at the level of its Holm step. It leaves zero out exactly where
            `corrected_p` is below 0.05.
        corrected_p: after Holm, over all comparisons of the same family.
        detectable: an effect of this size would have been shown, after the strictest correction, four times in five.
    """

    outcome: str
    factors: tuple[str, ...]
    levels: tuple[Level, ...]
    references: tuple[Level, ...]
    estimate: float
    error: float
    low: float
    high: float
    p: float
    corrected_low: float = float("nan")
    corrected_high: float = float("nan")
    corrected_p: float = float("nan")
    detectable: float = float("nan")

    @property
    def shown(self) -> bool:
        """Whether it may be claimed: the corrected interval leaves zero out."""
        return self.corrected_low > 0 or self.corrected_high < 0


def compare(outcome: str, fit: Fit, contrasts: Sequence[Contrast]) -> list[Effect]:
    """Effects not yet corrected."""
    quantile = float(stdtrit(fit.freedom, 1 - ALPHA / 2))
    found = []
    for contrast in contrasts:
        estimate, error = fit.of(contrast.weights)
        p = float(2 * stdtr(fit.freedom, -abs(estimate) / error)) if error > 0 else float(estimate == 0)
        low, high = estimate - quantile * error, estimate + quantile * error
        found.append(Effect(outcome, contrast.factors, contrast.levels, contrast.references, estimate, error, low, high, p))
    return found


def corrected(effects: Sequence[Effect], freedom: Sequence[int]) -> list[Effect]:
    """The same effects as one family, corrected by Holm's steps.

    Args:
        effects: of `compare`, of all outcomes.
        freedom: of each, the degrees of freedom.
    """
    p = holm([effect.p for effect in effects])
    found = []
    for effect, corrected_p, alpha, degrees in zip(effects, p, steps(p), freedom, strict=True):
        half = float(stdtrit(degrees, 1 - alpha / 2)) * effect.error
        strictest = stdtrit(degrees, 1 - ALPHA / len(effects) / 2) + stdtrit(degrees, POWER)
        found.append(
            replace(
                effect,
                corrected_low=effect.estimate - half,
                corrected_high=effect.estimate + half,
                corrected_p=corrected_p,
                detectable=float(strictest) * effect.error,
            )
        )
    return found


def steps(corrected_p: Sequence[float]) -> list[float]:
    """The level at which Holm tests each of several hypotheses.

    Args:
        corrected_p: of `evaluation.statistics.holm`.

    Returns:
        5%, divided by how many are not rejected before it; of all that are not rejected, that of the first of them.
    """
    count = len(corrected_p)
    order = np.argsort(corrected_p, kind="stable")
    rejected = sum(p < ALPHA for p in corrected_p)
    alphas = [ALPHA] * count
    for step, place in enumerate(order):
        alphas[place] = ALPHA / (count - min(step, rejected, count - 1))
    return alphas
