"""Quotes against known answers, as exact match and F1, and citations as precision and recall.

    python -m benchmarks.answers.quotes DATA [--keep FOLDER] [--model FOLDER | embedded] [--ranking] [--write] [--most N]

The questions of the second half of the articles of qa/piaf.fr.json and qa/xquad.{de,en}.json are asked of an index of all the
file's paragraphs; the first half chose the weights. The chat is as it comes: a question that it refuses has no words right.

EM and F1 compare the first sentence of the answer with the gold answer, which is mostly a few words of a sentence: what a
whole sentence can reach at best is told beside them, with the right paragraph known. "Holds": the first sentence, or any, has
a gold answer in it, letter for letter. A cited sentence is right when it covers the place where the answer stands, a cited
passage when it is the paragraph of that place; precision is over all citations, recall over all questions. "Supported" is what
the answer says of itself, over all that is answered: a quote is its own support, so `judged` has the judge of written
sentences look at each as if a model had written it. Intervals of 95% draw whole articles again.

`--write` lets the model write the answer; sentences without support are kept, and counted.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.answers.asking import chats, indexed, options, paragraphs
from benchmarks.answers.scores import share
from benchmarks.questions import KeptEmbedder, Question, squad
from rich.console import Console
from rich.table import Table

from foyerdoc.chat import Chat, support
from foyerdoc.evaluation.metrics.answers import exact, f1
from foyerdoc.index import Index, fusion
from foyerdoc.results import Answer, Citation

SETS = ("piaf.fr", "xquad.de", "xquad.en")


@dataclass
class Row:
    """What became of one question. Figures add up over questions."""

    article: int
    exact: bool
    f1: float
    ceiling: float
    first: bool
    some: bool
    abstained: bool
    citations: int
    right_sentences: int
    right_passages: int
    verbatim: int
    supported: bool
    judged: bool


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("--write", action="store_true", help="the model writes the answer")
    told = parser.parse_args()
    if told.write and told.model is None:
        parser.error("--write wants a --model")
    embedder, over = KeptEmbedder(told.keep), chats(told, write=told.write)
    measured = {}
    for name in SETS:
        measured[name] = ask(told.data / "qa" / f"{name}.json", name[-2:], embedder, over, told.most)
        embedder.save()
    show(measured, Console(width=180))
    embedder.close()


def ask(path: Path, language: str, embedder: KeptEmbedder, over: Callable[[Index], Chat], most: int | None) -> list[Row]:
    """Ask the second half of a file's questions, or some of them."""
    texts, questions = squad(path)
    asked = [question for question in questions if not question.choosing]
    if most is not None and most < len(asked):
        asked = random.Random(0).sample(asked, most)
    with indexed(paragraphs(texts, language), embedder) as index:
        chat = over(index)
        return [row(index, chat, question, texts[question.paragraph], language) for question in asked]


def row(index: Index, chat: Chat, question: Question, paragraph: str, language: str) -> Row:
    answer = chat.ask(question.text)
    said = answer.sentences[0].text if answer.sentences else ""
    sentences = fusion.sentences(paragraph, language)
    told = [sentence.text for sentence in answer.sentences]
    cited = answer.citations
    return Row(
        article=question.article,
        exact=exact(said, question.answers, language),
        f1=f1(said, question.answers, language),
        ceiling=max(f1(sentence, question.answers, language) for sentence in sentences),
        first=any(gold in said for gold in question.answers),
        some=any(gold in one for gold in question.answers for one in told),
        abstained=answer.abstained,
        citations=len(cited),
        right_sentences=sum(covers(one, question) for one in cited),
        right_passages=sum(one.document_name == str(question.paragraph) for one in cited),
        verbatim=sum(index.document(one.document_id).text[one.span.start : one.span.end] == one.quote for one in cited),
        supported=not answer.abstained and all(sentence.supported for sentence in answer.sentences),
        judged=not answer.abstained and judged(chat, answer, language),
    )


def covers(citation: Citation, question: Question) -> bool:
    """Whether a quote is from the right paragraph and covers the place of an answer."""
    places = zip(question.starts, question.answers, strict=True)
    inside = any(citation.span.start <= start and start + len(gold) <= citation.span.end for start, gold in places)
    return citation.document_name == str(question.paragraph) and inside


def judged(chat: Chat, answer: Answer, language: str) -> bool:
    """Whether the judge of written sentences has nothing to say against any."""
    quotes = {one.number: support.Quoted(one.quote, language, one.quote) for one in answer.citations}
    return all(
        support.objection(sentence.text, [quotes[number] for number in sentence.citations], chat._closeness) is None
        for sentence in answer.sentences
    )


def show(measured: dict[str, list[Row]], console: Console) -> None:
    words = Table("set", "questions", "articles", "refused", "EM", "F1", "F1 of the best sentence", "first holds", "any holds")
    cited = Table("set", "quotes each", "sentence: precision", "recall", "passage: precision", "recall", "supported", "judged")
    verbatim = total = 0
    for name, rows in measured.items():
        groups, ones = [one.article for one in rows], [1] * len(rows)
        answered = [not one.abstained for one in rows]
        citations = [one.citations for one in rows]

        def over(field: str, of: list, rows: list[Row] = rows, groups: list = groups) -> str:
            return share([getattr(one, field) for one in rows], of, groups)

        words.add_row(
            name,
            str(len(rows)),
            str(len(set(groups))),
            *(over(field, ones) for field in ("abstained", "exact", "f1", "ceiling", "first", "some")),
        )
        cited.add_row(
            name,
            f"{sum(citations) / max(1, sum(answered)):.2f}",
            over("right_sentences", citations),
            share([one.right_sentences > 0 for one in rows], ones, groups),
            over("right_passages", citations),
            share([one.right_passages > 0 for one in rows], ones, groups),
            over("supported", answered),
            over("judged", answered),
        )
        verbatim, total = verbatim + sum(one.verbatim for one in rows), total + sum(citations)
    console.print(words)
    console.print(cited)
    console.print(f"{verbatim} of {total} quotes stand character for character at their span")


if __name__ == "__main__":
    main()
