"""A task small enough for every test of the loop; as a program it trains in a process that can be killed."""

from __future__ import annotations

import json
import socket
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import torch

from foyerdoc.finetuning.config import TrainingConfig
from foyerdoc.finetuning.training.loop import fit


@dataclass
class Words:
    """Learns which of three classes a bag of numbers is of: an embedding, dropout and a head, all trained."""

    n: int = 40
    dropout: float = 0.0
    validation: list[float] | None = None
    poison: int | None = None
    wide: int = 21
    device: str = "cpu"
    fixed: bool = False
    evaluations: int = 0
    weights: dict[str, torch.Tensor] = field(default_factory=dict)

    def __post_init__(self) -> None:
        made = torch.Generator().manual_seed(3)
        self.lengths = torch.randint(3, 30, (self.n,), generator=made).tolist()
        self.labels = torch.randint(0, 3, (self.n,), generator=made)
        words = torch.randint(0, 20, (self.n, 30), generator=made)
        self.words = torch.where(torch.rand(self.n, 30, generator=made) < 0.4, self.labels[:, None] * 7, words)
        self.weights = {
            "table": torch.randn(self.wide, 8, generator=made).requires_grad_(),
            # Not zero: where a gradient is zero but for rounding, AdamW makes a whole step out of the rounding.
            "head.weight": (torch.randn(3, 8, generator=made) / 10).requires_grad_(),
            "head.bias": (torch.randn(3, generator=made) / 10).requires_grad_(),
        }

        self.weights = {name: tensor.detach().to(self.device).requires_grad_() for name, tensor in self.weights.items()}

    def parameters(self) -> Mapping[str, torch.Tensor]:
        return self.weights

    def sizes(self) -> Sequence[int]:
        return self.lengths

    def collate(self, rows: Sequence[int], epoch: int) -> Mapping[str, torch.Tensor]:
        words = [self.words[row][: self.lengths[row]] for row in rows]
        texts = torch.nn.utils.rnn.pad_sequence(words, batch_first=True, padding_value=20)
        if self.fixed:  # in width, so that shapes come again
            texts = torch.nn.functional.pad(texts, (0, 30 - texts.shape[1]), value=20)
        poisoned = torch.tensor([1.0 if row == self.poison and epoch == 1 else 0.0 for row in rows])
        return {"texts": texts, "labels": self.labels[list(rows)], "poisoned": poisoned}

    def loss(self, batch: Mapping[str, torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor]:
        seen = (batch["texts"] < 20).float()[..., None]
        mean = (self.weights["table"][batch["texts"]] * seen).sum(1) / seen.sum(1)
        mean = torch.nn.functional.dropout(mean, self.dropout)
        logits = mean @ self.weights["head.weight"].T + self.weights["head.bias"]
        weight = 1.0 + batch["labels"].float()
        losses = torch.nn.functional.cross_entropy(logits, batch["labels"], reduction="none") * weight
        return losses.sum() / (1 - batch["poisoned"].max()), weight.sum()

    def evaluate(self) -> Mapping[str, float]:
        if self.validation is None:
            return {}
        self.evaluations += 1
        return {"loss": self.validation[self.evaluations - 1], "accuracy": 0.5}


CONFIG = TrainingConfig(epochs=5, batch_examples=8, batch_tokens=4000, patience=0, learning_rate=0.05, head_learning_rate=0.1)


def change(**settings: object) -> TrainingConfig:
    return TrainingConfig(**{**CONFIG.model_dump(), **settings})


def snapshot(task: Words) -> dict[str, torch.Tensor]:
    return {name: tensor.detach().clone() for name, tensor in task.weights.items()}


def free_port() -> str:
    """Of this machine's loopback."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def main() -> None:
    """Train into a folder; write the losses and the sum of the parameters to a file. Settings as JSON."""
    about = json.loads(sys.argv[1])
    torch.set_num_threads(1)
    task = Words(dropout=about.get("dropout", 0.0), validation=[5.0, 4.0, 4.5, 3.0, 3.5])
    folder = Path(about["folder"]) if "folder" in about else None
    pause = about.get("pause", 0.0)
    # Slow enough that there is a moment to be killed in.
    history = fit(
        task,
        change(**about.get("config", {})),
        folder,
        (lambda _: time.sleep(pause)) if pause else None,
        checkpoint_seconds=about.get("every", 0.0),
    )
    rank = int(torch.distributed.get_rank()) if torch.distributed.is_initialized() else 0
    result = {
        "losses": history.losses,
        "best": history.best_epoch,
        "notes": history.notes,
        "parameters": [float(tensor.double().abs().sum()) for tensor in task.weights.values()],
        "threads": torch.get_num_threads(),
    }
    Path(f"{about['out']}.{rank}").write_text(json.dumps(result))


if __name__ == "__main__":
    main()
