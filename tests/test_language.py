"""The language of whole paragraphs, short lines, other scripts and mixed documents."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foyerdoc.documents import Block, Span
from foyerdoc.language import LANGUAGES, detect, with_languages

SENTENCES = {
    "de": "Sehr geehrte Damen und Herren, hiermit melden wir Ihnen einen Schaden, der am 3. März in der Küche entstanden ist.",
    "en": "We have received your claim and will write to you as soon as the damage to the kitchen has been assessed.",
    "es": "Hemos recibido su declaración y le escribiremos en cuanto se haya valorado el daño de la cocina.",
    "fr": "Nous avons bien reçu votre déclaration et nous vous écrirons dès que les dégâts de la cuisine seront estimés.",
    "it": "Abbiamo ricevuto la sua denuncia e le scriveremo non appena il danno della cucina sarà stato valutato.",
    "lb": "Mir hunn Är Deklaratioun kritt a schreiwen Iech, soubal de Schued an der Kichen geschat ginn ass.",
    "nl": "Wij hebben uw aangifte ontvangen en schrijven u zodra de schade aan de keuken is vastgesteld.",
    "pt": "Recebemos a sua participação e escreveremos assim que os danos da cozinha forem avaliados por um perito.",
}
SCRIPTS = {
    "ar": "تم استلام مطالبتك وسوف نكتب إليك قريبا",
    "bg": "Всички хора се раждат свободни и равни по достойнство и права. Те са надарени с разум и съвест и следва да се "
    "отнасят помежду си в дух на братство, със съгласие и търпение.",
    "el": "Λάβαμε τη δήλωσή σας και θα σας γράψουμε σύντομα",
    "fa": "پرونده شما دریافت شد و به زودی با شما تماس می‌گیریم",
    "he": "קיבלנו את התביעה שלך ונכתוב לך בקרוב",
    "ja": "お客様の請求書を受け取りました。",
    "ko": "귀하의 청구서를 받았습니다.",
    "ru": "Мы получили ваше заявление и напишем вам, как только ущерб будет оценён.",
    "uk": "Ми отримали вашу заяву і напишемо вам, щойно шкоду буде оцінено.",
    "zh": "我们已收到您的索赔申请，将尽快回复。",
}
FOREIGN = [
    "Otrzymaliśmy zgłoszenie szkody i napiszemy do Państwa, jak tylko zostanie ona oszacowana przez rzeczoznawcę.",
    "Vi har modtaget Deres anmeldelse og skriver til Dem, så snart skaden på køkkenet er blevet vurderet.",
    "Megkaptuk a kárbejelentését, és írunk önnek, amint a konyhában keletkezett kárt felmérték.",
]


@pytest.mark.parametrize(("language", "text"), [*SENTENCES.items(), *SCRIPTS.items()])
def test_a_sentence(language: str, text: str) -> None:
    assert detect(text) == language
    assert detect(text.upper()) == language


@pytest.mark.parametrize("text", ["", " \n ", "12 345,67", "Muller", "A-4711/b", "https://example.org", *FOREIGN])
def test_none_rather_than_a_guess(text: str) -> None:
    assert detect(text) is None


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Madame, Monsieur,", "fr"),
        ("Dear Sir or Madam,", "en"),
        ("Sehr geehrte Damen und Herren,", "de"),
        ("Wéi geet et Iech?", "lb"),
    ],
)
def test_a_salutation_is_enough(text: str, language: str) -> None:
    assert detect(text) == language


def test_a_long_text_counts_by_its_words() -> None:
    assert detect(" ".join([SENTENCES["fr"]] * 40)) == "fr"
    assert detect(SENTENCES["de"] * 3 + " The Daily Telegraph, London") == "de"


def test_typographic_apostrophes_are_apostrophes() -> None:
    assert (
        detect("L’assureur n’a pas l’obligation d’indemniser") == detect("L'assureur n'a pas l'obligation d'indemniser") == "fr"
    )


def _blocks(*texts: str) -> tuple[list[Block], str]:
    blocks, at = [], 0
    for text in texts:
        blocks.append(Block("paragraph", Span(at, at + len(text))))
        at += len(text) + 2
    return blocks, "\n\n".join(texts)


def test_blocks_and_the_document() -> None:
    blocks, main = with_languages(*_blocks(SENTENCES["fr"], SENTENCES["de"], SENTENCES["fr"], "4711"))
    assert main == "fr"
    assert [block.language for block in blocks] == ["fr", "de", "fr", None]


def test_a_torn_block_follows_the_document() -> None:
    torn = "Conditions particulières"
    assert detect(torn) is None
    blocks, _main = with_languages(*_blocks(SENTENCES["fr"], torn))
    assert blocks[1].language == "fr"


def test_no_blocks_and_nothing_to_tell() -> None:
    assert with_languages([], "") == ((), None)
    assert with_languages([], SENTENCES["en"]) == ((), "en")
    blocks, main = with_languages(*_blocks("4711"))
    assert main is None
    assert blocks[0].language is None


@given(st.text(max_size=400))
def test_any_text_gives_a_code_or_none(text: str) -> None:
    found = detect(text)
    assert found is None or found in LANGUAGES or found in SCRIPTS or found in {"hi", "hy", "ka", "th", "ur"}
    assert detect(text) == found
