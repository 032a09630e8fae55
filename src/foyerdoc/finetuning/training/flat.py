"""What is learnt, laid end to end: cleared, scaled, added up, copied and stepped in single operations.

A step over a hundred and fifty small matrices is a hundred and fifty times the wait for a kernel's launch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from torch import Tensor

HEAD: Final = "head."
"""What the names of a head's parameters begin with."""

_ALIGNED: Final = 16
"""Values that a parameter's place is a multiple of, where vector instructions can begin."""


@dataclass(frozen=True, slots=True)
class Flat:
    """Parameters of one kind.

    Attributes:
        values: (n,) what they are views of; its `grad` is what their gradients are views of.
        is_head: whether they are a head's, which has a learning rate of its own.
    """

    values: Tensor
    is_head: bool

    @property
    def name(self) -> str:
        """What checkpoints call them: "head" or "rest", and the type of numbers."""
        return f"{'head' if self.is_head else 'rest'} {str(self.values.dtype).removeprefix('torch.')}"

    @property
    def gradient(self) -> Tensor:
        """(n,) gradients."""
        if self.values.grad is None:
            raise RuntimeError(f"the gradients of {self.name} were taken away")
        return self.values.grad


def lay_out(parameters: Mapping[str, Tensor]) -> list[Flat]:
    """Turn parameters into views of a few long tensors, one for each type and learning rate. Their values stay."""
    import torch

    kinds: dict[tuple[bool, torch.dtype], list[Tensor]] = {}
    for name, tensor in sorted(parameters.items(), key=lambda each: each[0].startswith(HEAD)):
        kinds.setdefault((name.startswith(HEAD), tensor.dtype), []).append(tensor)
    flats = []
    for (is_head, _), alike in kinds.items():
        starts = [0]
        for tensor in alike:
            starts.append(starts[-1] + -(-tensor.numel() // _ALIGNED) * _ALIGNED)
        values = torch.zeros(starts[-1], dtype=alike[0].dtype, device=alike[0].device)
        values.grad = torch.zeros_like(values)
        for tensor, start in zip(alike, starts, strict=False):
            place = values[start : start + tensor.numel()].view(tensor.shape)
            place.copy_(tensor.detach())
            tensor.data = place
            tensor.grad = values.grad[start : start + tensor.numel()].view(tensor.shape)
        flats.append(Flat(values, is_head))
    return flats
