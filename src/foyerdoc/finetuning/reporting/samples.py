"""Answers to the same prompts before and after a training."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from foyerdoc.errors import UsageError
from foyerdoc.finetuning.config import TrainingConfig
from foyerdoc.models.protocol import Conversation


@dataclass(frozen=True, slots=True)
class Sample:
    """A prompt, the answer that was wanted, the base's and the one with the adapter."""

    prompt: str
    wanted: str
    base: str
    tuned: str


def answer_both(
    folder: Path, config: TrainingConfig, conversations: Sequence[Conversation], *, max_tokens: int = 100
) -> list[Sample]:
    """Let the base and the base with an adapter answer the last question of conversations, one model after the other.

    Args:
        folder: of the adapter.
        config: that it was trained with.
        conversations: each ends with the answer wanted.
        max_tokens: of an answer.

    Raises:
        UsageError: the base's quantisation is one that is trained in but not generated with.
        ModelError: a prompt is too long, or the adapter does not compute what it did when it was saved.
    """
    from foyerdoc.models.bases import base_folder
    from foyerdoc.models.local import LocalModel

    if config.quantization not in ("nf4", "none"):
        raise UsageError(f"no answers are generated in {config.quantization}", hint='train with "nf4" or "none" to see some')
    prompts = [conversation[:-1] for conversation in conversations]
    answers = []
    for adapter in (None, folder):
        model = LocalModel(base_folder(config.base), adapter=adapter, quantization=config.quantization, device=config.device)
        try:
            answers.append([found.text for found in model.generate(prompts, max_tokens=max_tokens)])
        finally:
            model.close()
    return [
        Sample("\n\n".join(message.content for message in prompt), conversation[-1].content, base, tuned)
        for prompt, conversation, base, tuned in zip(prompts, conversations, *answers, strict=True)
    ]
