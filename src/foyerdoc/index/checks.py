"""What can be wrong with an index, found by comparing everything with everything."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from foyerdoc.documents import Document, Issue
from foyerdoc.errors import IndexCorrupted
from foyerdoc.index.records import unpack

if TYPE_CHECKING:
    from foyerdoc.index.vectors import Vectors


def problems(connection: sqlite3.Connection, path: Path, vectors: Vectors | None) -> Iterator[Issue]:
    """Everything that does not fit together, one issue each.

    Args:
        connection: within a transaction.
        path: the file, for messages.
        vectors: the cache, in step with the file; None when there is none.
    """
    yield from (Issue("file", f"SQLite: {line}") for (line,) in connection.execute("PRAGMA integrity_check") if line != "ok")
    yield from (
        Issue("reference", f"{table}: a row without its parent") for table, *_ in connection.execute("PRAGMA foreign_key_check")
    )
    for row, document_id, body in connection.execute("SELECT row, id, body FROM documents ORDER BY row"):
        try:
            document = unpack(body, path)
        except IndexCorrupted:
            yield Issue("document", f"document {document_id} cannot be read")
        else:
            yield from _misplaced(connection, row, document)
    yield from _lexicon(connection)
    if vectors is not None:
        yield from _embeddings(connection, vectors)


def _misplaced(connection: sqlite3.Connection, row: int, document: Document) -> Iterator[Issue]:
    texts = {member.id: member.text for member in document.walk()}
    found = connection.execute(
        "SELECT c.id, m.id, c.start, c.stop, c.text FROM chunks c JOIN members m ON m.row = c.member WHERE c.document = ?",
        (row,),
    )
    for chunk_id, member_id, start, stop, text in found:
        if texts.get(member_id, "")[start:stop] != text:
            yield Issue("chunk", f"chunk {chunk_id} does not stand in its document")


def _lexicon(connection: sqlite3.Connection) -> Iterator[Issue]:
    [missing] = connection.execute("SELECT count(*) FROM chunks WHERE row NOT IN (SELECT rowid FROM lexicon)").fetchone()
    [extra] = connection.execute("SELECT count(*) FROM lexicon WHERE rowid NOT IN (SELECT row FROM chunks)").fetchone()
    if missing or extra:
        yield Issue("lexicon", f"{missing} chunks without stems, {extra} stems without a chunk")


def _embeddings(connection: sqlite3.Connection, vectors: Vectors) -> Iterator[Issue]:
    rows = {int(row) for row in vectors.ids}
    for row, chunk_id, blob in connection.execute("SELECT row, id, embedding FROM chunks ORDER BY row"):
        stored = np.frombuffer(blob, "<f2").astype(np.float32)
        if len(stored) != vectors.dimensions or abs(float(np.linalg.norm(stored)) - 1) > 0.01:
            yield Issue("embedding", f"the embedding of chunk {chunk_id} is damaged")
        elif row not in rows or float(vectors.cosines(stored, np.array([row]))[0]) < 0.99:
            yield Issue("cache", f"the cached vector of chunk {chunk_id} is missing or not the stored one")
        rows.discard(row)
    if rows:
        yield Issue("cache", f"{len(rows)} cached vectors without a chunk")
