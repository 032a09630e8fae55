"""Intervals, comparisons and agreement against other implementations, and against effects that were planted."""

from __future__ import annotations

import krippendorff as package
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, bootstrap
from sklearn.metrics import cohen_kappa_score

from foyerdoc.evaluation.agreement import agreement, krippendorff, of_ratings
from foyerdoc.evaluation.gold import FieldsAnnotation, Gold, LabelAnnotation, QuestionAnnotation, Truth
from foyerdoc.evaluation.metrics.confidence import Stated, wilson
from foyerdoc.evaluation.metrics.labels import Labels
from foyerdoc.evaluation.statistics import Draws, by_slice, compare, estimate, holm, mcnemar, share, slices, thirds
from tests.evaluation.made import label_pairs


def documents(n: int, each: int = 1) -> list[str]:
    return [f"d{i // each}" for i in range(n)]


def test_an_interval_is_scipys_where_every_item_is_a_document_of_its_own() -> None:
    right = np.random.default_rng(1).random(200) < 0.7
    found = estimate([share("accuracy", right)], Draws(documents(200), times=4000))["accuracy"]
    other = bootstrap((right.astype(float),), np.mean, n_resamples=4000, method="percentile", random_state=2)
    assert found.value == right.mean()
    assert found.error == pytest.approx(other.standard_error, rel=0.05)
    assert (found.low, found.high) == pytest.approx(tuple(other.confidence_interval), abs=0.011)


def test_documents_are_drawn_whole() -> None:
    """Ten items of a document that are all right or all wrong are worth one: the interval is that of the documents."""
    right = np.random.default_rng(1).random(60) < 0.6
    alone = estimate([share("x", right)], Draws(documents(60)))["x"]
    tenfold = estimate([share("x", right.repeat(10))], Draws(documents(600, 10)))["x"]
    apart = estimate([share("x", right.repeat(10))], Draws(documents(600)))["x"]
    assert (tenfold.low, tenfold.high) == pytest.approx((alone.low, alone.high), abs=0.02)
    assert apart.high - apart.low < 0.5 * (tenfold.high - tenfold.low)
    assert (tenfold.items, tenfold.documents) == (600, 60)


def test_intervals_hold_the_truth_nineteen_times_of_twenty() -> None:
    random, held = np.random.default_rng(3), 0
    for seed in range(200):
        right = random.random(80) < 0.8
        one = estimate([share("x", right)], Draws(documents(80), times=400, seed=seed))["x"]
        held += one.low <= 0.8 <= one.high
    assert 180 <= held <= 199


def test_a_planted_difference_is_found_and_none_is_not_invented() -> None:
    random, better, invented = np.random.default_rng(4), 0, 0
    for seed in range(40):
        first = random.random(300) < 0.85
        second = np.where(random.random(300) < 0.15, ~first, first)  # wrong where the first is right, mostly
        like = random.permutation(first)
        draws = Draws(documents(300), times=400, seed=seed)
        better += compare([share("x", first)], [share("x", second)], draws)["x"].verdict == "better"
        invented += compare([share("x", first)], [share("x", like)], draws)["x"].verdict != "no difference shown"
    assert better >= 38
    assert invented == 0


def test_a_difference_says_which_side_is_better() -> None:
    draws = Draws(documents(50))
    up, down = np.ones(50), np.zeros(50)
    assert compare([share("x", up)], [share("x", down)], draws)["x"].verdict == "better"
    assert compare([share("x", up, lower=True)], [share("x", down, lower=True)], draws)["x"].verdict == "worse"
    same = compare([share("x", up)], [share("x", up)], draws)["x"]
    assert (same.value, same.p, same.verdict, same.side) == (0.0, 1.0, "no difference shown", 0)


def test_the_smallest_difference_to_be_seen_is_seen_four_times_of_five() -> None:
    """Pairs that differ in 20 of 100 items, of 400 documents: the difference that a normal approximation gives."""
    random = np.random.default_rng(5)
    base = random.random(400) < 0.7
    other = np.where(random.random(400) < 0.2, ~base, base)
    one = compare([share("x", base)], [share("x", other)], Draws(documents(400)))["x"]
    spread = np.std(base.astype(float) - other.astype(float)) / np.sqrt(400)
    assert one.detectable == pytest.approx(2.8016 * spread, rel=0.08)


def test_one_document_has_no_interval() -> None:
    one = estimate([share("x", np.ones(5))], Draws(["d"] * 5))["x"]
    assert one.value == 1.0
    assert np.isnan([one.low, one.high, one.error]).all()


def test_holm_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.5, float("nan"), 0.9]) == pytest.approx([1.0, float("nan"), 1.0], nan_ok=True)
    assert holm([]) == []


def test_mcnemar_is_a_test_of_the_sign() -> None:
    first = np.array([True] * 12 + [False] * 3 + [True] * 20)
    second = np.array([False] * 12 + [True] * 3 + [True] * 20)
    found = mcnemar(first, second)
    assert (found.only_first, found.only_second) == (12, 3)
    assert found.p == pytest.approx(2 * binom.cdf(3, 15, 0.5))
    assert mcnemar(first, first).p == 1.0


def test_slices_part_all_items() -> None:
    parts = slices(["fr", None, "de", "fr"])
    assert {name: items.tolist() for name, items in parts.items()} == {"de": [2], "fr": [0, 3], "unknown": [1]}
    assert slices([None, None]) == {}
    assert thirds([5, 1, 9, None, 7, 3, 2]) == [
        "2 middle, to 5", "1 short, to 2", "3 long, above 5", None, "3 long, above 5", "2 middle, to 5", "1 short, to 2",
    ]  # fmt: skip
    assert thirds([4, 4, 4]) == [None, None, None]


def test_figures_of_a_slice_are_those_of_its_items_alone() -> None:
    rows = [(("a", "b"), ("a", said), 0.1 * i) for i, said in enumerate("bcbbcb")]
    part = np.array([1, 2, 4])
    whole, some = Labels.of(label_pairs(rows)), Labels.of(label_pairs([rows[i] for i in part]))
    found = by_slice(whole.measures(), Draws(documents(6)), {"x": part})["x"]
    expected = estimate(some.measures(), Draws(documents(3)))
    assert {name: one.value for name, one in found.items()} == pytest.approx({n: one.value for n, one in expected.items()})


@given(st.integers(1, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_holds_the_share(counted: tuple[int, int]) -> None:
    right, n = counted
    low, high = wilson(right, n)
    assert 0 <= low <= right / n + 1e-12
    assert right / n - 1e-12 <= high <= 1
    assert wilson(0, 0) == (0.0, 1.0)
    assert wilson(8, 10) == pytest.approx((0.4902, 0.9433), abs=1e-4)  # Wilson's own formula, by hand


@given(st.lists(st.lists(st.integers(0, 3), min_size=4, max_size=4), min_size=2, max_size=12))
def test_alpha_is_the_packages(counts: list[list[int]]) -> None:
    """Of one value alone chance expects no disagreement: the package gives 1 there or fails, here nothing is said."""
    table = np.array(counts)
    several = table[table.sum(axis=1) > 1]
    found = krippendorff(table)
    if (several.sum(axis=0) > 0).sum() < 2:
        assert np.isnan(found)
    else:
        assert found == pytest.approx(package.alpha(value_counts=table, level_of_measurement="nominal"))


def test_agreement_by_hand() -> None:
    ratings = {
        "anna": {1: "x", 2: "x", 3: "y", 4: "y"},
        "ben": {1: "x", 2: "y", 3: "y", 4: "y", 9: "x"},
        "clara": {4: "y", 8: "x"},
    }
    found = of_ratings("label", ratings)
    assert (found.annotators, found.units) == (3, 4)
    assert found.share == pytest.approx((2 + 0 + 2 + 6) / (2 + 2 + 2 + 6))
    assert found.kappa["anna", "ben"] == pytest.approx(cohen_kappa_score([0, 0, 1, 1], [0, 1, 1, 1])) == pytest.approx(0.5)
    assert np.isnan(found.kappa["ben", "clara"])  # one and the same of the one unit in common


def test_people_agree_on_values_not_on_how_they_are_written() -> None:
    def fields(who: str, **values: Truth | None) -> FieldsAnnotation:
        return FieldsAnnotation(
            item="i", annotator=who, fields={path.replace("_", "[") + "]" * ("_" in path): v for path, v in values.items()}
        )

    gold = Gold(
        (
            fields("anna", total=Truth("5.00", "money"), due=None, names_0=Truth("A"), names_1=Truth("B")),
            fields("ben", total=Truth(5, "money"), due=Truth("2026-01-01"), names_0=Truth("b"), names_1=Truth("a")),
            FieldsAnnotation(item="i", annotator="judge", adjudicated=True, fields={"due": None}),
            LabelAnnotation(item="i", annotator="anna", label=None),
            QuestionAnnotation(item="q", annotator="anna", question="?", answerable=False),
            QuestionAnnotation(item="q", annotator="ben", question="?", answers=("x",)),
        )
    )  # fmt: skip
    found = {one.what: one for one in agreement(gold)}
    assert set(found) == {"fields", "answerable"}
    assert (found["fields"].annotators, found["fields"].units) == (2, 3)
    assert found["fields"].share == pytest.approx(2 / 3)
    assert found["answerable"].share == 0.0


def test_confidences_of_nothing_have_no_figures() -> None:
    assert Stated.of([], 3).measures() == []
