"""What loading a model's files takes, whatever the model is for."""

from __future__ import annotations

import hashlib
import json
import logging
import re
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import Any

from foyerdoc import storage
from foyerdoc.errors import MissingDependency, ModelError, ModelMissing, UsageError

_SAMPLES = 64
_SAMPLE_BYTES = 64 * 1024
_quiet = threading.RLock()
_importing = threading.Lock()


@contextmanager
def quietly() -> Iterator[None]:
    """Keep the loaders' progress bars and advice off the caller's terminal; their warnings go to no one else's logger."""
    from transformers.utils import logging as untyped

    transformers_logging: Any = untyped
    # The settings are global to the process: one thread at a time.
    with _quiet:
        bars, level = transformers_logging.is_progress_bar_enabled(), transformers_logging.get_verbosity()
        quantiser = logging.getLogger("bitsandbytes")
        quantiser_level = quantiser.level
        transformers_logging.disable_progress_bar()
        transformers_logging.set_verbosity_error()
        quantiser.setLevel(logging.CRITICAL)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", FutureWarning)  # what transformers says to PEFT is not for the caller
                yield
        finally:
            quantiser.setLevel(quantiser_level)
            transformers_logging.set_verbosity(level)
            if bars:
                transformers_logging.enable_progress_bar()


def find_model(source: str | Path, *, download: bool = False) -> Path:
    """The folder that holds a model's files.

    Args:
        source: the folder itself, or the model's name on the Hugging Face hub.
        download: whether a model that is not on this machine may be downloaded from the hub.

    Raises:
        ModelMissing: it is not on this machine.
    """
    folder = Path(source)
    if folder.is_dir():
        return folder
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError, RepositoryNotFoundError

    patterns = ["*.json", "*.safetensors", "*.jinja", "*.model", "*.txt"]
    try:
        return Path(snapshot_download(str(source), local_files_only=not download, allow_patterns=patterns))
    except (LocalEntryNotFoundError, RepositoryNotFoundError, HFValidationError) as error:
        hint = "name a folder that holds it, or a model that the hub's cache on this machine has"
        raise ModelMissing(f"the model {source} is not on this machine", hint=hint) from error


@contextmanager
def importing_bitsandbytes() -> Iterator[None]:
    """What an import raises where bitsandbytes is missing or broken, as `MissingDependency`."""
    try:
        _import_bitsandbytes()
        yield
    except (ImportError, OSError, RuntimeError, AttributeError) as error:
        raise MissingDependency(
            f"bitsandbytes does not load: {type(error).__name__}",
            hint="pip install --force-reinstall --no-deps bitsandbytes; it wants a version that fits torch",
        ) from error


def _import_bitsandbytes() -> None:
    """Import it without the package `kernels`: on processors with bfloat16 it would at once fetch compiled code from the hub
    with that, or advise to install it. It has a way of its own to compute the same.
    """
    modules: dict[str, Any] = sys.modules
    logger = logging.getLogger("bitsandbytes")
    with _importing:
        if "bitsandbytes" in modules:
            return
        level, hidden = logger.level, modules.pop("kernels", None)
        logger.setLevel(logging.ERROR)
        modules["kernels"] = None  # so the import system finds none
        try:
            import_module("bitsandbytes")
        finally:
            del modules["kernels"]
            if hidden is not None:
                modules["kernels"] = hidden
            logger.setLevel(level)


def import_bitsandbytes_first() -> None:
    """Import it in our way, where it is there, before sentence-transformers does through PEFT in its own."""
    with suppress(ImportError, OSError, RuntimeError, AttributeError):
        _import_bitsandbytes()


def need_bitsandbytes() -> None:
    """See that bitsandbytes loads: 4 and 8 bits need it, and PEFT imports it wherever it is installed.

    Raises:
        MissingDependency: it is not installed, or broken.
    """
    with importing_bitsandbytes():
        import_module("bitsandbytes.nn")


def find_device(named: str | None) -> str:
    """The device that is named ("cpu", "cuda", "cuda:1" ...), or else the first GPU, or else the CPU.

    Others that torch knows are refused ("mps", "xpu", "meta" ...): packed attention, 4-bit weights and the choice of a type of
    numbers are made for these two, and nothing is tried on others.

    Raises:
        UsageError: it is none of these, or this machine has not so many GPUs.
    """
    import torch

    if named is None:
        return "cuda" if torch.cuda.is_available() else "cpu"
    if not (device := re.fullmatch(r"cpu|cuda(?::(\d{1,3}))?", named)):
        raise UsageError(f"the device {named!r} is not supported", hint="name cpu, cuda, or cuda:1 and so on")
    if named != "cpu" and int(device[1] or 0) >= torch.cuda.device_count():
        raise UsageError(f"{named} is not on this machine", hint="foyerdoc doctor says which GPUs torch sees; cpu always works")
    return named


def fast_dtype(device: str) -> str:
    """What a device computes fastest in: "bfloat16" where it has instructions for it, else "float32"."""
    import torch

    if device.startswith("cuda"):
        return "bfloat16" if torch.cuda.is_bf16_supported() else "float32"
    able = torch.cpu.get_capabilities()
    # Without instructions for it bfloat16 is emulated, and slower than float32.
    return "bfloat16" if any(able.get(name) for name in ("avx512_bf16", "amx_bf16", "bf16")) else "float32"


@contextmanager
def refusals(folder: Path) -> Iterator[None]:
    """What the loaders raise for files that they cannot use, as `ModelError`."""
    from safetensors import SafetensorError

    try:
        yield
    except (OSError, ValueError, KeyError, SafetensorError) as error:
        hint = "it needs config.json, *.safetensors and tokenizer.json that belong together; pickled weights are not loaded"
        raise ModelError(f"{folder} does not load: {type(error).__name__}", hint=hint) from error


def load_cross_encoder(source: str | Path, device: str | None) -> tuple[Any, str]:
    """A sentence-transformers cross-encoder and what to call it. In 32 bits: in 16 the scores of close texts would be equal.

    Args:
        source: a folder, or a name on the hub that is on this machine.
        device: "cpu", "cuda" ...; the first GPU, else the CPU, by default.

    Raises:
        ModelError: it is not on this machine, or cannot be loaded.
    """
    import torch

    folder = find_model(source)
    with quietly(), refusals(folder):
        import_bitsandbytes_first()
        from sentence_transformers import CrossEncoder

        model = CrossEncoder(
            str(folder),
            device=find_device(device),
            local_files_only=True,
            trust_remote_code=False,
            model_kwargs={"dtype": torch.float32, "use_safetensors": True},
        )
    return model, folder.name


def weights_digest(folder: Path) -> str:
    """A name that two different models do not share: "SmolLM2-135M-Instruct@b179c9523d0e".

    A folder that we made carries its name and source in the manifest. Of any other folder the configuration is hashed, and of
    each file of weights its name, its length and 64 evenly spaced stretches of 64 KiB: reading all of it would take as
    long as loading the model.

    Raises:
        ModelError: the folder holds no safetensors.
    """
    manifest = folder / storage.MANIFEST
    if manifest.is_file():
        about = json.loads(manifest.read_bytes())
        if "name" in about and "source_sha256" in about:
            return f"{about['name']}@{about['source_sha256'][:12]}"
    weights = sorted(folder.glob("*.safetensors"))
    if not weights:
        raise ModelError(f"{folder} holds no safetensors", hint="save the model's weights as safetensors")
    digest = hashlib.sha256()
    if (folder / "config.json").is_file():
        digest.update((folder / "config.json").read_bytes())
    for path in weights:
        _sample(path, digest)
    return f"{_display_name(folder)}@{digest.hexdigest()[:12]}"


def _sample(path: Path, digest: hashlib._Hash) -> None:
    size = path.stat().st_size
    digest.update(f"{path.name}:{size}".encode())
    with path.open("rb") as file:
        for sample in range(_SAMPLES):
            file.seek(max(0, size - _SAMPLE_BYTES) * sample // (_SAMPLES - 1))
            digest.update(file.read(_SAMPLE_BYTES))


def _display_name(folder: Path) -> str:
    # The hub's cache: models--owner--name/snapshots/<commit>
    if folder.parent.name == "snapshots":
        return folder.parent.parent.name.removeprefix("models--").replace("--", "/")
    return folder.resolve().name
