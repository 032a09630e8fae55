from __future__ import annotations

import io
import math
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

import foyerdoc as fd
from foyerdoc.documents import Document, Span
from foyerdoc.errors import DamagedFile, EmptyFile, LimitExceeded, ReadError, UnsupportedFile, UsageError
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


def test_a_pipe_or_a_device_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero"), Path("/dev/null")):
        with pytest.raises(ReadError, match=f"{path.name}: not a regular file"):
            fd.read(path)


def test_paths_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    for path in (tmp_path / "loop", "a\0b", "a\ud800b", "a" * 5_000, "", "."):
        with pytest.raises(ReadError) as caught:
            fd.read(path)
        assert not caught.value.message.startswith(":")


def test_a_name_that_is_not_utf8_is_kept_in_escapes(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"caf\xe9.txt")
    path.write_text("Bonjour")
    assert fd.read(path).name == r"caf\udce9.txt"
    assert fd.read(b"Bonjour", name="a\udcff").name == r"a\udcff"


@pytest.mark.parametrize("source", [bytearray(b"x"), memoryview(b"x"), io.BytesIO(b"x"), None, 0, ["x"]])
def test_other_sources_are_wrong_use(source: object) -> None:
    with pytest.raises(UsageError, match=type(source).__name__):
        fd.read(source)  # type: ignore[arg-type]


def test_names_and_passwords_that_are_no_text() -> None:
    with pytest.raises(UsageError, match="name"):
        fd.read(b"x", name=Path("x"))  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="password"):
        fd.read(b"x", password="\udcff")
    with pytest.raises(UsageError, match="one path"):
        list(read_many("brief.pdf"))


@pytest.mark.parametrize(
    "limits", [Limits(seconds=math.inf), Limits(seconds=1e12), Limits(memory_bytes=1 << 70, file_bytes=sys.maxsize)]
)
def test_limits_may_be_endless(limits: Limits) -> None:
    assert fd.read(b"ein Wort", limits=limits).text == "ein Wort"


def test_limits_are_not_negative() -> None:
    with pytest.raises(ValueError, match="seconds is -1"):
        Limits(seconds=-1)


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
from foyerdoc.reading import child
sys.addaudithook(child._refuse_network)
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


def test_breaking_off_many_files_does_not_wait_for_those_under_way(tmp_path: Path) -> None:
    (tmp_path / "kurz.txt").write_text("kurz")
    slow = tmp_path / "lang.pdf"
    slow.write_bytes(text_pages(*("Zeile mit Wörtern\n" * 60 for _ in range(800))))
    results = read_many([tmp_path / "kurz.txt", slow, slow, slow], workers=2)
    next(results)
    started = time.perf_counter()
    results.close()
    assert time.perf_counter() - started < 1.0


def test_a_reader_ends_with_the_program_that_started_it(tmp_path: Path) -> None:
    (tmp_path / "lang.pdf").write_bytes(text_pages(*("Zeile mit Wörtern\n" * 60 for _ in range(1_500))))
    code = """
import os, signal, threading, time
import foyerdoc as fd
from foyerdoc.reading import worker
fd.read(b"ein Wort")
print(worker._POOL._idle[0]._popen.pid, flush=True)
threading.Thread(target=fd.read, args=("lang.pdf",), daemon=True).start()
time.sleep(0.5)
os.kill(os.getpid(), signal.SIGKILL)
"""
    done = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, timeout=60, cwd=tmp_path, check=False)
    started = time.perf_counter()
    while Path(f"/proc/{int(done.stdout)}").exists():
        assert time.perf_counter() - started < 3.0
        time.sleep(0.1)


def test_a_process_that_cannot_be_started_is_a_typed_error(tmp_path: Path) -> None:
    code = """
import sys
import foyerdoc as fd
sys.executable = "/nowhere/python"
try:
    fd.read(b"ein Wort")
except fd.FoyerdocError as error:
    print(error.code, "sys.executable" in error.hint)
"""
    assert run(code, tmp_path) == "unreadable_file True"
