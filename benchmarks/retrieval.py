"""How often the index finds the paragraph that answers a question, beside its parts, plain RRF and LlamaIndex's default.

    python benchmarks/retrieval.py DATA_DIR [--keep FOLDER] [--sheets]

DATA_DIR holds qa/piaf.fr.json, qa/xquad.de.json and qa/xquad.en.json. All paragraphs of a file are in one index. "Two-fold" is
what tuning can be trusted for: weights are chosen on one half of the articles and measured on the other, both ways round, so
that every question is measured with weights that never saw it; once with one pair of weights for all languages, once with a
pair for each. "Shipped" is the index as it is. Intervals are of 95%, by drawing whole articles.

With `--sheets` DATA_DIR/qa/service_public_fr_queries.jsonl.gz: real titles that are questions, and which of the 1,454 sheets
in classify/service_public_fr.jsonl.gz each belongs to. The sheets are indexed without their titles, and nothing is tuned.

`--keep` keeps embeddings in a folder for the next run.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import re
import tempfile
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
from questions import KeptEmbedder, document, squad
from rich.console import Console
from rich.table import Table

from foyerdoc.documents import Block, Document, Span
from foyerdoc.index import Index, fusion

DEPTH = 400  # all paragraphs of the largest set
DENSE = (0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85)
SHARES = (0.0, 0.25, 0.35, 0.5, 0.65)


@dataclass
class Measured:
    """(questions, documents) scores, the right document of each question, its article, and whether it is of the first half."""

    cosines: np.ndarray
    lexical: np.ndarray
    shipped: np.ndarray
    sentences: np.ndarray
    gold: np.ndarray
    articles: np.ndarray
    first: np.ndarray
    llamaindex: np.ndarray


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--sheets", action="store_true")
    options = parser.parse_args()
    embedder = KeptEmbedder(options.keep)
    console = Console(width=160)
    if options.sheets:
        console.print(sheets(options.data, embedder))
    else:
        qa = options.data / "qa"
        sets = {name: (name, name) for name in ("piaf.fr", "xquad.de", "xquad.en")} | {
            "xquad de > en": ("xquad.en", "xquad.de")
        }
        measured = {name: paragraphs(qa, *files, embedder) for name, files in sets.items()}
        for table in report(measured):
            console.print(table)
    embedder.close()


def paragraphs(qa, texts_of, questions_of, embedder):
    """A set of paragraphs and questions. XQuAD's German questions are translations of the English ones, in the same order."""
    texts, questions = squad(qa / f"{texts_of}.json")[0], squad(qa / f"{questions_of}.json")[1]
    language = texts_of[-2:]
    documents = [document(text, str(i), language) for i, text in enumerate(texts)]
    asked = [question.text for question in questions]
    scores = search(documents, asked, embedder, DEPTH, max_tokens=5_000)
    return Measured(
        *scores,
        sentences=nearest_sentences(texts, asked, language, embedder),
        gold=np.array([question.paragraph for question in questions]),
        articles=articles(qa / f"{questions_of}.json"),
        first=np.array([question.choosing for question in questions]),
        llamaindex=llamaindex(texts, asked, embedder),
    )


def articles(path):
    """The number of each question's article."""
    data = json.loads(path.read_bytes())["data"]
    return np.repeat(np.arange(len(data)), [sum(len(one["qas"]) for one in article["paragraphs"]) for article in data])


def search(documents, questions, embedder, depth, max_tokens):
    """Cosine, BM25 and the index's own score of every document for every question: of its best chunk."""
    scores = np.zeros((3, len(questions), len(documents)))
    with tempfile.TemporaryDirectory() as folder, Index.open(folder, embedder=embedder, max_tokens=max_tokens) as index:
        index.add(documents)
        embedder.embed_queries(questions)
        for row, question in enumerate(questions):
            for found in index.weigh(question, depth):
                column = int(found.document_name)
                parts = (found.cosine, found.lexical, found.score)
                scores[:, row, column] = np.maximum(scores[:, row, column], parts)
    return tuple(scores)


def nearest_sentences(texts, questions, language, embedder):
    """(questions, texts) the cosine of each question with the nearest sentence of each text."""
    cut = [fusion.sentences(text, language) for text in texts]
    cosines = embedder.embed_queries(questions) @ embedder.embed_documents([one for some in cut for one in some]).T
    return np.maximum.reduceat(cosines, np.cumsum([0, *map(len, cut[:-1])]), axis=1)


def llamaindex(texts, questions, embedder, k=10):
    """(questions, texts) what LlamaIndex finds as it comes, with the same embedder: the k nearest nodes, others 0."""
    from foyerdoc.index import llamaindex as _  # noqa: F401 - keeps its import from downloading

    from llama_index.core import Document as Text  # isort: skip
    from llama_index.core import VectorStoreIndex
    from llama_index.core.base.embeddings.base import BaseEmbedding

    class Same(BaseEmbedding):
        def _get_text_embedding(self, text):
            return embedder.embed_documents([text])[0].tolist()

        def _get_text_embeddings(self, some):
            return embedder.embed_documents(some).tolist()

        def _get_query_embedding(self, query):
            return embedder.embed_queries([query])[0].tolist()

        async def _aget_query_embedding(self, query):
            return self._get_query_embedding(query)

    index = VectorStoreIndex.from_documents([Text(text=text, id_=str(i)) for i, text in enumerate(texts)], embed_model=Same())
    retriever = index.as_retriever(similarity_top_k=k * 3)
    scores = np.zeros((len(questions), len(texts)))
    for row, question in enumerate(questions):
        for found in retriever.retrieve(question):
            column = int(found.node.ref_doc_id)
            scores[row, column] = max(scores[row, column], found.score)
    return scores


def tuned(one, dense, share):
    """The scores that the index would give with other weights."""
    scores = fusion.fuse(one.cosines, one.lexical, dense=dense)
    order = np.argsort(-scores, axis=1, kind="stable")[:, : fusion.MOST]
    best = np.take_along_axis(scores, order, axis=1)
    close = best >= best[:, :1] - fusion._CLOSE
    close &= close.sum(1, keepdims=True) > 1
    again = fusion.fuse(fusion.with_sentences(one.cosines, one.sentences, share=share), one.lexical, dense=dense)
    np.put_along_axis(scores, order, np.where(close, np.take_along_axis(again, order, axis=1), best), axis=1)
    return scores


def report(measured):
    grid = {weights: {name: tuned(one, *weights) for name, one in measured.items()} for weights in product(DENSE, SHARES)}
    pooled = Table(title="all questions: recall@1 / recall@5")
    head = (
        "shipped",
        "95% of @1",
        "two-fold, one for all",
        "two-fold, by language",
        "95% of @1",
        "dense",
        "BM25",
        "RRF",
        "LlamaIndex",
    )
    for column in ("set", "questions", "articles", *head):
        pooled.add_column(column)
    halves = Table(title="each half: recall@1 / recall@5, with weights (dense, sentence) chosen on the other")
    for column in (
        "set",
        "half",
        "questions",
        "one for all",
        "recall",
        "by language",
        "recall",
        "shipped",
        "dense",
        "BM25",
        "RRF",
    ):
        halves.add_column(column)
    for name, one in measured.items():
        rrf = sum(1 / (60 + ranks(scores)) for scores in (one.cosines, one.lexical))
        plain = (one.cosines, one.lexical, rrf)
        shared, own = np.zeros((2, *one.cosines.shape))
        for half in (True, False):
            rows = one.first == half
            for_all, for_one = chosen(grid, measured, not half, measured), chosen(grid, measured, not half, [name])
            shared[rows], own[rows] = grid[for_all][name][rows], grid[for_one][name][rows]
            recalls = [shown(scores[rows], one.gold[rows]) for scores in (shared, own, one.shipped, *plain)]
            cells = [str(for_all), recalls[0], str(for_one), *recalls[1:]]
            halves.add_row(name, "first" if half else "second", str(rows.sum()), *cells)
        cells = [shown(one.shipped, one.gold), interval(one.shipped, one), shown(shared, one.gold), shown(own, one.gold)]
        cells += [interval(own, one), *(shown(scores, one.gold) for scores in (*plain, one.llamaindex))]
        pooled.add_row(name, str(len(one.gold)), str(len(np.unique(one.articles))), *cells)
    return pooled, halves


def chosen(grid, measured, half, names):
    """The weights with the highest mean reciprocal rank on one half, over some of the sets."""

    def quality(weights):
        rows = {name: measured[name].first == half for name in names}
        return np.mean([reciprocal(grid[weights][name][rows[name]], measured[name].gold[rows[name]]) for name in names])

    return max(grid, key=quality)


def sheets(data, embedder):
    """A table for the sheets of service-public.fr."""
    with gzip.open(data / "classify/service_public_fr.jsonl.gz") as lines:
        found = [json.loads(line) for line in lines]
    with gzip.open(data / "qa/service_public_fr_queries.jsonl.gz") as lines:
        asked = [json.loads(line) for line in lines]
    place = {one["id"]: i for i, one in enumerate(found)}
    gold = np.array([place[relevant] for one in asked for relevant in one["relevant"]])
    questions = [one["question"] for one in asked]
    assert len(gold) == len(questions), "a question has several sheets"
    documents = [sheet(one["text"], str(i)) for i, one in enumerate(found)]
    cosines, lexical, shipped = search(documents, questions, embedder, 1_000, max_tokens=256)
    rrf = sum(1 / (60 + ranks(scores)) for scores in (cosines, lexical))
    table = Table(title=f"service-public.fr, titles hidden: {len(questions)} questions, {len(found)} sheets")
    for column in ("", "recall@1", "recall@5", "recall@10", "95% of @1"):
        table.add_column(column)
    for name, scores in {"index": shipped, "dense": cosines, "BM25": lexical, "RRF": rrf}.items():
        recalls = [found_within(scores, gold, k) for k in (1, 5, 10)]
        table.add_row(name, *(f"{one.mean():.3f}" for one in recalls), drawn(recalls[0], np.arange(len(gold))))
    return table


def sheet(text, name):
    """A sheet as a document: paragraphs, and the headings that its text marks with `#`."""
    blocks = []
    for i, match in enumerate(re.finditer(r"[^\n]+(?:\n[^\n]+)*", text), 1):
        start, heading = match.start(), match[0].startswith("# ")
        span = Span(start + 2 if heading else start, match.end())
        kind, level = ("heading", 1) if heading else ("paragraph", None)
        blocks.append(Block(kind, span, level=level, path=f"body/p[{i}]", language="fr"))
    return Document(hashlib.sha256(name.encode()).hexdigest(), name, "text/plain", text, "fr", blocks=tuple(blocks))


def ranks(scores):
    return np.argsort(np.argsort(-scores, axis=1, kind="stable"), axis=1)


def reciprocal(scores, gold):
    return (1 / (1 + ranks(scores)[np.arange(len(gold)), gold])).mean()


def found_within(scores, gold, k):
    return (np.argsort(-scores, axis=1, kind="stable")[:, :k] == gold[:, None]).any(1)


def shown(scores, gold):
    return f"{found_within(scores, gold, 1).mean():.3f} / {found_within(scores, gold, 5).mean():.3f}"


def interval(scores, one):
    return drawn(found_within(scores, one.gold, 1), one.articles)


def drawn(hits, groups):
    """The interval of a mean when whole groups are drawn again."""
    _, numbers = np.unique(groups, return_inverse=True)
    sums, counts = np.bincount(numbers, hits), np.bincount(numbers)
    some = np.random.default_rng(0).integers(0, len(counts), (2000, len(counts)))
    low, high = np.quantile(sums[some].sum(1) / counts[some].sum(1), [0.025, 0.975])
    return f"{low:.3f} .. {high:.3f}"


if __name__ == "__main__":
    main()
