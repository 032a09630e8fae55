"""Questions to the index, answered in the documents' own words or not at all.

    search -> sentences of the best chunks -> the ones that answer -> quotes with their places, or "not in the documents"

The answer is made of verbatim quotes. Without a language model the sentences are chosen by meaning, by words and by the
score of their chunk; with one, it chooses among the best of those by number, and a grammar lets it write nothing else.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass

from foyerdoc import prompts
from foyerdoc.chunking.cutting import parts
from foyerdoc.chunking.sentences import sentence_starts
from foyerdoc.documents import Chunk, Document, Span
from foyerdoc.errors import UsageError
from foyerdoc.index import Evidence, Index
from foyerdoc.index.filters import Where
from foyerdoc.index.lexical import content_words
from foyerdoc.language import detect
from foyerdoc.models.protocol import Grammar, LanguageModel, Message
from foyerdoc.results import Answer, Citation, Fingerprint, Hit, Sentence

# Chosen on half of the development questions (docs/chat.md).
_COSINE_FLOOR = 0.70
_SENTENCE, _CHUNK, _WORDS = 0.5, 0.6, 0.3  # what a sentence's meaning, its chunk's score and its words weigh
_CLOSE = 0.05  # quotes that score this little less than the best are quoted too
_QUOTES = 3  # at most
_SHOWN = 12  # sentences that a language model chooses among
_WEAK = 0.835  # the documents do not answer when no passage and no sentence has a higher cosine
_ACROSS = 0.04  # what cosines lose when question and text are in two languages
_CALIBRATED = "multilingual-e5-small"  # the embedder that `_WEAK` was fitted for
_SHORTEST = 3  # words; what is shorter is a label or a heading, not an answer
_FEW_WORDS = 3  # a question with fewer words of its own continues the one before

_PHRASES = {
    "fr": "Les documents ne répondent pas à cette question. Recherché : {}.",
    "de": "Die Dokumente beantworten diese Frage nicht. Gesucht wurde: {}.",
    "en": "The documents do not answer this question. Looked for: {}.",
    "lb": "D'Dokumenter äntweren net op dës Fro. Gesicht gouf: {}.",
}


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A sentence that could be quoted. `score` is higher for better, `cosine` is of question and sentence."""

    chunk: Chunk
    name: str
    language: str | None
    span: Span
    text: str
    score: float
    cosine: float


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
    """

    question: str
    language: str
    evidence: tuple[Evidence, ...]
    documents: dict[str, Document]
    candidates: tuple[_Candidate, ...]
    steps: tuple[str, ...]


class Chat:
    """Answers questions from an index. Holds no conversation: the caller passes its history. Safe for several threads.

    Args:
        index: what is asked.
        model: chooses the quotes; None leaves that to the embedder and the words, which is better than a small model.
        threshold: cosine below which the documents do not answer, 0 to 1; by default the one fitted for the embedded
            embedder, and none for any other.

    Raises:
        UsageError: the threshold is out of range.
    """

    def __init__(self, index: Index, model: LanguageModel | None = None, *, threshold: float | None = None) -> None:
        if threshold is not None and not 0 <= threshold <= 1:
            raise UsageError(f"a threshold of {threshold}", hint="give a cosine, 0 to 1")
        self._index = index
        self._model = model
        self._threshold = threshold

    def ask(self, question: str, *, history: Sequence[Message] = (), where: Where | None = None, k: int = 5) -> Answer:
        """Answer a question with quotes, or say that the documents do not answer it.

        Args:
            question: in French, German, English or Luxembourgish; others are answered too, but refused in English.
            history: the conversation so far; its last question is searched with one that cannot stand alone.
            where: as in `Index.search`.
            k: chunks that are read.

        Returns:
            Sentences that each are one quote, best first. When abstained, `text` says what was looked for and `hits` are
            the nearest passages.

        Raises:
            UsageError: the question is empty, `k` is not positive, or no document has what `where` asks for.
        """
        found = self.find(question, history, where, k)
        weak = self._weakness(found)
        if weak is not None:
            return self._decline(found, *weak)
        chosen, steps = self._choose(found)
        if not chosen:
            return self._decline(found, "no sentence was found to answer the question", steps)
        return self._answer(found, chosen, steps)

    def stream(
        self, question: str, *, history: Sequence[Message] = (), where: Where | None = None, k: int = 5
    ) -> Generator[str, None, Answer]:
        """The text of `ask`'s answer, sentence by sentence. The generator returns the answer itself (`yield from` gives it)."""
        answer = self.ask(question, history=history, where=where, k=k)
        if answer.abstained:
            yield answer.text
        for i, sentence in enumerate(answer.sentences):
            yield (" " if i else "") + _numbered(sentence)
        return answer

    def find(self, question: str, history: Sequence[Message] = (), where: Where | None = None, k: int = 5) -> Found:
        """What `ask` answers from: passages and their sentences, weighed.

        Raises:
            UsageError: as `ask`.
        """
        if not question.strip():
            raise UsageError("the question is empty", hint="ask something")
        query, steps = _standing_alone(question, history)
        evidence = tuple(self._index.weigh(query, k, where=where))
        names = sorted({one.document_name for one in evidence})
        steps.append(f"searched by meaning and words: {len(evidence)} passages in {len(names)} documents")
        documents = {one: self._index.document(one) for one in dict.fromkeys(e.chunk.document_id for e in evidence)}
        candidates = self._weighed(query, evidence, documents)
        steps.append(f"weighed {len(candidates)} sentences of them")
        return Found(query, detect(question) or "en", evidence, documents, candidates, tuple(steps))

    def _weighed(self, question: str, evidence: Sequence[Evidence], documents: dict[str, Document]) -> tuple[_Candidate, ...]:
        """The sentences of the passages, best first; one that stands in several places is taken once, from the best passage."""
        seen: dict[str, tuple[Evidence, Span]] = {}
        for one in evidence:
            document = documents[one.chunk.document_id]
            for span in _sentences(document, one.chunk):
                seen.setdefault(document.text[span.start : span.end], (one, span))
        relevance = self._index.relevance(question, [(text, one.language) for text, (one, _) in seen.items()])
        found = []
        for (text, (one, span)), (cosine, covered) in zip(seen.items(), relevance, strict=True):
            score = _SENTENCE * (cosine - _COSINE_FLOOR) / (1 - _COSINE_FLOOR) + _CHUNK * one.score + _WORDS * covered
            found.append(_Candidate(one.chunk, one.document_name, one.language, span, text, score, cosine))
        return tuple(sorted(found, key=lambda candidate: -candidate.score))

    def _weakness(self, found: Found) -> tuple[str, list[str]] | None:
        """Why the evidence is too weak to answer from, and the step that says so; None when it is not."""
        if not found.candidates:
            return "nothing was found", []
        nearest, threshold = closeness(found), self._limit()
        if threshold is not None and nearest < threshold:
            step = f"the nearest passage or sentence has a cosine of {nearest:.3f}, less than {threshold:.3f}: not answered"
            return "the nearest passages are too far from the question", [step]
        return None

    def _limit(self) -> float | None:
        if self._threshold is not None:
            return self._threshold
        return _WEAK if self._index.embedder.name.startswith(_CALIBRATED) else None

    def _choose(self, found: Found) -> tuple[list[_Candidate], list[str]]:
        if self._model is None:
            best = found.candidates[0].score
            chosen = [one for one in found.candidates[:_QUOTES] if one.score >= best - _CLOSE]
            return chosen, [f"quoted the {len(chosen)} nearest by meaning, words and passage"]
        shown = found.candidates[:_SHOWN]
        while len(shown) > 1 and self._model.count_prompt(_prompt(found, shown)) + 8 > self._model.context_tokens:
            shown = shown[:-1]
        [written] = self._model.generate([_prompt(found, shown)], max_tokens=8, grammar=_numbers(len(shown)))
        numbers = [int(number) for number in written.text.split(",") if number.strip().isdecimal()]
        chosen = [shown[number - 1] for number in dict.fromkeys(numbers) if number]
        return chosen, [f"{self._model.name} chose {len(chosen)} of {len(shown)} sentences"]

    def _answer(self, found: Found, chosen: Sequence[_Candidate], steps: Sequence[str]) -> Answer:
        citations = tuple(_cite(i, one, found.documents[one.chunk.document_id]) for i, one in enumerate(chosen, 1))
        # What cannot be located is not shown.
        citations = tuple(citation for citation in citations if citation.verified)
        sentences = tuple(Sentence(" ".join(citation.quote.split()), (citation.number,)) for citation in citations)
        checked = f"looked every quote up in its document: {len(citations)} of {len(chosen)} stand there"
        return self._made(found, " ".join(map(_numbered, sentences)), (sentences, citations), None, [*steps, checked])

    def _decline(self, found: Found, reason: str, steps: Sequence[str]) -> Answer:
        words = ", ".join(content_words(found.question)) or found.question.strip()
        text = _PHRASES.get(found.language, _PHRASES["en"]).format(words)
        return self._made(found, text, ((), ()), reason, steps)

    def _made(
        self,
        found: Found,
        text: str,
        content: tuple[tuple[Sentence, ...], tuple[Citation, ...]],
        reason: str | None,
        steps: Sequence[str],
    ) -> Answer:
        model, embedder = self._model, self._index.embedder.name
        limit = self._limit()
        settings = (
            ("embedder", embedder),
            ("prompts", prompts.VERSION),
            ("threshold", "none" if limit is None else str(limit)),
        )
        return Answer(
            text=text,
            sentences=content[0],
            citations=content[1],
            abstained=reason is not None,
            reason=reason,
            steps=(*found.steps, *steps),
            hits=tuple(Hit(one.chunk, one.score, one.document_name, dict(one.metadata)) for one in found.evidence),
            fingerprint=Fingerprint(model.name if model else embedder, model.adapter if model else None, settings),
        )


def closeness(found: Found) -> float:
    """How near the documents come to a question: the highest cosine of a passage or sentence.

    Question and text in two languages are less close than in one, by about as much whether they fit or not; that is added.
    Not for Luxembourgish, which the embedder knows too little: its questions are close to anything.
    """
    pairs = [*((one.cosine, one.language) for one in found.evidence), *((one.cosine, one.language) for one in found.candidates)]
    asked = None if found.language == "lb" else detect(found.question)
    return max(cosine + (_ACROSS if asked and language and asked != language else 0.0) for cosine, language in pairs)


def _standing_alone(question: str, history: Sequence[Message]) -> tuple[str, list[str]]:
    """What to search for: the question, with the one before it when it has too few words of its own."""
    before = [message.content for message in history if message.role == "user"]
    if before and len(content_words(question)) < _FEW_WORDS:
        return f"{before[-1]} {question}", ["took the question before together with this one"]
    return question, []


def _sentences(document: Document, chunk: Chunk) -> list[Span]:
    """The sentences and table rows of a chunk, in spans of the document; headings and the like are left out."""
    blocks = [block for block in document.blocks if block.span.overlaps(chunk.span)]
    if blocks:
        text_blocks = [block for block in blocks if block.kind not in {"heading", "header", "footer"}]
        stretches = [part for block in text_blocks for part in parts(document.text, block, document.language)]
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


def _cite(number: int, candidate: _Candidate, document: Document) -> Citation:
    pages = document.pages_of(candidate.span)
    return Citation(
        number=number,
        document_id=document.id,
        document_name=candidate.name,
        chunk_id=candidate.chunk.id,
        span=candidate.span,
        page=pages[0].number if pages else None,
        quote=candidate.text,
        boxes=document.boxes(candidate.span),
        verified=document.text[candidate.span.start : candidate.span.end] == candidate.text,
    )


def _numbered(sentence: Sentence) -> str:
    return " ".join([sentence.text, *(f"[{number}]" for number in sentence.citations)])


def _prompt(found: Found, shown: Sequence[_Candidate]) -> tuple[Message, ...]:
    return prompts.choose_sentences(found.question, [" ".join(candidate.text.split()) for candidate in shown])


def _numbers(count: int) -> Grammar:
    """Up to three of the numbers from 1 to `count`, or "0": whatever the sentences say, nothing else can be written."""
    options = " | ".join(f'"{number}"' for number in range(1, count + 1))
    return Grammar(f'start: "0" | number | number ", " number | number ", " number ", " number\nnumber: {options}\n')
