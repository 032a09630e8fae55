from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from foyerdoc import storage
from foyerdoc.classification import Classifier, adapter
from foyerdoc.classification.calibration import Calibration
from foyerdoc.errors import ModelMissing, TrainingError, UsageError
from foyerdoc.finetuning.calibrating import calibrate_classifier, learnt_from
from foyerdoc.finetuning.classifier import TrainedClassifier, train_classifier
from foyerdoc.finetuning.data.examples import Example, document_of
from foyerdoc.taxonomy import Taxonomy
from tests.finetuning.test_classifier import PATHS, _config, _examples, base

__all__ = ["base"]  # the fixture


@pytest.fixture(scope="module")
def trained(base: str, tmp_path_factory: pytest.TempPathFactory) -> TrainedClassifier:
    return train_classifier(_examples(60), tmp_path_factory.mktemp("t") / "out", config=_config(base))


def _hard(n: int) -> list[Example]:
    """Documents whose words point to one label as often as to another: nobody can be sure of them."""
    draw = np.random.default_rng(1)
    words = ["window", "pane", "roof", "ice", "sum", "pay"]
    kinds = list(PATHS)
    return [
        Example(f"h{i}", document_of(" ".join(draw.choice(words, size=30)), f"h{i}"), PATHS[kinds[i % 3]]) for i in range(n)
    ]


def _unseen(n: int) -> list[Example]:
    """Documents like those learnt from, none of which is one of them."""
    return [replace(e, document=document_of(f"window roof sum {e.document.text}", e.id)) for e in _examples(n)]


def test_the_network_stays_and_confidence_changes(trained: TrainedClassifier, tmp_path: Path) -> None:
    hard = _hard(60)
    found = calibrate_classifier(trained.folder, hard, tmp_path / "new", device="cpu")
    for name in (adapter.WEIGHTS, adapter.HEAD, adapter.TAXONOMY):
        assert storage.sha256(found.folder / name) == storage.sha256(trained.folder / name)
    assert trained.calibration is not None
    assert found.calibration.temperature > trained.calibration.temperature
    before, after = (Classifier.load(folder, device="cpu") for folder in (trained.folder, found.folder))
    assert _sureness(after, hard) < _sureness(before, hard)
    told = json.loads((found.folder / adapter.TRAINING).read_bytes())
    assert told["calibrated"]["documents"] == 60
    assert told["losses"] == json.loads((trained.folder / adapter.TRAINING).read_bytes())["losses"]


def _sureness(classifier: Classifier, examples: list[Example]) -> float:
    said = classifier.classify_many(example.document for example in examples)
    return float(np.mean([prediction.confidence for prediction in said]))


def test_a_classifier_is_replaced_in_place(trained: TrainedClassifier, tmp_path: Path) -> None:
    first = calibrate_classifier(trained.folder, _hard(40), tmp_path / "here", device="cpu")
    again = calibrate_classifier(first.folder, _unseen(45), target=0.8, device="cpu")
    assert again.folder == first.folder
    settings, _ = adapter.read_folder(again.folder)
    assert (settings.examples, settings.target) == (45, 0.8)
    assert Classifier.load(again.folder, device="cpu").classify(_examples(1)[0].document).confidence is not None


def test_documents_that_were_learnt_from_are_noticed(trained: TrainedClassifier, tmp_path: Path) -> None:
    learnt = [replace(e, document=document_of(f"  {e.document.text} \n", e.id)) for e in _examples(7)]
    mixed = [*_hard(40), *learnt]
    with pytest.raises(UsageError, match=r"7 of 47 documents were learnt from: 0, 1, 2, 3, 4 \.\.\.") as caught:
        calibrate_classifier(trained.folder, mixed, tmp_path / "new", device="cpu")
    assert "--allow-learnt" in caught.value.hint
    assert not (tmp_path / "new").exists()
    found = calibrate_classifier(trained.folder, mixed, tmp_path / "new", device="cpu", allow_learnt=True)
    assert json.loads((found.folder / adapter.TRAINING).read_bytes())["calibrated"]["learnt"] == 7
    # It was calibrated on them, it did not learn from them: those that it learnt from stay the same.
    again = calibrate_classifier(found.folder, _hard(40), device="cpu")
    assert json.loads((again.folder / adapter.TRAINING).read_bytes())["calibrated"]["learnt"] == 0


def test_documents_that_were_only_held_out_were_not_learnt_from(base: str, tmp_path: Path) -> None:
    examples = _examples(60)
    once = train_classifier(examples, tmp_path / "once", config=_config(base, folds=0, held_out=0.5))
    training = json.loads((once.folder / adapter.TRAINING).read_bytes())
    held = {example.id for example in once.held_out.examples}
    assert {example.id for example in learnt_from(training, examples)} == {e.id for e in examples} - held
    calibrate_classifier(once.folder, once.held_out.examples, device="cpu")
    config = _config(base, folds=0)
    validated = train_classifier(examples, tmp_path / "validated", config=config, validation=_unseen(30))
    training = json.loads((validated.folder / adapter.TRAINING).read_bytes())
    assert len(learnt_from(training, examples)) == 60
    assert not learnt_from(training, _unseen(30))


def test_the_base_may_have_moved(base: str, tmp_path: Path) -> None:
    here = shutil.copytree(base, tmp_path / "here")
    trained = train_classifier(_examples(24), tmp_path / "out", config=_config(str(here)))
    moved = here.rename(tmp_path / "there")
    with pytest.raises(ModelMissing):
        calibrate_classifier(trained.folder, _hard(40), device="cpu")
    found = calibrate_classifier(trained.folder, _hard(40), device="cpu", base=moved)
    assert found.calibration.examples == 40


def test_what_cannot_be_calibrated_is_refused(trained: TrainedClassifier, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="too few"):
        calibrate_classifier(trained.folder, _hard(10), tmp_path / "new", device="cpu")
    strange = [Example("x", document_of("window", "x"), ("claims", "unheard of"))]
    with pytest.raises(UsageError, match="does not know"):
        calibrate_classifier(trained.folder, [*_hard(40), *strange], tmp_path / "new", device="cpu")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "manifest.json").write_text('{"name": "of something else"}')
    with pytest.raises(UsageError, match="something else"):
        calibrate_classifier(trained.folder, _hard(40), tmp_path / "full", device="cpu")
    with pytest.raises(UsageError, match="precision of 95"):
        calibrate_classifier(trained.folder, _hard(40), tmp_path / "new", target=95, device="cpu")
    assert not (tmp_path / "new").exists()
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["manifest.json"]


def test_a_classifier_that_is_always_right_still_refuses_what_it_is_least_sure_of() -> None:
    taxonomy = Taxonomy.model_validate(
        {"name": "t", "categories": [{"name": "a", "description": "a"}, {"name": "b", "description": "b"}]}
    )
    draw = np.random.default_rng(0)
    truth = draw.integers(0, 2, size=400)
    margins = draw.uniform(2.0, 9.0, size=400)
    scores = np.stack([np.where(truth == 0, margins, 0.0), np.where(truth == 1, margins, 0.0)], axis=1)
    found = Calibration.fit(scores, [(("a",), ("b",))[label] for label in truth], taxonomy)
    probabilities = found.probabilities(scores)
    named = [found.decide(row, taxonomy)[2] == "accepted" for row in probabilities]
    assert 0.93 < np.mean(named) < 0.97
    assert found.decide(found.probabilities(np.array([[0.3, 0.0]]))[0], taxonomy)[2] == "abstained"


def test_a_level_that_nobody_reaches_is_never_named() -> None:
    below = {
        "name": "b",
        "description": "b",
        "children": [{"name": "x", "description": "x"}, {"name": "y", "description": "y"}],
    }
    categories = [{"name": "a", "description": "a"}, below, {"name": "c", "description": "c"}]
    taxonomy = Taxonomy.model_validate({"name": "t", "categories": categories})
    row = {path: number for number, path in enumerate(taxonomy.leaves())}
    scores = np.zeros((40, len(row)))
    paths = [(("a",), ("c",))[number % 2] for number in range(40)]
    scores[np.arange(40), [row[path] for path in paths]] = 3.0
    found = Calibration.fit(scores, paths, taxonomy)
    assert found.thresholds[1] > 1
    assert found.decide(found.probabilities(scores)[0], taxonomy)[0] == ("a",)


def test_one_category_alone_is_always_named() -> None:
    children = [{"name": f"{number}", "description": "d"} for number in range(7)]
    taxonomy = Taxonomy.model_validate({"name": "t", "categories": [{"name": "a", "description": "a", "children": children}]})
    scores = np.random.default_rng(0).normal(size=(500, 7))
    paths = [taxonomy.leaves()[int(best)] for best in scores.argmax(axis=1)]
    found = Calibration.fit(scores, paths, taxonomy)
    assert all(found.decide(row, taxonomy)[2] != "abstained" for row in found.probabilities(scores))
