"""Training as the documentation of PEFT and transformers has it: NF4, LoRA, Trainer, rows padded to the longest of a batch."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import torch
from benchmarks.finetuning import measuring
from benchmarks.finetuning.material import ALPHA, RANK, Material, Shape, answers, plain_model, tokenizer
from benchmarks.finetuning.measuring import Marks, Trained


def train(
    variant: str,
    shape: Shape,
    given: Material,
    device: str,
    seconds: float,
    *,
    at_once: int,
    checkpointing: bool,
    tuned: bool = False,
    most: int = 0,
) -> Trained:
    """One run.

    Args:
        variant: what it is called.
        shape: model, optimiser step, rate.
        given: documents.
        device: where.
        seconds: after which it is stopped.
        at_once: documents that go through the model at once; the rest of a step is accumulated.
        checkpointing: of activations.
        tuned: documents of like length together, loading in four processes.
        most: steps; all by default.
    """
    import transformers
    from transformers import Trainer, TrainerCallback

    measuring.clear()
    transformers.set_seed(0)
    model = _model(shape, given, device, checkpointing=checkpointing)
    rows, collator = _rows(shape, given)
    counted = _count_tokens(model, device)
    marks = Marks()
    at_most = most or shape.steps

    class Clock(TrainerCallback):
        def on_train_begin(self, *_: Any, **__: Any) -> None:
            measuring.wait()
            measuring.clear()
            marks.started = time.perf_counter()

        def on_step_end(self, _args: Any, state: Any, control: Any, **__: Any) -> None:
            if state.global_step % _every(shape) == 0 or state.global_step == at_most:
                marks.add(state.global_step, int(counted.sum()))
            if state.global_step >= at_most or time.perf_counter() - marks.started > seconds:
                control.should_training_stop = True

    losses = _Losses()
    with tempfile.TemporaryDirectory() as folder:
        trainer = Trainer(
            model=model,
            args=_arguments(shape, folder, device, at_once, tuned=tuned),
            train_dataset=rows,  # type: ignore[arg-type]
            data_collator=collator,
            callbacks=[Clock(), losses.callback()],
        )
        if shape.task == "labels":
            # These models take `num_items_in_batch` and leave it unused: the parts of a step would be added up, not averaged.
            trainer.model_accepts_loss_kwargs = False
        trainer.train()
    if not marks.steps:
        marks.add(int(trainer.state.global_step), int(counted.sum()))
    note = f"{at_once} at once" + (", checkpointed" if checkpointing else "") + (", by length" if tuned else "")
    if marks.steps[-1] < at_most:
        note += f"; stopped after {marks.steps[-1]} of {at_most} steps"
    return Trained.of(variant, marks, min(shape.warm, at_most - 1), losses.found, note)


def fastest(shape: Shape, given: Material, device: str, seconds: float) -> tuple[tuple[int, bool], dict[str, float]]:
    """Of the tuned settings the one with most real tokens a second over a few steps, and the figures of all that fit.

    Raises:
        torch.OutOfMemoryError: none fits.
    """
    tried: dict[tuple[int, bool], float] = {}
    for at_once, checkpointing in shape.tuned:
        try:
            run = train(
                "",
                shape,
                given,
                device,
                seconds,
                at_once=at_once,
                checkpointing=checkpointing,
                tuned=True,
                most=2 * _every(shape),
            )
        except torch.OutOfMemoryError:
            continue
        tried[at_once, checkpointing] = run.rates[-1] if run.rates else run.whole
    if not tried:
        raise torch.OutOfMemoryError("none of the tuned settings fits")
    told = {f"{n} at once{', checkpointed' if checkpointed else ''}": rate for (n, checkpointed), rate in tried.items()}
    return max(tried, key=lambda each: tried[each]), told


def _model(shape: Shape, given: Material, device: str, *, checkpointing: bool) -> Any:
    from peft import LoraConfig, TaskType, get_peft_model, prepare_model_for_kbit_training

    classifies = shape.task == "labels"
    model = plain_model(shape, "labels" if classifies else "lm", device, len(given.leaves))
    names = {name.rpartition(".")[2] for name, _ in model.named_modules()}
    if classifies:
        model.config.pad_token_id = tokenizer(shape.name).pad_token_id
    model.config.use_cache = False
    model = prepare_model_for_kbit_training(
        model, use_gradient_checkpointing=checkpointing, gradient_checkpointing_kwargs={"use_reentrant": False}
    )
    config = LoraConfig(
        r=RANK,
        lora_alpha=ALPHA,
        lora_dropout=0.0,
        target_modules="all-linear",
        task_type=TaskType.SEQ_CLS if classifies else TaskType.CAUSAL_LM,
        # Layers without trained weights are learnt whole.
        modules_to_save=sorted(names & {"classifier", "score", "pooler"}) if classifies else None,
    )
    return get_peft_model(model, config)


def _rows(shape: Shape, given: Material) -> tuple[list[dict[str, Any]], Any]:
    from transformers import DataCollatorForSeq2Seq, DataCollatorWithPadding

    filler = tokenizer(shape.name)
    filler.padding_side = "right"
    if shape.task == "labels":
        pairs = zip(given.ids, given.labels, strict=True)
        rows: list[dict[str, Any]] = [{"input_ids": ids, "attention_mask": [1] * len(ids), "labels": n} for ids, n in pairs]
        return rows, DataCollatorWithPadding(filler)
    names = answers(shape, given.leaves)
    rows = []
    for ids, label in zip(given.ids, given.labels, strict=True):
        said = names[label]
        # -100: not learnt
        whole = [*ids, *said]
        rows.append({"input_ids": whole, "attention_mask": [1] * len(whole), "labels": [-100] * len(ids) + said})
    return rows, DataCollatorForSeq2Seq(filler)


def _arguments(shape: Shape, folder: str, device: str, at_once: int, *, tuned: bool) -> Any:
    from transformers import TrainingArguments

    known = {each.name for each in fields(TrainingArguments)}
    told: dict[str, Any] = {
        "output_dir": folder,
        "per_device_train_batch_size": at_once,
        "gradient_accumulation_steps": shape.batch_examples // at_once,
        "num_train_epochs": shape.epochs,
        "learning_rate": shape.learning_rate,
        "lr_scheduler_type": "cosine",
        "warmup_steps": -(-shape.steps // 10),
        "weight_decay": 0.01,
        "max_grad_norm": 1.0,
        "bf16": device.startswith("cuda"),
        "use_cpu": device == "cpu",
        "seed": 0,
        # What costs time and is not training.
        "save_strategy": "no",
        "report_to": "none",
        "disable_tqdm": True,
        "logging_steps": _every(shape),
    }
    if tuned:
        by_length = "train_sampling_strategy" in known
        told.update({"train_sampling_strategy": "group_by_length"} if by_length else {"group_by_length": True})
        told.update({"dataloader_num_workers": 0 if shape.tiny else 4, "dataloader_persistent_workers": not shape.tiny})
    return TrainingArguments(**told)


def _count_tokens(model: Any, device: str) -> torch.Tensor:
    """(1,) real tokens that have gone through; counted on the device, which nobody waits for."""
    counted = torch.zeros(1, dtype=torch.long, device=device)

    def count(_module: Any, _args: Sequence[Any], told: dict[str, Any]) -> None:
        counted.add_(told["attention_mask"].sum())

    model.register_forward_pre_hook(count, with_kwargs=True)
    return counted


class _Losses:
    """What the Trainer logs."""

    def __init__(self) -> None:
        self.found: list[float] = []

    def callback(self) -> Any:
        from transformers import TrainerCallback

        found = self.found

        class Log(TrainerCallback):
            def on_log(self, args: Any, _state: Any, _control: Any, logs: dict[str, float] | None = None, **__: Any) -> None:
                # The mean of the steps since the last time: it stands for each of them.
                if logs and "loss" in logs:
                    found.extend([float(logs["loss"])] * int(args.logging_steps))

        return Log()


def _every(shape: Shape) -> int:
    """Steps between two marks and two losses: each waits for the GPU, which a large model does not notice."""
    return 1 if shape.tiny or shape.name == "7b" else 4
