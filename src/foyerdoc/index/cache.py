"""The chunks' vectors, in step with an index's file, and kept on disk beside it where that is worth it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from foyerdoc.errors import DamagedFile, IndexBusy
from foyerdoc.index import database
from foyerdoc.index.records import catch_up

if TYPE_CHECKING:
    import sqlite3

    from foyerdoc.index.vectors import Vectors

_FROM = 2_000  # vectors; fewer are faster read from SQLite than checked on disk


class Cache:
    """Vectors that are made again from the file when they are missing, damaged, of another index or stale.

    Args:
        folder: of the index.
        uuid: the index's.

    Attributes:
        languages: of the chunks, as of the last `synchronised`.
    """

    def __init__(self, folder: Path, uuid: str) -> None:
        self._folder = folder
        self._uuid = uuid
        self._vectors: Vectors | None = None
        self._generation = -1
        self._saved = -1
        self.languages: tuple[str | None, ...] = ()

    @property
    def loaded(self) -> bool:
        """Whether vectors are in memory."""
        return self._vectors is not None

    def synchronised(self, connection: sqlite3.Connection, dimensions: int) -> Vectors:
        """The vectors in step with the file as this transaction sees it."""
        from foyerdoc.index.vectors import Vectors

        generation = int(database.entries(connection)["generation"])
        if self._vectors is None:
            self._vectors = self._load(generation) or Vectors(dimensions)
        if generation != self._generation:
            catch_up(connection, self._vectors)
            self.languages = tuple(row[0] for row in connection.execute("SELECT DISTINCT language FROM chunks ORDER BY 1"))
            self._generation = generation
        return self._vectors

    def held(self, connection: sqlite3.Connection) -> Vectors | None:
        """As `synchronised`; None before the first document."""
        dimensions = database.entries(connection).get("dimensions")
        return None if dimensions is None else self.synchronised(connection, int(dimensions))

    def keep(self, connection: sqlite3.Connection) -> None:
        """Save the vectors, where it is worth it.

        Within a transaction, and as new as the file: what was deleted would come back behind the back of `Index.compact`.

        Raises:
            OSError: it cannot be done.
        """
        vectors = self.held(connection)
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
