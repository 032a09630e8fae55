from __future__ import annotations

from pathlib import Path

import pytest
import torch

from foyerdoc.models.bases import Base, prepare
from foyerdoc.models.lora import add_lora
from foyerdoc.models.packing import Pack

LENGTHS = (3, 1, 17, 8)


@pytest.fixture(params=["bert", "llama"])
def model(request: pytest.FixtureRequest) -> torch.nn.Module:
    from transformers import BertConfig, BertModel, LlamaConfig, LlamaModel

    torch.manual_seed(0)
    size = {"vocab_size": 50, "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4}
    if request.param == "bert":
        return BertModel(BertConfig(**size, max_position_embeddings=64), add_pooling_layer=False).eval()
    return LlamaModel(LlamaConfig(**size, num_key_value_heads=2, max_position_embeddings=64)).eval()


def _texts() -> list[list[int]]:
    generator = torch.Generator().manual_seed(1)
    return [torch.randint(1, 50, (n,), generator=generator).tolist() for n in LENGTHS]


def test_a_text_in_a_pack_is_computed_as_if_alone(model: torch.nn.Module) -> None:
    from foyerdoc.models.packing import pack_attention

    texts = _texts()
    with torch.no_grad():
        alone = [model(input_ids=torch.tensor([text])).last_hidden_state[0] for text in texts]
        pack_attention(model)
        together = model(**Pack.of(texts).inputs()).last_hidden_state[0]
    torch.testing.assert_close(together, torch.cat(alone), atol=1e-5, rtol=1e-4)


def test_a_pack_says_where_its_texts_are() -> None:
    pack = Pack.of(_texts())
    assert pack.bounds.tolist() == [0, 3, 4, 21, 29]
    assert pack.texts.tolist() == [0] * 3 + [1] + [2] * 17 + [3] * 8
    assert pack.positions.tolist() == [*range(3), 0, *range(17), *range(8)]
    assert pack.longest == 17


def test_an_empty_pack() -> None:
    assert len(Pack.of([]).ids) == 0


def test_an_untrained_adapter_changes_nothing_and_alone_is_learnt(model: torch.nn.Module, tmp_path: Path) -> None:
    settings = {"quantization": "none", "resident": None, "device": "cpu", "dtype": "float32"}
    base: Base = prepare(model, tmp_path, "tiny none", **settings)
    inputs = Pack.of(_texts()).inputs()
    with torch.no_grad():
        before = base.model(**inputs).last_hidden_state
        adapted = add_lora(base.model, rank=2, alpha=4, dropout=0.0, seed=0).eval()
        torch.testing.assert_close(adapted(**inputs).last_hidden_state, before)
    assert {name.split(".")[-3] for name, p in adapted.named_parameters() if p.requires_grad} == {"lora_A", "lora_B"}
