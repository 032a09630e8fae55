from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foyerdoc.errors import DamagedFile, EmptyFile, EncryptedFile, FoyerdocError, UnsupportedFile
from foyerdoc.reading.formats import READERS
from foyerdoc.reading.sniffing import DOCX, PPTX, XLSX, sniff
from tests.reading.made import docx, paragraph, zipped

MAIL = b"From: a@b.c\r\nTo: d@e.f\r\nSubject: x\r\nDate: Mon, 1 Jan 2024 10:00:00 +0000\r\n\r\nbody"


def typed(content_type: str) -> bytes:
    return zipped({"[Content_Types].xml": f'<Types><Override PartName="/x" ContentType="{content_type}"/></Types>', "x": "y"})


@pytest.mark.parametrize(
    ("raw", "name", "kind"),
    [
        (b"\n%PDF-1.7\n", "x.txt", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n", "x", "image/png"),
        (b"\xff\xd8\xff\xe0", "x", "image/jpeg"),
        (b"II*\0", "x", "image/tiff"),
        (b"GIF89a", "x", "image/gif"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "x", "image/webp"),
        (b"BM\x36\0\0\0\0\0\0\0", "x", "image/bmp"),
        (b"\0\0\0\x18ftypheic", "x", "image/heic"),
        (b"{\\rtf1 x}", "x.doc", "application/rtf"),
        (docx(paragraph("x")), "x.zip", DOCX),
        (typed("application/vnd.ms-word.document.macroEnabled.main+xml"), "x", DOCX),
        (typed("application/vnd.ms-excel.sheet.macroEnabled.main+xml"), "x", XLSX),
        (typed("application/vnd.openxmlformats-officedocument.presentationml.slideshow.main+xml"), "x", PPTX),
        (
            zipped({"mimetype": "application/vnd.oasis.opendocument.text-template"}),
            "x",
            "application/vnd.oasis.opendocument.text",
        ),
        (zipped({"mimetype": "application/epub+zip"}), "x", "application/epub+zip"),
        (zipped({"a.txt": "x"}), "x", "application/zip"),
        (MAIL, "x.txt", "message/rfc822"),
        (b"<!-- hi --><!DOCTYPE HTML><p>x", "x.txt", "text/html"),
        (b"  <div>x</div>", "x", "text/html"),
        (b"<div>x</div>\n\n# Title", "x.md", "text/markdown"),
        (b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"/>', "x", "application/xhtml+xml"),
        (b'<?xml version="1.0"?><policy/>', "x.html", "application/xml"),
        (b"<policy><a>1</a></policy>", "x", "application/xml"),
        (b'{"a": 1}', "x.txt", "application/json"),
        (b'{"a": 1}\n{"a": 2}', "x", "application/x-ndjson"),
        (b'{"a": 1', "x.json", "text/plain"),
        (b"a,b\n1,2", "x.csv", "text/csv"),
        (b"a;b;c\n1;2;3\n4;5;6\n", "x", "text/csv"),
        (b"a\tb\n1\t2\n3\t4\n", "x.txt", "text/tab-separated-values"),
        (b"# T\n\n- a\n\n[l](http://x)\n", "x", "text/markdown"),
        ("größer".encode("utf-16"), "x", "text/plain"),
        ("größer als alles andere".encode("utf-16-le"), "x", "text/plain"),
        (b"Subject: just a note, with a colon", "x", "text/plain"),
        (b"MZ is how this letter begins", "x", "text/plain"),
    ],
)
def test_kinds_by_content(raw: bytes, name: str, kind: str) -> None:
    assert sniff(raw, name) == kind
    assert kind in READERS


@pytest.mark.parametrize(
    ("raw", "error"),
    [
        (b"", EmptyFile),
        (zipped({}), EmptyFile),
        (b"PK\x03\x04 and then nothing", DamagedFile),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100), DamagedFile),
        (b"-----BEGIN PGP MESSAGE-----\n\nxyz", EncryptedFile),
        (typed("application/vnd.ms-visio.drawing.main+xml"), UnsupportedFile),
        (b"\0\0\0\x18ftypisom\0\0", UnsupportedFile),
        (b"RIFF\0\0\0\0WAVEfmt ", UnsupportedFile),
    ],
)
def test_what_cannot_be_read(raw: bytes, error: type[FoyerdocError]) -> None:
    with pytest.raises(error) as caught:
        sniff(raw, "file.bin")
    assert caught.value.hint


@settings(max_examples=200, deadline=None)
@given(st.binary(min_size=1, max_size=200), st.sampled_from(["", ".txt", ".csv", ".xml", ".eml", ".html", ".md"]))
def test_any_bytes_have_a_kind_or_a_typed_error(raw: bytes, extension: str) -> None:
    try:
        assert sniff(raw, "x" + extension) in READERS
    except FoyerdocError:
        return
