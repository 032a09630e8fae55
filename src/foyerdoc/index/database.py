"""The index's SQLite file: its tables, how it is opened, and what its errors mean.

    documents   what was added, whole, with its attachments inside (zlib over `serialization`)
    members     each document and each attachment in it, by content hash and name
    metadata    labels and the like, by document
    chunks      what is searched, with the embedding as float16 and a digest of what was embedded
    lexicon     their stems, for BM25

A change of a document is one transaction, and counts `generation` up, by which caches know that they are stale.
"""

from __future__ import annotations

import sqlite3
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from foyerdoc.errors import FoyerdocError, IndexBusy, IndexCorrupted, UsageError
from foyerdoc.index.backends import RESTORE, no_index
from foyerdoc.storage import cause_of

APPLICATION = 0x466F7964  # "Foyd", so that `file` and we know the file as ours
VERSION = 2
BUSY_MS = 60_000
LOG_BYTES = 64 * 1024**2
"""A log longer than this is emptied, also if searches must be waited for."""
FILE = "index.sqlite"
CACHE = "vectors"
_PATIENCE_MS = 500

# BM25 counts words by their places. Without these (`detail=none`) FTS5 cuts every chunk that has one of the words into
# words again: searches take five times as long, and the file is a twentieth smaller.
_LEXICON = "USING fts5(stems, tokenize=\"unicode61 remove_diacritics 0 categories 'L* M* N* Co'\")"
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
    embedding BLOB NOT NULL,
    digest BLOB
);
CREATE INDEX chunks_by_document ON chunks (document);
CREATE INDEX chunks_by_member ON chunks (member);
CREATE INDEX chunks_by_language ON chunks (language);
CREATE INDEX chunks_by_digest ON chunks (digest);
CREATE VIRTUAL TABLE lexicon {_LEXICON};
CREATE VIRTUAL TABLE terms USING fts5vocab(lexicon, row);
PRAGMA application_id = {APPLICATION};
PRAGMA user_version = {VERSION};
"""
# From format 1, whose lexicon had no places. The chunks of then have no digest: what is in them is embedded once more
# when it comes again.
_UPGRADE = f"""
ALTER TABLE chunks ADD COLUMN digest BLOB;
CREATE INDEX chunks_by_digest ON chunks (digest);
DROP TABLE terms;
ALTER TABLE lexicon RENAME TO older;
CREATE VIRTUAL TABLE lexicon {_LEXICON};
INSERT INTO lexicon (rowid, stems) SELECT rowid, stems FROM older;
DROP TABLE older;
CREATE VIRTUAL TABLE terms USING fts5vocab(lexicon, row);
PRAGMA user_version = {VERSION};
"""  # noqa: S608 - nothing from outside


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """SQLite's errors as ours.

    Raises:
        IndexBusy: another process holds the file, or the disk is full or fails.
        IndexCorrupted: the file is not a sound database.
        UsageError: the file or its folder may not be written, the index is closed, or a string holds half a character.
    """
    try:
        yield
    except UnicodeEncodeError as error:
        raise UsageError(f"{path}: a string holds half a character", hint="replace lone surrogates in it") from error
    except sqlite3.ProgrammingError as error:
        raise UsageError(f"{path}: {error}", hint="open the index again: it was closed") from error
    except sqlite3.DatabaseError as error:
        raise explained(path, error) from error


def explained(path: Path, error: sqlite3.DatabaseError) -> FoyerdocError:
    """What an error of SQLite means for the caller."""
    cause = cause_of(error)
    if cause == "busy":
        return IndexBusy(f"{path}: {error}", hint="try again when the other process is done")
    if cause == "disk":
        return IndexBusy(f"{path}: {error}", hint="see that the disk has room and is well, then try again; nothing is lost")
    if cause == "barred":
        return UsageError(
            f"{path}: {error}", hint="searching writes too: let the folder be written, or copy it to where it can"
        )
    return IndexCorrupted(f"{path}: {error}", hint=RESTORE)


def make_folder(folder: Path) -> Path:
    """The index's folder, made when it is missing.

    Raises:
        UsageError: it may not be made, or something else is in its place.
        IndexCorrupted: it is an index's, and the file is gone.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        names = {path.name for path in folder.iterdir() if not path.name.startswith(".")}
    except (OSError, ValueError) as error:
        raise UsageError(f"{str(folder)!r} cannot be a folder", hint="name a folder that can be written") from error
    # Asked last: while another process makes the index, its file is the first to be there.
    if names and not (folder / FILE).exists():
        # SQLite would take a new file for the log's, and throw the log away.
        if names & {CACHE, f"{FILE}-wal"}:
            raise IndexCorrupted(f"{folder}: {FILE} is gone", hint="restore it from a backup, or delete the folder")
        raise UsageError(f"{folder} holds files and no index", hint="name an index, or a new or empty folder")
    return folder


def connect(path: Path, defaults: dict[str, str] | None, *, write: bool = True) -> sqlite3.Connection:
    """Open the file, making it when it is missing.

    Args:
        path: the file; its folder exists.
        defaults: the entries of `meta` for a new file; None where one must be there.
        write: whether it will be changed.

    Raises:
        NoIndex: there is none, or another process is about to make it.
        IndexBusy, IndexCorrupted, UsageError: see `translated`; IndexCorrupted too when it is another program's or a newer
            format's.
    """
    with translated(path):
        connection = open_file(path, write=write)
        try:
            _prepare(connection, path, defaults, write)
        except BaseException:
            connection.close()
            raise
        return connection


def open_file(path: Path, *, write: bool) -> sqlite3.Connection:
    """A connection for several threads that begins its own transactions; SQLite keeps it from writing where that is not wanted.

    Also one that only reads needs a folder that may be written: the log's index beside the file is made by whoever comes first.
    """
    place = path if write else f"{path.absolute().as_uri()}?mode=ro"
    return sqlite3.connect(place, uri=not write, timeout=BUSY_MS / 1000, isolation_level=None, check_same_thread=False)


@contextmanager
def transaction(connection: sqlite3.Connection, path: Path, *, write: bool) -> Iterator[sqlite3.Connection]:
    """One consistent view of the file; with `write`, all of the changes or none of them."""
    with translated(path):
        connection.execute("BEGIN IMMEDIATE" if write else "BEGIN")
        try:
            yield connection
            if write:
                connection.execute("UPDATE meta SET value = value + 1 WHERE key = 'generation'")
            # After reading a damaged file FTS5 may refuse to commit, though there is nothing to.
            connection.execute("COMMIT" if write else "ROLLBACK")
        except BaseException:
            # A full disk makes SQLite roll back by itself.
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        if write:
            _keep_log_short(connection, path)


def _keep_log_short(connection: sqlite3.Connection, path: Path) -> None:
    """Empty a log that has grown long. By itself it begins anew only when nobody reads: where many search, that may be never.

    Waits for searches that are under way, but not for one who reads everything: the next change tries again.
    """
    with suppress(OSError, sqlite3.DatabaseError):  # the change is made, whatever becomes of this
        if path.with_name(f"{path.name}-wal").stat().st_size > LOG_BYTES:
            connection.execute(f"PRAGMA busy_timeout = {_PATIENCE_MS}")
            try:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            finally:
                connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")


def write_ahead(connection: sqlite3.Connection) -> None:
    """Keep a log, so that reading goes on while another process writes.

    Of several processes that make one file all but one are told that it is locked, at once and whatever the connection's
    timeout: SQLite does not wait for this change. So it is asked again until one of them has made it, for `BUSY_MS` at most.

    Raises:
        sqlite3.OperationalError: the file stayed locked, or it cannot be written.
    """
    deadline = time.monotonic() + BUSY_MS / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return


def shrink(connection: sqlite3.Connection, path: Path) -> None:
    """Write the file anew with what it holds and nothing of what was deleted. Killed halfway, it is as before.

    Raises:
        IndexBusy: another process writes, or reads for longer than a minute; or the disk has no room for a second copy.
        IndexCorrupted: it is damaged; it is left as it is.
        UsageError: see `translated`.
    """
    with translated(path):
        # Of a damaged file some rows might be left behind.
        [sound] = connection.execute("PRAGMA integrity_check(1)").fetchone()
        if sound != "ok":
            raise _unfit(path, f"it is damaged: {sound}", RESTORE)
        # Deleted stems stay in FTS5's older segments until all are merged into one.
        connection.execute("INSERT INTO lexicon (lexicon) VALUES ('optimize')")
        connection.execute("VACUUM")
        # All of that went through the log, which still holds the old pages too.
        [busy, *_] = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        raise IndexBusy(
            f"{path}: another process reads what was deleted", hint="nothing is lost; try again when the other process is done"
        )


def _prepare(connection: sqlite3.Connection, path: Path, defaults: dict[str, str] | None, write: bool) -> None:
    with transaction(connection, path, write=False):
        version = _version(connection, path)  # before anything is changed: another program's file stays as it is
    if version == 0 and defaults is None:
        raise no_index(str(path.parent))
    if not write:
        if version < VERSION:
            raise _unfit(path, f"its format is version {version}, this is for {VERSION}", "open it once for writing")
        return
    connection.execute("PRAGMA foreign_keys = ON")
    write_ahead(connection)
    # Every commit reaches the disk: what `add` reported stays, whatever happens to the machine.
    connection.execute("PRAGMA synchronous = FULL")
    # What is deleted is overwritten with zeros, not only unlinked.
    connection.execute("PRAGMA secure_delete = ON")
    if version < VERSION:
        connection.execute("BEGIN IMMEDIATE")
        try:
            # Another process may have made it, or brought it up to date, while this one waited.
            version = _version(connection, path)
            if version < VERSION:
                for statement in (_UPGRADE if version else _SCHEMA).split(";\n"):
                    connection.execute(statement)
            if version == 0:
                entries = {**(defaults or {}), "generation": "0", "uuid": uuid.uuid4().hex}
                connection.executemany("INSERT INTO meta VALUES (?, ?)", entries.items())
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def _version(connection: sqlite3.Connection, path: Path) -> int:
    [application] = connection.execute("PRAGMA application_id").fetchone()
    [version] = connection.execute("PRAGMA user_version").fetchone()
    [tables] = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if application not in {0, APPLICATION} or (application == 0 and (version or tables)):
        raise _unfit(path, "it is another program's database", "name a folder of your own for the index")
    if version > VERSION:
        raise _unfit(path, f"its format is version {version}, this is for {VERSION}", "update foyerdoc")
    return int(version)


def _unfit(path: Path, why: str, hint: str) -> FoyerdocError:
    return IndexCorrupted(f"{path}: {why}", hint=hint)
