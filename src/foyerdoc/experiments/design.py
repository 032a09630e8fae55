"""Which combinations of levels are run, and which items each is run on: drawn at random, and balanced.

A fraction of a full design is chosen so that levels, and pairs of levels of two factors, come as equally often as can be.
Items meet a few combinations each: an incomplete block design, in which each item is compared with itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from foyerdoc.errors import UsageError

Cell: TypeAlias = dict[str, Any]

_STARTS = 10  # of which the best is kept
_LARGEST = 4096  # combinations of which a fraction is drawn: the square of this is held in memory


def full(factors: Mapping[str, Sequence[Any]]) -> list[Cell]:
    """Every combination of the factors' levels, the last factor's changing fastest."""
    return [dict(zip(factors, levels, strict=True)) for levels in product(*factors.values())]


def fraction(cells: Sequence[Cell], size: int, rng: np.random.Generator) -> list[Cell]:
    """A balanced part of the combinations.

    Args:
        cells: all of them.
        size: how many to keep.
        rng: breaks ties.

    Returns:
        `size` of them, in their order.

    Raises:
        UsageError: there are fewer, or too many to choose from.

    Source: the J2 criterion of Xu, "An Algorithm for Constructing Orthogonal and Nearly-Orthogonal Arrays with Mixed Levels
    and Small Runs", Technometrics 2002: the sum over pairs of runs of the squared number of factors in which they agree, each
    factor weighed by its number of levels. The less, the nearer to orthogonal; rows are added one by one, then exchanged.
    """
    if not 1 <= size <= len(cells):
        raise UsageError(f"a fraction of {size} of {len(cells)} combinations", hint=f"choose 1 to {len(cells)}")
    if len(cells) > _LARGEST:
        raise UsageError(f"a fraction of {len(cells)} combinations", hint=f"give factors that make at most {_LARGEST}")
    agree = agreement(cells) ** 2
    np.fill_diagonal(agree, 0.0)
    drawn = [_drawn(agree, size, rng) for _ in range(_STARTS)]
    _, best = min(drawn, key=lambda one: one[0])
    return [cells[one] for one in sorted(best)]


def _drawn(agree: NDArray[np.float64], size: int, rng: np.random.Generator) -> tuple[float, list[int]]:
    """The sum over pairs, and the runs: from a random first one, each the cheapest, exchanged as long as that helps."""
    chosen = [int(rng.integers(len(agree)))]
    cost = agree[chosen[0]].copy()  # (cells,) what each would add to the sum
    while len(chosen) < size:
        chosen.append(_least(cost, chosen, rng))
        cost += agree[chosen[-1]]
    improved = True
    while improved:
        improved = False
        for place, out in enumerate(chosen):
            without = cost - agree[out]
            best = _least(without, [one for one in chosen if one != out], rng)
            if without[best] < without[out] - 1e-9:
                chosen[place], cost, improved = best, without + agree[best], True
    return float(cost[chosen].sum()), chosen


def agreement(cells: Sequence[Cell]) -> NDArray[np.float64]:
    """(cells, cells) float64: over the factors in which two agree, the sum of the factors' numbers of levels."""
    total = np.zeros((len(cells), len(cells)))
    for name in cells[0]:
        levels = list(dict.fromkeys(cell[name] for cell in cells))
        numbers = np.array([levels.index(cell[name]) for cell in cells])
        total += len(levels) * (numbers[:, None] == numbers)
    return total


def deal(strata: Sequence[str], cells: Sequence[Cell], per_item: int, rng: np.random.Generator) -> list[list[int]]:
    """Give every item a few of the combinations.

    Within a stratum (a language) every combination is dealt equally often, but for one; among those that were dealt least, an
    item gets such as agree least with those that it has, and ties are broken at random.

    Args:
        strata: each item's.
        cells: the combinations.
        per_item: how many an item gets; all of them from their number on.
        rng: draws.

    Returns:
        the numbers of each item's combinations, ascending.
    """
    if per_item >= len(cells):
        return [list(range(len(cells))) for _ in strata]
    agree = agreement(cells)
    used = {stratum: np.zeros(len(cells)) for stratum in strata}
    total = np.zeros(len(cells))
    hands: list[list[int]] = [[] for _ in strata]
    for item in rng.permutation(len(strata)):
        stratum, hand = strata[item], hands[item]
        likeness = np.zeros(len(cells))
        for _ in range(per_item):
            counts = np.lexsort((rng.random(len(cells)), likeness, total, used[stratum]))
            cell = next(int(one) for one in counts if one not in hand)
            hand.append(cell)
            used[stratum][cell] += 1
            total[cell] += 1
            likeness += agree[cell]
        hand.sort()
    return hands


def _least(cost: NDArray[np.float64], taken: Sequence[int], rng: np.random.Generator) -> int:
    """The cheapest that is not taken; one of them at random where several are."""
    free = cost.copy()
    free[list(taken)] = np.inf
    return int(rng.choice(np.flatnonzero(free <= free.min() + 1e-9)))
