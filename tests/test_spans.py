"""The invariant that all else rests on, from the file to the chunk, over every format and awkward text."""

from __future__ import annotations

import io
import json
import string
import unicodedata
import zipfile
from collections.abc import Callable
from email.message import EmailMessage
from html import escape

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import foyerdoc as fd
from foyerdoc.demo import folder
from foyerdoc.documents import Document, Span
from foyerdoc.reading.parsing import parse
from foyerdoc.serialization import dumps, loads
from tests.made_documents import texts
from tests.reading.pdfs import text_pages

MAILBOX = sorted((folder() / "documents").iterdir())


def check(document: Document, max_tokens: int = 40) -> None:
    """Every span of a document, its cleaned form and its chunks is in range, in order and gives its own text."""
    clean = fd.clean(document)
    for form in (document, clean):
        previous = 0
        for block in form.blocks:
            assert previous <= block.span.start < block.span.end <= len(form.text)
            previous = block.span.end
            for cell in (cell for row in block.rows for cell in row):
                assert block.span.contains(cell)
        for page in form.pages:
            assert page.span.end <= len(form.text)
    for start in range(0, len(clean.text), max(1, len(clean.text) // 50)):
        origin = clean.origin(Span(start, start + 1))
        assert 0 <= origin.start < origin.end <= len(document.text)
        if not clean.text[start].isspace() and clean.text[start].isascii():
            assert clean.text[start] in _unfolded(document.text[origin.start : origin.end])
    chunks = fd.chunk(clean, max_tokens=max_tokens, overlap=8)
    for chunk in chunks:
        assert clean.text[chunk.span.start : chunk.span.end] == chunk.text
        assert chunk.n_tokens <= max_tokens
        assert chunk.pages == tuple(page.number for page in clean.pages_of(chunk.span))
    covered = {i for chunk in chunks for i in range(chunk.span.start, chunk.span.end)}
    assert all(c.isspace() or i in covered for i, c in enumerate(clean.text))
    stored = loads(dumps(clean))
    assert [c.id for c in fd.chunk(stored, max_tokens=max_tokens, overlap=8)] == [c.id for c in chunks]
    for child in document.attachments:
        check(child, max_tokens)


def _unfolded(text: str) -> str:
    """The characters that cleaning may have made from some: ligatures taken apart, broken encodings mended."""
    return text + unicodedata.normalize("NFKC", text) + text.encode("cp1252", "ignore").decode("utf-8", "ignore")


@pytest.mark.parametrize("path", MAILBOX, ids=lambda path: path.name)
def test_the_mailbox(path) -> None:
    check(fd.read(path))


def docx(paragraphs: list[str]) -> bytes:
    import docx as library

    document = library.Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    table = document.add_table(1, len(paragraphs))
    for cell, paragraph in zip(table.rows[0].cells, paragraphs, strict=True):
        cell.text = paragraph
    return _saved(document)


def pptx(paragraphs: list[str]) -> bytes:
    import pptx as library

    presentation = library.Presentation()
    for paragraph in paragraphs:
        presentation.slides.add_slide(presentation.slide_layouts[5]).shapes.title.text = paragraph
    return _saved(presentation)


def xlsx(paragraphs: list[str]) -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    for paragraph in paragraphs:
        book.active.append(["'" + paragraph, len(paragraph)])
    return _saved(book)


def eml(paragraphs: list[str]) -> bytes:
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = "Schaden", "a@example.org", "b@example.org"
    message.set_content("\n\n".join(paragraphs))
    message.add_attachment("\n".join(paragraphs).encode(), maintype="text", subtype="plain", filename="note.txt")
    return message.as_bytes()


def odt(paragraphs: list[str]) -> bytes:
    office, text = "urn:oasis:names:tc:opendocument:xmlns:office:1.0", "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
    body = "".join(f"<text:p>{escape(paragraph)}</text:p>" for paragraph in paragraphs)
    content = (
        f'<office:document-content xmlns:office="{office}" xmlns:text="{text}"><office:body><office:text>{body}'
        "</office:text></office:body></office:document-content>"
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr("content.xml", content)
    return buffer.getvalue()


def html(paragraphs: list[str]) -> bytes:
    body = "".join(
        f"<h2>{escape(p)}</h2><p>{escape(p)}</p><table><tr><td>{escape(p)}</td><td>1</td></tr></table>" for p in paragraphs
    )
    return f"<!doctype html><html><head><meta charset='utf-8'></head><body>{body}</body></html>".encode()


FORMATS: dict[str, Callable[[list[str]], bytes]] = {
    "a.docx": docx,
    "a.pptx": pptx,
    "a.xlsx": xlsx,
    "a.eml": eml,
    "a.odt": odt,
    "a.html": html,
    "a.md": lambda paragraphs: "\n\n".join(f"# {p}\n\n- {p}" for p in paragraphs).encode(),
    "a.txt": lambda paragraphs: "\n\n".join(paragraphs).encode(),
    "a.csv": lambda paragraphs: "\n".join(f'"{p.replace(chr(34), "")}";x' for p in ["head", *paragraphs]).encode(),
    "a.json": lambda paragraphs: json.dumps({"letters": paragraphs}).encode(),
    "a.xml": lambda paragraphs: ("<letters>" + "".join(f"<p>{escape(p)}</p>" for p in paragraphs) + "</letters>").encode(),
    "a.rtf": lambda paragraphs: b"{\\rtf1\\ansi " + b"\\par ".join(_rtf(p) for p in paragraphs) + b"}",
}


def _writable(text: str) -> str:
    """Without what XML cannot hold."""
    return "".join(c for c in text if c == "\n" or unicodedata.category(c) not in ("Cc", "Cs", "Cn"))[:400]


def _rtf(text: str) -> bytes:
    units = text.encode("utf-16-le")
    codes = (int.from_bytes(units[i : i + 2], "little", signed=True) for i in range(0, len(units), 2))
    return b"".join(b"\\u%d?" % code for code in codes)


def _saved(document: object) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.data())
def test_awkward_text_in_every_format(name: str, data: st.DataObject) -> None:
    paragraphs = data.draw(st.lists(texts(max_words=12).map(_writable).filter(str.strip), min_size=1, max_size=3))
    check(parse(FORMATS[name](paragraphs), name))


LATIN = string.ascii_letters + string.digits + "äöüßéèàçœ.,€-"


@settings(max_examples=15, deadline=None)
@given(st.lists(st.lists(st.text(LATIN, min_size=1, max_size=40), min_size=1, max_size=20), min_size=1, max_size=4))
def test_pages_and_their_boxes(pages: list[list[str]]) -> None:
    document = parse(text_pages(*("\n".join(page) for page in pages)), "a.pdf", boxes=True)
    check(document)
    for chunk in fd.chunk(fd.clean(document), max_tokens=40, overlap=0):
        boxes = fd.clean(document).boxes(chunk.span)
        assert {box.page for box in boxes} == set(chunk.pages)
        assert all(box.x0 < box.x1 and box.y0 < box.y1 for box in boxes)
