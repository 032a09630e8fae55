from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import foyerdoc as fd
from foyerdoc.documents import Document, Span
from foyerdoc.errors import DamagedFile, EmptyFile, LimitExceeded, ReadError, UnsupportedFile
from foyerdoc.reading import worker
from foyerdoc.reading.files import read_many
from foyerdoc.reading.parsing import parse
from foyerdoc.settings import Limits
from tests.reading.pdfs import text_pages


def run(code: str, folder: Path) -> str:
    script = folder / "script.py"
    script.write_text(code, encoding="utf-8")
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=60, cwd=folder, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_path_and_its_bytes_give_the_same_document(tmp_path: Path) -> None:
    path = tmp_path / "brief.pdf"
    path.write_bytes(text_pages("Sehr geehrte Frau Weber", "zweite Seite"))
    assert fd.read(path) == fd.read(path.read_bytes(), name="brief.pdf")
    assert fd.read(path).name == "brief.pdf"
    assert fd.read(str(path), name="anders").name == "anders"


def test_the_process_reads_what_this_one_would() -> None:
    raw = text_pages("Sehr geehrte Frau Weber,\nvielen Dank für Ihr Schreiben.")
    assert fd.read(raw, name="a") == parse(raw, "a")


def test_the_kind_is_told_from_the_content() -> None:
    assert fd.read(text_pages("kein Bild"), name="foto.jpg").media_type == "application/pdf"


def test_boxes_come_on_demand_and_equal_those_computed_at_once() -> None:
    raw = text_pages(*(f"Seite {n} von elf\nmit einer zweiten Zeile" for n in range(1, 12)))
    later, at_once = fd.read(raw), fd.read(raw, boxes=True)
    for page in later.pages:
        here, there = later.boxes(page.span), at_once.boxes(page.span)
        assert len(here) == 2
        for a, b in zip(here, there, strict=True):
            assert (a.page, *(round(v) for v in (a.x0, a.y0, a.x1, a.y1))) == (
                b.page,
                *(round(v) for v in (b.x0, b.y0, b.x1, b.y1)),
            )


@pytest.mark.parametrize(
    ("raw", "error"),
    [(b"", EmptyFile), (b"%PDF-1.4 broken", DamagedFile), (b"\x7fELF\x02\x01\x01" + bytes(200), UnsupportedFile)],
)
def test_errors_cross_the_process_with_their_type_and_hint(raw: bytes, error: type[fd.FoyerdocError]) -> None:
    with pytest.raises(error) as caught:
        fd.read(raw, name="x.bin")
    assert caught.value.hint
    assert "x.bin" in caught.value.message


def test_a_path_that_is_not_a_file(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match=r"nirgends\.pdf"):
        fd.read(tmp_path / "nirgends.pdf")
    with pytest.raises(ReadError):
        fd.read(tmp_path)


def test_size_is_limited_before_anything_is_read(tmp_path: Path) -> None:
    path = tmp_path / "gross.pdf"
    with path.open("wb") as file:
        file.truncate(10_000_000)
    with pytest.raises(LimitExceeded, match="10000000 bytes"):
        fd.read(path, limits=Limits(file_bytes=1_000_000))


def test_a_reading_that_overruns_its_time_is_killed_and_the_next_one_works() -> None:
    slow = text_pages(*("Zeile mit Wörtern\n" * 60 for _ in range(400)))
    with pytest.raises(LimitExceeded, match="stopped"):
        fd.read(slow, limits=Limits(seconds=0.2))
    assert fd.read(text_pages("danach")).text == "danach"


def test_memory_is_limited() -> None:
    with pytest.raises((LimitExceeded, DamagedFile)):
        fd.read(b"viele Worte und noch eins\n" * 2_000_000, name="lang.txt", limits=Limits(memory_bytes=200_000_000))
    assert fd.read(text_pages("danach")).text == "danach"


def test_a_process_that_died_while_waiting_is_replaced() -> None:
    fd.read(text_pages("eins"))
    for process in worker._POOL._idle:
        process._popen.kill()
        process._popen.wait()
    assert fd.read(text_pages("zwei")).text == "zwei"


def test_threads_share_the_processes() -> None:
    results: dict[int, str] = {}

    def one(n: int) -> None:
        results[n] = fd.read(text_pages(f"Faden {n}")).text

    threads = [threading.Thread(target=one, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == {n: f"Faden {n}" for n in range(6)}
    assert len(worker._POOL._idle) <= (os.cpu_count() or 1)


def test_many_files_come_in_order_with_their_errors(tmp_path: Path) -> None:
    paths = []
    for n in range(7):
        path = tmp_path / f"{n}.pdf"
        path.write_bytes(b"kaputt \x00\x01" if n == 3 else text_pages(f"Nummer {n}"))
        paths.append(path)
    results = list(read_many(paths, workers=2))
    assert [path for path, _ in results] == paths
    assert isinstance(results[3][1], fd.FoyerdocError)
    assert [d.text for _, d in results if isinstance(d, Document)] == [f"Nummer {n}" for n in range(7) if n != 3]


def test_a_script_needs_no_main_guard_and_no_particular_folder(tmp_path: Path) -> None:
    (tmp_path / "brief.pdf").write_bytes(text_pages("ohne Schutz"))
    (tmp_path / "json.py").write_text("raise SystemExit('a module of the working folder was imported')", encoding="utf-8")
    code = "import sys; sys.path.pop(0)\nimport foyerdoc as fd\nprint(fd.read('brief.pdf').text)"
    assert run(code, tmp_path) == "ohne Schutz"


def test_a_reader_may_not_use_the_network(tmp_path: Path) -> None:
    code = """
import socket, sys
from foyerdoc.reading import worker
sys.addaudithook(worker._refuse_network)
for attempt in (lambda: socket.create_connection(("127.0.0.1", 9)), lambda: socket.getaddrinfo("localhost", 80)):
    try:
        attempt()
    except PermissionError:
        print("refused")
"""
    assert run(code, tmp_path) == "refused\nrefused"


def test_spans_of_a_document_that_crossed_the_process() -> None:
    document = fd.read(text_pages("Ein Absatz.\n\nNoch einer."))
    for block in document.blocks:
        assert document.text[block.span.start : block.span.end].strip()
    assert document.origin(Span(0, 3)) == Span(0, 3)
