"""A merged Llama-shaped model as one GGUF file, which llama.cpp runs.

    folder for transformers                          file
    config.json             --hyperparameters-->     llama.* entries
    tokenizer.json ...      --ggufvocabulary.py-->   tokenizer.* entries
    *.safetensors           --one at a time-->       tensors, each in the type that the file's kind gives it

One tensor is in memory at a time, so that the file's size is not limited by it.

Source: the GGUF specification, https://github.com/ggml-org/ggml/blob/master/docs/gguf.md; which tensor gets which type in a
file of mixed types is llama.cpp's choice (src/llama-quant.cpp).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from foyerdoc.errors import ModelError
from foyerdoc.finetuning.exporting.ggufvocabulary import add_vocabulary

if TYPE_CHECKING:
    import torch

GgufKind = Literal["q8_0", "q4_k_m", "q4_0", "bf16"]

_ARCHITECTURES: Final = ("LlamaForCausalLM", "MistralForCausalLM")
_NAMES: Final = {
    "model.embed_tokens": "token_embd",
    "model.norm": "output_norm",
    "lm_head": "output",
}
_LAYER_NAMES: Final = {
    "input_layernorm": "attn_norm",
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "post_attention_layernorm": "ffn_norm",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}
# What llama.cpp takes when a row is not whole blocks of the wanted type.
_FALLBACKS: Final = {"Q4_K": "Q5_0", "Q6_K": "Q8_0", "Q4_0": "BF16", "Q5_0": "BF16", "Q8_0": "BF16"}


@dataclass(frozen=True, slots=True)
class GgufFile:
    """What was written.

    Attributes:
        path: the file.
        kind: what was asked for.
        types: how many tensors have which of ggml's types.
        notes: what a user of the file should know: where it computes otherwise than the model it was made from.
    """

    path: Path
    kind: GgufKind
    types: Mapping[str, int]
    notes: tuple[str, ...]


def write_gguf(model: Path, file: Path, kind: GgufKind, *, name: str) -> GgufFile:
    """Write a folder with a merged model as a GGUF file.

    "q4_k_m" gives each tensor the type that llama.cpp's Q4_K_M gives it. Its K types have blocks of 256 values: rows that
    are no multiple of that (SmolLM2's have 576) become Q5_0 and Q8_0, as in llama.cpp.

    Args:
        model: with config.json, tokenizer.json and safetensors in 16 or 32 bits.
        file: is made anew.
        kind: of the weights; norms stay in float32 in all of them.
        name: the model's, stored in the file.

    Raises:
        ModelError: the architecture, its rotary embedding or the tokenizer is none that can be written.
    """
    from gguf import GGUFWriter

    config = _supported_config(model)
    heads = _Heads(config)
    weights = _Weights(model)
    # The tensor of a tied pair is only written once, as the embedding.
    named = {_rename(one): one for one in weights.names if not (one == "lm_head.weight" and config.tie_word_embeddings)}
    types = {to: _type_of(to, weights.shape(one), kind, config) for to, one in named.items()}
    writer = GGUFWriter(file, "llama")
    try:
        writer.add_type("model")
        writer.add_name(name)
        notes = _add_hyperparameters(writer, config, heads)
        writer.add_file_type(_FILE_TYPES[kind])
        add_vocabulary(writer, model, config)
        factors = _rope_factors(config, heads.size)
        if factors is not None:
            writer.add_tensor_info("rope_freqs.weight", factors.shape, factors.dtype, factors.nbytes)
        for to, one in named.items():
            _announce(writer, to, weights.shape(one), types[to])
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_ti_data_to_file()
        if factors is not None:
            writer.write_tensor_data(factors)
        for to, one in named.items():
            writer.write_tensor_data(_packed(heads.permute(to, weights.read(one)), types[to]))
    finally:
        writer.close()
    return GgufFile(file, kind, dict(sorted(Counter(types.values()).items())), notes)


def check_architecture(config: Any) -> None:
    """Refuse what a GGUF file cannot be written of.

    Args:
        config: transformers' of the model.

    Raises:
        ModelError: the message names the architecture.
    """
    found = (config.architectures or [type(config).__name__])[0]
    if found not in _ARCHITECTURES:
        raise ModelError(
            f"GGUF files are written of {' and '.join(_ARCHITECTURES)}, not of {found}",
            hint="export with to='merged' and run it with transformers, or convert that folder with llama.cpp's own script",
        )
    kind = _rope(config).get("rope_type", "default")
    if kind not in ("default", "linear", "llama3"):
        raise ModelError(
            f"rotary embeddings of type {kind} are not written into GGUF files", hint="export with to='merged' instead"
        )


def _supported_config(model: Path) -> Any:
    from transformers import AutoConfig

    from foyerdoc.models.loading import quietly, refusals

    with quietly(), refusals(model):
        config: Any = AutoConfig.from_pretrained(model, local_files_only=True, trust_remote_code=False)
    check_architecture(config)
    return config


def _rope(config: Any) -> dict[str, Any]:
    return dict(config.rope_parameters or {})


class _Heads:
    """How the rows of queries and keys fall into heads."""

    def __init__(self, config: Any) -> None:
        self.query = int(config.num_attention_heads)
        self.key = int(config.num_key_value_heads or self.query)
        self.size = int(getattr(config, "head_dim", None) or config.hidden_size // self.query)

    def permute(self, name: str, values: torch.Tensor) -> torch.Tensor:
        # transformers keeps the pairs that rotary embeddings turn half a head apart; GGUF keeps them side by side.
        heads = self.query if ".attn_q." in name else self.key if ".attn_k." in name else 0
        if not heads:
            return values
        return values.reshape(heads, 2, self.size // 2, -1).swapaxes(1, 2).reshape(values.shape)


class _Weights:
    """The tensors of a folder's safetensors files, read one at a time."""

    def __init__(self, model: Path) -> None:
        from safetensors import safe_open

        self._files = {}
        for path in sorted(model.glob("*.safetensors")):
            with safe_open(path, framework="pt") as opened:
                self._files.update(dict.fromkeys(opened.keys(), path))

    @property
    def names(self) -> list[str]:
        return sorted(self._files, key=_place)

    def shape(self, name: str) -> tuple[int, ...]:
        from safetensors import safe_open

        with safe_open(self._files[name], framework="pt") as opened:
            return tuple(opened.get_slice(name).get_shape())

    def read(self, name: str) -> torch.Tensor:
        """In float32."""
        from safetensors import safe_open

        with safe_open(self._files[name], framework="pt") as opened:
            values: torch.Tensor = opened.get_tensor(name)
        return values.float()


def _place(name: str) -> tuple[int, str]:
    parts = name.split(".")
    return (int(parts[2]) if parts[1] == "layers" else -1, name)


def _rename(name: str) -> str:
    stem, _, suffix = name.rpartition(".")
    if stem in _NAMES:
        return f"{_NAMES[stem]}.{suffix}"
    parts = stem.split(".", 3)
    if parts[:2] != ["model", "layers"] or len(parts) != 4 or parts[3] not in _LAYER_NAMES:
        raise ModelError(f"the tensor {name} has no place in a GGUF file", hint="export with to='merged' instead")
    return f"blk.{parts[2]}.{_LAYER_NAMES[parts[3]]}.{suffix}"


_FILE_TYPES: Final = {"q4_0": 2, "q8_0": 7, "q4_k_m": 15, "bf16": 32}


def _type_of(name: str, shape: Sequence[int], kind: GgufKind, config: Any) -> str:
    """The ggml type of a tensor, by its GGUF name."""
    if len(shape) == 1:
        return "F32"
    wanted = {"q8_0": "Q8_0", "q4_k_m": "Q4_K", "q4_0": "Q4_0", "bf16": "BF16"}[kind]
    is_output = name == "output.weight" or (name == "token_embd.weight" and config.tie_word_embeddings)
    if kind in ("q4_k_m", "q4_0") and is_output:
        wanted = "Q6_K"
    elif kind == "q4_k_m" and (".attn_v." in name or ".ffn_down." in name):
        wanted = "Q6_K" if _gets_more_bits(int(name.split(".")[1]), config.num_hidden_layers) else "Q4_K"
    while shape[-1] % _block(wanted):
        wanted = _FALLBACKS[wanted]
    return wanted


def _gets_more_bits(layer: int, layers: int) -> bool:
    eighth = layers // 8
    return layer < eighth or layer >= 7 * layers // 8 or (layer - eighth) % 3 == 2


def _block(kind: str) -> int:
    from gguf import GGML_QUANT_SIZES, GGMLQuantizationType

    return GGML_QUANT_SIZES[GGMLQuantizationType[kind]][0]


def _announce(writer: Any, name: str, shape: Sequence[int], kind: str) -> None:
    from gguf import GGMLQuantizationType, quant_shape_to_byte_shape

    if kind == "F32":
        writer.add_tensor_info(name, shape, np.dtype(np.float32), 4 * int(np.prod(shape)))
        return
    type_ = GGMLQuantizationType[kind]
    packed = quant_shape_to_byte_shape(shape, type_)
    writer.add_tensor_info(name, packed, np.dtype(np.uint8), int(np.prod(packed)), raw_dtype=type_)


def _packed(values: torch.Tensor, kind: str) -> NDArray[Any]:
    from gguf import GGMLQuantizationType
    from gguf.quants import quantize

    if kind in ("Q4_K", "Q6_K"):
        from foyerdoc.finetuning.exporting import kquants

        return kquants.quantize(values, kind)
    return np.ascontiguousarray(quantize(values.numpy(), GGMLQuantizationType[kind]))


def _add_hyperparameters(writer: Any, config: Any, heads: _Heads) -> tuple[str, ...]:
    from gguf import GGML_QUANT_VERSION, RopeScalingType

    writer.add_block_count(config.num_hidden_layers)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(heads.query)
    writer.add_head_count_kv(heads.key)
    if heads.size * heads.query != config.hidden_size:
        writer.add_key_length(heads.size)
        writer.add_value_length(heads.size)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_vocab_size(config.vocab_size)
    writer.add_rope_dimension_count(heads.size)
    rope = _rope(config)
    writer.add_rope_freq_base(float(rope.get("rope_theta", 10000.0)))
    if rope.get("rope_type") == "linear":
        writer.add_rope_scaling_type(RopeScalingType.LINEAR)
        writer.add_rope_scaling_factor(float(rope["factor"]))
    writer.add_quantization_version(GGML_QUANT_VERSION)
    window = getattr(config, "sliding_window", None)
    if window and window < config.max_position_embeddings:
        return (
            f"the model attends to the last {window} tokens; llama.cpp will attend to all: prompts longer than that differ",
        )
    return ()


def _rope_factors(config: Any, head: int) -> NDArray[np.float32] | None:
    """(head / 2,) float32: what Llama 3.1 divides each frequency by, or None.

    Long waves are divided by the factor, short ones stay, and between them it changes evenly. Source: "The Llama 3 Herd of
    Models" (2024), as in transformers' `modeling_rope_utils`.
    """
    rope = _rope(config)
    if rope.get("rope_type") != "llama3":
        return None
    factor, low, high = float(rope["factor"]), float(rope["low_freq_factor"]), float(rope["high_freq_factor"])
    context = float(rope["original_max_position_embeddings"])
    waves = 2 * np.pi * float(rope["rope_theta"]) ** (np.arange(0, head, 2) / head)
    smooth = np.clip((context / waves - low) / (high - low), 0, 1)
    factors: NDArray[np.float32] = (1 / ((1 - smooth) / factor + smooth)).astype(np.float32)
    return factors
