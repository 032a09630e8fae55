"""Whether `foyerdoc effects` finds what was planted and invents nothing: made tables, many times over.

    python -m benchmarks.planted_effects --tables 1000

Coverage: of 100 tables, in how many the 95% interval holds the planted effect. Invented: in how many of 100 tables without
any effect at least one is claimed after correction. Found: in how many of 100 a planted effect is claimed.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
from benchmarks.planted_tables import CHUNK, EMBEDDER, FACTORS, PROMPT, RETRIEVAL, Planted, table

from foyerdoc.experiments.effects.comparisons import Effect, compare, corrected
from foyerdoc.experiments.effects.design import design_of
from foyerdoc.experiments.effects.fitting import Fit, fit_least_squares, fit_mixed
from foyerdoc.experiments.effects.mediation import Mediation, mediate
from foyerdoc.experiments.effects.moments import moments_of
from foyerdoc.experiments.effects.observations import Observations
from foyerdoc.experiments.effects.structure import METHODS, Structure, find_structure

DIRECT = Planted(
    on_outcome={(CHUNK, 1): 0.1, (EMBEDDER, 1): -0.08},
    interactions={(EMBEDDER, 1, PROMPT, 1): 0.12},
    uneven=0.1,
)
PASSING = Planted(
    on_recall={(CHUNK, 1): 0.1, (RETRIEVAL, 2): 0.12}, on_outcome={(EMBEDDER, 1): -0.1}, recall_effect=0.5, uneven=0.05
)
NOTHING = Planted(uneven=0.1)
ARROWS = {("chunk_size", "recall"), ("retrieval", "recall"), ("recall", "quality"), ("embedder", "quality")}

Fitter = Callable[[np.ndarray, Observations], Fit]


def least_squares(columns: np.ndarray, seen: Observations) -> Fit:
    return fit_least_squares(columns, seen.outcomes["quality"], seen.documents)


def mixed(columns: np.ndarray, seen: Observations) -> Fit:
    return fit_mixed(columns, seen.outcomes["quality"], seen.documents, seen.items)


def true_effect(planted: Planted, effect: Effect) -> float:
    """What an effect would be without noise: averaged over the levels of the other factors."""
    places = {factor.name: place for place, factor in enumerate(FACTORS)}
    levels = tuple(
        (places[name], FACTORS[places[name]].levels.index(level))
        for name, level in zip(effect.factors, effect.levels, strict=True)
    )
    if len(levels) == 2:
        return planted.interactions.get((*levels[0], *levels[1]), 0.0)
    (factor, level) = levels[0]
    value = planted.on_outcome.get((factor, level), 0.0) + planted.recall_effect * planted.on_recall.get((factor, level), 0.0)
    for (one, first, other, second), size in planted.interactions.items():
        for own, at, across in ((one, first, other), (other, second, one)):
            if (own, at) == (factor, level):
                value += size / len(FACTORS[across].levels)
    return value


def effects(
    planted: Planted, tables: int, fitter: Fitter, documents: int = 60, *, right_or_wrong: bool = False
) -> Iterator[list[Effect]]:
    for seed in range(tables):
        seen = table(planted, seed, documents=documents, right_or_wrong=right_or_wrong)
        design = design_of(seen.factors, seen.settings)
        fit = fitter(design.matrix(seen.settings), seen)
        found = compare("quality", fit, design.contrasts())
        yield corrected(found, [fit.freedom] * len(found))


def coverage(planted: Planted, all_effects: list[list[Effect]]) -> dict[str, float]:
    """By kind: shares of intervals that hold what was planted, and of planted effects that are claimed."""
    held: dict[str, list[bool]] = {"main": [], "interaction": []}
    claimed: dict[str, list[bool]] = {"planted main": [], "planted interaction": [], "none": []}
    for found in all_effects:
        for one in found:
            kind = "main" if len(one.factors) == 1 else "interaction"
            true = true_effect(planted, one)
            held[kind].append(one.low <= true <= one.high)
            claimed[f"planted {kind}" if true else "none"].append(one.shown)
    shares = {f"coverage, {kind}": float(np.mean(values)) for kind, values in held.items()}
    return shares | {f"claimed, {kind}": float(np.mean(values)) for kind, values in claimed.items() if values}


def invented(all_effects: list[list[Effect]]) -> float:
    """The share of tables in which anything is claimed."""
    return float(np.mean([any(one.shown for one in found) for found in all_effects]))


def mediations(planted: Planted, tables: int, resamples: int, documents: int = 60) -> Iterator[list[Mediation]]:
    for seed in range(tables):
        seen = table(planted, seed, documents=documents)
        moments = moments_of(seen, "quality")
        assert moments is not None
        yield mediate([moments], seen.factors, resamples=resamples, seed=seed)


def mediation_coverage(planted: Planted, all_found: list[list[Mediation]]) -> dict[str, float]:
    held: dict[str, list[bool]] = {"total": [], "direct": [], "indirect": []}
    places = {factor.name: place for place, factor in enumerate(FACTORS)}
    for found in all_found:
        for one in found:
            key = (places[one.factor], FACTORS[places[one.factor]].levels.index(one.level))
            direct = planted.on_outcome.get(key, 0.0)
            indirect = planted.recall_effect * planted.on_recall.get(key, 0.0)
            for name, part, true in (
                ("total", one.total, direct + indirect),
                ("direct", one.direct, direct),
                ("indirect", one.passages[0].indirect, indirect),
            ):
                held[name].append(part.low <= true <= part.high)
    return {f"coverage, {name}": float(np.mean(values)) for name, values in held.items()}


def structures(planted: Planted, tables: int, resamples: int, documents: int = 60) -> Iterator[Structure]:
    for seed in range(tables):
        moments = moments_of(table(planted, seed, documents=documents), "quality")
        assert moments is not None
        yield find_structure(moments, resamples=resamples, seed=seed)


def arrows(all_found: list[Structure], true: set[tuple[str, str]]) -> dict[str, dict[str, float]]:
    """By method: the share of planted arrows that are found and stable, and how many others are, for each table."""
    shares = {}
    for method in METHODS:
        stable = [{(e.source, e.target) for e in found.edges if method in e.stable} for found in all_found]
        shares[method] = {
            "found": float(np.mean([len(true & one) / len(true) for one in stable])) if true else float("nan"),
            "others a table": float(np.mean([len(one - true) for one in stable])),
        }
    return shares


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tables", type=int, default=1000, help="for least squares; a fifth for the mixed model and mediation")
    parser.add_argument("--arrows", type=int, default=20, help="tables for arrows, with 50 resamples each")
    arguments = parser.parse_args()
    fewer = max(arguments.tables // 5, 1)
    for documents in (20, 60):
        for name, fitter, tables in (("least squares", least_squares, arguments.tables), ("mixed", mixed, fewer)):
            with_effects = coverage(DIRECT, list(effects(DIRECT, tables, fitter, documents)))
            line = {"model": name, "documents": documents, "tables": tables, **with_effects}
            print(json.dumps(line | {"invented": invented(list(effects(NOTHING, tables, fitter, documents)))}), flush=True)
    passing = mediation_coverage(PASSING, list(mediations(PASSING, fewer, 4000)))
    without = replace(PASSING, on_recall={})
    none = [any(one.passages[0].shown for one in found) for found in mediations(without, fewer, 4000)]
    print(json.dumps({"model": "mediation", "tables": fewer, **passing, "invented": float(np.mean(none))}), flush=True)
    for name, planted, true in (("planted", PASSING, ARROWS), ("nothing", NOTHING, set())):
        found = list(structures(planted, arguments.arrows, 50, 80))
        into = float(np.mean([one.removed["knob"] for one in found]))
        print(json.dumps({"arrows": name, "tables": arguments.arrows, **arrows(found, true), "into knobs": into}), flush=True)


if __name__ == "__main__":
    main()
