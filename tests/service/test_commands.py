"""`foyerdoc serve` and its keys on the command line."""

from __future__ import annotations

import builtins
import json
import os
import platform
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from foyerdoc.cli import app, serving
from foyerdoc.service.app import open_ledger


def run(*words: str) -> Any:
    return CliRunner().invoke(app, ["serve", *words])


def test_keys_are_made_listed_and_removed(tmp_path: Path) -> None:
    data = ("--data", str(tmp_path / "data"))
    made = run("keys", "add", "anna", "--scope", "read, write", "--collection", "claims", *data)
    assert (made.exit_code, made.stdout[:4]) == (0, "fdk_")
    assert run("keys", "add", "anna", *data).exit_code == 2
    assert run("keys", "add", "ben", "--scope", "root", *data).exit_code == 2
    shown = json.loads(run("keys", "add", "ben", "--json", *data).stdout)
    assert (shown["scopes"], shown["collections"], shown["key"][:4]) == (["read"], [], "fdk_")
    listed = run("keys", "list", *data).stdout
    assert "anna" in listed
    assert "claims" in listed
    assert "(all)" in listed
    assert made.stdout.strip() not in listed
    assert run("keys", "remove", "anna", *data).exit_code == 0
    assert run("keys", "remove", "anna", *data).exit_code == 2
    assert [json.loads(line)["name"] for line in run("keys", "list", "--json", *data).stdout.splitlines()] == ["ben"]
    with open_ledger(tmp_path / "data") as ledger:
        assert [key.name for key in ledger.all_keys()] == ["ben"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("keys", "add", "a\udcff"), "needs a name"),
        (("keys", "add", "a\nb"), "needs a name"),
        (("keys", "add", "a", "--collection", "claims\n"), "no collection can be called"),
        (("keys", "add", "a", "--scope", ""), "choose of read, write, admin"),
        (("keys", "list"), "nobody has a key"),
        (("keys", "remove", "a"), "nobody has a key"),
    ],
)
def test_wrong_use_makes_nothing(words: tuple[str, ...], says: str, tmp_path: Path) -> None:
    refused = run(*words, "--data", str(tmp_path / "data"))
    assert refused.exit_code == 2
    assert says in refused.output
    assert words[1] == "add" or not (tmp_path / "data").exists()


def test_what_is_no_ledger_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ledger.sqlite").write_bytes(b"not a database" * 100)
    for words in (("keys", "list"), ("keys", "add", "anna"), ()):
        refused = run(*words, "--data", str(tmp_path))
        assert refused.exit_code == 1
        assert "is not the ledger of a service" in refused.output


def test_a_ledger_of_another_version_is_refused(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "ledger.sqlite")) as other:
        other.execute("PRAGMA user_version = 9")
    assert "is of version 9, not 1" in run("keys", "list", "--data", str(tmp_path)).output


def test_without_the_extra_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any, **named: Any) -> Any:
        if name == "uvicorn":
            raise ImportError(name)
        return real(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", without)
    refused = run("--data", str(tmp_path / "data"))
    assert refused.exit_code == 1
    assert "pip install 'foyerdoc[server]'" in refused.output
    assert not (tmp_path / "data").exists()


ARENAS = """
import ctypes, sys, tempfile, threading
from foyerdoc.cli.serving import share_arenas

if sys.argv[1] == "shared":
    share_arenas()
libc = ctypes.CDLL("libc.so.6")
libc.malloc.restype, libc.malloc.argtypes, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_size_t], [ctypes.c_void_p]
together = threading.Barrier(8)

def take():
    together.wait()
    for _ in range(100):
        libc.free(libc.malloc(1000))
    together.wait()

threads = [threading.Thread(target=take) for _ in range(8)]
for one in threads:
    one.start()
for one in threads:
    one.join()
libc.fopen.restype, libc.fclose.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
libc.malloc_info.argtypes = [ctypes.c_int, ctypes.c_void_p]
with tempfile.NamedTemporaryFile() as told:
    file = libc.fopen(told.name.encode(), b"w")
    libc.malloc_info(0, file)
    libc.fclose(file)
    print(told.read().count(b"<heap nr="))
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc has arenas")
def test_threads_take_memory_from_two_arenas() -> None:
    def arenas(how: str) -> int:
        environment = {name: value for name, value in os.environ.items() if name != "MALLOC_ARENA_MAX"}
        command = [sys.executable, "-c", ARENAS, how]
        return int(subprocess.run(command, capture_output=True, check=True, env=environment).stdout)

    assert arenas("shared") <= 2 < arenas("each its own")


def test_serve_shares_arenas_before_it_opens_anything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[bool] = []
    monkeypatch.setattr(serving, "share_arenas", lambda: called.append((tmp_path / "data").exists()))
    assert run("--read-only", "--data", str(tmp_path / "data")).exit_code == 2
    assert called == [False]
