"""`train_quoter`: from questions with the sentences that retrieval found to a folder that `Quoter` opens."""

from __future__ import annotations

import platform
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import orjson
from numpy.typing import NDArray

from foyerdoc import storage
from foyerdoc.errors import TrainingError
from foyerdoc.finetuning.choices import Choice, measure
from foyerdoc.finetuning.config import TrainingConfig
from foyerdoc.finetuning.limits import Limits, check
from foyerdoc.finetuning.training.checkpoints import writing
from foyerdoc.finetuning.training.loop import History, Progress, fit
from foyerdoc.quoting.passages import Reading
from foyerdoc.quoting.quoter import KIND, TRAINING, VERSION, Settings, probe_odds, reader_of, save_parts

if TYPE_CHECKING:
    from torch import Tensor

    from foyerdoc.quoting.network import Network

_PACKAGES: Final = ("foyerdoc", "torch", "transformers", "peft")


class ChoosingTask:
    """See `loop.Task`. The loss is -log of the probability of what is right to choose."""

    def __init__(
        self, network: Network, train: Sequence[tuple[Reading, Choice]], held: Sequence[tuple[Reading, Choice]], budget: int
    ) -> None:
        self._network = network
        self._train, self._held = train, held
        self._budget = budget

    def parameters(self) -> Mapping[str, Tensor]:
        """See `loop.Task`."""
        learnt = {name: p for name, p in self._network.backbone.named_parameters() if p.requires_grad}
        return {**learnt, **{f"head.{name}": p for name, p in self._network.head.named_parameters()}}

    def sizes(self) -> Sequence[int]:
        """See `loop.Task`."""
        return [reading.size for reading, _ in self._train]

    def collate(self, rows: Sequence[int], _epoch: int) -> Mapping[str, Tensor]:
        """See `loop.Task`."""
        import torch

        from foyerdoc.quoting.network import together

        batch = together([self._train[row][0] for row in rows])
        right = [self._train[row][1].right() for row in rows]
        width = max(map(len, right))
        allowed = np.array([np.pad(each, (0, width - len(each))) for each in right])
        columns = np.concatenate([np.arange(1, len(each)) for each in right])
        return {**batch, "allowed": torch.from_numpy(allowed), "columns": torch.from_numpy(columns)}

    def loss(self, batch: Mapping[str, Tensor]) -> tuple[Tensor, Tensor]:
        """See `loop.Task`."""
        import torch

        from foyerdoc.quoting.network import odds_of

        self._network.train()
        odds, allowed = odds_of(self._network, dict(batch)), batch["allowed"]
        # None has odds of one; a question with fewer sentences than the others has some that are impossible.
        table = torch.full(allowed.shape, -torch.inf, device=odds.device)
        table[:, 0] = 0.0
        table = table.index_put((batch["questions"], batch["columns"]), odds)
        losses = table.logsumexp(dim=1) - table.masked_fill(~allowed, -torch.inf).logsumexp(dim=1)
        return losses.sum(), torch.tensor(float(len(losses)), device=odds.device)

    def evaluate(self) -> Mapping[str, float]:
        """See `loop.Task`."""
        if not self._held:
            return {}
        return measure([choice for _, choice in self._held], self.predict())

    def predict(self) -> list[NDArray[np.float64]]:
        """The log odds of each held-out question's sentences."""
        from foyerdoc.quoting.network import predict

        return predict(self._network, [reading for reading, _ in self._held], self._budget)


@dataclass(frozen=True, slots=True)
class TrainedQuoter:
    """A finished training.

    Attributes:
        folder: what `Quoter` opens.
        metrics: of the held-out questions, of retrieval's order ("base") and tuned; "ordered": `Limits.metrics`.
        history: of the training.
    """

    folder: Path
    metrics: Mapping[str, Mapping[str, float]]
    history: History


def train_quoter(
    train: Sequence[Choice],
    held_out: Sequence[Choice],
    out: Path,
    config: TrainingConfig | None = None,
    report: Callable[[Progress], None] | None = None,
) -> TrainedQuoter:
    """Tune an encoder to tell which sentences answer a question, and whether any does.

    Args:
        train: to learn from.
        held_out: stop the training early; some choose the limits (`limits.decides`).
        out: folder to write.
        config: how to train; the embedded encoder in 16 bits by default.
        report: called with the progress.

    Raises:
        UsageError: `out` holds something else.
        TrainingError: nothing to train on or to choose limits by, the loss is not a number, memory or disk ran out.
    """
    from foyerdoc.models.bases import load_base
    from foyerdoc.models.loading import weights_digest
    from foyerdoc.models.lora import add_lora
    from foyerdoc.quoting.network import Network

    config = config or TrainingConfig(base="e5", quantization="none", batch_examples=32)
    storage.check_replaceable(out, kind=KIND, version=VERSION)
    if not train:
        raise TrainingError("there are no questions to learn from", hint="give some that are not held out")
    check(held_out)
    base = load_base(config.base, quantization=config.quantization, resident=config.resident, device=config.device)
    network = Network(base)
    network.backbone = add_lora(base.model, rank=config.rank, alpha=config.alpha, dropout=config.dropout, seed=config.seed)
    reader = reader_of(base)
    read, held = ([(reader.read(one.question, one.passages), one) for one in part] for part in (train, held_out))
    task = ChoosingTask(network, read, held, config.batch_tokens)
    before = task.evaluate()
    checkpoints = out.with_name(f".{out.name}.training")
    # Shapes hardly come again: there is nothing to replay.
    history = fit(task, config, checkpoints, report, record=False)
    odds = task.predict()
    limits = Limits.of(held_out, odds)
    metrics = {"base": before, "tuned": measure(held_out, odds), "ordered": limits.metrics()}
    settings = Settings(
        base=config.base,
        base_digest=weights_digest(base.folder),
        quantization=config.quantization,
        **limits.settings(),
        probe=tuple(probe_odds(network, reader).tolist()),
    )
    about = {
        "config": config.model_dump(mode="json"),
        "questions": len(train),
        "held_out": len(held_out),
        "versions": {"python": platform.python_version(), **{name: version(name) for name in _PACKAGES}},
        "metrics": metrics,
        "evaluations": history.evaluations,
        "best_epoch": history.best_epoch,
        "notes": history.notes,
    }
    with writing(out), storage.new_folder(out, kind=KIND, version=VERSION) as folder:
        save_parts(folder, network, settings)
        (folder / TRAINING).write_bytes(orjson.dumps(about, option=orjson.OPT_INDENT_2))
    shutil.rmtree(checkpoints, ignore_errors=True)
    return TrainedQuoter(out, metrics, history)
