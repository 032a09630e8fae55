"""Does the judge of written sentences agree with people? QuoteSum: sentences that people wrote over numbered sources.

    python -m benchmarks.answers.supporting DATA [--cosine]

Borne out: a sentence over the sources that its writer cites. Not borne out, made of the same sentences: one of its numbers is
changed; it is denied; or it stands over a source of the same question that its writer does not cite, which can say the same.
`--cosine` also ranks by the embedded embedder's cosine, which embeds for some minutes.
"""

from __future__ import annotations

import argparse
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import orjson
from rich.console import Console
from rich.table import Table

from foyerdoc.chat.support import OVERLAP, Quoted, objection
from foyerdoc.embedding import SentenceEmbedder
from foyerdoc.evaluation.metrics.support import Support
from foyerdoc.evaluation.statistics import Draws, estimate
from foyerdoc.index.lexical import content_words, stems

TRUE, NUMBER, DENIED, ELSEWHERE = "borne out", "a number changed", "denied", "another source"
QUOTE = re.compile(r"\[\s*(\d)\s+([^\]]*?)\s*\]")
END = re.compile(r"(?<=[.!?])\s+(?=[A-Z\[])")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence over quotes, what was done to it, and the question it is from."""

    text: str
    quotes: tuple[str, ...]
    kind: str
    question: str


def sentences(path: Path) -> Iterator[Sentence]:
    """Each sentence that cites something, as it is and spoilt."""
    draw = random.Random(0)
    for line in path.read_bytes().splitlines():
        row = orjson.loads(line)
        sources = {n: f"{row[f'title{n}']} {row[f'source{n}']}" for n in range(1, 9) if row[f"source{n}"].strip()}
        for written in END.split(row["summary"]):
            cited = [int(n) for n, _ in QUOTE.findall(written) if int(n) in sources]
            text = re.sub(r"\s+([.,;])", r"\1", QUOTE.sub(r"\2", written)).strip()
            if not cited or len(text.split()) < 4:
                continue
            quotes = tuple(sources[n] for n in dict.fromkeys(cited))
            yield Sentence(text, quotes, TRUE, row["qid"])
            if numbers := list(re.finditer(r"\d+", text)):
                one = draw.choice(numbers)
                changed = str(int(one[0]) + draw.randint(1, 9))
                yield Sentence(text[: one.start()] + changed + text[one.end() :], quotes, NUMBER, row["qid"])
            if verb := re.search(r"\b(is|was|are|were|has|have|had|can|will)\b", text):
                yield Sentence(f"{text[: verb.end()]} not{text[verb.end() :]}", quotes, DENIED, row["qid"])
            if others := [n for n in sources if n not in cited]:
                yield Sentence(text, (sources[draw.choice(others)],), ELSEWHERE, row["qid"])


def overlap(one: Sentence) -> float:
    """The share of a sentence's content words that its quotes have."""
    known = {stem for quote in one.quotes for stem in stems(quote, "en")}
    own = [stem for word in content_words(one.text) for stem in stems(word, "en")]
    return sum(stem in known for stem in own) / max(1, len(own))


def cosines(some: list[Sentence]) -> np.ndarray:
    """(sentences,) float64: the cosine of each with the nearest of its quotes."""
    embedder = SentenceEmbedder()
    quotes = list(dict.fromkeys(quote for one in some for quote in one.quotes))
    place = {quote: i for i, quote in enumerate(quotes)}
    passages, texts = embedder.embed_documents(quotes), embedder.embed_documents([one.text for one in some])
    return np.array([max(float(text @ passages[place[q]]) for q in one.quotes) for one, text in zip(some, texts, strict=True)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--cosine", action="store_true")
    arguments = parser.parse_args()
    some = list(sentences(arguments.data / "qa" / "quotesum.en.jsonl"))
    true = np.array([one.kind == TRUE for one in some])
    draws = Draws([one.question for one in some])
    said = np.array([objection(one.text, [Quoted(q, "en", q) for q in one.quotes], lambda *_: 1.0) is None for one in some])
    words = np.array([overlap(one) for one in some])
    # A score of the judge with a verdict: its own words' overlap where it finds no fault, below all of these where it does.
    judges = {
        "the judge": Support(true, said, said + words),
        f"words alone, from {OVERLAP}": Support(true, words >= OVERLAP, words),
    }
    if arguments.cosine:
        near = cosines(some)
        judges["cosine alone, from its median"] = Support(true, near >= np.median(near), near)
    console = Console()
    table = Table("judge", "precision", "recall", "F1", "AUROC", title=f"{len(some)} sentences, {int(true.sum())} borne out")
    for name, judge in judges.items():
        found = estimate(judge.measures(), draws)
        table.add_row(name, *(str(found[figure]) for figure in ("precision", "recall", "f1", "auroc")))
    console.print(table)
    kinds = Table("what was done", "sentences", *judges, title="called borne out")
    for kind in (TRUE, NUMBER, DENIED, ELSEWHERE):
        here = np.array([one.kind == kind for one in some])
        kinds.add_row(kind, str(int(here.sum())), *(f"{judge.said[here].mean():.3f}" for judge in judges.values()))
    console.print(kinds)


if __name__ == "__main__":
    main()
