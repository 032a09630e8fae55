"""What stands in the ledger: its tables, and their rows as types.

keys        who may ask, by a hash of the key
documents   accepted files by collection and content hash, and what became of each
jobs        what is to be done with them: queued -> running -> done | failed | cancelled
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar, Final, Literal

import orjson

State = Literal["queued", "running", "done", "failed", "cancelled"]

VERSION: Final = 1
SCHEMA: Final = f"""
CREATE TABLE keys (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    hash BLOB NOT NULL UNIQUE,
    scopes TEXT NOT NULL,
    collections TEXT NOT NULL,
    created TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE documents (
    row INTEGER PRIMARY KEY AUTOINCREMENT,
    collection TEXT NOT NULL,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    added TEXT NOT NULL,
    state TEXT NOT NULL,
    result BLOB,
    UNIQUE (collection, id)
);
CREATE TABLE jobs (
    row INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    collection TEXT NOT NULL,
    document TEXT NOT NULL,
    state TEXT NOT NULL,
    stage TEXT NOT NULL DEFAULT '',
    stopping INTEGER NOT NULL DEFAULT 0,
    tries INTEGER NOT NULL DEFAULT 0,
    created TEXT NOT NULL,
    started TEXT,
    ended TEXT,
    error BLOB
);
CREATE INDEX documents_by_state ON documents (state);
CREATE INDEX jobs_by_state ON jobs (state, row);
CREATE INDEX jobs_by_document ON jobs (collection, document);
CREATE UNIQUE INDEX one_job_at_a_time ON jobs (collection, document) WHERE state IN ('queued', 'running');
PRAGMA user_version = {VERSION};
"""


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A key, but for the key itself, which nobody can tell. No collections: all of them."""

    id: str
    name: str
    scopes: tuple[str, ...]
    collections: tuple[str, ...]
    created: str

    COLUMNS: ClassVar[str] = "id, name, scopes, collections, created"

    @classmethod
    def of(cls, row: Sequence[Any]) -> StoredKey:
        """A row of `COLUMNS`."""
        return cls(row[0], row[1], tuple(row[2].split()), tuple(row[3].split()), row[4])


@dataclass(frozen=True, slots=True)
class Accepted:
    """A file that was accepted.

    Attributes:
        state: "queued" until a job has ended, then "ready", "failed" or "cancelled"; "deleting" while its traces are taken
            away.
        result: what the pipeline found, as plain lists and dictionaries; None until then.
    """

    collection: str
    id: str
    name: str
    bytes: int
    added: str
    state: str
    result: dict[str, Any] | None = None

    COLUMNS: ClassVar[str] = "collection, id, name, bytes, added, state"

    @classmethod
    def of(cls, row: Sequence[Any]) -> Accepted:
        """A row of `COLUMNS`, and its result where it was asked for."""
        collection, document, name, size, added, state, *result = row
        return cls(collection, document, name, size, added, state, unpacked(result[0]) if result else None)


@dataclass(frozen=True, slots=True)
class Job:
    """Something that is to be done with a document.

    Attributes:
        stage: what is being done: "read", "clean", "classify", "extract" or "index".
        stopping: whether it was asked to stop.
        tries: how often it was begun.
        error: code, message and hint of what stopped it.
    """

    id: str
    collection: str
    document: str
    state: State
    stage: str
    stopping: bool
    tries: int
    created: str
    started: str | None
    ended: str | None
    error: dict[str, str] | None

    COLUMNS: ClassVar[str] = "id, collection, document, state, stage, stopping, tries, created, started, ended, error"

    @classmethod
    def of(cls, row: Sequence[Any]) -> Job:
        """A row of `COLUMNS`."""
        job, collection, document, state, stage, stopping, tries, created, started, ended, error = row
        return cls(job, collection, document, state, stage, bool(stopping), tries, created, started, ended, unpacked(error))


def now() -> str:
    """The present moment in UTC, ISO 8601 to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def packed(value: Mapping[str, Any] | None) -> bytes | None:
    """What is plain lists and dictionaries, as a column holds it."""
    return None if value is None else orjson.dumps(value)


def unpacked(value: bytes | None) -> dict[str, Any] | None:
    """What `packed` was given."""
    found: dict[str, Any] | None = None if value is None else orjson.loads(value)
    return found
