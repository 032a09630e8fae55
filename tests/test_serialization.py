from __future__ import annotations

import json
import time
from types import MappingProxyType
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foyerdoc.documents import (
    Alignment,
    Block,
    BlockKind,
    Box,
    Document,
    HiddenText,
    Issue,
    OutlineEntry,
    Page,
    Removal,
    Span,
)
from foyerdoc.errors import DamagedFile, UsageError
from foyerdoc.serialization import StoredGeometry, dumps, loads

numbers = st.integers(0, 10**6)
pages_or_none = st.none() | st.integers(1, 99)
floats = st.floats(-1e4, 1e4)
words = st.text(max_size=12)
spans = st.tuples(numbers, numbers).map(lambda pair: Span(min(pair), max(pair)))
boxes = st.builds(Box, st.integers(1, 99), floats, floats, floats, floats)


def few(strategy, most=3):
    return st.lists(strategy, max_size=most).map(tuple)


blocks = st.builds(
    Block,
    st.sampled_from(get_args(BlockKind)),
    spans,
    pages_or_none,
    st.none() | st.integers(1, 9),
    st.none() | words,
    few(few(spans)),
    st.none() | st.sampled_from(["fr", "de", "en", "lb"]),
)
hidden_texts = st.builds(
    HiddenText, words, st.sampled_from(["invisible", "off_page"]), pages_or_none, st.none() | words, st.none() | boxes
)


def documents(**others):
    return st.builds(
        Document,
        id=words,
        name=words,
        media_type=words,
        text=st.text(max_size=200),
        language=st.none() | words,
        pages=few(st.builds(Page, st.integers(1, 99), spans, floats, floats, st.none() | st.floats(0, 1))),
        blocks=few(blocks),
        outline=few(st.builds(OutlineEntry, words, st.integers(1, 9), pages_or_none)),
        metadata=st.dictionaries(words, words, max_size=3).map(MappingProxyType),
        issues=few(st.builds(Issue, words, words, pages_or_none)),
        hidden=few(hidden_texts),
        removals=few(st.builds(Removal, words, spans)),
        alignment=st.none() | st.builds(Alignment, few(numbers), few(numbers), few(numbers)),
        geometry=st.none(),
        **others,
    )


@settings(max_examples=40, deadline=None)
@given(documents(attachments=few(documents(), 2), source=st.none() | documents()))
def test_every_field_comes_back(document):
    assert loads(dumps(document)) == document


class Words:
    """Geometry of one page: word i stands at x = i * 10.04."""

    def __init__(self, text: str) -> None:
        self.starts = [0] + [i + 1 for i, c in enumerate(text) if c == " "]
        self.text = text

    def words(self, page):
        assert page == 1
        ends = [self.text.index(" ", s) if " " in self.text[s:] else len(self.text) for s in self.starts]
        places = enumerate(zip(self.starts, ends, strict=True))
        return [(start, end, Box(1, i * 10.04, 20.06, i * 10.04 + 8, 30)) for i, (start, end) in places]


def page_document(text):
    return Document("id", "n", "application/pdf", text, pages=(Page(1, Span(0, len(text)), 595, 842),), geometry=Words(text))


def test_boxes_come_back_to_a_tenth_of_a_point_through_cleaning_and_attachments():
    read = page_document("prime annuelle de 312 euros")
    clean = Document(
        "id", "n", "application/pdf", "prime de 312 euros", source=read, alignment=Alignment((0, 6, 18), (0, 15), (6, 27))
    )
    mail = Document("mail", "m", "message/rfc822", "", attachments=(clean,))
    stored = loads(dumps(mail, boxes=True)).attachments[0]
    [expected], [box] = clean.boxes(Span(9, 12)), stored.boxes(Span(9, 12))
    assert isinstance(stored.source.geometry, StoredGeometry)
    assert box == Box(1, 30.1, 20.1, 38.1, 30.0)
    assert abs(box.x0 - expected.x0) <= 0.05


def test_without_boxes_nothing_is_computed_and_none_are_answered():
    class Untouchable:
        def words(self, page):
            raise AssertionError

    document = Document("id", "n", "t", "text", pages=(Page(1, Span(0, 4)),), geometry=Untouchable())
    stored = loads(dumps(document))
    assert stored.geometry is None
    assert stored.boxes(Span(0, 4)) == ()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b'{"format":"other","version":1,"document":{}}',
        b'{"format":"foyerdoc.document","version":99,"document":{}}',
        b'{"format":"foyerdoc.document","version":1,"document":{"id":"x"}}',
        dumps(page_document("abc"))[:-5],
    ],
)
def test_what_is_not_a_stored_document_is_refused(data):
    with pytest.raises(DamagedFile):
        loads(data)


def test_half_a_character_is_refused_without_showing_text():
    with pytest.raises(UsageError) as error:
        dumps(Document("id", "n", "t", "secret \ud800"))
    assert "secret" not in str(error.value)


def test_a_page_is_cheap():
    text = "mot " * 750
    blocks = tuple(Block("paragraph", Span(i * 100, i * 100 + 98), page=1, language="fr") for i in range(30))
    document = Document("id", "n", "application/pdf", text, pages=(Page(1, Span(0, 3000)),), blocks=blocks)

    def best(call):
        times = []
        for _ in range(200):
            start = time.perf_counter()
            call()
            times.append(time.perf_counter() - start)
        return min(times)

    # Beside the standard library's parser in the same run: a second says nothing on a machine that others share.
    data = dumps(document)
    plain = best(lambda: json.loads(data))
    assert best(lambda: dumps(document)) < 10 * plain
    assert best(lambda: loads(data)) < 15 * plain
