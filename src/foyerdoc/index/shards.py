"""Copies of the vectors on GPUs, searched by matrix products.

Why not FAISS's own GPU indexes: of these only cuVS's know selections, none forgets a vector, and k has a limit. Two products
and two selections of largest numbers in torch do all of it, and run on a CPU too, where the tests are.
"""

from __future__ import annotations

import ctypes
import platform
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from torch import Tensor

_SCORES = 2**28  # products at a time, 4 bytes each
_QUERIES = 1024  # at a time
_DECODED = 2**25  # numbers in double precision at a time
_GROUP = 64  # products of which only the largest is looked at first
_DEALT = 2**16  # rows that follow one another on a device: a selection of millions is dealt out by its borders, not row by row
_ROUNDED = 5e-5  # what sums in single precision may be off by, for unit vectors

Ranked = tuple[NDArray[np.float32], NDArray[np.int64], NDArray[np.float32]]
"""(m, j) scores, best first and equal ones by row; (m, j) their rows; and (m,) what no other row's score is above."""


@cache
def find_gpus() -> tuple[str, ...]:
    """The GPUs that torch can use."""
    if platform.system() == "Linux":
        try:
            ctypes.CDLL("libcuda.so.1")
        except OSError:
            return ()  # no driver: that spares importing torch
    import torch

    return tuple(f"cuda:{number}" for number in range(torch.cuda.device_count()))


class Shards:
    """Rows in half precision dealt out to devices in turn, by stretches of `_DEALT`.

    Args:
        dimensions: the length of a vector, at most 1 in norm.
        devices: torch's names of them.

    Attributes:
        rows: how many it has been given, removed ones included.
    """

    def __init__(self, dimensions: int, devices: Sequence[str]) -> None:
        self._shards = [_Shard(dimensions, device) for device in devices]
        self.rows = 0

    def add(self, vectors: NDArray[np.float16]) -> None:
        """Add the next rows (n, dimensions).

        Raises:
            RuntimeError: torch's: a device has no room for them, or fails.
        """
        first, end = self.rows, self.rows + len(vectors)
        borders = pairwise([first, *range(first - first % _DEALT + _DEALT, end, _DEALT), end])
        stretches: list[list[NDArray[np.float16]]] = [[] for _ in self._shards]
        for start, stop in borders:
            stretches[start // _DEALT % len(stretches)].append(vectors[start - first : stop - first])
        for shard, some in zip(self._shards, stretches, strict=True):
            shard.add(some)
        self.rows = end

    def remove(self, rows: NDArray[np.int64]) -> None:
        """Find these rows, ascending, no more."""
        for shard, places in zip(self._shards, self._dealt(rows), strict=True):
            shard.remove(places)

    def search(self, queries: NDArray[np.float32], k: int, fetch: int, among: NDArray[np.int64] | None = None) -> Ranked:
        """The nearest rows: `fetch` of each device are found by products in half precision, and their scores computed.

        Args:
            queries: (m, dimensions), at most 1 in norm.
            k: how many for each, at most.
            fetch: at least k.
            among: (s,) rows to choose from, ascending and none of them removed; all when None.

        Raises:
            RuntimeError: torch's: a device has no room for the products, or fails.
        """
        blocks = [
            self._search(queries[start : start + _QUERIES], k, fetch, among) for start in range(0, len(queries), _QUERIES)
        ]
        scores, rows, bounds = zip(*blocks, strict=True)
        return np.concatenate(scores), np.concatenate(rows), np.concatenate(bounds)

    def _search(self, queries: NDArray[np.float32], k: int, fetch: int, among: NDArray[np.int64] | None) -> Ranked:
        count = len(self._shards)
        dealt = [None] * count if among is None else self._dealt(among)
        # Nothing is waited for yet: the devices work at the same time.
        found = [shard.search(queries, k, fetch, places) for shard, places in zip(self._shards, dealt, strict=True)]
        scores = np.concatenate([shard[0].cpu().numpy() for shard in found], axis=1)
        rows = np.concatenate([self._rows_at(shard[1].cpu().numpy(), number) for number, shard in enumerate(found)], axis=1)
        bounds = np.max([shard[2].cpu().numpy() for shard in found], axis=0)
        if count > 1:
            best = np.lexsort((rows, -scores))[:, :k]
            scores, rows = np.take_along_axis(scores, best, axis=1), np.take_along_axis(rows, best, axis=1)
        return scores, rows, bounds

    def _dealt(self, rows: NDArray[np.int64]) -> list[NDArray[np.int64]]:
        """The places of these rows, ascending, on each device."""
        count = len(self._shards)
        if count == 1:
            return [rows]
        stretches = np.split(rows, np.searchsorted(rows, np.arange(_DEALT, self.rows, _DEALT)))
        places = [some - (number - number // count) * _DEALT for number, some in enumerate(stretches)]
        return [np.concatenate([rows[:0], *places[number::count]]) for number in range(count)]

    def _rows_at(self, places: NDArray[np.int64], number: int) -> NDArray[np.int64]:
        """The rows at these places of a device."""
        stretches, inside = np.divmod(places, _DEALT)
        return (stretches * len(self._shards) + number) * _DEALT + inside


class _Shard:
    """One device's rows, by their places on it."""

    def __init__(self, dimensions: int, device: str) -> None:
        import torch

        self._device = device
        self._vectors = torch.empty((0, dimensions), dtype=torch.float16, device=device)
        self._count = 0
        self._removed = np.empty(0, np.int64)
        self._removed_here = torch.empty(0, dtype=torch.long, device=device)

    def add(self, stretches: Sequence[NDArray[np.float16]]) -> None:
        count = self._count + sum(map(len, stretches))
        if count > len(self._vectors):
            # An eighth more room than before: vectors added one by one are not copied each time.
            grown = self._vectors.new_empty((max(count, len(self._vectors) * 9 // 8), self._vectors.shape[1]))
            grown[: self._count] = self._vectors[: self._count]
            self._vectors = grown
        for some in stretches:
            self._vectors[self._count : self._count + len(some)] = self._sent(some)
            self._count += len(some)

    def remove(self, places: NDArray[np.int64]) -> None:
        if len(places):
            self._removed = np.union1d(self._removed, places)
            self._removed_here = self._sent(self._removed)

    def search(
        self, queries: NDArray[np.float32], k: int, fetch: int, places: NDArray[np.int64] | None
    ) -> tuple[Tensor, Tensor, Tensor]:
        import torch

        exact = self._sent(queries)
        halves = exact.half()
        chosen = None if places is None else self._sent(places)
        total = self._count if chosen is None else len(chosen)
        near = torch.empty((len(queries), 0), device=self._device)
        at = torch.empty((len(queries), 0), dtype=torch.long, device=self._device)
        step = _SCORES // len(queries)
        for start in range(0, total, step):
            stop = min(start + step, total)
            some = self._vectors[start:stop] if chosen is None else self._vectors.index_select(0, chosen[start:stop])
            products = _products(halves, some)
            if chosen is None and len(self._removed):
                first, last = np.searchsorted(self._removed, (start, stop))
                products.index_fill_(1, self._removed_here[first:last] - start, -torch.inf)
            values, columns = _largest(products, fetch)
            near, at = torch.cat([near, values], dim=1), torch.cat([at, columns + start], dim=1)
            if near.shape[1] > fetch:
                near, kept = near.topk(fetch, dim=1, sorted=False)
                at = at.gather(1, kept)
        # Rows are held exactly. By Cauchy and Schwarz a query's rounding costs no more than its norm.
        slack = 1.01 * (exact - halves.float()).norm(dim=1) + _ROUNDED
        more = fetch < (self._count - len(self._removed) if chosen is None else total)
        bound = near.amin(dim=1) + slack if more else torch.full_like(slack, -torch.inf)
        at = at if chosen is None else chosen[at]
        scores = self._scores(exact, at).masked_fill(near == -torch.inf, -torch.inf)
        at, order = at.sort(dim=1)
        scores, best = scores.gather(1, order).sort(dim=1, descending=True, stable=True)
        return scores[:, :k], at.gather(1, best[:, :k]), bound

    def _scores(self, queries: Tensor, places: Tensor) -> Tensor:
        """(m, j) float32, as the store itself computes them."""
        import torch

        scores = torch.empty(places.shape, device=self._device)
        step = max(1, _DECODED // max(1, places.shape[1] * queries.shape[1]))
        for start in range(0, len(queries), step):
            some = slice(start, start + step)
            products = self._vectors[places[some]].double() * queries[some, None].double()  # (queries, places, dimensions)
            scores[some] = products.sum(dim=2).float()
        return scores

    def _sent(self, array: NDArray[np.floating] | NDArray[np.int64]) -> Tensor:
        import torch

        return torch.from_numpy(np.ascontiguousarray(array)).to(self._device)


def _products(queries: Tensor, vectors: Tensor) -> Tensor:
    """(m, n) float32 inner products of (m, dimensions) and (n, dimensions) in half precision, added up in float32."""
    import torch

    if queries.is_cuda:
        return torch.mm(queries, vectors.T, out_dtype=torch.float32)
    return queries.float() @ vectors.float().T


def _largest(scores: Tensor, k: int) -> tuple[Tensor, Tensor]:
    """The k largest of each row of (m, n) and their columns, in no order; all when there are fewer.

    They lie in the k groups with the largest maxima. Finding these reads the scores once, where `topk` does so several times.
    """
    import torch

    n = scores.shape[1]
    groups = n // _GROUP
    if 2 * k > groups:
        values, columns = scores.topk(min(k, n), dim=1, sorted=False)
        return values, columns
    whole = groups * _GROUP
    # Group g holds columns g, g + groups, g + 2 * groups ...
    best = scores[:, :whole].view(-1, _GROUP, groups).amax(dim=1).topk(k, dim=1, sorted=False).indices
    columns = (best[:, :, None] + torch.arange(0, whole, groups, device=scores.device)).flatten(1)
    rest = torch.arange(whole, n, device=scores.device).expand(len(scores), -1)
    columns = torch.cat([columns, rest], dim=1)
    values, chosen = scores.gather(1, columns).topk(k, dim=1, sorted=False)
    return values, columns.gather(1, chosen)
