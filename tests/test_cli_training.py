from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from foyerdoc.cli import app
from foyerdoc.finetuning.training.loop import Progress
from tests.finetuning.conftest import TINY, tiny_rows

run = CliRunner().invoke
SETTINGS = [part for name, value in TINY.items() if name not in ("epochs", "device") for part in ("--set", f"{name}={value}")]
TRAIN = ["train", "classifier"]


def lines_of(output: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in output.splitlines() if line.startswith("{")]


def write(path: Path, rows: list[dict[str, str]]) -> Path:
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    """A real run: rows with one that is bad, one that stands twice with another label, and a test file that leaks."""
    folder = tmp_path_factory.mktemp("training")
    rows = tiny_rows()
    again = {**rows[1], "id": "again", "category": "claims", "subcategory": "damage"}
    train = write(folder / "train.jsonl", [*rows, {"id": "empty", "text": "", "category": "claims"}, again])
    test = write(folder / "test.jsonl", [{**row, "id": f"t-{row['id']}"} for row in rows[:5]])
    options = ["--out", str(folder / "tuned"), "--test", str(test), "--epochs", "1", "--device", "cpu", "--json"]
    return folder, run(app, [*TRAIN, str(train), *options, *SETTINGS])


def test_a_training_names_bad_rows_and_delivers_the_rest(outcome: tuple[Path, Result]) -> None:
    folder, result = outcome
    assert result.exit_code == 1, result.output
    bad, *shown, last = lines_of(result.stdout)
    assert (bad["row"], bad["error"]["code"]) == (49, "empty_text")
    assert len(shown) == 8
    assert all(set(line) == {"id", "path", "base", "tuned"} for line in shown)
    summary = last["summary"]
    assert {"base", "tuned"} <= set(summary["metrics"])
    assert summary["test"]["documents"] == 5
    assert summary["rows"] == {"duplicates": 2, "conflicting": 1, "test_leaks": 5, "rare_labels": 0}
    assert (folder / "tuned" / "report.html").is_file()
    assert (folder / "tuned" / "manifest.json").is_file()
    # What is printed names documents and never quotes them.
    assert "please send an expert" not in result.output
    assert "conflicting labels in 1 group of near-duplicates: m-1 = again" in result.stderr
    assert "5 of 5 test rows are in the training rows too: t-m-0 is also m-0" in result.stderr
    assert "GiB" in result.stderr


def test_documents_before_and_after_put_the_changed_ones_first(outcome: tuple[Path, Result]) -> None:
    shown = [line for line in lines_of(outcome[1].stdout) if "tuned" in line]
    changed = [line["base"]["path"] != line["tuned"]["path"] for line in shown]
    assert changed == sorted(changed, reverse=True)
    assert all(0.5 <= line["tuned"]["probability"] <= 1 for line in shown)


def test_the_trained_folder_classifies(outcome: tuple[Path, Result]) -> None:
    folder, _ = outcome
    result = run(app, ["classify", str(folder / "test.jsonl"), "--model", str(folder / "tuned"), "--json"])
    assert [line["id"] for line in lines_of(result.stdout)] == [f"t-m-{i}" for i in range(5)]


def test_calibration_is_chosen_anew_on_rows_that_were_not_learnt_from(outcome: tuple[Path, Result], tmp_path: Path) -> None:
    folder, _ = outcome
    model, other = folder / "tuned", tmp_path / "calibrated"
    fresh = [{**row, "text": f"Dear all. {row['text']} Kind regards."} for row in tiny_rows(mistakes=3)]
    rows = write(tmp_path / "fresh.jsonl", [*fresh, {"id": "empty", "text": "", "category": "claims"}])
    command = ["train", "calibration", str(rows), "--model", str(model), "--out", str(other), "--device", "cpu"]
    before = (model / "manifest.json").read_bytes()
    result = run(app, [*command, "--precision", "0.8", "--json"])
    assert result.exit_code == 1, result.output  # for the empty row
    bad, told = lines_of(result.stdout)
    assert bad["error"]["code"] == "empty_text"
    assert set(told) == {"folder", "temperature", "thresholds", "words", "metrics", "named"}
    assert (told["folder"], told["metrics"]["documents"]) == (str(other), 48)
    assert (model / "manifest.json").read_bytes() == before
    settings = json.loads((other / "classifier.json").read_bytes())
    assert (settings["temperature"], settings["examples"], settings["target"]) == (told["temperature"], 48, 0.8)
    result = run(app, [*command, "--base", "e5"])
    assert "documents calibrated on" in result.stdout
    assert f"saved in {other}" in result.stdout
    assert "Kind regards" not in result.output


def test_calibration_on_rows_that_were_learnt_from_is_refused(outcome: tuple[Path, Result], tmp_path: Path) -> None:
    folder, _ = outcome
    command = ["train", "calibration", str(folder / "train.jsonl"), "--model", str(folder / "tuned"), "--device", "cpu"]
    result = run(app, [*command, "--out", str(tmp_path / "new")])
    assert result.exit_code == 2
    assert "of 49 documents were learnt from" in result.stderr
    assert "--allow-learnt" in result.stderr
    assert not (tmp_path / "new").exists()


def trained_already(tiny: object, then: Callable[[], None] = lambda: None) -> Callable[..., object]:
    """In place of `train_classifier`: reports two runs' progress and returns what is trained already."""

    def train(examples: object, out: Path, *, report: Callable[[str, Progress], None], **_: object) -> object:
        checkpoint = out.with_name(f".{out.name}.training") / "part-1" / "last-00000001-0000"
        checkpoint.mkdir(parents=True, exist_ok=True)
        report("part 1 of 2", Progress(1, 4, 1, 0.7, 1200.0, 90.0))
        then()
        report("part 2 of 2", Progress(4, 4, 2, 0.5, 1300.0, 0.0))
        return tiny

    return train


def test_people_read_measures_side_by_side(
    outcome: tuple[Path, Result], tiny: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("foyerdoc.finetuning.classifier.train_classifier", trained_already(tiny))
    rows = write(tmp_path / "rows.jsonl", tiny_rows())
    result = run(app, [*TRAIN, str(rows), "--out", str(tmp_path / "new"), "--show", "2", "--device", "cpu"])
    assert result.exit_code == 0, result.output
    head, *lines = [line.split() for line in result.stdout.splitlines() if line.strip()]
    assert head[:4] == ["held-out", "documents", "base", "tuned"]
    assert ["right", "label", *(f"{100 * tiny.metrics[name]['accuracy']:.1f}%" for name in tiny.metrics)] in lines
    assert sum(line[0] == "tuned" for line in lines) == 2
    assert "please send an expert" not in result.output


def test_ctrl_c_says_how_to_go_on(tiny: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    rows = write(tmp_path / "rows.jsonl", tiny_rows())
    command = [*TRAIN, str(rows), "--out", str(tmp_path / "new"), "--device", "cpu"]
    monkeypatch.setattr("foyerdoc.finetuning.classifier.train_classifier", trained_already(tiny, interrupt))
    result = run(app, command)
    assert result.exit_code == 1
    assert "The same command goes on" in result.stderr
    monkeypatch.setattr("foyerdoc.finetuning.classifier.train_classifier", trained_already(tiny))
    assert "it goes on from its last saved step" in run(app, command).stderr


def test_wrong_use_is_told_before_anything_is_trained(tmp_path: Path) -> None:
    rows = write(tmp_path / "rows.jsonl", tiny_rows()[:4])
    other = tmp_path / "other"
    other.mkdir()
    (other / "letter.txt").write_text("not ours", encoding="utf-8")

    def refused(*options: str) -> str:
        result = run(app, [*TRAIN, str(rows), "--out", str(tmp_path / "new"), *options])
        assert result.exit_code == 2
        return result.stderr

    assert "no such setting" in refused("--set", "epoks=3")
    assert "rank: Input should be" in refused("--set", "rank=many")
    assert "set twice" in refused("--epochs", "3", "--set", "epochs=4")
    assert "quantization" in refused("--quantization", "3")
    assert "holds something else" in refused("--out", str(other))
    assert (other / "letter.txt").is_file()


def test_a_language_model_is_trained_and_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from foyerdoc.finetuning.instruct import TrainedInstruct
    from foyerdoc.finetuning.reporting.samples import Sample
    from foyerdoc.finetuning.training.loop import History

    asked = {}

    def train(talks: list[object], out: Path, config: object, **options: object) -> TrainedInstruct:
        asked.update(talks=len(talks), held=len(options["validation"]), config=config)
        options["report"](Progress(1, 2, 1, 0.7, 1200.0, 90.0))
        out.mkdir()
        (out / "training.json").write_text("{}", encoding="utf-8")
        history = History((2.0,), ({"loss": 1.5},), 1, 9, 1.0)
        return TrainedInstruct(out, {"base": {"loss": 2.5}, "tuned": {"loss": 1.5}}, history, ("a note",))

    rows = [{"instruction": f"Say {i}.", "output": str(i)} for i in range(20)]
    path = write(tmp_path / "chat.jsonl", [*rows, {"instruction": "x", "output": ""}])
    monkeypatch.setattr("foyerdoc.finetuning.instruct.train_instruct", train)
    monkeypatch.setattr("foyerdoc.finetuning.reporting.samples.answer_both", lambda *_: [Sample("Say 1.", "1", "What?", "1")])
    command = ["train", "instruct", str(path), "--out", str(tmp_path / "tuned"), "--epochs", "2", "--device", "cpu"]
    result = run(app, command)
    assert result.exit_code == 1
    assert (asked["talks"], asked["held"], asked["config"].base) == (18, 2, "smollm2")
    assert [line.split() for line in result.stdout.splitlines() if line.strip()][:2] == [
        ["held-out", "conversations", "base", "tuned"],
        ["loss", "2.5", "1.5"],
    ]
    assert "What?" in (tmp_path / "tuned" / "report.html").read_text(encoding="utf-8")
    assert "row 21" in result.stderr
    (tmp_path / "tuned" / "training.json").unlink()
    (tmp_path / "tuned" / "report.html").unlink()
    (tmp_path / "tuned").rmdir()
    *_, last = lines_of(run(app, [*command, "--json"]).stdout)
    assert last["summary"]["metrics"]["tuned"] == {"loss": 1.5}


@pytest.fixture(scope="module")
def tiny(outcome: tuple[Path, Result]) -> object:
    """What `train_classifier` returns, on the folder that is trained already; nothing is trained."""
    import numpy as np

    from foyerdoc.finetuning.classifier import HeldOut, TrainedClassifier
    from foyerdoc.finetuning.data.examples import read_examples
    from foyerdoc.finetuning.training.loop import History
    from foyerdoc.taxonomy import Taxonomy

    folder, _ = outcome
    examples = read_examples(folder / "train.jsonl").examples
    random = np.random.default_rng(0)
    base, tuned = random.normal(size=(2, len(examples), 2))
    metrics = {
        "base": {"documents": 49.0, "accuracy": 0.5},
        "tuned": {"documents": 49.0, "accuracy": 0.75},
        "with words": {"documents": 49.0, "accuracy": 0.875},
    }
    history = History((0.7, 0.5), ({"loss": 0.6, "accuracy": 0.75},), 1, 90, 2.0)
    part = HeldOut(examples, base, tuned, np.zeros_like(base), 0.0)
    taxonomy = Taxonomy.load(folder / "tuned" / "taxonomy.json")
    return TrainedClassifier(folder / "tuned", taxonomy, part, None, metrics, {"validated": history}, ())
