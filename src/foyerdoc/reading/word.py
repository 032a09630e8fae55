"""DOCX (also templates, macro-enabled and strict files): a walk of our own over the document's XML.

Read are the body with its tables, content controls, text boxes, shapes, charts and diagrams, headers and footers (each
distinct text once), footnotes, endnotes and comments (after the paragraph that they belong to, as footnotes), equations,
and embedded Office files (as attachments). Tracked insertions are text; deletions and hidden text go to `hidden`.
Text boxes follow the paragraph that anchors them. Automatic numbers of lists and headings are put before the text, as Word
shows them; bullets are not.

unstructured's partition_docx is asked only where the walk finds nothing: it gives no place for its elements and drops text
boxes, notes and hidden text without a word. Pictures are not read, unless there is no text: then they are attachments.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from foyerdoc.documents import BlockKind, Document, HiddenText
from foyerdoc.reading.archives import read_pictures
from foyerdoc.reading.assembly import Assembly, paired
from foyerdoc.reading.equations import M, linear
from foyerdoc.reading.markup import text_of, whole
from foyerdoc.reading.package import DGM, MC, A, C, Package, R, alternative, chart_rows, described, diagram_texts
from foyerdoc.reading.secondopinion import ask_unstructured
from foyerdoc.reading.sniffing import DOCX
from foyerdoc.reading.wordnumbering import Numbers
from foyerdoc.reading.wordstyles import Role, Styles, W, is_on

if TYPE_CHECKING:
    from lxml.etree import _Element

_TRANSPARENT = {f"{W}{name}" for name in ("customXml", "ins", "moveTo", "sdt", "sdtContent", "smartTag", "txbxContent")}
_SILENT = {
    f"{W}{name}" for name in ("pPr", "rPr", "sdtPr", "sdtEndPr", "instrText", "delInstrText", "rubyPr", "tblPr", "fldData")
}
_DELETED = {f"{W}del", f"{W}moveFrom"}
_DRAWN = {f"{W}drawing", f"{W}pict", f"{W}object"}
_FIXED = {
    f"{W}tab": "\t",
    f"{W}ptab": "\t",
    f"{W}br": "\n",
    f"{W}cr": "\n",
    f"{W}noBreakHyphen": "-",
    f"{W}softHyphen": "\u00ad",
}
_NOTES = {f"{W}footnoteReference": "footnote", f"{W}endnoteReference": "endnote", f"{W}commentReference": "comment"}
_VML_TEXT = "{urn:schemas-microsoft-com:vml}textpath"
_OLE_OBJECT = "{urn:schemas-microsoft-com:office:office}OLEObject"
_DRAWING_PROPERTIES = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}docPr"
# Boxes to tick come as characters of the symbol fonts; other private characters stay as they are.
_SYMBOLS = {0xFE: "☑", 0xFD: "☒", 0xA8: "☐", 0x6F: "☐", 0x78: "☒", 0xFC: "✓", 0xFB: "✗", 0xE0: "→", 0xB7: "•", 0xA7: "▪"}
_DEEPEST = 30


@dataclass
class _Inline:
    """What one paragraph, or the paragraphs of one cell, hold: text, and what follows after it."""

    text: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    drawings: list[_Element] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)


def read_docx(assembly: Assembly) -> Document:
    """A Word document: blocks with paths such as `body/p[12]`, `body/table[2]`, `body/p[3]/textbox[1]/p[1]`, `header[1]/p[1]`.

    Raises:
        DamagedFile: the package or its main part is broken or missing.
        EncryptedFile: a member of the archive is encrypted.
        EmptyFile: there is nothing to read.
        LimitExceeded: it unpacks to more than the limits allow.
    """
    package = Package(assembly)
    main = package.main_part("word/document.xml")
    package.read_properties()
    root = package.root(main)
    _Walk(package, main).document(root)
    read_pictures(assembly, package.archive, "word/media/")
    if not (assembly.blocks or assembly.hidden or assembly.attachments) and text_of(root):
        ask_unstructured(assembly, "docx")
    return assembly.finish(DOCX)


class _Walk:
    def __init__(self, package: Package, main: str) -> None:
        self.package = package
        self.assembly = package.assembly
        self.main = main
        self.part = main  # whose relationships the ids in the markup mean
        self.styles = Styles(package.find(next(iter(package.related(main, "styles")), None)))
        self.numbers = Numbers(package.find(next(iter(package.related(main, "numbering")), None)), self.styles)
        self.story = main  # texts that are numbered apart from one another
        self.notes = {kind: self._read_notes(kind) for kind in ("footnote", "endnote", "comment")}
        self.depth = 0
        self._seen_margins: dict[str, set[str]] = {}

    def document(self, root: _Element) -> None:
        body = root.find(f"{W}body")
        body = root if body is None else body
        headers, footers = self._margins(root)
        for number, (part, shown) in enumerate(headers, 1):
            self._margin(part, "header", number, shown=shown)
        self.blocks(body, "body")
        self._unreferenced_notes()
        for number, (part, shown) in enumerate(footers, 1):
            self._margin(part, "footer", number, shown=shown)

    def blocks(self, container: _Element, path: str, kind: BlockKind | None = None) -> None:
        counts: Counter[str] = Counter()
        self.depth += 1
        for child in self._flow(container):
            if child.tag == f"{W}p":
                counts["p"] += 1
                self._paragraph(child, f"{path}/p[{counts['p']}]", kind)
            elif child.tag == f"{W}tbl":
                counts["table"] += 1
                self._table(child, f"{path}/table[{counts['table']}]", kind)
            elif child.tag == f"{W}altChunk":
                self._attach(child.get(f"{R}id"))
            elif child.tag in {f"{M}oMathPara", f"{M}oMath"}:
                counts["equation"] += 1
                self.assembly.add("paragraph", linear(child), path=f"{path}/equation[{counts['equation']}]")
        self.depth -= 1

    def _flow(self, container: _Element) -> Iterator[_Element]:
        """The blocks of a container in order; what only wraps blocks is looked through."""
        pending = list(reversed(container))
        while pending:
            child = pending.pop()
            if child.tag == f"{MC}AlternateContent":
                pending += reversed(_branch(child))
            elif child.tag in _TRANSPARENT:
                pending += reversed(child)
            elif child.tag in _DELETED:
                self._hide("".join(t.text or "" for t in child.iter(f"{W}delText", f"{W}t")), "body")
            else:
                yield child

    def _paragraph(self, paragraph: _Element, path: str, kind: BlockKind | None) -> None:
        properties = paragraph.find(f"{W}pPr")
        role = self.styles.role(properties) if kind is None else Role(kind)
        inline = _Inline()
        self._gather(paragraph, inline, hidden=self._style_hides(properties, "pStyle"))
        text = self.numbers.before(properties, "".join(inline.text), self.story)
        self.assembly.add(role.kind, text, level=role.level, path=path)
        self._after(inline, path)

    def _gather(self, paragraph: _Element, inline: _Inline, *, hidden: bool = False) -> None:
        """Everything inline in a paragraph, without recursion: hostile nesting must not end it."""
        pending = [(child, inline.hidden if hidden else inline.text) for child in reversed(paragraph)]
        while pending:
            element, sink = pending.pop()
            tag = element.tag
            if tag in {f"{W}t", f"{W}delText"}:
                sink.append(element.text or "")
            elif tag in _FIXED:
                sink.append(_FIXED[tag])
            elif tag in _SILENT:
                continue
            elif tag == f"{MC}AlternateContent":
                pending += [(child, sink) for child in reversed(_branch(element))]
            elif tag in _DRAWN:
                inline.drawings.append(element)
            elif tag in _NOTES:
                inline.notes.append((_NOTES[tag], element.get(f"{W}id", "")))
            elif (leaf := _leaf(element)) is not None:
                sink.append(leaf)
            else:
                pending += [(child, self._sink(element, inline, sink)) for child in reversed(element)]

    def _sink(self, element: _Element, inline: _Inline, sink: list[str]) -> list[str]:
        if element.tag in _DELETED:
            return inline.deleted
        if element.tag == f"{W}r" and sink is inline.text:
            properties = element.find(f"{W}rPr")
            own = is_on(properties, "vanish")
            if own or (own is None and self._style_hides(properties, "rStyle")):
                return inline.hidden
        return sink

    def _style_hides(self, properties: _Element | None, name: str) -> bool:
        style = properties.find(f"{W}{name}") if properties is not None else None
        return style is not None and self.styles.hidden(style.get(f"{W}val"))

    def _after(self, inline: _Inline, path: str) -> None:
        """What belongs to a paragraph but stands outside its line: hidden text, shapes, notes."""
        self._hide("".join(inline.deleted), path)
        if text := "".join(inline.hidden).strip():
            self.assembly.hidden.append(HiddenText(text, "hidden_style", path=path))
        counts: Counter[str] = Counter()
        for drawing in inline.drawings:
            self._drawing(drawing, path, counts)
        for kind, identifier in inline.notes:
            note = self.notes[kind].pop(identifier, None)
            if note is not None:
                self._note(kind, identifier, note)

    def _hide(self, text: str, path: str) -> None:
        if text.strip():
            self.assembly.hidden.append(HiddenText(text.strip(), "deleted", path=path))

    def _drawing(self, drawing: _Element, path: str, counts: Counter[str]) -> None:
        """Text boxes, charts, diagrams, word art and embedded files inside a drawing, in its order."""
        pending = [drawing]
        while pending:
            element = pending.pop()
            if element.tag == f"{MC}AlternateContent":
                pending += reversed(_branch(element))
            elif element.tag == f"{W}txbxContent":
                counts["textbox"] += 1
                self.story, came_from = "text boxes", self.story
                self._nested(element, f"{path}/textbox[{counts['textbox']}]")
                self.story = came_from
            elif element.tag == f"{C}chart":
                counts["chart"] += 1
                self._chart(element.get(f"{R}id"), f"{path}/chart[{counts['chart']}]")
            elif element.tag == f"{DGM}relIds":
                counts["diagram"] += 1
                self._diagram(element.get(f"{R}dm"), f"{path}/diagram[{counts['diagram']}]")
            else:
                self._other_drawn(element, path)
                pending += reversed(element)

    def _other_drawn(self, element: _Element, path: str) -> None:
        if element.tag == _VML_TEXT:
            self.assembly.add("paragraph", element.get("string", ""), path=path)
        elif element.tag == _OLE_OBJECT:
            self._attach(element.get(f"{R}id"))
        elif element.tag == f"{A}t":
            self.assembly.add("paragraph", element.text or "", path=path)
        elif element.tag == _DRAWING_PROPERTIES and (text := described(element)):
            self.assembly.add("caption", text, path=path)

    def _nested(self, container: _Element, path: str, kind: BlockKind | None = None) -> None:
        if self.depth < _DEEPEST:
            self.blocks(container, path, kind)
        else:
            text = " ".join(t.text or "" for t in container.iter(f"{W}t"))
            self.assembly.add("paragraph", text, path=path)
            self.assembly.issue("deep_nesting", f"{path} nests more than {_DEEPEST} deep; its text was taken without structure")

    def _chart(self, relation: str | None, path: str) -> None:
        root = self.package.find(self.package.target(self.part, relation))
        if root is not None:
            titles, rows = chart_rows(root)
            for title in titles:
                self.assembly.add("caption", title, path=path)
            self.assembly.add_table(rows, path=path)

    def _diagram(self, relation: str | None, path: str) -> None:
        root = self.package.find(self.package.target(self.part, relation))
        for number, text in enumerate(diagram_texts(root) if root is not None else (), 1):
            self.assembly.add("list_item", text, level=1, path=f"{path}/item[{number}]")

    def _attach(self, relation: str | None) -> None:
        part = self.package.target(self.part, relation)
        if part is not None:
            self.assembly.attach(self.package.archive.read(part), part.rpartition("/")[2])

    def _table(self, table: _Element, path: str, kind: BlockKind | None) -> None:
        after = _Inline()
        cells = [(row, list(self._cells(row))) for row in self._flow(table) if row.tag == f"{W}tr"]
        if len(cells) == 1 and len(cells[0][1]) == 1 and self.depth < _DEEPEST:
            # A frame around text, not a table.
            self.blocks(cells[0][1][0], f"{path}/tr[1]/tc[1]", kind)
            return
        rows = []
        for row, row_cells in cells:
            texts = self._row(row, row_cells, after)
            if row.find(f"{W}trPr/{W}del") is not None:
                self._hide(" ".join(texts), path)
            else:
                rows.append(texts)
        if kind is None:
            self.assembly.add_table(rows, path=path)
        else:
            for number, texts in enumerate(rows, 1):
                self.assembly.add(kind, "\t".join(filter(None, texts)), path=f"{path}/tr[{number}]")
        self._after(after, path)

    def _cells(self, row: _Element) -> Iterator[_Element]:
        return (cell for cell in self._flow(row) if cell.tag == f"{W}tc")

    def _row(self, row: _Element, cells: Iterable[_Element], after: _Inline) -> list[str]:
        texts = [""] * _span(row.find(f"{W}trPr/{W}gridBefore"))
        for cell in cells:
            properties = cell.find(f"{W}tcPr")
            merge = properties.find(f"{W}vMerge") if properties is not None else None
            covered = merge is not None and merge.get(f"{W}val", "continue") == "continue"
            text = self._cell_text(cell, after, numbers_alone=not covered)
            if covered:
                # Word shows the first of vertically merged cells alone.
                if text:
                    self.assembly.hidden.append(HiddenText(text, "invisible"))
                text = ""
            width = _span(properties.find(f"{W}gridSpan") if properties is not None else None) or 1
            texts += [text] + [""] * (width - 1)
        return texts

    def _cell_text(self, cell: _Element, after: _Inline, *, numbers_alone: bool) -> str:
        self.depth += 1
        pieces = []
        for child in self._flow(cell):
            if child.tag == f"{W}p":
                inline = _Inline(drawings=after.drawings, notes=after.notes, hidden=after.hidden, deleted=after.deleted)
                properties = child.find(f"{W}pPr")
                self._gather(child, inline, hidden=self._style_hides(properties, "pStyle"))
                text = "".join(inline.text)
                pieces.append(self.numbers.before(properties, text, self.story, alone=numbers_alone))
            elif child.tag == f"{W}tbl" and self.depth >= _DEEPEST:
                pieces += [t.text or "" for t in child.iter(f"{W}t")]
            elif child.tag == f"{W}tbl":
                for row in self._flow(child):
                    if row.tag == f"{W}tr":
                        pieces += self._row(row, self._cells(row), after)
        self.depth -= 1
        return " ".join(" ".join(pieces).split())

    def _read_notes(self, kind: str) -> dict[str, _Element]:
        notes: dict[str, _Element] = {}
        for part in self.package.related(self.main, f"{kind}s"):
            root = self.package.find(part)
            for note in root.findall(f"{W}{kind}") if root is not None else ():
                # Separators are drawn lines, not notes.
                if note.get(f"{W}type", "normal") == "normal":
                    notes[note.get(f"{W}id", "")] = note
        return notes

    def _note(self, kind: str, identifier: str, note: _Element) -> None:
        parts = self.package.related(self.main, f"{kind}s")
        came_from = self.part, self.story
        self.part = self.story = parts[0] if parts else self.part
        self._nested(note, f"{kind}s/{kind}[{identifier}]", "footnote")
        self.part, self.story = came_from

    def _unreferenced_notes(self) -> None:
        """Notes that nothing refers to are not printed; comments then belong to deleted text."""
        for kind, notes in self.notes.items():
            for identifier, note in notes.items():
                text = " ".join("".join(t.text or "" for t in note.iter(f"{W}t")).split())
                if text:
                    self.assembly.hidden.append(HiddenText(text, "invisible", path=f"{kind}s/{kind}[{identifier}]"))

    def _margins(self, root: _Element) -> tuple[list[tuple[str, bool]], list[tuple[str, bool]]]:
        """The header parts and the footer parts in order, each once, and whether Word shows it."""
        settings = self.package.find(next(iter(self.package.related(self.main, "settings")), None))
        even = settings is not None and is_on(settings, "evenAndOddHeaders") is True
        found: dict[str, dict[str, bool]] = {"headerReference": {}, "footerReference": {}}
        for section in root.iter(f"{W}sectPr"):
            first = is_on(section, "titlePg") is True
            for name, parts in found.items():
                for reference in section.findall(f"{W}{name}"):
                    part = self.package.target(self.main, reference.get(f"{R}id"))
                    kind = reference.get(f"{W}type", "default")
                    shown = {"first": first, "even": even}.get(kind, True)
                    if part is not None:
                        parts[part] = parts.get(part, False) or shown
        return list(found["headerReference"].items()), list(found["footerReference"].items())

    def _margin(self, part: str, kind: BlockKind, number: int, *, shown: bool) -> None:
        root = self.package.find(part)
        if root is None:
            return
        text = " ".join("".join(t.text or "" for t in root.iter(f"{W}t")).split())
        seen = self._seen_margins.setdefault(kind, set())
        if not shown:
            if text and text not in seen:
                self.assembly.hidden.append(HiddenText(text, "hidden_style", path=f"{kind}[{number}]"))
            return
        if text in seen and text:
            return
        seen.add(text)
        self.part = self.story = part
        self.blocks(root, f"{kind}[{number}]", kind)
        self.part = self.story = self.main


def _branch(element: _Element) -> list[_Element]:
    chosen = alternative(element)
    return [] if chosen is None else list(chosen)


def _leaf(element: _Element) -> str | None:
    """The text of an element that has its own rule, or None for one whose children are to be read."""
    tag: object = element.tag
    if not isinstance(tag, str):  # a comment or a processing instruction
        return ""
    if tag == f"{W}sym":
        return _symbol(element)
    if tag in {f"{M}oMath", f"{M}oMathPara"}:
        return linear(element)
    if tag == f"{W}fldChar":
        return _form_field(element)
    return None


def _symbol(element: _Element) -> str:
    try:
        code = int(element.get(f"{W}char", ""), 16)
        font = element.get(f"{W}font", "").lower()
        if "wingdings" in font and code & 0xFF in _SYMBOLS:
            return _SYMBOLS[code & 0xFF]
        return paired(chr(code))
    except (ValueError, OverflowError):
        return ""


def _form_field(element: _Element) -> str:
    """A ticked or empty box of a form, or the chosen entry of its list; their text stands in no run."""
    box = element.find(f"{W}ffData/{W}checkBox")
    if box is not None:
        state = is_on(box, "checked")
        return "☑" if (is_on(box, "default") if state is None else state) else "☐"
    choices = element.find(f"{W}ffData/{W}ddList")
    if choices is not None:
        entries = [entry.get(f"{W}val", "") for entry in choices.findall(f"{W}listEntry")]
        chosen = choices.find(f"{W}result")
        index = whole(chosen.get(f"{W}val", "0"), len(entries)) if chosen is not None else 0
        return entries[index] if index < len(entries) else ""
    return ""


def _span(element: _Element | None) -> int:
    # Word has 63 columns; a file that claims a million cells for one is lying.
    return min(whole(element.get(f"{W}val"), 0), 63) if element is not None else 0
