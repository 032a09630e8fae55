"""The index: SQLite as the durable truth, FAISS as its cache, BM25 beside the embeddings."""

from foyerdoc.index.filters import Between
from foyerdoc.index.records import Added, Evidence, Stats, StoredDocument
from foyerdoc.index.store import Index

__all__ = ["Added", "Between", "Evidence", "Index", "Stats", "StoredDocument"]
