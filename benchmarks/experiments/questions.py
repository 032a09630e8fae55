"""The experiment's documents and questions: articles of piaf.fr and xquad.de as text files, and gold questions on them.

    python -m benchmarks.experiments.questions DATA FOLDER [--most N]

FOLDER gets `articles/`, a file for each article with its paragraphs joined, and `questions.jsonl`, gold whose evidence is the
place of each answer in the article as it is read and cleaned. All articles are there to be found; N questions of each set are
drawn with a fixed seed from the half of the articles that chooses settings, so that the other half stays unseen.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator
from pathlib import Path

from benchmarks.questions import squad

from foyerdoc.cleaning import clean
from foyerdoc.documents import Document, Span
from foyerdoc.evaluation.gold import Evidence, Gold, QuestionAnnotation
from foyerdoc.reading import read_many

SETS = ("piaf.fr", "xquad.de")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder of development data")
    parser.add_argument("folder", type=Path, help="what is made")
    parser.add_argument("--most", type=int, default=108, help="questions of each set (108)")
    told = parser.parse_args()
    articles = told.folder / "articles"
    articles.mkdir(parents=True, exist_ok=True)
    gold: list[QuestionAnnotation] = []
    for name in SETS:
        path = told.data / "qa" / f"{name}.json"
        texts = ["\n\n".join(one["context"] for one in article["paragraphs"]) for article in _data(path)]
        files = [articles / f"{name}-{number:03}.txt" for number in range(len(texts))]
        for file, text in zip(files, texts, strict=True):
            file.write_text(text, encoding="utf-8")
        read = {document.name: clean(document) for _, document in read_many(files)}
        found = list(_questions(path, name, read))
        gold += random.Random(0).sample(found, min(told.most, len(found)))
    Gold(tuple(gold)).write(told.folder / "questions.jsonl")
    print(f"{len(gold)} questions on {len(list(articles.iterdir()))} articles")


def _questions(path: Path, name: str, documents: dict[str, Document]) -> Iterator[QuestionAnnotation]:
    """The choosing half's questions whose paragraph stands in its article as it is read; how many do not is told."""
    paragraphs, questions = squad(path)
    lost = 0
    for number, question in enumerate(questions):
        if not question.choosing:
            continue
        document = f"{name}-{question.article:03}.txt"
        text, paragraph = documents[document].text, paragraphs[question.paragraph]
        at = text.find(paragraph)
        if at < 0:
            lost += 1
            continue
        places = [
            (at + start, at + start + len(answer)) for start, answer in zip(question.starts, question.answers, strict=True)
        ]
        evidence = tuple(Evidence(document, Span(start, end), text[start:end]) for start, end in dict.fromkeys(places))
        yield QuestionAnnotation(
            item=f"{name}-{number}",
            annotator=name,
            document=document,
            language=name[-2:],
            question=question.text,
            answers=tuple(dict.fromkeys(question.answers)),
            evidence=evidence,
        )
    print(f"{name}: {lost} questions left out, whose paragraph is cleaned otherwise")


def _data(path: Path) -> list[dict]:
    return json.loads(path.read_bytes())["data"]


if __name__ == "__main__":
    main()
