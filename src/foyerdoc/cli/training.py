"""`foyerdoc train classifier`, `calibration`, `extractor` and `instruct`."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer
from pydantic import BaseModel, ValidationError

from foyerdoc.cli.app import Json, app, made_folder, print_json, report, stops_on_error
from foyerdoc.cli.documents import extractor_folder, load_schemas
from foyerdoc.cli.trained import (
    note,
    print_calibrated,
    print_calibrated_as_json,
    print_classifier,
    print_classifier_as_json,
    print_extractor,
    print_extractor_as_json,
    print_instruct,
    print_instruct_as_json,
)
from foyerdoc.cli.watching import bar, goes_on, say_memory, told_by_the_first
from foyerdoc.errors import FoyerdocError, ReadError, UsageError
from foyerdoc.finetuning.training.parallel import is_first
from foyerdoc.serialization import as_json
from foyerdoc.taxonomy import Taxonomy

if TYPE_CHECKING:
    from foyerdoc.finetuning.config import TrainingConfig
    from foyerdoc.finetuning.data.examples import Example
    from foyerdoc.finetuning.data.fields import FieldsExample
    from foyerdoc.finetuning.data.rows import Problem
    from foyerdoc.finetuning.reporting.samples import Sample
    from foyerdoc.models.protocol import Conversation

C = TypeVar("C", bound=BaseModel)

train = typer.Typer(help="Fine-tune models on documents or conversations of your own.", no_args_is_help=True)
app.add_typer(train, name="train")

_FEW = 5
"""Examples below which a label is learnt poorly, and groups or ids that a message names."""

Rows = Annotated[Path, typer.Argument(help="JSON lines, a JSON array or a CSV; or a folder of folders of files.", exists=True)]
Out = Annotated[Path, typer.Option("--out", help="Folder to write.")]
Validation = Annotated[Path | None, typer.Option(help="Rows to hold out, instead of a part of the others.", exists=True)]
Epochs = Annotated[int | None, typer.Option(help="Passes over the rows, at most.", min=1)]
Settings = Annotated[list[str] | None, typer.Option("--set", help="Any other setting: name=value. Can be repeated.")]
Bits = Annotated[str | None, typer.Option("--quantization", help="Of the base: nf4, fp4, int8 or none.")]
Device = Annotated[str | None, typer.Option(help="cpu, cuda, cuda:1 ...; the first GPU by default.")]
Seed = Annotated[int | None, typer.Option(help="Of initial weights and order.")]
Show = Annotated[int, typer.Option(help="How many held-out ones are shown before and after.", min=0)]


@train.callback()
def quieten() -> None:
    """What transformers will rename one day is not the user's to mend."""
    warnings.filterwarnings("ignore", category=FutureWarning, module="transformers")


@train.command()
def classifier(
    rows: Rows,
    target: Out,
    taxonomy: Annotated[Path | None, typer.Option(help="Labels; made of the rows' by default.", exists=True)] = None,
    test: Annotated[Path | None, typer.Option(help="Rows to measure the classifier on at the end.", exists=True)] = None,
    validation: Validation = None,
    base: Annotated[str | None, typer.Option(help="e5, smollm2, or the folder of a model.")] = None,
    epochs: Epochs = None,
    settings: Settings = None,
    quantization: Bits = None,
    device: Device = None,
    seed: Seed = None,
    show: Show = 8,
    json: Json = False,
) -> None:
    """Fine-tune a classifier on labelled documents. The same command goes on after an interruption."""
    from foyerdoc.classification import Classifier, adapter
    from foyerdoc.finetuning.classifier import train_classifier
    from foyerdoc.finetuning.config import ClassifierConfig
    from foyerdoc.finetuning.data.examples import taxonomy_of
    from foyerdoc.finetuning.reporting import outcomes
    from foyerdoc.finetuning.reporting.report import write_classifier_report

    given = {"base": base, "epochs": epochs, "quantization": quantization, "device": device, "seed": seed}
    with stops_on_error():
        config = configure(ClassifierConfig, settings or (), given)
        target = _free(target, adapter.KIND, adapter.VERSION)
        labels = Taxonomy.load(taxonomy) if taxonomy else None
        examples, failed = _examples(rows, labels, json=json)
        labels = labels or taxonomy_of(examples, target.name)
        held, held_failed = _examples(validation, labels, json=json) if validation else (None, 0)
        tests, tests_failed = _examples(test, labels, json=json) if test else ((), 0)
        found = _look_over(examples, {"test": tests, "validation": held or ()})
        say_memory(config, [len(example.document.text) for example in examples], head=False)
        with goes_on(target), bar() as told:
            trained = train_classifier(examples, target, taxonomy=labels, config=config, validation=held, report=told)

    def tell() -> None:
        tested = outcomes.predict(Classifier.load(target, device=config.device), tests) if tests else None
        path = write_classifier_report(trained, test=tested)
        shown = outcomes.telling(outcomes.compare(*outcomes.held_out(trained)), show)
        show_it = print_classifier_as_json if json else print_classifier
        show_it(trained, shown, tested, path, found)

    raise typer.Exit(told_by_the_first(tell, failed + held_failed + tests_failed))


@train.command()
def calibration(
    rows: Rows,
    model: Annotated[Path, typer.Option(help="Folder of a trained classifier.", parser=made_folder, metavar="DIRECTORY")],
    target: Annotated[Path | None, typer.Option("--out", help="Folder to write; the classifier's by default.")] = None,
    precision: Annotated[float | None, typer.Option(help="Asked of named labels; the classifier's own by default.")] = None,
    base: Annotated[str | None, typer.Option(help="Where its base is now, when it is not where it was in training.")] = None,
    allow_learnt: Annotated[bool, typer.Option("--allow-learnt", help="Take rows that it learnt from too.")] = False,
    device: Device = None,
    json: Json = False,
) -> None:
    """Choose how sure a trained classifier must be, on labelled documents that it did not learn from."""
    from foyerdoc.classification import adapter
    from foyerdoc.finetuning.calibrating import calibrate_classifier

    with stops_on_error():
        _, taxonomy = adapter.read_folder(model)
        examples, failed = _examples(rows, taxonomy, json=json)
        found = calibrate_classifier(
            model, examples, target, target=precision, device=device, base=base, allow_learnt=allow_learnt
        )
        print_calibrated_as_json(found) if json else print_calibrated(found)
    raise typer.Exit(int(failed > 0))


@train.command()
def extractor(
    rows: Annotated[Path, typer.Argument(help="JSON lines: documents with their known fields.", exists=True)],
    target: Out,
    schemas: Annotated[
        list[str] | None,
        typer.Option("--schema", help="NAME=FILE.py:Class, package.module:Class or FILE.json. Can be repeated."),
    ] = None,
    held_out: Annotated[
        Path | None,
        typer.Option(help="Rows to hold out, of other senders or layouts, instead of a share of ROWS.", exists=True),
    ] = None,
    start: Annotated[
        Path | None,
        typer.Option(
            help="Folder of a trained extractor to go on from; general is the bundled one.",
            parser=extractor_folder,
            metavar="DIRECTORY",
        ),
    ] = None,
    base: Annotated[str | None, typer.Option(help="smollm2, or the folder of a causal model.")] = None,
    epochs: Epochs = None,
    settings: Settings = None,
    quantization: Bits = None,
    device: Device = None,
    seed: Seed = None,
    json: Json = False,
) -> None:
    """Fine-tune a language model to point at the values of fields, on documents whose fields are known."""
    from foyerdoc.extraction import adapter
    from foyerdoc.finetuning.extractor import ExtractorConfig, train_extractor

    given = {"base": base, "epochs": epochs, "quantization": quantization, "device": device, "seed": seed}
    with stops_on_error():
        config = configure(ExtractorConfig, settings or (), given)
        target = _free(target, adapter.KIND, adapter.VERSION)
        known = load_schemas(schemas or ())
        examples, failed = _fields(rows, known, json=json)
        kept, kept_failed = ((), 0) if held_out is None else _fields(held_out, known, json=json)
        say_memory(config, [len(example.document.text) for example in examples], head=True)
        with goes_on(target.with_name(f".{target.name}.adapter")), bar() as told:
            trained = train_extractor(
                examples, target, config, held_out=kept, start=start, report=lambda step: told("training", step)
            )

    def tell() -> None:
        print_extractor_as_json(trained) if json else print_extractor(trained)

    raise typer.Exit(told_by_the_first(tell, failed + kept_failed))


@train.command()
def instruct(
    rows: Rows,
    target: Out,
    validation: Validation = None,
    held_out: Annotated[float, typer.Option(help="Share of the rows to hold out; 0 for none.", min=0, max=0.9)] = 0.1,
    base: Annotated[str | None, typer.Option(help="smollm2, or the folder of a causal model.")] = None,
    epochs: Epochs = None,
    settings: Settings = None,
    quantization: Bits = None,
    device: Device = None,
    seed: Seed = None,
    show: Show = 3,
    json: Json = False,
) -> None:
    """Fine-tune a language model on conversations, its loss on the answers alone."""
    from foyerdoc.finetuning.config import TrainingConfig
    from foyerdoc.finetuning.instruct import train_instruct
    from foyerdoc.finetuning.reporting.report import write_instruct_report

    given = {"base": base or "smollm2", "epochs": epochs, "quantization": quantization, "device": device, "seed": seed}
    with stops_on_error():
        config = configure(TrainingConfig, settings or (), given)
        target = _free(target, "adapter", 1)
        talks, failed = _conversations(rows, json=json)
        if validation:
            held, held_failed = _conversations(validation, json=json)
        else:
            (talks, held), held_failed = _parted(talks, held_out, config.seed), 0
        say_memory(config, [sum(len(message.content) for message in talk) for talk in talks], head=True)
        with goes_on(target), bar() as told:
            trained = train_instruct(talks, target, config, validation=held, report=lambda step: told("training", step))

    def tell() -> None:
        samples = _samples(target, config, (held or talks)[:show])
        path = write_instruct_report(trained, samples)
        show_it = print_instruct_as_json if json else print_instruct
        show_it(trained, samples, path)

    raise typer.Exit(told_by_the_first(tell, failed + held_failed))


def configure(kind: type[C], settings: Sequence[str], given: Mapping[str, object]) -> C:
    """A configuration from options and from `name=value` texts; what is None keeps its default.

    Raises:
        UsageError: there is no such setting, or not with this value.
    """
    values = {name: value for name, value in given.items() if value is not None}
    for setting in settings:
        name, equals, value = setting.partition("=")
        if not equals or name not in kind.model_fields:
            raise UsageError(f"--set {name}: no such setting", hint=f"name=value, of {', '.join(kind.model_fields)}")
        if name in values:
            raise UsageError(f"{name} is set twice", hint="leave out the option or --set")
        values[name] = None if value == "null" else value
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        raise UsageError(
            f"{'.'.join(map(str, first['loc']))}: {first['msg']}", hint="docs/finetuning.md has the settings"
        ) from error


def _free(target: Path, kind: str, version: int) -> Path:
    """The folder to write: a new or empty one, or one of the same kind, which will be replaced."""
    from foyerdoc import storage

    target = target.absolute()
    storage.check_replaceable(target, kind=kind, version=version)
    if target.exists() and any(target.iterdir()):
        note(f"{target.name} will be replaced once the training is done")
    return target


# --- rows ------------------------------------------------------------------------------------------------------------


def _examples(path: Path, taxonomy: Taxonomy | None, *, json: bool) -> tuple[tuple[Example, ...], int]:
    """The good rows, and how many are bad, which are named."""
    from foyerdoc.finetuning.data.examples import read_examples

    found = read_examples(path, taxonomy=taxonomy)
    return found.examples, _name_bad_rows(path, found.problems, json=json)


def _conversations(path: Path, *, json: bool) -> tuple[tuple[Conversation, ...], int]:
    from foyerdoc.finetuning.data.conversations import read_conversations

    found = read_conversations(path)
    return found.conversations, _name_bad_rows(path, found.problems, json=json)


def _fields(path: Path, schemas: Mapping[str, type[BaseModel]], *, json: bool) -> tuple[tuple[FieldsExample, ...], int]:
    from foyerdoc.finetuning.data.fields import read_fields

    found = read_fields(path, schemas)
    return found.examples, _name_bad_rows(path, found.problems, json=json)


def _name_bad_rows(path: Path, problems: Sequence[Problem], *, json: bool) -> int:
    """How many rows are bad; the first of several processes names them."""
    bad = [problem for problem in problems if problem.row is not None]
    if not is_first():
        return len(bad)
    for problem in problems:
        if problem.row is None:
            note(f"{path.name}: {problem.reason}")
    for problem in bad:
        error = ReadError(f"{path.name}, row {problem.row}: {problem.reason}", hint="mend the row; the others are used")
        if json:
            print_json({"file": path, "row": problem.row, "error": {**as_json(error), "code": problem.code}})
        else:
            report(error)
    return len(bad)


def _look_over(examples: Sequence[Example], others: Mapping[str, Sequence[Example]]) -> dict[str, int]:
    """Say which examples stand twice, which are in another set too, and which labels have few; how many of each."""
    from foyerdoc.finetuning.data.duplicates import find_duplicates, find_leakage

    texts = [example.document.text for example in examples]
    groups = find_duplicates(texts, [example.path for example in examples])
    conflicting = [group for group in groups if group.conflicting]
    found = {"duplicates": sum(len(group.members) for group in groups), "conflicting": len(conflicting)}
    if groups:
        note(
            f"{found['duplicates']} rows are near-duplicates of one another, in {_count(groups, 'group')}. Where "
            "one of a group is held out and another learnt, held-out figures flatter"
        )
    if conflicting:
        named = ["= ".join(f"{examples[i].id} " for i in group.members[:_FEW]).strip() for group in conflicting]
        note(f"conflicting labels in {_count(conflicting, 'group')} of near-duplicates: {_some(named)}")
    for name, other in others.items():
        leaks = find_leakage(texts, [example.document.text for example in other]) if other else []
        if other:
            found[f"{name}_leaks"] = len(leaks)
        if leaks:
            named = [f"{other[leak.test].id} is also {examples[leak.train].id}" for leak in leaks]
            note(f"{len(leaks)} of {len(other)} {name} rows are in the training rows too: {_some(named)}")
    counts = Counter(example.path for example in examples)
    rare = [" / ".join(path) for path, count in sorted(counts.items(), key=lambda item: item[1]) if count < _FEW]
    if rare:
        note(f"{_count(rare, 'label')} with fewer than {_FEW} rows: {_some(rare)}")
    return {**found, "rare_labels": len(rare)}


def _parted(
    talks: Sequence[Conversation], share: float, seed: int
) -> tuple[tuple[Conversation, ...], tuple[Conversation, ...]]:
    """Conversations to learn from and those held out, drawn by the seed."""
    import numpy as np

    drawn = np.random.default_rng(seed).permutation(len(talks))[: int(share * len(talks))]
    held = {int(i) for i in drawn}
    return tuple(t for i, t in enumerate(talks) if i not in held), tuple(talks[i] for i in sorted(held))


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _FEW} more" if len(names) > _FEW else ""
    return ", ".join(names[:_FEW]) + more


def _count(things: Sequence[object], name: str) -> str:
    return f"{len(things)} {name}{'' if len(things) == 1 else 's'}"


def _samples(target: Path, config: TrainingConfig, talks: Sequence[Conversation]) -> list[Sample]:
    from foyerdoc.finetuning.reporting.samples import answer_both

    if not talks:
        return []
    try:
        return answer_both(target, config, talks)
    except FoyerdocError as error:
        note(f"no answers before and after: {error.message}")
        return []
