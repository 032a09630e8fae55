"""The chunks' vectors, in step with an index's file, and kept on disk beside it where that is worth it."""

from __future__ import annotations

import shutil
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from foyerdoc.errors import DamagedFile, IndexBusy
from foyerdoc.index import database
from foyerdoc.index.backends import Session
from foyerdoc.index.records import damaged, entries

if TYPE_CHECKING:
    from foyerdoc.index.vectors import Vectors

_FROM = 2_000  # vectors; fewer are faster read from SQLite than checked on disk


class Cache:
    """Vectors that are made again from the file when they are missing, damaged, of another index or stale.

    Args:
        folder: of the index.

    Attributes:
        languages: of the chunks, as of the last `held`.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._uuid = ""
        self._vectors: Vectors | None = None
        self._generation = -1
        self._saved = -1
        self.languages: tuple[str | None, ...] = ()

    @property
    def loaded(self) -> bool:
        """Whether vectors are in memory."""
        return self._vectors is not None

    def held(self, session: Session) -> Vectors | None:
        """The vectors in step with the file as this transaction sees it; None before the first document.

        Raises:
            IndexCorrupted: an embedding is damaged.
        """
        from foyerdoc.index.vectors import Vectors

        about = entries(session)
        generation, self._uuid = int(about["generation"]), about["uuid"]
        if "dimensions" not in about:
            return None
        if self._vectors is None:
            self._vectors = self._load(generation) or Vectors(int(about["dimensions"]))
        if generation != self._generation:
            _catch_up(session, self._vectors)
            self.languages = tuple(row[0] for row in session.execute("SELECT DISTINCT language FROM chunks ORDER BY 1"))
            self._generation = generation
        return self._vectors

    def keep(self, session: Session) -> None:
        """Save the vectors, where it is worth it.

        Within a transaction, and as new as the file: what was deleted would come back behind the back of `Index.compact`.

        Raises:
            OSError: it cannot be done.
        """
        vectors = self.held(session)
        if vectors is not None and len(vectors) >= _FROM and self._generation != self._saved:
            about = {"uuid": self._uuid, "generation": str(self._generation)}
            vectors.save(self._folder / database.CACHE, about=about)
            self._saved = self._generation

    def drop(self) -> bool:
        """Delete what is on disk, and what kills left of older ones; whether there was any.

        Raises:
            IndexBusy: it cannot be deleted.
        """
        self._saved = -1
        # Those that kills left come first: one of them may be put back when there is no other.
        found = [*self._folder.glob(f".{database.CACHE}.*"), *self._folder.glob(database.CACHE)]
        for folder in found:
            try:
                shutil.rmtree(folder) if folder.is_dir() else folder.unlink()
            except FileNotFoundError:
                pass  # another process was first
            except OSError as error:
                raise IndexBusy(f"{folder} cannot be deleted", hint="delete it, then compact again") from error
        return bool(found)

    def forget(self) -> None:
        """Let go of the memory."""
        self._vectors = None
        self._generation = -1

    def _load(self, generation: int) -> Vectors | None:
        from foyerdoc.index.vectors import Vectors

        try:
            vectors, about = Vectors.load(self._folder / database.CACHE)
            saved = int(str(about.get("generation")))
        except (DamagedFile, OSError, ValueError):
            return None
        # A cache from the future is from before the file was put back from a backup.
        if about.get("uuid") != self._uuid or saved > generation:
            return None
        self._saved = saved
        return vectors


def _catch_up(session: Session, vectors: Vectors) -> None:
    """Bring vectors in step with the file. Rows only grow and are never used again: what is new lies above the highest held.

    Raises:
        IndexCorrupted: an embedding is damaged.
    """
    highest = int(vectors.ids.max(initial=0))
    [kept] = session.execute("SELECT count(*) FROM chunks WHERE row <= ?", (highest,)).fetchone()
    if kept != len(vectors):
        current = np.array([row for (row,) in session.execute("SELECT row FROM chunks")], dtype=np.int64)
        vectors.remove(np.setdiff1d(vectors.ids, current))
    new = session.stream("SELECT row, embedding FROM chunks WHERE row > ? ORDER BY row", (highest,))
    while rows := list(islice(new, 10_000)):
        numbers, blobs = zip(*rows, strict=True)
        if any(not isinstance(blob, bytes) or len(blob) != 2 * vectors.dimensions for blob in blobs):
            raise damaged("an embedding")
        stacked = np.frombuffer(b"".join(blobs), "<f2").reshape(len(rows), -1)
        if not np.isfinite(stacked).all():
            raise damaged("an embedding")
        vectors.add_arrays(np.array(numbers, dtype=np.int64), stacked)
