"""Weights in llama.cpp's K types: blocks of 256 values whose small scales are themselves quantised.

    Q4_K    8 groups of 32:  d * scale * q - dmin * least,   q 0..15, scale and least 6 bits        4.5 bits a value
    Q6_K   16 groups of 16:  d * scale * q,                  q -32..31, scale 8 bits, signed        6.6 bits a value

The layout is that of ggml (src/ggml-quants.c), which `gguf.quants` reads but does not write. How the scales are found is ours:
candidates around the widest one, each refined by weighted least squares, the one with the smallest error is kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import torch

_BLOCK: Final = 256
# Blocks quantised at once: 2 MB of values and about 20 times that while they are worked on.
_BLOCKS_AT_ONCE: Final = 2048


def quantize(values: torch.Tensor, kind: str) -> NDArray[np.uint8]:
    """Pack a matrix.

    Args:
        values: (rows, columns) float32, columns a multiple of 256.
        kind: "Q4_K" or "Q6_K".

    Returns:
        (rows, columns / 256 * bytes of a block) uint8; `gguf.quants.dequantize` reads it.
    """
    import torch

    pack = {"Q4_K": _q4_k, "Q6_K": _q6_k}[kind]
    blocks = values.reshape(-1, _BLOCK)
    packed = [pack(part).numpy() for part in torch.split(blocks, _BLOCKS_AT_ONCE)]
    return np.concatenate(packed).reshape(values.shape[0], -1)


def _q4_k(blocks: torch.Tensor) -> torch.Tensor:
    """(n, 256) float32 to (n, 144) uint8."""
    import torch

    x = blocks.reshape(-1, 8, 32)
    scales, leasts = _scale_and_least(x)
    d, dmin = _half(scales.amax(1) / 63), _half(leasts.amax(1) / 63)  # (n,) each
    scale = _steps(scales, d).clamp(0, 63)
    least = _steps(leasts, dmin).clamp(0, 63)
    step, floor = (d[:, None] * scale)[..., None], (dmin[:, None] * least)[..., None]
    q = torch.where(step > 0, ((x + floor) / step.clamp(min=1e-30)).round(), 0.0).clamp(0, 15).to(torch.uint8)
    sc, m = scale.to(torch.uint8), least.to(torch.uint8)
    # Six bits each: the first four groups whole, the upper two bits of the others in the room that these leave.
    first = sc[:, :4] | (sc[:, 4:] >> 4) << 6
    second = m[:, :4] | (m[:, 4:] >> 4) << 6
    third = (sc[:, 4:] & 15) | (m[:, 4:] & 15) << 4
    pairs = q.reshape(-1, 4, 2, 32)
    nibbles = (pairs[:, :, 0] | pairs[:, :, 1] << 4).reshape(-1, 128)
    return torch.cat([_bytes(d), _bytes(dmin), first, second, third, nibbles], dim=1)


def _q6_k(blocks: torch.Tensor) -> torch.Tensor:
    """(n, 256) float32 to (n, 210) uint8."""
    import torch

    x = blocks.reshape(-1, 16, 16)
    scales = _signed_scale(x)  # (n, 16)
    largest = scales.gather(1, scales.abs().argmax(1, keepdim=True))[:, 0]
    d = _half(largest / -128)
    scale = _steps(scales, d).clamp(-128, 127)
    step = (d[:, None] * scale)[..., None]
    q = torch.where(step != 0, x / torch.where(step != 0, step, 1.0), 0.0).round().clamp(-32, 31) + 32
    quarters = q.to(torch.uint8).reshape(-1, 2, 4, 32)  # halves of 128, each in quarters of 32
    low, high = quarters & 15, quarters >> 4
    ql = torch.stack([low[:, :, 0] | low[:, :, 2] << 4, low[:, :, 1] | low[:, :, 3] << 4], dim=2)
    qh = high[:, :, 0] | high[:, :, 1] << 2 | high[:, :, 2] << 4 | high[:, :, 3] << 6
    n = blocks.shape[0]
    return torch.cat([ql.reshape(n, 128), qh.reshape(n, 64), scale.to(torch.int8).view(torch.uint8), _bytes(d)], dim=1)


def _scale_and_least(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """(n, 8, 32) to scale and least, (n, 8) each and not negative, for x = scale * q - least with q in 0..15."""
    import torch

    # Large weights and those of loud groups matter more for the products.
    weight = x.square().mean(-1, keepdim=True).sqrt() + x.abs()
    low = x.amin(-1).clamp(max=0)  # (n, 8)
    width = x.amax(-1) - low
    best_scale, best_least = width / 15, -low
    best_error = torch.full_like(width, torch.inf)
    sum_w, sum_x = weight.sum(-1), (weight * x).sum(-1)
    for levels in torch.linspace(14.0, 17.0, 16).tolist():
        inverse = torch.where(width > 0, levels / width.clamp(min=1e-30), 0.0)[..., None]
        q = ((x - low[..., None]) * inverse).round().clamp(0, 15)
        wq = weight * q
        sum_q, sum_qq, sum_xq = wq.sum(-1), (wq * q).sum(-1), (wq * x).sum(-1)
        determinant = sum_w * sum_qq - sum_q.square()
        # Where nearly all values fall on one step, scale and offset would grow against each other.
        solvable = determinant > 1e-3 * sum_w * sum_qq
        safe = torch.where(solvable, determinant, 1.0)
        scale = (sum_w * sum_xq - sum_x * sum_q) / safe
        least = -(sum_qq * sum_x - sum_q * sum_xq) / safe
        # Without an offset where least squares would want a negative one.
        without = sum_xq / sum_qq.clamp(min=1e-30)
        scale, least = torch.where(least < 0, without, scale), least.clamp(min=0)
        error = (weight * (scale[..., None] * q - least[..., None] - x).square()).sum(-1)
        better = solvable & (scale > 0) & (error < best_error)
        best_error = torch.where(better, error, best_error)
        best_scale = torch.where(better, scale, best_scale)
        best_least = torch.where(better, least, best_least)
    return best_scale, best_least


def _signed_scale(x: torch.Tensor) -> torch.Tensor:
    """(n, 16, 16) to (n, 16): the scale of x = scale * q with q in -32..31, of the sign that gives the widest value -32."""
    import torch

    weight = x.square()
    widest = x.gather(-1, x.abs().argmax(-1, keepdim=True))[..., 0]
    best_scale, best_error = torch.zeros_like(widest), weight.square().sum(-1)
    for levels in torch.linspace(-32.9, -31.1, 10).tolist():
        inverse = torch.where(widest != 0, levels / torch.where(widest != 0, widest, 1.0), 0.0)[..., None]
        q = (x * inverse).round().clamp(-32, 31)
        sum_qq = (weight * q * q).sum(-1)
        scale = (weight * q * x).sum(-1) / sum_qq.clamp(min=1e-30)
        error = (weight * (scale[..., None] * q - x).square()).sum(-1)
        better = (sum_qq > 0) & (error < best_error)
        best_error = torch.where(better, error, best_error)
        best_scale = torch.where(better, scale, best_scale)
    return best_scale


def _half(values: torch.Tensor) -> torch.Tensor:
    """Rounded to float16, as they are stored."""
    return values.half().float()


def _steps(values: torch.Tensor, unit: torch.Tensor) -> torch.Tensor:
    import torch

    known = unit[:, None] != 0
    return torch.where(known, values / torch.where(known, unit[:, None], 1.0), 0.0).round()


def _bytes(values: torch.Tensor) -> torch.Tensor:
    """(n,) float32 to (n, 2) uint8, float16 in the machine's order, which is the file's on all that torch runs on."""
    import torch

    return values.half()[:, None].view(torch.uint8)
