"""Gold and predictions that tests are made of, short to write."""

from __future__ import annotations

from collections.abc import Sequence

from foyerdoc.documents import Chunk, Span
from foyerdoc.evaluation.gold import Evidence, FieldsAnnotation, LabelAnnotation, QuestionAnnotation, Truth
from foyerdoc.evaluation.predictions import NOBODY, Pairs
from foyerdoc.results import Alternative, Answer, Citation, Extraction, FieldValue, Hit, Prediction, Sentence

Path = tuple[str, ...]


def prediction(path: Path, confidence: float | None = None) -> Prediction:
    alternatives = () if confidence is None else (Alternative(path, confidence),)
    return Prediction(path, confidence, alternatives, "accepted" if path else "abstained", (), NOBODY)


def label_pairs(rows: Sequence[tuple[Path | None, Path | None, float | None]]) -> Pairs[LabelAnnotation, Prediction]:
    """From rows of the true label, the label said (None: the system failed) and the confidence."""
    truths = [LabelAnnotation(item=f"i{i:05}", annotator="a", label=true) for i, (true, _, _) in enumerate(rows)]
    return Pairs(tuple(truths), tuple(None if said is None else prediction(said, sure) for _, said, sure in rows))


def value(value: object, span: tuple[int, int] | None = None, confidence: float | None = None) -> FieldValue:
    status = "absent" if value is None else "found"
    return FieldValue(value, None, span and Span(*span), (), confidence, status)


def extraction(**fields: object) -> Extraction[None]:
    values = {path: one if isinstance(one, FieldValue) else value(one) for path, one in fields.items()}
    return Extraction(None, values, (), NOBODY)


def field_pairs(
    *rows: tuple[dict[str, Truth | None], Extraction[None] | None],
) -> Pairs[FieldsAnnotation, Extraction[None]]:
    truths = [FieldsAnnotation(item=f"i{i}", annotator="a", fields=fields) for i, (fields, _) in enumerate(rows)]
    return Pairs(tuple(truths), tuple(said for _, said in rows))


def hit(document: str, start: int, end: int, text: str = "") -> Hit:
    return Hit(Chunk("c", document, Span(start, end), text, (), (), 1), 1.0, f"{document}.pdf")


def citation(document: str, start: int, end: int, quote: str = "") -> Citation:
    return Citation(1, document, f"{document}.pdf", "c", Span(start, end), None, quote, (), verified=True, supported=True)


def answer(
    text: str = "",
    citations: Sequence[Citation] = (),
    hits: Sequence[Hit] = (),
    *,
    abstained: bool = False,
    supported: bool = True,
) -> Answer:
    sentences = () if abstained else (Sentence(text, tuple(c.number for c in citations), supported),)
    return Answer(text, sentences, tuple(citations), abstained, None, (), (), tuple(hits), NOBODY)


def question(
    *answers: str, evidence: Sequence[Evidence] = (), answerable: bool = True, item: str = "q", language: str = "en"
) -> QuestionAnnotation:
    return QuestionAnnotation(
        item=item,
        annotator="a",
        language=language,
        question=f"{item}?",
        answers=answers,
        evidence=tuple(evidence),
        answerable=answerable,
    )


def at(document: str, start: int, end: int) -> Evidence:
    return Evidence(document, Span(start, end))
