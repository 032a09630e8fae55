from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from foyerdoc import storage
from foyerdoc.classification import Classifier, adapter
from foyerdoc.errors import DamagedFile, ModelError, TrainingError, UsageError
from foyerdoc.finetuning.classifier import TrainedClassifier, train_classifier
from foyerdoc.finetuning.config import ClassifierConfig
from foyerdoc.finetuning.data.examples import Example, document_of
from foyerdoc.taxonomy import Taxonomy
from tests.finetuning.small_models import save_tokenizer
from tests.finetuning.words import free_port

WORDS = {"glass": ["window", "pane", "crack"], "hail": ["roof", "ice", "storm"], "bill": ["sum", "pay", "due"]}
PATHS = {"glass": ("claims", "glass"), "hail": ("claims", "hail"), "bill": ("billing", "bill")}


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> str:
    import torch
    from transformers import BertConfig, BertModel

    folder = tmp_path_factory.mktemp("base") / "tiny"
    folder.mkdir()
    torch.manual_seed(0)
    size = save_tokenizer(folder)
    shape = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 1, "num_attention_heads": 2}
    BertModel(BertConfig(vocab_size=size, max_position_embeddings=128, initializer_range=0.2, **shape)).save_pretrained(folder)
    return str(folder)


def _config(base: str, **more: object) -> ClassifierConfig:
    given = {"base": base, "epochs": 3, "folds": 2, "rank": 2, "batch_examples": 4, "chunk_tokens": 32, "device": "cpu"}
    return ClassifierConfig.model_validate({**given, **more})


def _examples(n: int = 24, kinds: Sequence[str] = tuple(WORDS)) -> list[Example]:
    draw = np.random.default_rng(0)
    texts = [" ".join(draw.choice(WORDS[kinds[i % len(kinds)]], size=20 + 30 * (i % 3))) for i in range(n)]
    return [Example(f"{i}", document_of(text, f"{i}"), PATHS[kinds[i % len(kinds)]]) for i, text in enumerate(texts)]


@pytest.fixture(scope="module")
def trained(base: str, tmp_path_factory: pytest.TempPathFactory) -> TrainedClassifier:
    return train_classifier(_examples(60), tmp_path_factory.mktemp("t") / "out", config=_config(base))


def test_every_example_is_held_out_once_and_a_last_run_learns_from_all(trained: TrainedClassifier) -> None:
    assert sorted(example.id for example in trained.held_out.examples) == sorted(str(i) for i in range(60))
    assert list(trained.histories) == ["part 1 of 2", "part 2 of 2", "all"]
    assert trained.calibration is not None
    assert trained.calibration.examples == 60
    assert trained.metrics["with words"]["accuracy"] > 0.9


def test_a_folder_says_what_was_trained_and_names_no_path_but_the_base(trained: TrainedClassifier, base: str) -> None:
    told = json.loads((trained.folder / adapter.TRAINING).read_bytes())
    assert told["documents"] == 60
    assert len(told["losses"]["all"]) == len(trained.histories["all"].losses)
    assert {"torch", "peft", "bitsandbytes"} <= set(told["versions"])
    assert json.loads((trained.folder / "adapter_config.json").read_bytes())["base_model_name_or_path"] == base


def test_what_is_loaded_scores_as_what_was_trained(trained: TrainedClassifier) -> None:
    classifier = Classifier.load(trained.folder, device="cpu")
    predictions = list(classifier.classify_many(example.document for example in _examples(60)))
    right = [p.alternatives[0].path == e.path for p, e in zip(predictions, _examples(60), strict=True)]
    assert np.mean(right) > 0.9
    assert all(p.confidence is not None and 0 <= p.confidence <= 1 for p in predictions)
    for prediction, example in zip(predictions, _examples(60), strict=True):
        assert all(example.document.text[span.start : span.end].strip() for span in prediction.evidence)


def test_an_altered_folder_is_refused(trained: TrainedClassifier, tmp_path: Path) -> None:
    folder = shutil.copytree(trained.folder, tmp_path / "copy")
    (folder / adapter.HEAD).write_bytes((folder / adapter.HEAD).read_bytes()[:-4] + b"\0\0\0\1")
    with pytest.raises(DamagedFile):
        Classifier.load(folder)


def test_a_head_that_does_not_belong_is_noticed_by_the_probe(trained: TrainedClassifier, tmp_path: Path) -> None:
    settings, _ = adapter.read_folder(trained.folder)
    other = settings.model_copy(update={"probe": tuple(tuple(-score for score in row) for row in settings.probe)})
    with storage.new_folder(tmp_path / "copy", kind=adapter.KIND, version=adapter.VERSION) as folder:
        for path in trained.folder.iterdir():
            if path.name not in (storage.MANIFEST, adapter.SETTINGS):
                shutil.copy(path, folder)
        (folder / adapter.SETTINGS).write_text(other.model_dump_json())
    with pytest.raises(ModelError, match="does not compute what it did"):
        Classifier.load(tmp_path / "copy", device="cpu")


def test_another_base_is_refused(trained: TrainedClassifier) -> None:
    with pytest.raises(ModelError, match="was trained on"):
        adapter.load_classifier(trained.folder, device="cpu", base="e5")


def test_a_label_without_examples_is_said_and_never_named(base: str, tmp_path: Path) -> None:
    nodes = {"claims": ("glass", "hail", "flood"), "billing": ("bill",)}
    taxonomy = Taxonomy.model_validate(
        {
            "name": "t",
            "categories": [
                {"name": c, "description": c, "children": [{"name": n, "description": n} for n in below]}
                for c, below in nodes.items()
            ],
        }
    )
    trained = train_classifier(_examples(), tmp_path / "out", taxonomy=taxonomy, config=_config(base, folds=0))
    assert any("flood" in note for note in trained.notes)
    predictions = Classifier.load(tmp_path / "out", device="cpu").classify_many(e.document for e in _examples())
    assert all(p.alternatives[0].path != ("claims", "flood") for p in predictions)


def test_labels_that_end_at_the_category_are_learnt_from(base: str, tmp_path: Path) -> None:
    examples = [Example(e.id, e.document, e.path[:1] if i % 4 == 0 else e.path) for i, e in enumerate(_examples(32))]
    trained = train_classifier(examples, tmp_path / "out", config=_config(base))
    assert trained.metrics["tuned"]["documents"] == 24


def test_examples_without_a_word_are_learnt_from(base: str, tmp_path: Path) -> None:
    signs = {"glass": "!!! ...", "hail": "??", "bill": "🙂 🙂 €"}
    texts = [f"{signs[kind]} {'-' * (i % 5)}" for i, kind in enumerate([*signs] * 12)]
    examples = [Example(f"{i}", document_of(text, f"{i}"), PATHS[[*signs][i % 3]]) for i, text in enumerate(texts)]
    trained = train_classifier(examples, tmp_path / "out", config=_config(base))
    assert any("no word in the examples" in note for note in trained.notes)
    predictions = Classifier.load(tmp_path / "out", device="cpu").classify_many(e.document for e in examples)
    assert all(prediction.alternatives for prediction in predictions)


def test_fewer_examples_than_a_batch_and_too_few_to_calibrate(base: str, tmp_path: Path) -> None:
    trained = train_classifier(_examples(6), tmp_path / "out", config=_config(base, batch_examples=32))
    assert trained.calibration is None
    assert Classifier.load(tmp_path / "out", device="cpu").classify(_examples(6)[0].document).confidence is None


def test_one_label_is_nothing_to_learn(base: str, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="nothing to tell apart"):
        train_classifier(_examples(8, ["glass"]), tmp_path / "out", config=_config(base))


def test_a_label_that_the_taxonomy_does_not_have(base: str, tmp_path: Path) -> None:
    taxonomy = Taxonomy.model_validate({"name": "t", "categories": [{"name": "x", "description": "x"}]})
    with pytest.raises(UsageError):
        train_classifier(_examples(), tmp_path / "out", taxonomy=taxonomy, config=_config(base))


def test_a_folder_that_holds_something_else_is_left_alone(base: str, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(UsageError, match="something else"):
        train_classifier(_examples(), tmp_path, config=_config(base))
    assert (tmp_path / "mine.txt").read_text() == "mine"


@pytest.mark.parametrize("kind", ["index vectors", "adapter", "classifier"])
def test_a_folder_of_another_kind_or_version_is_left_alone(base: str, tmp_path: Path, kind: str) -> None:
    with storage.new_folder(tmp_path / "out", kind=kind, version=1) as folder:
        (folder / "content").write_text("mine")
    with pytest.raises(UsageError, match="something else"):
        train_classifier(_examples(), tmp_path / "out", config=_config(base))
    assert (tmp_path / "out" / "content").read_text() == "mine"
    assert not list(tmp_path.glob(".*"))


def test_a_classifier_and_an_empty_folder_are_replaced(base: str, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    train_classifier(_examples(), tmp_path / "out", config=_config(base, folds=0))
    train_classifier(_examples(6), tmp_path / "out", config=_config(base, folds=0))
    assert json.loads((tmp_path / "out" / adapter.TRAINING).read_bytes())["documents"] == 6


def test_activations_computed_twice_change_nothing(base: str, tmp_path: Path) -> None:
    once, twice = (
        train_classifier(_examples(), tmp_path / str(n), config=_config(base, folds=0, checkpointing=n == 2)) for n in (1, 2)
    )
    losses = [trained.histories["validated"].losses for trained in (once, twice)]
    np.testing.assert_allclose(losses[0], losses[1], rtol=1e-3)


def test_a_killed_training_goes_on_to_the_same_losses(base: str, tmp_path: Path) -> None:
    whole = train_classifier(_examples(), tmp_path / "whole", config=_config(base))
    script = """
import sys
from pathlib import Path
from tests.finetuning import test_classifier as this

def report(run, at):
    print(run, at.step, flush=True)

this.train_classifier(this._examples(), Path(sys.argv[1]), config=this._config(sys.argv[2]), report=report)
"""
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path / "killed"), base], stdout=subprocess.PIPE, text=True, env=dict(os.environ)
    )
    assert process.stdout is not None
    for line in process.stdout:  # one pass is behind the first run, the second part has begun
        if line.startswith("part 2") and line.split()[-1] == "4":
            break
    time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (tmp_path / "killed").exists()
    assert (tmp_path / ".killed.training").is_dir()
    resumed = train_classifier(_examples(), tmp_path / "killed", config=_config(base))
    for name, history in whole.histories.items():
        assert resumed.histories[name].losses == history.losses
    assert not (tmp_path / ".killed.training").exists()


def test_two_processes_train_one_classifier(base: str, tmp_path: Path) -> None:
    rows = tmp_path / "rows.jsonl"
    lines = [{"id": e.id, "text": e.document.text, "category": e.path[0], "subcategory": e.path[1]} for e in _examples(30)]
    rows.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    settings = [f"{name}={value}" for name, value in _config(base, folds=1).model_dump(exclude_unset=True).items()]
    launcher = ["-m", "torch.distributed.run", "--nproc-per-node", "2", "--master-addr", "127.0.0.1"]
    asked = ["-m", "foyerdoc", "train", "classifier", str(rows), "--out", str(tmp_path / "out"), "--json", "--show", "0"]
    for setting in settings:
        asked += ["--set", setting]
    done = subprocess.run(
        [sys.executable, *launcher, "--master-port", free_port(), *asked],
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    alone = train_classifier(_examples(30), tmp_path / "alone", config=_config(base, folds=1))
    together = json.loads((tmp_path / "out" / adapter.TRAINING).read_bytes())
    # Dropout differs from process to process.
    assert together["losses"]["validated"] == pytest.approx(alone.histories["validated"].losses, rel=0.2)
    assert Classifier.load(tmp_path / "out", device="cpu").classify(_examples(1)[0].document).path
    assert len(done.stdout.strip().splitlines()) == 1


def test_of_two_processes_the_first_names_bad_rows_and_both_end_alike(base: str, tmp_path: Path) -> None:
    rows = tmp_path / "rows.jsonl"
    lines = [{"id": e.id, "text": e.document.text, "category": e.path[0], "subcategory": e.path[1]} for e in _examples(12)]
    rows.write_text("\n".join(map(json.dumps, [*lines, {"id": "empty", "text": "", "category": "claims"}])), encoding="utf-8")
    asked = [sys.executable, "-m", "foyerdoc", "train", "classifier", str(rows), "--out", str(tmp_path / "out"), "--json"]
    for name, value in _config(base, folds=0, epochs=1).model_dump(exclude_unset=True).items():
        asked += ["--set", f"{name}={value}"]
    together = {**os.environ, "OMP_NUM_THREADS": "1", "WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": free_port()}
    started = [
        subprocess.Popen(
            [*asked, "--test", str(rows)],
            env={**together, "RANK": str(rank), "LOCAL_RANK": str(rank)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for rank in range(2)
    ]
    told = [process.communicate(timeout=120) for process in started]
    assert [process.returncode for process in started] == [1, 1], told
    first, second = told
    found = [json.loads(line) for line in first[0].splitlines()]
    assert [line["row"] for line in found if "row" in line] == [13, 13]  # of the rows, and of the same as a test
    assert "summary" in found[-1]
    assert "training takes at most" in first[1]
    assert second[0] == ""
    assert "note" not in second[1]
    assert (tmp_path / "out" / "report.html").is_file()
