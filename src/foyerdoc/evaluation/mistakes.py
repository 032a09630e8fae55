"""What a system got most wrong: the surest mistakes first, with the passages that they are about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from foyerdoc.documents import Span
from foyerdoc.evaluation.gold import QuestionAnnotation
from foyerdoc.evaluation.measuring import Section
from foyerdoc.evaluation.metrics.fields import Fields, Outcome
from foyerdoc.evaluation.metrics.labels import Labels

SHOWN: Final = 20
_AROUND: Final = 160


@dataclass(frozen=True, slots=True)
class Mistake:
    """One of them.

    Attributes:
        item, document: where; the document as gold names it.
        what: "wrong", "invented", "missed" ..., of a field with its path.
        true, said: both sides in words.
        confidence: how sure the system was; None where it does not say.
        before, marked, after: the passage, marked at what the system or else the gold points to; empty where there is none.
    """

    item: str
    document: str | None
    what: str
    true: str
    said: str
    confidence: float | None
    before: str = ""
    marked: str = ""
    after: str = ""


def worst(section: Section, documents: Mapping[str, str], count: int = SHOWN) -> list[Mistake]:
    """The mistakes of a kind: wrong and invented before missed, the surest first.

    Args:
        section: what was measured.
        documents: texts by name and id, for passages; without a document's, its quotes are shown.
        count: how many at most.
    """
    match section.scores:
        case Labels():
            found = _labels(section, section.scores, documents)
        case Fields():
            found = _fields(section, section.scores, documents)
        case _:
            found = _questions(section, documents)
    return sorted(found, key=lambda one: (one.what.startswith("missed"), -(one.confidence or 0.0)))[:count]


def _labels(section: Section, scores: Labels, documents: Mapping[str, str]) -> Iterator[Mistake]:
    sure = dict(zip(scores.stated.owner.tolist(), scores.stated.confidence.tolist(), strict=True))
    for item, (truth, result) in enumerate(zip(section.pairs.truths, section.pairs.results, strict=True)):
        if not scores.right[item]:
            true, said = (" / ".join(label) or "none" for label in (scores.true[item], scores.said[item]))
            spans = [*(result.evidence if result else ()), *truth.evidence, Span(0, 0)]
            passage = _passage(documents.get(truth.document or ""), spans[0])
            what = "no result" if result is None else "held back" if not scores.said[item] else "wrong"
            yield Mistake(truth.item, truth.document, what, true, said if result else "", sure.get(item), *passage)


def _fields(section: Section, scores: Fields, documents: Mapping[str, str]) -> Iterator[Mistake]:
    for one in scores.outcomes:
        if one.kind not in {"right", "absent"}:
            truth = section.pairs.truths[one.item]
            yield Mistake(
                truth.item,
                truth.document,
                f"{one.kind}: {one.path}",
                str(one.truth.value) if one.truth else "none",
                str(one.said.value) if one.said and one.said.value is not None else "none",
                one.said.confidence if one.said else None,
                *_field_passage(one, documents.get(truth.document or "")),
            )


def _field_passage(one: Outcome, text: str | None) -> tuple[str, str, str]:
    for side in (one.said, one.truth):
        if side is not None and side.span is not None:
            return _passage(text, side.span) if text else ("", side.raw or "", "")
    return "", "", ""


def _questions(section: Section, documents: Mapping[str, str]) -> Iterator[Mistake]:
    for truth, result, right in zip(section.pairs.truths, section.pairs.results, section.scores.right, strict=True):
        if not right:
            said = "" if result is None else "refused" if result.abstained else result.text
            yield Mistake(
                truth.item,
                truth.document,
                _kind_of(truth, said),
                " | ".join(truth.answers) if truth.answerable else "the documents do not answer it",
                said,
                None,
                *_answer_passage(truth, documents),
            )


def _kind_of(truth: QuestionAnnotation, said: str) -> str:
    kind = "no result" if not said else "missed" if said == "refused" else "wrong" if truth.answerable else "invented"
    return f"{kind}: {truth.question}"


def _answer_passage(truth: QuestionAnnotation, documents: Mapping[str, str]) -> tuple[str, str, str]:
    for one in truth.evidence:
        text = documents.get(one.document)
        return _passage(text, one.span) if text and one.span else ("", one.text or "", "")
    return "", "", ""


def _passage(text: str | None, span: Span) -> tuple[str, str, str]:
    if text is None:
        return "", "", ""
    start, end = max(0, span.start - _AROUND), span.end + _AROUND
    return text[start : span.start], text[span.start : span.end], text[span.end : end]
