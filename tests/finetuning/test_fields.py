"""Known values: where they stand in a document, and which rows tell them."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import pytest
from pydantic import BaseModel

from foyerdoc.documents import Document, Span
from foyerdoc.extraction import Iban, Percent
from foyerdoc.extraction.grounding import Ground
from foyerdoc.extraction.schemas import form_of
from foyerdoc.finetuning.data.fields import FieldsSet, Known, is_of_kind, locate, read_fields, same
from foyerdoc.settings import Limits

TEXT = """Police Nr. AB-1234
Betrag 1.190,00 €
vom 3. März 2026
Satz 19 % und 7%
Termin am 12.03.2026 um 10:30
Stück: 1.200
Fahrer unter 25: ja
Währung EUR
Konto DE89 3704 0044 0532 0130 00"""


class Policy(BaseModel):
    number: str
    total: Decimal
    issued: date
    rate: Percent
    meeting: datetime
    pieces: int
    young: bool
    currency: Literal["EUR", "CHF"]
    account: Iban
    holder: str


LEAVES = {leaf.path: leaf for leaf in form_of(Policy).leaves}


@pytest.mark.parametrize(
    ("path", "known", "raw"),
    [
        ("total", "1.190,00 €", "1.190,00 €"),
        ("total", "1.190,00", "1.190,00 €"),
        ("total", "EUR 1190", "1.190,00 €"),
        ("total", 1190.0, "1.190,00 €"),
        ("total", "NaN", None),
        ("total", "-Infinity", None),
        ("total", "1e9999999", None),
        ("total", "see annex", None),
        ("issued", "3. März 2026", "3. März 2026"),
        ("issued", "3.  MÄRZ\u00a02026", "3. März 2026"),
        ("issued", "03.03.2026", "3. März 2026"),
        ("issued", "2026-03-03T00:00:00", "3. März 2026"),
        ("issued", datetime.fromisoformat("2026-03-03T08:00"), "3. März 2026"),
        ("rate", "19 %", "19 %"),
        ("rate", "19%", "19 %"),
        ("rate", "7 Prozent", "7%"),
        ("rate", 7, "7%"),
        ("meeting", "2026-03-12T10:30:00", "12.03.2026 um 10:30"),
        ("meeting", "2026-03-12T10:30:00+01:00", "12.03.2026 um 10:30"),
        ("meeting", "2026-03-12 10:30", "12.03.2026 um 10:30"),
        ("meeting", "12.03.2026 um 10:30", "12.03.2026 um 10:30"),
        ("meeting", datetime.fromisoformat("2026-03-12T10:30"), "12.03.2026 um 10:30"),
        ("meeting", "2026-03-12T10:31:00", None),
        ("pieces", "1.200", "1.200"),
        ("pieces", 1200, "1.200"),
        ("young", True, "ja"),
        ("young", "ja", "ja"),
        ("young", "yes", "ja"),
        ("young", "true", "ja"),
        ("young", "no", None),
        ("currency", "eur", "EUR"),
        ("account", "de89370400440532013000", "DE89 3704 0044 0532 0130 00"),
    ],
)
def test_a_value_is_located_as_its_type_and_as_it_is_written(path, known, raw):
    ground = Ground.of(Document(id="1", name="a.txt", media_type="text/plain", text=TEXT, language="de"))
    place = locate(ground, LEAVES[path], Known(known), frozenset(range(len(ground.lines))))
    assert (None if place is None else place.raw) == raw


@pytest.mark.parametrize(
    ("path", "values", "others"),
    [
        ("total", [5, 1.5, "1190.00", "1.190,00 €", "CHF 20"], ["see annex", "", "NaN", "1e9999999", True, "19 %", "1,2,3"]),
        ("issued", [date(2026, 3, 3), "2026-03-03", "3. März 2026", "2026-03-03T08:00"], ["March 2026", "soon", 20260303]),
        (
            "meeting",
            [datetime.fromisoformat("2026-03-03T00:00"), "2026-03-03T08:00:00Z", "3.3.2026 um 8:00"],
            ["2026-03-03", "3. März 2026", 5],
        ),
        ("rate", [19, "19 %", "19,5 Prozent"], ["a fifth", "19 €"]),
        ("pieces", [3, "3", "1'200"], ["3.5", "three"]),
        ("young", [True, "yes", "☒", "false", "nein"], ["perhaps", 1]),
        ("currency", ["EUR", "chf", "€"], ["USD"]),
        ("account", ["DE89 3704 0044 0532 0130 00"], ["DE", 5]),
        ("holder", ["Anna", 5], ["", "—"]),
    ],
)
def test_a_value_of_a_field_s_kind_is_told_from_something_else(path, values, others):
    assert [value for value in values if not is_of_kind(LEAVES[path], value)] == []
    assert [value for value in others if is_of_kind(LEAVES[path], value)] == []


@pytest.mark.parametrize("known", ["NaN", "sNaN", "Infinity", "1e9999999", "-1e9999999", "", None, True])
def test_what_is_no_number_is_no_number_of_a_document(known):
    assert not same(Decimal(1), known)


# --- rows -----------------------------------------------------------------------------------------------------------------


class Bill(BaseModel):
    total: Decimal | None = None
    parties: list[str] = []


GOOD = {"text": "Summe: 7 €", "fields": {"total": "7 €"}}
OWN = {"path": "sum", "format": "money", "values": [{"raw": "7 €", "places": [[7, 10]]}]}


def rows(folder: Path, *told: dict[str, Any]) -> FieldsSet:
    """What is read of some rows behind a good one."""
    file = folder / "rows.jsonl"
    file.write_text("\n".join(json.dumps(row) for row in (GOOD, *told)), encoding="utf-8")
    return read_fields(file, {"bill": Bill})


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"text": ""}, "neither `text` nor `file`"),
        ({"text": 7}, "`text` is not a string"),
        ({"file": ["a.txt"]}, "`file` is not a string"),
        ({"file": "a\0b"}, "not a possible path"),
        ({"language": ["de"]}, "`language` is not a string"),
        ({"schema": {}}, "`schema` is not a string"),
        ({"schema": "other"}, "the schema 'other' is not one of bill"),
        ({"id": [1]}, "`id` is neither a text nor a number"),
        ({"fields": ""}, "`fields` is neither an object nor a list of fields"),
        ({"fields": None}, "`fields` is neither an object nor a list of fields"),
        ({"fields": "total"}, "`fields` is neither an object nor a list of fields"),
        ({"fields": {"nothing": 1}}, "the schema bill has no field nothing"),
        ({"fields": {"total": ["7 €", "8 €"]}}, "total: 2 values, and the field is not a list"),
        ({"fields": {"total": {"raw": "7 €"}}}, "total: a value is a text, a number, true or false, and not empty"),
        ({"fields": {"parties": ["A", None]}}, "parties: a value is a text, a number, true or false, and not empty"),
        ({"fields": {"parties": ["A", ""]}}, "parties: a value is a text, a number, true or false, and not empty"),
    ],
)
def test_a_row_that_says_something_else_is_named(tmp_path, wrong, reason):
    found = rows(tmp_path, {**GOOD, **wrong})
    assert len(found.examples) == 1
    (problem,) = found.problems
    assert problem.row == 2
    assert reason in problem.reason


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"format": "currency"}, "field 2, format: not one of iban, "),
        ({"format": "amount of money"}, "field 2, format: not one of iban, "),
        ({"format": None}, "field 2, format: "),
        ({"path": 5}, "field 2, path: "),
        ({"path": " "}, "field 2, path: "),
        ({"title": 5}, "field 2, title: "),
        ({"description": ["a"]}, "field 2, description: "),
        ({"choices": "abc"}, "field 2, choices: "),
        ({"choices": [["a"]]}, "field 2, choices: a choice is a text or a number"),
        ({"choices": [True]}, "field 2, choices: a choice is a text or a number"),
        ({"format": "choice"}, "sum: a choice without choices"),
        ({"many": "no"}, "field 2, many: "),
        ({"many": 1}, "field 2, many: "),
        ({"path": "other"}, "the path other stands twice"),
        ({"values": "7 €"}, "field 2, values: "),
        ({"values": ["7 €"]}, "field 2, values: "),
        ({"values": [{"places": [[7, 10]]}]}, "field 2, values, raw: "),
        ({"values": [{"raw": None}]}, "field 2, values, raw: a value is a text, a number, true or false, and not empty"),
        ({"values": [{"raw": "7"}, {"raw": "8"}]}, "sum: 2 values, and the field is not a list"),
        ({"value": []}, "field 2, value: "),
        *(
            ({"values": [{"raw": "Secret", "places": places}]}, reason)
            for places, reason in [
                ([[7, 11]], "sum: a place beyond the 10 characters of the text"),
                ([[10, 7]], "field 2, values, places: a place runs"),
                ([[7, 7]], "field 2, values, places: a place runs"),
                ([[-3, 7]], "field 2, values, places: a place runs"),
                ([[7]], "field 2, values, places: "),
                ([[7, 9, 10]], "field 2, values, places: "),
                ([[7, 9.5]], "field 2, values, places: "),
                ([["7", "9"]], "field 2, values, places: "),
                ([[False, True]], "field 2, values, places: "),
                ([7, 10], "field 2, values, places: "),
                (None, "field 2, values, places: "),
            ]
        ),
    ],
)
def test_a_field_of_a_schema_of_its_own_that_says_something_else_is_named(tmp_path, wrong, reason):
    found = rows(tmp_path, {**GOOD, "fields": [{**OWN, "path": "other"}, {**OWN, **wrong}]})
    assert len(found.examples) == 1
    (problem,) = found.problems
    assert problem.row == 2
    assert problem.reason.startswith(reason)
    assert "Secret" not in problem.reason


@pytest.mark.parametrize("name", ["text", None, 5, [5]])
def test_a_field_that_is_no_object_is_named(tmp_path, name):
    (problem,) = rows(tmp_path, {**GOOD, "fields": [name]}).problems
    assert problem.reason.startswith("field 1: ")


def test_what_rows_may_leave_out(tmp_path):
    plain = {"path": "a.few_words", "format": "text", "values": None}
    choice = {"path": "state", "format": "choice", "choices": ["new", 2], "many": True, "values": [{"raw": "new"}, {"raw": 2}]}
    found = rows(
        tmp_path,
        {**GOOD, "id": 0, "fields": [OWN, {**plain, "title": None, "description": None, "choices": None}, choice]},
        {**GOOD, "fields": {"total": " ", "parties": "A"}, "language": ""},
        {**GOOD, "fields": {"total": [7], "parties": []}, "language": None},
    )
    assert found.problems == ()
    first, own, blank, listed = found.examples
    assert first.values == {"total": (Known("7 €"),)}
    assert own.id == "0"
    assert [leaf.title for leaf in own.leaves] == ["sum", "a few words", "state"]
    assert own.leaves[2].choices == (("new", "new"), ("2", 2))
    assert own.values == {"sum": (Known("7 €", (Span(7, 10),)),), "a.few_words": (), "state": (Known("new"), Known(2))}
    assert blank.values == {"total": (), "parties": (Known("A"),)}
    assert listed.values == {"total": (Known(7),), "parties": ()}
    assert blank.document.language is listed.document.language is None


def test_files_of_rows_are_read_within_the_limits(tmp_path):
    (tmp_path / "letter.txt").write_text("Summe: 7 €\n" * 500, encoding="utf-8")
    row = {"file": "letter.txt", "fields": {"total": "7 €"}}
    (tmp_path / "rows.jsonl").write_text("\n".join(map(json.dumps, (GOOD, row))), encoding="utf-8")
    assert read_fields(tmp_path / "rows.jsonl", {"bill": Bill}).problems == ()
    (problem,) = read_fields(tmp_path / "rows.jsonl", {"bill": Bill}, Limits(file_bytes=1000)).problems
    assert (problem.row, problem.code) == (2, "unreadable")
