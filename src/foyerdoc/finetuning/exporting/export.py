"""An adapter taken elsewhere: merged for transformers, as GGUF for llama.cpp, or as plain PEFT files.

    adapter + base --make--> files in a folder aside --parity--> compared with NF4 + adapter --> kept, or nothing is

What is exported answers the same probes as the adapter on its 4-bit base; past the limits the export is refused with the
figures. A kill or a full disk at any moment leaves no half of an export.
"""

from __future__ import annotations

import errno
import importlib.metadata
import io
import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stderr
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Literal, cast, get_args

from foyerdoc import storage
from foyerdoc.classification import adapter as trained
from foyerdoc.errors import DamagedFile, ExportError, ModelError, ModelMissing, UsageError
from foyerdoc.finetuning.data.examples import Example
from foyerdoc.finetuning.exporting import merged_classifier, merging, parity
from foyerdoc.finetuning.exporting.gguf import GgufFile, GgufKind, check_architecture, write_gguf
from foyerdoc.finetuning.exporting.parity import Answerer, Answers, Limits, Parity, Probe
from foyerdoc.models.bases import base_folder
from foyerdoc.models.embedded import MODELS
from foyerdoc.models.local import LocalModel
from foyerdoc.models.protocol import Conversation

Target = Literal["merged", "gguf", "peft"]

KIND: Final = "export"
VERSION: Final = 1
PARITY_FILE: Final = "parity.json"
_NF4: Final = "NF4 + adapter"
_SIXTEEN: Final = "16 bits + adapter"
DEFAULT_KINDS: Final[tuple[GgufKind, ...]] = ("q8_0", "q4_k_m")


@dataclass(frozen=True, slots=True)
class Exported:
    """An export that was kept.

    Attributes:
        folder: where it is.
        files: its model files, by their paths in the folder.
        parity: each of them beside NF4 + adapter; for GGUF also the merged weights before they were packed.
        limits: what they were held to.
        notes: what is not as in the adapter, in words.
    """

    folder: Path
    files: tuple[str, ...]
    parity: tuple[Parity, ...]
    limits: Limits
    notes: tuple[str, ...]


def export(
    adapter: Path,
    to: Target,
    out: Path,
    *,
    base: str | Path | None = None,
    labelled: Sequence[Example] | Sequence[Conversation] | None = None,
    kinds: Sequence[GgufKind] = DEFAULT_KINDS,
    limits: Limits | None = None,
) -> Exported:
    """Write an adapter in another form, and keep it when it answers as the adapter does.

    "merged" is a folder in the hub's layout, its weights in 16 bits; of a trained classifier it is a folder that
    `Classifier.load` takes. "gguf" is one file for each of `kinds`, for llama.cpp. "peft" is the adapter with its tokenizer
    and nothing else.

    Args:
        adapter: folder with adapter_config.json and adapter_model.safetensors: of a causal model, or of a trained classifier.
        to: which form.
        out: folder to make; an export that stands there is replaced, anything else is left alone.
        base: the model that the adapter was trained on; by default the one that the adapter names.
        labelled: documents with their labels, or conversations that end in the right answer, to compare on; letters that
            come with the library by default, whose right labels are not known.
        kinds: of GGUF files.
        limits: how far the export may be from NF4 + adapter. On the library's own letters a causal model is held to the adapter
            on its unquantised base instead, and may always be as far from it as NF4 + adapter is.

    Raises:
        UsageError: `out` holds something else, or there is no such form or kind.
        ModelMissing: the adapter or its base is not there.
        ModelError: they do not fit, or the model cannot be written in this form.
        ExportError: the export answers otherwise than the adapter, or the disk is full. Nothing is kept.
    """
    if to not in get_args(Target):
        raise UsageError(f"there is no form {to}", hint="merged, gguf or peft")
    _refuse_to_overwrite(out)
    merging.check_adapter(adapter)
    source = base_of(adapter, base)
    limits = limits or Limits()
    if merged_classifier.is_classifier(adapter):
        plan = _classifier_plan(to, source, adapter, labelled, limits)
    else:
        probes = parity.bundled_probes() if labelled is None else parity.probes_of(labelled)
        work = _Work(source, adapter, probes, limits, kinds_of(kinds), labelled is not None)
        make = {"merged": _make_merged, "gguf": _make_gguf, "peft": _make_peft}[to]
        plan = _Plan(KIND, VERSION, lambda aside: make(work, aside))
    about = {
        "to": to,
        "adapter_sha256": storage.sha256(adapter / "adapter_model.safetensors"),
        "foyerdoc": importlib.metadata.version("foyerdoc"),
    }
    with _disk_may_be_full(out), storage.new_folder(out, kind=plan.kind, version=plan.version, about=about) as aside:
        compared, notes = plan.make(aside)
        weights = (path for path in aside.rglob("*") if path.suffix in (".gguf", ".safetensors"))
        files = tuple(sorted(path.relative_to(aside).as_posix() for path in weights))
        table = {"limits": asdict(limits), "parity": [asdict(row) for row in compared], "notes": list(notes)}
        (aside / PARITY_FILE).write_text(json.dumps(table, indent=1), encoding="utf-8")
    return Exported(out, files, compared, limits, notes)


def kinds_of(names: Sequence[str]) -> tuple[GgufKind, ...]:
    """Kinds of GGUF files by their names, each once.

    Raises:
        UsageError: there is none of that name, or none is named.
    """
    known: dict[str, GgufKind] = {kind: kind for kind in get_args(GgufKind)}
    unknown = [name for name in names if name not in known]
    if unknown or not names:
        raise UsageError(f"no GGUF file of kind {', '.join(unknown) or 'none'}", hint=f"one of {', '.join(known)}")
    return tuple(known[name] for name in dict.fromkeys(names))


def base_of(adapter: Path, base: str | Path | None = None) -> Path:
    """The folder of an adapter's base: the one that is named, else the one that adapter_config.json names.

    Raises:
        ModelMissing: it is not on this machine.
    """
    if base is not None:
        return base_folder(base)
    named = str(json.loads((adapter / "adapter_config.json").read_bytes()).get("base_model_name_or_path") or "")
    if not named:
        raise ModelMissing(f"{adapter} does not name its base", hint="pass base=...")
    if not Path(named).is_dir():
        # Converted embedded models lie in a cache, whose place differs from machine to machine.
        for model, short in zip(MODELS, ("smollm2", "e5"), strict=True):
            if Path(named).name.startswith(model.name.lower()):
                return base_folder(short)
    return base_folder(named)


_Made = tuple[tuple[Parity, ...], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class _Plan:
    """What fills the folder, and what the folder then is."""

    kind: str
    version: int
    make: Callable[[Path], _Made]


@dataclass(frozen=True, slots=True)
class _Work:
    """What every form is made from and held to."""

    base: Path
    adapter: Path
    probes: tuple[Probe, ...]
    limits: Limits
    kinds: tuple[GgufKind, ...]
    labelled: bool

    def references(self) -> _References:
        four_bits = self.answers(LocalModel(self.base, adapter=self.adapter))
        if self.labelled:
            return _References(four_bits, None, self.limits)
        # Letters that an adapter knows nothing of leave it undecided, NF4 itself moves its answers. So exports are held
        # to the adapter on the unquantised base, and may be as far from it as NF4 is, which is in use.
        sixteen = self.answers(LocalModel(self.base, adapter=self.adapter, quantization="none", dtype=_exact_dtype()))
        known = parity.compare(sixteen, four_bits, self.probes, file="", engine="", against="")
        return _References(four_bits, sixteen, parity.widened(self.limits, known))

    def merged(self, folder: Path) -> Answers:
        return self.answers(LocalModel(folder, quantization="none", dtype=_exact_dtype()))

    def answers(self, model: LocalModel) -> Answers:
        try:
            return parity.ask(model, self.probes)
        finally:
            model.close()

    def compare(
        self, references: _References, answers: Answers, file: str, engine: str, *, gate: bool = True
    ) -> tuple[Parity, ...]:
        rows = [parity.compare(references.four_bits, answers, self.probes, file=file, engine=engine, against=_NF4)]
        if references.sixteen is not None:
            rows.append(parity.compare(references.sixteen, answers, self.probes, file=file, engine=engine, against=_SIXTEEN))
        if gate:
            parity.check(rows[-1], references.limits)
        return tuple(rows)


@dataclass(frozen=True, slots=True)
class _References:
    """What exports are compared with.

    Attributes:
        four_bits: answers of NF4 + adapter.
        sixteen: answers of the unquantised base + adapter, where that is what exports are held to.
        limits: what they are held to.
    """

    four_bits: Answers
    sixteen: Answers | None
    limits: Limits


def _make_merged(work: _Work, folder: Path) -> _Made:
    merging.merge(work.base, work.adapter, folder)
    return work.compare(work.references(), work.merged(folder), "merged", "transformers, 16 bits"), ()


def _make_peft(work: _Work, folder: Path) -> _Made:
    for name in merging.ADAPTER_FILES:
        shutil.copyfile(work.adapter / name, folder / name)
    merging.copy_tokenizer(work.base, work.adapter, folder)
    answers = work.answers(LocalModel(work.base, adapter=folder))
    references = _References(work.answers(LocalModel(work.base, adapter=work.adapter)), None, work.limits)
    rows = work.compare(references, answers, "adapter_model.safetensors", "transformers, NF4 + adapter")
    return rows, _left_behind(work.adapter, folder)


def _left_behind(adapter: Path, folder: Path) -> tuple[str, ...]:
    taken = {storage.MANIFEST, *(path.name for path in folder.iterdir())}
    left = sorted(path.name for path in adapter.iterdir() if path.name not in taken)
    return (f"not taken along, since PEFT does not know them: {', '.join(left)}",) if left else ()


def _make_gguf(work: _Work, folder: Path) -> _Made:
    from transformers import AutoConfig

    from foyerdoc.models.loading import quietly, refusals

    with quietly(), refusals(work.base):
        # Before the minutes that merging may take.
        check_architecture(AutoConfig.from_pretrained(work.base, local_files_only=True, trust_remote_code=False))
    merged = folder / "merged"
    merged.mkdir()
    merging.merge(work.base, work.adapter, merged)
    references = work.references()
    packed = "(merged, before packing)"
    rows = list(work.compare(references, work.merged(merged), packed, "transformers, 16 bits", gate=False))
    notes: list[str] = []
    name = work.adapter.resolve().name
    for kind in work.kinds:
        written = write_gguf(merged, folder / f"{name}-{kind.upper()}.gguf", kind, name=name)
        answers, engine = _answers_of(written, merged, work)
        rows += work.compare(references, answers, written.path.name, engine)
        notes += [note for note in written.notes if note not in notes]
        types = ", ".join(f"{n} {type_}" for type_, n in written.types.items())
        notes.append(f"{written.path.name}: {types}")
    shutil.rmtree(merged)
    return tuple(rows), tuple(notes)


def _classifier_plan(
    to: Target, base: Path, adapter: Path, labelled: Sequence[Example] | Sequence[Conversation] | None, limits: Limits
) -> _Plan:
    if to == "gguf":
        raise ModelError(
            "a classifier's head has no place in a GGUF file",
            hint="export with to='merged', or train with train_instruct to name labels in words",
        )
    if to == "peft":
        return _Plan(KIND, VERSION, lambda aside: _make_classifier_peft(base, adapter, aside))
    return _Plan(trained.KIND, trained.VERSION, lambda aside: _make_merged_classifier(base, adapter, labelled, limits, aside))


def _make_classifier_peft(base: Path, adapter: Path, folder: Path) -> _Made:
    for name in merging.ADAPTER_FILES:
        shutil.copyfile(adapter / name, folder / name)
    merging.copy_tokenizer(base, adapter, folder)
    same = "adapter_model.safetensors is the classifier's own, byte for byte: there was nothing to compare"
    return (), (same, *_left_behind(adapter, folder))


def _make_merged_classifier(
    base: Path,
    adapter: Path,
    labelled: Sequence[Example] | Sequence[Conversation] | None,
    limits: Limits,
    folder: Path,
) -> _Made:
    reference = trained.load_classifier(adapter, base=base)
    examples, probes = merged_classifier.probes_of(labelled, reference.taxonomy)
    expected = merged_classifier.ask(reference, examples)
    whole = folder / "whole"
    # With a manifest of its own, so that what is compared was loaded as it will be.
    with storage.new_folder(whole, kind=trained.KIND, version=trained.VERSION) as aside:
        merged_classifier.write_merged(adapter, base, aside)
    found = merged_classifier.ask(trained.load_classifier(whole), examples)
    row = parity.compare(expected, found, probes, file="merged", engine="transformers, 16 bits", against=_NF4)
    parity.check(row, limits)
    (whole / storage.MANIFEST).unlink()
    for path in whole.iterdir():
        path.rename(folder / path.name)
    whole.rmdir()
    return (row,), ()


def _answers_of(written: GgufFile, merged: Path, work: _Work) -> tuple[Answers, str]:
    """What a GGUF file answers: in llama.cpp where it is installed, else its unpacked weights in transformers."""
    from foyerdoc.finetuning.exporting import llamacpp

    if llamacpp.is_installed():
        model: Answerer = llamacpp.LlamaCppModel(written.path)
        return parity.ask(model, work.probes), "llama.cpp"
    # What llama.cpp computes, but for its rounding of activations to 8 bits.
    return work.answers(UnpackedModel(written.path, merged)), "transformers, unpacked to float32"


def _exact_dtype() -> Literal["bfloat16", "float32"]:
    """What 16-bit weights are computed in: float32 on a CPU, which rounds less and is often faster there."""
    import torch

    return "bfloat16" if torch.cuda.is_available() else "float32"


class UnpackedModel(LocalModel):
    """A GGUF file's weights, unpacked by transformers' own reader, under the tokenizer that it was written from."""

    def __init__(self, file: Path, folder: Path) -> None:
        super().__init__(folder, quantization="none", device="cpu", dtype="float32")
        self._file = file

    def _load(self) -> Any:
        import torch
        import transformers

        from foyerdoc.models.loading import quietly, refusals

        library: Any = transformers
        # Before 5.18 weights were always unpacked.
        config = getattr(library, "GgufConfig", None)
        unpack = {} if config is None else {"quantization_config": config(dequantize=True)}
        # transformers shows a bar of its own while it unpacks.
        with quietly(), refusals(self._file.parent), redirect_stderr(io.StringIO()):
            model = library.LlamaForCausalLM.from_pretrained(
                self._file.parent, gguf_file=self._file.name, dtype=torch.float32, local_files_only=True, **unpack
            )
        return model.eval()


def _refuse_to_overwrite(out: Path) -> None:
    if not out.exists() or (out.is_dir() and not any(out.iterdir())):
        return
    for kind, version in ((KIND, VERSION), (trained.KIND, trained.VERSION)):
        try:
            manifest = storage.open_folder(out, kind=kind, version=version, verify=False)
        except (DamagedFile, NotADirectoryError):
            continue
        # A trained classifier has no such file: it took long to make.
        if PARITY_FILE in cast("dict[str, str]", manifest["files"]):
            return
    raise UsageError(f"{out} holds something that is no export", hint="name a folder that does not exist")


@contextmanager
def _disk_may_be_full(out: Path) -> Iterator[None]:
    from safetensors import SafetensorError

    try:
        yield
    except (OSError, SafetensorError) as error:
        # safetensors gives no number, only the system's words with it: "... (os error 28)".
        numbers = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        if getattr(error, "errno", None) in numbers or any(f"os error {number})" in str(error) for number in numbers):
            message = f"the disk is full: nothing was written to {out}"
            raise ExportError(message, hint="make room and export again") from error
        raise
