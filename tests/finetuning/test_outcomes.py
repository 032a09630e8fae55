from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from foyerdoc.classification.calibration import Calibration
from foyerdoc.finetuning.data.examples import Example, document_of
from foyerdoc.finetuning.reporting import outcomes
from foyerdoc.finetuning.reporting.outcomes import Guess, Named, Predicted, Scored
from foyerdoc.taxonomy import Node, Taxonomy


def node(name: str, *children: Node) -> Node:
    return Node(name=name, description=name, children=children)


TAXONOMY = Taxonomy(name="t", categories=(node("a", node("x"), node("y")), node("b", node("z")), node("c")))
PATHS = (("a", "x"), ("a",), ("b", "z"), ("c",), ("a", "y"))


def predicted(rows: list[list[float]], paths: tuple[tuple[str, ...], ...] = PATHS) -> Predicted:
    examples = tuple(Example(f"d{i}", document_of(f"text {i}", f"d{i}"), path) for i, path in enumerate(paths))
    return Predicted(TAXONOMY, examples, np.array(rows))


# a/x, a/y, b/z, c
PART = predicted([[0.3, 0.3, 0.4, 0], [0.1, 0.2, 0.6, 0.1], [0, 0.1, 0.9, 0], [0.1, 0.2, 0, 0.7], [0.4, 0.35, 0.2, 0.05]])


def test_a_level_is_guessed_below_the_level_above() -> None:
    top, leaf = PART.at_level(1), PART.at_level(2)
    assert top.labels == (("a",), ("b",), ("b",), ("c",), ("a",))
    np.testing.assert_allclose(top.confidence, [0.6, 0.6, 0.9, 0.7, 0.75])
    assert top.right.tolist() == [True, False, True, True, True]
    # The first one's most probable leaf is b/z, but a is the more probable category. The second one's leaf is not known.
    assert leaf.labels == (("a", "x"), ("b", "z"), ("c",), ("a", "x"))
    np.testing.assert_allclose(leaf.confidence, [0.3, 0.9, 0.7, 0.4])
    assert leaf.right.tolist() == [True, True, True, False]


def test_what_the_thresholds_let_be_named_is_what_the_calibration_decides() -> None:
    assert outcomes.named_at(PART, Calibration(1.0, (0.65, 0.5), 0.95, 5)) == [Named(5, 3, 3), Named(4, 2, 2)]
    assert outcomes.named_at(PART, Calibration(1.0, (0.0, 0.0), 0.95, 5)) == [Named(5, 5, 4), Named(4, 4, 3)]


def test_labels_before_and_after() -> None:
    base = predicted([[1, 0, 0, 0], [1, 0, 0, 0], [1, 0, 0, 0], [1, 0, 0, 0], [1, 0, 0, 0]])
    found = {one.label: one for one in outcomes.by_label(base, PART)}
    assert set(found) == {("a", "x"), ("a", "y"), ("b", "z"), ("c",)}
    assert found["a", "x"].base == Scored(0.25, 1.0, pytest.approx(0.4))
    assert found["b", "z"].tuned == Scored(0.5, 1.0, pytest.approx(2 / 3))
    assert found["a", "y"].tuned == Scored(0.0, 0.0, 0.0)
    assert outcomes.confusions(PART) == [(("a", "x"), ("b", "z"), 1), (("a", "y"), ("a", "x"), 1)]


def test_the_telling_documents_are_those_that_changed() -> None:
    base = predicted([[1, 0, 0, 0], [0, 0, 1, 0], [1, 0, 0, 0], [0, 0, 1, 0], [1, 0, 0, 0]])
    shown = outcomes.telling(outcomes.compare(base, PART), 4)
    # d2 and d3 became right (d2 is surer), d0 wrong; d1 and d4 did not change.
    assert [(one.example.id, one.gain, one.changed) for one in shown] == [
        ("d2", 1, True),
        ("d0", -1, True),
        ("d3", 1, True),
        ("d1", 0, False),
    ]


def test_calibration_error_of_what_is_true_is_near_what_a_true_one_shows() -> None:
    random = np.random.default_rng(3)
    confidence = random.uniform(0.3, 1.0, 500)
    true = Guess(((),) * 500, confidence, random.random(500) < confidence)
    boasting = Guess(((),) * 500, confidence, random.random(500) < confidence - 0.25)
    mean, most = outcomes.least_calibration_error(true)
    assert 0 < mean < most < 0.1
    assert true.stated.ece() < most < boasting.stated.ece()
    assert Guess(((),) * 4, np.full(4, 1.0), np.array([True, True, True, False])).stated.ece() == 0.25


def test_risk_falls_with_coverage_when_the_surest_are_right() -> None:
    guess = Guess(((),) * 4, np.array([0.5, 0.9, 0.7, 0.6]), np.array([False, True, True, False]))
    coverage, risk = guess.stated.risk_coverage()
    np.testing.assert_allclose(coverage, [0.25, 0.5, 0.75, 1.0])
    np.testing.assert_allclose(risk, [0, 0, 1 / 3, 0.5])


def test_the_held_out_part_of_a_training(tiny_classifier: tuple[Path, object, object]) -> None:
    _, examples, trained = tiny_classifier
    base, tuned = outcomes.held_out(trained)
    assert len(tuned.examples) == round(0.65 * len(examples))
    np.testing.assert_allclose(tuned.probabilities.sum(axis=1), 1)
    rows = tuned.whole()
    for part, name in ((base, "base"), (tuned, "with words" if trained.held_out.lexical_weight else "tuned")):
        right = np.mean([part.best(row)[0] == part.examples[row].path for row in rows])
        assert right == pytest.approx(trained.metrics[name]["accuracy"])
