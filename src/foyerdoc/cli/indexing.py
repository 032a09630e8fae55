"""`foyerdoc index`: files into an index, and its upkeep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from foyerdoc.cli.app import (
    Inputs,
    Json,
    Password,
    Seconds,
    SettingsFile,
    app,
    brief,
    files_of,
    out,
    print_json,
    progress,
    recipe_of,
    report_failed,
    steps,
    stops_on_error,
)
from foyerdoc.errors import FoyerdocError, UsageError
from foyerdoc.settings import Limits

Place = Annotated[str, typer.Option("--index", help="The index: its folder, or postgresql://USER@HOST/DATABASE?schema=NAME.")]
Existing = Annotated[str, typer.Argument(help="The index: its folder, or its address.")]


class _AddsByDefault(TyperGroup):
    """What does not begin with a command's name are files to add: `foyerdoc index FILES` is short for `index add FILES`."""

    # Typer brings a click of its own or not, by version: hence Any.
    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in {*self.commands, "--help"}:
            args = ["add", *args]
        return super().parse_args(ctx, args)


index = typer.Typer(
    cls=_AddsByDefault,
    help="Add files to an index, and look after it. `index FILES` is `index add FILES`.",
    no_args_is_help=True,
)
app.add_typer(index, name="index")


@index.command()
def add(
    inputs: Inputs,
    place: Place,
    json: Json = False,
    password: Password = None,
    seconds: Seconds = 300.0,
    settings: SettingsFile = None,
    metadata: Annotated[
        list[str] | None,
        typer.Option(help="KEY=VALUE of all these files, for `--where`: date=2026-03-01, say. May be repeated."),
    ] = None,
) -> None:
    """Add files to an index; those that are there already are skipped."""
    from foyerdoc.cleaning import clean
    from foyerdoc.index import Index
    from foyerdoc.reading import read_many

    failed = False
    with stops_on_error(), Index.open(place, recipe=recipe_of(settings)) as opened:
        told = _metadata(metadata or ())
        paths = files_of(inputs)
        results = read_many(paths, password=password, limits=Limits(seconds=seconds))
        for path, result in progress(results, len(paths), "indexing"):
            if isinstance(result, FoyerdocError):
                failed = True
                report_failed(path, result, json=json)
                continue
            language = {"language": result.language} if result.language else {}
            added = opened.add([clean(result)], metadata={**language, **told})
            state = "unchanged" if added.unchanged else "replaced" if added.replaced else "added"
            if json:
                print_json({"file": path, "id": result.id, "state": state})
            else:
                out.print(f"{state:10} {brief(path.name)}")
    raise typer.Exit(int(failed))


def _metadata(told: Sequence[str]) -> dict[str, str]:
    from foyerdoc.index.filters import COLUMNS

    found: dict[str, str] = {}
    for pair in told:
        key, equals, value = pair.partition("=")
        if not (key and equals and value) or key in found:
            raise UsageError(f"{pair!r} is no metadata, or the second of its key", hint="write KEY=VALUE, each key once")
        if key in COLUMNS:
            raise UsageError(f"{key!r} is told by the document itself", hint="take another key")
        found[key] = value
    return found


@index.command()
def remove(
    ids: Annotated[list[str], typer.Argument(help="Documents' ids, as `index add --json` gives them.")],
    place: Place,
    json: Json = False,
) -> None:
    """Take documents out. Nothing finds them any more; `compact` takes their last traces."""
    from foyerdoc.index import Index

    with stops_on_error(), Index.open(place, make=False) as opened:
        for document_id in ids:
            opened.delete(document_id)
            if json:
                print_json({"id": document_id, "state": "removed"})
            else:
                out.print(f"{'removed':10} {brief(document_id)}")


@index.command()
def stats(place: Existing, json: Json = False) -> None:
    """How much an index holds, and how it was made."""
    from foyerdoc.index import Index

    with stops_on_error(), Index.open(place, make=False) as opened:
        held = opened.stats()
        if json:
            print_json(asdict(held))
            return
        languages = ", ".join(f"{name or 'unknown'} {count:,}" for name, count in sorted(held.languages.items()))
        out.print(f"{held.documents:,} documents, {held.chunks:,} chunks, {held.tokens:,} tokens, {held.bytes:,} bytes")
        out.print(f"chunks by language: {languages or 'none'}")
        out.print(
            f"cut at {held.max_tokens} tokens, {held.overlap} of them shared; embeddings of {held.embedder or 'no model yet'}"
        )


@index.command()
def compact(place: Existing, json: Json = False) -> None:
    """Write an index anew without what was deleted or replaced: no file of it holds that afterwards."""
    from foyerdoc.index import Index

    with stops_on_error(), Index.open(place, make=False) as opened:
        before = opened.stats().bytes
        opened.compact()
        after = opened.stats().bytes
        if json:
            print_json({"folder": opened.name, "bytes_before": before, "bytes_after": after})
        else:
            out.print(f"{before:,} bytes before, {after:,} after")


@index.command()
def verify(place: Existing, json: Json = False) -> None:
    """Compare everything in an index with everything, and say what is wrong."""
    from foyerdoc.index import Index

    with stops_on_error(), Index.open(place, make=False) as opened:
        issues = opened.verify()
        for issue in issues:
            if json:
                print_json({"code": issue.code, "message": issue.message})
            else:
                out.print(f"{issue.code:10} {brief(issue.message, 200)}")
        if not issues and not json:
            out.print("all is well")
    raise typer.Exit(int(bool(issues)))


@index.command()
def copy(
    source: Existing,
    target: Annotated[str, typer.Argument(help="Where there is no index, or one without documents.")],
    json: Json = False,
) -> None:
    """Copy an index to another place: from a folder into PostgreSQL, or back. All of it, or nothing."""
    from foyerdoc.index.copying import copy as copied

    with stops_on_error(), steps("copying") as step:
        documents = copied(source, target, watch=step)
    if json:
        print_json({"documents": documents})
    else:
        out.print(f"{documents:,} documents copied")
