"""Designs are balanced, and the same seed draws the same."""

from collections import Counter
from itertools import combinations

import numpy as np
import pytest

from foyerdoc.errors import UsageError
from foyerdoc.experiments.design import deal, fraction, full

FACTORS = {"size": [64, 128, 256], "mode": ["dense", "lexical", "fused"], "bits": ["none", "nf4"], "language": ["fr", "en"]}


def test_a_full_design_has_every_combination_once():
    cells = full(FACTORS)
    assert len(cells) == 36
    assert len({tuple(cell.values()) for cell in cells}) == 36


@pytest.mark.parametrize("size", [6, 12, 18])
def test_a_fraction_has_every_level_equally_often_and_every_pair_nearly(size):
    part = fraction(full(FACTORS), size, np.random.default_rng(0))
    assert len(part) == len({tuple(cell.values()) for cell in part}) == size
    for name, levels in FACTORS.items():
        assert Counter(cell[name] for cell in part) == dict.fromkeys(levels, size // len(levels))
    for one, other in combinations(FACTORS, 2):
        counts = Counter((cell[one], cell[other]) for cell in part)
        together = [counts[a, b] for a in FACTORS[one] for b in FACTORS[other]]
        assert max(together) - min(together) <= (1 if size == 12 else 2)


def test_a_fraction_larger_than_the_design_is_refused():
    with pytest.raises(UsageError, match="40 of 36"):
        fraction(full(FACTORS), 40, np.random.default_rng(0))


def test_items_get_a_few_combinations_each_and_every_combination_as_many_items():
    cells = full(FACTORS)
    strata = ["fr"] * 54 + ["de"] * 36
    hands = deal(strata, cells, 4, np.random.default_rng(3))
    assert all(len(set(hand)) == 4 for hand in hands)
    assert set(Counter(cell for hand in hands for cell in hand).values()) == {10}
    in_french = Counter(cell for hand, stratum in zip(hands, strata, strict=True) if stratum == "fr" for cell in hand)
    assert set(in_french.values()) == {6}
    # An item meets different levels rather than the same one four times.
    meets = [len({cells[cell]["size"] for cell in hand}) for hand in hands]
    assert np.mean(meets) > 2.5
    assert deal(strata, cells, 4, np.random.default_rng(3)) == hands
    assert deal(strata, cells, 4, np.random.default_rng(4)) != hands


def test_items_that_get_all_get_all():
    assert deal(["fr", "de"], full({"bits": ["none", "nf4"]}), 9, np.random.default_rng(0)) == [[0, 1], [0, 1]]
