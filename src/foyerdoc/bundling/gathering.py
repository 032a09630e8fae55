"""Makes a bundle: wheels, models, OCR data, checksums and the script that installs them."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Final

import orjson

import foyerdoc
from foyerdoc.bundling.sbom import Wheel, bill
from foyerdoc.errors import MissingDependency, ReadError, UsageError
from foyerdoc.models import embedded
from foyerdoc.reading.tesseract import data_folder
from foyerdoc.storage import check_replaceable, new_folder, sha256

KIND: Final = "bundle"
VERSION: Final = 1
LANGUAGES: Final = ("fra", "deu", "eng", "ltz", "osd")
"""Of OCR; `osd` tells which way a page is turned."""

_CONFIGURATIONS: Final = ("configs/tsv",)


def bundle(out: Path, lock: Path, project: Path) -> Path:
    """Gather everything for machines with this one's Python version and platform.

    Uses the network: pip downloads what is locked, with whatever index it is set up for.

    Args:
        out: the folder to make; an older bundle there is replaced.
        lock: requirements with hashes, also of what sources among them and foyerdoc's are built with; deploy/locks has two.
        project: foyerdoc's source, or its wheel.

    Returns:
        the folder, with `wheels/`, `models/`, `tessdata/`, `requirements.txt`, `sbom.json`, `install.sh`, `SHA256SUMS` and
        `manifest.json`.

    Raises:
        UsageError: something else is in `out`, there is no such lock or nothing in it, or the project is another.
        ReadError: pip could not get or build a package; its own words are on standard error.
        MissingDependency: Tesseract or one of its languages is not on this machine.
        ModelMissing, ModelError: as for `models.embedded.fetch`.
    """
    check_replaceable(out, kind=KIND, version=VERSION)
    if not lock.is_file():
        raise UsageError(f"{lock} is not there", hint="name a lock file; deploy/locks in the repository has two")
    ocr = _ocr_files()
    about = {"python": "{}.{}".format(*sys.version_info), "platform": f"{sys.platform} {platform.machine()}"}
    with new_folder(out, kind=KIND, version=VERSION, about={**about, "foyerdoc": foyerdoc.__version__}) as aside:
        wheels = _gather_wheels(aside / "wheels", lock, project)
        _gather_models(aside / "models")
        for name, path in ocr.items():
            target = aside / "tessdata" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
        pinned = [f"{wheel.name}=={wheel.version} --hash=sha256:{wheel.digest}\n" for wheel in wheels]
        (aside / "requirements.txt").write_text("".join(pinned), encoding="utf-8")
        (aside / "sbom.json").write_bytes(orjson.dumps(bill(wheels, embedded.MODELS), option=orjson.OPT_INDENT_2))
        (aside / "install.sh").write_bytes((files("foyerdoc.bundling") / "install.sh").read_bytes())
        sums = [f"{sha256(path)}  {path.relative_to(aside)}\n" for path in sorted(aside.rglob("*")) if path.is_file()]
        (aside / "SHA256SUMS").write_text("".join(sums), encoding="utf-8")
    return out


def _gather_wheels(folder: Path, lock: Path, project: Path) -> list[Wheel]:
    """Everything that is locked, and foyerdoc, as wheels, by name."""
    folder.mkdir()  # of an empty lock pip makes none
    _pip("download", "--no-deps", "--require-hashes", "--dest", folder, "--requirement", lock)
    if not any(folder.iterdir()):
        raise UsageError(f"{lock} names no package", hint="name a lock file; deploy/locks in the repository has two")
    for source in sorted(set(folder.iterdir()) - set(folder.glob("*.whl"))):
        _build(source, folder)
        source.unlink()
    _build(project, folder)
    wheels = sorted(map(Wheel.of, folder.glob("*.whl")), key=lambda wheel: wheel.name)
    if "foyerdoc" not in (wheel.name for wheel in wheels):
        raise UsageError(f"{project} is not foyerdoc", hint="name its source folder, or its wheel, with --project")
    return wheels


def _gather_models(folder: Path) -> None:
    """The two embedded models, from this machine where they are on it."""
    folder.mkdir()
    for model in embedded.MODELS:
        here = embedded.source_folder() / model.file
        if here.is_file():
            shutil.copyfile(here, folder / model.file)
    embedded.fetch(folder)  # what is there and right is left alone


def _build(source: Path, folder: Path) -> None:
    """A wheel, built with the wheels in `folder` alone, whose hashes were checked: pip would fetch the newest of others."""
    # Variables, not options: only they take the place of what pip's own settings say. An address, since pip splits at spaces.
    # Not from pip's cache, which may hold a wheel that something else has built.
    alone = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": folder.resolve().as_uri(), "PIP_NO_CACHE_DIR": "1"}
    hint = "see what pip says above; the lock must name what it is built with, as wheels"
    _pip("wheel", "--no-deps", "--wheel-dir", folder, source, settings=alone, hint=hint)


def _pip(
    *arguments: str | Path,
    settings: Mapping[str, str] | None = None,
    hint: str = "see what pip says above; check the network and its index",
) -> None:
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "--no-input", *map(str, arguments)]
    if subprocess.run(command, stdout=sys.stderr, env={**os.environ, **(settings or {})}, check=False).returncode:
        raise ReadError(f"pip {arguments[0]} did not succeed", hint=hint)


def _ocr_files() -> dict[str, Path]:
    """Tesseract's data on this machine, by the name within its folder.

    Raises:
        MissingDependency: some of it is not there.
    """
    folder = data_folder()
    names: Sequence[str] = (*(f"{language}.traineddata" for language in LANGUAGES), *_CONFIGURATIONS)
    missing = [name for name in names if not (folder / name).is_file()]
    if missing:
        raise MissingDependency(f"Tesseract's {', '.join(missing)} are not on this machine", hint="foyerdoc doctor")
    return {name: folder / name for name in names}
