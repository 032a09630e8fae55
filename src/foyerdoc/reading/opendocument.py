"""ODT, ODS and ODP (templates too): a walk of our own over `content.xml`, with headers and footers from `styles.xml`.

Deleted passages, hidden text, hidden sheets, rows and slides go to `hidden`; footnotes, endnotes, comments and speaker notes
are footnotes after the paragraph or slide that they belong to.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from foyerdoc.documents import BlockKind, Document, HiddenText
from foyerdoc.errors import DamagedFile, EncryptedFile
from foyerdoc.reading.archives import Archive, read_pictures, resolve
from foyerdoc.reading.assembly import Assembly
from foyerdoc.reading.markup import elements, local, parse_xml, text_of, whole
from foyerdoc.reading.opentables import table_rows
from foyerdoc.reading.package import meaningful

if TYPE_CHECKING:
    from lxml.etree import _Element

OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
DRAW = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}"
STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
FO = "{urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0}"
PRESENTATION = "{urn:oasis:names:tc:opendocument:xmlns:presentation:1.0}"
XLINK = "{http://www.w3.org/1999/xlink}"

_PREFIX = "application/vnd.oasis.opendocument."
_METADATA = {"title": "title", "subject": "subject", "creator": "author", "keyword": "keywords", "description": "description",
             "date": "modified", "creation-date": "created", "language": "language"}  # fmt: skip
_SILENT = {
    f"{TEXT}{name}" for name in ("tracked-changes", "sequence-decls", "variable-decls", "user-field-decls", "bookmark-start")
}
_NOTES = {f"{TEXT}note", f"{OFFICE}annotation"}
_OUTSIDE = {
    f"{DRAW}{name}"
    for name in ("frame", "custom-shape", "rect", "g", "line", "ellipse", "path", "text-box", "connector", "polygon")
}
_MARGINS: dict[str, BlockKind] = {"header": "header", "header-first": "header", "header-left": "header",
                                  "footer": "footer", "footer-first": "footer", "footer-left": "footer"}  # fmt: skip
_NAMED: dict[str, BlockKind] = {"quotations": "quote", "preformatted_20_text": "code", "caption": "caption"}
_DEEPEST = 60
_DEEPEST_HEADING = 10  # of LibreOffice
_MOST_SPACES = 1000
_POINTS = {"cm": 72 / 2.54, "mm": 72 / 25.4, "in": 72.0, "pt": 1.0}


def read_odt(assembly: Assembly) -> Document:
    """A text document: blocks with paths such as `body/p[12]`, `body/table[2]`.

    Raises:
        DamagedFile: the archive or its content is broken.
        EncryptedFile: it wants a password.
        LimitExceeded: it unpacks to more than the limits allow.
    """
    walk, body = _open(assembly)
    text = body.find(f"{OFFICE}text")
    margins = walk.margins()
    walk.margin(margins, "header")
    walk.deletions(body)
    walk.blocks(text if text is not None else body, "body")
    walk.margin(margins, "footer")
    read_pictures(assembly, walk.archive, "Pictures/")
    return assembly.finish(_PREFIX + "text")


def read_ods(assembly: Assembly) -> Document:
    """A spreadsheet: one page per sheet, a table in each (`sheet[Sales]`), values as displayed.

    Raises what `read_odt` raises.
    """
    walk, body = _open(assembly)
    for sheet in body.iterfind(f"{OFFICE}spreadsheet/{TABLE}table"):
        assembly.start_page()
        walk.page = len(assembly.pages) + 1
        path = f"sheet[{sheet.get(f'{TABLE}name', '')}]"
        if walk.is_hidden_table(sheet):
            walk.hide(text_of(sheet), path)
            assembly.issue("hidden_sheet", "a hidden sheet; its text is in `hidden`", page=walk.page)
        else:
            if text_of(sheet):
                assembly.add("heading", sheet.get(f"{TABLE}name", ""), page=walk.page, level=1, path=path)
            walk.table(sheet, path)
            for shapes in sheet.iterfind(f"{TABLE}shapes"):
                walk.blocks(shapes, f"{path}/shapes")
        assembly.end_page()
    read_pictures(assembly, walk.archive, "Pictures/")
    return assembly.finish(_PREFIX + "spreadsheet")


def read_odp(assembly: Assembly) -> Document:
    """A presentation or drawing: one page per slide (`slide[3]/shape[2]/p[1]`). Raises what `read_odt` raises."""
    walk, body = _open(assembly)
    width, height = walk.page_size()
    for slide in body.iter(f"{DRAW}page"):
        assembly.start_page()
        walk.page = len(assembly.pages) + 1
        path = f"slide[{walk.page}]"
        if walk.visibility.get(slide.get(f"{DRAW}style-name", "")) == "hidden":
            walk.hide(text_of(slide), path)
            assembly.issue("hidden_slide", "a slide that the show leaves out; its text is in `hidden`", page=walk.page)
        else:
            walk.slide(slide, path)
        assembly.end_page(width, height)
    read_pictures(assembly, walk.archive, "Pictures/")
    return assembly.finish(_PREFIX + "presentation")


def _open(assembly: Assembly) -> tuple[_Walk, _Element]:
    archive = Archive(assembly)
    manifest = archive.get("META-INF/manifest.xml") or b""
    if "encrypted-package" in archive or b"encryption-data" in manifest:
        raise EncryptedFile(f"{assembly.name}: wants a password", hint="open it in LibreOffice and save it without a password")
    content = archive.get("content.xml")
    if content is None:
        raise DamagedFile(f"{assembly.name}: its content is missing", hint="fetch the file again")
    root = parse_xml(content, assembly.name)
    styles = parse_xml(raw, assembly.name) if (raw := archive.get("styles.xml")) is not None else None
    if (meta := archive.get("meta.xml")) is not None:
        for element in parse_xml(meta, assembly.name).iter():
            if key := _METADATA.get(local(element)):
                assembly.metadata[key] = (element.text or "").strip()
    body = root.find(f"{OFFICE}body")
    return _Walk(assembly, archive, root, styles), root if body is None else body


class _Walk:
    def __init__(self, assembly: Assembly, archive: Archive, root: _Element, styles: _Element | None) -> None:
        self.assembly = assembly
        self.archive = archive
        self.styles = styles
        self.page: int | None = None
        self.depth = 0
        self.hidden_styles: set[str] = set()
        self.visibility: dict[str, str] = {}
        self.parents: dict[str, str] = {}
        for tree in (root, styles):
            for style in tree.iter(f"{STYLE}style") if tree is not None else ():
                self._read_style(style)

    def blocks(self, container: _Element, path: str, kind: BlockKind | None = None, level: int | None = None) -> None:
        if self.depth > _DEEPEST:
            self.assembly.add("paragraph", text_of(container), page=self.page, path=path)
            self.assembly.issue("deep_nesting", f"nests more than {_DEEPEST} deep; its text was taken without structure")
            return
        self.depth += 1
        counts: Counter[str] = Counter()
        for child in elements(container):
            self._block(child, path, counts, kind, level)
        self.depth -= 1

    def _block(self, child: _Element, path: str, counts: Counter[str], kind: BlockKind | None, level: int | None) -> None:
        tag = child.tag
        if tag in {f"{TEXT}p", f"{TEXT}h"}:
            counts["p"] += 1
            self.paragraph(child, f"{path}/p[{counts['p']}]", kind, level)
        elif tag == f"{TABLE}table":
            counts["table"] += 1
            self.table(child, f"{path}/table[{counts['table']}]")
        elif tag == f"{TEXT}list":
            counts["list"] += 1
            deeper = (level or 0) + 1 if kind in {None, "list_item"} else None
            for number, item in enumerate(elements(child), 1):
                self.blocks(item, f"{path}/list[{counts['list']}]/item[{number}]", kind or "list_item", deeper)
        elif tag in _OUTSIDE:
            counts["shape"] += 1
            self._shape(child, f"{path}/shape[{counts['shape']}]", kind)
        elif tag == f"{TEXT}section" and child.get(f"{TEXT}display") == "none":
            self.hide(text_of(child), path)
        elif tag not in _SILENT and tag not in _NOTES and local(child) != "notes":
            # Sections, indexes, list headers and the like only wrap blocks.
            counts[local(child)] += 1
            self.blocks(child, f"{path}/{local(child)}[{counts[local(child)]}]", kind, level)

    def paragraph(self, paragraph: _Element, path: str, kind: BlockKind | None, level: int | None = None) -> None:
        pieces: list[str] = []
        after: list[_Element] = []
        concealed: list[str] = []
        self._gather(paragraph, pieces, after, concealed)
        if self._hides(paragraph.get(f"{TEXT}style-name", "")):
            concealed[:0], pieces = ["".join(pieces)], []
        found, depth = kind or "paragraph", level
        if paragraph.tag == f"{TEXT}h" and kind in {None, "list_item"}:
            found, depth = "heading", min(max(whole(paragraph.get(f"{TEXT}outline-level"), 1), 1), _DEEPEST_HEADING)
        elif kind is None:
            found, depth = self._named_kind(paragraph.get(f"{TEXT}style-name", ""))
        self.assembly.add(found, "".join(pieces), page=self.page, level=depth, path=path)
        self.hide(" ".join(concealed), path)
        for number, element in enumerate(after, 1):
            if element.tag in _NOTES:
                self._note(element, f"{path}/note[{number}]")
            else:
                self._shape(element, f"{path}/shape[{number}]", kind)

    def _gather(self, paragraph: _Element, pieces: list[str], after: list[_Element], concealed: list[str]) -> None:
        """The text of a paragraph without recursion; what stands outside its line goes to `after`."""
        pending: list[tuple[_Element | str | None, list[str]]] = [(None, pieces)]
        pending += [(child, pieces) for child in reversed(paragraph)]
        pieces.append(_collapsed(paragraph.text))
        while len(pending) > 1:
            element, sink = pending.pop()
            if isinstance(element, str):
                sink.append(_collapsed(element))
                continue
            if element is None:
                continue
            pending.append((element.tail or "", sink))
            tag = element.tag
            if tag in _NOTES or tag in _OUTSIDE:
                after.append(element)
            elif tag == f"{TEXT}s":
                sink.append(" " * min(whole(element.get(f"{TEXT}c"), 1), _MOST_SPACES))
            elif tag in {f"{TEXT}tab", f"{TEXT}line-break"}:
                sink.append("\t" if tag.endswith("tab") else "\n")
            elif isinstance(tag, str) and tag not in _SILENT:
                hidden = tag in {f"{TEXT}hidden-text", f"{TEXT}hidden-paragraph"} or self._hides(
                    element.get(f"{TEXT}style-name", "")
                )
                inner = concealed if hidden else sink
                inner.append(_collapsed(element.text))
                pending += [(child, inner) for child in reversed(element)]

    def _note(self, note: _Element, path: str) -> None:
        body = note.find(f"{TEXT}note-body")
        if body is None:
            # A comment: who wrote it and when is not its text.
            body = note
        for number, paragraph in enumerate(body.iter(f"{TEXT}p"), 1):
            self.paragraph(paragraph, f"{path}/p[{number}]", "footnote")

    def _shape(self, shape: _Element, path: str, kind: BlockKind | None) -> None:
        presentation = shape.get(f"{PRESENTATION}class")
        if presentation == "title":
            for number, paragraph in enumerate(shape.iter(f"{TEXT}p"), 1):
                self.paragraph(paragraph, f"{path}/p[{number}]", "heading", 1)
            return
        if presentation in {"footer", "date-time", "page-number", "header"}:
            kind = "footer"
        for element in elements(shape):
            if local(element) in {"title", "desc"}:
                self.assembly.add("caption", meaningful(text_of(element)), page=self.page, path=path)
            elif element.tag == f"{DRAW}object":
                self._embedded(element, path)
        inner = shape.find(f"{DRAW}text-box")
        self.blocks(_without_descriptions(inner if inner is not None else shape), path, kind)

    def _embedded(self, element: _Element, path: str) -> None:
        """A formula or chart that is kept as a document of its own inside the archive: its text, as one paragraph."""
        raw = self.archive.get(resolve("", f"{element.get(f'{XLINK}href', '')}/content.xml"))
        if raw is not None:
            root = parse_xml(raw, self.assembly.name)
            for annotation in [e for e in root.iter() if local(e) == "annotation"]:
                annotation.text = None
            self.assembly.add("paragraph", text_of(root), page=self.page, path=f"{path}/object[1]")

    def table(self, table: _Element, path: str) -> None:
        def cell_text(cell: _Element) -> str:
            pieces: list[str] = []
            for paragraph in cell.iter(f"{TEXT}p", f"{TEXT}h"):
                if any(parent.tag in _NOTES for parent in paragraph.iterancestors()):
                    continue
                if pieces:
                    pieces.append(" ")
                self._gather(paragraph, pieces, after, concealed)
            return "".join(pieces)

        after: list[_Element] = []
        concealed: list[str] = []
        rows = list(table_rows(table, cell_text, concealed, self.visibility))
        if sum(len(row) for row in rows) and len(rows) == 1 and len([cell for cell in rows[0] if cell]) == 1:
            self.assembly.add("paragraph", "".join(rows[0]), page=self.page, path=path)
        else:
            self.assembly.add_table(rows, page=self.page, path=path)
        self.hide("\n".join(concealed), path)
        # Text inside shapes in a cell was read with the cell's paragraphs.
        for number, note in enumerate([*(e for e in after if e.tag in _NOTES), *_comments(table)], 1):
            self._note(note, f"{path}/note[{number}]")

    def slide(self, slide: _Element, path: str) -> None:
        shapes = [child for child in elements(slide) if child.tag in _OUTSIDE or child.tag == f"{TABLE}table"]
        shapes.sort(key=lambda shape: shape.get(f"{PRESENTATION}class") != "title")
        for number, shape in enumerate(shapes, 1):
            if shape.tag == f"{TABLE}table":
                self.table(shape, f"{path}/shape[{number}]")
            else:
                self._shape(shape, f"{path}/shape[{number}]", None)
        for number, note in enumerate(slide.iterfind(f"{OFFICE}annotation"), 1):
            self._note(note, f"{path}/note[{number}]")
        for notes in slide.iterfind(f"{PRESENTATION}notes"):
            for number, paragraph in enumerate(notes.iter(f"{TEXT}p"), 1):
                self.paragraph(paragraph, f"{path}/notes/p[{number}]", "footnote")

    def deletions(self, body: _Element) -> None:
        for change in body.iter(f"{TEXT}deletion"):
            text = " ".join(filter(None, (text_of(p) for p in change.iter(f"{TEXT}p", f"{TEXT}h"))))
            if text:
                self.assembly.hidden.append(HiddenText(text, "deleted", path="body"))

    def margins(self) -> list[tuple[BlockKind, _Element]]:
        masters = self.styles.iter(f"{STYLE}master-page") if self.styles is not None else ()
        return [
            (_MARGINS[local(child)], child)
            for master in masters
            for child in elements(master)
            if local(child) in _MARGINS and child.get(f"{STYLE}display") != "false"
        ]

    def margin(self, margins: list[tuple[BlockKind, _Element]], kind: BlockKind) -> None:
        seen: set[str] = set()
        number = 0
        for found, element in margins:
            text = text_of(element)
            if found == kind and text and text not in seen:
                seen.add(text)
                number += 1
                self.blocks(element, f"{kind}[{number}]", kind)

    def hide(self, text: str, path: str) -> None:
        if text.strip():
            self.assembly.hidden.append(HiddenText(text.strip(), "hidden_style", page=self.page, path=path))

    def is_hidden_table(self, table: _Element) -> bool:
        return self.visibility.get(table.get(f"{TABLE}style-name", "")) == "hidden"

    def page_size(self) -> tuple[float, float]:
        for tree in self.styles.iter(f"{STYLE}page-layout-properties") if self.styles is not None else ():
            return _points(tree.get(f"{FO}page-width", "")), _points(tree.get(f"{FO}page-height", ""))
        return 0.0, 0.0

    def _read_style(self, style: _Element) -> None:
        name = style.get(f"{STYLE}name", "")
        self.parents[name] = style.get(f"{STYLE}parent-style-name", "")
        for properties in elements(style):
            if properties.get(f"{TEXT}display") == "none":
                self.hidden_styles.add(name)
            if properties.get(f"{TABLE}display") == "false" or properties.get(f"{PRESENTATION}visibility") == "hidden":
                self.visibility[name] = "hidden"

    def _hides(self, name: str) -> bool:
        return name in self.hidden_styles or self.parents.get(name, "") in self.hidden_styles

    def _named_kind(self, name: str) -> tuple[BlockKind, int | None]:
        names = {name.lower(), self.parents.get(name, "").lower()}
        if "title" in names:
            return "heading", 1
        return next((kind for known, kind in _NAMED.items() if known in names), "paragraph"), None


def _comments(table: _Element) -> Iterator[_Element]:
    """Comments on cells; those inside a cell's paragraphs come with these."""
    for comment in table.iter(f"{OFFICE}annotation"):
        parent = comment.getparent()
        if parent is not None and parent.tag == f"{TABLE}table-cell":
            yield comment


def _without_descriptions(shape: _Element) -> _Element:
    for child in [c for c in elements(shape) if local(c) in {"title", "desc", "object"}]:
        shape.remove(child)
    return shape


def _collapsed(text: str | None) -> str:
    if not text:
        return ""
    words = " ".join(text.split())
    return (" " if text[0].isspace() else "") + words + (" " if text[-1].isspace() and words else "")


def _points(length: str) -> float:
    try:
        points = float(length[:-2]) * _POINTS.get(length[-2:], 0.0)
    except ValueError:
        return 0.0
    return points if 0 < points < math.inf else 0.0
