"""What a classifier learns: the task that the loop trains, and the probe that its head starts from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from foyerdoc.classification.network import Network, token_batches
from foyerdoc.finetuning.config import ClassifierConfig
from foyerdoc.models.packing import Pack

_STRENGTHS: Final = (0.001, 0.003, 0.01, 0.03, 0.1)
"""Of the probe: the inverse of its penalty, over the number of documents."""

_TEMPERATURES: Final = tuple(float(t) for t in np.exp(np.linspace(np.log(0.25), np.log(8.0), 21)))

_GROWTH: Final = 1.2
_SMALLEST: Final = 1024
_FEWEST: Final = 16


@dataclass(frozen=True, slots=True)
class Labelled:
    """Documents as a network reads them, with their labels.

    Attributes:
        chunks: the token ids of each document's chunks.
        allowed: (documents, leaves) bool, the leaves that a document's label leaves open: one for a leaf, several for an upper
            label.
    """

    chunks: Sequence[Sequence[NDArray[np.int64]]]
    allowed: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.chunks)

    def sizes(self) -> list[int]:
        """Tokens of each document."""
        return [sum(map(len, chunks)) for chunks in self.chunks]

    def take(self, rows: Sequence[int]) -> Labelled:
        """Some of them."""
        return Labelled([self.chunks[row] for row in rows], self.allowed[list(rows)])


class LabellingTask:
    """See `loop.Task`. The loss is -log of the probability of the label, at the leaf and, for less, at the category."""

    def __init__(
        self,
        network: Network,
        train: Labelled,
        validation: Labelled | None,
        categories: NDArray[np.int64],
        config: ClassifierConfig,
    ) -> None:
        self._network = network
        self._train, self._validation = train, validation
        self._config = config
        self._device = network.head.weight.device
        self._categories = torch.from_numpy(categories).to(self._device)
        self._category_count = int(categories.max()) + 1
        self._longest = max((len(chunk) for chunks in train.chunks for chunk in chunks), default=1)
        self._weights = torch.from_numpy(_class_weights(train.allowed, config.class_weight)).float()
        self._allowed = torch.from_numpy(train.allowed)

    def parameters(self) -> Mapping[str, Tensor]:
        """See `loop.Task`."""
        learnt = {name: p for name, p in self._network.backbone.named_parameters() if p.requires_grad}
        head = {f"head.{name}": p for name, p in self._network.head.named_parameters()}
        return {**learnt, **head, "head.places": self._network.places}

    def sizes(self) -> Sequence[int]:
        """See `loop.Task`."""
        most = self._config.step_chunks
        sizes = zip(self._train.sizes(), self._train.chunks, strict=True)
        return [round(size * min(1.0, most / len(chunks))) if chunks else 0 for size, chunks in sizes]

    def collate(self, rows: Sequence[int], epoch: int) -> Mapping[str, Tensor]:
        """See `loop.Task`."""
        places = [self._drawn(row, epoch) for row in rows]
        chunks = [[self._train.chunks[row][place] for place in drawn] for row, drawn in zip(rows, places, strict=True)]
        batch = _together(chunks)
        batch["places"] = torch.tensor([place for drawn in places for place in drawn], dtype=torch.long)
        batch["allowed"] = self._allowed[list(rows)]
        batch["weights"] = self._weights[list(rows)]
        if self._device.type != "cuda":
            return batch
        return _padded(batch, len(rows), self._config.batch_examples, self._config.step_chunks, self._longest)

    def loss(self, batch: Mapping[str, Tensor]) -> tuple[Tensor, Tensor]:
        """See `loop.Task`."""
        self._network.train()
        count = len(batch["weights"])
        scores = self._scores(batch, count)
        loss = allowed_loss(scores, batch["allowed"])
        if self._config.category_loss:
            loss = loss + self._config.category_loss * allowed_loss(scores, self._siblings(batch["allowed"]))
        weights = batch["weights"]
        return (loss * weights).sum(), weights.sum()

    def evaluate(self) -> Mapping[str, float]:
        """See `loop.Task`."""
        if self._validation is None or not len(self._validation):
            return {}
        scores = torch.from_numpy(predict(self._network, self._validation, self._config.batch_tokens))
        allowed = torch.from_numpy(self._validation.allowed)
        right = allowed.gather(1, scores.argmax(dim=1, keepdim=True))
        # At its best temperature: a pass that made the scores surer, not better, is no worse once they are calibrated.
        losses = [float(allowed_loss(scores / temperature, allowed).mean()) for temperature in _TEMPERATURES]
        return {"loss": min(losses), "accuracy": float(right.double().mean())}

    def _siblings(self, allowed: Tensor) -> Tensor:
        """(documents, leaves) bool: all leaves of the label's category."""
        categories = self._categories.expand_as(allowed)
        open_ = torch.zeros(len(allowed), self._category_count, device=allowed.device)
        return open_.scatter_add(1, categories, allowed.float()).gather(1, categories) > 0

    def _drawn(self, row: int, epoch: int) -> Sequence[int]:
        """The places of the chunks that a document shows in a pass, ascending."""
        count, most = len(self._train.chunks[row]), self._config.step_chunks
        if count <= most:
            return range(count)
        drawn = np.random.default_rng([self._config.seed, epoch, row]).permutation(count - 1)[: most - 1] + 1
        return [0, *sorted(drawn.tolist())]

    def _scores(self, batch: Mapping[str, Tensor], count: int) -> Tensor:
        pack = Pack(batch["ids"], batch["positions"], batch["texts"], batch["bounds"], int(batch["longest"]))
        # One more document takes what is padding.
        scores: Tensor = self._network(pack, batch["places"], batch["documents"], count + 1)
        return scores[:count]


def allowed_loss(scores: Tensor, allowed: Tensor) -> Tensor:
    """(documents,) -log of the probability that the scores' softmax gives to the (documents, leaves) allowed ones."""
    inside = scores.masked_fill(~allowed, -torch.inf)
    return scores.logsumexp(dim=1) - inside.logsumexp(dim=1)


def predict(network: Network, labelled: Labelled, budget: int) -> NDArray[np.float64]:
    """(documents, leaves) float64 scores, natural-log scale."""
    network.eval()
    found = np.zeros((len(labelled), network.head.out_features))
    with torch.inference_mode():
        for rows in token_batches(labelled.sizes(), budget):
            pack, places, documents = _on_device(network, [labelled.chunks[row] for row in rows])
            found[rows] = network(pack, places, documents, len(rows)).double().cpu().numpy()
    return found


def start_head(network: Network, vectors: Tensor) -> None:
    """Standardise the base's vectors and let the head say nothing yet.

    A head that starts as a linear probe fits the examples from the first step, and leaves the adapter little to learn.

    Args:
        network: whose adapter is untrained.
        vectors: (documents, width) what `document_vectors` gave for the documents that it will learn from.
    """
    network.mean.copy_(vectors.mean(dim=0))
    network.spread.copy_(vectors.std(dim=0).clamp(min=1e-4))
    torch.nn.init.zeros_(network.head.weight)
    torch.nn.init.zeros_(network.head.bias)


def probe_head(network: Network, vectors: Tensor, allowed: NDArray[np.bool_]) -> None:
    """Make the head a linear probe on the untuned base: multinomial logistic regression. What tuning is compared with.

    Args:
        network: standardised by `start_head`.
        vectors: (documents, width) as those of `start_head`.
        allowed: (documents, leaves) as in `Labelled`.
    """
    weight, bias = _probe((vectors - network.mean) / network.spread, torch.from_numpy(allowed).to(vectors.device))
    with torch.no_grad():
        network.head.weight.copy_(weight)
        network.head.bias.copy_(bias)


def document_vectors(network: Network, labelled: Labelled, budget: int) -> Tensor:
    """(documents, width) float32, the weighted means of the chunks' vectors."""
    network.eval()
    found = []
    with torch.inference_mode():
        for rows in token_batches(labelled.sizes(), budget):
            pack, places, documents = _on_device(network, [labelled.chunks[row] for row in rows])
            weights = network.weights(places, documents, len(rows))
            sums = torch.zeros(len(rows), network.head.in_features, device=weights.device)
            found.append(sums.index_add(0, documents, network.vectors(pack) * weights[:, None]))
    return torch.cat(found).clone()


def _on_device(network: Network, chunks: Sequence[Sequence[NDArray[np.int64]]]) -> tuple[Pack, Tensor, Tensor]:
    """The pack of some documents' chunks, the chunks' places and the numbers of their documents, where the network is."""
    device = network.head.weight.device
    batch = _together(chunks)
    pack = Pack(batch["ids"], batch["positions"], batch["texts"], batch["bounds"], int(batch["longest"]))
    return pack.to(device), batch["places"].to(device), batch["documents"].to(device)


def _probe(features: Tensor, allowed: Tensor) -> tuple[Tensor, Tensor]:
    """The (leaves, width) weight and (leaves,) bias of the strength that a fifth of the documents, held out, prefers."""
    rows = torch.arange(len(features), device=features.device)
    out = rows % 5 == 4
    strength = _STRENGTHS[2]
    if int(out.sum()) >= 2 * _FEWEST:
        losses = []
        for candidate in _STRENGTHS:
            weight, bias = _regress(features[~out], allowed[~out], candidate)
            losses.append(float(allowed_loss(features[out] @ weight.T + bias, allowed[out]).mean()))
        strength = _STRENGTHS[int(np.argmin(losses))]
    return _regress(features, allowed, strength)


def _regress(features: Tensor, allowed: Tensor, strength: float) -> tuple[Tensor, Tensor]:
    weight = torch.zeros(allowed.shape[1], features.shape[1], device=features.device, requires_grad=True)
    bias = torch.zeros(allowed.shape[1], device=features.device, requires_grad=True)
    optimizer = torch.optim.LBFGS([weight, bias], max_iter=100, history_size=10, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimizer.zero_grad()
        loss = allowed_loss(features @ weight.T + bias, allowed).mean()
        penalised = loss + weight.square().sum() / (2 * strength * len(features))
        torch.autograd.backward(penalised)
        return penalised

    optimizer.step(closure)  # type: ignore[no-untyped-call]
    return weight.detach(), bias.detach()


def _together(documents: Sequence[Sequence[NDArray[np.int64]]]) -> dict[str, Tensor]:
    """The chunks of several documents in one pack, with each chunk's document and place. A document without text has none."""
    pack = Pack.of([chunk for chunks in documents for chunk in chunks])
    counts = torch.tensor([len(chunks) for chunks in documents], dtype=torch.long)
    places = [place for chunks in documents for place in range(len(chunks))]
    return {
        "ids": pack.ids,
        "positions": pack.positions,
        "texts": pack.texts,
        "bounds": pack.bounds,
        "documents": torch.repeat_interleave(torch.arange(len(documents)), counts),
        "places": torch.tensor(places, dtype=torch.long),
        "longest": torch.tensor(pack.longest),
    }


def _padded(batch: dict[str, Tensor], count: int, documents: int, most: int, longest: int) -> dict[str, Tensor]:
    """The batch in one of few shapes, so that a GPU can replay what it once recorded for each.

    Padding tokens form texts of their own, no longer than real ones, that belong to one document more.
    """
    tokens, chunks = len(batch["ids"]), len(batch["places"])
    room = _next_size(tokens, _SMALLEST)
    lengths = batch["bounds"].diff().long()
    fill = room - tokens
    extra = [longest] * (fill // longest) + ([fill % longest] if fill % longest else [])
    # Room for as many texts as documents may show: an empty one costs nothing, another shape a recording.
    slots = max(_next_size(chunks + len(extra), _FEWEST), _next_size(documents * most, _FEWEST))
    lengths = torch.cat([lengths, torch.tensor([*extra, *[0] * (slots - chunks - len(extra))], dtype=torch.long)])
    bounds = torch.cat([torch.zeros(1, dtype=torch.long), lengths.cumsum(0)])
    texts = torch.repeat_interleave(torch.arange(slots), lengths)
    ids = torch.nn.functional.pad(batch["ids"], (0, fill))
    blank = documents - count
    return {
        "ids": ids,
        "positions": torch.arange(room) - bounds[texts],
        "texts": texts,
        "bounds": bounds.to(torch.int32),
        "longest": torch.tensor(longest),
        "documents": torch.nn.functional.pad(batch["documents"], (0, slots - chunks), value=documents),
        "places": torch.nn.functional.pad(batch["places"], (0, slots - chunks)),
        "allowed": torch.nn.functional.pad(batch["allowed"], (0, 0, 0, blank), value=True),
        "weights": torch.nn.functional.pad(batch["weights"], (0, blank)),
    }


def _next_size(size: int, smallest: int) -> int:
    """The next of a row of sizes, each a fifth larger than the one before."""
    room = float(smallest)
    while int(room) < size:
        room *= _GROWTH
    return int(room)


def _class_weights(allowed: NDArray[np.bool_], power: float) -> NDArray[np.float64]:
    """(documents,) float64 whose mean is 1; a document whose leaf is open weighs as the mean."""
    leaf = np.where(allowed.sum(axis=1) == 1, allowed.argmax(axis=1), -1)
    counts = np.bincount(leaf[leaf >= 0], minlength=allowed.shape[1]).astype(float)
    each = np.where(leaf >= 0, np.maximum(counts[leaf], 1.0) ** -power, 0.0)
    known: Any = each[leaf >= 0]
    mean = known.mean() if len(known) else 1.0
    weights: NDArray[np.float64] = np.where(leaf >= 0, each / mean, 1.0)
    return weights
