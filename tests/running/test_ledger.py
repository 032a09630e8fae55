"""A ledger that cannot be opened or written: one clear error each, and what was written stays."""

from __future__ import annotations

import os
import tempfile
from contextlib import closing
from pathlib import Path

import pytest

from foyerdoc.errors import DamagedFile, IndexBusy, UsageError
from foyerdoc.running.ledger import Entry, Ledger
from foyerdoc.running.stages import Failure
from tests.disks import files_at_most, small_disk


def entries(n, state="done"):
    failure = Failure("letter.pdf", "damaged_file", "it is damaged", "scan it again")
    return [Entry(f"{state}-{i}", Path(f"{i}.pdf"), () if state == "done" else (failure,), state == "done") for i in range(n)]


def test_a_full_disk_is_said_and_loses_nothing(tmp_path):
    with files_at_most(1_000), pytest.raises(IndexBusy, match="cannot be written") as caught:
        Ledger(tmp_path / "none.sqlite", "job")
    assert "room" in caught.value.hint
    path = tmp_path / "ledger.sqlite"
    with closing(Ledger(path, "job")) as ledger:
        ledger.settle(entries(3), part=1)
        with files_at_most(20_000), pytest.raises(IndexBusy, match=r"ledger\.sqlite cannot be written") as caught:
            ledger.settle(entries(2_000, "failed"), part=None)
        assert caught.value.retryable
        ledger.settle(entries(1, "failed"), part=None)  # there is room again
    with closing(Ledger(path, "job")) as ledger:
        assert [ledger.state(f"done-{i}") for i in range(3)] == ["done"] * 3
        assert [row["content"] for row in ledger.failures()] == ["failed-0"]


def test_a_disk_that_is_really_full():
    """On a small one of its own, where it may be mounted."""
    with small_disk("200k") as folder, closing(Ledger(folder / "ledger.sqlite", "job")) as ledger:
        with pytest.raises(IndexBusy, match="disk is full"):
            ledger.settle(entries(5_000, "failed"), part=None)
        assert ledger.state("failed-0") is None, "all or none"


def test_a_folder_that_may_not_be_written():
    with tempfile.TemporaryDirectory() as name:  # pytest's own cannot be reached by others than its owner
        folder = Path(name)
        Ledger(folder / "ledger.sqlite", "job").close()
        (folder / "ledger.sqlite").chmod(0o444)
        folder.chmod(0o555)
        is_root = os.geteuid() == 0
        if is_root:
            os.seteuid(65534)
        try:
            for file in ("ledger.sqlite", "new.sqlite"):
                with pytest.raises(UsageError, match="cannot be written") as caught:
                    Ledger(folder / file, "job")
                assert "let the folder be written" in caught.value.hint
        finally:
            if is_root:
                os.seteuid(0)
            folder.chmod(0o755)


@pytest.mark.parametrize("content", [b"no database" * 500, b"SQLite format 3\0" + bytes(5_000)], ids=["other", "damaged"])
def test_what_is_no_ledger_is_said(tmp_path, content):
    path = tmp_path / "ledger.sqlite"
    path.write_bytes(content)
    with pytest.raises(DamagedFile, match="is not a run's ledger"):
        Ledger(path, "job")
