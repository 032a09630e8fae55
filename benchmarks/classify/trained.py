"""Fine-tuned classifiers into files of predictions: the 4-bit model alone, and with the words' scores, of one training.

    python -m benchmarks.classify.trained RESULTS --data DATA [--quantization nf4] [--set rank=8 ...] [--device cuda]

    nf4               the network alone, calibrated by its own held-out predictions
    fused             the same network with the words' scores, as `Classifier.load` gives it
    fp4, int8, none   the network alone over bases rounded otherwise, or not at all

Where a data set has its own validation part, it is held out; else the training holds out parts of its examples. Runs that have
files already are left alone.
"""

from __future__ import annotations

import argparse
import json
import platform
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.classify import predictions, runs
from benchmarks.classify.predictions import Predictions, Run
from benchmarks.classify.runs import Item, Split
from numpy.typing import NDArray
from rich.console import Console

from foyerdoc.classification import Classifier
from foyerdoc.classification.calibration import Calibration
from foyerdoc.documents import Document
from foyerdoc.finetuning.classifier import TrainedClassifier, train_classifier
from foyerdoc.finetuning.config import ClassifierConfig
from foyerdoc.finetuning.data.examples import Example
from foyerdoc.taxonomy import Taxonomy

TOGETHER = 64


def documents(items: Sequence[Item], dataset: str) -> list[Document]:
    """The items as documents in the data set's language."""
    language = runs.DATASETS[dataset].language
    return [Document(id=item.id, name=item.id, media_type="text/plain", text=item.text, language=language) for item in items]


def examples(items: Sequence[Item], dataset: str) -> list[Example]:
    """The items as examples."""
    made = zip(items, documents(items, dataset), strict=True)
    return [Example(id=item.id, document=document, path=item.path) for item, document in made]


def train(split: Split, dataset: str, folder: Path, config: ClassifierConfig) -> TrainedClassifier:
    """One training."""
    validation = examples(split.validation, dataset) or None
    return train_classifier(examples(split.train, dataset), folder, config=config, validation=validation)


def scores(classifier: Classifier, asked: Sequence[Document]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(documents, leaves) scores of the network alone, and of all parts together; natural-log scale."""
    found = [each for at in range(0, len(asked), TOGETHER) for each in classifier._scorer.score(asked[at : at + TOGETHER])]
    return np.stack([each.weights @ each.by_chunk for each in found]), np.stack([each.log_scores for each in found])


def said(
    run: Run, split: Split, taxonomy: Taxonomy, calibration: Calibration | None, found: NDArray[np.float64], **more: Any
) -> Predictions:
    """Scores as probabilities and decisions; without a calibration they stay scores."""
    leaves = taxonomy.leaves()
    if calibration is None:
        return runs.record(run, split, leaves, found, probabilistic=False, **more)
    probabilities = calibration.probabilities(found)
    decided = [calibration.decide(row, taxonomy) for row in probabilities]
    return runs.record(
        run,
        split,
        leaves,
        probabilities,
        probabilistic=True,
        paths=tuple(path for path, _, _ in decided),
        confidence=np.array([confidence for _, confidence, _ in decided], dtype=np.float32),
        decisions=tuple(decision for _, _, decision in decided),
        **more,
    )


def both(run: Run, split: Split, config: ClassifierConfig, folder: Path) -> list[Predictions]:
    """Train, and ask the network alone and, where there are words, both together."""
    started = time.perf_counter()
    trained = train(split, run.dataset, folder, config)
    seconds = {"train": time.perf_counter() - started}
    classifier = Classifier.load(folder, device=config.device)
    started = time.perf_counter()
    alone, together = scores(classifier, documents(split.tested, run.dataset))
    seconds["predict"] = time.perf_counter() - started
    told: dict[str, Any] = {"config": config.model_dump(), "machine": platform.processor() or platform.machine()}
    told["lexical_weight"] = trained.held_out.lexical_weight
    more = {"seconds": seconds, "config": told}
    paths = [example.path for example in trained.held_out.examples]
    own = (
        Calibration.fit(trained.held_out.network, paths, trained.taxonomy, target=config.target)
        if trained.calibration
        else None
    )
    found = [said(run, split, trained.taxonomy, own, alone, **more)]
    if run.system == "nf4" and config.lexical:
        fused = Run("fused", run.dataset, run.fold, run.seed, run.size)
        found.append(said(fused, split, trained.taxonomy, trained.calibration, together, **more))
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    runs.add_arguments(parser)
    parser.add_argument("--quantization", choices=("nf4", "fp4", "int8", "none"), default="nf4")
    parser.add_argument("--set", action="append", default=[], help="a setting of ClassifierConfig, name=JSON or name=text")
    parser.add_argument("--device")
    parser.add_argument("--keep", type=Path, help="keep the trained folders here")
    options = parser.parse_args()
    settings = dict(_setting(each) for each in options.set)
    for run in runs.missing(options, options.quantization):
        chosen = {"quantization": options.quantization, "seed": run.seed, "device": options.device, **settings}
        config = ClassifierConfig(**chosen)
        split = runs.split(options.data, run)
        with tempfile.TemporaryDirectory() as aside:
            folder = (options.keep or Path(aside)) / run.file.with_suffix("")
            folder.parent.mkdir(parents=True, exist_ok=True)
            for found in both(run, split, config, folder):
                predictions.write(options.results, found)
                Console().print(f"{found.run}: {runs.glance(found)}")
    return 0


def _setting(text: str) -> tuple[str, Any]:
    name, _, value = text.partition("=")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


if __name__ == "__main__":
    raise SystemExit(main())
