"""LoRA's product in one piece against PEFT's own."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from peft import LoraConfig, get_peft_model
from peft.tuners.lora.bnb import Linear8bitLt as PeftLinear8bit
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


def test_products_of_eight_bits_are_peft_s_own() -> None:
    made = [filled(put(base_model("int8", resident=False))) for put in (of_peft, ours)]
    layers = [model.base_model.model.encoder.layer[0].output.dense for model in made]
    assert type(layers[0]) is type(layers[1]) is PeftLinear8bit
    theirs, mine = (states_and_gradients(model) for model in made)
    torch.testing.assert_close(mine, theirs)
    assert any(float(gradient.abs().max()) > 0.1 for gradient in mine[1].values())


@pytest.mark.parametrize("quantization", ["nf4", "int8", "none"])
def test_activations_computed_twice_give_the_same_gradients(quantization: Quantization) -> None:
    found = []
    for twice in (False, True):
        base = base_model(quantization, resident=False)
        model = filled(ours(base)).train()
        for module in model.modules():
            if isinstance(module, torch.nn.Dropout):
                module.p = 0.0
        if twice:
            base.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
        computed = []
        layer = base.encoder.layer[0].output.dense
        layer.register_forward_pre_hook(lambda *_, computed=computed: computed.append(1))
        found.append(states_and_gradients(model))
        assert len(computed) == 1 + twice
    torch.testing.assert_close(found[1], found[0])


def test_dropout_is_peft_s_own() -> None:
    model = filled(ours(base_model(), dropout=0.5)).train()
    assert not torch.allclose(states(model), states(model))
    torch.testing.assert_close(states(model.eval()), states(model))


def added(model: Any, config: LoraConfig, *, active: list[str]) -> Any:
    """With a second adapter."""
    model.add_adapter("second", config)
    model.base_model.set_adapter(active)
    for name, parameter in model.named_parameters():
        learnt = ("lora_" in name and name.split(".")[-2] in active) or (config.bias == "all" and name.endswith(".bias"))
        parameter.requires_grad_(parameter.requires_grad or learnt)
    return filled(model)


@pytest.mark.parametrize("quantization", ["none", "nf4"])
@pytest.mark.parametrize("active", [["second"], ["default", "second"]], ids=["alone", "both"])
@pytest.mark.parametrize(
    "unusual",
    [
        {},
        {"use_dora": True},
        {"lora_bias": True},
        {"bias": "all"},
        {"use_rslora": True},
        {"target_modules": ["query", "dense"]},
        {"target_modules": ["query"], "use_dora": True},
    ],
    ids=lambda given: " ".join(given) or "plain",
)
def test_what_is_unusual_is_peft_s_own(unusual: dict[str, Any], active: list[str], quantization: Quantization) -> None:
    config = LoraConfig(**{"r": 4, "lora_alpha": 6, "target_modules": "all-linear", **unusual})
    made = [added(put(base_model(quantization, resident=False)), config, active=active) for put in (of_peft, ours)]
    theirs, mine = (states_and_gradients(model) for model in made)
    torch.testing.assert_close(mine, theirs, rtol=1e-3, atol=2e-3)
    assert all(gradient is not None for name, gradient in mine[1].items() if "second" in name)


def test_rows_of_several_adapters_are_peft_s_own() -> None:
    inputs = {name: tensor for name, tensor in PACK.inputs().items() if name != "adapter_names"}
    config = LoraConfig(r=4, lora_alpha=6, target_modules="all-linear")
    found = []
    for put in (of_peft, ours):
        model = added(put(base_model("none")), config, active=["default"]).eval()
        rows = int(inputs["input_ids"].shape[0])
        found.append(model(**inputs, adapter_names=["second"] * rows).last_hidden_state)
    torch.testing.assert_close(found[1], found[0], rtol=1e-3, atol=1e-4)


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
