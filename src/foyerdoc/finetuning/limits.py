"""When a quoter refuses, how it orders sentences and how many it quotes: `Limits`, by questions that it has not learnt from."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import orjson
from numpy.typing import NDArray

from foyerdoc import storage
from foyerdoc.errors import TrainingError
from foyerdoc.finetuning.choices import Choice, first_share
from foyerdoc.finetuning.training.checkpoints import writing
from foyerdoc.quoting.quoter import KIND, TRAINING, VERSION, Quoter, none_of, read_folder, save_settings, weighed

_REFUSED: Final = 0.1  # of the answerable questions, at most, by the limit
_QUOTES: Final = 3  # of an answer, at most
_EACH: Final = 1.3  # of an answer, on average, where a sentence answers
_GAPS: Final = np.linspace(0.0, 8.0, 81)
_RETRIEVAL: Final = (0.0, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0)


@dataclass(frozen=True, slots=True)
class Limits:
    """What is chosen once a quoter has learnt, by held-out questions: those that are answered, in the passages' language.

    Across languages `Chat` asks no quoter: what it would say there must not decide.

    Attributes:
        none: see `Settings`, as the next two.
        retrieval: at which the best sentence bears the answer most often.
        gap: by which an answer has `_EACH` quotes on average.
        first: the share of questions whose best sentence bears the answer, 0 to 1.
        questions: by which they are chosen.
    """

    none: float
    retrieval: float
    gap: float
    first: float
    questions: int

    @classmethod
    def of(cls, choices: Sequence[Choice], odds: Sequence[NDArray[np.float64]]) -> Limits:
        """Those that fit held-out questions and the log odds of their sentences."""
        pairs = [(choice, each) for choice, each in zip(choices, odds, strict=True) if decides(choice)]
        choices, odds = [choice for choice, _ in pairs], [each for _, each in pairs]
        retrieval = retrieval_weight(choices, odds)
        weights = [weighed(each, choice.passages, retrieval) for choice, each in pairs]
        gap = close_gap(choices, weights)
        return cls(none_limit(choices, odds), retrieval, gap, first_share(choices, weights), len(pairs))

    def settings(self) -> dict[str, float]:
        """What `Settings` holds of them."""
        return {"none": self.none, "retrieval": self.retrieval, "gap": self.gap}

    def metrics(self) -> dict[str, float]:
        """What is told beside a training's metrics."""
        return {"first": self.first, "questions": self.questions}


def decides(choice: Choice) -> bool:
    """Whether a held-out question is one that limits are chosen by."""
    return not choice.across and not choice.right()[0]


def choose_limits(
    folder: Path, held_out: Sequence[Choice], *, device: str | None = None, report: Callable[[int, int], None] | None = None
) -> Limits:
    """Choose a trained quoter's limits anew and write them into its folder.

    Args:
        folder: of `train_quoter`; it is replaced as a whole, or stays as it is.
        held_out: questions that it has not learnt from; those of `decides` are read.
        device: as in `Quoter`.
        report: called with how many questions are read, and of how many.

    Raises:
        DamagedFile: the folder is not a quoter's, or altered.
        ModelError: as `Quoter.odds`.
        TrainingError: no question decides, or the folder cannot be written.
    """
    check(held_out)
    quoter, settings = Quoter(folder, device=device), read_folder(folder)
    choices = [choice for choice in held_out if decides(choice)]
    odds = []
    for choice in choices:
        odds.append(quoter.odds(choice.question, choice.passages))
        if report is not None:
            report(len(odds), len(choices))
    limits = Limits.of(choices, odds)
    about = orjson.loads((folder / TRAINING).read_bytes())
    about["metrics"]["ordered"] = limits.metrics()
    with writing(folder), storage.new_folder(folder, kind=KIND, version=VERSION) as aside:
        shutil.copytree(folder, aside, ignore=shutil.ignore_patterns(storage.MANIFEST), dirs_exist_ok=True)
        save_settings(aside, settings.model_copy(update=limits.settings()))
        (aside / TRAINING).write_bytes(orjson.dumps(about, option=orjson.OPT_INDENT_2))
    return limits


def check(held_out: Iterable[Choice]) -> None:
    """See that limits can be chosen.

    Raises:
        TrainingError: no question decides.
    """
    if not any(map(decides, held_out)):
        raise TrainingError(
            "no held-out question is answered by passages in its own language", hint="hold some out: they choose the limits"
        )


def none_limit(choices: Iterable[Choice], odds: Iterable[NDArray[np.float64]]) -> float:
    """The lowest probability of "none" above which at most a tenth of the answerable questions are refused.

    Each set counts the same, however many questions it has.
    """
    groups: dict[str, list[float]] = {}
    for choice, each in zip(choices, odds, strict=True):
        if not choice.right()[0]:
            groups.setdefault(choice.group, []).append(none_of(each))
    nones = [np.array(group) for group in groups.values()]
    refused = {limit: np.mean([(group > limit).mean() for group in nones]) for group in nones for limit in group.tolist()}
    return float(min(limit for limit, share in refused.items() if share <= _REFUSED))


def retrieval_weight(choices: Sequence[Choice], odds: Sequence[NDArray[np.float64]]) -> float:
    """How much of retrieval's score to add to log odds, so that the best sentence bears the answer most often."""
    pairs = list(zip(choices, odds, strict=True))
    found = {each: first_share(choices, [weighed(odd, one.passages, each) for one, odd in pairs]) for each in _RETRIEVAL}
    return max(found, key=lambda each: found[each])


def close_gap(choices: Sequence[Choice], weights: Sequence[NDArray[np.float64]]) -> float:
    """The largest difference of weights by which answers have `_EACH` quotes on average."""
    answered = [np.sort(each)[::-1][:_QUOTES] for choice, each in zip(choices, weights, strict=True) if not choice.right()[0]]
    counts = [np.mean([(each >= each[0] - gap).sum() for each in answered]) for gap in _GAPS]
    return float(max((gap for gap, count in zip(_GAPS, counts, strict=True) if count <= _EACH), default=0.0))
