"""The models that adapters are trained on: any encoder or decoder that transformers loads, in 4, 8 or 16 bits."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from foyerdoc.models.embedded import embedded_embedder, embedded_generator
from foyerdoc.models.loading import fast_dtype, find_device, find_model, need_bitsandbytes, quietly, refusals, weights_digest

Quantization = Literal["nf4", "fp4", "int8", "none"]

_EMBEDDED: Final = {"e5": embedded_embedder, "smollm2": embedded_generator}
_ROOM: Final = 0.5
"""The share of free memory up to which a dequantised base is kept."""


@dataclass(frozen=True, slots=True)
class Base:
    """A loaded model, its weights frozen.

    Attributes:
        model: of transformers, its attention packed (`models.packing`).
        folder: its files.
        name: the model's name, a digest of its weights, and the quantisation.
        device: where it is.
        dtype: what is computed in: "bfloat16" or "float32".
        resident: whether quantised weights were dequantised once for all.
    """

    model: Any
    folder: Path
    name: str
    device: str
    dtype: str
    resident: bool


def base_folder(source: str | Path) -> Path:
    """Where a base's files are: "e5" and "smollm2" are the embedded models, else a folder or a name on the hub.

    Raises:
        ModelMissing: it is not on this machine.
    """
    embedded = _EMBEDDED.get(str(source))
    return find_model(source) if embedded is None else embedded()


def load_base(
    source: str | Path,
    *,
    quantization: Quantization = "nf4",
    resident: bool | None = None,
    device: str | None = None,
    dtype: str | None = None,
    head: Literal["lm", "none"] = "none",
) -> Base:
    """Load a base to train an adapter on, or to put one on.

    Args:
        source: "e5", "smollm2", a folder, or a name on the hub that is on this machine.
        quantization: "nf4" or "fp4" with double quantisation (Dettmers et al., "QLoRA", 2023), "int8" (Dettmers et al.,
            "LLM.int8()", 2022) or "none" for 16 bits.
        resident: dequantise the weights once, so that products run at full speed on the same values; None does so on a CPU,
            and on a GPU when they take less than half of its free memory. Products of 8 bits that are not resident round
            their input too.
        device: "cpu", "cuda" ...; the first GPU, else the CPU, by default.
        dtype: what is computed in; "bfloat16" where the device is fast in it, else "float32", by default.
        head: "lm" for a model that predicts tokens, "none" for one that ends at the hidden states.

    Raises:
        ModelMissing: the model is not on this machine.
        ModelError: its files do not load.
        MissingDependency: 4 or 8 bits are asked for and bitsandbytes does not load.
    """
    import torch
    import transformers

    if quantization != "none":
        need_bitsandbytes()
    folder = base_folder(source)
    device = find_device(device)
    dtype = dtype or fast_dtype(device)
    # Typed only in parts, hence Any.
    library: Any = transformers
    loader = library.AutoModelForCausalLM if head == "lm" else library.AutoModel
    with quietly(), refusals(folder):
        model = loader.from_pretrained(
            folder,
            dtype=getattr(torch, dtype),
            device_map={"": device},
            quantization_config=four_or_eight_bits(library, quantization, getattr(torch, dtype)),
            local_files_only=True,
            trust_remote_code=False,
            use_safetensors=True,
        )
    name = f"{weights_digest(folder)} {quantization}"
    return prepare(model, folder, name, quantization=quantization, resident=resident, device=device, dtype=dtype)


def prepare(
    model: Any, folder: Path, name: str, *, quantization: Quantization, resident: bool | None, device: str, dtype: str
) -> Base:
    """Make a loaded transformers model a base: frozen, its attention packed, its weights resident where that is asked.

    Args:
        model: as its `from_pretrained` gave it, on the device.
        folder: its files.
        name: what the base will be called.
        quantization, resident, device, dtype: as those of `load_base`, which calls this.
    """
    import torch

    from foyerdoc.models.packing import pack_attention

    if "pooler" in dict(model.named_children()):
        # The layer that BERT's kin put on the first token: most models were saved without it, and nothing here reads it.
        model.pooler = None
    quantized = quantization != "none"
    if resident is None:
        resident = quantized and (device == "cpu" or fits(model, device))
    if resident and quantized:
        dequantize(model, getattr(torch, dtype))
    elif quantized and device == "cpu":
        _keep_differentiable(model)
    for parameter in model.parameters():
        parameter.requires_grad_(requires_grad=False)
    pack_attention(model)
    return Base(model, folder, name, device, dtype, bool(resident and quantized))


def four_or_eight_bits(library: Any, quantization: Quantization | Literal["nf4-single"], dtype: Any) -> Any:
    """What transformers is told of the weights' quantisation; None for 16 bits."""
    if quantization == "none":
        return None
    if quantization == "int8":
        return library.BitsAndBytesConfig(load_in_8bit=True)
    return library.BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type=quantization.removesuffix("-single"),
        bnb_4bit_use_double_quant=not quantization.endswith("-single"),
        bnb_4bit_compute_dtype=dtype,
    )


def fits(model: Any, device: str) -> bool:
    """Whether a model's weights, 16 bits each, take less than half of a GPU's free memory."""
    import torch

    free, _ = torch.cuda.mem_get_info(device)
    return 2 * int(model.num_parameters()) < _ROOM * free


def _keep_differentiable(model: Any) -> None:
    """Keep bitsandbytes from laying weights out anew at the first evaluation: that product has no way back.

    Training that goes on after an evaluation would lose the gradients of all layers but the last, in silence (bitsandbytes
    0.50).
    """
    from bitsandbytes.nn.modules import Linear4bit

    for layer in model.modules():
        if isinstance(layer, Linear4bit):
            layer.support_avx512bf16_for_cpu = False


def dequantize(model: Any, dtype: Any) -> None:
    """Put plain linear layers in the place of those of 4 or 8 bits, with the values that these stand for."""
    import torch
    from bitsandbytes.functional import dequantize_4bit, int8_vectorwise_dequant
    from bitsandbytes.nn.modules import Linear4bit, Linear8bitLt

    for parent in list(model.modules()):
        for name, layer in list(parent.named_children()):
            if not isinstance(layer, (Linear4bit, Linear8bitLt)):
                continue
            plain = torch.nn.Linear(layer.in_features, layer.out_features, bias=layer.bias is not None, device="meta")
            weight: Any = layer.weight
            if isinstance(layer, Linear4bit):
                values = dequantize_4bit(weight.data, weight.quant_state)
            else:
                values = int8_vectorwise_dequant(weight.CB, weight.SCB)
            plain.weight = torch.nn.Parameter(values.to(dtype), requires_grad=False)
            if layer.bias is not None:
                plain.bias = torch.nn.Parameter(layer.bias.data.to(dtype), requires_grad=False)
            setattr(parent, name, plain)
    # transformers and PEFT choose their layers by these.
    model.is_loaded_in_4bit = model.is_loaded_in_8bit = False
    model.is_quantized = False
    model.hf_quantizer = None
    model.config.quantization_config = None
