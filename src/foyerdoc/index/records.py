"""Rows of the database as the objects they stand for, and back."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np
import orjson
from numpy.typing import NDArray

from foyerdoc.documents import Chunk, Document, Span
from foyerdoc.errors import DamagedFile, IndexCorrupted
from foyerdoc.index.backends import Embedding, Session, Stems
from foyerdoc.index.lexical import stems
from foyerdoc.serialization import dumps, loads

_TOGETHER = 500  # values that one statement names


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


def unpack(body: bytes, name: str) -> Document:
    """The document that `pack` was given.

    Raises:
        IndexCorrupted: it is damaged.
    """
    try:
        return loads(zlib.decompress(body))
    except (zlib.error, DamagedFile) as error:
        raise IndexCorrupted(f"{name}: a stored document cannot be read", hint="delete it and add its file again") from error


def embedded_text(chunk: Chunk) -> str:
    """What of a chunk is embedded and stemmed: the headings that it stands under, and its text."""
    return "\n".join([*chunk.headings, chunk.text])


def known(session: Session, texts: Sequence[str], dimensions: int) -> dict[str, NDArray[np.float32]]:
    """The stored embeddings of those of the embedded texts that some chunk has. A damaged one is not passed on."""
    wanted = {_digest(text): text for text in texts}
    digests = list(wanted)
    found = {}
    for start in range(0, len(digests), _TOGETHER):
        some = digests[start : start + _TOGETHER]
        rows = session.execute(
            "SELECT digest, embedding FROM chunks WHERE row IN"  # noqa: S608 - marks only
            f" (SELECT min(row) FROM chunks WHERE digest IN ({marks(some)}) GROUP BY digest)",
            some,
        )
        found.update({wanted[one]: _singles(blob) for one, blob in rows if is_unit(blob, dimensions)})
    return found


def is_unit(embedding: object, dimensions: int) -> bool:
    """Whether a stored embedding is sound: a vector of norm 1 in half precision."""
    if not isinstance(embedding, bytes) or len(embedding) != 2 * dimensions:
        return False
    return abs(float(np.linalg.norm(_singles(embedding))) - 1) <= 0.01


def marks(values: Sequence[object]) -> str:
    """What stands in SQL between `IN (` and `)` for some values. NULL is no value's like: nothing is in no values."""
    return ", ".join("?" * len(values)) or "NULL"


def stemmed(headings: str, text: str, language: str | None) -> list[str] | None:
    """The stems of a stored chunk; None when it is damaged."""
    try:
        return stems("\n".join([*orjson.loads(headings), text]), language)
    except (TypeError, ValueError):
        return None


def insert(session: Session, prepared: Prepared, body: bytes, vectors: NDArray[np.float32]) -> None:
    """Write a document with its members, metadata, chunks and stems. `vectors` are of its chunks, in order."""
    document = prepared.document
    added = datetime.now(UTC).isoformat(timespec="seconds")
    [row] = session.insert(
        "INSERT INTO documents (id, name, digest, added, body) VALUES (?, ?, ?, ?, ?)",
        [(document.id, document.name, prepared.digest, added, body)],
    )
    set_metadata(session, row, prepared.metadata)
    places = session.insert(
        "INSERT INTO members (document, id, name, media_type, language) VALUES (?, ?, ?, ?, ?)",
        [(row, member.id, member.name, member.media_type, member.language) for member, _ in prepared.members],
    )
    chunks, read = [], []
    numbered = iter(vectors.astype("<f2"))
    for place, (member, pieces) in zip(places, prepared.members, strict=True):
        for piece in pieces:
            language, text = language_of(member, piece), embedded_text(piece)
            chunks.append((*_chunk_values(piece, row, place), language, Embedding(next(numbered).tobytes()), _digest(text)))
            read.append((language, stems(text, language)))
    rows = session.insert(
        "INSERT INTO chunks"
        " (id, document, member, start, stop, text, headings, pages, n_tokens, language, embedding, digest)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        chunks,
    )
    session.write_stems(Stems(number, *one) for number, one in zip(rows, read, strict=True))


def set_metadata(session: Session, row: int, metadata: Mapping[str, str]) -> None:
    """Give a document these labels in place of the ones it had."""
    session.execute("DELETE FROM metadata WHERE document = ?", (row,))
    session.executemany("INSERT INTO metadata VALUES (?, ?, ?)", [(row, key, value) for key, value in metadata.items()])


def delete(session: Session, row: int) -> None:
    """Take a document out, with everything that hangs on it."""
    session.forget_stems(row)
    session.execute("DELETE FROM documents WHERE row = ?", (row,))


def rows_replaced(session: Session, document: Document, same_name: bool) -> list[int]:
    """The documents that one takes the place of: its own earlier self, and with `same_name` the others of its name."""
    query = "SELECT row FROM documents WHERE id = ? OR (? AND name = ?)"
    return [row for (row,) in session.execute(query, (document.id, same_name, document.name)).fetchall()]


def language_of(document: Document, chunk: Chunk) -> str | None:
    """The language of a chunk: of the block it begins in, else of the document."""
    block = document.block_at(chunk.span.start)
    return (block.language if block is not None else None) or document.language


def metadata_of(session: Session, row: int) -> dict[str, str]:
    """A document's labels."""
    return dict(session.execute("SELECT key, value FROM metadata WHERE document = ? ORDER BY key", (row,)).fetchall())


def evidence(session: Session, rows: Sequence[int], scores: NDArray[np.float64]) -> list[Evidence]:
    """The chunks of some rows with the scores that they got: (rows, 3) together, cosine and lexical.

    Raises:
        IndexCorrupted: a row is damaged.
    """
    found = session.execute(
        "SELECT c.row, c.document, m.name, c.language, c.id, m.id, c.start, c.stop, c.text, c.headings, c.pages, c.n_tokens"  # noqa: S608 - marks only
        f" FROM chunks c JOIN members m ON m.row = c.member WHERE c.row IN ({marks(rows)})",
        rows,
    ).fetchall()
    by_row = {one[0]: one[1:] for one in found}
    labels = _metadata_of(session, {one[1] for one in found})
    made = []
    for row, parts in zip(rows, scores.tolist(), strict=True):
        try:
            document, name, language, *rest = by_row[row]
            score, cosine, lexical = parts
            made.append(Evidence(_chunk(*rest), score, cosine, lexical, name, language, labels.get(document, {})))
        except (KeyError, TypeError, ValueError) as error:
            raise damaged(f"the chunk in row {row}") from error
    return made


def damaged(what: str) -> IndexCorrupted:
    """What is raised of a row that cannot be used."""
    return IndexCorrupted(f"{what} is damaged", hint="`verify()` names it; delete its document and add the file again")


def _chunk_values(chunk: Chunk, document: int, member: int) -> tuple[object, ...]:
    headings, pages = orjson.dumps(chunk.headings).decode(), orjson.dumps(chunk.pages).decode()
    return (
        chunk.id,
        document,
        member,
        chunk.span.start,
        chunk.span.end,
        chunk.text,
        headings,
        pages,
        chunk.n_tokens,
    )


def _metadata_of(session: Session, documents: Iterable[int]) -> dict[int, dict[str, str]]:
    """The labels of some documents; those without any are left out."""
    rows = list(documents)
    query = f"SELECT document, key, value FROM metadata WHERE document IN ({marks(rows)}) ORDER BY key"  # noqa: S608 - marks only
    found: dict[int, dict[str, str]] = {}
    for document, key, value in session.execute(query, rows):
        found.setdefault(document, {})[key] = value
    return found


def _singles(embedding: bytes) -> NDArray[np.float32]:
    return np.frombuffer(embedding, "<f2").astype(np.float32)


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:16]


def _chunk(
    chunk_id: str, document_id: str, start: int, stop: int, text: str, headings: str, pages: str, n_tokens: int
) -> Chunk:
    return Chunk(
        chunk_id, document_id, Span(start, stop), text, tuple(orjson.loads(headings)), tuple(orjson.loads(pages)), n_tokens
    )


def listed(session: Session) -> list[StoredDocument]:
    """The documents, oldest first; attachments are within theirs."""
    labels: dict[int, dict[str, str]] = {}
    for document, key, value in session.execute("SELECT document, key, value FROM metadata ORDER BY document, key"):
        labels.setdefault(document, {})[key] = value
    # A document is the first of its members.
    found = session.execute(
        "SELECT d.row, d.id, d.name, m.media_type, m.language, d.added,"
        " (SELECT count(*) FROM chunks c WHERE c.document = d.row)"
        " FROM documents d JOIN members m ON m.row = (SELECT min(row) FROM members WHERE document = d.row) ORDER BY d.row"
    )
    return [
        StoredDocument(one, name, media_type, language, added, chunks, labels.get(row, {}))
        for row, one, name, media_type, language, added, chunks in found
    ]


def entries(session: Session) -> dict[str, str]:
    """What the index says of itself: uuid, generation, embedder, dimensions, max_tokens, overlap."""
    return dict(session.execute("SELECT key, value FROM meta").fetchall())


def counted(session: Session) -> tuple[int, int, int, dict[str, int]]:
    """How many documents, chunks and tokens there are, and of each language how many chunks."""
    chunks, tokens = session.execute("SELECT count(*), coalesce(sum(n_tokens), 0) FROM chunks").fetchone()
    [documents] = session.execute("SELECT count(*) FROM documents").fetchone()
    languages = session.execute("SELECT coalesce(language, ''), count(*) FROM chunks GROUP BY 1 ORDER BY 1").fetchall()
    return documents, chunks, tokens, dict(languages)
