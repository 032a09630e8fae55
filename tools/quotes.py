"""Questions with the sentences that retrieval finds for them: what the choice of quotes is learnt from and measured on.

    python -m tools.quotes DATA_DIR OUT.jsonl.gz --part learn|measure [--keep FOLDER] [--only SET ...]
                           [--forms N --schedules N --seed S --every M]

DATA_DIR holds qa/ with the openly licensed sets of `SETS`. Each is halved by whole articles, XQuAD's alike in both languages,
and NoMIRACL by every other question: the halves that benchmarks/answers.py chooses on and reports. "learn" is the first half,
asked of the paragraphs of that half alone, a fifth of it marked as held out. "measure" is the second half, asked of all
paragraphs.

A row has `set`, `question`, `passages` (texts, best first), `sentences` (best first: number of the passage, start, end, score,
cosine, 1 when it bears the answer), `answers`, `answerable`, `across` (question and passages are in two languages) and
`held_out`. Questions of piaf and xquad come a second time without the paragraph that answers them, and NoMIRACL's are also
asked of paragraphs about something else. Which sentence answers is not known for NoMIRACL: there no sentence of an answerable
row is marked. A quarter of all these questions come again as their content words alone.

`--forms N` adds short questions to N made documents (tools/forms), in the document's language or another one of the three: for
what a document says, and for what it does not. The fifth of the layouts that the extractor does not learn from is held out;
"measure" has documents of these alone, for which another seed should be taken. `--schedules N` adds those to N made schedules
of cover (tools/schedules.py). `--every M` keeps one in M of these questions. `--only` without a set leaves it at these.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import random
import re
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path

from benchmarks.questions import KeptEmbedder, document, nomiracl, squad
from tools.forms.asking import askable, silent, unsaid
from tools.forms.questions import papers, phrases, typed
from tools.forms.roles import LANGUAGES, role_of
from tools.forms.scribe import Scribe
from tools.schedules import schedules

from foyerdoc.chat import Chat
from foyerdoc.documents import Document
from foyerdoc.index import Index
from foyerdoc.index.lexical import content_words
from foyerdoc.reading import read

_HELD_OUT = 5  # one article in so many of the half that is learnt from
_K = 5  # passages, as `Chat.ask` reads by default
_TEN = 10  # NoMIRACL's own
_WORDS = 4  # one question in so many comes again without its empty words
_TOGETHER = 3  # made documents that a question is asked of
_SAID, _UNSAID = 4, 2  # questions to each
_OWN_LANGUAGE = 0.7


@dataclass
class Asked:
    """A question and what is known of its answer.

    Attributes:
        text: the question.
        number: of its article, which decides the half when `choosing` does not, and what is held out.
        choosing: whether it is of the half that is learnt from.
        gold: the places that answer: name of a paragraph, start and end in it.
        answers: their words.
        answerable: whether the paragraphs answer it.
        group: the paragraphs it may be asked of; None for all.
        across: whether it is in another language than the paragraphs.
    """

    text: str
    number: int
    choosing: bool
    gold: list[tuple[str, int, int]]
    answers: list[str]
    answerable: bool = True
    group: str | None = None
    across: bool = False


class Paragraphs:
    """Paragraphs that are asked as `Chat` asks an index."""

    def __init__(self, index: Index) -> None:
        self._chat = Chat(index, quoter=None)

    def rows(self, name: str, asked: Asked, *, k: int = _K, without: str | None = None) -> Iterator[dict]:
        """The row of a question, for some with that of its content words."""
        yield self.row(name, asked, k=k, without=without)
        words = content_words(asked.text)
        if words and int(hashlib.sha256(asked.text.encode()).hexdigest(), 16) % _WORDS == 0:
            yield self.row(f"{name}, words", replace(asked, text=" ".join(words)), k=k, without=without)

    def row(self, name: str, asked: Asked, *, k: int = _K, without: str | None = None) -> dict:
        """What is found for a question, once a paragraph is taken away."""
        where = None if asked.group is None else {"group": asked.group}
        found = self._chat.find(asked.text, where=where, k=k + (without is not None))
        chunks = [one.chunk for one in found.evidence if one.document_name != without][:k]
        numbers = {chunk.id: number for number, chunk in enumerate(chunks)}
        sentences = []
        for one in found.candidates:
            if one.chunk.id in numbers:
                start, end = one.span.start - one.chunk.span.start, one.span.end - one.chunk.span.start
                bears = any(one.name == at and one.span.start < last and first < one.span.end for at, first, last in asked.gold)
                score, cosine = round(one.score, 4), round(one.cosine, 4)
                sentences.append((numbers[one.chunk.id], start, end, score, cosine, int(bears)))
        return {
            "set": name,
            "question": asked.text,
            "passages": [chunk.text for chunk in chunks],
            "sentences": sentences,
            "answers": asked.answers,
            "answerable": asked.answerable and without is None,
            "across": asked.across,
            "held_out": asked.choosing and asked.number % _HELD_OUT == _HELD_OUT - 1,
        }


@contextmanager
def paragraphs(documents: list[tuple[Document, str | None]], embedder: KeptEmbedder) -> Iterator[Paragraphs]:
    """Documents, each with its group."""
    groups = {one.id: group or "" for one, group in documents}
    with tempfile.TemporaryDirectory() as folder, Index.open(folder, embedder=embedder) as index:
        index.add([one for one, _ in documents], metadata=lambda one: {"group": groups[one.id]})
        yield Paragraphs(index)


def articles(qa: Path, texts: str, questions: str, *, learn: bool, embedder: KeptEmbedder) -> Iterator[dict]:
    """PIAF or XQuAD, the questions perhaps in another language than the paragraphs."""
    contexts, own = squad(qa / f"{texts}.json")
    asked = squad(qa / f"{questions}.json")[1]
    name = texts if texts == questions else f"{questions} > {texts[-2:]}"
    kept = {question.paragraph for question in own if question.choosing or not learn}
    with paragraphs([(document(contexts[i], str(i), texts[-2:]), None) for i in sorted(kept)], embedder) as index:
        # The same question in two languages: the answer's place is the paragraph's language's.
        for question, place in zip(asked, own, strict=True):
            if question.choosing == learn:
                gold = [
                    (str(place.paragraph), at, at + len(words)) for at, words in zip(place.starts, place.answers, strict=True)
                ]
                one = Asked(question.text, question.article, question.choosing, gold, list(place.answers))
                one.across = texts[-2:] != questions[-2:]
                yield from index.rows(name, one)
                yield from index.rows(f"{name}, taken away", one, without=str(place.paragraph))
        if texts == questions:
            for one in own_questions(qa, texts[-2:], learn=learn):
                one.gold, one.answers, one.answerable, one.group = [], [], False, None
                yield from index.rows(f"{name}, unrelated", one)


def own_questions(qa: Path, language: str, *, learn: bool) -> list[Asked]:
    """NoMIRACL's questions of a half. Every other one is learnt from; of these a fifth is held out."""
    rows = enumerate(nomiracl(qa / f"nomiracl.{language}.jsonl.gz"))
    return [
        Asked(row["question"], i // 2, learn, [], [], row["answerable"], group=str(i))
        for i, row in rows
        if (i % 2 == 0) == learn
    ]


def ten_passages(qa: Path, language: str, *, learn: bool, embedder: KeptEmbedder) -> Iterator[dict]:
    """NoMIRACL: each question is asked of ten passages of its own."""
    rows = nomiracl(qa / f"nomiracl.{language}.jsonl.gz")
    asked = own_questions(qa, language, learn=learn)
    documents = [
        (document(each["text"], f"{one.group}/{each['id']}", language), one.group)
        for one in asked
        for each in rows[int(one.group)]["passages"]
    ]
    with paragraphs(documents, embedder) as index:
        for one in asked:
            yield from index.rows(f"nomiracl.{language}", one, k=_TEN)


def policies(qa: Path, *, learn: bool, embedder: KeptEmbedder) -> Iterator[dict]:
    """PolicyQA: each question is asked of its own site's policy, where more may answer it than is marked.

    So nobody knows what a question's passages say when none of them is marked: it is left out.
    """
    contexts, questions = squad(qa / "policyqa.en.json")
    same: dict[tuple[int, str], Asked] = {}
    documents = {}
    for question in questions:
        if question.choosing == learn:
            name = str(question.paragraph)
            documents[name] = document(contexts[question.paragraph], name, "en"), str(question.article)
            key = question.article, question.text
            one = same.setdefault(key, Asked(question.text, question.article, learn, [], [], group=str(question.article)))
            one.gold += [(name, at, at + len(words)) for at, words in zip(question.starts, question.answers, strict=True)]
            one.answers += question.answers
    with paragraphs(list(documents.values()), embedder) as index:
        for one in same.values():
            yield from filter(_marked, index.rows("policyqa.en", one))


def reports(qa: Path, *, learn: bool, embedder: KeptEmbedder) -> Iterator[dict]:
    """TAT-QA: the text beside a table. Questions that the table alone answers are not answered by the text."""
    documents, asked = [], []
    tables = json.loads((qa / "tatqa.en.json").read_bytes())
    for number, table in enumerate(tables):
        if (number < len(tables) / 2) != learn:
            continue
        texts = {str(each["order"]): each["text"] for each in table["paragraphs"]}
        documents += [(document(text, f"{number}/{order}", "en"), str(number)) for order, text in texts.items()]
        for question in table["questions"]:
            words = question["answer"] if isinstance(question["answer"], list) else [str(question["answer"])]
            gold = [
                (f"{number}/{order}", found.start(), found.end())
                for order in question["rel_paragraphs"]
                for each in words
                for found in re.finditer(re.escape(each), texts[order])
            ]
            from_table = question["answer_from"] == "table"
            if from_table or (question["answer_from"] == "text" and gold):
                one = Asked(question["question"], number, learn, [] if from_table else gold, [] if from_table else words)
                one.answerable, one.group = not from_table, str(number)
                asked.append(one)
    with paragraphs(documents, embedder) as index:
        for one in asked:
            yield from index.rows("tatqa.en", one)


def sources(qa: Path, *, learn: bool, embedder: KeptEmbedder) -> Iterator[dict]:
    """QuoteSum: a question and up to eight sources with short answers."""
    rows = {}
    for line in (qa / "quotesum.en.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        rows.setdefault(row["qid"], row)
    documents, asked = [], []
    for number, row in enumerate(rows.values()):
        if (number < len(rows) / 2) != learn:
            continue
        one = Asked(row["question"], number, learn, [], [], group=str(number))
        for i in range(1, 9):
            text, words = row[f"source{i}"], row[f"short_ans_{i}"]
            if text:
                name = f"{number}/{i}"
                documents.append((document(text, name, "en"), one.group))
                if words:
                    one.gold += [(name, found.start(), found.end()) for found in re.finditer(re.escape(words), text)]
                    one.answers.append(words)
        if one.gold:
            asked.append(one)
    with paragraphs(documents, embedder) as index:
        for one in asked:
            yield from index.rows("quotesum.en", one)


def forms(count: int, seed: int, *, learn: bool, embedder: KeptEmbedder) -> Iterator[dict]:
    """Short questions to made documents, some of one language and side together.

    A document that reads otherwise than it was written has lost its places and is left out. So is a question whose value stands
    in no sentence long enough to be quoted.
    """
    waiting: dict[tuple[str, bool], list[tuple[Scribe, Document]]] = defaultdict(list)
    documents: list[tuple[Document, str | None]] = []
    asked: list[tuple[str, Asked]] = []
    for number, scribe in enumerate(papers(count, seed)):
        language, held_out = scribe.layout.language, scribe.layout.held_out
        paper = read(scribe.text.encode(), name=f"{number}.txt")
        if language in LANGUAGES and paper.text == scribe.text and (learn or held_out):
            together = waiting[language, held_out]
            together.append((scribe, paper))
            if len(together) == _TOGETHER:
                documents += [(one, f"forms/{number}") for _, one in together]
                rng = random.Random(f"{seed}:{number}:asked")  # noqa: S311 - seeded draws, nothing secret
                asked += _asked_of(rng, together, f"forms/{number}", learn=learn)
                together.clear()
    with paragraphs(documents, embedder) as index:
        for name, one in asked:
            yield from (row for row in index.rows(name, one) if not one.answerable or _marked(row))


def _asked_of(
    rng: random.Random, together: list[tuple[Scribe, Document]], group: str, *, learn: bool
) -> Iterator[tuple[str, Asked]]:
    """The questions to some documents, each with the name of its set."""
    places = [askable(scribe) for scribe, _ in together]
    said = sorted(set().union(*places))
    text = "\n".join(scribe.text for scribe, _ in together).casefold()
    written_in = together[0][0].layout.language
    number = _HELD_OUT - 1 if together[0][0].layout.held_out else 0
    names: dict[str, None] = {}
    for found, (scribe, _) in zip(places, together, strict=True):
        there = sorted(found)
        chosen = [*rng.sample(there, min(_SAID, len(there))), *unsaid(rng, scribe, set(there), _UNSAID)]
        names |= dict.fromkeys(chosen)
    for name in names:
        own = [(found.get(name, []), scribe, paper) for found, (scribe, paper) in zip(places, together, strict=True)]
        # Each document either says it in its own words or says nothing like it: what bears the answer is known.
        if all(here or silent(scribe, set(found), name) for found, (here, scribe, _) in zip(places, own, strict=True)):
            gold = [(paper.name, *place) for here, _, paper in own for place in here]
            answers = dict.fromkeys(scribe.text[start:end] for here, scribe, _ in own for start, end in here)
            others = [language for language in LANGUAGES if language != written_in]
            language = written_in if rng.random() < _OWN_LANGUAGE else rng.choice(others)
            # Where its words stand all the same, something that no role marks may answer.
            spoken = not gold and any(phrase.casefold() in text for phrase in phrases(role_of(name), written_in))
            if not spoken and (words := typed(rng, name, language, said, "" if gold else text)):
                kind = f"forms.{language}" if language == written_in else "forms, across languages"
                one = Asked(words, number, learn, gold, list(answers), answerable=bool(gold), group=group)
                one.across = language != written_in
                yield kind, one


def schedules_of_cover(count: int, seed: int, *, learn: bool, embedder: KeptEmbedder) -> Iterator[dict]:
    """Short questions to made schedules of cover, each asked of its own."""
    documents: list[tuple[Document, str | None]] = []
    asked: list[tuple[str, Asked]] = []
    for number, made in enumerate(schedules(count, seed)):
        if learn or made.held_out:
            paper = read(made.text.encode(), name=f"schedule {number}{made.suffix}")
            group, article = f"schedules/{number}", _HELD_OUT - 1 if made.held_out else 0
            documents.append((replace(paper, language=made.language), group))
            for one in made.asked:
                gold = [(paper.name, (at := paper.text.index(line)), at + len(line)) for line in one.lines]
                across = one.language != made.language
                kind = "schedules, across languages" if across else f"schedules.{made.language}"
                answerable = bool(gold)
                asked.append((kind, Asked(one.text, article, learn, gold, one.lines, answerable, group, across)))
    with paragraphs(documents, embedder) as index:
        for name, one in asked:
            yield from (row for row in index.rows(name, one) if not one.answerable or _marked(row))


def _marked(row: dict) -> bool:
    return any(sentence[-1] for sentence in row["sentences"])


def _found(row: dict) -> bool:
    return bool(row["sentences"])


SETS = {
    "piaf.fr": lambda qa, **told: articles(qa, "piaf.fr", "piaf.fr", **told),
    "xquad.de": lambda qa, **told: articles(qa, "xquad.de", "xquad.de", **told),
    "xquad.en": lambda qa, **told: articles(qa, "xquad.en", "xquad.en", **told),
    "xquad.de>en": lambda qa, **told: articles(qa, "xquad.en", "xquad.de", **told),
    "xquad.en>de": lambda qa, **told: articles(qa, "xquad.de", "xquad.en", **told),
    "nomiracl.fr": lambda qa, **told: ten_passages(qa, "fr", **told),
    "nomiracl.de": lambda qa, **told: ten_passages(qa, "de", **told),
    "nomiracl.en": lambda qa, **told: ten_passages(qa, "en", **told),
    "policyqa.en": policies,
    "tatqa.en": reports,
    "quotesum.en": sources,
}


def main() -> None:
    """Write the rows."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--part", choices=["learn", "measure"], required=True)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--only", nargs="*", choices=list(SETS), default=list(SETS))
    parser.add_argument("--forms", type=int, default=0, metavar="N", help="made documents to ask (default 0)")
    parser.add_argument("--schedules", type=int, default=0, metavar="N", help="made schedules of cover to ask (default 0)")
    parser.add_argument("--seed", type=int, default=0, help="another seed, other made documents (default 0)")
    parser.add_argument("--every", type=int, default=1, metavar="M", help="one in so many of their questions (default all)")
    options = parser.parse_args()
    options.out.parent.mkdir(parents=True, exist_ok=True)
    embedder = KeptEmbedder(options.keep)
    try:
        # Without a name and a time in its head the same rows are the same bytes.
        with options.out.open("wb") as raw, gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as file:
            told = {"learn": options.part == "learn", "embedder": embedder}
            made = [SETS[name](options.data / "qa", **told) for name in options.only]
            short = filter(
                _found,
                chain(forms(options.forms, options.seed, **told), schedules_of_cover(options.schedules, options.seed, **told)),
            )
            for row in chain(filter(_found, chain(*made)), islice(short, 0, None, options.every)):
                file.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")
    finally:
        embedder.close()


if __name__ == "__main__":
    main()
