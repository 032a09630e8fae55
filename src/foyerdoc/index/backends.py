"""What an index asks of the place where it is kept. Two places answer: a folder (`local`) and a PostgreSQL schema (`postgres`).

    Backend     opens, begins transactions, compacts, closes
    Session     one transaction: SQL over the tables that both have, and what each does in its own way

Both have the same tables and columns (`database` says which), and share the SQL of `records`, `filters` and `checks`, with
`?` for values. How words and meaning are searched is each one's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from foyerdoc.documents import Issue
from foyerdoc.errors import NoIndex

RESTORE = "restore it from a backup, or add the documents to a new one"


class Embedding(bytes):
    """A vector as it is stored: half precision, little-endian. A type of its own, so that a database can tell it from bytes."""


class Stems(NamedTuple):
    """The stems of a chunk, in order."""

    row: int
    language: str | None
    stems: Sequence[str]


class Rows(Protocol):
    """What a query found."""

    def fetchone(self) -> Any:
        """The next row, None at the end."""

    def fetchall(self) -> list[Any]:
        """The rows that are left."""

    def __iter__(self) -> Iterator[Any]: ...


class Session(Protocol):
    """One transaction: a consistent view, and with writing all of the changes or none.

    Attributes:
        collation: what stands behind a text that is compared character by character.
    """

    collation: str

    def execute(self, query: str, values: Sequence[object] = (), /) -> Rows:
        """Run one statement."""

    def executemany(self, query: str, values: Iterable[Sequence[object]], /) -> object:
        """Run a statement that gives nothing back with each of some values."""

    def insert(self, query: str, values: Iterable[Sequence[object]], /) -> list[int]:
        """Run an INSERT with each of some values; the rows' numbers, which only grow and are never used again."""

    def stream(self, query: str, values: Sequence[object] = (), /) -> Iterator[Any]:
        """Rows that need not fit into memory together; other queries may run meanwhile."""

    def make_room(self, dimensions: int) -> None:
        """Called before each document is written: embeddings have so many dimensions."""

    def number_on(self) -> None:
        """Rows were written with their numbers: new ones come after them."""

    def count(self) -> int:
        """How many chunks there are."""

    def languages(self) -> tuple[str | None, ...]:
        """The languages of the chunks, each once, in order."""

    def write_stems(self, stems: Iterable[Stems]) -> None:
        """Keep the stems of chunks that were just inserted."""

    def forget_stems(self, document: int) -> None:
        """Delete those of a document's chunks, which are still there."""

    def frequencies(self, words: Sequence[str]) -> dict[str, int]:
        """In how many chunks each word stands; absent is 0."""

    def bm25(self, words: Sequence[str], most: int, clause: str | None, values: Sequence[str | int]) -> dict[int, float]:
        """The chunks' BM25 scores, higher is better, by row: the best ones of those that a condition of `filters` lets through.

        None lets everything through.

        Source: SQLite FTS5's `bm25` (k1 = 1.2, b = 0.75, no weight below 0.000001).
        """

    def near(self, vector: NDArray[np.float32], k: int, clause: str | None, values: Sequence[str]) -> NDArray[np.int64]:
        """(j,) int64, at most k rows by cosine, best first and equal ones by number.

        Args:
            vector: (dimensions,) unit norm.
            k: how many.
            clause: a condition of `filters`, and its `values`; None lets everything through.
        """

    def cosines(self, vector: NDArray[np.float32], rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """(s,) float32 cosines of a vector (dimensions,) with the chunks of some rows (s,)."""

    def integrity(self) -> Iterator[Issue]:
        """What the database itself says is wrong with it."""

    def problems(self) -> Iterator[Issue]:
        """Where the stems and vectors that are searched are not those of the chunks."""


class Backend(Protocol):
    """Where an index is kept. One thread at a time.

    Attributes:
        name: for messages; without a password.
    """

    name: str

    def transaction(self, *, write: bool) -> AbstractContextManager[Session]:
        """One view of the index; with `write`, all of the changes or none of them, alone among writers.

        Raises:
            IndexBusy, IndexCorrupted, UsageError: as `Index` says.
        """

    def size(self) -> int:
        """Bytes on disk."""

    def compact(self) -> None:
        """As `Index.compact`."""

    def close(self) -> None:
        """Let go of everything."""


def no_index(name: str) -> NoIndex:
    """What is raised where an index must be and is none."""
    return NoIndex(f"{name} is not an index", hint=f"foyerdoc index FILES --index {name}")
