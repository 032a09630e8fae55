"""Whether the quotes answer, and whether what is not in the documents is refused.

    python benchmarks/answers.py DATA_DIR [--keep FOLDER] [--model] [--most N]

Quotes: every question of the second half of qa/piaf.fr.json and qa/xquad.{de,en}.json is asked of an index of all the file's
paragraphs, without a threshold. "first" and "any": the first quote, or any quote, contains a gold answer word for word.
`--model` lets the embedded language model choose among the sentences instead; `--most` asks only N questions of each set.

Refusal: the questions of qa/nomiracl.{fr,de,en}.jsonl.gz are asked of their own ten passages. Even ones choose the threshold
(a tenth of the answerable questions is refused), odd ones are reported. `--keep` keeps embeddings for the next run.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np
from questions import KeptEmbedder, document, nomiracl, squad
from rich.console import Console
from rich.table import Table

from foyerdoc.chat import Chat, closeness_of
from foyerdoc.index import Index
from foyerdoc.models.local import LocalModel

CONSOLE = Console(width=130)
REFUSED = 0.1  # of the answerable questions of the half that chooses


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--model", action="store_true")
    parser.add_argument("--most", type=int, default=100_000)
    options = parser.parse_args()
    embedder = KeptEmbedder(options.keep)
    quotes(options.data / "qa", embedder, LocalModel() if options.model else None, options.most)
    if not options.model:
        refusals(options.data / "qa", embedder, options.most)
    embedder.close()


def quotes(qa, embedder, model, most):
    table = Table(title="quotes, second half")
    for column in ("set", "questions", "first", "any", "quotes each", "first from the right paragraph", "stand verbatim"):
        table.add_column(column)
    for name in ("piaf.fr", "xquad.de", "xquad.en"):
        paragraphs, questions = squad(qa / f"{name}.json")
        asked = [question for question in questions if not question.choosing][:most]
        first, some, count, right, verbatim = [], [], [], [], []
        with tempfile.TemporaryDirectory() as folder, Index.open(folder, embedder=embedder) as index:
            index.add(document(text, str(i), name[-2:]) for i, text in enumerate(paragraphs))
            texts = {one.id: index.document(one.id).text for one in index.documents()}
            chat = Chat(index, model, threshold=0.0)
            for question in asked:
                cited = chat.ask(question.text).citations
                hits = [any(answer in citation.quote for answer in question.answers) for citation in cited]
                first.append(bool(hits) and hits[0])
                some.append(any(hits))
                count.append(len(cited))
                right.append(bool(cited) and cited[0].document_name == str(question.paragraph))
                verbatim += [texts[one.document_id][one.span.start : one.span.end] == one.quote for one in cited]
        means = [f"{np.mean(values):.3f}" for values in (first, some, count, right, verbatim)]
        table.add_row(name, str(len(asked)), *means)
    CONSOLE.print(table)


def refusals(qa, embedder, most):
    measured = {}
    for language in ("fr", "de", "en"):
        measured[language] = closeness(qa / f"nomiracl.{language}.jsonl.gz", language, embedder, most)
    threshold = float(np.quantile(np.concatenate([v[::2][yes[::2]] for v, yes in measured.values()]), REFUSED))
    table = Table(title=f"refusal, odd questions; threshold {threshold:.3f} chosen on the even ones")
    for column in ("set", "questions", "AUROC", "refused though answerable", "answered though not"):
        table.add_column(column)
    reported = {language: (values[1::2], answerable[1::2]) for language, (values, answerable) in measured.items()}
    reported["all"] = tuple(np.concatenate(halves) for halves in zip(*reported.values(), strict=True))
    for language, (values, answerable) in reported.items():
        wrong = [f"{(values[answerable] < threshold).mean():.3f}", f"{(values[~answerable] >= threshold).mean():.3f}"]
        table.add_row(language, str(len(values)), f"{auroc(values, answerable):.3f}", *wrong)
    CONSOLE.print(table)


def closeness(path, language, embedder, most):
    """How near the passages come to each question, and whether they answer it."""
    rows = nomiracl(path)[:most]
    values = []
    with tempfile.TemporaryDirectory() as folder, Index.open(folder, embedder=embedder) as index:
        for number, row in enumerate(rows):
            passages = (document(one["text"], f"{number}/{one['id']}", language) for one in row["passages"])
            index.add(passages, metadata={"question": str(number)})
        chat = Chat(index, threshold=0.0)
        for number, row in enumerate(rows):
            found = chat._find(row["question"], (), {"question": str(number)}, 10)
            values.append(closeness_of(found.evidence, [candidate.cosine for candidate in found.candidates]))
    return np.array(values), np.array([row["answerable"] for row in rows])


def auroc(values, positive):
    """The chance that a random answerable question comes nearer than a random unanswerable one."""
    higher = values[positive][:, None] > values[~positive]
    equal = values[positive][:, None] == values[~positive]
    return float((higher + 0.5 * equal).mean())


if __name__ == "__main__":
    main()
