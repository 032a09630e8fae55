"""What a Word paragraph is, by its native styles: heading, list item, quotation, code or plain text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from foyerdoc.documents import BlockKind

if TYPE_CHECKING:
    from lxml.etree import _Element

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"

# Word stores its built-in style names in English whatever the user's language; other programs store what they show.
_HEADING = re.compile(r"(?:heading|überschrift|titre|título|titolo|kop|rubrik|nagłówek|iwwerschrëft) ?([1-9])$")
_NAMED: tuple[tuple[re.Pattern[str], BlockKind], ...] = (
    (re.compile(r"(?:caption|beschriftung|légende)$"), "caption"),
    (re.compile(r"(?:intense )?quot(?:e|ation)s?$|zitat|citation"), "quote"),
    (re.compile(r"(?:html )?preformatted(?: text)?$|(?:source )?code(?: block)?$|macro text$|plain text code$"), "code"),
    (re.compile(r"list (?:bullet|number)(?: [2-5])?$"), "list_item"),
)
_LONGEST_CHAIN = 20


@dataclass(frozen=True, slots=True)
class Role:
    """What a paragraph is, and the depth of a heading or list item, from 1."""

    kind: BlockKind
    level: int | None = None


@dataclass(frozen=True, slots=True)
class _Style:
    name: str
    based_on: str | None
    outline: int | None
    numbering: tuple[str, int] | None
    vanish: bool | None


class Styles:
    """The styles of a document, looked up along their chain of `basedOn`.

    Args:
        root: of the styles part; None when the file has none.
    """

    def __init__(self, root: _Element | None) -> None:
        self._styles: dict[str, _Style] = {}
        self._default = ""
        for style in root.findall(f"{W}style") if root is not None else ():
            identifier = style.get(f"{W}styleId", "")
            self._styles[identifier] = _read_style(style)
            if style.get(f"{W}type") == "paragraph" and style.get(f"{W}default") in {"1", "true", "on"}:
                self._default = identifier

    def role(self, properties: _Element | None) -> Role:
        """What a paragraph is by its `w:pPr`."""
        own = properties if properties is not None else None
        style_id = _value(own, "pStyle") or self._default
        chain = self._chain(style_id)
        outline = _integer(_value(own, "outlineLvl"))
        if outline is None:
            outline = next((style.outline for style in chain if style.outline is not None), None)
        if outline is not None and outline < 9:
            return Role("heading", outline + 1)
        names = [style.name for style in chain] or [style_id.lower()]
        for name in names if outline is None else ():
            if heading := _HEADING.match(name):
                return Role("heading", int(heading.group(1)))
        if names[0] == "title":
            return Role("heading", 1)
        return self._list_role(own, chain) or _named_role(names)

    def hidden(self, style_id: str | None) -> bool:
        """Whether a style hides its text."""
        return next((style.vanish for style in self._chain(style_id or "") if style.vanish is not None), False)

    def _list_role(self, own: _Element | None, chain: list[_Style]) -> Role | None:
        numbering = None if own is None else _numbering(own)
        if numbering is None:
            numbering = next((style.numbering for style in chain if style.numbering is not None), None)
        return Role("list_item", numbering[1] + 1) if numbering is not None and numbering[0] != "0" else None

    def _chain(self, style_id: str) -> list[_Style]:
        chain: list[_Style] = []
        while (style := self._styles.get(style_id)) is not None and len(chain) < _LONGEST_CHAIN:
            chain.append(style)
            style_id = style.based_on or ""
        return chain


def is_on(properties: _Element | None, name: str) -> bool | None:
    """A toggle such as `w:vanish`: on, off, or None when it is not set."""
    element = properties.find(f"{W}{name}") if properties is not None else None
    return None if element is None else element.get(f"{W}val", "1") not in {"0", "false", "off"}


def _named_role(names: list[str]) -> Role:
    for name in names:
        for pattern, kind in _NAMED:
            if pattern.match(name):
                digits = name[-1:] if kind == "list_item" and name[-1:].isdecimal() else "1"
                return Role(kind, int(digits) if kind == "list_item" else None)
    return Role("paragraph")


def _read_style(style: _Element) -> _Style:
    paragraph = style.find(f"{W}pPr")
    return _Style(
        name=(_value(style, "name") or style.get(f"{W}styleId") or "").lower(),
        based_on=_value(style, "basedOn"),
        outline=_integer(_value(paragraph, "outlineLvl")),
        numbering=None if paragraph is None else _numbering(paragraph),
        vanish=is_on(style.find(f"{W}rPr"), "vanish"),
    )


def _numbering(properties: _Element) -> tuple[str, int] | None:
    element = properties.find(f"{W}numPr")
    if element is None:
        return None
    number, level = _value(element, "numId"), _integer(_value(element, "ilvl"))
    return (number if number is not None else "", min(level or 0, 8))


def _value(parent: _Element | None, name: str) -> str | None:
    element = parent.find(f"{W}{name}") if parent is not None else None
    return None if element is None else element.get(f"{W}val")


def _integer(text: str | None) -> int | None:
    return int(text) if text is not None and text.isdecimal() else None
