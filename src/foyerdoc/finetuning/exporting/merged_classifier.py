"""A trained classifier with its adapter merged into its base: one folder that needs neither PEFT nor the base.

model/      the merged base, 16 bits, in the hub's layout
the rest    as in the folder of a trained classifier: head, words, taxonomy, calibration
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from foyerdoc.classification import adapter as trained
from foyerdoc.classification.classifier import Classifier
from foyerdoc.errors import ModelError, UsageError
from foyerdoc.finetuning.data.examples import Example, document_of
from foyerdoc.finetuning.exporting import merging
from foyerdoc.finetuning.exporting.parity import Answers, Probe, bundled_letters
from foyerdoc.models.loading import quietly, refusals, weights_digest
from foyerdoc.taxonomy import Taxonomy

MODEL: Final = "model"
_COPIED: Final = (trained.HEAD, trained.WORDS, trained.TAXONOMY, trained.TRAINING)
_LEAST: Final = 1e-30
"""A share that was rounded to 0."""


def is_classifier(folder: Path) -> bool:
    """Whether a folder is that of a trained classifier."""
    return (folder / trained.SETTINGS).is_file()


def write_merged(source: Path, base: Path, folder: Path) -> None:
    """Fill a folder that `storage.new_folder` made with a classifier whose adapter is merged.

    Args:
        source: of the trained classifier.
        base: that it was trained on, in 16 or 32 bits.
        folder: exists.

    Raises:
        DamagedFile: the source is altered.
        ModelError: the base is another one, or stored in 4 or 8 bits.
    """
    settings, taxonomy = trained.read_folder(source)
    found = weights_digest(base)
    if found.split("@")[-1] != settings.base_digest.split("@")[-1]:
        hint = "pass base=, the model that it was trained on"
        raise ModelError(f"{source} was trained on {settings.base_digest}, the base here is {found}", hint=hint)
    _write_model(source, base, folder / MODEL)
    for name in _COPIED:
        if (source / name).is_file():
            shutil.copyfile(source / name, folder / name)
    merged = settings.model_copy(
        update={
            "base": MODEL,
            "base_digest": weights_digest(folder / MODEL),
            "quantization": "none",
            "merged": True,
        }
    )
    # The probe says what this folder computes; that it is close to what the source computes is for the parity gate to say.
    network, encoded, _ = trained.load_network(folder, merged, taxonomy)
    probe = trained.probe_scores(network, encoded)
    merged = merged.model_copy(update={"probe": tuple(tuple(map(float, row)) for row in probe)})
    (folder / trained.SETTINGS).write_text(merged.model_dump_json(indent=1), encoding="utf-8")


def _write_model(source: Path, base: Path, folder: Path) -> None:
    import torch
    import transformers

    # Typed only in parts, hence Any.
    library: Any = transformers
    with quietly(), refusals(base):
        config = library.AutoConfig.from_pretrained(base, local_files_only=True, trust_remote_code=False)
        merging.refuse_quantized(config, base)
        model = library.AutoModel.from_pretrained(
            base,
            dtype=merging.kept_dtype(config, torch),
            device_map={"": "cpu"},
            local_files_only=True,
            trust_remote_code=False,
            use_safetensors=True,
        )
    if "pooler" in dict(model.named_children()):
        # Nothing here reads it, and where it was not saved it is random.
        model.pooler = None
    merged = merging.merge_into(model, source)
    with quietly():
        merged.save_pretrained(folder)
    merging.copy_tokenizer(base, source, folder)


def probes_of(examples: Sequence[object] | None, taxonomy: Taxonomy) -> tuple[list[Example], tuple[Probe, ...]]:
    """Documents to ask, and for each the leaves and the right one, where it is known.

    Raises:
        UsageError: these are no labelled documents.
    """
    leaves = taxonomy.leaves()
    labels = tuple(" / ".join(path) for path in leaves)
    if examples is None:
        given = [Example(f"letter-{i}", document_of(text, f"letter-{i}"), ()) for i, text in enumerate(bundled_letters())]
    else:
        given = [example for example in examples if isinstance(example, Example)]
        if len(given) != len(examples) or not given:
            raise UsageError("a classifier is compared on labelled documents", hint="pass what read_examples gives")
    answers = [" / ".join(example.path) if example.path in leaves else None for example in given]
    return given, tuple(Probe((), labels, answer) for answer in answers)


def ask(classifier: Classifier, examples: Iterable[Example]) -> Answers:
    """The calibrated share of each leaf, in the taxonomy's order; nothing is generated."""
    leaves = classifier.taxonomy.leaves()
    distributions = []
    for prediction in classifier.classify_many(example.document for example in examples):
        shares = {alternative.path: alternative.score for alternative in prediction.alternatives}
        found = np.array([max(shares.get(leaf, 0.0), _LEAST) for leaf in leaves])
        distributions.append(np.log(found / found.sum()))
    return Answers(tuple(distributions), ())
