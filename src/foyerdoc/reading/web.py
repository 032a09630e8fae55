"""HTML and XHTML: blocks by their elements, each with its place (`html/body/div[2]/p[1]`).

White space follows the rules of browsers: runs collapse, block elements break, `<br>` is a line break, `<pre>` is kept.
Tables of data become table blocks; tables that only arrange a page (as in most mail) are read as the blocks within them.
Scripts, styles and templates are no text. What inline styles or the `hidden` attribute hide goes to `hidden`; style sheets
are not evaluated. The alternative text of pictures is a caption.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from foyerdoc.documents import BlockKind, Document, HiddenText
from foyerdoc.reading.assembly import Assembly
from foyerdoc.reading.encodings import Decoded
from foyerdoc.reading.hypertext import decode_page, is_hidden, parse_html, parse_xhtml
from foyerdoc.reading.markup import local
from foyerdoc.reading.secondopinion import ask_unstructured
from foyerdoc.reading.webtables import cell_rows, is_layout

if TYPE_CHECKING:
    from lxml.etree import _Element

DROPPED = frozenset(
    {"script", "style", "template", "iframe", "object", "embed", "audio", "video", "canvas", "head", "datalist"}
)
BLOCKS = frozenset(
    {
        *(
            "html",
            "body",
            "address",
            "article",
            "aside",
            "blockquote",
            "center",
            "dd",
            "details",
            "dialog",
            "dir",
            "div",
            "dl",
            "dt",
        ),
        *(
            "fieldset",
            "figcaption",
            "figure",
            "footer",
            "form",
            "frameset",
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "header",
            "hgroup",
        ),
        *("hr", "legend", "li", "main", "menu", "nav", "ol", "optgroup", "option", "p", "pre", "search", "section", "select"),
        *("summary", "table", "tbody", "td", "textarea", "tfoot", "th", "thead", "tr", "ul", "caption", "svg", "math"),
    }
)
_KINDS: dict[str, BlockKind] = {
    "blockquote": "quote",
    "pre": "code",
    "figcaption": "caption",
    "caption": "caption",
    "header": "header",
    "footer": "footer",
    "textarea": "form_field",
    "select": "form_field",
}
_LISTS = {"ul", "ol", "dl", "menu", "dir"}
_SPACES = re.compile(r"[ \t\n\r\f]+")
_SHOWN_INPUTS = {"text", "email", "tel", "url", "number", "date", "search", "month", "time", "submit", "button", "reset"}
_META_NAMES = {
    "author": "author",
    "description": "description",
    "keywords": "keywords",
    "date": "created",
    "dcterms.created": "created",
}
# Paths of deeper elements are those of their ancestor at this depth: a page that nests a hundred thousand deep is no document.
_DEEPEST_PATH = 200


@dataclass
class _Frame:
    """An open element: its place, and what its text is."""

    path: str
    kind: BlockKind = "paragraph"
    level: int | None = None
    lists: int = 0
    block: bool = True
    pre: bool = False
    counts: Counter[str] = field(default_factory=Counter)


def read_html(assembly: Assembly) -> Document:
    """A web page.

    Raises:
        EmptyFile: it shows nothing and hides nothing.
        LimitExceeded: more text than the limits allow.
    """
    decoded = decode_page(assembly.raw)
    _note_encoding(assembly, decoded)
    return _finish(assembly, parse_html(decoded.text, assembly), "text/html")


def read_xhtml(assembly: Assembly) -> Document:
    """A web page written as XML. Raises what `read_html` raises."""
    decoded = decode_page(assembly.raw)
    _note_encoding(assembly, decoded)
    return _finish(assembly, parse_xhtml(decoded.text, assembly), "application/xhtml+xml")


def add_page(assembly: Assembly, root: _Element | None, place: str = "") -> None:
    """Append a page's blocks.

    Args:
        assembly: the document under construction.
        root: the page's root element; None adds nothing.
        place: path of the page in the file, put before the elements' own paths ("part[2]").
    """
    if root is not None:
        _Page(assembly, place).walk(root)


def _finish(assembly: Assembly, root: _Element | None, media_type: str) -> Document:
    if root is not None:
        _read_metadata(assembly, root)
    add_page(assembly, root)
    if root is not None and not assembly.blocks and not assembly.hidden and "".join(_shown_text(root)).strip():
        ask_unstructured(assembly, "html")
    return assembly.finish(media_type)


def _read_metadata(assembly: Assembly, root: _Element) -> None:
    if language := root.get("lang"):
        assembly.metadata["language"] = language
    for element in root.iter():
        name = local(element).lower()
        if name == "title" and "title" not in assembly.metadata:
            assembly.metadata["title"] = " ".join("".join(str(t) for t in element.itertext()).split())
        elif name == "meta":
            key = _META_NAMES.get(element.get("name", "").lower())
            if key:
                assembly.metadata[key] = element.get("content", "").strip()
        elif name == "body":
            return


def _note_encoding(assembly: Assembly, decoded: Decoded) -> None:
    if decoded.guessed:
        assembly.issue("encoding_guessed", f"the file does not say its encoding; read as {decoded.encoding}")
    if decoded.replaced:
        assembly.issue("undecodable", f"{decoded.replaced} characters could not be decoded and stand as U+FFFD")


class _Page:
    """The walk over one page. `_pieces` is the text of the block being read; it is put out when the block ends."""

    def __init__(self, assembly: Assembly, place: str) -> None:
        self.assembly = assembly
        self.frames = [_Frame(place)]
        self._pieces: list[str] = []
        self._captions: list[str] = []

    def walk(self, root: _Element) -> None:
        from lxml import etree

        walker = etree.iterwalk(root, events=("start", "end", "comment", "pi"))
        for event, element in walker:
            if event == "start":
                if self._opens(element):
                    self._text(element.text)
                else:
                    walker.skip_subtree()
            elif event == "end":
                self._close()
            if event != "start":
                self._text(element.tail if element is not root else None)
        self._flush()

    def _opens(self, element: _Element) -> bool:
        """Open an element; False when its inside is not to be walked (because it is dropped, hidden or read at once)."""
        tag = local(element).lower()
        parent = self.frames[-1]
        frame = self._frame(tag, parent)
        if frame.block and not (tag == "option" and parent.kind == "form_field"):
            self._flush()
        self.frames.append(frame)
        if tag in DROPPED or tag == "title":
            return False
        if is_hidden(element) or tag == "noscript":
            text = " ".join("".join(t for t in _shown_text(element)).split())
            if text:
                self.assembly.hidden.append(HiddenText(text, "hidden_style", path=frame.path))
            return False
        if tag == "table" and not is_layout(element):
            self._table(element, frame.path)
            return False
        self._inline(element, tag)
        return True

    def _frame(self, tag: str, parent: _Frame) -> _Frame:
        path = parent.path
        if len(self.frames) <= _DEEPEST_PATH:
            parent.counts[tag] += 1
            step = tag if tag in {"html", "body"} else f"{tag}[{parent.counts[tag]}]"
            path = f"{path}/{step}" if path else step
        if tag not in BLOCKS:
            return replace(parent, path=path, block=False, counts=Counter())
        frame = _Frame(path, parent.kind, parent.level, parent.lists, pre=parent.pre)
        if len(tag) == 2 and tag[0] == "h" and tag[1].isdecimal():
            frame.kind, frame.level = "heading", int(tag[1])
        elif tag in _LISTS:
            frame.lists += 1
        elif tag in {"li", "dt", "dd"}:
            frame.kind, frame.level = "list_item", max(parent.lists, 1) + (tag == "dd")
        elif tag in _KINDS and not (parent.kind == "heading" and tag != "pre"):
            frame.kind, frame.level, frame.pre = _KINDS[tag], None, tag in {"pre", "textarea"}
        elif tag in {"td", "th"}:
            frame.kind, frame.level = "paragraph", None
        return frame

    def _inline(self, element: _Element, tag: str) -> None:
        if tag == "br":
            self._pieces.append("\n")
        elif tag == "img" and (alt := element.get("alt", "").strip()):
            self._captions.append(alt)
        elif tag == "input":
            kind = element.get("type", "text").lower()
            if kind in _SHOWN_INPUTS:
                self._pieces.append(f" {element.get('value', '')} ")
            elif kind in {"checkbox", "radio"}:
                self._pieces.append("☑ " if element.get("checked") is not None else "☐ ")
        elif tag == "option":
            self._pieces.append(" ")

    def _close(self) -> None:
        frame = self.frames[-1]
        if frame.block and not (frame.kind == "form_field" and self.frames[-2].kind == "form_field"):
            self._flush()
        self.frames.pop()

    def _text(self, text: str | None) -> None:
        if text:
            self._pieces.append(text if self.frames[-1].pre else _SPACES.sub(" ", text))

    def _flush(self) -> None:
        frame = next((frame for frame in reversed(self.frames) if frame.block), self.frames[0])
        text = "".join(self._pieces)
        self._pieces.clear()
        if not frame.pre:
            text = re.sub(r" *\n *", "\n", re.sub(r" {2,}", " ", text))
        self.assembly.add(frame.kind, text, level=frame.level, path=frame.path)
        for caption in self._captions:
            self.assembly.add("caption", caption, path=frame.path)
        self._captions.clear()

    def _table(self, table: _Element, path: str) -> None:
        caption, rows, hidden = cell_rows(table, is_hidden)
        self.assembly.hidden += [HiddenText(text, "hidden_style", path=path) for text in hidden]
        self.assembly.add("caption", caption, path=f"{path}/caption[1]")
        self.assembly.add_table(rows, path=path)


def _shown_text(element: _Element) -> list[str]:
    pieces, pending = [], [element]
    while pending:
        current = pending.pop()
        if local(current).lower() not in DROPPED and local(current):
            pieces.append(current.text or "")
            pending += reversed(current)
        if current is not element:
            pieces.append(f" {current.tail or ''}")
    return pieces
