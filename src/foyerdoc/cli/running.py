"""`foyerdoc run`: a pipeline over many files on many processors."""

from __future__ import annotations

import json as jsonlib
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from foyerdoc.cli.app import Json, Seconds, app, brief, err, files_of, made_folder, out, print_json, progress, stops_on_error
from foyerdoc.errors import UsageError

_SCHEMA = "A schema that the taxonomy names: NAME=FILE.py:Class, package.module:Class or FILE.json; as often as needed."


@app.command("run")
def run_files(
    source: Annotated[Path, typer.Argument(help="A folder; or a list of files: .txt, a path a line, or .jsonl.")],
    folder: Annotated[Path, typer.Option("--out", help="Folder for tables, dead letters and the index.", file_okay=False)],
    pipeline: Annotated[str | None, typer.Option(help="FILE.py:function that makes the Pipeline.")] = None,
    taxonomy: Annotated[Path | None, typer.Option(help="The labels, as JSON.", exists=True, dir_okay=False)] = None,
    model: Annotated[
        Path | None, typer.Option(help="Folder of a trained classifier.", parser=made_folder, metavar="DIRECTORY")
    ] = None,
    schema: Annotated[list[str] | None, typer.Option(help=_SCHEMA)] = None,
    engine: Annotated[str, typer.Option(help="local: processes of this machine; ray: a cluster's workers.")] = "local",
    workers: Annotated[int | None, typer.Option(help="How many; one per core by default.", min=1)] = None,
    index: Annotated[bool, typer.Option("--index/--no-index", help="Whether documents go into an index, too.")] = True,
    again: Annotated[bool, typer.Option("--again", help="Try those once more that failed in an earlier run.")] = False,
    json: Json = False,
    seconds: Seconds = 300.0,
) -> None:
    """Label, extract and index many files with many processes, each content once; goes on where it was killed."""
    from foyerdoc.extraction.named import named
    from foyerdoc.running import Job, run

    counts: Counter[str] = Counter()
    with stops_on_error():
        if engine not in ("local", "ray"):
            raise UsageError(f"no engine is called {engine!r}", hint="local or ray")
        schemas = dict(named(one) for one in schema or ())
        job = Job(
            pipeline=_absolute(pipeline),
            taxonomy=taxonomy.absolute() if taxonomy else None,
            classifier=model.absolute() if model else None,
            schemas={name: _absolute(place) or "" for name, place in schemas.items()},
            index=index,
            seconds=seconds,
        )
        paths = files_in(source)
        settled = run(paths, folder, job, engine="ray" if engine == "ray" else "local", workers=workers, again=again)
        for one in progress(settled, len(paths), "running"):
            counts[one.state] += 1
            if json:
                print_json({"file": one.path, "state": one.state, "errors": one.failures})
            for failure in () if json else one.failures:
                err.print(f"[red]error[/red]: {brief(failure.message, 200)}\n  -> {brief(failure.hint, 200)}", soft_wrap=True)
    if not json:
        out.print(", ".join(f"{counts[state]} {state}" for state in ("done", "failed", "same", "before")))
    raise typer.Exit(int(bool(counts["failed"])))


def files_in(source: Path) -> list[Path]:
    """The files below a folder, or those that a list names; relative paths count from the list's folder.

    Raises:
        UsageError: it is neither, or names no file.
    """
    if source.is_dir():
        return [path.absolute() for path in files_of([source])]
    if source.suffix not in (".txt", ".jsonl") or not source.is_file():
        raise UsageError(f"{source} is neither a folder nor a list", hint="name a folder, or a .txt or .jsonl file of paths")
    found = [source.parent.absolute() / name for name in _names(source)]
    if not found:
        raise UsageError(f"{source} names no files", hint="a path a line; in .jsonl, an object with a path")
    return found


def _names(source: Path) -> Iterator[str]:
    for number, line in enumerate(os.fsdecode(source.read_bytes()).splitlines(), 1):
        if not line.strip():
            continue
        try:
            name = line if source.suffix == ".txt" else jsonlib.loads(line)["path"]
            possible = b"\0" not in os.fsencode(name)
        except (ValueError, KeyError, TypeError, RecursionError):
            possible = False
        if not possible:
            hint = "write a path a line" if source.suffix == ".txt" else 'write {"path": "..."} a line'
            raise UsageError(f"{source}, line {number} has no path", hint=hint)
        yield name


def _absolute(place: str | None) -> str | None:
    """What is in a file of this machine is named from its root: workers start elsewhere."""
    if place is None or not (place.endswith(".json") or ".py:" in place):
        return place
    return str(Path(place).absolute())
