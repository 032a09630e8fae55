"""Labels that begin alike are computed once, and score as if each were computed alone."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from foyerdoc.models.decoding import Decoder
from foyerdoc.models.tree import trees

LABELS = [[5, 6, 7], [5, 6, 8, 9], [5, 6], [], [10], [5, 6, 7], [11, 6, 7]]


@pytest.fixture(scope="module")
def model():
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(0)
    shape = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4}
    return LlamaForCausalLM(LlamaConfig(vocab_size=50, **shape, num_key_value_heads=2)).eval()


def test_what_labels_begin_with_is_one_branch():
    (tree,) = trees(1, LABELS, most=100)
    # The prompt's last token, 5, 6, 8 (of 5 6 8 9), 11, 6: no label's last token unless another goes on after it.
    assert sorted(tree.tokens) == [1, 5, 6, 6, 8, 11]
    assert set(tree.steps) == {0, 1, 2, 4, 5, 6}
    assert [token for _, token in tree.steps[1]] == [5, 6, 8, 9]
    seen = tree.mask(2, torch.float32)[0, 0] == 0
    assert seen[:, :2].all()
    for node, depth in enumerate(tree.depths):
        assert seen[node].sum() == 2 + depth + 1


@pytest.mark.parametrize("most", [1, 4, 100])
@pytest.mark.parametrize("attention", ["sdpa", "eager"])
def test_trees_score_as_one_label_at_a_time(model, monkeypatch, most, attention):
    monkeypatch.setattr("foyerdoc.models.decoding._SCORED_AT_ONCE", most)
    model.set_attn_implementation(attention)
    prompt = [1, 2, 3, 4, 3, 2]
    with torch.inference_mode():
        found = Decoder(model, frozenset([0])).score(prompt, LABELS)
        for label, score in zip(LABELS, found, strict=True):
            logits = model(torch.tensor([[*prompt, *label]])).logits[0].log_softmax(-1)
            alone = sum(float(logits[len(prompt) - 1 + i, token]) for i, token in enumerate(label))
            assert score == pytest.approx(alone, abs=1e-4)


def test_models_that_take_no_mask_score_by_rows(model, monkeypatch):
    with torch.inference_mode():
        by_tree = Decoder(model, frozenset([0])).score([1, 2, 3], LABELS)
        monkeypatch.setattr("foyerdoc.models.decoding._MASKED", ())
        np.testing.assert_allclose(Decoder(model, frozenset([0])).score([1, 2, 3], LABELS), by_tree, atol=1e-4)


@pytest.fixture(scope="module")
def with_a_window():
    """A model for pictures and text, whose text model within it has a layer that sees the last 8 tokens alone."""
    from transformers import Gemma3Config, Gemma3ForConditionalGeneration

    torch.manual_seed(0)
    shape = {"intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 8}
    layers = {"sliding_window": 8, "layer_types": ["sliding_attention", "full_attention"]}
    text = {"vocab_size": 50, "hidden_size": 32, "initializer_range": 0.3, **shape, **layers}
    vision = {"hidden_size": 8, "intermediate_size": 8, "num_hidden_layers": 1, "num_attention_heads": 1}
    config = Gemma3Config(
        text_config=text,
        vision_config={**vision, "image_size": 8, "patch_size": 4},
        mm_tokens_per_image=1,
        image_token_index=49,
    )
    return Gemma3ForConditionalGeneration(config).eval()


def test_a_window_within_another_configuration_is_seen(with_a_window):
    prompts = [[3 + i % 40 for i in range(20)], [7, 4, 9]]
    tails = [LABELS, LABELS[:3]]
    with torch.inference_mode():
        many = Decoder(with_a_window, frozenset([0])).score_many(prompts, tails)
        for prompt, labels, found in zip(prompts, tails, many, strict=True):
            alone = []
            for label in labels:
                logits = with_a_window(torch.tensor([[*prompt, *label]])).logits[0].log_softmax(-1)
                alone.append(sum(float(logits[len(prompt) - 1 + i, token]) for i, token in enumerate(label)))
            np.testing.assert_allclose(found, alone, atol=1e-4)
            np.testing.assert_allclose(Decoder(with_a_window, frozenset([0])).score(prompt, labels), alone, atol=1e-4)
