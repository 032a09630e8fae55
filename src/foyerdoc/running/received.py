"""An embedder whose vectors come from elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from foyerdoc.models.protocol import Embedder
from foyerdoc.running.stages import text_key


class Received:
    """Gives the vectors that workers have made, so that the index is written as ever and its model is not loaded here.

    Args:
        embedder: the workers' too. It counts tokens, and embeds what was not received.
    """

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._vectors: Mapping[bytes, NDArray[np.float32]] = {}
        self._dimensions: int | None = None
        self.count_tokens = embedder.count_tokens
        self.offsets = embedder.offsets
        self.embed_queries = embedder.embed_queries
        self.close = embedder.close

    def receive(self, vectors: Mapping[bytes, NDArray[np.float32]]) -> None:
        """Hold these, by `text_key`, and no others."""
        self._vectors = vectors
        for vector in vectors.values():
            self._dimensions = len(vector)
            break

    @property
    def name(self) -> str:
        """The embedder's."""
        return self._embedder.name

    @property
    def dimensions(self) -> int:
        """The length of a vector."""
        return self._embedder.dimensions if self._dimensions is None else self._dimensions

    @property
    def max_tokens(self) -> int:
        """The embedder's."""
        return self._embedder.max_tokens

    def embed_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(n, dimensions) float32, unit norm."""
        found = [self._vectors.get(text_key(text)) for text in texts]
        missing = [text for text, vector in zip(texts, found, strict=True) if vector is None]
        made = iter(self._embedder.embed_documents(missing) if missing else ())
        return np.stack([next(made) if vector is None else vector for vector in found])
