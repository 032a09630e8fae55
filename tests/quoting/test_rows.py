"""The rows that a quoter learns from: the answer's place is known, and no half sees the other."""

from __future__ import annotations

import gzip
import json

import pytest
from tools.quotes import articles, ten_passages

from foyerdoc.finetuning.quoter import read_choices
from tests.index.conftest import WordEmbedder

TEXTS = [
    "La franchise est de 150 euros par sinistre. Elle est déduite de toute indemnité versée.",
    "Le vol des bijoux est couvert par le contrat. Le plafond des bijoux est de 3 000 euros.",
    "La prime annuelle est de 412 euros en tout. Elle est payable au mois de janvier.",
    "Le contrat finit au mois de mars chaque année. Un préavis de deux mois est demandé.",
]
ASKED = [
    ("Quelle est la franchise par sinistre ?", "150 euros"),
    ("Quel est le plafond des bijoux ?", "3 000 euros"),
    ("Quelle est la prime annuelle ?", "412 euros"),
    ("Quel préavis est demandé ?", "deux mois"),
]


@pytest.fixture(scope="module")
def qa(tmp_path_factory):
    folder = tmp_path_factory.mktemp("qa")
    made = []
    for text, (question, answer) in zip(TEXTS, ASKED, strict=True):
        answers = [{"text": answer, "answer_start": text.index(answer)}]
        made.append({"paragraphs": [{"context": text, "qas": [{"question": question, "answers": answers}]}]})
    (folder / "piaf.fr.json").write_text(json.dumps({"data": made}), encoding="utf-8")
    with gzip.open(folder / "nomiracl.fr.jsonl.gz", "wt", encoding="utf-8") as file:
        for number, (question, _) in enumerate(ASKED):
            passages = [{"id": str(i), "text": text} for i, text in enumerate(TEXTS)]
            row = {"question": question, "passages": passages, "answerable": number != 1}
            file.write(json.dumps(row) + "\n")
    return folder


@pytest.mark.parametrize("learn", [True, False])
def test_articles(qa, learn):
    rows = list(articles(qa, "piaf.fr", "piaf.fr", learn=learn, embedder=WordEmbedder()))
    answered = [row for row in rows if row["set"] == "piaf.fr"]
    assert [row["question"] for row in answered] == [question for question, _ in (ASKED[:2] if learn else ASKED[2:])]
    for row in answered:
        bearing = [row["passages"][at][start:end] for at, start, end, *_, bears in row["sentences"] if bears]
        assert len(bearing) == 1
        assert row["answers"][0] in bearing[0]
        assert set(row["passages"]) == set(TEXTS[:2] if learn else TEXTS)
    away = [row for row in rows if row["set"].endswith("taken away")]
    assert [row["answerable"] for row in away] == [False, False]
    assert not any(row["answers"][0] in passage for row in away for passage in row["passages"])
    unrelated = [row for row in rows if row["set"].endswith("unrelated")]
    assert [row["question"] for row in unrelated] == [question for question, _ in ASKED[0 if learn else 1 :: 2]]
    assert not any(row["answerable"] or row["answers"] for row in unrelated)


def test_ten_passages(qa, tmp_path):
    rows = list(ten_passages(qa, "fr", learn=False, embedder=WordEmbedder()))
    assert [row["answerable"] for row in rows] == [False, True]
    assert all(len(row["passages"]) == len(TEXTS) for row in rows)
    with gzip.open(tmp_path / "rows.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    choices, held_out = read_choices(tmp_path / "rows.gz")
    assert not held_out
    scores = [score for passage in choices[0].passages for score in passage.scores]
    assert [scores[at] for at in choices[0].order] == sorted(scores, reverse=True)
    assert choices[1].right().tolist() == [False] + [True] * len(choices[1].sentences)
