"""Scans: words and their boxes from page images, through Tesseract.

`recognize` reads one page image, for image files and for the pages of a PDF that carry no text. Most pages stand
upright and need one pass; a page that reads badly is turned, then read with another threshold, and the best is kept.
"""

from __future__ import annotations

import io
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import groupby
from operator import attrgetter

from PIL import Image, ImageOps
from PIL.TiffImagePlugin import TiffImageFile

from foyerdoc.documents import Box, Document
from foyerdoc.errors import DamagedFile, LimitExceeded, MissingDependency, ReadError
from foyerdoc.language import detect
from foyerdoc.reading import tesseract
from foyerdoc.reading.assembly import Assembly
from foyerdoc.reading.straightening import View, densest_inch, grey_of, is_blank, skew_of, view_of
from foyerdoc.serialization import StoredGeometry

# Pages that stand upright and are read well have word confidences of 0.85 to 0.97, upside down 0.30 to 0.40.
_TRUSTED = 0.7
_LOW = 0.6
_SPECK, _SIGN = 0.2, 0.5
_TURNS = (0, 90, 180, 270)
_PROBE_DPI, _PROBE_WORDS = 200.0, 5
_TURN_DPI = 150.0
_TURN_SURE = 2.0

_LONG_SIDE = 842.0  # points: A4
_LARGEST_SIDE = 1_700.0  # points: A2
_LEAST_DPI, _MOST_DPI = 50, 1_200
_BYTES_PER_PIXEL = 4
_SUBFILE_TYPE = 254  # the tag of TIFF whose lowest bit marks a smaller copy of another picture

_MEDIA_TYPES = {
    "PNG": "image/png",
    "JPEG": "image/jpeg",
    "TIFF": "image/tiff",
    "BMP": "image/bmp",
    "GIF": "image/gif",
    "WEBP": "image/webp",
    "HEIF": "image/heic",
}

PlacedWord = tuple[int, int, Box]
"""A word's start and end in the document's text, and its box."""


@dataclass(frozen=True, slots=True)
class RecognizedWord:
    """A word on a page image: its text, how sure it is (0..1) and its box in pixels of the image as given."""

    text: str
    confidence: float
    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(frozen=True, slots=True)
class RecognizedLine:
    """A line of words. Lines of one paragraph have the same block and paragraph number; both count in reading order."""

    words: tuple[RecognizedWord, ...]
    block: int
    paragraph: int


@dataclass(frozen=True, slots=True)
class Recognition:
    """What stands on a page image.

    Attributes:
        lines: in reading order.
        confidence: mean over the words, in 0..1; 0.0 without words.
        rotation: by how many degrees the page was turned clockwise to be read: 0, 90, 180 or 270.
        skew: by how many degrees its lines sloped downwards to the right (that is, clockwise), after the turn.
        language: ISO 639-1 code, None when there is too little text to tell.
        left_out: how many specks that look like words but hardly are were left out.
        missing_languages: Tesseract's codes of wanted languages that are not installed.
    """

    lines: tuple[RecognizedLine, ...]
    confidence: float
    rotation: int = 0
    skew: float = 0.0
    language: str | None = None
    left_out: int = 0
    missing_languages: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The lines below each other, words separated by single spaces."""
        return "\n".join(" ".join(word.text for word in line.words) for line in self.lines)


@dataclass(frozen=True, slots=True)
class _Attempt:
    """One reading of the page. `credible` is the number of characters, each weighed by how sure its word is."""

    words: tuple[tesseract.Word, ...]
    view: View
    turn: int = 0

    @property
    def confidence(self) -> float:
        return sum(word.confidence for word in self.words) / len(self.words) if self.words else 0.0

    @property
    def credible(self) -> float:
        return sum(len(w.text) * max(w.confidence - _SIGN, 0.0) for w in self.words if not _is_upended(w))

    @property
    def is_trusted(self) -> bool:
        upended = sum(_is_upended(word) for word in self.words)
        return self.confidence >= _TRUSTED and 2 * upended < len(self.words)


# --- one page --------------------------------------------------------------------------------------------------------


def recognize(
    image: Image.Image, *, dpi: float | None, languages: tuple[str, ...] | None = None, seconds: float
) -> Recognition:
    """Read the words on a page image, whichever way it is turned.

    Args:
        image: of any mode.
        dpi: pixels per inch, or None when unknown: then an A4 page is assumed.
        languages: Tesseract's codes ("fra", "deu"), the likeliest first; `tesseract.DEFAULT_LANGUAGES` by default.
        seconds: what it may take. A page that was read once by then is delivered as it is.

    Raises:
        MissingDependency: Tesseract or all of the languages are not installed; the hint is the command that does it.
        LimitExceeded: it took longer than `seconds`.
        ReadError: Tesseract refused the image.
    """
    deadline = time.monotonic() + seconds
    present, missing = tesseract.choose_languages(languages)
    view = view_of(image, dpi or _assumed_dpi(image.size))
    if is_blank(view):
        return Recognition((), 0.0, missing_languages=missing)
    skew = skew_of(view)
    best = _best_attempt(view, skew, present, deadline)
    kept = tuple(word for word in best.words if not _is_speck(word))
    lines = tuple(_lines(kept, best.view))
    return Recognition(
        lines,
        sum(word.confidence for word in kept) / len(kept) if kept else 0.0,
        rotation=best.turn,
        skew=skew,
        language=detect(" ".join(word.text for word in kept)),
        left_out=len(best.words) - len(kept),
        missing_languages=missing,
    )


def _best_attempt(view: View, skew: float, languages: tuple[str, ...], deadline: float) -> _Attempt:
    def attempt(turn: int, threshold: tuple[str, ...] = tesseract.LOCAL_THRESHOLD, dpi: float = float("inf")) -> _Attempt:
        turned = view.smaller(dpi).turned(turn - skew)
        words = tesseract.words_on(turned.image, dpi=turned.dpi, languages=languages, deadline=deadline, threshold=threshold)
        return _Attempt(words, turned, turn)

    turn = _likely_turn(view, skew, languages[:1], deadline)
    best = attempt(turn or 0)
    try:
        if not best.is_trusted and turn != 0:
            # The letters' shapes did not say, or misled: small copies are read in every way.
            turn = max((attempt(turn, dpi=_TURN_DPI) for turn in _TURNS), key=attrgetter("credible")).turn
            if turn != best.turn:
                best = max(best, attempt(turn), key=attrgetter("credible"))
        if not best.is_trusted:
            best = max(best, attempt(best.turn, tesseract.GLOBAL_THRESHOLD), key=attrgetter("credible"))
    except LimitExceeded:
        pass  # the first reading stands; its confidence says how good it is
    return best


def _likely_turn(view: View, skew: float, languages: tuple[str, ...], deadline: float) -> int | None:
    """By how much the page must be turned clockwise; None where that is not clear.

    An inch of the page in one language costs a tenth of reading it, and reading it the wrong way up twice as much.
    """
    upright = view.smaller(_PROBE_DPI).turned(-skew)
    words = tesseract.words_on(densest_inch(upright), dpi=upright.dpi, languages=languages, deadline=deadline)
    if len(words) >= _PROBE_WORDS and _Attempt(words, upright).is_trusted:
        return 0
    small = upright.smaller(_TURN_DPI)
    turn, sure = tesseract.turn_of(small.image, dpi=small.dpi, deadline=deadline)
    return turn if sure >= _TURN_SURE else None


def _is_upended(word: tesseract.Word) -> bool:
    """Whether a word runs up or down the image: Tesseract reads such lines too, but the page is not upright."""
    return len(word.text) >= 3 and word.height > 1.2 * word.width


def _is_speck(word: tesseract.Word) -> bool:
    """Whether a word is rather dirt, a rule or a piece of a picture."""
    return word.confidence < (_SPECK if any(map(str.isalnum, word.text)) else _SIGN)


def _lines(words: tuple[tesseract.Word, ...], view: View) -> Iterator[RecognizedLine]:
    for (block, paragraph, _), line in groupby(words, key=attrgetter("line")):
        placed = tuple(
            RecognizedWord(
                word.text,
                word.confidence,
                *view.on_page(word.left, word.top, word.left + word.width, word.top + word.height),
            )
            for word in line
        )
        yield RecognizedLine(placed, block, paragraph)


# --- into a document -------------------------------------------------------------------------------------------------


def add_recognition(assembly: Assembly, recognition: Recognition, page_number: int, scale: float) -> list[PlacedWord]:
    """Add a recognised page's paragraphs to a document, and issues that say how it was read.

    Args:
        assembly: the document, its page started.
        recognition: what `recognize` gave.
        page_number: from 1.
        scale: points per pixel of the image that was recognised.

    Returns:
        The words in text order: start and end in the document's text, and the box.
    """
    placed: list[PlacedWord] = []
    for _, paragraph in groupby(recognition.lines, key=attrgetter("block", "paragraph")):
        lines = list(paragraph)
        text = "\n".join(" ".join(word.text for word in line.words) for line in lines)
        span = assembly.add("paragraph", text, page=page_number)
        if span is None:
            continue
        at = span.start
        for word in (word for line in lines for word in line.words):
            box = Box(page_number, word.x0 * scale, word.y0 * scale, word.x1 * scale, word.y1 * scale)
            placed.append((at, at + len(word.text), box))
            at += len(word.text) + 1
    for code, message in _issues_of(recognition):
        assembly.issue(code, message, page=page_number)
    return placed


def _issues_of(recognition: Recognition) -> Iterator[tuple[str, str]]:
    if recognition.lines:
        turned = f", turned by {recognition.rotation} degrees" if recognition.rotation else ""
        yield "ocr_used", f"the text was recognised from an image{turned}; mean word confidence {recognition.confidence:.2f}"
        if recognition.confidence < _LOW:
            yield "low_ocr_confidence", f"the recognised text is doubtful: mean word confidence {recognition.confidence:.2f}"
    else:
        yield "no_text_recognised", "no text was found in the page's image"
    if recognition.left_out:
        yield "specks_left_out", f"{recognition.left_out} marks that hardly look like words were left out of the text"
    if recognition.missing_languages:
        missing = ", ".join(recognition.missing_languages)
        yield "ocr_language_missing", f"recognised without languages that are not installed: {missing}"


# --- image files -----------------------------------------------------------------------------------------------------


def read_image(assembly: Assembly) -> Document:
    """Read an image file: PNG, JPEG, TIFF of one or more pages, BMP, GIF, WEBP, and HEIC with the extra `ocr`.

    Of an animation the first picture is read. A picture without text is a document without text, with an issue.

    Raises:
        DamagedFile: none of it can be decoded.
        LimitExceeded: too many pixels or pages, or no page was recognised in time.
        MissingDependency: Tesseract or the decoder of HEIC is not installed.
    """
    deadline = time.monotonic() + assembly.limits.seconds * 0.9
    tesseract.choose_languages(None)
    words: dict[int, list[PlacedWord]] = {}
    failures: list[ReadError] = []
    with _opened(assembly) as image:
        # Pillow reads some JPEGs under the name of what they carry beside the picture (MPO).
        media_type = _MEDIA_TYPES.get(str(image.format), "image/jpeg")
        frames = _page_frames(image, assembly)
        for number, frame in enumerate(frames, 1):
            # Half of what is left: one slow page must not take the time of all that follow.
            left = deadline - time.monotonic()
            try:
                words[number] = _add_frame(assembly, image, frame, left if number == len(frames) else left / 2)
            except ReadError as error:
                failures.append(error)
    if len(failures) == len(frames):
        raise failures[0]
    return replace(assembly.finish(media_type, allow_empty=True), geometry=StoredGeometry.of(words))


def _add_frame(assembly: Assembly, image: Image.Image, frame: int, seconds: float) -> list[PlacedWord]:
    """Read one picture of the file as a page. One that fails is a page as well, empty and with an issue.

    Raises:
        ReadError: it cannot be decoded or recognised, or not in time.
    """
    number = len(assembly.pages) + 1
    words: list[PlacedWord] = []
    width = height = 0.0
    confidence = None
    assembly.start_page()
    try:
        page, dpi = _decoded(image, frame, assembly)
        width, height = page.width * 72 / dpi, page.height * 72 / dpi
        recognition = recognize(page, dpi=dpi, seconds=seconds)
        words = add_recognition(assembly, recognition, number, 72 / dpi)
        confidence = recognition.confidence if recognition.lines else None
    except ReadError as error:
        assembly.issue("page_not_recognised", f"a page was not read: {error.message}", page=number)
        raise
    finally:
        assembly.end_page(width, height, ocr_confidence=confidence)
    return words


@contextmanager
def _opened(assembly: Assembly) -> Iterator[Image.Image]:
    formats = [*_MEDIA_TYPES]
    if assembly.raw[4:8] == b"ftyp":
        _register_heic(assembly.name)
    else:
        formats.remove("HEIF")
    with warnings.catch_warnings():
        # The size is checked against our own limit, page by page.
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        try:
            # Only these: Pillow knows formats that start other programs.
            image = Image.open(io.BytesIO(assembly.raw), formats=formats)
        except Image.DecompressionBombError as error:
            raise _too_large(assembly.name) from error
        except Exception as error:  # decoders raise many kinds on broken files
            raise _damaged(assembly.name) from error
        with image:
            yield image


def _register_heic(name: str) -> None:
    try:
        import pi_heif
    except ImportError as error:
        raise MissingDependency(f"{name}: a HEIC photo needs a decoder", hint="pip install 'foyerdoc[ocr]'") from error
    pi_heif.register_heif_opener()


def _page_frames(image: Image.Image, assembly: Assembly) -> list[int]:
    """Which pictures of the file are pages: all of a TIFF but its thumbnails, the first of any other format."""
    try:
        n_frames: int = getattr(image, "n_frames", 1)
        if image.format != "TIFF":
            if n_frames > 1:
                assembly.issue("frames_skipped", f"the first of {n_frames} pictures was read")
            return [0]
        if n_frames > assembly.limits.pages:
            raise LimitExceeded(
                f"{assembly.name}: {n_frames} pages, the limit is {assembly.limits.pages}",
                hint="raise Limits.pages, or split the file",
            )
        return [frame for frame in range(n_frames) if not _is_thumbnail(image, frame)] or [0]
    except LimitExceeded:
        raise
    except Exception as error:  # decoders raise many kinds on broken files
        raise _damaged(assembly.name) from error


def _is_thumbnail(image: Image.Image, frame: int) -> bool:
    image.seek(frame)
    return isinstance(image, TiffImageFile) and bool(image.tag_v2.get(_SUBFILE_TYPE, 0) & 1)


def _decoded(image: Image.Image, frame: int, assembly: Assembly) -> tuple[Image.Image, float]:
    """One picture as a reader sees it, its pixels square, and its pixels per inch.

    Raises:
        LimitExceeded: it has too many pixels.
        DamagedFile: it cannot be decoded.
    """
    try:
        image.seek(frame)
        if image.width * image.height * _BYTES_PER_PIXEL > assembly.limits.decompressed_bytes:
            raise _too_large(assembly.name)
        across, down = _resolution(image)
        width = image.width
        page = ImageOps.exif_transpose(image)
        if page.width != width:
            across, down = down, across
        page = grey_of(page)
        if abs(across - down) > 0.02 * across:
            # A fax: 204 by 98 dots an inch.
            dpi = max(across, down)
            page = page.resize((round(page.width * dpi / across), round(page.height * dpi / down)))
            return page, dpi
    except (LimitExceeded, MemoryError):
        raise
    except Image.DecompressionBombError as error:
        raise _too_large(assembly.name) from error
    except Exception as error:  # decoders raise many kinds on broken files
        raise _damaged(assembly.name) from error
    return page, across


def _resolution(image: Image.Image) -> tuple[float, float]:
    """Pixels per inch across and down: the file's where they make sense, else as if the page were A4.

    Cameras write 72 whatever they took, so a resolution that makes the page larger than A2 is not believed.
    """
    assumed = _assumed_dpi(image.size)
    try:
        across, down = (float(number) for number in image.info["dpi"])
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return assumed, assumed
    if not all(_LEAST_DPI <= number <= _MOST_DPI for number in (across, down)):
        return assumed, assumed
    if max(image.width / across, image.height / down) * 72 > _LARGEST_SIDE:
        return assumed, assumed
    return across, down


def _assumed_dpi(size: tuple[int, int]) -> float:
    return max(size) * 72 / _LONG_SIDE


def _too_large(name: str) -> LimitExceeded:
    return LimitExceeded(f"{name}: an image with too many pixels", hint="raise Limits.decompressed_bytes, or scale it down")


def _damaged(name: str) -> DamagedFile:
    return DamagedFile(f"{name}: the image cannot be decoded", hint="open it in a viewer; if that fails too, ask for it again")
