from __future__ import annotations

import io
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter
from reportlab.lib.colors import black, white
from reportlab.pdfgen.canvas import Canvas

from foyerdoc.documents import Document, Span
from foyerdoc.errors import DamagedFile, EmptyFile, EncryptedFile, LimitExceeded
from foyerdoc.reading import pdftext
from foyerdoc.reading.parsing import parse
from foyerdoc.settings import Limits
from tests.reading.pdfs import HEIGHT, WIDTH, lines, pdf, text_pages

LEFT = [f"links steht Zeile {n} des ersten Absatzes hier" for n in range(1, 13)]
RIGHT = [f"rechts steht Zeile {n} des zweiten Absatzes da" for n in range(1, 13)]


def read(raw: bytes, **options: object) -> Document:
    return parse(raw, "test.pdf", **options)


def find(document: Document, text: str) -> Span:
    start = document.text.index(text)
    return Span(start, start + len(text))


def test_text_and_pages() -> None:
    document = read(text_pages("Erste Seite\nmit zwei Zeilen", "Deuxième page"))
    assert document.text == "Erste Seite\nmit zwei Zeilen\n\nDeuxième page"
    assert [document.text[p.span.start : p.span.end] for p in document.pages] == [
        "Erste Seite\nmit zwei Zeilen",
        "Deuxième page",
    ]
    assert [(p.number, round(p.width), round(p.height)) for p in document.pages] == [(1, 595, 842), (2, 595, 842)]


def test_boxes_cover_the_words_that_were_drawn() -> None:
    document = read(text_pages("one two three\nfour five six"), boxes=True)
    (box,) = document.boxes(find(document, "two"))
    assert box.page == 1
    assert 72 + 15 < box.x0 < box.x1 < 72 + 60
    assert box.y0 < 72 < box.y1 + 3  # the baseline is 72 points below the top
    first, second = document.boxes(find(document, "three\nfour"))
    assert first.y1 <= second.y0 + 2
    assert second.x0 == pytest.approx(72, abs=1)


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_boxes_on_rotated_and_cropped_pages_are_where_a_reader_sees_them(rotation: int) -> None:
    writer = PdfWriter(PdfReader(io.BytesIO(text_pages("north west"))))
    page = writer.pages[0]
    page.cropbox.lower_left, page.cropbox.upper_right = (50, 100), (WIDTH - 20, HEIGHT - 30)
    page.rotate(rotation)
    buffer = io.BytesIO()
    writer.write(buffer)
    document = read(buffer.getvalue(), boxes=True)
    width, height = WIDTH - 70, HEIGHT - 130
    # The word's left end on its baseline, in the cropped page before it is turned: 22 from the left, 42 from the top.
    x, y = {0: (22, 42), 90: (height - 42, 22), 180: (width - 22, height - 42), 270: (42, width - 22)}[rotation]
    (box,) = document.boxes(find(document, "north"))
    assert box.x0 - 4 <= x <= box.x1 + 4
    assert box.y0 - 4 <= y <= box.y1 + 4
    assert round(document.pages[0].width) == round(height if rotation in (90, 270) else width)


def test_two_columns_are_read_one_after_the_other_even_when_drawn_row_by_row() -> None:
    def draw(canvas: Canvas) -> None:
        lines(canvas, 72, 60, ["Ein Titel über beiden Spalten, der über die ganze Breite der Seite läuft, wie es sich gehört"])
        for n, (left, right) in enumerate(zip(LEFT, RIGHT, strict=True)):
            lines(canvas, 72, 100 + 14 * n, [left])
            lines(canvas, 320, 100 + 14 * n, [right])

    text = read(pdf(draw)).text
    positions = [text.index(line) for line in LEFT + RIGHT]
    assert positions == sorted(positions)
    assert text.index("Ein Titel") < positions[0]


def test_a_table_becomes_rows_of_cells() -> None:
    rows = [["Position", "Menge", "Betrag"], ["Windschutzscheibe", "1", "412,80 €"], ["Arbeitszeit", "2", "190,00 €"]]

    def draw(canvas: Canvas) -> None:
        lines(canvas, 72, 72, ["Rechnung Nr. 2026-118"])
        for n, row in enumerate(rows):
            for x, cell in zip((72, 300, 420), row, strict=True):
                lines(canvas, x, 120 + 18 * n, [cell])

    document = read(pdf(draw))
    (table,) = [block for block in document.blocks if block.kind == "table"]
    assert [[document.text[c.start : c.end] for c in row] for row in table.rows] == rows


def test_headings_are_told_by_size_and_weight() -> None:
    def draw(canvas: Canvas) -> None:
        lines(canvas, 72, 72, ["Allgemeine Bedingungen"], size=20)
        lines(canvas, 72, 120, ["Der Versicherer leistet, wenn ein Schaden eintritt und gemeldet wird."])
        canvas.setFont("Helvetica-Bold", 11)
        canvas.drawString(72, HEIGHT - 170, "Obliegenheiten")
        lines(canvas, 72, 200, ["Der Schaden ist binnen einer Woche zu melden, schriftlich oder per E-Mail."])

    document = read(pdf(draw))
    headings = [(document.text[b.span.start : b.span.end], b.level) for b in document.blocks if b.kind == "heading"]
    assert headings == [("Allgemeine Bedingungen", 1), ("Obliegenheiten", 2)]


def test_a_hyphen_at_a_line_end_stays_as_it_stands() -> None:
    document = read(text_pages("Die Versiche-\nrung haftet."))
    assert document.text == "Die Versiche-\nrung haftet."


@pytest.mark.parametrize(
    ("cause", "draw"),
    [
        ("invisible", lambda c: c.drawString(72, 500, "geheim", mode=3)),
        ("background_colour", lambda c: (c.setFillColor(white), c.drawString(72, 500, "geheim"), c.setFillColor(black))),
        ("tiny", lambda c: lines(c, 72, 300, ["geheim"], size=0.8)),
        ("off_page", lambda c: c.drawString(WIDTH + 20, 500, "geheim")),
    ],
)
def test_text_that_a_reader_does_not_see_is_kept_apart(cause: str, draw: object) -> None:
    def page(canvas: Canvas) -> None:
        lines(canvas, 72, 72, ["Sichtbarer Text dieser Seite"])
        draw(canvas)

    document = read(pdf(page))
    assert document.text == "Sichtbarer Text dieser Seite"
    assert [(h.text, h.cause, h.page) for h in document.hidden] == [("geheim", cause, 1)]
    assert document.hidden[0].box is not None
    assert [issue.code for issue in document.issues] == ["hidden_text"]
    assert "geheim" not in document.issues[0].message


def test_hidden_text_does_not_hide_behind_many_objects(monkeypatch: pytest.MonkeyPatch) -> None:
    def page(canvas: Canvas) -> None:
        canvas.drawString(72, 600, "geheim", mode=3)
        lines(canvas, 72, 72, ["Sichtbarer Text"])
        for i in range(60_000):
            canvas.rect(i % 500, i % 700, 1, 1)

    raw = pdf(page)
    assert read(raw).text == "Sichtbarer Text"
    monkeypatch.setattr(pdftext, "_MAX_OBJECTS", 1_000)
    assert "hidden_text_unchecked" in [issue.code for issue in read(raw).issues]


def test_white_text_on_a_dark_ground_is_visible() -> None:
    def page(canvas: Canvas) -> None:
        canvas.setFillColor(black)
        canvas.rect(60, HEIGHT - 120, 300, 40, fill=1)
        canvas.setFillColor(white)
        lines(canvas, 72, 105, ["Leistung und Betrag"])

    document = read(pdf(page))
    assert document.text == "Leistung und Betrag"
    assert not document.hidden


def test_the_text_layer_under_a_scan_is_the_pages_text(tmp_path) -> None:
    from PIL import Image

    picture = tmp_path / "scan.png"
    Image.new("L", (595, 842), 230).save(picture)

    def page(canvas: Canvas) -> None:
        canvas.drawImage(str(picture), 0, 0, WIDTH, HEIGHT)
        canvas.drawString(72, 500, "erkannte Schrift", mode=3)

    document = read(pdf(page))
    assert document.text == "erkannte Schrift"
    assert [issue.code for issue in document.issues] == ["text_layer"]


def test_passwords() -> None:
    writer = PdfWriter(PdfReader(io.BytesIO(text_pages("vertraulich"))))
    writer.encrypt("sésame", algorithm="AES-256")
    buffer = io.BytesIO()
    writer.write(buffer)
    with pytest.raises(EncryptedFile, match="password="):
        read(buffer.getvalue())
    with pytest.raises(EncryptedFile, match="does not open"):
        read(buffer.getvalue(), password="falsch")
    assert read(buffer.getvalue(), password="sésame").text == "vertraulich"


def test_outline_metadata_attachments_form_fields_and_comments() -> None:
    def page(canvas: Canvas) -> None:
        lines(canvas, 72, 72, ["Antrag"])
        canvas.bookmarkPage("a")
        canvas.addOutlineEntry("Antragsteller", "a", level=0)
        canvas.acroForm.textfield(name="police", tooltip="Policennummer", value="LU-4711", x=72, y=400)
        canvas.acroForm.checkbox(name="abschluss", tooltip="Vollkasko", checked=True, x=72, y=360)
        canvas.acroForm.checkbox(name="leer", tooltip="Teilkasko", checked=False, x=72, y=330)

    buffer = io.BytesIO()
    writer = PdfWriter(PdfReader(io.BytesIO(pdf(page))))
    writer.add_metadata({"/Title": "Antrag Kasko", "/Author": "M. Weber"})
    writer.add_attachment("anlage.pdf", text_pages("Beiblatt zur Police"))
    writer.write(buffer)
    document = read(buffer.getvalue(), boxes=True)
    assert document.metadata["Title"] == "Antrag Kasko"
    assert [child.text for child in document.attachments] == ["Beiblatt zur Police"]
    assert document.attachments[0].name == "anlage.pdf"
    fields = [document.text[b.span.start : b.span.end] for b in document.blocks if b.kind == "form_field"]
    assert fields[0] == "Policennummer: LU-4711"
    assert any("Vollkasko" in field for field in fields)
    assert not any("Teilkasko" in field for field in fields)
    (box,) = document.boxes(find(document, "LU-4711"))
    assert box.x0 == pytest.approx(72, abs=2)


def test_damaged_files_give_typed_errors() -> None:
    good = text_pages("kurz")
    with pytest.raises(DamagedFile):
        read(b"%PDF-1.7\nnothing else")
    with pytest.raises((DamagedFile, EmptyFile)):
        read(good[: len(good) // 3])
    assert read(good[:-6]).text == "kurz"  # a lost trailer is rebuilt


def test_an_empty_page_is_an_empty_file() -> None:
    with pytest.raises(EmptyFile):
        read(pdf(lambda canvas: None))


def test_pages_are_limited() -> None:
    with pytest.raises(LimitExceeded, match="3 pages"):
        read(text_pages("a", "b", "c"), limits=Limits(pages=2))


WORDS = st.text(string.ascii_letters + string.digits + "äöüßéèàç.,€%/-", min_size=1, max_size=12)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(st.lists(WORDS, min_size=1, max_size=6), min_size=1, max_size=12), min_size=1, max_size=3))
def test_every_word_is_in_the_text_once_with_a_box(pages: list[list[list[str]]]) -> None:
    document = read(text_pages(*("\n".join(" ".join(line) for line in page) for page in pages)), boxes=True)
    drawn = [word for page in pages for line in page for word in line]
    assert sorted(document.text.replace("\t", " ").split()) == sorted(drawn)
    for block in document.blocks:
        assert document.text[block.span.start : block.span.end].strip()
        assert document.boxes(block.span)
    for page in document.pages:
        placed = document.geometry.words(page.number)
        assert [document.text[a:b] for a, b, _ in placed] == document.text[page.span.start : page.span.end].split()


@pytest.mark.parametrize("columns", [3, 4])
def test_several_columns_on_one_grid_are_read_one_after_the_other(columns: int) -> None:
    width = 515 / columns
    texts = [f"Spalte{i} und noch viel Text" for i in range(columns)]

    def draw(canvas: Canvas) -> None:
        for i, text in enumerate(texts):
            lines(canvas, 40 + i * width, 72, [text] * 30, size=(width - 20) / (len(text) * 0.5))

    document = read(pdf(draw))
    assert [block.kind for block in document.blocks] == ["paragraph"] * columns
    at = [document.text.index(text) for text in texts]
    assert at == sorted(at)
    assert document.text.rindex(texts[0]) < at[1]


def test_a_password_given_for_other_files_does_no_harm() -> None:
    writer = PdfWriter(clone_from=io.BytesIO(text_pages("Frei zu lesen")))
    writer.add_attachment("anlage.txt", b"Auch frei zu lesen")
    writer.encrypt("", "owner", algorithm="AES-256")
    buffer = io.BytesIO()
    writer.write(buffer)
    for password in (None, "owner", "of another file"):
        document = read(buffer.getvalue(), password=password)
        assert document.text == "Frei zu lesen"
        assert [child.text for child in document.attachments] == ["Auch frei zu lesen"]
