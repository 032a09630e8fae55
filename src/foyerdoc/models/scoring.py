"""Log-probabilities of given answers for several prompts together: one cache of all that was said, and a tree of answers a row.

    slots     p p p p . .  s s  t t t      row 1: its prompt, what its answer began with, the tree of its continuations
              q q q q q q  s .  t t .      row 2
                                           what is missing is masked and takes no position

The cache is kept. Asking for more after the same prompts, or after answers that have grown, computes what is new alone.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from foyerdoc.models.tree import Tree

if TYPE_CHECKING:
    import torch
    from numpy.typing import NDArray

_NODES_AT_ONCE: Final = {"cpu": 512, "cuda": 8192}
"""Nodes of trees, padding counted, that go through the model together: each has logits for the whole vocabulary."""


class Said:
    """What several rows have been shown and have said, with the model's cache of it. Not safe to use from several threads.

    Args:
        model: a causal one whose attention takes any mask.
    """

    def __init__(self, model: Any) -> None:
        self._model = model
        self._rows: list[list[int]] = []
        self._cache: Any = None
        self._filled: torch.Tensor | None = None  # (rows, slots) bool: where a token stands

    def score(self, begun: Sequence[list[int]], tails: Sequence[Sequence[list[int]]]) -> list[NDArray[np.float64]]:
        """For each row the log-probability of each of its continuations, natural log, summed over tokens.

        Args:
            begun: what each row has been shown and has said, at least one token.
            tails: the continuations of each row.
        """
        places = self._reach(begun)
        found = [np.zeros(len(each)) for each in tails]
        work = []
        for number, (row, each) in enumerate(zip(begun, tails, strict=True)):
            tree = Tree([row[-1]])
            for at, tail in enumerate(each):
                if tail:
                    tree.add(at, tail)
            if tree.steps:
                work.append((number, tree))
        work.sort(key=lambda pair: -len(pair[1].tokens))
        most = _NODES_AT_ONCE.get(self._model.device.type, 512)
        while work:
            count = max(1, most // len(work[0][1].tokens))
            # In the cache's order: where all rows take part it need not be copied.
            self._grow(places, sorted(work[:count], key=lambda pair: places[pair[0]]), found)
            work = work[count:]
        return found

    def _reach(self, begun: Sequence[list[int]]) -> list[int]:
        """Bring the cache to all but the last token of each row; the cache's row of each."""
        wanted = [row[:-1] for row in begun]
        places = self._places(wanted)
        if places is None:
            self._rows, self._cache, self._filled = [[] for _ in wanted], None, None
            places = list(range(len(wanted)))
        new: list[list[int]] = [[] for _ in self._rows]
        for place, row in zip(places, wanted, strict=True):
            new[place] = row[len(self._rows[place]) :]
        if any(new):
            self._feed(new)
        return places

    def _places(self, wanted: Sequence[list[int]]) -> list[int] | None:
        """The row of the cache that each wanted one continues, None when one of them continues none."""
        free = list(range(len(self._rows)))
        places = []
        for row in wanted:
            at = next((i for i in free if self._rows[i] and row[: len(self._rows[i])] == self._rows[i]), None)
            if at is None:
                return None
            free.remove(at)
            places.append(at)
        return places

    def _feed(self, new: Sequence[list[int]]) -> None:
        import torch
        from transformers import DynamicCache

        width, device = max(map(len, new)), self._model.device
        ids = torch.zeros((len(new), width), dtype=torch.long)
        positions = torch.zeros_like(ids)
        there = torch.zeros((len(new), width), dtype=torch.bool)
        for at, tokens in enumerate(new):
            ids[at, : len(tokens)] = torch.tensor(tokens, dtype=torch.long)
            positions[at, : len(tokens)] = torch.arange(len(self._rows[at]), len(self._rows[at]) + len(tokens))
            there[at, : len(tokens)] = True
        mask = None
        if self._cache is None:
            # What follows a token cannot change its place in the cache: gaps on the right need no mask.
            self._cache = DynamicCache(config=self._model.config)
            self._filled = there
        else:
            assert self._filled is not None  # noqa: S101 - set together with the cache
            causal = torch.ones((width, width), dtype=torch.bool).tril()
            mask = self._hide(self._filled[:, None].expand(-1, width, -1), causal.expand(len(new), -1, -1)).to(device)
            self._filled = torch.cat([self._filled, there], dim=1)
        try:
            self._model(
                input_ids=ids.to(device),
                position_ids=positions.to(device),
                attention_mask=mask,
                past_key_values=self._cache,
                use_cache=True,
                logits_to_keep=1,
            )
        except BaseException:
            # Some layers may have taken it in: what the cache holds is not known any more.
            self._rows, self._cache, self._filled = [], None, None
            raise
        for at, tokens in enumerate(new):
            self._rows[at] = [*self._rows[at], *tokens]

    def _grow(self, places: Sequence[int], work: Sequence[tuple[int, Tree]], found: list[NDArray[np.float64]]) -> None:
        """One pass over the trees of some rows, which leaves the cache as it was."""
        import torch

        assert self._filled is not None  # noqa: S101 - `_reach` came before
        device = self._model.device
        nodes = max(len(tree.tokens) for _, tree in work)
        ids = torch.zeros((len(work), nodes), dtype=torch.long)
        positions = torch.zeros_like(ids)
        seen = torch.eye(nodes, dtype=torch.bool).repeat(len(work), 1, 1)
        for at, (number, tree) in enumerate(work):
            count = len(tree.tokens)
            ids[at, :count] = torch.tensor(tree.tokens)
            positions[at, :count] = torch.tensor(tree.depths) + len(self._rows[places[number]])
            seen[at, :count, :count] = tree.sees()
        rows = torch.tensor([places[number] for number, _ in work])
        output = self._model(
            input_ids=ids.to(device),
            position_ids=positions.to(device),
            attention_mask=self._hide(self._filled[rows, None].expand(-1, nodes, -1), seen).to(device),
            past_key_values=self._rows_of(rows.to(device)),
            use_cache=True,
        )
        for at, (number, tree) in enumerate(work):
            numbers = [n for n, steps in tree.steps.items() for _ in steps]
            steps = torch.tensor([step for steps in tree.steps.values() for step in steps], device=device)
            logits = output.logits[at, : len(tree.tokens)].float()
            each = logits[steps[:, 0], steps[:, 1]] - logits.logsumexp(-1)[steps[:, 0]]
            np.add.at(found[number], numbers, each.double().cpu().numpy())

    def _hide(self, past: torch.Tensor, own: torch.Tensor) -> torch.Tensor:
        """(rows, 1, tokens, slots + tokens): 0 where a token sees, the least number of the type where it does not."""
        import torch

        whole = torch.cat([past, own], dim=2)
        dtype = self._model.dtype
        return torch.zeros(whole.shape, dtype=dtype).masked_fill(~whole, torch.finfo(dtype).min)[:, None]

    def _rows_of(self, rows: torch.Tensor) -> Any:
        """A cache of some rows that grows on its own."""
        fork = copy.copy(self._cache)
        fork.layers = [copy.copy(layer) for layer in self._cache.layers]
        whole = len(rows) == len(self._rows) and rows.tolist() == list(range(len(rows)))
        for layer in () if whole else fork.layers:
            layer.keys, layer.values = layer.keys[rows], layer.values[rows]
        return fork
