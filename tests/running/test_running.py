"""Every file is accounted for once, whatever dies on the way: by processes of this machine, and by Ray's workers.

Ray is large, so it is not part of the development environment and its tests are skipped without it. In a folder of its own:

    pip install --no-deps --target RAY ray==2.60.0 msgpack==1.2.4 protobuf==7.36.2 jsonschema==4.26.0 \
        jsonschema-specifications==2025.9.1 referencing==0.37.0 rpds-py==2026.9.1
    PYTHONPATH=RAY pytest tests/running

`make test-ray` does both.
"""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import foyerdoc as fd
from foyerdoc.errors import IndexBusy, UsageError
from foyerdoc.running import Job, run
from foyerdoc.running.local import LocalEngine

needs_ray = pytest.mark.skipif(importlib.util.find_spec("ray") is None, reason="needs Ray (this file's beginning says how)")
LABELLING = Path(__file__).with_name("labelling.py")
JOB = Job(pipeline=f"{LABELLING}:make", index=False)


@pytest.fixture(params=["local", pytest.param("ray", marks=needs_ray)])
def engine(request):
    return request.param


@pytest.fixture
def letters(tmp_path):
    """Twelve files of ten contents, and one that no one can read."""
    folder = tmp_path / "letters"
    folder.mkdir()
    for i in range(10):
        (folder / f"{i}.txt").write_text(f"Number {i} is a {'bill' if i % 2 else 'note'}.", encoding="utf-8")
    (folder / "again.txt").write_bytes((folder / "3.txt").read_bytes())
    (folder / "more.txt").write_bytes((folder / "3.txt").read_bytes())
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7 nothing")
    return folder


def rows(out, name="documents"):
    return pq.read_table(out / name).to_pylist()


def accounted(out, folder):
    """What the tables say of each file, when every one is accounted for once and nothing is there twice."""
    files = {Path(row["file"]).name: row for row in rows(out, "files.parquet")}
    assert len(files) == len(rows(out, "files.parquet"))
    assert set(files) == {path.name for path in folder.iterdir()}
    documents = rows(out)
    contents = Counter(row["content"] for row in documents)
    assert set(contents.values()) == {1}
    assert set(contents) == {row["content"] for row in files.values() if row["state"] == "done"}
    dead = {row["content"] for row in rows(out, "dead-letters.parquet")}
    assert dead == {row["content"] for row in files.values() if row["state"] == "failed"}
    assert not [row for row in files.values() if row["state"] == "open"]
    return {name: row["state"] for name, row in files.items()}


def test_each_content_once_and_a_failure_stops_nothing(engine, letters, tmp_path):
    out = tmp_path / "out"
    settled = list(run(sorted(letters.iterdir()), out, JOB, engine=engine, workers=2))
    assert Counter(one.state for one in settled) == {"done": 10, "failed": 1, "same": 2}
    states = accounted(out, letters)
    assert states.pop("broken.pdf") == "failed"
    assert set(states.values()) == {"done"}
    [dead] = rows(out, "dead-letters.parquet")
    assert (dead["name"], dead["code"]) == ("broken.pdf", "damaged_file")
    labels = {row["text"]: row["labels"] for row in rows(out)}
    assert labels["Number 4 is a note."] == ["letter"]
    assert labels["Number 7 is a bill."] == ["bill"]
    [same] = [row for row in rows(out, "files.parquet") if row["file"].endswith("more.txt")]
    assert same["same_as"] is not None


def test_a_second_run_does_what_is_new(letters, tmp_path):
    out = tmp_path / "out"
    list(run(sorted(letters.iterdir()), out, JOB, workers=1))
    (letters / "new.txt").write_text("A new bill.", encoding="utf-8")
    (letters / "4.txt").write_text("Number 4 was written anew.", encoding="utf-8")
    settled = list(run(sorted(letters.iterdir()), out, JOB, workers=1))
    assert Counter(one.state for one in settled) == {"before": 12, "done": 2}
    assert len(rows(out)) == 12
    settled = list(run(sorted(letters.iterdir()), out, JOB, workers=1, again=True))
    assert Counter(one.state for one in settled) == {"before": 13, "failed": 1}
    assert len(rows(out)) == 12  # what 4.txt held before was a content, too
    assert len(rows(out, "dead-letters.parquet")) == 1
    with pytest.raises(UsageError, match="another job"):
        list(run([], out, Job(pipeline=f"{LABELLING}:make", index=False, max_tokens=64), workers=1))


def test_what_kills_or_breaks_a_worker_is_a_dead_letter_alone(engine, letters, tmp_path):
    out = tmp_path / "out"
    (letters / "00-poison.txt").write_text("POISON for workers", encoding="utf-8")
    (letters / "01-once.txt").write_text(f"ONCE {tmp_path / 'mark'} and never again", encoding="utf-8")
    (letters / "02-break.txt").write_text("BREAK it", encoding="utf-8")
    list(run(sorted(letters.iterdir()), out, JOB, engine=engine, workers=2))
    states = accounted(out, letters)
    failed = {name for name, state in states.items() if state == "failed"}
    assert failed == {"00-poison.txt", "02-break.txt", "broken.pdf"}
    codes = {row["name"]: row["code"] for row in rows(out, "dead-letters.parquet")}
    assert codes["00-poison.txt"] == "worker_died"
    assert codes["02-break.txt"] == "error"


def test_a_worker_that_is_killed_is_replaced(letters, tmp_path):
    out = tmp_path / "out"
    for i in range(40):
        (letters / f"slow{i}.txt").write_text(f"SLOW number {i}", encoding="utf-8")
    engine = LocalEngine(JOB, 2)
    first, _ = engine.processes
    for count, _ in enumerate(run(sorted(letters.iterdir()), out, JOB, engine=engine)):
        if count == 20:
            os.kill(first, signal.SIGKILL)
    assert first not in engine.processes
    accounted(out, letters)


def test_the_run_itself_is_killed_and_goes_on(letters, tmp_path):
    out = tmp_path / "out"
    for i in range(120):
        (letters / f"slow{i}.txt").write_text(f"SLOW number {i}", encoding="utf-8")
    pipeline = ["--pipeline", f"{LABELLING}:make", "--no-index", "--workers", "2"]
    command = [sys.executable, "-m", "foyerdoc", "run", str(letters), "--out", str(out), *pipeline]
    for wait in (4.0, 0.2, 2.0):
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            time.sleep(wait)
            process.kill()
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode in (0, 1), done.stderr
    states = accounted(out, letters)
    assert Counter(states.values()) == {"done": 132, "failed": 1}


def test_nothing_is_doubled_when_killed_between_any_two_steps(letters, tmp_path, monkeypatch):
    """A part that was written and never counted is dropped, and its contents are done again."""
    from foyerdoc.running import ledger

    out = tmp_path / "out"

    def stop(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(ledger.Ledger, "settle", stop)
        with pytest.raises(KeyboardInterrupt):
            list(run(sorted(letters.iterdir()), out, JOB, workers=1))
    assert list((out / "documents").iterdir())
    list(run(sorted(letters.iterdir()), out, JOB, workers=1))
    accounted(out, letters)


def test_one_run_at_a_time(letters, tmp_path):
    running = run(sorted(letters.iterdir()), tmp_path / "out", JOB, workers=1)
    next(running)
    with pytest.raises(IndexBusy, match="another run"):
        next(run(sorted(letters.iterdir()), tmp_path / "out", JOB, workers=1))
    list(running)
    accounted(tmp_path / "out", letters)


def test_what_is_no_pipeline_is_told_before_any_file(letters, tmp_path, engine):
    (tmp_path / "wrong.py").write_text("def make():\n    return 3\n", encoding="utf-8")
    job = Job(pipeline=f"{tmp_path / 'wrong.py'}:make", index=False)
    with pytest.raises(UsageError, match="makes no Pipeline"):
        list(run(sorted(letters.iterdir()), tmp_path / "out", job, workers=1, engine=engine))


@pytest.mark.parametrize("line", ["raise SystemExit(3)", "1 / 0"])
def test_a_pipeline_that_ends_the_program_is_named(letters, tmp_path, line):
    (tmp_path / "ends.py").write_text(f"def make():\n    {line}\n", encoding="utf-8")
    job = Job(pipeline=f"{tmp_path / 'ends.py'}:make", index=False)
    with pytest.raises(UsageError, match=r"ends\.py:make stopped with"):
        list(run(sorted(letters.iterdir()), tmp_path / "out", job, workers=1))


def test_the_index_is_the_same_as_one_that_was_made_in_one_process(engine, letters, tmp_path, embedder):
    out = tmp_path / "out"
    job = Job(pipeline=f"{LABELLING}:make")
    list(run(sorted(letters.iterdir()), out, job, engine=engine, workers=1))
    documents = [fd.clean(fd.read(path, boxes=True)) for path in sorted(letters.glob("[0-9].txt"))]
    with fd.Index.open(tmp_path / "plain", embedder=embedder) as plain:
        plain.add(documents)
        with fd.Index.open(out / "index", embedder=embedder) as made:
            assert made.verify() == ()
            assert {one.id for one in made.documents()} == {one.id for one in plain.documents()}
            assert made.stats().chunks == plain.stats().chunks
            found, expected = (index.search("the seventh bill", k=5) for index in (made, plain))
            # A text's vector hardly depends on the texts beside it.
            assert [hit.score for hit in found] == pytest.approx([hit.score for hit in expected], abs=2e-3)
            assert made.search("bill", k=3, where={"category": "bill"})
