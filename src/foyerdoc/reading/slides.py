"""PPTX (also templates, shows and macro-enabled files): slides as pages, their shapes in the file's order, titles first.

Read are text of shapes and groups, tables, charts (titles and data), SmartArt, equations, speaker notes and comments (as
footnotes), and embedded Office files (as attachments). Fixed text of the layout and master, which every slide shows, is read
once, as a header. Hidden slides, hidden shapes and shapes beside the slide go to `hidden`.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from foyerdoc.documents import BlockKind, Document, HiddenText
from foyerdoc.reading.archives import read_pictures
from foyerdoc.reading.assembly import Assembly
from foyerdoc.reading.equations import M, linear
from foyerdoc.reading.markup import elements, local, whole
from foyerdoc.reading.package import DGM, MC, A, C, Package, R, alternative, chart_rows, described, diagram_texts
from foyerdoc.reading.secondopinion import ask_unstructured
from foyerdoc.reading.sniffing import PPTX

if TYPE_CHECKING:
    from lxml.etree import _Element

P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_EMU_PER_POINT = 12_700
_WIDEST = 51_206_400  # EMU: no slide is larger, by the standard
_TITLES = {"title", "ctrTitle"}
_FOOTERS = {"dt", "ftr", "sldNum", "hdr"}
_SHAPES = {f"{P}{name}" for name in ("sp", "grpSp", "graphicFrame", "pic", "cxnSp", "contentPart")}
_BULLETS = {f"{A}buChar", f"{A}buAutoNum", f"{A}buBlip"}
_NO_NOTES = {"sldImg", *_FOOTERS}

Cause = Literal["hidden_style", "off_page"]


@dataclass(frozen=True, slots=True)
class _Shape:
    element: _Element
    path: str
    placeholder: str | None  # its type; "" for a plain content placeholder, None for no placeholder


def read_pptx(assembly: Assembly) -> Document:
    """A presentation: one page per slide, blocks with paths such as `slide[3]/shape[2]/p[1]` and `slide[3]/notes/p[1]`.

    Raises:
        DamagedFile: the package or its main part is broken or missing.
        EncryptedFile: a member of the archive is encrypted.
        EmptyFile: no slide holds anything.
        LimitExceeded: too many slides, or it unpacks to more than the limits allow.
    """
    package = Package(assembly)
    main = package.main_part("ppt/presentation.xml")
    package.read_properties()
    root = package.root(main)
    size = root.find(f"{P}sldSz")
    width, height = (min(max(_number(size, name), 0.0), _WIDEST) / _EMU_PER_POINT for name in ("cx", "cy"))
    reader = _Reader(package, width, height)
    for number, part in enumerate(_slides(package, main, root), 1):
        assembly.start_page()
        slide = package.find(part)
        if slide is not None:
            reader.slide(slide, part, number)
        assembly.end_page(width, height)
    read_pictures(assembly, package.archive, "ppt/media/")
    if not (assembly.blocks or assembly.hidden or assembly.attachments) and reader.text_seen:
        ask_unstructured(assembly, "pptx")
    return assembly.finish(PPTX)


def _slides(package: Package, main: str, root: _Element) -> Iterator[str]:
    listed = root.find(f"{P}sldIdLst")
    for entry in listed if listed is not None else ():
        part = package.target(main, entry.get(f"{R}id"))
        if part is None:
            package.assembly.issue("part_unreadable", "a slide is listed but missing")
        else:
            yield part


class _Reader:
    def __init__(self, package: Package, width: float, height: float) -> None:
        self.package = package
        self.assembly = package.assembly
        self.width = width
        self.height = height
        self.seen_masters: set[str] = set()
        self.part = ""
        self.page = 0
        self.text_seen = False

    def slide(self, root: _Element, part: str, page: int) -> None:
        self.part, self.page = part, page
        self.text_seen = self.text_seen or bool(_all_text(root))
        path = f"slide[{page}]"
        if root.get("show") in {"0", "false"}:
            self._hide(_all_text(root), "hidden_style", path)
            self.assembly.issue("hidden_slide", "a slide that the show leaves out; its text is in `hidden`", page=page)
            return
        if root.get("showMasterSp") not in {"0", "false"}:
            self._backgrounds(part)
        self.part = part
        shapes = list(self._shapes(root.find(f"{P}cSld/{P}spTree"), path))
        # The title is read first wherever it stands in the stack of shapes.
        for shape in sorted(shapes, key=lambda shape: shape.placeholder not in _TITLES):
            self._shape(shape)
        self._notes(part, path)
        self._comments(part, path)

    def _backgrounds(self, part: str) -> None:
        """Fixed text of the layout and the master, the first time a slide stands on them."""
        for kind in ("slideLayout", "slideMaster"):
            part = next(iter(self.package.related(part, kind)), "")
            if not part or part in self.seen_masters:
                return
            self.seen_masters.add(part)
            root = self.package.find(part)
            self.part = part
            for shape in self._shapes(root.find(f"{P}cSld/{P}spTree") if root is not None else None, kind):
                if shape.placeholder is None and shape.element.tag == f"{P}sp":
                    self._shape(shape, kind="header")
            if root is None or root.get("showMasterSp") in {"0", "false"}:
                return

    def _shapes(self, tree: _Element | None, path: str) -> Iterator[_Shape]:
        """The shapes in order, groups unfolded; hidden ones and those beside the slide go to `hidden`."""
        counts: Counter[str] = Counter()
        pending = [(child, path, True) for child in reversed(tree)] if tree is not None else []
        while pending:
            element, folder, top = pending.pop()
            if element.tag == f"{MC}AlternateContent":
                branch = alternative(element)
                pending += [(child, folder, top) for child in reversed(branch)] if branch is not None else []
                continue
            if element.tag not in _SHAPES:
                continue
            counts[folder] += 1
            place = f"{folder}/shape[{counts[folder]}]"
            cause = self._cause(element, top=top)
            if cause is not None:
                self._hide(_all_text(element), cause, place)
            elif element.tag == f"{P}grpSp":
                pending += [(child, place, False) for child in reversed(element)]
            else:
                yield _Shape(element, place, _placeholder(element))

    def _cause(self, element: _Element, *, top: bool) -> Cause | None:
        properties = next(element.iter(f"{P}cNvPr"), None)
        if properties is not None and properties.get("hidden") in {"1", "true"}:
            return "hidden_style"
        frame = element.find(f"{P}xfrm") if element.tag == f"{P}graphicFrame" else element.find(f"*/{A}xfrm")
        # Within a group, positions are in the group's own coordinates.
        if frame is None or not top or not self.width:
            return None
        x, y = (_number(frame.find(f"{A}off"), name) / _EMU_PER_POINT for name in ("x", "y"))
        w, h = (_number(frame.find(f"{A}ext"), name) / _EMU_PER_POINT for name in ("cx", "cy"))
        beside = x + w <= 0 or y + h <= 0 or x >= self.width or y >= self.height
        return "off_page" if beside and w and h else None

    def _shape(self, shape: _Shape, kind: BlockKind | None = None) -> None:
        if shape.element.tag == f"{P}graphicFrame":
            self._frame(shape)
            return
        properties = next(shape.element.iter(f"{P}cNvPr"), None)
        if shape.element.tag == f"{P}pic" and properties is not None and (text := described(properties)):
            self.assembly.add("caption", text, page=self.page, path=shape.path)
        body = shape.element.find(f"{P}txBody")
        if body is not None:
            self._text(body, shape, kind)

    def _text(self, body: _Element, shape: _Shape, kind: BlockKind | None) -> None:
        paragraphs = [p for p in body.findall(f"{A}p") if len(p)]
        for number, paragraph in enumerate(paragraphs, 1):
            found, level = (kind, None) if kind is not None else _role(paragraph, shape.placeholder, len(paragraphs))
            self.assembly.add(found, _line(paragraph), page=self.page, level=level, path=f"{shape.path}/p[{number}]")

    def _frame(self, shape: _Shape) -> None:
        counts: Counter[str] = Counter()
        for element in shape.element.iter(f"{A}tbl", f"{C}chart", f"{DGM}relIds", f"{P}oleObj"):
            name = local(element)
            counts[name] += 1
            path = shape.path if counts[name] == 1 else f"{shape.path}/{name}[{counts[name]}]"
            if name == "tbl":
                self.assembly.add_table(_table(element), page=self.page, path=path)
            elif name == "chart":
                self._chart(element.get(f"{R}id"), path)
            elif name == "relIds":
                self._diagram(element.get(f"{R}dm"), path)
            elif counts[name] == 1:  # its fallback names the same file again
                part = self.package.target(self.part, element.get(f"{R}id"))
                if part is not None:
                    self.assembly.attach(self.package.archive.read(part), part.rpartition("/")[2])

    def _chart(self, relation: str | None, path: str) -> None:
        root = self.package.find(self.package.target(self.part, relation))
        if root is not None:
            titles, rows = chart_rows(root)
            for title in titles:
                self.assembly.add("caption", title, page=self.page, path=path)
            self.assembly.add_table(rows, page=self.page, path=path)

    def _diagram(self, relation: str | None, path: str) -> None:
        root = self.package.find(self.package.target(self.part, relation))
        for number, text in enumerate(diagram_texts(root) if root is not None else (), 1):
            self.assembly.add("list_item", text, page=self.page, level=1, path=f"{path}/item[{number}]")

    def _notes(self, part: str, path: str) -> None:
        for notes in self.package.related(part, "notesSlide"):
            root = self.package.find(notes)
            number = 0
            for shape in root.iter(f"{P}sp") if root is not None else ():
                body = shape.find(f"{P}txBody")
                if body is None or _placeholder(shape) in _NO_NOTES:
                    continue
                for paragraph in body.findall(f"{A}p"):
                    number += 1
                    self.assembly.add("footnote", _line(paragraph), page=self.page, path=f"{path}/notes/p[{number}]")

    def _comments(self, part: str, path: str) -> None:
        number = 0
        for comments in self.package.related(part, "comments"):
            root = self.package.find(comments)
            # Older files have the text in p:text, newer ones in a text body; replies nest in the comment.
            for element in root.iter() if root is not None else ():
                if local(element) == "text" or element.tag == f"{A}p":
                    text = element.text if local(element) == "text" else _line(element)
                    number += 1
                    self.assembly.add("footnote", text or "", page=self.page, path=f"{path}/comment[{number}]")

    def _hide(self, text: str, cause: Cause, path: str) -> None:
        if text:
            self.assembly.hidden.append(HiddenText(text, cause, page=self.page, path=path))


def _role(paragraph: _Element, placeholder: str | None, siblings: int) -> tuple[BlockKind, int | None]:
    if placeholder in _TITLES:
        return "heading", 1
    if placeholder in _FOOTERS:
        return "footer", None
    properties = paragraph.find(f"{A}pPr")
    level = min(whole(properties.get("lvl"), 0), 8) + 1 if properties is not None else 1
    tags = {child.tag for child in properties} if properties is not None else set()
    if f"{A}buNone" in tags:
        return "paragraph", None
    # Content placeholders take their bullets from the master.
    inherited = placeholder in {"", "body", "obj"} and siblings > 1
    return ("list_item", level) if tags & _BULLETS or level > 1 or inherited else ("paragraph", None)


def _line(paragraph: _Element) -> str:
    pieces: list[str] = []
    pending = list(reversed(paragraph))
    while pending:
        element = pending.pop()
        if element.tag == f"{A}t":
            # Older writers keep the line breaks of titles as vertical tabs.
            pieces.append((element.text or "").replace("\v", "\n").replace("_x000B_", "\n"))
        elif element.tag == f"{A}br":
            pieces.append("\n")
        elif element.tag in {f"{M}oMath", f"{M}oMathPara"}:
            pieces.append(linear(element))
        elif element.tag == f"{MC}AlternateContent":
            branch = alternative(element)
            pending += reversed(branch) if branch is not None else []
        elif isinstance(element.tag, str):
            pending += reversed(element)
    return "".join(pieces)


def _table(table: _Element) -> list[list[str]]:
    rows = []
    for row in table.findall(f"{A}tr"):
        cells = []
        for cell in row.findall(f"{A}tc"):
            merged = cell.get("hMerge") in {"1", "true"} or cell.get("vMerge") in {"1", "true"}
            cells.append("" if merged else " ".join(_line(p) for p in cell.iter(f"{A}p")))
        rows.append(cells)
    return rows


def _placeholder(element: _Element) -> str | None:
    for properties in elements(element):
        found = properties.find(f"{P}nvPr/{P}ph")
        if found is not None:
            return found.get("type", "")
    return None


def _all_text(element: _Element) -> str:
    lines = ("".join(t.text or "" for t in p.iter(f"{A}t")).strip() for p in element.iter(f"{A}p"))
    return "\n".join(line for line in lines if line)


def _number(element: _Element | None, name: str) -> float:
    try:
        number = float(element.get(name, "0")) if element is not None else 0.0
    except ValueError:
        return 0.0
    return 0.0 if math.isnan(number) else number
