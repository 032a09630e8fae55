"""Several texts in one row, each attending to itself alone: no token of padding is computed.

transformers calls `_attend` for a model whose attention was set to `PACKED`; what marks the texts travels under the names that
transformers gives to flash attention's arguments.
"""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

PACKED: Final = "foyerdoc_packed"


@dataclass(frozen=True, slots=True)
class Pack:
    """Texts one after the other.

    Attributes:
        ids: (tokens,) int64, the texts' token ids.
        positions: (tokens,) int64, each token's place within its text.
        texts: (tokens,) int64, the number of each token's text.
        bounds: (texts + 1,) int32, where each text begins, and the end of the last.
        longest: tokens of the longest text, or any number above it.
    """

    ids: Tensor
    positions: Tensor
    texts: Tensor
    bounds: Tensor
    longest: int

    @classmethod
    def of(cls, texts: Sequence[Sequence[int] | NDArray[np.int64]]) -> Pack:
        """Pack token ids, on the CPU."""
        lengths = torch.tensor([len(ids) for ids in texts], dtype=torch.long)
        bounds = torch.cat([torch.zeros(1, dtype=torch.long), lengths.cumsum(0)])
        numbers = torch.repeat_interleave(torch.arange(len(texts)), lengths)
        ids = torch.from_numpy(np.concatenate([np.asarray(each, dtype=np.int64) for each in texts] or [np.zeros(0, np.int64)]))
        positions = torch.arange(len(ids)) - bounds[numbers]
        return cls(ids, positions, numbers, bounds.to(torch.int32), int(lengths.max()) if len(texts) else 0)

    def inputs(self) -> dict[str, Any]:
        """The keyword arguments of a model whose attention is `PACKED`. Rows are one: (1, tokens)."""
        return {
            "input_ids": self.ids[None],
            "position_ids": self.positions[None],
            "cu_seq_lens_q": self.bounds,
            "cu_seq_lens_k": self.bounds,
            "max_length_q": self.longest,
            "max_length_k": self.longest,
            "use_cache": False,
        }

    def to(self, device: str | torch.device) -> Pack:
        """The same on another device."""
        ids, positions, texts, bounds = (
            tensor.to(device, non_blocking=True) for tensor in (self.ids, self.positions, self.texts, self.bounds)
        )
        return Pack(ids, positions, texts, bounds, self.longest)


def first_position(model: Any) -> int:
    """Where a model counts positions from: after the padding's in RoBERTa and its kin, else 0."""
    embeddings = getattr(model, "embeddings", None)
    padding = getattr(embeddings, "padding_idx", None)
    return padding + 1 if isinstance(padding, int) and getattr(embeddings, "position_embeddings", None) is not None else 0


def pack_attention(model: Any) -> None:
    """Set a transformers model's attention to `PACKED`."""
    from transformers import AttentionInterface

    AttentionInterface.register(PACKED, _attend)
    model.set_attn_implementation(PACKED)


def _attend(
    module: Any,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    _mask: Tensor | None,
    *,
    cu_seq_lens_q: Tensor,
    max_length_q: int,
    scaling: float | None = None,
    **_: Any,
) -> tuple[Tensor, None]:
    """Attention within each text. Its own dropout is left out: the kernel that packs on a GPU has none.

    Args:
        module: the layer; its `is_causal` says whether later tokens are hidden.
        query: (1, heads, tokens, width).
        key: (1, key heads, tokens, width); the heads are a multiple of the key heads.
        value: as key.

    Returns:
        (1, tokens, heads, width).
    """
    causal = bool(getattr(module, "is_causal", False))
    if query.is_cuda and query.dtype in (torch.bfloat16, torch.float16):
        return _on_gpu(query, key, value, cu_seq_lens_q, max_length_q, scaling, causal), None
    bounds = cu_seq_lens_q.tolist()
    shared = key.shape[1] != query.shape[1]
    parts = [
        torch.nn.functional.scaled_dot_product_attention(
            query[:, :, start:end],
            key[:, :, start:end],
            value[:, :, start:end],
            is_causal=causal,
            scale=scaling,
            enable_gqa=shared,
        )
        for start, end in pairwise(bounds)
        if start < end
    ]
    return torch.cat(parts, dim=2).transpose(1, 2), None


def _on_gpu(
    query: Tensor, key: Tensor, value: Tensor, bounds: Tensor, longest: int, scaling: float | None, causal: bool
) -> Tensor:
    from torch.nn.attention.varlen import varlen_attn

    repeats = query.shape[1] // key.shape[1]
    if repeats > 1:
        key, value = key.repeat_interleave(repeats, dim=1), value.repeat_interleave(repeats, dim=1)
    # (1, heads, tokens, width) -> (tokens, heads, width)
    query, key, value = (tensor[0].transpose(0, 1).contiguous() for tensor in (query, key, value))
    out: Any = varlen_attn(query, key, value, bounds, bounds, longest, longest, scale=scaling, **_causal_argument(causal))
    attended: Tensor = out[None]
    return attended


@cache
def _causal_argument(causal: bool) -> dict[str, Any]:
    """What hides later tokens: torch 2.11 still has `is_causal`, later versions a window."""
    from torch.nn.attention.varlen import varlen_attn

    if "is_causal" in inspect.signature(varlen_attn).parameters:
        return {"is_causal": causal}
    return {"window_size": (-1, 0 if causal else -1)}
