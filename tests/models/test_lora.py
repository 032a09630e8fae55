"""LoRA's product in one piece against PEFT's own."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from peft import LoraConfig, get_peft_model
from torch import Tensor

from foyerdoc.models.bases import Quantization, load_base
from foyerdoc.models.lora import add_lora
from foyerdoc.models.packing import Pack

PACK = Pack.of([[0, 5, 6, 7, 2], [0, 9, 2], [0, 11, 12, 2]])


def base_model(quantization: Quantization = "nf4", *, resident: bool = True) -> Any:
    return load_base("e5", quantization=quantization, resident=resident, device="cpu", dtype="float32").model


def ours(model: Any, *, dropout: float = 0.0) -> Any:
    return add_lora(model, rank=4, alpha=6, dropout=dropout, seed=3)


def of_peft(model: Any) -> Any:
    return get_peft_model(model, LoraConfig(r=4, lora_alpha=6, target_modules="all-linear"))


def filled(model: Any) -> Any:
    """With matrices that are not zero."""
    generator = torch.Generator().manual_seed(5)
    with torch.no_grad():
        for name, tensor in model.named_parameters():
            if "lora_" in name:
                tensor.copy_(torch.randn(tensor.shape, generator=generator) * 0.1)
    return model


def states(model: Any) -> Tensor:
    found: Tensor = model(**PACK.inputs()).last_hidden_state
    return found


def states_and_gradients(model: Any) -> tuple[Tensor, dict[str, Tensor]]:
    found = states(model)
    torch.autograd.backward(found.square().sum())
    return found.detach(), {name: tensor.grad for name, tensor in model.named_parameters() if tensor.requires_grad}


@pytest.mark.parametrize(("quantization", "resident"), [("nf4", True), ("nf4", False), ("none", False)])
def test_values_and_gradients_are_those_of_peft(quantization: Quantization, *, resident: bool) -> None:
    made = [filled(put(base_model(quantization, resident=resident))) for put in (of_peft, ours)]
    assert type(made[0].base_model.model.encoder.layer[0].output.dense) is not type(
        made[1].base_model.model.encoder.layer[0].output.dense
    )
    theirs, mine = (states_and_gradients(model) for model in made)
    torch.testing.assert_close(mine, theirs, rtol=1e-3, atol=1e-4)
    assert any(float(gradient.abs().max()) > 0.1 for gradient in mine[1].values())


def test_dropout_is_peft_s_own() -> None:
    model = filled(ours(base_model(), dropout=0.5)).train()
    assert not torch.allclose(states(model), states(model))
    torch.testing.assert_close(states(model.eval()), states(model))


def test_an_adapter_that_is_turned_off_leaves_the_base() -> None:
    base = base_model()
    plain = states(base)
    model = filled(ours(base)).eval()
    assert not torch.allclose(states(model), plain, atol=1e-2)
    with model.disable_adapter():
        torch.testing.assert_close(states(model), plain)


def test_in_bfloat16_the_sum_is_rounded_once() -> None:
    """The product is added before it is rounded, so it is no further from the exact one than PEFT's sum of rounded parts."""
    exact = states(filled(ours(base_model())).eval())
    halves = []
    for put in (of_peft, ours):
        base = load_base("e5", resident=True, device="cpu", dtype="bfloat16").model
        halves.append(float((states(filled(put(base)).eval()).float() - exact).norm() / exact.norm()))
    assert halves[1] < max(1.1 * halves[0], 0.02)
