from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foyerdoc.errors import DamagedFile, UsageError
from foyerdoc.index.vectors import Vectors


def unit(seed, n, dimensions=8):
    vectors = np.random.default_rng(seed).normal(size=(n, dimensions)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 10**6),
    st.lists(st.integers(0, 59), max_size=30),
    st.none() | st.lists(st.integers(0, 70), max_size=30),
    st.integers(1, 70),
)
def test_search_agrees_with_numpy_through_deletion_and_selection(seed, gone, among, k):
    data, queries = unit(seed, 60), unit(seed + 1, 3)
    numbers = np.arange(60) * 7 + 3
    vectors = Vectors(8)
    vectors.add_arrays(numbers[:25], data[:25])
    vectors.add_arrays(numbers[25:], data[25:])
    vectors.remove(numbers[sorted(set(gone))])
    left = [i for i in range(60) if i not in gone and (among is None or i in among)]
    chosen = None if among is None else np.array([i * 7 + 3 for i in among], dtype=np.int64)
    scores, found = vectors.search(queries, k, among=chosen)
    exact = queries @ data[left].T
    order = np.argsort(-exact, axis=1)[:, :k]
    assert found.shape == (3, min(k, len(left)))
    np.testing.assert_allclose(scores, np.take_along_axis(exact, order, axis=1), atol=1e-5)
    np.testing.assert_array_equal(found, numbers[np.array(left, dtype=int)[order]])
    assert len(vectors) == 60 - len(set(gone))


def test_comes_back_from_disk(tmp_path):
    vectors = Vectors(8)
    vectors.add_arrays(np.arange(10) + 100, unit(0, 10))
    vectors.remove(np.array([104]))
    vectors.save(tmp_path / "v", about={"generation": "3"})
    loaded, about = Vectors.load(tmp_path / "v")
    assert about["generation"] == "3"
    np.testing.assert_array_equal(loaded.ids, vectors.ids)
    for one, other in zip(loaded.search(unit(1, 2), 4), vectors.search(unit(1, 2), 4), strict=True):
        np.testing.assert_array_equal(one, other)
    (tmp_path / "v" / "vectors.faiss").write_bytes(b"junk")
    with pytest.raises(DamagedFile):
        Vectors.load(tmp_path / "v")


def test_what_does_not_fit_is_refused():
    vectors = Vectors(8)
    vectors.add_arrays(np.array([1, 2]), unit(0, 2))
    for ids, data in (([2], unit(0, 1)), ([5, 5], unit(0, 2)), ([5], unit(0, 1, 7)), ([5], unit(0, 2))):
        with pytest.raises(UsageError):
            vectors.add_arrays(np.array(ids), data)
    assert vectors.ids.tolist() == [1, 2]
