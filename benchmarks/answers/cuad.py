"""What is cited of contracts, against the spans that lawyers marked in CUAD.

    python -m benchmarks.answers.cuad DATA [--keep FOLDER] [--model FOLDER | embedded] [--ranking] [--contracts 30] [--most N]

A contract is an index of its own, and each of CUAD's 41 categories a question to it, in words of ours that were written from
the category's name and never changed. DATA/extract/cuad/spans.jsonl.gz has the characters that answer, or none. Contracts are
drawn with a fixed seed, since each is embedded; `--most` asks no more than N questions of each.

Recall is the share of the marked characters that the five cited chunks cover, precision the share of the chunks' characters
that are marked, each the mean over the questions that the contract answers; a refusal keeps its chunks, as the answer does.
"Quotes" are the sentences shown: nothing where it was refused. Beside them, five chunks by cosine alone and by BM25 alone, and
five drawn at random. Intervals of 95% draw whole contracts again.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from benchmarks.answers.asking import chats, indexed, options
from benchmarks.answers.scores import auroc, share
from benchmarks.questions import KeptEmbedder
from rich.console import Console
from rich.table import Table

from foyerdoc.chat import Chat, closeness
from foyerdoc.documents import Document, Span
from foyerdoc.index import Index

FIVE = 5

QUESTIONS = {
    "Document Name": "What is the title of the contract?",
    "Parties": "Who are the parties to the contract?",
    "Agreement Date": "On what date was the contract made or signed?",
    "Effective Date": "From what date does the contract apply?",
    "Expiration Date": "When does the contract end?",
    "Renewal Term": "For how long is the contract renewed after its first term?",
    "Notice Period To Terminate Renewal": "How long before the end must notice be given so that the contract is not renewed?",
    "Governing Law": "Which law governs the contract?",
    "Most Favored Nation": "Must one party be given terms as good as those that any third party gets?",
    "Competitive Restriction Exception": "What exceptions are there to the ban on competing or to exclusivity?",
    "Non-Compete": "Is a party forbidden to compete with the other?",
    "Exclusivity": "Does a party have exclusive rights, or must it deal with the other alone?",
    "No-Solicit Of Customers": "May a party solicit the other's customers?",
    "No-Solicit Of Employees": "May a party solicit or hire the other's employees?",
    "Non-Disparagement": "Is a party forbidden to speak badly of the other?",
    "Termination For Convenience": "Can a party terminate the contract without cause?",
    "Rofr/Rofo/Rofn": "Does a party have a right of first refusal, first offer or first negotiation?",
    "Change Of Control": "What happens on a change of control or a merger of a party?",
    "Anti-Assignment": "May the contract be assigned without the other party's consent?",
    "Revenue/Profit Sharing": "Must a party share revenue or profit with the other?",
    "Price Restrictions": "Is a party limited in raising or lowering prices?",
    "Minimum Commitment": "Is there a minimum amount or quantity that must be bought?",
    "Volume Restriction": "Is use limited in volume, or is there a fee above some amount of it?",
    "Ip Ownership Assignment": "Who becomes the owner of intellectual property that is created?",
    "Joint Ip Ownership": "Is intellectual property owned jointly by the parties?",
    "License Grant": "What licence does a party grant to the other?",
    "Non-Transferable License": "Is the licence non-transferable?",
    "Affiliate License-Licensor": "Does the licence cover intellectual property of the licensor's affiliates?",
    "Affiliate License-Licensee": "May affiliates of the licensee use the licence?",
    "Unlimited/All-You-Can-Eat-License": "Is there a licence for unlimited use?",
    "Irrevocable Or Perpetual License": "Is the licence irrevocable or perpetual?",
    "Source Code Escrow": "Must source code be deposited in escrow?",
    "Post-Termination Services": "What must a party still do after the contract has ended?",
    "Audit Rights": "May a party audit the other's books or records?",
    "Uncapped Liability": "For what is a party's liability not limited?",
    "Cap On Liability": "To what amount is a party's liability limited?",
    "Liquidated Damages": "Are liquidated damages or a termination fee to be paid?",
    "Warranty Duration": "How long does the warranty last?",
    "Insurance": "What insurance must a party keep?",
    "Covenant Not To Sue": "Does a party promise not to sue or not to contest the other's rights?",
    "Third Party Beneficiary": "Is there a third party that may enforce the contract?",
}


@dataclass(frozen=True)
class Contract:
    """A contract, and for each question the spans that answer it; none where it does not answer."""

    document: Document
    spans: dict[str, list[Span]]


@dataclass
class Row:
    """What became of one question: characters, the same for each way to five chunks, and how near the passages came."""

    contract: str
    answerable: bool
    abstained: bool
    nearness: float
    chunks: dict[str, tuple[float, float]]
    quotes: tuple[float, float]
    hit: bool
    verbatim: int
    quoted: int


def contracts(data: Path) -> Iterator[Contract]:
    spans: dict[str, dict[str, list[Span]]] = defaultdict(dict)
    with gzip.open(data / "extract/cuad/spans.jsonl.gz", "rt", encoding="utf-8") as file:
        for line in file:
            one = json.loads(line)
            spans[one["id"].rpartition("::")[0]][one["question_key"]] = [Span(*span) for span in one["spans"]]
    with gzip.open(data / "extract/cuad/contracts.jsonl.gz", "rt", encoding="utf-8") as file:
        for line in file:
            one = json.loads(line)
            name = one["id"]
            identifier = hashlib.sha256(name.encode()).hexdigest()
            yield Contract(Document(identifier, name, "text/plain", one["text"], "en"), spans[name])


def ask(contract: Contract, embedder: KeptEmbedder, over: Callable[[Index], Chat], keys: Iterable[str]) -> Iterator[Row]:
    """Put the questions to one contract."""
    text, name = contract.document.text, contract.document.name
    with indexed([(contract.document, None)], embedder) as index:
        chat = over(index)
        for key in keys:
            gold, question = contract.spans[key], QUESTIONS[key]
            answer, found = chat.ask(question, k=FIVE), chat.find(question, k=FIVE)
            everything = index.weigh(question, 1_000)
            ways = {
                "chunks": [hit.chunk.span for hit in answer.hits],
                "cosine": [one.chunk.span for one in sorted(everything, key=lambda one: -one.cosine)[:FIVE]],
                "BM25": [one.chunk.span for one in sorted(everything, key=lambda one: -one.lexical)[:FIVE]],
                "random": [one.chunk.span for one in random.Random(name + key).sample(everything, min(FIVE, len(everything)))],
            }
            quoted = [one.span for one in answer.citations]
            yield Row(
                contract=name,
                answerable=bool(gold),
                abstained=answer.abstained,
                nearness=closeness(found),
                chunks={way: overlap(spans, gold) for way, spans in ways.items()},
                quotes=overlap(quoted, gold),
                hit=any(one.overlaps(span) for one in quoted for span in gold),
                verbatim=sum(text[one.span.start : one.span.end] == one.quote for one in answer.citations),
                quoted=len(quoted),
            )


def overlap(cited: Iterable[Span], gold: Iterable[Span]) -> tuple[float, float]:
    """Recall and precision in characters; nothing cited has a precision of 0."""
    said = {at for span in cited for at in range(span.start, span.end)}
    meant = {at for span in gold for at in range(span.start, span.end)}
    both = len(said & meant)
    return both / max(1, len(meant)), both / max(1, len(said))


def show(rows: list[Row], console: Console) -> None:
    asked = [one for one in rows if one.answerable]
    groups, ones = [one.contract for one in asked], [1] * len(asked)
    table = Table("cited", "recall of the marked characters", "precision", title=f"{len(asked)} questions that are answered")
    named = {"chunks": "five chunks, as cited", "cosine": "five by cosine", "BM25": "five by BM25", "random": "five at random"}
    for way, title in named.items():
        recall, precision = zip(*(one.chunks[way] for one in asked), strict=True)
        table.add_row(title, share(recall, ones, groups), share(precision, ones, groups))
    recall, precision = zip(*(one.quotes for one in asked), strict=True)
    table.add_row("the quotes", share(recall, ones, groups), share(precision, ones, groups))
    console.print(table)
    console.print(f"a quote touches a marked span: {share([one.hit for one in asked], ones, groups)}")
    others = [one for one in rows if not one.answerable]
    near, answerable = np.array([one.nearness for one in rows]), np.array([one.answerable for one in rows])
    console.print(
        f"refused though answerable: {share([one.abstained for one in asked], ones, groups)} of {len(asked)}",
        "refused, and not answerable: "
        f"{share([one.abstained for one in others], [1] * len(others), [one.contract for one in others])} of {len(others)}",
        f"AUROC of the nearest cosine: {auroc(near, answerable):.3f}",
        f"{sum(one.verbatim for one in rows)} of {sum(one.quoted for one in rows)} quotes stand character for character",
        sep="\n",
    )


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("--contracts", type=int, default=30)
    told = parser.parse_args()
    embedder, over = KeptEmbedder(told.keep), chats(told)
    everything = list(contracts(told.data))
    # All are put in order, so that fewer contracts are the first of more.
    some = random.Random(0).sample(everything, len(everything))[: told.contracts]
    console, rows = Console(width=150), []
    for number, contract in enumerate(some, 1):
        keys = list(QUESTIONS)
        if told.most is not None:
            keys = random.Random(contract.document.name).sample(keys, min(told.most, len(keys)))
        rows += ask(contract, embedder, over, keys)
        embedder.save()
        console.print(f"{number} of {len(some)} contracts", end="\r")
    lengths = sorted(len(contract.document.text) for contract in some)
    console.print(f"{len(some)} contracts, {len(rows)} questions; characters: median {lengths[len(lengths) // 2]}")
    show(rows, console)
    embedder.close()


if __name__ == "__main__":
    main()
