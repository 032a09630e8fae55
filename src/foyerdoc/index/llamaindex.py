"""The index in LlamaIndex's own terms: a vector store on FAISS, and a retriever over a whole `Index`.

    VectorStoreIndex.from_vector_store(FaissStore(384))     # LlamaIndex holds the texts, we hold the vectors
    index.as_retriever(k=5)                                 # our hybrid search as a retriever

Only this module, `columns`, `chat.engines` and `chat.llms` import LlamaIndex.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson
from numpy.typing import NDArray

from foyerdoc.errors import DamagedFile, UsageError
from foyerdoc.index.filters import Where
from foyerdoc.index.vectors import Vectors, squared_norms

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
        MetadataFilters,
        VectorStoreQuery,
        VectorStoreQueryMode,
        VectorStoreQueryResult,
    )

    from foyerdoc.index.columns import Columns

_NODES = "nodes.json"

_Node = tuple[str, str, dict[str, Any]]
"""A node's id, document and metadata."""


class FaissStore(BasePydanticVectorStore):
    """Vectors in FAISS with deletion and metadata filters, as a LlamaIndex vector store. Scores are cosines.

    LlamaIndex keeps the texts; a query answers node ids, equal scores in the order in which they were added. A filter may ask
    for the document too, as `ref_doc_id`, `doc_id` or `document_id`. Safe to use from several threads.

    Args:
        dimensions: the length of a vector.
        recall: the share of the true neighbours that a search of a large store finds, see `Vectors`.
    """

    stores_text: bool = False
    is_embedding_query: bool = True

    _vectors: Vectors = PrivateAttr()
    _recall: float = PrivateAttr()
    _numbers: dict[str, int] = PrivateAttr()
    _nodes: dict[int, _Node] = PrivateAttr()
    _documents: dict[str, set[int]] = PrivateAttr()
    _columns: Columns | None = PrivateAttr()
    _next: int = PrivateAttr()
    _lock: threading.RLock = PrivateAttr()

    def __init__(self, dimensions: int, *, recall: float = 0.99) -> None:
        super().__init__(stores_text=False)
        self._recall = recall
        self._lock = threading.RLock()
        self._hold(Vectors(dimensions, recall=recall), [])

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
        metadata: Sequence[Mapping[str, Any]] | None = None,
    ) -> None:
        """Add vectors in bulk, without a Python object for each number.

        Args:
            ids: (n,) node ids; one that is held already takes the old one's place, the last of several the others'.
            vectors: (n, dimensions), any float type. They are scaled to unit norm.
            documents: (n,) the documents that the nodes are from, for `delete`.
            metadata: (n,) for filters.

        Raises:
            UsageError: the shapes do not fit, or a vector is not finite. Nothing was added then.
        """
        tags = [{}] * len(ids) if metadata is None else [dict(one) for one in metadata]
        if not len(ids) == len(vectors) == len(documents) == len(tags):
            counts = f"{len(ids)} ids, {len(vectors)} vectors, {len(documents)} documents, {len(tags)} metadata"
            raise UsageError(counts, hint="give one of each for every node")
        vectors = _unit(vectors)
        with self._lock:
            last = {one: i for i, one in enumerate(ids)}
            if len(last) < len(ids):
                kept = sorted(last.values())
                ids, documents = [ids[i] for i in kept], [documents[i] for i in kept]
                tags, vectors = [tags[i] for i in kept], vectors[kept]
            numbers = range(self._next, self._next + len(ids))
            self._vectors.add_arrays(np.array(numbers, dtype=np.int64), vectors)
            held = self._numbers
            self._forget([held[one] for one in ids if one in held])
            self._next += len(ids)
            self._note(zip(numbers, ids, documents, tags, strict=True))

    def delete(self, ref_doc_id: str, **_options: object) -> None:
        """Forget all nodes of a document."""
        with self._lock:
            self._forget(self._documents.get(ref_doc_id, ()))

    def delete_nodes(
        self, node_ids: list[str] | None = None, filters: MetadataFilters | None = None, **_options: object
    ) -> None:
        """Forget nodes: those named, those that a filter lets through, or those that are both."""
        with self._lock:
            chosen = self._chosen(VectorStoreQuery(node_ids=node_ids, filters=filters))
            if chosen is not None:
                self._forget(chosen.tolist())

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._hold(Vectors(self._vectors.dimensions, recall=self._recall), [])

    def query(self, query: VectorStoreQuery, **_options: object) -> VectorStoreQueryResult:
        """The nearest nodes, best first.

        Raises:
            UsageError: a mode other than the default, no embedding or one that is not finite, or a filter that does not fit
                the values it is for.
        """
        if query.mode != VectorStoreQueryMode.DEFAULT or query.query_embedding is None:
            raise UsageError("this store searches by embedding only", hint="Index.as_retriever() searches by words too")
        vector = _unit(np.array([query.query_embedding], dtype=np.float32))
        with self._lock:
            scores, numbers = self._vectors.search(vector, query.similarity_top_k, among=self._chosen(query))
            nodes = self._nodes
            ids = [nodes[number][0] for number in numbers[0].tolist()]
        return VectorStoreQueryResult(ids=ids, similarities=scores[0].tolist())

    def persist(self, persist_path: str, fs: object | None = None) -> None:
        """Write everything into a folder that is whole or absent.

        Raises:
            UsageError: a remote file system was asked for, or metadata is not JSON.
        """
        if fs is not None:
            raise UsageError("the store is kept on local disks only", hint="leave fs out")
        with self._lock:
            try:
                nodes = orjson.dumps([[number, *node] for number, node in self._nodes.items()])
            except TypeError as error:
                raise UsageError("metadata of a node cannot be written as JSON", hint="use numbers, texts and lists") from error
            self._vectors.save(Path(persist_path), about={}, files={_NODES: nodes})

    @classmethod
    def from_persist_dir(cls, persist_path: str) -> FaissStore:
        """What `persist` wrote.

        Raises:
            DamagedFile: the folder is missing, altered or of another version.
        """
        vectors, about = Vectors.load(Path(persist_path))
        store = cls(vectors.dimensions, recall=float(str(about["recall"])))
        try:
            store._hold(vectors, orjson.loads((Path(persist_path) / _NODES).read_bytes()))
        except (OSError, ValueError) as error:
            raise DamagedFile(f"{persist_path} holds no nodes", hint="delete the folder and make it again") from error
        return store

    def _hold(self, vectors: Vectors, nodes: Iterable[tuple[int, str, str, dict[str, Any]]]) -> None:
        self._vectors = vectors
        self._numbers, self._nodes, self._documents = {}, {}, {}
        self._note(nodes)
        self._next = max(self._nodes, default=-1) + 1

    def _note(self, nodes: Iterable[tuple[int, str, str, dict[str, Any]]]) -> None:
        # Names of their own: pydantic takes microseconds to find a private attribute.
        by_id, by_number, by_document = self._numbers, self._nodes, self._documents
        for number, one, document, metadata in nodes:
            by_id[one] = number
            by_number[number] = (one, document, metadata)
            by_document.setdefault(document, set()).add(number)
        self._columns = None

    def _forget(self, numbers: Iterable[int]) -> None:
        gone = list(numbers)
        self._vectors.remove(np.array(gone, dtype=np.int64))
        by_id, by_number, by_document = self._numbers, self._nodes, self._documents
        for number in gone:
            one, document, _ = by_number.pop(number)
            by_document[document].discard(number)
            if not by_document[document]:
                del by_document[document]
            del by_id[one]
        self._columns = None

    def _chosen(self, query: VectorStoreQuery) -> NDArray[np.int64] | None:
        """The numbers that a query is limited to, None for all."""
        parts: list[NDArray[np.int64]] = []
        if query.node_ids is not None:
            numbers = self._numbers
            parts.append(np.array([numbers[one] for one in query.node_ids if one in numbers], dtype=np.int64))
        if query.doc_ids is not None:
            documents = self._documents
            held = set[int]().union(*(documents.get(one, ()) for one in query.doc_ids))
            parts.append(np.fromiter(held, np.int64, len(held)))
        if query.filters is not None:
            if self._columns is None:
                self._columns = Columns(self._nodes)
            parts.append(self._columns.numbers(query.filters))
        if not parts:
            return None
        chosen = parts[0]
        for part in parts[1:]:
            chosen = np.intersect1d(chosen, part)
        return np.unique(chosen)


def _unit(vectors: NDArray[np.floating[Any]]) -> NDArray[np.floating[Any]]:
    """(n, dimensions) vectors of norm 1; those of norm 0 stay, and are like nothing.

    Raises:
        UsageError: one is not finite.
    """
    if vectors.ndim != 2:
        return vectors  # refused later, by its shape
    norms = np.sqrt(squared_norms(vectors))
    if not np.isfinite(norms).all():
        raise UsageError("an embedding is not finite", hint="leave it out")
    # Half a per mille is what half precision does to a unit vector.
    if (np.abs(norms - 1) < 1e-3).all():
        return vectors
    return vectors / np.where(norms > 0, norms, 1)[:, None]


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
