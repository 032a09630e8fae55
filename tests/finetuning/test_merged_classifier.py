from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from foyerdoc import storage
from foyerdoc.classification import Classifier
from foyerdoc.classification import adapter as trained
from foyerdoc.errors import ExportError, ModelError, ModelMissing, UsageError
from foyerdoc.finetuning.data.examples import Example, document_of
from foyerdoc.finetuning.exporting.export import PARITY_FILE, export
from foyerdoc.finetuning.exporting.parity import Limits
from foyerdoc.taxonomy import Taxonomy
from tests.finetuning.small_models import TEXT, save_llama, save_tokenizer

ANY = Limits(label_agreement=0, mean_kl=99, exact_match=0, accuracy_drop=1)
TAXONOMY = Taxonomy.model_validate(
    {
        "name": "small",
        "categories": [
            {"name": "claims", "description": "d", "children": [{"name": n, "description": n} for n in ("glass", "hail")]},
            {"name": "contracts", "description": "d"},
        ],
    }
)
LEAVES = TAXONOMY.leaves()
EXAMPLES = [Example(f"{i}", document_of(text, f"{i}"), LEAVES[i % 3]) for i, text in enumerate(TEXT)]


@pytest.fixture(scope="module", params=["encoder", "decoder"])
def base(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    import torch
    from transformers import BertConfig, BertModel

    folder = tmp_path_factory.mktemp("base") / "tiny"
    if request.param == "decoder":
        return save_llama(folder)
    folder.mkdir()
    torch.manual_seed(0)
    size = save_tokenizer(folder)
    config = BertConfig(
        vocab_size=size,
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=256,
        initializer_range=0.2,
    )
    BertModel(config).to(torch.float16).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def classifier(base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A classifier's folder with random LoRA matrices and a random head, in NF4."""
    import torch

    from foyerdoc.classification.network import Encoded, Network
    from foyerdoc.models.bases import load_base
    from foyerdoc.models.loading import weights_digest
    from foyerdoc.models.lora import add_lora
    from foyerdoc.models.tokens import Tokens

    loaded = load_base(base, quantization="nf4", device="cpu")
    network = Network(loaded, len(LEAVES))
    network.backbone = add_lora(loaded.model, rank=4, alpha=8, dropout=0.0, seed=0)
    torch.manual_seed(2)
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            if "lora_B" in name:
                parameter.normal_(std=0.05)
        network.head.weight.normal_(std=3.0)
    encoded = Encoded(loaded.model.config, Tokens(base), chunk_tokens=64, prefix="")
    probe = trained.probe_scores(network, encoded)
    settings = trained.Settings(
        base=str(base),
        base_digest=weights_digest(base),
        quantization="nf4",
        prefix="",
        chunk_tokens=64,
        max_chunks=4,
        lexical_weight=0.0,
        temperature=2.0,
        thresholds=(0.4, 0.4),
        target=0.9,
        examples=30,
        probe=tuple(tuple(map(float, row)) for row in probe),
    )
    folder = tmp_path_factory.mktemp("classifier") / "mailbox"
    with storage.new_folder(folder, kind=trained.KIND, version=trained.VERSION) as aside:
        trained.save_parts(aside, network, settings, TAXONOMY, None, {})
    return folder


def shares(folder: Path) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    predictions = Classifier.load(folder, device="cpu").classify_many(example.document for example in EXAMPLES)
    by_path = [{a.path: a.score for a in prediction.alternatives} for prediction in predictions]
    return np.array([[row[leaf] for leaf in LEAVES] for row in by_path])


def test_a_merged_classifier_needs_neither_peft_nor_the_base(
    classifier: Path, base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = shares(classifier)
    done = export(classifier, "merged", tmp_path / "out", base=base, labelled=EXAMPLES, limits=ANY)
    assert done.files == ("head.safetensors", "model/model.safetensors")
    assert done.parity[0].scored == len(EXAMPLES)
    assert done.parity[0].reference_accuracy is not None
    monkeypatch.setitem(__import__("sys").modules, "peft", None)
    hidden = base.rename(base.with_name("hidden"))
    try:
        found = shares(shutil.move(done.folder, tmp_path / "elsewhere"))
    finally:
        hidden.rename(base)
    np.testing.assert_allclose(found, expected, atol=0.25)
    kl = (expected * np.log(expected / found)).sum(1).mean()
    assert done.parity[0].mean_kl == pytest.approx(float(kl), abs=1e-3)


def test_it_is_held_to_the_limits(classifier: Path, base: Path, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="mean KL"):
        export(classifier, "merged", tmp_path / "out", base=base, limits=Limits(0, 0, 0, 1))
    assert list(tmp_path.iterdir()) == []


def test_an_export_may_be_made_again_but_a_trained_classifier_is_kept(classifier: Path, base: Path, tmp_path: Path) -> None:
    for _ in range(2):
        export(classifier, "merged", tmp_path / "out", base=base, labelled=EXAMPLES, limits=ANY)
    assert PARITY_FILE in json.loads((tmp_path / "out" / storage.MANIFEST).read_bytes())["files"]
    with pytest.raises(ModelMissing, match="adapter_config"):
        export(tmp_path / "out", "merged", tmp_path / "again", base=base, limits=ANY)
    with pytest.raises(UsageError, match="no export"):
        export(classifier, "merged", classifier, base=base)
    assert Classifier.load(classifier, device="cpu").taxonomy == TAXONOMY


def test_the_lora_of_a_classifier_loads_with_plain_peft(classifier: Path, base: Path, tmp_path: Path) -> None:
    from peft import PeftModel
    from transformers import AutoModel

    done = export(classifier, "peft", tmp_path / "out", base=base)
    assert any("head.safetensors" in note for note in done.notes)
    model = PeftModel.from_pretrained(AutoModel.from_pretrained(base), done.folder)
    matrices = [parameter for name, parameter in model.named_parameters() if "lora_B" in name]
    assert matrices
    assert all(float(matrix.abs().sum()) > 0 for matrix in matrices)


def test_a_head_has_no_place_in_gguf(classifier: Path, base: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="head") as caught:
        export(classifier, "gguf", tmp_path / "out", base=base)
    assert "merged" in caught.value.hint


def test_another_base_is_refused(classifier: Path, tmp_path: Path) -> None:
    other = save_llama(tmp_path / "other", hidden_size=128)
    with pytest.raises(ModelError, match="was trained on"):
        export(classifier, "merged", tmp_path / "out", base=other, limits=ANY)
    with pytest.raises(UsageError, match="labelled documents"):
        export(classifier, "merged", tmp_path / "out", labelled=[], limits=ANY)
