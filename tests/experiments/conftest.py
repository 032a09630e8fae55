"""A small experiment: three letters of ours, and questions on them whose places are known."""

from __future__ import annotations

import json

import pytest

from foyerdoc.experiments import stages

LETTERS = {
    "police.txt": "Le vol des bijoux est couvert jusqu'à 3 000 euros.\n\nLa franchise est de 150 euros par sinistre.\n\n"
    "Les dégâts des eaux dans la cave sont exclus du contrat.\n\nLe bris de glace est couvert sans franchise aucune.",
    "brief.txt": "Sehr geehrte Frau Weber,\n\nIhre Kündigung wird zum 31. Dezember 2024 wirksam.\n\n"
    "Der Beitrag beträgt 412 Euro im Jahr und wird im März abgebucht.\n\nDie Versicherungsnummer bleibt gültig.",
    "avis.txt": "Votre échéance annuelle tombe le 1er mars.\n\nLe règlement peut se faire par virement ou par chèque.\n\n"
    "Sans paiement sous trente jours, les garanties sont suspendues.",
}
ASKED = [
    ("q1", "police.txt", "fr", "Quel est le montant de la franchise ?", "150 euros"),
    ("q2", "brief.txt", "de", "Wann wird die Kündigung wirksam?", "31. Dezember 2024"),
    ("q3", "avis.txt", "fr", "Quand tombe l'échéance annuelle ?", "1er mars"),
    ("q4", "brief.txt", "de", "Wie hoch ist der Beitrag im Jahr?", "412 Euro"),
]


@pytest.fixture
def letters(tmp_path):
    """A folder with `letters/` and gold questions whose evidence is the answer's characters."""
    folder = tmp_path / "given"
    (folder / "letters").mkdir(parents=True)
    for name, text in LETTERS.items():
        (folder / "letters" / name).write_text(text, encoding="utf-8")
    lines = [
        {"format": 1, "item": item, "annotator": "anna", "document": document, "language": language, "question": question,
         "answers": [answer], "evidence": [{"document": document, "text": answer}]}
        for item, document, language, question, answer in ASKED
    ]  # fmt: skip
    (folder / "questions.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return folder


@pytest.fixture
def loaded(monkeypatch, embedder):
    """Sweeps take the embedder that the other tests have loaded, and leave it open."""
    monkeypatch.setattr(embedder, "close", lambda: None)
    monkeypatch.setattr(stages, "named", lambda name: embedder)


@pytest.fixture
def told():
    """A plan as plain data."""
    return {
        "questions": "questions.jsonl",
        "documents": ["letters"],
        "factors": {"chunk_size": [16, 32], "retrieval": ["dense", "lexical", "fused"]},
        "settings": {"model": "ranking"},
    }
