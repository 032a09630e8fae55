"""`foyerdoc search`, `ask` and `chat`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Annotated

import typer

from foyerdoc.cli.app import Json, app, brief, err, out, pages_of, print_json, stops_on_error
from foyerdoc.cli.indexing import Folder, existing
from foyerdoc.errors import UsageError
from foyerdoc.models.protocol import Message
from foyerdoc.results import Answer

Where = Annotated[list[str] | None, typer.Option(help="KEY=VALUE: only documents with this metadata. May be repeated.")]
TopK = Annotated[int, typer.Option("-k", help="How many passages.", min=1)]


@app.command()
def search(query: str, folder: Folder, k: TopK = 5, where: Where = None, json: Json = False) -> None:
    """Find the passages that fit a question best."""
    from foyerdoc.index import Index

    with stops_on_error(), Index.open(existing(folder)) as opened:
        for hit in opened.search(query, k, where=_conditions(where)):
            if json:
                print_json(hit)
            else:
                place = ", ".join(filter(None, [hit.document_name, pages_of(hit.chunk.pages)]))
                out.print(f"{hit.score:6.3f}  [bold]{brief(place)}[/bold]  {brief(hit.chunk.text, 160)}")


@app.command()
def ask(question: str, folder: Folder, k: TopK = 5, where: Where = None, json: Json = False) -> None:
    """Answer a question with quotes from the documents, or say that they do not answer it."""
    from foyerdoc.chat import Chat
    from foyerdoc.index import Index

    with stops_on_error(), Index.open(existing(folder)) as opened:
        answer = Chat(opened).ask(question, where=_conditions(where), k=k)
        if json:
            print_json(answer)
        else:
            print_answer(answer)


@app.command()
def chat(folder: Folder, k: TopK = 5, where: Where = None, json: Json = False) -> None:
    """Ask one question after the other; each line of standard input is one. An empty line ends it."""
    from foyerdoc.chat import Chat
    from foyerdoc.index import Index

    with stops_on_error(), Index.open(existing(folder)) as opened:
        answerer, history = Chat(opened), list[Message]()
        for question in _questions():
            answer = answerer.ask(question, history=history, where=_conditions(where), k=k)
            history += [Message("user", question), Message("assistant", answer.text)]
            if json:
                print_json(answer)
            else:
                print_answer(answer)


def print_answer(answer: Answer) -> None:
    """The answer and under it the quotes with their places."""
    out.print(answer.text, markup=False)
    for citation in answer.citations:
        page = f", p. {citation.page}" if citation.page else ""
        checked = "" if citation.verified else " [red](not found in the document)[/red]"
        out.print(
            f'  \\[{citation.number}] {brief(citation.document_name)}{page}: [dim]"{brief(citation.quote, 200)}"[/dim]{checked}'
        )


def _questions() -> Iterator[str]:
    interactive = sys.stdin.isatty()
    while True:
        if interactive:
            err.print("[bold]?[/bold] ", end="")
        line = sys.stdin.readline()
        if not line or (interactive and not line.strip()):
            return
        if line.strip():
            yield line.strip()


def _conditions(where: list[str] | None) -> dict[str, str | list[str]] | None:
    conditions: dict[str, list[str]] = {}
    for condition in where or ():
        key, equals, value = condition.partition("=")
        if not equals:
            raise UsageError(f"{condition!r} is no condition", hint="write KEY=VALUE")
        conditions.setdefault(key, []).append(value)
    return {key: values[0] if len(values) == 1 else values for key, values in conditions.items()} or None
