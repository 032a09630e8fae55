"""Texts as a model's tokens, with their places."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from foyerdoc.errors import ModelError
from foyerdoc.models.protocol import Embedder


class Tokens:
    """Counts, places and ids of a text's tokens by a `tokenizer.json`, without truncation or padding. Loads no weights.

    Text that spells a special token is text.
    """

    def __init__(self, folder: Path) -> None:
        path = folder / "tokenizer.json"
        if not path.is_file():
            raise ModelError(f"{path} is not there", hint="the model needs a fast tokenizer: save it as tokenizer.json")
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(path))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        tokenizer.encode_special_tokens = True
        self._tokenizer: Any = tokenizer

    def __call__(self, text: str) -> int:
        """The number of tokens, the model's own marks not counted."""
        return len(self._tokenizer.encode(text, add_special_tokens=False))

    def offsets(self, text: str) -> Sequence[tuple[int, int]]:
        """Start and end of each token in the text's code points, ascending, special tokens left out.

        They count in the text as given, whatever the tokenizer normalises. The tokens of one ligature share its place;
        an accent that stands by itself belongs to the letter before it where the two make one character.
        """
        return _readable(text, self._tokenizer.encode(text, add_special_tokens=False).offsets)

    def placed(self, texts: Sequence[str]) -> list[Placed]:
        """For each text what counts tokens and knows where its own are. The texts are read together, on all cores."""
        encodings = self._tokenizer.encode_batch(list(texts), add_special_tokens=False)
        return [Placed(self, text, encoding.offsets) for text, encoding in zip(texts, encodings, strict=True)]

    def ids(self, texts: Sequence[str]) -> list[list[int]]:
        """Each text's token ids between the model's own marks."""
        return [encoding.ids for encoding in self._tokenizer.encode_batch_fast(list(texts))]


class Placed:
    """Counts tokens as `Tokens` does, and knows the places of one text's."""

    def __init__(self, tokens: Tokens, text: str, offsets: Sequence[tuple[int, int]]) -> None:
        self._tokens, self._text, self._offsets = tokens, text, offsets

    def __call__(self, text: str) -> int:
        """The number of tokens, the model's own marks not counted."""
        return self._tokens(text)

    def offsets(self, text: str) -> Sequence[tuple[int, int]]:
        """See `Tokens.offsets`."""
        return _readable(text, self._offsets) if text is self._text else self._tokens.offsets(text)


class EmbedderTokens:
    """An embedder's tokens, as `chunk` counts them: with their places, so that one pass over the text serves."""

    def __init__(self, embedder: Embedder) -> None:
        self.offsets = embedder.offsets
        self._count = embedder.count_tokens

    def __call__(self, text: str) -> int:
        """The number of tokens of a text."""
        return self._count(text)


def _readable(text: str, spans: Sequence[tuple[int, int]]) -> Sequence[tuple[int, int]]:
    """The tokenizer's places, accents with their letters."""
    if text.isascii() or not any(map(unicodedata.combining, text)):
        return spans
    told: list[tuple[int, int]] = []
    least = (0, 0)
    for i, (start, end) in enumerate(spans):
        following = spans[i + 1][0] if i + 1 < len(spans) else len(text)
        # Accents out of canonical order are normalised into it, which can turn two neighbours' places around.
        least = (max(start, least[0]), _with_accents(text, max(end, least[1]), following))
        told.append(least)
    return told


def _with_accents(text: str, end: int, limit: int) -> int:
    while end < limit and unicodedata.combining(text[end]):
        end += 1
    return end
