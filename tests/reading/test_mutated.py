"""Broken files of every kind, the same ones each time: a document that holds together, or one typed error, and in time.

`make bench-read-fuzz` reads many more, in processes of their own.
"""

from __future__ import annotations

import io
import time
import zipfile
from random import Random

import pytest
from benchmarks.fuzz_readers import flaws

import foyerdoc as fd
from foyerdoc.documents import Block, Document, Span
from foyerdoc.errors import EncryptedFile, FoyerdocError, LimitExceeded
from foyerdoc.reading.parsing import parse
from foyerdoc.settings import Limits
from tests.reading.mutating import mutate
from tests.reading.pdfs import text_pages
from tests.reading.samples import samples

SAMPLES = samples()
LIMITS = Limits(pages=500, decompressed_bytes=100_000_000, text_characters=5_000_000)
# Recognition takes a second each; the benchmark has them.
TEXTS = {name: raw for name, raw in SAMPLES.items() if not name.startswith("scan.")}


@pytest.mark.parametrize("name", TEXTS)
def test_broken_files_hold_together_or_say_what_is_wrong(name: str) -> None:
    random = Random(name)
    for case in range(12):
        raw = mutate(SAMPLES[name], random, list(TEXTS.values())) or b"\0"
        started = time.perf_counter()
        refused = None
        try:
            document = parse(raw, name, limits=LIMITS, boxes=True)
        except FoyerdocError as error:
            refused = error
        if refused is None:
            assert list(flaws(document)) == [], f"case {case}"
        else:
            assert refused.hint
            assert name in refused.message
        assert time.perf_counter() - started < 10, f"case {case}"


def test_a_mutation_is_the_same_each_time() -> None:
    for name, raw in TEXTS.items():
        one, two = (mutate(raw, Random(7), list(TEXTS.values())) for _ in range(2))
        assert one == two, name


def test_boxes_of_a_page_that_is_damaged_are_none_and_others_stay() -> None:
    raw = text_pages("erste Seite", "zweite Seite", "dritte Seite")
    document = fd.read(raw.replace(b"3 0 R 4 0 R 5 0 R", b"3 0 R  null 5 0 R"), name="x.pdf")
    assert [(issue.code, issue.page) for issue in document.issues] == [("page_unreadable", 2)]
    assert [len(document.boxes(page.span)) for page in document.pages] == [1, 0, 1]


def test_what_only_the_second_reader_opens_has_no_boxes_and_keeps_the_limit_on_pages() -> None:
    raw = text_pages("erste Seite", "zweite Seite").replace(b"/Root", b"/Rood")
    document = fd.read(raw, name="x.pdf")
    assert {issue.code for issue in document.issues} == {"second_reader"}
    assert document.boxes(Span(0, len(document.text))) == ()
    with pytest.raises(LimitExceeded, match="2 pages, the limit is 1"):
        fd.read(raw, name="x.pdf", limits=Limits(pages=1))


@pytest.mark.parametrize("where", ["cut", "closed twice"])
def test_a_sheet_that_loses_rows_says_so(where: str) -> None:
    with zipfile.ZipFile(io.BytesIO(SAMPLES["figures.xlsx"])) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    sheet = members["xl/worksheets/sheet1.xml"]
    second = sheet.index(b"<row", sheet.index(b"<row") + 1)
    members["xl/worksheets/sheet1.xml"] = sheet[:second] + (b"" if where == "cut" else b"</row>" + sheet[second:])
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    assert "part_unreadable" in [issue.code for issue in parse(buffer.getvalue(), "x.xlsx").issues]


@pytest.mark.parametrize("name", ["letter.odt", "letter.docx"])
def test_an_archive_that_wants_a_password_is_called_by_its_name(name: str) -> None:
    raw = bytearray(SAMPLES[name])
    at = raw.index(b"PK\x01\x02")
    while at >= 0:
        raw[at + 8] |= 1
        at = raw.find(b"PK\x01\x02", at + 1)
    with pytest.raises(EncryptedFile, match=name):
        parse(bytes(raw), name)


@pytest.mark.parametrize("run", [" ", "\u00a0", "\u00ad", "\u200b", "\u2028", "\t", "\u00ad ", "#", "-", ">", "Ã"])
@pytest.mark.parametrize("media_type", ["text/plain", "message/rfc822", "application/pdf"])
def test_a_hundred_thousand_times_the_same_is_cleaned_and_cut_in_time(run: str, media_type: str) -> None:
    text = f"Hallo\nWelt {run * (100_000 // len(run))} Ende"
    started = time.perf_counter()
    for kind in ("paragraph", "code"):
        document = Document("0" * 64, "x", media_type, text, blocks=(Block(kind, Span(0, len(text)), path="x"),))
        clean = fd.clean(document)
        assert clean.origin(Span(len(clean.text) - 4, len(clean.text))) == Span(len(text) - 4, len(text))
        fd.chunk(clean)
        fd.chunk(document)
    assert time.perf_counter() - started < 10
