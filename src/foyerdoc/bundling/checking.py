"""Whether an installation is as it was bundled."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Iterator, Mapping
from pathlib import Path

import orjson

from foyerdoc.bundling.sbom import normal
from foyerdoc.settings import installed_folder
from foyerdoc.storage import MANIFEST, sha256


def bundled() -> Path | None:
    """The folder that `install.sh` filled beside this Python, None when it never ran."""
    folder = installed_folder()
    return folder if folder is not None and (folder / MANIFEST).is_file() else None


def differences(folder: Path) -> list[str]:
    """What is missing or another than in the bundle, a sentence each: packages by version, data by checksum."""
    try:
        files = orjson.loads((folder / MANIFEST).read_bytes())["files"]
        return [*_packages(files), *_data(folder, files)]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return [f"{folder / MANIFEST} cannot be read"]


def _packages(files: Mapping[str, str]) -> Iterator[str]:
    for name in files:
        if name.startswith("wheels/"):
            package, version = name.removeprefix("wheels/").split("-")[:2]
            try:
                found = importlib.metadata.version(normal(package))
            except importlib.metadata.PackageNotFoundError:
                yield f"{normal(package)} is not installed"
            else:
                if found != version:
                    yield f"{normal(package)} is {found}, bundled was {version}"


def _data(folder: Path, files: Mapping[str, str]) -> Iterator[str]:
    for name, digest in files.items():
        if name.startswith(("models/", "tessdata/")):
            path = folder / name
            try:
                if not path.is_file():
                    yield f"{path} is missing"
                elif sha256(path) != digest:
                    yield f"{path} is altered"
            except OSError as error:
                yield f"{path} cannot be read ({error.strerror})"
