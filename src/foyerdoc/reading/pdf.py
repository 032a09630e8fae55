"""PDF: text and geometry through PDFium, recognition of scanned pages, and what else the file carries.

PDFium reads text, boxes, metadata and bookmarks. pypdf, which is slower, is asked only when PDFium says that there
is something to ask for: form fields, embedded files, and pages on which PDFium finds nothing.
"""

from __future__ import annotations

import io
import re
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from foyerdoc.documents import Box, Document, HiddenText, OutlineEntry
from foyerdoc.errors import DamagedFile, EmptyFile, EncryptedFile, FoyerdocError, LimitExceeded, MissingDependency
from foyerdoc.reading.assembly import Assembly, decode_metadata
from foyerdoc.reading.geometry import Word, align
from foyerdoc.reading.layout import arrange
from foyerdoc.reading.pdfforms import FARTHEST, comments, form_fields
from foyerdoc.reading.pdftext import HiddenRun, PageText
from foyerdoc.reading.pieces import Item, Line, Paragraph, Table

if TYPE_CHECKING:
    from pypdf import PdfReader

    from foyerdoc.reading.scans import Recognition

MEDIA_TYPE = "application/pdf"

_OCR_DPI = 300
_OCR_MAX_PIXELS = 40_000_000
_BULLET = re.compile(r"[•▪◦‣●○■□–*·➢✓-]\s")
_UNMAPPED = re.compile(r"[\ufffd\ue000-\uf8ff]+")
_LETTERS = re.compile(r"[^\W\d_]{3}")


@dataclass(slots=True)
class _PageContent:
    """What one page holds, before headings are told from paragraphs."""

    width: float
    height: float
    items: list[Item] = field(default_factory=list)
    bold: set[int] = field(default_factory=set)
    hidden: list[HiddenRun] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    issues: list[tuple[str, str]] = field(default_factory=list)
    words: list[Word] = field(default_factory=list)
    plain: str = ""
    recognition: Recognition | None = None
    scale: float = 1.0


def read_pdf(assembly: Assembly) -> Document:
    """Read a PDF.

    Raises:
        EncryptedFile: it wants a password, or another one.
        DamagedFile: neither PDFium nor pypdf can open it.
        EmptyFile: it has no pages, or nothing on them.
        LimitExceeded: it has more pages than `limits.pages`.
        MissingDependency: all its pages are scans and Tesseract is not installed.
    """
    deadline = time.monotonic() + assembly.limits.seconds * 0.9
    try:
        with opened(assembly.raw, assembly.name, assembly.password) as pdf:
            if len(pdf) > assembly.limits.pages:
                raise _too_many_pages(assembly, len(pdf))
            if len(pdf) == 0:
                raise EmptyFile(f"{assembly.name}: a PDF without pages", hint="ask the sender for the file again")
            contents = [_page_content(pdf, number, assembly, deadline) for number in range(len(pdf))]
            if not any(content.items or content.recognition or content.hidden for content in contents):
                for index, content in enumerate(contents):
                    _ask_pypdf(assembly, content, index)
            _about(pdf, assembly)
            n_attachments, has_form = pdf.count_attachments(), pdf.get_formtype() != raw.FORMTYPE_NONE
    except DamagedFile:
        contents, n_attachments, has_form = _second_reader(assembly), 0, False
    form = _form_fields(assembly) if has_form else {}
    geometry = _emit(assembly, contents, form)
    if n_attachments:
        _attach(assembly)
    return _finish(assembly, contents, geometry)


def _too_many_pages(assembly: Assembly, n: int) -> LimitExceeded:
    limit = assembly.limits.pages
    return LimitExceeded(f"{assembly.name}: {n} pages, the limit is {limit}", hint="raise Limits.pages, or split the file")


def words_of(raw_file: bytes, name: str, password: str | None, pages: list[int]) -> dict[int, list[Word]]:
    """The words of some pages in the order of the document's text, for boxes on demand.

    A page that PDFium cannot read has none, as have all pages of a file that it cannot open: their text is pypdf's, or there
    is none, as the document's issues say.

    Args:
        raw_file: the file's bytes.
        name: for messages.
        password: as given to `read`.
        pages: page numbers, from 1.
    """
    found: dict[int, list[Word]] = {number: [] for number in pages}
    with suppress(DamagedFile), opened(raw_file, name, password) as pdf:
        for number in pages:
            with suppress(pdfium.PdfiumError), _page(pdf, number - 1) as (_, text):
                lines, _, _ = text.lines()
                found[number] = _words(arrange(lines, text.width), text)
    return found


# --- pages -----------------------------------------------------------------------------------------------------------


@contextmanager
def opened(raw_file: bytes, name: str, password: str | None) -> Iterator[pdfium.PdfDocument]:
    """A PDF as PDFium opens it, closed afterwards; what PDFium refuses becomes an error of ours."""
    try:
        pdf = _open(raw_file, password)
    except pdfium.PdfiumError as error:
        match error.err_code:
            case raw.FPDF_ERR_PASSWORD if password:
                raise EncryptedFile(f"{name}: the password does not open it", hint="check the password") from error
            case raw.FPDF_ERR_PASSWORD:
                raise EncryptedFile(f"{name}: encrypted", hint="pass password=... to read()") from error
            case raw.FPDF_ERR_SECURITY:
                raise EncryptedFile(
                    f"{name}: encrypted in a way that is not supported",
                    hint="remove the protection with the program that set it",
                ) from error
            case _:
                raise DamagedFile(
                    f"{name}: not a readable PDF", hint="open it in a viewer; if that fails too, ask the sender for it again"
                ) from error
    try:
        yield pdf
    finally:
        pdf.close()


def _open(raw_file: bytes, password: str | None) -> pdfium.PdfDocument:
    try:
        return pdfium.PdfDocument(raw_file, password=password)
    except pdfium.PdfiumError as error:
        if not password or error.err_code != raw.FPDF_ERR_PASSWORD:
            raise
    # One password is given for many files: those that only keep their owner's rights open without one.
    return pdfium.PdfDocument(raw_file)


def _page_content(pdf: pdfium.PdfDocument, index: int, assembly: Assembly, deadline: float) -> _PageContent:
    try:
        with _page(pdf, index) as (page, text):
            return _read_page(page, text, index, assembly, deadline)
    except pdfium.PdfiumError:
        content = _PageContent(0.0, 0.0)
        content.issues.append(("page_unreadable", "the page is damaged and was skipped"))
        return content


@contextmanager
def _page(pdf: pdfium.PdfDocument, index: int) -> Iterator[tuple[pdfium.PdfPage, PageText]]:
    """A page and its text, closed afterwards.

    Raises:
        PdfiumError: the page is damaged.
    """
    page = pdf[index]
    try:
        text = PageText(page)
        try:
            yield page, text
        finally:
            text.close()
    finally:
        page.close()


def _read_page(page: pdfium.PdfPage, text: PageText, index: int, assembly: Assembly, deadline: float) -> _PageContent:
    content = _PageContent(text.width, text.height)
    lines, content.hidden, layer = text.lines()
    if layer:
        content.issues.append(("text_layer", "a scanned page: its text is the recognised layer that the file carries"))
    if content.hidden:
        n = sum(len(run.text) for run in content.hidden)
        content.issues.append(("hidden_text", f"{n} characters that a reader does not see were kept out of the text"))
    if not text.inspected:
        content.issues.append(("hidden_text_unchecked", "too many objects on the page to tell hidden text from visible"))
    content.notes = comments(page)
    if _garbled(lines):
        content.issues.append(
            ("unmapped_fonts", "the fonts do not say which letters they draw; the page was recognised instead")
        )
        _recognise(page, content, deadline)
        if content.recognition is not None:
            return content
    if not lines and (text.n_images or text.n_paths > 20):
        _recognise(page, content, deadline)
        return content
    if not lines and not content.hidden and text.n_texts:
        _ask_pypdf(assembly, content, index)
    content.items = arrange(lines, text.width)
    for i, item in enumerate(content.items):
        if isinstance(item, Paragraph) and len(item.rows) <= 2 and len(item.rows[0]) == 1 and text.is_bold(item.rows[0][0]):
            content.bold.add(i)
    if assembly.boxes:
        content.words = _words(content.items, text)
    return content


def _words(items: list[Item], text: PageText) -> list[Word]:
    return [word for item in items for line in item.lines() for word in text.words(line)]


def _garbled(lines: list[Line]) -> bool:
    """Whether most characters are ones that no font of a readable text maps to."""
    sample = "".join(line.text for line in lines[:60])
    if len(sample) < 20:
        return False
    return sum(map(len, _UNMAPPED.findall(sample))) > 0.3 * len(sample)


def _recognise(page: pdfium.PdfPage, content: _PageContent, deadline: float) -> None:
    from foyerdoc.reading.scans import recognize

    seconds = deadline - time.monotonic()
    if seconds < 1.0:
        content.issues.append(("page_not_recognised", "a scanned page was skipped: the time limit was near"))
        return
    dpi = _OCR_DPI
    area = content.width * content.height / 72**2
    if area * dpi**2 > _OCR_MAX_PIXELS:
        dpi = max(int((_OCR_MAX_PIXELS / area) ** 0.5), 30)
    image = page.render(scale=dpi / 72).to_pil()
    try:
        recognition = recognize(image, dpi=float(dpi), seconds=seconds)
    except MissingDependency as error:
        content.issues.append(("page_needs_ocr", f"a scanned page was not read: {error}"))
        return
    except FoyerdocError as error:
        content.issues.append(("page_not_recognised", f"a scanned page was not read: {error}"))
        return
    content.recognition, content.scale = recognition, 72 / dpi


# --- from pages to blocks --------------------------------------------------------------------------------------------


def _emit(assembly: Assembly, contents: list[_PageContent], form: dict[int, list[tuple[str, Box]]]) -> dict[int, list[Any]]:
    """Add all pages to the assembly; the words of recognised pages and form fields, by page."""
    geometry: dict[int, list[Any]] = {}
    levels = _heading_levels(contents)
    for number, content in enumerate(contents, 1):
        for code, message in content.issues:
            assembly.issue(code, message, page=number)
        assembly.start_page()
        confidence = None
        if content.recognition is not None:
            from foyerdoc.reading.scans import add_recognition

            geometry[number] = add_recognition(assembly, content.recognition, number, content.scale)
            confidence = content.recognition.confidence if content.recognition.lines else None
        for paragraph in content.plain.split("\n\n"):
            assembly.add("paragraph", paragraph, page=number)
        for i, item in enumerate(content.items):
            _emit_item(assembly, item, number, levels, i in content.bold)
        for note in content.notes:
            assembly.add("footnote", note, page=number)
        for text, box in form.get(number, ()):
            span = assembly.add("form_field", text, page=number)
            if span is not None:
                geometry.setdefault(number, []).append((span.start, span.end, box))
        assembly.hidden += [
            HiddenText(run.text, run.cause, page=number, box=Box(number, run.x0, run.y0, run.x1, run.y1))
            for run in content.hidden
        ]
        assembly.end_page(content.width, content.height, ocr_confidence=confidence)
    return geometry


def _emit_item(assembly: Assembly, item: Item, number: int, levels: dict[int, int], bold: bool) -> None:
    if isinstance(item, Table):
        assembly.add_table(item.rows, page=number)
        return
    text = item.text
    stands_out = bold or (len(item.rows) == 1 and text.isupper())
    level = levels.get(_size(item)) or (max(levels.values(), default=0) + 1 if stands_out else None)
    if level is not None and _may_be_heading(item, text):
        assembly.add("heading", text, page=number, level=level)
    elif _BULLET.match(text):
        assembly.add("list_item", text, page=number, level=1)
    else:
        assembly.add("paragraph", text, page=number)


def _may_be_heading(item: Paragraph, text: str) -> bool:
    return len(text) <= 160 and len(item.rows) <= 3 and text[-1] not in ".,;" and _LETTERS.search(text) is not None


def _size(item: Paragraph) -> int:
    """The font height in half points, so that rounding in the file does not make sizes of its own."""
    return round(item.height * 2)


def _heading_levels(contents: list[_PageContent]) -> dict[int, int]:
    """Font sizes above the body's that headings use, mapped to levels from 1; at most four."""
    characters: Counter[int] = Counter()
    candidates: Counter[int] = Counter()
    for content in contents:
        for item in content.items:
            if isinstance(item, Paragraph):
                characters[_size(item)] += sum(len(line.text) for line in item.lines())
                if len(item.rows) <= 3:
                    candidates[_size(item)] += 1
            else:
                for line in item.lines():
                    characters[round(line.height * 2)] += len(line.text)
    if not characters:
        return {}
    body = characters.most_common(1)[0][0]
    sizes = sorted((size for size in candidates if size > 1.12 * body), reverse=True)
    # Neighbouring sizes are one level: 14 and 14.5 points are not two kinds of heading.
    levels: dict[int, int] = {}
    level, last = 0, 0
    for size in sizes:
        if not last or size < 0.93 * last:
            level, last = level + 1, size
        levels[size] = min(level, 4)
    return levels


def _finish(assembly: Assembly, contents: list[_PageContent], geometry: dict[int, list[Any]]) -> Document:
    from foyerdoc.serialization import StoredGeometry

    if not assembly.blocks and not assembly.attachments:
        for content in contents:
            for code, message in content.issues:
                if code == "page_needs_ocr":
                    raise MissingDependency(
                        f"{assembly.name}: its pages are scans and Tesseract is not installed", hint=_hint_of(message)
                    )
        if not assembly.hidden:
            raise EmptyFile(f"{assembly.name}: nothing to read on its {len(contents)} pages", hint="look whether it is blank")
    document = assembly.finish(MEDIA_TYPE)
    for page, content in zip(document.pages, contents, strict=True):
        if content.words:
            geometry.setdefault(page.number, []).extend(align(document.text, page, content.words))
    if not geometry:
        return document
    placed = {page: sorted(words, key=itemgetter(0)) for page, words in geometry.items()}
    return replace(document, geometry=StoredGeometry.of(placed))


def _hint_of(message: str) -> str:
    return message.rpartition("(")[2].rstrip(")")


# --- what else the file carries --------------------------------------------------------------------------------------


def _about(pdf: pdfium.PdfDocument, assembly: Assembly) -> None:
    assembly.metadata.update(decode_metadata(pdf.get_metadata_dict(skip_empty=True)))
    for bookmark in pdf.get_toc():
        destination = bookmark.get_dest()
        index = destination.get_index() if destination else None
        assembly.outline.append(
            OutlineEntry(
                bookmark.get_title().strip(), bookmark.level + 1, index + 1 if index is not None and index >= 0 else None
            )
        )


def _pypdf(assembly: Assembly) -> PdfReader:
    import pypdf

    reader = pypdf.PdfReader(io.BytesIO(assembly.raw), strict=False)
    if reader.is_encrypted and not (assembly.password and reader.decrypt(assembly.password)):
        reader.decrypt("")
    return reader


def _ask_pypdf(assembly: Assembly, content: _PageContent, index: int) -> None:
    """A second opinion on a page on which PDFium finds nothing."""
    if content.plain:
        return
    try:
        content.plain = _pypdf(assembly).pages[index].extract_text().strip()
    except Exception:  # noqa: BLE001 - a second opinion that fails is no opinion; PDFium's stands
        return
    if content.plain:
        content.issues.append(("second_reader", "PDFium found no text; pypdf's is used, without boxes"))


def _second_reader(assembly: Assembly) -> list[_PageContent]:
    """What pypdf, which forgives more, reads of a file that PDFium cannot open."""
    damaged = DamagedFile(
        f"{assembly.name}: not a readable PDF", hint="open it in a viewer; if that fails too, ask the sender for it again"
    )
    try:
        reader = _pypdf(assembly)
        if len(reader.pages) > assembly.limits.pages:
            raise _too_many_pages(assembly, len(reader.pages))
        contents = []
        for page in reader.pages:
            # A rectangle is given by any two of its corners that are opposite.
            width, height = (min(abs(float(side)), FARTHEST) for side in (page.mediabox.width, page.mediabox.height))
            content = _PageContent(width, height)
            content.plain = page.extract_text().strip()
            content.issues.append(("second_reader", "PDFium could not open the file; pypdf's text is used, without boxes"))
            contents.append(content)
    except (MemoryError, LimitExceeded):
        raise
    except Exception as error:  # pypdf raises many kinds on broken files
        raise damaged from error
    if not any(content.plain for content in contents):
        raise damaged
    return contents


def _attach(assembly: Assembly) -> None:
    try:
        # A name that is no text comes as its bytes.
        embedded: dict[str | bytes, Any] = dict(_pypdf(assembly).attachments.items())
    except Exception as error:  # noqa: BLE001 - whatever is wrong with the attachments, the pages are delivered
        assembly.issue("attachment_unreadable", f"the embedded files could not be listed ({type(error).__name__})")
        return
    for name, contents in embedded.items():
        for content in contents if isinstance(contents, list) else [contents]:
            assembly.attach(content, name.decode("latin-1") if isinstance(name, bytes) else name)


def _form_fields(assembly: Assembly) -> dict[int, list[tuple[str, Box]]]:
    """Filled fields by page, as "label: value" with the field's box."""
    found: dict[int, list[tuple[str, Box]]] = {}
    try:
        for number, text, box in form_fields(_pypdf(assembly)):
            found.setdefault(number, []).append((text, box))
    except Exception as error:  # noqa: BLE001 - whatever is wrong with the form, the pages are delivered
        assembly.issue("form_unreadable", f"form fields may be missing ({type(error).__name__})")
    return found
