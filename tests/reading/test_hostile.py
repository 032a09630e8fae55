"""Files that try something: each gives one typed error, or a document, quickly."""

from __future__ import annotations

import contextlib
import io
import random
import time
import warnings
import zipfile

import pytest

from foyerdoc.errors import DamagedFile, EncryptedFile, FoyerdocError, LimitExceeded, MissingDependency, UnsupportedFile
from foyerdoc.reading import files
from foyerdoc.settings import Limits
from tests.reading.made import docx, paragraph, read, zipped
from tests.reading.samples import samples
from tests.reading.test_opendocument import odf

SMALL = Limits(decompressed_bytes=1_000_000)


@pytest.fixture(autouse=True)
def in_time() -> object:
    started = time.perf_counter()
    yield
    assert time.perf_counter() - started < 10


def test_a_zip_bomb_is_stopped_before_it_is_unpacked() -> None:
    raw = docx(paragraph("x"), {"word/media/bomb.bin": bytes(50_000_000)})
    assert len(raw) < 100_000
    with pytest.raises(LimitExceeded, match="unpacks to more than 1000000 bytes"):
        read(raw, "bomb.docx", SMALL)


def test_a_zip_that_lies_about_its_sizes() -> None:
    raw = bytearray(zipped({"content.txt": bytes(5_000_000)}))
    # The uncompressed size in the table of contents: 100 bytes instead of five million.
    entry = raw.rindex(b"PK\x01\x02")
    raw[entry + 24 : entry + 28] = (100).to_bytes(4, "little")
    with pytest.raises(DamagedFile):
        read(bytes(raw), "liar.zip", SMALL)


def test_the_same_members_twice_count_twice() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for _ in range(20):
            archive.writestr("a.txt", bytes(100_000))
    with pytest.raises(LimitExceeded):
        read(buffer.getvalue(), "twice.zip", SMALL)


def entity_bomb(inside: str) -> str:
    entities = '<!ENTITY a "ha">' + "".join(
        f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in zip("abcdefghi", "bcdefghij", strict=True)
    )
    return f'<?xml version="1.0"?><!DOCTYPE x [{entities}]>{inside}'


def test_entity_bombs_expand_to_nothing() -> None:
    assert len(read(entity_bomb("<x><y>before &j; after</y></x>").encode(), "bomb.xml").text) < 100
    with zipfile.ZipFile(io.BytesIO(docx(""))) as archive:
        members = {name: archive.read(name).decode() for name in archive.namelist()}
    text = members["word/document.xml"].replace("<w:body>", "<w:body><w:p><w:r><w:t>seen &j;</w:t></w:r></w:p>")
    members["word/document.xml"] = entity_bomb(text)
    with pytest.raises(DamagedFile):
        read(zipped(members), "bomb.docx")


def test_external_entities_are_not_read(tmp_path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("TOP SECRET")
    raw = f'<!DOCTYPE x [<!ENTITY e SYSTEM "{secret.as_uri()}">]><x><y>shown</y><z>&e;</z></x>'
    assert "SECRET" not in read(raw.encode(), "x.xml").text


@pytest.mark.parametrize("depth", [1_000, 50_000])
def test_deep_html(depth: int) -> None:
    document = read(("<div>" * depth + "bottom" + "</div>" * depth).encode(), "deep.html")
    assert document.text == "bottom"
    assert len(document.blocks[0].path or "") < 5_000


def test_deep_tables_in_html() -> None:
    raw = "<table><tr><td>" * 3_000 + "bottom" + "</td></tr></table>" * 3_000
    assert "bottom" in read(raw.encode(), "deep.html").text


def test_deep_xml() -> None:
    raw = "<r>" + "<x>" * 20_000 + "bottom" + "</x>" * 20_000 + "</r>"
    # The parser's own limit on depth may end it, with the error that is due.
    with contextlib.suppress(DamagedFile):
        assert read(raw.encode(), "deep.xml").text == "bottom"


def test_deep_word_tables() -> None:
    raw = docx("<w:tbl><w:tr><w:tc>" * 300 + paragraph("bottom") + "</w:tc></w:tr></w:tbl>" * 300)
    assert "bottom" in read(raw, "deep.docx").text


def test_deep_runs() -> None:
    raw = docx("<w:p>" + "<w:ins>" * 1_500 + "<w:r><w:t>bottom</w:t></w:r>" + "</w:ins>" * 1_500 + "</w:p>")
    assert "bottom" in read(raw, "deep.docx").text


def test_deep_json() -> None:
    with pytest.raises(DamagedFile):
        read(b"[" * 100_000 + b"]" * 100_000, "deep.json")


def test_deep_rtf() -> None:
    assert read(b"{\\rtf1 " + b"{" * 50_000 + b"bottom" + b"}" * 50_000 + b"}", "deep.rtf").text == "bottom"


@pytest.mark.parametrize("number", ["-70000", "-9999999999", "1114112", "9999999999"])
def test_rtf_names_a_character_beyond_all(number: str) -> None:
    document = read(b"{\\rtf1 a\\u" + number.encode() + b"?b\\par}", "letter.rtf")
    assert document.text == "a\ufffdb"
    assert [issue.code for issue in document.issues] == ["undecodable"]


@pytest.mark.parametrize("word", ["outlinelevel-5", "outlinelevel9999999999", "ls1\\ilvl9999999999", "ls1\\ilvl-9999999999"])
def test_rtf_levels(word: str) -> None:
    [block] = read(b"{\\rtf1\\" + word.encode() + b" a\\par}", "letter.rtf").blocks
    assert block.level is None or 1 <= block.level <= 9


@pytest.mark.parametrize("digits", [25, 5000])
def test_numbers_of_many_digits(digits: int) -> None:
    """What does not fit into 64 bits, and what Python refuses to take for a number."""
    many = "9" * digits
    inside = f"<text:h text:outline-level='{many}'>Title</text:h><text:p>a<text:s text:c='{many}'/>b</text:p>"
    document = files.read(odf("text", inside), name="letter.odt")
    assert [block.level for block in document.blocks] == [10, None]
    assert read(odf("text", "<text:h text:outline-level='0'>Title</text:h>"), "letter.odt").blocks[0].level == 1
    cell = "<table:table-cell><text:p>x</text:p></table:table-cell>"
    row = f"<table:table-row table:number-rows-repeated='{many}'>{cell}</table:table-row>"
    assert "x" in read(odf("spreadsheet", f"<table:table>{row}</table:table>"), "rows.ods").text
    span = f'<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val="{many}"/></w:tcPr>{paragraph("cell")}</w:tc></w:tr></w:tbl>'
    assert "cell" in read(docx(span), "cell.docx").text


def test_half_a_character() -> None:
    """Two halves of UTF-16 are one character, as spreadsheets write it; a half alone cannot be written as UTF-8."""
    raw = changed(samples()["figures.xlsx"], b"<t>Position</t>", b"<t>_xD83D__xDE00_ and _xD83D_</t>")
    assert "\U0001f600 and \ufffd" in files.read(raw, name="figures.xlsx").text
    symbol = docx('<w:p><w:r><w:t>a</w:t><w:sym w:font="X" w:char="D83D"/></w:r></w:p>')
    assert files.read(symbol, name="symbol.docx").text == "a\ufffd"


@pytest.mark.parametrize("value", [b"inf", b"nan", b"-1e999"])
def test_numbers_that_are_none(value: bytes) -> None:
    sheet = changed(samples()["figures.xlsx"], b't="inlineStr"><is><t>Position</t></is>', b"><v>" + value + b"</v>")
    assert value.decode() in read(sheet, "figures.xlsx").text
    slides = changed(samples()["slides.pptx"], b'<p:sldSz cx="9144000"', b'<p:sldSz cx="' + value + b'"')
    assert all(0 <= page.width < 10_000 for page in read(slides, "slides.pptx").pages)


def test_a_form_field_beyond_all_pages() -> None:
    raw = samples()["form.pdf"].replace(b"192 436", b"9" * 25 + b" 436")
    document = files.read(raw, name="form.pdf", boxes=True)
    assert "form_field" in {block.kind for block in document.blocks}
    assert all(box.x1 <= 1e6 for page in document.pages for box in document.boxes(page.span))


@pytest.mark.parametrize(
    "names", [["", "b.txt"], ["."], ["\0x"], ["a.txt", "a.txt"], ["A.txt", "a.txt"], ["a.txt", "/a.txt"], ["d/"]]
)
def test_every_member_is_read_whatever_its_name(names: list[str]) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for number, name in enumerate(names):
            member = zipfile.ZipInfo("x")
            member.filename = name
            archive.writestr(member, f"letter {number}")
    document = read(buffer.getvalue(), "folder.zip")
    assert [child.text for child in document.attachments] == [f"letter {number}" for number in range(len(names))]
    assert all(child.name for child in document.attachments)


def changed(raw: bytes, before: bytes, after: bytes) -> bytes:
    """An office file with one thing in it replaced."""
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    assert any(before in content for content in members.values())
    return zipped({name: content.replace(before, after, 1) for name, content in members.items()})


def test_deep_mail() -> None:
    lines = ["Subject: deep", "From: a@b.c", "MIME-Version: 1.0"]
    for i in range(3_000):
        lines += [f"Content-Type: multipart/mixed; boundary=b{i}", "", f"--b{i}"]
    # The parser's own limit on depth may end it, with the error that is due.
    with contextlib.suppress(DamagedFile):
        assert "deep" in read("\r\n".join([*lines, "", "text"]).encode(), "deep.eml").text


def test_huge_spans_in_html_tables() -> None:
    row = '<tr><td colspan="1000" rowspan="65000">x</td></tr>'
    document = read(f"<table><tr><th>h</th></tr>{row * 500}</table>".encode(), "spans.html")
    assert len(document.text) < 200_000


@pytest.mark.parametrize("keep", [0.2, 0.5, 0.9])
def test_truncated_archives(keep: float) -> None:
    raw = docx(paragraph("text " * 1000))
    with pytest.raises(DamagedFile):
        read(raw[: int(len(raw) * keep)], "cut.docx")


def test_broken_members() -> None:
    raw = bytearray(docx(paragraph("a text that is long enough to be squeezed " * 100)))
    start = raw.index(b"word/document.xml") + len(b"word/document.xml")
    raw[start + 20 : start + 60] = bytes(40)
    with pytest.raises(DamagedFile):
        read(bytes(raw), "broken.docx")


def test_encrypted_archives() -> None:
    raw = bytearray(zipped({"a.txt": "secret"}))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.index(mark) + offset] |= 1
    with pytest.raises(EncryptedFile):
        read(bytes(raw), "locked.zip")


def test_names_do_not_matter() -> None:
    assert read(docx(paragraph("text")), "invoice.pdf").text == "text"
    assert read(b"<html><body><p>page</p></body></html>", "letter.docx").media_type == "text/html"


@pytest.mark.parametrize("raw", [b"ID3\x04\0\0\0\0", b"\x1f\x8b\x08\0\0\0\0", b"MZ\x90\0\x03\0\0\0", bytes(range(256)) * 10])
def test_other_kinds(raw: bytes) -> None:
    with pytest.raises(UnsupportedFile):
        read(raw, "file.docx")


def test_old_formats_name_the_package(monkeypatch) -> None:
    from foyerdoc.reading import legacy
    from foyerdoc.reading.assembly import Assembly

    monkeypatch.setattr(legacy.shutil, "which", lambda _: None)
    with pytest.raises(MissingDependency, match="apt-get install libreoffice-calc-nogui"):
        legacy.read_xlsb(Assembly(b"x", "old.xlsb", Limits(), read))


def test_old_formats_are_converted(monkeypatch, tmp_path) -> None:
    """A program in LibreOffice's place, which takes its arguments and leaves a DOCX where it would."""
    from foyerdoc.reading import legacy
    from foyerdoc.reading.assembly import Assembly
    from foyerdoc.reading.word import read_docx

    made = tmp_path / "made.docx"
    made.write_bytes(docx(paragraph("converted")))
    program = tmp_path / "soffice"
    program.write_text(
        f'#!/bin/sh\nwhile [ "$1" != --outdir ]; do shift; done\ngrep -q old "$3" && cp {made} "$2/document.docx"\n'
    )
    program.chmod(0o755)
    monkeypatch.setattr(legacy.shutil, "which", lambda _: str(program))
    assembly = Assembly(b"old", "old.doc", Limits(), read)
    document = legacy._converted(assembly, "docx", "libreoffice-writer-nogui", read_docx, "application/msword")
    assert (document.text, document.media_type) == ("converted", "application/msword")
    assert [issue.code for issue in document.issues] == ["converted"]

    program.write_text("#!/bin/sh\nsleep 60\n")
    slow = Assembly(b"old", "old.doc", Limits(seconds=0.2), read)
    with pytest.raises(LimitExceeded):
        legacy._converted(slow, "docx", "libreoffice-writer-nogui", read_docx, "application/msword")


def test_noise_never_gets_through() -> None:
    random.seed(7)
    whole = docx(paragraph("a text " * 50))
    for _ in range(60):
        raw = bytearray(whole)
        for _ in range(20):
            raw[random.randrange(len(raw))] = random.randrange(256)
        with contextlib.suppress(FoyerdocError):
            read(bytes(raw), "noise.docx")
