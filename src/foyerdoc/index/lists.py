"""Vectors in lists around centroids, of which a search reads the nearest few (FAISS's IVF), and how few suffice.

A neighbour is found when its list is among those read. So the recall of any number of lists follows from one exact search
over a sample: how far down the query's ranking of the lists does each true neighbour's list stand?

Source: Jégou, Douze and Schmid, "Product Quantization for Nearest Neighbor Search", 2011, for the inverted lists.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foyerdoc.index.faiss import load_faiss

DEPTHS = (10, 30, 100)
"""The numbers of neighbours for which a number of lists is chosen; whoever wants more than the last searches exactly."""

_TRAINING = 64  # vectors for each centroid, at most
_ROUNDS = 10  # of k-means
_BLOCK = 16_384  # vectors decoded at a time


class Lists:
    """Places (rows of the store, from 0) in lists by the nearest of some centroids.

    Attributes:
        assigned: (n,) int32, the list of each place.
        probes: how many lists a search reads, for up to each of `DEPTHS` neighbours.
        trained_on: how many vectors there were when the centroids were found.
        chosen_on: how many there were when `probes` was chosen.
    """

    def __init__(
        self, centroids: NDArray[np.float32], *, trained_on: int, probes: Sequence[int] = (), chosen_on: int = 0
    ) -> None:
        faiss = load_faiss()
        self.centroids = centroids
        self.assigned = np.empty(0, np.int32)
        self.probes, self.trained_on, self.chosen_on = tuple(probes), trained_on, chosen_on
        count, dimensions = centroids.shape
        self._quantizer = faiss.IndexFlatIP(dimensions)
        self._quantizer.add(centroids)
        half, product, by_residual = faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT, False
        # Vectors as they are, not their distance from the centroid: they are in half precision already.
        self._index: Any = faiss.IndexIVFScalarQuantizer(self._quantizer, dimensions, count, half, product, by_residual)
        self._index.is_trained = True

    @classmethod
    def train(cls, flat: Any, places: NDArray[np.int64]) -> Lists:
        """Find centroids for the vectors at some places of a flat index. The same vectors give the same centroids."""
        count = max(1, int(2 * np.sqrt(len(places))))
        chosen = np.random.default_rng(0).choice(places, min(len(places), count * _TRAINING), replace=False)
        kmeans = load_faiss().Kmeans(
            flat.d, count, niter=_ROUNDS, spherical=True, seed=1, min_points_per_centroid=1, max_points_per_centroid=_TRAINING
        )
        kmeans.train(flat.reconstruct_batch(np.sort(chosen)))
        return cls(kmeans.centroids.reshape(count, flat.d), trained_on=len(places))

    def extend(self, flat: Any, assigned: NDArray[np.int32] | None = None) -> None:
        """Take in what a flat index holds beyond the places taken in so far; with `assigned`, into these lists."""
        faiss = load_faiss()
        known = [self.assigned]
        for start in range(len(self.assigned), flat.ntotal, _BLOCK):
            size = min(_BLOCK, flat.ntotal - start)
            vectors = flat.reconstruct_n(start, size)
            if assigned is None:
                lists = self._quantizer.search(vectors, 1)[1][:, 0]
            else:
                lists = assigned[start : start + size].astype(np.int64)
            places = np.arange(start, start + size, dtype=np.int64)
            self._index.add_core(size, faiss.swig_ptr(vectors), faiss.swig_ptr(places), faiss.swig_ptr(lists))
            known.append(lists.astype(np.int32))
        self.assigned = np.concatenate(known)

    def choose(self, queries: NDArray[np.float32], nearest: NDArray[np.int64], recall: float, size: int) -> None:
        """Choose the fewest lists that find the share `recall` of the true neighbours, for each of `DEPTHS`.

        Args:
            queries: (m, dimensions) float32.
            nearest: (m, j) places of their true neighbours, best first.
            recall: 0 to 1.
            size: how many vectors there are now.
        """
        order = np.argsort(-(queries @ self.centroids.T), axis=1, kind="stable")
        ranks = np.argsort(order, axis=1)
        needed = np.take_along_axis(ranks, self.assigned[nearest].astype(np.int64), axis=1) + 1
        self.probes = tuple(int(np.quantile(needed[:, :depth], recall, method="inverted_cdf")) for depth in DEPTHS)
        self.chosen_on = size

    def search(
        self, queries: NDArray[np.float32], k: int, depth: int, selector: Any, share: float
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """The nearest places within the lists that are read; -1 where those hold fewer than k.

        Args:
            queries: (m, dimensions) float32.
            k: how many to propose.
            depth: of how many the recall counts, at most the last of `DEPTHS`.
            selector: FAISS's, which places may be found; all when None.
            share: of the vectors, how many the selector lets through. The fewer, the more lists are read.
        """
        chosen = next(probes for most, probes in zip(DEPTHS, self.probes, strict=True) if depth <= most)
        probes = min(len(self.centroids), int(np.ceil(chosen / share)))
        parameters = load_faiss().SearchParametersIVF(nprobe=probes, sel=selector)
        scores, places = self._index.search(queries, k, params=parameters)
        return scores, places
