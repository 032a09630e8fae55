"""The training loop, whatever is trained."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from foyerdoc.finetuning.config import TrainingConfig

if TYPE_CHECKING:
    from torch import Tensor


class Task(Protocol):
    """What is trained: a model with its examples."""

    def parameters(self) -> Mapping[str, Tensor]:
        """What is learnt, by name, on the device it is trained on. Names that begin with "head." get the head's learning rate."""

    def sizes(self) -> Sequence[int]:
        """Tokens of each training example."""

    def collate(self, rows: Sequence[int], epoch: int) -> Mapping[str, Tensor]:
        """The examples as tensors on the CPU. Their shapes may depend on the rows."""

    def loss(self, batch: Mapping[str, Tensor]) -> tuple[Tensor, Tensor]:
        """Sum of the examples' losses (scalar, with gradients) and the sum of their weights (scalar), on the device."""

    def evaluate(self) -> Mapping[str, float]:
        """Measures on the validation part, "loss" among them (lower is better); empty when there is no such part."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Where training is."""

    step: int
    steps: int
    epoch: int
    loss: float
    tokens_per_second: float
    seconds_left: float


@dataclass(frozen=True, slots=True)
class History:
    """What happened.

    Attributes:
        losses: training loss of each step.
        evaluations: the validation measures after each pass.
        best_epoch: the pass whose parameters were kept, counted from 1.
        tokens: how many went through the model.
        seconds: wall-clock.
    """

    losses: tuple[float, ...]
    evaluations: tuple[Mapping[str, float], ...]
    best_epoch: int
    tokens: int
    seconds: float


def fit(
    task: Task,
    config: TrainingConfig,
    checkpoints: Path | None = None,
    report: Callable[[Progress], None] | None = None,
) -> History:
    """Train a task's parameters in place; at the end they are those of the best pass.

    Args:
        task: what is trained.
        config: how.
        checkpoints: folder for the last and the best state; when it holds a run of the same task and config, that run goes on.
        report: called after every step.

    Raises:
        TrainingError: the loss is not a number, memory or disk ran out; the last good checkpoint is kept.
    """
    raise NotImplementedError
