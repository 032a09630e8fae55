"""Many documents, packets of documents, several threads: the same labels, in order, in bounded memory."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
import pytest

from foyerdoc.classification import Classifier
from foyerdoc.classification.classifier import by_lead
from foyerdoc.classification.scoring import Scores
from foyerdoc.documents import Chunk, Document, Page, Span
from foyerdoc.taxonomy import Node, Taxonomy
from tests.classification.embedders import Counting

LETTERS = Taxonomy(
    name="letters",
    categories=(
        Node(
            name="claims", description="x", children=(Node(name="pipe", description="x"), Node(name="glass", description="x"))
        ),
        Node(name="billing", description="x", children=(Node(name="reminder", description="x"),)),
    ),
)
WORDS = ("pipe", "glass", "paid")


@dataclass
class ByFirstWord:
    """A scorer that knows three words and remembers how many documents it was shown together."""

    batches: list[int] = field(default_factory=list)
    name = "first word"
    adapter = None
    settings = ()

    def score(self, documents):
        self.batches.append(len(documents))
        return [self._one(d) for d in documents]

    def _one(self, document):
        text = document.text
        chunks = (Chunk("c", document.id, Span(0, len(text)), text, (), (), 1),) if text.strip() else ()
        said = np.array([[4.0 * (word in text) for word in WORDS]] * len(chunks)).reshape(len(chunks), 3)
        return Scores(chunks, len(chunks), said, np.ones(len(chunks)), said.sum(axis=0))


def document(text: str, **more) -> Document:
    return Document(id="0" * 64, name="letter.txt", media_type="text/plain", text=text, **more)


def packet(*pages: str) -> Document:
    placed, start = [], 0
    for number, text in enumerate(pages, 1):
        placed.append(Page(number, Span(start, start + len(text))))
        start += len(text) + 1
    return document("\f".join(pages), pages=tuple(placed))


def test_many_documents_are_never_held_together():
    taken = 0

    def letters():
        nonlocal taken
        for i in range(20_000):
            taken += 1
            yield document(WORDS[i % 3])

    scorer = ByFirstWord()
    ahead = 0
    for done, prediction in enumerate(Classifier(LETTERS, scorer).classify_many(letters())):
        ahead = max(ahead, taken - done)
        assert prediction.alternatives[0].path[-1] == ("pipe", "glass", "reminder")[done % 3]
    assert done == 19_999
    # One more than a batch: the document that did not fit any more.
    assert ahead <= 257
    assert min(scorer.batches) > 30


def test_batches_are_of_tokens_and_a_long_document_counts_for_what_is_looked_at():
    scorer = ByFirstWord()
    texts = ["pipe " * 100_000, *["glass " * 800] * 8, "paid"]
    list(Classifier(LETTERS, scorer).classify_many(map(document, texts), batch_tokens=4900))
    # 4,096 tokens at most for one document, then 1,201 each.
    assert scorer.batches == [1, 4, 5]


@pytest.mark.parametrize("batch_tokens", [1, 300, 100_000])
def test_the_batch_does_not_matter(batch_tokens):
    texts = ["a broken pipe. " * 90, "glass", "", "you have not paid. " * 300, "pipe"]
    classifier = Classifier.zero_shot(LETTERS, embedder=Counting())
    many = list(classifier.classify_many(map(document, texts), batch_tokens=batch_tokens))
    for text, prediction in zip(texts, many, strict=True):
        alone = classifier.classify(document(text))
        assert (alone.path, alone.decision, alone.evidence) == (prediction.path, prediction.decision, prediction.evidence)
        assert [a.score for a in alone.alternatives] == pytest.approx([a.score for a in prediction.alternatives], abs=1e-6)


def test_threads_get_what_one_gets(embedder):
    texts = ["a broken pipe", "glass", "you have not paid", "water everywhere"] * 3
    with ThreadPoolExecutor(4) as pool:
        classifier = Classifier.zero_shot(LETTERS, embedder=embedder)
        many = list(pool.map(lambda text: classifier.classify(document(text)), texts))
    assert many == [Classifier.zero_shot(LETTERS, embedder=embedder).classify(document(text)) for text in texts]


def test_a_packet_is_reported_by_runs_of_pages():
    mixed = packet("pipe one", "pipe two", "paid", "glass", " ", "glass paid")
    found = Classifier(LETTERS, ByFirstWord()).classify(mixed, by_page=True)
    assert [(s.pages, s.prediction.path) for s in found] == [
        ((1, 2), ("claims", "pipe")),
        ((3,), ("billing", "reminder")),
        ((4, 5), ("claims", "glass")),
        ((6,), ()),
    ]
    assert [[mixed.text[s.start : s.end] for s in segment.prediction.evidence] for segment in found] == [
        ["pipe one", "pipe two"],
        ["paid"],
        ["glass"],
        [],
    ]
    for segment in found:
        assert sum(a.score for a in segment.prediction.alternatives) == pytest.approx(1)


def test_blank_pages_alone_and_no_pages_at_all_are_one_run():
    classifier = Classifier(LETTERS, ByFirstWord())
    (segment,) = classifier.classify(packet("", " "), by_page=True)
    assert (segment.pages, segment.prediction.decision) == ((1, 2), "abstained")
    (segment,) = classifier.classify(packet("", "paid"), by_page=True)
    assert (segment.pages, segment.prediction.path) == ((1, 2), ("billing", "reminder"))
    (segment,) = classifier.classify(document("paid"), by_page=True)
    assert (segment.pages, segment.prediction) == ((), classifier.classify(document("paid")))


DEEP = (("a", "b", "c"), ("a", "b", "d"), ("a", "e"), ("f",))


@pytest.mark.parametrize(
    ("shares", "path", "decision"),
    [
        ((0.7, 0.1, 0.1, 0.1), ("a", "b", "c"), "accepted"),
        ((0.4, 0.4, 0.1, 0.1), ("a", "b"), "category_only"),
        ((0.2, 0.2, 0.4, 0.2), ("a",), "category_only"),
        ((0.1, 0.1, 0.6, 0.2), ("a", "e"), "accepted"),
        ((0.1, 0.1, 0.1, 0.7), ("f",), "accepted"),
        ((0.1, 0.2, 0.2, 0.5), (), "abstained"),
    ],
)
def test_a_lead_decides_at_any_depth(shares, path, decision):
    assert by_lead(np.array(shares), DEEP) == (path, decision)
