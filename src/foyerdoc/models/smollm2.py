"""The generator's GGUF file, read and written again as a folder that transformers loads.

transformers reads GGUF too, but parses the vocabulary at every load (7 s) and keeps the weights packed, which can be
neither trained nor saved. Here it happens once.

Source: the GGUF specification, https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from foyerdoc.errors import ModelError

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_NAMES = {
    "token_embd.weight": "model.embed_tokens.weight",
    "output_norm.weight": "model.norm.weight",
}
_LAYER_NAMES = {
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}
_CONTROL = 3  # llama.cpp's type of tokens such as <|im_end|>


def convert(source: Path, folder: Path) -> None:
    """Write `source` into `folder` as a transformers model in bfloat16.

    Raises:
        ModelError: it is not a GGUF file of a Llama model.
    """
    from gguf import GGUFReader

    try:
        reader = GGUFReader(source)
        about = {name: field.contents() for name, field in reader.fields.items()}
    except (ValueError, IndexError, KeyError) as error:
        raise ModelError(f"{source} is not a GGUF file", hint="run `foyerdoc models fetch`") from error
    if about.get("general.architecture") != "llama":
        raise ModelError(f"{source} is not a Llama model", hint="run `foyerdoc models fetch`")
    _write_weights(reader, about, folder)
    _write_config(about, folder)
    _tokenizer(about).save(str(folder / "tokenizer.json"), pretty=False)
    _write_tokenizer_config(about, folder)


def _write_weights(reader: Any, about: dict[str, Any], folder: Path) -> None:
    import torch
    from gguf.quants import dequantize
    from safetensors.torch import save_file

    weights = {}
    for tensor in reader.tensors:
        values = dequantize(tensor.data, tensor.tensor_type).astype(np.float32, copy=False)
        name = tensor.name
        if ".attn_q." in name:
            values = _unpermute(values, about["llama.attention.head_count"])
        elif ".attn_k." in name:
            values = _unpermute(values, about["llama.attention.head_count_kv"])
        weights[_rename(name)] = torch.from_numpy(np.array(values)).to(torch.bfloat16)
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})


def _unpermute(values: NDArray[np.float32], heads: int) -> NDArray[np.float32]:
    # GGUF keeps the pairs that rotary embeddings turn side by side; transformers keeps them half a head apart.
    rows, columns = values.shape
    return values.reshape(heads, rows // heads // 2, 2, columns).swapaxes(1, 2).reshape(rows, columns)


def _rename(name: str) -> str:
    if name in _NAMES:
        return _NAMES[name]
    _, layer, part, kind = name.split(".")
    return f"model.layers.{layer}.{_LAYER_NAMES[part]}.{kind}"


def _write_config(about: dict[str, Any], folder: Path) -> None:
    ends = {
        "bos_token_id": about["tokenizer.ggml.bos_token_id"],
        "eos_token_id": about["tokenizer.ggml.eos_token_id"],
        "pad_token_id": about["tokenizer.ggml.padding_token_id"],
    }
    heads, hidden = about["llama.attention.head_count"], about["llama.embedding_length"]
    config = {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "hidden_size": hidden,
        "intermediate_size": about["llama.feed_forward_length"],
        "num_hidden_layers": about["llama.block_count"],
        "num_attention_heads": heads,
        "num_key_value_heads": about["llama.attention.head_count_kv"],
        "head_dim": hidden // heads,
        "vocab_size": about["llama.vocab_size"],
        "max_position_embeddings": about["llama.context_length"],
        "rms_norm_eps": about["llama.attention.layer_norm_rms_epsilon"],
        "rope_parameters": {"rope_type": "default", "rope_theta": about["llama.rope.freq_base"]},
        "tie_word_embeddings": True,
        "dtype": "bfloat16",
        **ends,
    }
    _write_json(folder / "config.json", config)
    _write_json(folder / "generation_config.json", {"do_sample": False, **ends})


def _tokenizer(about: dict[str, Any]) -> Tokenizer:
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

    tokens: list[str] = about["tokenizer.ggml.tokens"]
    merges = [tuple(merge.split(" ")) for merge in about["tokenizer.ggml.merges"]]
    tokenizer = Tokenizer(models.BPE(vocab={token: i for i, token in enumerate(tokens)}, merges=merges))
    # What llama.cpp's "smollm" stands for: every digit alone, then GPT-2's split into words, then bytes.
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    kinds = about["tokenizer.ggml.token_type"]
    control = [token for token, kind in zip(tokens, kinds, strict=True) if kind == _CONTROL]
    tokenizer.add_special_tokens([AddedToken(token, normalized=False, special=True) for token in control])
    return tokenizer


def _write_tokenizer_config(about: dict[str, Any], folder: Path) -> None:
    tokens: list[str] = about["tokenizer.ggml.tokens"]
    config = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "bos_token": tokens[about["tokenizer.ggml.bos_token_id"]],
        "eos_token": tokens[about["tokenizer.ggml.eos_token_id"]],
        "unk_token": tokens[about["tokenizer.ggml.unknown_token_id"]],
        "pad_token": tokens[about["tokenizer.ggml.padding_token_id"]],
        "model_max_length": about["llama.context_length"],
        "clean_up_tokenization_spaces": False,
    }
    _write_json(folder / "tokenizer_config.json", config)
    (folder / "chat_template.jinja").write_text(about["tokenizer.chat_template"], encoding="utf-8")


def _write_json(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False), encoding="utf-8")
