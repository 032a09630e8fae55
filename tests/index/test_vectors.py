from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from foyerdoc.errors import DamagedFile, UsageError
from foyerdoc.index import shards as shards_module
from foyerdoc.index import vectors as module
from foyerdoc.index.shards import Shards, _largest, find_gpus
from foyerdoc.index.vectors import Vectors

needs_gpu = pytest.mark.skipif(not find_gpus(), reason="needs a GPU")


def unit(seed, n, dimensions=8):
    """Unit vectors as half precision keeps them: comparing with NumPy is then exact."""
    vectors = np.random.default_rng(seed).normal(size=(n, dimensions))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors.astype(np.float16).astype(np.float32)


def clustered(seed, n, dimensions=16):
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(40, dimensions))[rng.integers(40, size=n)] + 0.6 * rng.normal(size=(n, dimensions))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def brute(held, queries, k):
    """What NumPy answers: best first, equal scores by number."""
    numbers = np.array(sorted(held), dtype=np.int64)
    data = np.array([held[one] for one in numbers.tolist()], dtype=np.float32).reshape(len(numbers), -1)
    scores, found = [], []
    for query in queries:
        exact = (data * query.astype(np.float64)).sum(axis=1).astype(np.float32)
        order = np.lexsort((numbers, -exact))[:k]
        scores.append(exact[order])
        found.append(numbers[order])
    return np.array(scores), np.array(found)


def assert_same(found, expected):
    np.testing.assert_allclose(found[0], expected[0], atol=1e-6)
    np.testing.assert_array_equal(found[1], expected[1])


class AgreesWithNumpy(RuleBasedStateMachine):
    """Whatever is added, removed, put back and saved, a search answers what NumPy does, ties included."""

    def __init__(self):
        super().__init__()
        self.vectors, self.held = Vectors(8), {}

    # Few different vectors, so that many are equal.
    @rule(numbers=st.lists(st.integers(0, 200), unique=True, max_size=40), seed=st.integers(0, 3))
    def add(self, numbers, seed):
        new = [one for one in numbers if one not in self.held]
        data = unit(seed, 6)[np.arange(len(new)) % 6]
        self.vectors.add_arrays(np.array(new, dtype=np.int64), data)
        self.held |= dict(zip(new, data, strict=True))

    @rule(start=st.integers(0, 3), seed=st.integers(0, 3))
    def add_ascending(self, start, seed):
        first = max(self.held, default=0) + 1 + start
        data = unit(seed, 30)
        self.vectors.add_arrays(np.arange(first, first + 30), data)
        self.held |= dict(zip(range(first, first + 30), data, strict=True))

    @rule(numbers=st.lists(st.integers(0, 250), max_size=60))
    def remove(self, numbers):
        self.vectors.remove(np.array(numbers, dtype=np.int64))
        for one in numbers:
            self.held.pop(one, None)

    @rule(seed=st.integers(0, 5), k=st.integers(0, 300), of=st.none() | st.lists(st.integers(0, 250), max_size=60))
    def search(self, seed, k, of):
        held = {one: self.held[one] for one in self.held if of is None or one in of}
        among = None if of is None else np.array(of, dtype=np.int64)
        found = self.vectors.search(unit(seed, 2), k, among=among)
        assert found[1].shape == (2, min(k, len(held)))
        if held and k:
            assert_same(found, brute(held, unit(seed, 2), k))

    @invariant()
    def holds_the_same_numbers(self):
        assert self.vectors.ids.tolist() == sorted(self.held)
        assert len(self.vectors) == len(self.held)


TestAgreesWithNumpy = AgreesWithNumpy.TestCase
TestAgreesWithNumpy.settings = settings(max_examples=40, stateful_step_count=12, deadline=None)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 400), st.integers(0, 500), st.booleans())
def test_reading_all_lists_is_exact(seed, k, gone, some):
    """The lists only propose: when all are read, deletion, selection and ties come out as they do without them."""
    data = unit(seed, 60)[np.random.default_rng(seed).integers(60, size=600)]
    vectors = Vectors(8, exact_up_to=50)
    vectors.add_arrays(np.arange(600), data)
    vectors.search(data[:1], 1)
    assert vectors.probes
    vectors._lists.probes = (10**6,) * 3
    vectors.remove(np.arange(gone))
    held = {one: data[one] for one in range(gone, 600) if not some or one % 3}
    among = np.array(sorted(held)) if some else None
    assert_same(vectors.search(unit(seed + 1, 3), k, among=among), brute(held, unit(seed + 1, 3), k))


@pytest.mark.parametrize("recall", [0.8, 0.95, 0.99])
@pytest.mark.parametrize("k", [1, 10, 25, 100])
def test_the_lists_reach_the_recall_that_was_asked_for(recall, k):
    data = clustered(0, 6000)
    exact, vectors = Vectors(16, recall=1), Vectors(16, recall=recall, exact_up_to=1000)
    for one in (exact, vectors):
        one.add_arrays(np.arange(6000), data)
    # Neither vectors of the store nor the sample it measured with: means of two.
    pairs = data[np.random.default_rng(1).integers(6000, size=(200, 2))].sum(axis=1)
    queries = (pairs / np.linalg.norm(pairs, axis=1, keepdims=True)).astype(np.float32)

    def measured(among=None):
        true, found = (one.search(queries, k, among=among)[1] for one in (exact, vectors))
        return np.mean([np.isin(a, b).mean() for a, b in zip(true, found, strict=True)])

    assert measured() >= recall
    assert max(vectors.probes) < len(vectors._lists.centroids)
    third = np.arange(0, 6000, 3)
    assert measured(third) >= recall
    assert (vectors.search(queries, k, among=third)[1] % 3 == 0).all()


def test_lists_are_chosen_again_when_the_store_has_grown():
    data = clustered(0, 5000)
    vectors = Vectors(16, exact_up_to=1000)
    vectors.add_arrays(np.arange(1000), data[:1000])
    vectors.search(data[:1], 1)
    assert vectors.probes == ()
    vectors.add_arrays(np.arange(1000, 2000), data[1000:2000])
    vectors.search(data[:1], 1)
    first = vectors._lists
    assert (first.trained_on, first.chosen_on) == (2000, 2000)
    vectors.add_arrays(np.arange(2000, 2400), data[2000:2400])
    assert vectors.search(data[2300:2301], 1)[1].tolist() == [[2300]]
    assert (vectors._lists, first.chosen_on) == (first, 2000)
    vectors.add_arrays(np.arange(2400, 2600), data[2400:2600])
    vectors.search(data[:1], 1)
    assert (vectors._lists, first.chosen_on) == (first, 2600)
    vectors.add_arrays(np.arange(2600, 5000), data[2600:])
    vectors.search(data[:1], 1)
    assert vectors._lists.trained_on == 5000
    vectors.remove(np.arange(4500))
    assert_same(vectors.search(data[:2], 20), brute(dict(enumerate(data[4500:].astype(np.float16), 4500)), data[:2], 20))
    assert vectors.probes == ()


def test_lists_that_hold_too_few_are_not_all_that_is_read():
    data = clustered(0, 3000)
    vectors = Vectors(16, recall=0.5, exact_up_to=100)
    vectors.add_arrays(np.arange(3000), data)
    vectors.search(data[:1], 1)
    vectors._lists.probes = (1, 1, 1)
    far = np.argsort(data @ data[0])[:200]
    assert vectors.search(data[:1], 90, among=far)[1].shape == (1, 90)


@pytest.mark.parametrize("exact_up_to", [10_000, 100])
def test_comes_back_from_disk(tmp_path, exact_up_to):
    vectors, queries = Vectors(16, exact_up_to=exact_up_to, recall=0.9), clustered(1, 20)
    vectors.add_arrays(np.arange(1500) + 100, clustered(0, 1500))
    vectors.search(queries, 1)
    vectors.add_arrays(np.arange(1500, 1600) + 100, clustered(2, 100))
    vectors.remove(np.arange(104, 300))
    vectors.save(tmp_path / "v", about={"generation": "3"}, files={"more": b"1"})
    loaded, about = Vectors.load(tmp_path / "v")
    assert about["generation"] == "3"
    assert loaded.probes == vectors.probes
    assert bool(loaded.probes) == (exact_up_to == 100)
    np.testing.assert_array_equal(loaded.ids, vectors.ids)
    for k in (5, 2000):
        for one, other in zip(loaded.search(queries, k), vectors.search(queries, k), strict=True):
            np.testing.assert_array_equal(one, other)
    assert np.load(tmp_path / "v" / "vectors.npy").dtype == np.float16
    (tmp_path / "v" / "vectors.npy").write_bytes(b"junk")
    with pytest.raises(DamagedFile):
        Vectors.load(tmp_path / "v")


def test_an_empty_store(tmp_path):
    vectors = Vectors(8)
    vectors.save(tmp_path / "v", about={})
    for one in (vectors, Vectors.load(tmp_path / "v")[0]):
        assert one.search(unit(0, 2), 5)[0].shape == (2, 0)
        assert one.search(unit(0, 2), 5, among=np.array([1]))[1].shape == (2, 0)
        assert one.search(unit(0, 0), 5)[1].shape == (0, 0)
        one.remove(np.array([3]))
        assert one.ids.tolist() == []


def test_what_does_not_fit_is_refused():
    vectors = Vectors(8)
    vectors.add_arrays(np.array([1, 2]), unit(0, 2))
    broken = unit(0, 1)
    broken[0, 0] = np.nan
    wrong = [
        ([2], unit(0, 1)),
        ([5, 5], unit(0, 2)),
        ([5], unit(0, 1, 7)),
        ([5], unit(0, 2)),
        ([5], broken),
        ([5], 2 * unit(0, 1)),
    ]
    for ids, data in wrong:
        with pytest.raises(UsageError):
            vectors.add_arrays(np.array(ids), data)
    with pytest.raises(UsageError):
        vectors.search(broken, 1)
    with pytest.raises(UsageError):
        vectors.cosines(unit(0, 1)[0], np.array([1, 7]))
    with pytest.raises(UsageError):
        Vectors(8, recall=1.5)
    assert vectors.ids.tolist() == [1, 2]


def test_cosines_are_those_of_the_search():
    vectors, query = Vectors(8), unit(1, 1)
    vectors.add_arrays(np.arange(20), unit(0, 20))
    scores, numbers = vectors.search(query, 20)
    np.testing.assert_array_equal(vectors.cosines(query[0], numbers[0]), scores[0])


@pytest.fixture(params=[1, 3])
def pretended_gpus(request, monkeypatch):
    """The GPUs' path with the CPU as each of them."""
    made = []

    class Counted(Shards):
        def __init__(self, dimensions, devices):
            super().__init__(dimensions, devices)
            made.append(self)

    monkeypatch.setattr(module, "find_gpus", lambda: ("cpu",) * request.param)
    monkeypatch.setattr(module, "_GPU_FROM", 1)
    monkeypatch.setattr(module, "Shards", Counted)
    monkeypatch.setattr(shards_module, "_DEALT", 16)
    return made


def walk_through_changes(dimensions=8):
    """Adds, deletions, small and large k, selections, ties: what a store on GPUs must answer as one without does."""
    data, queries = unit(0, 40, dimensions)[np.random.default_rng(1).integers(40, size=300)], unit(2, 4, dimensions)
    vectors, held = Vectors(dimensions, exact_up_to=20), {}
    for start in range(0, 300, 50):
        vectors.add_arrays(np.arange(start, start + 50) * 2, data[start : start + 50])
        held |= {2 * one: data[one] for one in range(start, start + 50)}
        for k in (1, 10, 45, 60, 300):
            assert_same(vectors.search(queries, k), brute(held, queries, k))
        gone = np.arange(start, start + 7) * 2
        vectors.remove(gone)
        for one in gone:
            del held[one]
        assert_same(vectors.search(queries, 10), brute(held, queries, 10))
        for every in (4, 30):
            some = {one: held[one] for one in held if one % every == 0}
            assert_same(vectors.search(queries, 10, among=np.array(sorted(some)[::-1])), brute(some, queries, 10))
    assert vectors.probes == ()
    return vectors


def test_shards_answer_what_the_cpu_does(pretended_gpus):
    vectors = walk_through_changes()
    # Made once: what is added and deleted is told.
    assert pretended_gpus == [vectors._shards]


def test_shards_that_read_their_rows_in_parts_answer_what_the_cpu_does(pretended_gpus, monkeypatch):
    for name, value in {"_SCORES": 64, "_QUERIES": 2, "_DECODED": 100, "_GROUP": 4, "_DEALT": 3}.items():
        monkeypatch.setattr(shards_module, name, value)
    walk_through_changes()


def test_scores_that_differ_by_less_than_is_rounded_are_told_apart(pretended_gpus):
    close = unit(0, 1) + 0.01 * np.random.default_rng(1).normal(size=(800, 8))
    close = (close / np.linalg.norm(close, axis=1, keepdims=True)).astype(np.float16)
    vectors, queries = Vectors(8), unit(0, 1)
    queries = (queries + 1e-4 * np.random.default_rng(2).normal(size=(5, 8))).astype(np.float32)
    vectors.add_arrays(np.arange(800), close)
    for k in (10, 400):
        assert_same(vectors.search(queries, k), brute(dict(enumerate(close)), queries, k))


@pytest.mark.parametrize("error", ["OutOfMemoryError", "AcceleratorError", "RuntimeError"])
@pytest.mark.parametrize("name", ["add", "search"])
def test_what_a_gpu_cannot_do_the_cpu_does(pretended_gpus, monkeypatch, name, error):
    import torch

    def fails(*_):
        raise getattr(torch, error, RuntimeError)("the device is out of order")

    data, queries = unit(0, 100), unit(1, 3)
    vectors = Vectors(8)
    vectors.add_arrays(np.arange(100), data)
    with monkeypatch.context() as patched:
        patched.setattr(Shards, name, fails)
        for k in (5, 100):
            assert_same(vectors.search(queries, k), brute(dict(enumerate(data)), queries, k))
    # Vectors that found no room are not sent again; after a search that failed the next one may do.
    assert (vectors._shards is None) == (name == "add")
    assert_same(vectors.search(queries, 5), brute(dict(enumerate(data)), queries, 5))
    assert len(pretended_gpus) == 1


@given(st.integers(0, 10**6), st.integers(1, 500), st.integers(1, 80))
def test_the_largest_by_groups_are_the_largest(seed, n, k):
    import torch

    # Few different values, and some that may not be found.
    scores = torch.from_numpy(np.random.default_rng(seed).integers(0, 50, size=(3, n)).astype(np.float32))
    scores[scores < 5] = -torch.inf
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(shards_module, "_GROUP", 4)
        values, columns = _largest(scores, k)
    assert torch.equal(values.sort(dim=1).values, scores.topk(min(k, n), dim=1).values.sort(dim=1).values)
    assert torch.equal(scores.gather(1, columns), values)
    assert all(len(set(row)) == len(row) for row in columns.tolist())


@needs_gpu
def test_gpus_answer_what_the_cpu_does(monkeypatch):
    monkeypatch.setattr(module, "_GPU_FROM", 1)
    walk_through_changes()
    walk_through_changes(384)


@needs_gpu
def test_thousands_of_neighbours_on_gpus():
    data, queries = unit(0, 12_000), unit(1, 2)
    vectors = Vectors(8)
    vectors.add_arrays(np.arange(12_000), data)
    for k in (2000, 2048, 3000, 6000):
        assert_same(vectors.search(queries, k), brute(dict(enumerate(data)), queries, k))
