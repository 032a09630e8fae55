"""Whether a base with its adapter still computes what it did when the adapter was saved."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from foyerdoc import storage
from foyerdoc.errors import DamagedFile, ModelError
from foyerdoc.models.conversations import encode_conversation
from foyerdoc.models.loading import weights_digest
from foyerdoc.models.protocol import Message

KIND: Final = "adapter"
VERSION: Final = 1
PROBE: Final = "probe.json"

_CONVERSATION: Final = (Message("user", "Résumez : the insured car was damaged on the car park; der Schaden beträgt 1.250 €."),)
_PLACES: Final = 4
_WORDS: Final = 64
_TOLERANCE: Final = 0.1
_TOLERANCE_OTHER_BITS: Final = 0.5
"""Length of the difference over the length of what was stored. bfloat16 or another device moves it by some hundredths, 16 bits
in the place of 4 by a tenth or two, another base by more than one."""


def probe_tokens(tokenizer: Any) -> list[int]:
    """The tokens that every probe shows its model."""
    return encode_conversation(tokenizer, _CONVERSATION)


def probe_values(logits: Any) -> NDArray[np.float64]:
    """(4, 64) float64: logits of some words after the last tokens, their mean taken off.

    Args:
        logits: (tokens, vocabulary) of `probe_tokens`.
    """
    words = np.linspace(0, logits.shape[-1] - 1, _WORDS).astype(np.int64)
    values: NDArray[np.float64] = logits[-_PLACES:].detach().double().cpu().numpy()[:, words]
    centred: NDArray[np.float64] = values - values.mean(axis=1, keepdims=True)
    return centred


def write_probe(folder: Path, values: NDArray[np.float64], *, base: str, quantization: str) -> None:
    """Store a probe beside the adapter's weights.

    Args:
        folder: being written.
        values: of `probe_values`.
        base: `weights_digest` of the base.
        quantization: of the base.
    """
    probe = {"base": base, "quantization": quantization, "values": values.round(5).tolist()}
    (folder / PROBE).write_text(json.dumps(probe), encoding="utf-8")


def check_base(folder: Path, base: Path) -> None:
    """Compare an adapter's folder with its manifest and with the base that it is to be put on.

    Folders that others wrote have no probe, and pass.

    Raises:
        ModelError: a file of the adapter is altered, or it was trained on another base.
    """
    if not (folder / PROBE).is_file():
        return
    try:
        storage.open_folder(folder, kind=KIND, version=VERSION)
    except DamagedFile as error:
        raise ModelError(
            error.message, hint="the adapter was altered or copied in part: copy it anew, or train it again"
        ) from error
    trained, here = _read(folder)["base"], weights_digest(base)
    if trained.split("@")[-1] != here.split("@")[-1]:
        raise ModelError(
            f"{folder} was trained on {trained}, the base here is {here}", hint="load it on the base that it was trained on"
        )


def check_probe(folder: Path, values: NDArray[np.float64], *, quantization: str) -> None:
    """Compare what a loaded model computes with what was stored.

    Raises:
        ModelError: they differ by more than rounding.
    """
    probe = _read(folder)
    stored = np.array(probe["values"])
    difference = np.inf
    if stored.shape == values.shape:
        difference = float(np.linalg.norm(values - stored) / max(float(np.linalg.norm(stored)), 1e-9))
    allowed = _TOLERANCE if quantization == probe["quantization"] else _TOLERANCE_OTHER_BITS
    # Written so that what is not a number fails.
    if not difference <= allowed:
        raise ModelError(
            f"{folder} does not compute what it did when it was saved: its probe is off by {difference:.2f}, above {allowed}",
            hint="its base, weights or a library's version differ: train it again, or install the versions in training.json",
        )


def _read(folder: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((folder / PROBE).read_bytes())
    return content
