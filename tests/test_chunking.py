"""Chunks: within the budget, nothing lost, cut where a reader would cut, the same on every machine."""

from __future__ import annotations

import subprocess
import sys
import time
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foyerdoc.chunking import TokenCounter, WordCounter, chunk
from foyerdoc.chunking.cutting import may_cut
from foyerdoc.chunking.sentences import sentence_starts
from foyerdoc.cleaning import clean
from foyerdoc.documents import Block, Chunk, Document, Page, Span
from foyerdoc.errors import UsageError
from tests.made_documents import documents

SENTENCE = "Der Versicherer leistet Ersatz für Schäden an versicherten Sachen."
TRAINING = [
    "Der Versicherer leistet Ersatz für Schäden an den versicherten Sachen.",
    "L'assureur garantit les dommages causés aux biens assurés pendant la durée du contrat.",
    "The insurer pays for damage to the insured property during the term of the policy.",
] * 5


class Tokens:
    """A `TokenCounter` over a tokenizer of the `tokenizers` library."""

    def __init__(self, tokenizer: object, *, marks: bool) -> None:
        self._tokenizer, self._marks = tokenizer, marks

    def __call__(self, text: str) -> int:
        return len(self._tokenizer.encode(text).ids) + 2 * self._marks

    def offsets(self, text: str) -> Sequence[tuple[int, int]]:
        return self._tokenizer.encode(text).offsets


@cache
def unigram(split: bool = True) -> Tokens:
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.Unigram())
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always", split=split)
    trainer = trainers.UnigramTrainer(vocab_size=220, unk_token="<unk>", special_tokens=["<unk>"], show_progress=False)
    tokenizer.train_from_iterator(TRAINING, trainer)
    return Tokens(tokenizer, marks=True)


@cache
def byte_pairs() -> Tokens:
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(
        vocab_size=400, show_progress=False, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), special_tokens=[]
    )
    tokenizer.train_from_iterator(TRAINING, trainer)
    return Tokens(tokenizer, marks=False)


def _characters(text: str) -> int:
    return len(text)


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


COUNTERS: dict[str, Callable[[], TokenCounter | Callable[[str], int] | None]] = {
    "default": lambda: None,
    "unigram": unigram,
    "unigram over spaces": lambda: unigram(split=False),
    "byte pairs": byte_pairs,
    "characters": lambda: _characters,
    "bytes": lambda: _bytes,
}


def made(*blocks: tuple[str, str] | tuple[str, str, int], pages: Sequence[int] = ()) -> Document:
    """A document of blocks (kind, text, level); `pages` says how many blocks each page has."""
    text, found = "", []
    for kind, content, *level in blocks:
        text += "\n\n" if text else ""
        found.append(Block(kind, Span(len(text), len(text) + len(content)), level=level[0] if level else None))
        text += content
    spans, at = [], 0
    for number, n in enumerate(pages, 1):
        spans.append(Page(number, Span(found[at].span.start, found[at + n - 1].span.end)))
        at += n
    return Document("id", "name", "text/plain", text, "de", tuple(spans), tuple(found))


def texts_of(chunks: list[Chunk]) -> list[str]:
    return [one.text for one in chunks]


# --- structure -------------------------------------------------------------------------------------------------------


def test_small_documents_are_one_chunk() -> None:
    document = made(("heading", "Bedingungen", 1), ("paragraph", SENTENCE), ("paragraph", SENTENCE))
    (only,) = chunk(document)
    assert only.text == document.text
    assert only.headings == ("Bedingungen",)
    assert only.n_tokens == WordCounter()(document.text)
    assert only.pages == ()


def test_a_heading_starts_a_chunk_and_travels() -> None:
    body = " ".join([SENTENCE] * 4)
    document = made(
        ("heading", "Teil A", 1), ("heading", "§ 1 Umfang", 2), ("paragraph", body),
        ("heading", "§ 2 Ende", 2), ("paragraph", body), ("heading", "Teil B", 1), ("paragraph", body),
    )  # fmt: skip
    chunks = chunk(document, max_tokens=90, overlap=0)
    assert [one.headings for one in chunks] == [("Teil A", "§ 1 Umfang"), ("Teil A", "§ 2 Ende"), ("Teil B",)]
    assert [one.text.split("\n")[0] for one in chunks] == ["Teil A", "§ 2 Ende", "Teil B"]


def test_small_sections_share_a_chunk_under_the_heading_that_is_true_for_both() -> None:
    document = made(
        ("heading", "Teil A", 1), ("heading", "§ 1", 2), ("paragraph", SENTENCE),
        ("heading", "§ 2", 2), ("paragraph", SENTENCE), ("heading", "Teil B", 1), ("paragraph", SENTENCE),
    )  # fmt: skip
    chunks = chunk(document, max_tokens=60)
    assert [one.headings for one in chunks] == [("Teil A",), ("Teil B",)]


@pytest.mark.parametrize("max_tokens", range(6, 60, 3))
def test_no_heading_is_left_alone(max_tokens: int) -> None:
    document = made(*[("heading", "Titel", 1), ("paragraph", " ".join([SENTENCE] * 6))] * 3)
    for one in chunk(document, max_tokens=max_tokens, overlap=0):
        assert not one.text.rstrip().endswith("Titel")


def test_headings_are_bounded() -> None:
    document = made(*[("heading", f"{level} " + "x" * 300, level) for level in range(1, 10)], ("paragraph", SENTENCE))
    last = chunk(document)[-1]
    assert len(last.headings) == 6
    assert last.headings[0].startswith("1 ")
    assert last.headings[-1].startswith("9 ")
    assert all(len(heading) <= 120 for heading in last.headings)


def test_pages() -> None:
    document = made(("paragraph", SENTENCE), ("paragraph", SENTENCE), ("paragraph", SENTENCE), pages=(1, 1, 1))
    assert chunk(document)[0].pages == (1, 2, 3)
    assert [one.pages for one in chunk(document, max_tokens=18, overlap=0)] == [(1,), (2,), (3,)]


def test_quoted_mail_is_not_mixed_with_the_answer() -> None:
    document = made(("paragraph", "Ja, gern."), ("quote", "> Kommen Sie?"), ("paragraph", "Bis morgen."))
    assert texts_of(chunk(document)) == ["Ja, gern.", "> Kommen Sie?", "Bis morgen."]


def test_tables_are_cut_between_rows_then_cells() -> None:
    rows = [[f"Zeile {i}", "Glasbruch Fenster", f"{i}00,00 EUR"] for i in range(12)]
    document = made(("table", "\n".join("\t".join(row) for row in rows)))
    cells, at = [], 0
    for row in rows:
        spans = []
        for cell in row:
            spans.append(Span(at, at + len(cell)))
            at += len(cell) + 1
        cells.append(tuple(spans))
    document = replace(document, blocks=(replace(document.blocks[0], rows=tuple(cells)),))
    lines = [line for text in texts_of(chunk(document, max_tokens=25, overlap=0)) for line in text.split("\n")]
    assert lines == document.text.split("\n")
    assert all(text in document.text for text in texts_of(chunk(document, max_tokens=4, overlap=0)))
    assert texts_of(chunk(document, max_tokens=5, overlap=0))[:4] == ["Zeile 0", "Glasbruch Fenster", "000,00 EUR", "Zeile 1"]


def test_text_between_blocks_is_not_lost() -> None:
    document = replace(made(("paragraph", "eins"), ("paragraph", "zwei"), ("paragraph", "drei")), blocks=())
    assert chunk(document)[0].text == "eins\n\nzwei\n\ndrei"
    whole = made(("paragraph", "eins"), ("paragraph", "zwei"))
    assert chunk(replace(whole, blocks=whole.blocks[1:]))[0].text == "eins\n\nzwei"


# --- sentences -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        ("de", ["Es gilt Art. 5 Abs. 2 der Bedingungen.", "Der Schaden vom 3. März, z. B. ein Brand, ist gedeckt.", "Ende."]),
        ("de", ["Herr Dr. h. c. Müller zahlt 1.234,50 EUR.", "Die Prämie steigt um 2.5 Prozent!", "„Warum?“", "Darum."]),
        ("de", ["Gemäß Nr. 4 bzw. Ziff. 7 entfällt sie, d. h. sie ruht.", "Das gilt seit 2019.", "Sonst nicht."]),
        (
            "fr",
            ["Mme. Weber et M. Schmit, cf. art. 12, p. ex. un sinistre.", "Est-ce couvert ?", "Oui, dès le 1er mars.", "Fin."],
        ),
        (
            "en",
            [
                "Mr. Smith of Acme Inc. Luxembourg paid approx. 3.5 million.",
                "He left in 3.",
                "The rest, e.g. Interest, is due.",
            ],
        ),
        ("de", ["1. Der Versicherer zahlt.", "2. Der Kunde zahlt."]),
        ("ja", ["これは保険です。", "終わり。"]),
    ],
)
def test_sentences(language: str, sentences: list[str]) -> None:
    text = (" " if language != "ja" else "").join(sentences)
    starts = sentence_starts(text, 0, len(text), language)
    assert [text[a:b].strip() for a, b in zip(starts, [*starts[1:], len(text)], strict=True)] == sentences


def test_paragraphs_are_cut_between_sentences_then_words() -> None:
    paragraph = " ".join(f"{SENTENCE[:-1]} Nr. {i} des Vertrags." for i in range(10))
    for one in chunk(made(("paragraph", paragraph)), max_tokens=50, overlap=0):
        assert one.text.startswith("Der Versicherer")
        assert one.text.endswith(".")
    for one in chunk(made(("paragraph", paragraph)), max_tokens=7, overlap=0):
        assert set(one.text.split()) <= set(paragraph.split())


def test_overlap_is_whole_sentences_of_the_same_section() -> None:
    sentences = [f"Satz {i} über die Versicherung des Hauses." for i in range(12)]
    document = made(("paragraph", " ".join(sentences)), ("heading", "Titel", 1), ("paragraph", " ".join(sentences)))
    chunks = chunk(document, max_tokens=40, overlap=18)
    repeated = 0
    for before, after in pairwise(chunks):
        common = document.text[after.span.start : before.span.end]
        if after.span.start < before.span.end:
            repeated += 1
            assert common.startswith("Satz")
            assert common.endswith("Hauses.")
            assert WordCounter()(common) <= 18
            assert before.headings == after.headings
    assert repeated == len(chunks) - 2
    spans = [one.span for one in chunk(document, max_tokens=40, overlap=0)]
    assert all(a.end <= b.start for a, b in pairwise(spans))


# --- budget ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", COUNTERS)
@pytest.mark.parametrize("max_tokens", [4, 9, 40])
def test_one_enormous_word(name: str, max_tokens: int) -> None:
    counter = COUNTERS[name]()
    word = "x" * 777 + "é" * 50
    chunks = chunk(made(("paragraph", word)), max_tokens=max_tokens, overlap=0, count_tokens=counter)
    assert "".join(texts_of(chunks)) == word
    assert all((counter or WordCounter())(one.text) <= max_tokens for one in chunks)


@pytest.mark.parametrize("cluster", ["👩\u200d👩\u200d👧", "e\u0301\u0323", "🇱🇺", "👍🏽", "❤\ufe0f\u200d🔥"])
def test_visible_characters_are_not_divided(cluster: str) -> None:
    word = cluster * 40
    chunks = chunk(made(("paragraph", word)), max_tokens=25, overlap=0, count_tokens=_characters)
    assert "".join(texts_of(chunks)) == word
    assert all(len(one.text) % len(cluster) == 0 for one in chunks)
    forced = chunk(made(("paragraph", word)), max_tokens=1, overlap=0, count_tokens=_characters)
    assert "".join(texts_of(forced)) == word


@pytest.mark.parametrize("kwargs", [{"max_tokens": 0}, {"overlap": -1}, {"max_tokens": 8, "overlap": 8}])
def test_arguments_that_contradict_each_other(kwargs: dict[str, int]) -> None:
    with pytest.raises(UsageError):
        chunk(made(("paragraph", "a")), **kwargs)


def test_a_character_over_the_budget_is_an_error() -> None:
    with pytest.raises(UsageError, match="max_tokens=3"):
        chunk(made(("paragraph", "a😀b")), max_tokens=3, overlap=0, count_tokens=_bytes)


def test_one_tokenisation_of_the_whole() -> None:
    class Counting(Tokens):
        characters = 0

        def __call__(self, text: str) -> int:
            self.characters += len(text)
            return super().__call__(text)

    inner = unigram()
    counter = Counting(inner._tokenizer, marks=True)
    document = made(*[("paragraph", " ".join([SENTENCE] * 3))] * 200)
    chunk(document, max_tokens=256, overlap=0, count_tokens=counter)
    assert counter.characters < 1.2 * len(document.text)


# --- always ----------------------------------------------------------------------------------------------------------


def _check(document: Document, chunks: list[Chunk], counter: Callable[[str], int], budget: int, *, exact: bool) -> None:
    covered = bytearray(len(document.text))
    for one in chunks:
        assert one.text
        assert document.text[one.span.start : one.span.end] == one.text
        n = counter(one.text)
        assert n <= budget
        assert one.n_tokens == n or not exact
        assert list(one.pages) == [page.number for page in document.pages_of(one.span)]
        covered[one.span.start : one.span.end] = b"\1" * len(one.span)
    assert all(covered[i] or character.isspace() for i, character in enumerate(document.text))
    starts = [one.span.start for one in chunks]
    assert starts == sorted(starts)
    assert len({one.id for one in chunks}) == len(chunks)


@settings(max_examples=60, deadline=None)
@given(documents(), st.integers(8, 60), st.integers(0, 7), st.booleans())
def test_nothing_is_lost_and_nothing_too_long(document: Document, budget: int, overlap: int, cleaned: bool) -> None:
    document = clean(document) if cleaned else document
    chunks = chunk(document, max_tokens=budget, overlap=overlap)
    _check(document, chunks, WordCounter(), budget, exact=True)
    assert chunk(document, max_tokens=budget, overlap=overlap) == chunks


@settings(max_examples=60, deadline=None)
@given(documents(max_blocks=6), st.integers(12, 60), st.integers(0, 11), st.sampled_from(sorted(COUNTERS)))
def test_any_counter(document: Document, budget: int, overlap: int, name: str) -> None:
    counter = COUNTERS[name]()
    chunks = chunk(document, max_tokens=budget, overlap=overlap, count_tokens=counter)
    _check(document, chunks, counter or WordCounter(), budget, exact=False)


@settings(max_examples=60, deadline=None)
@given(documents(max_blocks=6))
def test_cuts_respect_visible_characters(document: Document) -> None:
    """Where the budget is larger than any visible character, no cut divides one."""
    text = document.text
    for one in chunk(document, max_tokens=60, overlap=5):
        for at in (one.span.start, one.span.end):
            if 0 < at < len(text):
                assert not _continues(text, at)


def _continues(text: str, at: int) -> bool:
    character, before = text[at], text[at - 1]
    if before.isspace() and before in "\n\t\r":
        return False
    return (
        unicodedata.category(character) in {"Mn", "Me"}
        or character == "\u200d"
        or (before == "\u200d" and not character.isspace())
    )


def test_may_cut_agrees_with_flags_and_accents() -> None:
    text = "a\u0301🇱🇺🇫🇷x"
    assert [at for at in range(len(text) + 1) if may_cut(text, at)] == [0, 2, 4, 6, 7]


def test_ids_are_the_same_in_another_process() -> None:
    document = made(("paragraph", SENTENCE))
    program = (
        "from foyerdoc.documents import *; from foyerdoc.chunking import chunk;"
        f"text={SENTENCE!r}; block=Block('paragraph', Span(0, len(text)));"
        "print(chunk(Document('id', 'other name', 'text/html', text, blocks=(block,)))[0].id)"
    )
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.strip()
    (only,) = chunk(document)
    assert found == only.id
    assert len(only.id) == 32
    assert chunk(replace(document, id="another"))[0].id != only.id


def test_the_default_counter() -> None:
    counter = WordCounter()
    assert counter("") == 0
    assert counter("kurz") == 1
    assert counter("Versicherungsnehmer") == 4
    assert counter("x" * 5000) == 1000
    text = "Versicherungsnehmer und 保険契約 " + "x" * 50
    offsets = counter.offsets(text)
    assert all(a < b for a, b in offsets)
    assert "".join(text[a:b] for a, b in offsets) == text.replace(" ", "")


@given(st.text(max_size=200), st.text(max_size=200))
def test_the_default_counter_adds_up(left: str, right: str) -> None:
    counter = WordCounter()
    assert counter(left + " " + right) == counter(left) + counter(right)
    assert counter(left + right) <= counter(left) + counter(right)


def test_a_small_budget_needs_no_word_about_overlap() -> None:
    text = "Ein Satz mit sechs Wörtern darin. " * 10
    for part in chunk(Document("0" * 64, "a.txt", "text/plain", text), max_tokens=1):
        assert part.n_tokens == 1


@pytest.mark.parametrize("counter", [None, len], ids=["words", "function"])
@pytest.mark.parametrize("character", ["a", "\U0001f1e6"], ids=["letters", "flags"])
def test_one_word_of_a_million_characters_takes_no_quadratic_time(character: str, counter: Callable[[str], int] | None) -> None:
    started = time.process_time()
    chunks = chunk(Document("0" * 64, "a.txt", "text/plain", character * 1_000_000), max_tokens=64, count_tokens=counter)
    assert sum(len(part.text) for part in chunks) == 1_000_000
    assert time.process_time() - started < 15
