"""`foyerdoc effects`: what the settings of a sweep did."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from foyerdoc.cli.app import Json, app, brief, err, out, print_json, progress, stops_on_error

if TYPE_CHECKING:
    from foyerdoc.experiments.effects.analysis import Analysis
    from foyerdoc.experiments.effects.conclusions import Conclusions


@app.command()
def effects(
    results: Annotated[Path, typer.Argument(help="Folder that `foyerdoc sweep` filled.", exists=True)],
    report: Annotated[Path | None, typer.Option("--out", help="HTML report to write.", dir_okay=False)] = None,
    lower: Annotated[list[str] | None, typer.Option(help="An outcome of which less is better.")] = None,
    no_structure: Annotated[bool, typer.Option("--no-structure", help="Leave out arrows, which take the longest.")] = False,
    resamples: Annotated[int, typer.Option(help="How often documents are drawn anew for arrows.", min=1)] = 100,
    seed: Annotated[int, typer.Option(help="Of the drawing.", min=0)] = 0,
    json: Json = False,
) -> None:
    """Estimate what each knob of a sweep does to each outcome, and say what may and may not be concluded."""
    from foyerdoc.experiments.effects.analysis import Options, analyse
    from foyerdoc.experiments.effects.conclusions import conclude
    from foyerdoc.experiments.effects.report import write_report
    from foyerdoc.experiments.table import Results

    with stops_on_error():
        options = Options(tuple(lower or ()), not no_structure, resamples, seed)
        found = analyse(Results.read(results), options, progress=lambda drawn: progress(drawn, len(drawn), "drawing arrows"))
        told = conclude(found)
        if report is not None:
            write_report(found, report)
        if json:
            print_json({"analysis": found, "conclusions": told, "report": report})
        else:
            _show(found, told)
    if report is not None:
        err.print(f"report: {report}", markup=False)


def _show(found: Analysis, told: Conclusions) -> None:
    from rich.table import Table

    from foyerdoc.experiments.effects.conclusions import compared, said, signed

    for outcome in found.outcomes:
        table = Table(brief(outcome.name), "shown", "difference", "95% interval", "corrected", box=None, pad_edge=False)
        for one in outcome.effects:
            if len(one.factors) == 1 or one.shown:
                intervals = [
                    f"{said(low)} to {said(high)}"
                    for low, high in ((one.low, one.high), (one.corrected_low, one.corrected_high))
                ]
                table.add_row(brief(compared(one)), "yes" if one.shown else "no", signed(one.estimate), *intervals)
        out.print(table)
        out.print()
    for title, sentences in (("What may be concluded", told.may), ("What may not", told.may_not)):
        out.print(f"{title}\n")
        for sentence in sentences:
            out.print(f"- {sentence}", markup=False)
        out.print()
