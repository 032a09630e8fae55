"""The table of results: what is written is read, its roles with it, and nothing unsound goes in."""

import sys

import pyarrow.parquet as pq
import pytest

from foyerdoc.errors import DamagedFile, MissingDependency, UsageError
from foyerdoc.experiments.plan import Plan
from foyerdoc.experiments.table import FILE, KEYS, Results


def row(run: str = "a", item: str = "q1", **changed: object) -> dict[str, object]:
    keys = {"run": run, "replicate": 0, "order": 3, "item": item, "document": "d1", "language": "fr"}
    return {**keys, "mode": "dense", "k": 5, "share": 0.5, "recall_at_5": 1.0, "f1": 0.25, **changed}


def results(*rows: dict[str, object]) -> Results:
    factors = {"mode": ["dense", "lexical"], "k": [3, 5], "share": [0.5, 1]}
    return Results(factors, ["recall_at_5"], ["f1"], rows, {"seed": 7})


def test_what_is_written_is_read(tmp_path):
    written = results(row(), row(item="q2", f1=None))
    path = written.write(tmp_path)
    assert path == tmp_path / FILE
    read = Results.read(tmp_path)
    assert read.rows == written.rows
    assert read.columns == (*KEYS, "mode", "k", "share", "recall_at_5", "f1")
    assert (read.factors, read.measures, read.outcomes) == (written.factors, ["recall_at_5"], ["f1"])
    assert read.plan == {"seed": 7}
    assert read.column("k") == [5, 5]


def test_a_row_that_comes_again_takes_its_place(tmp_path):
    more = results(row(), row("b")).append([row("b", f1=1.0), row("c")])
    assert [(one["run"], one["f1"]) for one in more.rows] == [("a", 0.25), ("b", 1.0), ("c", 0.25)]
    assert more.done() == {("a", "q1"), ("b", "q1"), ("c", "q1")}


def test_an_empty_table_keeps_its_roles(tmp_path):
    results().write(tmp_path)
    assert Results.read(tmp_path).factors == {"mode": ["dense", "lexical"], "k": [3, 5], "share": [0.5, 1]}


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Results({"item": ["a"]}, [], []), "'item'"),
        (lambda: Results({"k": ["a", 1]}, [], []), "texts and numbers"),
        (lambda: results({**row(), "other": 1}), "other"),
        (lambda: results().column("other"), "'other'"),
        (lambda: results(row(f1="good")).write("never"), "another type"),
    ],
)
def test_what_is_unsound_is_refused(make, says, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=says):
        make()
    assert not list(tmp_path.iterdir())


def test_a_file_of_others_is_refused(tmp_path):
    with pytest.raises(UsageError, match="not there"):
        Results.read(tmp_path)
    (tmp_path / FILE).write_bytes(b"PAR1 and nothing more")
    with pytest.raises(DamagedFile, match="no table of results"):
        Results.read(tmp_path)
    results(row()).write(tmp_path)
    table = pq.read_table(tmp_path / FILE)
    pq.write_table(table.replace_schema_metadata({"foyerdoc": '{"format": 2}'}), tmp_path / FILE)
    with pytest.raises(DamagedFile, match="another format"):
        Results.read(tmp_path)
    texts = table.set_column(table.schema.get_field_index("f1"), "f1", [["good"]])
    pq.write_table(texts, tmp_path / FILE)
    with pytest.raises(DamagedFile, match="'f1' holds something else than numbers"):
        Results.read(tmp_path)


@pytest.mark.parametrize(("package", "call"), [("pyarrow", lambda: Results.read("x")), ("yaml", lambda: Plan.load("x"))])
def test_a_missing_package_is_named_with_its_command(package, call, monkeypatch):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingDependency) as caught:
        call()
    assert caught.value.hint == "pip install 'foyerdoc[experiments]'"
