"""A training run on disk: the last state, and the parameters of the best pass.

    FOLDER/
      .lock                  held while a process trains into the folder
      last-00000120-0003/    after step 120 and pass 3; state.json, state.safetensors: what the next step needs
      best-0003/             parameters.safetensors: after pass 3

A state is written under a new name and the one before is deleted afterwards, so there is a whole one at any moment. No random
state is kept: every step seeds anew.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from foyerdoc import storage
from foyerdoc.errors import DamagedFile, TrainingError
from foyerdoc.finetuning.config import TrainingConfig

if TYPE_CHECKING:
    from torch import Tensor

_KIND = "training state"
_VERSION = 2
# They decide where and how fast a run computes, not what.
_PLACE = {"device", "resident", "checkpointing"}


@dataclass(slots=True)
class State:
    """Where a run stands, all but its tensors.

    Attributes:
        step: steps done.
        passes: passes done and evaluated.
        finished: nothing is left to do.
        best_epoch: pass of the best parameters, from 1; 0 before the first.
        best_loss: its validation loss, None without a validation part.
        tokens: trained on.
        seconds: of wall-clock, at the time of writing.
        losses: of each step.
        evaluations: of each pass.
        notes: for the reader of the history.
    """

    step: int = 0
    passes: int = 0
    finished: bool = False
    best_epoch: int = 0
    best_loss: float | None = None
    tokens: int = 0
    seconds: float = 0.0
    losses: list[float] = field(default_factory=list)
    evaluations: list[dict[str, float]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Saved:
    """What a folder holds: the state, the parameters and the optimiser's state by name, and the best parameters."""

    state: State
    parameters: dict[str, Tensor]
    optimizer: dict[str, dict[str, Any]]
    best: dict[str, Tensor] | None


def fingerprint(parameters: Mapping[str, Tensor], sizes: Sequence[int], config: TrainingConfig) -> str:
    """SHA-256 of what makes two runs the same: settings, parameters' names, types and shapes, and the examples' sizes."""
    about = {
        "config": config.model_dump(mode="json", exclude=_PLACE),
        "parameters": [[name, str(tensor.dtype), list(tensor.shape)] for name, tensor in parameters.items()],
        "sizes": [int(size) for size in sizes],
    }
    return hashlib.sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()


class Checkpoints:
    """A folder that one run at a time saves its state in.

    Raises:
        TrainingError: another process trains into the folder.
    """

    def __init__(self, folder: Path, run: str) -> None:
        from filelock import FileLock, Timeout

        self._folder = folder
        self._run = run
        with writing(folder):
            folder.mkdir(parents=True, exist_ok=True)
            self._lock = FileLock(folder / ".lock")
            try:
                self._lock.acquire(timeout=0)
            except Timeout as error:
                raise TrainingError(
                    f"another process trains into {folder}", hint="wait for it, or name another folder"
                ) from error

    def close(self) -> None:
        """Let others have the folder."""
        self._lock.release()

    def load(self) -> Saved | None:
        """The newest state, or None when the folder holds none.

        Raises:
            TrainingError: the state is of another run, or damaged.
        """
        self._tidy()
        lasts = self._named("last")
        if not lasts:
            return None
        try:
            return self._read(lasts[-1])
        except DamagedFile as error:
            raise TrainingError(f"{lasts[-1]} is damaged", hint=f"delete {self._folder} and train again") from error

    def save(self, state: State, parameters: Mapping[str, Tensor], optimizer: Mapping[str, Mapping[str, Any]]) -> None:
        """Write the last state and drop the one before.

        Raises:
            TrainingError: the disk is full or cannot be written; the state before stays.
        """
        from torch import Tensor

        tensors = {f"parameter/{name}": tensor for name, tensor in parameters.items()}
        numbers: dict[str, dict[str, Any]] = {}
        for name, entries in optimizer.items():
            numbers[name] = {key: value for key, value in entries.items() if not isinstance(value, Tensor)}
            tensors |= {f"optimizer/{name}/{key}": value for key, value in entries.items() if isinstance(value, Tensor)}
        target = self._folder / f"last-{state.step:08d}-{state.passes:04d}"
        if target.exists():
            return
        before = self._named("last")
        about = {"run": self._run}
        with writing(self._folder), storage.new_folder(target, kind=_KIND, version=_VERSION, about=about) as aside:
            _write_tensors(aside / "state.safetensors", tensors)
            storage.write_file(aside / "state.json", json.dumps({"state": asdict(state), "optimizer": numbers}).encode())
        self._drop(before)
        # The last state names the best one: any other is out of date from here on.
        self._drop([path for path in self._named("best") if path != self._best(state.best_epoch)])

    def save_best(self, epoch: int, parameters: Mapping[str, Tensor]) -> None:
        """Write the best parameters. They count once a state that names their pass is saved.

        Raises:
            TrainingError: the disk is full or cannot be written; what was there stays.
        """
        about = {"run": self._run}
        with writing(self._folder), storage.new_folder(self._best(epoch), kind=_KIND, version=_VERSION, about=about) as aside:
            _write_tensors(aside / "parameters.safetensors", parameters)

    def _read(self, folder: Path) -> Saved:
        from safetensors.torch import load_file

        if storage.open_folder(folder, kind=_KIND, version=_VERSION)["run"] != self._run:
            raise TrainingError(
                f"{self._folder} holds the state of another run: other examples, settings or parameters",
                hint="name another folder, or delete this one",
            )
        content = json.loads((folder / "state.json").read_bytes())
        state = State(**content["state"])
        parameters: dict[str, Tensor] = {}
        optimizer: dict[str, dict[str, Any]] = content["optimizer"]
        for key, tensor in load_file(folder / "state.safetensors").items():
            kind, name = key.split("/", 1)
            if kind == "parameter":
                parameters[name] = tensor
            else:
                name, entry = name.rsplit("/", 1)
                optimizer[name][entry] = tensor
        best = None
        if state.best_loss is not None:
            path = self._best(state.best_epoch)
            storage.open_folder(path, kind=_KIND, version=_VERSION)
            best = load_file(path / "parameters.safetensors")
        return Saved(state, parameters, optimizer, best)

    def _best(self, epoch: int) -> Path:
        return self._folder / f"best-{epoch:04d}"

    def _named(self, kind: str) -> list[Path]:
        return sorted(self._folder.glob(f"{kind}-*"))

    def _tidy(self) -> None:
        """Remove what a killed process left half written. The lock is held, so nobody is writing it."""
        self._drop(list(self._folder.glob(".last-*")) + list(self._folder.glob(".best-*")))

    def _drop(self, paths: Sequence[Path]) -> None:
        for path in paths:
            shutil.rmtree(path, ignore_errors=True)


def _write_tensors(path: Path, tensors: Mapping[str, Tensor]) -> None:
    from safetensors.torch import save_file

    save_file({name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}, path)
    with path.open("rb") as file:
        os.fsync(file.fileno())


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """What a disk that takes no more says while a training's folder is written, in one error.

    Raises:
        TrainingError: the disk is full or cannot be written.
    """
    from safetensors import SafetensorError

    try:
        yield
    except (OSError, SafetensorError) as error:
        # safetensors gives no number, only the system's words with it: "... (os error 28)".
        full = any(
            getattr(error, "errno", None) == number or f"os error {number})" in str(error)
            for number in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        )
        what = "the disk is full" if full else type(error).__name__
        raise TrainingError(
            f"{folder} could not be written: {what}",
            hint="make room and start the same training again: it goes on from the last state that was written",
        ) from error
