"""What an answer is made from: the passages that fit a question, and their sentences, weighed."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from foyerdoc.chunking.cutting import parts
from foyerdoc.chunking.sentences import sentence_starts
from foyerdoc.documents import Block, Chunk, Document, Span
from foyerdoc.errors import UsageError
from foyerdoc.index import Evidence, Index, fusion
from foyerdoc.index.filters import Where
from foyerdoc.language import detect
from foyerdoc.quoting import Passage, Quoter
from foyerdoc.quoting.quoter import none_of

# Chosen on half of the development questions (docs/chat.md).
_SENTENCE, _CHUNK, _WORDS = 0.5, 0.6, 0.3  # what a sentence's meaning, its chunk's score and its words weigh
_ACROSS = 0.04  # what cosines lose when question and text are in two languages
_READ = {"fr", "de", "en"}  # what the quoter was trained in
_SHORTEST = 3  # words; what is shorter is a label or a heading, not an answer
_COLUMNS = 3  # of fewer the first row may as well be a name and its value


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that could be quoted.

    `score` is higher for better, `cosine` is of question and sentence, `odds` the natural log of its odds of being the answer
    against "no sentence is", None where no quoter read it.
    """

    chunk: Chunk
    name: str
    language: str | None
    span: Span
    text: str
    score: float
    cosine: float
    odds: float | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What is known before the answer is written.

    Attributes:
        question: what was searched for.
        language: the question's, English when it cannot be told.
        evidence: the passages, best first.
        documents: those that the passages are from, by id.
        candidates: their sentences, best first.
        steps: what was done.
        none: the probability that no sentence answers, 0 to 1; None where no quoter read them.
    """

    question: str
    language: str
    evidence: tuple[Evidence, ...]
    documents: dict[str, Document]
    candidates: tuple[Candidate, ...]
    steps: tuple[str, ...]
    none: float | None = None

    @property
    def readable(self) -> bool:
        """Whether a quoter can be trusted with it: question and best passage are in one language that it knows."""
        languages = {detect(self.question), *(one.language for one in self.evidence[:1])} - {None}
        return len(languages) < 2 and languages <= _READ


def find(index: Index, question: str, language: str, *, where: Where | None, k: int, dense: float | None = None) -> Found:
    """Search a question that stands alone, and weigh the sentences of what is found; `dense` as in `Index.search`."""
    evidence = tuple(index.weigh(question, k, where=where, dense=dense))
    documents: dict[str, Document] = {}
    for document in dict.fromkeys(one.chunk.document_id for one in evidence):
        with suppress(UsageError):  # deleted since it was found: nothing of it is quoted
            documents[document] = index.document(document)
    evidence = tuple(one for one in evidence if one.chunk.document_id in documents)
    names = {one.document_name for one in evidence}
    candidates = _weighed(index, question, evidence, documents)
    steps = (
        f"searched by meaning and words: {len(evidence)} passages in {len(names)} documents",
        f"weighed {len(candidates)} sentences of them",
    )
    return Found(question, language, evidence, documents, candidates, steps)


def read(found: Found, quoter: Quoter) -> Found:
    """The same with the sentences in a quoter's order, and how likely none of them answers."""
    passages, sentences = [], []
    for one in found.evidence:
        own = [candidate for candidate in found.candidates if candidate.chunk.id == one.chunk.id]
        start = one.chunk.span.start
        spans = tuple(Span(candidate.span.start - start, candidate.span.end - start) for candidate in own)
        passages.append(Passage(one.chunk.text, spans, tuple(candidate.score for candidate in own)))
        sentences += own
    if not sentences:
        return found
    odds = quoter.odds(found.question, passages)
    weights = quoter.weigh(odds, passages)
    weighed = [
        replace(one, odds=each, score=weight)
        for one, each, weight in zip(sentences, odds.tolist(), weights.tolist(), strict=True)
    ]
    none = none_of(odds)
    step = f"read the sentences in their passages: {1 - none:.2f} likely that one of them answers"
    candidates = sorted(weighed, key=lambda candidate: -candidate.score)
    return replace(found, candidates=tuple(candidates), steps=(*found.steps, step), none=none)


def closeness(found: Found) -> float:
    """How near the documents come to a question: the highest cosine of a passage or sentence.

    Question and text in two languages are less close than in one, by about as much whether they fit or not; that is added.
    Not for Luxembourgish, which the embedder knows too little: its questions are close to anything.
    """
    pairs = [*((one.cosine, one.language) for one in found.evidence), *((one.cosine, one.language) for one in found.candidates)]
    asked = None if found.language == "lb" else detect(found.question)
    return max(cosine + (_ACROSS if asked and language and asked != language else 0.0) for cosine, language in pairs)


def _weighed(
    index: Index, question: str, evidence: Sequence[Evidence], documents: dict[str, Document]
) -> tuple[Candidate, ...]:
    """The sentences of the passages, best first; one that stands in several places is taken once, from the best passage."""
    seen: dict[str, tuple[Evidence, Span]] = {}
    for one in evidence:
        document = documents[one.chunk.document_id]
        for span in _sentences(document, one.chunk):
            seen.setdefault(document.text[span.start : span.end], (one, span))
    relevance = index.relevance(question, [(text, one.language) for text, (one, _) in seen.items()])
    nothing = fusion.floor(index.embedder.name)
    found = []
    for (text, (one, span)), (cosine, covered) in zip(seen.items(), relevance, strict=True):
        score = _SENTENCE * (cosine - nothing) / (1 - nothing) + _CHUNK * one.score + _WORDS * covered
        found.append(Candidate(one.chunk, one.document_name, one.language, span, text, score, cosine))
    return tuple(sorted(found, key=lambda candidate: -candidate.score))


def _sentences(document: Document, chunk: Chunk) -> list[Span]:
    """The sentences and table rows of a chunk, in spans of the document; headings and the like are left out."""
    blocks = [block for block in document.blocks if block.span.overlaps(chunk.span)]
    if blocks:
        text_blocks = [block for block in blocks if block.kind not in {"heading", "header", "footer"}]
        stretches = [
            part
            for block in text_blocks
            for part in parts(document.text, block, document.language)[_headings(document.text, block) :]
        ]
    else:
        starts = sentence_starts(document.text, chunk.span.start, chunk.span.end, document.language)
        stretches = list(zip(starts, [*starts[1:], chunk.span.end], strict=True))
    spans = []
    for start, end in stretches:
        first = max(start, chunk.span.start)
        text = document.text[first : min(end, chunk.span.end)]
        if len(text.split()) >= _SHORTEST:
            spans.append(Span(first + len(text) - len(text.lstrip()), first + len(text.rstrip())))
    return spans


def _headings(text: str, block: Block) -> int:
    """How many rows of a table, one or none, only say what its columns hold: no figures, above rows of which most have some."""
    rows = [row for row in block.rows if row]
    if not rows or sum(len(cell) > 0 for cell in rows[0]) < _COLUMNS:
        return 0
    first, *others = (any(c.isdecimal() for c in text[row[0].start : row[-1].end]) for row in rows)
    return int(not first and 2 * sum(others) > len(others))
