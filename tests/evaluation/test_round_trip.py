"""From a mailbox to better numbers: classified, reviewed in the page by a scripted browser, evaluated, recalibrated."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import orjson
import pytest
from tools.letters.corpus import as_dict, letters

import foyerdoc as fd
from foyerdoc import storage
from foyerdoc.classification import Classifier, adapter
from foyerdoc.cli.app import as_json
from foyerdoc.demo import folder
from foyerdoc.documents import Document
from foyerdoc.evaluation.gold import Gold, LabelAnnotation
from foyerdoc.evaluation.measuring import Evaluation, evaluate
from foyerdoc.evaluation.predictions import read_predictions
from foyerdoc.evaluation.reviewing import Item, review_page
from foyerdoc.finetuning.calibrating import calibrate_classifier
from foyerdoc.finetuning.classifier import train_classifier
from foyerdoc.finetuning.data.examples import Example, read_examples
from foyerdoc.reading.tesseract import INSTALL
from foyerdoc.results import Prediction
from foyerdoc.taxonomy import Taxonomy
from tests.evaluation.test_review_page import export, press
from tests.finetuning.test_classifier import _config, base

__all__ = ["base"]  # the fixture

DOCUMENTS, TAXONOMY = folder() / "documents", folder() / "taxonomy.json"
TRUTH = {name: tuple(one["path"]) for name, one in orjson.loads((folder() / "truth.json").read_bytes())["documents"].items()}


@pytest.fixture(scope="module")
def classifier(base: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tiny, trained on made letters, and far too sure of itself: its temperature is a tenth of what it should be."""
    made = tmp_path_factory.mktemp("letters")
    rows = (json.dumps(as_dict(row)) for row in letters(8, seed=0))
    (made / "rows.jsonl").write_text("\n".join(rows), encoding="utf-8")
    config = _config(base, epochs=1, folds=0, held_out=0.3, batch_examples=16, quantization="none")
    examples = read_examples(made / "rows.jsonl").examples
    trained = train_classifier(examples, made / "classifier", taxonomy=Taxonomy.load(TAXONOMY), config=config).folder
    settings, _ = adapter.read_folder(trained)
    spoilt = settings.model_copy(update={"temperature": settings.temperature / 10, "thresholds": (0.5, 0.5)})
    with storage.new_folder(made / "sure", kind=adapter.KIND, version=adapter.VERSION) as aside:
        for path in trained.iterdir():
            if path.name != storage.MANIFEST:
                (shutil.copytree if path.is_dir() else shutil.copy2)(path, aside / path.name)
        (aside / adapter.SETTINGS).write_text(spoilt.model_dump_json(), encoding="utf-8")
    return made / "sure"


def classified(model: Path, documents: Sequence[Document], target: Path) -> dict[str, Prediction]:
    """What a classifier says, and the same as lines of `foyerdoc classify --json`."""
    found = dict(zip([d.name for d in documents], Classifier.load(model, device="cpu").classify_many(documents), strict=True))
    lines = (orjson.dumps({"file": name, **as_json(prediction)}) for name, prediction in found.items())
    target.write_bytes(b"\n".join(lines))
    return found


@pytest.mark.skipif(shutil.which("tesseract") is None, reason=f"Tesseract is not installed: {INSTALL}")
def test_review_moves_the_numbers(visit: Callable[..., Any], classifier: Path, tmp_path: Path) -> None:
    documents = [fd.clean(fd.read(path)) for path in sorted(DOCUMENTS.iterdir())]
    said = classified(classifier, documents, tmp_path / "before.jsonl")
    items = [Item(document.name, (document,), prediction=said[document.name]) for document in documents]
    (tmp_path / "review.html").write_bytes(review_page(items, taxonomy=Taxonomy.load(TAXONOMY)))

    page = visit(tmp_path / "review.html")
    queue = page.eval_on_selector_all("#items button", "all => all.map((one) => one.dataset.item)")
    assert sorted(queue) == sorted(TRUTH)
    for name in queue:
        assert page.inner_text("#title") == name
        nearest = [alternative.path for alternative in said[name].alternatives[:6]]
        if TRUTH[name] in nearest:
            press(page, str(nearest.index(TRUTH[name]) + 1))
        else:
            press(page, "l")
            page.keyboard.insert_text(" ".join(TRUTH[name]))
            press(page, "Enter")
        press(page, "a")
    assert page.inner_text("#progress") == f"{len(queue)} of {len(queue)} done"
    export(page, tmp_path)

    gold = Gold.read(tmp_path / "gold-anna.jsonl")
    labels, disputed = gold.truth(LabelAnnotation)
    assert ({name: one.label for name, one in labels.items()}, disputed) == (TRUTH, ())
    before = evaluate(gold, read_predictions(tmp_path / "before.jsonl"), draws=100)
    right = sum(said[name].path == path for name, path in TRUTH.items())
    assert figure(before, "accuracy") == pytest.approx(right / len(TRUTH))

    examples = [Example(document.name, document, labels[document.name].label or ()) for document in documents]
    new = calibrate_classifier(classifier, examples, tmp_path / "new", device="cpu")
    classified(new.folder, documents, tmp_path / "after.jsonl")
    after = evaluate(gold, read_predictions(tmp_path / "after.jsonl"), draws=100)
    # It is less sure, and nearer to what it may be; it names less, and more of what it names is right.
    assert figure(after, "ece") < figure(before, "ece") - 0.1
    assert figure(after, "brier") < figure(before, "brier") - 0.05
    assert figure(after, "named") < figure(before, "named")
    assert figure(after, "accuracy_named") > figure(before, "accuracy_named")


def figure(evaluation: Evaluation, name: str) -> float:
    return evaluation.figure(f"labels.{name}")[0].value
