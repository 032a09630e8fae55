"""DOCX and XLSX from a source, with fixed times inside, so that the same source gives the same bytes."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, date, datetime
from xml.sax.saxutils import escape

import docx
import openpyxl
from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import parse_xml
from docx.shared import Cm
from docx.text.paragraph import Paragraph
from openpyxl.styles import Font
from source import Block, Source, plain, runs

WRITTEN = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)

# A text box as Word saves it: the drawing, and beside it the same text again for readers that know only VML.
_BOX = """<w:r xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"
 xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"
 xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
 xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"
 xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"
 xmlns:v="urn:schemas-microsoft-com:vml">
<mc:AlternateContent><mc:Choice Requires="wps"><w:drawing>
<wp:anchor distT="0" distB="0" distL="114300" distR="114300" simplePos="0" relativeHeight="251659264" behindDoc="0"
 locked="0" layoutInCell="1" allowOverlap="1"><wp:simplePos x="0" y="0"/>
<wp:positionH relativeFrom="column"><wp:align>right</wp:align></wp:positionH>
<wp:positionV relativeFrom="paragraph"><wp:posOffset>0</wp:posOffset></wp:positionV>
<wp:extent cx="2340000" cy="900000"/><wp:wrapTopAndBottom/><wp:docPr id="1" name="Text Box 1"/><wp:cNvGraphicFramePr/>
<a:graphic><a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp>
<wps:cNvSpPr txBox="1"/><wps:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="2340000" cy="900000"/></a:xfrm>
<a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:ln w="9525"><a:solidFill><a:srgbClr val="777777"/></a:solidFill></a:ln>
</wps:spPr><wps:txbx><w:txbxContent><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:txbxContent></wps:txbx><wps:bodyPr/>
</wps:wsp></a:graphicData></a:graphic></wp:anchor></w:drawing></mc:Choice>
<mc:Fallback><w:pict><v:shape style="width:184pt;height:71pt"><v:textbox>
<w:txbxContent><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:txbxContent></v:textbox></v:shape></w:pict></mc:Fallback>
</mc:AlternateContent></w:r>"""


def document(source: Source) -> bytes:
    """The DOCX's bytes."""
    word = docx.Document()
    section = word.sections[0]
    section.left_margin = section.right_margin = Cm(2.4)
    if source.get("header"):
        section.header.paragraphs[0].text = source.get("header")
    if source.get("footer"):
        section.footer.paragraphs[0].text = source.get("footer")
    for block in source.blocks:
        _add(word, block)
    properties = word.core_properties
    properties.author = properties.last_modified_by = source.get("author")
    properties.title, properties.comments, properties.revision = source.get("title"), "", 1
    properties.created = properties.modified = WRITTEN
    buffer = io.BytesIO()
    word.save(buffer)
    return _repack(buffer.getvalue())


def _add(word: Document, block: Block) -> None:
    if block.kind == "heading":
        word.add_heading(plain(block.text), level=0 if block.level == 1 else block.level - 1)
    elif block.kind == "table":
        table = word.add_table(rows=0, cols=len(block.right), style="Table Grid")
        for row in block.rows:
            for cell, text, right in zip(table.add_row().cells, row, block.right, strict=True):
                _write(cell.paragraphs[0], text)
                if right:
                    cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT
        word.add_paragraph()
    elif block.kind == "box":
        word.add_paragraph()._p.append(parse_xml(_BOX.format(text=escape(block.text))))  # noqa: SLF001 (no public API)
    elif block.kind == "item":
        _write(word.add_paragraph(style="List Bullet"), block.text)
    else:
        paragraph = word.add_paragraph(style="Intense Quote" if block.kind == "quote" else None)
        _write(paragraph, block.text)
        if block.kind == "right":
            paragraph.paragraph_format.left_indent = Cm(9)


def _write(paragraph: Paragraph, text: str) -> None:
    for characters, style in runs(text):
        run = paragraph.add_run(characters)
        run.bold, run.italic = style == "bold" or None, style == "italic" or None


def sheet(source: Source) -> bytes:
    """The XLSX's bytes: one sheet per heading, with the table below it. From the second sheet on numbers are numbers."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for heading, table in zip(source.blocks[::2], source.blocks[1::2], strict=True):
        page = book.create_sheet(heading.text)
        typed = len(book.worksheets) > 1
        for row, cells in enumerate(table.rows, start=1):
            for column, text in enumerate(cells, start=1):
                cell = page.cell(row, column, _value(text) if typed else text)
                cell.font = Font(bold=row == 1)
                if text.startswith("£"):
                    cell.number_format = '"£"#,##0.00'
        for letter in "BC":
            page.column_dimensions[letter].width = 38
    book.properties.creator = source.get("author")
    book.properties.created = WRITTEN.replace(tzinfo=None)
    buffer = io.BytesIO()
    book.save(buffer)
    return _repack(buffer.getvalue())


def _value(text: str) -> str | float | date | None:
    if re.fullmatch(r"£[\d,]+\.\d\d", text):
        return float(text[1:].replace(",", ""))
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return date.fromisoformat(text)
    return text or None


def _repack(raw: bytes) -> bytes:
    """The same archive with one fixed time everywhere: openpyxl stamps the moment of saving."""
    buffer = io.BytesIO()
    stamp = WRITTEN.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + stamp, content)
            entry = zipfile.ZipInfo(name, WRITTEN.timetuple()[:6])
            entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, 0
            new.writestr(entry, content)
    return buffer.getvalue()
