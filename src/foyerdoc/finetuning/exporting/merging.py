"""LoRA matrices added to the weights they belong to, in 16 bits.

Each matrix is merged in float32 and rounded once. Merging into 4-bit weights would round a second time, and the answers change:
the base is loaded as it stands on disk, without quantisation.
"""

from __future__ import annotations

import shutil
import warnings
from pathlib import Path
from typing import Any, Final

from foyerdoc.errors import ModelError, ModelMissing
from foyerdoc.models.loading import need_bitsandbytes, quietly, refusals

ADAPTER_FILES: Final = ("adapter_config.json", "adapter_model.safetensors")
_TOKENIZER_FILES: Final = (
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "tokenizer.model",
    "vocab.json",
    "merges.txt",
    "chat_template.jinja",
)


def merge(base: Path, adapter: Path, folder: Path) -> None:
    """Write a causal model with its adapter merged into the hub's layout: config, safetensors, tokenizer, chat template.

    Args:
        base: folder of the model in 16 or 32 bits.
        adapter: folder of a PEFT adapter that can be merged: LoRA and its kin.
        folder: exists; gets the weights in the base's type, bfloat16 if that is float32 or not named.

    Raises:
        ModelError: the base is stored in 4 or 8 bits, the adapter does not fit it or cannot be merged.
    """
    import torch
    import transformers

    check_adapter(adapter)
    # Typed only in parts, hence Any.
    library: Any = transformers
    with quietly(), refusals(base):
        config = library.AutoConfig.from_pretrained(base, local_files_only=True, trust_remote_code=False)
        refuse_quantized(config, base)
        model = library.AutoModelForCausalLM.from_pretrained(
            base,
            dtype=kept_dtype(config, torch),
            device_map={"": "cpu"},
            local_files_only=True,
            trust_remote_code=False,
            use_safetensors=True,
        )
    merged = merge_into(model, adapter)
    with quietly():
        merged.save_pretrained(folder)
    copy_tokenizer(base, adapter, folder)
    generation = base / "generation_config.json"
    if generation.is_file():
        shutil.copyfile(generation, folder / generation.name)


def merge_into(model: Any, adapter: Path) -> Any:
    """The model with the adapter's matrices in its weights, each rounded once to the type it had.

    Raises:
        ModelError: the adapter does not fit the model, cannot be merged, or makes weights that are no numbers.
    """
    import torch

    need_bitsandbytes()
    from peft import PeftModel
    from peft.tuners.tuners_utils import BaseTunerLayer

    with quietly(), refusals(adapter):
        tuned: Any = PeftModel.from_pretrained(model, str(adapter), use_safetensors=True)
    layers = [module for module in tuned.modules() if isinstance(module, BaseTunerLayer)]
    if not layers:
        raise ModelError(f"{adapter} changes no weights that could be merged", hint="merge LoRA adapters; prompts cannot be")
    for layer in layers:
        plain: Any = layer.get_base_layer()
        rounded = plain.weight.dtype
        plain.to(torch.float32)
        try:
            layer.merge(safe_merge=True)
        except ValueError as error:
            raise ModelError(f"{adapter} cannot be merged: {type(error).__name__}", hint="its matrices hold NaN") from error
        plain.to(rounded)
    # What is merged already is not merged again, of which PEFT warns; this takes the adapter's modules out.
    with quietly(), warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return tuned.merge_and_unload()


def kept_dtype(config: Any, torch: Any) -> Any:
    """The type of merged weights: float16 where the base is, else bfloat16."""
    return torch.float16 if config.dtype in (torch.float16, "float16") else torch.bfloat16


def refuse_quantized(config: Any, base: Path) -> None:
    """Raise `ModelError` when a base is stored quantised."""
    if getattr(config, "quantization_config", None) is not None:
        raise ModelError(
            f"{base} holds quantised weights, into which nothing is merged", hint="pass base=, its 16-bit original"
        )


def check_adapter(adapter: Path) -> None:
    """Raise `ModelMissing` when a folder has no PEFT adapter."""
    for name in ADAPTER_FILES:
        if not (adapter / name).is_file():
            raise ModelMissing(f"{adapter / name} is not there", hint="name a folder that PEFT or `foyerdoc train` wrote")


def copy_tokenizer(base: Path, adapter: Path, folder: Path) -> None:
    """Copy the tokenizer's files: the adapter's when it brings its own, else the base's."""
    source = adapter if (adapter / "tokenizer.json").is_file() else base
    for name in _TOKENIZER_FILES:
        if (source / name).is_file():
            shutil.copyfile(source / name, folder / name)
