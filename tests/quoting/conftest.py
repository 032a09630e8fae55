"""A quoter that was really trained, on a few invented questions."""

from __future__ import annotations

import gzip
import json

import pytest

from foyerdoc.finetuning.choices import read_choices
from foyerdoc.finetuning.config import TrainingConfig
from foyerdoc.finetuning.quoter import train_quoter

TINY = TrainingConfig(base="e5", quantization="none", rank=4, alpha=8, epochs=2, batch_examples=4, device="cpu")
FACTS = {"la franchise": "150 euros", "le plafond": "3 000 euros", "la prime": "412 euros", "l’indemnité": "90 euros"}


def rows():
    """Each fact asked of a passage that has it, and of one that has not. One in four is held out."""
    for number, (thing, amount) in enumerate(FACTS.items()):
        text = f"Le contrat est signé. Selon le contrat, {thing} est de {amount}. Il finit en mars."
        first, second = text.index("Selon"), text.index("Il finit")
        found = [[0, first, second - 1, 0.6, 0.86, 1], [0, 0, first - 1, 0.4, 0.83, 0], [0, second, len(text), 0.3, 0.82, 0]]
        about = {"set": "made", "question": f"À combien s’élève {thing} ?", "held_out": number == 3}
        yield {**about, "passages": [text], "sentences": found, "answers": [amount], "answerable": True}
        found = [[0, 0, first - 1, 0.45, 0.83, 0]]
        yield {**about, "passages": [text[: first - 1]], "sentences": found, "answers": [amount], "answerable": False}


@pytest.fixture(scope="session")
def rows_path(tmp_path_factory):
    path = tmp_path_factory.mktemp("rows") / "rows.jsonl.gz"
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows())
    return path


@pytest.fixture(scope="session")
def trained(tmp_path_factory, rows_path):
    """What `train_quoter` returned. The folder is not to be altered."""
    return train_quoter(*read_choices(rows_path), tmp_path_factory.mktemp("quoter") / "quoter", TINY)
