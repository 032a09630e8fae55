"""`foyerdoc evaluate` and `gold`."""

from __future__ import annotations

from math import isfinite, isnan
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from foyerdoc.cli.app import Json, app, brief, err, files_of, out, print_json, report, stops_on_error
from foyerdoc.cli.documents import read_documents
from foyerdoc.documents import Document
from foyerdoc.errors import GoldError, UsageError
from foyerdoc.storage import write_file

if TYPE_CHECKING:
    from foyerdoc.evaluation.measuring import Evaluation, Section

_ROUNDING = 1e-9

gold = typer.Typer(name="gold", help="Ground truth: what people say of documents.", no_args_is_help=True)
app.add_typer(gold)

GoldFile = Annotated[
    Path, typer.Argument(metavar="GOLD", help="Ground truth: a .jsonl file, or a folder of such.", exists=True)
]
Documents = Annotated[
    list[Path] | None,
    typer.Option(
        help="The documents, files or folders: spans are checked in them, passages shown. May be repeated.", exists=True
    ),
]
Limit = Annotated[
    list[str] | None,
    typer.Option("--fail-under", help="FIGURE=LIMIT: exit with 1 where the figure is worse. May be repeated."),
]


@app.command()
def evaluate(
    gold_file: GoldFile,
    predictions: Annotated[
        Path, typer.Argument(help="What classify, extract or ask printed with --json: a .jsonl file or a folder.", exists=True)
    ],
    against: Annotated[Path | None, typer.Option(help="Another system's predictions, to compare with.", exists=True)] = None,
    documents: Documents = None,
    page: Annotated[
        Path | None, typer.Option("--report", help="Write a page of HTML with charts and mistakes.", dir_okay=False)
    ] = None,
    fail_under: Limit = None,
    json: Json = False,
) -> None:
    """Measure labels, fields and answers against ground truth, each figure with its 95% interval."""
    from foyerdoc.evaluation.gold import Gold
    from foyerdoc.evaluation.measuring import evaluate as measure
    from foyerdoc.evaluation.predictions import read_predictions
    from foyerdoc.evaluation.report import as_page, as_record

    with stops_on_error():
        limits = [_limit(text) for text in fail_under or ()]
        texts = _texts(documents)
        found = measure(
            Gold.read(gold_file, texts),
            read_predictions(predictions),
            against=None if against is None else read_predictions(against),
            documents=texts,
        )
        worse = [said for name, limit in limits if (said := _worse(found, name, limit))]
        if page is not None:
            write_file(page, as_page(found, texts))
    if json:
        print_json(as_record(found, texts))
    else:
        _print(found)
    for said in worse:
        err.print(f"[red]under[/red]: {said}")
    raise typer.Exit(int(bool(worse)))


@gold.command()
def check(gold_file: GoldFile, documents: Documents = None, json: Json = False) -> None:
    """See that every line is gold and every span stands in its document; say how much of each kind there is."""
    from foyerdoc.evaluation.gold import Gold, read_each

    with stops_on_error():
        each = list(read_each(gold_file, _texts(documents)))
    problems = [found for _, found in each if isinstance(found, GoldError)]
    good = Gold(tuple(found for _, found in each if not isinstance(found, GoldError)))
    for problem in problems:
        if json:
            print_json({"error": problem})
        else:
            report(problem)
    counts = {
        kind: {
            "items": len({one.item for one in good.annotations if one.kind == kind}),
            "annotations": sum(one.kind == kind for one in good.annotations),
            "adjudicated": sum(one.kind == kind and one.adjudicated for one in good.annotations),
        }
        for kind in sorted({one.kind for one in good.annotations})
    }
    annotators = sorted({one.annotator for one in good.annotations})
    if json:
        print_json({"version": good.version, "annotators": annotators, "problems": len(problems), "kinds": counts})
    else:
        for kind, n in counts.items():
            out.print(
                f"[bold]{kind}[/bold]  {n['items']} items, {n['annotations']} annotations, {n['adjudicated']} adjudicated"
            )
        out.print(f"annotators: {brief(', '.join(annotators))}\nversion: {good.version}")
    raise typer.Exit(int(bool(problems)))


@gold.command()
def agreement(gold_file: GoldFile, json: Json = False) -> None:
    """How far annotators agree: the share that is the same, Krippendorff's alpha, and Cohen's kappa of each two."""
    from foyerdoc.evaluation.agreement import agreement as agree
    from foyerdoc.evaluation.gold import Gold

    with stops_on_error():
        found = agree(Gold.read(gold_file))
        if not found:
            raise UsageError("no two annotators have judged the same item", hint="give lines the names of their annotators")
    for one in found:
        kappas = [{"annotators": pair, "kappa": kappa} for pair, kappa in one.kappa.items()]
        if json:
            print_json({"what": one.what, "units": one.units, "share": one.share, "alpha": one.alpha, "kappa": kappas})
            continue
        out.print(
            f"[bold]{one.what}[/bold]  {one.annotators} annotators, {one.units} units: same {one.share:.3f}, "
            f"alpha {_figure(one.alpha)}"
        )
        for (first, second), kappa in one.kappa.items():
            out.print(f"  {brief(first)} and {brief(second)}: kappa {_figure(kappa)}")


@gold.command("export")
def export_gold(
    gold_file: GoldFile,
    target: Annotated[Path, typer.Argument(help="The file of tasks to write, JSON.", dir_okay=False)],
    documents: Documents = None,
    config: Annotated[
        Path | None, typer.Option(help="Write the labelling configuration that fits, XML.", dir_okay=False)
    ] = None,
) -> None:
    """Write gold as tasks for Label Studio, which shows the documents that --documents names."""
    from foyerdoc.evaluation.gold import Gold
    from foyerdoc.evaluation.labelstudio import configuration, to_tasks

    with stops_on_error():
        texts = _texts(documents)
        found = Gold.read(gold_file, texts)
        write_file(target, to_tasks(found, texts))
        if config is not None:
            write_file(config, configuration(found).encode())


@gold.command("import")
def import_gold(
    tasks: Annotated[Path, typer.Argument(help="What Label Studio exported as JSON.", exists=True, dir_okay=False)],
    target: Annotated[Path, typer.Argument(help="The file of gold to write, .jsonl.", dir_okay=False)],
) -> None:
    """Read gold back from what Label Studio exported as JSON."""
    from foyerdoc.evaluation.labelstudio import from_tasks

    with stops_on_error():
        from_tasks(tasks).write(target)


def _texts(paths: list[Path] | None) -> dict[str, str]:
    """The documents' texts, cleaned as `classify`, `extract` and `index` see them, by name and by id.

    Raises:
        UsageError: two documents have the same name and different texts.
    """
    texts: dict[str, str] = {}
    for path, found in read_documents(files_of(paths), None, 300.0) if paths else ():
        if isinstance(found, Document):
            if texts.get(path.name, found.text) != found.text:
                raise UsageError(f"two documents are called {path.name!a}", hint="name one folder of them at a time")
            texts |= {path.name: found.text, found.id: found.text}
        else:
            report(found, path.name)
    return texts


def _limit(text: str) -> tuple[str, float]:
    name, _, limit = text.partition("=")
    hint = "write FIGURE=LIMIT, as in accuracy=0.9"
    try:
        found = float(limit)
    except ValueError as error:
        raise UsageError(f"{text!r} is no limit", hint=hint) from error
    if not isfinite(found):
        raise UsageError(f"{text!r} is no limit", hint=hint)
    return name, found


def _worse(found: Evaluation, name: str, limit: float) -> str | None:
    """Why a figure does not hold its limit; a figure that there is none of does not."""
    try:
        figure, better = found.figure(name)
    except KeyError as error:
        names = ", ".join(f"{section.name}.{one}" for section in found.sections for one in section.figures)
        raise UsageError(f"no one figure is called {name!r}", hint=f"there are {names}") from error
    held = figure.value >= limit - _ROUNDING if better == "higher" else figure.value <= limit + _ROUNDING
    return None if held else f"{name} is {_figure(figure.value)}, the limit {limit:g}"


def _print(found: Evaluation) -> None:
    for section in found.sections:
        out.print(f"[bold]{section.name}[/bold]  {len(section.pairs)} items")
        for name, figure in section.figures.items():
            compared = ""
            other = section.against.figures.get(name) if section.against is not None else None
            if other is not None and not isnan(other.value):
                compared = f"   {other.verdict}: {other.value:+.3f} ({other.low:+.3f} to {other.high:+.3f})"
            out.print(f"  {name:22} {_figure(figure.value)} ({_figure(figure.low)} to {_figure(figure.high)}){compared}")
        _print_people(section)
        for count, what in (
            (section.unsaid, "have no result and count as wrong"),
            (len(section.disputed), "are disputed, left out"),
        ):
            if count:
                out.print(f"  [yellow]note[/yellow]: {count} items {what}")
    for name in found.unasked:
        err.print(f"[yellow]note[/yellow]: gold has {name}, the predictions none")
    if found.unknown:
        err.print(f"[yellow]note[/yellow]: {found.unknown} predictions speak of nothing that gold has")


def _print_people(section: Section) -> None:
    for one in section.people:
        for name in list(one.figures)[:1]:
            out.print(
                f"  {brief(one.annotator)}: {name} {_figure(one.figures[name].value)}; the system is {one.standing(name)}"
            )


def _figure(value: float) -> str:
    return "-" if isnan(value) else f"{value:.3f}"
