"""Lists of objects out of PDFs whose tables have no rules: a results list, a price list, an account statement."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field
from reportlab.pdfgen.canvas import Canvas

import foyerdoc as fd
from foyerdoc.documents import Document
from foyerdoc.errors import SchemaError
from foyerdoc.extraction import Extractor
from foyerdoc.extraction.jsonschema import from_json_schema
from foyerdoc.extraction.rules import rules_of
from foyerdoc.extraction.schemas import form_of
from foyerdoc.reading.assembly import Assembly
from foyerdoc.settings import Limits
from tests.reading.pdfs import HEIGHT, lines, pdf

Cells = Sequence[tuple[float, str]]
"""A row: where each cell starts on the page, and its text; a negative place is where it ends."""


def row(canvas: Canvas, top: float, cells: Cells, *, size: float = 9) -> None:
    canvas.setFont("Helvetica", size)
    for x, text in cells:
        (canvas.drawRightString if x < 0 else canvas.drawString)(abs(x), HEIGHT - top, text)


def page(*rows: tuple[float, Cells]) -> Callable[[Canvas], None]:
    """A page with rows of cells, each with its distance from the row above."""

    def draw(canvas: Canvas) -> None:
        top = 60.0
        for step, cells in rows:
            top += step
            row(canvas, top, cells)

    return draw


def read(*pages: Callable[[Canvas], None]) -> Document:
    return fd.clean(fd.read(pdf(*pages), name="made.pdf"))


def runners(category: str, found: Sequence[tuple[str, str, str, str, str]]) -> Callable[[Canvas], None]:
    """A page of a results list whose records take two lines; the club's name can reach under the next heading."""
    rows: list[tuple[float, Cells]] = [
        (0, [(220, "Stadtlauf Musterheim")]),
        (24, [(60, f"Age class: {category}"), (420, "Start 10:30")]),
        (24, [(30, "Place"), (80, "Runner"), (240, "Born"), (300, "Club"), (420, "Time")]),
        (10, [(420, "net"), (500, "pace")]),
    ]
    for place, runner, born, club, time in found:
        rows += [(22, [(36, place), (80, runner), (240, born), (300, club)]), (10, [(-450, time), (500, "4:10")])]
    return page(*rows)


RUN = {
    "type": "object",
    "x-owner": "sports office",
    "properties": {
        "classes": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "age_class": {"type": "string"},
                    "results": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "properties": {
                                "place": {"anyOf": [{"type": "integer"}, {"type": "string"}], "scoring": "exact"},
                                "person": {
                                    "type": "object",
                                    "properties": {
                                        "runner": {"type": "string"},
                                        "club": {"type": "string"},
                                        "born": {"type": "integer"},
                                    },
                                },
                                "time": {"type": "string"},
                            },
                        },
                    },
                },
            },
        }
    },
}


def test_a_results_list_whose_records_take_two_lines():
    young = [
        ("1", "Lena Ahorn", "1988", "LG Birkental", "41:12"),
        ("2", "Mia Erle", "1991", "Lauftreff am Alten Forsthaus 1897", "42:03"),
        ("3", "Ida Linde", "1987", "TV Seedorf", "44:50"),
    ]
    old = [("1", "Ruth Esche", "1955", "LG Birkental", "52:31"), ("2", "Eva Buche", "1953", "SV Hohenau", "1:01:09")]
    result = Extractor(from_json_schema(RUN)).extract(read(runners("W35", young), runners("W70", old)))
    said = result.value.model_dump()["classes"]
    assert [group["age_class"] for group in said] == ["W35", "W70"]
    for group, wanted in zip(said, (young, old), strict=True):
        assert [
            (r["place"], r["person"]["runner"], str(r["person"]["born"]), r["person"]["club"], r["time"])
            for r in group["results"]
        ] == wanted
    assert "the schema's keywords scoring, x-owner are none of JSON Schema and say nothing here" in result.issues
    assert "classes[].results[].place: of several types, read as the text as it stands" in result.issues


class Article(BaseModel):
    article: str = Field(json_schema_extra={"aliases": ["Artikel"]})
    size: str | None = Field(default=None, json_schema_extra={"aliases": ["Größe"]})
    price: Decimal = Field(json_schema_extra={"aliases": ["Preis"]})


class Category(BaseModel):
    category: str
    articles: list[Article]


class PriceList(BaseModel):
    categories: list[Category]


def test_a_price_list_under_headings_goes_on_over_the_page():
    def listed(top: float, heading: str, articles: Sequence[tuple[str, str, str]]) -> Callable[[Canvas], None]:
        def draw(canvas: Canvas) -> None:
            lines(canvas, 60, top, [heading], size=15)
            row(canvas, top + 24, [(60, "Artikel"), (300, "Größe"), (-460, "Preis")])
            for i, (article, size, price) in enumerate(articles):
                row(canvas, top + 40 + 14 * i, [(60, article), (300, size), (-460, price)])

        return draw

    drinks = [("Apfelsaft naturtrüb", "0,2 l", "2,90 €"), ("Mineralwasser", "0,5 l", "3,40 €")]
    soups = [("Kartoffelsuppe", "klein", "4,50 €"), ("Linsensuppe", "groß", "12,00 €")]
    cakes = [("Pflaumenkuchen", "Stück", "3,20 €")]
    first, second, third = listed(80, "Getränke", drinks), listed(220, "Suppen", soups), listed(80, "Kuchen", cakes)

    def both(canvas: Canvas) -> None:
        first(canvas)
        second(canvas)

    result = Extractor(PriceList).extract(read(both, third))
    assert [category.category for category in result.value.categories] == ["Getränke", "Suppen", "Kuchen"]
    said = [[(a.article, a.size, a.price) for a in category.articles] for category in result.value.categories]
    assert said == [
        [("Apfelsaft naturtrüb", "0,2 l", Decimal("2.90")), ("Mineralwasser", "0,5 l", Decimal("3.40"))],
        [("Kartoffelsuppe", "klein", Decimal("4.50")), ("Linsensuppe", "groß", Decimal("12.00"))],
        [("Pflaumenkuchen", "Stück", Decimal("3.20"))],
    ]


class Booking(BaseModel):
    date: date
    text: str | None = None
    debit: Decimal | None = None
    credit: Decimal | None = None


class Statement(BaseModel):
    account_number: str | None = None
    bookings: list[Booking]


def test_an_account_statement_repeats_its_headings_on_each_page():
    head = (24.0, [(60, "Date"), (140, "Text"), (-430, "Debit"), (-520, "Credit")])
    first = page(
        (0, [(60, "Account number: 4711-0815")]),
        head,
        (16, [(60, "02/03/2026"), (140, "Rent March"), (-430, "890.00")]),
        (16, [(60, "05/03/2026"), (140, "Salary"), (-520, "3,210.55")]),
        (16, [(60, "09/03/2026"), (140, "Electricity"), (-430, "74.20")]),
    )
    second = page(
        (0, [(60, "Continued")]),
        head,
        (16, [(60, "12/03/2026"), (140, "Refund"), (-520, "20.00")]),
        (16, [(60, "30/03/2026"), (140, "Groceries"), (-430, "61.90")]),
        (16, [(140, "Total"), (-430, "1,026.10"), (-520, "3,230.55")]),
    )
    result = Extractor(Statement).extract(read(first, second))
    assert [(b.date.day, b.text, b.debit, b.credit) for b in result.value.bookings] == [
        (2, "Rent March", Decimal("890.00"), None),
        (5, "Salary", None, Decimal("3210.55")),
        (9, "Electricity", Decimal("74.20"), None),
        (12, "Refund", None, Decimal("20.00")),
        (30, "Groceries", Decimal("61.90"), None),
    ]
    assert (
        "bookings: 1 rows of its tables have too few of the fields and were left out (characters 226 to 250)" in result.issues
    )
    assert all(field.span is None or field.raw for field in result.fields.values())


def test_headings_that_come_again_within_one_table_begin_another():
    head: tuple[float, Cells] = (16, [(60, "Rang"), (120, "Nom"), (260, "Club"), (430, "Points")])
    found = {
        "Cadettes": [("1", "Anne Frêne", "AS Valmont", "82"), ("2", "Lise Orme", "CS Rivière", "79,5")],
        "Juniors": [("1", "Marie Saule", "AS Valmont", "92"), ("2", "Léa Hêtre", "US Plaine", "69")],
    }
    rows: list[tuple[float, Cells]] = [(0, [(60, "Championnat régional")])]
    for category, places in found.items():
        rows += [(24, [(60, f"Catégorie : {category}")]), head]
        rows += [(14, [(60, n), (120, name), (260, club), (-455, points)]) for n, name, club, points in places]
    ranking = {"name": {"type": "string"}, "club": {"type": "string"}, "points": {"type": ["integer", "number"]}}
    groups = {"category": {"type": "string"}, "ranking": {"type": "array", "items": {"properties": ranking}}}
    schema = {"properties": {"groups": {"type": "array", "items": {"properties": groups}}}}
    result = Extractor(from_json_schema(schema)).extract(read(page(*rows)))
    assert {
        group["category"]: [(r["name"], r["club"], r["points"]) for r in group["ranking"]]
        for group in result.value.model_dump()["groups"]
    } == {
        category: [(name, club, Decimal(points.replace(",", "."))) for _, name, club, points in places]
        for category, places in found.items()
    }


def test_what_is_no_booking_is_left_out_and_said():
    statement = page(
        (0, [(60, "Kontoauszug")]),
        (30, [(60, "Datum"), (140, "Beschreibung"), (-430, "Betrag"), (-520, "Saldo")]),
        (16, [(140, "Anfangssaldo"), (-520, "1.000,00")]),
        (16, [(60, "02.03.2026"), (140, "Miete März"), (-430, "-890,00"), (-520, "110,00")]),
        (11, [(140, "Hausverwaltung Linde GmbH, Objekt 17")]),
        (16, [(60, "05.03.2026"), (140, "Gehalt"), (-430, "3.210,55"), (-520, "3.320,55")]),
    )
    entry = {"date": {"type": "string", "format": "date"}, "description": {"type": "string"}, "amount": {"type": "number"}}
    schema = {"properties": {"entries": {"type": "array", "items": {"properties": {**entry, "balance": {"type": "number"}}}}}}
    result = Extractor(from_json_schema(schema)).extract(read(statement))
    assert [(e["date"], e["description"], e["amount"], e["balance"]) for e in result.value.model_dump()["entries"]] == [
        (date(2026, 3, 2), "Miete März", Decimal("-890.00"), Decimal("110.00")),
        (date(2026, 3, 5), "Gehalt", Decimal("3210.55"), Decimal("3320.55")),
    ]
    (said,) = [issue for issue in result.issues if issue.startswith("entries: ")]
    assert (
        said == "entries: 2 rows of its tables have too few of the fields and were left out (characters 45 to 68, 106 to 145)"
    )


def test_lists_within_lists_are_two_deep_and_one_in_each():
    def form(properties: dict[str, Any], depth: int) -> None:
        for _ in range(depth):
            properties = {"items": {"type": "array", "items": {"properties": properties}}}
        form_of(from_json_schema({"properties": properties}))

    form({"name": {"type": "string"}, "tags": {"type": "array", "items": {"type": "string"}}}, 1)
    form({"name": {"type": "string"}}, 2)
    with pytest.raises(SchemaError, match="lists more than 2 deep"):
        form({"name": {"type": "string"}}, 3)
    inner = {"type": "array", "items": {"properties": {"name": {"type": "string"}}}}
    with pytest.raises(SchemaError, match="several lists of objects within one"):
        form({"men": inner, "women": inner}, 1)
    with pytest.raises(SchemaError, match="a list of values beside a list of objects"):
        form({"men": inner, "tags": {"type": "array", "items": {"type": "string"}}}, 1)


def of(*parts: str | Sequence[Sequence[str]]) -> Document:
    """A document of paragraphs and tables."""
    assembly = Assembly(b"x", "t", Limits(), read_child=lambda raw, name: pytest.fail(name))
    for part in parts:
        if isinstance(part, str):
            assembly.add("paragraph", part)
        else:
            assembly.add_table([list(cells) for cells in part])
    return assembly.finish("text/plain")


def table(*rows: Sequence[str]) -> Document:
    return of(rows)


class Party(BaseModel):
    name: str | None = None
    team: str | None = None


class Match(BaseModel):
    home: Party | None = None
    guest: Party | None = None
    year_founded: int | None = None
    colours: list[Literal["red", "blue", "white"]] = []
    fee: Decimal | None = None


class Matches(BaseModel):
    matches: list[Match]


def test_columns_by_the_last_part_of_a_name_by_initials_and_lists_in_cells():
    page = table(
        ["Home name", "Guest name", "Team", "YF", "Colours", "", "Fee"],
        ["Ahorn", "Esche", "A", "1901", "Red, white", "EUR", "12,50"],
    )
    (match,) = Extractor(Matches).extract(page).value.matches
    assert (match.home.name, match.guest.name, match.year_founded, match.fee) == ("Ahorn", "Esche", 1901, Decimal("12.50"))
    assert match.colours == ["red", "white"]
    # Two fields have a team: the heading names neither of them.
    assert match.home.team is None
    assert match.guest.team is None


def test_rules_speak_of_single_values_of_a_list():
    class Summed(Matches):
        model_config = ConfigDict(json_schema_extra={"rules": ["sum(matches.colours) = 1"]})

    with pytest.raises(SchemaError, match=r"no list with the field matches\.colours"):
        rules_of(Summed, form_of(Summed))


class Ware(BaseModel):
    article: str | None = None
    price: Decimal | None = None
    net_rate: Decimal | None = None


class Shelf(BaseModel):
    shelf: str | None = None
    total: Decimal | None = None
    wares: list[Ware]


class Shop(BaseModel):
    shelves: list[Shelf]


class Wares(BaseModel):
    wares: list[Ware]


def stock(result: Any) -> list[tuple[str | None, list[str]]]:
    return [(shelf.shelf, [ware.article for ware in shelf.wares]) for shelf in result.value.shelves]


HEADS = ["Article", "Price"]


def test_a_closing_line_is_no_second_line_of_the_record_above():
    rows = [["Article", "Colour", "Price", "Net rate"], ["Juice", "red", "2.00", ""], ["Tea", "green", "1.00", ""]]
    result = Extractor(Wares).extract(table(*rows, ["", "Stocktaking", "", "7.00"]))
    assert [ware.net_rate for ware in result.value.wares[:2]] == [None, None]
    # Where most records have one, in columns of its own, it is told.
    result = Extractor(Wares).extract(table(rows[0], rows[1], ["", "", "", "3.00"], rows[2], ["", "", "", "4.00"]))
    assert [(ware.price, ware.net_rate) for ware in result.value.wares] == [(2, 3), (1, 4)]
    assert "wares: 2 rows of its tables were read as second lines of those above them" in result.issues


def test_what_stands_before_a_heading_belongs_to_the_object_before():
    page = of(
        "Drinks",
        [HEADS, ["Juice", "2.00"]],
        "Total: 2.00 EUR",
        "Cakes",
        [HEADS, ["Plum", "4.00"]],
        "Soup",
        [HEADS, ["Leek", "3.00"]],
    )
    result = Extractor(Shop).extract(page)
    assert stock(result) == [("Drinks", ["Juice"]), ("Cakes", ["Plum"]), ("Soup", ["Leek"])]
    assert [shelf.total for shelf in result.value.shelves] == [None, None, None]


def test_tables_of_other_columns_are_left_out_and_said_and_lend_no_heading():
    wide = ["Article", "Price", "Net rate"]
    page = of(
        "Shelf: A",
        [wide, ["Juice", "2.00", "1.00"]],
        "Shelf: B",
        [HEADS, ["Plum", "4.00"]],
        "Shelf: C",
        [wide, ["Leek", "3.00", "2.00"]],
    )
    result = Extractor(Shop).extract(page)
    assert stock(result) == [("A", ["Juice"]), ("C", ["Leek"])]
    assert any("1 tables that name other fields of it were left out" in issue for issue in result.issues)


def test_tables_under_other_words_for_the_same_fields_count():
    page = of([HEADS, ["Juice", "2.00"]], [["Article", "Price (EUR)"], ["Plum", "4.00"]], [["Leek", "3.00"], ["Pea", "1.00"]])
    result = Extractor(Wares).extract(page)
    assert [ware.article for ware in result.value.wares] == ["Juice", "Plum"]
    assert any("1 tables without its headings may go on those before them" in issue for issue in result.issues)
    twice = Extractor(Wares).extract(table([*HEADS, *HEADS], ["Juice", "2.00", "Plum", "4.00"]))
    assert any("the same headings once more beside them" in issue for issue in twice.issues)


def test_tables_without_headings_of_their_own_are_put_together_and_said():
    page = of(
        "Drinks",
        [HEADS, ["Juice", "2.00"]],
        "All with VAT",
        "Valid from 2026",
        [HEADS, ["Tea", "1.00"]],
        "Cakes",
        [HEADS, ["Plum", "4.00"]],
    )
    result = Extractor(Shop).extract(page)
    assert stock(result) == [("Drinks", ["Juice", "Tea"]), ("Cakes", ["Plum"])]
    assert "shelves[].wares: 1 tables without a heading of their own were put to the one before" in result.issues


def test_first_rows_with_a_name_stay():
    result = Extractor(Wares).extract(table([*HEADS, "NR"], ["Soup", "", "1"], ["Water", "", "2"], ["Wine", "5.00", "3"]))
    assert [(ware.article, ware.net_rate) for ware in result.value.wares] == [("Soup", None), ("Water", None), ("Wine", None)]
    assert not result.issues
