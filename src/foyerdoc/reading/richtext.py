"""RTF: paragraphs, headings by outline level, tables, headers, footers, footnotes, text boxes, hidden and deleted text.

The tokens are our own walk's; which groups hold no text, and which character set means which encoding, is striprtf's
knowledge. Its own conversion is not used: it leaves out headers, footnotes and text boxes, and shows hidden text.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field, replace
from typing import Literal

from foyerdoc.documents import BlockKind, Document, HiddenText
from foyerdoc.errors import DamagedFile
from foyerdoc.reading.assembly import Assembly, paired

_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|[\r\n]+|([^\\{}\r\n]+)", re.DOTALL
)
_READ: dict[str, BlockKind] = {
    **dict.fromkeys(("header", "headerl", "headerr", "headerf"), "header"),
    **dict.fromkeys(("footer", "footerl", "footerr", "footerf"), "footer"),
    "footnote": "footnote",
    "annotation": "footnote",
}
# Groups that striprtf skips whole, but that hold text somewhere inside.
_LOOKED_INTO = {"shp", "shpinst", "shptxt", "dptxbxtext", "do", "result", "object", "upr", "ud", "pntext", *_READ}
_NO_TEXT = {
    "fldinst",
    "pict",
    "objdata",
    "themedata",
    "datastore",
    "listtext",
    "pntext",
    "nonshppict",
    "sp",
    "mmathPr",
    "shprslt",
}
_CHARACTERS = {
    "tab": "\t", "line": "\n", "emdash": "—", "endash": "–", "emspace": "\u2003", "enspace": "\u2002", "qmspace": "\u2005",
    "bullet": "•", "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”", "softline": "\n",
}  # fmt: skip
_SIGNS = {"~": "\u00a0", "-": "\u00ad", "_": "-", "{": "{", "}": "}", "\\": "\\", "\n": "\n", "\r": "\n"}
_BREAKS = {"par", "sect", "page", "column"}
Cause = Literal["deleted", "hidden_style"]
_INFO = {"title": "title", "subject": "subject", "author": "author", "keywords": "keywords", "doccomm": "description"}


@dataclass(frozen=True, slots=True)
class _Group:
    """What holds within a pair of braces."""

    skip: bool = False
    kind: BlockKind | None = None
    info: str | None = None
    hidden: bool = False
    deleted: bool = False
    unicode_skip: int = 1
    font: int = -1


@dataclass
class _Line:
    """A paragraph in the making; each kind of group has its own, so that a footnote does not end its paragraph."""

    pieces: list[str] = field(default_factory=list)
    level: int | None = None
    listed: int | None = None
    in_table: bool = False
    cells: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    replaced: int = 0

    def take(self) -> str:
        """The text so far, which is then empty."""
        text = paired("".join(self.pieces))
        self.pieces.clear()
        self.replaced += text.count("\ufffd")
        return text


def read_rtf(assembly: Assembly) -> Document:
    """A Rich Text file: blocks with paths such as `p[12]`, `table[2]`, `footnote[1]`.

    Raises:
        DamagedFile: it is cut off before any text.
        EmptyFile: it shows nothing and hides nothing.
    """
    raw = assembly.raw.lstrip(b" \t\r\n\xef\xbb\xbf")
    reader = _Reader(assembly, raw)
    reader.read()
    if replaced := sum(line.replaced for line in reader.lines.values()):
        assembly.issue("undecodable", f"{replaced} characters could not be decoded and stand as U+FFFD")
    if reader.depth > 0:
        assembly.issue("truncated", "the file ends in the middle; it was read as far as it goes")
        if not assembly.blocks:
            raise DamagedFile(f"{assembly.name}: ends before any text", hint="fetch the file again")
    return assembly.finish("application/rtf")


def rtf_text(raw: bytes) -> str:
    """The text of a Rich Text body, paragraphs separated by blank lines."""
    from foyerdoc.settings import Limits

    def no_children(_raw: bytes, name: str) -> Document:
        raise DamagedFile(name, hint="")

    assembly = Assembly(raw, "", Limits(), no_children)
    _Reader(assembly, raw).read()
    return assembly.finish("application/rtf", allow_empty=True).text


def decompress(packed: bytes) -> bytes:
    """Unpack the Rich Text body of an Outlook message.

    Raises:
        ValueError: it is not packed as it should be.

    Source: [MS-OXRTFCP] Rich Text Format (RTF) Compression Algorithm.
    """
    size, kind = int.from_bytes(packed[4:8], "little"), packed[8:12]
    if kind == b"MELA":
        return packed[16 : 16 + size]
    if kind != b"LZFu":
        raise ValueError("not compressed RTF")
    window = bytearray(_PRELOADED) + bytearray(4096 - len(_PRELOADED))
    at, out, place = len(_PRELOADED), bytearray(), 16
    while place < len(packed) and len(out) < size:
        control = packed[place]
        place += 1
        for bit in range(8):
            if place >= len(packed):
                break
            if control & (1 << bit):
                reference = int.from_bytes(packed[place : place + 2], "big")
                place += 2
                start = reference >> 4
                if start == at:
                    return bytes(out[:size])
                piece = []
                for i in range((reference & 15) + 2):
                    piece.append(window[(start + i) % 4096])
                    window[at] = piece[-1]
                    at = (at + 1) % 4096
                out += bytes(piece)
            else:
                window[at] = packed[place]
                out.append(packed[place])
                at = (at + 1) % 4096
                place += 1
    return bytes(out[:size])


_PRELOADED = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans Serif"
    b"SymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)


class _Reader:
    def __init__(self, assembly: Assembly, raw: bytes) -> None:
        from striprtf.striprtf import charset_map, destinations

        self.assembly = assembly
        self.raw = raw
        self.skipped = (frozenset(destinations) | _NO_TEXT) - (_LOOKED_INTO - _NO_TEXT)
        self.charsets: dict[int, str] = charset_map
        self.encoding = "cp1252"
        self.fonts: dict[int, str] = {}
        self.font_being_defined = 0
        self.heading_styles: dict[int, int] = {}
        self.group = _Group()
        self.stack: list[_Group] = []
        self.lines: dict[BlockKind | None, _Line] = {None: _Line()}
        self.pending_bytes = bytearray()
        self.to_skip = 0
        self.starred = False
        self.in_fonts = 0
        self.in_styles = 0
        self.style_text = ""
        self.style_number = 0
        self.counts: dict[str, int] = {}
        self.concealed: list[tuple[Cause, str]] = []

    @property
    def depth(self) -> int:
        return len(self.stack)

    def read(self) -> None:
        position, end = 0, len(self.raw)
        while position < end:
            match = _TOKEN.match(self.raw, position)
            if match is None:
                position += 1
                continue
            position = match.end()
            word, argument, byte, sign, brace, text = match.groups()
            if byte is not None:
                self._byte(int(byte, 16))
                continue
            self._flush_bytes()
            if word is not None:
                number = int(argument) if argument else None
                if word == b"bin":
                    position += max(number or 0, 0)
                else:
                    self._word(word.decode("ascii"), number)
            elif brace is not None:
                self._brace(opens=brace == b"{")
                if not self.stack and brace == b"}":
                    break
            elif sign is not None:
                self._sign(sign.decode("latin-1"))
            elif text is not None:
                self._raw_text(text)
        self._flush_bytes()
        for kind in list(self.lines):
            self._paragraph(kind)
            self._table(kind)

    def _brace(self, *, opens: bool) -> None:
        self.starred, self.to_skip = False, 0
        if opens:
            self.stack.append(self.group)
            return
        depth = len(self.stack)
        self.in_fonts *= depth > self.in_fonts
        if self.in_styles and depth == self.in_styles + 1:
            self._define_style()
        self.in_styles *= depth > self.in_styles
        if not self.stack:
            return
        kind, self.group = self.group.kind, self.stack.pop()
        if kind is not None and kind != self.group.kind:
            self._paragraph(kind)
            self._table(kind)

    def _word(self, word: str, number: int | None) -> None:
        starred, self.starred = self.starred, False
        self.to_skip = 0
        if word in _READ:
            self.group = replace(self.group, kind=_READ[word], skip=False)
            self.lines.setdefault(_READ[word], _Line())
        elif word in {"fonttbl", "stylesheet"}:
            self.group = replace(self.group, skip=True)
            self.in_fonts = self.depth if word == "fonttbl" else self.in_fonts
            self.in_styles = self.depth if word == "stylesheet" else self.in_styles
        elif word == "info":
            self.group = replace(self.group, skip=True, info="")
        elif word in _INFO and self.group.info is not None:
            self.group = replace(self.group, info=_INFO[word])
        elif word in self.skipped or (starred and word not in _LOOKED_INTO):
            self.group = replace(self.group, skip=True)
        elif word == "shptxt" or word == "dptxbxtext":
            self.group = replace(self.group, skip=False)
        else:
            self._format(word, number)

    def _format(self, word: str, number: int | None) -> None:
        line = self.lines[self.group.kind]
        on = number != 0
        if word in {"v", "deleted"}:
            self.group = replace(self.group, hidden=on) if word == "v" else replace(self.group, deleted=on)
        elif word == "plain":
            self.group = replace(self.group, hidden=False, deleted=False)
        elif word == "uc":
            self.group = replace(self.group, unicode_skip=max(number or 0, 0))
        elif word == "u" and number is not None:
            self._text(_character(number))
            self.to_skip = self.group.unicode_skip
        elif word == "f" and number is not None:
            self.font_being_defined = number
            self.group = replace(self.group, font=number)
        elif word == "fcharset" and self.in_fonts:
            self.fonts[self.font_being_defined] = self.charsets.get(number or 0, self.encoding)
        elif word == "ansicpg" and number:
            self.encoding = f"cp{number}" if number != 65001 else "utf-8"
        elif word in _CHARACTERS:
            self._text(_CHARACTERS[word])
        elif not self.group.skip or self.in_styles:
            self._structure(word, number, line)

    def _structure(self, word: str, number: int | None, line: _Line) -> None:
        if self.in_styles:
            if word == "s":
                self.style_number = number or 0
            return
        if word in _BREAKS:
            self._paragraph(self.group.kind)
        elif word in {"cell", "nestcell"}:
            line.cells.append(line.take())
        elif word == "row":
            line.rows.append(line.cells)
            line.cells = []
        elif word == "intbl":
            line.in_table = True
        elif word == "pard":
            line.level = line.listed = None
            line.in_table = False
        elif word == "outlinelevel" and number is not None and 0 <= number < 9:
            line.level = number + 1
        elif word == "s" and number in self.heading_styles:
            line.level = self.heading_styles[number]
        elif word in {"ls", "ilvl"}:
            line.listed = min(max(number or 0, 0), 8) + 1 if word == "ilvl" else line.listed or 1

    def _sign(self, sign: str) -> None:
        if sign == "*":
            self.starred = True
        elif sign in {"\n", "\r"}:
            self._word("par", None)
        else:
            self._text(_SIGNS.get(sign, ""))

    def _byte(self, value: int) -> None:
        if self.to_skip:
            self.to_skip -= 1
        else:
            self.pending_bytes.append(value)

    def _raw_text(self, text: bytes) -> None:
        if self.to_skip:
            text, self.to_skip = text[self.to_skip :], max(self.to_skip - len(text), 0)
        self._text(self._decode(text))

    def _flush_bytes(self) -> None:
        if self.pending_bytes:
            raw = bytes(self.pending_bytes)
            self.pending_bytes.clear()
            self._text(self._decode(raw))

    def _decode(self, raw: bytes) -> str:
        encoding = self.fonts.get(self.group.font, self.encoding)
        try:
            return raw.decode(encoding, errors="replace")
        except LookupError:
            return raw.decode("cp1252", errors="replace")

    def _text(self, text: str) -> None:
        if self.in_styles:
            self.style_text += text
        elif self.group.info:
            self.assembly.metadata[self.group.info] = self.assembly.metadata.get(self.group.info, "") + text
        elif not self.group.skip:
            if self.group.hidden or self.group.deleted:
                self.concealed.append(("deleted" if self.group.deleted else "hidden_style", text))
                return
            line = self.lines[self.group.kind]
            if line.rows and not line.in_table and text.strip():
                self._table(self.group.kind)
            line.pieces.append(text)

    def _define_style(self) -> None:
        r"""A style of the sheet: `{\s1 ... heading 1;}`; names are in English whatever the user's language."""
        heading = re.match(r"\s*heading ([1-9])\b", self.style_text, re.IGNORECASE)
        if heading:
            self.heading_styles[self.style_number] = int(heading.group(1))
        self.style_text, self.style_number = "", 0

    def _paragraph(self, kind: BlockKind | None) -> None:
        line = self.lines[kind]
        self._conceal(kind)
        if line.in_table or line.cells:
            # A paragraph within a cell: its end is a space there.
            line.pieces.append(" ")
            return
        text = line.take()
        if not text.strip():
            return
        self._table(kind)
        if kind is not None:
            self.assembly.add(kind, text, path=self._path(kind))
        elif line.level is not None:
            self.assembly.add("heading", text, level=line.level, path=self._path("p"))
        elif line.listed is not None:
            self.assembly.add("list_item", text, level=line.listed, path=self._path("p"))
        else:
            self.assembly.add("paragraph", text, path=self._path("p"))

    def _table(self, kind: BlockKind | None) -> None:
        line = self.lines[kind]
        text = line.take() if line.cells or line.in_table else ""
        if line.cells or text.strip():
            line.rows.append([*line.cells, text])
            line.cells = []
        rows, line.rows = line.rows, []
        if rows:
            self.assembly.add_table(rows, path=self._path("table"))

    def _conceal(self, kind: BlockKind | None) -> None:
        for cause, pieces in itertools.groupby(self.concealed, key=lambda piece: piece[0]):
            text = paired("".join(text for _, text in pieces)).strip()
            if text:
                self.assembly.hidden.append(HiddenText(text, cause, path=kind))
        self.concealed.clear()

    def _path(self, name: str) -> str:
        self.counts[name] = self.counts.get(name, 0) + 1
        return f"{name}[{self.counts[name]}]"


def _character(code: int) -> str:
    r"""What `\u` names, in 16 bits that are mostly written with a sign; U+FFFD for what is beyond all characters."""
    code += 0x10000 if code < 0 else 0
    return chr(code) if 0 <= code <= 0x10FFFF else "\ufffd"
