"""What comes out: predictions, extracted fields, search hits and answers, each pointing back into the document."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic, Literal, TypeVar

from foyerdoc.documents import Box, Chunk, Span

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What made a result, so that it can be made again.

    Attributes:
        model: name and digest of the model's weights.
        adapter: digest of the adapter on top, or None.
        settings: what else shaped the result (prompt version, thresholds ...), as short strings.
    """

    model: str
    adapter: str | None = None
    settings: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Alternative:
    """One label that was considered.

    Attributes:
        path: the label, a leaf of the taxonomy.
        score: in 0..1; all labels' add up to 1. A calibrated probability where the prediction has a `confidence`, else only
            a share of the scores.
    """

    path: tuple[str, ...]
    score: float


@dataclass(frozen=True, slots=True)
class Prediction:
    """The label of a document.

    Attributes:
        path: the labels from the root; shorter when the deeper level is left open, empty when abstained.
        confidence: calibrated probability in 0..1 that `path` is right; None when it was never calibrated.
        alternatives: the labels considered, best first.
        decision: what the confidence allowed: "accepted" when `path` is a leaf of the taxonomy; "category_only" when an upper
            label is named (the category, or in a taxonomy of three levels the subcategory) and what is below it is left
            open; "abstained" when none is.
        evidence: the stretches of `Document.text` that spoke most for the label.
        fingerprint: what made it.
    """

    path: tuple[str, ...]
    confidence: float | None
    alternatives: tuple[Alternative, ...]
    decision: Literal["accepted", "category_only", "abstained"]
    evidence: tuple[Span, ...]
    fingerprint: Fingerprint

    @property
    def category(self) -> str | None:
        """The first label, None when abstained."""
        return self.path[0] if self.path else None

    @property
    def subcategory(self) -> str | None:
        """The second label, None when left open."""
        return self.path[1] if len(self.path) > 1 else None


@dataclass(frozen=True, slots=True)
class Segment:
    """Pages in a row with the same label, of a file that may hold several documents.

    Attributes:
        pages: their numbers, from 1; empty for a format without pages.
        prediction: their label. `confidence` and the scores are the means over the pages that have text.
    """

    pages: tuple[int, ...]
    prediction: Prediction


@dataclass(frozen=True, slots=True)
class Candidate:
    """Another place of the same value, or another value, that a field could have had."""

    raw: str
    span: Span
    value: object


@dataclass(frozen=True, slots=True)
class FieldValue:
    """One extracted field.

    Attributes:
        value: what the characters mean (a date, an amount, a string ...), None unless `status` is found.
        raw: the characters as they stand in the document.
        span: where they stand; `document.text[span.start:span.end] == raw`.
        boxes: the same place on the page.
        confidence: calibrated probability in 0..1 that the value is right; None when it was never calibrated.
        status: found; absent (the document does not say); unreadable (characters were chosen but do not parse as
            the field's type); conflict (several values, no policy to choose).
        candidates: other values, and other places of the same one.
    """

    value: object | None
    raw: str | None
    span: Span | None
    boxes: tuple[Box, ...]
    confidence: float | None
    status: Literal["found", "absent", "unreadable", "conflict"]
    candidates: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True)
class Extraction(Generic[T]):
    """The fields of a document.

    Attributes:
        value: the validated pydantic model; None when required fields are missing or its own checks refuse it.
        fields: one `FieldValue` per leaf of the schema, by its path ("total", "lines[0].amount").
        issues: what did not fit, one sentence each, no document text.
        fingerprint: what made it.
    """

    value: T | None
    fields: dict[str, FieldValue]
    issues: tuple[str, ...]
    fingerprint: Fingerprint


@dataclass(frozen=True, slots=True)
class Hit:
    """A chunk found by a search; `score` is higher for better and comparable within one search only."""

    chunk: Chunk
    score: float
    document_name: str
    metadata: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Citation:
    """A quote that bears out a sentence.

    Attributes:
        number: from 1, in order of first use in the answer.
        document_id, document_name, chunk_id: where it stands.
        span: in `Document.text`.
        page: from 1, None for formats without pages.
        quote: the characters at `span`.
        boxes: the same place on the page.
        verified: whether the quote was found at `span` in the stored document when the answer was made.
        supported: whether every sentence that names it is borne out by its quotes.
    """

    number: int
    document_id: str
    document_name: str
    chunk_id: str
    span: Span
    page: int | None
    quote: str
    boxes: tuple[Box, ...]
    verified: bool
    supported: bool


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of an answer and the numbers of the citations that it rests on.

    Attributes:
        text: a quote, or what a model wrote.
        citations: numbers of `Answer.citations`.
        supported: whether those quotes bear it out; a sentence that is a quote is borne out by it.
    """

    text: str
    citations: tuple[int, ...]
    supported: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a question, or the statement that the documents do not answer it.

    Attributes:
        text: the answer with citation numbers in brackets; when abstained, what was looked for.
        sentences: the answer's sentences with their citations.
        citations: the quotes, by number.
        abstained: whether the documents do not answer.
        reason: why it abstained, None otherwise.
        steps: what was done, in order, one line each: the reasoning that a reader can follow.
        issues: what a model wrote that was left out or marked, and why, one sentence each, no document text.
        hits: what the search found, best first.
        fingerprint: what made it.
    """

    text: str
    sentences: tuple[Sentence, ...]
    citations: tuple[Citation, ...]
    abstained: bool
    reason: str | None
    steps: tuple[str, ...]
    issues: tuple[str, ...]
    hits: tuple[Hit, ...]
    fingerprint: Fingerprint
