"""A base that reads a question and a passage together, and one head over the mean of each sentence's tokens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from foyerdoc.models.bases import Base
from foyerdoc.models.packing import Pack, first_position
from foyerdoc.quoting.passages import Reading

_SCORE: Final = 8.0
_MIDDLE: Final = 0.5
"""Of the retrieval's score, untrained: the odds are even at the middle and e to the 8th higher for one more."""


class Network(nn.Module):
    """Packed windows in, one number a sentence out: the natural log of its odds against "no sentence answers".

    With all sentences of a question a sentence's probability is exp(odds) / (1 + sum of exp(odds)), and that of none the rest.
    Untrained it orders as retrieval does.
    """

    def __init__(self, base: Base) -> None:
        super().__init__()
        width = int(base.model.config.hidden_size)
        self.backbone: nn.Module = base.model
        self._first = first_position(base.model)
        # Said in so many words: while transformers loads a model elsewhere, torch's default is that model's.
        self.head = nn.Linear(width + 1, 1, device=base.device, dtype=torch.float32)
        with torch.no_grad():
            self.head.weight.zero_()[0, width] = _SCORE
            self.head.bias.fill_(-_SCORE * _MIDDLE)

    def forward(self, pack: Pack, places: Tensor, owners: Tensor, scores: Tensor) -> Tensor:
        """(sentences,) float32 log odds.

        Args:
            pack: the windows.
            places: (tokens,) int64, places of the sentences' tokens in the pack.
            owners: (tokens,) int64, the number of each one's sentence.
            scores: (sentences,) float32, retrieval's.
        """
        inputs = pack.inputs()
        inputs["position_ids"] = inputs["position_ids"] + self._first
        states: Tensor = self.backbone(**inputs).last_hidden_state[0]
        # Dozens of tokens are added up: not in bfloat16.
        sums = scores.new_zeros(len(scores), states.shape[1]).index_add(0, owners, states[places].float())
        lengths = scores.new_ones(len(owners))
        counts = scores.new_zeros(len(scores)).index_add(0, owners, lengths)
        read = torch.cat([sums / counts.clamp(min=1)[:, None], scores[:, None]], dim=1)
        odds: Tensor = self.head(read)[:, 0]
        return odds


def together(readings: Sequence[Reading]) -> dict[str, Tensor]:
    """Several questions in one pack, on the CPU, and the number of each sentence's question (`questions`)."""
    pack = Pack.of([window for reading in readings for window in reading.windows])
    tokens = np.cumsum([0, *(reading.size for reading in readings)])
    sentences = np.cumsum([0, *(len(reading.scores) for reading in readings)])
    return {
        "ids": pack.ids,
        "positions": pack.positions,
        "texts": pack.texts,
        "bounds": pack.bounds,
        "longest": torch.tensor(pack.longest),
        "places": torch.from_numpy(np.concatenate([one.places + at for one, at in zip(readings, tokens, strict=False)])),
        "owners": torch.from_numpy(np.concatenate([one.owners + at for one, at in zip(readings, sentences, strict=False)])),
        "scores": torch.from_numpy(np.concatenate([one.scores for one in readings])),
        "questions": torch.from_numpy(np.repeat(np.arange(len(readings)), np.diff(sentences))),
    }


def odds_of(network: Network, batch: dict[str, Any]) -> Tensor:
    """(sentences,) float32 log odds of a batch of `together`, on the network's device."""
    pack = Pack(batch["ids"], batch["positions"], batch["texts"], batch["bounds"], int(batch["longest"]))
    odds: Tensor = network(pack, batch["places"], batch["owners"], batch["scores"])
    return odds


def predict(network: Network, readings: Sequence[Reading], budget: int) -> list[NDArray[np.float64]]:
    """For each question (sentences,) float64 log odds.

    Args:
        network: computes.
        readings: the questions.
        budget: tokens of a batch; one question at least.
    """
    network.eval()
    device = network.head.weight.device
    found: list[NDArray[np.float64]] = []
    at = 0
    with torch.inference_mode():
        while at < len(readings):
            end, size = at + 1, readings[at].size
            while end < len(readings) and size + readings[end].size <= budget:
                size += readings[end].size
                end += 1
            batch = {name: tensor.to(device) for name, tensor in together(readings[at:end]).items()}
            odds = odds_of(network, batch).double().cpu().numpy()
            counts = [len(reading.scores) for reading in readings[at:end]]
            found += np.split(odds, np.cumsum(counts)[:-1])
            at = end
    return found
