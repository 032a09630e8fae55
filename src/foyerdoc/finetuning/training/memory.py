"""How much memory a training takes, told before it starts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from foyerdoc.errors import TrainingError
from foyerdoc.finetuning.config import Quantization, TrainingConfig

if TYPE_CHECKING:
    from foyerdoc.models.bases import Base

# 64 values share an 8-bit scale, 256 scales a 32-bit one (Dettmers et al., "QLoRA", 2023, section 3).
_BYTES: Final[dict[Quantization, float]] = {
    "nf4": 0.5 + 1 / 64 + 4 / (64 * 256),
    "fp4": 0.5 + 1 / 64 + 4 / (64 * 256),
    "int8": 1.0,
}
# Parameters, gradients, the copy of the last good ones: 4 bytes each. AdamW: two numbers of 4 bytes, or of 1 with their scales.
_ADAPTER: Final = 12
_STATE: Final = {"adamw": 8.0, "paged_adamw8bit": 2.0 + 2 * 4 / 256}
_NORM: Final = 4
"""Bytes a value of what a norm keeps: its input in float32."""
_LOGITS_AT_ONCE: Final = 1024
_ROOM: Final = 0.92
"""Share of the free memory that is counted on: the rest is lost between blocks, and to libraries."""


@dataclass(frozen=True, slots=True)
class MemoryEstimate:
    """Bytes that a training takes at its peak, by what they are for; the GPU's own libraries take about 0.5 GB more.

    Attributes:
        weights: of the frozen base, and the largest matrix dequantised, unless they are kept so.
        adapter: the LoRA matrices, their gradients and the copy of the last good state.
        optimizer: its state; paged state can leave the GPU.
        activations: of one part of a step, and their gradients on the way back.
        logits: of the places that are predicted at the same time; 0 without a language model's head.
    """

    weights: int
    adapter: int
    optimizer: int
    activations: int
    logits: int

    @property
    def total(self) -> int:
        """All together."""
        return self.weights + self.adapter + self.optimizer + self.activations + self.logits

    def fits(self, free: int) -> bool:
        """Whether this many bytes are enough."""
        return self.total <= _ROOM * free

    def check(self, free: int) -> None:
        """Refuse to start what cannot end.

        Raises:
            TrainingError: it does not fit into `free` bytes; the message names the parts.
        """
        if self.fits(free):
            return
        names = ("weights", "adapter", "optimizer", "activations", "logits")
        parts = ", ".join(f"{name} {getattr(self, name) / 2**30:.2f}" for name in names)
        raise TrainingError(
            f"training would take about {self.total / 2**30:.2f} GiB ({parts}), {free / 2**30:.2f} GiB are free",
            hint="lower batch_tokens, set checkpointing=True, quantization='nf4' or resident=False, or take a smaller base",
        )


def estimate(
    base: Any,
    config: TrainingConfig,
    *,
    resident: bool,
    checkpointing: bool,
    head: bool = True,
    compute_bytes: int = 2,
) -> MemoryEstimate:
    """Count what a training of LoRA matrices on a base takes.

    The base is built without memory ("meta" tensors) to count its matrices, so any architecture of transformers will do; what
    its layers keep for the way back is estimated from their matrices' sizes.

    Args:
        base: the transformers configuration of the base.
        config: quantization, rank, optimizer and batch_tokens are read.
        resident: quantised weights are dequantised once for all.
        checkpointing: only the layers' inputs are kept, and one layer computed again at a time.
        head: whether the base has its language model's head.
        compute_bytes: of a number while computing: 2 for bfloat16, 4 for float32.
    """
    linears, others, layers = _shapes(base, head)
    width = compute_bytes if config.quantization == "none" or resident else _BYTES[config.quantization]
    matrices = sum(rows * columns for rows, columns in linears)
    weights = matrices * width + others * compute_bytes
    if config.quantization != "none" and not resident:
        weights += max(rows * columns for rows, columns in linears) * compute_bytes
    lora = sum(config.rank * (rows + columns) for rows, columns in linears)
    text = base.get_text_config()
    hidden, vocabulary = int(text.hidden_size), int(text.vocab_size)
    # Of each matrix the input, the product and LoRA's inner product; of each layer two norms. Inputs that matrices share stand
    # for what lies between matrices: attention's result, a gate's.
    kept: float = sum(rows + columns + config.rank for rows, columns in linears) * compute_bytes + layers * 2 * hidden * _NORM
    # Products of 8 bits and dropout are left to PEFT's layers.
    by_peft = (config.quantization == "int8" and not resident) or bool(config.dropout)
    if by_peft:
        # They keep each input in float32, and of dropout a mask (of 4 bytes on a CPU).
        kept += sum(columns for _, columns in linears) * (4 - compute_bytes + (4 if config.dropout else 0))
    # LoRA's matrices in the numbers that are computed in.
    cast: float = lora * compute_bytes
    if checkpointing:
        kept, cast = kept / layers + layers * hidden * compute_bytes, cast / layers
    # On the way back, a layer's gradients: two of its widest, or three of PEFT's in float32.
    kept += max(rows for rows, _ in linears) * (3 * 4 if by_peft else 2 * compute_bytes)
    places = min(config.batch_tokens, _LOGITS_AT_ONCE)
    return MemoryEstimate(
        weights=int(weights),
        adapter=lora * _ADAPTER,
        optimizer=int(lora * _STATE[config.optimizer]),
        activations=int(kept * config.batch_tokens + cast),
        logits=places * vocabulary * (compute_bytes + 8) if head else 0,
    )


def compute_twice(base: Base, config: TrainingConfig, free: int | None, *, head: bool = True) -> bool:
    """Whether activations are to be computed twice: as told, else when memory would not do otherwise.

    Args:
        base: loaded.
        config: `checkpointing` None leaves it to this function.
        free: bytes of the device that weights, already there, and training may take; None when nobody can say.
        head: whether the base has its language model's head.

    Raises:
        TrainingError: memory would not do even then.
    """
    if free is None:
        return bool(config.checkpointing)
    told = {
        twice: estimate(
            base.model.config,
            config,
            resident=base.resident,
            checkpointing=twice,
            head=head,
            compute_bytes=2 if base.dtype == "bfloat16" else 4,
        )
        for twice in (False, True)
    }
    twice = not told[False].fits(free) if config.checkpointing is None else config.checkpointing
    told[twice].check(free)
    return twice


def free_memory(device: str) -> int | None:
    """Free bytes of a GPU; None for other devices, whose memory is shared with all that runs there."""
    if not device.startswith("cuda"):
        return None
    import torch

    free, _ = torch.cuda.mem_get_info(device)
    return int(free)


def _shapes(base: Any, head: bool) -> tuple[list[tuple[int, int]], int, int]:
    """The (out, in) shapes of the matrices that get LoRA, the number of all other parameters, and the number of layers."""
    import torch
    from transformers import AutoModel, AutoModelForCausalLM

    loader: Any = AutoModelForCausalLM if head else AutoModel
    with torch.device("meta"):
        model = loader.from_config(base)
    out = model.get_output_embeddings() if head else None
    modules = [module for module in model.modules() if isinstance(module, torch.nn.Linear) and module is not out]
    linears = [(int(module.out_features), int(module.in_features)) for module in modules]
    total = sum(parameter.numel() for parameter in model.parameters())
    others = total - sum(rows * columns for rows, columns in linears)
    return linears, others, int(base.get_text_config().num_hidden_layers)
