"""A second opinion on what was found: a cross-encoder reads question and chunk together, which is slower and sees more.

    index.search(question, rerank=CrossEncoder("BAAI/bge-reranker-v2-m3"))

None comes with the package.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from foyerdoc.errors import ModelError
from foyerdoc.models.loading import load_cross_encoder


class Reranker(Protocol):
    """Whatever tells how well texts answer a question."""

    def scores(self, question: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """(n,) float32, higher is better, 0 to 1."""
        ...


class CrossEncoder:
    """A sequence classifier with one output that was trained on pairs of question and passage. Loaded when first used.

    Args:
        model: a folder, or a name on the Hugging Face hub that is on this machine.
        device: "cpu", "cuda" ...; the first GPU, else the CPU, by default.
    """

    def __init__(self, model: str | Path, *, device: str | None = None) -> None:
        self._source = model
        self._device = device
        self._lock = threading.Lock()
        self._model: Any = None

    def scores(self, question: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """How well each text answers a question; what a text has beyond the model's length is cut off.

        Returns:
            (n,) float32, the logistic function of the model's output: higher is better, 0 to 1.

        Raises:
            ModelError: the model is not on this machine, or has more than one output.
        """
        if not texts:
            return np.empty(0, np.float32)
        import torch

        with self._lock:
            if self._model is None:
                self._model = self._load()
            pairs = [(question, text) for text in texts]
            found = self._model.predict(pairs, activation_fn=torch.nn.Sigmoid(), show_progress_bar=False)
        return np.asarray(found, dtype=np.float32)

    def _load(self) -> Any:
        model, name = load_cross_encoder(self._source, self._device)
        if model.num_labels != 1:
            raise ModelError(f"{name} has {model.num_labels} outputs, not one", hint="name a model for reranking")
        return model
