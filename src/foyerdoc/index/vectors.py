"""Vectors that are searched by inner product: FAISS on the CPU, and on a GPU where FAISS has one.

Always a cache: the index's SQLite file is the truth, and this is made again from it when it is missing or stale.
"""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foyerdoc.errors import DamagedFile, MissingDependency, UsageError
from foyerdoc.storage import new_folder, open_folder

_KIND = "vectors"
_VERSION = 1
_GPU_MOST = 2048  # FAISS's largest k on a GPU


class Vectors:
    """Unit vectors by number, searched exactly. Not for several threads at once.

    Vectors are deleted by number, and a search can be limited to some numbers. On a GPU the unlimited search runs there
    and everything else on the CPU, since FAISS's GPU indexes neither delete nor select.
    """

    def __init__(self, dimensions: int) -> None:
        faiss = _faiss()
        self._dimensions = dimensions
        self._index: Any = faiss.IndexIDMap2(faiss.IndexFlatIP(dimensions))
        self._ids = np.empty(0, dtype=np.int64)
        self._gpu: Any = None

    def __len__(self) -> int:
        return len(self._ids)

    @property
    def dimensions(self) -> int:
        """The length of a vector."""
        return self._dimensions

    @property
    def ids(self) -> NDArray[np.int64]:
        """(n,) int64, the numbers held, in the order they were added."""
        return self._ids

    def add_arrays(self, ids: NDArray[np.int64], vectors: NDArray[np.floating[Any]]) -> None:
        """Add vectors in bulk.

        Args:
            ids: (n,) numbers, none of them held yet.
            vectors: (n, dimensions), unit norm, any float type.

        Raises:
            UsageError: the shapes do not fit, or a number is there twice.
        """
        ids = np.ascontiguousarray(ids, dtype=np.int64)
        if vectors.shape != (len(ids), self._dimensions):
            raise UsageError(
                f"{len(ids)} numbers with vectors of shape {vectors.shape}", hint=f"give (n, {self._dimensions}) vectors"
            )
        if len(np.unique(ids)) < len(ids) or np.isin(ids, self._ids).any():
            raise UsageError("a vector's number is there already", hint="remove the old vector first")
        if len(ids):
            self._index.add_with_ids(np.ascontiguousarray(vectors, dtype=np.float32), ids)
            self._ids = np.concatenate([self._ids, ids])
            self._gpu = None

    def remove(self, ids: NDArray[np.int64]) -> None:
        """Forget the vectors of some numbers; numbers that are not held are ignored."""
        if len(ids):
            self._index.remove_ids(_faiss().IDSelectorBatch(np.ascontiguousarray(ids, dtype=np.int64)))
            self._ids = self._ids[~np.isin(self._ids, ids)]
            self._gpu = None

    def search(
        self, queries: NDArray[np.float32], k: int, *, among: NDArray[np.int64] | None = None
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """The nearest vectors.

        Args:
            queries: (m, dimensions) float32, unit norm.
            k: how many for each, at most.
            among: (s,) numbers to choose from; all when None.

        Returns:
            (m, j) float32 cosines, higher is closer, and (m, j) int64 numbers, best first; j is the smaller of k and the
            number of vectors to choose from.
        """
        if among is not None:
            among = np.intersect1d(among, self._ids)
        k = min(k, len(self._ids) if among is None else len(among))
        if k < 1:
            return np.empty((len(queries), 0), np.float32), np.empty((len(queries), 0), np.int64)
        queries = np.ascontiguousarray(queries, dtype=np.float32)
        if among is not None:
            faiss = _faiss()
            chosen = faiss.SearchParameters(sel=faiss.IDSelectorBatch(among))
            scores, ids = self._index.search(queries, k, params=chosen)
        elif k <= _GPU_MOST and (gpu := self._on_gpu()) is not None:
            scores, places = gpu.search(queries, k)
            ids = self._ids[places]
        else:
            scores, ids = self._index.search(queries, k)
        return scores, ids

    def cosines(self, query: NDArray[np.float32], ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """(s,) float32 cosines of one query (dimensions,) with the vectors of some held numbers (s,)."""
        if not len(ids):
            return np.empty(0, np.float32)
        vectors = self._index.reconstruct_batch(np.ascontiguousarray(ids, dtype=np.int64))
        return np.asarray(vectors @ query, dtype=np.float32)

    def save(self, folder: Path, *, about: dict[str, str]) -> None:
        """Write everything into a folder that is whole or absent; `about` comes back from `load`."""
        faiss = _faiss()
        with new_folder(folder, kind=_KIND, version=_VERSION, about=about) as aside:
            faiss.write_index(self._index, str(aside / "vectors.faiss"))

    @classmethod
    def load(cls, folder: Path) -> tuple[Vectors, dict[str, object]]:
        """What `save` wrote, and what it was told about it.

        Raises:
            DamagedFile: the folder is missing, altered or of another version.
        """
        manifest = open_folder(folder, kind=_KIND, version=_VERSION)
        faiss = _faiss()
        try:
            index = faiss.read_index(str(folder / "vectors.faiss"))
        except RuntimeError as error:
            raise DamagedFile(f"{folder} cannot be read by FAISS", hint="delete the folder; it is made again") from error
        vectors = cls(index.d)
        vectors._index = index
        vectors._ids = faiss.vector_to_array(index.id_map).astype(np.int64)
        return vectors, manifest

    def _on_gpu(self) -> Any:
        faiss = _faiss()
        if self._gpu is None and _gpus(faiss):
            flat = faiss.downcast_index(self._index.index)
            self._gpu = faiss.index_cpu_to_all_gpus(flat)
        return self._gpu


def _gpus(faiss: ModuleType) -> int:
    # Builds for the CPU do not have the function at all.
    count = getattr(faiss, "get_num_gpus", None)
    return int(count()) if count is not None else 0


def _faiss() -> ModuleType:
    try:
        import faiss
    except ImportError as error:
        raise MissingDependency(
            "searching needs FAISS", hint="pip install 'foyerdoc[cpu]', or 'foyerdoc[gpu]' on a machine with a GPU"
        ) from error
    module: ModuleType = faiss
    return module
