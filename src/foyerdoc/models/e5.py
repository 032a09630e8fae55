"""The embedder's data file, read and written again as a folder that sentence-transformers loads.

The file holds multilingual-E5-small with its matrices in 4 bits. Little-endian, one after the other:

    "E5S1", u32 version
    i32 hidden, layers, heads, ffn, vocabulary, positions, types; f32 epsilon of the layer norms; i32 block
    i32 pieces; i32 bos, eos, pad, unk; u64 length of the text of all pieces; u32 offsets[pieces + 1]; f32 scores[pieces]; text
    i32 entries, u32 bytes: the normalisation map, each entry u32 code point, u8 n, u32 replacement[n]
    i32 entries: the directory, each entry u16 length, name, u8 type (0 float32, 1 Q4_0), u32 values, u64 offset, u64 bytes
    the tensors, at their offsets

Q4_0: blocks of 32 values, a float16 scale, then 16 bytes with the first half in the low nibbles; value = scale * (nibble - 8).
"""

from __future__ import annotations

import itertools
import json
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from foyerdoc.errors import ModelError

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_BLOCK = 32
_LAYER_NAMES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
_EMBEDDING_NAMES = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}


@dataclass(frozen=True, slots=True)
class _Shape:
    hidden: int
    layers: int
    heads: int
    ffn: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float


@dataclass(frozen=True, slots=True)
class _Pieces:
    texts: list[str]
    scores: list[float]
    bos: int
    eos: int
    pad: int
    unk: int


class _Reader:
    """A cursor over the file's bytes."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.at = 0

    def take(self, layout: str) -> tuple[Any, ...]:
        values = struct.unpack_from(layout, self.raw, self.at)
        self.at += struct.calcsize(layout)
        return values

    def array(self, dtype: str, count: int) -> NDArray[Any]:
        values = np.frombuffer(self.raw, dtype, count, self.at)
        self.at += values.nbytes
        return values

    def bytes(self, count: int) -> bytes:
        self.at += count
        return self.raw[self.at - count : self.at]


def convert(source: Path, folder: Path) -> None:
    """Write `source` into `folder` as a sentence-transformers model.

    Raises:
        ModelError: it is not a file of this layout.
    """
    reader = _Reader(source.read_bytes())
    if reader.bytes(4) != b"E5S1" or reader.take("<I") != (1,):
        raise ModelError(f"{source} is not an E5S1 file of version 1", hint="run `foyerdoc models fetch`")
    hidden, layers, heads, ffn, vocabulary, positions, types, epsilon, block = reader.take("<7ifi")
    if block != _BLOCK:
        raise ModelError(f"{source} has blocks of {block}, not {_BLOCK}", hint="run `foyerdoc models fetch`")
    shape = _Shape(hidden, layers, heads, ffn, vocabulary, positions, types, epsilon)
    pieces = _read_pieces(reader)
    _skip_normalisation(reader)
    _write_weights(_read_tensors(reader), shape, folder)
    _write_config(shape, pieces, folder)
    _tokenizer(pieces).save(str(folder / "tokenizer.json"), pretty=False)
    _write_modules(shape, pieces, folder)


def _read_pieces(reader: _Reader) -> _Pieces:
    (count,) = reader.take("<i")
    bos, eos, pad, unk = reader.take("<4i")
    (length,) = reader.take("<Q")
    offsets = reader.array("<u4", count + 1).tolist()
    scores = reader.array("<f4", count).astype(np.float64).tolist()
    text = reader.bytes(length)
    texts = [text[start:end].decode() for start, end in itertools.pairwise(offsets)]
    return _Pieces(texts, scores, bos, eos, pad, unk)


def _skip_normalisation(reader: _Reader) -> None:
    # The map is Unicode's NFKC but for the few rules that `_tokenizer` spells out; using NFKC itself also composes letters
    # that stand as base and accent, as the model saw them in training, and keeps offsets into the text as given.
    _entries, length = reader.take("<iI")
    reader.bytes(length)


def _read_tensors(reader: _Reader) -> dict[str, NDArray[np.float32]]:
    (entries,) = reader.take("<i")
    tensors = {}
    for _ in range(entries):
        (length,) = reader.take("<H")
        name = reader.bytes(length).decode("ascii")
        kind, count, offset, n_bytes = reader.take("<BIQQ")
        raw = reader.raw[offset : offset + n_bytes]
        tensors[name] = np.frombuffer(raw, "<f4") if kind == 0 else _unpack(raw, count)
    return tensors


def _unpack(raw: bytes, count: int) -> NDArray[np.float32]:
    blocks = np.frombuffer(raw, np.dtype([("scale", "<f2"), ("nibbles", "u1", (16,))]))
    low, high = blocks["nibbles"] & 15, blocks["nibbles"] >> 4
    values: NDArray[np.float32] = np.concatenate([low, high], axis=1).astype(np.float32) - 8  # (blocks, 32)
    values *= blocks["scale"].astype(np.float32)[:, None]
    return values.ravel()[:count]


def _write_weights(tensors: dict[str, NDArray[np.float32]], shape: _Shape, folder: Path) -> None:
    from safetensors.numpy import save_file

    named: dict[str, NDArray[np.float16]] = {}
    for name, values in tensors.items():
        target = _EMBEDDING_NAMES.get(name) or _layer_name(name)
        rows = _rows(target, shape)
        # float16 holds the scale times a 4-bit number to within 1/2048, far below the error of the 4 bits themselves.
        named[target] = np.ascontiguousarray(values.reshape(rows, -1) if rows else values, dtype=np.float16)
    save_file(named, folder / "model.safetensors", metadata={"format": "pt"})


def _layer_name(name: str) -> str:
    layer, part, kind = name.split(".")
    return f"encoder.layer.{int(layer[1:])}.{_LAYER_NAMES[part]}.{'weight' if kind == 'w' else 'bias'}"


def _rows(target: str, shape: _Shape) -> int | None:
    """Rows of a matrix, None for a vector."""
    if target.endswith(".bias") or "LayerNorm" in target:
        return None
    named = {"word_embeddings": shape.vocabulary, "position_embeddings": shape.positions, "token_type_embeddings": shape.types}
    part = target.split(".")[-2]
    return shape.ffn if "intermediate" in target else named.get(part, shape.hidden)


def _write_config(shape: _Shape, pieces: _Pieces, folder: Path) -> None:
    config = {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "hidden_size": shape.hidden,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "intermediate_size": shape.ffn,
        "vocab_size": shape.vocabulary,
        "max_position_embeddings": shape.positions,
        "type_vocab_size": shape.types,
        "layer_norm_eps": shape.epsilon,
        "hidden_act": "gelu",
        "hidden_dropout_prob": 0.1,
        "attention_probs_dropout_prob": 0.1,
        "pad_token_id": pieces.pad,
        "dtype": "float16",
    }
    _write_json(folder / "config.json", config)


def _tokenizer(pieces: _Pieces) -> Tokenizer:
    """The Unigram tokenizer; its offsets count code points of the text as given."""
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

    texts = pieces.texts
    tokenizer = Tokenizer(models.Unigram(list(zip(texts, pieces.scores, strict=True)), unk_id=pieces.unk, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Replace(Regex("[\\x00-\\x08\\x0b\\x0e-\\x1f\\x7f\\x8f\\x9f]"), ""),
            normalizers.NFKC(),
            normalizers.Replace(Regex("[\\t\\n\\x0c\\r\\u1680\\u200b-\\u200f\\u2028\\u2029\\u2581\\ufeff\\ufffd]"), " "),
            normalizers.Replace(Regex(" {2,}"), " "),
            normalizers.Strip(),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(prepend_scheme="always")
    bos, eos = texts[pieces.bos], texts[pieces.eos]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{bos} $A {eos}", pair=f"{bos} $A {eos} {eos} $B {eos}", special_tokens=[(bos, pieces.bos), (eos, pieces.eos)]
    )
    specials = [bos, texts[pieces.pad], eos, texts[pieces.unk], texts[-1]]
    tokenizer.add_special_tokens([AddedToken(text, normalized=False, special=True) for text in specials])
    return tokenizer


def _write_modules(shape: _Shape, pieces: _Pieces, folder: Path) -> None:
    texts = pieces.texts
    _write_json(
        folder / "tokenizer_config.json",
        {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "bos_token": texts[pieces.bos],
            "cls_token": texts[pieces.bos],
            "eos_token": texts[pieces.eos],
            "sep_token": texts[pieces.eos],
            "pad_token": texts[pieces.pad],
            "unk_token": texts[pieces.unk],
            "mask_token": texts[-1],
            "model_max_length": shape.positions,
            "model_input_names": ["input_ids", "attention_mask"],
            # A text that spells "</s>" is a text, not the end of one.
            "split_special_tokens": True,
        },
    )
    prefix = "sentence_transformers"
    kinds = [("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Normalize", "Normalize")]
    modules = [
        {"idx": i, "name": str(i), "path": path, "type": f"{prefix}.models.{kind}"} for i, (path, kind) in enumerate(kinds)
    ]
    _write_json(folder / "modules.json", modules)
    _write_json(
        folder / "sentence_bert_config.json",
        # The file has no pooler, and mean pooling needs none.
        {"max_seq_length": shape.positions, "do_lower_case": False, "model_args": {"add_pooling_layer": False}},
    )
    _write_json(
        folder / "1_Pooling" / "config.json", {"word_embedding_dimension": shape.hidden, "pooling_mode_mean_tokens": True}
    )
    _write_json(
        folder / "config_sentence_transformers.json",
        {"prompts": {"query": "query: ", "document": "passage: "}, "default_prompt_name": None, "similarity_fn_name": "cosine"},
    )
    (folder / "2_Normalize").mkdir()


def _write_json(path: Path, content: object) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False), encoding="utf-8")
