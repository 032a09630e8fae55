"""Vectors that are searched by inner product: by FAISS on the CPU, by torch on GPUs.

    Vectors            half precision, in rows; deleted ones stay until a quarter of all is
    ├── rows           exact: every row is read
    ├── Lists          from `exact_up_to` vectors on: only the rows near the query, as many as the recall asked for takes
    └── Shards         where there are GPUs: exact, every row again on one of them

Each of the three only proposes rows. Their scores are then computed one by one in double precision and rounded to single, so
that the order of adding up does not show, and sorted by score and number: equal vectors have equal scores, the lower number
comes first, and a GPU answers what the CPU does.

Always a cache: the index's SQLite file is the truth, and this is made again from it when it is missing or stale.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foyerdoc.errors import DamagedFile, UsageError
from foyerdoc.index.faiss import load_faiss
from foyerdoc.index.lists import DEPTHS, Lists
from foyerdoc.index.shards import Ranked, Shards, find_gpus
from foyerdoc.storage import new_folder, open_folder

_logger = logging.getLogger(__name__)

_KIND = "vectors"
_VERSION = 2
_MARGIN = 16  # rows that are proposed beyond those asked for, at least
_SLACK = 2e-5  # two sums of the same products differ by less, for unit vectors
_SAMPLE = 256  # queries by which recall is measured
_GPU_FROM = 10_000  # vectors; fewer are found as fast on a CPU
_COMPACT_FROM = 1024  # deleted rows; fewer are not worth moving the others

_Scored = tuple[NDArray[np.float32], NDArray[np.int64]]


class Vectors:
    """Unit vectors by number, in half precision. Not for several threads at once.

    Up to `exact_up_to` vectors every search is exact, and so are always: searches on GPUs (where there are any and 10,000
    vectors; a store for which they have no room stays on the CPU), searches for more than 100 neighbours, and searches
    among no more than `exact_up_to` of the vectors. Others read the lists around the nearest
    centroids: the fewest that found the share `recall` of the true neighbours of a sample. They are chosen again when a
    quarter of the vectors is new, and the centroids with them when they have doubled; the first search after that pays for it.

    Args:
        dimensions: the length of a vector.
        recall: the share of the true neighbours to find, 0 to 1; at 1 every search is exact.
        exact_up_to: vectors that are searched one by one.

    Raises:
        UsageError: `recall` is not between 0 and 1.
    """

    def __init__(self, dimensions: int, *, recall: float = 0.99, exact_up_to: int = 50_000) -> None:
        if not 0 < recall <= 1:
            raise UsageError(f"recall is {recall}", hint="choose 0 < recall <= 1")
        self._dimensions, self._recall, self._exact_up_to = dimensions, recall, exact_up_to
        self._gpus_have_room = True
        self._replace(np.empty(0, np.int64), np.empty((0, 2 * dimensions), np.uint8))

    def __len__(self) -> int:
        return self._count

    @property
    def dimensions(self) -> int:
        """The length of a vector."""
        return self._dimensions

    @property
    def ids(self) -> NDArray[np.int64]:
        """(n,) int64, the numbers held, ascending."""
        return self._ids[: self._rows][self._live[: self._rows]]

    @property
    def probes(self) -> tuple[int, ...]:
        """How many lists a search for 10, 30 and 100 neighbours reads; empty while all are read."""
        return () if self._lists is None else self._lists.probes

    def add_arrays(self, ids: NDArray[np.int64], vectors: NDArray[np.floating[Any]]) -> None:
        """Add vectors in bulk; they are rounded to half precision. Numbers above all that were held so far are added fastest.

        Args:
            ids: (n,) numbers, none of them held yet.
            vectors: (n, dimensions), unit norm, any float type.

        Raises:
            UsageError: the shapes do not fit, a number is there twice, or a vector is longer than 1 or not finite.
        """
        ids = np.ascontiguousarray(ids, dtype=np.int64)
        vectors = self._checked(vectors)
        if len(vectors) != len(ids):
            raise UsageError(f"{len(ids)} numbers for {len(vectors)} vectors", hint="give one number for each vector")
        codes = np.ascontiguousarray(vectors, dtype="<f2").view(np.uint8)
        if (np.diff(ids) <= 0).any():
            order = np.argsort(ids, kind="stable")
            ids, codes = ids[order], codes[order]
        if (np.diff(ids) == 0).any() or len(self._places(ids)):
            raise UsageError("a vector's number is there already", hint="remove the old vector first")
        if not len(ids):
            return
        if self._rows and ids[0] <= self._ids[self._rows - 1]:
            # Rows stand in the order of their numbers, always.
            ids, codes = np.concatenate([self.ids, ids]), np.concatenate([self._live_codes(), codes])
            order = np.argsort(ids, kind="stable")
            self._replace(ids[order], codes[order])
        else:
            self._append(ids, codes)

    def remove(self, ids: NDArray[np.int64]) -> None:
        """Forget the vectors of some numbers; numbers that are not held are ignored."""
        places = self._places(np.asarray(ids, dtype=np.int64), ascending=True)
        self._live[places] = False
        self._count -= len(places)
        if self._shards is not None:
            self._shards.remove(places[places < self._shards.rows])
        if self._rows - self._count > max(_COMPACT_FROM, self._rows // 4):
            self._replace(self.ids, self._live_codes())

    def search(self, queries: NDArray[np.float32], k: int, *, among: NDArray[np.int64] | None = None) -> _Scored:
        """The nearest vectors.

        Args:
            queries: (m, dimensions), unit norm.
            k: how many for each, at most.
            among: (s,) numbers to choose from; all when None.

        Returns:
            (m, j) float32 cosines, higher is closer, and (m, j) int64 numbers, best first and equal ones by number; j is the
            smaller of k and the number of vectors to choose from.

        Raises:
            UsageError: the shapes do not fit, or a query is longer than 1 or not finite.
        """
        queries = np.ascontiguousarray(self._checked(queries), dtype=np.float32)
        chosen = None if among is None else self._places(np.asarray(among, dtype=np.int64), ascending=True)
        count = self._count if chosen is None else len(chosen)
        k = max(0, min(k, count))
        scores, places = np.empty((len(queries), k), np.float32), np.empty((len(queries), k), np.int64)
        waiting, fetch, exactly = np.arange(len(queries)), min(k + k // 8 + _MARGIN, count), self._recall == 1
        while k and len(waiting):
            found, rows, bounds = self._nearest(queries[waiting], k, fetch, chosen, exactly=exactly)
            # A row that was not proposed could be as good as the last one, or the lists read hold too few.
            sure = found[:, -1] > bounds
            scores[waiting[sure]], places[waiting[sure]] = found[sure], rows[sure]
            waiting, fetch, exactly = waiting[~sure], min(4 * fetch, count), True
        return scores, self._ids[places]

    def cosines(self, query: NDArray[np.float32], ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """(s,) float32 cosines of one query (dimensions,) with the vectors of some numbers (s,).

        Raises:
            UsageError: a number is not held.
        """
        places = self._places(np.asarray(ids, dtype=np.int64))
        if len(places) < len(ids):
            raise UsageError(f"{len(ids) - len(places)} numbers have no vector", hint="`ids` lists those that have one")
        return self._scores(np.asarray(query, dtype=np.float32), places)

    def save(self, folder: Path, *, about: Mapping[str, str], files: Mapping[str, bytes] | None = None) -> None:
        """Write everything into a folder that is whole or absent, without pickle.

        Args:
            folder: to write.
            about: comes back from `load`.
            files: more files for the folder, by name.
        """
        settings = {"recall": str(self._recall), "exact_up_to": str(self._exact_up_to)}
        if self._lists is not None:
            lists = self._lists
            settings |= {"probes": " ".join(map(str, lists.probes))}
            settings |= {"trained_on": str(lists.trained_on), "chosen_on": str(lists.chosen_on)}
        with new_folder(folder, kind=_KIND, version=_VERSION, about={**about, **settings}) as aside:
            vectors = self._live_codes().view("<f2").reshape(-1, self._dimensions)
            np.save(aside / "vectors.npy", vectors, allow_pickle=False)
            np.save(aside / "ids.npy", self.ids, allow_pickle=False)
            if self._lists is not None:
                self._lists.extend(self._flat)
                np.save(aside / "centroids.npy", self._lists.centroids, allow_pickle=False)
                np.save(aside / "lists.npy", self._lists.assigned[self._live[: self._rows]], allow_pickle=False)
            for name, content in (files or {}).items():
                (aside / name).write_bytes(content)

    @classmethod
    def load(cls, folder: Path) -> tuple[Vectors, dict[str, object]]:
        """What `save` wrote, and what it was told about it.

        Raises:
            DamagedFile: the folder is missing, altered or of another version.
        """
        manifest = open_folder(folder, kind=_KIND, version=_VERSION)
        try:
            ids, halves = (np.load(folder / name, allow_pickle=False) for name in ("ids.npy", "vectors.npy"))
            vectors = cls(halves.shape[1], recall=float(str(manifest["recall"])), exact_up_to=int(str(manifest["exact_up_to"])))
            vectors._replace(ids, np.ascontiguousarray(halves, dtype="<f2").view(np.uint8))
            if "probes" in manifest:
                vectors._lists = Lists(
                    np.load(folder / "centroids.npy", allow_pickle=False),
                    trained_on=int(str(manifest["trained_on"])),
                    probes=[int(one) for one in str(manifest["probes"]).split()],
                    chosen_on=int(str(manifest["chosen_on"])),
                )
                vectors._lists.extend(vectors._flat, np.load(folder / "lists.npy", allow_pickle=False))
        except (KeyError, ValueError, OSError, IndexError) as error:
            raise DamagedFile(f"{folder} does not hold vectors", hint="delete the folder; it is made again") from error
        return vectors, manifest

    def _replace(self, ids: NDArray[np.int64], codes: NDArray[np.uint8]) -> None:
        """Hold these rows, ascending by number, and no others. Centroids and copies on GPUs are made again when needed."""
        faiss = load_faiss()
        half = faiss.ScalarQuantizer.QT_fp16
        self._flat: Any = faiss.IndexScalarQuantizer(self._dimensions, half, faiss.METRIC_INNER_PRODUCT)
        self._ids, self._live = np.empty(0, np.int64), np.empty(0, np.bool_)
        self._rows = self._count = 0
        self._lists: Lists | None = None
        self._shards: Shards | None = None
        if len(ids):
            self._append(ids, codes)

    def _append(self, ids: NDArray[np.int64], codes: NDArray[np.uint8]) -> None:
        self._flat.add_sa_codes(codes)
        rows = self._rows + len(ids)
        if rows > len(self._ids):
            # Twice the room: vectors added one by one are not copied each time.
            room = max(rows, 2 * len(self._ids)) - len(self._ids)
            self._ids = np.concatenate([self._ids, np.zeros(room, np.int64)])
            self._live = np.concatenate([self._live, np.zeros(room, np.bool_)])
        self._ids[self._rows : rows], self._live[self._rows : rows] = ids, True
        self._rows, self._count = rows, self._count + len(ids)

    def _checked(self, vectors: NDArray[np.floating[Any]]) -> NDArray[np.floating[Any]]:
        vectors = np.asarray(vectors)
        if vectors.ndim != 2 or vectors.shape[1] != self._dimensions:
            raise UsageError(f"vectors of shape {vectors.shape}", hint=f"give (n, {self._dimensions}) vectors")
        longest = squared_norms(vectors).max(initial=0.0)
        if not longest < 1.02:  # not a number is not less either
            raise UsageError("a vector is longer than 1 or not finite", hint="divide vectors by their norm")
        return vectors

    def _places(self, ids: NDArray[np.int64], *, ascending: bool = False) -> NDArray[np.int64]:
        """The rows of some numbers, in their order, or ascending and each once; those that are not held are left out."""
        held = self._ids[: self._rows]
        if not self._rows or not len(ids):
            return np.empty(0, np.int64)
        if held[-1] - held[0] == self._rows - 1:
            # Numbers ascend, so these have no gaps: nothing has to be looked for among millions.
            places = ids - held[0]
            there = (places >= 0) & (places < self._rows)
            places = places if there.all() else places[there]
        else:
            places = np.minimum(np.searchsorted(held, ids), self._rows - 1)
            places = places[held[places] == ids]
        live = self._live[places]
        found: NDArray[np.int64] = places if live.all() else places[live]
        return np.unique(found) if ascending and (np.diff(found) <= 0).any() else found

    def _nearest(
        self, queries: NDArray[np.float32], k: int, fetch: int, chosen: NDArray[np.int64] | None, *, exactly: bool
    ) -> Ranked:
        """The k best of about `fetch` rows that are proposed; where lists hold fewer, the last ones' scores are -inf."""
        if (shards := self._current_shards()) is not None:
            try:
                return shards.search(queries, k, fetch, chosen)
            except RuntimeError as error:  # torch's, of memory that others took and of a driver that fails
                _logger.warning("a search went to the CPU, since the GPU failed: %s", type(error).__name__)
        count = self._count if chosen is None else len(chosen)
        selector = self._selector(chosen)
        if exactly or count <= self._exact_up_to or k > DEPTHS[-1]:
            parameters = None if selector is None else load_faiss().SearchParameters(sel=selector)
            scores, rows = self._flat.search(queries, fetch, params=parameters)
        else:
            scores, rows = self._current_lists().search(queries, fetch, k, selector, count / self._count)
        # As much as the last one where there are more, and what sums may differ by.
        bounds = scores[:, -1] + np.float32(_SLACK) if fetch < count else np.full(len(queries), -np.inf, np.float32)
        found = np.full((len(queries), k), -np.inf, np.float32), np.zeros((len(queries), k), np.int64)
        for number, query in enumerate(queries):
            some = rows[number][rows[number] >= 0]
            exact = self._scores(query, some)
            best = np.lexsort((some, -exact))[:k]
            found[0][number, : len(best)], found[1][number, : len(best)] = exact[best], some[best]
        return *found, bounds

    def _selector(self, chosen: NDArray[np.int64] | None) -> Any:
        """FAISS's, of these rows or of all that are not deleted; None where that is every row."""
        if chosen is None and self._count == self._rows:
            return None
        allowed = self._live[: self._rows]
        if chosen is not None:
            allowed = np.zeros(self._rows, np.bool_)
            allowed[chosen] = True
        return load_faiss().IDSelectorBitmap(np.packbits(allowed, bitorder="little"))

    def _current_shards(self) -> Shards | None:
        """The copies on the GPUs, brought up to date; None where there are none."""
        if self._count < _GPU_FROM or not self._gpus_have_room or not find_gpus():
            return None
        try:
            shards = self._shards or Shards(self._dimensions, find_gpus())
            if shards.rows < self._rows:
                new, first = self._codes()[shards.rows : self._rows].view("<f2"), shards.rows
                shards.add(new)
                shards.remove(first + np.flatnonzero(~self._live[first : self._rows]))
        except RuntimeError as error:
            _logger.warning("the GPUs cannot hold %d vectors: %s", self._rows, type(error).__name__)
            self._shards, self._gpus_have_room = None, False
            return None
        self._shards = shards
        return shards

    def _current_lists(self) -> Lists:
        """The lists, trained and chosen again if the store has grown enough since."""
        lists = self._lists
        if lists is None or self._count > 2 * lists.trained_on:
            lists = Lists.train(self._flat, np.flatnonzero(self._live[: self._rows]))
        lists.extend(self._flat)
        if self._count > 1.25 * lists.chosen_on:
            queries = self._sample()
            depth = min(DEPTHS[-1], self._count)
            nearest = self._nearest(queries, depth, depth, None, exactly=True)[1]
            lists.choose(queries, nearest, self._recall, self._count)
        self._lists = lists
        return lists

    def _sample(self) -> NDArray[np.float32]:
        """(m, dimensions) float32 unit vectors to measure recall with: each the mean of four vectors of the store.

        A vector of the store would be too easy: its neighbours share its list. E5's vectors of real questions need as many
        lists as means of three or four passages do (docs/index.md).
        """
        places = np.flatnonzero(self._live[: self._rows])
        chosen = np.random.default_rng(self._count).choice(places, 4 * _SAMPLE)
        sums = self._flat.reconstruct_batch(chosen).reshape(_SAMPLE, 4, self._dimensions).sum(axis=1)
        unit: NDArray[np.float32] = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)
        return unit

    def _scores(self, query: NDArray[np.float32], places: NDArray[np.int64]) -> NDArray[np.float32]:
        """(s,) float32. Each row is added up by itself: a matrix product would round by where a row happens to stand."""
        if not len(places):
            return np.empty(0, np.float32)
        products = self._flat.sa_decode(self._codes()[places]) * query.astype(np.float64)
        summed: NDArray[np.float32] = products.sum(axis=1).astype(np.float32)
        return summed

    def _codes(self) -> NDArray[np.uint8]:
        """(rows, 2 * dimensions) uint8, FAISS's own memory: valid until something is added."""
        if not self._rows:
            return np.empty((0, 2 * self._dimensions), np.uint8)
        codes: NDArray[np.uint8] = load_faiss().rev_swig_ptr(self._flat.codes.data(), self._rows * 2 * self._dimensions)
        return codes.reshape(self._rows, -1)

    def _live_codes(self) -> NDArray[np.uint8]:
        return self._codes()[self._live[: self._rows]]


def squared_norms(vectors: NDArray[np.floating[Any]]) -> NDArray[np.float32]:
    """(n,) float32, the squared norms of (n, dimensions) vectors."""
    squares: NDArray[np.float32] = np.einsum("ij,ij->i", vectors, vectors, dtype=np.float32, casting="same_kind")
    return squares
