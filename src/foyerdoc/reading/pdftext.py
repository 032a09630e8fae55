"""A PDF page's characters as PDFium sees them: visible lines with boxes, hidden text, and words.

PDFium is called directly, not through its Python objects: on two cores the calls are what a page costs, so a line
takes three of them and only lines that look like table rows take one per gap.

PDFium is not thread-safe: one process reads one document at a time (`reading.worker`).
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Any, Literal

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from foyerdoc.reading.pieces import Line

HiddenCause = Literal["invisible", "background_colour", "tiny", "off_page"]

# PDFium ends lines with CR LF and marks a hyphen at a line's end with U+FFFE instead of a line end.
_HYPHEN = "\ufffe"
_LINE = re.compile(f"[^\r\n{_HYPHEN}]*{_HYPHEN}|[^\r\n{_HYPHEN}]+")
_CONTROL = dict.fromkeys([*range(9), 11, 12, *range(14, 32)], "\ufffd") | {9: " ", 0xFFFE: "-"}
_ALEF_LAM = re.compile("[\u0622\u0623\u0625\u0627]\u0644")
_loose_box = raw.FPDFText_GetLooseCharBox
_INVISIBLE_MODES = (raw.FPDF_TEXTRENDERMODE_INVISIBLE, raw.FPDF_TEXTRENDERMODE_CLIP)
_TINY = 1.5  # points; smaller print cannot be read
_GAP = 0.9  # line heights; a wider gap separates cells
_NARROW_GAP = 0.5  # line heights; a wider gap may
_WORD_GAP = 0.06  # line heights; less stands between a figure and the letters of its own word
_GLUED = re.compile(r"[\d.)](?=[^\W\d_])")
_MAX_OBJECTS = 500_000
_FORCE_BOLD = 1 << 18  # ISO 32000-1, table 123


@dataclass(frozen=True, slots=True)
class HiddenRun:
    """Characters that a reader of the page does not see, with their box in page coordinates and why."""

    text: str
    cause: HiddenCause
    x0: float
    y0: float
    x1: float
    y1: float


class PageText:
    """The text of one page. Coordinates are points as a reader sees the page, origin top left.

    Attributes:
        width, height: the page in points, its rotation applied.
        image_share: the share of the page's area that its largest image covers, 0..1.
        n_images, n_paths: drawn objects that are not text.
        n_texts: drawn stretches of text.
        inspected: whether all drawn objects were looked at; of more than half a million the rest were not.
    """

    def __init__(self, page: pdfium.PdfPage) -> None:
        self._page = page
        self._handle = raw.FPDFText_LoadPage(page.raw)
        self.width, self.height = page.get_size()
        self._frame = _frame(page)
        self._rotation = raw.FPDFPage_GetRotation(page.raw)
        self._upright = self._rotation == 0
        self._characters, self._index = _characters(self._handle)
        self._rect = raw.FS_RECTF()
        self._rect_ref = ctypes.byref(self._rect)
        if _ALEF_LAM.search(self._characters):
            self._characters = _ALEF_LAM.sub(self._in_order, self._characters)
        self.image_share = 0.0
        self.n_images = 0
        self.n_paths = 0
        self.n_texts = 0
        self.inspected = True
        self._jumps = False  # whether the line that `_line` made last starts and ends at different heights
        self._suspects: dict[int, HiddenCause] = {}
        self._inspect()

    def close(self) -> None:
        """Free PDFium's memory."""
        raw.FPDFText_ClosePage(self._handle)

    @property
    def characters(self) -> str:
        """All characters, hidden ones too, in the producer's order."""
        return self._characters

    def lines(self) -> tuple[list[Line], list[HiddenRun], bool]:
        """The visible lines in the producer's order, what is hidden, and whether the text is a layer under a scan.

        The layer under a scanned page is invisible and yet what the page shows, so it counts as visible.
        """
        layer = self.image_share >= 0.5 and any(cause == "invisible" for cause in self._suspects.values())
        suspects = {k: v for k, v in self._suspects.items() if not (layer and v == "invisible")}
        causes = self._causes(suspects) if suspects else None
        whole: list[Line] = []
        hidden: list[HiddenRun] = []
        text = self._characters
        for match in _LINE.finditer(text):
            for start, end, cause in _runs(match.start(), match.end(), causes):
                line = self._line(start, end)
                if line is None:
                    continue
                jumps = self._jumps
                found = cause or self._geometric_cause(line)
                if found is None:
                    whole += self._levelled(line) if jumps else [line]
                else:
                    hidden.append(HiddenRun(line.text, found, line.x0, line.y0, line.x1, line.y1))
        advances = [
            (line.x1 - line.x0) / (len(line.text) * line.height) for line in whole if len(line.text) > 20 and line.height
        ]
        usual = median(advances) if advances else 0.45
        lines = [part for line in whole for part in self._split(line, usual)]
        return lines, hidden, layer

    def words(self, line: Line) -> Iterator[tuple[str, float, float, float, float]]:
        """The words of a line with their boxes: text, x0, y0, x1, y1."""
        for match in re.finditer(r"\S+", line.text):
            at = line.start + match.start()
            boxes = [box for i in range(at, at + len(match[0])) if (box := self._box(i)) is not None]
            if boxes:
                x0, y0 = min(b[0] for b in boxes), min(b[1] for b in boxes)
                yield match[0], x0, y0, max(b[2] for b in boxes), max(b[3] for b in boxes)
            else:
                yield match[0], line.x0, line.y0, line.x1, line.y1

    def is_bold(self, line: Line) -> bool:
        """Whether the font at the middle of the line is bold, by its weight or, where that is not stated, its name."""
        at = self._at(line.start + len(line.text) // 2)
        if raw.FPDFText_GetFontWeight(self._handle, at) >= 600:
            return True
        name, flags = ctypes.create_string_buffer(128), ctypes.c_int()
        raw.FPDFText_GetFontInfo(self._handle, at, name, len(name), flags)
        return bool(flags.value & _FORCE_BOLD) or any(word in name.value for word in (b"Bold", b"bold", b"Black", b"Heavy"))

    # --- lines -------------------------------------------------------------------------------------------------------

    def _line(self, start: int, end: int) -> Line | None:
        text = self._characters[start:end]
        stripped = text.strip()
        if not stripped:
            return None
        start += len(text) - len(text.lstrip())
        end = start + len(stripped)
        first, last = self._box(start), self._box(end - 1)
        if first is None or last is None:
            first = first or last or (0.0, 0.0, 0.0, 0.0)
            last = last or first
        self._jumps = abs(first[3] - last[3]) > 0.6 * (first[3] - first[1])
        return Line(
            stripped if stripped.isprintable() else stripped.translate(_CONTROL),
            start,
            min(first[0], last[0]),
            min(first[1], last[1]),
            max(first[2], last[2]),
            max(first[3], last[3]),
        )

    def _levelled(self, line: Line) -> list[Line]:
        """Cut what PDFium takes for one line where the writing jumps to another height."""
        first = self._box(line.start)
        if first is None or self._rotation % 2:
            return [line]
        if abs(raw.FPDFText_GetCharAngle(self._handle, self._at(line.start))) > 0.01:  # radians: the text itself is turned
            return [line]
        cuts, bottom, height = [0], first[3], first[3] - first[1]
        for i in range(1, len(line.text)):
            box = self._box(line.start + i)
            if box is not None and not line.text[i].isspace() and abs(box[3] - bottom) > 0.6 * max(height, box[3] - box[1]):
                cuts.append(i)
                bottom, height = box[3], box[3] - box[1]
        parts = [self._line(line.start + a, line.start + b) for a, b in pairwise([*cuts, len(line.text)])]
        return [part for part in parts if part is not None]

    def _split(self, line: Line, usual: float) -> list[Line]:
        """Cut a line at its wide gaps, as between the cells of a table row.

        Args:
            line: what PDFium takes for one line.
            usual: the page's usual width of a character, in line heights.
        """
        text = line.text
        # PDFium leaves out the space between a clause's number and its text where a wide gap stands.
        cuts = [
            match.end()
            for match in _GLUED.finditer(text)
            if self._gap(line, match.end(), match.end()) > _WORD_GAP * line.height
        ]
        gaps: list[tuple[float, int]] = []
        if " " in text and self._may_have_gap(line, _NARROW_GAP * line.height, usual):
            gaps = [(self._gap(line, match.start(), match.end()), match.end()) for match in re.finditer(r" +", text)]
        if gaps:
            # A justified line's spaces are all wide; where one is narrow, twice as wide a one is a gap between cells.
            limit = min(max(_NARROW_GAP * line.height, 2.0 * min(gaps)[0]), _GAP * line.height)
            cuts += [end for gap, end in gaps if gap > limit]
        if not cuts:
            return [line]
        parts = [self._line(line.start + a, line.start + b) for a, b in pairwise([0, *sorted(cuts), len(text)])]
        return [part for part in parts if part is not None]

    def _gap(self, line: Line, end: int, start: int) -> float:
        """The white between the character before `end` and the one at `start`, in points; 0 where PDFium knows no boxes."""
        before, after = self._box(line.start + end - 1), self._box(line.start + start)
        if before is None or after is None:
            return 0.0
        return max(after[0] - before[2], before[0] - after[2])  # right-to-left text runs the other way

    def _may_have_gap(self, line: Line, limit: float, usual: float) -> bool:
        n = len(line.text)
        # A gap of `limit` within text of the usual width; justified lines are up to a tenth wider than that.
        if line.x1 - line.x0 > 1.1 * usual * n * line.height + 0.7 * limit:
            return True
        count: int = raw.FPDFText_CountRects(self._handle, self._at(line.start), n)
        if count < 2 or self._rotation:
            return count > 1
        left, top, right, bottom = (ctypes.c_double() for _ in range(4))
        edge = None
        for i in range(count):
            raw.FPDFText_GetRect(self._handle, i, left, top, right, bottom)
            if edge is not None and left.value - edge > limit:
                return True
            edge = right.value
        return False

    def _in_order(self, pair: re.Match[str]) -> str:
        """Put the letters of an Arabic lam-alef ligature in order: PDFium turns them round with the line."""
        first, second = self._box(pair.start()), self._box(pair.start() + 1)
        return pair[0][::-1] if first is not None and first == second else pair[0]

    def _at(self, offset: int) -> int:
        return offset if self._index is None else self._index[offset]

    def _box(self, offset: int) -> tuple[float, float, float, float] | None:
        """The box of a character's advance and font height, None when PDFium knows none."""
        if self._index is not None:
            offset = self._index[offset]
        if not _loose_box(self._handle, offset, self._rect_ref):
            return None
        r = self._rect
        if self._upright:
            x0, _, _, y1 = self._frame
            return r.left - x0, y1 - r.top, r.right - x0, y1 - r.bottom
        return self._displayed(r.left, r.bottom, r.right, r.top)

    def _displayed(self, left: float, bottom: float, right: float, top: float) -> tuple[float, float, float, float]:
        """From the page's own space (origin bottom left) to what a reader sees."""
        x0, y0, x1, y1 = self._frame
        match self._rotation:
            case 1:
                box = bottom - y0, left - x0, top - y0, right - x0
            case 2:
                box = x1 - right, bottom - y0, x1 - left, top - y0
            case _:
                box = y1 - top, x1 - right, y1 - bottom, x1 - left
        return box if box[0] <= box[2] and box[1] <= box[3] else _ordered(box)

    # --- hidden text -------------------------------------------------------------------------------------------------

    def _geometric_cause(self, line: Line) -> HiddenCause | None:
        if line.x1 < 0 or line.y1 < 0 or line.x0 > self.width or line.y0 > self.height:
            return "off_page"
        # Some fonts state no height: the ink decides then.
        if line.height < _TINY and self._ink_height(line) < _TINY:
            return "tiny"
        return None

    def _ink_height(self, line: Line) -> float:
        left, right, bottom, top = (ctypes.c_double() for _ in range(4))
        heights = []
        for i in range(line.start, line.start + min(len(line.text), 20)):
            if raw.FPDFText_GetCharBox(self._handle, self._at(i), left, right, bottom, top):
                heights += [top.value - bottom.value, right.value - left.value]
        return max(heights, default=0.0)

    def _inspect(self) -> None:
        """Walk the page's objects: count what is drawn, and note text that may be invisible."""
        area = max(self.width * self.height, 1.0)
        colours = tuple(ctypes.c_uint() for _ in range(4))
        for seen, (kind, handle) in enumerate(_objects(self._page)):
            if kind == raw.FPDF_PAGEOBJ_TEXT:
                self.n_texts += 1
                cause = _suspicion(handle, colours)
                if cause:
                    self._suspects[_address(handle)] = cause
            elif kind == raw.FPDF_PAGEOBJ_IMAGE:
                self.n_images += 1
                self.image_share = max(self.image_share, min(_area(handle) / area, 1.0))
            elif kind == raw.FPDF_PAGEOBJ_PATH:
                self.n_paths += 1
            if seen > _MAX_OBJECTS:
                self.inspected = False
                break

    def _causes(self, suspects: dict[int, HiddenCause]) -> list[HiddenCause | None]:
        """For each character why it is hidden, None when it is visible."""
        causes: list[HiddenCause | None] = []
        for offset in range(len(self._characters)):
            handle = raw.FPDFText_GetTextObject(self._handle, self._at(offset))
            known = suspects.get(_address(handle)) if handle else None
            # White space that PDFium made up belongs to no object: it goes with the character before.
            causes.append(known if handle else (causes[-1] if causes else None))
        if "background_colour" in causes:
            self._keep_what_contrasts(causes)
        return causes

    def _keep_what_contrasts(self, causes: list[HiddenCause | None]) -> None:
        """Light text is hidden only where the page as drawn shows nothing: on a dark ground it is a heading."""
        scale = 2.0
        image = self._page.render(scale=scale, grayscale=True).to_numpy()
        for start, end, cause in list(_runs(0, len(causes), causes)):
            if cause != "background_colour":
                continue
            for i in range(start, end):
                box = self._box(i)
                if box is None:
                    continue
                x0, y0, x1, y1 = (int(v * scale) for v in box)
                region = image[max(y0, 0) : max(y1, 0) + 1, max(x0, 0) : max(x1, 0) + 1]
                if region.size and int(region.max()) - int(region.min()) > 24:
                    causes[i] = None


def _runs(start: int, end: int, causes: Sequence[HiddenCause | None] | None) -> Iterator[tuple[int, int, HiddenCause | None]]:
    """Cut a stretch of characters where the cause changes."""
    if causes is None:
        yield start, end, None
        return
    at = start
    while at < end:
        to = at + 1
        while to < end and causes[to] == causes[at]:
            to += 1
        yield at, to, causes[at]
        at = to


def _characters(handle: Any) -> tuple[str, list[int] | None]:
    """The page's text and, where it is not the identity, PDFium's character index of each code point."""
    count = raw.FPDFText_CountChars(handle)
    if count <= 0:
        return "", None
    buffer = (ctypes.c_ushort * (count + 1))()
    written = raw.FPDFText_GetText(handle, 0, count, buffer)
    text = bytes(buffer)[: max(written - 1, 0) * 2].decode("utf-16-le", "replace")
    if len(text) == count:
        return text, None
    index, unit = [], 0
    for character in text:
        index.append(max(raw.FPDFText_GetCharIndexFromTextIndex(handle, unit), 0))
        unit += 1 if ord(character) < 0x10000 else 2
    return text, index


def _frame(page: pdfium.PdfPage) -> tuple[float, float, float, float]:
    box = raw.FS_RECTF()
    raw.FPDF_GetPageBoundingBox(page.raw, ctypes.byref(box))
    x0, y0, x1, y1 = _ordered((box.left, box.bottom, box.right, box.top))
    return x0, y0, x1, y1


def _ordered(box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    return min(box[0], box[2]), min(box[1], box[3]), max(box[0], box[2]), max(box[1], box[3])


def _objects(page: pdfium.PdfPage) -> Iterator[tuple[int, Any]]:
    """The page's drawn objects, those inside forms too."""
    kind_of, form = raw.FPDFPageObj_GetType, raw.FPDF_PAGEOBJ_FORM
    pending = [(raw.FPDFPage_GetObject(page.raw, i), 0) for i in range(raw.FPDFPage_CountObjects(page.raw))]
    while pending:
        handle, depth = pending.pop()
        kind = kind_of(handle)
        if kind != form:
            yield kind, handle
        elif depth < 8:
            count = max(raw.FPDFFormObj_CountObjects(handle), 0)
            pending += [(raw.FPDFFormObj_GetObject(handle, i), depth + 1) for i in range(count)]


def _suspicion(handle: Any, colours: tuple[ctypes.c_uint, ...]) -> HiddenCause | None:
    if raw.FPDFTextObj_GetTextRenderMode(handle) in _INVISIBLE_MODES:
        return "invisible"
    red, green, blue, alpha = colours
    if not raw.FPDFPageObj_GetFillColor(handle, red, green, blue, alpha):
        return None
    if alpha.value == 0:
        return "invisible"
    return "background_colour" if red.value >= 235 and green.value >= 235 and blue.value >= 235 else None


def _address(handle: Any) -> int:
    return ctypes.cast(handle, ctypes.c_void_p).value or 0


def _area(handle: Any) -> float:
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    if not raw.FPDFPageObj_GetBounds(handle, left, bottom, right, top):
        return 0.0
    return abs((right.value - left.value) * (top.value - bottom.value))
