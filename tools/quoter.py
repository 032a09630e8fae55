"""Train what chooses quotes on the rows of tools/quotes.py: the encoder that reads sentences, or a language model's adapter.

    python -m tools.quoter ROWS.jsonl.gz --out FOLDER [--set KEY=VALUE ...]
    python -m tools.quoter ROWS.jsonl.gz --out FOLDER --numbers [--set KEY=VALUE ...]
    python -m tools.quoter ROWS.jsonl.gz --limits FOLDER

With `--limits` nothing is learnt: when the quoter in FOLDER refuses, and how many sentences it quotes, is chosen anew by the
rows that are held out. With `--numbers` the embedded language model learns to write the number of the sentence, or 0, to the
prompt of `Chat`.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from foyerdoc.chat.writing import SCORED
from foyerdoc.finetuning.choices import read_choices
from foyerdoc.finetuning.config import TrainingConfig
from foyerdoc.finetuning.instruct import train_instruct
from foyerdoc.finetuning.limits import choose_limits
from foyerdoc.finetuning.quoter import train_quoter
from foyerdoc.finetuning.training.loop import Progress

_EVERY = 20.0  # seconds between two lines


def main() -> None:
    """Train and say what came of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", type=Path)
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--out", type=Path)
    where.add_argument("--limits", type=Path)
    parser.add_argument("--numbers", action="store_true")
    parser.add_argument("--set", dest="settings", action="append", default=[])
    options = parser.parse_args()
    told = dict(setting.split("=", 1) for setting in options.settings)
    train, held_out = read_choices(options.rows)
    if options.limits:
        limits = choose_limits(options.limits, held_out, report=Told().questions)
        sys.stdout.write(f"{limits}\n")
    elif options.numbers:
        given = {"base": "smollm2", "rank": 8, "alpha": 16, "epochs": 2, "batch_examples": 32}
        config = TrainingConfig.model_validate(given | told)
        talks, held = ([talk for one in part if (talk := one.conversation(SCORED))] for part in (train, held_out))
        trained = train_instruct(talks, options.out, config, validation=held, report=Told())
        sys.stdout.write(f"{len(talks)} + {len(held)} conversations: {dict(trained.metrics)} {trained.notes}\n")
    else:
        given = {"base": "e5", "quantization": "none", "epochs": 6, "batch_examples": 32}
        config = TrainingConfig.model_validate(given | told)
        tuned = train_quoter(train, held_out, options.out, config, Told())
        sys.stdout.write(f"{len(train)} + {len(held_out)} questions: {dict(tuned.metrics)} {tuned.history.evaluations}\n")


class Told:
    """Says now and then how far it is."""

    def __init__(self) -> None:
        self._last = 0.0

    def __call__(self, progress: Progress) -> None:
        """See `loop.fit`."""
        left = f"{progress.seconds_left:.0f} s left"
        self._say(f"step {progress.step} of {progress.steps}, loss {progress.loss:.4f}, {left}")

    def questions(self, done: int, of: int) -> None:
        """See `choose_limits`."""
        self._say(f"{done} of {of} questions read")

    def _say(self, line: str) -> None:
        if time.monotonic() - self._last > _EVERY:
            self._last = time.monotonic()
            sys.stdout.write(line + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
