"""What can be set: limits on hostile input, and where models are kept.

`Limits` is passed to the call it concerns. `Settings` is read from the environment (`FOYERDOC_*`) when it is made.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field, fields
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one file may cost before its reading is stopped with `LimitExceeded`.

    The defaults let through every ordinary office document and stop what would take a service down.

    Attributes:
        file_bytes: size of the file as given.
        pages: pages, slides or sheets.
        decompressed_bytes: what archives inside the file (DOCX, XLSX, EPUB ...) may unpack to, all members together.
        text_characters: length of the document's text, attachments not counted.
        seconds: wall-clock time of one reading, OCR included.
        memory_bytes: address space of the reading process.
        attachment_depth: how deep attachments in attachments are followed; deeper ones are named in `issues`.
        attachments: how many attachments of one file are read; further ones are named in `issues`.

    Raises:
        ValueError: one of them is negative. `math.inf` seconds and `sys.maxsize` are as good as no limit.
    """

    file_bytes: int = 200 * 1024**2
    pages: int = 5_000
    decompressed_bytes: int = 1024**3
    text_characters: int = 50_000_000
    seconds: float = 300.0
    memory_bytes: int = 4 * 1024**3
    attachment_depth: int = 3
    attachments: int = 200

    def __post_init__(self) -> None:
        for limit in fields(self):
            if getattr(self, limit.name) < 0:
                raise ValueError(f"a limit is not negative, {limit.name} is {getattr(self, limit.name)}")


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things are kept on this machine.

    Attributes:
        models: a folder that already holds the embedded models' files (`FOYERDOC_MODELS`, else what a bundle has put beside
            this Python), or None.
        cache: where converted models are kept (`FOYERDOC_CACHE`, else `$XDG_CACHE_HOME/foyerdoc`).
    """

    models: Path | None = field(default_factory=lambda: _path_from("FOYERDOC_MODELS") or installed_folder("models"))
    cache: Path = field(default_factory=lambda: _path_from("FOYERDOC_CACHE") or _default_cache())


def installed_folder(name: str = "") -> Path | None:
    """What a bundle has put beside this Python (`foyerdoc bundle`): the folder, or one in it; None where there is none."""
    folder = Path(sys.prefix) / "share" / "foyerdoc" / name
    return folder if folder.is_dir() else None


def _path_from(variable: str) -> Path | None:
    value = os.environ.get(variable)
    return Path(value).expanduser() if value else None


def _default_cache() -> Path:
    root = os.environ.get("XDG_CACHE_HOME")
    return (Path(root) if root else Path.home() / ".cache") / "foyerdoc"
