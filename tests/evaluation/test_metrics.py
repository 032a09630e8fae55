"""Every figure against a second implementation, or a case worked by hand."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any, get_args

import ir_measures
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ir_measures import RR, R, nDCG
from sklearn.metrics import accuracy_score, brier_score_loss, f1_score, roc_auc_score

from foyerdoc.documents import Span
from foyerdoc.evaluation.comparing import FieldType, meaning
from foyerdoc.evaluation.gold import Evidence, FieldsAnnotation, Truth
from foyerdoc.evaluation.metrics.answers import Answers, contains, exact, f1
from foyerdoc.evaluation.metrics.confidence import BINS, Stated
from foyerdoc.evaluation.metrics.fields import Fields, iou, outcomes
from foyerdoc.evaluation.metrics.labels import Labels
from foyerdoc.evaluation.metrics.retrieval import Retrieval
from foyerdoc.evaluation.metrics.support import Support
from foyerdoc.evaluation.predictions import NOBODY, Pairs
from foyerdoc.results import Alternative, Prediction
from tests.evaluation.made import (
    answer,
    at,
    citation,
    extraction,
    field_pairs,
    hit,
    label_pairs,
    question,
    value,
)

LABELS = [("claims", "glass"), ("claims", "fire"), ("policy", "change"), ("policy",), ("bill",)]
PATHS = st.sampled_from([*LABELS, ()])
ROWS = st.lists(st.tuples(st.sampled_from([*LABELS, None]), PATHS, st.floats(0, 1)), min_size=1, max_size=30)


def figures(scores: Any) -> dict[str, float]:
    measures = scores.measures()
    return {measure.name: float(measure(np.ones((1, _items(scores))))[0]) for measure in measures}


def _items(scores: Any) -> int:
    match scores:
        case Labels():
            return len(scores.true)
        case Fields() | Stated():
            return scores.items
        case Answers():
            return len(scores.scored)
        case Retrieval():
            return len(scores.ranks)
        case _:
            return len(scores.true)


def near(left: float, right: float) -> bool:
    return left == pytest.approx(right, nan_ok=True, abs=1e-12)


# --- labels ----------------------------------------------------------------------------------------------------------


@given(ROWS)
def test_figures_of_labels_are_scikit_learns(rows: list[tuple[Any, Any, float]]) -> None:
    found = figures(Labels.of(label_pairs(rows)))
    true, said = (["/".join(one or ()) for one in side] for side in list(zip(*rows, strict=True))[:2])
    named = sorted(set(true + said) - {""})
    assert near(found["accuracy"], accuracy_score(true, said))
    if present := sorted(set(true) - {""}):
        assert near(found["macro_f1"], f1_score(true, said, labels=present, average="macro", zero_division=0.0))
    if named:
        assert near(found["micro_f1"], f1_score(true, said, labels=named, average="micro", zero_division=0.0))


@given(ROWS)
def test_classes_and_confusion_count_every_item(rows: list[tuple[Any, Any, float]]) -> None:
    scores = Labels.of(label_pairs(rows))
    _, counts = scores.confusion()
    assert counts.sum() == len(rows)
    assert sum(n for _, _, n in scores.confusions()) == len(rows) - np.trace(counts)
    for one in scores.classes():
        assert one.items == sum(true == one.label for true, _, _ in rows)
    _, upper = scores.confusion(1)
    assert np.trace(upper) >= np.trace(counts)


def test_the_likeliest_leaf_is_taken_in_whatever_order_leaves_come() -> None:
    [truth] = label_pairs([(("a",), ("a",), 0.9)]).truths
    said = Prediction(("a",), 0.9, (Alternative(("b",), 0.1), Alternative(("a",), 0.9)), "accepted", (), NOBODY)
    stated = Labels.of(Pairs((truth,), (said,))).stated
    assert (stated.confidence.tolist(), stated.right.tolist()) == ([0.9], [True])


def test_labels_by_hand() -> None:
    rows = [
        (("claims", "glass"), ("claims", "glass"), 0.9),
        (("claims", "glass"), ("claims", "fire"), 0.8),  # the category is right
        (("claims", "fire"), ("claims",), 0.7),  # left open below
        (None, (), None),  # rightly none
        (None, None, None),  # failed: never right
    ]
    found = figures(Labels.of(label_pairs(rows)))
    assert found["accuracy"] == 2 / 5
    assert found["category_accuracy"] == 4 / 5
    # Labels and those above: 2 + 1 + 1 in common, 2 + 2 + 2 true, 2 + 2 + 1 said.
    assert near(found["hierarchical_f1"], 2 * 4 / (6 + 5))
    assert found["named"] == 3 / 5
    assert near(found["accuracy_named"], 1 / 3)


# --- confidences -----------------------------------------------------------------------------------------------------


STATEMENTS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 20).map(lambda n: n / 20), st.booleans()), min_size=1)


@given(STATEMENTS)
def test_calibration_by_brute_force(said: list[tuple[int, float, bool]]) -> None:
    found = figures(Stated.of(said, 5))
    confidence, right = [one for _, one, _ in said], [one for _, _, one in said]
    gaps = 0.0
    for number in range(BINS):
        # The edges as floats are: 0.3 * 10 is 3 to the computer too, and 1.0 belongs to the last bin.
        here = [(c, r) for c, r in zip(confidence, right, strict=True) if min(int(c * BINS), BINS - 1) == number]
        gaps += abs(sum(r - c for c, r in here))
    assert near(found["ece"], gaps / len(said))
    assert near(found["brier"], brier_score_loss([int(r) for r in right], confidence, pos_label=1))
    # The mean risk when each statement's like and all surer ones are made.
    risks = [np.mean([not r for c, r in zip(confidence, right, strict=True) if c >= own]) for own in confidence]
    assert near(found["aurc"], float(np.mean(risks)))


@given(STATEMENTS, st.lists(st.integers(0, 3), min_size=5, max_size=5))
def test_a_weight_counts_an_item_so_many_times(said: list[tuple[int, float, bool]], weights: list[int]) -> None:
    repeated = [one for one in said for _ in range(weights[one[0]])]
    found = [float(m(np.array([weights], dtype=np.float64))[0]) for m in Stated.of(said, 5).measures()]
    expected = [float(m(np.ones((1, 5)))[0]) for m in Stated.of(repeated, 5).measures()] or [math.nan] * 3
    assert found == pytest.approx(expected, nan_ok=True)


@given(STATEMENTS, st.sets(st.integers(0, 4), min_size=1).map(sorted))
def test_a_measure_over_some_items_is_that_of_their_statements(said: list[tuple[int, float, bool]], items: list[int]) -> None:
    number = {item: place for place, item in enumerate(items)}
    some = [(number[item], *rest) for item, *rest in said if item in number]
    ones = np.ones((1, len(items)))
    found = [float(m.at(np.array(items, np.intp))(ones)[0]) for m in Stated.of(said, 5).measures()]
    expected = [float(m(ones)[0]) for m in Stated.of(some, len(items)).measures()] or [math.nan] * 3  # type: ignore[arg-type]
    assert found == pytest.approx(expected, nan_ok=True)


# --- values and fields -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "left", "right", "equal"),
    [
        ("money", "1190.00", 1190, True),
        ("money", "1190.00", "1190.01", False),
        ("money", "1190.00", "1.190,00", False),
        ("number", "5", "5.0", True),
        ("date", "2026-05-03", "2026-05-03T00:00:00", True),
        ("date", "2026-05-03", "2026-03-05", False),
        ("name", "Dr. Hélène Weiß", "dr helene WEISS", True),
        ("text", "Hélène", "Helene", False),
        ("text", "A  b", "a B.", True),
        ("text", "%", "-", False),
        ("text", "1,5 %", "15 %", False),
        ("text", "1.190,00 €", "1190,00 €", True),
        ("text", "01.02.2026", "01/02/2026", True),
        ("text", "4.567.890", "4567890", True),
        ("identifier", "0012-3", "00123", True),
        ("identifier", "0012", "12", False),
        ("yes_no", True, "true", True),
        ("yes_no", True, False, False),
        ("yes_no", False, "perhaps", False),
        ("number", "12", "sNaN", False),
        ("money", "12.00", "Infinity", False),
        (None, "0012", "12", False),
        (None, "119000", "1190.00", False),
        (None, "-100", "100", False),
        (None, "-100", "-100.0", True),
        (None, "12.50", "12.5", True),
        (None, 12, "12.0", True),
        (None, "2026-05-03", "2026-05-03", True),
    ],
)
def test_values_are_compared_by_what_they_mean(kind: FieldType | None, left: Any, right: Any, equal: bool) -> None:
    assert Truth(left, kind).same(right) is equal


@given(st.text(max_size=9), st.sampled_from(get_args(FieldType)))
def test_every_value_is_the_same_as_itself(text: str, kind: FieldType) -> None:
    assert meaning(kind, text) == meaning(kind, text)


def test_fields_by_hand() -> None:
    gold = {"total": Truth("10.00", "money", span=Span(0, 10)), "due": Truth("2026-01-02"), "iban": None, "vat": None}
    said = extraction(
        total=value("10.00", (5, 15), 0.9), due=value("2026-02-01", None, 0.8), iban=value("X", None, 0.7), notes="not asked"
    )
    found = figures(Fields.of(field_pairs((gold, said), (gold, None))))
    # 1 right, 1 wrong, 1 invented, 1 rightly absent; then a failure: 2 missed, 2 absent.
    assert near(found["precision"], 1 / 3)
    assert near(found["recall"], 1 / 4)
    assert near(found["f1"], 2 * (1 / 3) * (1 / 4) / (1 / 3 + 1 / 4))
    assert near(found["invented_rate"], 1 / 4)
    assert near(found["missed_rate"], 2 / 4)
    assert near(found["span_iou"], 5 / 15)
    assert found["complete"] == 0.0
    assert near(found["brier"], (0.1**2 + 0.8**2 + 0.7**2) / 3)


def test_a_document_that_the_system_failed_at_is_never_complete() -> None:
    nothing: dict[str, Truth | None] = {"iban": None}
    found = figures(Fields.of(field_pairs((nothing, extraction()), (nothing, None))))
    assert found["complete"] == 1 / 2


def test_rows_of_lists_are_matched_whatever_their_order() -> None:
    gold: dict[str, Truth | None] = {
        "lines[0].text": Truth("glass"), "lines[0].amount": Truth("5.00"),
        "lines[1].text": Truth("wood"), "lines[1].amount": Truth("7.00"),
        "names": None,
    }  # fmt: skip
    said = {
        "lines[0].text": value("wood"), "lines[0].amount": value("7.00"),
        "lines[1].text": value("stone"), "lines[1].amount": value("1.00"),
        "lines[2].text": value("glass"), "lines[2].amount": value("6.00"),
        "names[0]": value("Anna"),
    }  # fmt: skip
    found = sorted((one.path, one.kind) for one in outcomes(0, gold, said))
    assert found == sorted(
        [
            ("lines[].text", "right"), ("lines[].amount", "right"), ("lines[].text", "right"), ("lines[].amount", "wrong"),
            ("lines[].text", "invented"), ("lines[].amount", "invented"), ("names[]", "invented"),
        ]
    )  # fmt: skip


WORDS = st.lists(st.sampled_from("abcde"), min_size=1, max_size=4)


@given(WORDS, WORDS)
def test_lists_are_matched_as_well_as_can_be(true: list[str], said: list[str]) -> None:
    gold: dict[str, Truth | None] = {f"names[{i}]": Truth(word) for i, word in enumerate(true)}
    shown = {f"names[{i}]": value(word) for i, word in enumerate(said)}
    kinds = [one.kind for one in outcomes(0, gold, shown)]
    short, long = sorted([true, said], key=len)
    best = max(sum(a == b for a, b in zip(short, some, strict=True)) for some in itertools.permutations(long, len(short)))
    assert kinds.count("right") == best
    assert kinds.count("right") + kinds.count("wrong") + kinds.count("missed") == len(true)
    assert kinds.count("right") + kinds.count("wrong") + kinds.count("invented") == len(said)


@given(st.tuples(*[st.integers(0, 9)] * 4))
def test_overlap_is_that_of_sets_of_characters(ends: tuple[int, int, int, int]) -> None:
    left, right = Span(*sorted(ends[:2])), Span(*sorted(ends[2:]))
    a, b = (set(range(span.start, span.end)) for span in (left, right))
    assert iou(left, right) == pytest.approx(len(a & b) / max(1, len(a | b)))


# --- retrieval -------------------------------------------------------------------------------------------------------


@given(st.lists(st.permutations(range(6)), min_size=1, max_size=5), st.integers(1, 4))
def test_retrieval_is_ir_measures(orders: list[list[int]], passages: int) -> None:
    """Each hit has one passage at most, so both count the same."""
    evidence = [at("d", 10 * i, 10 * i + 5) for i in range(passages)]
    truths = [question("x", evidence=evidence, item=f"q{i}") for i in range(len(orders))]
    said = [answer(hits=[hit("d", 10 * place, 10 * place + 9) for place in order[:5]]) for order in orders]
    found = figures(Retrieval.of(Pairs(tuple(truths), tuple(said))))
    qrels = {f"q{i}": {str(place): 1 for place in range(passages)} for i in range(len(orders))}
    run = {f"q{i}": {str(p): -float(rank) for rank, p in enumerate(order[:5])} for i, order in enumerate(orders)}
    expected = ir_measures.calc_aggregate([R @ 1, R @ 3, R @ 5, RR, nDCG @ 5], qrels, run)
    for name, measure in (("recall@1", R @ 1), ("recall@3", R @ 3), ("recall@5", R @ 5), ("mrr", RR), ("ndcg@5", nDCG @ 5)):
        assert found[name] == pytest.approx(expected[measure]), name


def test_a_hit_can_hold_two_passages_and_a_passage_can_lie_across_two() -> None:
    both, across = (at("d", 0, 5), at("d", 6, 9)), (at("d", 5, 15),)
    truths = (question("x", evidence=both, item="1"), question("x", evidence=across, item="2"), question("x", item="3"))
    said = (answer(hits=[hit("e", 0, 9), hit("d", 0, 10)]), answer(hits=[hit("d", 0, 10), hit("d", 10, 20)]), answer())
    found = figures(Retrieval.of(Pairs(truths, said)))
    assert found["recall@1"] == (0 + 1) / 2  # a question without passages is not asked
    assert found["mrr"] == (1 / 2 + 1) / 2


def test_a_passage_without_a_span_is_found_by_its_words() -> None:
    truth = question("x", evidence=[Evidence("d.pdf", text="Up to 300 €")])
    said = answer(hits=[hit("d", 0, 5, "Not this."), hit("d", 5, 40, "Glass is covered up to 300 €.")])
    assert figures(Retrieval.of(Pairs((truth,), (said,))))["mrr"] == 1 / 2


# --- answers ---------------------------------------------------------------------------------------------------------


def test_words_of_answers_by_hand() -> None:
    assert exact("The 300 euros!", ["300 euros"], "en")
    assert exact("l’assureur", ["Assureur"], "fr")
    assert not exact("die Versicherung", ["Versicherer"], "de")
    assert exact("assure\u0301", ["assuré"], "fr")
    assert exact("Vitamin", ["das Vitamin"], "de")
    assert exact("A.", ["a"], "en")
    assert not exact("the", ["a"], "en")
    assert f1("A", ["a"], "en") == 1.0
    # "cat sat mat" and "cat mat sat down": 3 words in common of 3 and 4.
    assert f1("The cat sat, mat", ["a dog", "cat mat sat down"], "en") == pytest.approx(2 * 3 / 7)
    assert contains("It is 300 euros a year.", ["300 euros"], "en")
    assert not contains("It is 1300 euros a year.", ["300 euros"], "en")


def test_answers_by_hand() -> None:
    here = [at("d", 0, 10), at("d", 20, 30)]
    truths = (
        question("300 euros", evidence=here, item="1"),
        question("fire", evidence=here, item="2"),
        question(answerable=False, item="3"),
        question(answerable=False, item="4"),
        question("theft", item="5"),
    )
    said = (
        answer("It is 300 euros", [citation("d", 5, 8), citation("d", 50, 60)]),
        answer(abstained=True),
        answer(abstained=True),
        answer("It is hail.", supported=False),
        None,
    )
    scores = Answers.of(Pairs(truths, said))
    found = figures(scores)
    assert found["exact"] == 0
    assert near(found["f1"], (2 * 2 / (2 + 4)) / 3)
    assert near(found["holds"], 1 / 3)
    assert found["citation_precision"] == 1 / 2
    assert found["citation_recall"] == 1 / 4
    assert found["supported"] == 1 / 2
    assert near(found["refused_answerable"], 2 / 3)
    assert found["answered_unanswerable"] == 1 / 2
    assert scores.right.tolist() == [True, False, True, False, False]


# --- support ---------------------------------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.integers(0, 5)), min_size=2), st.randoms(use_true_random=False))
def test_support_is_scikit_learns(rows: list[tuple[bool, bool, int]], random: Any) -> None:
    true, said, scores = (np.array(column) for column in zip(*rows, strict=True))
    found = figures(Support(true, said, scores.astype(np.float64)))
    if true.any() and said.any():
        assert near(found["f1"], f1_score(true, said))
    if 0 < true.sum() < len(true):
        assert near(found["auroc"], roc_auc_score(true, scores))
        weights = np.array([[random.randint(0, 3) for _ in rows]], dtype=np.float64)
        measure = Support(true, said, scores.astype(np.float64)).measures()[-1]
        if (weights[0] @ true) and (weights[0] @ ~true):
            assert near(float(measure(weights)[0]), roc_auc_score(true, scores, sample_weight=weights[0]))


def test_what_every_kind_measures_is_of_its_items() -> None:
    makers: list[Callable[[], Any]] = [
        lambda: Labels.of(label_pairs([(LABELS[0], LABELS[0], 0.5)] * 3)),
        lambda: Fields.of(Pairs((FieldsAnnotation(item="i", annotator="a", fields={"x": Truth("1")}),), (None,))),
        lambda: Answers.of(Pairs((question("x"),), (answer("x"),))),
    ]
    for make in makers:
        scores = make()
        names = [measure.name for measure in scores.measures()]
        assert len(names) == len(set(names))
