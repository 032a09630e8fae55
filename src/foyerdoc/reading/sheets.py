"""XLSX (also templates and macro-enabled files): sheets as pages, each run of filled rows a table, values as displayed.

A sheet is split into tables at empty rows; columns that are empty throughout a table are left out of it, so that far-off
cells cost nothing. Formulas give the value that the file keeps of them. Merged cells hold their text once. Comments,
text in drawings and chart titles are blocks too. Hidden sheets, rows and columns go to `hidden`.

The sheets' XML is read as a stream: openpyxl loads every cell as an object and refuses files over details of their styles. Its
table of built-in number formats is used.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from foyerdoc.documents import Document, HiddenText
from foyerdoc.errors import DamagedFile, LimitExceeded
from foyerdoc.reading.archives import read_pictures
from foyerdoc.reading.assembly import Assembly, paired
from foyerdoc.reading.markup import local, whole
from foyerdoc.reading.numberformats import code_of, plain, show
from foyerdoc.reading.package import A, Package, R, chart_rows
from foyerdoc.reading.sniffing import XLSX

if TYPE_CHECKING:
    from lxml.etree import _Element

S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_STRICT = re.compile(rb"http://purl\.oclc\.org/ooxml/(\w+)/")
_REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7})$")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_MARGIN_CODES = re.compile(r'&(?:"[^"]*"|\d+|K[0-9A-Fa-f]{6}|K\d\d[+-]\d{3}|[PNDTFAZGSXYUEBIHO])')
# More empty cells than this many per filled one, and a table's rows are given without their empty cells.
_SPARSE = 20


@dataclass
class _Book:
    strings: list[str]
    codes: list[str]
    from_1904: bool


@dataclass
class _Cells:
    """One sheet: filled cells by row, ascending, and what is hidden."""

    rows: list[tuple[int, dict[int, str]]] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    margins: list[tuple[str, str]] = field(default_factory=list)


def read_xlsx(assembly: Assembly) -> Document:
    """A workbook: one page per sheet, tables with paths such as `sheet[Sales]/A4:F20`.

    Raises:
        DamagedFile: the package or its main part is broken or missing.
        EncryptedFile: a member of the archive is encrypted.
        EmptyFile: no sheet holds anything.
        LimitExceeded: too many sheets or cells, or it unpacks to more than the limits allow.
    """
    package = Package(assembly)
    main = package.main_part("xl/workbook.xml")
    package.read_properties()
    root = package.root(main)
    properties = root.find(f"{S}workbookPr")
    book = _Book(
        strings=_strings(package, main),
        codes=_codes(package, main),
        from_1904=properties is not None and properties.get("date1904") in {"1", "true"},
    )
    for sheet in root.iterfind(f"{S}sheets/{S}sheet"):
        assembly.start_page()
        part = package.target(main, sheet.get(f"{R}id"))
        if part is None:
            assembly.issue("part_unreadable", "a sheet is listed but missing")
        else:
            shown = sheet.get("state", "visible") == "visible"
            _Sheet(package, book, part, sheet.get("name", ""), len(assembly.pages) + 1).read(shown=shown)
        assembly.end_page()
    read_pictures(assembly, package.archive, "xl/media/")
    return assembly.finish(XLSX)


class _Sheet:
    def __init__(self, package: Package, book: _Book, part: str, name: str, page: int) -> None:
        self.package = package
        self.assembly = package.assembly
        self.book = book
        self.part = part
        self.page = page
        self.name = name
        self.path = f"sheet[{name}]"

    def read(self, *, shown: bool) -> None:
        cells = self._cells()
        if not shown:
            self._hide(cells.rows)
            self.assembly.issue("hidden_sheet", "a hidden sheet; its text is in `hidden`", page=self.page)
            return
        visible = self._visible(cells)
        if visible or self.package.related(self.part, "drawing"):
            # The name on the sheet's tab is its title.
            self.assembly.add("heading", self.name, page=self.page, level=1, path=self.path)
        self._margins(cells, "header")
        for table in _tables(visible):
            self._table(table)
        self._drawings()
        self._comments()
        self._margins(cells, "footer")

    def _table(self, table: Sequence[tuple[int, dict[int, str]]]) -> None:
        columns = sorted({column for _, cells in table for column in cells})
        if len(table) == len(columns) == 1:
            text = table[0][1][columns[0]]
            self.assembly.add("paragraph", text, page=self.page, path=f"{self.path}/{_letters(columns[0])}{table[0][0]}")
            return
        filled = sum(len(cells) for _, cells in table)
        if len(columns) * len(table) > _SPARSE * filled + 10_000:
            rows = [list(cells.values()) for _, cells in table]
            self.assembly.issue("sparse_table", "a table is mostly empty; its empty cells were left out", page=self.page)
        else:
            rows = [[cells.get(column, "") for column in columns] for _, cells in table]
        first, last = f"{_letters(columns[0])}{table[0][0]}", f"{_letters(columns[-1])}{table[-1][0]}"
        self.assembly.add_table(rows, page=self.page, path=f"{self.path}/{first}:{last}")

    def _visible(self, cells: _Cells) -> list[tuple[int, dict[int, str]]]:
        hidden_columns = cells.hidden_columns
        if not (cells.hidden_rows or hidden_columns):
            return cells.rows
        visible, hidden = [], []
        for number, row in cells.rows:
            if number in cells.hidden_rows:
                hidden.append((number, row))
                continue
            out = {c: text for c, text in row.items() if any(a <= c <= b for a, b in hidden_columns)}
            if out:
                hidden.append((number, out))
            if kept := {c: text for c, text in row.items() if c not in out}:
                visible.append((number, kept))
        self._hide(hidden)
        return visible

    def _hide(self, rows: Sequence[tuple[int, dict[int, str]]]) -> None:
        for number, row in rows:
            text = "\t".join(row.values())
            self.assembly.hidden.append(HiddenText(text, "hidden_style", page=self.page, path=f"{self.path}/row[{number}]"))

    def _cells(self) -> _Cells:
        from lxml import etree

        cells = _Cells()
        characters = 0
        raw = self.package.archive.get(self.part) or b""
        stream = io.BytesIO(_STRICT.sub(rb"http://schemas.openxmlformats.org/\1/2006/", raw))
        tags = tuple(f"{S}{name}" for name in ("row", "col", "headerFooter"))
        events = etree.iterparse(
            stream,
            events=("end",),
            tag=tags,
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=True,
            recover=True,
        )
        following = 1
        try:
            for _, element in events:
                if element.tag == f"{S}row":
                    following, row = self._row(element, following, cells)
                    if row:
                        cells.rows.append((following - 1, row))
                        characters += sum(map(len, row.values()))
                        if characters > self.assembly.limits.text_characters:
                            raise LimitExceeded(
                                f"{self.assembly.name}: more than {self.assembly.limits.text_characters} characters of text",
                                hint="raise Limits.text_characters, or split the file",
                            )
                    _forget(element)
                elif element.tag == f"{S}col" and element.get("hidden") in {"1", "true"}:
                    cells.hidden_columns.append((whole(element.get("min"), 1), whole(element.get("max"), 1)))
                elif element.tag == f"{S}headerFooter":
                    cells.margins = [(local(child), child.text or "") for child in element]
            broken = bool(events.error_log)  # what the parser skipped to go on
        except etree.XMLSyntaxError:
            broken = True
        if broken:
            self.assembly.issue("part_unreadable", "a sheet is broken; it was read as far as possible", page=self.page)
        cells.rows.sort(key=lambda row: row[0])
        return cells

    def _row(self, element: _Element, following: int, cells: _Cells) -> tuple[int, dict[int, str]]:
        number = whole(element.get("r"), following)
        if element.get("hidden") in {"1", "true"}:
            cells.hidden_rows.add(number)
        row: dict[int, str] = {}
        column = 0
        for cell in element.iterfind(f"{S}c"):
            place = _REFERENCE.match(cell.get("r", ""))
            column = _column(place.group(1)) if place else column + 1
            text = self._value(cell).strip()
            if text:
                row[column] = text
        return number + 1, row

    def _value(self, cell: _Element) -> str:
        kind = cell.get("t", "n")
        if kind == "inlineStr":
            inline = cell.find(f"{S}is")
            return _rich(inline) if inline is not None else ""
        value = cell.findtext(f"{S}v") or ""
        if kind == "s":
            index = whole(value, -1)
            return self.book.strings[index] if 0 <= index < len(self.book.strings) else ""
        if kind == "b":
            return {"1": "TRUE", "0": "FALSE"}.get(value, value)
        if kind != "n":
            return _unescape(value)
        try:
            number = float(value)
        except ValueError:
            return value
        if not math.isfinite(number):  # no spreadsheet has one
            return value
        style = whole(cell.get("s"), 0)
        code = self.book.codes[style] if style < len(self.book.codes) else "General"
        return plain(number) if code == "General" else show(number, code, from_1904=self.book.from_1904)

    def _margins(self, cells: _Cells, kind: str) -> None:
        seen: set[str] = set()
        for name, code in cells.margins:
            if not name.lower().endswith(kind):
                continue
            # Sections begin with &L, &C and &R; codes for fonts, page numbers and dates are not text.
            text = " ".join(_MARGIN_CODES.sub("", re.sub("&[LCR]", " ", code)).replace("&&", "&").split())
            if text not in seen:
                seen.add(text)
                self.assembly.add("header" if kind == "header" else "footer", text, page=self.page, path=f"{self.path}/{kind}")

    def _drawings(self) -> None:
        for drawing in self.package.related(self.part, "drawing"):
            root = self.package.find(drawing)
            for number, shape in enumerate(root if root is not None else (), 1):
                for paragraph in shape.iter(f"{A}p"):
                    text = "".join(t.text or "" for t in paragraph.iter(f"{A}t"))
                    self.assembly.add("paragraph", text, page=self.page, path=f"{self.path}/shape[{number}]")
            for number, chart in enumerate(self.package.related(drawing, "chart"), 1):
                tree = self.package.find(chart)
                # A chart's data are cells of the workbook already.
                for title in chart_rows(tree)[0] if tree is not None else ():
                    self.assembly.add("caption", title, page=self.page, path=f"{self.path}/chart[{number}]")

    def _comments(self) -> None:
        for part in self.package.related(self.part, "comments") + self.package.related(self.part, "threadedComment"):
            root = self.package.find(part)
            for comment in root.iter() if root is not None else ():
                if local(comment) in {"comment", "threadedComment"}:
                    text = "".join(piece.text or "" for piece in comment.iter() if local(piece) in {"t", "text"})
                    # A thread stands a second time as a comment for older programs, with a note on that in front.
                    if text.startswith("[Threaded comment]"):
                        continue
                    self.assembly.add("footnote", text, page=self.page, path=f"{self.path}/comment[{comment.get('ref', '')}]")


def _tables(rows: Sequence[tuple[int, dict[int, str]]]) -> Iterator[Sequence[tuple[int, dict[int, str]]]]:
    start = 0
    for i in range(1, len(rows) + 1):
        if i == len(rows) or rows[i][0] > rows[i - 1][0] + 1:
            yield rows[start:i]
            start = i


def _strings(package: Package, main: str) -> list[str]:
    for part in package.related(main, "sharedStrings"):
        root = package.find(part)
        if root is not None:
            return [_rich(item) for item in root.iterfind(f"{S}si")]
    return []


def _rich(item: _Element) -> str:
    """A string's runs; readings of East Asian characters (rPh) are left out, as on the screen."""
    pieces = [item.findtext(f"{S}t") or "", *(run.findtext(f"{S}t") or "" for run in item.iterfind(f"{S}r"))]
    return _unescape("".join(pieces))


def _unescape(text: str) -> str:
    return paired(_ESCAPED.sub(lambda match: chr(int(match.group(1), 16)), text)) if "_x" in text else text


def _codes(package: Package, main: str) -> list[str]:
    """The number format code of each cell style."""
    for part in package.related(main, "styles"):
        try:
            root = package.root(part)
        except DamagedFile:
            package.assembly.issue("part_unreadable", "the styles are broken; numbers and dates stand as stored")
            return []
        custom = {whole(f.get("numFmtId"), 0): f.get("formatCode", "General") for f in root.iterfind(f"{S}numFmts/{S}numFmt")}
        return [code_of(whole(xf.get("numFmtId"), 0), custom) for xf in root.iterfind(f"{S}cellXfs/{S}xf")]
    return []


def _forget(element: _Element) -> None:
    """Free what was read: a sheet of a million rows must not stand in memory as a tree."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _letters(column: int) -> str:
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
