"""From scores to probabilities, and from probabilities to a decision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from foyerdoc.taxonomy import Taxonomy

Decision = Literal["accepted", "category_only", "abstained"]


@dataclass(frozen=True, slots=True)
class Calibration:
    """What held-out documents taught about a classifier's scores.

    Attributes:
        temperature: what the log-probabilities are divided by before the softmax (Guo et al., "On Calibration of Modern
            Neural Networks", ICML 2017).
        thresholds: for each level, the confidence from which a label of that level is named; 1.0 or more names none.
        target: the precision that the thresholds were chosen for.
        examples: how many held-out documents it rests on.
    """

    temperature: float
    thresholds: tuple[float, ...]
    target: float
    examples: int

    def probabilities(self, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """(documents, leaves) natural-log scores to (documents, leaves) probabilities that sum to 1."""
        raise NotImplementedError

    def decide(self, probabilities: NDArray[np.float64], taxonomy: Taxonomy) -> tuple[tuple[str, ...], float, Decision]:
        """(leaves,) probabilities to the path that is named, the probability that it is right, and the decision.

        The deepest level whose most probable label reaches the level's threshold, within the label named above it. Nothing
        named: an empty path, and the confidence is that of the best category.
        """
        raise NotImplementedError
