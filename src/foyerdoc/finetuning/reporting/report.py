"""The report of a training: one HTML file with curves and tables, for whoever answers for a classifier and whoever mends it.

It names documents by their ids and never holds their text, but for the prompts and answers that are compared in the report of a
language model.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from foyerdoc import storage
from foyerdoc.evaluation.drawing import Axis, Series, chart
from foyerdoc.evaluation.metrics.confidence import wilson
from foyerdoc.evaluation.pages import Html, charts, heading, page, paragraph, preformatted, table
from foyerdoc.finetuning.reporting import outcomes
from foyerdoc.finetuning.reporting.outcomes import Guess, Label, Predicted

if TYPE_CHECKING:
    from foyerdoc.classification.calibration import Calibration
    from foyerdoc.finetuning.classifier import TrainedClassifier
    from foyerdoc.finetuning.instruct import TrainedInstruct
    from foyerdoc.finetuning.reporting.samples import Sample
    from foyerdoc.finetuning.training.loop import History

NAME: Final = "report.html"
_TRAINING: Final = "training.json"
_MOST_CHANGES: Final = 200
_MOST_CONFUSIONS: Final = 20
_LEVELS: Final = ("category", "subcategory", "sub-subcategory")
_SYSTEMS: Final = (
    "“base” is the untuned model with a linear head, “tuned” the fine-tuned one, “with words” the two together with a linear "
    "model of the documents' words. Macro-F1 counts every label the same, however rare."
)
_MEASURES: Final = {
    "documents": "documents",
    "accuracy": "right label",
    "macro_f1": "macro-F1",
    "category_accuracy": "right category",
    "loss": "loss",
}


def write_classifier_report(trained: TrainedClassifier, *, test: Predicted | None = None, path: Path | None = None) -> Path:
    """Write what a training of a classifier came to.

    Args:
        trained: the training.
        test: what the classifier says of a test set (`outcomes.predict`).
        path: of the file; report.html in the classifier's folder by default. It is no part of what the folder's checksums
            cover, so it can be deleted.
    """
    base, tuned = outcomes.held_out(trained)
    about = _about(trained.folder)
    parts = [
        *_summary(trained, base, tuned),
        *_measures(trained.metrics, _SYSTEMS),
        *_curves(trained.histories),
        *_labels(base, tuned),
        *_confidence(tuned, trained.calibration, heading("How far confidence can be trusted")),
        *_changes(base, tuned),
        *(_test(test, trained.calibration) if test is not None else ()),
        *_settings(about, trained.histories),
    ]
    counted = f"{about.get('documents', '?')} documents, {len(trained.taxonomy.leaves())} labels"
    path = path or trained.folder / NAME
    storage.write_file(path, page(f"Training of the classifier {trained.folder.name}", counted, parts))
    return path


def write_instruct_report(trained: TrainedInstruct, samples: Sequence[Sample] = (), *, path: Path | None = None) -> Path:
    """Write what a training of a language model came to.

    Args:
        trained: the training.
        samples: prompts with their answers before and after; their text is put into the file.
        path: of the file; report.html in the adapter's folder by default, not covered by its checksums.
    """
    about = _about(trained.folder)
    histories = {"training": trained.history}
    rows = [[preformatted(text) for text in (one.prompt, one.wanted, one.base, one.tuned)] for one in samples]
    columns = ["prompt", "answer wanted", "the base's", "with the adapter"]
    parts = [
        *_measures(trained.metrics, "“base” is the untuned model, “tuned” the one with the adapter."),
        *_curves(histories),
        *([heading("Prompts before and after"), table(columns, rows, words=4)] if rows else ()),
        *_settings(about, histories),
    ]
    path = path or trained.folder / NAME
    counted = f"{about.get('conversations', '?')} conversations"
    storage.write_file(path, page(f"Training of the adapter {trained.folder.name}", counted, parts))
    return path


# --- sections --------------------------------------------------------------------------------------------------------


def _summary(trained: TrainedClassifier, base: Predicted, tuned: Predicted) -> list[Html]:
    rows = tuned.whole()
    before, after = (sum(part.best(row)[0] == part.examples[row].path for row in rows) for part in (base, tuned))
    low, high = wilson(after, len(rows))
    sentence = (
        f"Of {len(rows)} documents that it had not learnt from, the classifier gives {share(after, len(rows))} their right "
        f"label (95% interval {per_cent(low)} to {per_cent(high)}); the base gave {share(before, len(rows))}."
    )
    parts = [paragraph(sentence, "lead")]
    if trained.calibration is not None:
        parts += [paragraph(told) for told in told_of_thresholds(tuned, trained.calibration)]
    parts += [paragraph(f"Note: {note}.") for note in trained.notes]
    return parts


def told_of_thresholds(part: Predicted, calibration: Calibration) -> list[str]:
    """A sentence for each level: what is named under the thresholds, and how much of it is right."""
    told = []
    for depth, named in enumerate(outcomes.named_at(part, calibration), start=1):
        level = level_name(depth)
        if not named.named:
            told.append(f"It is never sure enough to name a {level} ({per_cent(calibration.target)} right was asked for).")
            continue
        low, high = wilson(named.right, named.named)
        told.append(
            f"It is sure enough to name a {level} for {share(named.named, named.documents)} of them, and "
            f"{share(named.right, named.named)} of those are right (95% interval {per_cent(low)} to {per_cent(high)}; "
            f"{per_cent(calibration.target)} was asked for)."
        )
    return told


def _measures(metrics: Mapping[str, Mapping[str, float]], explained: str) -> list[Html]:
    if not metrics:
        return []
    names = list(dict.fromkeys(name for measures in metrics.values() for name in measures))
    rows = [[system, *(written(name, measures.get(name)) for name in names)] for system, measures in metrics.items()]
    return [
        heading("Before and after"),
        table(["", *map(measure_name, names)], rows),
        paragraph(f"Over what was held out. {explained}", "faint"),
    ]


def _curves(histories: Mapping[str, History]) -> list[Html]:
    def over_passes(measure: str) -> list[Series]:
        found = []
        for number, (name, history) in enumerate(histories.items()):
            values = [(at, e[measure]) for at, e in enumerate(history.evaluations, start=1) if measure in e]
            if values:
                found.append(Series(name, [at for at, _ in values], [value for _, value in values], colour=number))
        return found

    losses = [Series(name, range(1, len(h.losses) + 1), h.losses) for name, h in histories.items()]
    drawn = [("Training loss", chart("Training loss of each step", Axis("step"), Axis("loss", low=0), losses))]
    measures = dict.fromkeys(name for h in histories.values() for e in h.evaluations for name in e)
    for name in measures:
        shares = name == "accuracy"
        y = Axis("right" if shares else name, low=None if shares else 0, high=1 if shares else None, shares=shares)
        title = f"Held-out {name}"
        drawn.append((title, chart(f"{title} after each pass", Axis("pass", low=1), y, over_passes(name))))
    rows = [
        [name, len(h.losses), len(h.evaluations), h.best_epoch, h.tokens, f"{h.seconds:.0f}", "; ".join(h.notes)]
        for name, h in histories.items()
    ]
    columns = ["run", "steps", "passes", "best pass", "tokens", "seconds", "notes"]
    return [heading("Training"), charts(drawn), table(columns, rows)]


def _labels(base: Predicted, tuned: Predicted) -> list[Html]:
    found = outcomes.by_label(base, tuned)
    rows = [
        [spelled(one.label), one.documents]
        + [f"{100 * value:.0f}" for side in (one.base, one.tuned) for value in (side.precision, side.recall, side.f1)]
        for one in sorted(found, key=lambda one: one.tuned.f1)
    ]
    columns = [
        "label",
        "documents",
        *(f"{name}, {side}" for side in ("base", "tuned") for name in ("precision", "recall", "F1")),
    ]
    parts = [heading("Label by label"), paragraph("In per cent, the hardest first."), table(columns, rows)]
    wrong = outcomes.confusions(tuned)
    if wrong:
        commonest = [[spelled(true), spelled(said), n] for true, said, n in wrong[:_MOST_CONFUSIONS]]
        more = f" ({len(wrong)} different ones; the commonest are shown)" if len(wrong) > _MOST_CONFUSIONS else ""
        parts += [heading("Mistakes"), paragraph(f"What is taken for what{more}.")]
        parts.append(table(["true label", "taken for", "documents"], commonest, words=2))
    return [*parts, *_languages(base, tuned)]


def _languages(base: Predicted, tuned: Predicted) -> list[Html]:
    rows: dict[str, list[int]] = defaultdict(list)
    for row in tuned.whole():
        rows[tuned.examples[row].document.language or "unknown"].append(row)
    if len(rows) < 2:
        return []
    shown = [
        [language, len(some)]
        + [share(sum(p.best(row)[0] == p.examples[row].path for row in some), len(some)) for p in (base, tuned)]
        for language, some in sorted(rows.items(), key=lambda item: -len(item[1]))
    ]
    return [heading("By language"), table(["language", "documents", "right, base", "right, tuned"], shown)]


def _confidence(part: Predicted, calibration: Calibration | None, title: Html) -> list[Html]:
    if not part.examples:
        return []
    levels = [(depth, part.at_level(depth)) for depth in range(1, part.depth + 1)]
    levels = [(depth, guess) for depth, guess in levels if len(guess.labels)]
    parts = [title]
    if calibration is None:
        parts.append(paragraph("Too few documents were held out to calibrate: these probabilities are as they came."))
    for depth, guess in levels:
        mean, most = outcomes.least_calibration_error(guess)
        told = (
            f"For the {level_name(depth)} the expected calibration error is {per_cent(guess.stated.ece())}. "
            f"On {len(guess.labels)} documents a classifier whose every probability is true would show {per_cent(mean)}, and "
            f"less than {per_cent(most)} in 95 of 100 cases."
        )
        parts.append(paragraph(told))
    drawn = [(f"Said and true, {level_name(depth)}", _reliability(guess)) for depth, guess in levels]
    drawn += [(f"Wrong among those named, {level_name(depth)}", _risk(guess, depth, calibration)) for depth, guess in levels]
    parts.append(charts(drawn))
    explained = "Left: points on the dashed line are as often right as they claim; large points stand for many documents."
    explained += " Right: the surest documents are named first; how often is wrong, the more are named."
    if calibration is not None:
        explained += " The temperature and the thresholds were chosen on the held-out documents."
    return [*parts, paragraph(explained, "faint")]


def _reliability(guess: Guess) -> str:
    bins = guess.stated.reliability()
    largest = max(one.count for one in bins)
    points = Series(
        "documents of like confidence",
        [one.confidence for one in bins],
        [one.accuracy for one in bins],
        "points",
        [one.count / largest for one in bins],
        colour=0,
    )
    even = Series("as often right as claimed", [0, 1], [0, 1], "dashed", colour=6)
    x, y = Axis("probability said", 0, 1, shares=True), Axis("right", 0, 1, shares=True)
    return chart("Probability said against share of right labels", x, y, [even, points])


def _risk(guess: Guess, depth: int, calibration: Calibration | None) -> str:
    coverage, risk = guess.stated.risk_coverage()
    series = [Series("wrong among the named", coverage.tolist(), risk.tolist(), colour=0)]
    top = max(0.1, float(risk.max()))
    if calibration is not None:
        threshold = calibration.thresholds[min(depth, len(calibration.thresholds)) - 1]
        reached = float((guess.confidence >= threshold).mean())
        asked = 1 - calibration.target
        series.append(Series(f"{per_cent(asked)} wrong", [0, 1], [asked, asked], "dashed", colour=6))
        name = f"threshold {threshold:.2f}" if threshold <= 1 else "threshold that none reaches"
        series.append(Series(name, [reached, reached], [0, top], "dashed", colour=1))
    return chart("Risk against coverage", Axis("named", 0, 1, shares=True), Axis("wrong", 0, top, shares=True), series)


def _changes(base: Predicted, tuned: Predicted) -> list[Html]:
    changed = [one for one in outcomes.compare(base, tuned) if one.changed]
    parts = [heading("Documents whose label changed")]
    gained, lost = (sum(one.gain == gain for one in changed) for gain in (1, -1))
    told = (
        f"Training changed the label of {len(changed)} of {len(base.examples)} held-out documents: {gained} were wrong and are "
        f"now right, {lost} were right and are now wrong."
    )
    parts.append(paragraph(told))
    rows = [
        [
            one.example.id,
            spelled(one.example.path),
            spelled(one.base),
            spelled(one.tuned),
            {1: "now right", -1: "now wrong"}.get(one.gain, "no better"),
            f"{one.base_probability:.2f}",
            f"{one.tuned_probability:.2f}",
        ]
        for one in outcomes.telling(changed, _MOST_CHANGES)
    ]
    if rows:
        columns = ["document", "true label", "base", "tuned", "", "base's probability", "tuned's"]
        parts.append(table(columns, rows, words=5))
    if len(changed) > len(rows):
        parts.append(paragraph(f"{len(changed) - len(rows)} more are not shown.", "faint"))
    return parts


def _test(test: Predicted, calibration: Calibration | None) -> list[Html]:
    rows = test.whole()
    right = sum(test.best(row)[0] == test.examples[row].path for row in rows)
    low, high = wilson(right, len(rows))
    parts = [
        heading("Test documents"),
        paragraph(
            f"Of {len(rows)} test documents, {share(right, len(rows))} have their right label as the most probable one (95% "
            f"interval {per_cent(low)} to {per_cent(high)}). The classifier was loaded from its folder for this."
        ),
    ]
    if calibration is not None:
        parts += [paragraph(told) for told in told_of_thresholds(test, calibration)]
    wrong = [[spelled(true), spelled(said), n] for true, said, n in outcomes.confusions(test)[:_MOST_CONFUSIONS]]
    if wrong:
        parts.append(table(["true label", "taken for", "documents"], wrong, words=2))
    return [*parts, *_confidence(test, calibration, heading("Confidence on the test documents"))]


def _settings(about: Mapping[str, Any], histories: Mapping[str, History]) -> list[Html]:
    rows = [["data (SHA-256)", about.get("data")], *([name, value] for name, value in about.get("config", {}).items())]
    versions = [[name, value] for name, value in about.get("versions", {}).items()]
    hours = sum(history.seconds for history in histories.values())
    return [
        heading("How it was made"),
        paragraph(f"{sum(h.tokens for h in histories.values()):,} tokens in {hours:,.0f} seconds over {len(histories)} runs."),
        table(["setting", "value"], rows, words=2),
        table(["package", "version"], versions, words=2),
    ]


# --- words -----------------------------------------------------------------------------------------------------------


def spelled(label: Label) -> str:
    """A label as people write it."""
    return " / ".join(label)


def level_name(depth: int) -> str:
    """What the labels of a level are called; levels count from 1."""
    return _LEVELS[depth - 1] if depth <= len(_LEVELS) else f"label of level {depth}"


def per_cent(value: float) -> str:
    """A share of 0 to 1."""
    return f"{100 * value:.1f}%"


def share(part: int, whole: int) -> str:
    """A count of a count, as per cent."""
    return per_cent(part / whole) if whole else "none"


def measure_name(measure: str) -> str:
    """What a measure is called in a table."""
    return _MEASURES.get(measure, measure)


def written(measure: str, value: float | None) -> str:
    """A measure as it stands in a table: counts whole, losses with four digits, the rest as per cent."""
    if value is None:
        return ""
    if measure == "documents":
        return f"{value:.0f}"
    return f"{value:.4g}" if measure not in _MEASURES or measure == "loss" else per_cent(value)


def _about(folder: Path) -> dict[str, Any]:
    """What the training wrote of itself."""
    about: dict[str, Any] = json.loads((folder / _TRAINING).read_bytes())
    return about
