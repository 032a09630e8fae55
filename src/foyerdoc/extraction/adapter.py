"""The folder of a trained extractor: LoRA in PEFT's format, how options are weighed, and how it came about."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict

from foyerdoc import storage
from foyerdoc.errors import DamagedFile
from foyerdoc.extraction.choosing import SHOWN_TOKENS, Weighing

KIND: Final = "extractor"
VERSION: Final = 1

ADAPTER: Final = "adapter"
SETTINGS: Final = "extractor.json"
TRAINING: Final = "training.json"


class Settings(BaseModel):
    """What `extractor.json` holds.

    Attributes:
        base: the trained model's name: "smollm2", a folder or a name on the hub; empty when none was trained, which no
            folder says.
        tokens: of a document that the model is shown.
        model, labels, absent, end: of `Weighing`.
        least: the share from which a value is shown; it had the best F1 on the documents that were held out.
        examples: how many held-out fields the weighing rests on; 0: none, and results have no confidence.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    base: str = ""
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
