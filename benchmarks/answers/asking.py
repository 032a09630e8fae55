"""What the benchmarks of answers are told, and the chat that they ask."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.questions import KeptEmbedder, document

from foyerdoc.chat import Chat
from foyerdoc.documents import Document
from foyerdoc.index import Index
from foyerdoc.models.local import LocalModel

Metadata = dict[str, str]


def options(description: str | None) -> argparse.ArgumentParser:
    """DATA and the options that all share."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder of development data")
    parser.add_argument("--keep", type=Path, help="folder that keeps embeddings for the next run")
    parser.add_argument("--model", help="who chooses the quotes: an adapter's folder, or `embedded`; the ranking by default")
    parser.add_argument("--most", type=int, help="ask no more questions of a set, drawn with a fixed seed")
    return parser


def model_of(named: str | None) -> LocalModel | None:
    """The model that `--model` names."""
    if named is None:
        return None
    return LocalModel() if named == "embedded" else LocalModel(adapter=Path(named))


def chat_over(index: Index, model: LocalModel | None, *, write: bool = False) -> Chat:
    """The chat as it comes; where a model writes, what it says without support is kept, so that it can be counted."""
    return Chat(index, model, write=write, keep_unsupported=write)


@contextmanager
def indexed(documents: Iterable[tuple[Document, Metadata | None]], embedder: KeptEmbedder) -> Iterator[Index]:
    """A passing index of documents, each with its metadata."""
    with tempfile.TemporaryDirectory() as folder, Index.open(folder, embedder=embedder) as index:
        for one, metadata in documents:
            index.add([one], metadata=metadata)
        yield index


def paragraphs(texts: Iterable[str], language: str) -> Iterator[tuple[Document, None]]:
    """Paragraphs as documents that are named by their number."""
    for number, text in enumerate(texts):
        yield document(text, str(number), language), None


def passages(rows: Iterable[dict], language: str) -> Iterator[tuple[Document, Metadata]]:
    """NoMIRACL's ten passages of each question, of which `where` selects those of one."""
    for number, row in enumerate(rows):
        for one in row["passages"]:
            yield document(one["text"], f"{number}/{one['id']}", language), {"question": str(number)}
