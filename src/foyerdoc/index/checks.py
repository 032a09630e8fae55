"""What can be wrong with an index, found by comparing everything with everything."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import orjson

from foyerdoc.documents import Document, Issue
from foyerdoc.errors import IndexCorrupted
from foyerdoc.index.database import explained
from foyerdoc.index.lexical import stems
from foyerdoc.index.records import is_unit, unpack

if TYPE_CHECKING:
    from foyerdoc.index.vectors import Vectors


def problems(connection: sqlite3.Connection, path: Path, vectors: Callable[[], Vectors | None]) -> Iterator[Issue]:
    """Everything that does not fit together, one issue each.

    Args:
        connection: within a transaction.
        path: the file, for messages.
        vectors: gives the cache, in step with the file; None when there is none.

    Raises:
        FoyerdocError: the disk fails.
    """
    try:
        yield from _file(connection)
        for row, document_id, body in connection.execute("SELECT row, id, body FROM documents ORDER BY row"):
            try:
                document = unpack(body, path)
            except IndexCorrupted:
                yield Issue("document", f"document {document_id} cannot be read")
            else:
                yield from _misplaced(connection, row, document)
        yield from _lexicon(connection)
        yield from _embeddings(connection, vectors)
    except sqlite3.DatabaseError as error:
        meaning = explained(path, error)
        if not isinstance(meaning, IndexCorrupted):
            raise meaning from error
        yield Issue("file", f"SQLite cannot go on: {error}")


def _file(connection: sqlite3.Connection) -> Iterator[Issue]:
    yield from (Issue("file", f"SQLite: {line}") for (line,) in connection.execute("PRAGMA integrity_check") if line != "ok")
    yield from (
        Issue("reference", f"{table}: a row without its parent") for table, *_ in connection.execute("PRAGMA foreign_key_check")
    )


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
    counts: Counter[str] = Counter()
    for chunk_id, text, headings, language, stored in connection.execute(
        "SELECT c.id, c.text, c.headings, c.language, l.stems FROM chunks c JOIN lexicon l ON l.rowid = c.row"
    ):
        if _stems(headings, text, language) != stored:
            yield Issue("lexicon", f"the stems of chunk {chunk_id} are not its text's")
        counts.update(set(str(stored).split()))
    # The stems are there twice: as they were given, and turned round into the list that is searched.
    searched = dict(connection.execute("SELECT term, doc FROM terms"))
    different = sum(counts[term] != searched.get(term, 0) for term in counts.keys() | searched.keys())
    if different:
        yield Issue("lexicon", f"{different} stems are not found where they stand")


def _stems(headings: str, text: str, language: str | None) -> str | None:
    try:
        return " ".join(stems("\n".join([*orjson.loads(headings), text]), language))
    except (TypeError, ValueError):
        return None  # damaged


def _embeddings(connection: sqlite3.Connection, cache: Callable[[], Vectors | None]) -> Iterator[Issue]:
    damaged: set[int] = set()
    [dimensions] = connection.execute("SELECT (SELECT value FROM meta WHERE key = 'dimensions')").fetchone()
    for row, chunk_id, blob in connection.execute("SELECT row, id, embedding FROM chunks ORDER BY row"):
        if not is_unit(blob, int(dimensions or 0)):
            damaged.add(row)
            yield Issue("embedding", f"the embedding of chunk {chunk_id} is damaged")
    try:
        vectors = cache()
    except IndexCorrupted:
        return  # they cannot even be put side by side; the chunks are named above
    if vectors is None:
        return
    rows = {int(row) for row in vectors.ids}
    for row, chunk_id, blob in connection.execute("SELECT row, id, embedding FROM chunks ORDER BY row"):
        if row not in damaged and not _is_cached(vectors, rows, row, blob):
            yield Issue("cache", f"the cached vector of chunk {chunk_id} is missing or not the stored one")
        rows.discard(row)
    if rows:
        yield Issue("cache", f"{len(rows)} cached vectors without a chunk")


def _is_cached(vectors: Vectors, rows: set[int], row: int, blob: bytes) -> bool:
    stored = np.frombuffer(blob, "<f2").astype(np.float32)
    return row in rows and float(vectors.cosines(stored, np.array([row]))[0]) >= 0.99
