"""The report of effects: one HTML file for whoever chooses settings and whoever doubts the choice."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from foyerdoc import storage
from foyerdoc.evaluation.drawing import Axis, Interval, Link, forest, network
from foyerdoc.evaluation.pages import Html, charts, heading, page, paragraph, table
from foyerdoc.experiments.effects.analysis import Analysis, Outcome
from foyerdoc.experiments.effects.comparisons import Effect
from foyerdoc.experiments.effects.conclusions import Conclusions, compared, conclude, said, signed
from foyerdoc.experiments.effects.mediation import Estimate, Mediation
from foyerdoc.experiments.effects.structure import METHODS, STABLE, Structure

_MOST_DRAWN: Final = 40


def write_report(analysis: Analysis, path: Path) -> None:
    """Write the report as one file that loads nothing."""
    told = conclude(analysis)
    parts = [
        *_read(told),
        *(part for outcome in analysis.outcomes for part in _outcome(outcome)),
        *_mediation(analysis),
        *_structure(analysis),
        *_model(analysis),
    ]
    counted = (
        f"{analysis.rows} results: {analysis.items} items of {analysis.documents} documents under {analysis.settings} settings"
    )
    storage.write_file(path, page("What the settings do", counted, parts))


def _read(told: Conclusions) -> list[Html]:
    return [
        heading("What may be concluded"),
        *map(paragraph, told.may),
        heading("What may not"),
        *map(paragraph, told.may_not),
    ]


def _outcome(outcome: Outcome) -> list[Html]:
    mains, crossed = ([one for one in outcome.effects if len(one.factors) == n] for n in (1, 2))
    crossed = sorted(crossed, key=lambda one: -abs(one.estimate))
    drawn = [(f"{outcome.name}, main effects", _forest(f"Main effects on {outcome.name}", mains))]
    if crossed:
        drawn.append((f"{outcome.name}, interactions", _forest(f"Interactions on {outcome.name}", crossed[:_MOST_DRAWN])))
    return [
        heading(f"Effects on {outcome.name}"),
        paragraph(
            "Thick: 95% interval of this effect alone. Thin: corrected for all comparisons that were looked at; an effect "
            "is claimed, and coloured, where it leaves zero out. A main effect is a difference between two levels, averaged "
            "over all levels of the other knobs; an interaction is by how much such a difference differs.",
            "faint",
        ),
        charts(drawn),
        _effects([*mains, *crossed]),
        *_ablations(outcome),
    ]


def _forest(title: str, effects: Sequence[Effect]) -> str:
    bars = [
        Interval(_short(one), one.estimate, one.low, one.high, one.corrected_low, one.corrected_high, one.shown)
        for one in effects
    ]
    return forest(title, Axis("difference"), bars)


def _short(effect: Effect) -> str:
    """What is compared, in the width that a drawing has."""
    if len(effect.factors) == 1:
        return compared(effect)
    return " x ".join(f"{factor} {level}" for factor, level in zip(effect.factors, effect.levels, strict=True))


def _between(low: float, high: float) -> str:
    """An interval, not broken over lines."""
    return f"{said(low)}\N{NO-BREAK SPACE}to\N{NO-BREAK SPACE}{said(high)}"


def _effects(effects: Sequence[Effect]) -> Html:
    rows = [
        [
            compared(one),
            "yes" if one.shown else "no",
            signed(one.estimate),
            _between(one.low, one.high),
            _between(one.corrected_low, one.corrected_high),
            f"{one.corrected_p:.3g}",
            said(one.detectable),
        ]
        for one in effects
    ]
    columns = ["comparison", "shown", "difference", "95% interval", "corrected", "corrected p", "would have been seen"]
    return table(columns, rows, words=2)


def _ablations(outcome: Outcome) -> list[Html]:
    best = outcome.best
    setting = [[factor, level] for factor, level in best.setting.items()]
    run = f"{said(best.observed)} in {best.rows} rows" if best.observed is not None else "not run"
    rows = [
        [
            f"{one.effect.factors[0]}: {one.effect.levels[0]} - {one.effect.references[0]}",
            "yes" if one.effect.shown else "no",
            signed(one.effect.estimate),
            _between(one.effect.corrected_low, one.effect.corrected_high),
            None if one.observed is None else signed(one.observed),
            one.rows,
        ]
        for one in best.ablations
    ]
    columns = ["one knob turned", "shown", "predicted", "corrected 95% interval", "observed", "rows"]
    return [
        table(["knob", "level"], setting, words=2, caption=f"The best setting for {outcome.name}"),
        paragraph(
            f"Predicted: {said(best.predicted)} (95% interval {said(best.low)} to {said(best.high)}, were it not the best of "
            f"many); observed: {run}. What is observed compares other items under either setting, and is rougher than what "
            "is predicted."
        ),
        table(columns, rows, words=2, caption="Away from it"),
    ]


def _mediation(analysis: Analysis) -> list[Html]:
    if not analysis.mediations:
        return []
    compared_with = "all rows" if analysis.within == "nothing" else f"the rows of the same {analysis.within}"
    parts = [
        heading("What passes through what is measured on the way"),
        paragraph(
            f"Rows are compared with {compared_with}. “On the measure” is what the level does to it, “of the measure” what a "
            "unit of it does to the outcome; their product passes through, and what passes through no measure is direct. "
            "95% intervals over documents drawn anew; the last column is corrected. “Of the measure” is not causal by "
            "design: see above.",
            "faint",
        ),
    ]
    for outcome in dict.fromkeys(one.outcome for one in analysis.mediations):
        parts += _passages(outcome, [one for one in analysis.mediations if one.outcome == outcome])
    return parts


def _passages(outcome: str, mediations: Sequence[Mediation]) -> list[Html]:
    def estimated(part: Estimate) -> str:
        return f"{signed(part.value)} ({_between(part.low, part.high)})"

    named = {id(one): f"{one.factor}: {one.level} - {one.reference}" for one in mediations}
    whole = [[named[id(one)], estimated(one.total), estimated(one.direct)] for one in mediations]
    rows = [
        [
            named[id(one)],
            passage.measure,
            "yes" if passage.shown else "no",
            *map(estimated, (passage.on_measure, passage.on_outcome, passage.indirect)),
            _between(passage.corrected_low, passage.corrected_high),
        ]
        for one in mediations
        for passage in one.passages
    ]
    columns = ["comparison", "by way of", "shown", "on the measure", "of the measure", "passes through", "corrected"]
    return [
        table(["comparison", "total", "direct"], whole, caption=f"On {outcome}"),
        table(columns, rows, words=3, caption=f"On {outcome}, by way of each measure"),
    ]


def _structure(analysis: Analysis) -> list[Html]:
    parts = []
    for found in analysis.structures:
        rows = [
            [
                f"{edge.source} → {edge.target}",
                *(f"{100 * edge.stability[method]:.0f}{'' if method in edge.found else ' (not on all)'}" for method in METHODS),
            ]
            for edge in found.edges
        ]
        parts += [
            heading(f"Arrows that the results suggest for {found.outcome}"),
            paragraph(
                f"Out of 100 samples of documents, drawn anew ({found.resamples} were drawn), how many show the arrow; "
                f"{round(100 * STABLE)} are called stable. NOTEARS drew {found.removed['knob']} arrows into knobs and "
                f"{found.removed['back']} back to what was taken earlier on all documents, which were taken away; of the "
                f"samples, {100 * found.removed_share:.0f}% had one into a knob.",
                "faint",
            ),
            charts([("Coloured: stable under two methods; the thicker, the more often drawn", _network(found, analysis))]),
            table(["arrow", *METHODS], rows),
        ]
    return parts


def _network(found: Structure, analysis: Analysis) -> str:
    knobs = [factor.name for factor in analysis.factors]
    measures = dict.fromkeys(name for edge in found.edges for name in (edge.source, edge.target))
    columns = [knobs, [name for name in measures if name not in {*knobs, found.outcome}], [found.outcome]]
    links = [
        Link(
            edge.source,
            edge.target,
            sum(edge.stability.values()) / len(METHODS),
            strong=len(edge.stable) >= 2,
        )
        for edge in sorted(found.edges, key=lambda edge: len(edge.stable))
    ]
    return network(f"Arrows for {found.outcome}", [names for names in columns if names], links)


def _model(analysis: Analysis) -> list[Html]:
    columns = ["outcome", "model", "mean", "rows", "without a value", "variance of documents", "of items", "of rows", "drift"]
    rows = [
        [
            one.name,
            one.method,
            said(one.mean),
            one.rows,
            one.missing,
            *(f"{one.variances[name]:.4f}" if name in one.variances else None for name in ("document", "item", "row")),
            None if one.drift is None else f"{signed(one.drift.estimate)} ({_between(one.drift.low, one.drift.high)})",
        ]
        for one in analysis.outcomes
    ]
    levels = [[factor.name, ", ".join(map(str, factor.levels))] for factor in analysis.factors]
    return [
        heading("How it was computed"),
        table(columns, rows, words=2),
        table(["knob", "levels, the one compared with first"], levels, words=2),
    ]
