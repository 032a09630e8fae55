from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foyerdoc.errors import UsageError
from foyerdoc.index import Index
from tests.index.conftest import make_document


@pytest.fixture(scope="module")
def kinds():
    from foyerdoc.index import llamaindex

    return llamaindex


def nodes(kinds, count=12, dimensions=6):
    vectors = np.random.default_rng(0).normal(size=(count, dimensions))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors, [
        kinds.TextNode(
            id_=f"n{i}", text=f"text {i}", embedding=vectors[i].tolist(), extra_info={"year": 2000 + i, "kind": "ab"[i % 2]}
        )
        for i in range(count)
    ]


def test_query_delete_filter_and_disk(kinds, tmp_path):
    from llama_index.core.schema import NodeRelationship, RelatedNodeInfo
    from llama_index.core.vector_stores.types import FilterOperator, MetadataFilter, MetadataFilters, VectorStoreQuery

    vectors, some = nodes(kinds)
    for i, node in enumerate(some):
        node.relationships[NodeRelationship.SOURCE] = RelatedNodeInfo(node_id=f"d{i // 4}")
    store = kinds.FaissStore(6)
    assert store.add(some) == [f"n{i}" for i in range(12)]

    def ask(**limits):
        found = store.query(VectorStoreQuery(query_embedding=vectors[5].tolist(), similarity_top_k=12, **limits))
        cosines = vectors @ vectors[5]
        np.testing.assert_allclose(found.similarities, [cosines[int(one[1:])] for one in found.ids], atol=1e-3)
        assert found.similarities == sorted(found.similarities, reverse=True)
        return set(found.ids)

    assert len(ask()) == 12
    assert ask(node_ids=["n1", "n7", "zz"]) == {"n1", "n7"}
    assert ask(doc_ids=["d1"]) == {"n4", "n5", "n6", "n7"}
    late = MetadataFilter(key="year", value=2009, operator=FilterOperator.GTE)
    even = MetadataFilter(key="kind", value="a")
    assert ask(filters=MetadataFilters(filters=[late, even])) == {"n10"}
    assert ask(filters=MetadataFilters(filters=[late, even], condition="or")) == {
        "n0",
        "n2",
        "n4",
        "n6",
        "n8",
        "n9",
        "n10",
        "n11",
    }
    assert ask(filters=MetadataFilters(filters=[MetadataFilter(key="no", value=1)])) == set()

    store.delete("d1")
    store.delete_nodes(["n0"])
    assert ask() == {f"n{i}" for i in (1, 2, 3, 8, 9, 10, 11)}
    store.persist(str(tmp_path / "store"))
    store = kinds.FaissStore.from_persist_dir(str(tmp_path / "store"))
    assert ask(doc_ids=["d0"]) == {"n1", "n2", "n3"}
    store.add([some[0], some[1]])
    assert ask(node_ids=["n0", "n1"]) == {"n0", "n1"}
    store.clear()
    assert ask() == set()
    with pytest.raises(UsageError):
        store.query(VectorStoreQuery(query_str="words", similarity_top_k=1))


def test_serves_a_vector_store_index(kinds):
    from llama_index.core import StorageContext, VectorStoreIndex
    from llama_index.core.embeddings import MockEmbedding

    _, some = nodes(kinds)
    context = StorageContext.from_defaults(vector_store=kinds.FaissStore(6))
    index = VectorStoreIndex(some, storage_context=context, embed_model=MockEmbedding(6))
    found = index.as_retriever(similarity_top_k=3).retrieve("anything")
    assert len(found) == 3
    assert found[0].node.get_content().startswith("text ")


def test_the_index_as_a_retriever(tmp_path, words):
    document = make_document("glass.txt", "The windscreen is covered.", "Theft is excluded.")
    with Index.open(tmp_path / "i", embedder=words) as index:
        index.add([document], metadata={"category": "policies"})
        [found] = index.as_retriever(k=1, where={"category": "policies"}).retrieve("windscreen")
    metadata = found.node.metadata
    assert document.text[metadata["start"] : metadata["end"]] == found.node.get_content()
    assert (metadata["name"], metadata["category"], metadata["document_id"]) == ("glass.txt", "policies", document.id)
    assert found.score > 0


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 30))
def test_arrays_and_nodes_give_the_same_store(kinds, seed, count):
    from llama_index.core.vector_stores.types import VectorStoreQuery

    vectors, some = nodes(kinds, count)
    by_nodes, by_arrays = kinds.FaissStore(6), kinds.FaissStore(6)
    by_nodes.add(some)
    by_arrays.add_arrays([node.node_id for node in some], vectors, documents=[""] * count)
    query = VectorStoreQuery(query_embedding=np.eye(6)[seed % 6].tolist(), similarity_top_k=count)
    assert by_nodes.query(query) == by_arrays.query(query)


def test_what_is_refused_changes_nothing(kinds):
    from llama_index.core.vector_stores.types import FilterOperator, MetadataFilter, MetadataFilters, VectorStoreQuery

    vectors, some = nodes(kinds)
    store = kinds.FaissStore(6)
    store.add(some)
    broken = vectors.copy()
    broken[3, 2] = np.inf
    ids = [node.node_id for node in some]
    for wrong in (vectors[:3], vectors[:, :5], broken, vectors[0]):
        with pytest.raises(UsageError):
            store.add_arrays(ids, wrong, documents=[""] * 12)
    query = VectorStoreQuery(query_embedding=vectors[5].tolist(), similarity_top_k=20)
    assert len(store.query(query).ids) == 12
    query.filters = MetadataFilters(filters=[MetadataFilter(key="kind", value=3, operator=FilterOperator.GT)])
    with pytest.raises(UsageError, match="kind"):
        store.query(query)
    with pytest.raises(UsageError):
        store.query(VectorStoreQuery(query_embedding=vectors[5, :3].tolist(), similarity_top_k=1))
    store.add_arrays(["z"], vectors[:1], documents=[""], metadata=[{"what": object()}])
    with pytest.raises(UsageError, match="JSON"):
        store.persist("/nonexistent/store")


def test_the_last_of_equal_ids_is_kept(kinds):
    from llama_index.core.vector_stores.types import VectorStoreQuery

    vectors, _ = nodes(kinds)
    store = kinds.FaissStore(6)
    store.add_arrays(["a", "b", "a"], vectors[:3], documents=["x", "x", "y"])
    found = store.query(VectorStoreQuery(query_embedding=vectors[2].tolist(), similarity_top_k=5))
    assert found.ids[0] == "a"
    assert sorted(found.ids) == ["a", "b"]
    assert found.similarities[0] == pytest.approx(1, abs=1e-3)
    store.delete("x")
    assert store.query(VectorStoreQuery(query_embedding=vectors[2].tolist(), similarity_top_k=5)).ids == ["a"]


def test_vectors_of_any_length_are_compared_by_angle(kinds):
    from llama_index.core.vector_stores.types import VectorStoreQuery

    vectors, _ = nodes(kinds)
    lengths = np.linspace(0.5, 20, 12)[:, None]
    plain, scaled = kinds.FaissStore(6), kinds.FaissStore(6)
    for store, data in ((plain, vectors), (scaled, vectors * lengths)):
        store.add_arrays([f"n{i}" for i in range(12)], data, documents=[""] * 12)
    one = plain.query(VectorStoreQuery(query_embedding=vectors[3].tolist(), similarity_top_k=12))
    other = scaled.query(VectorStoreQuery(query_embedding=(vectors[3] * 7).tolist(), similarity_top_k=12))
    assert one.ids == other.ids
    np.testing.assert_allclose(one.similarities, other.similarities, atol=1e-3)


def test_llamaindex_keeps_it_with_the_rest(kinds, tmp_path):
    from llama_index.core import StorageContext, VectorStoreIndex
    from llama_index.core.embeddings import MockEmbedding

    _, some = nodes(kinds)
    context = StorageContext.from_defaults(vector_store=kinds.FaissStore(6, recall=0.9))
    VectorStoreIndex(some, storage_context=context, embed_model=MockEmbedding(6))
    context.persist(str(tmp_path))
    [folder] = [one for one in tmp_path.iterdir() if one.is_dir()]
    store = kinds.FaissStore.from_persist_dir(str(folder))
    assert len(store.client) == 12
    assert store._recall == 0.9
    assert {file.name for file in folder.iterdir()} == {"manifest.json", "vectors.npy", "ids.npy", "nodes.json"}
