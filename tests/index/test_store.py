from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
import time
from dataclasses import replace

import numpy as np
import pytest

from foyerdoc.errors import IndexCorrupted, ModelError, UsageError
from foyerdoc.index import Index, database
from foyerdoc.index.cache import Cache
from foyerdoc.index.local import LocalSession
from tests.index.conftest import WordEmbedder, make_document

GLASS = make_document("glass.txt", "The windscreen is covered up to 800 euros.", "Theft is excluded.")
WATER = make_document("water.txt", "Water damage in the cellar is covered.", "The excess is 150 euros.")


@pytest.fixture
def index(tmp_path, words):
    with Index.open(tmp_path / "an.index", embedder=words) as index:
        yield index


def names(hits):
    return [hit.document_name for hit in hits]


def test_finds_what_was_added_and_gives_the_document_back(index):
    outcome = index.add([GLASS, WATER], metadata={"category": "policies"})
    assert outcome.added == (GLASS.id, WATER.id)
    [hit] = index.search("windscreen", 1)
    assert hit.document_name == "glass.txt"
    assert hit.metadata == {"category": "policies"}
    stored = index.document(GLASS.id)
    assert stored == GLASS
    assert stored.text[hit.chunk.span.start : hit.chunk.span.end] == hit.chunk.text
    assert index.verify() == ()


def test_survives_closing(tmp_path, words):
    with Index.open(tmp_path / "i", embedder=words) as index:
        index.add([GLASS, WATER])
        before = index.search("excess in euros", 4)
    with Index.open(tmp_path / "i", embedder=words) as index:
        assert index.search("excess in euros", 4) == before


def test_adds_once_and_sets_new_labels(index):
    index.add([GLASS], metadata={"category": "policies"})
    generation = index.stats()
    assert index.add([GLASS]).unchanged == (GLASS.id,)
    assert index.stats().chunks == generation.chunks
    assert index.documents()[0].metadata == {"category": "policies"}
    index.add([GLASS], metadata={"category": "claims"})
    assert index.documents()[0].metadata == {"category": "claims"}
    assert index.add([WATER, WATER]).unchanged == (WATER.id,)


def test_replaces_a_document_that_is_read_differently(index):
    index.add([GLASS])
    again = replace(make_document("glass.txt", "The windshield is covered."), id=GLASS.id)
    assert index.add([again]).replaced == (GLASS.id,)
    assert len(index.documents()) == 1
    assert index.document(GLASS.id).text == "The windshield is covered."
    assert all("windscreen" not in hit.chunk.text for hit in index.search("windscreen", 5))
    assert index.verify() == ()


def test_same_name_stays_unless_asked(index):
    other = make_document("glass.txt", "Another file of this name about glass.")
    index.add([GLASS])
    index.add([other])
    assert len(index.documents()) == 2
    newest = make_document("glass.txt", "The newest one.")
    assert index.add([newest], replace_same_name=True).replaced == (newest.id,)
    assert [document.id for document in index.documents()] == [newest.id]


def test_deleted_is_not_found(index):
    index.add([GLASS, WATER])
    index.search("windscreen")
    index.delete(GLASS.id)
    assert set(names(index.search("windscreen", 10))) == {"water.txt"}
    assert index.verify() == ()
    with pytest.raises(UsageError):
        index.document(GLASS.id)
    with pytest.raises(UsageError):
        index.delete(GLASS.id)


def test_attachments_are_searched_and_go_with_their_mail(index):
    mail = make_document("mail.eml", "See the attachments.", attachments=[GLASS, GLASS])
    other = make_document("other.eml", "The same again.", attachments=[GLASS])
    index.add([mail, other])
    hits = index.search("windscreen", 10)
    assert names(hits).count("glass.txt") == 1, "each chunk of the attachment once, whatever mails it came in"
    assert index.document(GLASS.id) == GLASS
    index.delete(mail.id)
    assert "glass.txt" in names(index.search("windscreen"))
    index.delete(other.id)
    assert index.search("windscreen") == []
    assert index.verify() == ()


class CountingEmbedder(WordEmbedder):
    """Knows which texts it was given."""

    def __init__(self):
        self.asked = []

    def embed_documents(self, texts):
        self.asked += texts
        return super().embed_documents(texts)


def test_a_text_that_is_there_is_not_embedded_again(tmp_path):
    embedder = CountingEmbedder()
    letter = make_document("letter.txt", "The terms of 2024 apply.", "Yours faithfully.")
    first, second = (make_document(name, "See the letter.", attachments=[letter]) for name in ("one.eml", "two.eml"))
    with Index.open(tmp_path / "i", embedder=embedder) as index:
        index.add([first, make_document("copy.txt", letter.text)])
        assert len(embedder.asked) == 2, "one for the mail, one for the letter and its copy"
        index.add([second])
        assert len(embedder.asked) == 2, "all of it was there"
        index.delete(first.id)
        assert index.verify() == ()
    with Index.open(tmp_path / "i", embedder=embedder) as index:
        before = index.search("terms of 2024", 10)
        assert {hit.document_name for hit in before} == {"letter.txt", "copy.txt", "two.eml"}
        assert before[0].score == pytest.approx(before[1].score), "the same text, the same vector"
        index.delete(second.id)
        assert names(index.search("terms of 2024")) == ["copy.txt"]
        del embedder.asked[:]
        index.add([replace(letter, id="0" * 64, blocks=(replace(letter.blocks[0], kind="heading", level=1), letter.blocks[1]))])
        assert embedder.asked, "under a heading it is another text"
        assert index.verify() == ()


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


def test_where_limits_the_search(index):
    french = make_document("verre.txt", "Le pare-brise est couvert, windscreen.", language="fr")
    index.add([GLASS], metadata={"category": "policies", "year": "2024"})
    index.add([WATER, french], metadata=lambda d: {"category": "claims"} if d is WATER else {"category": "letters"})
    assert set(names(index.search("windscreen", where={"category": "claims"}))) == {"water.txt"}
    assert set(names(index.search("windscreen", where={"category": ["claims", "letters"]}))) == {"water.txt", "verre.txt"}
    assert set(names(index.search("windscreen", where={"language": "fr"}))) == {"verre.txt"}
    assert set(names(index.search("windscreen", where={"name": "glass.txt", "year": "2024"}))) == {"glass.txt"}
    assert index.search("windscreen", where={"name": "glass.txt", "category": "claims"}) == []
    assert set(names(index.search("windscreen", where={"document_id": WATER.id}))) == {"water.txt"}
    with pytest.raises(UsageError, match="colour"):
        index.search("windscreen", where={"colour": "red"})
    assert index.search("windscreen", where={"category": "x') OR 1=1 --"}) == []


@pytest.mark.parametrize("query", ["", "   ", '"', 'a" OR "b', "NEAR(", "*", "stems:x", "(", "\x00", "😀", "the of and"])
def test_no_query_breaks_the_search(index, query):
    index.add([GLASS, WATER])
    assert len(index.search(query, 2)) == 2


def test_an_empty_index_finds_nothing(index):
    assert index.search("anything") == []
    assert index.documents() == []
    assert index.stats().chunks == 0
    assert index.verify() == ()
    with pytest.raises(UsageError):
        index.search("anything", 0)


def test_another_embedder_is_refused(tmp_path, words):
    with Index.open(tmp_path / "i", embedder=words) as index:
        index.add([GLASS])

    class Other(WordEmbedder):
        name = "other-64"

    with pytest.raises(ModelError, match="words-64"):
        Index.open(tmp_path / "i", embedder=Other())


def test_settings_stay_as_the_index_was_made(tmp_path, words):
    Index.open(tmp_path / "i", embedder=words, max_tokens=40, overlap=5).close()
    with Index.open(tmp_path / "i", embedder=words) as index:
        assert (index.stats().max_tokens, index.stats().overlap) == (40, 5)
    with pytest.raises(UsageError):
        Index.open(tmp_path / "i", embedder=words, max_tokens=41)


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


def test_a_second_process_is_seen(tmp_path, words):
    with Index.open(tmp_path / "i", embedder=words) as one, Index.open(tmp_path / "i", embedder=words) as two:
        one.add([GLASS])
        assert names(two.search("windscreen", 1)) == ["glass.txt"]
        two.add([WATER])
        one.delete(GLASS.id)
        assert set(names(two.search("windscreen"))) == {"water.txt"}
        assert set(names(one.search("cellar"))) == {"water.txt"}


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


def test_several_threads_at_once(index):
    errors = []

    def work(number):
        try:
            for i in range(5):
                index.add([make_document(f"{number}-{i}", f"Letter {i} of thread {number} about glass.")])
                assert index.search(f"thread {number}", 1)
        except BaseException as error:  # noqa: BLE001 - reported below
            errors.append(error)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(index.documents()) == 20
    assert index.verify() == ()


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
