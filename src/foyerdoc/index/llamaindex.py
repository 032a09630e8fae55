"""The index in LlamaIndex's own terms: a vector store on FAISS, and a retriever over a whole `Index`.

    VectorStoreIndex.from_vector_store(FaissStore(384))     # LlamaIndex holds the texts, we hold the vectors
    index.as_retriever(k=5)                                 # our hybrid search as a retriever

Only this module, `chat.engines` and `chat.llms` import LlamaIndex.
"""

from __future__ import annotations

import operator
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson
from numpy.typing import NDArray

from foyerdoc.errors import UsageError
from foyerdoc.index.filters import Where
from foyerdoc.index.vectors import Vectors

if TYPE_CHECKING:
    from foyerdoc.index.store import Index


@contextmanager
def without_downloads() -> Iterator[None]:
    """Importing LlamaIndex makes NLTK download a tokenizer that we never use; nothing may touch the network."""
    import nltk

    download = nltk.download
    nltk.download = _nothing
    try:
        yield
    finally:
        nltk.download = download


def _nothing(*_arguments: object, **_options: object) -> bool:
    return False


with without_downloads():
    from llama_index.core.base.base_retriever import BaseRetriever
    from llama_index.core.bridge.pydantic import PrivateAttr
    from llama_index.core.schema import BaseNode, NodeWithScore, QueryBundle, TextNode
    from llama_index.core.vector_stores.types import (
        BasePydanticVectorStore,
        FilterCondition,
        FilterOperator,
        MetadataFilter,
        MetadataFilters,
        VectorStoreQuery,
        VectorStoreQueryMode,
        VectorStoreQueryResult,
    )


class FaissStore(BasePydanticVectorStore):
    """Vectors in FAISS with deletion and metadata filters, as a LlamaIndex vector store. Scores are cosines.

    Vectors must have unit norm. LlamaIndex keeps the texts; a query answers node ids. Safe to use from several threads.
    """

    stores_text: bool = False
    is_embedding_query: bool = True

    _vectors: Vectors = PrivateAttr()
    _numbers: dict[str, int] = PrivateAttr()
    _nodes: dict[int, tuple[str, str, dict[str, Any]]] = PrivateAttr()
    _next: int = PrivateAttr()
    _lock: threading.RLock = PrivateAttr()

    def __init__(self, dimensions: int) -> None:
        super().__init__(stores_text=False)
        self._vectors = Vectors(dimensions)
        self._numbers, self._nodes, self._next = {}, {}, 0
        self._lock = threading.RLock()

    @classmethod
    def class_name(cls) -> str:
        """LlamaIndex's name for it."""
        return "FoyerdocFaissStore"

    @property
    def client(self) -> Vectors:
        """The vectors themselves."""
        return self._vectors

    def add(self, nodes: Sequence[BaseNode], **_options: object) -> list[str]:
        """Add nodes that carry their embeddings; a node whose id is held takes its place."""
        ids = [node.node_id for node in nodes]
        if nodes:
            vectors = np.array([node.get_embedding() for node in nodes], dtype=np.float32)
            documents = [node.ref_doc_id or "" for node in nodes]
            self.add_arrays(ids, vectors, documents=documents, metadata=[node.metadata for node in nodes])
        return ids

    def add_arrays(
        self,
        ids: Sequence[str],
        vectors: NDArray[np.floating[Any]],
        *,
        documents: Sequence[str],
        metadata: Sequence[dict[str, Any]] | None = None,
    ) -> None:
        """Add vectors in bulk, without a Python object for each number.

        Args:
            ids: (n,) node ids, each once.
            vectors: (n, dimensions), unit norm, any float type.
            documents: (n,) the documents that the nodes are from, for `delete`.
            metadata: (n,) for filters.
        """
        with self._lock:
            self.delete_nodes([one for one in ids if one in self._numbers])
            numbers = np.arange(self._next, self._next + len(ids), dtype=np.int64)
            self._vectors.add_arrays(numbers, vectors)
            self._next += len(ids)
            for i, (one, document) in enumerate(zip(ids, documents, strict=True)):
                self._numbers[one] = int(numbers[i])
                self._nodes[int(numbers[i])] = (one, document, dict(metadata[i]) if metadata else {})

    def delete(self, ref_doc_id: str, **_options: object) -> None:
        """Forget all nodes of a document."""
        with self._lock:
            self.delete_nodes([one for one, document, _ in self._nodes.values() if document == ref_doc_id])

    def delete_nodes(
        self, node_ids: list[str] | None = None, filters: MetadataFilters | None = None, **_options: object
    ) -> None:
        """Forget nodes: those named, those that a filter lets through, or those that are both."""
        with self._lock:
            chosen = self._chosen(VectorStoreQuery(node_ids=node_ids, filters=filters))
            if chosen is None:
                return
            self._vectors.remove(chosen)
            for number in chosen.tolist():
                del self._numbers[self._nodes.pop(number)[0]]

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._vectors = Vectors(self._vectors.dimensions)
            self._numbers, self._nodes = {}, {}

    def query(self, query: VectorStoreQuery, **_options: object) -> VectorStoreQueryResult:
        """The nearest nodes, best first.

        Raises:
            UsageError: a mode other than the default, or no embedding.
        """
        if query.mode != VectorStoreQueryMode.DEFAULT or query.query_embedding is None:
            raise UsageError("this store searches by embedding only", hint="Index.as_retriever() searches by words too")
        vector = np.array([query.query_embedding], dtype=np.float32)
        with self._lock:
            scores, numbers = self._vectors.search(vector, query.similarity_top_k, among=self._chosen(query))
            ids = [self._nodes[number][0] for number in numbers[0].tolist()]
        return VectorStoreQueryResult(ids=ids, similarities=scores[0].tolist())

    def persist(self, persist_path: str, fs: object | None = None) -> None:
        """Write everything into a folder that is whole or absent.

        Raises:
            UsageError: a remote file system was asked for.
        """
        if fs is not None:
            raise UsageError("the store is kept on local disks only", hint="leave fs out")
        with self._lock:
            nodes = [[number, *node] for number, node in self._nodes.items()]
            self._vectors.save(Path(persist_path), about={"nodes": orjson.dumps(nodes).decode()})

    @classmethod
    def from_persist_dir(cls, persist_path: str) -> FaissStore:
        """What `persist` wrote.

        Raises:
            DamagedFile: the folder is missing, altered or of another version.
        """
        vectors, about = Vectors.load(Path(persist_path))
        store = cls(vectors.dimensions)
        store._vectors = vectors
        store._nodes = {
            number: (one, document, metadata) for number, one, document, metadata in orjson.loads(str(about["nodes"]))
        }
        store._numbers = {one: number for number, (one, _, _) in store._nodes.items()}
        store._next = max(store._nodes, default=-1) + 1
        return store

    def _chosen(self, query: VectorStoreQuery) -> NDArray[np.int64] | None:
        """The numbers that a query is limited to, None for all."""
        if query.node_ids is None and query.doc_ids is None and query.filters is None:
            return None
        numbers: Any = self._nodes
        if query.node_ids is not None:
            numbers = [self._numbers[one] for one in query.node_ids if one in self._numbers]
        if query.doc_ids is not None:
            documents = set(query.doc_ids)
            numbers = [number for number in numbers if self._nodes[number][1] in documents]
        if query.filters is not None:
            numbers = [number for number in numbers if _passes(self._nodes[number][2], query.filters)]
        return np.array(list(numbers), dtype=np.int64)


class IndexRetriever(BaseRetriever):
    """An `Index` as a LlamaIndex retriever. Nodes have the chunk's id and text; where it stands is in their metadata."""

    def __init__(self, index: Index, *, k: int = 10, where: Where | None = None) -> None:
        super().__init__()
        self._index, self._k, self._where = index, k, where

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        hits = self._index.search(query_bundle.query_str, self._k, where=self._where)
        found = []
        for hit in hits:
            chunk = hit.chunk
            metadata = {
                **hit.metadata,
                "document_id": chunk.document_id,
                "name": hit.document_name,
                "start": chunk.span.start,
                "end": chunk.span.end,
                "pages": list(chunk.pages),
                "headings": list(chunk.headings),
            }
            found.append(NodeWithScore(node=TextNode(id_=chunk.id, text=chunk.text, extra_info=metadata), score=hit.score))
        return found


_Test = Callable[[Any, Any], Any]
_TESTS: dict[FilterOperator, _Test] = {
    FilterOperator.EQ: operator.eq,
    FilterOperator.NE: operator.ne,
    FilterOperator.GT: operator.gt,
    FilterOperator.GTE: operator.ge,
    FilterOperator.LT: operator.lt,
    FilterOperator.LTE: operator.le,
    FilterOperator.IN: lambda value, wanted: value in wanted,
    FilterOperator.NIN: lambda value, wanted: value not in wanted,
    FilterOperator.ANY: lambda value, wanted: any(one in value for one in wanted),
    FilterOperator.ALL: lambda value, wanted: all(one in value for one in wanted),
    FilterOperator.CONTAINS: lambda value, wanted: wanted in value,
    FilterOperator.TEXT_MATCH: lambda value, wanted: wanted in value,
}


def _passes(metadata: dict[str, Any], filters: MetadataFilters) -> bool:
    results = (
        _passes(metadata, one) if isinstance(one, MetadataFilters) else _passes_one(metadata, one) for one in filters.filters
    )
    return any(results) if filters.condition == FilterCondition.OR else all(results)


def _passes_one(metadata: dict[str, Any], one: MetadataFilter) -> bool:
    value = metadata.get(one.key)
    if one.operator == FilterOperator.IS_EMPTY:
        return value is None or value in ("", [])
    if value is None:
        # What is not there is unlike everything, and like nothing.
        return one.operator in (FilterOperator.NE, FilterOperator.NIN)
    return bool(_TESTS[one.operator](value, one.value))
