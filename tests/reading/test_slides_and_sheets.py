from __future__ import annotations

import datetime as dt
import io

import openpyxl
import pptx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.comments import Comment
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

from foyerdoc.errors import EmptyFile, LimitExceeded
from foyerdoc.reading.numberformats import show
from foyerdoc.settings import Limits
from tests.reading.made import SENTENCES, cells, read, text_of, texts


def saved(document: object) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def slide_of(presentation: object, title: str, layout: int = 5) -> object:
    slide = presentation.slides.add_slide(presentation.slide_layouts[layout])
    slide.shapes.title.text = title
    return slide


@settings(max_examples=15, deadline=None)
@given(st.lists(SENTENCES, min_size=1, max_size=3), SENTENCES)
def test_slides_hold_their_text(sentences: list[str], note: str) -> None:
    presentation = pptx.Presentation()
    for sentence in sentences:
        slide = slide_of(presentation, sentence)
        slide.shapes.add_textbox(0, 0, Inches(3), Inches(1)).text_frame.text = sentence
        slide.notes_slide.notes_text_frame.text = note
    document = read(saved(presentation), "made.pptx")
    assert texts(document, "heading") == sentences
    assert texts(document, "paragraph") == sentences
    assert texts(document, "footnote") == [note] * len(sentences)
    assert [page.width for page in document.pages] == [720.0] * len(sentences)
    assert document.blocks[0].path == "slide[1]/shape[1]/p[1]"


def test_groups_tables_charts_and_hidden_slides() -> None:
    presentation = pptx.Presentation()
    slide = slide_of(presentation, "Figures")
    group = slide.shapes.add_group_shape()
    group.shapes.add_textbox(0, 0, 100, 100).text_frame.text = "grouped"
    table = slide.shapes.add_table(2, 2, 0, 0, Inches(4), Inches(1)).table
    table.cell(0, 0).merge(table.cell(0, 1))
    table.cell(0, 0).text, table.cell(1, 0).text, table.cell(1, 1).text = "wide", "a", "b"
    data = CategoryChartData()
    data.categories = ["2023", "2024"]
    data.add_series("Claims", (1.5, 4.4))
    chart = slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, 0, 0, Inches(4), Inches(3), data).chart
    chart.has_title = True
    chart.chart_title.text_frame.text = "By year"
    beside = slide.shapes.add_textbox(Inches(-5), 0, Inches(2), Inches(1))
    beside.text_frame.text = "beside the slide"
    hidden = slide_of(presentation, "not shown")
    hidden.element.set("show", "0")

    document = read(saved(presentation), "made.pptx")
    assert texts(document, "paragraph") == ["grouped"]
    assert cells(document, 0) == [["wide", ""], ["a", "b"]]
    assert texts(document, "caption") == ["By year"]
    assert cells(document, 1) == [["", "Claims"], ["2023", "1.5"], ["2024", "4.4"]]
    assert [(h.text, h.cause, h.page) for h in document.hidden] == [
        ("beside the slide", "off_page", 1),
        ("not shown", "hidden_style", 2),
    ]
    assert len(document.pages) == 2


def test_too_many_slides() -> None:
    presentation = pptx.Presentation()
    for number in range(3):
        slide_of(presentation, str(number))
    with pytest.raises(LimitExceeded, match="2 pages"):
        read(saved(presentation), "made.pptx", Limits(pages=2))


@settings(max_examples=15, deadline=None)
@given(st.lists(st.lists(SENTENCES.filter(lambda t: not t.startswith("=")), min_size=2, max_size=3), min_size=2, max_size=4))
def test_sheets_hold_their_cells(rows: list[list[str]]) -> None:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    document = read(saved(book), "made.xlsx")
    width = max(map(len, rows))
    assert cells(document) == [row + [""] * (width - len(row)) for row in rows]
    table = document.blocks[1]
    assert table.path == f"sheet[Sheet]/A1:{'ABC'[width - 1]}{len(rows)}"


def test_values_as_displayed() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    for row, (value, code) in enumerate(
        [
            (dt.date(2024, 3, 31), "dd/mm/yyyy"),
            (0.195, "0.0%"),
            (1234.5, '#,##0.00 "€"'),
            (-2, "0;(0)"),
            (True, "General"),
            (4.4, "General"),
        ],
        1,
    ):
        sheet.cell(row, 1, value).number_format = code
    sheet.cell(1, 2, "right")
    document = read(saved(book), "made.xlsx")
    assert [row[0] for row in cells(document)] == ["31/03/2024", "19.5%", "1,234.50 €", "(2)", "TRUE", "4.4"]


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        (45382, "yyyy-mm-dd", "2024-03-31"),
        (45382.75, "dd.mm.yyyy hh:mm", "31.03.2024 18:00"),
        (45382.5, "h:mm AM/PM", "12:00 PM"),
        (45382, "[$-407]d. mmmm yyyy", "31. März 2024"),
        (45382, "[$-40C]mmm yy", "mars 24"),
        (1.5, "[h]:mm", "36:00"),
        (1234567.891, "#,##0", "1,234,568"),
        (0.5, "#.##", ".5"),
        (1234567, '0.0,,"M"', "1.2M"),
        (7, "000", "007"),
        (-1234.5, "#,##0.00", "-1,234.50"),
        (12.5, "[$€-407] #,##0.00", "€ 12.50"),
        (3.25, "# ?/?", "3.25"),
        (0, "0.00;-0.00;-", "-"),
        (1e20, "General", "1e+20"),
        (-1, "yyyy-mm-dd", "1899-12-29"),
        (1e12, "yyyy-mm-dd", "1000000000000"),
    ],
)
def test_number_formats(value: float, code: str, shown: str) -> None:
    assert show(value, code) == shown


def test_regions_hidden_parts_comments_and_far_cells() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Sales"
    sheet["A1"], sheet["B1"] = "Title", "x"
    sheet["C5"], sheet["D5"], sheet["C6"] = "a", "b", "c"
    sheet["XFD1048576"] = "far"
    sheet["A6"] = "hidden column"
    sheet.column_dimensions["A"].hidden = False
    sheet["C7"] = "hidden row"
    sheet.row_dimensions[7].hidden = True
    sheet["C5"].comment = Comment("a remark", "someone")
    other = book.create_sheet("Secret")
    other["A1"] = "quiet"
    other.sheet_state = "hidden"
    document = read(saved(book), "made.xlsx")
    assert [(b.kind, b.path, b.page) for b in document.blocks] == [
        ("heading", "sheet[Sales]", 1),
        ("table", "sheet[Sales]/A1:B1", 1),
        ("table", "sheet[Sales]/A5:D6", 1),
        ("paragraph", "sheet[Sales]/XFD1048576", 1),
        ("footnote", "sheet[Sales]/comment[C5]", 1),
    ]
    assert [(h.text, h.path) for h in document.hidden] == [
        ("hidden row", "sheet[Sales]/row[7]"),
        ("quiet", "sheet[Secret]/row[1]"),
    ]
    assert text_of(document, document.blocks[-1]) == "a remark"
    assert len(document.pages) == 2


def test_a_diagonal_does_not_blow_up() -> None:
    book = openpyxl.Workbook()
    for i in range(1, 1200):
        book.active.cell(i, i, "x")
    document = read(saved(book), "made.xlsx")
    assert len(document.text) < 10_000
    assert "sparse_table" in {issue.code for issue in document.issues}


def test_merged_cells_once() -> None:
    book = openpyxl.Workbook()
    book.active.append(["wide", None, "c"])
    book.active.append(["a", "b", "c"])
    book.active.merge_cells("A1:B1")
    assert cells(read(saved(book), "made.xlsx")) == [["wide", "", "c"], ["a", "b", "c"]]


def test_an_empty_workbook() -> None:
    with pytest.raises(EmptyFile):
        read(saved(openpyxl.Workbook()), "made.xlsx")
