"""A transformers tokenizer as the entries of a GGUF file: tokens, merges, special tokens, chat template.

Two families are written, both byte-pair encodings (BPE) from a tokenizer.json:

    "gpt2"    bytes as letters, cut into words by a pattern that llama.cpp knows by name: SmolLM2, Llama 3, Mistral Nemo
    "llama"   SentencePiece with single bytes to fall back on: Llama 2, Mistral 7B

llama.cpp runs its own code for each pattern, chosen by name. A tokenizer whose parts are not exactly those of a known name is
refused: it would cut texts otherwise, and nothing would say so.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from foyerdoc.errors import ModelError

_NORMAL, _UNKNOWN, _CONTROL, _USER_DEFINED, _UNUSED, _BYTE = 1, 2, 3, 4, 5, 6

_LLAMA3 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
_TEKKEN = (
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+"
    r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*"
    r"|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
# What stands before the merges in a tokenizer.json, and what llama.cpp calls it (src/llama-vocab.cpp).
_WORD_PATTERNS: Final[Mapping[tuple[object, ...], str]] = {
    (("ByteLevel", True),): "gpt-2",
    (("Digits", True), ("ByteLevel", True)): "smollm",
    (("Split", _LLAMA3), ("ByteLevel", False)): "llama-bpe",
    (("Split", _TEKKEN), ("ByteLevel", False)): "tekken",
}
_MERGES_IGNORED: Final = ("llama-bpe", "tekken")
"""A word that is a token stays whole in llama.cpp, whatever the merges say."""

_HINT: Final = "export with to='merged', and convert that folder with llama.cpp's own script if it knows the tokenizer"
_SPACE: Final = "\u2581"


def add_vocabulary(writer: Any, folder: Path, config: Any) -> None:
    """Add all `tokenizer.*` entries to a GGUF file that is being written.

    Args:
        writer: `gguf.GGUFWriter`.
        folder: with tokenizer.json, tokenizer_config.json, generation_config.json and the chat template.
        config: transformers' of the model; tokens up to its `vocab_size` are filled up with unused ones.

    Raises:
        ModelError: the tokenizer is none of the two families, or cuts words by an unknown pattern.
    """
    path = folder / "tokenizer.json"
    if not path.is_file():
        raise ModelError(f"{path} is not there", hint="the model needs a fast tokenizer: save it as tokenizer.json")
    about = json.loads(path.read_bytes())
    if about["model"].get("type") != "BPE":
        raise ModelError(f"a tokenizer of type {about['model'].get('type')} is not written into GGUF files", hint=_HINT)
    if about["model"].get("byte_fallback"):
        _add_sentencepiece(writer, about, config.vocab_size)
    else:
        _add_bytelevel(writer, about, config.vocab_size)
    _add_special(writer, folder)


def _add_bytelevel(writer: Any, about: dict[str, Any], size: int) -> None:
    name = word_pattern(about)
    if about.get("normalizer") is not None:
        raise ModelError("a tokenizer that normalises text is not written into GGUF files", hint=_HINT)
    if bool(about["model"].get("ignore_merges")) != (name in _MERGES_IGNORED):
        raise ModelError(f"llama.cpp's {name} treats whole words otherwise than this tokenizer", hint=_HINT)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(name)
    tokens, types = _tokens(about, size)
    writer.add_token_list(tokens)
    writer.add_token_types(types)
    writer.add_token_merges([" ".join(pair) for pair in _merges(about)])
    writer.add_add_space_prefix(value=False)


def _add_sentencepiece(writer: Any, about: dict[str, Any], size: int) -> None:
    tokens, types = _tokens(about, size)
    # llama.cpp joins the pair whose whole has the highest score; a tokenizer.json orders the pairs instead.
    ranks: dict[str, int] = {}
    for rank, (left, right) in enumerate(_merges(about)):
        ranks.setdefault(left + right, rank)
    unranked = -float(len(ranks) + 1)
    scores = [-float(ranks[token]) if token in ranks else unranked for token in tokens]
    for i, (token, type_) in enumerate(zip(tokens, types, strict=True)):
        if type_ == _NORMAL and re.fullmatch(r"<0x[0-9A-F]{2}>", token):
            types[i] = _BYTE
        elif token == about["model"].get("unk_token"):
            types[i] = _UNKNOWN
        if types[i] != _NORMAL:
            scores[i] = 0.0
    writer.add_tokenizer_model("llama")
    writer.add_tokenizer_pre("default")
    writer.add_token_list(tokens)
    writer.add_token_scores(scores)
    writer.add_token_types(types)
    writer.add_add_space_prefix(value=_begins_with_space(about))


def word_pattern(about: Mapping[str, Any]) -> str:
    """llama.cpp's name of the way in which a byte-level tokenizer.json cuts words.

    Raises:
        ModelError: it has none that is known here.
    """
    found = about.get("pre_tokenizer") or {}
    parts = found["pretokenizers"] if found.get("type") == "Sequence" else [found]
    name = _WORD_PATTERNS.get(tuple(_describe(part) for part in parts))
    if name is None:
        kinds = " + ".join(str(part.get("type")) for part in parts)
        known = ", ".join(_WORD_PATTERNS.values())
        raise ModelError(f"a tokenizer that cuts words by {kinds} in its way is none of {known}", hint=_HINT)
    return name


def _describe(part: Mapping[str, Any]) -> tuple[object, ...]:
    match part:
        case {"type": "ByteLevel", "add_prefix_space": False}:
            return "ByteLevel", bool(part.get("use_regex", True))
        case {"type": "Digits", "individual_digits": bool(individual)}:
            return "Digits", individual
        case {"type": "Split", "pattern": {"Regex": str(pattern)}, "behavior": "Isolated", "invert": False}:
            return "Split", pattern
    return ("unknown",)


def _begins_with_space(about: Mapping[str, Any]) -> bool:
    """Whether SentencePiece puts a space before a text.

    Raises:
        ModelError: spaces are written in another way than by its mark.
    """
    before = about.get("pre_tokenizer")
    match about:
        case {"normalizer": None} if before and before.get("type") == "Metaspace" and before.get("replacement") == _SPACE:
            return bool(before.get("prepend_scheme") != "never")
        case {"normalizer": {"type": "Sequence", "normalizers": list(steps)}, "pre_tokenizer": None}:
            replaced = {"type": "Replace", "pattern": {"String": " "}, "content": _SPACE}
            prepended = {"type": "Prepend", "prepend": _SPACE}
            if steps in ([prepended, replaced], [replaced]):
                return len(steps) == 2
        case {"normalizer": {"type": "Replace", "pattern": {"String": " "}, "content": "\u2581"}, "pre_tokenizer": None}:
            return False
    raise ModelError("a tokenizer that writes spaces in its own way is not written into GGUF files", hint=_HINT)


def _tokens(about: Mapping[str, Any], size: int) -> tuple[list[str], list[int]]:
    """(size,) each: the tokens by id and their types."""
    tokens: list[str | None] = [None] * size
    types = [_UNUSED] * size
    added = {entry["content"]: entry for entry in about.get("added_tokens", [])}
    known = about["model"]["vocab"] | {content: entry["id"] for content, entry in added.items()}
    for token, i in known.items():
        if i >= size:
            raise ModelError(f"the tokenizer has a token {i}, the model only {size} tokens", hint="they do not belong together")
        tokens[i] = token
        types[i] = _NORMAL if token not in added else _CONTROL if added[token]["special"] else _USER_DEFINED
    return [f"[PAD{i}]" if token is None else token for i, token in enumerate(tokens)], types


def _merges(about: Mapping[str, Any]) -> Sequence[tuple[str, str]]:
    pairs = (pair.split(" ") if isinstance(pair, str) else pair for pair in about["model"]["merges"])
    return [(str(left), str(right)) for left, right in pairs]


def _add_special(writer: Any, folder: Path) -> None:
    from transformers import AutoTokenizer

    from foyerdoc.models.loading import quietly, refusals

    with quietly(), refusals(folder):
        tokenizer: Any = AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    ends = answer_ends(folder, tokenizer)
    if tokenizer.bos_token_id is not None:
        writer.add_bos_token_id(tokenizer.bos_token_id)
    writer.add_eos_token_id(ends[0])
    if len(ends) > 1:
        # llama.cpp has one entry for the end of a turn besides that of the text; it finds further ones by their spelling.
        writer.add_eot_token_id(ends[1])
    if tokenizer.unk_token_id is not None:
        writer.add_unk_token_id(tokenizer.unk_token_id)
    if tokenizer.pad_token_id is not None:
        writer.add_pad_token_id(tokenizer.pad_token_id)
    framed = tokenizer("a")["input_ids"]
    writer.add_add_bos_token(bool(framed and framed[0] == tokenizer.bos_token_id))
    writer.add_add_eos_token(bool(framed and framed[-1] in ends))
    if tokenizer.chat_template:
        writer.add_chat_template(tokenizer.chat_template)


def answer_ends(folder: Path, tokenizer: Any) -> list[int]:
    """The tokens that end an answer, the tokenizer's own first.

    Raises:
        ModelError: none is named.
    """
    path = folder / "generation_config.json"
    named = json.loads(path.read_bytes()).get("eos_token_id") if path.is_file() else None
    ends = [tokenizer.eos_token_id, *(named if isinstance(named, list) else [named])]
    found = list(dict.fromkeys(end for end in ends if end is not None))
    if not found:
        raise ModelError("no token ends an answer", hint="name eos_token_id in generation_config.json")
    return found
