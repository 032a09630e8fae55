from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from foyerdoc.classification import calibration as module
from foyerdoc.classification.calibration import Calibration, best_temperature
from foyerdoc.taxonomy import Taxonomy


def _node(name: str, *children: dict[str, object]) -> dict[str, object]:
    return {"name": name, "description": name, "children": list(children)}


TWO = Taxonomy.model_validate(
    {"name": "two", "categories": [_node("a", _node("a1"), _node("a2")), _node("b", _node("b1"), _node("b2"))]}
)
THREE = Taxonomy.model_validate(
    {"name": "three", "categories": [_node("a", _node("x", _node("x1"), _node("x2")), _node("y")), _node("b")]}
)


def _drawn(n: int, spread: float, seed: int) -> tuple[np.ndarray, list[tuple[str, ...]]]:
    """Scores, and labels drawn from the softmax of the scores: a perfectly calibrated classifier."""
    generator = np.random.default_rng(seed)
    scores = generator.normal(scale=spread, size=(n, 4))
    shares = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    return scores, [TWO.leaves()[generator.choice(4, p=row)] for row in shares]


@pytest.mark.parametrize("factor", [0.25, 1.0, 4.0])
def test_the_temperature_undoes_scores_that_are_too_sure_or_not_sure_enough(factor: float) -> None:
    scores, paths = _drawn(4000, 2.0, 0)
    assert Calibration.fit(scores * factor, paths, TWO).temperature == pytest.approx(factor, rel=0.1)


@given(st.integers(1, 40), st.integers(1, 5), st.floats(0, 30), st.floats(0, 30), st.integers(0, 2**32 - 1), st.booleans())
def test_the_best_temperature_is_the_best_of_all_that_are_tried(
    n: int, leaves: int, truth: float, noise: float, seed: int, flat: bool
) -> None:
    draw = np.random.default_rng(seed)
    rows = draw.integers(0, leaves, size=n)
    scores = np.zeros((n, leaves)) if flat else truth * np.eye(leaves)[rows] + noise * draw.normal(size=(n, leaves))
    temperature, loss = best_temperature(scores, rows)
    losses = [module._loss(module._log_softmax(scores / t), rows) for t in module._TEMPERATURES]
    assert loss == pytest.approx(min(losses), rel=1e-9, abs=1e-12)
    assert temperature in module._TEMPERATURES


def test_named_labels_are_right_as_often_as_was_asked() -> None:
    calibration = Calibration.fit(*_drawn(3000, 4.0, 1), TWO, target=0.9)
    scores, paths = _drawn(3000, 4.0, 2)
    decided = [calibration.decide(row, TWO) for row in calibration.probabilities(scores)]
    leaves = [(named, true) for (named, _, decision), true in zip(decided, paths, strict=True) if decision == "accepted"]
    assert 0.3 < len(leaves) / len(paths) < 0.99
    assert np.mean([named == true for named, true in leaves]) == pytest.approx(0.9, abs=0.02)


def test_a_category_can_be_named_when_its_subcategory_cannot() -> None:
    calibration = Calibration(1.0, (0.8, 0.8), 0.95, 100)
    path, confidence, decision = calibration.decide(np.array([0.5, 0.45, 0.03, 0.02]), TWO)
    assert (path, decision) == (("a",), "category_only")
    assert confidence == pytest.approx(0.95)


def test_nothing_is_named_below_the_threshold() -> None:
    path, confidence, decision = Calibration(1.0, (0.9, 0.9), 0.95, 100).decide(np.array([0.3, 0.3, 0.2, 0.2]), TWO)
    assert (path, decision) == ((), "abstained")
    assert confidence == pytest.approx(0.6)


def test_a_target_out_of_reach_names_nothing() -> None:
    calibration = Calibration.fit(np.zeros((50, 4)), [TWO.leaves()[i % 4] for i in range(50)], TWO, target=0.95)
    assert calibration.decide(np.array([0.25, 0.25, 0.25, 0.25]), TWO)[2] == "abstained"


def test_labels_that_end_above_a_leaf_are_held_out_too() -> None:
    scores, paths = _drawn(500, 3.0, 3)
    cut = [path[:1] if i % 2 else path for i, path in enumerate(paths)]
    assert Calibration.fit(scores, cut, TWO).examples == 500


@pytest.mark.parametrize(
    ("probabilities", "path", "decision"),
    [
        ([0.9, 0.05, 0.03, 0.02], ("a", "x", "x1"), "accepted"),
        ([0.5, 0.45, 0.03, 0.02], ("a", "x"), "category_only"),
        ([0.4, 0.1, 0.45, 0.05], ("a",), "category_only"),
        ([0.01, 0.01, 0.96, 0.02], ("a", "y"), "accepted"),
        ([0.02, 0.02, 0.01, 0.95], ("b",), "accepted"),
        ([0.2, 0.2, 0.1, 0.5], (), "abstained"),
    ],
)
def test_three_levels(probabilities: list[float], path: tuple[str, ...], decision: str) -> None:
    calibration = Calibration(1.0, (0.8, 0.8, 0.8), 0.95, 100)
    assert calibration.decide(np.array(probabilities), THREE)[::2] == (path, decision)


@given(st.lists(st.floats(-30, 30), min_size=4, max_size=4), st.floats(0.05, 20))
def test_both_levels_always_agree(scores: list[float], temperature: float) -> None:
    calibration = Calibration(temperature, (0.0, 0.0), 0.95, 100)
    probabilities = calibration.probabilities(np.array([scores]))[0]
    path, confidence, _ = calibration.decide(probabilities, TWO)
    assert probabilities.sum() == pytest.approx(1.0)
    assert confidence <= sum(p for p, leaf in zip(probabilities, TWO.leaves(), strict=True) if leaf[0] == path[0]) + 1e-9
