from __future__ import annotations

import io
import zipfile

import docx as python_docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foyerdoc.reading.sniffing import DOCX
from tests.reading.made import SENTENCES, W, cells, docx, paragraph, read, relation, text_of, texts, zipped

BOX = '<w:txbxContent xmlns:w="{W}">{inside}</w:txbxContent>'


def saved(document: object) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


@settings(max_examples=25, deadline=None)
@given(
    st.lists(SENTENCES, min_size=1, max_size=5), st.lists(st.lists(SENTENCES, min_size=2, max_size=2), min_size=2, max_size=3)
)
def test_text_stands_where_the_blocks_say(sentences: list[str], rows: list[list[str]]) -> None:
    made = python_docx.Document()
    made.add_heading(sentences[0], 2)
    for sentence in sentences:
        made.add_paragraph(sentence)
    table = made.add_table(len(rows), 2)
    for i, row in enumerate(rows):
        for j, cell in enumerate(row):
            table.cell(i, j).text = cell
    document = read(saved(made), "made.docx")
    assert document.media_type == DOCX
    assert texts(document, "heading") == [sentences[0]]
    assert document.blocks[0].level == 2
    assert texts(document, "paragraph") == sentences
    assert cells(document) == rows


def test_paths_and_levels() -> None:
    made = python_docx.Document()
    made.add_heading("Police d'assurance", 0)
    made.add_paragraph("Premier", style="List Bullet")
    made.add_paragraph("Deuxième", style="List Bullet 2")
    made.add_paragraph("Une citation", style="Quote")
    made.add_paragraph("Légende", style="Caption")
    made.add_table(1, 2).cell(0, 1).text = "x"
    document = read(saved(made), "made.docx")
    assert [(b.kind, b.path) for b in document.blocks] == [
        ("heading", "body/p[1]"),
        ("list_item", "body/p[2]"),
        ("list_item", "body/p[3]"),
        ("quote", "body/p[4]"),
        ("caption", "body/p[5]"),
        ("table", "body/table[1]"),
    ]
    assert document.blocks[0].level == 1


def test_headings_by_localised_style_and_outline() -> None:
    styles = (
        f'<w:styles xmlns:w="{W}">'
        '<w:style w:type="paragraph" w:styleId="berschrift2"><w:name w:val="Überschrift 2"/></w:style>'
        '<w:style w:type="paragraph" w:styleId="Eigen"><w:name w:val="Firmenstil"/><w:basedOn w:val="Gliederung"/></w:style>'
        '<w:style w:type="paragraph" w:styleId="Gliederung"><w:name w:val="x"/>'
        '<w:pPr><w:outlineLvl w:val="2"/></w:pPr></w:style>'
        "</w:styles>"
    )
    body = (
        paragraph("Zwei", '<w:pStyle w:val="berschrift2"/>')
        + paragraph("Drei", '<w:pStyle w:val="Eigen"/>')
        + paragraph("Vier", '<w:outlineLvl w:val="3"/>')
        + paragraph("Text", '<w:pStyle w:val="Eigen"/><w:outlineLvl w:val="9"/>')
    )
    document = read(docx(body, {"word/styles.xml": styles}, relation("s", "styles", "styles.xml")), "x.docx")
    assert [(text_of(document, b), b.kind, b.level) for b in document.blocks] == [
        ("Zwei", "heading", 2),
        ("Drei", "heading", 3),
        ("Vier", "heading", 4),
        ("Text", "paragraph", None),
    ]


def test_text_boxes_once() -> None:
    inside = BOX.format(W=W, inside=paragraph("In the box"))
    body = (
        "<w:p><w:r><w:t>Anchor</w:t></w:r><w:r><mc:AlternateContent>"
        f'<mc:Choice Requires="wps"><w:drawing><wps:txbx>{inside}</wps:txbx></w:drawing></mc:Choice>'
        f"<mc:Fallback><w:pict><v:textbox>{inside}</v:textbox></w:pict></mc:Fallback>"
        "</mc:AlternateContent></w:r></w:p>" + paragraph("After")
    )
    document = read(docx(body), "x.docx")
    assert texts(document) == ["Anchor", "In the box", "After"]
    assert document.blocks[1].path == "body/p[1]/textbox[1]/p[1]"


def test_vml_text_box_without_an_alternative() -> None:
    inside = BOX.format(W=W, inside=paragraph("Old box"))
    body = f"<w:p><w:r><w:pict><v:textbox>{inside}</v:textbox></w:pict></w:r></w:p>"
    assert texts(read(docx(body), "x.docx")) == ["Old box"]


def test_tracked_changes_and_hidden_text() -> None:
    body = (
        "<w:p><w:r><w:t>The premium is </w:t></w:r>"
        "<w:del><w:r><w:delText>100</w:delText></w:r></w:del><w:ins><w:r><w:t>200</w:t></w:r></w:ins>"
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t>secret</w:t></w:r>"
        '<w:r><w:rPr><w:vanish w:val="0"/></w:rPr><w:t> EUR</w:t></w:r></w:p>'
    )
    document = read(docx(body), "x.docx")
    assert document.text == "The premium is 200 EUR"
    assert [(h.text, h.cause, h.path) for h in document.hidden] == [
        ("100", "deleted", "body/p[1]"),
        ("secret", "hidden_style", "body/p[1]"),
    ]
    assert "hidden_text" in {issue.code for issue in document.issues}


def test_merged_cells_once() -> None:
    def cell(text: str, properties: str = "") -> str:
        return f"<w:tc><w:tcPr>{properties}</w:tcPr>{paragraph(text)}</w:tc>"

    wide, tall, covered = '<w:gridSpan w:val="2"/>', '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    body = (
        f"<w:tbl><w:tr>{cell('wide', wide)}{cell('c')}</w:tr>"
        f"<w:tr>{cell('tall', tall)}{cell('b')}{cell('c')}</w:tr>"
        f"<w:tr>{cell('', covered)}{cell('b2')}{cell('c2')}</w:tr></w:tbl>"
    )
    assert cells(read(docx(body), "x.docx")) == [["wide", "", "c"], ["tall", "b", "c"], ["", "b2", "c2"]]


def test_nested_tables_keep_their_text() -> None:
    inner = f"<w:tbl><w:tr><w:tc>{paragraph('inner')}</w:tc><w:tc>{paragraph('deep')}</w:tc></w:tr></w:tbl>"
    body = f"<w:tbl><w:tr><w:tc>{paragraph('outer')}{inner}</w:tc><w:tc>{paragraph('side')}</w:tc></w:tr></w:tbl>"
    assert cells(read(docx(body), "x.docx")) == [["outer inner deep", "side"]]


def test_notes_comments_headers() -> None:
    parts = {
        "word/footnotes.xml": f'<w:footnotes xmlns:w="{W}"><w:footnote w:id="0" w:type="separator"><w:p/></w:footnote>'
        f'<w:footnote w:id="2">{paragraph("the note")}</w:footnote>'
        f'<w:footnote w:id="9">{paragraph("orphan")}</w:footnote></w:footnotes>',
        "word/comments.xml": f'<w:comments xmlns:w="{W}"><w:comment w:id="0">{paragraph("a remark")}</w:comment></w:comments>',
        "word/header1.xml": f'<w:hdr xmlns:w="{W}">{paragraph("Foyer S.A.")}</w:hdr>',
        "word/header2.xml": f'<w:hdr xmlns:w="{W}">{paragraph("Foyer S.A.")}</w:hdr>',
        "word/footer1.xml": f'<w:ftr xmlns:w="{W}">{paragraph("page")}</w:ftr>',
    }
    relations = (
        relation("f", "footnotes", "footnotes.xml")
        + relation("c", "comments", "comments.xml")
        + relation("h1", "header", "header1.xml")
        + relation("h2", "header", "header2.xml")
        + relation("f1", "footer", "footer1.xml")
    )
    body = (
        '<w:p><w:r><w:t>Text</w:t></w:r><w:r><w:footnoteReference w:id="2"/></w:r>'
        '<w:r><w:commentReference w:id="0"/></w:r></w:p>'
        + paragraph("Next")
        + '<w:sectPr><w:headerReference w:type="default" r:id="h1"/><w:footerReference w:type="default" r:id="f1"/></w:sectPr>'
        '<w:p><w:pPr><w:sectPr><w:headerReference w:type="default" r:id="h2"/></w:sectPr></w:pPr></w:p>'
    )
    document = read(docx(body, parts, relations), "x.docx")
    assert [(b.kind, text_of(document, b), b.path) for b in document.blocks] == [
        ("header", "Foyer S.A.", "header[1]/p[1]"),
        ("paragraph", "Text", "body/p[1]"),
        ("footnote", "the note", "footnotes/footnote[2]/p[1]"),
        ("footnote", "a remark", "comments/comment[0]/p[1]"),
        ("paragraph", "Next", "body/p[2]"),
        ("footer", "page", "footer[1]/p[1]"),
    ]
    assert [h.text for h in document.hidden] == ["orphan"]


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        ("<m:f><m:num><m:r><m:t>a+b</m:t></m:r></m:num><m:den><m:r><m:t>c</m:t></m:r></m:den></m:f>", "(a+b)/c"),
        ("<m:sSup><m:e><m:r><m:t>x</m:t></m:r></m:e><m:sup><m:r><m:t>2</m:t></m:r></m:sup></m:sSup>", "x^2"),
        ("<m:rad><m:deg/><m:e><m:r><m:t>y</m:t></m:r></m:e></m:rad>", "√(y)"),
    ],
)
def test_equations(inside: str, expected: str) -> None:
    body = f"<w:p><w:r><w:t>so </w:t></w:r><m:oMath>{inside}</m:oMath></w:p>"
    assert read(docx(body), "x.docx").text == f"so {expected}"


def test_boxes_symbols_breaks_and_links() -> None:
    body = (
        '<w:p><w:r><w:sym w:font="Wingdings" w:char="F0FE"/><w:t> yes</w:t><w:br/><w:tab/></w:r>'
        '<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:checkBox><w:checked/></w:checkBox></w:ffData></w:fldChar></w:r>'
        '<w:r><w:instrText>FORMCHECKBOX</w:instrText></w:r><w:hyperlink r:id="x"><w:r><w:t>link</w:t></w:r></w:hyperlink>'
        "<w:sdt><w:sdtPr><w:alias/></w:sdtPr><w:sdtContent><w:r><w:t> field</w:t></w:r></w:sdtContent></w:sdt></w:p>"
    )
    assert read(docx(body), "x.docx").text == "☑ yes\n\t☑link field"


def test_strict_files_read_the_same() -> None:
    with zipfile.ZipFile(io.BytesIO(docx(paragraph("strict")))) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    old, new = (
        b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        b"http://purl.oclc.org/ooxml/wordprocessingml/main",
    )
    members["word/document.xml"] = members["word/document.xml"].replace(old, new)
    assert read(zipped(members), "x.docx").text == "strict"


def test_pictures_are_named_or_attached() -> None:
    from PIL import Image

    buffer = io.BytesIO()
    Image.new("RGB", (40, 40), "white").save(buffer, "PNG")
    document = read(docx(paragraph("text"), {"word/media/image1.png": buffer.getvalue()}), "x.docx")
    assert [issue.code for issue in document.issues] == ["pictures_not_read"]
