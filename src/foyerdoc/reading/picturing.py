"""Pages as pictures, for people who look at what was read. Drawn in the process that reads, which can be killed."""

from __future__ import annotations

import io
import struct
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

import pypdfium2 as pdfium

from foyerdoc.errors import UsageError
from foyerdoc.reading import worker
from foyerdoc.reading.files import take
from foyerdoc.reading.pdf import opened
from foyerdoc.settings import Limits

_LENGTH: Final = struct.Struct(">II")
_MOST_PIXELS: Final = 12_000_000
_QUALITY: Final = 72


def picture_pages(
    source: str | Path | bytes,
    pages: Sequence[int],
    *,
    dpi: int = 100,
    name: str | None = None,
    password: str | None = None,
    limits: Limits | None = None,
) -> Mapping[int, bytes]:
    """Draw pages of a PDF, each as a PNG or a JPEG, whichever is the smaller.

    A page is drawn as a reader sees it, the whole picture being the whole of `Page.width` and `Page.height`. One of more
    than 12 million pixels is drawn smaller; one that is damaged is left out.

    Args:
        source: a path, or the file's bytes.
        pages: page numbers, from 1.
        dpi: pixels to the inch, 20 to 600.
        name, password, limits: as for `read`.

    Raises:
        UsageError: `dpi` is out of range.
        FoyerdocError: as `read`, where the file is no PDF, is damaged or overruns its limits.
    """
    if not 20 <= dpi <= 600:
        raise UsageError(f"pages cannot be drawn at {dpi} dots to the inch", hint="name 20 to 600; 100 can be read on a screen")
    limits = limits or Limits()
    raw, name = take(source, name, limits)
    request = {"do": "pictures", "password": password, "pages": list(pages), "dpi": dpi}
    answer = worker.call(request, raw, name=name, limits=limits)
    found, at = {}, 0
    while at < len(answer):
        page, length = _LENGTH.unpack_from(answer, at)
        at += _LENGTH.size + length
        found[page] = answer[at - length : at]
    return found


def draw(raw_file: bytes, name: str, password: str | None, pages: Sequence[int], dpi: int) -> bytes:
    """What the reading process answers: page number and length of each picture, and the picture."""
    parts = []
    with opened(raw_file, name, password) as pdf:
        for number in pages:
            with suppress(pdfium.PdfiumError):
                picture = _picture(pdf, number, dpi)
                parts.append(_LENGTH.pack(number, len(picture)) + picture)
    return b"".join(parts)


def _picture(pdf: pdfium.PdfDocument, number: int, dpi: int) -> bytes:
    page = pdf[number - 1]
    try:
        width, height = page.get_size()
        scale = min(dpi / 72, (_MOST_PIXELS / max(width * height, 1.0)) ** 0.5)
        image = page.render(scale=scale).to_pil().convert("RGB")
    finally:
        page.close()
    few, many = io.BytesIO(), io.BytesIO()
    # Print is sharper and often smaller in few shades; photographs are not.
    image.quantize(32).save(few, "PNG", optimize=True)
    image.save(many, "JPEG", quality=_QUALITY, optimize=True)
    return min(few.getvalue(), many.getvalue(), key=len)
