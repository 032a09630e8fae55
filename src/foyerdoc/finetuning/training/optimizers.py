"""The optimisers, their state as plain tensors and numbers."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from foyerdoc.finetuning.config import TrainingConfig
from foyerdoc.finetuning.training.flat import Flat
from foyerdoc.models.loading import importing_bitsandbytes

if TYPE_CHECKING:
    from torch.optim import Optimizer


def make_optimizer(flats: Sequence[Flat], config: TrainingConfig) -> Optimizer:
    """AdamW over a group for each kind of parameters, with its peak rate in "peak".

    Raises:
        MissingDependency: bitsandbytes is asked for and does not load.
    """
    rates = [config.head_learning_rate if flat.is_head else config.learning_rate for flat in flats]
    groups = [{"params": [flat.values], "lr": rate, "peak": rate} for flat, rate in zip(flats, rates, strict=True)]
    if config.optimizer == "paged_adamw8bit":
        return _paged(groups, config)
    import torch

    fused = all(flat.values.device.type in ("cpu", "cuda") for flat in flats)
    return torch.optim.AdamW(groups, weight_decay=config.weight_decay, fused=fused)


def _paged(groups: list[dict[str, Any]], config: TrainingConfig) -> Optimizer:
    with importing_bitsandbytes():
        import bitsandbytes.optim
    untyped: Any = bitsandbytes.optim
    optimizer: Optimizer = untyped.PagedAdamW8bit(groups, weight_decay=config.weight_decay)
    return optimizer


def set_rate(optimizer: Optimizer, share: float) -> None:
    """Set each group's learning rate to this share of its peak."""
    for group in optimizer.param_groups:
        group["lr"] = group["peak"] * share


def take_step(optimizer: Optimizer) -> None:
    """One update. bitsandbytes' remark that a CPU has no pages is left to the run's notes."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Paged optimizers are not supported on CPU")
        optimizer.step()


def state_of(optimizer: Optimizer, flats: Sequence[Flat]) -> dict[str, dict[str, Any]]:
    """State of each kind of parameters by its name, tensors and numbers; empty before the first step."""
    return {flat.name: dict(optimizer.state[flat.values]) for flat in flats if flat.values in optimizer.state}


def restore_state(optimizer: Optimizer, flats: Sequence[Flat], state: Mapping[str, Mapping[str, Any]]) -> None:
    """Put back what `state_of` gave."""
    whole = optimizer.state_dict()
    whole["state"] = {at: dict(state[flat.name]) for at, flat in enumerate(flats) if flat.name in state}
    optimizer.load_state_dict(whole)
