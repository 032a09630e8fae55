"""`Quoter`: which sentences answer a question, by a network that was trained for it. Its folder, and what it is loaded from."""

from __future__ import annotations

import gc
import threading
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from foyerdoc import storage
from foyerdoc.documents import Span
from foyerdoc.errors import DamagedFile, ModelError
from foyerdoc.models.bases import Base, Quantization, load_base
from foyerdoc.models.loading import need_bitsandbytes, refusals, weights_digest
from foyerdoc.models.tokens import Tokens
from foyerdoc.quoting.passages import Passage, Reader

if TYPE_CHECKING:
    from foyerdoc.models.protocol import Embedder
    from foyerdoc.quoting.network import Network

KIND: Final = "quoter"
VERSION: Final = 1

HEAD: Final = "head.safetensors"
SETTINGS: Final = "quoter.json"
TRAINING: Final = "training.json"

_loading = threading.Lock()
"""While transformers loads a model torch's default type is that model's, for all threads."""

_BUDGET: Final = 4096  # tokens computed at once
_TOLERANCE: Final = 0.5
"""Of the probe's log odds. Another device rounds them by some hundredths; another base moves them by more than one."""

_PROBE_QUESTION: Final = "Wie hoch ist die Selbstbeteiligung?"
_PROBE_TEXT: Final = "La franchise est de 150 euros. The policy covers hail. Der Vertrag endet am 3. März."
_PROBE: Final = Passage(_PROBE_TEXT, (Span(0, 30), Span(31, 54), Span(55, 84)), (0.4, 0.3, 0.3))


class Settings(BaseModel):
    """What `quoter.json` holds.

    Attributes:
        base: what the base is called: "e5", a folder or a name on the hub.
        base_digest: of its weights.
        quantization: of the base.
        none: the documents do not answer when the probability that no sentence does is above this.
        retrieval: of retrieval's score, what is added to a sentence's log odds when sentences are ordered.
        gap: sentences that are this little below the best in that order are quoted too.
        probe: the network's log odds for a text of our own.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    base: str
    base_digest: str
    quantization: Quantization
    none: Annotated[float, Field(ge=0, le=1)]
    retrieval: Annotated[float, Field(ge=0)]
    gap: Annotated[float, Field(ge=0)]
    probe: tuple[float, ...]


class Quoter:
    """Tells which sentences answer a question, and whether any does. Loaded when first asked. Safe for several threads.

    Args:
        folder: of `finetuning.quoter.train_quoter`.
        device: "cpu", "cuda" ...; the first GPU, else the CPU, by default.
        base: where the base is now, when it is not where it was in training.

    Raises:
        DamagedFile: the folder is not a quoter's, or altered.
    """

    def __init__(self, folder: str | Path, *, device: str | None = None, base: str | Path | None = None) -> None:
        self._folder, self._device, self._base = Path(folder), device, base
        self._settings = read_folder(self._folder)
        self._name = storage.sha256(self._folder / storage.MANIFEST)[:12]
        self._lock = threading.Lock()
        self._loaded: tuple[Network, Reader] | None = None

    @property
    def name(self) -> str:
        """How results name it: a digest of its folder."""
        return self._name

    @property
    def embedder(self) -> str:
        """The embedder whose index's scores it was trained with: its base as it was before."""
        return self._settings.base_digest

    @property
    def none(self) -> float:
        """The documents do not answer when the probability that no sentence does is above this, 0 to 1."""
        return self._settings.none

    @property
    def gap(self) -> float:
        """Sentences whose weight (`weigh`) is this little below the best's are quoted too."""
        return self._settings.gap

    def odds(self, question: str, passages: Sequence[Passage]) -> NDArray[np.float64]:
        """How likely each sentence is to be the answer.

        Returns:
            (sentences,) float64, those of the first passage first: the natural log of each one's odds against "none of them
            answers"; higher is better. `none_of` makes a probability of them.

        Raises:
            ModelMissing: the base is not on this machine.
            ModelError: the base is another one, or the stored probe comes out differently.
        """
        from foyerdoc.quoting.network import predict

        if not any(passage.sentences for passage in passages):
            return np.zeros(0)
        with self._lock:
            network, reader = self._ready()
            return predict(network, [reader.read(question, passages)], _BUDGET)[0]

    def weigh(self, odds: NDArray[np.float64], passages: Sequence[Passage]) -> NDArray[np.float64]:
        """(sentences,) float64, what sentences are ordered by, higher first: the network and retrieval err differently."""
        return weighed(odds, passages, self._settings.retrieval)

    def load(self) -> None:
        """Load it now, and not when it is first asked.

        Raises:
            ModelMissing, ModelError: as for `odds`.
        """
        with self._lock:
            self._ready()

    def unload(self) -> None:
        """Let go of the model's memory. A later call loads it again."""
        with self._lock:
            self._loaded = None
            gc.collect()

    def _ready(self) -> tuple[Network, Reader]:
        if self._loaded is None:
            with _loading:
                self._loaded = self._load()
        return self._loaded

    def _load(self) -> tuple[Network, Reader]:
        from foyerdoc.quoting.network import Network

        settings = self._settings
        need_bitsandbytes()
        from foyerdoc.models.lora import with_lora

        base = load_base(self._base or settings.base, quantization=settings.quantization, device=self._device)
        digest = weights_digest(base.folder)
        if digest.split("@")[-1] != settings.base_digest.split("@")[-1]:
            raise ModelError(
                f"{self._folder} was trained on {settings.base_digest}, the base here is {digest}",
                hint="name the folder of the base that it was trained on with base=",
            )
        network = Network(base)
        with refusals(self._folder):
            network.backbone = with_lora(base, self._folder)
            _read_head(network, self._folder)
        reader = reader_of(base)
        found = probe_odds(network, reader)
        if len(found) != len(settings.probe) or not np.abs(found - settings.probe).max() <= _TOLERANCE:
            raise ModelError(
                f"{self._folder} does not compute what it did when it was saved",
                hint="its base, its head or a library differ: train it again, or install the versions in training.json",
            )
        return network, reader


@cache
def bundled() -> Quoter | None:
    """The quoter that comes with foyerdoc, trained for French, German and English; None where it does not.

    One for all that ask in a process: loaded it takes 450 MB, until `unload`.
    """
    folder = Path(__file__).with_name("general")
    return Quoter(folder) if folder.is_dir() else None


def bundled_for(embedder: Embedder) -> Quoter | None:
    """The quoter that comes with foyerdoc, where an index's scores are those that it was trained with."""
    quoter = bundled()
    return quoter if quoter is not None and embedder.name == quoter.embedder else None


def weighed(odds: NDArray[np.float64], passages: Sequence[Passage], retrieval: float) -> NDArray[np.float64]:
    """(sentences,) float64, log odds and `retrieval` times retrieval's scores, added up."""
    scores = np.array([score for passage in passages for score in passage.scores], dtype=np.float64)
    return odds + retrieval * scores


def none_of(odds: NDArray[np.float64]) -> float:
    """The probability that no sentence answers, 0 to 1, from the log odds of all of them."""
    return float(np.exp(-np.logaddexp.reduce([0.0, *odds.tolist()])))


def reader_of(base: Base) -> Reader:
    """What makes tokens for a base."""
    return Reader(Tokens(base.folder), int(base.model.config.max_position_embeddings))


def probe_odds(network: Network, reader: Reader) -> NDArray[np.float64]:
    """(3,) float64, the network's log odds for a text of our own."""
    from foyerdoc.quoting.network import predict

    return predict(network, [reader.read(_PROBE_QUESTION, [_PROBE])], _BUDGET)[0]


def read_folder(folder: Path) -> Settings:
    """The settings of a quoter's folder, its checksums compared.

    Raises:
        DamagedFile: it is not a quoter's folder, or altered.
    """
    storage.open_folder(folder, kind=KIND, version=VERSION)
    try:
        return Settings.model_validate_json((folder / SETTINGS).read_bytes())
    except (OSError, ValidationError) as error:
        raise DamagedFile(f"{folder / SETTINGS} does not say what it should", hint="train the quoter again") from error


def save_parts(folder: Path, network: Any, settings: Settings) -> None:
    """Write a quoter's parts into a folder that `storage.new_folder` made."""
    from safetensors.torch import save_file

    from foyerdoc.models.lora import save_lora

    save_lora(network.backbone, folder, settings.base)
    head = {"weight": network.head.weight, "bias": network.head.bias}
    save_file({name: tensor.detach().float().cpu().contiguous() for name, tensor in head.items()}, folder / HEAD)
    save_settings(folder, settings)


def save_settings(folder: Path, settings: Settings) -> None:
    """Write a quoter's settings into a folder that `storage.new_folder` made."""
    (folder / SETTINGS).write_text(settings.model_dump_json(indent=1), encoding="utf-8")


def _read_head(network: Network, folder: Path) -> None:
    import torch
    from safetensors.torch import load_file

    tensors = load_file(folder / HEAD)
    if tensors["weight"].shape != network.head.weight.shape:
        raise ModelError(f"{folder / HEAD} is for a base of another width", hint="train the quoter again")
    with torch.no_grad():
        network.head.weight.copy_(tensors["weight"])
        network.head.bias.copy_(tensors["bias"])
