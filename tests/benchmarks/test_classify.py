"""The figures of benchmarks/classify, against scikit-learn and against cases worked by hand."""

from __future__ import annotations

import gzip
import json
import sys

import numpy as np
import pytest
import scipy.sparse
from benchmarks.classify import bootstrap, predictions, reliability, runs, tables
from benchmarks.classify.baselines import coordinates
from benchmarks.classify.collected import collect
from benchmarks.classify.confidence import precise
from benchmarks.classify.few_shot import pairs, regression
from benchmarks.classify.metrics import auroc, category_scores, macro_f1, outcome
from benchmarks.classify.predictions import Predictions, Run
from sklearn.metrics import f1_score, roc_auc_score
from sklearn.svm import LinearSVC

from foyerdoc.evaluation.metrics.confidence import wilson

LEAVES = (("a", "x"), ("a", "y"), ("b", "z"))


def made(scores, true, run=None, **more):
    scores = np.array(scores, dtype=np.float32)
    ids = tuple(f"d{i}" for i in range(len(scores)))
    return Predictions(
        run or Run("s", "service_public_fr"),
        LEAVES,
        ids,
        np.array(true, dtype=np.int32),
        scores,
        **{"probabilistic": True, **more},
    )


def test_what_is_written_is_read(tmp_path):
    paths = (("a", "x"), ("b",), ())
    written = made(
        np.full((3, 3), 1 / 3), [0, 2, -1], paths=paths, decisions=("accepted", "category_only", "abstained"), config={"r": 8}
    )
    read = predictions.read(predictions.write(tmp_path, written))
    assert read.run == written.run
    assert (read.leaves, read.ids, read.paths, read.decisions) == (LEAVES, written.ids, paths, written.decisions)
    assert (read.scope, read.confidence, read.config) == (None, None, {"r": 8})
    np.testing.assert_array_equal(read.scores, written.scores)
    np.testing.assert_array_equal(read.true, written.true)


def test_scores_that_are_no_probabilities_are_refused():
    with pytest.raises(ValueError, match="sum to 1"):
        made([[0.5, 0.1, 0.1]], [0])
    with pytest.raises(ValueError, match="finite"):
        made([[np.nan, 0.5, 0.5]], [0])


def test_a_category_is_the_sum_of_its_leaves():
    p = made([[0.25, 0.35, 0.4], [0.1, 0.1, 0.8]], [1, 2])
    sums, of_leaf = category_scores(p)
    np.testing.assert_allclose(sums, [[0.6, 0.4], [0.2, 0.8]], atol=1e-6)
    assert of_leaf.tolist() == [0, 0, 1]
    found = outcome([p])
    assert found.right["category"].tolist() == [True, True]
    assert found.named.tolist() == [1, 2]  # the best leaf of the best category, though z has more alone
    np.testing.assert_allclose(found.confidence["leaf"], [0.35, 0.8], atol=1e-6)
    ordered = outcome([made([[0.2, 0.3, 0.4]], [2], probabilistic=False)])
    assert ordered.named.tolist() == [2]


def test_macro_f1_is_that_of_scikit_learn():
    generator = np.random.default_rng(3)
    scores = generator.normal(size=(60, 3))
    true = generator.integers(3, size=60)
    found = outcome([made(scores, true, probabilistic=False)])
    named = np.asarray(scores, dtype=np.float32).argmax(axis=1)
    assert macro_f1(found, np.ones(60)) == pytest.approx(f1_score(true, named, average="macro"))
    few = np.array([True, False, True])
    assert macro_f1(found, np.ones(60), few) == pytest.approx(f1_score(true, named, labels=[0, 2], average="macro"))
    # Drawn twice is there twice, whatever the order of ids made of the rows.
    weights = generator.integers(0, 3, size=60).astype(float)
    again = np.repeat(np.arange(60), weights.astype(int))
    expected = f1_score(found.true[again], found.named[again], average="macro")
    assert macro_f1(found, weights) == pytest.approx(expected)


def test_auroc_is_that_of_scikit_learn_with_ties():
    generator = np.random.default_rng(5)
    inside, outside = generator.integers(0, 9, 70) + 2.0, generator.integers(0, 9, 40) + 0.0
    expected = roc_auc_score([1] * 70 + [0] * 40, np.concatenate([inside, outside]))
    assert auroc(inside, outside) == pytest.approx(expected)


def test_ece_by_hand():
    # Bin 0.9: two documents, mean confidence 0.925, one right; bin 0.6: one, 0.65, right.
    confidence, right = np.array([0.95, 0.9, 0.65]), np.array([True, False, True])
    assert reliability.ece(confidence, right, np.ones(3)) == pytest.approx((2 * 0.425 + 0.35) / 3)
    assert reliability.ece(np.array([1.0, 1.0]), np.array([True, True]), np.ones(2)) == 0


def test_ece_of_a_perfect_classifier_shrinks_with_documents():
    few, many = np.linspace(0.5, 1, 100), np.linspace(0.5, 1, 10_000)
    small, large = reliability.perfect([few], 0.0, times=200), reliability.perfect([many], 0.0, times=200)
    assert 0.02 < small.mean < 0.1
    assert large.mean < small.mean / 5
    assert small.chance == 1.0  # no sample is below 0
    assert reliability.perfect([many], 0.3, times=200).chance == 0.0


def test_risk_and_coverage_by_hand():
    confidence, right = np.array([0.9, 0.8, 0.8, 0.1]), np.array([True, False, True, False])
    coverage, risk = reliability.risk_coverage(confidence, right)
    np.testing.assert_allclose(coverage, [0.25, 0.75, 1.0])
    np.testing.assert_allclose(risk, [0, 1 / 3, 0.5])
    assert reliability.area(confidence, right) == pytest.approx(0.5 / 3 + 0.25 * 0.5)
    # Errors last: the area is that of the best order, up to the step.
    sure, hit = np.linspace(1, 0, 1000), np.arange(1000) < 800
    assert reliability.area(sure, hit) == pytest.approx(reliability.best_area(0.2), abs=1e-3)


def test_wilson_is_the_textbooks():
    assert wilson(8, 10) == pytest.approx((0.4902, 0.9433), abs=1e-4)
    assert wilson(0, 0) == (0.0, 1.0)


def test_a_paired_difference_is_surer_than_its_parts():
    generator = np.random.default_rng(0)
    ours = generator.random(400) < 0.7
    theirs = ours.copy()
    theirs[:8] = ~theirs[:8]
    apart = bootstrap.estimate([lambda w: float(w @ ours / w.sum())], 400, times=300)
    paired = bootstrap.estimate([lambda w: float(w @ ours / w.sum())], 400, [lambda w: float(w @ theirs / w.sum())], 300)
    assert apart.low < apart.value < apart.high
    assert apart.value == pytest.approx(ours.mean())
    assert paired.value == pytest.approx(ours.mean() - theirs.mean())
    assert paired.high - paired.low < (apart.high - apart.low) / 2


def test_precision_counts_what_is_answered(tmp_path):
    paths = (("a", "x"), ("a",), (), ("b", "z"))
    run = Run("s", "service_public_fr")
    predictions.write(tmp_path, made(np.full((4, 3), 1 / 3), [0, 2, 1, 1], run, paths=paths))
    cells, notes = collect([tmp_path])
    cell = cells["s", "service_public_fr", None]
    assert not notes
    assert precise(cell, cell.outcomes, "category").value == pytest.approx(1 / 3)
    assert precise(cell, cell.outcomes, "leaf").value == pytest.approx(1 / 2)


def test_choices_of_examples_keep_shares_and_nest():
    items = [runs.Item(f"{leaf}{i}", "", ("c", leaf)) for leaf, n in (("p", 60), ("q", 30), ("r", 10)) for i in range(n)]
    small, large = runs.subset(items, 20, seed=1), runs.subset(items, 50, seed=1)
    assert set(small) <= set(large)
    counts = [sum(item.path[1] == leaf for item in large) for leaf in "pqr"]
    assert sum(counts) == 50
    assert all(abs(count - n) <= 1 for count, n in zip(counts, (30, 15, 5), strict=True))
    assert set(runs.subset(items, 20, seed=2)) != set(small)


def test_pairs_are_as_many_of_either_kind():
    labels = [0] * 6 + [1] * 6
    found = pairs(labels, seed=0, most=1000)
    assert sum(same for *_, same in found) == len(found) / 2 == 12 * 20
    assert all((labels[i] == labels[j]) == same and i != j for i, j, same in found)
    assert len(pairs(labels, seed=0, most=48)) == 48
    assert pairs([0, 0, 0], seed=0, most=48) == []


def test_one_example_a_leaf_is_enough():
    x = np.eye(8, dtype=np.float32)
    assert regression(x, list(range(8)), seed=0).predict(x).tolist() == list(range(8))


def test_coordinates_keep_the_machine():
    generator = np.random.default_rng(4)
    learnt, asked = (scipy.sparse.csr_array(generator.random((n, 300)) * (generator.random((n, 300)) < 0.1)) for n in (40, 25))
    labels = generator.integers(3, size=40)
    few, others = coordinates(learnt, asked)
    assert few.shape[1] <= 40
    expected = LinearSVC(tol=1e-8, max_iter=100_000).fit(learnt, labels).decision_function(asked)
    found = LinearSVC(tol=1e-8, max_iter=100_000).fit(few, labels).decision_function(others)
    np.testing.assert_allclose(found, expected, atol=1e-4)


@pytest.fixture
def data(tmp_path):
    """A folder of data sets as the benchmark expects it, of a few words each."""

    def rows(category, leaf, n, **more):
        # Two texts are the same: they may not part.
        names = [f"k{i % 4}" for i in range(n)]
        texts = [f"{name} {name} word{i}" for i, name in enumerate(names)]
        texts[-1] = texts[-5]
        return [{"id": f"i{i}", "text": texts[i], category: f"c{i % 2}", leaf: names[i], **more} for i in range(n)]

    clinc = [
        {**row, "split": part}
        for part, n in (("train", 24), ("val", 8), ("test", 12))
        for row in rows("category", "subcategory", n)
    ]
    clinc += [{"text": "zzz", "category": "oos", "subcategory": "oos", "split": "oos_test"}] * 3
    for row in clinc:
        row.pop("id", None)
    sets = {
        "classify/service_public_fr": rows("category", "subcategory", 60),
        "classify/clinc150": clinc,
        "classify/cfpb_complaints": rows("category", "subcategory", 40),
        "extract/cuad/contracts": rows("contract_group", "contract_type", 40),
    }
    for name, lines in sets.items():
        path = tmp_path / "data" / f"{name}.jsonl.gz"
        path.parent.mkdir(parents=True, exist_ok=True)
        with gzip.open(path, "wt", encoding="utf-8") as file:
            file.writelines(json.dumps(line) + "\n" for line in lines)
    return tmp_path / "data"


def test_folds_are_even_and_part_no_twins(data):
    splits = [runs.split(data, Run("", "cfpb_complaints", fold)) for fold in range(5)]
    tested = [item for split in splits for item in split.test]
    assert len(tested) == 40 == len({item.id for item in tested})
    for split in splits:
        assert not {item.id for item in split.train} & {item.id for item in split.test}
        counts = [sum(item.path == leaf for item in split.test) for leaf in split.leaves]
        assert all(1 <= count <= 3 for count in counts)
        twins = [item for item in split.test if item.id in {"i39", "i35"}]
        assert len(twins) in {0, 2}


def test_results_become_tables(data, tmp_path, monkeypatch):
    monkeypatch.setattr(bootstrap, "DRAWS", 20)
    monkeypatch.setattr(reliability, "SAMPLES", 20)
    generator = np.random.default_rng(2)
    for system, quality in (("tfidf", 0.3), ("nf4", 0.9)):
        for run in runs.plan(system, sizes=[None]):
            split = runs.split(data, run)
            scores = generator.dirichlet(np.ones(len(split.leaves)), len(split.tested))
            right = generator.random(len(scores)) < quality
            scores[right, np.array(split.true)[right]] += 5
            scores /= scores.sum(axis=1, keepdims=True)
            paths = tuple(split.leaves[i] if p > 0.7 else () for i, p in zip(scores.argmax(1), scores.max(1), strict=True))
            more = {} if system == "tfidf" else {"paths": paths, "seconds": {"train": 1.0}}
            found = runs.record(run, split, split.leaves, scores, probabilistic=system != "tfidf", **more)
            if (run.dataset, run.fold, run.seed) != ("cuad", 3, 2):
                predictions.write(tmp_path / "results", found)
    arguments = [
        "tables",
        str(tmp_path / "results"),
        "--data",
        str(data),
        "--out",
        str(tmp_path / "out"),
        "--baseline",
        "tfidf",
    ]
    monkeypatch.setattr(sys, "argv", [*arguments, "--show", "nf4"])
    assert tables.main() == 0
    text = (tmp_path / "out" / "classify.md").read_text(encoding="utf-8")
    assert "cuad, all examples, seed 2: 4 folds, left out" in text
    assert "| nf4 | 3 |" in text
    assert "| nf4 | 2 |" in text
    assert "4 of 4 | yes |" in text
    svg = (tmp_path / "out" / "confidence-nf4.svg").read_text(encoding="utf-8")
    assert svg.count("<polyline") >= 2 * (3 * 3 + 2)
