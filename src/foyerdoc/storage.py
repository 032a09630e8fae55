"""Folders on disk that are whole or absent: written to the side, checked by a manifest, renamed into place. SQLite's errors."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal

from foyerdoc.errors import DamagedFile, UsageError

MANIFEST = "manifest.json"


def sha256(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def cause_of(error: sqlite3.Error) -> Literal["busy", "disk", "barred", "damage"]:
    """Why SQLite could not do something.

    Returns:
        "busy": another connection holds the file; "disk": it is full or fails; "barred": the file or its folder may not be
        opened or written; "damage": all else, since our statements are sound: the file is not what it should be.
    """
    # The lower byte is the kind of error, the rest its variety.
    match getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF:
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return "busy"
        case sqlite3.SQLITE_FULL | sqlite3.SQLITE_IOERR:
            return "disk"
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM:
            return "barred"
        case _:
            return "damage"


@contextmanager
def new_folder(target: Path, *, kind: str, version: int, about: dict[str, str] | None = None) -> Iterator[Path]:
    """Fill a folder beside `target`; at the end it gets a manifest with checksums and takes `target`'s place.

    A kill at any moment leaves the old `target`, the new one, or none; never half of one. Killed between the two renames
    of a replacement, neither is there: the next `open_folder` or `new_folder` puts the old one back. When another process
    finished the same folder first, its result stays and ours is dropped.

    Args:
        target: the folder to make.
        kind: what it holds ("embedder", "adapter" ...), checked by `open_folder`.
        version: the format's version.
        about: more entries for the manifest.

    Raises:
        UsageError: no folder can be called so.
    """
    _check_possible(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    put_back(target)
    aside = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        yield aside
        files = {str(p.relative_to(aside)): sha256(p) for p in sorted(aside.rglob("*")) if p.is_file()}
        manifest = {"kind": kind, "version": version, **(about or {}), "files": files}
        _write_durably(aside / MANIFEST, json.dumps(manifest, indent=1).encode())
        _take_place(aside, target)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def open_folder(folder: Path, *, kind: str, version: int, verify: bool = True) -> dict[str, object]:
    """The manifest of a folder that `new_folder` made.

    Args:
        verify: compare every file's checksum (reads all of it).

    Raises:
        DamagedFile: it has no manifest that lists its files, is of another kind or version, or a file is missing or altered.
    """
    put_back(folder)
    path = folder / MANIFEST
    try:
        manifest = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise DamagedFile(f"{folder} has no readable {MANIFEST}", hint="delete the folder and make it again") from error
    manifest = manifest if isinstance(manifest, dict) else {}
    if manifest.get("kind") != kind or manifest.get("version") != version:
        raise DamagedFile(
            f"{folder} holds {manifest.get('kind')} version {manifest.get('version')}, not {kind} version {version}",
            hint="delete the folder and make it again with this version of foyerdoc",
        )
    files = manifest.get("files")
    if not isinstance(files, dict):
        raise DamagedFile(f"{path} does not list the folder's files", hint="delete the folder and make it again")
    for name, digest in files.items():
        file = folder / name
        if not file.is_file() or (verify and sha256(file) != digest):
            raise DamagedFile(f"{file} is missing or altered", hint="delete the folder and make it again")
    return dict(manifest)


def check_replaceable(target: Path, *, kind: str, version: int) -> None:
    """See that a folder can be written to `target`: nothing is there, or an empty folder, or one of the same kind.

    Raises:
        UsageError: something else is there, or no folder can be called so.
    """
    _check_possible(target)
    if not target.exists() or (target.is_dir() and not any(target.iterdir())):
        return
    try:
        open_folder(target, kind=kind, version=version, verify=False)
    except DamagedFile as error:
        raise UsageError(f"{target} is there and holds something else", hint="name a folder that is not there yet") from error


def write_file(path: Path, content: bytes) -> None:
    """Write a file that is whole or absent, whatever happens.

    Raises:
        UsageError: no file can be called so.
        OSError: it cannot be written; it names `path`.
    """
    _check_possible(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle, aside = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        os.close(handle)
        try:
            _write_durably(Path(aside), content)
            Path(aside).replace(path)
        except BaseException:
            Path(aside).unlink(missing_ok=True)
            raise
    except OSError as error:
        # Of the file that was asked for: nobody knows the one beside it.
        raise OSError(error.errno, error.strerror, str(path)) from error


def put_back(target: Path) -> None:
    """Give a folder its name again when a kill came between the two renames of its replacement; else do nothing."""
    if not target.exists():
        # Where there is none, where another process was first, or where we may not: what follows says so.
        with suppress(OSError, ValueError):
            _old(target).rename(target)


def _check_possible(path: Path) -> None:
    """Refuse a path with a NUL, or with what the system cannot write."""
    try:
        path.lstat()
    except ValueError as error:
        raise UsageError(f"{str(path)!r} is not a possible path", hint="name it without control characters") from error
    except OSError:
        pass  # not there yet, or not ours to see: what follows says so


def _take_place(aside: Path, target: Path) -> None:
    """Rename a finished folder to `target`; what is there moves out of the way first."""
    old, gone = _old(target), aside.with_name(f"{aside.name}.gone")
    while True:
        replacing = target.exists()
        if replacing:
            _remove(old, gone)  # a kill left it: its successor is in place
            target.rename(old)
        try:
            aside.rename(target)
        except OSError:
            if not target.exists():
                put_back(target)
                raise
            if replacing and not old.exists():
                continue  # somebody opened the folder between the two renames and put it back
        if replacing:
            _remove(old, gone)
        return


def _old(target: Path) -> Path:
    """Where a folder is while another takes its place."""
    return target.with_name(f".{target.name}.old")


def _remove(folder: Path, gone: Path) -> None:
    """Delete a folder, under another name first: a kill leaves half of it, which must not be put back."""
    with suppress(FileNotFoundError):
        folder.rename(gone)
    shutil.rmtree(gone, ignore_errors=True)


def _write_durably(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
