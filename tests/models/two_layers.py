"""A random model of two layers under the embedded model's tokenizer."""

from __future__ import annotations

import shutil
from pathlib import Path

from foyerdoc.models.embedded import embedded_generator

_FILES = ("tokenizer.json", "tokenizer_config.json", "chat_template.jinja", "generation_config.json")


def save_two_layers(folder: Path, *, positions: int, spread: float) -> Path:
    """Write it into a folder that exists.

    Args:
        folder: where.
        positions: tokens of its context.
        spread: standard deviation of its weights.
    """
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    for name in _FILES:
        shutil.copy(embedded_generator() / name, folder)
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=49152,
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=positions,
        tie_word_embeddings=True,
        initializer_range=spread,
        bos_token_id=1,
        eos_token_id=2,
        pad_token_id=2,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    return folder
