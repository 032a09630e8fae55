"""Which examples a step takes, in which parts it is computed, and at which rate it learns: functions of the seed alone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from foyerdoc.errors import TrainingError
from foyerdoc.finetuning.config import TrainingConfig


@dataclass(slots=True)
class Plan:
    """The steps of a run.

    Attributes:
        sizes: tokens of each example.
        config: how many examples a step takes, how many tokens go through the model at once, seed and passes.

    Raises:
        TrainingError: there are no examples.
    """

    sizes: Sequence[int]
    config: TrainingConfig
    _shuffled: tuple[int, list[int]] | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        if not len(self.sizes):
            raise TrainingError("there are no examples to train on", hint="pass at least one example that has text")

    @property
    def steps_per_pass(self) -> int:
        """The last step of a pass may have fewer examples than the others."""
        return math.ceil(len(self.sizes) / self.config.batch_examples)

    @property
    def steps(self) -> int:
        """Of all passes."""
        return self.steps_per_pass * self.config.epochs

    def rows(self, step: int) -> list[int]:
        """Examples of a step (counted from 0)."""
        epoch, place = divmod(step, self.steps_per_pass)
        if self._shuffled is None or self._shuffled[0] != epoch:
            order = np.random.default_rng([self.config.seed, epoch]).permutation(len(self.sizes)).tolist()
            self._shuffled = (epoch, order)
        start = place * self.config.batch_examples
        return self._shuffled[1][start : start + self.config.batch_examples]

    def parts(self, rows: Sequence[int]) -> list[list[int]]:
        """Cut examples into parts of at most `batch_tokens`; an example longer than that is a part of its own.

        First fit, the longest first: batches are packed, so what counts is how few parts there are, not how alike the
        lengths in a part are.
        """
        parts: list[list[int]] = []
        room: list[int] = []
        for row in sorted(rows, key=lambda row: (-self.sizes[row], row)):
            size = self.sizes[row]
            part = next((at for at, free in enumerate(room) if size <= free), None)
            if part is None:
                parts.append([row])
                room.append(self.config.batch_tokens - size)
            else:
                parts[part].append(row)
                room[part] -= size
        return parts

    def shares(self, rows: Sequence[int], n: int) -> list[list[int]]:
        """Deal examples to `n` processes, each the longest one left to whom has the fewest tokens."""
        shares: list[list[int]] = [[] for _ in range(n)]
        tokens = [0] * n
        for row in sorted(rows, key=lambda row: (-self.sizes[row], row)):
            least = tokens.index(min(tokens))
            shares[least].append(row)
            tokens[least] += self.sizes[row]
        return shares

    def tokens(self, rows: Sequence[int]) -> int:
        """Of all these examples."""
        return sum(self.sizes[row] for row in rows)

    def rate(self, step: int) -> float:
        """Share of the peak learning rate, 0 to 1: a straight rise over the warm-up, then half a cosine to 0."""
        warm = math.ceil(self.config.warmup * self.steps)
        if step < warm:
            return (step + 1) / warm
        return 0.5 * (1 + math.cos(math.pi * (step - warm) / (self.steps - warm)))

    def seed(self, step: int, process: int) -> int:
        """Seeds dropout anew at every step, so that a run that goes on needs no saved random state."""
        return int(np.random.SeedSequence([self.config.seed, step, process]).generate_state(1, np.uint64)[0]) >> 1
