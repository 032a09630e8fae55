"""How meaning and words are weighed together."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# Chosen on half of the development questions (docs/index.md).
_FLOOR = 0.70  # a cosine that says nothing: E5 places any two texts above it
_DENSE = 0.7


def fuse(cosines: NDArray[np.float32], lexical: NDArray[np.float64]) -> list[tuple[int, float]]:
    """The candidates in the order of the weighted sum of both scores, each on a scale of its own that no query changes.

    Args:
        cosines: (n,) float32, question and chunk; higher is closer.
        lexical: (n,) float64, BM25 over the highest that the question's words could reach: 0 to 1.

    Returns:
        Places among the candidates with their scores, best first; equal ones in their order.
    """
    dense = np.clip((cosines.astype(np.float64) - _FLOOR) / (1 - _FLOOR), 0.0, 1.0)
    scores = _DENSE * dense + (1 - _DENSE) * lexical
    order = np.argsort(-scores, kind="stable")
    return [(int(i), float(scores[i])) for i in order]
