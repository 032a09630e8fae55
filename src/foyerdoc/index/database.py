"""The index's SQLite file: its tables, how it is opened, and what its errors mean.

    documents   what was added, whole, with its attachments inside (zlib over `serialization`)
    members     each document and each attachment in it, by content hash and name
    metadata    labels and the like, by document
    chunks      what is searched, with the embedding as float16
    lexicon     their stems, for BM25

A change of a document is one transaction, and counts `generation` up, by which caches know that they are stale.
"""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from foyerdoc.errors import FoyerdocError, IndexBusy, IndexCorrupted, UsageError

APPLICATION = 0x466F7964  # "Foyd", so that `file` and we know the file as ours
VERSION = 1
BUSY_MS = 60_000

_SCHEMA = f"""
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE documents (
    row INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    digest TEXT NOT NULL,
    added TEXT NOT NULL,
    body BLOB NOT NULL
);
CREATE INDEX documents_by_name ON documents (name);
CREATE TABLE members (
    row INTEGER PRIMARY KEY,
    document INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    language TEXT
);
CREATE INDEX members_by_id ON members (id);
CREATE INDEX members_by_document ON members (document);
CREATE TABLE metadata (
    document INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (document, key)
) WITHOUT ROWID;
CREATE INDEX metadata_by_value ON metadata (key, value);
CREATE TABLE chunks (
    row INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL,
    document INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
    member INTEGER NOT NULL REFERENCES members ON DELETE CASCADE,
    start INTEGER NOT NULL,
    stop INTEGER NOT NULL,
    text TEXT NOT NULL,
    headings TEXT NOT NULL,
    pages TEXT NOT NULL,
    n_tokens INTEGER NOT NULL,
    language TEXT,
    embedding BLOB NOT NULL
);
CREATE INDEX chunks_by_document ON chunks (document);
CREATE INDEX chunks_by_member ON chunks (member);
CREATE INDEX chunks_by_language ON chunks (language);
CREATE VIRTUAL TABLE lexicon USING fts5(stems, detail=none, tokenize="unicode61 remove_diacritics 0 categories 'L* M* N* Co'");
CREATE VIRTUAL TABLE terms USING fts5vocab(lexicon, row);
PRAGMA application_id = {APPLICATION};
PRAGMA user_version = {VERSION};
"""


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """SQLite's errors as ours.

    Raises:
        IndexBusy: another writer holds the file, or the disk is full or cannot be written.
        IndexCorrupted: the file is not a sound database.
    """
    try:
        yield
    except sqlite3.OperationalError as error:
        raise IndexBusy(
            f"{path}: {error}", hint="try again when the other writer is done, and see that the disk has room"
        ) from error
    except sqlite3.DatabaseError as error:
        raise IndexCorrupted(
            f"{path}: {error}", hint="restore it from a backup, or delete the folder and add the documents again"
        ) from error


def make_folder(folder: Path) -> Path:
    """The index's folder, made when it is missing.

    Raises:
        UsageError: a file is in its place, or it may not be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{folder} cannot be a folder", hint="name a folder that can be written") from error
    return folder


def connect(path: Path, defaults: dict[str, str]) -> sqlite3.Connection:
    """Open the file, making it when it is missing.

    Args:
        path: the file; its folder exists.
        defaults: the entries of `meta` for a new file.

    Raises:
        IndexBusy, IndexCorrupted: see `translated`; also IndexCorrupted when it is another program's or a newer format's.
    """
    with translated(path):
        connection = sqlite3.connect(path, timeout=BUSY_MS / 1000, isolation_level=None, check_same_thread=False)
        try:
            _prepare(connection, path, defaults)
        except BaseException:
            connection.close()
            raise
        return connection


@contextmanager
def transaction(connection: sqlite3.Connection, path: Path, *, write: bool) -> Iterator[sqlite3.Connection]:
    """One consistent view of the file; with `write`, all of the changes or none of them."""
    with translated(path):
        connection.execute("BEGIN IMMEDIATE" if write else "BEGIN")
        try:
            yield connection
            if write:
                connection.execute("UPDATE meta SET value = value + 1 WHERE key = 'generation'")
            connection.execute("COMMIT")
        except BaseException:
            # A full disk makes SQLite roll back by itself.
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def entries(connection: sqlite3.Connection) -> dict[str, str]:
    """What the file says of itself: uuid, generation, embedder, dimensions, max_tokens, overlap."""
    return dict(connection.execute("SELECT key, value FROM meta").fetchall())


def _prepare(connection: sqlite3.Connection, path: Path, defaults: dict[str, str]) -> None:
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA journal_mode = WAL")
    # Every commit reaches the disk: what `add` reported stays, whatever happens to the machine.
    connection.execute("PRAGMA synchronous = FULL")
    if _version(connection, path) == 0:
        connection.execute("BEGIN IMMEDIATE")
        try:
            # Another process may have made it while this one waited.
            if _version(connection, path) == 0:
                for statement in _SCHEMA.split(";\n"):
                    connection.execute(statement)
                entries = {**defaults, "generation": "0", "uuid": uuid.uuid4().hex}
                connection.executemany("INSERT INTO meta VALUES (?, ?)", entries.items())
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise


def _version(connection: sqlite3.Connection, path: Path) -> int:
    [application] = connection.execute("PRAGMA application_id").fetchone()
    [version] = connection.execute("PRAGMA user_version").fetchone()
    if application not in {0, APPLICATION} or (application == 0 and version):
        raise _unfit(path, "it is another program's database", "name a folder of your own for the index")
    if version > VERSION:
        raise _unfit(path, f"its format is version {version}, this is for {VERSION}", "update foyerdoc")
    return int(version)


def _unfit(path: Path, why: str, hint: str) -> FoyerdocError:
    return IndexCorrupted(f"{path}: {why}", hint=hint)
