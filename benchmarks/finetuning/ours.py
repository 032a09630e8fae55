"""Training with foyerdoc.finetuning, whole or with one of its measures taken away."""

from __future__ import annotations

import itertools
import time
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from benchmarks.finetuning import measuring
from benchmarks.finetuning.material import ALPHA, RANK, Material, Shape, answers, our_base
from benchmarks.finetuning.measuring import Marks, Trained
from torch import Tensor

from foyerdoc.classification.network import Network
from foyerdoc.errors import TrainingError
from foyerdoc.finetuning.answering import AnsweringTask, Turns
from foyerdoc.finetuning.config import ClassifierConfig, TrainingConfig
from foyerdoc.finetuning.labelling import Labelled, LabellingTask, allowed_loss, document_vectors, start_head
from foyerdoc.finetuning.training.loop import Progress, Task, fit
from foyerdoc.finetuning.training.planning import Plan
from foyerdoc.models.lora import add_lora


class _Enough(Exception):
    """The time for this run is over."""


class PaddedLabelling(LabellingTask):
    """The same network and loss over rows padded to the longest document: what packing is compared with."""

    def collate(self, rows: Sequence[int], _epoch: int) -> Mapping[str, Tensor]:
        texts = [self._train.chunks[row][0] for row in rows]
        longest = max(map(len, texts))
        lengths = torch.tensor([len(text) for text in texts])
        return {
            "ids": torch.tensor([[*text, *[0] * (longest - len(text))] for text in texts]),
            "mask": (torch.arange(longest)[None] < lengths[:, None]).long(),
            "lengths": lengths,
            "allowed": self._allowed[list(rows)],
        }

    def loss(self, batch: Mapping[str, Tensor]) -> tuple[Tensor, Tensor]:
        network = self._network.train()
        ids, mask, lengths = batch["ids"], batch["mask"], batch["lengths"]
        states = network.backbone(input_ids=ids, attention_mask=mask, use_cache=False).last_hidden_state
        if network.last_token:
            pooled = states[torch.arange(len(states), device=ids.device), lengths - 1].float()
        else:
            pooled = (states.float() * mask[..., None]).sum(dim=1) / lengths[:, None]
        scores = network.by_chunk(torch.nn.functional.normalize(pooled, dim=1))
        losses = allowed_loss(scores, batch["allowed"])
        return losses.sum(), torch.ones_like(losses).sum()


def config_for(shape: Shape, device: str, batch_tokens: int, settings: Mapping[str, Any]) -> ClassifierConfig:
    """The loss of the plain loop: no classes weighed, no second level, nothing smoothed."""
    told: dict[str, Any] = {
        "base": shape.name,
        "rank": RANK,
        "alpha": ALPHA,
        "learning_rate": shape.learning_rate,
        "head_learning_rate": shape.learning_rate,
        "epochs": shape.epochs,
        "patience": 0,
        "batch_examples": shape.batch_examples,
        "batch_tokens": batch_tokens,
        "class_weight": 0.0,
        "category_loss": 0.0,
        "device": device,
        **settings,
    }
    return ClassifierConfig(**told)


def labelling(shape: Shape, given: Material, config: ClassifierConfig, device: str, *, padded: bool = False) -> LabellingTask:
    """A network with its head started as `train_classifier` starts it, and what it learns from."""
    base = our_base(shape, device, resident=config.resident)
    network = Network(base, len(given.leaves))
    network.backbone = add_lora(base.model, rank=config.rank, alpha=config.alpha, dropout=0.0, seed=config.seed)
    if config.checkpointing:
        base.model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
    allowed = np.zeros((len(given.ids), len(given.leaves)), dtype=bool)
    allowed[np.arange(len(given.ids)), given.labels] = True
    train = Labelled([[ids] for ids in given.ids], allowed)
    start_head(network, document_vectors(network, train, config.batch_tokens))
    kind = PaddedLabelling if padded else LabellingTask
    if padded:
        base.model.set_attn_implementation("sdpa")
        drop_nothing(network, "attention.self")
    return kind(network, train, None, np.zeros(len(given.leaves), dtype=np.int64), config)


def drop_nothing(module: torch.nn.Module, where: str = "") -> None:
    """Turn off the dropout of layers whose name holds `where`. Packed attention has none on a GPU."""
    for name, layer in module.named_modules():
        if isinstance(layer, torch.nn.Dropout) and where in name:
            layer.p = 0.0


def answering(shape: Shape, given: Material, config: TrainingConfig, device: str) -> AnsweringTask:
    """A causal model that learns to write the label after the document."""
    base = our_base(shape, device, resident=config.resident)
    model = add_lora(base.model, rank=config.rank, alpha=config.alpha, dropout=0.0, seed=config.seed)
    if config.checkpointing:
        base.model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
    return AnsweringTask(model, turns(shape, given), (), batch_tokens=config.batch_tokens)


def turns(shape: Shape, given: Material) -> list[Turns]:
    """Each document with its label behind it."""
    names = answers(shape, given.leaves)
    made = []
    for ids, label in zip(given.ids, given.labels, strict=True):
        whole = (*ids, *names[label])
        made.append(Turns(whole, tuple(range(len(ids), len(whole))), 0))
    return made


def train(
    variant: str,
    shape: Shape,
    given: Material,
    device: str,
    seconds: float,
    *,
    padded: bool = False,
    record: bool = True,
    settings: Mapping[str, Any] | None = None,
) -> Trained:
    """One run, with as many tokens at once as memory allows.

    Args:
        variant: what it is called.
        shape: model, optimiser step, rate.
        given: documents.
        device: where.
        seconds: after which it is stopped.
        padded: rows padded to the longest document of a step, and not packed.
        record: CUDA graphs of shapes that come again. Padded rows have too many shapes for it.
        settings: beyond those that the comparison asks for.
    """
    for batch_tokens in shape.batch_tokens:
        # Padded rows are not counted in `batch_tokens`: a step goes through at once, as one batch of the Trainer's.
        config = config_for(shape, device, shape.length * shape.batch_examples if padded else batch_tokens, settings or {})
        measuring.clear()
        try:
            return _timed(variant, shape, given, config, device, seconds, padded=padded, record=record)
        except (TrainingError, torch.OutOfMemoryError) as error:
            if "memory" not in str(error) or batch_tokens == shape.batch_tokens[-1]:
                raise
    raise AssertionError("no sizes")


def _timed(
    variant: str,
    shape: Shape,
    given: Material,
    config: ClassifierConfig,
    device: str,
    seconds: float,
    *,
    padded: bool,
    record: bool,
) -> Trained:
    task: Task
    if shape.task == "answers":
        task = answering(shape, given, config, device)
    else:
        task = labelling(shape, given, config, device, padded=padded)
    plan = Plan(task.sizes(), config)
    so_far = [0, *itertools.accumulate(plan.tokens(plan.rows(step)) for step in range(plan.steps))]
    marks, seen = Marks(), []

    def report(progress: Progress) -> None:
        marks.add(progress.step, so_far[progress.step])
        seen.append(progress.loss)
        if time.perf_counter() - marks.started > seconds:
            raise _Enough

    measuring.wait()
    measuring.clear()
    marks.started = time.perf_counter()
    note = f"batch_tokens {config.batch_tokens}"
    try:
        history = fit(task, config, report=report, record=record and not padded)
        losses, note = list(history.losses), "; ".join([note, *history.notes])
    except _Enough:
        losses, note = seen, f"{note}; stopped after {marks.steps[-1]} of {plan.steps} steps, losses are of some steps"
    return Trained.of(variant, marks, shape.warm, losses, note)


def agreement(shape: Shape, given: Material, device: str) -> dict[str, float]:
    """Loss and gradients of eight documents packed and padded, from the same weights: the two compute the same.

    Returns:
        both losses, and the cosine of the two gradients of everything that is learnt.
    """
    config = config_for(shape, device, shape.batch_tokens[-1], {})
    rows = range(min(8, shape.batch_examples))
    found = {}
    for padded in (False, True):
        measuring.clear()
        task = labelling(shape, given, config, device, padded=padded)
        drop_nothing(task._network)
        # The second LoRA matrix is zero at first, and the first one's gradient with it.
        with torch.no_grad():
            for name, tensor in task.parameters().items():
                if "lora_B" in name:
                    tensor.copy_(torch.linspace(-1e-2, 1e-2, tensor.numel(), device=tensor.device).view(tensor.shape))
        batch = {name: tensor if tensor.dim() == 0 else tensor.to(device) for name, tensor in task.collate(rows, 0).items()}
        loss, weight = task.loss(batch)
        torch.autograd.backward(loss / weight)
        learnt = {name: tensor for name, tensor in task.parameters().items() if name != "head.places"}
        gradient = torch.cat([tensor.grad.double().flatten() for tensor in learnt.values() if tensor.grad is not None])
        found[padded] = (float(loss / weight), gradient)
    cosine = torch.nn.functional.cosine_similarity(found[False][1], found[True][1], dim=0)
    return {"loss, packed": found[False][0], "loss, padded": found[True][0], "cosine of gradients": float(cosine)}


def network_for(shape: Shape, device: str, leaves: int, *, lora: str, resident: bool | None = None) -> Network:
    """A network with a random head, to classify with.

    Args:
        shape: which base.
        device: where.
        leaves: labels.
        lora: "none", "apart" (its products computed beside the weights') or "merged" into them.
        resident: see `load_base`.
    """
    base = our_base(shape, device, resident=resident)
    network = Network(base, leaves)
    if lora != "none":
        peft = add_lora(base.model, rank=RANK, alpha=ALPHA, dropout=0.0, seed=0)
        network.backbone = peft.merge_and_unload() if lora == "merged" else peft
    torch.nn.init.normal_(network.head.weight, std=0.02, generator=torch.Generator(network.head.weight.device).manual_seed(0))
    return network.eval()


def smallest(shape: Shape, given: Material, device: str, length: int, limit: float) -> dict[str, Any]:
    """Memory of a few steps with every measure that saves some, under a hard limit.

    Args:
        shape: a causal one.
        given: its documents; they are joined to texts of exactly `length` tokens.
        device: where.
        length: tokens of a text, one at a time.
        limit: bytes of the card that is stood in for.
    """
    measuring.clear()
    used_by_driver = context = 0
    if device.startswith("cuda"):
        torch.zeros(1, device=device)
        free, total = torch.cuda.mem_get_info()
        context = total - free - torch.cuda.memory_reserved()
        if context > 2 * measuring.GIB:
            raise TrainingError("another process has memory of this GPU", hint="measure on a GPU that nothing else uses")
        torch.cuda.set_per_process_memory_fraction(min(1.0, (limit - context) / total))
    config = TrainingConfig(
        base=shape.name,
        rank=RANK,
        alpha=ALPHA,
        resident=False,
        checkpointing=True,
        optimizer="paged_adamw8bit",
        batch_examples=4,
        batch_tokens=length,
        learning_rate=shape.learning_rate,
        epochs=1,
        patience=0,
        device=device,
    )
    stream = list(itertools.chain.from_iterable(given.ids))
    count = min(16, len(stream) // length)
    cut = Material([stream[i * length : (i + 1) * length - 16] for i in range(count)], given.labels[:count], given.leaves)
    task = answering(shape, cut, config, device)
    loaded = measuring.peaks()
    measuring.clear()
    started = time.perf_counter()
    history = fit(task, config)
    seconds = time.perf_counter() - started
    allocated, reserved = measuring.peaks()
    if device.startswith("cuda"):
        free, total = torch.cuda.mem_get_info()
        used_by_driver = total - free
    return {
        "tokens of a text": length,
        "GiB allocated while loading": round(loaded[0], 2),
        "GiB allocated": round(allocated, 2),
        "GiB reserved": round(reserved, 2),
        "GiB of the context": round(context / measuring.GIB, 2),
        "GiB of the card": round(used_by_driver / measuring.GIB, 2),
        "limit, GB": limit / 1e9,
        "losses": [round(loss, 3) for loss in history.losses],
        "tokens/s": round(history.tokens / seconds),
    }
