"""One suite over the places where an index can be kept: a folder, and PostgreSQL through a real server."""

from __future__ import annotations

import contextlib
import itertools
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from datetime import date
from urllib.parse import quote

import numpy as np
import psycopg
import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from foyerdoc.cli import app
from foyerdoc.errors import FoyerdocError, IndexBusy, IndexCorrupted, ModelError, NoIndex, UsageError
from foyerdoc.index import Between, Index, database
from foyerdoc.index.copying import copy
from foyerdoc.index.lexical import stems
from foyerdoc.service import make_app
from tests.index.conftest import CountingEmbedder, WordEmbedder, make_document, names
from tests.service.conftest import LETTER, configuration, key, upload

GLASS = make_document("glass.txt", "The windscreen is covered up to 800 euros.", "Theft is excluded.")
WATER = make_document("water.txt", "Water damage in the cellar is covered.", "The excess is 150 euros.")
LETTERS = [
    make_document(
        f"{language}-{number}",
        *(f"{sentence} {number} {number * part}." for part, sentence in enumerate(sentences, 1)),
        language=language,
    )
    for number in range(12)
    for language, sentences in {
        "fr": ("Le remplacement du pare-brise est couvert", "La franchise du dégât des eaux est de", "Le vol est exclu"),
        "de": ("Der Wasserschaden im Keller ist versichert", "Die Kündigungsfrist beträgt drei Monate", "Glasbruch"),
        "en": ("The windscreen is covered up to", "The excess for water damage is", "Theft is excluded in year"),
    }.items()
]
QUESTIONS = (
    "pare-brise couvert",
    "Wasserschaden Keller Kündigung",
    "Which water damage is covered?",
    "theft 7",
    "Wasserkeller",
)

_numbers = itertools.count()


@pytest.fixture
def words():
    return WordEmbedder()


@pytest.fixture
def address(server):
    """Of a schema that is not there yet."""
    return f"{server.address}&schema=s{next(_numbers)}"


@pytest.fixture(params=["folder", "postgres"])
def place(request, tmp_path):
    """Where there is no index yet."""
    return tmp_path / "an.index" if request.param == "folder" else request.getfixturevalue("address")


@pytest.fixture
def index(place, words):
    with Index.open(place, embedder=words) as index:
        yield index


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


def test_survives_closing(place, words):
    with Index.open(place, embedder=words) as index:
        index.add([GLASS, WATER])
        before = index.search("excess in euros", 4)
    with Index.open(place, embedder=words) as index:
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


def test_a_text_that_is_there_is_not_embedded_again(place):
    embedder = CountingEmbedder()
    letter = make_document("letter.txt", "The terms of 2024 apply.", "Yours faithfully.")
    first, second = (make_document(name, "See the letter.", attachments=[letter]) for name in ("one.eml", "two.eml"))
    with Index.open(place, embedder=embedder) as index:
        index.add([first, make_document("copy.txt", letter.text)])
        assert len(embedder.asked) == 2, "one for the mail, one for the letter and its copy"
        index.add([second])
        assert len(embedder.asked) == 2, "all of it was there"
        index.delete(first.id)
        assert index.verify() == ()
    with Index.open(place, embedder=embedder) as index:
        before = index.search("terms of 2024", 10)
        assert {hit.document_name for hit in before} == {"letter.txt", "copy.txt", "two.eml"}
        assert before[0].score == pytest.approx(before[1].score), "the same text, the same vector"
        index.delete(second.id)
        assert names(index.search("terms of 2024")) == ["copy.txt"]
        del embedder.asked[:]
        index.add([replace(letter, id="0" * 64, blocks=(replace(letter.blocks[0], kind="heading", level=1), letter.blocks[1]))])
        assert embedder.asked, "under a heading it is another text"
        assert index.verify() == ()


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


def test_where_takes_a_range(index):
    dates = {GLASS.id: "2024-12-31", WATER.id: "2025-02-01"}
    french = make_document("verre.txt", "Le pare-brise est couvert, windscreen.", language="fr")
    index.add(
        [GLASS, WATER, french], metadata=lambda d: {"date": dates.get(d.id, "2025-02-28"), "note": "É" if d is GLASS else "f"}
    )

    def found(**where):
        return set(names(index.search("windscreen", where=where)))

    assert found(date=Between("2025-01-01")) == {"water.txt", "verre.txt"}
    assert found(date=Between(end="2025-02-01")) == {"glass.txt", "water.txt"}
    assert found(date=Between("2025-02-01", "2025-02-01")) == {"water.txt"}
    assert found(date=Between("2025-01-01"), language="fr") == {"verre.txt"}
    assert found(note=Between("g")) == {"glass.txt"}, "by characters, not by the alphabet of some country"
    with pytest.raises(UsageError, match="not a range"):
        found(name=Between("a"))
    with pytest.raises(UsageError, match="colour") as caught:
        found(colour=Between("a"))
    assert caught.value.hint == "use one of language, media_type, name, document_id, date, note"
    for ends, said in (((), "both ends"), (("2025-03-01", "2025-01-01"), "before it starts"), ((date(2025, 1, 1),), "strings")):
        with pytest.raises(UsageError, match=said):
            Between(*ends)


@pytest.mark.parametrize("wanted", [5, None, b"2025", date(2025, 1, 1), [date(2025, 1, 1)], [Between("2025")]], ids=repr)
def test_where_takes_strings_and_one_range(index, wanted):
    index.add([GLASS], metadata={"date": "2025-01-01"})
    with pytest.raises(UsageError, match="wants a string"):
        index.search("windscreen", where={"date": wanted})


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


def test_another_embedder_is_refused(place, words):
    with Index.open(place, embedder=words) as index:
        index.add([GLASS])

    class Other(WordEmbedder):
        name = "other-64"

    with pytest.raises(ModelError, match="words-64"):
        Index.open(place, embedder=Other())


def test_settings_stay_as_the_index_was_made(place, words):
    Index.open(place, embedder=words, max_tokens=40, overlap=5).close()
    with Index.open(place, embedder=words) as index:
        assert (index.stats().max_tokens, index.stats().overlap) == (40, 5)
    with pytest.raises(UsageError):
        Index.open(place, embedder=words, max_tokens=41)


def test_a_second_process_is_seen(place, words):
    with Index.open(place, embedder=words) as one, Index.open(place, embedder=words) as two:
        one.add([GLASS])
        assert names(two.search("windscreen", 1)) == ["glass.txt"]
        two.add([WATER])
        one.delete(GLASS.id)
        assert set(names(two.search("windscreen"))) == {"water.txt"}
        assert set(names(one.search("cellar"))) == {"water.txt"}


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


def test_an_index_must_be_there_where_none_may_be_made(place, words):
    with pytest.raises(UsageError, match="is not an index"):
        Index.open(place, embedder=words, make=False)
    Index.open(place, embedder=words).close()
    Index.open(place, embedder=words, make=False).close()


def test_opened_for_reading_it_follows_and_changes_nothing(place, words):
    with pytest.raises(NoIndex):
        Index.open(place, embedder=words, write=False)
    with Index.open(place, embedder=words) as written, Index.open(place, embedder=words, write=False) as index:
        written.add([GLASS, WATER])
        assert names(index.search("windscreen", 1)) == ["glass.txt"]
        written.delete(GLASS.id)
        assert names(index.search("windscreen excess", 5)) == ["water.txt"]
        for change in (lambda: index.add([GLASS]), lambda: index.delete(WATER.id), index.compact):
            with pytest.raises(UsageError, match="was opened for reading"):
                change()
        assert index.verify() == ()
    with Index.open(place, write=False) as index:
        assert index.document(WATER.id) == WATER


def test_the_log_is_emptied_though_somebody_always_reads(tmp_path, words, monkeypatch):
    monkeypatch.setattr(database, "LOG_BYTES", 1_000_000)
    done = threading.Event()

    def search():
        with Index.open(tmp_path, embedder=words, write=False) as index:
            while not done.is_set():
                index.search("windscreen", 1)

    with Index.open(tmp_path, embedder=words) as written:
        written.add([GLASS])
        readers = [threading.Thread(target=search) for _ in range(2)]
        for reader in readers:
            reader.start()
        sizes = []
        for number in range(60):
            written.add([make_document(f"{number}.txt", f"Windscreen {number}.", "And more of it. " * 100)])
            sizes.append((tmp_path / "index.sqlite-wal").stat().st_size)
        done.set()
        for reader in readers:
            reader.join()
    assert any(later < earlier for earlier, later in itertools.pairwise(sizes))
    with Index.open(tmp_path, embedder=words) as index:
        assert index.verify() == ()


def test_a_file_that_is_being_made_is_no_index_yet(tmp_path, words):
    (tmp_path / "index.sqlite").touch()
    for named in ({"make": False}, {"write": False}):
        with pytest.raises(NoIndex):
            Index.open(tmp_path, embedder=words, **named)
    assert not (tmp_path / "index.sqlite").stat().st_size


def test_a_closed_index_says_so(index):
    index.close()
    with pytest.raises(UsageError, match="closed"):
        index.search("windscreen")


def test_compact_keeps_what_is_there(index):
    index.add(LETTERS, metadata={"who": "me"})
    for letter in LETTERS[1:]:
        index.delete(letter.id)
    before, size = index.search("pare-brise", 9), index.stats().bytes
    index.compact()
    assert index.search("pare-brise", 9) == before
    assert index.verify() == ()
    assert index.stats().bytes <= size


def test_words_of_any_length_are_found(index):
    long = "x" * 5_000
    index.add([GLASS, make_document("long.txt", f"Of {long} nothing is known.")])
    assert names(index.search(long, 1)) == ["long.txt"]
    assert index.verify() == ()


def test_many_chunks_in_one_document(place, words):
    with Index.open(place, embedder=words, max_tokens=20) as index:
        long = make_document(
            "long.txt", *(f"Paragraph {number} about item{number} and {'more ' * 10}" for number in range(700))
        )
        index.add([long])
        assert index.stats().chunks > 600
        assert "item567" in index.search("item567", 1)[0].chunk.text
        assert index.add([replace(long, id="f" * 64)]).added, "each embedding is there already"
        assert index.verify() == ()


# Both at once.


@pytest.fixture
def both(tmp_path, address, words):
    """The same documents in a folder and in PostgreSQL."""
    with (
        Index.open(tmp_path / "i", embedder=words, max_tokens=15) as folder,
        Index.open(address, embedder=words, max_tokens=15) as postgres,
    ):
        for one in (folder, postgres):
            one.add(LETTERS, metadata=lambda letter: {"half": letter.name[-1:], "language": letter.language})
            one.delete(LETTERS[5].id)
        yield folder, postgres


@pytest.mark.parametrize("where", [None, {"language": "de"}, {"half": ["1", "3"], "name": ["fr-1", "en-3"]}, {"half": []}])
@pytest.mark.parametrize("k", [1, 12, 300])
def test_what_is_found_is_the_same(both, where, k):
    for query in QUESTIONS:
        found = [one.weigh(query, k, where=where) for one in both]
        assert [one.chunk for one in found[0]] == [one.chunk for one in found[1]]
        parts = [[(one.score, one.cosine, one.lexical) for one in some] for some in found]
        np.testing.assert_allclose(parts[0], parts[1], atol=1e-9)
        assert [one.metadata for one in found[0]] == [one.metadata for one in found[1]]


def test_what_is_told_is_the_same(both):
    folder, postgres = both
    assert [replace(one, added="") for one in folder.documents()] == [replace(one, added="") for one in postgres.documents()]
    assert replace(folder.stats(), bytes=0) == replace(postgres.stats(), bytes=0)
    texts = [(letter.text, letter.language) for letter in LETTERS]
    assert folder.relevance("water damage", texts) == postgres.relevance("water damage", texts)


def test_with_the_index_of_vectors_the_same_is_found(both, monkeypatch):
    """Of so few its graph leads to all."""
    monkeypatch.setattr("foyerdoc.index.postings._EXACT_UP_TO", 0)
    test_what_is_found_is_the_same(both, None, 12)
    test_what_is_found_is_the_same(both, {"language": "de"}, 12)


def test_there_and_back_is_the_same(both, tmp_path, address, words):
    folder, _ = both
    told: list[tuple[int, int]] = []
    assert copy(tmp_path / "i", f"{address}copy", watch=lambda *done: told.append(done)) == len(LETTERS) - 1
    assert told[-1] == (folder.stats().chunks, folder.stats().chunks)
    copy(f"{address}copy", tmp_path / "back")
    with Index.open(f"{address}copy", embedder=words) as there, Index.open(tmp_path / "back", embedder=words) as back:
        for other in (there, back):
            assert other.verify() == ()
            assert other.documents() == folder.documents()
            assert [other.document(one.id) for one in other.documents()] == [one for one in LETTERS if one != LETTERS[5]]
            for query in QUESTIONS:
                found, expected = other.search(query, 40), folder.search(query, 40)
                assert [one.chunk for one in found] == [one.chunk for one in expected]
                assert [one.score for one in found] == pytest.approx([one.score for one in expected], abs=1e-9)
            for table in ("documents", "members", "metadata", "chunks"):
                rows = [sorted(_everything(one, table)) for one in (folder, other)]
                assert rows[0] == rows[1]
            other.add([GLASS])
            assert other.verify() == ()
            assert names(other.search("windscreen up to 800 euros", 1)) == ["glass.txt"]
            other.delete(GLASS.id)


def _everything(index, table):
    with index._reading() as session:
        return list(session.stream(f"SELECT * FROM {table}"))


def test_nothing_is_copied_onto_documents_or_from_nowhere(both, tmp_path, address):
    for target in (address, tmp_path / "i"):
        with pytest.raises(UsageError, match="holds 35 documents"):
            copy(tmp_path / "i", target)
    for source in (f"{address}none", tmp_path / "none"):
        with pytest.raises(UsageError, match="is not an index"):
            copy(source, tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_what_is_damaged_is_not_copied(both, tmp_path, address):
    folder, _ = both
    with folder._writing() as session:
        session.execute("UPDATE chunks SET embedding = zeroblob(128) WHERE row = 40")
    with pytest.raises(IndexCorrupted, match="damaged"):
        copy(tmp_path / "i", f"{address}copy")
    with Index.open(f"{address}copy") as index:
        assert index.documents() == []


def test_an_empty_index_is_copied(tmp_path, address, words):
    Index.open(tmp_path / "i", embedder=words, max_tokens=40, overlap=5).close()
    assert copy(tmp_path / "i", address) == 0
    with Index.open(address, embedder=words) as index:
        assert (index.stats().max_tokens, index.stats().overlap) == (40, 5)
        index.add([GLASS])
        assert index.verify() == ()


# Several processes.


def _letter(number):
    return make_document(f"letter-{number}", *(f"Letter {number} part {part} about water." for part in range(8)))


def _write(place, numbers, sending):
    """Adds letters, takes every third out again, and says so after each."""
    with Index.open(place, embedder=WordEmbedder(), max_tokens=15) as index:
        for number in numbers:
            index.add([_letter(number)])
            sending.send(number)
            if number % 3 == 2:
                index.delete(_letter(number).id)
                sending.send(number)


def _writer(place, numbers):
    context = multiprocessing.get_context("forkserver")
    receiving, sending = context.Pipe(duplex=False)
    process = context.Process(target=_write, args=(place, numbers, sending))
    process.start()
    sending.close()
    return process, receiving


def _said(receiving):
    """What a writer has said until it was killed."""
    said = []
    with contextlib.suppress(EOFError):
        while True:
            said.append(receiving.recv())
    return said


def test_killed_while_it_writes_nothing_is_half(place, words):
    chance = random.Random(0)
    held: set[int] = set()
    for start in range(0, 4_000, 1_000):
        process, receiving = _writer(place, range(start, start + 999))
        said = [receiving.recv() for _ in range(3)]
        time.sleep(chance.random() / 5)
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        said += _said(receiving)
        # Said twice is taken out; what came next is done or not begun.
        held |= {number for number in said if said.count(number) == 1}
        following = said[-1] if said[-1] % 3 == 2 and said.count(said[-1]) == 1 else said[-1] + 1
        with Index.open(place, embedder=words) as index:
            assert index.verify() == ()
            found = {int(one.name.removeprefix("letter-")) for one in index.documents()}
            assert found in (held, held ^ {following})
            assert all(index.document(_letter(number).id) == _letter(number) for number in found)
        held = found


def test_two_writers_at_once(place, words):
    writers = [_writer(place, range(first, first + 10)) for first in (0, 100)]
    said = {number for process, receiving in writers for number in _said(receiving)}
    assert said == {*range(10), *range(100, 110)}
    with Index.open(place, embedder=words) as index:
        assert {one.name for one in index.documents()} == {f"letter-{number}" for number in said if number % 3 != 2}
        assert index.verify() == ()


# PostgreSQL alone.


def test_a_writer_that_waits_too_long_is_told(address, words, monkeypatch):
    monkeypatch.setattr("foyerdoc.index.postgres.BUSY_MS", 200)
    with Index.open(address, embedder=words) as one, Index.open(address, embedder=words) as other:
        one.add([GLASS])
        with one._writing():
            for call in (lambda: other.add([WATER]), lambda: other.delete(GLASS.id), other.compact):
                with pytest.raises(IndexBusy) as caught:
                    call()
                assert caught.value.retryable
                assert caught.value.hint
            assert names(other.search("windscreen", 1)) == ["glass.txt"], "reading goes on"
        other.add([WATER])
        assert other.verify() == ()


def test_compact_says_so_when_another_reads_what_was_deleted(address, words):
    with Index.open(address, embedder=words) as one, Index.open(f"{address}x", embedder=words) as elsewhere:
        one.add([GLASS, WATER])
        elsewhere.add([GLASS])
        with elsewhere._reading() as session:
            session.count()  # it sees the whole database as it is now
            one.delete(GLASS.id)
            with pytest.raises(IndexBusy, match="still sees"):
                one.compact()
        one.compact()


def test_nothing_of_a_deleted_document_is_left(address, words, server):
    """Neither in any table nor in any file of tables; the server's log is its own."""
    secret = make_document("zookeeper.txt", *(f"Wombatologists vexed {n} kumquatlovers, flummoxingly." for n in range(40)))
    with Index.open(address, embedder=words, max_tokens=30) as index, psycopg.connect(server.address, autocommit=True) as own:
        index.add([GLASS, secret, WATER], metadata=lambda one: {"who": "quixotically"} if one is secret else {})
        with index._reading() as session:
            of_secret = "SELECT embedding FROM chunks JOIN documents d ON d.row = document WHERE d.id = ?"
            embeddings = [np.frombuffer(one, "<u2").tobytes()[:24] for (one,) in session.execute(of_secret, (secret.id,))]
        sought = [*(one.encode() for one in stems(secret.text, "en") if len(one) > 8), b"zookeeper", b"quixotically"]
        sought += [secret.id.encode(), *embeddings]
        own.execute("CHECKPOINT")
        assert _found(server, sought) == set(sought), "all of it can be found while it is there"
        index.delete(secret.id)
        index.compact()
        own.execute("CHECKPOINT")
        assert _found(server, sought) == set()
        assert index.verify() == ()
        assert names(index.search("windscreen", 1)) == ["glass.txt"]


def _found(server, sought):
    files = [file for file in (server.data / "base").rglob("*") if file.is_file()]
    everything = b"".join(file.read_bytes() for file in files)
    return {one for one in sought if one in everything}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("UPDATE chunks SET embedding = (embedding - embedding) WHERE row = 2", "embedding"),
        ("UPDATE chunks SET headings = '[' WHERE row = 2", "lexicon"),
        ("UPDATE chunks SET start = start + 1 WHERE row = 2", "chunk"),
        ("UPDATE documents SET body = '' WHERE row = 1", "document"),
        ("UPDATE postings SET count = count + 1 WHERE chunk = 2", "lexicon"),
        ("DELETE FROM postings WHERE chunk = 2", "lexicon"),
        ("UPDATE totals SET chunks = chunks + 1", "lexicon"),
    ],
)
def test_verify_sees_rows_that_do_not_fit(address, words, change, code):
    with Index.open(address, embedder=words) as index:
        index.add([GLASS, WATER])
        with index._writing() as session:
            session.execute(change)
        assert code in {issue.code for issue in index.verify()}


def test_a_server_that_comes_back_is_found_again(address, words, server):
    with Index.open(address, embedder=words) as index:
        index.add([GLASS])
        server.stop()
        try:
            for call in (lambda: index.search("windscreen"), lambda: index.add([WATER])):
                with pytest.raises(IndexBusy) as caught:
                    call()
                assert "server" in caught.value.hint
            with pytest.raises(IndexBusy):
                Index.open(address, embedder=words)
        finally:
            server.start()
        assert names(index.search("windscreen", 1)) == ["glass.txt"]
        index.add([WATER])
        assert index.verify() == ()


def test_a_password_is_never_shown(server, words):
    for address in (
        "postgresql://me:secret9@/nowhere?host=/nowhere",
        "postgresql://me:secret9@[host/x",
        "postgresql://me:secret9@host:port/x",
        f"{server.address}&password=secret9&nonsense=1",
        f"postgresql://me:secret9@/postgres?host={server.folder}",
    ):
        with pytest.raises(FoyerdocError) as caught:
            Index.open(address, embedder=words)
        assert "secret9" not in str(caught.value)
        assert caught.value.hint


def test_other_tables_and_newer_formats_are_refused(address, words, server):
    with psycopg.connect(server.address, autocommit=True) as own:
        own.execute("CREATE SCHEMA theirs")
        own.execute("CREATE TABLE theirs.accounts (id int)")
        with pytest.raises(IndexCorrupted, match="other tables"):
            Index.open(f"{server.address}&schema=theirs", embedder=words)
        Index.open(f"{server.address}&schema=newer", embedder=words).close()
        own.execute("UPDATE newer.meta SET value = '99' WHERE key = 'format'")
        with pytest.raises(IndexCorrupted, match="99"):
            Index.open(f"{server.address}&schema=newer", embedder=words)
    odd = f"{server.address}&schema=" + quote('a "name"; DROP SCHEMA theirs')
    with Index.open(odd, embedder=words) as index:
        index.add([GLASS])
        assert index.verify() == ()


def test_what_postgresql_cannot_hold_is_refused_whole(address, words):
    with Index.open(address, embedder=words) as index:
        with pytest.raises(UsageError, match="cannot hold"):
            index.add([make_document("nul.txt", "Before \0 after.")])
        index.add([GLASS])
        assert [one.name for one in index.documents()] == ["glass.txt"]
        assert index.verify() == ()

    class Long(WordEmbedder):
        name, dimensions = "words-5000", 5000

    with Index.open(f"{address}long", embedder=Long()) as index, pytest.raises(UsageError, match="5000"):
        index.add([GLASS])


def test_the_commands_take_an_address(tmp_path, address):
    run = CliRunner().invoke
    with Index.open(tmp_path / "i") as index:  # the embedded embedder is not needed for looking after it
        assert index.documents() == []
    assert run(app, ["search", "x", "--index", address]).exit_code == 2
    assert "0 documents copied" in run(app, ["index", "copy", str(tmp_path / "i"), address]).stdout
    assert run(app, ["index", "copy", address, str(tmp_path / "back"), "--json"]).stdout == '{"documents":0}\n'
    assert "all is well" in run(app, ["index", "verify", address]).stdout
    assert "before" in run(app, ["index", "compact", address]).stdout
    with Index.open(address, embedder=WordEmbedder()) as index:
        index.add([GLASS])
    again = run(app, ["index", "copy", str(tmp_path / "i"), address])
    assert again.exit_code == 2
    assert "holds 1 documents" in again.stderr


def test_a_service_keeps_its_indexes_there(tmp_path, server, words):
    made = replace(configuration(tmp_path, words), indexes=server.address)
    service = make_app(made)
    with TestClient(service) as client:
        header = key(service, "read", "write")
        upload(client, header, "claims", "letter.txt", LETTER)
        asked = {"query": "lighthouse keeper"}
        assert client.post("/v1/collections/claims/search", json=asked, headers=header).json()["hits"]
        assert not client.post("/v1/collections/other/search", json=asked, headers=header).json().get("hits")
    assert not list(tmp_path.rglob("index.sqlite"))
    with Index.open(f"{server.address}&schema=claims", embedder=words, make=False) as index:
        assert names(index.search("lighthouse", 1)) == ["letter.txt"]


def test_psycopg_is_named_where_it_is_missing(words):
    code = (
        "import sys; sys.modules['psycopg'] = None\nfrom foyerdoc.index import Index\nIndex.open('postgresql://host/database')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "MissingDependency" in done.stderr
    assert "pip install 'foyerdoc[postgres]'" in done.stderr


def test_importing_loads_no_driver():
    code = "import sys, foyerdoc.index; print('psycopg' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False"]
