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
"""What the names of a head's parameters begin with: they have a learning rate of their own."""

_ALIGNED: Final = 16
"""Values that a parameter's place is a multiple of, where vector instructions can begin."""


@dataclass(frozen=True, slots=True)
class Flat:
    """Parameters of one kind.

    Attributes:
        name: "head" or "rest", and the type.
        values: (n,) what they are views of; its `grad` is what their gradients are views of.
    """

    name: str
    values: Tensor

    @property
    def is_head(self) -> bool:
        """Whether they are a head's."""
        return self.name.startswith("head")

    @property
    def gradient(self) -> Tensor:
        """(n,) gradients."""
        if self.values.grad is None:
            raise RuntimeError(f"the gradients of {self.name} were taken away")
        return self.values.grad


def lay_out(parameters: Mapping[str, Tensor]) -> list[Flat]:
    """Turn parameters into views of a few long tensors, one for each type and learning rate. Their values stay."""
    import torch

    kinds: dict[str, list[Tensor]] = {}
    for name, tensor in sorted(parameters.items(), key=lambda each: each[0].startswith(HEAD)):
        kind = "head" if name.startswith(HEAD) else "rest"
        kinds.setdefault(f"{kind} {str(tensor.dtype).removeprefix('torch.')}", []).append(tensor)
    flats = []
    for name, alike in kinds.items():
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
        flats.append(Flat(name, values))
    return flats
