"""The rows that a quoter learns from: the answer's place is known, and no half sees the other."""

from __future__ import annotations

import gzip
import json

import pytest
from tools.forms.questions import phrases
from tools.forms.roles import LANGUAGES, ROLES
from tools.quotes import articles, forms, schedules_of_cover, ten_passages
from tools.schedules import schedules

from foyerdoc.finetuning.choices import read_choices
from foyerdoc.index.lexical import content_words
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
    whole = [row for row in rows if row["set"] == "nomiracl.fr"]
    assert [row["answerable"] for row in whole] == [False, True]
    assert all(len(row["passages"]) == len(TEXTS) for row in rows)
    with gzip.open(tmp_path / "rows.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    choices, held_out = read_choices(tmp_path / "rows.gz")
    assert not held_out
    scores = [score for passage in choices[0].passages for score in passage.scores]
    assert [scores[at] for at in choices[0].order] == sorted(scores, reverse=True)
    answered = [choice for choice in choices if choice.answerable]
    assert all(choice.right().tolist() == [False] + [True] * len(choice.sentences) for choice in answered)


def made(count=60, seed=3, learn=True):
    return list(forms(count, seed, learn=learn, embedder=WordEmbedder()))


@pytest.fixture(scope="module")
def short():
    return made()


def test_what_a_made_document_says_stands_in_a_bearing_sentence(short):
    said = [row for row in short if row["answerable"]]
    assert len(said) > len(short) / 2
    whole = 0
    for row in said:
        bearing = [row["passages"][at][start:end] for at, start, end, *_, bears in row["sentences"] if bears]
        assert bearing
        assert row["answers"]
        whole += any(answer in sentence for answer in row["answers"] for sentence in bearing)
    # A sentence may end within a value ("SFr. 40.10"): all that have a part of it bear it then.
    assert whole > 0.95 * len(said)


def test_what_no_document_says_has_no_sentence(short):
    unsaid = [row for row in short if not row["answerable"]]
    assert len(unsaid) > len(short) / 5
    assert not any(bears for row in unsaid for *_, bears in row["sentences"])
    assert not any(row["answers"] for row in unsaid)
    whole = [row for row in unsaid if row["set"].startswith("forms.") and not row["set"].endswith("words")]
    bare = [row["question"].removesuffix("?").strip().lower() for row in whole]
    assert not any(words in " ".join(row["passages"]).lower() for words, row in zip(bare, whole, strict=True))


def test_questions_to_made_documents_are_short_and_of_many_forms(short):
    asked = [row["question"] for row in short]
    assert sum(len(question.split()) <= 3 for question in asked) > len(asked) / 3
    assert any(question.startswith(("Quel", "Wie hoch", "Was ist", "What is")) for question in asked)
    assert {row["set"].removesuffix(", words") for row in short} == {
        *(f"forms.{language}" for language in LANGUAGES),
        "forms, across languages",
    }
    assert all(row["across"] == row["set"].startswith("forms, across languages") for row in short)
    assert "Franchise" in phrases(ROLES["deductible"], "fr")
    assert not {"Le", "Payable jusqu'au", "vom", "Pay by"} & {
        each for role in ROLES.values() for x in LANGUAGES for each in phrases(role, x)
    }


def test_some_questions_come_again_as_their_content_words(short):
    words = [row["question"] for row in short if row["set"].endswith(", words")]
    whole = [" ".join(content_words(row["question"])) for row in short if not row["set"].endswith(", words")]
    assert 0.1 < len(words) / len(whole) < 0.4
    assert set(words) <= set(whole)


def test_the_same_seed_asks_the_same_and_another_side_is_held_out(short):
    assert made() == short
    assert [row["question"] for row in made(12, seed=4)] != [row["question"] for row in made(12)]
    apart = made(learn=False)
    assert {row["held_out"] for row in short} == {False, True}
    assert apart
    assert not any(row["held_out"] for row in apart)
    learnt = {passage for row in short if not row["held_out"] for passage in row["passages"]}
    assert not learnt & {passage for row in apart for passage in row["passages"]}


def test_a_schedule_answers_by_the_lines_that_name_the_thing():
    rows = list(schedules_of_cover(25, 3, learn=True, embedder=WordEmbedder()))
    assert {row["held_out"] for row in rows} == {False, True}
    said = [row for row in rows if row["answerable"]]
    assert 0.4 < len(said) / len(rows) < 0.6
    for row in said:
        bearing = {row["passages"][at][start:end] for at, start, end, *_, bears in row["sentences"] if bears}
        assert bearing
        assert bearing <= set(row["answers"])
    unsaid = [row for row in rows if not row["answerable"]]
    assert not any(bears for row in unsaid for *_, bears in row["sentences"])


def test_a_schedule_does_not_say_what_it_is_asked_in_vain():
    for made in schedules(200, seed=1):
        for one in made.asked:
            assert set(one.lines) <= set(made.lines)
            if not one.lines and one.language == made.language:
                # Every thing that is asked so is named by its whole words, of which the text has not all.
                words = set(content_words(one.text.lower()))
                assert not any(words <= set(content_words(line.lower())) for line in made.lines), (one, made.text)
