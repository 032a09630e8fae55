"""`foyerdoc export`: an adapter taken elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from foyerdoc.cli.app import Json, app, brief, err, made_folder, out, print_json, stops_on_error
from foyerdoc.errors import TrainingError

if TYPE_CHECKING:
    from foyerdoc.finetuning.data.examples import Example
    from foyerdoc.finetuning.data.rows import Problem
    from foyerdoc.finetuning.exporting.export import Exported
    from foyerdoc.models.protocol import Conversation

_NAMED = 5


@app.command()
def export(
    adapter: Annotated[Path, typer.Argument(help="Folder of an adapter.", parser=made_folder, metavar="ADAPTER")],
    to: Annotated[Literal["merged", "gguf", "peft"], typer.Option(help="In which form.")],
    target: Annotated[Path, typer.Option("--out", help="Folder to make.", file_okay=False)],
    base: Annotated[str | None, typer.Option(help="The adapter's base, when it is not where the adapter says.")] = None,
    labelled: Annotated[
        Path | None, typer.Option(help="Labelled documents or conversations to compare on.", exists=True)
    ] = None,
    kind: Annotated[
        list[str] | None, typer.Option(help="Kind of GGUF file: q8_0, q4_k_m, q4_0, bf16; the first two by default.")
    ] = None,
    json: Json = False,
) -> None:
    """Merge an adapter into 16-bit weights, or write it for llama.cpp or PEFT, when it answers as on its 4-bit base."""
    from foyerdoc.finetuning.exporting.export import DEFAULT_KINDS, kinds_of
    from foyerdoc.finetuning.exporting.export import export as export_adapter

    with stops_on_error():
        rows = None if labelled is None else _read(labelled)
        kinds = DEFAULT_KINDS if kind is None else kinds_of(kind)
        done = export_adapter(adapter, to, target, base=base, labelled=rows, kinds=kinds)
        print_json(done) if json else _show(done)


def _read(path: Path) -> Sequence[Example] | Sequence[Conversation]:
    """Labelled documents, or conversations when the rows have no labels."""
    from foyerdoc.finetuning.data.conversations import read_conversations
    from foyerdoc.finetuning.data.examples import read_examples

    try:
        examples = read_examples(path)
    except TrainingError as error:
        if path.is_dir():
            raise
        try:
            conversations = read_conversations(path)
        except TrainingError:
            raise error from None
        _warn(conversations.problems)
        return conversations.conversations
    _warn(examples.problems)
    return examples.examples


def _warn(problems: Sequence[Problem]) -> None:
    for problem in problems[:_NAMED]:
        err.print(f"row {problem.row}: {brief(problem.reason, 200)}")
    if len(problems) > _NAMED:
        err.print(f"and {len(problems) - _NAMED} more rows that were left out")


def _show(done: Exported) -> None:
    from rich.table import Table

    table = Table(
        "file", "run by", "compared with", "label agreement", "mean KL", "exact match", "accuracy", box=None, pad_edge=False
    )
    for row in done.parity:
        right = "" if row.accuracy is None else f"{row.accuracy:.3f} (adapter {row.reference_accuracy:.3f})"
        figures = [_figure(row.label_agreement, 3), _figure(row.mean_kl, 4), _figure(row.exact_match, 3)]
        table.add_row(brief(row.file), row.engine, row.reference, *figures, right)
    out.print(table)
    for note in done.notes:
        out.print(f"- {brief(note, 300)}")
    out.print(f"kept in {done.folder}", markup=False)


def _figure(value: float | None, digits: int) -> str:
    return "" if value is None else f"{value:.{digits}f}"
