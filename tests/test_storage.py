"""Folders that are whole or absent, whenever the process that writes them is killed."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from foyerdoc import storage
from foyerdoc.cli import app
from foyerdoc.errors import DamagedFile, UsageError

KILLED = """
import os, signal, sys
from pathlib import Path
from foyerdoc import storage

at, target = int(sys.argv[1]), Path(sys.argv[2])
rename, done = Path.rename, 0

def counted(path, to):
    global done
    if done == at:
        os.kill(os.getpid(), signal.SIGKILL)
    done += 1
    return rename(path, to)

with storage.new_folder(target, kind="test", version=1) as folder:
    (folder / "content").write_text("new")
    Path.rename = counted
os.kill(os.getpid(), signal.SIGKILL)
"""
"""Replaces a folder and is killed before its n-th rename."""

GAP, RENAMES = 2, 4
"""The rename before which neither folder has its name, and how many there are."""


def make(target: Path, content: str) -> Path:
    with storage.new_folder(target, kind="test", version=1) as folder:
        (folder / "content").write_text(content)
    return target


def content(target: Path) -> str:
    storage.open_folder(target, kind="test", version=1)
    return (target / "content").read_text()


def kill_before(rename: int, target: Path) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED, str(rename), str(target)], check=False, capture_output=True)
    assert done.returncode == -signal.SIGKILL, done.stderr


@pytest.mark.parametrize(("rename", "left"), [(0, "old"), (1, "old"), (GAP, "old"), (3, "new"), (RENAMES, "new")])
@pytest.mark.parametrize("name", ["here", "with [brackets].v2"])
def test_a_kill_at_any_moment_of_a_replacement_leaves_the_old_folder_or_the_new(
    tmp_path: Path, rename: int, left: str, name: str
) -> None:
    target = make(tmp_path / name, "old")
    beside = make(tmp_path / f"{name}.old", "another")
    kill_before(rename, target)
    assert target.exists() == (rename != GAP)
    assert content(target) == left
    assert content(beside) == "another"
    assert content(make(target, "newer")) == "newer"
    assert not (tmp_path / f".{name}.old").exists()


def test_a_folder_that_was_deleted_after_a_replacement_is_not_put_back(tmp_path: Path) -> None:
    target = make(make(tmp_path / "here", "old"), "new")
    assert [path.name for path in tmp_path.iterdir()] == ["here"]
    target.rename(tmp_path / "away")
    with pytest.raises(DamagedFile):
        storage.open_folder(target, kind="test", version=1)


def test_a_folder_that_is_made_again_instead_of_opened_is_put_back_too(tmp_path: Path) -> None:
    target = make(tmp_path / "here", "old")
    kill_before(GAP, target)
    with storage.new_folder(target, kind="test", version=1) as folder:
        assert (target / "content").read_text() == "old"
        (folder / "content").write_text("new")
    assert content(target) == "new"


def test_who_opens_a_folder_while_it_is_replaced_costs_nobody_the_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = make(tmp_path / "here", "old")
    rename, seen = Path.rename, []

    def watched(path: Path, to: Path) -> Path:
        if path != target and to == target and not target.exists() and not seen:
            seen.append("between the renames")
            assert content(target) == "old"
        return rename(path, to)

    monkeypatch.setattr(Path, "rename", watched)
    make(target, "new")
    assert seen
    assert content(target) == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["here"]


def test_a_replacement_that_fails_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = make(tmp_path / "here", "old")
    rename = Path.rename

    def failing(path: Path, to: Path) -> Path:
        if to == target and not path.name.endswith(".old"):
            raise OSError("no")
        return rename(path, to)

    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises(OSError, match="no"):
        make(target, "new")
    assert content(target) == "old"


@pytest.mark.parametrize("manifest", ["[]", "{}", "no JSON", '{"kind": "test", "version": 2, "files": {}}'])
def test_only_what_is_of_the_same_kind_may_be_replaced(tmp_path: Path, manifest: str) -> None:
    storage.check_replaceable(tmp_path / "nothing", kind="test", version=1)
    storage.check_replaceable(make(tmp_path / "ours", "old"), kind="test", version=1)
    (tmp_path / "theirs").mkdir()
    storage.check_replaceable(tmp_path / "theirs", kind="test", version=1)
    (tmp_path / "theirs" / storage.MANIFEST).write_text(manifest)
    for path in (tmp_path / "theirs", tmp_path / "theirs" / storage.MANIFEST):
        with pytest.raises(UsageError, match="something else"):
            storage.check_replaceable(path, kind="test", version=1)


@pytest.mark.parametrize(
    "files", ["", ', "files": null', ', "files": ["content"]', ', "files": {"content": 1}', ', "files": {"\\u0000": ""}']
)
def test_a_manifest_that_does_not_list_the_files_is_damaged(tmp_path: Path, files: str) -> None:
    target = make(tmp_path / "here", "old")
    (target / storage.MANIFEST).write_text(f'{{"kind": "test", "version": 1{files}}}')
    with pytest.raises(DamagedFile):
        storage.open_folder(target, kind="test", version=1)


@pytest.mark.parametrize("name", ["a\0b", "a\0b/c", "a\ud800b"])
def test_a_path_that_nothing_can_have_is_refused(tmp_path: Path, name: str) -> None:
    target = tmp_path / name
    with pytest.raises(DamagedFile):
        storage.open_folder(target, kind="test", version=1)
    with pytest.raises(UsageError, match="not a possible path"):
        make(target, "new")
    with pytest.raises(UsageError, match="not a possible path"):
        storage.check_replaceable(target, kind="test", version=1)
    with pytest.raises(UsageError, match="not a possible path"):
        storage.write_file(target, b"new")
    assert not list(tmp_path.iterdir())


def test_a_file_that_cannot_be_written_is_named_itself(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(IsADirectoryError) as caught:
        storage.write_file(tmp_path / "folder", b"new")
    assert caught.value.filename == str(tmp_path / "folder")
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_commands_find_a_folder_whose_replacement_was_killed(tmp_path: Path) -> None:
    target = make(tmp_path / "here", "old")
    kill_before(GAP, target)
    (tmp_path / "a.txt").write_text("text")
    found = CliRunner().invoke(app, ["classify", str(tmp_path / "a.txt"), "--model", str(target)])
    assert "holds test version 1" in found.stderr
    missing = CliRunner().invoke(app, ["classify", str(tmp_path / "a.txt"), "--model", str(tmp_path / "nowhere")])
    assert missing.exit_code == 2
    assert "no folder is called" in missing.stderr


@pytest.mark.parametrize("cause", ["busy", "disk", "barred", "damage"])
def test_why_sqlite_could_not(tmp_path: Path, cause: str) -> None:
    path, fill = tmp_path / "a.sqlite", "INSERT INTO t SELECT zeroblob(100000)"
    with closing(sqlite3.connect(path, isolation_level=None)) as made:
        made.execute("CREATE TABLE t (x)")
        if cause == "busy":
            made.execute("BEGIN EXCLUSIVE")
        elif cause == "damage":
            path.write_bytes(b"no database" * 100)
        mode = "ro" if cause == "barred" else "rw"
        asked = sqlite3.connect(f"file:{path}?mode={mode}", uri=True, timeout=0)
        if cause == "disk":
            asked.execute("PRAGMA max_page_count = 2")
        with closing(asked), pytest.raises(sqlite3.DatabaseError) as caught:
            asked.execute(fill)
    assert storage.cause_of(caught.value) == cause
    with pytest.raises(sqlite3.OperationalError) as caught:
        sqlite3.connect(tmp_path / "nowhere" / "a.sqlite")
    assert storage.cause_of(caught.value) == "barred"
    assert storage.cause_of(sqlite3.DatabaseError("ours")) == "damage"
