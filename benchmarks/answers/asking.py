"""What the benchmarks of answers are told, and the chat that they ask."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Iterable, Iterator
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
    parser.add_argument("--model", help="a language model that chooses the quotes: an adapter's folder, or `embedded`")
    parser.add_argument("--ranking", action="store_true", help="without the bundled quoter")
    parser.add_argument("--most", type=int, help="ask no more questions of a set, drawn with a fixed seed")
    return parser


def chats(told: argparse.Namespace, *, write: bool = False) -> Callable[[Index], Chat]:
    """What makes the chat that the options ask for; where a model writes, what it says without support is kept and counted."""
    model = None
    if told.model is not None:
        model = LocalModel() if told.model == "embedded" else LocalModel(adapter=Path(told.model))

    def over(index: Index) -> Chat:
        return Chat(index, model, quoter=None if told.ranking else "bundled", write=write, keep_unsupported=write)

    return over


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
