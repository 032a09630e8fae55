"""What the commands print is read as it was printed, and finds its gold."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from foyerdoc.cli.app import as_json
from foyerdoc.documents import Span
from foyerdoc.errors import GoldError
from foyerdoc.evaluation.gold import Evidence, FieldsAnnotation, LabelAnnotation, QuestionAnnotation, Truth
from foyerdoc.evaluation.predictions import NOBODY, as_result, pair, read_predictions
from foyerdoc.results import Alternative, Answer, Extraction, Prediction
from tests.evaluation.made import answer, at, citation, hit, prediction, question, value


def written(tmp_path: Path, *lines: object) -> Path:
    path = tmp_path / "said.jsonl"
    path.write_bytes(b"\n".join(orjson.dumps(as_json(line)) for line in lines))
    return path


def test_results_come_back_as_they_were_printed(tmp_path: Path) -> None:
    label = Prediction(("claims",), 0.5, (Alternative(("claims", "glass"), 0.5),), "category_only", (), NOBODY)
    fields = Extraction(None, {"total": value("5.00", (0, 4), 0.5), "due": value(None)}, ("a note",), NOBODY)
    said = answer("It is.", [citation("d", 0, 4, "It i")], [hit("d", 0, 9, "It is not")])
    path = written(
        tmp_path,
        {"file": "some/a.pdf", "id": "77", "category": "claims", **as_json(label)},
        {"file": "some/b.pdf", "extraction": fields},
        {"question": "Is it?", **as_json(said)},
        {"file": "some/c.pdf", "error": {"code": "damaged_file", "message": "?", "hint": "?"}},
    )
    read = read_predictions(path)
    assert [one.result for one in read] == [label, fields, said, None]
    assert read[0].names == ("77", "some/a.pdf", "a.pdf")


def test_what_another_system_leaves_out_is_unknown(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        {"item": "a", "path": []},
        {"item": "b", "extraction": {"fields": {"x": {"value": "1"}, "y": {}}}},
        {"item": "c", "text": "It is."},
        {"item": "d", "text": "", "abstained": True},
    )
    label, fields, said, refused = (one.result for one in read_predictions(path))
    assert isinstance(label, Prediction)
    assert (label.decision, label.confidence) == ("abstained", None)
    assert isinstance(fields, Extraction)
    assert [fields.fields[name].status for name in "xy"] == ["found", "absent"]
    assert isinstance(said, Answer)
    assert [(one.text, one.supported) for one in said.sentences] == [("It is.", False)]
    assert isinstance(refused, Answer)
    assert refused.abstained


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ({"path": ["secret"]}, "has neither item, id, file nor question"),
        ([], "has neither item, id, file nor question"),
        ({"item": "a", "secret": 1}, "has not exactly one of path, extraction, text and error"),
        ({"item": "a", "path": ["secret"], "confidence": "secret"}, "at confidence"),
        ({"item": "a", "path": ["secret"], "confidence": 1.5}, "a confidence is not between 0 and 1"),
        (
            {"item": "a", "path": [], "alternatives": [{"path": ["secret"], "score": -0.1}]},
            "a confidence is not between 0 and 1",
        ),
        ({"item": "a", "extraction": {"fields": {"x": {"value": 1, "confidence": 99}}}}, "a confidence is not between 0 and 1"),
        ({"item": ["secret"], "path": []}, "has neither item, id, file nor question"),
        ({"item": "a", "extraction": ["secret"]}, "dictionary"),
        ({"item": "a", "extraction": {"fields": {"x": "secret"}}}, "at fields.x"),
        ({"item": "a", "text": "secret", "citations": [{"number": "secret"}]}, "at citations.0"),
    ],
)
def test_what_is_no_prediction_is_refused_with_file_line_and_reason(tmp_path: Path, line: object, reason: str) -> None:
    with pytest.raises(GoldError) as caught:
        read_predictions(written(tmp_path, {"item": "good", "path": []}, line))
    assert caught.value.message.startswith("said.jsonl, line 2: ")
    assert reason in caught.value.message
    assert "secret" not in str(caught.value)
    assert "docs/formats.md" not in caught.value.hint  # which is about gold


def test_names_are_found_however_accents_are_written(tmp_path: Path) -> None:
    said = read_predictions(written(tmp_path, {"file": "in/Rene\u0301.pdf", "path": ["a"]}))
    pairs = pair({"1": LabelAnnotation(item="1", annotator="a", document="Ren\u00e9.pdf", label=None)}, said, Prediction)
    assert [one and one.path for one in pairs.results] == [("a",)]


def test_predictions_find_their_gold_by_item_document_or_question(tmp_path: Path) -> None:
    said = read_predictions(
        written(
            tmp_path,
            {"file": "in/letter.pdf", "path": ["a"]},
            {"item": "2", "path": ["b"]},
            {"id": "sha", "path": ["c"]},
            {"file": "in/letter.pdf", "extraction": {"fields": {}}},
            {"question": "q?", "text": "x"},
        )
    )
    labels = {
        "1": LabelAnnotation(item="1", annotator="a", document="letter.pdf", label=None),
        "2": LabelAnnotation(item="2", annotator="a", document="letter.pdf", label=None),
        "3": LabelAnnotation(item="3", annotator="a", document="sha", label=None),
        "4": LabelAnnotation(item="4", annotator="a", label=None),
    }
    pairs = pair(labels, said, Prediction)
    assert [one and one.path for one in pairs.results] == [("a",), ("b",), ("c",), None]
    assert pairs.unsaid == 1
    answered = pair({"q": question("x", item="q")}, said, Answer)
    assert [one and one.text for one in answered.results] == ["x"]


def test_two_predictions_of_one_item_are_refused(tmp_path: Path) -> None:
    said = read_predictions(written(tmp_path, {"item": "a", "path": []}, {"item": "a", "path": ["x"]}))
    with pytest.raises(GoldError, match="2 predictions"):
        pair({"a": LabelAnnotation(item="a", annotator="a", label=None)}, said, Prediction)


def test_people_are_measured_as_systems_are() -> None:
    assert as_result(LabelAnnotation(item="i", annotator="a", label=("x",))) == prediction(("x",))
    assert as_result(LabelAnnotation(item="i", annotator="a", label=None)) == prediction(())
    fields = as_result(FieldsAnnotation(item="i", annotator="a", fields={"x": Truth("1"), "y": None}))
    assert isinstance(fields, Extraction)
    assert [(one.value, one.status) for one in fields.fields.values()] == [("1", "found"), (None, "absent")]
    refused = as_result(QuestionAnnotation(item="i", annotator="a", question="?", answerable=False))
    assert isinstance(refused, Answer)
    assert refused.abstained
    quoted = as_result(question(evidence=[Evidence("d", text="300 euros")]))
    assert isinstance(quoted, Answer)
    assert (quoted.text, [one.quote for one in quoted.citations]) == ("300 euros", ["300 euros"])
    said = as_result(question("300 euros", evidence=[at("d", 0, 5)]))
    assert isinstance(said, Answer)
    assert (said.text, [one.span for one in said.citations]) == ("300 euros", [Span(0, 5)])
