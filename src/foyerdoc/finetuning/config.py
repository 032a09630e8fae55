"""What a training run is told."""

from __future__ import annotations

import math
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Quantization = Literal["nf4", "fp4", "int8", "none"]


class TrainingConfig(BaseModel):
    """Settings of a training run, written into the adapter's manifest.

    Attributes:
        base: the model to tune: a folder, a name on the hub that is on this machine, or "e5" and "smollm2" for the two
            embedded models.
        quantization: of the base: "nf4" and "fp4" with double quantisation, "int8", or "none" for 16 bits.
        resident: keep the base dequantised in memory, so that its products run at full speed on the same values; None keeps it
            so when it fits into half of the free memory.
        rank: of the LoRA matrices (Hu et al., 2021).
        alpha: LoRA's scale is alpha / rank.
        dropout: of LoRA's input, 0 to 1.
        learning_rate: of the LoRA matrices, the peak of the schedule.
        head_learning_rate: of a classifier's head.
        weight_decay: of AdamW (Loshchilov and Hutter, 2019).
        warmup: share of all steps over which the rate rises from 0; it then falls along a cosine to 0.
        epochs: passes over the examples, at most.
        patience: passes without a better validation loss after which training stops; 0 never stops early.
        batch_examples: examples of one optimiser step.
        batch_tokens: tokens that go through the model at once; a step larger than this is computed in parts.
        max_norm: gradients longer than this are shortened to it.
        checkpointing: compute activations twice to keep fewer; None does so when memory would not do otherwise.
        optimizer: "adamw", or "paged_adamw8bit": 8-bit, of bitsandbytes, its state leaves the GPU's memory under pressure.
        seed: of initial weights, order and dropout.
        device: "cpu", "cuda" ...; the first GPU, else the CPU, by default.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    base: str = "e5"
    quantization: Quantization = "nf4"
    resident: bool | None = None
    rank: int = Field(default=16, ge=1, le=1024)
    alpha: int = Field(default=32, ge=1)
    dropout: float = Field(default=0.0, ge=0, lt=1)
    learning_rate: float = Field(default=5e-4, gt=0)
    head_learning_rate: float = Field(default=2e-3, gt=0)
    weight_decay: float = Field(default=0.01, ge=0)
    warmup: float = Field(default=0.1, ge=0, lt=1)
    epochs: int = Field(default=10, ge=1)
    patience: int = Field(default=3, ge=0)
    batch_examples: int = Field(default=16, ge=1)
    batch_tokens: int = Field(default=16384, ge=16)
    max_norm: float = Field(default=1.0, gt=0)
    checkpointing: bool | None = None
    optimizer: Literal["adamw", "paged_adamw8bit"] = "adamw"
    seed: int = 0
    device: str | None = None


class ClassifierConfig(TrainingConfig):
    """Settings of `train_classifier`.

    Attributes:
        steps: optimiser steps, at least, when `epochs` is not given: a small set gets more passes than 15.
        prefix: put before each chunk; None is "query: " for E5, which was trained to see it (Wang et al., 2024), and nothing
            for other bases.
        chunk_tokens: of a chunk; a document is read as up to 12 of them and pooled, never cut to one.
        class_weight: a leaf with n documents counts n ** -class_weight times as much a document; 0 leaves the skew as it is.
        category_loss: what the category's own loss counts beside the leaf's.
        step_chunks: chunks of a document that a step learns from; of a longer one the first, and others drawn anew each pass.
        lexical: whether a linear model of the document's words is trained too, and weighed in as held-out documents advise.
        folds: parts of the examples that are held out in turn, to stop early and to calibrate on documents that were not learnt
            from; the last run then learns from all. 0 or 1 holds out one part alone and does not run again.
        held_out: share of the examples in that one part.
        target: precision asked of the labels that are named, at each level.
    """

    epochs: int = Field(default=15, ge=1)
    steps: int = Field(default=300, ge=1)
    patience: int = Field(default=5, ge=0)
    prefix: str | None = None
    chunk_tokens: int = Field(default=256, ge=16)
    class_weight: float = Field(default=0.5, ge=0, le=1)
    category_loss: float = Field(default=0.3, ge=0)
    step_chunks: int = Field(default=4, ge=1)
    lexical: bool = True
    folds: int = Field(default=3, ge=0, le=20)
    held_out: float = Field(default=0.15, gt=0, lt=1)
    target: float = Field(default=0.95, gt=0, lt=1)

    def prefix_of_base(self) -> str:
        """What is put before each chunk."""
        if self.prefix is not None:
            return self.prefix
        return "query: " if self.base == "e5" else ""

    def passes(self, examples: int) -> int:
        """How many times so many examples are gone through, at most."""
        if "epochs" in self.model_fields_set:
            return self.epochs
        return max(self.epochs, math.ceil(self.steps * self.batch_examples / examples))
