"""The ledger: one SQLite file that says what was accepted, what is to be done, and who has a key.

`entries` has its tables. Every change is one durable transaction. A document and its job are written together, and so are
the end of a job and what came of it; what a kill interrupts is `running` when the next process opens the ledger, and is
queued again.
"""

from __future__ import annotations

import sqlite3
import threading
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from foyerdoc.errors import DamagedFile, UsageError
from foyerdoc.index.database import open_file, write_ahead
from foyerdoc.service.entries import SCHEMA, VERSION, Accepted, Job, State, StoredKey, now, packed

MOST_TRIES: Final = 5
"""Times that a job may be found interrupted: one that takes its process down every time must not do so for ever."""


class Ledger:
    """The ledger of one service. Made by opening its file; may be used from several threads.

    Args:
        path: its file.
        write: whether it will be changed. If not it must be there, and SQLite keeps it from being written.

    Raises:
        UsageError: the file is of another version, or it cannot be opened and written; it is only to be read, and not there.
        DamagedFile: it is no ledger.
    """

    def __init__(self, path: Path, *, write: bool = True) -> None:
        self._lock = threading.RLock()
        if not write and not path.is_file():
            raise _nowhere(path)
        try:
            self._connection = open_file(path, write=write)
            version = self._prepared() if write else self._version()
        except sqlite3.OperationalError as error:
            hint = "let the folder be written, make room on its disk, or name another one"
            raise UsageError(f"{path} cannot be opened: {error}", hint=hint) from error
        except sqlite3.DatabaseError as error:
            hint = "restore it from a backup, or name the folder of a service"
            raise DamagedFile(f"{path} is not the ledger of a service", hint=hint) from error
        if version == 0:  # it is being made
            raise _nowhere(path)
        if version != VERSION:
            raise UsageError(f"{path} is of version {version}, not {VERSION}", hint="serve it with the foyerdoc that made it")

    def _prepared(self) -> int:
        """The version of the file, whose tables are made when it is new."""
        write_ahead(self._connection)
        self._connection.execute("PRAGMA synchronous = FULL")
        with self._transaction() as connection:
            if connection.execute("PRAGMA user_version").fetchone() == (0,):
                for statement in SCHEMA.split(";\n"):
                    connection.execute(statement)
        return self._version()

    def _version(self) -> int:
        return int(self._rows("PRAGMA user_version")[0][0])

    # --- keys ---------------------------------------------------------------------------------------------------------

    def add_key(self, key: StoredKey, digest: bytes) -> None:
        """Keep a key's hash.

        Raises:
            UsageError: the name is taken.
        """
        row = (key.id, key.name, digest, " ".join(key.scopes), " ".join(key.collections), key.created)
        try:
            with self._transaction() as connection:
                connection.execute("INSERT INTO keys VALUES (?, ?, ?, ?, ?, ?)", row)
        except sqlite3.IntegrityError as error:
            raise UsageError(f"there is a key called {key.name!a}", hint="remove it first, or choose another name") from error

    def remove_key(self, name: str) -> bool:
        """Take a key out; whether there was one."""
        with self._transaction() as connection:
            return connection.execute("DELETE FROM keys WHERE name = ?", (name,)).rowcount > 0

    def all_keys(self) -> list[StoredKey]:
        """All keys, oldest first."""
        return [StoredKey.of(row) for row in self._rows(f"SELECT {StoredKey.COLUMNS} FROM keys ORDER BY created, id")]  # noqa: S608

    def key_of(self, digest: bytes) -> StoredKey | None:
        """The key with this hash."""
        rows = self._rows(f"SELECT {StoredKey.COLUMNS} FROM keys WHERE hash = ?", digest)  # noqa: S608
        return StoredKey.of(rows[0]) if rows else None

    # --- documents ----------------------------------------------------------------------------------------------------

    def accept(self, collection: str, document: str, name: str, size: int) -> tuple[Accepted, Job | None, bool]:
        """Enter a file and the job that works on it; one that is there already stays as it is.

        Returns:
            The document, its job where one is queued or running, and whether it is new.
        """
        with self._transaction() as connection:
            made = connection.execute(
                "INSERT OR IGNORE INTO documents (collection, id, name, bytes, added, state) VALUES (?, ?, ?, ?, ?, 'queued')",
                (collection, document, name, size, now()),
            ).rowcount
            if made:
                _enqueue(connection, collection, document)
        accepted = self.document(collection, document)
        assert accepted is not None  # noqa: S101 - written above, and never taken out but by `forget`
        return accepted, self.job_of(collection, document), bool(made)

    def document(self, collection: str, document: str) -> Accepted | None:
        """A document with its result."""
        there = "collection = ? AND id = ?"
        rows = self._rows(f"SELECT {Accepted.COLUMNS}, result FROM documents WHERE {there}", collection, document)  # noqa: S608
        return Accepted.of(rows[0]) if rows else None

    def documents(self, collection: str, *, after: int = 0, limit: int = 1000) -> list[tuple[int, Accepted]]:
        """Documents with their places in the list, in the order in which they came."""
        there = "collection = ? AND row > ? AND state <> 'deleting' ORDER BY row LIMIT ?"
        query = f"SELECT row, {Accepted.COLUMNS}, result FROM documents WHERE {there}"  # noqa: S608 - nothing from outside
        return [(row[0], Accepted.of(row[1:])) for row in self._rows(query, collection, after, limit)]

    def holds(self, collection: str) -> bool:
        """Whether a collection has documents."""
        return bool(self._rows("SELECT 1 FROM documents WHERE collection = ? AND state <> 'deleting' LIMIT 1", collection))

    def collections(self) -> dict[str, int]:
        """Collections that hold documents, and how many."""
        query = "SELECT collection, count(*) FROM documents WHERE state <> 'deleting' GROUP BY collection ORDER BY collection"
        return dict(self._rows(query))

    def everything(self) -> list[Accepted]:
        """All documents of all collections, without results; also those that are being deleted."""
        return [Accepted.of(row) for row in self._rows(f"SELECT {Accepted.COLUMNS} FROM documents")]  # noqa: S608

    def condemn(self, collection: str, document: str) -> bool:
        """Mark a document as being deleted and stop its job; whether it is there."""
        with self._transaction() as connection:
            found = connection.execute(
                "UPDATE documents SET state = 'deleting', result = NULL WHERE collection = ? AND id = ?", (collection, document)
            ).rowcount
            _stop(connection, "collection = ? AND document = ?", (collection, document))
        return found > 0

    def forget(self, collection: str, document: str) -> None:
        """Take out what was marked, after its traces are gone. Its jobs go with it."""
        with self._transaction() as connection:
            connection.execute("DELETE FROM documents WHERE collection = ? AND id = ?", (collection, document))
            connection.execute("DELETE FROM jobs WHERE collection = ? AND document = ?", (collection, document))

    # --- jobs ---------------------------------------------------------------------------------------------------------

    def again(self, collection: str, document: str) -> Job | None:
        """Queue a document once more; its job where one is queued or running already. None when there is no document."""
        with self._transaction() as connection:
            there = "SELECT 1 FROM documents WHERE collection = ? AND id = ? AND state <> 'deleting'"
            if connection.execute(there, (collection, document)).fetchone() is None:
                return None
            connection.execute(
                "UPDATE documents SET state = 'queued' WHERE collection = ? AND id = ? AND result IS NULL",
                (collection, document),
            )
            _enqueue(connection, collection, document)
        return self.job_of(collection, document)

    def take(self) -> Job | None:
        """Begin the oldest job that waits."""
        with self._transaction() as connection:
            row = connection.execute("SELECT row FROM jobs WHERE state = 'queued' ORDER BY row LIMIT 1").fetchone()
            if row is None:
                return None
            connection.execute(
                "UPDATE jobs SET state = 'running', stage = 'read', tries = tries + 1, started = ? WHERE row = ?",
                (now(), row[0]),
            )
            return Job.of(connection.execute(f"SELECT {Job.COLUMNS} FROM jobs WHERE row = ?", row).fetchone())  # noqa: S608

    def reach(self, job: str, stage: str) -> bool:
        """Note that a job has come to a stage; whether it may go on."""
        with self._transaction() as connection:
            connection.execute("UPDATE jobs SET stage = ? WHERE id = ? AND state = 'running'", (stage, job))
            row = connection.execute("SELECT stopping FROM jobs WHERE id = ? AND state = 'running'", (job,)).fetchone()
            return row is not None and not row[0]

    def end(
        self, job: Job, state: State, *, result: Mapping[str, Any] | None = None, error: Mapping[str, str] | None = None
    ) -> None:
        """End a job and keep what came of it, both or neither."""
        of_document = {"done": "ready", "failed": "failed"}.get(state)
        with self._transaction() as connection:
            connection.execute(
                "UPDATE jobs SET state = ?, ended = ?, error = ? WHERE id = ?", (state, now(), packed(error), job.id)
            )
            if state == "cancelled":
                _settle_cancelled(connection)
            if of_document is not None:
                connection.execute(
                    "UPDATE documents SET state = ?, result = ? WHERE collection = ? AND id = ? AND state <> 'deleting'",
                    (of_document, packed(result), job.collection, job.document),
                )

    def put_back(self, job: str) -> None:
        """Queue a job again that was stopped with the service."""
        with self._transaction() as connection:
            connection.execute("UPDATE jobs SET state = 'queued', stage = '', tries = tries - 1 WHERE id = ?", (job,))
            _cancel_stopping(connection)

    def recover(self) -> int:
        """Queue again what a kill interrupted; how many. What was interrupted too often has failed."""
        error = {
            "code": "interrupted",
            "message": f"the service ended {MOST_TRIES} times at this document",
            "hint": "read it alone",
        }
        with self._transaction() as connection:
            worn = connection.execute(
                "UPDATE jobs SET state = 'failed', ended = ?, error = ? WHERE state = 'running' AND tries >= ?"
                " RETURNING collection, document",
                (now(), packed(error), MOST_TRIES),
            ).fetchall()
            for collection, document in worn:
                connection.execute(
                    "UPDATE documents SET state = 'failed', result = ? WHERE collection = ? AND id = ? AND state <> 'deleting'",
                    (packed({"error": error}), collection, document),
                )
            _cancel_stopping(connection)
            return connection.execute("UPDATE jobs SET state = 'queued', stage = '' WHERE state = 'running'").rowcount

    def cancel(self, collection: str, job: str) -> bool:
        """Stop a job: at once where it waits, at its next stage where it runs. Whether there is one."""
        with self._transaction() as connection:
            return _stop(connection, "collection = ? AND id = ?", (collection, job))

    def job(self, collection: str, job: str) -> Job | None:
        """One job of a collection."""
        rows = self._rows(f"SELECT {Job.COLUMNS} FROM jobs WHERE collection = ? AND id = ?", collection, job)  # noqa: S608
        return Job.of(rows[0]) if rows else None

    def job_of(self, collection: str, document: str) -> Job | None:
        """The newest job of a document."""
        query = f"SELECT {Job.COLUMNS} FROM jobs WHERE collection = ? AND document = ? ORDER BY row DESC LIMIT 1"  # noqa: S608
        rows = self._rows(query, collection, document)
        return Job.of(rows[0]) if rows else None

    def jobs(self, collection: str, states: Sequence[State] = (), limit: int = 100) -> list[Job]:
        """Jobs of a collection, newest first."""
        marks = f" AND state IN ({', '.join('?' * len(states))})" if states else ""
        query = f"SELECT {Job.COLUMNS} FROM jobs WHERE collection = ?{marks} ORDER BY row DESC LIMIT ?"  # noqa: S608 - marks only
        return [Job.of(row) for row in self._rows(query, collection, *states, limit)]

    def waiting(self) -> int:
        """How many jobs are queued."""
        return int(self._rows("SELECT count(*) FROM jobs WHERE state = 'queued'")[0][0])

    def counts(self) -> dict[str, int]:
        """How many jobs there are, by state."""
        return dict(self._rows("SELECT state, count(*) FROM jobs GROUP BY state"))

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _rows(self, query: str, *values: object) -> list[Any]:
        with self._lock:
            return self._connection.execute(query, values).fetchall()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                # A full disk has ended it already, or lets it not be ended.
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise


def _nowhere(path: Path) -> UsageError:
    return UsageError(f"{path} is not there", hint="start the process that writes first, or name its folder")


def _enqueue(connection: sqlite3.Connection, collection: str, document: str) -> None:
    # Ignored where one is queued or running already: the index over those is unique.
    connection.execute(
        "INSERT OR IGNORE INTO jobs (id, collection, document, state, created) VALUES (?, ?, ?, 'queued', ?)",
        (uuid.uuid4().hex, collection, document, now()),
    )


def _stop(connection: sqlite3.Connection, condition: str, values: tuple[str, ...]) -> bool:
    there = connection.execute(f"SELECT 1 FROM jobs WHERE {condition}", values).fetchone()  # noqa: S608 - conditions of ours
    connection.execute(
        f"UPDATE jobs SET state = 'cancelled', ended = ? WHERE {condition} AND state = 'queued'",  # noqa: S608
        (now(), *values),
    )
    connection.execute(f"UPDATE jobs SET stopping = 1 WHERE {condition} AND state = 'running'", values)  # noqa: S608
    _settle_cancelled(connection)
    return there is not None


def _cancel_stopping(connection: sqlite3.Connection) -> None:
    """Cancel what was asked to stop and does not run any more."""
    connection.execute(
        "UPDATE jobs SET state = 'cancelled', ended = ? WHERE state IN ('queued', 'running') AND stopping", (now(),)
    )
    _settle_cancelled(connection)


def _settle_cancelled(connection: sqlite3.Connection) -> None:
    """Documents that wait for no job any more say so."""
    connection.execute(
        "UPDATE documents SET state = 'cancelled' WHERE state = 'queued' AND NOT EXISTS (SELECT 1 FROM jobs j"
        " WHERE j.collection = documents.collection AND j.document = documents.id AND j.state IN ('queued', 'running'))"
    )
