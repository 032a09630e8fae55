"""Windows of time, peaks of memory, and what a run is remembered by."""

from __future__ import annotations

import gc
import itertools
import statistics
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np
import torch

WINDOWS = 3
GIB = 2**30


@dataclass(slots=True)
class Marks:
    """Places in a run: steps done, the clock when the GPU had done them, and the real tokens so far."""

    started: float = field(default_factory=time.perf_counter)
    steps: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    tokens: list[int] = field(default_factory=list)

    def add(self, step: int, tokens: int) -> None:
        self.steps.append(step)
        self.seconds.append(time.perf_counter() - self.started)
        self.tokens.append(tokens)

    def windows(self, warm: int) -> list[float]:
        """Real tokens a second in each of three stretches after the first `warm` steps; fewer when there are few marks.

        A run that was stopped before that is measured from the third part of its marks on.
        """
        first = next((i for i, step in enumerate(self.steps) if step >= warm), (len(self.steps) - 1) // 3)
        cuts = sorted(set(np.linspace(first, len(self.steps) - 1, WINDOWS + 1).round().astype(int).tolist()))
        pairs = itertools.pairwise(cuts)
        return [(self.tokens[b] - self.tokens[a]) / (self.seconds[b] - self.seconds[a]) for a, b in pairs]


@dataclass(slots=True)
class Trained:
    """One training run.

    Attributes:
        variant: what trained.
        rates: real tokens a second in each window after the warm-up.
        whole: real tokens a second from the first step's beginning, warm-up included.
        losses: of the steps, in order.
        allocated, reserved: peaks of GPU memory in GiB, by the allocator.
        seconds: of all steps.
        note: the settings, and what went otherwise than asked.
    """

    variant: str
    rates: list[float]
    whole: float
    losses: list[float]
    allocated: float
    reserved: float
    seconds: float
    note: str = ""

    @classmethod
    def of(cls, variant: str, marks: Marks, warm: int, losses: Sequence[float], note: str = "") -> Trained:
        allocated, reserved = peaks()
        seconds = marks.seconds[-1]
        return cls(variant, marks.windows(warm), marks.tokens[-1] / seconds, list(losses), allocated, reserved, seconds, note)


def peaks() -> tuple[float, float]:
    """GiB allocated and reserved at most since `clear`."""
    if not torch.cuda.is_available():
        return 0.0, 0.0
    return torch.cuda.max_memory_allocated() / GIB, torch.cuda.max_memory_reserved() / GIB


def clear() -> None:
    """Let go of what nothing refers to, and begin to look for peaks anew."""
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()


def wait() -> None:
    """Until the GPU has done all that it was given."""
    if torch.cuda.is_available():
        torch.cuda.synchronize()


def training_table(runs: Sequence[Trained], against: str) -> list[dict[str, Any]]:
    """A row for each variant: medians over all windows of all rounds, and the loss at the last step that all reached.

    Args:
        runs: in any order.
        against: the variant that the ratio is to.
    """
    variants = list(dict.fromkeys(run.variant for run in runs))
    last = min((len(run.losses) for run in runs if run.losses), default=0)
    # A run with too few marks for windows is measured as a whole.
    runs = [run if run.rates else replace(run, rates=[run.whole]) for run in runs]
    middle = {
        variant: statistics.median(rate for run in runs if run.variant == variant for rate in run.rates) for variant in variants
    }
    rows = []
    for variant in variants:
        mine = [run for run in runs if run.variant == variant]
        rates = [rate for run in mine for rate in run.rates]
        early = [loss for run in mine for loss in run.losses[:4]]
        tail = [loss for run in mine for loss in run.losses[max(0, last - 8) : last]]
        rows.append(
            {
                "variant": variant,
                "tokens/s": round(middle[variant]),
                "lowest to highest": f"{min(rates):.0f} to {max(rates):.0f}",
                "windows": len(rates),
                "with warm-up": round(statistics.median(run.whole for run in mine)),
                "ratio": round(middle[variant] / middle[against], 2) if against in middle else None,
                "loss, steps 1 to 4": round(statistics.mean(early), 3) if early else None,
                f"loss, steps {max(1, last - 7)} to {last}": round(statistics.mean(tail), 3) if tail else None,
                "GiB allocated": round(max(run.allocated for run in mine), 2),
                "GiB reserved": round(max(run.reserved for run in mine), 2),
                "settings": mine[-1].note,
            }
        )
    return rows


def as_json(runs: Sequence[Trained]) -> list[dict[str, Any]]:
    return [asdict(run) for run in runs]
