from __future__ import annotations

import sqlite3
import subprocess
import sys
import time

import numpy as np
import pytest

from foyerdoc.errors import IndexCorrupted, UsageError
from foyerdoc.index import Index, database
from foyerdoc.index.cache import Cache
from foyerdoc.index.local import LocalSession
from tests.index.conftest import CountingEmbedder, make_document, names

GLASS = make_document("glass.txt", "The windscreen is covered up to 800 euros.", "Theft is excluded.")
WATER = make_document("water.txt", "Water damage in the cellar is covered.", "The excess is 150 euros.")


@pytest.fixture
def index(tmp_path, words):
    with Index.open(tmp_path / "an.index", embedder=words) as index:
        yield index


def test_a_damaged_embedding_is_not_passed_on(tmp_path):
    embedder = CountingEmbedder()
    with Index.open(tmp_path / "i", embedder=embedder) as index:
        index.add([GLASS])
    with sqlite3.connect(tmp_path / "i" / "index.sqlite") as connection:
        connection.execute("UPDATE chunks SET embedding = zeroblob(128)")
    connection.close()
    with Index.open(tmp_path / "i", embedder=embedder) as index:
        index.add([make_document("copy.txt", GLASS.text)])
        assert len(embedder.asked) == 2
        assert [issue.code for issue in index.verify()] == ["embedding"]


def test_an_index_of_format_1_is_brought_up_to_date(tmp_path, words):
    with Index.open(tmp_path / "i", embedder=words) as index:
        index.add([GLASS, WATER])
        index.delete(GLASS.id)
        before = index.search("excess in euros")
    with sqlite3.connect(tmp_path / "i" / "index.sqlite") as connection:
        for statement in (
            "DROP INDEX chunks_by_digest",
            "ALTER TABLE chunks DROP COLUMN digest",
            "CREATE TEMP TABLE kept AS SELECT rowid AS row, stems FROM lexicon",
            "DROP TABLE terms",
            "DROP TABLE lexicon",
            "CREATE VIRTUAL TABLE lexicon USING fts5(stems, detail=none)",
            "INSERT INTO lexicon (rowid, stems) SELECT row, stems FROM kept",
            "CREATE VIRTUAL TABLE terms USING fts5vocab(lexicon, row)",
            "PRAGMA user_version = 1",
        ):
            connection.execute(statement)
    connection.close()
    with Index.open(tmp_path / "i", embedder=words) as index:
        assert index.search("excess in euros") == before
        index.add([GLASS, make_document("copy.txt", WATER.text)])
        assert index.verify() == ()


def test_words_are_looked_up_once_for_all_chunks(tmp_path):
    """Anew for each chunk they take seconds here: the words' frequencies are counted each time."""
    connection = database.connect(tmp_path / "index.sqlite", {})
    connection.execute("PRAGMA foreign_keys = OFF")
    rows = range(1, 3001)
    connection.executemany(
        "INSERT INTO chunks VALUES (?, '', 1, 1, 0, 1, '', '', '', 1, 'en', x'', NULL)", [(row,) for row in rows]
    )
    stems = [(row, "water damage" if row % 2 else "water and glass") for row in rows]
    connection.executemany("INSERT INTO lexicon (rowid, stems) VALUES (?, ?)", stems)
    began = time.process_time()
    found = LocalSession(connection, Cache(tmp_path)).bm25(["water", "damage"], 50, "language = ?", ["en"])
    assert time.process_time() - began < 0.5
    assert list(found) == list(range(1, 100, 2))
    connection.close()


def test_other_files_and_newer_formats_are_refused(tmp_path, words):
    (tmp_path / "junk").mkdir()
    (tmp_path / "junk" / "index.sqlite").write_bytes(b"not a database at all" * 100)
    with pytest.raises(IndexCorrupted):
        Index.open(tmp_path / "junk", embedder=words)
    Index.open(tmp_path / "new", embedder=words).close()
    with sqlite3.connect(tmp_path / "new" / "index.sqlite") as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(IndexCorrupted, match="99"):
        Index.open(tmp_path / "new", embedder=words)
    (tmp_path / "file").write_text("x")
    with pytest.raises(UsageError):
        Index.open(tmp_path / "file", embedder=words)


def test_the_cache_of_vectors_is_used_refused_and_made_again(tmp_path, words, monkeypatch):
    monkeypatch.setattr("foyerdoc.index.cache._FROM", 1)
    with Index.open(tmp_path / "i", embedder=words) as index:
        index.add([GLASS, WATER])
        expected = index.search("windscreen", 4)
    cache = tmp_path / "i" / "vectors" / "vectors.npy"
    assert cache.is_file()
    with Index.open(tmp_path / "i", embedder=words) as index:
        assert index.search("windscreen", 4) == expected
        index.delete(WATER.id)
    cache.write_bytes(cache.read_bytes()[:-7])
    with Index.open(tmp_path / "i", embedder=words) as index:
        assert set(names(index.search("cellar", 4))) == {"glass.txt"}
        assert index.verify() == ()


def test_verify_sees_damage(index, tmp_path):
    index.add([GLASS, WATER])
    with sqlite3.connect(tmp_path / "an.index" / "index.sqlite") as connection:
        connection.execute("UPDATE chunks SET text = 'something else' WHERE row = 1")
        connection.execute("UPDATE documents SET body = x'00' WHERE name = 'water.txt'")
        connection.execute("DELETE FROM lexicon WHERE rowid = 2")
    assert {issue.code for issue in index.verify()} == {"chunk", "document", "lexicon"}


def test_importing_loads_nothing_heavy():
    code = (
        "import sys, foyerdoc.index; print(*[m for m in ('torch', 'faiss', 'llama_index', 'transformers') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_embeddings_are_kept_in_half_precision(index, tmp_path, words):
    index.add([GLASS])
    with sqlite3.connect(tmp_path / "an.index" / "index.sqlite") as connection:
        [(blob, text)] = connection.execute("SELECT embedding, text FROM chunks ORDER BY row LIMIT 1").fetchall()
    assert len(blob) == 2 * words.dimensions
    np.testing.assert_allclose(np.frombuffer(blob, "<f2"), words.embed_documents([text])[0], atol=1e-3)
