from __future__ import annotations

import io

import pytest
from PIL import Image

import foyerdoc as fd
from foyerdoc.documents import Span
from foyerdoc.errors import DamagedFile, EncryptedFile, UsageError
from foyerdoc.reading.picturing import picture_pages
from foyerdoc.settings import Limits
from tests.reading.pdfs import pdf, text_pages


def _image(raw: bytes) -> Image.Image:
    return Image.open(io.BytesIO(raw)).convert("L")


@pytest.mark.parametrize("dpi", [72, 100, 200])
def test_a_word_is_drawn_where_its_box_is(dpi: int) -> None:
    raw = text_pages("First page", "Second page\nwith one word")
    document = fd.read(raw, name="a.pdf")
    found = picture_pages(raw, [2], dpi=dpi)
    assert list(found) == [2]
    image, page = _image(found[2]), document.pages[1]
    assert image.size == (pytest.approx(page.width * dpi / 72, abs=1), pytest.approx(page.height * dpi / 72, abs=1))
    at = document.text.index("word")
    (box,) = document.boxes(Span(at, at + 4))
    inside = image.crop([round(edge * dpi / 72) for edge in (box.x0, box.y0, box.x1, box.y1)])
    assert inside.getextrema()[0] < 100
    below = image.crop([round(edge * dpi / 72) for edge in (box.x0, box.y1 + 6, box.x1, box.y1 + 20)])
    assert below.getextrema()[0] > 240


def test_a_page_as_large_as_a_house_is_drawn_smaller() -> None:
    raw = pdf(lambda canvas: canvas.setPageSize((14_000, 14_000)))
    assert _image(picture_pages(raw, [1], dpi=100)[1]).size[0] < 3500


def test_what_cannot_be_drawn_is_refused() -> None:
    with pytest.raises(UsageError, match="1000 dots"):
        picture_pages(text_pages("a"), [1], dpi=1000)
    with pytest.raises(DamagedFile):
        picture_pages(b"no PDF at all", [1])
    with pytest.raises(EncryptedFile):
        picture_pages(pdf(lambda canvas: None, encrypt="secret"), [1], limits=Limits())


def test_a_page_that_is_not_there_is_left_out() -> None:
    assert list(picture_pages(text_pages("a"), [1, 7])) == [1]
