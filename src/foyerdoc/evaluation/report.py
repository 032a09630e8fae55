"""An evaluation as one HTML file that opens from disk, and as JSON with the same figures.

Both hold text of documents: the passages of the worst mistakes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from html import escape
from math import isnan
from typing import Any, Final

from foyerdoc.evaluation.agreement import Agreement
from foyerdoc.evaluation.drawing import Axis, Bar, Series, bars, chart, squares
from foyerdoc.evaluation.measuring import Against, Evaluation, Person, Section
from foyerdoc.evaluation.metrics.fields import KINDS, Fields
from foyerdoc.evaluation.metrics.labels import Label, Labels
from foyerdoc.evaluation.mistakes import Mistake, worst
from foyerdoc.evaluation.pages import Html, charts, heading, page, paragraph, table
from foyerdoc.evaluation.statistics import Difference, Estimate

FORMAT: Final = "foyerdoc.evaluation"
VERSION: Final = 1

_MOST_CLASSES: Final = 30
_MOST_BARS: Final = 40
_LEADING: Final = {"labels": "accuracy", "fields": "f1", "questions": "holds"}
"""The figure of each kind that is drawn over slices and named first."""

_MEANING: Final = {
    "accuracy": "the whole label is right",
    "category_accuracy": "its first level is right",
    "macro_f1": "mean F1 of the labels, each counting the same",
    "micro_f1": "F1 over all labels named; to name none costs recall alone",
    "hierarchical_f1": "F1 over labels and those above them",
    "named": "share of items that a label is named for",
    "accuracy_named": "of these, the right ones",
    "ece": "distance of confidence and share right, 0 is best",
    "brier": "mean squared distance of confidence and right or wrong, 0 is best",
    "aurc": "mean share wrong when only the surest are answered, 0 is best",
    "precision": "of the values shown, the right ones",
    "recall": "of the values that documents have, those shown rightly",
    "f1": "harmonic mean of both sides' shares",
    "complete": "documents with every field right",
    "invented_rate": "of the fields that a document does not have, those shown with a value; 0 is best",
    "missed_rate": "of the values that documents have, those not shown; 0 is best",
    "span_iou": "overlap of the place shown and the right one",
    "exact": "the answer's words are those of a known one",
    "holds": "a known answer stands in what was said",
    "citation_precision": "of the citations, those of a right passage",
    "citation_recall": "of the right passages, those cited",
    "supported": "sentences that their quotes bear out",
    "refused_answerable": "refused though the documents answer; 0 is best",
    "answered_unanswerable": "answered though the documents do not; 0 is best",
    "mrr": "one over the rank of the first right passage, mean",
}


def as_page(evaluation: Evaluation, documents: Mapping[str, str]) -> bytes:
    """The page, in UTF-8.

    Args:
        evaluation: what was measured.
        documents: texts by name and id, for the passages of mistakes.
    """
    parts = [part for section in evaluation.sections for part in _section(section, documents)]
    agreed = _agreement(evaluation.agreement)
    subtitle = f"Gold {evaluation.gold[:12]}. In brackets: 95% intervals, whole documents drawn anew."
    return page("Evaluation", subtitle, [*map(_lead, evaluation.sections), *parts, *agreed, *_unmeasured(evaluation)])


def as_record(evaluation: Evaluation, documents: Mapping[str, str]) -> dict[str, Any]:
    """The same as plain dictionaries and lists, for JSON; a figure that there is none of is NaN, which JSON writes as null."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "gold": evaluation.gold,
        "unknown": evaluation.unknown,
        "unasked": evaluation.unasked,
        "agreement": [_agreed(one) for one in evaluation.agreement],
        **{section.name: _record(section, documents) for section in evaluation.sections},
    }


def _agreed(one: Agreement) -> dict[str, Any]:
    return {**asdict(one), "kappa": [[*pair, kappa] for pair, kappa in one.kappa.items()]}


def _record(section: Section, documents: Mapping[str, str]) -> dict[str, Any]:
    stated = section.scores.stated
    coverage, risk = stated.risk_coverage() if len(stated) else ((), ())
    return {
        "items": len(section.pairs),
        "unsaid": section.unsaid,
        "disputed": list(section.disputed),
        "figures": section.figures,
        "slices": section.slices,
        "people": [
            {"annotator": one.annotator, "figures": one.figures, "beside": _differences(one.beside)} for one in section.people
        ],
        "against": section.against
        and {"figures": _differences(section.against.figures), "items": asdict(section.against.items)},
        "reliability": stated.reliability(),
        "risk_coverage": [[float(c), float(r)] for c, r in _thinned(list(zip(coverage, risk, strict=True)))],
        **_details(section),
        "mistakes": worst(section, documents),
    }


def _details(section: Section) -> dict[str, Any]:
    match section.scores:
        case Labels() as scores:
            labels, counts = scores.confusion()
            return {"classes": scores.classes(), "confusion": {"labels": labels, "counts": counts.tolist()}}
        case Fields() as scores:
            return {"outcomes": {path: _counted(one) for path, one in scores.by_path().items()}}
        case _:
            return {}


def _counted(fields: Fields) -> dict[str, int]:
    return dict(zip(KINDS, map(int, fields.counts().sum(axis=0)), strict=True))


def _differences(differences: Mapping[str, Difference]) -> dict[str, dict[str, Any]]:
    return {name: {**asdict(one), "verdict": one.verdict} for name, one in differences.items()}


# --- the page --------------------------------------------------------------------------------------------------------


def _lead(section: Section) -> Html:
    name = _leading(section)
    figure = section.figures[name]
    text = f"{section.name.capitalize()}: {name} {_said(figure)} over {figure.items:,} items of {figure.documents:,} documents."
    if section.people:
        everyone = section.people[-1]
        text += f" People reach {_said(everyone.figures[name])}: the system is {everyone.standing(name)} their level."
    if section.against is not None:
        text += f" The other system: {section.against.figures[name].verdict}."
    return paragraph(text, "lead")


def _leading(section: Section) -> str:
    return _LEADING[section.name] if _LEADING[section.name] in section.figures else next(iter(section.figures))


def _section(section: Section, documents: Mapping[str, str]) -> Iterator[Html]:
    yield heading(section.name.capitalize())
    yield _figures(section)
    yield from _left_out(section)
    drawn = [*_confidences(section), *_by_kind(section), *_sliced(section)]
    if drawn:
        yield charts(drawn)
    yield from _classes(section)
    yield from _people(section.people)
    if section.against is not None:
        yield from _against(section.against)
    for what, parts in section.slices.items():
        yield _slice(what, parts)
    yield from _mistakes(worst(section, documents))


def _figures(section: Section) -> Html:
    rows = [[_named(name), _MEANING.get(name, ""), _said(one)] for name, one in section.figures.items()]
    return table(["figure", "what it says", "value"], rows, words=2)


def _left_out(section: Section) -> Iterator[Html]:
    if section.unsaid:
        yield paragraph(f"{section.unsaid} items have no result and count as wrong.", "faint")
    if section.disputed:
        yield paragraph(f"{len(section.disputed)} items are left out: annotators disagree and nobody has adjudicated.", "faint")


def _confidences(section: Section) -> Iterator[tuple[str, str]]:
    stated = section.scores.stated
    if not len(stated):
        return
    bins = stated.reliability()
    most = max(one.count for one in bins)
    points = Series("", [b.confidence for b in bins], [b.accuracy for b in bins], "points", [b.count / most for b in bins])
    spans = [Series("", [b.confidence] * 2, [b.low, b.high], colour=0) for b in bins]
    diagonal = Series("", [0, 1], [0, 1], "dashed", colour=6)
    shares = Axis("confidence", 0, 1, shares=True), Axis("right", 0, 1, shares=True)
    yield "Whether confidences are true", chart("reliability diagram", *shares, [diagonal, *spans, points])
    coverage, risk = stated.risk_coverage()
    curve = Series("", coverage.tolist(), risk.tolist())
    axes = Axis("answered, the surest first", 0, 1, shares=True), Axis("wrong of these", 0, shares=True)
    yield "What it costs to answer more", chart("risk and coverage", *axes, [curve])


def _by_kind(section: Section) -> Iterator[tuple[str, str]]:
    if isinstance(section.scores, Labels):
        whole = len({*section.scores.true, *section.scores.said}) <= _MOST_CLASSES
        labels, counts = section.scores.confusion(None if whole else 1)
        names = [_path(label) for label in labels][:_MOST_CLASSES]
        shown = [row[:_MOST_CLASSES] for row in counts.tolist()[:_MOST_CLASSES]]
        title = "Which labels are taken for which" if whole else "Which categories are taken for which"
        yield f"{title}: rows are true, columns what was said", squares(title, names, names, shown)


def _sliced(section: Section) -> Iterator[tuple[str, str]]:
    name = _leading(section)
    for what, parts in section.slices.items():
        rows = [Bar(part, one[name].value, one[name].low, one[name].high) for part, one in parts.items() if name in one]
        yield f"{_named(name)} by {what}", bars(f"{name} by {what}", Axis(name, 0, 1, shares=True), rows[:_MOST_BARS])


def _classes(section: Section) -> Iterator[Html]:
    if isinstance(section.scores, Labels):
        rows = [
            [_path(c.label), c.items, *(f"{x:.3f}" for x in (c.precision, c.recall, c.f1))] for c in section.scores.classes()
        ]
        yield table(["label", "items", "precision", "recall", "F1"], rows, caption="Label by label")
        wrong = [[_path(true), _path(said), n] for true, said, n in section.scores.confusions()]
        if wrong:
            yield table(["true", "said", "items"], wrong[:_MOST_BARS], caption="What is taken for what", words=2)
    if isinstance(section.scores, Fields):
        rows = [[path, *_counted(one).values()] for path, one in section.scores.by_path().items()]
        yield table(["field", *KINDS], rows, caption="Field by field")


def _people(people: Sequence[Person]) -> Iterator[Html]:
    rows = [
        [one.annotator, _named(name), one.standing(name), _said(figure), _signed(one.beside[name])]
        for one in people
        for name, figure in one.figures.items()
        if name in one.beside and not isnan(one.beside[name].value)
    ]
    if rows:
        columns = ["annotator", "figure", "the system is", "the annotator", "system minus annotator"]
        yield table(columns, rows, caption="People against adjudicated gold, and the system on the same items", words=3)


def _against(against: Against) -> Iterator[Html]:
    rows = [
        [_named(name), one.verdict, _signed(one), f"{one.p:.3f}", f"{one.adjusted:.3f}", f"{one.detectable:.3f}"]
        for name, one in against.figures.items()
        if not isnan(one.value)
    ]
    columns = ["figure", "this system is", "difference", "p", "p after Holm", "smallest difference to be seen"]
    yield table(columns, rows, caption="Against the other system, on the same items", words=2)
    items = against.items
    yield paragraph(
        f"{items.only_first} items are right here alone, {items.only_second} there alone: p = {items.p:.3f} "
        "(McNemar, exact; it takes items for independent)."
    )


def _slice(what: str, parts: Mapping[str, Mapping[str, Estimate]]) -> Html:
    names = list(dict.fromkeys(name for one in parts.values() for name in one))
    rows = [
        [
            part,
            next(iter(one.values())).items,
            *(f"{one[n].value:.3f}" if n in one and not isnan(one[n].value) else "" for n in names),
        ]
        for part, one in parts.items()
    ]
    return table([what, "items", *map(_named, names)], rows, caption=f"By {what}")


def _mistakes(mistakes: Sequence[Mistake]) -> Iterator[Html]:
    if not mistakes:
        return
    yield table(
        ["item", "what", "true", "said", "passage", "confidence"],
        [
            [m.item, m.what, m.true, m.said, _passage(m), "" if m.confidence is None else f"{m.confidence:.2f}"]
            for m in mistakes
        ],
        caption="The worst mistakes, the surest first",
        words=5,
    )


def _agreement(agreements: Sequence[Agreement]) -> Iterator[Html]:
    if not agreements:
        return
    yield heading("How far people agree")
    rows = []
    for one in agreements:
        kappas = [kappa for kappa in one.kappa.values() if not isnan(kappa)]
        cohen = f"{min(kappas):.3f} to {max(kappas):.3f}" if kappas else ""
        alpha = "" if isnan(one.alpha) else f"{one.alpha:.3f}"
        rows.append([one.what, one.annotators, one.units, f"{100 * one.share:.1f}%", alpha, cohen])
    yield table(["what", "annotators", "units", "same", "Krippendorff's alpha", "Cohen's kappa"], rows)


def _unmeasured(evaluation: Evaluation) -> Iterator[Html]:
    if evaluation.unasked:
        yield paragraph(f"Gold also has {', '.join(evaluation.unasked)}; the system has said nothing of these.", "faint")
    if evaluation.unknown:
        yield paragraph(f"{evaluation.unknown} lines of the system speak of nothing that gold has.", "faint")


def _passage(mistake: Mistake) -> Html:
    before, marked, after = (escape(part) for part in (mistake.before, mistake.marked, mistake.after))
    return Html(f"{before}<mark>{marked}</mark>{after}" if marked else before + after)


def _path(label: Label) -> str:
    return " / ".join(label) or "(none)"


def _named(name: str) -> str:
    return name.replace("_", " ")


def _said(one: Estimate) -> str:
    if isnan(one.value):
        return ""
    return f"{one.value:.3f}" if isnan(one.low) else str(one)


def _signed(one: Difference) -> str:
    return f"{one.value:+.3f} ({one.low:+.3f} to {one.high:+.3f})"


def _thinned(points: list[Any], most: int = 400) -> list[Any]:
    """At most so many points, the last one kept."""
    step = -(-len(points) // most) if points else 1
    return points[::-1][::step][::-1]
