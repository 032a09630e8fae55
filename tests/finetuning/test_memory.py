from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch.profiler import ProfilerActivity, profile
from transformers import AutoModel, BertConfig, LlamaConfig, LlamaForCausalLM, MistralConfig

from foyerdoc.errors import TrainingError
from foyerdoc.finetuning.config import TrainingConfig
from foyerdoc.finetuning.training.memory import MemoryEstimate, estimate
from foyerdoc.models.bases import load_base
from foyerdoc.models.lora import add_lora
from foyerdoc.models.packing import Pack, pack_attention

SMALL = LlamaConfig(
    vocab_size=500,
    hidden_size=128,
    intermediate_size=384,
    num_hidden_layers=6,
    num_attention_heads=4,
    num_key_value_heads=2,
    max_position_embeddings=512,
    bos_token_id=1,
    eos_token_id=2,
)
ENCODER = BertConfig(
    vocab_size=500, hidden_size=128, intermediate_size=512, num_hidden_layers=6, num_attention_heads=4, hidden_dropout_prob=0.1
)
LARGE = MistralConfig(vocab_size=32000)  # 7 billion parameters: the configuration's defaults
TOKENS = 400


def peak(step: Callable[[], None], trace: Path) -> int:
    """Bytes that a step allocates at its peak, beyond what was there before."""
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as seen:
        step()
    seen.export_chrome_trace(str(trace))
    events = [event for event in json.loads(trace.read_bytes())["traceEvents"] if event.get("name") == "[memory]"]
    live = np.cumsum([event["args"]["Bytes"] for event in sorted(events, key=lambda event: event["ts"])])
    return int(live.max())


@pytest.mark.parametrize("dropout", [0.0, 0.1])
@pytest.mark.parametrize("checkpointing", [False, True])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16], ids=str)
@pytest.mark.parametrize("shape", [SMALL, ENCODER], ids=["decoder", "encoder"])
def test_activations_are_what_a_step_takes_at_its_peak(
    tmp_path: Path, shape: Any, dtype: torch.dtype, *, checkpointing: bool, dropout: float
) -> None:
    base = AutoModel.from_config(shape).to(dtype)
    for parameter in base.parameters():
        parameter.requires_grad_(False)
    pack_attention(base)
    model = add_lora(base, rank=8, alpha=16, dropout=dropout, seed=0).train()
    if checkpointing:
        base.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
    for parameter in model.parameters():
        parameter.grad = torch.zeros_like(parameter) if parameter.requires_grad else None
    inputs = Pack.of([range(3, 3 + TOKENS // 2)] * 2).inputs()

    def step() -> None:
        torch.autograd.backward(model(**inputs).last_hidden_state.float().square().sum())

    step()  # what is set up once is there
    config = TrainingConfig(rank=8, batch_tokens=TOKENS, quantization="none", dropout=dropout)
    told = estimate(shape, config, resident=False, checkpointing=checkpointing, head=False, compute_bytes=dtype.itemsize)
    found = peak(step, tmp_path / "trace.json")
    assert 0.9 * found < told.activations < 1.2 * found


@pytest.mark.parametrize(("dtype", "width"), [("float32", 4), ("bfloat16", 2)])
def test_weights_are_what_a_loaded_base_takes(dtype: str, width: int) -> None:
    for quantization, resident in (("nf4", True), ("nf4", False), ("int8", True), ("int8", False), ("none", False)):
        base = load_base("e5", quantization=quantization, resident=resident, device="cpu", dtype=dtype)
        config = TrainingConfig(quantization=quantization)
        told = estimate(base.model.config, config, resident=resident, checkpointing=False, head=False, compute_bytes=width)
        largest = 4 * 384 * 384 * width if quantization != "none" and not resident else 0
        assert told.weights - largest == pytest.approx(base.model.get_memory_footprint(), rel=0.03)


def test_parts_are_counted_exactly_where_they_can_be() -> None:
    config = TrainingConfig(rank=8, batch_tokens=TOKENS, quantization="none")
    told = estimate(SMALL, config, resident=False, checkpointing=False)
    base = LlamaForCausalLM(SMALL)
    model = add_lora(base, rank=8, alpha=16, dropout=0.0, seed=0)
    learnt = sum(tensor.numel() for tensor in model.parameters() if tensor.requires_grad)
    assert told.weights == 2 * (sum(tensor.numel() for tensor in model.parameters()) - learnt)
    assert told.adapter == 12 * learnt
    assert told.optimizer == 8 * learnt


def test_a_7b_shape_fits_a_card_of_15_gb_in_4_bits_and_not_in_16() -> None:
    config = TrainingConfig(rank=16, batch_tokens=2048, optimizer="paged_adamw8bit")
    four = estimate(LARGE, config, resident=False, checkpointing=True)
    assert 3.8 < four.weights / 2**30 < 4.3
    assert four.total < 7 * 2**30
    four.check(15 * 10**9)
    sixteen = estimate(LARGE, config.model_copy(update={"quantization": "none"}), resident=False, checkpointing=True)
    assert 13 < sixteen.weights / 2**30 < 14
    with pytest.raises(TrainingError, match="GiB are free") as caught:
        sixteen.check(15 * 10**9)
    assert "weights 13" in str(caught.value)


def test_the_total_is_that_of_the_parts() -> None:
    told = MemoryEstimate(weights=1, adapter=2, optimizer=3, activations=4, logits=5)
    assert told.total == 15
    assert told.fits(17)
    assert not told.fits(15)
