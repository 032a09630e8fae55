"""ODT, ODS, ODP and EPUB, built by hand."""

from __future__ import annotations

from html import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foyerdoc.errors import DamagedFile, EncryptedFile
from tests.reading.made import SENTENCES, cells, read, text_of, texts, zipped

NAMES = ("office", "text", "table", "drawing:draw", "style", "presentation")
NAMESPACES = " ".join(
    f'xmlns:{name.rpartition(":")[2]}="urn:oasis:names:tc:opendocument:xmlns:{name.partition(":")[0]}:1.0"' for name in NAMES
)


def odf(kind: str, inside: str, styles: str = "", masters: str = "", **more: str) -> bytes:
    return zipped(
        {
            "mimetype": f"application/vnd.oasis.opendocument.{kind}",
            "content.xml": f"<office:document-content {NAMESPACES}><office:automatic-styles>{styles}</office:automatic-styles>"
            f"<office:body><office:{kind}>{inside}</office:{kind}></office:body></office:document-content>",
            "styles.xml": f"<office:document-styles {NAMESPACES}><office:master-styles>{masters}</office:master-styles>"
            "</office:document-styles>",
            "META-INF/manifest.xml": "<manifest/>",
            **more,
        }
    )


@settings(max_examples=30, deadline=None)
@given(
    st.lists(SENTENCES, min_size=1, max_size=4), st.lists(st.lists(SENTENCES, min_size=2, max_size=2), min_size=2, max_size=3)
)
def test_odt(sentences: list[str], rows: list[list[str]]) -> None:
    inside = f'<text:h text:outline-level="2">{escape(sentences[0])}</text:h>'
    inside += "".join(f"<text:p>{escape(sentence)}</text:p>" for sentence in sentences) + "<table:table>"
    for row in rows:
        row_cells = (f"<table:table-cell><text:p>{escape(cell)}</text:p></table:table-cell>" for cell in row)
        inside += f"<table:table-row>{''.join(row_cells)}</table:table-row>"
    document = read(odf("text", inside + "</table:table>"), "made.odt")
    assert texts(document, "heading") == sentences[:1]
    assert texts(document, "paragraph") == sentences
    assert cells(document) == rows


def test_odt_in_detail() -> None:
    styles = '<style:style style:name="H"><style:text-properties text:display="none"/></style:style>'
    masters = "<style:master-page><style:header><text:p>Kopf</text:p></style:header></style:master-page>"
    inside = (
        "<text:tracked-changes><text:changed-region><text:deletion><text:p>weg</text:p></text:deletion></text:changed-region>"
        "</text:tracked-changes>"
        "<text:p>a<text:s text:c='2'/>b<text:tab/>c<text:line-break/>d<text:note><text:note-citation>1</text:note-citation>"
        "<text:note-body><text:p>Fußnote</text:p></text:note-body></text:note> <text:span>e</text:span>"
        "<office:annotation><text:p>Kommentar</text:p></office:annotation></text:p>"
        "<text:p text:style-name='H'>geheim</text:p>"
        "<text:list><text:list-item><text:p>eins</text:p><text:list><text:list-item><text:p>zwei</text:p></text:list-item></text:list>"
        "</text:list-item></text:list><text:p><draw:frame><draw:text-box><text:p>Kasten</text:p></draw:text-box></draw:frame></text:p>"
    )
    document = read(odf("text", inside, styles, masters), "x.odt")
    assert [(b.kind, b.level, text_of(document, b)) for b in document.blocks] == [
        ("header", None, "Kopf"),
        ("paragraph", None, "a  b\tc\nd e"),
        ("footnote", None, "Fußnote"),
        ("footnote", None, "Kommentar"),
        ("list_item", 1, "eins"),
        ("list_item", 2, "zwei"),
        ("paragraph", None, "Kasten"),
    ]
    assert [(h.text, h.cause) for h in document.hidden] == [("weg", "deleted"), ("geheim", "hidden_style")]


def test_ods() -> None:
    def cell(text: str, attributes: str = "") -> str:
        return f"<table:table-cell {attributes}><text:p>{text}</text:p></table:table-cell>"

    hidden = '<style:style style:name="off"><style:table-properties table:display="false"/></style:style>'
    spanned = 'table:number-columns-spanned="2"'
    empty = '<table:table-cell table:number-columns-repeated="16384"/>'
    inside = (
        f'<table:table table:name="Sales"><table:table-row>{cell("wide", spanned)}'
        f"<table:covered-table-cell/>{cell('c')}{empty}</table:table-row>"
        f'<table:table-row table:number-rows-repeated="2">{cell("a")}{cell("b")}{cell("c")}</table:table-row>'
        f'<table:table-row table:visibility="collapse">{cell("quiet")}</table:table-row>'
        f'<table:table-row table:number-rows-repeated="1048576">{empty}</table:table-row></table:table>'
        f'<table:table table:name="Off" table:style-name="off"><table:table-row>{cell("secret")}</table:table-row>'
        "</table:table>"
    )
    document = read(odf("spreadsheet", inside, hidden), "x.ods")
    assert cells(document) == [["wide", "", "c"], ["a", "b", "c"], ["a", "b", "c"]]
    assert texts(document, "heading") == ["Sales"]
    assert [h.text for h in document.hidden] == ["quiet", "secret"]
    assert len(document.pages) == 2


def test_odp() -> None:
    inside = (
        "<draw:page><draw:frame><draw:text-box><text:p>body</text:p></draw:text-box></draw:frame>"
        '<draw:frame presentation:class="title"><draw:text-box><text:p>Title</text:p></draw:text-box></draw:frame>'
        "<presentation:notes><draw:frame><draw:text-box><text:p>say this</text:p></draw:text-box></draw:frame>"
        "</presentation:notes></draw:page>"
        "<draw:page><draw:custom-shape><text:p>second</text:p></draw:custom-shape></draw:page>"
    )
    document = read(odf("presentation", inside), "x.odp")
    assert [(b.kind, b.page, text_of(document, b)) for b in document.blocks] == [
        ("heading", 1, "Title"),
        ("paragraph", 1, "body"),
        ("footnote", 1, "say this"),
        ("paragraph", 2, "second"),
    ]


def test_locked_and_empty_packages() -> None:
    locked = '<manifest><file-entry full-path="content.xml"><encryption-data/></file-entry></manifest>'
    with pytest.raises(EncryptedFile):
        read(odf("text", "", **{"META-INF/manifest.xml": locked}), "x.odt")
    with pytest.raises(DamagedFile):
        read(zipped({"mimetype": "application/vnd.oasis.opendocument.text"}), "x.odt")


def epub(chapters: list[str], **more: str) -> bytes:
    manifest = "".join(f'<item id="c{i}" href="c{i}.xhtml" media-type="application/xhtml+xml"/>' for i in range(len(chapters)))
    spine = "".join(f'<itemref idref="c{i}"/>' for i in reversed(range(len(chapters))))
    return zipped(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": '<container><rootfiles><rootfile full-path="OEBPS/book.opf"/></rootfiles></container>',
            "OEBPS/book.opf": f"<package><metadata><title>Book</title></metadata><manifest>{manifest}</manifest>"
            f"<spine>{spine}</spine></package>",
            **{f"OEBPS/c{i}.xhtml": f"<html><body>{chapter}</body></html>" for i, chapter in enumerate(chapters)},
            **more,
        }
    )


@settings(max_examples=20, deadline=None)
@given(st.lists(SENTENCES, min_size=1, max_size=3))
def test_epub(sentences: list[str]) -> None:
    document = read(epub([f"<p>{escape(sentence)}</p>" for sentence in sentences]), "made.epub")
    # The spine, not the archive, gives the order.
    assert texts(document) == sentences[::-1]
    assert document.blocks[0].path == "spine[1]/html/body/p[1]"
    assert document.metadata["title"] == "Book"


def test_protected_epub() -> None:
    method = '<EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#aes128-cbc"/>'
    lock = f"<encryption><EncryptedData>{method}</EncryptedData></encryption>"
    with pytest.raises(EncryptedFile):
        read(epub(["<p>x</p>"], **{"META-INF/encryption.xml": lock}), "x.epub")
