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
class Numbering:
    """Which list a paragraph is in, by itself or by its style.

    Attributes:
        number: the list's `w:numId`; "" when none is named.
        level: its level, from 0, as the paragraph or its styles name it.
        own_level: the level that the paragraph itself names.
        styles: ids of its styles, the nearest first.
    """

    number: str
    level: int
    own_level: int | None
    styles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Style:
    identifier: str
    name: str
    based_on: str | None
    outline: int | None
    numbering: tuple[str | None, int | None] | None
    vanish: bool | None


class Styles:
    """The styles of a document, looked up along their chain of `basedOn`.

    Args:
        root: of the styles part; None when the file has none.

    Attributes:
        language: of the document's text, as the file says ("fr-lu"); "" when it does not.
    """

    def __init__(self, root: _Element | None) -> None:
        self._styles: dict[str, _Style] = {}
        self._chains: dict[str, list[_Style]] = {}
        self._default = ""
        language = root.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr/{W}lang") if root is not None else None
        self.language = language.get(f"{W}val", "").lower() if language is not None else ""
        for style in root.findall(f"{W}style") if root is not None else ():
            identifier = style.get(f"{W}styleId", "")
            self._styles[identifier] = _read_style(style)
            if style.get(f"{W}type") == "paragraph" and style.get(f"{W}default") in {"1", "true", "on"}:
                self._default = identifier

    def role(self, properties: _Element | None) -> Role:
        """What a paragraph is by its `w:pPr`."""
        own = properties if properties is not None else None
        style_id = value_of(own, "pStyle") or self._default
        chain = self._chain(style_id)
        outline = integer_of(value_of(own, "outlineLvl"))
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
        return self._list_role(own) or _named_role(names)

    def hidden(self, style_id: str | None) -> bool:
        """Whether a style hides its text."""
        return next((style.vanish for style in self._chain(style_id or "") if style.vanish is not None), False)

    def numbering(self, properties: _Element | None) -> Numbering | None:
        """The list that a paragraph is in by its `w:pPr`; None when it is in none, or taken out of its style's."""
        own = _numbering(properties) if properties is not None else None
        chain = self._chain(value_of(properties, "pStyle") or self._default)
        named = [style.numbering for style in chain if style.numbering is not None]
        named = [own, *named] if own is not None else named
        if not named:
            return None
        number = next((number for number, _ in named if number is not None), "")
        if number == "0":
            return None
        return Numbering(
            number,
            level=next((level for _, level in named if level is not None), 0),
            own_level=own[1] if own is not None else None,
            styles=tuple(style.identifier for style in chain),
        )

    def list_of(self, style_id: str) -> str:
        """The `w:numId` that a style names, or ""."""
        style = self._styles.get(style_id)
        return (style.numbering[0] or "") if style is not None and style.numbering is not None else ""

    def _list_role(self, properties: _Element | None) -> Role | None:
        numbering = self.numbering(properties)
        return Role("list_item", numbering.level + 1) if numbering is not None else None

    def _chain(self, style_id: str) -> list[_Style]:
        if style_id not in self._styles:
            return []
        chain = self._chains.get(style_id)
        if chain is None:
            chain, above = [], self._styles.get(style_id)
            while above is not None and len(chain) < _LONGEST_CHAIN:
                chain.append(above)
                above = self._styles.get(above.based_on or "")
            self._chains[style_id] = chain
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
        identifier=style.get(f"{W}styleId", ""),
        name=(value_of(style, "name") or style.get(f"{W}styleId") or "").lower(),
        based_on=value_of(style, "basedOn"),
        outline=integer_of(value_of(paragraph, "outlineLvl")),
        numbering=None if paragraph is None else _numbering(paragraph),
        vanish=is_on(style.find(f"{W}rPr"), "vanish"),
    )


def _numbering(properties: _Element) -> tuple[str | None, int | None] | None:
    element = properties.find(f"{W}numPr")
    if element is None:
        return None
    level = integer_of(value_of(element, "ilvl"))
    return value_of(element, "numId"), None if level is None else min(level, 8)


def value_of(parent: _Element | None, name: str) -> str | None:
    """The `w:val` of a child, or None."""
    element = parent.find(f"{W}{name}") if parent is not None else None
    return None if element is None else element.get(f"{W}val")


def integer_of(text: str | None) -> int | None:
    """A count as the file writes it; None for what is none, or has more digits than any count."""
    return int(text) if text is not None and text.isdecimal() and len(text) < 10 else None
