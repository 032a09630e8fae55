"""The best setting, and what each knob does to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np

from foyerdoc.experiments.effects.comparisons import Effect, compare, corrected
from foyerdoc.experiments.effects.design import Contrast, Design
from foyerdoc.experiments.effects.fitting import Fit
from foyerdoc.experiments.effects.observations import Observations
from foyerdoc.experiments.table import Level

_MOST_SETTINGS: Final = 50_000
_RESAMPLES: Final = 400


@dataclass(frozen=True, slots=True)
class Ablation:
    """One knob turned away from the best setting.

    Attributes:
        effect: predicted by the model, with its interval, corrected over all ablations of the same outcome.
        observed: mean of the rows with this one knob turned, less that of the rows at the best setting; None where either
            setting was not run. Other items were asked under either, so that it is rougher than what is predicted.
        rows: how many rows have this one knob turned.
    """

    effect: Effect
    observed: float | None
    rows: int


@dataclass(frozen=True, slots=True)
class Best:
    """The best setting: by main effects, and by the interactions that are shown.

    Interactions that are not shown do not choose: many small ones that are chance alone would.

    Attributes:
        outcome: which.
        setting: a level for each factor.
        predicted: the outcome there, and its 95% interval, which leaves out that the best of many was picked.
        low, high: the interval.
        observed: mean of the rows at this setting, None where it was not run.
        rows: how many they are.
        share: how often the same setting comes out best when documents are drawn anew (bootstrap), 0 to 1.
        ablations: each knob turned to each of its other levels.
    """

    outcome: str
    setting: dict[str, Level]
    predicted: float
    low: float
    high: float
    observed: float | None
    rows: int
    share: float
    ablations: tuple[Ablation, ...]


def best_of(seen: Observations, design: Design, fit: Fit, effects: Sequence[Effect], *, lower: bool, seed: int) -> Best:
    """Find the best setting of an outcome and turn each knob away from it.

    Args:
        seen: what the model was fitted on.
        design, fit: the model.
        effects: of the outcome, corrected.
        lower: whether less of the outcome is better.
        seed: of the resampling.
    """
    outcome = effects[0].outcome
    candidates = _candidates(seen, design)
    columns = design.matrix(candidates)
    shown = {effect.factors for effect in effects if effect.shown}
    hidden = {effect.factors for effect in effects if len(effect.factors) == 2} - shown
    counting = columns * design.without(hidden) * (-1.0 if lower else 1.0)
    place = int(np.argmax(counting @ fit.coefficients))
    here = candidates[place]
    whole = compare(outcome, fit, [Contrast((), (), (), columns[place])])[0]
    values = seen.outcomes[outcome]
    at_best = (seen.settings == here).all(axis=1)
    turned, contrasts = [], []
    for knob, factor in enumerate(design.factors):
        for level in range(len(factor.levels)):
            if level != here[knob]:
                there = here.copy()
                there[knob] = level
                turned.append(there)
                weights = design.matrix(there[None])[0] - columns[place]
                names = ((factor.name,), (factor.levels[level],), (factor.levels[here[knob]],))
                contrasts.append(Contrast(*names, weights))
    turns = corrected(compare(outcome, fit, contrasts), [fit.freedom] * len(contrasts))
    ablations = []
    for effect, there in zip(turns, turned, strict=True):
        rows = (seen.settings == there).all(axis=1)
        observed = float(values[rows].mean() - values[at_best].mean()) if rows.any() and at_best.any() else None
        ablations.append(Ablation(effect, observed, int(rows.sum())))
    return Best(
        outcome,
        {factor.name: factor.levels[level] for factor, level in zip(design.factors, here, strict=True)},
        whole.estimate,
        whole.low,
        whole.high,
        float(values[at_best].mean()) if at_best.any() else None,
        int(at_best.sum()),
        _share(fit, counting, place, seed),
        tuple(ablations),
    )


def _candidates(seen: Observations, design: Design) -> np.ndarray:
    """Every combination of levels, (settings, factors) int64; those that were run where there are too many."""
    counts = [len(factor.levels) for factor in design.factors]
    if np.prod(counts, dtype=float) > _MOST_SETTINGS:
        return np.unique(seen.settings, axis=0)
    return np.array(list(product(*map(range, counts))), dtype=np.int64)


def _share(fit: Fit, columns: np.ndarray, place: int, seed: int) -> float:
    """How often the same setting is the best when documents are drawn with replacement and the model is fitted anew."""
    rng = np.random.default_rng(seed)
    groups = len(fit.products)
    drawn = rng.multinomial(groups, np.full(groups, 1 / groups), size=_RESAMPLES)
    products = np.tensordot(drawn.astype(np.float64), fit.products, axes=1)
    inverse = np.linalg.pinv(products[:, :-1, :-1], hermitian=True)
    coefficients = np.einsum("bij,bj->bi", inverse, products[:, :-1, -1])
    return float((np.argmax(columns @ coefficients.T, axis=0) == place).mean())
