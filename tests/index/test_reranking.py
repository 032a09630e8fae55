from __future__ import annotations

import numpy as np
import pytest

from foyerdoc.errors import ModelError
from foyerdoc.index.reranking import CrossEncoder
from foyerdoc.index.store import Index
from tests.index.conftest import make_document

VOCABULARY = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "rain", "snow", "premium", "hills", "is", "due"]


@pytest.fixture
def folder(tmp_path, request):
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    torch.manual_seed(0)
    size = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32}
    config = BertConfig(vocab_size=len(VOCABULARY), initializer_range=0.5, num_labels=getattr(request, "param", 1), **size)
    BertForSequenceClassification(config).save_pretrained(tmp_path / "reranker")
    (tmp_path / "vocab.txt").write_text("\n".join(VOCABULARY))
    BertTokenizerFast(vocab_file=str(tmp_path / "vocab.txt")).save_pretrained(tmp_path / "reranker")
    return tmp_path / "reranker"


def test_scores_are_the_models_own(folder):
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    texts = ["rain is due", "snow hills", "premium"]
    model, tokenizer = AutoModelForSequenceClassification.from_pretrained(folder).eval(), AutoTokenizer.from_pretrained(folder)
    with torch.no_grad():
        expected = [torch.sigmoid(model(**tokenizer("premium due", text, return_tensors="pt")).logits).item() for text in texts]
    encoder = CrossEncoder(folder, device="cpu")
    np.testing.assert_allclose(encoder.scores("premium due", texts), expected, atol=1e-5)
    assert encoder.scores("premium due", []).shape == (0,)


@pytest.mark.parametrize("folder", [3], indirect=True)
def test_a_classifier_of_several_classes_is_refused(folder):
    with pytest.raises(ModelError, match="3 outputs"):
        CrossEncoder(folder, device="cpu").scores("rain", ["snow"])


class LongestFirst:
    def scores(self, question, texts):
        self.seen = list(texts)
        return np.array([len(text) / 100 for text in texts], dtype=np.float32)


def test_a_reranker_orders_what_the_index_found(tmp_path, words):
    longest = LongestFirst()
    with Index.open(tmp_path, embedder=words) as index:
        index.add(make_document(f"d{i}", "rain and snow" + " on hills" * i) for i in range(5))
        plain = index.search("rain and snow", 2)
        found = index.search("rain and snow", 2, rerank=longest)
        nothing = index.search("rain", where={"name": "d0"}, rerank=longest)
    assert plain[0].document_name == "d0"
    assert [hit.document_name for hit in found] == ["d4", "d3"]
    assert found[0].score == pytest.approx(len(found[0].chunk.text) / 100)
    assert [hit.document_name for hit in nothing] == ["d0"]
