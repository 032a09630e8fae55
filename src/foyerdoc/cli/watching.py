"""What `foyerdoc train` says while it trains: memory, progress, and that a run goes on."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from foyerdoc.cli.app import err, stops_on_error
from foyerdoc.cli.trained import note

if TYPE_CHECKING:
    from foyerdoc.finetuning.config import TrainingConfig
    from foyerdoc.finetuning.training.loop import Progress as Step


def say_memory(config: TrainingConfig, sizes: Sequence[int], *, head: bool) -> None:
    """Say what training on texts of these lengths takes at most, before it starts."""
    from transformers import AutoConfig

    from foyerdoc.finetuning.training.memory import estimate, free_memory
    from foyerdoc.models.bases import base_folder
    from foyerdoc.models.loading import fast_dtype, find_device, quietly, refusals

    # A token has two characters or more in the languages that these models know.
    step = sum(sorted(sizes)[-config.batch_examples :]) // 2
    together = config.model_copy(update={"batch_tokens": max(16, min(config.batch_tokens, step))})
    device = find_device(config.device)
    folder = base_folder(config.base)
    with quietly(), refusals(folder):
        base = AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
        found = estimate(
            base,
            together,
            resident=config.resident if config.resident is not None else device == "cpu",
            checkpointing=bool(config.checkpointing),
            head=head,
            compute_bytes=4 if fast_dtype(device) == "float32" else 2,
        )
    free = free_memory(device)
    there = f"; {free / 2**30:.1f} GiB are free" if free is not None else ""
    note(f"training takes at most about {found.total / 2**30:.1f} GiB beside Python and its libraries, on {device}{there}")


@contextmanager
def goes_on(target: Path) -> Iterator[None]:
    """Say when a run is taken up, and on Ctrl-C that it can be."""
    checkpoints = target.with_name(f".{target.name}.training")
    if any(checkpoints.rglob("last-*")):
        note("an interrupted training is there: it goes on from its last saved step")
    try:
        yield
    except KeyboardInterrupt:
        if any(checkpoints.rglob("last-*")):
            note("stopped. The same command goes on from the last saved step, a minute back at most")
        else:
            note("stopped before anything was saved: the same command begins anew")
        raise typer.Exit(1) from None


def told_by_the_first(tell: Callable[[], None], failed: int) -> int:
    """Let the first of the processes that trained together measure, print and write the report.

    Returns:
        The exit status, the same in all of them: 1 where rows failed, else that of the telling. Nobody leaves before the first
        has told, since a launcher ends all processes when one of them ends with an error.
    """
    from foyerdoc.finetuning.training.parallel import join_processes

    processes, status = join_processes(), int(failed > 0)
    if processes.first:
        try:
            with stops_on_error():
                tell()
        except typer.Exit as stop:
            status = stop.exit_code
    return processes.same(status)


@contextmanager
def bar() -> Iterator[Callable[[str, Step], None]]:
    """A bar for each run on a terminal: steps, loss, tokens a second and time left."""
    columns = (TextColumn("{task.description}"), BarColumn(16), MofNCompleteColumn(), TextColumn("{task.fields[told]}"))
    with Progress(*columns, console=err, disable=not sys.stderr.isatty()) as bar:
        runs: dict[str, TaskID] = {}

        def told(name: str, step: Step) -> None:
            if name not in runs:
                for before in runs.values():  # stopped early, or just done
                    bar.update(before, total=bar.tasks[before].completed)
                runs[name] = bar.add_task(name, total=step.steps, told="")
            left = timedelta(seconds=round(step.seconds_left))
            line = f"loss {step.loss:.3f}, {step.tokens_per_second:,.0f} tokens/s, {left} left"
            bar.update(runs[name], completed=step.step, told=line)

        yield told
