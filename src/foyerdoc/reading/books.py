"""EPUB: the chapters in the order of the book's spine, each block's path its chapter and its place there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from foyerdoc.documents import Document, OutlineEntry
from foyerdoc.errors import DamagedFile, EncryptedFile
from foyerdoc.reading.archives import Archive, resolve
from foyerdoc.reading.assembly import Assembly
from foyerdoc.reading.hypertext import decode_page, parse_xhtml
from foyerdoc.reading.markup import elements, local, parse_xml
from foyerdoc.reading.web import add_page

if TYPE_CHECKING:
    from lxml.etree import _Element

_PAGES = ("application/xhtml+xml", "text/html", "application/x-dtbook+xml")
_FONT_SCRAMBLING = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
_METADATA = {"title", "creator", "language", "publisher", "date", "identifier", "description", "subject", "rights"}


def read_epub(assembly: Assembly) -> Document:
    """A book: blocks with paths such as `spine[3]/html/body/p[12]`, the table of contents as the outline.

    Raises:
        DamagedFile: the archive is broken, or names no chapters.
        EncryptedFile: its chapters are protected.
        LimitExceeded: it unpacks to more than the limits allow.
    """
    archive = Archive(assembly)
    _refuse_protected(assembly, archive)
    chapters, folder, package = _chapters(assembly, archive)
    for number, name in enumerate(chapters, 1):
        raw = archive.get(name)
        if raw is None:
            assembly.issue("part_unreadable", f"chapter {number} is listed but missing")
        else:
            add_page(assembly, parse_xhtml(decode_page(raw).text, assembly), f"spine[{number}]")
    if package is not None:
        _outline(assembly, archive, folder, package)
    return assembly.finish("application/epub+zip")


def _chapters(assembly: Assembly, archive: Archive) -> tuple[list[str], str, _Element | None]:
    """The chapters' member names in order, the folder that references are relative to, and the package document."""
    place = _package_name(assembly, archive)
    if place is None:
        pages = [name for name in archive.names if name.lower().endswith((".xhtml", ".html", ".htm"))]
        if not pages:
            raise DamagedFile(f"{assembly.name}: a book without chapters", hint="fetch the file again")
        assembly.issue("structure_missing", "the book's own list of chapters is missing; they stand in the archive's order")
        return pages, "", None
    folder = place.rpartition("/")[0]
    package = parse_xml(archive.read(place), assembly.name)
    manifest: dict[str, tuple[str, str]] = {}
    spine: list[str] = []
    for element in package.iter():
        name = local(element)
        if name == "item":
            manifest[element.get("id", "")] = (resolve(folder, element.get("href", "")), element.get("media-type", ""))
        elif name == "itemref":
            spine.append(element.get("idref", ""))
        elif name in _METADATA and (element.text or "").strip():
            key = {"creator": "author"}.get(name, name)
            assembly.metadata.setdefault(key, (element.text or "").strip())
    chapters = [manifest[item][0] for item in spine if item in manifest and manifest[item][1] in _PAGES]
    return chapters or [path for path, kind in manifest.values() if kind in _PAGES], folder, package


def _package_name(assembly: Assembly, archive: Archive) -> str | None:
    raw = archive.get("META-INF/container.xml")
    if raw is not None:
        for element in parse_xml(raw, assembly.name).iter():
            if local(element) == "rootfile" and element.get("full-path", "") in archive:
                return element.get("full-path", "")
    return next((name for name in archive.names if name.lower().endswith(".opf")), None)


def _refuse_protected(assembly: Assembly, archive: Archive) -> None:
    raw = archive.get("META-INF/encryption.xml")
    if raw is None:
        return
    for method in parse_xml(raw, assembly.name).iter():
        # Scrambled fonts are no obstacle; scrambled chapters are.
        if local(method) == "EncryptionMethod" and method.get("Algorithm") not in _FONT_SCRAMBLING:
            raise EncryptedFile(f"{assembly.name}: a protected book", hint="open it with the account that it belongs to")


def _outline(assembly: Assembly, archive: Archive, folder: str, package: _Element) -> None:
    for item in package.iter():
        if local(item) != "item":
            continue
        is_nav = "nav" in item.get("properties", "").split()
        is_ncx = item.get("media-type") == "application/x-dtbncx+xml"
        raw = archive.get(resolve(folder, item.get("href", ""))) if is_nav or is_ncx else None
        if raw is not None and not assembly.outline:
            root = parse_xhtml(decode_page(raw).text)
            if root is not None:
                assembly.outline += _entries(root, "navPoint" if is_ncx else "li")


def _entries(root: _Element, tag: str) -> list[OutlineEntry]:
    entries = []
    label = "text" if tag == "navPoint" else "a"
    for element in root.iter():
        if local(element) == tag:
            level = 1 + sum(local(parent) == tag for parent in element.iterancestors())
            own = (e for child in elements(element) for e in (child, *elements(child)) if local(e) in {label, "span"})
            title = next((" ".join("".join(str(t) for t in e.itertext()).split()) for e in own), "")
            if title:
                entries.append(OutlineEntry(title, level))
    return entries
