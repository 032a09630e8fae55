"""`foyerdoc read` and `extract`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import tee
from pathlib import Path
from typing import Annotated

import typer
from pydantic import BaseModel

from foyerdoc.cli.app import (
    Inputs,
    Json,
    Password,
    Seconds,
    app,
    brief,
    files_of,
    made_folder,
    out,
    print_json,
    progress,
    report_failed,
    stops_on_error,
)
from foyerdoc.documents import Document
from foyerdoc.errors import FoyerdocError
from foyerdoc.results import Extraction
from foyerdoc.settings import Limits

Clean = Annotated[bool, typer.Option("--cleaned/--as-read", help="Clean the text, or leave it as it was read.")]
Workers = Annotated[int | None, typer.Option(help="Reading processes; one per core by default.", min=1)]


@app.command()
def read(
    inputs: Inputs,
    json: Json = False,
    cleaned: Clean = True,
    password: Password = None,
    seconds: Seconds = 300.0,
    workers: Workers = None,
) -> None:
    """Read files into text with structure, and say what was skipped, guessed or hidden."""
    failed = False
    with stops_on_error():
        for path, result in read_documents(files_of(inputs), password, seconds, cleaned=cleaned, workers=workers):
            if isinstance(result, FoyerdocError):
                failed = True
                report_failed(path, result, json=json)
            elif json:
                print_json({"file": path, "document": result})
            else:
                out.print(f"[bold]{brief(path.name)}[/bold]  {result.media_type}, {result.language}, {len(result.pages)} pages")
                for issue in result.issues:
                    out.print(f"  [yellow]{issue.code}[/yellow]: {brief(issue.message, 200)}")
                out.print(result.text, markup=False)
                for child in result.attachments:
                    out.print(f"  attached: [bold]{brief(child.name)}[/bold], {child.media_type}, {len(child.text)} characters")
    raise typer.Exit(int(failed))


@app.command()
def extract(
    inputs: Inputs,
    schema: Annotated[
        str, typer.Option(help="A pydantic model, FILE.py:Class or package.module:Class; or a JSON Schema, FILE.json.")
    ],
    model: Annotated[
        Path | None,
        typer.Option(
            help="Folder of a trained extractor, or general: the bundled one. By the words around values without.",
            parser=extractor_folder,
            metavar="DIRECTORY",
        ),
    ] = None,
    least: Annotated[float | None, typer.Option(help="Confidence from which values are shown.", min=0, max=1)] = None,
    exhaustive: Annotated[bool, typer.Option("--exhaustive", help="Show the model every line of a long document.")] = False,
    json: Json = False,
    password: Password = None,
    seconds: Seconds = 300.0,
) -> None:
    """Extract a schema's fields, each with the characters it comes from."""
    from foyerdoc.extraction import Extractor

    failed = False
    with stops_on_error():
        wanted = load_schema(schema)
        if model is None:
            extractor = Extractor(wanted, least=least, exhaustive=exhaustive)
        else:
            extractor = Extractor.load(model, wanted, least=least, exhaustive=exhaustive)
        # The extractor takes as many files at a time as it can use; tee keeps those for their lines of output.
        files, coming = tee(read_documents(files_of(inputs), password, seconds))
        results = extractor.extract_each(document for _, document in coming)
        for (path, document), result in zip(files, results, strict=True):
            if isinstance(result, FoyerdocError):
                failed = True
                report_failed(path, result, json=json)
            elif json:
                print_json({"file": path, "extraction": result})
            elif isinstance(document, Document):
                out.print(f"[bold]{brief(path.name)}[/bold]")
                print_fields(result, document)
    raise typer.Exit(int(failed))


def extractor_folder(name: str) -> Path:
    """A trained extractor's folder, or the name of the bundled one, as a parser of options."""
    from foyerdoc.extraction.adapter import GENERAL

    return Path(name) if name == GENERAL else made_folder(name)


def load_schema(name: str) -> type[BaseModel]:
    """As `extraction.named.load_schema`; extraction is loaded when it is needed."""
    from foyerdoc.extraction import named

    return named.load_schema(name)


def load_schemas(given: Iterable[str]) -> dict[str, type[BaseModel]]:
    """As `extraction.named.load_schemas`, of options `--schema NAME=PLACE`."""
    from foyerdoc.extraction import named

    return named.load_schemas(given)


def print_fields(extraction: Extraction[BaseModel], document: Document) -> None:
    """A line per field: value, page and the characters as they stand."""
    for name, field in extraction.fields.items():
        if field.span is None:
            out.print(f"  {name:22} [dim]{field.status}[/dim]")
            continue
        pages = document.pages_of(field.span)
        where = f"p. {pages[0].number}" if pages else _path_at(document, field.span.start)
        out.print(f'  {name:22} {brief(str(field.value), 60)}   [dim]{where}: "{brief(field.raw or "", 60)}"[/dim]')
    for issue in extraction.issues:
        out.print(f"  [yellow]note[/yellow]: {brief(issue, 200)}")


def read_documents(
    paths: list[Path],
    password: str | None,
    seconds: float,
    *,
    cleaned: bool = True,
    workers: int | None = None,
) -> Iterator[tuple[Path, Document | FoyerdocError]]:
    """Files as documents, cleaned unless told otherwise, or what went wrong, in their order."""
    from foyerdoc.cleaning import clean
    from foyerdoc.reading import read_many

    results = read_many(paths, workers=workers, password=password, limits=Limits(seconds=seconds))
    for path, result in progress(results, len(paths), "reading"):
        yield path, clean(result) if cleaned and isinstance(result, Document) else result


def _path_at(document: Document, offset: int) -> str:
    block = document.block_at(offset)
    return (block.path if block else None) or f"character {offset}"
