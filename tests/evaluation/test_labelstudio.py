"""Gold goes to Label Studio and comes back; what people do there is read as they meant it."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import orjson
import pytest
from typer.testing import CliRunner

from foyerdoc.cli import app
from foyerdoc.documents import Span
from foyerdoc.errors import GoldError
from foyerdoc.evaluation.gold import Evidence, FieldsAnnotation, Gold, LabelAnnotation, QuestionAnnotation, Truth
from foyerdoc.evaluation.labelstudio import configuration, from_tasks, to_tasks

TEXT = "😀 Rechnung vom 3. Mai 2026: 1.190,00 € für Glas & <Holz>."
OTHER = "Up to 300 euros."


def span(raw: str, text: str = TEXT) -> Span:
    return Span(text.index(raw), text.index(raw) + len(raw))


def truth(value: Any, raw: str, kind: Any = None) -> Truth:
    return Truth(value, kind, raw, span(raw))


DOCUMENTS = {"a.txt": TEXT, "b.txt": OTHER}
GOLD = Gold(
    (
        LabelAnnotation(item="i", annotator="anna", document="a.txt", language="de", label=("claims", "glass & wood")),
        LabelAnnotation(
            item="i", annotator="ben", document="a.txt", language="de", label=("claims", "<fire>"), evidence=(span("Glas"),)
        ),
        LabelAnnotation(item="i", annotator="clara", adjudicated=True, document="a.txt", language="de", label=None),
        FieldsAnnotation(
            item="i",
            annotator="anna",
            document="a.txt",
            language="de",
            fields={
                "date": truth("2026-05-03", "3. Mai 2026", "date"),
                "total": truth("1190.00", "1.190,00 €", "money"),
                "parts[0]": truth("Glas", "Glas"),
                "parts[1]": truth("<Holz>", "<Holz>"),
                "count": Truth(2),
                "paid": Truth(value=True),
                "code": Truth("true = 5"),
                "due": None,
            },
        ),
        QuestionAnnotation(
            item="q",
            annotator="anna",
            document="a.txt",
            question="How much?",
            answers=("1.190 €", "300 euros"),
            evidence=(
                Evidence("a.txt", span("1.190,00 €"), "1.190,00 €"),
                Evidence("b.txt", span("300 euros", OTHER), "300 euros"),
                Evidence("b.txt", text="Up to"),
            ),
        ),
        QuestionAnnotation(item="r", annotator="anna", document="b.txt", question="Why?", answerable=False),
    )
)


def written(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "tasks.json"
    path.write_bytes(content)
    return path


def test_gold_comes_back_from_its_tasks(tmp_path: Path) -> None:
    again = from_tasks(written(tmp_path, to_tasks(GOLD, DOCUMENTS)))
    assert again.version == GOLD.version
    assert set(again.places) == {"tasks.json, task 1", "tasks.json, task 2", "tasks.json, task 3"}


def test_tasks_are_as_label_studio_writes_them() -> None:
    tasks = orjson.loads(to_tasks(GOLD, DOCUMENTS))
    assert [sorted(task) for task in tasks] == [["annotations", "data"]] * 3
    anna = tasks[0]["annotations"][0]
    regions = [one for one in anna["result"] if one["from_name"] == "field"]
    for one in regions:
        assert one["type"] == "labels"
        assert one["to_name"] == "text"
        assert TEXT[one["value"]["start"] : one["value"]["end"]] == one["value"]["text"]
    texts = {one["id"]: one["value"] for one in anna["result"] if one["from_name"] == "value"}
    assert {one["id"] for one in regions} == set(texts)  # a region's textarea has the region's id
    assert {
        "from_name": "label",
        "to_name": "text",
        "type": "taxonomy",
        "value": {"taxonomy": [["claims", "glass & wood"]]},
    } in anna["result"]
    assert [one["ground_truth"] for one in tasks[0]["annotations"]] == [False, False, True]


def test_the_configuration_names_what_gold_has() -> None:
    tree = ET.fromstring(configuration(GOLD))
    controls = {one.get("name"): one for one in tree if one.get("toName") == "text"}
    used = {
        one["from_name"] for task in orjson.loads(to_tasks(GOLD, DOCUMENTS)) for a in task["annotations"] for one in a["result"]
    }
    assert used <= set(controls)
    assert [one.get("value") for one in controls["label"].iter("Choice")] == ["claims", "<fire>", "glass & wood"]
    assert "parts[1]" in {one.get("value") for one in controls["field"]}
    assert controls["value"].get("perRegion") == "true"


def test_what_people_add_in_label_studio_is_read(tmp_path: Path) -> None:
    """An export as Label Studio writes it: numbered tasks, users by number, a new region without a value, a skipped task."""
    place = span("Glas")
    region = {"start": place.start, "end": place.end, "text": "Glas", "labels": ["material"]}
    picked = {"id": "1", "from_name": "field", "to_name": "text", "type": "labels", "origin": "manual", "value": region}
    task = {
        "id": 41,
        "data": {"text": TEXT, "document": "a.txt"},
        "annotations": [
            {"id": 1, "completed_by": 7, "was_cancelled": False, "ground_truth": False, "result": [picked]},
            {"id": 2, "completed_by": {"id": 8, "email": "ben@example.com"}, "was_cancelled": True, "result": []},
        ],
        "predictions": [],
        "project": 3,
    }
    found = from_tasks(written(tmp_path, orjson.dumps([task])))
    assert found.annotations == (
        FieldsAnnotation(
            item="41", annotator="user 7", document="a.txt", fields={"material": Truth("Glas", raw="Glas", span=place)}
        ),
    )


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"{", "no JSON"),
        (b"{}", "not an array"),
        (b"[3]", "task 1: not as Label Studio writes it"),
        (b'[{"id": 1, "data": {"text": "secret"}}]', "task 1: not as Label Studio writes it"),
    ],
)
def test_what_is_no_export_is_refused(tmp_path: Path, content: bytes, reason: str) -> None:
    with pytest.raises(GoldError) as caught:
        from_tasks(written(tmp_path, content))
    assert reason in caught.value.message
    assert "secret" not in str(caught.value)


def test_regions_that_moved_or_clash_are_refused(tmp_path: Path) -> None:
    tasks = orjson.loads(to_tasks(GOLD, DOCUMENTS))
    tasks[0]["data"]["text"] = "x" + TEXT
    with pytest.raises(GoldError, match="do not stand at its span"):
        from_tasks(written(tmp_path, orjson.dumps(tasks)))
    tasks = orjson.loads(to_tasks(GOLD, DOCUMENTS))
    results = tasks[0]["annotations"][0]["result"]
    results.append({**next(one for one in results if one["from_name"] == "field"), "id": "another"})
    with pytest.raises(GoldError, match="two values of one field"):
        from_tasks(written(tmp_path, orjson.dumps(tasks)))


def result(control: str, kind: str, **value: object) -> dict[str, object]:
    return {"id": "1", "from_name": control, "to_name": "text", "type": kind, "value": value}


GLASS = {"start": 0, "end": 2, "text": TEXT[:2]}


@pytest.mark.parametrize(
    ("results", "reason"),
    [
        # Configurations of others.
        ([result("sentiment", "choices", choices=["good"])], "no annotation says anything that gold has"),
        ([], "no annotation says anything that gold has"),
        ([result("label", "choices", choices=["claims"])], "'label' is a control of type 'choices', not 'taxonomy'"),
        ([result("label", "labels", **GLASS, labels=["PER"])], "'label' is a control of type 'labels', not 'taxonomy'"),
        # Contradictions.
        ([result("label", "taxonomy", taxonomy=[["a"], ["b"]])], "two labels"),
        ([result("label", "taxonomy", taxonomy=[["a"]]), result("absent", "choices", choices=["label"])], "two labels"),
        ([result("field", "labels", **GLASS, labels=["x"]), result("absent", "choices", choices=["x"])], "two values of"),
        ([result("unplaced", "textarea", text=["x = 1", "x = 2"])], "two values of one field"),
        ([result("unplaced", "textarea", text=["x: 1"])], "a line of unplaced values has no field"),
        ([result("unplaced", "textarea", text=["n = 12,5"])], "the value of 'n' is no number"),
    ],
)  # fmt: skip
def test_what_says_nothing_or_two_things_is_refused(tmp_path: Path, results: list[object], reason: str) -> None:
    task = {"id": 1, "data": {"text": TEXT, "numbers": ["n"]}, "annotations": [{"completed_by": 1, "result": results}]}
    with pytest.raises(GoldError) as caught:
        from_tasks(written(tmp_path, orjson.dumps([task])))
    assert reason in caught.value.message


def test_who_judged_twice_or_has_no_name_is_refused(tmp_path: Path) -> None:
    said = {"completed_by": 1, "result": [result("absent", "choices", choices=["label"])]}
    nameless = {**said, "completed_by": None}
    for judged, reason in (([said, said], "has judged this item twice"), ([nameless], "nobody's name")):
        task = {"id": 1, "data": {"text": TEXT}, "annotations": judged}
        with pytest.raises(GoldError, match=reason):
            from_tasks(written(tmp_path, orjson.dumps([task])))


def test_relations_other_controls_and_emptied_values_are_passed_over(tmp_path: Path) -> None:
    relation = {"from_id": "1", "to_id": "2", "type": "relation", "direction": "right"}
    emptied = result("value", "textarea", start=0, end=2, text=[])
    results = [relation, result("mood", "choices", choices=["good"]), result("field", "labels", **GLASS, labels=["x"]), emptied]
    task = {"id": 1, "data": {"text": TEXT}, "annotations": [{"completed_by": 1, "result": results}]}
    [found] = from_tasks(written(tmp_path, b"\xef\xbb\xbf" + orjson.dumps([task]))).annotations
    assert isinstance(found, FieldsAnnotation)
    assert found.fields == {"x": Truth(TEXT[:2], raw=TEXT[:2], span=Span(0, 2))}


def test_what_cannot_be_shown_is_refused() -> None:
    with pytest.raises(GoldError, match="is not there"):
        to_tasks(GOLD, {})
    two = Gold(tuple(LabelAnnotation(item="i", annotator=who, document=f"{who}.txt", label=None) for who in "ab"))
    with pytest.raises(GoldError, match="different values of document"):
        to_tasks(two, {"a.txt": "", "b.txt": ""})
    named = Gold((FieldsAnnotation(item="a.txt", annotator="a", fields={"a = b": Truth("1")}),))
    with pytest.raises(GoldError, match="cannot be written"):
        to_tasks(named, DOCUMENTS)


def test_the_commands_go_there_and_back(tmp_path: Path) -> None:
    for name, text in DOCUMENTS.items():
        (tmp_path / name).write_text(text)
    GOLD.write(tmp_path / "gold.jsonl")

    def run(*words: str) -> int:
        return CliRunner().invoke(app, ["gold", *words]).exit_code

    files = [str(tmp_path / name) for name in ("gold.jsonl", "tasks.json", "config.xml", "again.jsonl")]
    documents = [word for name in DOCUMENTS for word in ("--documents", str(tmp_path / name))]
    assert run("export", files[0], files[1], *documents, "--config", files[2]) == 0
    assert run("import", files[1], files[3]) == 0
    assert Gold.read(files[3]).version == GOLD.version
    assert ET.parse(files[2]).getroot().tag == "View"
