"""All that is computed of a sweep's results, in one call."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from foyerdoc.errors import UsageError
from foyerdoc.experiments.effects.ablation import Best, best_of
from foyerdoc.experiments.effects.comparisons import Effect, compare, corrected
from foyerdoc.experiments.effects.design import Contrast, Design, design_of
from foyerdoc.experiments.effects.fitting import Fit, fit_mixed
from foyerdoc.experiments.effects.mediation import Mediation, mediate
from foyerdoc.experiments.effects.moments import Within, moments_of
from foyerdoc.experiments.effects.observations import Factor, Observations, observe
from foyerdoc.experiments.effects.structure import RESAMPLES, Structure, find_structure
from foyerdoc.experiments.table import Results

Progress = Callable[[Sequence[Any]], Iterable[Any]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The effects on one outcome.

    Attributes:
        name: which.
        lower: whether less of it is better.
        mean: over all rows.
        rows: how many have a value; `missing` have none and are left out.
        method: how the model was fitted, as words.
        notes: what a reader must know of the fit.
        variances: between documents, between items and between rows, of the mixed model.
        aliased: pairs of factors whose interaction the runs cannot, or can hardly, tell from other terms.
        effects: main effects, then interactions; corrected over those of all outcomes.
        drift: what a whole sweep's length of time made of difference, beside the settings; should be about zero. None
            where it cannot be told from the settings.
        best: the best setting.
    """

    name: str
    lower: bool
    mean: float
    rows: int
    missing: int
    method: str
    notes: tuple[str, ...]
    variances: dict[str, float]
    aliased: tuple[tuple[str, str], ...]
    effects: tuple[Effect, ...]
    drift: Effect | None
    best: Best


@dataclass(frozen=True, slots=True)
class Analysis:
    """What a sweep's results come to.

    Attributes:
        rows, items, documents, settings: how many there are; settings are different combinations of levels that were run.
        factors: the knobs, the level that others are compared with first.
        outcomes: the effects.
        goal: the outcome that the plan names, which should be settled before anything is run; None where it named none. It
            comes first and is corrected by itself.
        families: outcomes whose comparisons were corrected together, and how many they are.
        mediations: effects taken apart; none without measures.
        within: what rows are compared with for mediation and structure.
        structures: arrows, for each outcome; none where they were not asked for.
        notes: what was left out.
    """

    rows: int
    items: int
    documents: int
    settings: int
    factors: tuple[Factor, ...]
    outcomes: tuple[Outcome, ...]
    goal: str | None
    families: tuple[tuple[tuple[str, ...], int], ...]
    mediations: tuple[Mediation, ...]
    within: Within
    structures: tuple[Structure, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Options:
    """What can be chosen.

    Attributes:
        lower: outcomes of which less is better, beside `refused`.
        structure: whether arrows are drawn.
        resamples: how often documents are drawn anew for arrows.
        seed: of all drawing.
    """

    lower: Collection[str] = ()
    structure: bool = True
    resamples: int = RESAMPLES
    seed: int = 0


def analyse(results: Results, options: Options | None = None, *, progress: Progress = iter) -> Analysis:
    """Estimate what the knobs of a sweep did.

    Args:
        results: of `foyerdoc sweep`.
        options: what to leave out, and which outcomes are better when lower.
        progress: passes the resamples of arrows through, and may show how many have passed.

    Raises:
        UsageError: there is nothing to compare, or an outcome in `lower` is none.
        MissingDependency: statsmodels or gCastle is not installed.
    """
    options = options or Options()
    seen, notes = observe(results)
    other = sorted(set(options.lower) - seen.outcomes.keys())
    if other:
        raise UsageError(f"no outcome is called {other[0]!r}", hint=f"there are {', '.join(seen.outcomes)}")
    # Of what a sweep counts itself, refusals alone are better when fewer.
    options = replace(options, lower={*options.lower, *({"refused"} & seen.outcomes.keys())})
    return analyse_observations(seen, options, goal=results.plan.get("goal"), notes=notes, progress=progress)


def analyse_observations(
    seen: Observations,
    options: Options,
    *,
    goal: str | None = None,
    notes: tuple[str, ...] = (),
    progress: Progress = iter,
) -> Analysis:
    """`analyse` for results that are numbers already."""
    fitted = []
    for name in sorted(seen.outcomes, key=lambda name: name != goal):
        full = seen.with_values(name)
        if why := _incomparable(full, name):
            notes = (*notes, f"the outcome {name} is left out: {why}")
        else:
            fitted.append(_fitted(full, name))
    if not fitted:
        hint = "sweep over levels, items or outcomes that make a difference"
        raise UsageError(f"no outcome can be compared; {notes[-1]}", hint=hint)
    names = [name for name, *_ in fitted]
    goal = goal if goal in names else None
    others = [name for name in names if name != goal]
    families = [family for family in ([goal] if goal else [], others) if family]
    effects_of: dict[str, list[Effect]] = defaultdict(list)
    for family in families:
        members = [(effect, fit.freedom) for name, _, _, fit, effects in fitted if name in family for effect in effects]
        for effect in corrected([effect for effect, _ in members], [freedom for _, freedom in members]):
            effects_of[effect.outcome].append(effect)
    outcomes = [
        _outcome(len(seen) - len(full), full, name, design, fit, tuple(effects_of[name]), options)
        for name, full, design, fit, _ in fitted
    ]
    moments = {name: part for name in names if (part := moments_of(seen, name)) is not None}
    parts = list(moments.values())
    left_out = dict.fromkeys(note for part in parts for note in part.notes)
    grouped = [[moments[name] for name in family if name in moments] for family in families]
    mediations = [one for group in grouped if group for one in mediate(group, seen.factors, seed=options.seed)]
    wanted = parts if options.structure else []
    structures = [find_structure(part, resamples=options.resamples, seed=options.seed, progress=progress) for part in wanted]
    return Analysis(
        len(seen),
        int(seen.items.max()) + 1,
        int(seen.documents.max()) + 1,
        len(np.unique(seen.settings, axis=0)),
        seen.factors,
        tuple(outcomes),
        goal,
        tuple((tuple(family), sum(len(effects_of[name]) for name in family)) for family in families),
        tuple(mediations),
        parts[0].within if parts else "nothing",
        tuple(structures),
        (*notes, *left_out),
    )


def _incomparable(full: Observations, name: str) -> str:
    """Why the rows that have a value of an outcome show no effects; empty where they may."""
    if len(full) < 2 or full.documents.max() < 1 or np.ptp(full.outcomes[name]) == 0:
        return "it has the same value, or none, in all rows, or one document alone"
    lost = [one.name for place, one in enumerate(full.factors) if len(np.unique(full.settings[:, place])) < len(one.levels)]
    return f"it has no value under a level of {', '.join(lost)}" if lost else ""


def _fitted(full: Observations, name: str) -> tuple[str, Observations, Design, Fit, list[Effect]]:
    design = design_of(full.factors, full.settings)
    fit = fit_mixed(design.matrix(full.settings), full.outcomes[name], full.documents, full.items)
    return name, full, design, fit, compare(name, fit, design.contrasts())


def _outcome(
    missing: int,
    full: Observations,
    name: str,
    design: Design,
    fit: Fit,
    effects: tuple[Effect, ...],
    options: Options,
) -> Outcome:
    notes = fit.notes
    if design.thin:
        notes = (*notes, "there are too few rows to look at interactions")
    lower = name in options.lower
    return Outcome(
        name,
        lower,
        float(full.outcomes[name].mean()),
        len(full),
        missing,
        fit.method,
        notes,
        dict(fit.variances),
        design.aliased,
        effects,
        _drift(full, name, design),
        best_of(full, design, fit, effects, lower=lower, seed=options.seed),
    )


def _drift(full: Observations, name: str, design: Design) -> Effect | None:
    """The difference between the first and the last run that the settings do not explain."""
    length = max(float(np.ptp(full.order)), 1.0)
    when = ((full.order - full.order.mean()) / length)[:, None]
    columns = np.hstack([design.matrix(full.settings), when])
    if np.linalg.matrix_rank(columns) < columns.shape[1]:
        return None
    fit = fit_mixed(columns, full.outcomes[name], full.documents, full.items)
    last = np.zeros(columns.shape[1])
    last[-1] = 1.0
    return compare(name, fit, [Contrast(("order",), ("last",), ("first",), last)])[0]
