"""Continuations of one prompt as a tree: what several of them begin with is one branch, and is computed once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import torch


@dataclass(slots=True)
class Tree:
    """The tokens that continuations have in common, each once.

    Attributes:
        tokens: of the nodes. Node 0 is the prompt's last token, a node comes after its parent.
        parents: each node's parent; node 0 has itself.
        depths: how far a node is from node 0.
        steps: for each continuation, by its number, the node after which each of its tokens stands, and the token.
    """

    tokens: list[int]
    parents: list[int] = field(default_factory=lambda: [0])
    depths: list[int] = field(default_factory=lambda: [0])
    steps: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    _children: dict[tuple[int, int], int] = field(default_factory=dict)

    def add(self, number: int, continuation: Sequence[int]) -> None:
        """Take in a continuation. Its last token needs no node: nothing is asked after it."""
        at, steps = 0, []
        for place, token in enumerate(continuation, 1):
            steps.append((at, token))
            if place == len(continuation):
                break
            if (at, token) not in self._children:
                self._children[at, token] = len(self.tokens)
                self.tokens.append(token)
                self.parents.append(at)
                self.depths.append(self.depths[at] + 1)
            at = self._children[at, token]
        self.steps[number] = steps

    def sees(self) -> torch.Tensor:
        """(nodes, nodes) bool: whether the first sees the second, which is above it or itself."""
        import torch

        seen = np.eye(len(self.tokens), dtype=bool)
        for node, parent in enumerate(self.parents):
            seen[node] |= seen[parent]
        return torch.from_numpy(seen)

    def mask(self, past: int, dtype: torch.dtype) -> torch.Tensor:
        """(1, 1, nodes, past + nodes): 0 where a node sees, the least number of the type where it does not.

        A node sees the `past` tokens before the tree, the nodes above it and itself.
        """
        import torch

        whole = torch.cat([torch.ones(len(self.tokens), past, dtype=torch.bool), self.sees()], dim=1)
        return torch.zeros(whole.shape, dtype=dtype).masked_fill(~whole, torch.finfo(dtype).min)[None, None]


def trees(last: int, continuations: Sequence[Sequence[int]], most: int) -> Iterator[Tree]:
    """Trees of at most so many nodes, or of one continuation, which together hold all that are not empty."""
    tree = Tree([last])
    # In order of their tokens, so that those with a common beginning come together.
    for number in sorted(range(len(continuations)), key=lambda number: list(continuations[number])):
        continuation = continuations[number]
        if tree.steps and len(tree.tokens) + len(continuation) > most:
            yield tree
            tree = Tree([last])
        if continuation:
            tree.add(number, continuation)
    if tree.steps:
        yield tree
