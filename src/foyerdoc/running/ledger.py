"""What became of every file and content, in one SQLite file: what a run is resumed from."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from foyerdoc.errors import DamagedFile, FoyerdocError, IndexBusy, UsageError
from foyerdoc.running.stages import Failure
from foyerdoc.storage import cause_of

_VERSION: Final = "1"
_TABLES: Final = """
CREATE TABLE IF NOT EXISTS about (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS files (path BLOB PRIMARY KEY, size INTEGER, changed INTEGER, digest TEXT);
CREATE TABLE IF NOT EXISTS contents (digest TEXT PRIMARY KEY, path BLOB NOT NULL, state TEXT NOT NULL, part INTEGER);
CREATE TABLE IF NOT EXISTS failures
    (path BLOB NOT NULL, digest TEXT, name TEXT NOT NULL, code TEXT NOT NULL, message TEXT NOT NULL, hint TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS by_digest ON files (digest);
CREATE INDEX IF NOT EXISTS failed ON failures (path);
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """What is written of one content: done, or failed when nothing of it could be read."""

    digest: str
    path: Path
    failures: Sequence[Failure]
    done: bool


class Ledger:
    """The file. One process at a time.

    Args:
        path: where it is, or will be.
        job: digest of the job; a file of another one is refused.

    Raises:
        UsageError: it is another job's, or it may not be written.
        IndexBusy: the disk is full or fails, here and wherever something is written.
        DamagedFile: it is none.
    """

    def __init__(self, path: Path, job: str) -> None:
        self._path = path
        with _explained(path):
            self._connection = sqlite3.connect(path, isolation_level=None)
        try:
            with _explained(path):
                about = self._prepared(job)
        except FoyerdocError:
            self._connection.close()
            raise
        if (about.get("version"), about.get("job")) != (_VERSION, job):
            self._connection.close()
            raise UsageError(
                f"{path.parent} holds what another job made", hint="name another folder, or the same settings as before"
            )

    def _prepared(self, job: str) -> dict[str, str]:
        """Whose ledger it is: this job's when it is new."""
        self._connection.execute("PRAGMA journal_mode = WAL")
        # A power cut may take back the last entries, never half of one: their contents are done again.
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.executescript(_TABLES)
        about = dict(self._connection.execute("SELECT key, value FROM about"))
        if not about:
            # In one statement: a kill leaves both or none.
            self._connection.execute("INSERT INTO about VALUES ('version', ?), ('job', ?)", (_VERSION, job))
            about = {"version": _VERSION, "job": job}
        return about

    def seen(self, path: Path, size: int, changed: int) -> str | None:
        """The digest of a file that was looked at before and has not changed since."""
        query = "SELECT digest FROM files WHERE path = ? AND size = ? AND changed = ?"
        row = self._connection.execute(query, (os.fsencode(path), size, changed)).fetchone()
        return None if row is None else row[0]

    def state(self, digest: str) -> str | None:
        """What became of a content, "done" or "failed"; None when it is not settled."""
        row = self._connection.execute("SELECT state FROM contents WHERE digest = ?", (digest,)).fetchone()
        return None if row is None else row[0]

    def note(self, path: Path, size: int, changed: int, digest: str) -> None:
        """Write down what a file holds."""
        with self._together():
            self._connection.execute(
                "INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?)", (os.fsencode(path), size, changed, digest)
            )

    def refuse(self, path: Path, failure: Failure) -> None:
        """Write down that a file cannot be opened. It is tried again in each run."""
        with self._together():
            self._connection.execute("INSERT OR REPLACE INTO files VALUES (?, NULL, NULL, NULL)", (os.fsencode(path),))
            self._fail(path, None, [failure])

    def settle(self, entries: Iterable[Entry], part: int | None) -> None:
        """Write down what became of contents, all or none, and in which part of the table their rows are."""
        with self._together():
            for entry in entries:
                state = "done" if entry.done else "failed"
                values = (entry.digest, os.fsencode(entry.path), state, part if entry.done else None)
                self._connection.execute("INSERT OR REPLACE INTO contents VALUES (?, ?, ?, ?)", values)
                self._fail(entry.path, entry.digest, entry.failures)

    def forget_failed(self) -> None:
        """Have the contents that failed tried again."""
        with self._together():
            failed = "SELECT digest FROM contents WHERE state = 'failed'"
            self._connection.execute(f"DELETE FROM failures WHERE digest IN ({failed})")  # noqa: S608 - the line above
            self._connection.execute("DELETE FROM contents WHERE state = 'failed'")

    def parts(self) -> set[int]:
        """The parts of the table of documents that count."""
        return {row[0] for row in self._connection.execute("SELECT DISTINCT part FROM contents WHERE part IS NOT NULL")}

    def files(self) -> Iterator[dict[str, Any]]:
        """A row for each file: its content, what became of that, and whether another file of the same content was taken."""
        query = (
            "SELECT f.path, f.digest, CASE WHEN f.digest IS NULL THEN 'failed' ELSE coalesce(c.state, 'open') END,"
            " CASE WHEN c.path != f.path THEN c.path END"
            " FROM files f LEFT JOIN contents c ON c.digest = f.digest ORDER BY f.path"
        )
        for path, digest, state, other in self._connection.execute(query):
            same_as = None if other is None else _shown(other)
            yield {"file": _shown(path), "content": digest, "state": state, "same_as": same_as}

    def failures(self) -> Iterator[dict[str, Any]]:
        """A row for each error."""
        names = ("content", "name", "code", "message", "hint")
        for path, *rest in self._connection.execute("SELECT * FROM failures ORDER BY path, name"):
            yield {"file": _shown(path), **dict(zip(names, rest, strict=True))}

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    @contextmanager
    def _together(self) -> Iterator[None]:
        """A transaction: all or none."""
        with _explained(self._path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                # A full disk has ended it already.
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def _fail(self, path: Path, digest: str | None, failures: Iterable[Failure]) -> None:
        self._connection.execute("DELETE FROM failures WHERE path = ?", (os.fsencode(path),))
        self._connection.executemany(
            "INSERT INTO failures VALUES (?, ?, ?, ?, ?, ?)",
            [(os.fsencode(path), digest, one.name, one.code, one.message, one.hint) for one in failures],
        )


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """SQLite's errors as ours."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        cause = cause_of(error)
        if cause in {"disk", "busy"}:
            hint = "see that the disk has room and is well, then run the same again: what is done stays done"
            raise IndexBusy(f"{path} cannot be written: {error}", hint=hint) from error
        if cause == "barred":
            hint = "let the folder be written, or name another one for what comes out"
            raise UsageError(f"{path} cannot be written: {error}", hint=hint) from error
        raise DamagedFile(f"{path} is not a run's ledger", hint="name another folder for what comes out") from error


def _shown(path: bytes) -> str:
    return path.decode("utf-8", "backslashreplace")
