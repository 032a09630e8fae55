from __future__ import annotations

import difflib
import io
import os
import shutil
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFilter

from foyerdoc.documents import Document, Span
from foyerdoc.errors import DamagedFile, LimitExceeded, MissingDependency
from foyerdoc.reading import tesseract
from foyerdoc.reading.assembly import Assembly
from foyerdoc.reading.scans import (
    Recognition,
    RecognizedLine,
    RecognizedWord,
    add_recognition,
    read_image,
    recognize,
)
from foyerdoc.reading.straightening import View, grey_of, noise_of, skew_of, view_of
from foyerdoc.settings import Limits
from tests.reading.images import DPI, ENGLISH, FRENCH, GERMAN, Drawn, encoded, page, turned


@pytest.fixture(scope="module", autouse=True)
def _tesseract_is_installed() -> None:
    if shutil.which("tesseract") is None:
        pytest.skip(f"Tesseract is not installed: {tesseract.INSTALL}")


def assembly(raw: bytes, name: str = "scan", **limits: float) -> Assembly:
    def no_children(_raw: bytes, _name: str) -> Document:
        raise AssertionError("an image has no files in it")

    return Assembly(raw, name, Limits(**limits), no_children)


def read(raw: bytes, **limits: float) -> Document:
    return read_image(assembly(raw, **limits))


def likeness(recognition: Recognition, *paragraphs: list[str]) -> float:
    """The share of the drawn words that were read, in their order."""
    truth = " ".join(" ".join(lines) for lines in paragraphs).split()
    matcher = difflib.SequenceMatcher(None, truth, recognition.text.split(), autojunk=False)
    return sum(match.size for match in matcher.get_matching_blocks()) / len(truth)


def words_of(recognition: Recognition) -> Iterator[RecognizedWord]:
    for line in recognition.lines:
        yield from line.words


def codes(document: Document) -> list[str]:
    return [issue.code for issue in document.issues]


# --- one page --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("lines", "language"), [(FRENCH, "fr"), (GERMAN, "de"), (ENGLISH, "en")])
def test_a_page_in_each_language(lines: list[str], language: str) -> None:
    image, drawn = page(lines)
    found = recognize(image, dpi=DPI, seconds=60)
    assert likeness(found, lines) >= 0.95
    assert found.language == language
    assert found.confidence > 0.85
    assert (found.rotation, found.skew, found.missing_languages) == (0, 0.0, ())
    assert_boxes(found, drawn, tolerance=5)


def test_two_languages_on_one_page_stay_two_paragraphs() -> None:
    image, _ = page(FRENCH, GERMAN)
    found = recognize(image, dpi=DPI, seconds=60)
    assert likeness(found, FRENCH, GERMAN) >= 0.95
    assert len({(line.block, line.paragraph) for line in found.lines}) == 2


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_turned_page_is_read_and_its_boxes_stay_on_the_image_as_given(turn: int) -> None:
    image, drawn = page(GERMAN)
    given = image.rotate(turn, expand=True)  # to the left, so it must be turned to the right
    found = recognize(given, dpi=DPI, seconds=60)
    assert found.rotation == turn
    assert likeness(found, GERMAN) >= 0.95
    assert_boxes(found, {word: turned(box, image.size, turn) for word, box in drawn.items()}, tolerance=6)


@pytest.mark.parametrize("slope", [-3.0, 3.0])
def test_a_skewed_page(slope: float) -> None:
    image, drawn = page(FRENCH)
    given = image.rotate(-slope, Image.Resampling.BICUBIC, fillcolor=255)
    found = recognize(given, dpi=DPI, seconds=60)
    assert found.skew == pytest.approx(slope, abs=0.3)
    assert likeness(found, FRENCH) >= 0.95
    # A word's box holds the sloping word; its middle is where turning moved the drawn middle.
    way = View(given, DPI, 1.0, -slope, (given.width / 2, given.height / 2))
    placed = {word.text: word for word in words_of(found)}
    for text, (x0, y0, x1, y1) in drawn.items():
        if text in placed:
            expected = middle_on_page(way, (x0 + x1) / 2, (y0 + y1) / 2)
            word = placed[text]
            assert ((word.x0 + word.x1) / 2, (word.y0 + word.y1) / 2) == pytest.approx(expected, abs=8)


def test_a_noisy_page() -> None:
    image, _ = page(GERMAN)
    noise = Image.effect_noise(image.size, 60)
    noisy = Image.blend(image, noise, 0.4)
    assert noise_of(noisy) > 10 > 1 > noise_of(image)
    assert likeness(recognize(noisy, dpi=DPI, seconds=60), GERMAN) >= 0.9


def test_words_under_a_shadow_are_not_lost() -> None:
    image, _ = page(ENGLISH)
    shadow = Image.radial_gradient("L").resize(image.size)
    shaded = Image.composite(image.point(lambda level: level // 4), image, shadow)
    assert likeness(recognize(shaded, dpi=DPI, seconds=60), ENGLISH) >= 0.9


def test_a_small_image_is_enlarged() -> None:
    image, drawn = page(ENGLISH)
    small = image.resize((image.width * 2 // 5, image.height * 2 // 5), Image.Resampling.LANCZOS)
    found = recognize(small, dpi=DPI * 2 / 5, seconds=60)
    assert likeness(found, ENGLISH) >= 0.9
    assert_boxes(found, {word: tuple(0.4 * n for n in box) for word, box in drawn.items()}, tolerance=4)


def test_a_blank_page_and_a_smudge_have_no_words() -> None:
    blank = Image.new("L", (1000, 1400), 250)
    assert recognize(blank, dpi=None, seconds=60) == Recognition((), 0.0)
    ImageDraw.Draw(blank).ellipse((300, 300, 700, 600), fill=90)
    smudge = recognize(blank.filter(ImageFilter.GaussianBlur(20)), dpi=None, seconds=60)
    assert smudge.lines == ()


def test_a_page_that_takes_too_long() -> None:
    image, _ = page(ENGLISH)
    with pytest.raises(LimitExceeded) as caught:
        recognize(image, dpi=DPI, seconds=0.02)
    assert "Limits.seconds" in caught.value.hint


# --- Tesseract itself ------------------------------------------------------------------------------------------------


def test_without_the_program(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    image, _ = page(ENGLISH)
    for call in (lambda: recognize(image, dpi=DPI, seconds=60), lambda: read(encoded(image, "PNG"))):
        with pytest.raises(MissingDependency) as caught:
            call()
        assert "apt-get install tesseract-ocr tesseract-ocr-fra tesseract-ocr-deu tesseract-ocr-ltz" in caught.value.hint


def test_without_a_language(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    # The real program, seen through a door that lists English alone.
    real = shutil.which("tesseract")
    door = tmp_path / "tesseract"
    door.write_text(f'#!/bin/sh\nif [ "$1" = --list-langs ]; then printf "List\\neng\\nosd\\n"; else exec {real} "$@"; fi\n')
    door.chmod(door.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    image, _ = page(ENGLISH)
    document = read(encoded(image, "PNG", dpi=(DPI, DPI)))
    assert "loss adjuster will visit" in document.text
    assert [i.message for i in document.issues if i.code == "ocr_language_missing"] == [
        "recognised without languages that are not installed: fra, deu"
    ]
    with pytest.raises(MissingDependency) as caught:
        recognize(image, dpi=DPI, languages=("deu",), seconds=60)
    assert "tesseract-ocr-deu" in caught.value.hint


# --- image files -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "mode"),
    [
        *(("PNG", mode) for mode in ("RGBA", "P", "1", "I;16")),
        *(("TIFF", mode) for mode in ("LA", "F")),
        *(("JPEG", "CMYK"), ("BMP", "RGB"), ("GIF", "P"), ("WEBP", "RGB")),
    ],
)
def test_formats_and_colours(kind: str, mode: str) -> None:
    page = Image.new("L", (300, 200), 250)
    page.paste(10, (100, 50, 200, 150))
    if mode in ("RGBA", "LA"):
        # Black on nothing: its grey levels alone are black on black.
        coloured = Image.new(mode, page.size, 0)
        coloured.putalpha(page.point(lambda level: 255 - level))
    elif mode == "I;16":
        coloured = page.convert("I").point(lambda level: level * 16).convert("I;16")
    else:
        coloured = page.convert(mode)
    raw = encoded(coloured, kind)
    grey = grey_of(Image.open(io.BytesIO(raw)))
    assert grey.mode == "L"
    assert grey.getpixel((20, 20)) > 240
    assert grey.getpixel((150, 100)) < 40
    blank = read(encoded(Image.new("L", page.size, 255).convert(coloured.mode), kind))
    assert blank.media_type == f"image/{kind.lower()}"
    assert codes(blank) == ["no_text_recognised"]


def test_black_letters_on_a_transparent_page() -> None:
    letters, _ = page(ENGLISH[:1], size=(1300, 300))
    image = Image.new("RGBA", letters.size, (0, 0, 0, 0))
    image.putalpha(letters.point(lambda level: 255 - level))
    document = read(encoded(image, "PNG"))
    assert document.text == ENGLISH[0]
    assert document.pages[0].ocr_confidence > 0.8


def test_spans_boxes_and_page_size() -> None:
    image, drawn = page(FRENCH, GERMAN)
    document = read(encoded(image, "PNG", dpi=(DPI, DPI)))
    assert (document.pages[0].width, document.pages[0].height) == pytest.approx((1400 * 0.36, 800 * 0.36), rel=0.01)
    assert [block.kind for block in document.blocks] == ["paragraph", "paragraph"]
    assert codes(document) == ["ocr_used"]
    start = document.text.index("franchise")
    (box,) = document.boxes(Span(start, start + len("franchise")))
    assert (box.x0, box.y0, box.x1, box.y1) == pytest.approx([n * 0.36 for n in drawn["franchise"]], abs=2)
    for start, end, _ in document.geometry.words(1):
        word = document.text[start:end]
        assert word
        assert not any(map(str.isspace, word))
    assert len(document.boxes(document.blocks[1].span)) == 3, "one box a line"


def test_the_pages_of_a_tiff() -> None:
    first, _ = page(FRENCH[:1], size=(1300, 300))
    second, _ = page(GERMAN[:1], size=(1300, 300))
    blank = Image.new("L", (1300, 300), 255)
    raw = encoded(first, "TIFF", save_all=True, append_images=[blank, second], compression="tiff_lzw", dpi=(DPI, DPI))
    document = read(raw)
    texts = [document.text[p.span.start : p.span.end] for p in document.pages]
    assert texts == [FRENCH[0], "", GERMAN[0]]
    assert [(i.code, i.page) for i in document.issues] == [("ocr_used", 1), ("no_text_recognised", 2), ("ocr_used", 3)]
    assert [p.ocr_confidence is None for p in document.pages] == [False, True, False]
    with pytest.raises(LimitExceeded):
        read(raw, pages=2)


def test_a_thumbnail_is_no_page() -> None:
    full = Image.new("L", (400, 300), 255)
    small = full.reduce(4)
    small.encoderinfo = {"tiffinfo": {254: 1}}
    raw = encoded(full, "TIFF", save_all=True, append_images=[small])
    assert Image.open(io.BytesIO(raw)).n_frames == 2
    assert len(read(raw).pages) == 1


def test_a_fax_with_oblong_pixels() -> None:
    image, drawn = page(ENGLISH)
    fax = image.resize((image.width, image.height // 2), Image.Resampling.LANCZOS)
    document = read(encoded(fax, "TIFF", dpi=(DPI, DPI / 2)))
    assert "loss adjuster will visit" in document.text
    assert (document.pages[0].width, document.pages[0].height) == pytest.approx((504, 288), rel=0.01)
    start = document.text.index("premises")
    (box,) = document.boxes(Span(start, start + len("premises")))
    assert (box.x0, box.y0, box.x1, box.y1) == pytest.approx([n * 0.36 for n in drawn["premises"]], abs=3)


def test_the_orientation_that_a_camera_noted() -> None:
    image, _ = page(ENGLISH)
    exif = Image.Exif()
    exif[0x0112] = 6  # shown turned to the right
    document = read(encoded(image.rotate(90, expand=True), "JPEG", exif=exif, dpi=(DPI, DPI)))
    assert "loss adjuster will visit" in document.text
    assert document.pages[0].width > document.pages[0].height
    assert "turned" not in document.issues[0].message


@pytest.mark.parametrize("dpi", [None, 72, 4_800])
def test_a_resolution_that_makes_no_sense_becomes_a4(dpi: int | None) -> None:
    image = Image.new("L", (2100, 2970), 255)
    document = read(encoded(image, "PNG", **({} if dpi is None else {"dpi": (dpi, dpi)})))
    assert (document.pages[0].width, document.pages[0].height) == pytest.approx((595, 842), abs=1)
    assert document.text == ""
    assert codes(document) == ["no_text_recognised"]


def test_an_animation_gives_its_first_picture() -> None:
    first, _ = page(ENGLISH[:1], size=(1300, 300))
    document = read(encoded(first, "GIF", save_all=True, append_images=[Image.new("L", first.size, 0)]))
    assert document.text == ENGLISH[0]
    assert codes(document) == ["frames_skipped", "ocr_used"]


def test_heic_without_its_decoder_and_damaged(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 64
    with pytest.raises(DamagedFile):
        read(raw)
    monkeypatch.setitem(sys.modules, "pi_heif", None)
    with pytest.raises(MissingDependency) as caught:
        read(raw)
    assert caught.value.hint == "pip install 'foyerdoc[ocr]'"


def test_broken_files() -> None:
    raw = encoded(page(ENGLISH)[0], "PNG")
    for broken in (raw[: len(raw) // 2], raw[:20], b"GIF89a", b"II*\0\xff\xff\xff\xff"):
        with pytest.raises(DamagedFile) as caught:
            read(broken)
        assert caught.value.hint


def test_a_tiff_with_one_broken_page_delivers_the_others() -> None:
    first, _ = page(ENGLISH[:1], size=(1300, 300))
    noise = Image.effect_noise((1300, 300), 200)
    raw = encoded(first, "TIFF", save_all=True, append_images=[noise], compression="tiff_adobe_deflate")
    with Image.open(io.BytesIO(raw)) as tiff:
        tiff.seek(1)
        at = tiff.tag_v2[273][0]
    document = read(raw[: at + 20] + b"\xff" * 2_000 + raw[at + 2_020 :])
    assert document.text == ENGLISH[0]
    assert [(i.code, i.page) for i in document.issues] == [("ocr_used", 1), ("page_not_recognised", 2)]
    assert len(document.pages) == 2


def test_a_bomb() -> None:
    raw = encoded(Image.new("1", (20_000, 20_000)), "PNG")
    with pytest.raises(LimitExceeded) as caught:
        read(raw)
    assert "decompressed_bytes" in caught.value.hint
    with pytest.raises(LimitExceeded):
        read(encoded(page(ENGLISH)[0], "PNG"), decompressed_bytes=1_000_000)


def test_no_time_at_all() -> None:
    with pytest.raises(LimitExceeded):
        read(encoded(page(ENGLISH)[0], "PNG"), seconds=0.01)


# --- the parts -------------------------------------------------------------------------------------------------------


@given(st.floats(-180, 180), st.floats(0.2, 4), st.tuples(st.integers(20, 300), st.integers(20, 300)))
@settings(max_examples=50, deadline=None)
def test_a_point_finds_its_way_back(angle: float, scale: float, size: tuple[int, int]) -> None:
    view = View(Image.new("L", size), 200, scale, 0.0, (size[0] / 2, size[1] / 2)).turned(angle)
    middle = (view.image.width / 2, view.image.height / 2)
    x0, y0, x1, y1 = view.on_page(*middle, *middle)
    expected = (size[0] / 2 / scale, size[1] / 2 / scale)
    assert (x0, y0) == pytest.approx(expected)
    assert (x1, y1) == pytest.approx(expected)


@pytest.mark.parametrize("slope", [-8.0, -1.5, 0.0, 0.7, 5.0])
def test_skew_is_measured_whichever_way_the_page_lies(slope: float) -> None:
    image, _ = page(FRENCH, GERMAN, ENGLISH)
    sloping = image.rotate(-slope, Image.Resampling.BICUBIC, expand=True, fillcolor=255)
    for turn in (0, 90):
        assert skew_of(view_of(sloping.rotate(turn, expand=True), DPI)) == pytest.approx(slope, abs=0.25)


words = st.text(st.characters(exclude_categories=("Z", "C")), min_size=1, max_size=8).filter(
    lambda t: not any(map(str.isspace, t))
)


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(1, 2), st.lists(words, min_size=1, max_size=4)), max_size=8))
def test_words_stand_in_the_text_exactly(rows: list[tuple[int, int, list[str]]]) -> None:
    lines = tuple(
        RecognizedLine(tuple(RecognizedWord(text, 0.9, i, 0, i + 1, 1) for i, text in enumerate(texts)), block, paragraph)
        for block, paragraph, texts in rows
    )
    target = assembly(b"x")
    target.start_page()
    target.add("paragraph", "before")
    placed = add_recognition(target, Recognition(lines, 0.9), 1, 2.0)
    target.end_page(100, 100)
    document = target.finish("image/png")
    assert [document.text[start:end] for start, end, _ in placed] == [text for _, _, texts in rows for text in texts]
    assert all(box.x1 - box.x0 == 2.0 and box.page == 1 for _, _, box in placed)


def test_doubtful_words_are_told() -> None:
    word = RecognizedWord("vielleicht", 0.4, 0, 0, 1, 1)
    target = assembly(b"x")
    target.start_page()
    add_recognition(target, Recognition((RecognizedLine((word,), 1, 1),), 0.4, rotation=90, left_out=3), 1, 1.0)
    target.end_page()
    assert [issue.code for issue in target.issues] == ["ocr_used", "low_ocr_confidence", "specks_left_out"]
    assert "turned by 90 degrees" in target.issues[0].message
    assert not any("vielleicht" in issue.message for issue in target.issues)


def assert_boxes(found: Recognition, drawn: Drawn, *, tolerance: float) -> None:
    seen = 0
    for word in words_of(found):
        if word.text in drawn and len(word.text) > 3:
            seen += 1
            assert (word.x0, word.y0, word.x1, word.y1) == pytest.approx(drawn[word.text], abs=tolerance), word.text
    assert seen >= 0.5 * len([text for text in drawn if len(text) > 3])


def middle_on_page(view: View, x: float, y: float) -> tuple[float, float]:
    left, top, _, _ = view.on_page(x, y, x, y)
    return left, top
