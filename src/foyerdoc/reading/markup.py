"""XML parsed with care, and XML of no particular kind read element by element.

No entity beyond the five of XML is expanded and nothing is fetched, so neither entity bombs nor external entities work.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from foyerdoc.documents import Document
from foyerdoc.errors import DamagedFile
from foyerdoc.reading.assembly import Assembly
from foyerdoc.reading.encodings import decode

if TYPE_CHECKING:
    from lxml.etree import _Element

_BEFORE_DOCTYPE = re.compile(r"\s*(?:<!--.*?-->\s*|<\?.*?\?>\s*)*(?=<!DOCTYPE)", re.DOTALL | re.IGNORECASE)
DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_DEEPEST = 200


def parse_xml(raw: bytes | str, name: str, *, recover: bool = True) -> _Element:
    """The root element.

    Args:
        raw: the markup; bytes are decoded by their own declaration.
        name: of the file, for the message.
        recover: whether broken markup gives what can be saved rather than an error.

    Raises:
        DamagedFile: it is not XML, or nests too deep for the parser.
    """
    from lxml import etree

    # huge_tree lifts the limit on the length of a text (10 MB); that on depth stays (2048).
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=True, recover=recover
    )
    try:
        root = etree.fromstring(raw, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise DamagedFile(f"{name}: not well-formed XML", hint="check the program that wrote it") from error
    if root is None:
        raise DamagedFile(f"{name}: not well-formed XML", hint="check the program that wrote it")
    # What lies below the deepest level that the parser follows would be lost without an error.
    if any(error.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT for error in parser.error_log):
        raise DamagedFile(
            f"{name}: XML that nests too deep or multiplies itself", hint="save it again with the program that made it"
        )
    return root


def without_doctype(text: str) -> str:
    """Markup without its document type, and so without the entities that it declares."""
    before = _BEFORE_DOCTYPE.match(text)
    if before is None:
        return text
    end, inside = text.find(">", before.end()), text.find("[", before.end())
    if 0 <= inside < end:
        end = text.find(">", text.find("]", inside))
    return text[: before.end()] + text[end + 1 :] if end >= 0 else text


def local(element: _Element) -> str:
    """The element's name without its namespace; "" for comments, entities and processing instructions."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def elements(parent: _Element) -> Iterator[_Element]:
    """The child elements, without comments, entities and processing instructions."""
    for child in parent:
        if isinstance(child.tag, str):
            yield child


def whole(text: str | None, default: int) -> int:
    """A whole number as an attribute writes it, the default for what is none; of more digits than any count has, the first."""
    return int(text[:9]) if text is not None and text.isdecimal() else default


def text_of(element: _Element) -> str:
    """All character data in an element, comments left out, white space collapsed."""
    return " ".join("".join(str(piece) for piece in element.itertext("*")).split())


def read_xml(assembly: Assembly) -> Document:
    """XML of no particular kind: one paragraph per stretch of text between elements, its path the element's place.

    Elements with text in their midst (`<p>a <b>b</b> c</p>`) are one paragraph.
    """
    decoded = decode(assembly.raw, _declared(assembly.raw))
    # The declaration may name another encoding than the one found, and str input must not carry one.
    root = parse_xml(without_doctype(DECLARATION.sub("", decoded.text)).strip(), assembly.name)
    assembly.metadata["root"] = local(root)
    _walk(root, assembly)
    return assembly.finish("application/xml")


def _walk(root: _Element, assembly: Assembly) -> None:
    pending = [(root, f"{local(root)}[1]", 1)]
    while pending:
        element, path, depth = pending.pop()
        children = list(elements(element))
        own = (element.text or "").strip() or any((child.tail or "").strip() for child in element)
        if own or not children or depth >= _DEEPEST:
            assembly.add("paragraph", text_of(element), path=path)
            continue
        counts: Counter[str] = Counter()
        steps = []
        for child in children:
            counts[local(child)] += 1
            steps.append((child, f"{path}/{local(child)}[{counts[local(child)]}]", depth + 1))
        pending += reversed(steps)


def _declared(raw: bytes) -> str | None:
    found = re.search(rb"<\?xml[^>]*encoding\s*=\s*[\"']([\w.-]+)", raw[:400])
    return found.group(1).decode("ascii") if found else None
