"""`foyerdoc sweep`: a planned experiment."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from foyerdoc.cli.app import Json, app, brief, out, print_json, progress, stops_on_error


@app.command()
def sweep(
    plan: Annotated[Path, typer.Argument(help="The plan, as YAML.", exists=True, dir_okay=False)],
    folder: Annotated[Path, typer.Option("--out", help="Where the results are kept; the same folder goes on.")],
    json: Json = False,
) -> None:
    """Ask questions under many settings, drawn by a design, and keep every result; interrupted, it goes on."""
    from foyerdoc.experiments.plan import Plan
    from foyerdoc.experiments.sweep import SETTINGS
    from foyerdoc.experiments.sweep import sweep as run_all

    with stops_on_error():
        planned = Plan.load(plan)
        done = 0
        for one in progress(run_all(planned, folder), None, "runs"):
            done = one.number
            if json:
                about = {"number": one.number, "total": one.total, "items": len(one.run.items), "made": one.made}
                print_json({"run": one.run.key, "replicate": one.run.replicate, "levels": one.run.cell, **about})
        if json:
            print_json({"summary": {"runs": done, "folder": folder, "settings": folder / SETTINGS}})
        else:
            out.print(f"{done} runs in {brief(str(folder))}; the best settings: {brief(str(folder / SETTINGS))}")
