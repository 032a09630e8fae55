"""What all commands share: the application, inputs, progress, errors and JSON."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import orjson
import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from foyerdoc.errors import FoyerdocError, GoldError, SchemaError, UsageError
from foyerdoc.serialization import as_json, printable
from foyerdoc.storage import put_back

if TYPE_CHECKING:
    from foyerdoc.recipe import Recipe

T = TypeVar("T")

app = typer.Typer(
    name="foyerdoc",
    help="Documents into labels, fields and answers that point to the exact characters they come from.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
# No emoji: `FILE.py:x:` is a place.
out = Console(highlight=False, soft_wrap=True, emoji=False)
err = Console(stderr=True, highlight=False, emoji=False)

Inputs = Annotated[list[Path], typer.Argument(help="Files or folders.", exists=True)]
Json = Annotated[bool, typer.Option("--json", help="Print JSON lines.")]
Password = Annotated[str | None, typer.Option(help="For encrypted files.")]
SettingsFile = Annotated[
    Path | None,
    typer.Option("--settings", help="A settings file, as `sweep` writes one.", exists=True, dir_okay=False),
]
Seconds = Annotated[float, typer.Option(help="Limit of one file's reading.", min=0.1)]


def made_folder(name: str) -> Path:
    """A folder that foyerdoc made, as a parser of options: one whose replacement was killed halfway is put back first."""
    path = Path(name)
    put_back(path)
    if not path.is_dir():
        raise typer.BadParameter(f"no folder is called '{path}'.")
    return path


@app.callback()
def main() -> None:
    """Silence what libraries print; foyerdoc says what a user needs to know itself."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    logging.getLogger("pypdf").setLevel(logging.ERROR)


def recipe_of(settings: Path | None) -> Recipe | None:
    """The recipe of a settings file, where one is named.

    Raises:
        UsageError: it is none.
    """
    if settings is None:
        return None
    from foyerdoc.recipe import Recipe

    return Recipe.load(settings)


def files_of(paths: Iterable[Path]) -> list[Path]:
    """The files named, and those below the folders named, in order of name; hidden ones left out.

    Raises:
        UsageError: there is none.
    """
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            below = (p for p in sorted(path.rglob("*")) if p.is_file())
            found += [p for p in below if not any(part.startswith(".") for part in p.relative_to(path).parts)]
        else:
            found.append(path)
    if not found:
        raise UsageError("no files there", hint="name files, or folders that hold some")
    return found


@contextmanager
def stops_on_error() -> Iterator[None]:
    """Turn the library's errors into one line with a hint and an exit status."""
    try:
        yield
    except FoyerdocError as error:
        report(error)
        raise typer.Exit(2 if isinstance(error, UsageError | SchemaError | GoldError) else 1) from error
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        reason = error.strerror or type(error).__name__
        report(UsageError(f"{place}{reason}", hint="name a place that can be read and written, and that has room"))
        raise typer.Exit(1) from error


def report(error: FoyerdocError, name: str | None = None) -> None:
    """Say what went wrong and what can be done, on standard error."""
    prefix = f"{name}: " if name and not error.message.startswith(name) else ""
    err.print(f"[red]error[/red]: {plain(prefix + error.message)}\n  -> {plain(error.hint)}", soft_wrap=True)


def report_failed(path: Path, error: FoyerdocError, *, json: bool) -> None:
    """Say that one file of several failed: a line of JSON in its place, or what `report` says."""
    if json:
        print_json({"file": path, "error": error})
    else:
        report(error, path.name)


def progress(items: Iterable[T], total: int | None, what: str) -> Iterator[T]:
    """Pass items through and show on a terminal how many have passed; None where it is not known how many there are."""
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True, disable=not sys.stderr.isatty()) as bar:
        yield from bar.track(items, total=total)


@contextmanager
def steps(what: str) -> Iterator[Callable[[int, int], None]]:
    """What shows on a terminal how much of something is done, when it is told."""
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def print_json(value: object) -> None:
    """One line of JSON on standard output."""
    sys.stdout.write(orjson.dumps(as_json(value)).decode() + "\n")
    sys.stdout.flush()


def brief(text: str, length: int = 100) -> str:
    """A text on one line, shortened, safe to print with markup on."""
    line = " ".join(text.split())
    return plain(line if len(line) <= length else line[: length - 1] + "…")


def pages_of(pages: Sequence[int]) -> str:
    """Page numbers as a reader writes them: "p. 3" or "p. 3-5"; nothing without pages."""
    if not pages:
        return ""
    return f"p. {pages[0]}" if len(pages) == 1 else f"p. {pages[0]}-{pages[-1]}"


def plain(text: str) -> str:
    """A text that is printed as it is, with markup on."""
    return escape(printable(text))
