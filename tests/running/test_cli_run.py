from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from foyerdoc.cli import app
from foyerdoc.cli.running import files_in
from foyerdoc.errors import UsageError
from foyerdoc.running import Job

LABELLING = Path(__file__).with_name("labelling.py")
PIPELINE = ["--pipeline", f"{LABELLING}:make", "--no-index", "--workers", "1"]
call = CliRunner().invoke


def test_a_list_of_files(tmp_path):
    (tmp_path / "a.txt").write_text("A bill.", encoding="utf-8")
    (tmp_path / "b.pdf").write_bytes(b"%PDF-1.7 nothing")
    listed = tmp_path / "list.jsonl"
    listed.write_text('{"path": "a.txt"}\n\n{"path": "b.pdf"}\n{"path": "gone.txt"}\n', encoding="utf-8")
    out = tmp_path / "out"
    result = call(app, ["run", str(listed), "--out", str(out), "--json", *PIPELINE])
    assert result.exit_code == 1
    told = {Path(line["file"]).name: line for line in map(json.loads, result.stdout.splitlines())}
    assert {name: line["state"] for name, line in told.items()} == {"a.txt": "done", "b.pdf": "failed", "gone.txt": "failed"}
    assert [error["code"] for error in told["gone.txt"]["errors"]] == ["unreadable_file"]
    (tmp_path / "gone.txt").write_text("A note.", encoding="utf-8")
    result = call(app, ["run", str(listed), "--out", str(out), "--again", *PIPELINE])
    assert "1 done, 1 failed, 0 same, 1 before" in result.stdout


def test_names_that_are_no_text(tmp_path):
    folder = tmp_path / "letters"
    folder.mkdir()
    name = b"caf\xe9\nx.txt".decode("utf-8", "surrogateescape")
    (folder / name).write_text("A bill.", encoding="utf-8")
    result = call(app, ["run", str(folder), "--out", str(tmp_path / "out"), "--json", *PIPELINE])
    assert result.exit_code == 0
    assert json.loads(result.stdout)["state"] == "done"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("list.txt", "\n"),
        ("list.txt", "a\0b\n"),
        ("list.jsonl", "{}\n"),
        ("list.jsonl", "[1]\n"),
        ("list.jsonl", '{"path": 5}\n'),
        ("list.jsonl", '{"path": "a\\u0000b"}\n'),
        ("list.jsonl", '{"path": "\\ud800"}\n'),
        ("list.jsonl", "[" * 100_000),
        ("list.csv", "a\n"),
    ],
)
def test_what_is_no_list(tmp_path, name, content):
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(UsageError):
        files_in(tmp_path / name)


def test_wrong_use(tmp_path):
    (tmp_path / "a.txt").write_text("A bill.", encoding="utf-8")
    for wrong in (["--engine", "cloud", *PIPELINE], [], ["--schema", "bill", *PIPELINE], [*PIPELINE, "--schema", "b=m:C"]):
        result = call(app, ["run", str(tmp_path), "--out", str(tmp_path / "out"), *wrong])
        assert result.exit_code == 2, wrong


def test_a_job_is_known_by_what_its_files_hold(tmp_path):
    taxonomy = tmp_path / "taxonomy.json"
    taxonomy.write_text("{}", encoding="utf-8")
    first = Job(taxonomy=taxonomy).digest()
    assert Job(taxonomy=taxonomy, seconds=5).digest() == first  # a limit says nothing of what comes out
    assert Job(taxonomy=taxonomy, max_tokens=64).digest() != first
    taxonomy.write_text("{ }", encoding="utf-8")
    assert Job(taxonomy=taxonomy).digest() != first
    with pytest.raises(UsageError, match="is not there"):
        Job(taxonomy=tmp_path / "none.json").digest()
