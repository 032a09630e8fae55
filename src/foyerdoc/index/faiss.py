"""The door to FAISS, and copies of the vectors on its GPUs."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foyerdoc.errors import MissingDependency

GPU_MOST = 2048
"""FAISS's largest k on a GPU."""

_GPU_SCRATCH = 2**28  # bytes; FAISS would take 1.5 GB of each GPU, where models want to be too


def load_faiss() -> ModuleType:
    """The package.

    Raises:
        MissingDependency: it is not installed.
    """
    try:
        import faiss
    except ImportError as error:
        raise MissingDependency(
            "searching needs FAISS", hint="pip install 'foyerdoc[cpu]', or 'foyerdoc[gpu]' on a machine with a GPU"
        ) from error
    module: ModuleType = faiss
    return module


def count_gpus() -> int:
    """How many GPUs FAISS can use; 0 with a build for the CPU."""
    # Builds for the CPU do not have the function at all.
    count = getattr(load_faiss(), "get_num_gpus", None)
    return int(count()) if count is not None else 0


class Shards:
    """Vectors spread over several flat indexes, one a GPU, that are searched at the same time.

    Every vector carries its place, so that it does not matter which shard holds it.

    Attributes:
        held: how many vectors there are.
        rows: up to which place it has been told everything; kept by whoever adds.
    """

    def __init__(self, dimensions: int, flats: list[Any]) -> None:
        faiss = load_faiss()
        self._flats = flats
        self._parts = [faiss.IndexIDMap(flat) for flat in flats]
        threaded, successive = True, False  # the parts answer places, they are not counted up over them
        self._index = faiss.IndexShards(dimensions, threaded, successive)
        for part in self._parts:
            self._index.add_shard(part)
        self.held = self.rows = 0

    @classmethod
    def on_gpus(cls, dimensions: int) -> Shards:
        """One empty shard on each GPU, in float32, which holds half precision exactly."""
        faiss = load_faiss()
        flats = []
        for device in range(count_gpus()):
            config = faiss.GpuIndexFlatConfig()
            config.device = device
            resources = faiss.StandardGpuResources()
            resources.setTempMemory(_GPU_SCRATCH)
            flats.append(faiss.GpuIndexFlatIP(resources, dimensions, config))
        return cls(dimensions, flats)

    def add(self, vectors: NDArray[np.float32], places: NDArray[np.int64]) -> None:
        """Add vectors (n, dimensions) float32 with their places (n,)."""
        self.held += len(places)
        stretches = np.array_split(np.arange(len(places)), len(self._parts))
        for part, stretch in zip(self._parts, stretches, strict=True):
            if len(stretch):
                part.add_with_ids(np.ascontiguousarray(vectors[stretch]), np.ascontiguousarray(places[stretch]))

    def search(self, queries: NDArray[np.float32], k: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """(m, k) float32 inner products, highest first, and (m, k) int64 places, -1 where there are none. k <= GPU_MOST."""
        scores, places = self._index.search(queries, k)
        return scores, places
