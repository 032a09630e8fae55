"""Which sentence is chosen, and whether "none" is, by the ranking, a quoter and a language model, of the same candidates.

    python -m benchmarks.chosen MEASURE.jsonl.gz [--quoter FOLDER] [--numbers FOLDER] [--untuned] [--most N]

MEASURE.jsonl.gz is made by `python -m tools.quotes DATA OUT --part measure`: the halves that nothing learns from. "first": the
best sentence bears the answer, of all questions whose paragraphs answer them, whether retrieval found the place or not; a
question that is refused has no best sentence in "first and not refused". AUROC: how well the probability of "none" (of the
ranking: how low its best score is) tells the questions that are not answered from those of the same set that are.
"refused" and "answered" are at the threshold that was chosen on questions held out in training. A language model is shown the
nine best sentences.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from foyerdoc.chat import writing
from foyerdoc.finetuning.choices import Choice, auroc, read_choices
from foyerdoc.models.local import LocalModel
from foyerdoc.quoting import Quoter
from foyerdoc.quoting.quoter import none_of

_AT_ONCE = 32


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", type=Path)
    parser.add_argument("--quoter", type=Path)
    parser.add_argument("--numbers", type=Path)
    parser.add_argument("--untuned", action="store_true")
    parser.add_argument("--most", type=int, default=1_000_000)
    options = parser.parse_args()
    learnt, held_out = read_choices(options.rows)
    counts: dict[str, int] = defaultdict(int)
    choices = []
    for choice in [*learnt, *held_out]:
        counts[choice.group] += 1
        if counts[choice.group] <= options.most:
            choices.append(choice)
    console = Console(width=130)
    console.print(table("the ranking", choices, [ranked(choice) for choice in choices], 2.0))
    if options.quoter:
        quoter, started = Quoter(options.quoter), time.perf_counter()
        read = [(one, quoter.odds(one.question, one.passages)) for one in choices]
        found = [(none_of(odds), quoter.weigh(odds, one.passages)) for one, odds in read]
        console.print(table(f"quoter {options.quoter.name}", choices, found, quoter.none))
        console.print(f"{(time.perf_counter() - started) / len(choices):.4f} s a question")
    models = [("untuned", LocalModel())] if options.untuned else []
    if options.numbers:
        models.append((options.numbers.name, LocalModel(adapter=options.numbers)))
    for name, model in models:
        started = time.perf_counter()
        console.print(table(f"language model {name}", choices, numbered(model, choices), 0.5))
        console.print(f"{(time.perf_counter() - started) / len(choices):.4f} s a question")
        model.close()


def ranked(choice: Choice):
    """How unlikely an answer is and (sentences,) how good each is, both as retrieval sees it."""
    scores = np.array([score for passage in choice.passages for score in passage.scores])
    return 1.0 - scores.max(), scores


def numbered(model: LocalModel, choices: list[Choice]):
    """The same by a language model that is shown the best sentences."""
    found = []
    for at in range(0, len(choices), _AT_ONCE):
        some = choices[at : at + _AT_ONCE]
        shown = [one.order[: writing.SCORED] for one in some]
        talks = [one.shown(writing.SCORED) for one in some]
        numbers = [[str(number) for number in range(len(each) + 1)] for each in shown]
        for one, each, scores in zip(some, shown, model.score_many(talks, numbers), strict=True):
            chances = np.exp(scores - np.logaddexp.reduce(scores))
            weights = np.zeros(len(one.bearing))
            weights[list(each)] = chances[1:]
            found.append((float(chances[0]), weights))
    return found


def table(title: str, choices: list[Choice], found, limit: float) -> Table:
    made = Table(title=f"{title}, none above {limit:.3f}")
    for column in ("set", "answered", "first", "first and not refused", "refused", "not answered", "answered wrongly", "AUROC"):
        made.add_column(column)
    by_set = defaultdict(list)
    for choice, (none, weights) in zip(choices, found, strict=True):
        by_set[choice.group.split(",")[0]].append((choice, none, bool(choice.bearing[weights.argmax()])))
    for name, rows in by_set.items():
        yes = [one.answerable for one, _, _ in rows]
        far = [not one.answerable and "unrelated" in one.group for one, _, _ in rows]
        none, first = np.array([each for _, each, _ in rows]), np.array([each for _, _, each in rows])
        nones, firsts = none[yes], first[yes]
        others = none[~np.array(yes) & ~np.array(far)], none[far]
        marked = firsts.any()
        made.add_row(
            name,
            str(len(nones)),
            f"{firsts.mean():.3f}" if marked else "",
            f"{(firsts * (nones <= limit)).mean():.3f}" if marked else "",
            f"{(nones > limit).mean():.3f}" if len(nones) else "",
            " / ".join(str(len(each)) for each in others),
            " / ".join(f"{(each <= limit).mean():.3f}" if len(each) else "-" for each in others),
            " / ".join(f"{auroc(each, nones):.3f}" if len(each) and len(nones) else "-" for each in others),
        )
    return made


if __name__ == "__main__":
    main()
