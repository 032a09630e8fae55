"""`foyerdoc serve`: the library over HTTP, and who may ask it."""

from __future__ import annotations

import ctypes
import logging
import os
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from foyerdoc.cli.app import Json, app, err, made_folder, out, print_json, stops_on_error
from foyerdoc.cli.documents import load_schemas
from foyerdoc.errors import MissingDependency, UsageError
from foyerdoc.taxonomy import Taxonomy

if TYPE_CHECKING:
    from fastapi import FastAPI

    from foyerdoc.service.configuration import Allowance, Configuration
    from foyerdoc.service.ledger import Ledger

Data = Annotated[Path, typer.Option("--data", help="The service's folder: files, indexes, keys.", file_okay=False)]
_DATA = Path("foyerdoc-data")
_M_ARENA_MAX = -8  # malloc.h

serve = typer.Typer(help="Serve collections of documents over HTTP, with a page for the browser.", invoke_without_command=True)
keys = typer.Typer(help="Keys: who may ask.", no_args_is_help=True)
app.add_typer(serve, name="serve")
serve.add_typer(keys, name="keys")


@serve.callback()
def run(
    context: typer.Context,
    data: Data = _DATA,
    host: Annotated[
        str, typer.Option(help="Address to listen on. Others than this machine's need TLS in front.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=0, max=65535)] = 8420,
    taxonomy: Annotated[
        Path | None, typer.Option(help="Labels; those of the demo by default.", exists=True, dir_okay=False)
    ] = None,
    schemas: Annotated[
        list[str] | None, typer.Option("--schema", help="NAME=FILE.py:Class, of the name in the taxonomy. Can be repeated.")
    ] = None,
    classifier: Annotated[
        Path | None, typer.Option(help="Folder of a trained classifier.", parser=made_folder, metavar="DIRECTORY")
    ] = None,
    model: Annotated[str | None, typer.Option(help="A language model for labels, fields and answers; as in `ask`.")] = None,
    indexes: Annotated[
        str | None,
        typer.Option(help="postgresql://USER@HOST/DATABASE: keep the indexes there; in the service's folder by default."),
    ] = None,
    upload_mb: Annotated[int, typer.Option(help="Size of one file, in megabytes, at most.", min=1)] = 50,
    per_minute: Annotated[int, typer.Option(help="Requests of one key in a minute, at most.", min=1)] = 600,
    at_once: Annotated[int, typer.Option(help="Searches and questions answered at the same time, at most.", min=1)] = 16,
    workers: Annotated[int, typer.Option(help="Files that are worked on at the same time.", min=1)] = 1,
    read_only: Annotated[
        bool,
        typer.Option("--read-only", help="Answer beside the process that writes in the folder; change nothing."),
    ] = False,
) -> None:
    """Serve. Ends at Ctrl-C or SIGTERM; what is being worked on goes on at the next start, as after a kill."""
    if context.invoked_subcommand is not None:
        return
    with stops_on_error():
        _requires()
        share_arenas()
        from foyerdoc.service import make_app
        from foyerdoc.service.app import open_ledger
        from foyerdoc.service.configuration import Allowance

        allowance = Allowance(upload_bytes=upload_mb * 10**6, per_minute=per_minute, at_once=at_once)
        with open_ledger(data, write=not read_only) as ledger:  # before models are loaded, which takes longer
            if not ledger.all_keys():
                err.print("[yellow]note[/yellow]: nobody has a key: foyerdoc serve keys add NAME", soft_wrap=True)
        configuration = _configuration(data, taxonomy, schemas or (), classifier, model, allowance, workers, read_only)
        _listen(make_app(replace(configuration, indexes=indexes)), host, port)


@keys.command()
def add(
    name: Annotated[str, typer.Argument(help="Whose it is.")],
    scope: Annotated[str, typer.Option(help="read, write, admin, or several with commas.")] = "read",
    collection: Annotated[list[str] | None, typer.Option(help="What it sees; all by default. Can be repeated.")] = None,
    data: Data = _DATA,
    json: Json = False,
) -> None:
    """Make a key. It is shown this once; only a hash of it is kept."""
    with stops_on_error():
        _requires()
        from foyerdoc.service.access import make_key

        with _ledger(data) as ledger:
            key, secret = make_key(ledger, name, [one.strip() for one in scope.split(",")], collection or ())
        if json:
            print_json({"key": secret, "id": key.id, "name": key.name, "scopes": key.scopes, "collections": key.collections})
        else:
            out.print(secret)


@keys.command(name="list")
def listed(data: Data = _DATA, json: Json = False) -> None:
    """Whose keys there are, and what they may. The keys themselves are not known."""
    with stops_on_error():
        _requires()
        with _ledger(data, new=False) as ledger:
            for key in ledger.all_keys():
                if json:
                    print_json(key)
                else:
                    out.print(f"{key.name:20} {','.join(key.scopes):18} {', '.join(key.collections) or '(all)'}", markup=False)


@keys.command()
def remove(name: Annotated[str, typer.Argument(help="Whose it is.")], data: Data = _DATA) -> None:
    """Take a key away. It is refused from then on, also by a service that runs."""
    with stops_on_error():
        _requires()
        with _ledger(data, new=False) as ledger:
            if not ledger.remove_key(name):
                raise UsageError(f"no key is called {name!a}", hint="foyerdoc serve keys list")


def share_arenas() -> None:
    """Let all threads take memory from the same two arenas of glibc; to be called before the service has its threads.

    By default there are up to eight for each core, each thread that waits takes the next, and what was freed stays with its
    arena: a service grows for hours though it holds no more than before. Elsewhere than in glibc nothing is done.
    """
    if "MALLOC_ARENA_MAX" not in os.environ:
        with suppress(OSError, AttributeError):
            ctypes.CDLL("libc.so.6").mallopt(_M_ARENA_MAX, 2)


def _requires() -> None:
    try:
        import fastapi  # noqa: F401
        import prometheus_client  # noqa: F401
        import uvicorn  # noqa: F401
    except ImportError as error:
        raise MissingDependency("the service needs FastAPI and uvicorn", hint="pip install 'foyerdoc[server]'") from error


def _ledger(data: Path, *, new: bool = True) -> Ledger:
    """The ledger of a folder; where there is none, a new one if that is wanted.

    Raises:
        UsageError: there is none.
    """
    from foyerdoc.service.app import LEDGER, open_ledger

    if not new and not (data / LEDGER).is_file():
        raise UsageError(f"nobody has a key to {data}", hint="name the service's folder: --data FOLDER")
    return open_ledger(data)


def _configuration(
    data: Path,
    taxonomy: Path | None,
    schemas: list[str] | tuple[str, ...],
    classifier: Path | None,
    model: str | None,
    allowance: Allowance,
    workers: int,
    read_only: bool,
) -> Configuration:
    from foyerdoc.classification import Classifier
    from foyerdoc.service.configuration import Configuration

    named = load_schemas(schemas)
    language_model = None
    if model is not None:
        from foyerdoc.models.naming import named_model

        language_model = named_model(model)
    if taxonomy is None:
        from foyerdoc.demo import folder
        from foyerdoc.demo.schemas import SCHEMAS

        home = folder()
        labels, named, classifier = Taxonomy.load(home / "taxonomy.json"), named or SCHEMAS, classifier or home / "classifier"
    else:
        labels = Taxonomy.load(taxonomy)
    return Configuration(
        folder=data,
        taxonomy=labels,
        schemas=named,
        classifier=None if classifier is None or read_only else Classifier.load(classifier),
        model=language_model,
        allowance=allowance,
        workers=workers,
        read_only=read_only,
    )


def _listen(application: FastAPI, host: str, port: int) -> None:
    import uvicorn

    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    config = uvicorn.Config(
        application,
        host=host,
        port=port,
        access_log=False,  # its lines would hold files' names; ours do not
        log_config=None,
        server_header=False,
        timeout_keep_alive=75,  # longer than a model takes to load: a connection that waits meanwhile is not to be closed
        timeout_graceful_shutdown=30,
    )
    uvicorn.Server(config).run()
