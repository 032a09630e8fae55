"""The training loop, whatever is trained."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from foyerdoc.errors import TrainingError
from foyerdoc.finetuning.config import TrainingConfig
from foyerdoc.finetuning.training.checkpoints import Checkpoints, State, fingerprint
from foyerdoc.finetuning.training.flat import lay_out
from foyerdoc.finetuning.training.graphs import Recorder
from foyerdoc.finetuning.training.optimizers import make_optimizer, restore_state, set_rate, state_of, take_step
from foyerdoc.finetuning.training.parallel import join_processes
from foyerdoc.finetuning.training.planning import Plan

if TYPE_CHECKING:
    import torch
    from torch import Tensor

# Reading a loss makes the processor wait for the GPU, which then waits for its next kernels: so not after every step.
_READ_STEPS = 8
_READ_SECONDS = 1.0


class Task(Protocol):
    """What is trained: a model with its examples."""

    def parameters(self) -> Mapping[str, Tensor]:
        """What is learnt, by name, on one device. Names that begin with "head." get the head's learning rate."""

    def sizes(self) -> Sequence[int]:
        """Tokens of each training example."""

    def collate(self, rows: Sequence[int], epoch: int) -> Mapping[str, Tensor]:
        """The examples as tensors on the CPU. Their shapes may depend on the rows."""

    def loss(self, batch: Mapping[str, Tensor]) -> tuple[Tensor, Tensor]:
        """Sum of the examples' losses (scalar, with gradients) and the sum of their weights (scalar), on the device.

        The batch is `collate`'s, moved to the device; tensors without dimensions stay on the CPU, so that a length that
        kernels are started with can be read without waiting for the GPU.
        """

    def evaluate(self) -> Mapping[str, float]:
        """Measures on the validation part, "loss" among them (lower is better); empty when there is no such part."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Where training is.

    Attributes:
        step: steps done.
        steps: of all passes; fewer when training stops early.
        epoch: the pass, counted from 1.
        loss: of this step.
        tokens_per_second: of the examples, since the run began or went on, the time of evaluations included.
        seconds_left: until all passes are done.
    """

    step: int
    steps: int
    epoch: int
    loss: float
    tokens_per_second: float
    seconds_left: float


@dataclass(frozen=True, slots=True)
class History:
    """What happened.

    Attributes:
        losses: training loss of each step.
        evaluations: the validation measures after each pass.
        best_epoch: the pass whose parameters were kept, counted from 1.
        tokens: how many went through the model.
        seconds: wall-clock, of all runs together when training was interrupted.
        notes: what a reader should know: where a run went on, what the hardware could not do.
    """

    losses: tuple[float, ...]
    evaluations: tuple[Mapping[str, float], ...]
    best_epoch: int
    tokens: int
    seconds: float
    notes: tuple[str, ...] = ()


def fit(
    task: Task,
    config: TrainingConfig,
    checkpoints: Path | None = None,
    report: Callable[[Progress], None] | None = None,
    *,
    checkpoint_seconds: float = 60.0,
    record: bool = True,
) -> History:
    """Train a task's parameters in place; at the end they are those of the best pass.

    The loss of a step is the sum of its examples' losses over the sum of their weights, in however many parts and processes
    it is computed.

    Args:
        task: what is trained.
        config: how.
        checkpoints: folder for the last and the best state; when it holds a run of the same task and config, that run goes on.
        report: called when losses are read: after every step on a CPU, every eight steps or every second on a GPU. Of several
            processes only the first reports and writes.
        checkpoint_seconds: between two savings; the state is also saved after each pass.
        record: on a GPU, replay forward and backward from a CUDA graph when a batch's shapes come again. Not for layers that
            are laid out over processes, which talk to one another while they compute; measurements turn it off, too.

    Raises:
        TrainingError: there is nothing to train, the loss is not a number, memory or disk ran out, or the folder holds another
            run; the last good checkpoint is kept. When the loss was not a number the parameters are those of the last step
            that was read as good, else those of the last whole step.
    """
    import torch

    run = _Run(task, config, checkpoints, report, checkpoint_seconds, record)
    gpus = [run.device] if run.device.type == "cuda" else []
    try:
        with _memory(config), torch.random.fork_rng(devices=gpus):
            return run.run()
    finally:
        run.close()


class _Run:
    """One call of `fit`."""

    def __init__(
        self,
        task: Task,
        config: TrainingConfig,
        folder: Path | None,
        report: Callable[[Progress], None] | None,
        checkpoint_seconds: float,
        record: bool,
    ) -> None:
        self.task, self.config = task, config
        self.processes = join_processes()
        self.report = report if self.processes.first else None
        self.parameters = dict(task.parameters())
        if not self.parameters:
            raise TrainingError("the task has no parameters to train", hint="add LoRA matrices or a head")
        self.plan = Plan(task.sizes(), config)
        self.device = next(iter(self.parameters.values())).device
        self.flats = lay_out(self.parameters)
        self.gradients = [flat.gradient for flat in self.flats]
        self.optimizer = make_optimizer(self.flats, config)
        self.state = State()
        if config.optimizer == "paged_adamw8bit" and self.device.type == "cpu":
            self.state.notes.append("8-bit AdamW keeps its state in ordinary memory: a CPU has no pages to move")
        self.best: dict[str, Tensor] | None = None
        self.good = [flat.values.clone() for flat in self.flats]
        self.unread: list[Tensor] = []
        self.recorder = Recorder(self._compute) if record and self._can_record() else None
        self.checkpoint_seconds = checkpoint_seconds
        self.store: Checkpoints | None = None
        if folder is not None and self.processes.first:
            self.store = Checkpoints(folder, fingerprint(self.parameters, self.plan.sizes, config))
        self.started = self.saved_at = self.read_at = time.perf_counter()
        self.before = (0, 0.0, 0)  # steps, seconds and tokens of earlier runs

    def run(self) -> History:
        self._go_on()
        while not self.state.finished:
            if self.state.step == (self.state.passes + 1) * self.plan.steps_per_pass:
                self._close_pass()
            else:
                self._step()
                self._read_if_due()
                if self.store is not None and time.perf_counter() - self.saved_at >= self.checkpoint_seconds:
                    self._save()
        if self.best is not None:
            _copy(self.best, self.parameters)
        self.processes.same(None)  # nobody leaves before the last state is written
        state = self.state
        return History(
            tuple(state.losses),
            tuple(state.evaluations),
            state.best_epoch,
            state.tokens,
            state.seconds,
            (*state.notes, *([self.recorder.note] if self.recorder is not None else [])),
        )

    def close(self) -> None:
        for tensor in self.parameters.values():
            tensor.grad = None
        if self.recorder is not None:
            self.recorder.forget()
        if self.store is not None:
            self.store.close()

    def _step(self) -> None:
        import torch

        state, step = self.state, self.state.step
        rows = self.plan.rows(step)
        torch.manual_seed(self.plan.seed(step, self.processes.rank))
        for flat in self.gradients:
            flat.zero_()
        totals = torch.zeros(2, dtype=torch.float64, device=self.device)  # losses, weights
        parts, idle = self._parts(rows)
        for part in parts:
            totals += self._backward(part, step // self.plan.steps_per_pass)
        for _ in range(idle if self.recorder is None else 0):
            self._backward(parts[-1] if parts else rows[:1], step // self.plan.steps_per_pass, count=False)
        self.processes.add([*self.gradients, totals])
        self.unread.append(self._update(totals))
        state.step += 1
        state.tokens += self.plan.tokens(rows)

    def _parts(self, rows: Sequence[int]) -> tuple[list[list[int]], int]:
        """Parts of a step that this process computes, and how many more another one has.

        Layers that are laid out over all processes, which are never recorded, are fetched by all of them at the same time: each
        computes as often.
        """
        shares = [self.plan.parts(share) for share in self.plan.shares(rows, self.processes.count)]
        mine = shares[self.processes.rank]
        return mine, max(map(len, shares)) - len(mine)

    def _backward(self, part: Sequence[int], epoch: int, *, count: bool = True) -> Tensor:
        """(2,): sums of losses and weights; the gradients of the losses' sum are added to what is there.

        Args:
            part: examples.
            epoch: the pass, from 0.
            count: False computes all the same and adds zeros.
        """
        batch = self.task.collate(part, epoch)
        if self.device.type == "cuda":
            # From pinned memory a copy does not wait for the kernels before it.
            batch = {name: tensor.pin_memory() if tensor.dim() else tensor for name, tensor in batch.items()}
        if self.recorder is not None:
            return self.recorder(batch)
        return self._compute({name: _move(tensor, self.device) for name, tensor in batch.items()}, count=count)

    def _compute(self, batch: Mapping[str, Tensor], *, count: bool = True) -> Tensor:
        import torch

        loss, weight = self.task.loss(batch)
        torch.autograd.backward(loss if count else loss * 0.0)
        return torch.stack([loss.detach().double(), weight.detach().double()])

    def _can_record(self) -> bool:
        import torch

        here = self.device.type == "cuda" and self.device.index in (None, torch.cuda.current_device())
        # 8-bit products wait for the GPU to say which columns they compute in 16 bits.
        by_eight = self.config.quantization == "int8" and self.config.resident is False
        return here and not by_eight

    def _update(self, totals: Tensor) -> Tensor:
        """Take the step; (2,): its loss, and the length of its gradient before it was shortened."""
        import torch

        weight = totals[1].clamp(min=1e-30)
        norm = torch.nn.utils.get_total_norm(self.gradients) / weight
        scale = (self.config.max_norm / (norm + 1e-6)).clamp(max=1.0) / weight
        for flat in self.gradients:
            flat.mul_(scale)
        set_rate(self.optimizer, self.plan.rate(self.state.step))
        take_step(self.optimizer)
        return torch.stack([totals[0] / weight, norm.double()])

    def _read_if_due(self) -> None:
        due = self.device.type == "cpu" or len(self.unread) >= _READ_STEPS
        # Several processes must stop at the same step when something is wrong, so none goes by its own clock.
        late = self.processes.count == 1 and time.perf_counter() - self.read_at >= _READ_SECONDS
        if due or late:
            self._read()

    def _read(self) -> None:
        """Fetch the losses of the steps since the last time, and remember the parameters if all is well."""
        import torch

        if not self.unread:
            return
        state = self.state
        for loss, norm in torch.stack(self.unread).tolist():
            if not (math.isfinite(loss) and math.isfinite(norm)):
                raise self._not_a_number(len(state.losses) + 1, math.isfinite(loss))
            state.losses.append(loss)
        self.unread.clear()
        self._remember()
        self.read_at = time.perf_counter()
        if self.report is not None:
            self.report(self._progress())

    def _remember(self) -> None:
        for flat, good in zip(self.flats, self.good, strict=True):
            good.copy_(flat.values)

    def _not_a_number(self, step: int, loss_is_finite: bool) -> TrainingError:
        self.unread.clear()
        for flat, good in zip(self.flats, self.good, strict=True):
            flat.values.copy_(good)
        what = "the gradient" if loss_is_finite else "the loss"
        return TrainingError(
            f"{what} of step {step} of {self.plan.steps} is not a number",
            hint=f"try a learning_rate below {self.config.learning_rate:g}, a longer warmup, or compute in bfloat16 or float32",
        )

    def _progress(self) -> Progress:
        state = self.state
        steps, _, tokens = self.before
        seconds = max(time.perf_counter() - self.started, 1e-9)
        left = (self.plan.steps - state.step) * seconds / max(state.step - steps, 1)
        epoch = (state.step - 1) // self.plan.steps_per_pass + 1
        return Progress(state.step, self.plan.steps, epoch, state.losses[-1], (state.tokens - tokens) / seconds, left)

    def _close_pass(self) -> None:
        """Evaluate, keep the parameters if they are the best so far, and see whether it is time to stop."""
        self._read()
        state = self.state
        measures = self.processes.same({name: float(value) for name, value in self.task.evaluate().items()})
        state.evaluations.append(measures)
        state.passes += 1
        better = not measures or state.best_loss is None or measures["loss"] < state.best_loss
        if measures and not math.isfinite(measures["loss"]):
            raise TrainingError(
                f"the validation loss after pass {state.passes} is not a number",
                hint=f"try a learning_rate below {self.config.learning_rate:g}",
            )
        if better:
            state.best_epoch = state.passes
        if better and measures:
            state.best_loss = measures["loss"]
            self.best = {name: tensor.detach().cpu().clone() for name, tensor in self.parameters.items()}
            if self.store is not None:
                self.store.save_best(state.best_epoch, self.best)
        stale = state.passes - state.best_epoch
        state.finished = state.passes == self.config.epochs or 0 < self.config.patience <= stale
        self._save()

    def _save(self) -> None:
        """Write the state as it is after the last step that was read."""
        self._read()
        self.state.seconds = self.before[1] + time.perf_counter() - self.started
        if self.store is not None:
            self.store.save(self.state, self.parameters, state_of(self.optimizer, self.flats))
        self.saved_at = time.perf_counter()

    def _go_on(self) -> None:
        """Take up the run that the folder holds, if it holds one."""
        saved = self.processes.same(self.store.load() if self.store is not None else None)
        if saved is None:
            self.processes.spread([flat.values for flat in self.flats])
            self._remember()
            return
        self.state, self.best = saved.state, saved.best
        _copy(saved.parameters, self.parameters)
        self._remember()
        restore_state(self.optimizer, self.flats, saved.optimizer)
        self.before = (self.state.step, self.state.seconds, self.state.tokens)
        what = "was finished" if self.state.finished else "went on"
        self.state.notes.append(f"{what} after step {self.state.step}")


def _move(tensor: Tensor, device: torch.device) -> Tensor:
    return tensor.to(device, non_blocking=True) if tensor.dim() else tensor


def _copy(source: Mapping[str, Tensor], target: Mapping[str, Tensor]) -> None:
    import torch

    with torch.no_grad():
        for name, tensor in target.items():
            tensor.copy_(source[name])


@contextmanager
def _memory(config: TrainingConfig) -> Iterator[None]:
    """What it is called when memory runs out, in one error."""
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        if not _out_of_memory(error):
            raise
        raise TrainingError(
            "memory ran out",
            hint=f"lower batch_tokens (now {config.batch_tokens}), set checkpointing, or take a smaller base or rank",
        ) from error


def _out_of_memory(error: Exception) -> bool:
    import torch

    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    message = str(error).lower()
    return any(words in message for words in ("out of memory", "not enough memory", "can't allocate memory"))
