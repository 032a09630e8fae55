"""What a classifier stands on: a `Scorer` says how well each label fits a document, and which chunks said so.

Scorers are trained or not, and know nothing of decisions: those are made in `classifier` from their scores.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from foyerdoc.chunking import TokenCounter, chunk
from foyerdoc.documents import Chunk, Document

Path = tuple[str, ...]
"""A label: the names from the root."""

Tokens = TokenCounter | Callable[[str], int]

CHUNK_TOKENS: Final = 256
_FADING: Final = 1.5


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """How well each leaf of a taxonomy fits a document.

    For scorers that add up what the chunks say, `weights @ by_chunk` is `log_scores` but for what is the same for every
    document.

    Attributes:
        chunks: what was looked at, in the order of the text; none of a document without text.
        total: how many chunks the document has.
        by_chunk: (chunks, leaves) float64, natural-log scale: what each chunk said for each leaf.
        weights: (chunks,) float64, not negative: what each chunk counts for.
        log_scores: (leaves,) float64, natural-log scale: the softmax over leaves is the share of each. The leaves are in
            the order of `Taxonomy.leaves()`.
    """

    chunks: tuple[Chunk, ...]
    total: int
    by_chunk: NDArray[np.float64]
    weights: NDArray[np.float64]
    log_scores: NDArray[np.float64]

    @classmethod
    def averaged(cls, chunks: Sequence[Chunk], total: int, by_chunk: NDArray[np.float64]) -> Scores:
        """The mean of what the chunks say, the first ones weighing most (`fading`)."""
        weights = fading(len(chunks))
        return cls(tuple(chunks), total, by_chunk, weights, weights @ by_chunk)


class Scorer(Protocol):
    """Says how well each leaf of a taxonomy fits each document. Safe to use from several threads."""

    @property
    def name(self) -> str:
        """Name and digest of the model's weights."""

    @property
    def adapter(self) -> str | None:
        """Digest of the adapter on top, or None."""

    @property
    def settings(self) -> tuple[tuple[str, str], ...]:
        """What else shapes the scores, as short strings for the fingerprint."""

    def score(self, documents: Sequence[Document]) -> list[Scores]:
        """The documents' scores, in their order. A document's scores do not depend on its company but for rounding."""


def look_at(document: Document, tokens: Tokens | None, *, most: int, max_tokens: int = CHUNK_TOKENS) -> tuple[list[Chunk], int]:
    """The chunks of a document to look at, and how many it has.

    Args:
        document: cleaned or as read.
        tokens: counts as the scorer's model does; None for scorers that read chunks of any length.
        most: how many chunks are looked at. Of a longer document the first half of them is its beginning, the rest is spread
            evenly over what follows.
        max_tokens: of a chunk.
    """
    chunks = chunk(document, max_tokens=max_tokens, overlap=0, count_tokens=tokens)
    if len(chunks) <= most:
        return chunks, len(chunks)
    first = (most + 1) // 2
    rest = np.linspace(first, len(chunks) - 1, most - first).round().astype(int)
    return [*chunks[:first], *(chunks[i] for i in rest)], len(chunks)


def fading(n: int) -> NDArray[np.float64]:
    """(n,) float64 weights that sum to 1, the n-th chunk's n ** -1.5: a document says at its beginning what it is."""
    weights: NDArray[np.float64] = np.arange(1.0, n + 1) ** -_FADING
    return weights / weights.sum() if n else weights
