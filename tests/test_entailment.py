"""The second judge of written sentences: a small real model with random weights, asked as transformers asks it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from foyerdoc.chat.entailment import Entailment
from foyerdoc.errors import ModelError, ModelMissing

VOCABULARY = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "rain", "snow", "premium", "hills", "is", "due"]
CLASSES = ("contradiction", "ENTAILMENT", "neutral")


def saved(folder: Path, classes: tuple[str, ...]) -> Path:
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    torch.manual_seed(0)
    size = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32}
    names = dict(enumerate(classes))
    config = BertConfig(
        vocab_size=len(VOCABULARY), initializer_range=0.5, id2label=names, label2id={v: k for k, v in names.items()}, **size
    )
    BertForSequenceClassification(config).save_pretrained(folder)
    (folder / "vocab.txt").write_text("\n".join(VOCABULARY))
    BertTokenizerFast(vocab_file=str(folder / "vocab.txt")).save_pretrained(folder)
    return folder


def test_probabilities_are_the_models_own_premise_first(tmp_path: Path) -> None:
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    folder = saved(tmp_path, CLASSES)
    model, tokenizer = AutoModelForSequenceClassification.from_pretrained(folder).eval(), AutoTokenizer.from_pretrained(folder)
    premises = ["rain is due", "snow hills", "premium"]
    with torch.no_grad():
        logits = [model(**tokenizer(premise, "premium is due", return_tensors="pt")).logits for premise in premises]
    expected = [one.softmax(dim=-1)[0, 1].item() for one in logits]
    judge = Entailment(folder, device="cpu")
    np.testing.assert_allclose(judge.probabilities("premium is due", premises), expected, atol=1e-5)
    assert judge.probabilities("premium is due", []).shape == (0,)
    together = judge.probabilities("premium is due", [*premises, " ".join(premises)]).max()
    assert Entailment(folder, least=float(together), device="cpu").follows("premium is due", premises)
    assert not Entailment(folder, least=float(together) + 1e-4, device="cpu").follows("premium is due", premises)


def test_a_model_without_a_class_for_entailment_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no class called entailment"):
        Entailment(saved(tmp_path, ("yes", "no")), device="cpu").follows("rain", ["snow"])
    with pytest.raises(ModelMissing):
        Entailment(tmp_path / "absent").follows("rain", ["snow"])
