"""One small file of every kind that the readers know, with much of what the kind can hold: seeds of mutated files."""

from __future__ import annotations

import datetime as dt
import io
import json
import struct
from email.message import EmailMessage

import openpyxl
import pptx
from openpyxl.comments import Comment
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pypdf import PdfReader, PdfWriter
from reportlab.pdfgen.canvas import Canvas

from tests.reading import images
from tests.reading.compound import Tree, compound
from tests.reading.made import W, docx, paragraph, relation, zipped
from tests.reading.pdfs import lines, pdf

LINES = [
    "Sehr geehrte Frau Größe, vielen Dank für Ihre Schadenmeldung.",
    "La franchise s'élève à 250,00 € par sinistre déclaré.",
    "The premium of GBP 1,234.50 falls due on 31 March 2027.",
]
ROWS = [["Position", "Menge", "Betrag"], ["Windschutzscheibe", "1", "412,80 €"], ["Arbeitszeit", "2", "190,00 €"]]

_HTML = (
    '<!DOCTYPE html><html lang="de"><head><meta charset="utf-8"><title>Titel</title><style>.x{display:none}</style></head>'
    f"<body><h1>Schaden</h1><p>{LINES[0]}<br>{LINES[1]}</p><p class=x>geheim</p><ul><li>eins<ol><li>zwei</li></ol></li></ul>"
    '<table><tr><th colspan="2">Kopf</th><th rowspan=2>Rest</th></tr><tr><td>a</td><td>b &amp; c</td></tr></table>'
    f'<blockquote>{LINES[2]}</blockquote><pre>x = 1\n  y</pre><img alt="Bild" src="a.png">'
    "<math><mfrac><mi>a</mi><mn>2</mn></mfrac></math></body></html>"
)
_RTF = rb"""{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\fnil Arial;}{\f1\fcharset204 Arial;}}{\stylesheet{\s1\b heading 1;}}
{\info{\title Ein Titel}}{\header\pard Kopf\par}\pard\s1 Schaden\par
\pard Gr\'f6\'dfe {\v geheim}{\deleted weg}\u8364?5{\footnote\pard Anmerkung\par} Ende\par
\pard{\*\listtext -}\ls1\ilvl1 Punkt\par\trowd\pard\intbl a\cell b\cell\row\trowd\pard\intbl c\cell d\cell\row
\pard{\f1 \'cf\'f0} {\field{\*\fldinst HYPERLINK "x"}{\fldrslt link}}\par{\pict\bin4 }}{{ }\pard nach\par}"""
_MARKDOWN = (
    f"---\ntitle: x\n---\n# Eins *zwei*\n\n{LINES[0]} `code` [link](http://x.y)\n\n- a\n  - b\n\n> {LINES[1]}\n\n```py\nx = 1\n"
    "```\n\n| h | i |\n|---|---|\n| 1 | **2** |\n\n<div><p>html</p></div>\n"
)


def samples() -> dict[str, bytes]:
    """File name -> bytes, of every kind that `formats.READERS` names but HEIC, which nothing installed can write."""
    made = {
        "paragraphs.txt": "\n\n".join(LINES).encode(),
        "wide.txt": "\n\n".join(LINES).encode("utf-16"),
        "old.txt": "\r\n".join(LINES).encode("cp1252"),
        "notes.md": _MARKDOWN.encode(),
        "notes.rst": f"Titel\n=====\n\n{LINES[0]}\n\n* eins\n* zwei\n".encode(),
        "notes.org": f"* Titel\n{LINES[0]}\n** Zwei\n- eins\n".encode(),
        "rows.csv": "\n".join(";".join(f'"{cell}"' for cell in row) for row in ROWS).encode("utf-8-sig"),
        "rows.tsv": "\n".join("\t".join(row) for row in ROWS).encode("cp1252"),
        "policy.json": json.dumps({"policy": {"no": 7, "open": True}, "rows": _records()}).encode(),
        "policy.ndjson": b"\n".join(json.dumps(record).encode() for record in _records()),
        "policy.xml": _xml(),
        "page.html": _HTML.encode(),
        "old.html": _HTML.replace("utf-8", "iso-8859-1").replace("€", "EUR").encode("cp1252"),
        "page.xhtml": f'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><body><p>{LINES[0]}</p></body></html>'.encode(),
        "letter.rtf": _RTF,
        "letter.docx": _word(),
        "figures.xlsx": _book(),
        "slides.pptx": _slides(),
        "letter.odt": _open("text", _ODT),
        "figures.ods": _open("spreadsheet", _ODS),
        "slides.odp": _open("presentation", _ODP),
        "book.epub": _epub(),
        "mail.eml": _mail().as_bytes(),
        "mail.msg": compound(_outlook(32, "Schadensmeldung")),
        "letter.doc": compound({"WordDocument": bytes(5_000), "1Table": bytes(100)}),
        "figures.xls": compound({"Workbook": bytes(5_000)}),
        "slides.ppt": compound({"PowerPoint Document": bytes(500), "Current User": bytes(50)}),
        "letter.pdf": _letter(),
        "form.pdf": _form(),
        "locked.pdf": _locked(),
    }
    made |= {f"scan.{kind}": _scan(kind) for kind in ("png", "jpeg", "tiff", "bmp", "gif", "webp")}
    inside = ("paragraphs.txt", "letter.rtf", "mail.eml", "letter.docx")
    made["folder.zip"] = zipped({name: made[name] for name in inside} | {"in/inner.zip": zipped({"a.txt": LINES[0]})})
    return made


def _records() -> list[dict[str, str]]:
    return [dict(zip(ROWS[0], row, strict=True)) for row in ROWS[1:]]


def _xml() -> bytes:
    rows = "".join("<row>" + "".join(f"<cell n='{i}'>{cell}</cell>" for i, cell in enumerate(row)) + "</row>" for row in ROWS)
    return f'<?xml version="1.0" encoding="utf-8"?><policy no="7"><holder>{LINES[0]}</holder>{rows}</policy>'.encode()


def _word() -> bytes:
    def cell(text: str, properties: str = "") -> str:
        return f"<w:tc><w:tcPr>{properties}</w:tcPr>{paragraph(text)}</w:tc>"

    wide, tall = '<w:gridSpan w:val="2"/>', '<w:vMerge w:val="restart"/>'
    body = (
        paragraph("Schaden", '<w:pStyle w:val="Heading1"/>')
        + "".join(map(paragraph, LINES))
        + paragraph("Punkt", '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>')
        + '<w:p><w:r><w:t>Text</w:t></w:r><w:r><w:footnoteReference w:id="2"/></w:r>'
        "<w:del><w:r><w:delText>100</w:delText></w:r></w:del><w:r><w:rPr><w:vanish/></w:rPr><w:t>geheim</w:t></w:r>"
        "<m:oMath><m:f><m:num><m:r><m:t>a</m:t></m:r></m:num><m:den><m:r>"
        "<m:t>2</m:t></m:r></m:den></m:f></m:oMath></w:p>"
        f"<w:tbl><w:tr>{cell('wide', wide)}{cell('c')}</w:tr>"
        f"<w:tr>{cell('tall', tall)}{cell('b')}{cell('c')}</w:tr></w:tbl>"
        '<w:sectPr><w:headerReference w:type="default" r:id="h1"/></w:sectPr>'
    )
    style = '<w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/></w:style>'
    level = '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl>'
    numbering = (
        f'<w:abstractNum w:abstractNumId="0">{level}</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
    )
    note = f'<w:footnote w:id="2">{paragraph("Fußnote")}</w:footnote>'
    parts = {
        "word/styles.xml": f'<w:styles xmlns:w="{W}">{style}</w:styles>',
        "word/numbering.xml": f'<w:numbering xmlns:w="{W}">{numbering}</w:numbering>',
        "word/footnotes.xml": f'<w:footnotes xmlns:w="{W}">{note}</w:footnotes>',
        "word/header1.xml": f'<w:hdr xmlns:w="{W}">{paragraph("Foyer S.A.")}</w:hdr>',
    }
    kinds = ("styles", "numbering", "footnotes")
    return docx(body, parts, "".join(relation(k, k, f"{k}.xml") for k in kinds) + relation("h1", "header", "header1.xml"))


def _book() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in ROWS:
        sheet.append(row)
    for row, (value, code) in enumerate(
        [(dt.date(2024, 3, 31), "dd/mm/yyyy"), (0.195, "0.0%"), (-2, "0;(0)"), (True, "General")], 6
    ):
        sheet.cell(row, 2, value).number_format = code
    sheet["A1"].comment = Comment("eine Bemerkung", "jemand")
    sheet.merge_cells("A10:B10")
    sheet["A10"], sheet["A12"] = "verbunden", "=SUM(B1:B3)"
    sheet.row_dimensions[3].hidden = True
    book.create_sheet("Geheim")["A1"] = "leise"
    book["Geheim"].sheet_state = "hidden"
    return _saved(book)


def _slides() -> bytes:
    presentation = pptx.Presentation()
    # Eleven layouts would make the greater part of the file, and most mutations would hit what no slide uses.
    slide = presentation.slides.add_slide(presentation.slide_layouts[5])
    layouts = presentation.slide_layouts
    for layout in [each for each in layouts if each != slide.slide_layout]:
        layouts.remove(layout)
    slide.shapes.title.text = "Zahlen"
    slide.shapes.add_textbox(0, 0, 900_000, 900_000).text_frame.text = LINES[1]
    table = slide.shapes.add_table(2, 2, 0, 0, 900_000, 900_000).table
    table.cell(0, 0).merge(table.cell(0, 1))
    table.cell(0, 0).text, table.cell(1, 1).text = "wide", "b"
    data = CategoryChartData()
    data.categories = ["2023", "2024"]
    data.add_series("Claims", (1.5, 4.4))
    slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, 0, 0, 900_000, 900_000, data)
    slide.notes_slide.notes_text_frame.text = LINES[2]
    return _saved(presentation)


def _saved(made: object) -> bytes:
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()


_OPEN_NAMESPACES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in zip(
        ("office", "text", "table", "draw", "style", "presentation"),
        ("office", "text", "table", "drawing", "style", "presentation"),
        strict=True,
    )
)
_ODT = (
    f'<text:h text:outline-level="2">Schaden</text:h><text:p>a<text:s text:c="2"/>b<text:tab/>{LINES[0]}<text:note>'
    "<text:note-citation>1</text:note-citation><text:note-body><text:p>Fußnote</text:p></text:note-body></text:note></text:p>"
    "<text:list><text:list-item><text:p>eins</text:p></text:list-item></text:list><table:table><table:table-row><table:table-cell>"
    "<text:p>a</text:p></table:table-cell><table:table-cell><text:p>b</text:p></table:table-cell></table:table-row></table:table>"
)
_ODS = (
    '<table:table table:name="Sales"><table:table-row><table:table-cell table:number-columns-spanned="2"><text:p>wide</text:p>'
    '</table:table-cell><table:covered-table-cell/><table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    '<table:table-row table:number-rows-repeated="2"><table:table-cell><text:p>a</text:p></table:table-cell><table:table-cell>'
    "<text:p>b</text:p></table:table-cell></table:table-row></table:table>"
)
_ODP = (
    '<draw:page><draw:frame presentation:class="title"><draw:text-box><text:p>Titel</text:p></draw:text-box></draw:frame>'
    f"<draw:frame><draw:text-box><text:p>{LINES[2]}</text:p></draw:text-box></draw:frame><presentation:notes><draw:frame><draw:text-box>"
    "<text:p>Notiz</text:p></draw:text-box></draw:frame></presentation:notes></draw:page>"
)


def _open(kind: str, inside: str) -> bytes:
    head = '<style:style style:name="H"><style:text-properties text:display="none"/></style:style>'
    return zipped(
        {
            "mimetype": f"application/vnd.oasis.opendocument.{kind}",
            "content.xml": f"<office:document-content {_OPEN_NAMESPACES}>"
            f"<office:automatic-styles>{head}</office:automatic-styles><office:body><office:{kind}>{inside}</office:{kind}></office:body></office:document-content>",
            "META-INF/manifest.xml": "<manifest/>",
        }
    )


def _epub() -> bytes:
    return zipped(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": '<container><rootfiles><rootfile full-path="book.opf"/></rootfiles></container>',
            "book.opf": '<package><metadata><title>Buch</title></metadata><manifest><item id="a" href="a.xhtml" '
            'media-type="application/xhtml+xml"/><item id="b" href="b.xhtml" media-type="application/xhtml+xml"/></manifest>'
            '<spine><itemref idref="b"/><itemref idref="a"/></spine></package>',
            "a.xhtml": f"<html><body><p>{LINES[0]}</p></body></html>",
            "b.xhtml": f"<html><body><h1>Zwei</h1><p>{LINES[1]}</p></body></html>",
        }
    )


def _mail() -> EmailMessage:
    inner = EmailMessage()
    inner["From"], inner["Subject"] = "x@example.lu", "Innen"
    inner.set_content(LINES[2])
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Änne <anne@example.lu>", "claims@example.lu", "Dégât des eaux"
    mail["Date"] = "Mon, 02 Sep 2024 10:00:00 +0200"
    mail.set_content("\n\n".join(LINES) + "\n\n-- \nAnne\n\n> zitiert\n")
    mail.add_alternative(_HTML, subtype="html")
    mail.add_attachment(LINES[0], filename="größe.txt")
    mail.add_attachment(docx(paragraph("Anlage")), maintype="application", subtype="octet-stream", filename="annexe.docx")
    mail.add_attachment(inner)
    return mail


def _outlook(header: int, subject: str) -> Tree:
    """An Outlook message's storage: [MS-OXMSG]; the fixed properties are counted in a stream of their own."""
    attached = {"3707001F": "notiz.txt".encode("utf-16-le"), "37010102": LINES[0].encode()}
    texts = {0x0037: subject, 0x1000: "\n".join(LINES), 0x0C1F: "a@b.c", 0x0E04: "Anne", 0x001A: "IPM.Note"}
    entries = b"".join(struct.pack("<HHIII", 0x001F, n, 6, 2 * len(text) + 2, 0) for n, text in texts.items())
    streams: dict[str, bytes | Tree] = {f"__substg1.0_{n:04X}001F": text.encode("utf-16-le") for n, text in texts.items()}
    inside = b"".join(
        (
            struct.pack("<HHIII", 0x0003, 0x3705, 6, 1, 0),
            struct.pack("<HHIII", 0x001F, 0x3707, 6, 20, 0),
            struct.pack("<HHIII", 0x0102, 0x3701, 6, len(LINES[0].encode()), 0),
        )
    )
    child = {f"__substg1.0_{name}": content for name, content in attached.items()}
    return streams | {
        "__properties_version1.0": bytes(header) + entries,
        "__nameid_version1.0": {"__substg1.0_00020102": b"", "__substg1.0_00030102": b"", "__substg1.0_00040102": b""},
        "__attach_version1.0_#00000000": child | {"__properties_version1.0": bytes(8) + inside},
    }


def _draw(canvas: Canvas) -> None:
    lines(canvas, 72, 60, ["Rechnung Nr. 2026-118"], size=18)
    lines(canvas, 72, 100, LINES)
    for n, row in enumerate(ROWS):
        for x, cell in zip((72, 300, 420), row, strict=True):
            lines(canvas, x, 220 + 18 * n, [cell])
    canvas.drawString(72, 300, "geheim", mode=3)
    canvas.bookmarkPage("a")
    canvas.addOutlineEntry("Rechnung", "a")


def _letter() -> bytes:
    # Pages are not packed, so that mutations meet operators and not only what unpacks them.
    return pdf(_draw, lambda canvas: lines(canvas, 72, 72, LINES), pageCompression=0)


def _form() -> bytes:
    def draw(canvas: Canvas) -> None:
        lines(canvas, 72, 72, LINES)
        canvas.acroForm.textfield(name="name", value="Größe", x=72, y=400)
        canvas.acroForm.checkbox(name="ja", checked=True, x=72, y=350)

    writer = PdfWriter(PdfReader(io.BytesIO(pdf(draw, pageCompression=0))))
    writer.add_attachment("notiz.txt", LINES[0].encode())
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def _locked() -> bytes:
    writer = PdfWriter(PdfReader(io.BytesIO(pdf(_draw))))
    writer.encrypt("", "owner", algorithm="AES-256")
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def _scan(kind: str) -> bytes:
    image, _ = images.page(images.GERMAN[:1], size=(1100, 300))
    return images.encoded(image, kind, dpi=(images.DPI, images.DPI))
