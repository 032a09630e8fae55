"""One transaction over an index in PostgreSQL: words by their postings, meaning by pgvector.

    postings    each stem of each chunk, how often it stands there, and how many stems the chunk has
    totals      chunks and stems by language; "" where it is not known

BM25 is a sum over postings in SQL, as FTS5 reckons it. PostgreSQL's own full-text ranking is not BM25: it knows no
rarity of words.
"""

from __future__ import annotations

import hashlib
import struct
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import count
from typing import Any

import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg import pq
from psycopg.adapt import Buffer, Dumper, Loader

from foyerdoc.documents import Issue
from foyerdoc.errors import UsageError
from foyerdoc.index.backends import Embedding, Stems
from foyerdoc.index.records import marks, stemmed

_TOGETHER = 1_000  # rows that are fetched together
_LONGEST = 200  # letters of a term; what is longer is kept by its hash, since PostgreSQL's indexes have no room for it
_EXACT_UP_TO = 50_000  # chunks; of more, those are read that pgvector's HNSW index leads to
_READ = 400  # of them at least
_MOST = 3_500  # numbers of an embedding, for which a page has room
_MARGIN = 16
_SLACK = 1e-5  # what sums in single precision may differ by

# Whole numbers, since sums of others differ by the order in which they are added: equal chunks have equal scores.
_BM25 = """
WITH hits AS MATERIALIZED (SELECT term, chunk, count, length::float8 FROM postings WHERE term = ANY(?)),
    every AS MATERIALIZED (SELECT sum(chunks)::float8 AS n, sum(stems)::float8 / sum(chunks)::float8 AS length FROM totals),
    words AS MATERIALIZED (
        SELECT term, 2.2e12::float8 * greatest(ln((every.n - word.n + 0.5) / (word.n + 0.5)), 1e-6) AS weight
        FROM (SELECT term, count(*)::float8 AS n FROM hits GROUP BY term) word, every
    )
SELECT chunk, sum((weight * count / (count + 0.3::float8 + 0.9::float8 * h.length / every.length))::bigint) AS score
FROM hits h JOIN words USING (term), every {among}
GROUP BY chunk ORDER BY score DESC, chunk LIMIT ?
"""
_cursors = count()


class PostgresSession:
    """One transaction."""

    collation = 'COLLATE "C"'

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection

    def execute(self, query: str, values: Sequence[Any] = (), /) -> psycopg.Cursor[Any]:
        """Run one statement."""
        cursor = self._connection.cursor(binary=True)
        return cursor.execute(_marked(query), values)

    def executemany(self, query: str, values: Iterable[Sequence[Any]], /) -> None:
        """Run a statement many times, without waiting for each."""
        with self._connection.cursor() as cursor:
            cursor.executemany(_marked(query), list(values))

    def insert(self, query: str, values: Iterable[Sequence[Any]], /) -> list[int]:
        """The rows' numbers."""
        values = list(values)
        if not values:
            return []
        with self._connection.cursor(binary=True) as cursor:
            cursor.executemany(_marked(query + " RETURNING row"), values, returning=True)
            return [row for result in cursor.results() for (row,) in result]

    def stream(self, query: str, values: Sequence[Any] = (), /) -> Iterator[Any]:
        """By a cursor of the server's."""
        # Several may be open: each has a name of its own.
        with self._connection.cursor(f"foyerdoc{next(_cursors)}", binary=True) as cursor:
            cursor.itersize = _TOGETHER
            yield from cursor.execute(_marked(query), values)

    def make_room(self, dimensions: int) -> None:
        """The first document says how long embeddings are, which their index must know.

        Raises:
            UsageError: too long for PostgreSQL.
        """
        [known] = self._one("SELECT atttypmod FROM pg_attribute WHERE attrelid = 'chunks'::regclass AND attname = 'embedding'")
        if known >= 0:
            return
        if dimensions > _MOST:
            raise UsageError(
                f"embeddings of {dimensions} numbers", hint=f"PostgreSQL has room for {_MOST}: use another embedder"
            )
        self.execute(f"ALTER TABLE chunks ALTER COLUMN embedding TYPE halfvec({int(dimensions)})")
        self.execute("CREATE INDEX chunks_by_embedding ON chunks USING hnsw (embedding halfvec_ip_ops)")

    def number_on(self) -> None:
        """Identities know nothing of numbers that were given."""
        for table in ("documents", "members", "chunks"):
            self.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'row'), max(row)) FROM {table}")  # noqa: S608 - names of ours

    def count(self) -> int:
        """The number of chunks."""
        return int(self._one("SELECT coalesce(sum(chunks), 0)::bigint FROM totals")[0])

    def languages(self) -> tuple[str | None, ...]:
        """The chunks' languages."""
        return tuple(language or None for (language,) in self.execute("SELECT language FROM totals ORDER BY 1"))

    def write_stems(self, stems: Iterable[Stems]) -> None:
        """As postings."""
        totals: dict[str, Counter[str]] = {}
        with self._connection.cursor() as cursor:
            with cursor.copy("COPY postings (term, chunk, count, length) FROM STDIN") as copy:
                for one in stems:
                    for term, count in _counted(one.stems).items():
                        copy.write_row((term, one.row, count, len(one.stems)))
                    totals.setdefault(one.language or "", Counter()).update(chunks=1, stems=len(one.stems))
            cursor.executemany(
                "INSERT INTO totals AS t VALUES (%s, %s, %s) ON CONFLICT (language)"
                " DO UPDATE SET chunks = t.chunks + excluded.chunks, stems = t.stems + excluded.stems",
                [(language, total["chunks"], total["stems"]) for language, total in totals.items()],
            )

    def forget_stems(self, document: int) -> None:
        """Their totals: postings go with their chunks."""
        self.execute(
            "WITH gone AS"
            " (SELECT coalesce(language, '') AS language, count(DISTINCT row) AS chunks, coalesce(sum(count), 0) AS stems"
            " FROM chunks LEFT JOIN postings ON chunk = row WHERE document = ? GROUP BY 1)"
            " UPDATE totals t SET chunks = t.chunks - gone.chunks, stems = t.stems - gone.stems"
            " FROM gone WHERE t.language = gone.language",
            (document,),
        )
        self.execute("DELETE FROM totals WHERE chunks = 0")

    def frequencies(self, words: Sequence[str]) -> dict[str, int]:
        """In how many chunks each word stands."""
        if not words:
            return {}
        terms = {_term(word): word for word in words}
        found = self.execute("SELECT term, count(*) FROM postings WHERE term = ANY(?) GROUP BY term", (list(terms),))
        return {terms[term]: count for term, count in found}

    def bm25(self, words: Sequence[str], most: int, clause: str | None, values: Sequence[str | int]) -> dict[int, float]:
        """By a sum over postings."""
        if not words:
            return {}
        terms = list(dict.fromkeys(_term(word) for word in words))
        among = "" if clause is None else f"WHERE chunk IN (SELECT row FROM chunks WHERE {clause})"  # noqa: S608 - a clause of `filters`
        found = self.execute(_BM25.format(among=among), (terms, *values, most))
        return {row: float(score) / 1e12 for row, score in found}

    def near(self, vector: NDArray[np.float32], k: int, clause: str | None, values: Sequence[str]) -> NDArray[np.int64]:
        """By pgvector, which proposes rows by half precision; those are scored again."""
        half = vector.astype("<f2")
        # By as much the product with an embedding can differ from the vector's own.
        slack = float(np.linalg.norm(vector - half.astype(np.float32))) + _SLACK
        where = "" if clause is None else f"WHERE {clause}"
        # Under a condition the graph finds too few: 0.76 of the true neighbours where a hundredth passed.
        exactly = clause is not None or self.count() <= _EXACT_UP_TO
        if not exactly:
            self.execute(f"SET LOCAL hnsw.ef_search = {_READ}")
            self.execute("SET LOCAL hnsw.iterative_scan = strict_order")
        # The sum keeps PostgreSQL from the index: every row that may be found is read.
        distance, order = ("(embedding <#> ?) + 0", "distance, row") if exactly else ("embedding <#> ?", "distance")
        query = (
            "SELECT row, embedding, distance FROM chunks JOIN"  # noqa: S608 - a clause of `filters`
            f" (SELECT row, {distance} AS distance FROM chunks {where} ORDER BY {order} LIMIT ?) nearest USING (row)"
        )
        asked, fetch = Embedding(half.tobytes()), k + k // 8 + _MARGIN
        while True:
            found = self.execute(query, (asked, *values, fetch)).fetchall()
            if not found:
                return np.empty(0, np.int64)
            numbers, embeddings, distances = zip(*found, strict=True)
            rows, scores = np.array(numbers, np.int64), _scores(vector, embeddings)
            best = np.lexsort((rows, -scores))[:k]
            # A row that was not proposed could be as good as the last one.
            if not exactly or len(found) < fetch or scores[best[-1]] > slack - max(distances):
                return rows[best]
            fetch *= 4

    def cosines(self, vector: NDArray[np.float32], rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """By the stored embeddings."""
        wanted = rows.tolist()
        found = dict(self.execute(f"SELECT row, embedding FROM chunks WHERE row IN ({marks(wanted)})", wanted).fetchall())  # noqa: S608 - marks only
        return _scores(vector, [found[row] for row in wanted])

    def integrity(self) -> Iterator[Issue]:
        """Indexes that PostgreSQL does not trust."""
        found = self.execute(
            "SELECT i.indexrelid::regclass::text FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
            " WHERE NOT i.indisvalid AND c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())"
        )
        yield from (Issue("file", f"PostgreSQL: the index {name} is not valid") for (name,) in found)

    def problems(self) -> Iterator[Issue]:
        """Of postings and totals."""
        totals: dict[str, Counter[str]] = {}
        for chunk_id, text, headings, language, terms, counts, lengths in self.stream(
            "SELECT id, text, headings, language, ARRAY(SELECT term FROM postings WHERE chunk = row ORDER BY term),"
            " ARRAY(SELECT count FROM postings WHERE chunk = row ORDER BY term),"
            " ARRAY(SELECT DISTINCT length FROM postings WHERE chunk = row) FROM chunks"
        ):
            stems = stemmed(headings, text, language)
            right = stems is not None and dict(zip(terms, counts, strict=True)) == _counted(stems)
            if not right or lengths not in ([len(stems or ())], []):
                yield Issue("lexicon", f"the stems of chunk {chunk_id} are not its text's")
            totals.setdefault(language or "", Counter()).update(chunks=1, stems=sum(counts))
        kept = {language: (chunks, stems) for language, chunks, stems in self.execute("SELECT * FROM totals")}
        if kept != {language: (total["chunks"], total["stems"]) for language, total in totals.items()}:
            yield Issue("lexicon", "the totals are not those of the chunks")

    def _one(self, query: str) -> Any:
        return self.execute(query).fetchone()


def register(connection: psycopg.Connection) -> None:
    """Teach a connection that embeddings are pgvector's `halfvec`."""
    [oid] = connection.execute("SELECT 'halfvec'::regtype::oid").fetchone() or [0]
    connection.adapters.register_dumper(Embedding, type("HalfvecDumper", (_HalfvecDumper,), {"oid": oid}))
    connection.adapters.register_loader(oid, _HalfvecLoader)


class _HalfvecDumper(Dumper):
    """Two bytes that tell how many numbers there are, two empty ones, then the numbers, highest byte first."""

    format = pq.Format.BINARY

    def dump(self, obj: Any) -> Buffer:
        return struct.pack(">HH", len(obj) // 2, 0) + np.frombuffer(obj, "<u2").astype(">u2").tobytes()


class _HalfvecLoader(Loader):
    format = pq.Format.BINARY

    def load(self, data: Buffer) -> Embedding:
        return Embedding(np.frombuffer(data, ">u2", offset=4).astype("<u2").tobytes())


def _scores(vector: NDArray[np.float32], embeddings: Sequence[bytes]) -> NDArray[np.float32]:
    """(s,) float32 cosines, each added up by itself as in `vectors`."""
    stored = np.frombuffer(b"".join(embeddings), "<f2").astype(np.float32).reshape(len(embeddings), len(vector))
    summed: NDArray[np.float32] = (stored * vector.astype(np.float64)).sum(axis=1).astype(np.float32)
    return summed


def _counted(stems: Iterable[str]) -> Counter[str]:
    return Counter(_term(stem) for stem in stems)


def _term(stem: str) -> str:
    return stem if len(stem) <= _LONGEST else hashlib.sha256(stem.encode()).hexdigest()


@lru_cache(maxsize=1_000)
def _marked(query: str) -> bytes:
    """A query with psycopg's marks for values in place of SQLite's."""
    return query.replace("?", "%s").encode()
