"""How often the index finds the paragraph that answers a question: recall at 1 and 5, beside dense, BM25 and plain RRF.

    python benchmarks/retrieval.py DATA_DIR [--keep FOLDER] [--choose]

DATA_DIR holds qa/piaf.fr.json, qa/xquad.de.json and qa/xquad.en.json. All paragraphs of a file are in one index; the second
half of the questions (by whole articles) is reported. `--choose` prints the first half for a range of weights instead: that
is how `fusion._DENSE` was chosen. `--keep` keeps embeddings in a folder for the next run.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np
from questions import KeptEmbedder, document, squad
from rich.console import Console
from rich.table import Table

from foyerdoc.index import Index, fusion

DEPTH = 400  # all paragraphs of the largest set


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--choose", action="store_true")
    options = parser.parse_args()
    embedder = KeptEmbedder(options.keep)
    qa = options.data / "qa"
    sets = {name: squad(qa / f"{name}.json") for name in ("piaf.fr", "xquad.de", "xquad.en")}
    # The German questions are translations of the English ones, in the same order.
    sets["xquad de > en"] = (sets["xquad.en"][0], sets["xquad.de"][1])
    table = Table(title="recall@1 / recall@5, " + ("first half, by weight" if options.choose else "second half"))
    weights = (0.5, 0.6, 0.65, 0.7, 0.75, 0.8, 0.9) if options.choose else (fusion._DENSE,)
    columns = [f"{weight}" for weight in weights] if options.choose else ["index", "95% of @1", "dense", "BM25", "RRF", "ms"]
    for column in ("set", "questions", *columns):
        table.add_column(column)
    for name, (paragraphs, questions) in sets.items():
        chosen = [question for question in questions if question.choosing == options.choose]
        with tempfile.TemporaryDirectory() as folder:
            scores, gold, milliseconds = measure(Path(folder), paragraphs, chosen, name[-2:], embedder)
        cosines, lexical = scores
        dense = np.clip((cosines - fusion._FLOOR) / (1 - fusion._FLOOR), 0, 1)
        fused = [weight * dense + (1 - weight) * lexical for weight in weights]
        cells = [shown(one, gold) for one in fused]
        if not options.choose:
            cells += [interval(fused[0], gold), shown(cosines, gold), shown(lexical, gold)]
            cells += [shown(sum(1 / (60 + ranks(one)) for one in scores), gold), f"{milliseconds:.1f}"]
        table.add_row(name, str(len(chosen)), *cells)
    Console(width=130).print(table)
    embedder.close()


def measure(folder, paragraphs, questions, language, embedder):
    """Both scores of every paragraph for every question, as the index gives them."""
    cosines, lexical = np.zeros((2, len(questions), len(paragraphs)))
    with Index.open(folder, embedder=embedder, max_tokens=5_000) as index:
        index.add(document(text, str(i), language) for i, text in enumerate(paragraphs))
        assert index.stats().chunks == len(paragraphs), "a paragraph was cut"
        embedder.embed_queries([question.text for question in questions])
        started = time.perf_counter()
        for row, question in enumerate(questions):
            for found in index.weigh(question.text, DEPTH):
                column = int(found.document_name)
                cosines[row, column], lexical[row, column] = found.cosine, found.lexical
        milliseconds = (time.perf_counter() - started) / len(questions) * 1000
    return (cosines, lexical), np.array([question.paragraph for question in questions]), milliseconds


def ranks(scores):
    return np.argsort(np.argsort(-scores, axis=1, kind="stable"), axis=1)


def found_within(scores, gold, k):
    return (np.argsort(-scores, axis=1, kind="stable")[:, :k] == gold[:, None]).any(1)


def shown(scores, gold):
    return f"{found_within(scores, gold, 1).mean():.3f} / {found_within(scores, gold, 5).mean():.3f}"


def interval(scores, gold):
    hits = found_within(scores, gold, 1)
    means = np.random.default_rng(0).choice(hits, (2000, len(hits))).mean(1)
    low, high = np.quantile(means, [0.025, 0.975])
    return f"{low:.3f} .. {high:.3f}"


if __name__ == "__main__":
    main()
