from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from foyerdoc.errors import TrainingError
from foyerdoc.finetuning.config import TrainingConfig
from foyerdoc.finetuning.loop import Progress, fit
from foyerdoc.finetuning.planning import Plan


@dataclass
class Words:
    """Learns which of three classes a bag of numbers is of: an embedding, dropout and a head, all trained."""

    n: int = 40
    dropout: float = 0.0
    validation: list[float] | None = None
    poison: int | None = None
    evaluations: int = 0
    weights: dict[str, torch.Tensor] = field(default_factory=dict)

    def __post_init__(self) -> None:
        made = torch.Generator().manual_seed(3)
        self.lengths = torch.randint(3, 30, (self.n,), generator=made).tolist()
        self.labels = torch.randint(0, 3, (self.n,), generator=made)
        words = torch.randint(0, 20, (self.n, 30), generator=made)
        self.words = torch.where(torch.rand(self.n, 30, generator=made) < 0.4, self.labels[:, None] * 7, words)
        self.weights = {
            "table": torch.randn(21, 8, generator=made).requires_grad_(),
            "head.weight": torch.zeros(3, 8, requires_grad=True),
            "head.bias": torch.zeros(3, requires_grad=True),
        }

    def parameters(self) -> Mapping[str, torch.Tensor]:
        return self.weights

    def sizes(self) -> Sequence[int]:
        return self.lengths

    def collate(self, rows: Sequence[int], epoch: int) -> Mapping[str, torch.Tensor]:
        words = [self.words[row][: self.lengths[row]] for row in rows]
        texts = torch.nn.utils.rnn.pad_sequence(words, batch_first=True, padding_value=20)
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


def test_it_learns_and_reports() -> None:
    seen: list[Progress] = []
    history = fit(Words(), CONFIG, report=seen.append)
    assert len(history.losses) == 25
    assert history.losses[-1] < 0.7 * history.losses[0]
    assert history.tokens == 5 * sum(Words().sizes())
    assert history.best_epoch == 5
    assert [progress.step for progress in seen] == list(range(1, 26))
    assert seen[-1].seconds_left == 0
    assert seen[0].epoch == 1
    assert seen[-1].epoch == 5
    assert all(progress.tokens_per_second > 0 for progress in seen)


def test_the_same_seed_gives_the_same_losses() -> None:
    first, second = (fit(Words(dropout=0.3), CONFIG).losses for _ in range(2))
    other = fit(Words(dropout=0.3), change(seed=1)).losses
    assert first == second
    assert first != other


def test_parts_do_not_change_the_loss() -> None:
    whole, cut = Words(), Words()
    one = fit(whole, CONFIG)
    many = fit(cut, change(batch_tokens=31))
    assert many.losses == pytest.approx(one.losses, rel=1e-4)
    for name, tensor in whole.weights.items():
        torch.testing.assert_close(cut.weights[name], tensor, rtol=1e-3, atol=1e-4)


def test_fewer_examples_than_a_batch_and_none() -> None:
    history = fit(Words(n=3), CONFIG)
    assert len(history.losses) == 5
    assert history.losses[-1] < history.losses[0]
    with pytest.raises(TrainingError, match="no examples"):
        fit(Words(n=0), CONFIG)
    frozen = Words()
    frozen.weights = {}
    with pytest.raises(TrainingError, match="no parameters"):
        fit(frozen, CONFIG)


def test_the_best_pass_is_kept_and_training_stops_when_nothing_gets_better() -> None:
    task = Words(validation=[3.0, 1.0, 2.0, 1.5, 0.1])
    at_each_pass: list[dict[str, torch.Tensor]] = []
    evaluate = task.evaluate

    def watched() -> Mapping[str, float]:
        at_each_pass.append(snapshot(task))
        return evaluate()

    task.evaluate = watched  # type: ignore[method-assign]
    history = fit(task, change(patience=2))
    assert history.best_epoch == 2
    assert [measures["loss"] for measures in history.evaluations] == [3.0, 1.0, 2.0, 1.5]
    assert len(history.losses) == 20
    for name, tensor in task.weights.items():
        assert torch.equal(tensor, at_each_pass[1][name])
        assert tensor.grad is None


def test_the_head_has_its_own_rate() -> None:
    task = Words()
    before = snapshot(task)
    fit(task, change(learning_rate=1e-12, weight_decay=0.0))
    torch.testing.assert_close(task.weights["table"], before["table"], rtol=0, atol=1e-9)
    assert (task.weights["head.weight"] - before["head.weight"]).abs().max() > 0.1


def test_the_rate_rises_and_falls() -> None:
    plan = Plan([1] * 100, change(batch_examples=10, epochs=10, warmup=0.1))
    rates = [plan.rate(step) for step in range(plan.steps)]
    assert rates[:10] == pytest.approx([(step + 1) / 10 for step in range(10)])
    assert max(rates) == 1.0
    assert rates[10:] == sorted(rates[10:], reverse=True)
    assert 0 < rates[-1] < 0.001
    assert rates[55] == pytest.approx(0.5)


@given(st.lists(st.integers(0, 300), min_size=1, max_size=60), st.integers(1, 20), st.integers(16, 200), st.integers(1, 4))
def test_each_example_is_computed_once_a_pass(sizes: list[int], examples: int, tokens: int, processes: int) -> None:
    plan = Plan(sizes, change(batch_examples=examples, batch_tokens=tokens))
    done: list[int] = []
    for step in range(plan.steps_per_pass):
        for share in plan.shares(plan.rows(step), processes):
            for part in plan.parts(share):
                done += part
                assert len(part) == 1 or plan.tokens(part) <= tokens
    assert sorted(done) == list(range(len(sizes)))


def test_a_loss_that_is_not_a_number_leaves_the_last_good_parameters(tmp_path: Path) -> None:
    clean, task = Words(), Words(poison=5)
    plan = Plan(task.sizes(), CONFIG)
    bad = next(step for step in range(5, 10) if 5 in plan.rows(step))
    kept: list[dict[str, torch.Tensor]] = []
    fit(clean, CONFIG, report=lambda _: kept.append(snapshot(clean)))
    with pytest.raises(TrainingError, match=f"step {bad + 1} of 25 is not a number") as caught:
        fit(task, CONFIG, tmp_path)
    assert "learning_rate" in caught.value.hint
    for name, tensor in task.weights.items():
        assert torch.equal(tensor, kept[bad - 1][name])
    # What was saved after the first pass is still good: without the poison the run goes on to the same end.
    task.poison = None
    assert fit(task, CONFIG, tmp_path).losses == fit(Words(), CONFIG).losses
