"""A trained classifier calibrated anew on other labelled documents: its network stays, its temperature and thresholds change.

Documents held out in training come from the same drawer as those learnt from. Where tomorrow's differ, calibration on some of
tomorrow's tells how sure the classifier may be.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, NoReturn

import numpy as np

from foyerdoc import storage
from foyerdoc.classification import adapter
from foyerdoc.classification.calibration import Calibration
from foyerdoc.errors import TrainingError, UsageError
from foyerdoc.finetuning.classifier import CALIBRATES, LEARNT, HeldOut, best_weight
from foyerdoc.finetuning.data.examples import Example, fingerprint, text_hash
from foyerdoc.finetuning.reporting.outcomes import Predicted
from foyerdoc.finetuning.training.checkpoints import writing
from foyerdoc.taxonomy import Taxonomy

_NAMED: Final = 5
"""Ids that a message names."""

_REPLACED: Final = (storage.MANIFEST, adapter.SETTINGS, adapter.TRAINING, "report.html")


@dataclass(frozen=True, slots=True)
class Calibrated:
    """A classifier's folder with its new calibration.

    Attributes:
        folder: what `Classifier.load` opens.
        taxonomy: its labels.
        calibration: the new one.
        lexical_weight: what the words count for now.
        predicted: what it says of the documents that it was calibrated on.
    """

    folder: Path
    taxonomy: Taxonomy
    calibration: Calibration
    lexical_weight: float
    predicted: Predicted


def calibrate_classifier(
    folder: Path,
    examples: Sequence[Example],
    out: Path | None = None,
    *,
    target: float | None = None,
    device: str | None = None,
    base: str | Path | None = None,
    allow_learnt: bool = False,
) -> Calibrated:
    """Choose temperature, thresholds and the weight of the words anew, on documents that were not learnt from.

    Args:
        folder: a trained classifier's.
        examples: labelled documents.
        out: folder to write; by default the classifier is replaced.
        target: precision asked of named labels, 0 to 1; the classifier's own by default.
        device: "cpu", "cuda" ...; the first GPU, else the CPU, by default.
        base: where the base is now, when it is not where it was in training.
        allow_learnt: take documents that were learnt from too. A classifier is surer of them than it may be of others.

    Raises:
        UsageError: an example's label is not the classifier's, an example was learnt from, `target` is no share, or `out`
            holds something else.
        TrainingError: fewer than 30 examples whose label is a leaf, or the disk is full.
        DamagedFile, ModelMissing, ModelError: as `Classifier.load`.
    """
    out = out or folder
    storage.check_replaceable(out, kind=adapter.KIND, version=adapter.VERSION)
    if target is not None and not 0 < target < 1:
        raise UsageError(f"a precision of {target:g} cannot be asked for", hint="name a share between 0 and 1, such as 0.95")
    settings, taxonomy = adapter.read_folder(folder)
    asked = settings.target if target is None else target
    leaves = set(taxonomy.leaves())
    whole = sum(example.path in leaves for example in examples)
    if whole < CALIBRATES:
        raise TrainingError(
            f"{whole} documents with a whole label are too few to calibrate on",
            hint=f"label {CALIBRATES} or more down to the leaf",
        )
    known = {path for path, _ in taxonomy.walk()}
    for example in examples:
        if example.path not in known:
            raise UsageError(
                f"{example.id} is labelled {' / '.join(example.path)}, which the classifier does not know",
                hint="leave such documents out, or train a classifier with this label",
            )
    training = json.loads((folder / adapter.TRAINING).read_bytes())
    learnt = learnt_from(training, examples)
    if learnt and not allow_learnt:
        _refuse(learnt, len(examples))
    held_out = _scores(folder, settings, taxonomy, examples, device, base)
    words = (folder / adapter.WORDS).is_file()
    weight = best_weight(held_out, taxonomy.leaves()) if words else 0.0
    held_out = replace(held_out, lexical_weight=weight)
    found = Calibration.fit(held_out.scores, [one.path for one in examples], taxonomy, target=asked)
    new = settings.model_copy(
        update={
            "lexical_weight": weight,
            "temperature": found.temperature,
            "thresholds": found.thresholds,
            "target": found.target,
            "examples": found.examples,
        }
    )
    training["calibrated"] = {"data": fingerprint(examples), "documents": len(examples), "learnt": len(learnt)}
    with writing(out), storage.new_folder(out, kind=adapter.KIND, version=adapter.VERSION) as aside:
        for path in sorted(folder.iterdir()):
            if path.name not in _REPLACED:  # the words stay even with a weight of 0: the next calibration may want them
                (shutil.copytree if path.is_dir() else shutil.copy2)(path, aside / path.name)
        (aside / adapter.SETTINGS).write_text(new.model_dump_json(indent=1), encoding="utf-8")
        (aside / adapter.TRAINING).write_text(json.dumps(training, indent=1), encoding="utf-8")
    predicted = Predicted(taxonomy, tuple(examples), found.probabilities(held_out.scores))
    return Calibrated(out, taxonomy, found, weight, predicted)


def learnt_from(training: Mapping[str, Any], examples: Sequence[Example]) -> list[Example]:
    """The examples whose text a classifier learnt from; none where its `training.json` is too old to say."""
    learnt = set(training.get(LEARNT, ()))
    return [example for example in examples if text_hash(example.document.text) in learnt]


def _refuse(learnt: Sequence[Example], total: int) -> NoReturn:
    named = ", ".join(example.id for example in learnt[:_NAMED]) + (" ..." if len(learnt) > _NAMED else "")
    raise UsageError(
        f"{len(learnt)} of {total} documents were learnt from: {named}",
        hint="leave them out: the classifier is surer of them than it may be of others; or allow_learnt=True, --allow-learnt",
    )


def _scores(
    folder: Path,
    settings: adapter.Settings,
    taxonomy: Taxonomy,
    examples: Sequence[Example],
    device: str | None,
    base: str | Path | None,
) -> HeldOut:
    """What network and words say of the examples."""
    from foyerdoc.classification.lexical import Lexical
    from foyerdoc.classification.network import TrainedScorer

    network, encoded, name = adapter.load_network(folder, settings, taxonomy, device=device, base=base)
    adapter.check_probe(folder, settings, adapter.probe_scores(network, encoded))
    scorer = TrainedScorer(network, encoded, name=name, adapter="", settings=())
    documents = [example.document for example in examples]
    alone = np.stack([scores.log_scores for scores in scorer.score(documents)])
    words = np.zeros_like(alone)
    if (folder / adapter.WORDS).is_file():
        words = Lexical.load(folder / adapter.WORDS).score([document.text for document in documents])
    return HeldOut(tuple(examples), np.zeros((0, alone.shape[1])), alone, words, 0.0)
