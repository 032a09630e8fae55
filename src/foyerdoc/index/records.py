"""Rows of the database as the objects they stand for, and back."""

from __future__ import annotations

import hashlib
import sqlite3
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import orjson
from numpy.typing import NDArray

from foyerdoc.documents import Chunk, Document, Span
from foyerdoc.errors import DamagedFile, IndexCorrupted
from foyerdoc.index.lexical import match_expression, stems
from foyerdoc.serialization import dumps, loads

if TYPE_CHECKING:
    from foyerdoc.index.vectors import Vectors


@dataclass(frozen=True, slots=True)
class Evidence:
    """A chunk that was found, with the parts of its score.

    Attributes:
        chunk: what was found.
        score: both together, higher is better; 0 to about 1.
        cosine: of question and chunk, by the embedder.
        lexical: BM25 over the highest that the question's words could reach, 0 to 1.
        document_name: the document's or attachment's.
        language: of the chunk, None when it is not known.
        metadata: of the document that it came with.
    """

    chunk: Chunk
    score: float
    cosine: float
    lexical: float
    document_name: str
    language: str | None
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Added:
    """What `Index.add` did, by document id.

    Attributes:
        added: new in the index.
        replaced: were there with another text (read or cleaned differently), or took the place of others of their name.
        unchanged: were there already; their metadata was set if it was given.
    """

    added: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """What the index tells of a document without loading it. `chunks` counts its attachments' too."""

    id: str
    name: str
    media_type: str
    language: str | None
    added: str
    chunks: int
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stats:
    """How much an index holds.

    Attributes:
        documents, chunks, tokens: counts; attachments count with their documents.
        languages: chunks by language; "" for those in none that is known.
        bytes: of the files on disk.
        embedder: the model whose embeddings it holds, and `dimensions` their length; None and 0 before the first document.
        max_tokens, overlap: how its documents are cut into chunks.
    """

    documents: int
    chunks: int
    tokens: int
    languages: Mapping[str, int]
    bytes: int
    embedder: str | None
    dimensions: int
    max_tokens: int
    overlap: int


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document ready to be written: everything slow is done before its transaction begins."""

    document: Document
    digest: str
    metadata: Mapping[str, str]
    members: tuple[tuple[Document, tuple[Chunk, ...]], ...]

    def chunks(self) -> Iterator[tuple[Document, Chunk]]:
        """Every chunk with the document or attachment that it is from, in the order in which they are written."""
        for member, pieces in self.members:
            for piece in pieces:
                yield member, piece


def pack(document: Document) -> bytes:
    """A document as it is stored, with the boxes of its words."""
    return zlib.compress(dumps(document, boxes=True), 6)


def unpack(body: bytes, path: Path) -> Document:
    """The document that `pack` was given.

    Raises:
        IndexCorrupted: it is damaged.
    """
    try:
        return loads(zlib.decompress(body))
    except (zlib.error, DamagedFile) as error:
        raise IndexCorrupted(f"{path}: a stored document cannot be read", hint="delete it and add its file again") from error


def embedded_text(chunk: Chunk) -> str:
    """What of a chunk is embedded and stemmed: the headings that it stands under, and its text."""
    return "\n".join([*chunk.headings, chunk.text])


def known(connection: sqlite3.Connection, texts: Sequence[str], dimensions: int) -> dict[str, NDArray[np.float32]]:
    """The stored embeddings of those of the embedded texts that some chunk has. A damaged one is not passed on."""
    found = {}
    for text in texts:
        row = connection.execute("SELECT embedding FROM chunks WHERE digest = ? LIMIT 1", (_digest(text),)).fetchone()
        if row is not None and is_unit(row[0], dimensions):
            found[text] = np.frombuffer(row[0], "<f2").astype(np.float32)
    return found


def is_unit(embedding: object, dimensions: int) -> bool:
    """Whether a stored embedding is sound: a vector of norm 1 in half precision."""
    if not isinstance(embedding, bytes) or len(embedding) != 2 * dimensions:
        return False
    return abs(float(np.linalg.norm(np.frombuffer(embedding, "<f2").astype(np.float32))) - 1) <= 0.01


def insert(connection: sqlite3.Connection, prepared: Prepared, body: bytes, vectors: NDArray[np.float32]) -> None:
    """Write a document with its members, metadata, chunks and stems. `vectors` are of its chunks, in order."""
    document = prepared.document
    row = connection.execute(
        "INSERT INTO documents (id, name, digest, added, body) VALUES (?, ?, ?, ?, ?)",
        (document.id, document.name, prepared.digest, datetime.now(UTC).isoformat(timespec="seconds"), body),
    ).lastrowid
    assert row is not None  # noqa: S101 - for the type checker: an INSERT has one
    set_metadata(connection, row, prepared.metadata)
    numbered = iter(vectors.astype("<f2"))
    for member, chunks in prepared.members:
        place = connection.execute(
            "INSERT INTO members (document, id, name, media_type, language) VALUES (?, ?, ?, ?, ?)",
            (row, member.id, member.name, member.media_type, member.language),
        ).lastrowid
        for chunk in chunks:
            _insert_chunk(connection, (row, place), chunk, language_of(member, chunk), next(numbered).tobytes())


def set_metadata(connection: sqlite3.Connection, row: int, metadata: Mapping[str, str]) -> None:
    """Give a document these labels in place of the ones it had."""
    connection.execute("DELETE FROM metadata WHERE document = ?", (row,))
    connection.executemany("INSERT INTO metadata VALUES (?, ?, ?)", [(row, key, value) for key, value in metadata.items()])


def delete(connection: sqlite3.Connection, row: int) -> None:
    """Take a document out, with everything that hangs on it."""
    connection.execute("DELETE FROM lexicon WHERE rowid IN (SELECT row FROM chunks WHERE document = ?)", (row,))
    connection.execute("DELETE FROM documents WHERE row = ?", (row,))


def rows_replaced(connection: sqlite3.Connection, document: Document, same_name: bool) -> list[int]:
    """The documents that one takes the place of: its own earlier self, and with `same_name` the others of its name."""
    query = "SELECT row FROM documents WHERE id = ? OR (? AND name = ?)"
    return [row for (row,) in connection.execute(query, (document.id, same_name, document.name)).fetchall()]


def language_of(document: Document, chunk: Chunk) -> str | None:
    """The language of a chunk: of the block it begins in, else of the document."""
    block = document.block_at(chunk.span.start)
    return (block.language if block is not None else None) or document.language


def metadata_of(connection: sqlite3.Connection, row: int) -> dict[str, str]:
    """A document's labels."""
    return dict(connection.execute("SELECT key, value FROM metadata WHERE document = ? ORDER BY key", (row,)).fetchall())


def evidence(connection: sqlite3.Connection, row: int, score: float, cosine: float, lexical: float) -> Evidence:
    """The chunk of a row with the scores that it got.

    Raises:
        IndexCorrupted: the row is damaged.
    """
    found = connection.execute(
        "SELECT c.document, m.name, c.language, c.id, m.id, c.start, c.stop, c.text, c.headings, c.pages, c.n_tokens"
        " FROM chunks c JOIN members m ON m.row = c.member WHERE c.row = ?",
        (row,),
    ).fetchone()
    try:
        document, name, language, *rest = found
        chunk = _chunk(*rest)
    except (TypeError, ValueError) as error:
        raise _damaged(f"the chunk in row {row}") from error
    return Evidence(chunk, score, cosine, lexical, name, language, metadata_of(connection, document))


def rows_of(connection: sqlite3.Connection, clause: str, values: Sequence[str]) -> NDArray[np.int64]:
    """(n,) int64, the rows of the chunks that a condition of `filters` lets through."""
    found = connection.execute(f"SELECT row FROM chunks WHERE {clause}", values)  # noqa: S608 - a clause of `filters`
    return np.array([row for (row,) in found], dtype=np.int64)


def bm25(
    connection: sqlite3.Connection, words: Sequence[str], most: int, clause: str, values: Sequence[str | int]
) -> dict[int, float]:
    """The chunks' BM25 scores, higher is better, by row: the best ones among those that a condition lets through."""
    if not words:
        return {}
    # The plus keeps SQLite from searching for the words anew in each of those chunks, which takes their number squared.
    query = (
        "SELECT rowid, -bm25(lexicon) FROM lexicon WHERE lexicon MATCH ?"  # noqa: S608 - a clause of `filters`
        f" AND +rowid IN (SELECT row FROM chunks WHERE {clause}) ORDER BY bm25(lexicon), rowid LIMIT ?"
    )
    return dict(connection.execute(query, (match_expression(words), *values, most)).fetchall())


def frequencies(connection: sqlite3.Connection, words: Sequence[str]) -> dict[str, int]:
    """In how many chunks each word stands."""
    marks = ", ".join("?" * len(words))
    return dict(connection.execute(f"SELECT term, doc FROM terms WHERE term IN ({marks})", list(words)).fetchall())  # noqa: S608 - marks only


def catch_up(connection: sqlite3.Connection, vectors: Vectors) -> None:
    """Bring vectors in step with the file. Rows only grow and are never used again: what is new lies above the highest held.

    Raises:
        IndexCorrupted: an embedding is damaged.
    """
    highest = int(vectors.ids.max(initial=0))
    [kept] = connection.execute("SELECT count(*) FROM chunks WHERE row <= ?", (highest,)).fetchone()
    if kept != len(vectors):
        current = np.array([row for (row,) in connection.execute("SELECT row FROM chunks")], dtype=np.int64)
        vectors.remove(np.setdiff1d(vectors.ids, current))
    new = connection.execute("SELECT row, embedding FROM chunks WHERE row > ? ORDER BY row", (highest,))
    while rows := new.fetchmany(10_000):
        numbers, blobs = zip(*rows, strict=True)
        if any(not isinstance(blob, bytes) or len(blob) != 2 * vectors.dimensions for blob in blobs):
            raise _damaged("an embedding")
        stacked = np.frombuffer(b"".join(blobs), "<f2").reshape(len(rows), -1)
        if not np.isfinite(stacked).all():
            raise _damaged("an embedding")
        vectors.add_arrays(np.array(numbers, dtype=np.int64), stacked)


def _damaged(what: str) -> IndexCorrupted:
    return IndexCorrupted(f"{what} is damaged", hint="`verify()` names it; delete its document and add the file again")


def _insert_chunk(
    connection: sqlite3.Connection, parents: tuple[int, int | None], chunk: Chunk, language: str | None, embedding: bytes
) -> None:
    text = embedded_text(chunk)
    row = connection.execute(
        "INSERT INTO chunks"
        " (id, document, member, start, stop, text, headings, pages, n_tokens, language, embedding, digest)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            chunk.id,
            *parents,
            chunk.span.start,
            chunk.span.end,
            chunk.text,
            orjson.dumps(chunk.headings).decode(),
            orjson.dumps(chunk.pages).decode(),
            chunk.n_tokens,
            language,
            embedding,
            _digest(text),
        ),
    ).lastrowid
    connection.execute("INSERT INTO lexicon (rowid, stems) VALUES (?, ?)", (row, " ".join(stems(text, language))))


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:16]


def _chunk(
    chunk_id: str, document_id: str, start: int, stop: int, text: str, headings: str, pages: str, n_tokens: int
) -> Chunk:
    return Chunk(
        chunk_id, document_id, Span(start, stop), text, tuple(orjson.loads(headings)), tuple(orjson.loads(pages)), n_tokens
    )


def listed(connection: sqlite3.Connection) -> list[StoredDocument]:
    """The documents, oldest first; attachments are within theirs."""
    found = connection.execute(
        "SELECT d.row, d.id, d.name, m.media_type, m.language, d.added,"
        " (SELECT count(*) FROM chunks c WHERE c.document = d.row)"
        " FROM documents d JOIN members m ON m.document = d.row AND m.id = d.id GROUP BY d.row ORDER BY d.row"
    ).fetchall()
    return [
        StoredDocument(one, name, media_type, language, added, chunks, metadata_of(connection, row))
        for row, one, name, media_type, language, added, chunks in found
    ]


def counted(connection: sqlite3.Connection) -> tuple[int, int, int, dict[str, int]]:
    """How many documents, chunks and tokens there are, and of each language how many chunks."""
    chunks, tokens = connection.execute("SELECT count(*), coalesce(sum(n_tokens), 0) FROM chunks").fetchone()
    [documents] = connection.execute("SELECT count(*) FROM documents").fetchone()
    languages = connection.execute("SELECT coalesce(language, ''), count(*) FROM chunks GROUP BY 1 ORDER BY 1").fetchall()
    return documents, chunks, tokens, dict(languages)
