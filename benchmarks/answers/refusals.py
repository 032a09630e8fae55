"""Whether what the documents do not answer is refused, and the threshold that decides it.

    python -m benchmarks.answers.refusals DATA [--keep FOLDER] [--most N] [--without-nomiracl]

A third of the questions of qa/piaf.fr.json and qa/xquad.{de,en}.json is asked of their own paragraphs, the questions of
qa/nomiracl.{fr,de,en}.jsonl.gz of those unrelated paragraphs, and of the ten passages of their own, which are on the subject
and answer half of them. The threshold is the highest that refuses at most a tenth of the answerable questions of every set in
the halves that choose (the first of piaf and xquad, the even ones of nomiracl); the other halves are reported, at it and at the
one that `Chat` has. `--without-nomiracl` leaves out the passages of nomiracl, most of what has to be embedded. Nothing but the
embedder is asked: a model that refuses is measured by quotes.py and peer.py.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
from benchmarks.answers.asking import indexed, options, paragraphs, passages
from benchmarks.answers.scores import auroc
from benchmarks.questions import KeptEmbedder, nomiracl, squad
from rich.console import Console
from rich.table import Table

from foyerdoc.chat import Chat, answering, closeness

REFUSED = 0.1  # of the answerable questions of the half that chooses
SETS = {
    "piaf.fr": ("piaf.fr", "piaf.fr"),
    "xquad.de": ("xquad.de", "xquad.de"),
    "xquad.en": ("xquad.en", "xquad.en"),
    "xquad de > en": ("xquad.en", "xquad.de"),
}

T = TypeVar("T")
Halves = tuple[np.ndarray, np.ndarray]
"""How near the evidence comes: of the half that chooses, and of the one that is reported."""


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("--without-nomiracl", action="store_true", help="leave out nomiracl's own passages")
    told = parser.parse_args()
    if told.model is not None:
        parser.error("no model is asked here")
    qa, embedder, console = told.data / "qa", KeptEmbedder(told.keep), Console(width=150)
    rows = {language: some(nomiracl(qa / f"nomiracl.{language}.jsonl.gz"), told.most) for language in ("fr", "de", "en")}
    own: dict[str, Halves] = {}
    foreign: dict[str, Halves] = {}
    for name, (texts, questions) in SETS.items():
        asked = [row["question"] for row in rows[questions[-2:]]]
        own[name], foreign[name] = near_paragraphs(qa, texts, questions, asked, embedder, told.most)
        embedder.save()
    hard = {}
    for language in () if told.without_nomiracl else rows:
        hard[f"nomiracl.{language}"] = near_passages(rows[language], language, embedder)
        embedder.save()
    choosing = [values for values, _ in own.values()] + [near[::2][yes[::2]] for near, yes in hard.values()]
    chosen = min(float(np.quantile(values, REFUSED)) for values in choosing)
    for threshold, what in ((chosen, "chosen here"), (answering._WEAK, "that `Chat` has")):
        console.print(report(own, foreign, hard, threshold, what))
    embedder.close()


def some(everything: Sequence[T], most: int | None) -> list[T]:
    """All, or as many drawn with a fixed seed, in their order."""
    if most is None or most >= len(everything):
        return list(everything)
    return [everything[at] for at in sorted(random.Random(0).sample(range(len(everything)), most))]


def near_paragraphs(
    qa: Path, texts: str, questions: str, foreign: Sequence[str], embedder: KeptEmbedder, most: int | None
) -> tuple[Halves, Halves]:
    """How near a file's paragraphs come to its own questions and to unrelated ones."""
    asked = some(squad(qa / f"{questions}.json")[1][::3], most)
    with indexed(paragraphs(squad(qa / f"{texts}.json")[0], texts[-2:]), embedder) as index:
        chat = Chat(index, quoter=None)
        near = np.array([closeness(chat.find(question.text)) for question in asked])
        far = np.array([closeness(chat.find(question)) for question in foreign])
    half = np.array([question.choosing for question in asked])
    return (near[half], near[~half]), (far[::2], far[1::2])


def near_passages(rows: Sequence[dict], language: str, embedder: KeptEmbedder) -> tuple[np.ndarray, np.ndarray]:
    """How near its ten passages come to each question, and whether they answer it."""
    with indexed(passages(rows, language), embedder) as index:
        chat = Chat(index, quoter=None)
        near = [closeness(chat.find(row["question"], (), {"question": str(i)}, 10)) for i, row in enumerate(rows)]
    return np.array(near), np.array([row["answerable"] for row in rows])


def report(
    own: dict[str, Halves],
    foreign: dict[str, Halves],
    hard: dict[str, tuple[np.ndarray, np.ndarray]],
    threshold: float,
    what: str,
) -> Table:
    table = Table(title=f"the halves that did not choose; threshold {threshold:.3f}, {what}")
    for column in ("set", "refused though answerable", "answered though unrelated", "answered though not answerable", "AUROC"):
        table.add_column(column)
    for name, (_, values) in own.items():
        far = foreign[name][1]
        both = np.concatenate([values, far]), np.arange(len(values) + len(far)) < len(values)
        table.add_row(name, counted(values < threshold), counted(far >= threshold), "", f"{auroc(*both):.3f}")
    for name, (near, yes) in hard.items():
        values, answerable = near[1::2], yes[1::2]
        wrong = counted(values[answerable] < threshold), "", counted(values[~answerable] >= threshold)
        table.add_row(name, *wrong, f"{auroc(values, answerable):.3f}")
    return table


def counted(flags: np.ndarray) -> str:
    return f"{flags.mean():.3f} of {len(flags)}"


if __name__ == "__main__":
    main()
