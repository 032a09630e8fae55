"""After `compact` no file of the folder holds what was deleted: not its text, stems, compressed bytes or vectors."""

from __future__ import annotations

import multiprocessing
import sqlite3
from dataclasses import replace

import numpy as np
import pytest

from foyerdoc.documents import Box, Page, Span
from foyerdoc.errors import IndexBusy, UsageError
from foyerdoc.index import Index, database
from foyerdoc.index.lexical import stems
from foyerdoc.serialization import StoredGeometry
from tests.index.conftest import make_document

KEPT = [
    make_document(f"kept-{i}", f"The invoice {i} about water and glass is paid.", "And more of it. " * 40) for i in range(20)
]
NOTE = make_document("note.txt", "Quixotically zeppelinesque.")


def secret():
    """A mail with an attachment and a box for every letter: several pages of the database, and long odd words."""
    paragraphs = ["Wombatologists vexed kumquatlovers.", "Bzzwyxxkqj gherkinmongers. " * 30, "Flummoxingly ocelotlike. " * 900]
    document = make_document("secret.eml", *paragraphs, attachments=[NOTE])
    boxes = [(at, at + 1, Box(1, at % 97, at % 89, at % 97 + 5, at % 89 + 9)) for at in range(len(document.text))]
    return replace(document, pages=(Page(1, Span(0, len(document.text)), 600, 800),), geometry=StoredGeometry.of({1: boxes}))


def traces(folder, document, words):
    """What can be found of a document, by kind: short enough that no page's end can cut all of it."""
    members = list(document.walk())
    with sqlite3.connect(folder / "index.sqlite") as connection:
        [body] = connection.execute("SELECT body FROM documents WHERE id = ?", (document.id,)).fetchone()
        halves = [
            blob
            for (blob,) in connection.execute(
                "SELECT DISTINCT embedding FROM chunks c JOIN documents d ON d.row = c.document WHERE d.id = ?", (document.id,)
            )
        ]
        of_document = "SELECT c.digest FROM chunks c JOIN documents d ON d.row = c.document WHERE d.id = ?"
        digests = [digest for (digest,) in connection.execute(of_document, (document.id,))]
    connection.close()
    texts = {word for member in members for word in member.text.split()}
    # FTS5 leaves out the beginning that a term shares with the one before it.
    found = {stem[3:] for member in members for stem in stems(member.text, "en") if len(stem) > 8}
    singles = [np.frombuffer(half, "<f2").astype("<f4").tobytes() for half in halves]
    return {
        "text": [word.encode() for word in texts if len(word) > 5],
        "stems": [stem.encode() for stem in found],
        "body": [body[at : at + 24] for at in range(0, len(body) - 24, 24)],
        "digests": digests,
        "float16": [half[at : at + 16] for half in halves for at in range(0, len(half), 16)],
        "float32": [single[at : at + 16] for single in singles for at in range(0, len(single), 16)],
        "about": [b"zookeeperess"] + [member.id.encode() for member in members] + [member.name.encode() for member in members],
    }


def found(folder, traces):
    """Which kinds of traces stand in some file of the folder."""
    everything = b"".join(file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file())
    return {kind for kind, parts in traces.items() if any(part in everything for part in parts)}


@pytest.fixture
def folder(tmp_path, words, monkeypatch):
    """An index with everything in it, a cache of vectors, and what a kill left of an older one."""
    monkeypatch.setattr("foyerdoc.index.cache._FROM", 1)
    folder = tmp_path / "an.index"
    with Index.open(folder, embedder=words, max_tokens=60) as index:
        index.add([*KEPT[:10], secret(), *KEPT[10:]], metadata=lambda d: {"who": "zookeeperess"} if d == secret() else {})
        index.search("wombatologists")
    (folder / ".vectors.old").mkdir()
    (folder / ".vectors.old" / "vectors.npy").write_bytes((folder / "vectors" / "vectors.npy").read_bytes())
    return folder


def test_nothing_of_a_deleted_document_is_left(folder, words):
    document = secret()
    sought = traces(folder, document, words)
    # Vectors are written in half precision alone.
    assert found(folder, sought) == set(sought) - {"float32"}, "all of it can be found while it is there"
    with Index.open(folder, embedder=words) as index:
        index.delete(document.id)
        assert not {"secret.eml", "note.txt"} & {hit.document_name for hit in index.search("wombatologists zeppelinesque", 99)}
        assert found(folder, sought), "deleting alone leaves something"
        index.compact()
        assert found(folder, sought) == set(), "also while the index is open"
        assert not (folder / ".vectors.old").exists()
        assert index.verify() == ()
        assert [one.id for one in index.documents()] == [one.id for one in KEPT]
        assert index.document(KEPT[3].id) == KEPT[3]
        hit = index.search("invoice 7 water", 1)[0]
    assert found(folder, sought) == set()
    assert (folder / "vectors" / "vectors.npy").exists()
    with Index.open(folder, embedder=words) as index:
        assert index.search("invoice 7 water", 1)[0] == hit


def test_nothing_of_a_replaced_text_is_left(folder, words):
    document = secret()
    sought = traces(folder, document, words)
    del sought["about"]
    with Index.open(folder, embedder=words) as index:
        again = replace(make_document("secret.eml", "Rewritten about water."), id=document.id)
        assert index.add([again]).replaced == (document.id,)
        index.compact()
        assert index.document(document.id) == again
        assert index.verify() == ()
    assert found(folder, sought) == set()


def test_nothing_is_left_in_an_index_that_is_empty(tmp_path, words):
    with Index.open(tmp_path / "i", embedder=words) as index:
        index.compact()
        index.add([secret()])
        sought = traces(tmp_path / "i", secret(), words)
        index.delete(secret().id)
        index.compact()
        assert found(tmp_path / "i", sought) == set()
        assert index.search("wombatologists") == []
        assert index.verify() == ()


def test_vectors_that_another_process_still_holds_do_not_come_back(folder, words):
    """It saves its cache when it closes; by then that must be without what was deleted."""
    document = secret()
    sought = traces(folder, document, words)
    other = Index.open(folder, embedder=words)
    other.add([make_document("new", "Something new.")])  # so that it has something to save
    other.search("wombatologists")
    with Index.open(folder, embedder=words) as index:
        index.delete(document.id)
        index.compact()
    other.close()
    assert found(folder, sought) == set()
    with Index.open(folder, embedder=words) as index:
        assert index.verify() == ()


def _read(folder, reading, done):
    connection = sqlite3.connect(folder / "index.sqlite", isolation_level=None)
    connection.execute("BEGIN")
    connection.execute("SELECT count(*) FROM chunks").fetchone()
    reading.set()
    done.wait(30)
    connection.execute("COMMIT")
    connection.close()


@pytest.fixture
def reader(folder):
    """Another process that reads the index as it is now, until it is told that it may stop."""
    context = multiprocessing.get_context("spawn")
    reading, done = context.Event(), context.Event()
    process = context.Process(target=_read, args=(folder, reading, done))
    process.start()
    assert reading.wait(30)
    yield done
    done.set()
    process.join()


def test_says_so_when_another_process_reads_what_was_deleted(folder, words, reader, monkeypatch):
    document = secret()
    sought = traces(folder, document, words)
    monkeypatch.setattr(database, "BUSY_MS", 300)
    with Index.open(folder, embedder=words) as index:
        index.delete(document.id)
        with pytest.raises(IndexBusy, match="another process reads"):
            index.compact()
        assert [one.id for one in index.documents()] == [one.id for one in KEPT]
        assert index.verify() == ()
    monkeypatch.setattr(database, "BUSY_MS", 60_000)
    with Index.open(folder, embedder=words) as index:
        reader.set()
        index.compact()  # waits for it
        assert index.verify() == ()
    assert found(folder, sought) == set()


def test_waits_for_another_writer_and_then_says_so(folder, words, monkeypatch):
    monkeypatch.setattr(database, "BUSY_MS", 200)
    with Index.open(folder, embedder=words) as index, Index.open(folder, embedder=words) as other:
        with other._writing(), pytest.raises(IndexBusy) as caught:
            index.compact()
        assert caught.value.hint
        index.compact()
        assert index.verify() == other.verify() == ()


def test_the_file_gets_smaller(folder, words):
    with Index.open(folder, embedder=words) as index:
        before = index.stats()
        index.delete(secret().id)
        index.compact()
        assert index.stats().bytes < before.bytes / 2
    with pytest.raises(UsageError, match="closed"):
        index.compact()
