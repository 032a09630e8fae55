"""Pages of the web as trees of elements, however broken they are."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from foyerdoc.errors import DamagedFile
from foyerdoc.reading.assembly import Assembly
from foyerdoc.reading.encodings import Decoded, decode
from foyerdoc.reading.markup import DECLARATION, parse_xml, without_doctype

if TYPE_CHECKING:
    from lxml.etree import _Element

_HIDING = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all", re.IGNORECASE)
_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,31});")
_META = re.compile(rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_XML_ENCODING = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.-]+)", re.IGNORECASE)
_NESTING = re.compile(r"</?(?!(?:br|p|h[1-6]|script|style|html|head|body|title|meta|img)\b)[a-z][^<>]*>", re.IGNORECASE)


def decode_page(raw: bytes, declared: str | None = None) -> Decoded:
    """A page's text: by byte order mark, UTF-8 validity, the declaration of its carrier, its own, else a guess."""
    found = _META.search(raw[:4096]) or _XML_ENCODING.search(raw[:400])
    return decode(raw, declared or (found.group(1).decode("ascii", errors="replace") if found else None))


def parse_html(text: str, assembly: Assembly | None = None) -> _Element | None:
    """The root element of a page however broken it is, or None when there is none in it.

    A page that nests deeper than the parser goes is read again without the elements that nest; `assembly` gets the issue.
    """
    cleaned = DECLARATION.sub("", text).replace("\0", "")
    root, too_deep = _parse(cleaned)
    if too_deep:
        root, _ = _parse(_NESTING.sub("\n", cleaned))
        if assembly is not None:
            assembly.issue("deep_nesting", "the page nests too deep; it was read without its divisions, lists and tables")
    return root


def _parse(text: str) -> tuple[_Element | None, bool]:
    from lxml import etree

    parser = etree.HTMLParser(huge_tree=True, no_network=True, remove_pis=True, recover=True, encoding="utf-8")
    try:
        root = etree.fromstring(text.encode("utf-8", errors="replace"), parser)
    except etree.XMLSyntaxError:
        return None, False
    # What lies below the deepest level that the parser follows is dropped without an error.
    return root, any(error.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT for error in parser.error_log)


def parse_xhtml(text: str, assembly: Assembly | None = None) -> _Element | None:
    """The root element of a page in XML; read as HTML when it is not well-formed."""
    plain = without_doctype(DECLARATION.sub("", text))
    named = _ENTITY.sub(
        lambda m: m.group(0) if m.group(1) in {"amp", "lt", "gt", "quot", "apos"} else html.unescape(m.group(0)), plain
    )
    try:
        return parse_xml(named.strip().encode("utf-8", errors="replace"), "page", recover=False)
    except DamagedFile:
        return parse_html(text, assembly)


def is_hidden(element: _Element) -> bool:
    """Whether the element itself says that it is not shown."""
    return element.get("hidden") is not None or bool(_HIDING.search(element.get("style", "")))
