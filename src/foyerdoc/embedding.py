"""Texts as points: any sentence-transformers model, the embedded multilingual E5 by default."""

from __future__ import annotations

import gc
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from foyerdoc.models.embedded import embedded_embedder
from foyerdoc.models.loading import (
    fast_dtype,
    find_device,
    find_model,
    import_bitsandbytes_first,
    quietly,
    refusals,
    weights_digest,
)
from foyerdoc.models.tokens import Tokens

if TYPE_CHECKING:
    from torch import Tensor

# Prefixes of the embedded model, by which it was trained (Wang et al., "Multilingual E5 Text Embeddings", 2024).
_E5_QUERY = "query: "
_E5_DOCUMENT = "passage: "

_REMEMBERED = 1024
"""Vectors kept, under 2 MB at 384 dimensions: a document is embedded by the classifier, then by the index."""


_BATCH_TOKENS: Final = {"cpu": 4096, "cuda": 65_536}
_TOKENIZED = 1024
"""Texts whose tokens are found at a time, while the GPU is busy with those before."""

_PROBES = ("hail", "The roof was damaged by hail. " * 20)
_ALIKE = 0.9995
"""The cosine above which a text counts as embedded alike, packed and padded."""


class SentenceEmbedder:
    """A sentence-transformers model.

    Texts are embedded in batches under a budget of tokens: on a CPU of similar length, on a GPU one after the other without
    padding (`models.packing`), if the model then answers as it does with padding, which is tried when it is loaded. A
    text's vector hardly depends on its company: the cosine between alone and in any batch is above 0.9999 (bfloat16 rounds
    differently by shape). Identical texts of one call share one computation and so one vector, and the vectors of the last
    1,024 texts are remembered.

    A text longer than `max_tokens` is cut by the model without a word; `count_tokens` tells beforehand.

    Args:
        model: a folder, or a name on the Hugging Face hub that is on this machine; the embedded model by default.
        device: "cpu", "cuda" ...; the first GPU, else the CPU, by default.
        query_prefix: put before texts that search; the model's own prompt by default.
        document_prefix: put before texts that are searched; the model's own prompt by default.
        batch_tokens: tokens of one batch, padding included; 65,536 on a GPU, else 4,096, by default.
        dtype: what is computed in; by default "bfloat16" on a GPU and on CPUs with instructions for it, else "float32".
    """

    def __init__(
        self,
        model: str | Path | None = None,
        *,
        device: str | None = None,
        query_prefix: str | None = None,
        document_prefix: str | None = None,
        batch_tokens: int | None = None,
        dtype: str | None = None,
    ) -> None:
        self._source = model
        self._device = device
        self._query_prefix = query_prefix
        self._document_prefix = document_prefix
        self._batch_tokens = batch_tokens
        self._dtype = dtype
        self._lock = threading.RLock()
        self._model_: Any = None
        self._packs = False
        self._tokens_: Tokens | None = None
        self._name: str | None = None
        self._remembered: OrderedDict[str, NDArray[np.float32]] = OrderedDict()

    @property
    def name(self) -> str:
        """The model's name and a digest of its weights."""
        with self._lock:
            if self._name is None:
                self._name = weights_digest(self._folder())
            return self._name

    @property
    def dimensions(self) -> int:
        """The length of a vector."""
        return int(self._model().get_embedding_dimension())

    @property
    def max_tokens(self) -> int:
        """The longest text that is embedded whole, whichever prefix it gets."""
        longest = max(self._prefixes(), key=self.count_tokens)
        return self._positions() - self.count_tokens(longest) - 2

    def embed_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(n, dimensions) float32, unit norm, for texts that are searched. Cosine: higher is closer."""
        return self._embed(texts, self._prefixes()[1])

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(n, dimensions) float32, unit norm, for texts that search."""
        return self._embed(texts, self._prefixes()[0])

    def count_tokens(self, text: str) -> int:
        """Tokens of a text, special tokens and prefixes not counted."""
        return self._tokens()(text)

    def offsets(self, text: str) -> Sequence[tuple[int, int]]:
        """Start and end of each token in the text's code points, ascending, special tokens left out."""
        return self._tokens().offsets(text)

    def close(self) -> None:
        """Let go of the model's memory. A later call loads it again."""
        with self._lock:
            on_gpu = self._model_ is not None and self._model_.device.type == "cuda"
            self._model_ = None
            self._remembered.clear()
            gc.collect()
            if on_gpu:
                import torch

                torch.cuda.empty_cache()

    def _embed(self, texts: Sequence[str], prefix: str) -> NDArray[np.float32]:
        if not texts:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        prefixed = [prefix + text for text in texts]
        with self._lock:
            known = {text: self._remembered[text] for text in prefixed if text in self._remembered}
            new = [text for text in dict.fromkeys(prefixed) if text not in known]
            known.update(zip(new, self._compute(new), strict=True))
            for text, vector in list(known.items())[-_REMEMBERED:]:
                # A copy: a row would keep all the call's vectors alive.
                self._remembered[text] = vector.copy()
                self._remembered.move_to_end(text)
            while len(self._remembered) > _REMEMBERED:
                self._remembered.popitem(last=False)
        return np.stack([known[text] for text in prefixed])

    def _compute(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(n, dimensions) float32, unit norm, whatever the model computed in. Different texts, prefixes included."""
        model = self._model()
        budget = self._batch_tokens or _BATCH_TOKENS[model.device.type]
        if self._packs:
            vectors = self._compute_packed(model, texts, budget)
        else:
            vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
            lengths = [min(len(ids), self._positions()) for ids in self._tokens().ids(texts)]
            for rows in _batches(lengths, budget):
                vectors[rows] = _encode(model, [texts[row] for row in rows])
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        vectors /= np.maximum(norms, np.finfo(np.float32).tiny)
        return vectors

    def _compute_packed(self, model: Any, texts: Sequence[str], budget: int) -> NDArray[np.float32]:
        """(n, dimensions) float32, the means of the last layer. Nothing waits for the GPU but the end."""
        import torch

        if not texts:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        with ThreadPoolExecutor(1) as reader, torch.inference_mode():
            parts = [texts[start : start + _TOKENIZED] for start in range(0, len(texts), _TOKENIZED)]
            found = reader.map(self._tokens().ids, parts)
            ids = (_cut(one, self._positions()) for some in found for one in some)
            means = [_means(model, batch) for batch in _in_order(ids, budget)]
            vectors: NDArray[np.float32] = torch.cat(means).cpu().numpy()
        return vectors

    def _prefixes(self) -> tuple[str, str]:
        """For queries, for documents."""
        own_query, own_document = (_E5_QUERY, _E5_DOCUMENT) if self._source is None else self._prompts()
        query = own_query if self._query_prefix is None else self._query_prefix
        document = own_document if self._document_prefix is None else self._document_prefix
        return query, document

    def _prompts(self) -> tuple[str, str]:
        prompts = self._model().prompts
        return prompts.get("query") or "", prompts.get("document") or prompts.get("passage") or ""

    def _positions(self) -> int:
        if self._source is None:
            return 512
        return int(self._model().max_seq_length)

    def _folder(self) -> Path:
        return embedded_embedder() if self._source is None else find_model(self._source)

    def _tokens(self) -> Tokens:
        with self._lock:
            if self._tokens_ is None:
                self._tokens_ = Tokens(self._folder())
            return self._tokens_

    def _model(self) -> Any:
        with self._lock:
            if self._model_ is None:
                self._model_ = self._load()
                # The kernel for texts without padding wants 16 bits.
                on_gpu, wide = self._model_.device.type == "cuda", next(self._model_.parameters()).dtype.itemsize > 2
                self._packs = on_gpu and not wide and self._pack(self._model_)
            return self._model_

    def _pack(self, model: Any) -> bool:
        """Have the model take texts without padding if it answers the same then: positions, pooling and last layers differ."""
        from foyerdoc.models.packing import pack_attention

        padded = _encode(model, _PROBES)
        base = model[0].auto_model
        before = base.config._attn_implementation  # noqa: SLF001 - transformers has no public way to ask
        try:
            pack_attention(base)
            packed = self._compute_packed(model, _PROBES, _BATCH_TOKENS["cuda"])
        except (AttributeError, TypeError, ValueError, RuntimeError):
            alike = False
        else:
            norms = np.linalg.norm(padded, axis=1) * np.linalg.norm(packed, axis=1)
            alike = padded.shape == packed.shape and bool(((padded * packed).sum(axis=1) > _ALIKE * norms).all())
        if not alike:
            base.set_attn_implementation(before)
        return alike

    def _load(self) -> Any:
        import torch

        device = find_device(self._device)
        dtype = self._dtype or fast_dtype(device)
        folder = self._folder()
        with quietly(), refusals(folder):
            import_bitsandbytes_first()
            from sentence_transformers import SentenceTransformer

            model = SentenceTransformer(
                str(folder),
                device=device,
                local_files_only=True,
                trust_remote_code=False,
                model_kwargs={"dtype": getattr(torch, dtype)},
            ).eval()
        model[0].register_forward_hook(_to_float32)
        return model


def named(name: str) -> SentenceEmbedder:
    """The embedder that a recipe names: "e5" for the embedded one, else a folder or a name on the hub."""
    return SentenceEmbedder() if name == "e5" else SentenceEmbedder(name)


def _to_float32(_module: Any, _inputs: Any, features: dict[str, Any]) -> dict[str, Any]:
    """Pooling adds up hundreds of tokens: in bfloat16 that would cost more precision than all layers before it."""
    return {**features, "token_embeddings": features["token_embeddings"].float()}


def _encode(model: Any, texts: Sequence[str]) -> NDArray[np.float32]:
    """(n, dimensions) float32 by sentence-transformers, in one batch."""
    encoded = model.encode(list(texts), batch_size=len(texts), convert_to_tensor=True, show_progress_bar=False)
    vectors: NDArray[np.float32] = encoded.float().cpu().numpy()
    return vectors


def _means(model: Any, texts: Sequence[Sequence[int]]) -> Tensor:
    """(n, hidden) float32 on the model's device, the mean of each text's tokens after the last layer."""
    import torch

    from foyerdoc.models.packing import Pack, first_position

    base = model[0].auto_model
    pack = Pack.of(texts).to(model.device)
    inputs = pack.inputs()
    inputs["position_ids"] += first_position(base)
    hidden = base(**inputs).last_hidden_state[0].float()
    means: Tensor = torch.segment_reduce(hidden, "mean", lengths=pack.bounds.diff().long(), unsafe=True)
    return means


def _cut(ids: list[int], most: int) -> list[int]:
    """Token ids as the model's tokenizer cuts them: the mark at the end stays."""
    return ids if len(ids) <= most else [*ids[: most - 1], ids[-1]]


def _in_order(texts: Iterator[list[int]], budget: int) -> Iterator[list[list[int]]]:
    """Texts one after the other, each batch within the budget of tokens or one text."""
    batch: list[list[int]] = []
    tokens = 0
    for ids in texts:
        if batch and tokens + len(ids) > budget:
            yield batch
            batch, tokens = [], 0
        batch.append(ids)
        tokens += len(ids)
    if batch:
        yield batch


def _batches(lengths: Sequence[int], budget: int) -> list[list[int]]:
    """Rows of similar length, the longest first, each batch within the budget of padded tokens or one row."""
    batches: list[list[int]] = []
    for row in sorted(range(len(lengths)), key=lambda row: (-lengths[row], row)):
        # The batch's first row is its longest.
        if batches and (len(batches[-1]) + 1) * lengths[batches[-1][0]] <= budget:
            batches[-1].append(row)
        else:
            batches.append([row])
    return batches
