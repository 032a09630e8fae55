"""Models whose work is remembered: the embedder's vectors, and what a language model says to a prompt."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import orjson
from numpy.typing import NDArray

from foyerdoc.experiments.cache import Cache
from foyerdoc.models.protocol import Conversation, Embedder, Generation, Grammar, LanguageModel


class KeptEmbedder:
    """An embedder that never embeds a text twice. It has the name of the one that it asks."""

    def __init__(self, embedder: Embedder, cache: Cache) -> None:
        self._embedder, self._cache = embedder, cache
        self._dimensions: int | None = None

    @property
    def name(self) -> str:
        """As `Embedder.name`."""
        return self._embedder.name

    @property
    def dimensions(self) -> int:
        """As `Embedder.dimensions`; the model is not loaded for it when that is known."""
        if self._dimensions is None:
            made = self._cache.remember("dimensions", self.name, lambda: str(self._embedder.dimensions).encode())
            self._dimensions = int(made)
        return self._dimensions

    @property
    def max_tokens(self) -> int:
        """As `Embedder.max_tokens`."""
        return self._embedder.max_tokens

    def embed_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """As `Embedder.embed_documents`."""
        return self._kept("document", texts)

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """As `Embedder.embed_queries`."""
        return self._kept("query", texts)

    def count_tokens(self, text: str) -> int:
        """As `Embedder.count_tokens`."""
        return self._embedder.count_tokens(text)

    def offsets(self, text: str) -> Sequence[tuple[int, int]]:
        """As `Embedder.offsets`."""
        return self._embedder.offsets(text)

    def close(self) -> None:
        """As `Embedder.close`."""
        self._embedder.close()

    def _kept(self, side: str, texts: Sequence[str]) -> NDArray[np.float32]:
        embed = self._embedder.embed_documents if side == "document" else self._embedder.embed_queries

        def make(missing: list[int]) -> list[bytes]:
            return [vector.tobytes() for vector in embed([texts[number] for number in missing])]

        rows = self._cache.remember_all("embed", [[self.name, side, text] for text in texts], make)
        # float32, little-endian on every machine that this runs on; a copy, since a buffer is read-only.
        return np.frombuffer(b"".join(rows), np.float32).reshape(len(rows), -1 if rows else self.dimensions).copy()


class KeptModel:
    """A language model that is never asked the same twice."""

    def __init__(self, model: LanguageModel, cache: Cache) -> None:
        self._model, self._cache = model, cache
        self._name = [model.name, model.adapter]

    @property
    def name(self) -> str:
        """As `LanguageModel.name`."""
        return self._model.name

    @property
    def adapter(self) -> str | None:
        """As `LanguageModel.adapter`."""
        return self._model.adapter

    @property
    def context_tokens(self) -> int:
        """As `LanguageModel.context_tokens`."""
        return self._model.context_tokens

    @property
    def grammars(self) -> bool:
        """As `LanguageModel.grammars`."""
        return self._model.grammars

    @property
    def scores(self) -> bool:
        """As `LanguageModel.scores`."""
        return self._model.scores

    def count_tokens(self, text: str) -> int:
        """As `LanguageModel.count_tokens`."""
        return self._model.count_tokens(text)

    def count_prompt(self, conversation: Conversation) -> int:
        """As `LanguageModel.count_prompt`."""
        return self._model.count_prompt(conversation)

    def generate(
        self, conversations: Sequence[Conversation], *, max_tokens: int, grammar: Grammar | Sequence[Grammar] | None = None
    ) -> list[Generation]:
        """As `LanguageModel.generate`."""
        grammars = [grammar] * len(conversations) if grammar is None or isinstance(grammar, Grammar) else list(grammar)
        asked = [
            [self._name, _turns(conversation), max_tokens, one.lark if one else None]
            for conversation, one in zip(conversations, grammars, strict=True)
        ]

        def make(missing: list[int]) -> list[bytes]:
            some = [one for number in missing if (one := grammars[number]) is not None]
            answers = self._model.generate(
                [conversations[number] for number in missing], max_tokens=max_tokens, grammar=some or None
            )
            return [orjson.dumps([one.text, one.n_tokens, one.log_probability, one.finish]) for one in answers]

        return [Generation(*orjson.loads(row)) for row in self._cache.remember_all("answer", asked, make)]

    def stream(self, conversation: Conversation, *, max_tokens: int, grammar: Grammar | None = None) -> Iterator[str]:
        """As `LanguageModel.stream`, in one piece."""
        [answer] = self.generate([conversation], max_tokens=max_tokens, grammar=grammar)
        yield answer.text

    def score(self, conversation: Conversation, continuations: Sequence[str]) -> NDArray[np.float64]:
        """As `LanguageModel.score`."""
        asked = [self._name, _turns(conversation), list(continuations)]
        row = self._cache.remember("answer", asked, lambda: self._model.score(conversation, continuations).tobytes())
        return np.frombuffer(row, np.float64).copy()

    def score_many(
        self,
        conversations: Sequence[Conversation],
        continuations: Sequence[Sequence[str]],
        *,
        begun: Sequence[str] | None = None,
    ) -> list[NDArray[np.float64]]:
        """As `LanguageModel.score_many`; not remembered, since answers that grow are never the same."""
        return self._model.score_many(conversations, continuations, begun=begun)

    def close(self) -> None:
        """As `LanguageModel.close`."""
        self._model.close()


def _turns(conversation: Conversation) -> list[list[str]]:
    return [[message.role, message.content] for message in conversation]
