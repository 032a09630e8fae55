"""What may and may not be concluded, as sentences made of the numbers.

An effect is claimed where its corrected interval leaves zero out, and nowhere else. Where nothing is claimed, the sentence says
how large an effect the interval leaves possible, and how small a one would have been seen.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from foyerdoc.experiments.effects.analysis import Analysis, Outcome
from foyerdoc.experiments.effects.comparisons import Effect
from foyerdoc.experiments.effects.mediation import Mediation, Passage
from foyerdoc.experiments.effects.moments import Within
from foyerdoc.experiments.effects.structure import STABLE, Structure

_SURE: Final = 0.8


@dataclass(frozen=True, slots=True)
class Conclusions:
    """Sentences: what the results show, and what must not be read into them."""

    may: tuple[str, ...]
    may_not: tuple[str, ...]


def conclude(analysis: Analysis) -> Conclusions:
    """Put an analysis into words."""
    may: list[str] = []
    for outcome in analysis.outcomes:
        may += _of_outcome(outcome) if analysis.goal in (None, outcome.name) else _in_short(outcome)
    wanted = [one for one in analysis.mediations if analysis.goal in (None, one.outcome)]
    may += _of_mediations(wanted, analysis.within)
    for found in analysis.structures:
        may += _of_structure(found)
    return Conclusions(tuple(may), tuple(_limits(analysis)))


# --- what may be concluded -------------------------------------------------------------------------------------------------


def _of_outcome(outcome: Outcome) -> list[str]:
    mains = [effect for effect in outcome.effects if len(effect.factors) == 1]
    crossed = [effect for effect in outcome.effects if len(effect.factors) == 2]
    told = [_claim(effect) for effect in sorted(mains, key=lambda effect: -abs(effect.estimate)) if effect.shown]
    told += [_claim_crossed(effect) for effect in sorted(crossed, key=lambda effect: -abs(effect.estimate)) if effect.shown]
    told += _not_shown(outcome.name, mains)
    if crossed and not any(effect.shown for effect in crossed):
        told.append(
            f"No interaction on {outcome.name} is shown; one of {said(max(one.detectable for one in crossed))} would have been "
            "seen four times in five, whichever knobs it is of."
        )
    return [*told, *_of_best(outcome)]


def _in_short(outcome: Outcome) -> list[str]:
    """Of an outcome that is not the goal: what is shown, and what would have been."""
    shown = sorted((one for one in outcome.effects if one.shown), key=lambda one: -abs(one.estimate))
    told = [_claim(one) if len(one.factors) == 1 else _claim_crossed(one) for one in shown]
    least, most = (f(one.detectable for one in outcome.effects if len(one.factors) == 1) for f in (min, max))
    which = "nothing else" if shown else "nothing"
    return [
        *told,
        (
            f"On {outcome.name} {which} is shown; main effects of {said(least)} to {said(most)}, depending on the knob, would "
            "have been seen four times in five."
        ),
    ]


def _claim(effect: Effect) -> str:
    verb = "raises" if effect.estimate > 0 else "lowers"
    return (
        f"{_instead(effect)} {verb} {effect.outcome} by {said(abs(effect.estimate))}, averaged over the other knobs "
        f"(corrected 95% interval {_interval(effect.corrected_low, effect.corrected_high)})."
    )


def _claim_crossed(effect: Effect) -> str:
    (one, other), (level, under), (reference, against) = effect.factors, effect.levels, effect.references
    more = "higher" if effect.estimate > 0 else "lower"
    return (
        f"What {one} = {level} instead of {reference} does to {effect.outcome} depends on {other}: the difference is "
        f"{said(abs(effect.estimate))} {more} under {other} = {under} than under {other} = {against} (corrected 95% interval "
        f"{_interval(effect.corrected_low, effect.corrected_high)}), so that neither has one effect for all settings."
    )


def _not_shown(outcome: str, mains: Sequence[Effect]) -> list[str]:
    """One sentence for each knob none of whose levels has an effect that is shown."""
    by_factor: dict[str, list[Effect]] = defaultdict(list)
    for effect in mains:
        by_factor[effect.factors[0]].append(effect)
    told = []
    for factor, effects in by_factor.items():
        hidden = [effect for effect in effects if not effect.shown]
        if not hidden:
            continue
        low, high = min(one.corrected_low for one in hidden), max(one.corrected_high for one in hidden)
        which = factor if len(hidden) == len(effects) else f"{factor} = {' or '.join(str(one.levels[0]) for one in hidden)}"
        told.append(
            f"For {which} no effect on {outcome} is shown: differences from {hidden[0].references[0]} between {said(low)} and "
            f"{said(high)} are possible. One of {said(max(one.detectable for one in hidden))} would have been seen four times "
            "in five."
        )
    return told


def _of_best(outcome: Outcome) -> list[str]:
    best = outcome.best
    named = ", ".join(f"{factor} = {level}" for factor, level in best.setting.items())
    extreme = "lowest" if outcome.lower else "highest"
    settled = "" if best.share >= _SURE else ", so that these results do not settle which setting is best"
    told = [
        (
            f"By main effects and the interactions that are shown, {outcome.name} is {extreme} with {named}: "
            f"{said(best.predicted)} is predicted. Drawn anew, the documents pick the same setting {round(100 * best.share)} "
            f"times in 100{settled}."
        )
    ]
    shown = [one.effect for one in best.ablations if one.effect.shown]
    if shown:
        parts = [f"{_turned(effect)} ({_interval(effect.corrected_low, effect.corrected_high)})" for effect in shown]
        told.append(f"From there, {outcome.name} changes when one knob alone is turned: {'; '.join(parts)}.")
    unclear = dict.fromkeys(one.effect.factors[0] for one in best.ablations)
    for effect in shown:
        unclear.pop(effect.factors[0], None)
    if unclear:
        told.append(f"From there, no turn of {', '.join(unclear)} alone is shown to change {outcome.name}.")
    return told


def _of_mediations(mediations: Sequence[Mediation], within: Within) -> list[str]:
    told = [_claim_passage(one, passage, within) for one in mediations for passage in one.passages if passage.shown]
    if mediations and not told and mediations[0].passages:
        told.append("Of no knob's effect is it shown that a part passes through what was measured on the way.")
    return told


def _claim_passage(one: Mediation, passage: Passage, within: Within) -> str:
    where = "" if within == "nothing" else f", within the same {within},"
    return (
        f"{one.factor} = {one.level} instead of {one.reference} changes {one.outcome} by {signed(passage.indirect.value)} by "
        f"way of {passage.measure} (corrected 95% interval {_interval(passage.corrected_low, passage.corrected_high)}); all "
        f"ways together come to {signed(one.total.value)} ({_interval(one.total.low, one.total.high)}). This holds provided "
        f"that nothing else{where} moves both {passage.measure} and {one.outcome}."
    )


def _of_structure(found: Structure) -> list[str]:
    agreed = [edge for edge in found.edges if len(edge.stable) >= 2]
    if not agreed:
        return [f"No arrow towards {found.outcome} or what comes before it is stable under two of the three methods."]
    arrows = [f"{edge.source} → {edge.target} ({', '.join(edge.stable)})" for edge in agreed]
    return [
        (
            f"For {found.outcome}, these arrows are drawn on all documents and on at least {round(100 * STABLE)}% of the "
            f"samples of documents by two methods or more: {'; '.join(arrows)}."
        )
    ]


# --- what may not ----------------------------------------------------------------------------------------------------------


def _limits(analysis: Analysis) -> list[str]:
    told = [
        (
            f"These are effects on {analysis.items} items of {analysis.documents} documents, at the levels that were tried. "
            "Other documents, other questions and levels between or beyond them may differ."
        ),
        "“Not shown” does not mean “none”: smaller effects than those that would have been seen can be there.",
        f"{_families(analysis)} Ablations are corrected for each outcome.",
        "Effects that only three knobs together have were not looked at.",
        (
            "The best setting was picked by the results that also rate it, so that its predicted outcome, and what turning a "
            "knob away from it costs, are on the large side. Measure it on documents that this sweep did not use."
        ),
    ]
    if analysis.mediations:
        told.append(
            "Measures on the way were not assigned. What is said of them holds only if nothing else moves both a measure "
            f"and the outcome{_compared(analysis)}, if effects add up, and if a measure counts the same under all settings. "
            "They stand side by side: what passes through an early one and then through one closer to the outcome is put "
            "down to the latter."
        )
    if analysis.structures:
        told.append(
            "Arrows that start at a knob are of settings that were assigned, the others are suggestions. They are what "
            "three methods, each with assumptions of its own, make of the same table: PC that there are no causes left out, "
            "DirectLiNGAM linear effects and noise that is not normal, NOTEARS linear effects and noise of equal size. "
            "Outcomes of 0 and 1 fit the last two badly."
        )
        removed = sum(found.removed["knob"] for found in analysis.structures)
        if removed:
            told.append(
                f"NOTEARS, which cannot be told what is known, drew {removed} arrows into knobs, "
                "which is impossible; they were taken away, and with them what they stood for."
            )
    noted: dict[str, list[str]] = defaultdict(list)
    for outcome in analysis.outcomes:
        aliased = ", ".join(" x ".join(pair) for pair in outcome.aliased)
        left_out = (
            f"the runs cannot, or can hardly, tell these interactions from other effects: {aliased}; where they are not zero, "
            "others are off"
        )
        for note in (*outcome.notes, *([left_out] if aliased else [])):
            noted[note].append(outcome.name)
        told += _limits_of(outcome)
    told += [f"{', '.join(names)}: {note}." for note, names in noted.items()]
    return [*told, *(f"{note[0].upper()}{note[1:]}." for note in analysis.notes)]


def _limits_of(outcome: Outcome) -> list[str]:
    told = []
    if outcome.missing:
        told.append(
            f"{outcome.missing} rows have no {outcome.name} and are left out; if settings are the reason, its effects are "
            "not those of all rows."
        )
    drift = outcome.drift
    if drift is not None and (drift.low > 0 or drift.high < 0):
        told.append(
            f"{outcome.name} moved by {signed(drift.estimate)} from the first run to the last beside what settings explain "
            f"(95% interval {_interval(drift.low, drift.high)}): something else changed during the sweep."
        )
    return told


def _families(analysis: Analysis) -> str:
    """What was corrected together."""
    parts = [f"the {count} comparisons of {' and '.join(names)}" for names, count in analysis.families]
    first = f"{parts[0][0].upper()}{parts[0][1:]} were corrected together"
    if len(parts) == 1:
        return f"{first}, and so were passages through measures."
    why = f"{analysis.goal} is the goal that the plan names"
    return f"{first}, and apart from them {parts[1]}; likewise passages through measures. {why}."


def _compared(analysis: Analysis) -> str:
    return "" if analysis.within == "nothing" else f" within the same {analysis.within}"


# --- words -----------------------------------------------------------------------------------------------------------------


def said(value: float) -> str:
    """A number as it stands in a sentence or table."""
    return f"{value:.3f}" if abs(value) < 10 else f"{value:.4g}"


def signed(value: float) -> str:
    """The same with its sign."""
    return f"+{said(value)}" if value >= 0 else said(value)


def compared(effect: Effect) -> str:
    """What an effect compares, in short."""
    pairs = zip(effect.factors, effect.levels, effect.references, strict=True)
    return " x ".join(f"{factor}: {level} - {reference}" for factor, level, reference in pairs)


def _instead(effect: Effect) -> str:
    return f"{effect.factors[0]} = {effect.levels[0]} instead of {effect.references[0]}"


def _turned(effect: Effect) -> str:
    return f"{effect.factors[0]} to {effect.levels[0]} {signed(effect.estimate)}"


def _interval(low: float, high: float) -> str:
    return f"{said(low)} to {said(high)}"
