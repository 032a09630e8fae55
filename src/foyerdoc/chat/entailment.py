"""A second judge of written sentences: a model of inference, which sees who does what to whom.

    Chat(index, model, write=True, entailment=Entailment("MoritzLaurer/mDeBERTa-v3-base-xnli-multilingual-nli-2mil7"))

None comes with the package. It can refuse what `support` lets pass, and lets nothing pass that `support` refuses.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foyerdoc.errors import ModelError
from foyerdoc.models.loading import load_cross_encoder


class Entailment:
    """A sequence classifier that was trained on pairs of premise and hypothesis. Loaded when first used.

    Args:
        model: a folder, or a name on the Hugging Face hub that is on this machine. One of its classes is called entailment.
        least: the probability from which a sentence follows from its quotes.
        device: "cpu", "cuda" ...; the first GPU, else the CPU, by default.
    """

    def __init__(self, model: str | Path, *, least: float = 0.5, device: str | None = None) -> None:
        self.name = str(model)
        self.least = least
        self._source = model
        self._device = device
        self._lock = threading.Lock()
        self._model: tuple[Any, int] | None = None

    def follows(self, sentence: str, quotes: Sequence[str]) -> bool:
        """Whether a sentence follows from one of its quotes, or from all of them one after the other.

        Raises:
            ModelError: the model is not on this machine, or has no class that is called entailment.
        """
        premises = [*quotes, " ".join(quotes)] if len(quotes) > 1 else list(quotes)
        return bool((self.probabilities(sentence, premises) >= self.least).any())

    def probabilities(self, sentence: str, premises: Sequence[str]) -> NDArray[np.float32]:
        """How likely a sentence follows from each premise; what a premise has beyond the model's length is cut off.

        Returns:
            (n,) float32, 0 to 1.

        Raises:
            ModelError: as above.
        """
        if not premises:
            return np.empty(0, np.float32)
        import torch

        with self._lock:
            if self._model is None:
                self._model = self._load()
            model, place = self._model
            pairs = [(premise, sentence) for premise in premises]
            found = model.predict(pairs, activation_fn=torch.nn.Softmax(dim=-1), show_progress_bar=False)
        return np.asarray(found, dtype=np.float32)[:, place]

    def _load(self) -> tuple[Any, int]:
        model, name = load_cross_encoder(self._source, self._device)
        places = [place for place, label in model.model.config.id2label.items() if str(label).lower() == "entailment"]
        if len(places) != 1 or model.num_labels == 1:
            raise ModelError(f"{name} has no class called entailment", hint="name a model of inference (NLI)")
        return model, int(places[0])
