"""A software bill of materials of wheels and models, as CycloneDX 1.6 (https://cyclonedx.org/docs/1.6/json/).

It is made of the wheels themselves; tools for it describe what is installed.
"""

from __future__ import annotations

import email.parser
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import Any

import foyerdoc
from foyerdoc.errors import DamagedFile
from foyerdoc.models.embedded import EmbeddedModel
from foyerdoc.reading.sniffing import BROKEN_ZIP
from foyerdoc.storage import sha256

_LONGEST = 60  # characters; what is longer is a licence's text, not its name


@dataclass(frozen=True, slots=True)
class Wheel:
    """A wheel and what it says of itself. `needs` are the names of what it always requires, normalised."""

    path: Path
    name: str
    version: str
    licence: str | None
    summary: str | None
    needs: tuple[str, ...]
    digest: str

    @classmethod
    def of(cls, path: Path) -> Wheel:
        """Open a wheel.

        Raises:
            DamagedFile: it is none.
        """
        try:
            with zipfile.ZipFile(path) as archive:
                [place] = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA") and name.count("/") == 1]
                told = email.parser.Parser().parsestr(archive.read(place).decode("utf-8", "replace"))
        except BROKEN_ZIP as error:
            raise DamagedFile(f"{path.name} is not a wheel", hint="delete it and bundle again") from error
        name, version = str(told.get("Name", "")), str(told.get("Version", ""))
        if not (name and version):
            raise DamagedFile(f"{path.name} does not say its name and version", hint="delete it and bundle again")
        needs = tuple(normal(_bare(one)) for one in told.get_all("Requires-Dist", []) if "extra ==" not in one)
        return cls(path, normal(name), version, _licence(told), told["Summary"], needs, sha256(path))

    @property
    def reference(self) -> str:
        """Its package URL."""
        return f"pkg:pypi/{self.name}@{self.version.replace('+', '%2B')}"


def bill(wheels: Sequence[Wheel], models: Iterable[EmbeddedModel]) -> dict[str, Any]:
    """The bill, as JSON takes it; the same of the same wheels."""
    references = {wheel.name: wheel.reference for wheel in wheels}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "foyerdoc", "version": foyerdoc.__version__}},
        "components": [*map(_package, wheels), *map(_model, models)],
        "dependencies": [
            {"ref": wheel.reference, "dependsOn": sorted({references[one] for one in wheel.needs if one in references})}
            for wheel in wheels
        ],
    }


def normal(name: str) -> str:
    """A package's name as indexes write it (PEP 503)."""
    return name.lower().replace("_", "-").replace(".", "-")


def _package(wheel: Wheel) -> dict[str, Any]:
    told: dict[str, Any] = {
        "type": "library",
        "bom-ref": wheel.reference,
        "name": wheel.name,
        "version": wheel.version,
        "purl": wheel.reference,
        "hashes": [{"alg": "SHA-256", "content": wheel.digest}],
    }
    if wheel.summary:
        told["description"] = wheel.summary
    if wheel.licence:
        told["licenses"] = [{"license": {"name": wheel.licence}}]
    return told


def _model(model: EmbeddedModel) -> dict[str, Any]:
    return {
        "type": "machine-learning-model",
        "bom-ref": f"model:{model.name}",
        "name": model.name,
        "version": model.requirement,
        "hashes": [{"alg": "SHA-256", "content": model.sha256}],
        "licenses": [{"license": {"id": model.licence}}],
    }


def _licence(told: Message) -> str | None:
    """What a wheel calls its licence: its SPDX expression, else its name, else its classifiers."""
    if told["License-Expression"]:
        return str(told["License-Expression"])
    named = (told["License"] or "").strip()
    if named and "\n" not in named and len(named) <= _LONGEST:
        return named
    classifiers = [one.rpartition(" :: ")[2] for one in told.get_all("Classifier", []) if one.startswith("License ::")]
    return ", ".join(classifiers) or None


def _bare(requirement: str) -> str:
    """The name that a requirement begins with."""
    for at, character in enumerate(requirement):
        if not (character.isalnum() or character in "-_."):
            return requirement[:at]
    return requirement
