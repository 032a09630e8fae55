"""LoRA on a model's linear layers (Hu et al., "LoRA", 2021), as PEFT keeps it and without what PEFT spends on it.

PEFT casts a layer's whole input to the matrices' float32, and multiplies and adds the product in steps of their own: on a
small model half of the time. Here a layer is three matrix products forward and five back, with nothing between them:

    y = x W' + b + x A' (s B)'        A (rank, in) and B (out, rank) are float32, W and x what the base computes in
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from foyerdoc.errors import DamagedFile, ModelError
from foyerdoc.models.bases import Base
from foyerdoc.models.loading import importing_bitsandbytes, quietly, refusals

with importing_bitsandbytes():
    from bitsandbytes.functional import dequantize_4bit
    from bitsandbytes.nn.modules import Linear4bit, Linear8bitLt
    from peft import LoraConfig, PeftModel, get_peft_model, get_peft_model_state_dict, set_peft_model_state_dict
    from peft.tuners.lora import Linear as PeftLinear
    from peft.tuners.lora.bnb import Linear4bit as PeftLinear4bit
    from peft.tuners.lora.bnb import Linear8bitLt as PeftLinear8bit

WEIGHTS: Final = "adapter_model.safetensors"


def add_lora(model: Any, *, rank: int, alpha: int, dropout: float, seed: int) -> Any:
    """Put LoRA matrices on all linear layers of a base but its head. As a PEFT model.

    The second matrix starts at zero: the model computes what it did.
    """
    config = LoraConfig(r=rank, lora_alpha=alpha, lora_dropout=dropout, target_modules="all-linear")
    # The first that fits counts. Products of 8 bits round their input too and stay PEFT's.
    layers: dict[type[nn.Module], type[nn.Module]] = {
        Linear8bitLt: PeftLinear8bit,
        Linear4bit: _OnFourBits,
        nn.Linear: _OnPlain,
    }
    config._register_custom_module(layers)  # noqa: SLF001  (documented by PEFT for layers of one's own)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return get_peft_model(model, config)


def load_lora(model: Any, folder: Path, *, rank: int, alpha: int) -> None:
    """Put the matrices of an adapter's folder in the place of those that `add_lora` drew.

    Args:
        model: of `add_lora`.
        folder: adapter_config.json and adapter_model.safetensors, as PEFT writes them.
        rank, alpha: those that the model has.

    Raises:
        ModelError: the folder holds no adapter, or one of another shape.
    """
    with refusals(folder):
        kept = json.loads((folder / "adapter_config.json").read_bytes())
        weights = load_file(folder / WEIGHTS)
    if (kept.get("r"), kept.get("lora_alpha")) != (rank, alpha):
        raise ModelError(
            f"the adapter to start from has rank {kept.get('r')} and alpha {kept.get('lora_alpha')}, not {rank} and {alpha}",
            hint="set rank and alpha to those of the adapter",
        )
    with refusals(folder):
        told: Any = set_peft_model_state_dict(model, weights)
    if told.unexpected_keys or len(weights) != sum("lora_" in name for name, _ in model.named_parameters()):
        raise ModelError("the adapter to start from was made for another base", hint="start from one of the same base")


def with_lora(base: Base, folder: Path) -> Any:
    """A base with the adapter of a folder.

    Merged where weights are 16 bits wide or wider: that is faster, and never done in 4 bits.

    Raises:
        DamagedFile: the folder has no weights.
    """
    if not (folder / WEIGHTS).is_file():
        raise DamagedFile(f"{folder / WEIGHTS} is not there", hint="train it again")
    with quietly():
        model = PeftModel.from_pretrained(base.model, folder, use_safetensors=True, is_trainable=False).eval()
    plain = base.resident or base.name.endswith(" none")
    return model.merge_and_unload() if plain else model


def save_lora(peft: Any, folder: Path, base: str) -> None:
    """Write an adapter in 16 bits, as PEFT does, its base called by a name instead of the folder on this machine."""
    weights = {
        name: tensor.detach().to("cpu", torch.float16).contiguous() for name, tensor in get_peft_model_state_dict(peft).items()
    }
    save_file(weights, folder / WEIGHTS, metadata={"format": "pt"})
    config = peft.peft_config["default"]
    named, trains = config.base_model_name_or_path, config.inference_mode
    config.base_model_name_or_path, config.inference_mode = base, True
    config.save_pretrained(folder)
    config.base_model_name_or_path, config.inference_mode = named, trains


class _OnPlain(PeftLinear):
    """PEFT's layer over plain weights."""

    def forward(self, x: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        if args or kwargs or not _is_simple(self, x):
            return super().forward(x, *args, **kwargs)
        base: Any = self.base_layer
        return _product(self, x, base.weight, None, base.bias)


class _OnFourBits(PeftLinear4bit):
    """PEFT's layer over 4-bit weights, which are dequantised for each product, as bitsandbytes does."""

    def forward(self, x: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        if args or kwargs or not _is_simple(self, x):
            return super().forward(x, *args, **kwargs)
        base: Any = self.base_layer
        return _product(self, x, base.weight.data, base.weight.quant_state, base.bias)


def _is_simple(layer: Any, x: Tensor) -> bool:
    """Whether it is y = x W' + b + x A' (s B)' and no more, in the base's own numbers; anything else is left to PEFT.

    That is: one adapter at work, which this layer has, of LoRA's plain kind (no DoRA), without a bias or dropout of its own,
    its matrices in float32, over a frozen base.
    """
    if layer.disable_adapters or layer.merged or len(layer.active_adapters) != 1:
        return False
    adapter = layer.active_adapters[0]
    if adapter not in layer.lora_A or adapter in layer.lora_variant:
        return False
    down, up, dropout = layer.lora_A[adapter], layer.lora_B[adapter], layer.lora_dropout[adapter]
    if not _is_matrix(down) or not _is_matrix(up) or (layer.training and not isinstance(dropout, nn.Identity)):
        return False
    weight, bias = layer.base_layer.weight, layer.base_layer.bias
    if weight.requires_grad or (bias is not None and bias.requires_grad) or torch.is_autocast_enabled(x.device.type):
        return False
    state = getattr(weight, "quant_state", None)
    return bool(x.dtype == (weight.dtype if state is None else state.dtype))


def _is_matrix(layer: Any) -> bool:
    plain = type(layer) is nn.Linear
    return plain and layer.bias is None and layer.weight.dtype == torch.float32


def _product(layer: Any, x: Tensor, weight: Tensor, state: Any, bias: Tensor | None) -> Tensor:
    adapter = layer.active_adapters[0]
    down, up = layer.lora_A[adapter].weight, layer.lora_B[adapter].weight
    y: Tensor = _Product.apply(x, weight, state, bias, down, up, layer.scaling[adapter])  # type: ignore[no-untyped-call]
    return y


class _Product(torch.autograd.Function):
    """x (..., in) to (..., out). Gradients for x and the two small matrices; the base is frozen."""

    @staticmethod
    def forward(
        ctx: Any, x: Tensor, weight: Tensor, state: Any, bias: Tensor | None, down: Tensor, up: Tensor, scale: float
    ) -> Tensor:
        rows = x.reshape(-1, x.shape[-1])
        down, up = down.to(x.dtype), (up * scale).to(x.dtype)
        low = rows @ down.T  # (rows, rank)
        y = nn.functional.linear(rows, _dense(weight, state, x.dtype), None if bias is None else bias.to(x.dtype))
        y.addmm_(low, up.T)
        ctx.save_for_backward(rows, weight, down, up, low)
        ctx.state, ctx.scale = state, scale
        return y.view(*x.shape[:-1], y.shape[-1])

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        rows, weight, down, up, low = ctx.saved_tensors
        dy = grads[0].reshape(-1, grads[0].shape[-1])
        dlow = dy @ up
        dx = None
        if ctx.needs_input_grad[0]:
            dx = dy @ _dense(weight, ctx.state, dy.dtype)
            dx = dx.addmm_(dlow, down).view(*grads[0].shape[:-1], rows.shape[-1])
        return dx, None, None, None, (dlow.T @ rows).float(), (dy.T @ low).float() * ctx.scale, None


def _dense(weight: Tensor, state: Any, dtype: torch.dtype) -> Tensor:
    """(out, in) as it is, or dequantised."""
    return weight if state is None else dequantize_4bit(weight, state).to(dtype)
