"""An index in a folder: SQLite's file is the truth, FAISS's vectors beside it a cache."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from foyerdoc.documents import Issue
from foyerdoc.errors import FoyerdocError, IndexCorrupted
from foyerdoc.index import database
from foyerdoc.index.backends import Stems, no_index
from foyerdoc.index.cache import Cache
from foyerdoc.index.lexical import match_expression
from foyerdoc.index.records import is_unit, stemmed

if TYPE_CHECKING:
    from foyerdoc.index.vectors import Vectors


class Local:
    """The folder of an index, made when it is missing; see `database` and `cache`. Without `write` nothing in it is changed."""

    def __init__(self, folder: Path, defaults: dict[str, str] | None, *, write: bool = True) -> None:
        if defaults is None and not (folder.is_dir() and any(folder.iterdir())):
            raise no_index(str(folder))
        self._folder = database.make_folder(folder)
        self._path = self._folder / database.FILE
        self._connection = database.connect(self._path, defaults, write=write)
        self._cache = Cache(self._folder)
        self._write = write
        self.name = str(self._folder)

    @contextmanager
    def transaction(self, *, write: bool) -> Iterator[LocalSession]:
        """One view of the file."""
        with database.transaction(self._connection, self._path, write=write) as connection:
            yield LocalSession(connection, self._cache)

    def size(self) -> int:
        """Bytes of all files."""
        return sum(_size(file) for file in self._folder.rglob("*"))

    def compact(self) -> None:
        """Write the file anew, and the cache after it."""
        database.shrink(self._connection, self._path)
        # After the log is empty: nobody reads an older state, so nobody can save one any more.
        if self._cache.drop():
            self._keep_cache()

    def close(self) -> None:
        """Save the cache where it can be, and let go of the files."""
        try:
            if self._write and self._cache.loaded:
                self._keep_cache()
        finally:
            self._cache.forget()
            self._connection.close()

    def _keep_cache(self) -> None:
        # The vectors are made again where they cannot be saved.
        with suppress(OSError, RuntimeError, FoyerdocError), self.transaction(write=False) as session:
            self._cache.keep(session)


class LocalSession:
    """One transaction over the file."""

    collation = "COLLATE BINARY"

    def __init__(self, connection: sqlite3.Connection, cache: Cache) -> None:
        self.execute = self.stream = connection.execute
        self.executemany = connection.executemany
        self._connection = connection
        self._cache = cache
        self._held: Vectors | None = None

    def insert(self, query: str, values: Iterable[Sequence[Any]], /) -> list[int]:
        """The rows' numbers."""
        rows = (self._connection.execute(query, one).lastrowid for one in values)
        return [row for row in rows if row is not None]

    def make_room(self, dimensions: int) -> None:
        """A blob has room for any."""

    def number_on(self) -> None:
        """SQLite does."""

    def count(self) -> int:
        """As many as there are vectors."""
        vectors = self._vectors()
        return 0 if vectors is None else len(vectors)

    def languages(self) -> tuple[str | None, ...]:
        """As the cache found them."""
        self._vectors()
        return self._cache.languages

    def write_stems(self, stems: Iterable[Stems]) -> None:
        """As a text that FTS5 takes apart where `lexical` put it together."""
        rows = ((one.row, " ".join(one.stems)) for one in stems)
        self.executemany("INSERT INTO lexicon (rowid, stems) VALUES (?, ?)", rows)

    def forget_stems(self, document: int) -> None:
        """FTS5 knows no foreign keys."""
        self.execute("DELETE FROM lexicon WHERE rowid IN (SELECT row FROM chunks WHERE document = ?)", (document,))

    def frequencies(self, words: Sequence[str]) -> dict[str, int]:
        """In how many chunks each word stands."""
        marks = ", ".join("?" * len(words))
        return dict(self.execute(f"SELECT term, doc FROM terms WHERE term IN ({marks})", list(words)).fetchall())  # noqa: S608 - marks only

    def bm25(self, words: Sequence[str], most: int, clause: str | None, values: Sequence[str | int]) -> dict[int, float]:
        """By FTS5."""
        if not words:
            return {}
        # The plus keeps SQLite from searching for the words anew in each of those chunks, which takes their number squared.
        among = "" if clause is None else f" AND +rowid IN (SELECT row FROM chunks WHERE {clause})"  # noqa: S608 - a clause of `filters`
        query = (
            f"SELECT rowid, -bm25(lexicon) FROM lexicon WHERE lexicon MATCH ?{among}"  # noqa: S608 - a clause of `filters`
            " ORDER BY bm25(lexicon), rowid LIMIT ?"
        )
        return dict(self.execute(query, (match_expression(words), *values, most)).fetchall())

    def near(self, vector: NDArray[np.float32], k: int, clause: str | None, values: Sequence[str]) -> NDArray[np.int64]:
        """By FAISS."""
        vectors = self._vectors()
        if vectors is None:
            return np.empty(0, np.int64)
        among = None
        if clause is not None:
            found = self.execute(f"SELECT row FROM chunks WHERE {clause}", values)  # noqa: S608 - a clause of `filters`
            among = np.array([row for (row,) in found], dtype=np.int64)
        found_rows: NDArray[np.int64] = vectors.search(vector[None], k, among=among)[1][0]
        return found_rows

    def cosines(self, vector: NDArray[np.float32], rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """By the cache."""
        vectors = self._vectors()
        return np.empty(0, np.float32) if vectors is None else vectors.cosines(vector, rows)

    def integrity(self) -> Iterator[Issue]:
        """SQLite's own checks."""
        lines = self.execute("PRAGMA integrity_check")
        yield from (Issue("file", f"SQLite: {line}") for (line,) in lines if line != "ok")
        orphans = self.execute("PRAGMA foreign_key_check")
        yield from (Issue("reference", f"{table}: a row without its parent") for table, *_ in orphans)

    def problems(self) -> Iterator[Issue]:
        """Of the lexicon and the cache."""
        yield from self._lexicon_problems()
        yield from self._cache_problems()

    def _vectors(self) -> Vectors | None:
        """Those in step with the file; None before the first document."""
        if self._held is None:
            self._held = self._cache.held(self)
        return self._held

    def _lexicon_problems(self) -> Iterator[Issue]:
        [missing] = self.execute("SELECT count(*) FROM chunks WHERE row NOT IN (SELECT rowid FROM lexicon)").fetchone()
        [extra] = self.execute("SELECT count(*) FROM lexicon WHERE rowid NOT IN (SELECT row FROM chunks)").fetchone()
        if missing or extra:
            yield Issue("lexicon", f"{missing} chunks without stems, {extra} stems without a chunk")
        counts: Counter[str] = Counter()
        for chunk_id, text, headings, language, stored in self.execute(
            "SELECT c.id, c.text, c.headings, c.language, l.stems FROM chunks c JOIN lexicon l ON l.rowid = c.row"
        ):
            if stemmed(headings, text, language) != str(stored).split():
                yield Issue("lexicon", f"the stems of chunk {chunk_id} are not its text's")
            counts.update(set(str(stored).split()))
        # The stems are there twice: as they were given, and turned round into the list that is searched.
        searched = dict(self.execute("SELECT term, doc FROM terms"))
        different = sum(counts[term] != searched.get(term, 0) for term in counts.keys() | searched.keys())
        if different:
            yield Issue("lexicon", f"{different} stems are not found where they stand")

    def _cache_problems(self) -> Iterator[Issue]:
        try:
            vectors = self._vectors()
        except IndexCorrupted:
            return  # they cannot even be put side by side; the chunks are named already
        if vectors is None:
            return
        rows = {int(row) for row in vectors.ids}
        for row, chunk_id, blob in self.execute("SELECT row, id, embedding FROM chunks ORDER BY row"):
            if is_unit(blob, vectors.dimensions):
                stored = np.frombuffer(blob, "<f2").astype(np.float32)
                if row not in rows or float(vectors.cosines(stored, np.array([row]))[0]) < 0.99:
                    yield Issue("cache", f"the cached vector of chunk {chunk_id} is missing or not the stored one")
            rows.discard(row)
        if rows:
            yield Issue("cache", f"{len(rows)} cached vectors without a chunk")


def _size(path: Path) -> int:
    """A file's bytes: 0 for a folder, and for what another process has taken away meanwhile."""
    try:
        return path.stat().st_size if path.is_file() else 0
    except FileNotFoundError:
        return 0
