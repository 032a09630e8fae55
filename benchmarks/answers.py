"""Whether the quotes answer, and whether what is not in the documents is refused.

    python benchmarks/answers.py DATA_DIR [--keep FOLDER] [--model] [--most N]

Quotes: every question of the second half of qa/piaf.fr.json and qa/xquad.{de,en}.json is asked of an index of all the file's
paragraphs, without a threshold. "first" and "any": the first quote, or any quote, contains a gold answer word for word.
`--model` lets the embedded language model choose among the sentences instead; `--most` asks only N questions of each set.

Refusal: a third of the same questions asked of their own paragraphs, the questions of qa/nomiracl.{fr,de,en}.jsonl.gz asked of
those unrelated paragraphs, and of the ten passages of their own, which are on the subject and answer half of them. The
threshold is the highest that refuses at most a tenth of the answerable questions of every set in the halves that choose (the
first of piaf and xquad, the even ones of nomiracl); the other halves are reported. `--keep` keeps embeddings for the next run.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np
from questions import KeptEmbedder, document, nomiracl, squad
from rich.console import Console
from rich.table import Table

from foyerdoc.chat import Chat, closeness
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
    """Questions asked of their own paragraphs, of unrelated ones, and of passages on the subject that may not answer."""
    asked = {language: nomiracl(qa / f"nomiracl.{language}.jsonl.gz")[:most] for language in ("fr", "de", "en")}
    own, foreign = {}, {}
    for name, texts, questions in (
        ("piaf.fr", "piaf.fr", "piaf.fr"),
        ("xquad.de", "xquad.de", "xquad.de"),
        ("xquad.en", "xquad.en", "xquad.en"),
        ("xquad de > en", "xquad.en", "xquad.de"),
    ):
        some = squad(qa / f"{questions}.json")[1][::3][:most]
        with tempfile.TemporaryDirectory() as folder, Index.open(folder, embedder=embedder) as index:
            index.add(document(text, str(i), texts[-2:]) for i, text in enumerate(squad(qa / f"{texts}.json")[0]))
            chat = Chat(index)
            near = np.array([closeness(chat.find(question.text)) for question in some])
            half = np.array([question.choosing for question in some])
            own[name] = near[half], near[~half]
            far = np.array([closeness(chat.find(row["question"])) for row in asked[questions[-2:]]])
            foreign[name] = far[::2], far[1::2]
    hard = {f"nomiracl.{language}": passages(rows, language, embedder) for language, rows in asked.items()}
    choosing = [values for values, _ in own.values()] + [near[::2][yes[::2]] for near, yes in hard.values()]
    threshold = min(float(np.quantile(values, REFUSED)) for values in choosing)
    table = Table(title=f"refusal, the halves that did not choose; threshold {threshold:.3f}")
    for column in ("set", "refused though answerable", "answered though unrelated", "answered though not answerable", "AUROC"):
        table.add_column(column)
    for name, (_, values) in own.items():
        far = foreign[name][1]
        both = np.concatenate([values, far]), np.arange(len(values) + len(far)) < len(values)
        table.add_row(name, share(values < threshold), share(far >= threshold), "", f"{auroc(*both):.3f}")
    for name, (near, yes) in hard.items():
        values, answerable = near[1::2], yes[1::2]
        wrong = share(values[answerable] < threshold), "", share(values[~answerable] >= threshold)
        table.add_row(name, *wrong, f"{auroc(values, answerable):.3f}")
    CONSOLE.print(table)


def passages(rows, language, embedder):
    """How near its ten passages come to each question, and whether they answer it."""
    with tempfile.TemporaryDirectory() as folder, Index.open(folder, embedder=embedder) as index:
        for number, row in enumerate(rows):
            ten = (document(one["text"], f"{number}/{one['id']}", language) for one in row["passages"])
            index.add(ten, metadata={"question": str(number)})
        chat = Chat(index)
        near = [closeness(chat.find(row["question"], (), {"question": str(i)}, 10)) for i, row in enumerate(rows)]
    return np.array(near), np.array([row["answerable"] for row in rows])


def share(flags):
    return f"{flags.mean():.3f}"


def auroc(values, positive):
    """The chance that a random answerable question comes nearer than a random unanswerable one."""
    higher = values[positive][:, None] > values[~positive]
    equal = values[positive][:, None] == values[~positive]
    return float((higher + 0.5 * equal).mean())


if __name__ == "__main__":
    main()
