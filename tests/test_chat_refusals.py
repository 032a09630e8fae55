"""What a policy answers is answered, in however few words it is asked; what it does not answer is not."""

from __future__ import annotations

import pytest

from foyerdoc.chat import Chat
from foyerdoc.index import Index
from tests.index.conftest import make_document

POLICIES = [
    make_document(
        "police.txt",
        "La franchise est de 150 euros par sinistre. Le vol des bijoux est couvert jusqu'à 3 000 euros.",
        "La prime annuelle s'élève à 412 euros. Elle est payable avant le 31 janvier 2026. Le préavis est de deux mois.",
        language="fr",
    ),
    make_document(
        "vertrag.txt",
        "Die Selbstbeteiligung beträgt 150 Euro je Schadenfall. Diebstahl von Schmuck ist bis 3 000 Euro versichert.",
        "Der Jahresbeitrag beträgt 412 Euro und ist am 31. Januar 2026 fällig. Die Kündigungsfrist beträgt drei Monate.",
        language="de",
    ),
    make_document(
        "policy.txt",
        "The deductible is 150 euros for each claim. Theft of jewellery is covered up to 3,000 euros.",
        "The annual premium amounts to 412 euros and is due by 31 January 2026. Notice of cancellation is two months.",
        language="en",
    ),
]


@pytest.fixture(scope="module")
def chat(tmp_path_factory, embedder):
    with Index.open(tmp_path_factory.mktemp("refusals"), embedder=embedder) as index:
        index.add(POLICIES)
        yield Chat(index)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Montant de la franchise ?", "150 euros"),
        ("Quelle est la prime annuelle ?", "412 euros"),
        ("Vol de bijoux", "3 000 euros"),
        ("Kündigungsfrist?", "drei Monate"),
        ("Wann ist der Beitrag fällig?", "31. Januar 2026"),
        ("How much is the premium?", "412 euros"),
        ("theft of jewellery limit", "3,000 euros"),
    ],
)
def test_what_is_there_is_answered(chat, question, answer):
    found = chat.ask(question)
    assert not found.abstained, found.steps
    assert answer in found.citations[0].quote


@pytest.mark.parametrize(
    "question",
    [
        *("Qui a peint la Joconde ?", "La grêle est-elle couverte ?", "Wer war der erste Kanzler?", "Ist Hagel versichert?"),
        *("Who wrote Hamlet?", "Is flood covered?"),
    ],
)
def test_what_is_not_there_is_declined(chat, question):
    found = chat.ask(question)
    assert found.abstained
    assert found.reason
    assert found.hits
