"""Training in several processes: each computes its share of every step, the gradients are summed up.

Start them with `torchrun --nproc-per-node 2 train.py` or `accelerate launch`; `fit` finds the others by the variables that
these set. A base that one GPU cannot hold is laid out over all of them by `shard_base`.
"""

from __future__ import annotations

import atexit
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from foyerdoc.errors import MissingDependency

if TYPE_CHECKING:
    from torch import Tensor

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Processes:
    """Those that train together.

    Attributes:
        rank: this one's number, from 0; number 0 writes and reports.
        count: how many there are.
    """

    rank: int = 0
    count: int = 1

    @property
    def first(self) -> bool:
        """Whether this one writes and reports."""
        return self.rank == 0

    def add(self, tensors: Sequence[Tensor]) -> None:
        """Replace each tensor by its sum over all processes."""
        if self.count > 1:
            import torch.distributed as dist

            for tensor in tensors:
                dist.all_reduce(tensor)

    def same(self, value: T) -> T:
        """The first process's value, in all of them."""
        if self.count == 1:
            return value
        import torch.distributed as dist

        box: list[Any] = [value]
        dist.broadcast_object_list(box, src=0, group=_patient())
        received: T = box[0]
        return received

    def any(self, value: bool) -> bool:
        """Whether it is so in one of them at least."""
        if self.count == 1:
            return value
        import torch.distributed as dist

        values: list[Any] = [None] * self.count
        dist.all_gather_object(values, value, group=_patient())
        return any(values)

    def spread(self, tensors: Sequence[Tensor]) -> None:
        """Overwrite tensors with the first process's."""
        if self.count > 1:
            import torch.distributed as dist

            for tensor in tensors:
                dist.broadcast(tensor.detach(), src=0)


def join_processes() -> Processes:
    """The processes that were started with this one: joined already, or named in the environment; else this one alone."""
    import torch.distributed as dist

    if not dist.is_available():
        return Processes()
    if not dist.is_initialized():
        if not _started_together():
            return Processes()
        import torch

        dist.init_process_group("cpu:gloo,cuda:nccl" if torch.cuda.is_available() else "gloo")
        atexit.register(_leave)
    return Processes(dist.get_rank(), dist.get_world_size())


def is_first() -> bool:
    """Whether this process is the one that writes and reports; told without joining the others."""
    return not _started_together() or int(os.environ.get("RANK", "0")) == 0


def local_device() -> str | None:
    """The GPU that is this process's own among those of its machine; None when there is one process or no GPU."""
    import torch

    local = os.environ.get("LOCAL_RANK")
    if local is None or not torch.cuda.is_available() or int(os.environ.get("WORLD_SIZE", "1")) < 2:
        return None
    # Collectives and kernels that are given no device use the current one.
    torch.cuda.set_device(int(local))
    return f"cuda:{local}"


def shard_base(model: Any) -> int:
    """Lay a base's layers out over all processes: each keeps its share, and fetches a layer's other shares to compute it.

    What is learnt stays whole in every process. Quantised layers stay quantised on their way (FSDP with QLoRA). To be trained
    by `fit(record=False)`: the processes talk to one another while they compute.

    Args:
        model: a PEFT model on this process's device; all processes pass the same.

    Returns:
        how many layers were laid out; 0 in a single process.

    Raises:
        MissingDependency: the layers are quantised, and torch is older than 2.13.
    """
    processes = join_processes()
    if processes.count == 1:
        return 0
    import torch
    from torch.distributed.device_mesh import init_device_mesh
    from torch.distributed.fsdp import fully_shard
    from torch.nn import ModuleList

    body = model.get_base_model().base_model
    # The longest list of modules is that of the layers, in every decoder and encoder of transformers.
    layers = max((module for module in body.modules() if isinstance(module, ModuleList)), key=len)
    # Seen to fail with torch 2.11, whose FSDP makes of each share a parameter that learns, which bytes cannot be.
    if torch.__version__ < "2.13" and not all(parameter.is_floating_point() for parameter in layers.parameters()):
        raise MissingDependency(
            "a quantised base is spread over processes by torch 2.13 or newer", hint="pip install -U torch, or start one"
        )
    mesh = init_device_mesh(model.device.type, (processes.count,))
    whole = {parameter for parameter in model.parameters() if parameter.requires_grad}
    for layer in layers:
        fully_shard(layer, mesh=mesh, ignored_params=whole)
    inside = {parameter for layer in layers for parameter in layer.parameters()}
    # The body holds nothing by itself; as the layers' root it lets each layer's fetch begin while the one before computes.
    fully_shard(
        body, mesh=mesh, ignored_params=whole | {parameter for parameter in body.parameters() if parameter not in inside}
    )
    return len(layers)


def _started_together() -> bool:
    return int(os.environ.get("WORLD_SIZE", "1")) > 1 and "MASTER_ADDR" in os.environ


@cache
def _patient() -> Any:
    """The processes as a group that waits a day, not half an hour, for what the first one does alone, such as a test."""
    import torch.distributed as dist

    return dist.new_group(backend="gloo", timeout=timedelta(days=1))


def _leave() -> None:
    import torch.distributed as dist

    if dist.is_initialized():
        # While anything here holds a group its threads go on, and one that wants Python when Python ends aborts the process.
        _patient.cache_clear()
        dist.destroy_process_group()
