"""What the owner of a service decides."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel

from foyerdoc.classification import Classifier
from foyerdoc.settings import Limits
from foyerdoc.taxonomy import Taxonomy

if TYPE_CHECKING:
    from foyerdoc.models.protocol import Embedder, LanguageModel


@dataclass(frozen=True, slots=True)
class Allowance:
    """How much those who ask may cost.

    Attributes:
        upload_bytes: of one file.
        body_bytes: of any other request.
        per_minute: requests of one key; as many may come at once after a minute's rest.
        at_once: searches and questions that are answered at the same time, of all keys together.
        computing: of those, how many compute; the others wait for their turn. More than there are cores only take from each
            other.
        uploads_at_once: files that are received at the same time.
        waiting: accepted files that are not worked on yet, of all keys together.
    """

    upload_bytes: int = 50 * 1024**2
    body_bytes: int = 1024**2
    per_minute: int = 600
    at_once: int = 16
    computing: int = field(default_factory=lambda: os.cpu_count() or 1)
    uploads_at_once: int = 8
    waiting: int = 10_000


@dataclass(frozen=True, slots=True)
class Configuration:
    """What a service works with.

    Attributes:
        folder: where it keeps everything: the ledger, and for each collection files, index and gold.
        taxonomy, schemas, classifier, model: as for `Pipeline`.
        embedder: of the indexes; the embedded one when None.
        indexes: the address of a PostgreSQL database that keeps them, each in the schema of its collection's name; in their
            folders when None.
        write: as for `Chat`.
        limits: what reading one file may cost.
        allowance: what those who ask may cost.
        workers: files that are worked on at once.
        read_only: whether another process changes the folder, and this one answers beside it.
    """

    folder: Path
    taxonomy: Taxonomy
    schemas: Mapping[str, type[BaseModel]] = field(default_factory=dict)
    classifier: Classifier | None = None
    model: LanguageModel | None = None
    embedder: Embedder | None = None
    indexes: str | None = None
    write: bool = False
    limits: Limits = field(default_factory=Limits)
    allowance: Allowance = field(default_factory=Allowance)
    workers: int = 1
    read_only: bool = False
