"""What disks, other processes and other files do to an index: one clear error each, and nothing lost."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import shutil
import sqlite3
import tempfile
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest
from benchmarks.index_faults import kill_again_and_again

from foyerdoc.errors import FoyerdocError, IndexBusy, IndexCorrupted, UsageError
from foyerdoc.index import Index, database
from tests.disks import files_at_most, small_disk
from tests.index.conftest import WordEmbedder, make_document

LETTERS = [
    make_document(f"letter-{i}", f"Letter {i} about water.", *[f"Glass {i} {j}. " * 20 for j in range(5)]) for i in range(8)
]
LARGE = make_document("large", *[" ".join(f"word{i}x{j}" for j in range(60)) for i in range(600)])


@pytest.fixture
def folder(tmp_path, words):
    folder = tmp_path / "an.index"
    with Index.open(folder, embedder=words, max_tokens=80) as index:
        index.add(LETTERS, metadata={"who": "me"})
    return folder


def assert_whole(index):
    assert [one.id for one in index.documents()] == [one.id for one in LETTERS]
    assert [index.document(one.id) for one in LETTERS] == LETTERS
    assert index.verify() == ()


def test_killed_at_any_moment_nothing_is_lost_or_half(tmp_path):
    counts, problems = kill_again_and_again(tmp_path / "an.index", rounds=15, seed=0)
    assert problems == []
    assert counts.total() == 15


def test_a_second_writer_waits(folder, words):
    with Index.open(folder, embedder=words) as one, Index.open(folder, embedder=words) as other:
        with one._writing():
            thread = threading.Thread(target=other.delete, args=(LETTERS[0].id,))
            thread.start()
            thread.join(0.2)
            assert thread.is_alive()
        thread.join(20)
        assert len(one.documents()) == len(LETTERS) - 1


def test_a_second_writer_that_waited_too_long_is_told(folder, words, monkeypatch):
    monkeypatch.setattr(database, "BUSY_MS", 100)
    with Index.open(folder, embedder=words) as one, Index.open(folder, embedder=words) as other:
        with one._writing():
            for call in (lambda: other.add([LARGE]), lambda: other.delete(LETTERS[0].id), other.compact):
                with pytest.raises(IndexBusy) as caught:
                    call()
                assert "other process" in caught.value.hint
                assert caught.value.retryable
            assert other.search("letter 3 water", 1)[0].document_name == "letter-3", "reading goes on"
        assert_whole(other)


def _make(folders, start, errors):
    for folder in folders:
        start.wait(30)
        try:
            Index.open(folder, embedder=WordEmbedder()).close()
        except BaseException as error:  # noqa: BLE001 - reported to the test
            errors.put(repr(error))


def test_several_processes_make_one_index(tmp_path):
    context = multiprocessing.get_context("forkserver")
    folders = [tmp_path / str(number) for number in range(50)]
    start, errors = context.Barrier(4), context.SimpleQueue()
    processes = [context.Process(target=_make, args=(folders, start, errors)) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert errors.empty(), errors.get()


def test_a_full_disk_loses_nothing(folder, words, monkeypatch):
    monkeypatch.setattr("foyerdoc.index.cache._FROM", 1)
    used = (folder / "index.sqlite").stat().st_size
    with Index.open(folder, embedder=words) as index:
        index.search("water")
        with files_at_most(used + 50_000), pytest.raises(IndexBusy, match="disk") as caught:
            index.add([LARGE])
        assert "room" in caught.value.hint
        assert_whole(index)
        with files_at_most(used // 2), pytest.raises(IndexBusy):
            index.compact()
        assert_whole(index)
        index.delete(LETTERS[0].id)
        index.add([LETTERS[0]])
        with files_at_most(2_000):
            index.close()  # the cache cannot be saved, which is no error
    with Index.open(folder, embedder=words) as index:
        index.add([LARGE])  # there is room again
        assert len(index.documents()) == len(LETTERS) + 1
        assert index.verify() == ()


def test_a_disk_that_is_really_full(words):
    """On a small one of its own, where it may be mounted."""
    with small_disk("1m") as folder:
        with Index.open(folder / "i", embedder=words, max_tokens=80) as index:
            index.add(LETTERS)
            with pytest.raises(IndexBusy, match="full") as caught:
                index.add([LARGE])
            assert "room" in caught.value.hint
            assert_whole(index)
        # Written beside the old file, which may need more room than there is.
        assert outcome_of(Index.compact, folder / "i", words) in {"fine", IndexBusy}
        with Index.open(folder / "i", embedder=words) as index:
            assert_whole(index)


@pytest.mark.parametrize("damage", ["cut", "bytes", "manifest", "no generation", "empty", "a file"])
def test_a_damaged_cache_is_made_again(folder, words, monkeypatch, damage):
    monkeypatch.setattr("foyerdoc.index.cache._FROM", 1)
    with Index.open(folder, embedder=words) as index:
        hits = index.search("letter 3 water", 5)
    cache = folder / "vectors"
    file, manifest = cache / "vectors.npy", cache / "manifest.json"
    content = file.read_bytes()
    if damage == "cut":
        file.write_bytes(content[:-9])
    elif damage == "bytes":
        file.write_bytes(content[:-400] + bytes(300) + content[-100:])
    elif damage == "manifest":
        manifest.write_bytes(b"\xff{")
    elif damage == "no generation":
        told = json.loads(manifest.read_bytes())
        del told["generation"]
        manifest.write_text(json.dumps(told))
    else:
        shutil.rmtree(cache)
        cache.mkdir() if damage == "empty" else cache.write_text("x")
    with Index.open(folder, embedder=words) as index:
        assert index.search("letter 3 water", 5) == hits
        assert_whole(index)
        index.compact()
        assert_whole(index)


def outcome_of(call, folder, words):
    try:
        with Index.open(folder, embedder=words) as index:
            call(index)
    except FoyerdocError as error:
        return type(error) if error.hint else "no hint"
    return "fine"


def test_damaged_pages_give_one_clear_error(folder, tmp_path, words):
    """Whatever is done with a file of which some page is damaged; and what is damaged is never written on by `compact`."""
    content = (folder / "index.sqlite").read_bytes()
    file = tmp_path / "damaged" / "index.sqlite"
    outcomes = set()
    for seed in range(60):
        chance = random.Random(seed)
        at = 4096 * chance.randrange(len(content) // 4096)
        damage = chance.choice([bytes(4096), chance.randbytes(4096), chance.randbytes(40)])
        shutil.rmtree(file.parent, ignore_errors=True)
        file.parent.mkdir()
        file.write_bytes(content[:at] + damage + content[at + len(damage) :])
        for call in (
            lambda index: index.search("letter 3 water", 50),
            lambda index: [index.document(one.id) for one in index.documents()],
            lambda index: index.stats(),
            lambda index: index.compact(),
            lambda index: index.delete(LETTERS[2].id),
            lambda index: index.add([make_document("new", "Something new.")]),
        ):
            outcomes.add(outcome_of(call, file.parent, words))
    assert {"fine", IndexCorrupted} <= outcomes <= {"fine", IndexCorrupted, UsageError}


def test_verify_names_what_is_damaged(folder, words):
    file = folder / "index.sqlite"
    with sqlite3.connect(file) as connection:
        [page] = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'documents_by_name'").fetchone()
    connection.close()
    content = bytearray(file.read_bytes())
    content[4096 * (page - 1) : 4096 * page] = bytes(4096)
    file.write_bytes(content)
    with Index.open(folder, embedder=words) as index:
        assert "file" in {issue.code for issue in index.verify()}
        with pytest.raises(IndexCorrupted, match="damaged"):
            index.compact()
    assert file.read_bytes() == content, "what is damaged is left to those who mend it"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("UPDATE chunks SET embedding = zeroblob(7) WHERE row = 2", "embedding"),
        ("UPDATE chunks SET embedding = zeroblob(128) WHERE row = 2", "embedding"),
        ("UPDATE chunks SET headings = '[' WHERE row = 2", "lexicon"),
        ("UPDATE chunks SET start = start + 1 WHERE row = 2", "chunk"),
        ("UPDATE lexicon SET stems = 'other words' WHERE rowid = 2", "lexicon"),
        ("UPDATE lexicon_content SET c0 = 'other words' WHERE id = 2", "lexicon"),
        ("DELETE FROM members WHERE row = 2", "reference"),
    ],
)
def test_verify_sees_rows_that_do_not_fit(folder, words, change, code):
    with sqlite3.connect(folder / "index.sqlite") as connection:
        connection.execute(change)
    connection.close()
    with Index.open(folder, embedder=words) as index:
        assert code in {issue.code for issue in index.verify()}


@contextmanager
def read_only(folder):
    """The folder and its files may be read and not written, by root neither."""
    files = [folder, *folder.iterdir()]
    modes = [file.stat().st_mode for file in files]
    for file in files:
        file.chmod(0o555 if file.is_dir() else 0o444)
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)
        for file, mode in zip(files, modes, strict=True):
            file.chmod(mode)


@pytest.fixture
def open_to_all():
    """A folder that others than its owner can reach; pytest's own cannot be."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


def test_a_folder_that_may_not_be_written(folder, open_to_all, words):
    there = open_to_all / "i"
    shutil.copytree(folder, there)
    empty = open_to_all / "empty"
    empty.mkdir()
    for place in (there, empty):
        with read_only(place), pytest.raises(UsageError) as caught:
            Index.open(place, embedder=words)
        assert "written" in caught.value.hint
    with read_only(open_to_all), pytest.raises(UsageError, match="cannot be a folder"):
        Index.open(open_to_all / "new", embedder=words)
    with Index.open(there, embedder=words) as index:
        assert_whole(index)


def test_a_folder_that_is_no_index_is_left_alone(tmp_path, words):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(UsageError, match="no index"):
        Index.open(tmp_path, embedder=words)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
    with pytest.raises(UsageError, match="cannot be a folder"):
        Index.open(tmp_path / "a\0b", embedder=words)


@pytest.mark.parametrize("rest", ["vectors", "index.sqlite-wal"])
def test_an_index_whose_file_is_gone_is_not_made_anew(tmp_path, words, rest):
    (tmp_path / rest).mkdir() if rest == "vectors" else (tmp_path / rest).write_bytes(b"x" * 5000)
    with pytest.raises(IndexCorrupted, match="gone"):
        Index.open(tmp_path, embedder=words)
    assert [path.name for path in tmp_path.iterdir()] == [rest]


@pytest.mark.parametrize("statement", ["CREATE TABLE theirs (x)", "PRAGMA application_id = 7", "PRAGMA user_version = 3"])
def test_another_programs_database_is_left_alone(tmp_path, words, statement):
    file = tmp_path / "index.sqlite"
    with sqlite3.connect(file) as connection:
        connection.execute(statement)
    connection.close()
    content = file.read_bytes()
    with pytest.raises(IndexCorrupted, match="another program's") as caught:
        Index.open(tmp_path, embedder=words)
    assert "folder of your own" in caught.value.hint
    assert file.read_bytes() == content


def test_a_newer_format_is_left_alone(folder, words):
    with sqlite3.connect(folder / "index.sqlite") as connection:
        connection.execute(f"PRAGMA user_version = {database.VERSION + 1}")
    connection.close()
    content = (folder / "index.sqlite").read_bytes()
    with pytest.raises(IndexCorrupted, match=f"version {database.VERSION + 1}") as caught:
        Index.open(folder, embedder=words)
    assert caught.value.hint == "update foyerdoc"
    assert (folder / "index.sqlite").read_bytes() == content


def test_a_closed_index_says_so(folder, words):
    index = Index.open(folder, embedder=words)
    index.close()
    index.close()
    for call in (index.documents, index.verify, lambda: index.search("x"), lambda: index.delete(LETTERS[0].id)):
        with pytest.raises(UsageError, match="closed"):
            call()
