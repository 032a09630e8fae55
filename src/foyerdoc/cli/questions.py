"""`foyerdoc search`, `ask` and `chat`."""

from __future__ import annotations

import re
import shlex
import sys
import unicodedata
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

import typer

from foyerdoc.cli.app import (
    Json,
    SettingsFile,
    app,
    brief,
    err,
    out,
    pages_of,
    print_json,
    recipe_of,
    report,
    stops_on_error,
)
from foyerdoc.cli.indexing import Place
from foyerdoc.errors import UsageError
from foyerdoc.models.protocol import Message
from foyerdoc.results import Answer
from foyerdoc.serialization import as_json

if TYPE_CHECKING:
    from foyerdoc.chat import Chat
    from foyerdoc.index import Between, Index
    from foyerdoc.recipe import Recipe

Where = Annotated[
    list[str] | None,
    typer.Option(help="KEY=VALUE, or KEY>=VALUE and KEY<=VALUE: only documents with this metadata. May be repeated."),
]
TopK = Annotated[int | None, typer.Option("-k", help="How many passages; 5, or what the settings say.", min=1)]
Model = Annotated[
    str | None,
    typer.Option(
        help="A language model that chooses the quotes: its folder, its name on the hub if it is here, smollm2, or"
        " vllm+http://HOST:8000/v1#NAME of a server."
    ),
]
Write = Annotated[
    bool, typer.Option("--write", help="Let the model write the answer; what the quotes do not bear out is left out.")
]

_ORDERS = """/where KEY=VALUE ...  only documents with this metadata (or KEY>=VALUE, KEY<=VALUE); alone: all of them.
                      A value with a space is quoted as in a shell: /where "city=New York"
/sources              the passages that the last answer is from
/steps                what was done for it
/new                  forget the conversation
/help                 this list"""


@app.command()
def search(
    query: str,
    place: Place,
    k: TopK = None,
    where: Where = None,
    json: Json = False,
    settings: SettingsFile = None,
) -> None:
    """Find the passages that fit a question best."""
    from foyerdoc.index import Index

    with stops_on_error(), Index.open(place, recipe=(recipe := recipe_of(settings)), make=False) as opened:
        for hit in opened.search(query, k or (recipe.k if recipe else 5), where=_conditions(where)):
            if json:
                print_json(hit)
            else:
                place = ", ".join(filter(None, [hit.document_name, pages_of(hit.chunk.pages)]))
                out.print(f"{hit.score:6.3f}  [bold]{brief(place)}[/bold]  {brief(_printable(hit.chunk.text), 160)}")


@app.command()
def ask(
    question: str,
    place: Place,
    k: TopK = None,
    where: Where = None,
    model: Model = None,
    write: Write = False,
    json: Json = False,
    settings: SettingsFile = None,
) -> None:
    """Answer a question with quotes from the documents, or say that they do not answer it."""
    from foyerdoc.index import Index

    with stops_on_error(), Index.open(place, recipe=(recipe := recipe_of(settings)), make=False) as opened:
        answer = _chat(opened, model, recipe, write=write).ask(question, where=_conditions(where), k=k)
        if json:
            print_json({"question": question, **as_json(answer)})
        else:
            print_answer(answer)


@app.command()
def chat(
    place: Place,
    k: TopK = None,
    where: Where = None,
    model: Model = None,
    write: Write = False,
    json: Json = False,
    settings: SettingsFile = None,
) -> None:
    """Ask one question after the other, a line each. An empty line ends it; /help lists what else can be said."""
    from foyerdoc.index import Index

    with stops_on_error(), Index.open(place, recipe=(recipe := recipe_of(settings)), make=False) as opened:
        talk = Conversation(_chat(opened, model, recipe, write=write), _conditions(where), k, json=json)
        for line in _lines():
            try:
                talk.hear(line)
            except UsageError as error:
                # A condition that nothing fits ends no conversation.
                if json or not sys.stdin.isatty():
                    raise
                report(error)
            except KeyboardInterrupt:
                if not sys.stdin.isatty():
                    raise
                err.print("\n[dim]stopped[/dim]")


class Conversation:
    """What `foyerdoc chat` remembers: the turns, the conditions, the last answer."""

    def __init__(self, chat: Chat, where: Mapping[str, list[str] | Between] | None, k: int | None, *, json: bool) -> None:
        self._chat, self._where, self._k, self._json = chat, where, k, json
        self._history: list[Message] = []
        self._last: Answer | None = None

    def hear(self, line: str) -> None:
        """Answer a question, or do what a line that begins with "/" says.

        Raises:
            UsageError: there is no such order, a quote of its conditions is not closed, or no document has what is asked for.
        """
        if line.startswith("/"):
            self._obey(*line[1:].split(maxsplit=1))
        else:
            self._answer(line)

    def _answer(self, question: str) -> None:
        pieces = self._chat.stream(question, history=self._history, where=self._where, k=self._k)
        # Searching takes a moment, the first time some seconds. Only until text comes: the sign wipes the line that it is on.
        with err.status("searching"):
            first = next(pieces)
        answer = self._tell(first, pieces)
        self._last = answer
        self._history += [Message("user", question), Message("assistant", answer.text)]
        if self._json:
            print_json({"question": question, **as_json(answer)})
        else:
            out.print()
            print_sources(answer)

    def _tell(self, piece: str, pieces: Generator[str, None, Answer]) -> Answer:
        """Print an answer's pieces as they come."""
        while True:
            if not self._json:
                out.print(_printable(piece), end="", markup=False)
            try:
                piece = next(pieces)
            except StopIteration as end:
                answer: Answer = end.value
                return answer

    def _obey(self, order: str = "", rest: str = "") -> None:
        if order == "where":
            words = _words(rest)
            self._where = _conditions(words)
            err.print(f"[dim]asking {_said(words)}[/dim]")
        elif order == "new":
            self._history, self._last = [], None
            err.print("[dim]a new conversation[/dim]")
        elif order in {"steps", "sources"}:
            for line in self._told(order):
                err.print(f"[dim]{line}[/dim]", soft_wrap=True)
        elif order == "help":
            err.print(_ORDERS, markup=False)
        else:
            raise UsageError(f"/{order} is not known", hint="/help lists what is")

    def _told(self, order: str) -> list[str]:
        if self._last is None:
            return ["nothing was asked yet"]
        if order == "steps":
            return [brief(line, 300) for line in (*self._last.steps, *self._last.issues)]
        return [
            f"{hit.score:6.3f}  {brief(', '.join(filter(None, [hit.document_name, pages_of(hit.chunk.pages)])))}"
            f"  {brief(_printable(hit.chunk.text), 160)}"
            for hit in self._last.hits
        ]


def print_answer(answer: Answer) -> None:
    """The answer and under it the quotes with their places."""
    out.print(_printable(answer.text), markup=False)
    print_sources(answer)


def print_sources(answer: Answer) -> None:
    """The quotes with their places, and what a model wrote that was left out."""
    for citation in answer.citations:
        place = brief(citation.document_name) + (f", p. {citation.page}" if citation.page else "")
        checked = "" if citation.verified else " [red](not found in the document)[/red]"
        quote = brief(_printable(citation.quote), 200)
        out.print(f'  \\[{citation.number}] {place}: [dim]"{quote}"[/dim]{checked}')
    for issue in answer.issues:
        err.print(f"  [yellow]{brief(issue, 200)}[/yellow]", soft_wrap=True)


def _chat(index: Index, model: str | None, recipe: Recipe | None, *, write: bool) -> Chat:
    from foyerdoc.chat import Chat

    if model is None:
        return Chat(index, write=write, recipe=recipe)
    from foyerdoc.models.naming import named_model

    return Chat(index, named_model(model), write=write, recipe=recipe)


def _lines() -> Iterator[str]:
    """What is typed, without the empty lines; on a terminal one ends it, as Ctrl-C and Ctrl-D do."""
    interactive = sys.stdin.isatty()
    if interactive:
        with suppress(ImportError):  # Windows has none
            import readline  # noqa: F401 - gives `input` its arrow keys and its memory
        err.print("[dim]an empty line ends it, /help lists what else can be said[/dim]")
    while True:
        try:
            line = input("? ") if interactive else sys.stdin.readline()
        except (EOFError, KeyboardInterrupt):
            err.print()
            return
        if (interactive and not line.strip()) or (not interactive and not line):
            return
        if line.strip():
            yield line.strip()


def _printable(text: str) -> str:
    """A text without the characters by which a document could speak to the terminal or turn its writing round."""
    kinds = {"Cc": " ", "Cf": "", "Cs": ""}
    return "".join(c if c == "\n" else kinds.get(unicodedata.category(c), c) for c in text)


def _words(told: str) -> list[str]:
    """What a shell would make of a line: words, of which quotes hold those with spaces together."""
    try:
        return shlex.split(told)
    except ValueError as error:
        hint = """close it: /where "city=New York"; where a value has a quote, put it into the other kind"""
        raise UsageError("in /where a quote is not closed, or nothing follows a backslash", hint=hint) from error


def _said(words: Sequence[str]) -> str:
    return f"only documents with {brief(' '.join(words))}" if words else "all documents"


def _conditions(where: list[str] | None) -> dict[str, list[str] | Between] | None:
    from foyerdoc.index import Between

    conditions: dict[str, list[str] | Between] = {}
    for condition in where or ():
        told = re.fullmatch(r"([^<>=]+)(=|>=|<=)(.*)", condition, re.DOTALL)
        if told is None:
            hint = "write KEY=VALUE, or KEY>=VALUE and KEY<=VALUE for a range, which a shell wants in quotes"
            raise UsageError(f"{condition!r} is no condition", hint=hint)
        key, sign, value = told.groups()
        before = conditions.get(key)
        if before is not None and isinstance(before, Between) == (sign == "="):
            raise UsageError(f"{key!r} has both a value and a range", hint="give it one of them")
        if sign == "=":
            conditions[key] = [*(before if isinstance(before, list) else ()), value]
        else:
            ends = {"start": before.start, "end": before.end} if isinstance(before, Between) else {}
            end = "start" if sign == ">=" else "end"
            if ends.get(end) is not None:
                raise UsageError(f"{key!r} has two values for {sign}", hint="give it one of them")
            conditions[key] = Between(**ends | {end: value})
    return conditions or None
