"""What is counted of one question under one setting."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from foyerdoc.chat import Found
from foyerdoc.chat.writing import SCORED
from foyerdoc.documents import Document, Span
from foyerdoc.errors import UsageError
from foyerdoc.evaluation.gold import Gold, QuestionAnnotation
from foyerdoc.evaluation.metrics.answers import exact, f1
from foyerdoc.language import detect
from foyerdoc.results import Answer

OF_ANSWERS: Final = ("exact_match", "f1", "holds")
"""What is counted against answers, and unknown where the gold has places alone."""


@dataclass(frozen=True, slots=True)
class Item:
    """A question of the gold, its answers, and where they stand: the document's name and the span in it."""

    name: str
    question: str
    language: str
    document: str
    answers: tuple[str, ...]
    places: tuple[tuple[str, Span], ...]


def items(gold: Gold, documents: Mapping[str, Document]) -> list[Item]:
    """The questions that can be measured: answerable ones whose answer has a place in a document.

    Evidence without a span stands wherever its text does; without evidence, wherever an answer stands in `document`.

    Raises:
        UsageError: a question is disputed, or its place is not found; the questions are named.
    """
    truths, disputed = gold.truth(QuestionAnnotation)
    if disputed:
        raise UsageError(f"annotators disagree on {_listed(disputed)}", hint="adjudicate them, or leave them out")
    found, lost = [], []
    for name, truth in truths.items():
        if not truth.answerable:
            continue
        places = tuple(dict.fromkeys(_places(truth, documents)))
        if not places:
            lost.append(name)
            continue
        language = truth.language or detect(truth.question) or "unknown"
        found.append(Item(name, truth.question, language, places[0][0], truth.answers, places))
    if lost:
        raise UsageError(f"no place of the answer is found for {_listed(lost)}", hint="name document and span as evidence")
    if not found:
        raise UsageError("the gold has no question that can be answered", hint="docs/formats.md shows questions")
    return found


def measure(item: Item, found: Found, answer: Answer, chances: Sequence[float] = ()) -> dict[str, float | None]:
    """The measures and outcomes of `plan`, each 0 to 1, higher for more.

    `shown`: an answer's place is in a sentence that a model may choose; `belief`: how likely the model finds such sentences,
    None without a model that tells (`Chat.chances`); `supported`: something is answered, all of it borne out by its quotes.
    `exact_match` and `f1` are of the first sentence against the nearest answer, `holds` whether it has an
    answer in it, letter for letter; `cited`: a quote covers an answer's place. `refused`: nothing is answered. The first three
    are None where the gold has places and no answers.
    """
    ranks = [_covers(item, one.document_name, one.chunk.span) for one in found.evidence]
    said = answer.sentences[0].text if answer.sentences else ""
    cited = any(_covers(item, one.document_name, one.span) for one in answer.citations)
    right = [_covers(item, one.name, one.span) for one in found.candidates[:SCORED]]
    belief = sum(chance for chance, holds in zip(chances[1:], right, strict=False) if holds)
    values = {
        "recall_at_1": any(ranks[:1]),
        "recall_at_5": any(ranks[:5]),
        "shown": any(right),
        "belief": belief if chances else None,
        "supported": not answer.abstained and all(sentence.supported for sentence in answer.sentences),
        "exact_match": exact(said, item.answers, item.language) if item.answers else None,
        "f1": f1(said, item.answers, item.language) if item.answers else None,
        "holds": any(gold in said for gold in item.answers) if item.answers else None,
        "cited": cited,
        "refused": answer.abstained,
    }
    return {name: None if value is None else float(value) for name, value in values.items()}


def _covers(item: Item, document: str, span: Span) -> bool:
    return any(name == document and span.contains(place) for name, place in item.places)


def _places(truth: QuestionAnnotation, documents: Mapping[str, Document]) -> Iterable[tuple[str, Span]]:
    for evidence in truth.evidence:
        where = evidence.document
        if where in documents:
            if evidence.span is not None:
                yield where, evidence.span
            elif evidence.text:
                yield from ((where, span) for span in _everywhere(evidence.text, documents[where].text))
    name = truth.document
    if not truth.evidence and name is not None and name in documents:
        yield from ((name, span) for answer in truth.answers for span in _everywhere(answer, documents[name].text))


def _everywhere(text: str, within: str) -> Iterable[Span]:
    at = within.find(text)
    while at >= 0:
        yield Span(at, at + len(text))
        at = within.find(text, at + 1)


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(names[:5]) + more
