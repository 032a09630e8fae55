"""Office Open XML packages: parts, the relationships between them, and what DOCX, PPTX and XLSX share.

Strict files (ISO 29500 strict) differ in their namespaces alone; these are put right before parsing, so readers see one kind.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from foyerdoc.errors import DamagedFile
from foyerdoc.reading.archives import Archive, resolve
from foyerdoc.reading.assembly import Assembly
from foyerdoc.reading.markup import elements, local, parse_xml, whole
from foyerdoc.reading.numberformats import plain

if TYPE_CHECKING:
    from lxml.etree import _Element

R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
DGM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"

_STRICT = re.compile(rb"http://purl\.oclc\.org/ooxml/(\w+)/")
_DESCRIBED_BY_PROGRAM = re.compile(
    r"generated|généré|generiert|\.(?:png|jpe?g|gif|bmp|tiff?|emf|wmf|svg|webp)$|^(?:picture|image|grafik|bild)?[ _]*\d*$",
    re.IGNORECASE,
)
_PROPERTIES = {
    "title": "title",
    "subject": "subject",
    "creator": "author",
    "keywords": "keywords",
    "description": "description",
    "lastModifiedBy": "last_modified_by",
    "created": "created",
    "modified": "modified",
    "category": "category",
    "language": "language",
}


@dataclass(frozen=True, slots=True)
class Relation:
    """One relationship: the last word of its type ("image", "slide" ...), and the part or outside address it leads to."""

    kind: str
    target: str
    external: bool


class Package:
    """The parts of an Office file.

    Raises:
        DamagedFile: the archive is broken.
        LimitExceeded: it unpacks to more than the limits allow.
    """

    def __init__(self, assembly: Assembly) -> None:
        self.assembly = assembly
        self.archive = Archive(assembly)
        self._relations: dict[str, dict[str, Relation]] = {}

    def main_part(self, fallback: str) -> str:
        """The name of the part that the package is about.

        Raises:
            DamagedFile: it is missing.
        """
        for relation in self.relations("").values():
            if relation.kind == "officeDocument" and relation.target in self.archive:
                return relation.target
        if fallback in self.archive:
            return fallback
        raise DamagedFile(
            f"{self.assembly.name}: the main part is missing", hint="it is probably cut short: fetch the file again"
        )

    def root(self, part: str) -> _Element:
        """A part's root element; markup that is broken is read as far as it goes, with an issue.

        Raises:
            DamagedFile: there is no such part, or nothing of it can be read.
        """
        raw = self.archive.get(part)
        if raw is None:
            raise DamagedFile(f"{self.assembly.name}: the part {part} is missing", hint="fetch the file again")
        raw = _STRICT.sub(rb"http://schemas.openxmlformats.org/\1/2006/", raw)
        try:
            return parse_xml(raw, self.assembly.name, recover=False)
        except DamagedFile:
            root = parse_xml(raw, self.assembly.name, recover=True)
            self.assembly.issue("markup_repaired", f"{part} is not well-formed; it was read as far as possible")
            return root

    def find(self, part: str | None) -> _Element | None:
        """A part's root element, or None with an issue when it cannot be read. None gives None."""
        if part is None:
            return None
        try:
            return self.root(part)
        except DamagedFile:
            self.assembly.issue("part_unreadable", f"{part} could not be read")
            return None

    def relations(self, part: str) -> dict[str, Relation]:
        """A part's relationships by id; "" asks for the package's own."""
        if part not in self._relations:
            self._relations[part] = self._read_relations(part)
        return self._relations[part]

    def related(self, part: str, kind: str) -> list[str]:
        """The parts that a part leads to by one kind of relationship, in the order they are written."""
        return [
            r.target for r in self.relations(part).values() if r.kind == kind and not r.external and r.target in self.archive
        ]

    def target(self, part: str, relation_id: str | None) -> str | None:
        """The part that one relationship leads to; None when it leads outside or nowhere."""
        relation = self.relations(part).get(relation_id or "")
        return relation.target if relation and not relation.external and relation.target in self.archive else None

    def read_properties(self) -> None:
        """Title, author, dates and the like into the assembly's metadata."""
        for part in self.related("", "core-properties"):
            root = self.find(part)
            for element in elements(root) if root is not None else ():
                key, value = _PROPERTIES.get(local(element)), (element.text or "").strip()
                if key and value:
                    self.assembly.metadata[key] = value

    def _read_relations(self, part: str) -> dict[str, Relation]:
        folder, _, name = part.rpartition("/")
        root = self.archive.get(f"{folder}/_rels/{name}.rels" if part else "_rels/.rels")
        if root is None:
            return {}
        relations = {}
        try:
            tree = parse_xml(root, self.assembly.name)
        except DamagedFile:
            self.assembly.issue("part_unreadable", f"the relationships of {part or 'the package'} could not be read")
            return {}
        for element in elements(tree):
            external = element.get("TargetMode") == "External"
            target = element.get("Target", "")
            relations[element.get("Id", "")] = Relation(
                element.get("Type", "").rpartition("/")[2], target if external else resolve(folder, target), external
            )
        return relations


def alternative(element: _Element) -> _Element | None:
    """The branch of mc:AlternateContent to read: the first choice that holds anything, else the fallback.

    Both say the same, the fallback for older programs; reading both would double the text.
    """
    for child in elements(element):
        if child.tag in {f"{MC}Choice", f"{MC}Fallback"} and len(child):
            return child
    return None


def described(element: _Element) -> str:
    """The alternative text that a person gave a picture; "" when a program made it up."""
    return meaningful(element.get("descr") or "")


def meaningful(description: str) -> str:
    """A picture's description, or "" for a file name, a bare number or what a program wrote by itself."""
    text = " ".join(description.split())
    return "" if _DESCRIBED_BY_PROGRAM.search(text) else text


def chart_rows(root: _Element) -> tuple[list[str], list[list[str]]]:
    """A chart's titles, and its data as rows: the series' names above, one row per category, cached values as written."""
    titles = [" ".join(t.text or "" for t in title.iter(f"{A}t")).strip() for title in root.iter(f"{C}title")]
    names: list[str] = []
    columns: list[dict[int, str]] = []
    categories: dict[int, str] = {}
    for series in root.iter(f"{C}ser"):
        names.append(" ".join(_cached(series.find(f"{C}tx")).values()))
        for tag in ("cat", "xVal"):
            categories |= {k: v for k, v in _cached(series.find(f"{C}{tag}")).items() if k not in categories}
        values = series.find(f"{C}val")
        columns.append(_cached(values if values is not None else series.find(f"{C}yVal")))
    points = sorted(set(categories).union(*columns)) if columns else []
    rows = [["", *names]] if any(names) else []
    rows += [[categories.get(i, ""), *(column.get(i, "") for column in columns)] for i in points]
    return [title for title in titles if title], rows


def diagram_texts(root: _Element) -> list[str]:
    """The texts of a SmartArt diagram's nodes, in the order of its data part."""
    texts = []
    for point in root.iter(f"{DGM}pt"):
        paragraphs = ["".join(t.text or "" for t in p.iter(f"{A}t")) for p in point.iter(f"{A}p")]
        texts += [text for text in paragraphs if text.strip()]
    return texts


def _short(value: str) -> str:
    """A cached number without the digits that binary fractions add."""
    try:
        return plain(float(value)) if "." in value or "E" in value else value
    except (ValueError, OverflowError):
        return value


def _cached(element: _Element | None) -> dict[int, str]:
    if element is None:
        return {}
    values = {}
    for point in element.iter(f"{C}pt"):
        value, index = point.findtext(f"{C}v"), whole(point.get("idx"), -1)
        if value is not None and index >= 0:
            values[index] = _short(value)
    if not values and (direct := element.findtext(f"{C}v")):
        values[0] = direct
    return values
