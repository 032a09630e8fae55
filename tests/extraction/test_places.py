"""What stands around a value, and that finding it costs no more than the document is long."""

from __future__ import annotations

import sys
from collections.abc import Callable
from decimal import Decimal
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from foyerdoc.documents import Document, Span
from foyerdoc.extraction import Extractor
from foyerdoc.extraction.grounding import Ground, Place, candidates, candidates_in
from foyerdoc.extraction.schemas import Leaf
from foyerdoc.reading.assembly import Assembly
from foyerdoc.settings import Limits

AMOUNT = Leaf("amount", "amount", Decimal, "amount")
TEXT = Leaf("remark", "text", str, "remark")


def document(text: str) -> Document:
    return Document(id="0" * 64, name="letter.txt", media_type="text/plain", text=text, language="de")


def table(rows: list[list[str]]) -> Document:
    assembly = Assembly(b"x", "t", Limits(), read_child=lambda raw, name: document(""))
    assembly.add("paragraph", "Alle Beträge in Euro")
    assembly.add_table(rows)
    return assembly.finish("text/plain")


def places(text: str) -> dict[str, Place]:
    return {place.raw: place for place in candidates(Ground.of(document(text)), AMOUNT)}


def test_a_value_without_words_before_it_has_the_label_of_the_value_before():
    found = places("Netto 1,00 € 2,00 € 3,00 € brutto 4,00 € 5,00 €")
    assert [(raw, place.left, place.crowd) for raw, place in found.items() if raw.endswith("€")] == [
        ("1,00 €", "Netto", 2),
        ("2,00 €", "Netto", 2),
        ("3,00 €", "Netto", 2),
        ("4,00 €", "brutto", 1),
        ("5,00 €", "brutto", 1),
    ]
    assert {place.row for place in found.values()} >= {"Netto", "Netto 1,00 € 2,00 € 3,00 € brutto"}


def words(text: str) -> str:
    text = " ".join(text.split()).strip(" :=#*-–|")
    return text if any(map(str.isalpha, text)) else ""


def before(text: str, spans: list[Span], end: int) -> tuple[str, int]:
    """From value to value, until there are words."""
    fitting = [span for span in spans if span.end <= end]
    if not fitting:
        return words(text[:end]), 0
    last = max(fitting)
    if label := words(text[last.end : end]):
        return label, 0
    label, skipped = before(text, spans, last.start)
    return label, skipped + 1


def after(text: str, spans: list[Span], start: int) -> int:
    following = [span for span in spans if span.start >= start]
    if not following or words(text[start : min(following).start]):
        return 0
    return 1 + after(text, spans, min(following).end)


PIECES = [
    "12,50",
    "1.234,56 €",
    "EUR 3,00",
    "3.4.2026",
    "19 %",
    "a@b.lu",
    "LU15027442",
    "Summe",
    "und",
    ":",
    ";",
    "-",
    "\t",
    "|",
]


@given(st.lists(st.tuples(st.sampled_from(PIECES), st.sampled_from(["", " "])), min_size=1, max_size=20))
def test_each_value_looks_back_and_ahead_over_its_neighbours(pieces):
    text = "Wert " + "".join(piece + gap for piece, gap in pieces).strip()
    ground = Ground.of(document(text))
    if len(ground.lines) > 1:
        return
    spans = list(ground.on(0).spans)
    for place in (*candidates(ground, AMOUNT), *candidates(ground, TEXT)):
        left, skipped = before(text, spans, place.span.start)
        assert (place.left, place.crowd) == (left, skipped + after(text, spans, place.span.end))


def test_a_cell_has_its_columns_heading():
    page = table([["Posten", "Betrag"], ["Reifen", "12,50"], ["", "13,50", "14,50"], ["Öl 15,50", ""], ["16,50"]])
    found = {place.raw: place.above for place in candidates(Ground.of(page), AMOUNT)}
    assert found == {"12,50": "Betrag", "13,50": "Betrag", "14,50": "", "15,50": "Posten", "16,50": "Posten"}


def test_of_a_cells_values_the_longest_comes_first_and_of_equals_the_likelier():
    page = document("1,00 20,00 3 EUR 40,00 € 5,00")
    ground = Ground.of(page)
    assert [place.raw for place in candidates_in(ground, AMOUNT, Span(5, 24))] == ["40,00 €", "3 EUR", "20,00"]
    assert candidates_in(ground, AMOUNT, Span(6, 9)) == []


class Sum(BaseModel):
    amount: Decimal | None = None
    remark: str | None = None


class Position(BaseModel):
    description: str
    amount: Decimal


class Positions(BaseModel):
    lines: list[Position]


def calls(work: Callable[[], object]) -> int:
    """How many functions are called: the same on every machine."""
    count = 0

    def called(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    sys.setprofile(called)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def rows(n: int) -> Document:
    return table([["Description", "Menge", "Betrag"], *([f"Artikel {i}", f"{i % 9}", f"{i},50 €"] for i in range(n))])


@pytest.mark.parametrize(
    ("schema", "make"),
    [
        (Sum, rows),
        (Positions, rows),
        (Sum, lambda n: document("12.50;" * n)),
        (Sum, lambda n: document("12,50 € " * n)),
        (Sum, lambda n: document("Summe:1,50|" * n)),
        (Sum, lambda n: document("Die Summe beträgt 12,50 Euro.\n" * n)),
    ],
    ids=["table", "rows of a table", "line without spaces", "line of amounts", "line of cells", "lines"],
)
def test_four_times_the_text_is_four_times_the_work(schema, make):
    extractor = Extractor(schema)
    extractor.extract(make(50))  # what is loaded and remembered once
    small, large = (calls(partial(extractor.extract, make(n))) for n in (100, 400))
    assert large < 5 * small


def test_values_of_a_line_without_end_carry_little_of_it():
    found = candidates(Ground.of(document("Summe:1,50;" * 500)), AMOUNT)
    assert len(found) == 500
    assert max(len(place.left) + len(place.row) for place in found) < 1000


def test_what_a_label_names_is_a_text_with_letters_or_without():
    texts = candidates(Ground.of(document("Age Group :70-74\nSeason: 2025/26\nRemark: -\nWho: Ida Linde\n12/7")), TEXT)
    assert {place.raw: place.left for place in texts if place.left} == {
        "70-74": "Age Group", "2025/26": "Season", "Ida Linde": "Who",
    }  # fmt: skip
    assert not any(place.raw in {"-", "12/7"} for place in texts)


def test_the_headings_may_stand_below_a_tables_first_rows():
    page = table([["Lauf 12", "Start 10:30"], ["Ort", "Beitrag"], ["Seedorf", "12,50 €"]])
    found = {place.raw: place.above for place in candidates(Ground.of(page), AMOUNT)}
    assert found["12,50 €"] == "Beitrag"


def test_an_amount_whose_currency_has_a_column_of_its_own():
    page = table([["Währung", "Betrag", "Stück"], ["EUR", "1.012,50", "CHF"]])
    (block,) = [block for block in page.blocks if block.kind == "table"]
    ground = Ground.of(page)
    assert [place.raw for place in candidates(ground, AMOUNT) if place.unit] == ["EUR\t1.012,50"]
    assert [(place.raw, place.value) for place in candidates_in(ground, AMOUNT, block.rows[1][1])] == [
        ("1.012,50", Decimal("1012.50"))
    ]


def test_the_words_of_an_object_alone_name_none_of_its_fields():
    class Event(BaseModel):
        length: str | None = None
        style: str | None = None

    class Programme(BaseModel):
        event: Event | None = None

    page = document("Event No. :15\nStyle: butterfly")
    fields = Extractor(Programme).extract(page).fields
    assert fields["event.style"].value == "butterfly"
    assert fields["event.length"].status == "absent"


def test_a_tables_first_row_stays_its_headings_over_rows_of_words():
    class Cover(BaseModel):
        deductible: Decimal | None = Field(default=None, json_schema_extra={"aliases": ["Selbstbehalt"]})

    for corner, limit in (("", "Limit"), ("Gegenstand", "Limit 2026"), ("Nr. 1", "Limit")):
        page = table([[corner, limit, "Selbstbehalt"], ["Hausrat", "-", "ohne"], ["Fahrrad", "5.000,00 EUR", "200,00 EUR"]])
        assert Extractor(Cover).extract(page).value.deductible == 200


def test_a_figure_alone_in_its_cell_keeps_its_sign():
    cells = ["1.000,00-", "(500,00)", "- 7,50", "12,50", "-3,00", "12,50 S", "ca. 3 Wochen"]
    page = table([["Währung", "Betrag"], *(["EUR", cell] for cell in cells)])
    (block,) = [block for block in page.blocks if block.kind == "table"]
    ground = Ground.of(page)
    found = [candidates_in(ground, AMOUNT, row[1]) for row in block.rows[1:]]
    assert [(places[0].raw, places[0].value) for places in found[:5]] == [
        ("1.000,00-", Decimal("-1000.00")),
        ("(500,00)", Decimal("-500.00")),
        ("- 7,50", Decimal("-7.50")),
        ("12,50", Decimal("12.50")),
        ("-3,00", Decimal("-3.00")),
    ]
