"""How meaning and words are weighed together, and which candidates are worth a second look."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foyerdoc.chunking.sentences import sentence_starts

# Chosen on one half of the development questions and measured on the other, both ways round (docs/index.md).
_FLOOR = 0.70  # a cosine that says nothing: E5 places any two texts above it
DENSE = 0.7
_SENTENCE = 0.5
_CLOSE = 0.1
MOST = 10  # candidates whose sentences are looked at


def floor(embedder: str) -> float:
    """The cosine by which an embedder, told by its name, says nothing: high for the embedded one, 0 for those not known."""
    return _FLOOR if embedder.startswith("multilingual-e5") else 0.0


def fuse(
    cosines: NDArray[np.floating[Any]], lexical: NDArray[np.float64], *, dense: float = DENSE, nothing: float | None = None
) -> NDArray[np.float64]:
    """The weighted sum of both scores, each on a scale of its own that no query changes.

    Args:
        cosines: (...) question and chunk; higher is closer.
        lexical: (...) float64, BM25 over the highest that the question's words could reach: 0 to 1.
        dense: the weight of the cosines, 0 to 1; the rest is the words'.
        nothing: a cosine that says nothing, below 1; the embedded embedder's by default.

    Returns:
        (...) float64, higher is better: 0 to about 1.
    """
    nothing = _FLOOR if nothing is None else nothing
    scaled = np.clip((cosines.astype(np.float64) - nothing) / (1 - nothing), 0.0, 1.0)
    return dense * scaled + (1 - dense) * lexical


def contenders(scores: Sequence[float]) -> int:
    """How many of the candidates, sorted best first, are so close to the best that their sentences may change the order.

    A best one that stands alone is not worth a look: 0.
    """
    close = sum(score >= scores[0] - _CLOSE for score in scores[:MOST])
    return close if close > 1 else 0


def with_sentences(
    cosines: NDArray[np.floating[Any]], sentences: NDArray[np.floating[Any]], *, share: float = _SENTENCE
) -> NDArray[np.float64]:
    """The cosines of chunks and of their nearest sentences as one. Both are on one scale, so that chunks whose sentences
    were looked at and others can be compared: over the ten best chunks their means differ by 0.001 to 0.003.

    Args:
        cosines: (...) of the question with each chunk.
        sentences: (...) the highest of the question with the chunk's sentences.
        share: what the sentence counts, 0 to 1.
    """
    return (1 - share) * cosines.astype(np.float64) + share * sentences


def sentences(text: str, language: str | None) -> list[str]:
    """The sentences of a chunk, each once, as they are compared with a question."""
    starts = sentence_starts(text, 0, len(text), language)
    cut = (text[start:end].strip() for start, end in zip(starts, [*starts[1:], len(text)], strict=True))
    return list(dict.fromkeys(one for one in cut if one))
