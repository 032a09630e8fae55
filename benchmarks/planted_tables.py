"""Tables of results with effects that are known because they were put there: for tests and `benchmarks.planted_effects`."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from foyerdoc.experiments.effects.observations import Factor, Observations

FACTORS = (
    Factor("chunk_size", (64, 128, 256)),
    Factor("embedder", ("e5", "minilm")),
    Factor("retrieval", ("dense", "lexical", "fused")),
    Factor("prompt", ("fr", "en")),
)
CHUNK, EMBEDDER, RETRIEVAL, PROMPT = range(4)


@dataclass(frozen=True)
class Planted:
    """What is put into a table. Effects are differences from a factor's first level, in the outcome's unit.

    on_recall, on_outcome: (factor, level) -> effect on the measure, or on the outcome beside what the measure passes on.
    interactions: (factor, level, factor, level) -> effect on the outcome.
    recall_effect: of a unit of recall on the outcome.
    uneven: how far effects on the outcome differ from document to document (standard deviation).
    """

    on_recall: dict[tuple[int, int], float] = field(default_factory=dict)
    on_outcome: dict[tuple[int, int], float] = field(default_factory=dict)
    interactions: dict[tuple[int, int, int, int], float] = field(default_factory=dict)
    recall_effect: float = 0.0
    uneven: float = 0.0


def table(
    planted: Planted, seed: int, *, documents: int = 60, items: int = 3, cells: int = 6, right_or_wrong: bool = False
) -> Observations:
    """Results of `cells` random cells for each of `items` questions to each document.

    Documents and items differ in difficulty, for recall and outcome alike: what a naive look at recall and outcome would
    take for an effect. Noise is uniform or exponential, not normal. With `right_or_wrong` the outcome is 0 or 1, and what is
    planted is the chance of 1.
    """
    rng = np.random.default_rng(seed)
    item = np.repeat(np.arange(documents * items), cells)
    document = item // items
    n = len(item)
    settings = np.stack([rng.integers(len(factor.levels), size=n) for factor in FACTORS], axis=1)
    hardness = 0.15 * rng.standard_normal(documents)[document] + 0.15 * rng.standard_normal(documents * items)[item]
    recall = 0.6 + hardness + rng.uniform(-0.3, 0.3, n)
    outcome = 0.4 + hardness + 0.2 * (rng.exponential(size=n) - 1)
    for (factor, level), effect in planted.on_recall.items():
        recall = recall + effect * (settings[:, factor] == level)
    for (factor, level), effect in planted.on_outcome.items():
        own = effect + planted.uneven * rng.standard_normal(documents)[document]
        outcome = outcome + own * (settings[:, factor] == level)
    for (one, first, other, second), effect in planted.interactions.items():
        outcome = outcome + effect * (settings[:, one] == first) * (settings[:, other] == second)
    outcome = outcome + planted.recall_effect * recall
    if right_or_wrong:
        outcome = (rng.uniform(size=n) < outcome).astype(float)
    return Observations(FACTORS, settings, {"recall": recall}, {"quality": outcome}, document, item, np.arange(n, dtype=float))
