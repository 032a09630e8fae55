"""A classifier that was really trained, once for all tests that look at one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from foyerdoc.finetuning.classifier import TrainedClassifier
    from foyerdoc.finetuning.data.examples import Example

TINY = {"epochs": 2, "folds": 0, "held_out": 0.65, "rank": 4, "chunk_tokens": 64, "batch_examples": 8, "device": "cpu"}
"""Settings that train in seconds."""


def tiny_rows(mistakes: int = 7) -> list[dict[str, str]]:
    """48 letters of two labels; of every so many one has the wrong label, so that nothing is certain."""
    labels = (("claims", "damage"), ("contracts", "cancellation"))
    rows = []
    things = ("windscreen", "garage door", "kitchen ceiling", "bicycle", "boiler", "roof")
    for thing, who in product(things, ("my son", "the neighbour", "a storm", "last night")):
        texts = (f"The {thing} was damaged by {who}; please send an expert.", f"We cancel the policy for the {thing} of {who}.")
        for right, text in enumerate(texts):
            category, subcategory = labels[right ^ (len(rows) % mistakes == 0)]
            rows.append({"id": f"m-{len(rows)}", "text": text, "category": category, "subcategory": subcategory})
    return rows


@pytest.fixture(scope="session")
def tiny_classifier(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Path, Sequence[Example], TrainedClassifier]:
    """Folder, examples and what `train_classifier` returned: the embedded E5, two labels. The folder is not to be altered."""
    from foyerdoc.finetuning.classifier import train_classifier
    from foyerdoc.finetuning.config import ClassifierConfig
    from foyerdoc.finetuning.data.examples import read_examples

    folder = tmp_path_factory.mktemp("tiny")
    rows = folder / "rows.jsonl"
    rows.write_text("\n".join(map(json.dumps, tiny_rows())), encoding="utf-8")
    examples = read_examples(rows).examples
    trained = train_classifier(examples, folder / "classifier", config=ClassifierConfig.model_validate(TINY))
    return trained.folder, examples, trained
