"""`train_instruct`: from conversations to a LoRA adapter of a causal model, which `LocalModel(adapter=...)` loads."""

from __future__ import annotations

import hashlib
import json
import platform
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from foyerdoc import storage
from foyerdoc.errors import ModelError, TrainingError
from foyerdoc.finetuning.config import TrainingConfig
from foyerdoc.finetuning.training.checkpoints import writing
from foyerdoc.finetuning.training.loop import History, Progress, fit
from foyerdoc.finetuning.training.parallel import join_processes, local_device, shard_base
from foyerdoc.models.probing import KIND, VERSION
from foyerdoc.models.protocol import Conversation

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from foyerdoc.finetuning.answering import Turns
    from foyerdoc.models.bases import Base

WEIGHTS: Final = "adapter_model.safetensors"
TRAINING: Final = "training.json"
_SHARED: Final = 0.5
"""Share of a GPU's memory from which on several processes hold the base together instead of one copy each."""
_PACKAGES: Final = ("foyerdoc", "torch", "transformers", "peft", "bitsandbytes")


@dataclass(frozen=True, slots=True)
class TrainedInstruct:
    """A finished training.

    Attributes:
        folder: of the adapter.
        metrics: validation measures of the untuned base ("base") and with the adapter ("tuned"); empty without validation.
        history: of the training.
        notes: what a reader should know: what was left out, what the hardware could not do.
    """

    folder: Path
    metrics: Mapping[str, Mapping[str, float]]
    history: History
    notes: tuple[str, ...]


def train_instruct(
    examples: Sequence[Conversation],
    out: Path,
    config: TrainingConfig | None = None,
    *,
    validation: Sequence[Conversation] | None = None,
    start: Path | None = None,
    report: Callable[[Progress], None] | None = None,
) -> TrainedInstruct:
    """Fine-tune a causal model on conversations; the loss is on the assistant's messages alone.

    Prompts are made by the function that makes them at inference. Several conversations are computed in one row, none seeing
    another, and without padding on a CPU. A run that was killed goes on when it is called again with the same arguments.

    Args:
        examples: conversations whose last message is the assistant's.
        out: folder to write: PEFT's adapter_config.json and adapter_model.safetensors, training.json, probe.json.
        config: how to train; the embedded language model by default.
        validation: conversations to stop early by and to measure on; without them all passes are trained.
        start: an adapter's folder to go on from, of the same base, rank and alpha; fresh matrices by default.
        report: called with the progress.

    Raises:
        UsageError: `out` holds something else.
        ModelMissing: the base is not on this machine.
        ModelError: the base is no causal model with a chat template, a conversation does not end with the assistant, or `start`
            does not fit.
        TrainingError: nothing to train on, the loss is not a number, memory or disk ran out. What was reached is kept beside
            `out` and taken up by the next call.
    """
    config = config or TrainingConfig(base="smollm2")
    storage.check_replaceable(out, kind=KIND, version=VERSION)
    training = _Training(config, examples, validation or (), start)
    checkpoints = out.with_name(f".{out.name}.training")
    history, metrics = training.run(checkpoints, report)
    notes = (*training.notes, *history.notes)
    about = {
        "base": training.base.name,
        "config": config.model_dump(mode="json"),
        "data": data_digest(examples),
        "start": digest_of(start),
        "conversations": len(training.train),
        "versions": {"python": platform.python_version(), **{name: version(name) for name in _PACKAGES}},
        "metrics": metrics,
        "losses": history.losses,
        "evaluations": history.evaluations,
        "best_epoch": history.best_epoch,
        "tokens": history.tokens,
        "seconds": round(history.seconds, 3),
        "notes": notes,
    }
    processes = join_processes()
    probe = training.settle()
    if processes.first:
        with writing(out), storage.new_folder(out, kind=KIND, version=VERSION) as folder:
            training.save(folder, probe)
            (folder / TRAINING).write_text(json.dumps(about, indent=1), encoding="utf-8")
        shutil.rmtree(checkpoints, ignore_errors=True)
    processes.same(None)  # nobody goes on before the folder is there
    return TrainedInstruct(out, metrics, history, notes)


def data_digest(conversations: Sequence[Conversation]) -> str:
    """SHA-256 of conversations in their order, hexadecimal."""
    digest = hashlib.sha256()
    for conversation in conversations:
        turns = [[message.role, message.content] for message in conversation]
        digest.update(json.dumps(turns, ensure_ascii=False).encode() + b"\n")
    return digest.hexdigest()


def digest_of(start: Path | None) -> str | None:
    """SHA-256 of the adapter that a training goes on from, hexadecimal."""
    return None if start is None else storage.sha256(start / WEIGHTS)


class _Training:
    """One call of `train_instruct`."""

    def __init__(
        self,
        config: TrainingConfig,
        examples: Sequence[Conversation],
        validation: Sequence[Conversation],
        start: Path | None,
    ) -> None:
        from transformers import AutoTokenizer

        from foyerdoc.models.bases import base_folder, load_base
        from foyerdoc.models.loading import quietly, refusals
        from foyerdoc.models.lora import add_lora, load_lora

        self.config = config
        self.notes: list[str] = []
        self.laid_out = False
        folder = base_folder(config.base)
        with quietly(), refusals(folder):
            self.tokenizer: Any = AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
        self.context = _context(folder)
        # Before the weights are loaded: what is wrong with the data shows at once.
        self.train = self._encode(examples, "training")
        self.validation = self._encode(validation, "validation")
        if not self.train:
            raise TrainingError(
                f"none of {len(examples)} conversations can be learnt from",
                hint=f"pass at least one that is not longer than the base's {self.context} tokens",
            )
        device = (local_device() or config.device) if config.device in (None, "cuda") else config.device
        self.base: Base = load_base(
            config.base, quantization=config.quantization, resident=config.resident, device=device, head="lm"
        )
        if not any(getattr(module, "is_causal", False) for module in self.base.model.modules()):
            raise ModelError(f"{config.base} is no causal language model", hint='take a decoder, such as base="smollm2"')
        self.model = add_lora(self.base.model, rank=config.rank, alpha=config.alpha, dropout=config.dropout, seed=config.seed)
        if start is not None:
            load_lora(self.model, start, rank=config.rank, alpha=config.alpha)
        if self._checkpoints():
            self.base.model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})

    def _checkpoints(self) -> bool:
        """Whether activations are computed twice: as told, else when a GPU's memory would not do otherwise.

        Raises:
            TrainingError: it would not do even then.
        """
        from foyerdoc.finetuning.training.memory import compute_twice, estimate, free_memory

        free = free_memory(self.base.device)
        if free is not None:
            width = 2 if self.base.dtype == "bfloat16" else 4
            told = estimate(
                self.base.model.config, self.config, resident=self.base.resident, checkpointing=True, compute_bytes=width
            )
            weights = told.weights
            # They are there already.
            free += weights
            processes = join_processes()
            # All or none, though one process's GPU may have less room than another's.
            self.laid_out = processes.any(weights > _SHARED * free) and shard_base(self.model) > 0
            if self.laid_out:
                self.notes.append(f"the base's layers were laid out over {processes.count} processes")
                free += weights - weights // processes.count
        twice = compute_twice(self.base, self.config, free)
        if twice and self.config.checkpointing is None:
            self.notes.append("activations are computed twice: memory would not do otherwise")
        return twice

    def run(
        self, checkpoints: Path, report: Callable[[Progress], None] | None
    ) -> tuple[History, dict[str, Mapping[str, float]]]:
        """Train; the validation measures before and after."""
        from foyerdoc.finetuning.answering import AnsweringTask

        task = AnsweringTask(self.model, self.train, self.validation, batch_tokens=self.config.batch_tokens)
        before = task.evaluate()
        history = fit(task, self.config, checkpoints, report, record=not self.laid_out)
        metrics = {}
        if before:
            metrics = {"base": before, "tuned": history.evaluations[history.best_epoch - 1]}
        return history, metrics

    def settle(self) -> NDArray[np.float64]:
        """Round the adapter to the 16 bits that it is stored in; what the model then computes for the probe.

        All processes take part: each may hold a share of the layers.
        """
        import torch

        from foyerdoc.models.packing import Pack
        from foyerdoc.models.probing import probe_tokens, probe_values

        with torch.no_grad():
            for tensor in self.model.parameters():
                if tensor.requires_grad:
                    tensor.copy_(tensor.half())
        self.model.eval()
        pack = Pack.of([probe_tokens(self.tokenizer)]).to(self.base.device)
        with torch.no_grad():
            return probe_values(self.model(**pack.inputs()).logits[0])

    def save(self, folder: Path, probe: NDArray[np.float64]) -> None:
        """Write adapter and probe."""
        import torch
        from peft import get_peft_model_state_dict
        from safetensors.torch import save_file

        from foyerdoc.models.loading import weights_digest
        from foyerdoc.models.probing import write_probe

        learnt = get_peft_model_state_dict(self.model)
        weights = {name: tensor.detach().to("cpu", torch.float16).contiguous() for name, tensor in learnt.items()}
        save_file(weights, folder / WEIGHTS, metadata={"format": "pt"})
        lora = self.model.peft_config["default"]
        # Not the folder of this machine.
        lora.base_model_name_or_path, lora.inference_mode, lora.task_type = self.config.base, True, "CAUSAL_LM"
        lora.save_pretrained(folder)
        write_probe(folder, probe, base=weights_digest(self.base.folder), quantization=self.config.quantization)

    def _encode(self, conversations: Sequence[Conversation], what: str) -> list[Turns]:
        from foyerdoc.finetuning.answering import encode_turns, end_token

        end = end_token(self.tokenizer)
        turns = [encode_turns(self.tokenizer, conversation, end) for conversation in conversations]
        kept = [one for one in turns if len(one.ids) <= self.context]
        if len(kept) < len(turns):
            long = [str(row) for row, one in enumerate(turns) if len(one.ids) > self.context]
            shown = ", ".join(long[:10]) + (" ..." if len(long) > 10 else "")
            self.notes.append(f"{len(long)} {what} conversations of more than {self.context} tokens left out: numbers {shown}")
        unlearnt = sum(one.left_out for one in kept)
        if unlearnt:
            self.notes.append(
                f"{unlearnt} earlier answers of {what} conversations read but not learnt: the template rewrites them"
            )
        return kept


def _context(folder: Path) -> int:
    from transformers import AutoConfig

    from foyerdoc.models.loading import quietly, refusals

    with quietly(), refusals(folder):
        config = AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    return int(config.get_text_config().max_position_embeddings)
