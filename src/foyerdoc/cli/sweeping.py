"""`foyerdoc sweep`: a planned experiment, or a matrix of prompts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from foyerdoc.cli.app import Json, app, brief, err, out, print_json, progress, stops_on_error

if TYPE_CHECKING:
    from foyerdoc.experiments.matrix import Matrix
    from foyerdoc.experiments.plan import Plan


@app.command()
def sweep(
    plan: Annotated[Path, typer.Argument(help="The plan, as YAML.", exists=True, dir_okay=False)],
    folder: Annotated[Path, typer.Option("--out", help="Where the results are kept; the same folder goes on.")],
    json: Json = False,
) -> None:
    """Ask questions under many settings, drawn by a design, and keep every result; or prompts of models, all by all.

    Interrupted, the same command goes on.
    """
    from foyerdoc.experiments.matrix import Matrix
    from foyerdoc.experiments.plan import Plan, read_yaml

    with stops_on_error():
        told = read_yaml(plan)
        if "prompts" in told:
            _ask(Matrix.of(told, plan.parent), folder, plan.stem, json=json)
        else:
            _run(Plan.of(told, plan.parent), folder, json=json)


def _run(plan: Plan, folder: Path, *, json: bool) -> None:
    from foyerdoc.experiments.sweep import SETTINGS, count
    from foyerdoc.experiments.sweep import sweep as run_all

    done = 0
    for one in progress(run_all(plan, folder), count(plan), "runs"):
        done = one.number
        if json:
            about = {"number": one.number, "total": one.total, "items": len(one.run.items), "made": one.made}
            print_json({"run": one.run.key, "replicate": one.run.replicate, "levels": one.run.cell, **about})
    if json:
        print_json({"summary": {"runs": done, "folder": folder, "settings": folder / SETTINGS}})
    else:
        out.print(f"{done} runs in {brief(str(folder))}; the best settings: {brief(str(folder / SETTINGS))}")


def _ask(matrix: Matrix, folder: Path, name: str, *, json: bool) -> None:
    from foyerdoc import storage
    from foyerdoc.experiments import chainforge
    from foyerdoc.experiments.grid import grid
    from foyerdoc.experiments.matrix import ask, table

    total = len(matrix.models) * len(matrix.prompts) * len(matrix.values())
    responses = []
    for one in progress(ask(matrix, folder), None if matrix.responses else total, "responses"):
        responses.append(one)
        if json:
            print_json({"model": one.model, "prompt": one.template, "variables": one.variables, "grades": one.grades})
    storage.write_file(folder / "grid.html", grid(responses, name))
    chainforge.write(responses, folder / "responses.json")
    chainforge.write(responses, folder / "responses.xlsx")
    if any(one.grades for one in responses):
        table(matrix, responses).write(folder)
    else:
        err.print("[dim]nothing is graded: the plan expects nothing[/dim]")
    if not json:
        out.print(f"{len(responses)} responses in {brief(str(folder / 'grid.html'))}")
