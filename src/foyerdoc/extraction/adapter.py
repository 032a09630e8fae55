"""The folder of a trained extractor: LoRA in PEFT's format, how options are weighed, and how it came about."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from pydantic import BaseModel, ConfigDict

from foyerdoc import storage
from foyerdoc.errors import DamagedFile
from foyerdoc.extraction.choosing import SHOWN_TOKENS, Weighing

if TYPE_CHECKING:
    from foyerdoc.models.local import LocalModel

KIND: Final = "extractor"
VERSION: Final = 1

ADAPTER: Final = "adapter"
SETTINGS: Final = "extractor.json"
TRAINING: Final = "training.json"

GENERAL: Final = "general"
"""The extractor that comes with foyerdoc, trained on made documents for schemas of any kind (`make adapters`)."""


class Settings(BaseModel):
    """What `extractor.json` holds.

    Attributes:
        base: the trained model's name: "smollm2", a folder or a name on the hub; empty when none was trained, which no
            folder says.
        quantization: of the base: "nf4", or "none" for 16 bits; the weighing was learnt with it.
        tokens: of a document that the model is shown.
        model, labels, absent, end: of `Weighing`.
        least: the share from which a value is shown; it had the best F1 on the documents that were held out.
        examples: how many held-out fields the weighing rests on; 0: too few, and results have no confidence.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    base: str = ""
    quantization: Literal["nf4", "none"] = "nf4"
    tokens: int = SHOWN_TOKENS
    model: float = 1.0
    labels: float = 0.0
    absent: float = 0.0
    end: float = 0.0
    least: float = 0.0
    examples: int = 0

    def weighing(self) -> Weighing:
        """How options are compared."""
        return Weighing(self.model, self.labels, self.absent, self.end)


def folder_of(name: str | os.PathLike[str]) -> Path:
    """The folder of a trained extractor, or with "general" of the one that comes with foyerdoc."""
    return Path(__file__).with_name(GENERAL) if os.fspath(name) == GENERAL else Path(name)


def read_folder(folder: Path) -> Settings:
    """The settings of a trained extractor's folder, its checksums compared.

    Raises:
        DamagedFile: it is not an extractor's folder, or altered.
    """
    storage.open_folder(folder, kind=KIND, version=VERSION)
    try:
        settings = Settings.model_validate_json((folder / SETTINGS).read_bytes())
        if not settings.base:
            raise ValueError("no base")
    except (OSError, ValueError) as error:
        raise DamagedFile(f"{folder / SETTINGS} does not say what it should", hint="train the extractor again") from error
    return settings


def load_model(folder: Path, settings: Settings, *, base: str | Path | None = None, device: str | None = None) -> LocalModel:
    """The base that an extractor's settings name, or which is now at `base`, with the adapter of a folder.

    Args:
        folder: of PEFT: `ADAPTER` within an extractor's folder.
        device: "cpu", "cuda" ...; the first GPU, else the CPU, by default.
    """
    from foyerdoc.models.local import LocalModel

    source = base or (None if settings.base == "smollm2" else settings.base)
    return LocalModel(source, adapter=folder, quantization=settings.quantization, device=device)
