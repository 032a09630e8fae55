"""`train_extractor`: from documents with known fields to a folder that `Extractor.load` opens."""

from __future__ import annotations

import json
import os
import platform
import random
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from pydantic import Field

from foyerdoc import storage
from foyerdoc.errors import DamagedFile, TrainingError
from foyerdoc.extraction import adapter
from foyerdoc.extraction.choosing import SHOWN_TOKENS, Asked, Entries, Option, Weighing, answer, ask, choose_many, decide
from foyerdoc.extraction.grounding import Ground, Place
from foyerdoc.extraction.schemas import Leaf
from foyerdoc.finetuning.config import TrainingConfig
from foyerdoc.finetuning.data.fields import FieldsExample, is_of_kind, locate, same
from foyerdoc.finetuning.instruct import TRAINING, data_digest, digest_of, train_instruct
from foyerdoc.finetuning.training.loop import Progress
from foyerdoc.models import probing
from foyerdoc.models.local import LocalModel
from foyerdoc.models.protocol import Conversation, LanguageModel, Message

if TYPE_CHECKING:
    from numpy.typing import NDArray

_RECKONED: Final = frozenset({"date", "datetime", "amount", "money", "number", "percent"})
"""Kinds whose value may have to be reckoned from what stands in a document."""

_FARTHEST: Final = 400
_FEWEST: Final = 30
"""Entries of held-out documents from which a weighing is learnt."""
_PACKAGES: Final = ("foyerdoc", "torch", "transformers", "peft", "bitsandbytes")


class ExtractorConfig(TrainingConfig):
    """Settings of `train_extractor`.

    Attributes:
        tokens: of a document that the model is shown.
        held_out: share of the examples that is held out, to stop early and to learn how options are weighed.
        most_held_out: documents held out at most.
        weighed: documents of those that the weighing is learnt from.
        shifted: share of the training documents whose lines are numbered from anywhere up to 400, so that numbers of long
            documents are known from short ones.
    """

    base: str = "smollm2"
    rank: int = Field(default=8, ge=1, le=1024)
    alpha: int = Field(default=16, ge=1)
    epochs: int = Field(default=3, ge=1)
    patience: int = Field(default=1, ge=0)
    tokens: int = Field(default=SHOWN_TOKENS, ge=64)
    held_out: float = Field(default=0.15, ge=0, lt=1)
    most_held_out: int = Field(default=300, ge=0)
    weighed: int = Field(default=160, ge=0)
    shifted: float = Field(default=0.4, ge=0, le=1)


@dataclass(frozen=True, slots=True)
class TrainedExtractor:
    """A finished training.

    Attributes:
        folder: what `Extractor.load` opens.
        settings: how options are weighed.
        metrics: of held-out documents: the loss before and after, and precision, recall and F1 of the fields as decided.
        counts: fields by what became of them: "learnt", "absent", "not shown" and "computed" (learnt as absent: the value is
            beyond the lines that are shown, or stands nowhere), "partly" (of a list some values), "not located" (left out).
        notes: what a reader should know.
    """

    folder: Path
    settings: adapter.Settings
    metrics: Mapping[str, float]
    counts: Mapping[str, int]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lesson:
    """An example as a model sees it.

    Attributes:
        example: the document and its known fields.
        ground: its lines.
        asked: what the model is shown; fields whose value could not be located are not asked.
        places: for each field asked where its value stands; none for absent.
    """

    example: FieldsExample
    ground: Ground
    asked: Asked
    places: Mapping[Leaf, tuple[Place, ...]]

    def conversation(self) -> Conversation:
        """The prompt and its answer."""
        said = answer(self.ground, [(leaf, self.places[leaf]) for leaf in self.asked.leaves])
        return (*self.asked.conversation, Message("assistant", said))


def train_extractor(
    examples: Sequence[FieldsExample],
    out: Path,
    config: ExtractorConfig | None = None,
    *,
    held_out: Sequence[FieldsExample] = (),
    start: str | os.PathLike[str] | None = None,
    report: Callable[[Progress], None] | None = None,
) -> TrainedExtractor:
    """Fine-tune a language model to point at the values of fields.

    Targets are verbatim: each known value is located in its document first; one that stands nowhere as a whole value is left
    out and counted. What was learnt is tried on held-out documents, which teach how the model's probabilities and the words
    around a value are weighed; that calibrates the confidence.

    A run that was killed goes on when it is called again with the same arguments.

    Args:
        examples: documents with known fields; any mixture of schemas.
        out: folder to write.
        config: how to train; the embedded language model by default.
        held_out: what to hold out, instead of a share of the examples: documents of senders or layouts that are not among
            these say more of documents to come.
        start: a trained extractor's folder to go on from, of the same base, rank and alpha; "general" is the bundled one, of
            rank 16 and alpha 32.
        report: called with the progress.

    Raises:
        UsageError: `out` holds something else.
        TrainingError: nothing can be learnt, or training failed; what was reached is kept.
        DamagedFile: `start` is not an extractor's folder, or altered.
        ModelError: `start` does not fit.
    """
    config = config or ExtractorConfig()
    out = out.absolute()
    storage.check_replaceable(out, kind=adapter.KIND, version=adapter.VERSION)
    if start is not None:
        start = adapter.folder_of(start)
        adapter.read_folder(start)
    counts: Counter[str] = Counter()
    counting = LocalModel(None if config.base == "smollm2" else config.base)
    learnt, kept = (examples, held_out[: config.most_held_out]) if held_out else _parted(examples, config)
    draw = random.Random(config.seed)  # noqa: S311 - a seeded draw
    first = [1 + (draw.randrange(_FARTHEST) if draw.random() < config.shifted else 0) for _ in learnt]
    lessons = [lesson(one, counting, config.tokens, counts, first=at) for one, at in zip(learnt, first, strict=True)]
    train = [one for one in lessons if one is not None]
    kept_back = [made for one in kept if (made := lesson(one, counting, config.tokens, counts)) is not None]
    if not train:
        raise TrainingError(
            f"nothing can be learnt from {len(examples)} documents: no field's value was located",
            hint="check that values are written as they stand in the documents",
        )
    aside = out.with_name(f".{out.name}.adapter")
    plain = TrainingConfig(**{name: value for name, value in config if name in TrainingConfig.model_fields})
    losses, notes = _tune(
        [one.conversation() for one in train],
        [one.conversation() for one in kept_back],
        aside,
        plain,
        None if start is None else start / adapter.ADAPTER,
        report,
    )
    untaught = adapter.Settings(
        base=config.base, quantization="none" if config.quantization == "none" else "nf4", tokens=config.tokens
    )
    model = adapter.load_model(aside, untaught, device=config.device)
    judged = judge(model, kept_back[: config.weighed])
    model.close()
    weighed = weigh(judged, Weighing() if start is None else adapter.read_folder(start).weighing())
    settings = untaught.model_copy(update={**asdict(weighed.weighing), "least": weighed.least, "examples": weighed.entries})
    metrics = dict(weighed.metrics)
    metrics |= {f"loss, {name}": told["loss"] for name, told in losses.items() if "loss" in told}
    about = {
        "config": config.model_dump(mode="json"),
        "documents": len(train),
        "held out": len(kept_back),
        "fields": dict(counts),
        "metrics": metrics,
        "versions": {"python": platform.python_version(), **{name: version(name) for name in _PACKAGES}},
        "notes": notes,
    }
    with storage.new_folder(out, kind=adapter.KIND, version=adapter.VERSION) as folder:
        shutil.copytree(aside, folder / adapter.ADAPTER)
        (folder / adapter.SETTINGS).write_text(settings.model_dump_json(indent=1), encoding="utf-8")
        (folder / adapter.TRAINING).write_text(json.dumps(about, indent=1), encoding="utf-8")
    shutil.rmtree(aside, ignore_errors=True)
    return TrainedExtractor(out, settings, metrics, dict(counts), notes)


def _tune(
    train: Sequence[Conversation],
    validation: Sequence[Conversation],
    aside: Path,
    config: TrainingConfig,
    start: Path | None,
    report: Callable[[Progress], None] | None,
) -> tuple[Mapping[str, Mapping[str, float]], tuple[str, ...]]:
    """Train the adapter, or find it trained by a run that was killed while it judged; the losses and what to know."""
    with suppress(DamagedFile):
        storage.open_folder(aside, kind=probing.KIND, version=probing.VERSION)
        about = json.loads((aside / TRAINING).read_bytes())
        told = {"config": config.model_dump(mode="json"), "data": data_digest(train), "start": digest_of(start)}
        if told.items() <= about.items():
            return about["metrics"], tuple(about["notes"])
    tuned = train_instruct(train, aside, config, validation=validation or None, start=start, report=report)
    return tuned.metrics, tuned.notes


def lesson(example: FieldsExample, model: LanguageModel, tokens: int, counts: Counter[str], *, first: int = 1) -> Lesson | None:
    """An example with its values located, its lines numbered from `first`; None when no field is left."""
    ground = Ground.of(example.document, first=first)
    asked = ask(ground, tuple(leaf for leaf in example.leaves if leaf.path in example.values), model, tokens=tokens)
    located = _located(example, ground, asked)
    known = tuple(leaf for leaf, (what, _) in located.items() if what != "not located")
    if len(known) < len(located):
        counts["not located"] += len(located) - len(known)
    if not known:
        return None
    if len(known) < len(located):
        # Fewer fields, perhaps other lines.
        asked = ask(ground, known, model, tokens=tokens)
        located = _located(example, ground, asked)
    counts.update(what for what, _ in located.values())
    return Lesson(example, ground, asked, {leaf: places for leaf, (_, places) in located.items()})


def _located(example: FieldsExample, ground: Ground, asked: Asked) -> dict[Leaf, tuple[str, tuple[Place, ...]]]:
    """What becomes of each field asked, as `TrainedExtractor.counts` calls it, and where its values stand."""
    everywhere, seen = frozenset(range(len(ground.lines))), frozenset(asked.shown.lines)
    told = {}
    for leaf in asked.leaves:
        known = example.values[leaf.path]
        found = [locate(ground, leaf, one, seen) for one in known]
        if all(found):
            what = "learnt" if known else "absent"
        elif any(locate(ground, leaf, one, everywhere) for one, place in zip(known, found, strict=True) if place is None):
            # What is not shown cannot be pointed at: of what is shown, the right answer is that it is not there.
            what = "not shown"
        elif leaf.kind in _RECKONED and not any(found) and all(is_of_kind(leaf, one.value) for one in known):
            # A date that has to be reckoned stands nowhere: whatever date is shown instead would be invented.
            what = "computed"
        else:
            what = "partly" if any(found) else "not located"
        places = {place.span: place for place in found if place is not None}
        told[leaf] = (what, tuple(places[span] for span in sorted(places)))
    return told


def _parted(examples: Sequence[FieldsExample], config: ExtractorConfig) -> tuple[list[FieldsExample], list[FieldsExample]]:
    """Examples to learn from and those held out, drawn by the seed."""
    count = min(int(len(examples) * config.held_out), config.most_held_out)
    held = frozenset(random.Random(config.seed).sample(range(len(examples)), count))  # noqa: S311 - a seeded draw
    return [one for i, one in enumerate(examples) if i not in held], [examples[i] for i in sorted(held)]


# --- weighing -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Judged:
    """An entry's options, and which of them are right.

    Attributes:
        options: as the model had them.
        right: for each option whether it says what is known: the value, or that there is none.
        absent: whether the document does not have the field, or no more of the list.
        begun: whether they go on a list that has begun.
    """

    options: tuple[Option, ...]
    right: tuple[bool, ...]
    absent: bool
    begun: bool = False


def judge(model: LanguageModel, lessons: Sequence[Lesson], weighing: Weighing | None = None) -> list[list[Judged]]:
    """Let a model choose, and compare each entry's options with what is known. One list for each document."""
    weighing = weighing or Weighing()
    chosen = choose_many(model, [(one.ground, one.asked) for one in lessons], weighing)
    return [
        [judged for leaf, entries in found.items() for judged in _judged(one.places[leaf], entries, weighing)]
        for one, found in zip(lessons, chosen, strict=True)
    ]


def _judged(places: Sequence[Place], entries: Entries, weighing: Weighing) -> Iterator[Judged]:
    """A field's entry, or those of a list: what was chosen before is not right a second time."""
    left = [place.value for place in places]
    for at, options in enumerate(entries):
        right = tuple(
            (option.place is None and not left)
            or (option.place is not None and any(same(option.place.value, value) for value in left))
            for option in options
        )
        yield Judged(options, right, not left, begun=at > 0)
        chosen = decide(options, weighing, begun=at > 0)[0].place
        left = [value for value in left if chosen is None or not same(chosen.value, value)]


@dataclass(frozen=True, slots=True)
class Weighed:
    """What held-out documents teach.

    Attributes:
        weighing: under which the right options are most probable.
        least: the share from which to show a value: half of the best F1 that any has on these documents. A value that is right
            with probability p raises F1 while p is above that (Lipton, Elkan and Narayanaswamy 2014), so it is where F1 is best
            as far as shares are calibrated; the threshold that happens to be best moves far with a few documents.
        entries: how many entries the weighing rests on; 0: too few, it is what it was before.
        metrics: of these documents.
    """

    weighing: Weighing
    least: float
    entries: int
    metrics: Mapping[str, float]


def weigh(judged: Iterable[Sequence[Judged]], prior: Weighing | None = None) -> Weighed:
    """Learn how options are weighed, and from what share on a value is shown.

    Args:
        judged: what a model chose among in held-out documents.
        prior: how they are weighed where little is held out: as the model itself does by default.
    """
    from scipy.optimize import minimize

    prior = prior or Weighing()
    fields = [field for document in judged for field in document]
    told = [field for field in fields if any(field.right)]
    if len(told) < _FEWEST:
        return Weighed(prior, 0.0, 0, {"fields held out": float(len(fields))})
    tables = [_table(field) for field in told]

    def loss(x: NDArray[np.float64]) -> float:
        total = 0.0
        for features, right in tables:
            scores = features @ x
            total += float(np.logaddexp.reduce(scores) - np.logaddexp.reduce(scores[right]))
        # A pull towards what was known before, of the strength of a few fields.
        return total + 0.5 * float(((x - start) ** 2).sum())

    start, bounds = np.array(list(asdict(prior).values())), [(0.05, 5.0), (0.0, 5.0), (-10.0, 10.0), (-10.0, 10.0)]
    found = minimize(loss, start, method="Nelder-Mead", bounds=bounds, options={"maxiter": 600, "xatol": 1e-3})
    weighing = Weighing(*(float(value) for value in found.x))
    best = max(_scores(fields, weighing, float(threshold))[2] for threshold in np.linspace(0.0, 0.9, 46))
    least = round(best / 2, 3)
    precision, recall, f1 = _scores(fields, weighing, least)
    return Weighed(
        weighing,
        least,
        len(told),
        {
            "fields held out": float(len(fields)),
            "precision": precision,
            "recall": recall,
            "F1": f1,
            "options hold the value": len(told) / max(1, len(fields)),
        },
    )


def _table(field: Judged) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """(options, 4) features, (options,) which are right."""
    rows = [
        (
            option.log_probability,
            0.0 if option.place is None else option.support,
            float(option.place is None and not field.begun),
            float(option.place is None and field.begun),
        )
        for option in field.options
    ]
    return np.array(rows), np.array(field.right)


def _scores(fields: Sequence[Judged], weighing: Weighing, least: float) -> tuple[float, float, float]:
    """Precision, recall and F1 of values shown from a share on."""
    right = shown = there = 0
    for field in fields:
        there += not field.absent
        option, share = decide(field.options, weighing, begun=field.begun)
        if option.place is None or share < least:
            continue
        shown += 1
        right += field.right[field.options.index(option)]
    precision, recall = right / max(1, shown), right / max(1, there)
    return precision, recall, 2 * precision * recall / max(1e-9, precision + recall)
