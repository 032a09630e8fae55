"""Small files of every format, made for tests, and what must hold for every document."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

from hypothesis import strategies as st

from foyerdoc.documents import Block, Document
from foyerdoc.reading.parsing import parse
from foyerdoc.settings import Limits

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
OFFICE_DOCUMENT = R + "/officeDocument"

# Letters with marks, emoji with joiners, right-to-left scripts, ligatures: what offsets get wrong. No controls and no
# line ends; words are joined by single spaces, since every format has its own view of runs of white space.
PIECES = st.one_of(
    st.characters(codec="utf-8", categories=["L", "N", "M"]),
    st.sampled_from(
        ["é", "e\u0301", "ﬁ", "ß", "👩‍👩‍👧", "🇱🇺", "שלום", "مرحبا", "日本", "𝔘", "-", "'", ".", "&", "<", ">", '"']
    ),
)
WORDS = st.lists(PIECES, min_size=1, max_size=8).map("".join)
SENTENCES = st.lists(WORDS, min_size=1, max_size=6).map(" ".join).filter(lambda text: text == " ".join(text.split()))


def read(raw: bytes, name: str, limits: Limits | None = None) -> Document:
    """The document, with what holds for all documents asserted."""
    document = parse(raw, name, limits=limits)
    for part in document.walk():
        check(part)
    return document


def check(document: Document) -> None:
    last = 0
    for block in document.blocks:
        assert last <= block.span.start < block.span.end <= len(document.text)
        last = block.span.end
        text = document.text[block.span.start : block.span.end]
        assert text.strip()
        assert block.path
        for row in block.rows:
            for cell in row:
                assert block.span.contains(cell)
                assert "\t" not in document.text[cell.start : cell.end]
        if block.rows:
            lines = ["\t".join(document.text[c.start : c.end] for c in row) for row in block.rows]
            assert "\n".join(lines) == text
    at = 0
    for page in document.pages:
        assert at <= page.span.start <= page.span.end <= len(document.text)
        at = page.span.end
    for block in document.blocks:
        if block.page is not None:
            assert document.pages[block.page - 1].span.contains(block.span)


def text_of(document: Document, block: Block) -> str:
    return document.text[block.span.start : block.span.end]


def texts(document: Document, kind: str | None = None) -> list[str]:
    return [text_of(document, block) for block in document.blocks if kind in {None, block.kind}]


def cells(document: Document, number: int = 0) -> list[list[str]]:
    table = [block for block in document.blocks if block.kind == "table"][number]
    return [[document.text[c.start : c.end] for c in row] for row in table.rows]


def zipped(members: Mapping[str, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def docx(body: str, parts: Mapping[str, str | bytes] = {}, relations: str = "") -> bytes:
    """A Word file from the inside of its `w:body`; extra parts, and the relationships of the document to them."""
    return zipped(
        {
            "[Content_Types].xml": f'<Types><Override PartName="/word/document.xml" ContentType="{DOCX_MAIN}"/></Types>',
            "_rels/.rels": relationships(f'<Relationship Id="r1" Type="{OFFICE_DOCUMENT}" Target="word/document.xml"/>'),
            "word/document.xml": f'<w:document xmlns:w="{W}" xmlns:r="{R}" {NAMESPACES}><w:body>{body}</w:body></w:document>',
            "word/_rels/document.xml.rels": relationships(relations),
            **parts,
        }
    )


def relationships(inside: str) -> str:
    return f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{inside}</Relationships>'


def relation(identifier: str, kind: str, target: str) -> str:
    return f'<Relationship Id="{identifier}" Type="{R}/{kind}" Target="{target}"/>'


def paragraph(text: str, properties: str = "") -> str:
    return f'<w:p><w:pPr>{properties}</w:pPr><w:r><w:t xml:space="preserve">{text}</w:t></w:r></w:p>'


DOCX_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
NAMESPACES = (
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
)
