"""From documents with known fields to a folder that `Extractor.load` opens."""

from __future__ import annotations

import json
import random
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import BaseModel
from typer.testing import CliRunner

from foyerdoc.cli import app
from foyerdoc.documents import Document, Span
from foyerdoc.errors import DamagedFile, ModelError, TrainingError, UsageError
from foyerdoc.extraction import Extractor, Name
from foyerdoc.extraction.adapter import SETTINGS, read_folder
from foyerdoc.extraction.choosing import Option, Weighing
from foyerdoc.extraction.grounding import Ground, Place
from foyerdoc.extraction.schemas import form_of
from foyerdoc.finetuning.data.fields import FieldsExample, Known, locate, read_fields
from foyerdoc.finetuning.extractor import ExtractorConfig, Judged, TrainedExtractor, lesson, train_extractor, weigh
from tests.models.two_layers import save_two_layers

invoke = CliRunner().invoke


class Bill(BaseModel):
    number: str | None = None
    total: Decimal | None = None
    due: date | None = None
    parties: list[Name] = []


LEAVES = {leaf.path: leaf for leaf in form_of(Bill).leaves}


class Counts:
    """Counts tokens as words: all that building a lesson asks of a model."""

    def count_tokens(self, text):
        return len(text.split())


def document(text: str) -> Document:
    return Document(id=str(hash(text)), name="a.txt", media_type="text/plain", text=text, language="de")


def example(n: int) -> FieldsExample:
    draw = random.Random(n)
    number, total = f"RE-{draw.randrange(100, 999)}", f"{draw.randrange(10, 99)},00 €"
    text = f"Rechnung Nr. {number}\nGesamtbetrag: {total}\nZwischen Alder Bau GmbH und Birken AG"
    known = {
        "number": (Known(number, (Span(13, 13 + len(number)),)),),
        "total": (Known(total.removesuffix(" €").replace(",", ".")),),
        "due": (),
        "parties": (Known("Alder Bau GmbH"), Known("birken ag")),
    }
    return FieldsExample(str(n), document(text), tuple(LEAVES.values()), known)


def test_a_lesson_points_at_lines_and_values():
    counts: Counter[str] = Counter()
    made = lesson(example(1), Counts(), 2048, counts)
    *_, said = made.conversation()
    number = made.example.values["number"][0].value
    total = next(place.raw for place in made.places[LEAVES["total"]])
    assert json.loads(said.content) == {
        "number": [1, number],
        "total": [2, total],
        "due": None,
        "parties": [[3, "Alder Bau GmbH"], [3, "Birken AG"]],
    }
    assert counts == {"learnt": 3, "absent": 1}


def test_what_cannot_be_pointed_at():
    text = "Rechnung Nr. RE-1\n" + "\n".join("wort " * 30 for _ in range(30)) + "\nGesamtbetrag: 12,00 €"
    known = {"number": (Known("RE-99"),), "total": (Known("12.00"),), "due": (Known("2026-01-01"),)}
    counts: Counter[str] = Counter()
    made = lesson(FieldsExample("1", document(text), tuple(LEAVES.values()), known), Counts(), 60, counts)
    said = json.loads(made.conversation()[-1].content)
    # A number that stands nowhere is not asked; a date that has to be reckoned is absent; the list is unknown.
    assert said == {"total": [32, "12,00 €"], "due": None}
    assert counts == {"not located": 1, "learnt": 1, "computed": 1}


@pytest.mark.parametrize(
    ("path", "known", "raw"),
    [
        ("total", Known("1190.00"), "1.190,00 €"),
        ("total", Known(1190), "1.190,00 €"),
        ("total", Known("7.00"), None),
        ("due", Known("2026-04-02"), "02.04.2026"),
        ("number", Known("re-17"), "RE-17"),
        ("number", Known("x", (Span(9, 14),)), "RE-17"),
        ("parties", Known("Birken AG"), "Birken AG"),
        ("parties", Known("Birken", (Span(70, 79),)), "Birken AG"),
    ],
)
def test_known_values_are_located_as_they_stand(path, known, raw):
    page = document("Rechnung RE-17 vom 03.03.2026\nBetrag 1.190,00 € bis 02.04.2026\nAn die Birken AG")
    ground = Ground.of(page)
    place = locate(ground, LEAVES[path], known, frozenset(range(len(ground.lines))))
    assert (None if place is None else place.raw) == raw


def test_rows_are_read_and_bad_ones_named(tmp_path):
    (tmp_path / "letter.txt").write_text("Total: 5,00 €", encoding="utf-8")
    rows = [
        {"text": "Nr. A-1", "schema": "bill", "fields": {"number": "A-1", "due": None, "parties": ["A", "B"]}},
        {"file": "letter.txt", "schema": "bill", "fields": {"total": "5.00"}},
        {
            "text": "Summe: 7 €",
            "fields": [
                {
                    "path": "sum",
                    "description": "What is owed",
                    "format": "money",
                    "values": [{"raw": "7 €", "places": [[7, 10]]}],
                }
            ],
        },
        {"text": "x", "schema": "other", "fields": {}},
        {"text": "x", "schema": "bill", "fields": {"nothing": 1}},
        {"text": "x"},
        {"file": "absent.pdf", "schema": "bill", "fields": {}},
    ]
    file = tmp_path / "rows.jsonl"
    file.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    found = read_fields(file, {"bill": Bill})
    assert [[leaf.path for leaf in one.leaves] for one in found.examples] == [["number", "due", "parties"], ["total"], ["sum"]]
    first, _, own = found.examples
    assert first.values == {"number": (Known("A-1"),), "due": (), "parties": (Known("A"), Known("B"))}
    assert own.values == {"sum": (Known("7 €", (Span(7, 10),)),)}
    assert own.leaves[0].description == "What is owed"
    assert [problem.row for problem in found.problems] == [4, 5, 6, 7]
    with pytest.raises(TrainingError, match="none of 4 rows"):
        read_fields(_written(tmp_path, rows[3:]), {"bill": Bill})


def _written(folder: Path, rows: list[dict[str, object]]) -> Path:
    file = folder / "others.jsonl"
    file.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_two_layers(tmp_path_factory.mktemp("base"), positions=512, spread=0.1)


SMALL = {"epochs": 4, "batch_examples": 4, "batch_tokens": 1024, "learning_rate": 0.01, "device": "cpu", "held_out": 0.25}


@pytest.fixture(scope="module")
def trained(base: Path, tmp_path_factory: pytest.TempPathFactory) -> TrainedExtractor:
    examples = [example(n) for n in range(48)]
    return train_extractor(examples, tmp_path_factory.mktemp("out") / "bills", ExtractorConfig(base=str(base), **SMALL))


def test_what_was_learnt_is_measured_and_saved(trained: TrainedExtractor):
    assert trained.counts == {"learnt": 144, "absent": 48}
    assert trained.metrics["loss, tuned"] < trained.metrics["loss, base"]
    # Of twelve documents three single fields each, and one entry or more of the list.
    assert trained.metrics["fields held out"] >= 48
    assert 0 <= trained.metrics["F1"] <= 1
    assert read_folder(trained.folder) == trained.settings
    assert trained.settings.examples == trained.metrics["fields held out"]


def test_the_folder_extracts_any_schema_with_confidence(trained: TrainedExtractor):
    class Other(BaseModel):
        sum_owed: Decimal | None = None

    page = example(99).document
    for schema in (Bill, Other):
        result = Extractor.load(trained.folder, schema, device="cpu", least=0.0).extract(page)
        assert result.fingerprint.adapter is not None
        for field in result.fields.values():
            if field.status == "found":
                assert page.text[field.span.start : field.span.end] == field.raw
                assert 0 < field.confidence <= 1


def test_an_altered_folder_is_refused(trained: TrainedExtractor, tmp_path):
    import shutil

    copy = tmp_path / "copy"
    shutil.copytree(trained.folder, copy)
    (copy / SETTINGS).write_text("{}", encoding="utf-8")
    with pytest.raises(DamagedFile):
        Extractor.load(copy, Bill)


def test_a_run_that_was_killed_while_it_judged_does_not_train_again(base: Path, tmp_path, monkeypatch):
    examples, config = [example(n) for n in range(12)], ExtractorConfig(base=str(base), **SMALL)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    steps: list[int] = []
    monkeypatch.setattr("foyerdoc.finetuning.extractor.judge", killed)
    with pytest.raises(KeyboardInterrupt):
        train_extractor(examples, tmp_path / "bills", config, report=lambda step: steps.append(step.step))
    assert steps
    steps.clear()
    monkeypatch.undo()
    finished = train_extractor(examples, tmp_path / "bills", config, report=lambda step: steps.append(step.step))
    assert not steps
    assert finished.metrics["loss, tuned"] < finished.metrics["loss, base"]
    assert [path.name for path in tmp_path.iterdir()] == ["bills"]


def test_training_goes_on_from_another_extractor(trained: TrainedExtractor, base: Path, tmp_path):
    others = [example(n) for n in range(100, 108)]
    config = ExtractorConfig(base=str(base), **{**SMALL, "epochs": 1, "learning_rate": 1e-6})
    further = train_extractor(others, tmp_path / "further", config, start=trained.folder, held_out=others)
    afresh = train_extractor(others, tmp_path / "afresh", config, held_out=others)
    assert further.metrics["loss, base"] < 0.8 * afresh.metrics["loss, base"]
    assert further.counts["absent"] == 16  # learnt and held out
    with pytest.raises(ModelError, match="has rank 8 and alpha 16, not 4 and 16"):
        train_extractor(others, tmp_path / "wrong", config.model_copy(update={"rank": 4}), start=trained.folder)


def test_a_folder_of_something_else_is_not_replaced(base: Path, tmp_path):
    (tmp_path / "thesis.txt").write_text("dear to me", encoding="utf-8")
    with pytest.raises(UsageError, match="holds something else"):
        train_extractor([example(1)], tmp_path, ExtractorConfig(base=str(base), **SMALL))
    assert (tmp_path / "thesis.txt").is_file()


def test_nothing_to_learn_is_said(base: Path, tmp_path):
    wrong = FieldsExample("1", document("nichts"), tuple(LEAVES.values()), {"number": (Known("RE-1"),)})
    with pytest.raises(TrainingError, match="nothing can be learnt from 1 documents"):
        train_extractor([wrong], tmp_path / "out", ExtractorConfig(base=str(base), **SMALL))


def judged(model_right: bool, label_right: bool, n: int) -> list[Judged]:
    """Fields of which the model, or the labels, know the right one of two options."""
    found = []
    for i in range(n):
        first = i % 2 == 0
        options = [
            Option(
                Place(Span(0, 1), "x", value, 0),
                -0.1 if model_right == ((value == "A") == first) else -2.5,
                2.0 if label_right == ((value == "A") == first) else 0.0,
            )
            for value in ("A", "B")
        ]
        found.append(Judged((*options, Option(None, -4.0, 0.0)), (first, not first, False), absent=False))
    return found


def test_what_is_right_is_weighed_more():
    by_labels = weigh([judged(model_right=False, label_right=True, n=60)])
    assert by_labels.weighing.labels > 1 > by_labels.weighing.model
    assert by_labels.metrics["F1"] == 1
    assert by_labels.entries == 60
    by_model = weigh([judged(model_right=True, label_right=False, n=60)])
    assert by_model.weighing.labels < 0.2 < by_model.weighing.model
    assert by_labels.least == 0.5  # half of the best F1


def test_too_few_documents_teach_no_weighing():
    few = weigh([judged(model_right=True, label_right=True, n=10)])
    assert (few.weighing, few.entries) == (Weighing(), 0)
    known = Weighing(model=0.5, labels=0.7, absent=-1.0, end=-2.0)
    few = weigh([judged(model_right=True, label_right=True, n=10)], known)
    assert (few.weighing, few.entries) == (known, 0)
    some = weigh([judged(model_right=True, label_right=True, n=40)], known)
    assert some.weighing.absent < -0.5


def test_from_the_command_line(base: Path, tmp_path):
    rows = []
    for n in range(12):
        one = example(n)
        fields = {"number": one.values["number"][0].value, "due": None}
        rows.append({"text": one.document.text, "language": "de", "schema": "bill", "fields": fields})
    schema = tmp_path / "bill.json"
    properties = {"number": {"type": "string"}, "due": {"type": ["string", "null"], "format": "date"}}
    schema.write_text(json.dumps({"type": "object", "properties": properties}), encoding="utf-8")
    file = _written(tmp_path, [*rows, {"text": ""}])
    small = ["--set", "batch_examples=4", "--set", "batch_tokens=1024", "--epochs", "1", "--device", "cpu", "--base", str(base)]
    result = invoke(
        app, ["train", "extractor", str(file), "--out", str(tmp_path / "out"), "--schema", f"bill={schema}", "--json", *small]
    )
    assert result.exit_code == 1, result.output  # one row is bad, the rest is delivered
    bad, told = [json.loads(line) for line in result.stdout.splitlines() if line.startswith("{")]
    assert bad["row"] == 13
    assert told["fields"] == {"learnt": 12, "absent": 12}
    letter = tmp_path / "letter.txt"
    letter.write_text("Rechnung Nr. RE-123\nGesamtbetrag: 12,00 €", encoding="utf-8")
    result = invoke(
        app, ["extract", str(letter), "--schema", str(schema), "--model", str(tmp_path / "out"), "--least", "0", "--json"]
    )
    assert result.exit_code == 0, result.output
    fields = json.loads(result.stdout)["extraction"]["fields"]
    assert set(fields) == {"number", "due"}
