"""Forward and backward recorded once for each shape of batch and replayed: a small model waits for its kernels' launches.

A shape that comes for the first time is computed as usual, on the stream that will record it; at the second time it is
recorded, and replayed from then on. Gradients lie where they always lie, so replays add to them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from torch import Tensor

_ROOM: Final = 1 / 3
"""Share of the GPU's memory up to which it is worth it: a recording needs the activations' memory a second time, and a model
that fills the GPU does not wait for launches."""

_SHAPES: Final = 32
"""Shapes that are recorded, at most: each keeps its kernels' arguments and its inputs, while activations share one pool."""

Compute = Callable[[Mapping[str, "Tensor"]], "Tensor"]
"""From a batch on the device to a tensor; gradients are added to those that are there."""


@dataclass(slots=True)
class _Recorded:
    graph: Any
    inputs: dict[str, Tensor]
    output: Tensor


class Recorder:
    """Computes batches, by replay where it can.

    Attributes:
        replayed: batches that were replayed.
        computed: batches that were computed as usual.
        problem: why nothing is recorded any more, or None.
    """

    def __init__(self, compute: Compute) -> None:
        import torch

        self._compute = compute
        self._seen: set[object] = set()
        self._recorded: dict[object, _Recorded] = {}
        cuda: Any = torch.cuda  # its streams are not typed
        self._stream = cuda.Stream()
        self._pool = torch.cuda.graph_pool_handle()
        self.replayed = self.computed = 0
        self.problem: str | None = None

    def __call__(self, batch: Mapping[str, Tensor]) -> Tensor:
        """The computation's result for a batch.

        Args:
            batch: tensors in pinned memory, those without dimensions in any; they are copied to the GPU.
        """
        key = _key(batch)
        if self.problem is None and key in self._seen and key not in self._recorded and len(self._recorded) < _SHAPES:
            self._record(key, batch)
        recorded = self._recorded.get(key) if self.problem is None else None
        if recorded is None:
            self.computed += 1
            self._seen.add(key)
            return self._as_usual(batch)
        self.replayed += 1
        for name, tensor in recorded.inputs.items():
            tensor.copy_(batch[name], non_blocking=True)
        recorded.graph.replay()
        # The next replay overwrites it.
        return recorded.output.clone()

    def forget(self) -> None:
        """Let go of all recordings and their memory now, not when Python next looks for cycles."""
        self._recorded.clear()

    @property
    def note(self) -> str:
        """What a history should say."""
        if self.problem is not None:
            return f"computed step by step, without CUDA graphs: {self.problem}"
        total = self.replayed + self.computed
        return f"{self.replayed} of {total} batches replayed from CUDA graphs of {len(self._recorded)} shapes"

    def _as_usual(self, batch: Mapping[str, Tensor]) -> Tensor:
        import torch

        # On the recording stream: libraries set up what they need there once, which cannot be recorded.
        self._stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(self._stream):
            output = self._compute(_on_gpu(batch))
        torch.cuda.current_stream().wait_stream(self._stream)
        output.record_stream(torch.cuda.current_stream())
        return output

    def _record(self, key: object, batch: Mapping[str, Tensor]) -> None:
        """Record the computation; nothing is computed yet."""
        import torch

        if torch.cuda.max_memory_allocated() > _ROOM * torch.cuda.mem_get_info()[1]:
            self.problem = "it would take the activations' memory twice"
            return
        inputs = _on_gpu(batch)
        moved = {name: tensor for name, tensor in inputs.items() if tensor.dim()}
        graph = torch.cuda.CUDAGraph()
        torch.cuda.synchronize()
        try:
            # Of several processes, NCCL's watchdog asks the GPU for its events from a thread of its own all the while.
            with torch.cuda.graph(graph, pool=self._pool, stream=self._stream, capture_error_mode="thread_local"):
                output = self._compute(inputs)
        except (RuntimeError, ValueError, TypeError) as error:
            # What the task does cannot be recorded: it waits for the GPU, or asks for memory outside the pool.
            self.problem = f"recording failed with {type(error).__name__}"
            self._recorded.clear()
            torch.cuda.synchronize()
            _release_generator()
            return
        self._recorded[key] = _Recorded(graph, moved, output)


def _release_generator() -> None:
    """Give the GPU's source of chance a state of its own again.

    A recording that breaks off leaves it waiting for the recording's end: every later dropout in the process would fail.
    """
    import torch

    generators: Any = torch.cuda.default_generators
    generator = generators[torch.cuda.current_device()]
    generator.graphsafe_set_state(generator.clone_state())


def _key(batch: Mapping[str, Tensor]) -> object:
    """Equal for batches that the same kernels compute. Tensors without dimensions are read on the CPU: their values count."""
    return tuple(
        (name, tuple(tensor.shape), tensor.dtype) if tensor.dim() else (name, tensor.item())
        for name, tensor in sorted(batch.items())
    )


def _on_gpu(batch: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name: tensor.cuda(non_blocking=True) if tensor.dim() else tensor for name, tensor in batch.items()}
