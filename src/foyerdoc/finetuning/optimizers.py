"""The optimisers, their state as plain tensors and numbers."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from foyerdoc.errors import MissingDependency
from foyerdoc.finetuning.config import TrainingConfig

if TYPE_CHECKING:
    from torch import Tensor
    from torch.optim import Optimizer

_HEAD = "head."


def make_optimizer(parameters: Mapping[str, Tensor], config: TrainingConfig) -> Optimizer:
    """AdamW over two groups, the head's and the rest, each with its peak rate in "peak".

    Raises:
        MissingDependency: bitsandbytes is asked for and does not load.
    """
    head = [tensor for name, tensor in parameters.items() if name.startswith(_HEAD)]
    rest = [tensor for name, tensor in parameters.items() if not name.startswith(_HEAD)]
    groups = [
        {"params": tensors, "lr": rate, "peak": rate}
        for tensors, rate in ((rest, config.learning_rate), (head, config.head_learning_rate))
        if tensors
    ]
    # In the order of the groups, which is the order of the optimiser's state.
    if config.optimizer == "paged_adamw8bit":
        return _paged(groups, config)
    import torch

    fused = all(tensor.device.type in ("cpu", "cuda") for tensor in parameters.values())
    return torch.optim.AdamW(groups, weight_decay=config.weight_decay, fused=fused)


def _paged(groups: list[dict[str, Any]], config: TrainingConfig) -> Optimizer:
    try:
        import bitsandbytes
    except ImportError as error:
        raise MissingDependency("8-bit AdamW needs bitsandbytes", hint="pip install bitsandbytes") from error
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


def state_of(optimizer: Optimizer, parameters: Mapping[str, Tensor]) -> dict[str, dict[str, Any]]:
    """State of each parameter by its name, tensors and numbers; empty before the first step."""
    names = {id(tensor): name for name, tensor in parameters.items()}
    return {names[id(tensor)]: dict(state) for tensor, state in optimizer.state.items()}


def restore_state(optimizer: Optimizer, parameters: Mapping[str, Tensor], state: Mapping[str, Mapping[str, Any]]) -> None:
    """Put back what `state_of` gave."""
    names = {id(tensor): name for name, tensor in parameters.items()}
    whole = optimizer.state_dict()
    order = [tensor for group in optimizer.param_groups for tensor in group["params"]]
    whole["state"] = {at: dict(state[names[id(tensor)]]) for at, tensor in enumerate(order) if names[id(tensor)] in state}
    optimizer.load_state_dict(whole)
