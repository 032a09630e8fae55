"""`train_quoter`: from questions with the sentences that retrieval found to a folder that `Quoter` opens."""

from __future__ import annotations

import gzip
import platform
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import orjson
from numpy.typing import NDArray

from foyerdoc import prompts, storage
from foyerdoc.documents import Span
from foyerdoc.errors import TrainingError
from foyerdoc.finetuning.config import TrainingConfig
from foyerdoc.finetuning.training.checkpoints import writing
from foyerdoc.finetuning.training.loop import History, Progress, fit
from foyerdoc.models.protocol import Message
from foyerdoc.quoting.passages import Passage, Reading
from foyerdoc.quoting.quoter import KIND, TRAINING, VERSION, Settings, none_of, probe_odds, reader_of, save_parts, weighed

if TYPE_CHECKING:
    from torch import Tensor

    from foyerdoc.quoting.network import Network

_REFUSED: Final = 0.1  # of the answerable questions, at most, by the threshold
_QUOTES: Final = 3  # of an answer, at most
_EACH: Final = 1.3  # of an answer, on average, where a sentence answers
_GAPS: Final = np.linspace(0.0, 8.0, 81)
_RETRIEVAL: Final = (0.0, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0)
_PACKAGES: Final = ("foyerdoc", "torch", "transformers", "peft")


@dataclass(frozen=True)
class Choice:
    """A question, the sentences that were found for it, and which of them answer it.

    Attributes:
        group: which set it is of.
        question: one that stands alone.
        passages: best first.
        order: the numbers of all sentences, counted passage by passage, best first as retrieval weighs them.
        bearing: (sentences,) bool: those that bear the answer; all False when none does, or when nobody knows which.
        answerable: whether the passages answer it.
        answers: the words of the answer.
    """

    group: str
    question: str
    passages: tuple[Passage, ...]
    order: tuple[int, ...]
    bearing: NDArray[np.bool_]
    answerable: bool
    answers: tuple[str, ...] = ()

    @cached_property
    def sentences(self) -> list[str]:
        """The texts of all sentences, counted passage by passage."""
        return [one.text[span.start : span.end] for one in self.passages for span in one.sentences]

    def right(self) -> NDArray[np.bool_]:
        """(1 + sentences,) bool, what is right to choose: none of them, or some of them.

        Where the passages answer but the sentence is not known, any is right. Where it was not found, none.
        """
        if not self.answerable or (self.answers and not self.bearing.any()):
            return np.array([True, *np.zeros_like(self.bearing)])
        bearing = self.bearing if self.bearing.any() else ~self.bearing
        return np.array([False, *bearing])

    def shown(self, most: int) -> tuple[Message, ...]:
        """What a language model is asked, the best sentences numbered: as `Chat` asks it."""
        return prompts.choose_sentences(self.question, [self.sentences[sentence] for sentence in self.order[:most]])

    def conversation(self, most: int) -> tuple[Message, ...] | None:
        """The same with the number that it should write.

        None when nobody knows which.
        """
        if not self.right()[0] and not self.bearing.any():
            return None
        number = next((at for at, sentence in enumerate(self.order[:most], 1) if self.bearing[sentence]), 0)
        return (*self.shown(most), Message("assistant", str(number)))


def read_choices(path: Path) -> tuple[list[Choice], list[Choice]]:
    """The rows of `tools/quotes.py`: those to learn from and those that are held out."""
    with gzip.open(path) as lines:
        rows = [orjson.loads(line) for line in lines]
    return [_choice(row) for row in rows if not row["held_out"]], [_choice(row) for row in rows if row["held_out"]]


def _choice(row: Mapping[str, Any]) -> Choice:
    """Sentences stand in a row best first; here those of the first passage come first."""
    found = row["sentences"]
    by_passage = sorted(range(len(found)), key=lambda at: (found[at][0], found[at][1]))
    numbers = {at: number for number, at in enumerate(by_passage)}
    passages = []
    for number, text in enumerate(row["passages"]):
        own = [found[at] for at in by_passage if found[at][0] == number]
        passages.append(Passage(text, tuple(Span(one[1], one[2]) for one in own), tuple(one[3] for one in own)))
    return Choice(
        row["set"],
        row["question"],
        tuple(passages),
        tuple(numbers[at] for at in range(len(found))),
        np.array([bool(found[at][5]) for at in by_passage]),
        row["answerable"],
        tuple(row["answers"]),
    )


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


def measure(choices: Sequence[Choice], odds: Sequence[NDArray[np.float64]]) -> dict[str, float]:
    """How good log odds are: "loss", the mean of -log of the probability of what is right to choose, "first" and "auroc".

    "first" is `first_share`; "auroc" the chance that a question that
    is not answered is found likelier to have no answer than one that is.
    """
    losses, none = [], []
    for choice, each in zip(choices, odds, strict=True):
        table = np.array([0.0, *each])
        losses.append(np.logaddexp.reduce(table) - np.logaddexp.reduce(table[choice.right()]))
        none.append(none_of(each))
    known = np.array([choice.right()[0] for choice in choices])
    found = np.array(none)
    return {
        "loss": float(np.mean(losses)),
        "first": first_share(choices, odds),
        "auroc": auroc(found[known], found[~known]),
    }


def first_share(choices: Iterable[Choice], weights: Iterable[NDArray[np.float64]]) -> float:
    """The share of questions whose best sentence bears the answer, of those for which one does, 0 to 1."""
    first = [choice.bearing[each.argmax()] for choice, each in zip(choices, weights, strict=True) if choice.bearing.any()]
    return float(np.mean(first)) if first else 0.0


def auroc(higher: NDArray[np.float64], lower: NDArray[np.float64]) -> float:
    """The chance that a random one of `higher` is above a random one of `lower`, 0 to 1; a half when one is empty."""
    if not len(higher) or not len(lower):
        return 0.5
    above = higher[:, None] > lower
    return float((above + 0.5 * (higher[:, None] == lower)).mean())


@dataclass(frozen=True, slots=True)
class TrainedQuoter:
    """A finished training.

    Attributes:
        folder: what `Quoter` opens.
        metrics: of the held-out questions, of retrieval's order ("base") and tuned.
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
        held_out: stop the training early and choose what `Quoter.none` and `Quoter.gap` are.
        out: folder to write.
        config: how to train; the embedded encoder in 16 bits by default.
        report: called with the progress.

    Raises:
        UsageError: `out` holds something else.
        TrainingError: nothing to train on or to choose thresholds by, the loss is not a number, memory or disk ran out.
    """
    from foyerdoc.models.bases import load_base
    from foyerdoc.models.loading import weights_digest
    from foyerdoc.models.lora import add_lora
    from foyerdoc.quoting.network import Network

    config = config or TrainingConfig(base="e5", quantization="none", batch_examples=32)
    storage.check_replaceable(out, kind=KIND, version=VERSION)
    if not train or not any(choice.right()[1:].any() for choice in held_out):
        raise TrainingError(
            f"{len(train)} questions to learn from and {len(held_out)} held out are too few",
            hint="give some of each that are answered",
        )
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
    metrics = {"base": before, "tuned": measure(held_out, odds)}
    retrieval = retrieval_weight(held_out, odds)
    weights = [weighed(each, one.passages, retrieval) for one, each in zip(held_out, odds, strict=True)]
    metrics["ordered"] = {"first": first_share(held_out, weights)}
    settings = Settings(
        base=config.base,
        base_digest=weights_digest(base.folder),
        quantization=config.quantization,
        none=none_limit(held_out, odds),
        retrieval=retrieval,
        gap=close_gap(held_out, weights),
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


def none_limit(choices: Iterable[Choice], odds: Iterable[NDArray[np.float64]]) -> float:
    """The lowest probability of "none" above which at most a tenth of the answerable questions are refused.

    Each set counts the same, however many questions it has.
    """
    groups: dict[str, list[float]] = {}
    for choice, each in zip(choices, odds, strict=True):
        if not choice.right()[0]:
            groups.setdefault(choice.group, []).append(none_of(each))
    nones = [np.array(group) for group in groups.values()]
    refused = {limit: np.mean([(group > limit).mean() for group in nones]) for group in nones for limit in group.tolist()}
    return float(min(limit for limit, share in refused.items() if share <= _REFUSED))


def retrieval_weight(choices: Sequence[Choice], odds: Sequence[NDArray[np.float64]]) -> float:
    """How much of retrieval's score to add to log odds, so that the best sentence bears the answer most often."""
    pairs = list(zip(choices, odds, strict=True))
    found = {each: first_share(choices, [weighed(odd, one.passages, each) for one, odd in pairs]) for each in _RETRIEVAL}
    return max(found, key=lambda each: found[each])


def close_gap(choices: Sequence[Choice], weights: Sequence[NDArray[np.float64]]) -> float:
    """The largest difference of weights by which answers have `_EACH` quotes on average."""
    answered = [np.sort(each)[::-1][:_QUOTES] for choice, each in zip(choices, weights, strict=True) if not choice.right()[0]]
    counts = [np.mean([(each >= each[0] - gap).sum() for each in answered]) for gap in _GAPS]
    return float(max((gap for gap, count in zip(_GAPS, counts, strict=True) if count <= _EACH), default=0.0))
