"""foyerdoc turns documents into labels, fields and answers that point to the exact characters they come from.

    read -> clean -> chunk -> classify / extract / index -> ask

The names below are loaded on first use; importing the package loads nothing heavy. Backends and training are
imported by their full path (`foyerdoc.models.local`, `foyerdoc.embedding` ...).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from foyerdoc.chat import Chat
    from foyerdoc.chunking import chunk
    from foyerdoc.classification import Classifier
    from foyerdoc.cleaning import clean
    from foyerdoc.documents import Document
    from foyerdoc.errors import FoyerdocError
    from foyerdoc.extraction import Extractor
    from foyerdoc.index import Index
    from foyerdoc.pipeline import Pipeline
    from foyerdoc.reading import read
    from foyerdoc.taxonomy import Taxonomy

__version__ = "0.1.0"

__all__ = [
    "Chat",
    "Classifier",
    "Document",
    "Extractor",
    "FoyerdocError",
    "Index",
    "Pipeline",
    "Taxonomy",
    "chunk",
    "clean",
    "read",
]

_HOME = {
    "Chat": "chat",
    "Classifier": "classification",
    "Document": "documents",
    "Extractor": "extraction",
    "FoyerdocError": "errors",
    "Index": "index",
    "Pipeline": "pipeline",
    "Taxonomy": "taxonomy",
    "chunk": "chunking",
    "clean": "cleaning",
    "read": "reading",
}


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module 'foyerdoc' has no attribute {name!r}")
    value = getattr(import_module(f"foyerdoc.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
