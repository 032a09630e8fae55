"""The folder of a trained classifier: LoRA in PEFT's format, head, words, taxonomy, calibration, and how it came about."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError

from foyerdoc import storage
from foyerdoc.classification.calibration import Calibration
from foyerdoc.classification.classifier import Classifier
from foyerdoc.errors import DamagedFile, ModelError
from foyerdoc.models.bases import Quantization, base_folder, load_base
from foyerdoc.models.loading import need_bitsandbytes, weights_digest
from foyerdoc.models.tokens import Tokens
from foyerdoc.taxonomy import Taxonomy

if TYPE_CHECKING:
    from foyerdoc.classification.network import Encoded, Network

KIND: Final = "classifier"
VERSION: Final = 2

WEIGHTS: Final = "adapter_model.safetensors"
HEAD: Final = "head.safetensors"
WORDS: Final = "lexical.safetensors"
TAXONOMY: Final = "taxonomy.json"
SETTINGS: Final = "classifier.json"
TRAINING: Final = "training.json"

PROBE: Final = (
    "Monsieur, je vous prie de trouver ci-joint la facture numéro 2041 du 3 mars.",
    "Sehr geehrte Damen und Herren, hiermit kündige ich den Vertrag zum Jahresende.",
    "Dear Sir or Madam, my car was damaged on the car park last Tuesday.",
    "1 2 3",
)
"""Texts whose scores are stored with an adapter and computed again when it is loaded."""

_TOLERANCE: Final = 0.1
"""Of the probe: the length of the difference over the length of what was stored. bfloat16 on another device moves it by some
hundredths, another head or base by more than one."""


class Settings(BaseModel):
    """What `classifier.json` holds.

    Attributes:
        base: what the base is called: "e5", "smollm2", a folder or a name on the hub.
        base_digest: of its weights.
        quantization: of the base.
        prefix: put before each chunk.
        chunk_tokens: of a chunk.
        max_chunks: of a document.
        lexical_weight: what a lexical score counts for beside the network's; 0 without lexical part.
        temperature, thresholds, target, examples: see `Calibration`; None when too few documents were held out.
        probe: (texts, leaves) the network's scores of `PROBE`.
        merged: whether the base that is named is the adapter's own, merged into it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    base: str
    base_digest: str
    quantization: Quantization
    prefix: str
    chunk_tokens: int
    max_chunks: int
    lexical_weight: float
    temperature: float | None
    thresholds: tuple[float, ...]
    target: float
    examples: int
    probe: tuple[tuple[float, ...], ...]
    merged: bool = False

    def calibration(self) -> Calibration | None:
        """The calibration, if there is one."""
        if self.temperature is None:
            return None
        return Calibration(self.temperature, self.thresholds, self.target, self.examples)


def load_classifier(folder: Path, *, device: str | None = None, base: str | Path | None = None) -> Classifier:
    """A classifier from its folder.

    Args:
        folder: what `save_classifier` wrote.
        device: "cpu", "cuda" ...; the first GPU, else the CPU, by default.
        base: where the base is now, when it is not where it was in training.

    Raises:
        DamagedFile: the folder is not a classifier's, or altered.
        ModelMissing: the base is not on this machine.
        ModelError: the base is another one, or the stored probe comes out differently.
    """
    from foyerdoc.classification.lexical import Lexical
    from foyerdoc.classification.network import TrainedScorer

    settings, taxonomy = read_folder(folder)
    network, encoded, name = load_network(folder, settings, taxonomy, device=device, base=base)
    lexical = Lexical.load(folder / WORDS) if settings.lexical_weight else None
    scorer = TrainedScorer(
        network,
        encoded,
        name=name,
        adapter=storage.sha256(folder / HEAD)[:12],
        settings=(("target", f"{settings.target:g}"),),
        lexical=lexical,
        lexical_weight=settings.lexical_weight,
    )
    check_probe(folder, settings, probe_scores(network, encoded))
    return Classifier(taxonomy, scorer, settings.calibration())


def load_network(
    folder: Path, settings: Settings, taxonomy: Taxonomy, *, device: str | None = None, base: str | Path | None = None
) -> tuple[Network, Encoded, str]:
    """A classifier's network, what encodes documents for it, and the name of its base. Arguments as those of `load_classifier`.

    Raises:
        ModelMissing: the base is not on this machine.
        ModelError: the base is another one, or the head does not fit the taxonomy.
    """
    from foyerdoc.classification.network import Encoded, Network

    source = folder / settings.base if settings.merged else base or settings.base
    digest = weights_digest(base_folder(source))
    if not settings.merged and digest.split("@")[-1] != settings.base_digest.split("@")[-1]:
        raise ModelError(
            f"{folder} was trained on {settings.base_digest}, the base here is {digest}",
            hint="name the folder of the base that it was trained on with base=",
        )
    loaded = load_base(source, quantization=settings.quantization, device=device)
    network = Network(loaded, len(taxonomy.leaves()))
    if not settings.merged:
        need_bitsandbytes()
        from foyerdoc.models.lora import with_lora

        network.backbone = with_lora(loaded, folder)
    _read_head(network, folder)
    tokens = Tokens(loaded.folder)
    encoded = Encoded(
        loaded.model.config,
        tokens,
        chunk_tokens=settings.chunk_tokens,
        max_chunks=settings.max_chunks,
        prefix=settings.prefix,
    )
    return network, encoded, loaded.name


def read_folder(folder: Path) -> tuple[Settings, Taxonomy]:
    """The settings and the taxonomy of a classifier's folder, its checksums compared.

    Raises:
        DamagedFile: it is not a classifier's folder, or altered.
    """
    storage.open_folder(folder, kind=KIND, version=VERSION)
    try:
        settings = Settings.model_validate_json((folder / SETTINGS).read_bytes())
    except (OSError, ValidationError) as error:
        raise DamagedFile(f"{folder / SETTINGS} does not say what it should", hint="train the classifier again") from error
    return settings, Taxonomy.load(folder / TAXONOMY)


def save_parts(
    folder: Path, network: Any, settings: Settings, taxonomy: Taxonomy, lexical: Any, training: Mapping[str, Any]
) -> None:
    """Write a classifier's parts into a folder that `storage.new_folder` made."""
    import orjson
    from peft import PeftModel

    peft = network.backbone
    if isinstance(peft, PeftModel):
        from foyerdoc.models.lora import save_lora

        save_lora(peft, folder, settings.base)
    _write_head(network, folder)
    if settings.lexical_weight:
        lexical.save(folder / WORDS)
    (folder / TAXONOMY).write_text(taxonomy.model_dump_json(by_alias=True, indent=1), encoding="utf-8")
    (folder / SETTINGS).write_text(settings.model_dump_json(indent=1), encoding="utf-8")
    (folder / TRAINING).write_bytes(orjson.dumps(training, option=orjson.OPT_INDENT_2 | orjson.OPT_SERIALIZE_NUMPY))


def probe_scores(network: Any, encoded: Any) -> NDArray[np.float64]:
    """(texts, leaves) float64, the network's scores of `PROBE`."""
    import torch

    from foyerdoc.models.packing import Pack

    network.eval()
    with torch.inference_mode():
        pack = Pack.of(encoded.ids(PROBE)).to(network.head.weight.device)
        scores: NDArray[np.float64] = network.by_chunk(network.vectors(pack)).double().cpu().numpy()
    return scores


def check_probe(folder: Path, settings: Settings, found: NDArray[np.float64]) -> None:
    """Compare a loaded network's scores of `PROBE` with those stored.

    Raises:
        ModelError: they differ by more than rounding.
    """
    stored = np.array(settings.probe)
    if stored.shape == found.shape:
        difference = float(np.linalg.norm(found - stored) / max(float(np.linalg.norm(stored)), 1e-9))
        if difference <= _TOLERANCE:
            return
    raise ModelError(
        f"{folder} does not compute what it did when it was saved",
        hint="its base, its head or a library's version differ: train it again, or install the versions in training.json",
    )


def _write_head(network: Any, folder: Path) -> None:
    from safetensors.torch import save_file

    tensors = {
        "weight": network.head.weight,
        "bias": network.head.bias,
        "places": network.places,
        "mean": network.mean,
        "spread": network.spread,
    }
    save_file({name: tensor.detach().float().cpu().contiguous() for name, tensor in tensors.items()}, folder / HEAD)


def _read_head(network: Any, folder: Path) -> None:
    import torch
    from safetensors.torch import load_file

    tensors = load_file(folder / HEAD)
    if tensors["weight"].shape != network.head.weight.shape:
        raise ModelError(
            f"{folder / HEAD} is for {len(tensors['weight'])} labels, the taxonomy has {network.head.out_features}",
            hint="the folder was put together from two: train the classifier again",
        )
    with torch.no_grad():
        network.head.weight.copy_(tensors["weight"])
        network.head.bias.copy_(tensors["bias"])
        network.places.copy_(tensors["places"])
        network.mean.copy_(tensors["mean"])
        network.spread.copy_(tensors["spread"])
