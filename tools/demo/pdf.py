"""PDF from a source: letterhead, running heads, page numbers, tables, one or two columns, hyphenated justified text."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path
from xml.sax.saxutils import escape

import pyphen
from reportlab.lib import colors
from reportlab.lib.enums import TA_JUSTIFY, TA_LEFT, TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    LongTable,
    NextPageTemplate,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
)
from source import Block, Source, runs

DEJAVU = Path("/usr/share/fonts/truetype/dejavu")
WIDTH, HEIGHT = A4
MARGIN = 22 * mm

# family -> regular, bold, italic
FONTS = {
    "helvetica": ("Helvetica", "Helvetica-Bold", "Helvetica-Oblique"),
    "times": ("Times-Roman", "Times-Bold", "Times-Italic"),
    "courier": ("Courier", "Courier-Bold", "Courier-Oblique"),
    "dejavu": ("DejaVuSans", "DejaVuSans-Bold", "DejaVuSans-Oblique"),
    "serif": ("DejaVuSerif", "DejaVuSerif-Bold", "DejaVuSerif-Italic"),
}
ACCENT = {"helvetica": "#12456b", "times": "#222222", "courier": "#000000", "dejavu": "#7a1f3d", "serif": "#2d5a3a"}


class _Template(BaseDocTemplate):
    """Adds a bookmark for every heading when the source asks for an outline."""

    outline = False

    def afterFlowable(self, flowable: Flowable) -> None:  # noqa: N802 (reportlab's name)
        level = getattr(flowable, "outline_level", None)
        if self.outline and level is not None:
            key = f"heading-{self.page}-{int(self.frame._y)}"  # noqa: SLF001 (no public way to the height)
            self.canv.bookmarkPage(key)
            self.canv.addOutlineEntry(flowable.getPlainText(), key, level=min(level - 1, 1), closed=False)


def render(source: Source) -> bytes:
    """The PDF's bytes; the same bytes for the same source, fonts and versions of reportlab and pyphen."""
    look = _Look(source)
    pages = _build(source, look, 0)[1]
    return _build(source, look, pages)[0]


class _Look:
    """Fonts and paragraph styles of one source."""

    def __init__(self, source: Source) -> None:
        style = {key: str(value) for key, value in source.mapping("style").items()}
        self.family = style.get("font", "helvetica")
        self.regular, self.bold, self.italic = FONTS[self.family]
        for name in (self.regular, self.bold, self.italic):
            if name.startswith("DejaVu") and name not in pdfmetrics.getRegisteredFontNames():
                pdfmetrics.registerFont(TTFont(name, str(DEJAVU / f"{name}.ttf")))
        self.size = float(style.get("size", "10.5"))
        self.accent = colors.HexColor(ACCENT[self.family])
        self.columns = int(style.get("columns", "1"))
        self.cover = "cover" in style
        self.hyphenate = pyphen.Pyphen(lang=style["hyphenate"], left=3, right=3) if "hyphenate" in style else None
        leading = self.size * 1.32
        body = TA_JUSTIFY if "justify" in style else TA_LEFT
        self.paragraph = ParagraphStyle("p", fontName=self.regular, fontSize=self.size, leading=leading, alignment=body)
        self.paragraph.spaceAfter = self.size * 0.7
        self.plain = ParagraphStyle("l", parent=self.paragraph, alignment=TA_LEFT)
        self.right = ParagraphStyle("r", parent=self.plain, leftIndent=92 * mm)
        self.quote = ParagraphStyle("q", parent=self.plain, leftIndent=8 * mm, textColor=colors.grey)
        self.item = ParagraphStyle("i", parent=self.plain, leftIndent=5 * mm, bulletIndent=1 * mm, spaceAfter=2)
        self.small = ParagraphStyle("s", parent=self.plain, fontSize=self.size * 0.78, leading=self.size)
        cell = {"parent": self.plain, "fontSize": self.size * 0.9, "leading": self.size * 1.15, "spaceAfter": 0}
        self.cell = ParagraphStyle("c", **cell)
        self.number = ParagraphStyle("n", alignment=TA_RIGHT, **cell)

    def heading(self, level: int) -> ParagraphStyle:
        size = self.size * {1: 1.5, 2: 1.18}.get(level, 1.05)
        style = ParagraphStyle("h", fontName=self.bold, fontSize=size, leading=size * 1.25, textColor=self.accent)
        style.spaceBefore, style.spaceAfter, style.keepWithNext = size * 0.6, size * 0.45, 1
        return style

    def markup(self, text: str, *, hyphens: bool = False) -> str:
        """The text in reportlab's own markup."""
        fonts = {"": self.regular, "bold": self.bold, "italic": self.italic}
        pieces = []
        for characters, style in runs(text):
            inside = escape(self._soft(characters) if hyphens else characters).replace("\n", "<br/>")
            pieces.append(f'<font name="{fonts[style]}">{inside}</font>' if style else inside)
        return "".join(pieces)

    def _soft(self, text: str) -> str:
        """Soft hyphens where the language lets a word break; reportlab draws one only at the end of a line."""
        if self.hyphenate is None:
            return text
        hyphenate = self.hyphenate
        return re.sub(r"[^\W\d_]{7,}", lambda word: hyphenate.inserted(word[0], hyphen="\u00ad"), text)


def _build(source: Source, look: _Look, pages: int) -> tuple[bytes, int]:
    buffer = io.BytesIO()
    template = _Template(
        buffer,
        pagesize=A4,
        invariant=1,
        title=source.get("title") or source.get("file").removesuffix(".pdf"),
        author=source.get("letterhead").split(" | ", maxsplit=1)[0],
        creator="demo mailbox",
    )
    template.outline = bool(source.get("outline"))
    decorate = _decorator(source, look, pages)
    top, bottom = (34 if source.get("letterhead") else 24) * mm, 24 * mm
    first = PageTemplate("first", [_frame(0, 1, top, bottom)], onPage=decorate)
    later = PageTemplate("later", [_frame(i, look.columns, 24 * mm, bottom) for i in range(look.columns)], onPage=decorate)
    template.addPageTemplates([first, later])
    story: list[Flowable] = [NextPageTemplate("later")]
    if look.cover:
        story.append(Spacer(1, 60 * mm))
    width = (WIDTH - 2 * MARGIN - (look.columns - 1) * 8 * mm) / look.columns
    for block in source.blocks:
        story += _flowables(block, look, width)
    template.build(story)
    return buffer.getvalue(), template.page


def _frame(column: int, columns: int, top: float, bottom: float) -> Frame:
    gap = 8 * mm
    width = (WIDTH - 2 * MARGIN - (columns - 1) * gap) / columns
    left = MARGIN + column * (width + gap)
    return Frame(left, bottom, width, HEIGHT - top - bottom, leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0)


def _flowables(block: Block, look: _Look, width: float) -> list[Flowable]:
    if block.kind in {"page", "body"}:
        return [PageBreak()]
    if block.kind == "heading":
        heading = Paragraph(look.markup(block.text), look.heading(block.level))
        heading.outline_level = block.level
        return [heading]
    if block.kind == "table":
        return [_table(block, look, width), Spacer(1, look.size)]
    if block.kind == "item":
        return [Paragraph(look.markup(block.text), look.item, bulletText="–")]
    styles = {"right": look.right, "small": look.small, "quote": look.quote}
    # A block of lines that stay (an address, a signature) is never justified.
    style = styles.get(block.kind, look.plain if len(block.lines) > 1 else look.paragraph)
    return [Paragraph(look.markup(block.text, hyphens=style is look.paragraph), style)]


def _table(block: Block, look: _Look, width: float) -> LongTable:
    widest = [max(_natural(row[i], look) for row in block.rows) for i in range(len(block.right))]
    needed = [
        max(max((_natural(word, look) for word in row[i].split(" ")), default=0.0) for row in block.rows)
        for i in range(len(block.right))
    ]
    # Numbers keep their line; the text columns share what is left, in proportion to what they hold.
    keep = [w if right else n for w, n, right in zip(widest, needed, block.right, strict=True)]
    spare, wish = width - sum(keep), [w - k for w, k in zip(widest, keep, strict=True)]
    share = min(1.0, spare / sum(wish)) if sum(wish) and spare > 0 else 0.0
    rows = [
        [
            Paragraph(look.markup(cell), look.number if right else look.cell)
            for cell, right in zip(row, block.right, strict=True)
        ]
        for row in block.rows
    ]
    table = LongTable(rows, [k + share * w for k, w in zip(keep, wish, strict=True)], repeatRows=1, hAlign="LEFT")
    style: list[tuple[object, ...]] = [("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 3)]
    style += [("RIGHTPADDING", (0, 0), (-1, -1), 3), ("TOPPADDING", (0, 0), (-1, -1), 1.5)]
    if look.family in {"times", "courier"}:
        style += [("GRID", (0, 0), (-1, -1), 0.4, colors.black)]
    else:
        style += [("LINEBELOW", (0, 0), (-1, 0), 0.9, look.accent), ("LINEBELOW", (0, 1), (-1, -1), 0.2, colors.grey)]
    table.setStyle(style)
    return table


def _natural(text: str, look: _Look) -> float:
    font = look.bold if "**" in text else look.regular
    return pdfmetrics.stringWidth(text.replace("*", ""), font, look.cell.fontSize) + 7.0


def _decorator(source: Source, look: _Look, pages: int) -> Callable[[Canvas, BaseDocTemplate], None]:
    def decorate(canvas: Canvas, template: BaseDocTemplate) -> None:
        canvas.saveState()
        small = look.size * 0.75
        canvas.setFont(look.regular, small)
        number = template.page
        if number == 1 and source.get("letterhead"):
            _letterhead(canvas, look, source.get("letterhead").split(" | "))
        elif source.get("header") and not (look.cover and number == 1):
            canvas.drawString(MARGIN, HEIGHT - 14 * mm, source.get("header"))
            canvas.line(MARGIN, HEIGHT - 15.5 * mm, WIDTH - MARGIN, HEIGHT - 15.5 * mm)
        if source.get("footer") and not (look.cover and number == 1):
            canvas.setFont(look.regular, small)
            canvas.drawCentredString(WIDTH / 2, 12 * mm, source.get("footer").format(page=number, pages=pages))
        canvas.restoreState()

    return decorate


def _letterhead(canvas: Canvas, look: _Look, lines: list[str]) -> None:
    small, top = look.size * 0.78, HEIGHT - 13 * mm
    canvas.setFillColor(look.accent)
    if look.family in {"times", "serif"}:
        canvas.setFont(look.bold, look.size * 1.35)
        canvas.drawCentredString(WIDTH / 2, top, lines[0])
        canvas.setFont(look.italic, small)
        for i, line in enumerate(lines[1:], start=1):
            canvas.drawCentredString(WIDTH / 2, top - 1 * mm - i * small * 1.3, line)
    elif look.family == "dejavu":
        canvas.rect(0, HEIGHT - 6 * mm, WIDTH, 6 * mm, stroke=0, fill=1)
        canvas.setFont(look.bold, look.size * 1.25)
        canvas.drawString(MARGIN, top - 1 * mm, lines[0])
        canvas.setFont(look.regular, small)
        canvas.drawString(MARGIN, top - 6 * mm, " · ".join(lines[1:-1]))
        canvas.drawString(MARGIN, top - 10 * mm, lines[-1])
    else:
        canvas.setFont(look.bold, look.size * 1.3)
        canvas.drawString(MARGIN, top, lines[0])
        canvas.setFillColor(colors.grey)
        canvas.setFont(look.regular, small)
        for i, line in enumerate(lines[1:]):
            canvas.drawRightString(WIDTH - MARGIN, top - i * small * 1.3, line)
        canvas.setStrokeColor(look.accent)
        canvas.line(MARGIN, HEIGHT - 28 * mm, WIDTH - MARGIN, HEIGHT - 28 * mm)
