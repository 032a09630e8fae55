"""What `foyerdoc train` prints at the end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from foyerdoc.cli.app import brief, err, out, print_json
from foyerdoc.finetuning.training.parallel import is_first

if TYPE_CHECKING:
    from foyerdoc.finetuning.calibrating import Calibrated
    from foyerdoc.finetuning.classifier import TrainedClassifier
    from foyerdoc.finetuning.extractor import TrainedExtractor
    from foyerdoc.finetuning.instruct import TrainedInstruct
    from foyerdoc.finetuning.reporting.outcomes import Comparison, Predicted
    from foyerdoc.finetuning.reporting.samples import Sample


def note(text: str) -> None:
    """A line on standard error that is no error; of several processes that train together the first one says it."""
    if is_first():
        err.print(f"[yellow]note[/yellow]: {brief(text, 400)}", soft_wrap=True)


def print_classifier(
    trained: TrainedClassifier,
    shown: Sequence[Comparison],
    tested: Predicted | None,
    path: Path,
    _found: Mapping[str, int],
) -> None:
    """Measures before and after, what the thresholds let be named, and some documents under both."""
    from foyerdoc.finetuning.classifier import measure
    from foyerdoc.finetuning.reporting.report import told_of_thresholds

    for told in trained.notes:
        note(told)
    _print_measures("held-out documents", trained.metrics)
    if trained.calibration is not None:
        from foyerdoc.finetuning.reporting.outcomes import held_out

        for sentence in told_of_thresholds(held_out(trained)[1], trained.calibration):
            out.print(brief(sentence, 400))
    if tested is not None:
        _print_measures("test documents", {"as saved": measure(tested.probabilities, tested.examples, trained.taxonomy)})
        for sentence in told_of_thresholds(tested, trained.calibration) if trained.calibration else ():
            out.print(brief(sentence, 400))
    if shown:
        out.print("\n[bold]held-out documents before and after[/bold]")
    for one in shown:
        said = {1: "now right", -1: "now wrong"}.get(one.gain, "")
        out.print(f"{brief(one.example.id)}  (true: {_label(one.example.path)})")
        out.print(f"    base   {_label(one.base)}  {one.base_probability:.2f}")
        out.print(f"    tuned  {_label(one.tuned)}  {one.tuned_probability:.2f}  {said}".rstrip())
    _print_places(trained.folder, path)


def print_classifier_as_json(
    trained: TrainedClassifier,
    shown: Sequence[Comparison],
    tested: Predicted | None,
    path: Path,
    found: Mapping[str, int],
) -> None:
    """A line for each document that is shown, then the summary."""
    from foyerdoc.finetuning.classifier import measure
    from foyerdoc.finetuning.reporting.outcomes import held_out, named_at

    for one in shown:
        base = {"path": one.base, "probability": one.base_probability}
        tuned = {"path": one.tuned, "probability": one.tuned_probability}
        print_json({"id": one.example.id, "path": one.example.path, "base": base, "tuned": tuned})
    calibration = trained.calibration
    print_json(
        {
            "summary": {
                "folder": trained.folder,
                "report": path,
                "metrics": trained.metrics,
                "named": named_at(held_out(trained)[1], calibration) if calibration else None,
                "test": measure(tested.probabilities, tested.examples, trained.taxonomy) if tested else None,
                "test_named": named_at(tested, calibration) if tested and calibration else None,
                "rows": found,
                "notes": trained.notes,
            }
        }
    )


def print_calibrated(found: Calibrated) -> None:
    """What the new thresholds let be named of the documents that they were chosen on."""
    from foyerdoc.finetuning.classifier import measure
    from foyerdoc.finetuning.reporting.report import told_of_thresholds

    _print_measures(
        "documents calibrated on", {"": measure(found.predicted.probabilities, found.predicted.examples, found.taxonomy)}
    )
    for sentence in told_of_thresholds(found.predicted, found.calibration):
        out.print(brief(sentence, 400))
    out.print(f"\nsaved in {found.folder}", markup=False)


def print_calibrated_as_json(found: Calibrated) -> None:
    """One line."""
    from foyerdoc.finetuning.classifier import measure
    from foyerdoc.finetuning.reporting.outcomes import named_at

    calibration = found.calibration
    measures = measure(found.predicted.probabilities, found.predicted.examples, found.taxonomy)
    told = {"temperature": calibration.temperature, "thresholds": calibration.thresholds, "words": found.lexical_weight}
    print_json({"folder": found.folder, **told, "metrics": measures, "named": named_at(found.predicted, calibration)})


def print_extractor(trained: TrainedExtractor) -> None:
    """What became of the fields, and how the held-out ones are read."""
    for told in trained.notes:
        note(told)
    for name, count in trained.counts.items():
        out.print(f"  {name:14}{count:>8} fields")
    out.print("\n[bold]held-out documents[/bold]")
    for name, value in trained.metrics.items():
        out.print(f"  {name:24}{value:>10.3f}")
    out.print(f"\nsaved in {trained.folder}", markup=False)


def print_extractor_as_json(trained: TrainedExtractor) -> None:
    """The same as one line."""
    told = {"fields": trained.counts, "metrics": trained.metrics, "settings": trained.settings.model_dump()}
    print_json({"folder": trained.folder, **told, "notes": trained.notes})


def print_instruct(trained: TrainedInstruct, samples: Sequence[Sample], path: Path) -> None:
    """Measures before and after, and the answers to some prompts."""
    for told in trained.notes:
        note(told)
    _print_measures("held-out conversations", trained.metrics)
    for one in samples:
        out.print(f"\n[bold]prompt[/bold] {brief(one.prompt, 200)}")
        for name, text in (("wanted", one.wanted), ("base", one.base), ("tuned", one.tuned)):
            out.print(f"    {name:6} {brief(text, 200)}")
    _print_places(trained.folder, path)


def print_instruct_as_json(trained: TrainedInstruct, samples: Sequence[Sample], path: Path) -> None:
    """A line for each prompt that is shown, then the summary."""
    for one in samples:
        print_json(one)
    summary = {"folder": trained.folder, "report": path, "metrics": trained.metrics, "notes": trained.notes}
    print_json({"summary": {**summary, "best_epoch": trained.history.best_epoch}})


def _print_measures(title: str, metrics: Mapping[str, Mapping[str, float]]) -> None:
    """Systems side by side, a line for each measure."""
    from foyerdoc.finetuning.reporting.report import measure_name, written

    if not metrics:
        return
    out.print(f"\n[bold]{title:24}[/bold]" + "".join(f"{name:>12}" for name in metrics))
    for name in dict.fromkeys(name for measures in metrics.values() for name in measures):
        cells = "".join(f"{written(name, measures.get(name)):>12}" for measures in metrics.values())
        out.print(f"{measure_name(name):24}{cells}")


def _print_places(folder: Path, path: Path) -> None:
    out.print(f"\nsaved in {folder}\nreport: {path}", markup=False)


def _label(path: Sequence[str]) -> str:
    return brief(" / ".join(path))
