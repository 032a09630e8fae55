"""What stages have made, under the hash of what they made it from: nothing is computed twice, in this run or the next.

One SQLite file. Each entry is written in a transaction of its own, so that a kill loses what was being made and nothing else.
"""

from __future__ import annotations

import hashlib
import sqlite3
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Final

import orjson

from foyerdoc.errors import IndexBusy, IndexCorrupted

FILE: Final = "cache.sqlite"
_VERSION: Final = 1
"""Part of every key: what an older version made is made again."""


class Cache:
    """A store of bytes by stage and content. May be used from several threads, and by several processes.

    Attributes:
        made: how often each stage computed something.
        found: how often each did not have to.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.made: Counter[str] = Counter()
        self.found: Counter[str] = Counter()
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(folder / FILE, timeout=60, check_same_thread=False, isolation_level=None)
        try:
            # Losing the last entries with the machine's power costs computing them again, no more.
            self._connection.execute("PRAGMA journal_mode=WAL")
            self._connection.execute("PRAGMA synchronous=NORMAL")
            self._connection.execute("CREATE TABLE IF NOT EXISTS made (key BLOB PRIMARY KEY, value BLOB) WITHOUT ROWID")
        except sqlite3.OperationalError as error:
            self._connection.close()
            raise self._unwritable(error) from error
        except sqlite3.DatabaseError as error:
            self._connection.close()
            raise IndexCorrupted(f"{folder / FILE} is damaged", hint="delete it: everything in it is made again") from error

    def key(self, stage: str, about: Any) -> bytes:
        """32 bytes that say what a stage is given: `about` is anything that is JSON."""
        return hashlib.sha256(orjson.dumps([_VERSION, stage, about], option=orjson.OPT_SORT_KEYS)).digest()

    def remember(self, stage: str, about: Any, make: Callable[[], bytes]) -> bytes:
        """What a stage makes of something, computed the first time."""
        return self.remember_all(stage, [about], lambda _: [make()])[0]

    def remember_all(self, stage: str, about: Sequence[Any], make: Callable[[list[int]], Sequence[bytes]]) -> list[bytes]:
        """As `remember`, for several at once: `make` is given the numbers of those that are not known yet.

        Raises:
            IndexBusy: the file cannot be written just now: the disk is full.
        """
        keys = [self.key(stage, one) for one in about]
        with self._lock:
            known = self._known(keys)
            missing = [number for number, key in enumerate(keys) if key not in known]
            # The same twice in one call is computed once.
            missing = list({keys[number]: number for number in reversed(missing)}.values())[::-1]
            if missing:
                new = list(zip([keys[number] for number in missing], make(missing), strict=True))
                self._write(new)
                known.update(new)
            self.made[stage] += len(missing)
            self.found[stage] += len(keys) - len(missing)
        return [known[key] for key in keys]

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def __enter__(self) -> Cache:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _write(self, new: Sequence[tuple[bytes, bytes]]) -> None:
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.executemany("INSERT OR REPLACE INTO made VALUES (?, ?)", new)
            self._connection.execute("COMMIT")
        except sqlite3.OperationalError as error:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise self._unwritable(error) from error

    def _unwritable(self, error: sqlite3.OperationalError) -> IndexBusy:
        hint = "make room on the disk, then run the same again: what is there is kept"
        return IndexBusy(f"{self.folder / FILE} cannot be written: {error}", hint=hint)

    def _known(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        known: dict[bytes, bytes] = {}
        for start in range(0, len(keys), 500):
            some = keys[start : start + 500]
            rows = self._connection.execute(f"SELECT key, value FROM made WHERE key IN ({', '.join('?' * len(some))})", some)  # noqa: S608
            known.update(rows.fetchall())
        return known
