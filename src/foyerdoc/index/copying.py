"""An index copied from one place to another: from a folder into PostgreSQL, and back.

    copy("mailbox.index", "postgresql://db.internal/foyerdoc?schema=mailbox")

Documents, spans, labels and embeddings are the same to the bit, rows have the same numbers; stems are made again of the text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

from foyerdoc.errors import UsageError
from foyerdoc.index.backends import Embedding, Session, Stems
from foyerdoc.index.places import connect
from foyerdoc.index.records import damaged, entries, is_unit, marks, stemmed

_TOGETHER = 200  # rows
_COLUMNS = {
    "documents": ("row", "id", "name", "digest", "added", "body"),
    "members": ("row", "document", "id", "name", "media_type", "language"),
    "metadata": ("document", "key", "value"),
}
_CHUNK = (
    "row",
    "id",
    "document",
    "member",
    "start",
    "stop",
    "text",
    "headings",
    "pages",
    "n_tokens",
    "language",
    "embedding",
    "digest",
)
_KEPT = ("embedder", "dimensions", "max_tokens", "overlap")


def copy(source: str | Path, target: str | Path, *, watch: Callable[[int, int], None] | None = None) -> int:
    """Copy an index, all of it or nothing: the copy is one transaction, and shows the source as it was when it began.

    Args:
        source: as `Index.open` takes it.
        target: where there is no index, or an empty one.
        watch: told now and then how many chunks are copied, and of how many.

    Returns:
        How many documents there are.

    Raises:
        UsageError: there is no index at the source, or documents at the target.
        IndexCorrupted: something of the source is damaged; `Index.verify` names it.
    """
    with closing(connect(source, None)) as origin, origin.transaction(write=False) as there:
        about = {key: value for key, value in entries(there).items() if key in _KEPT}
        with closing(connect(target, about)) as place, place.transaction(write=True) as here:
            [held] = here.execute("SELECT count(*) FROM documents").fetchone()
            if held:
                raise UsageError(f"{place.name} holds {held} documents", hint="name a new place, or an index without documents")
            here.executemany(
                "INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", list(about.items())
            )
            if "dimensions" in about:
                here.make_room(int(about["dimensions"]))
            for table, columns in _COLUMNS.items():
                for rows in _read(there, table, columns):
                    _write(here, table, columns, rows)
            [chunks] = there.execute("SELECT count(*) FROM chunks").fetchone()
            copied = 0
            for rows in _read(there, "chunks", _CHUNK):
                _write_chunks(here, rows, int(about["dimensions"]))
                copied += len(rows)
                if watch is not None:
                    watch(copied, chunks)
            here.number_on()
            [documents] = here.execute("SELECT count(*) FROM documents").fetchone()
    return int(documents)


def _read(session: Session, table: str, columns: Sequence[str]) -> Iterator[list[tuple[Any, ...]]]:
    """Rows in the order in which they were written, some at a time."""
    rows = session.stream(f"SELECT {', '.join(columns)} FROM {table} ORDER BY {', '.join(columns[:2])}")  # noqa: S608 - names of ours
    while some := list(islice(rows, _TOGETHER)):
        yield some


def _write(session: Session, table: str, columns: Sequence[str], rows: list[tuple[Any, ...]]) -> None:
    session.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks(columns)})", rows)  # noqa: S608 - names of ours


def _write_chunks(session: Session, rows: list[tuple[Any, ...]], dimensions: int) -> None:
    stems = []
    for number, chunk_id, *_, text, headings, _pages, _tokens, language, embedding, _digest in rows:
        found = stemmed(headings, text, language)
        if found is None or not is_unit(embedding, dimensions):
            raise damaged(f"chunk {chunk_id}")
        stems.append(Stems(number, language, found))
    _write(session, "chunks", _CHUNK, [(*values, Embedding(embedding), digest) for *values, embedding, digest in rows])
    session.write_stems(stems)
