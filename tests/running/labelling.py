"""Pipelines for workers that load at once. Some documents are hard on them."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from foyerdoc.classification import Classifier
from foyerdoc.classification.scoring import Scores, look_at
from foyerdoc.documents import Document
from foyerdoc.pipeline import Pipeline
from foyerdoc.taxonomy import Taxonomy

TAXONOMY = Taxonomy.model_validate(
    {"name": "mail", "categories": [{"name": "bill", "description": "To pay"}, {"name": "letter", "description": "To read"}]}
)


class ByWord:
    """Knows a bill by its word. A document may kill its worker, once or always, break it or hold it up."""

    name, adapter, settings = "words", None, ()

    def score(self, documents: Sequence[Document]) -> list[Scores]:
        return [self._score(document) for document in documents]

    def _score(self, document: Document) -> Scores:
        text = document.text
        if "POISON" in text or ("ONCE" in text and _first(text)):
            os.kill(os.getpid(), signal.SIGKILL)
        if "BREAK" in text:
            raise ZeroDivisionError
        if "SLOW" in text:
            time.sleep(0.05)
        chunks, total = look_at(document, None, most=4)
        fits = [5.0, 0.0] if "bill" in text else [0.0, 5.0]
        return Scores.averaged(chunks, total, np.array([fits] * len(chunks)))


def _first(text: str) -> bool:
    """Whether the file that a text names is not there yet; it is afterwards."""
    mark = Path(text.split("ONCE ")[1].split()[0])
    if mark.exists():
        return False
    mark.touch()
    return True


def make() -> Pipeline:
    return Pipeline(TAXONOMY, classifier=Classifier(TAXONOMY, ByWord()))
