"""The fine-tuned classifier: a base with LoRA, its chunks pooled, and one linear head over the leaves."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from foyerdoc.classification.scoring import Scores, look_at
from foyerdoc.documents import Document
from foyerdoc.models.bases import Base
from foyerdoc.models.packing import Pack
from foyerdoc.models.tokens import Tokens

MAX_CHUNKS: Final = 12
"""Chunks of a document that are looked at."""

PLACES: Final = 12
"""Places of a chunk that are weighed apart: the first, the second ... the last stands for all that follow."""

_MARKS: Final = 8
"""Tokens that a model's own marks may add to a chunk."""


class Network(nn.Module):
    """A base and a head: packed chunks in, one score per document and leaf out.

    A document's score is the weighted mean of its chunks' scores, so what each chunk said for each leaf adds up exactly. A
    chunk's vector is the mean of its tokens' (for a decoder: the last token's), of unit length, then standardised by the
    mean and the spread of the untuned base's vectors, so that a linear probe can start the head.
    """

    def __init__(self, base: Base, leaves: int) -> None:
        super().__init__()
        width = int(base.model.config.hidden_size)
        self.backbone: nn.Module = base.model
        self.last_token = not _is_encoder(base.model)
        self.head = nn.Linear(width, leaves)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)
        self.places = nn.Parameter(-0.5 * torch.arange(1.0, PLACES + 1).log())
        self.register_buffer("mean", torch.zeros(width))
        self.register_buffer("spread", torch.ones(width))
        self.mean: Tensor
        self.spread: Tensor
        self.head_to(base.device)

    def head_to(self, device: str | torch.device) -> None:
        """Move what is not the base."""
        self.head.to(device)
        self.places.data = self.places.data.to(device)
        self.mean, self.spread = self.mean.to(device), self.spread.to(device)

    def vectors(self, pack: Pack) -> Tensor:
        """(chunks, width) float32, unit length."""
        states: Tensor = self.backbone(**pack.inputs()).last_hidden_state[0]
        lengths = pack.bounds.diff()
        if self.last_token:
            pooled = states[(pack.bounds[1:] - 1).clamp(min=0).long()].float()
        else:
            # Hundreds of tokens are added up: not in bfloat16.
            sums = torch.zeros(len(lengths), states.shape[1], dtype=torch.float32, device=states.device)
            pooled = sums.index_add(0, pack.texts, states.float()) / lengths.clamp(min=1)[:, None]
        return nn.functional.normalize(pooled, dim=1)

    def by_chunk(self, vectors: Tensor) -> Tensor:
        """(chunks, width) to (chunks, leaves) float32 scores, natural-log scale."""
        scores: Tensor = self.head((vectors - self.mean) / self.spread)
        return scores

    def weights(self, places: Tensor, documents: Tensor, count: int) -> Tensor:
        """(chunks,) float32 that sum to 1 in each document.

        Args:
            places: (chunks,) int64, each chunk's place in its document, from 0.
            documents: (chunks,) int64, the number of each chunk's document.
            count: of documents.
        """
        powers = self.places[places.clamp(max=PLACES - 1)].exp()
        sums = torch.zeros(count, device=powers.device).index_add(0, documents, powers)
        return powers / sums[documents]

    def forward(self, pack: Pack, places: Tensor, documents: Tensor, count: int) -> Tensor:
        """(documents, leaves) float32 scores, natural-log scale. Arguments as those of `weights`."""
        scores = self.by_chunk(self.vectors(pack)) * self.weights(places, documents, count)[:, None]
        return torch.zeros(count, scores.shape[1], device=scores.device).index_add(0, documents, scores)


class Encoded:
    """How a document becomes the chunks of tokens that a network reads: the same in training and in use."""

    def __init__(
        self, base_config: Any, tokens: Tokens, *, chunk_tokens: int, max_chunks: int = MAX_CHUNKS, prefix: str = ""
    ) -> None:
        self._prefix = prefix
        self._tokens = tokens
        self._chunk_tokens = min(chunk_tokens, int(base_config.max_position_embeddings) - _MARKS - tokens(prefix))
        self._max_chunks = max_chunks

    def chunks(self, documents: Sequence[Document]) -> list[tuple[list[Any], int]]:
        """The chunks of each document to look at, and how many it has."""
        counters = self._tokens.placed([document.text for document in documents])
        return [
            look_at(document, counter, most=self._max_chunks, max_tokens=self._chunk_tokens)
            for document, counter in zip(documents, counters, strict=True)
        ]

    def ids(self, texts: Sequence[str]) -> list[list[int]]:
        """Each chunk's token ids, prefix and the model's own marks included."""
        return self._tokens.ids([self._prefix + text for text in texts])


class TrainedScorer:
    """Scores documents by a trained network, and by their words where that helped. See `Scorer`."""

    def __init__(
        self,
        network: Network,
        encoded: Encoded,
        *,
        name: str,
        adapter: str,
        settings: tuple[tuple[str, str], ...],
        lexical: Any = None,
        lexical_weight: float = 0.0,
        batch_tokens: int = 16384,
    ) -> None:
        self.name, self.adapter, self.settings = name, adapter, settings
        self._network = network.eval()
        self._encoded = encoded
        self._lexical, self._lexical_weight = lexical, lexical_weight
        self._batch_tokens = batch_tokens
        self._lock = threading.Lock()

    def score(self, documents: Sequence[Document]) -> list[Scores]:
        """See `Scorer`."""
        chosen = self._encoded.chunks(documents)
        texts = [chunk.text for chunks, _ in chosen for chunk in chunks]
        by_chunk = self._by_chunk(self._encoded.ids(texts))
        words = self._by_words(documents)
        found, at = [], 0
        for (chunks, total), extra in zip(chosen, words, strict=True):
            scores = by_chunk[at : at + len(chunks)]
            at += len(chunks)
            weights = self._weights(len(chunks))
            found.append(Scores(tuple(chunks), total, scores, weights, weights @ scores + extra))
        return found

    def _by_chunk(self, ids: Sequence[Sequence[int]]) -> NDArray[np.float64]:
        scores = np.zeros((len(ids), self._network.head.out_features))
        device = self._network.head.weight.device
        with self._lock, torch.inference_mode():
            for rows in token_batches([len(chunk) for chunk in ids], self._batch_tokens):
                pack = Pack.of([ids[row] for row in rows]).to(device)
                scores[rows] = self._network.by_chunk(self._network.vectors(pack)).double().cpu().numpy()
        return scores

    def _weights(self, count: int) -> NDArray[np.float64]:
        places = self._network.places.detach().double().cpu().numpy()
        powers = np.exp(places[np.minimum(np.arange(count), PLACES - 1)])
        weights: NDArray[np.float64] = powers / powers.sum() if count else powers
        return weights

    def _by_words(self, documents: Sequence[Document]) -> NDArray[np.float64]:
        if self._lexical is None or not documents:
            return np.zeros((len(documents), self._network.head.out_features))
        scores: NDArray[np.float64] = self._lexical_weight * self._lexical.score([document.text for document in documents])
        return scores


def token_batches(sizes: Sequence[int], budget: int) -> list[list[int]]:
    """Rows in their order, cut where a batch would pass the budget of tokens; a batch has at least one row."""
    batches: list[list[int]] = []
    room = 0
    for row, size in enumerate(sizes):
        if not batches or size > room:
            batches.append([])
            room = budget
        batches[-1].append(row)
        room -= size
    return batches


def _is_encoder(model: Any) -> bool:
    """Whether every token sees those after it."""
    return not any(getattr(module, "is_causal", False) for module in model.modules())
