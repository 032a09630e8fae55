"""What cleaning takes out, what it leaves, and that every clean character still points to where it came from."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foyerdoc.cleaning import ALL_STEPS, STEPS, clean
from foyerdoc.documents import Block, Document, Page, Span
from foyerdoc.errors import UsageError
from tests.made_documents import documents

MAIL = "message/rfc822"
PDF = "application/pdf"


def made(*blocks: str | tuple[str, str], media_type: str = "text/plain", language: str | None = None) -> Document:
    """A document without pages: paragraphs, or blocks of a given kind."""
    return paged([list(blocks)], media_type=media_type, language=language)


def paged(pages: list[list[str | tuple[str, str]]], *, media_type: str = PDF, language: str | None = "de") -> Document:
    text, found, spans = "", [], []
    for number, blocks in enumerate(pages, 1):
        first = None
        for block in filter(None, blocks):
            kind, content = ("paragraph", block) if isinstance(block, str) else block
            text += "\n\n" if text else ""
            first = len(text) if first is None else first
            found.append(Block(kind, Span(len(text), len(text) + len(content)), page=number, language=language))
            text += content
        spans.append(Page(number, Span(len(text) if first is None else first, len(text)), 595.0, 842.0))
    is_paged = media_type == PDF
    return Document("id", "name", media_type, text, language, tuple(spans) if is_paged else (), tuple(found))


def cleaned(text: str, *, language: str | None = "de", **kwargs: object) -> str:
    return clean(made(text, language=language), **kwargs).text


BODY = "Der Versicherer leistet Ersatz für {n} an den versicherten Sachen, soweit es der Vertrag vorsieht."
NAMES = ["Feuer", "Wasser", "Sturm", "Hagel", "Frost", "Diebstahl", "Glasbruch"]


# --- characters ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("eﬃzient ﬁnden, Aﬀe, ﬂott, ﬅ ﬆ ĳ", "effizient finden, Affe, flott, st st ij"),
        ("1\u202f234,56\u00a0€ und 10\u2009%", "1 234,56 € und 10 %"),
        ("zu   viele \u00a0 Leerzeichen", "zu viele Leerzeichen"),
        ("Versiche\u00adrung", "Versicherung"),
        ("null\u200bbreit\ufeff, Auf\u200clage", "nullbreit, Auflage"),
        ("\u200elinks\u200f", "links"),
        ("\x00Steuer\x07zeichen\x1f", "Steuerzeichen"),
        ("œuvre et cætera", "œuvre et cætera"),
    ],
)
def test_characters(text: str, expected: str) -> None:
    assert cleaned(text) == expected


@pytest.mark.parametrize("text", ["👩\u200d👩\u200d👧 und ❤\ufe0f\u200d🔥", "می\u200cخواهم", "\u200fשלום\u200e abc"])
def test_joiners_and_marks_that_mean_something_stay(text: str) -> None:
    assert cleaned(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("dÃ©jÃ\xa0 vu, cÅ“ur, lâ€™Ã©tÃ© Ã  la mer", "déjà vu, cœur, l’été Ã la mer"),
        ("GrÃ¼ÃŸe, 5 â‚¬, Â§ 4, ðŸ˜€", "Grüße, 5 €, § 4, 😀"),
        ("SÃO PAULO, MAÇÃ”, Ånd, Â la carte", "SÃO PAULO, MAÇÃ”, Ånd, Â la carte"),
    ],
)
def test_broken_encodings_only_where_certain(text: str, expected: str) -> None:
    assert cleaned(text, language="fr") == expected


def test_a_ligature_maps_to_itself() -> None:
    document = clean(made("die eﬃziente Lösung"))
    at = document.text.index("ffi")
    source = document.source
    assert source is not None
    for start, end in [(at, at + 1), (at + 1, at + 2), (at + 2, at + 3), (at, at + 3)]:
        origin = document.origin(Span(start, end))
        assert source.text[origin.start : origin.end] == "ﬃ"
    origin = document.origin(Span(document.text.index("ziente"), len(document.text)))
    assert source.text[origin.start : origin.end] == "ziente Lösung"


# --- hyphens ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("de", "der Versicherungs-\nnehmer zahlt", "der Versicherungsnehmer zahlt"),
        ("de", "die E-Mail-\nAdresse", "die E-Mail-Adresse"),
        ("de", "Haft-\nund Kaskoversicherung", "Haft-\nund Kaskoversicherung"),
        ("de", "die deutsch-\nfranzösische Grenze", "die deutsch-französische Grenze"),
        ("de", "Online-Versiche-\nrung", "Online-Versicherung"),
        ("de", "eine PDF-\nDatei", "eine PDF-Datei"),
        ("de", "die 30-\njährige", "die 30-jährige"),
        ("de", "Versiche\u00ad\nrung", "Versicherung"),
        ("de", "Versiche\u2010\nrung", "Versicherung"),
        ("lb", "d'Verséche-\nrung", "d'Versécherung"),
        ("fr", "Jean-\nPierre", "Jean-Pierre"),
        ("fr", "un rendez-\nvous", "un rendez-vous"),
        ("fr", "peut-\nêtre", "peut-être"),
        ("fr", "c'est-\nà-dire", "c'est-à-dire"),
        ("fr", "vis-à-\nvis", "vis-à-vis"),
        ("fr", "pouvez-\nvous", "pouvez-vous"),
        ("fr", "celui-\nci", "celui-ci"),
        ("fr", "la mer-\nci", "la merci"),
        ("fr", "nouvel-\nles garanties", "nouvelles garanties"),
        ("fr", "la souscrip-\ntion", "la souscription"),
        ("fr", "sous-\ncription", "souscription"),
        ("fr", "sous-\ntraitant", "sous-traitant"),
        ("fr", "le porte-\nfeuille", "le portefeuille"),
        ("en", "a 90-\nday period", "a 90-day period"),
        ("en", "a well-\nknown insurer", "a well-known insurer"),
        ("en", "third-\nparty liability", "third-party liability"),
        ("en", "an e-\nmail", "an e-mail"),
        ("en", "the insur-\nance policy", "the insurance policy"),
        ("en", "state-of-the-\nart", "state-of-the-art"),
        ("en", "a pay-\nment", "a payment"),
    ],
)
def test_hyphens_at_line_ends(language: str, text: str, expected: str) -> None:
    assert cleaned(text, language=language) == expected


def test_the_document_itself_says_how_a_word_is_written() -> None:
    assert "chargebacks" in cleaned("The charge-\nbacks are due. All chargebacks count.", language="en")
    assert "sub-limit" in cleaned("The sub-\nlimit applies. Each sub-limit counts.", language="en")
    assert "VERSICHERUNG" in cleaned("VERSICHE-\nRUNG und VERSICHERUNG")


def test_hyphens_in_tables_and_code_stay() -> None:
    for kind in ("table", "code"):
        assert clean(made((kind, "Haft-\npflicht"))).text == "Haft-\npflicht"


def test_a_word_over_a_page_end_becomes_one_paragraph() -> None:
    pages = [
        ["Foyer AG, Luxemburg", BODY.format(n=NAMES[n]) + " Und weiter zahlt der Versicherungs-", f"Seite {n} von 4"]
        for n in (1, 2, 3)
    ]
    pages = [[*page[:1], ("nehmer seinen Beitrag. " if i else "") + page[1], page[2]] for i, page in enumerate(pages)]
    document = clean(paged([*pages, ["Foyer AG, Luxemburg", "nehmer den Rest.", "Seite 4 von 4"]]))
    assert document.text.count("Versicherungsnehmer") == 3
    assert document.text.count("Foyer AG") == 1
    assert "Seite" not in document.text
    assert [block.kind for block in document.blocks] == ["header", "paragraph"]
    word = document.text.rindex("Versicherungsnehmer")
    assert [page.number for page in document.pages_of(Span(word, word + 19))] == [3, 4]
    origin = document.origin(Span(word, word + 19))
    assert document.source is not None
    assert document.source.text[origin.start : origin.end].startswith("Versicherungs-")
    assert document.source.text[origin.start : origin.end].endswith("nehmer")


# --- headers, footers, page numbers ----------------------------------------------------------------------------------


def _numbered(n: int, top: str, bottom: str) -> list[list[str | tuple[str, str]]]:
    return [[top.format(n=i), BODY.format(n=NAMES[i - 1]), bottom.format(n=i)] for i in range(1, n + 1)]


@pytest.mark.parametrize("number", ["Seite {n} von 5", "Page {n}/5", "- {n} -", "{n}", "p. {n}", "{n} / 5", "Säit {n}"])
def test_page_numbers_go(number: str) -> None:
    document = clean(paged(_numbered(5, "", number)))
    assert document.text == "\n\n".join(BODY.format(n=NAMES[i - 1]) for i in range(1, 6))
    assert sum(removal.step == "page_numbers" for removal in document.removals) == 5


def test_roman_page_numbers_go() -> None:
    pages = [[BODY.format(n=NAMES[i]), roman] for i, roman in enumerate(["i", "ii", "iii", "iv", "v"])]
    assert clean(paged(pages)).text == "\n\n".join(BODY.format(n=NAMES[i]) for i in range(5))


@pytest.mark.parametrize("top", ["Foyer AG – Bedingungen", "Police 4711 – Blatt {n}", "Stand 03.04.2024 09:1{n}, Vertrag"])
def test_of_a_repeated_header_the_first_stays(top: str) -> None:
    document = clean(paged(_numbered(5, top, "")))
    assert document.text.startswith(top.format(n=1))
    assert [block.kind for block in document.blocks] == ["header", *["paragraph"] * 5]
    assert "headers_footers: 4 places" in [issue.message for issue in document.issues]


def test_of_a_repeated_footer_the_last_stays() -> None:
    document = clean(paged(_numbered(4, "", "Foyer AG, IBAN LU28 0019 4006 4475 0000")))
    assert document.text.count("IBAN") == 1
    assert document.text.endswith("0000")


def test_left_and_right_headers_go() -> None:
    pages = _numbered(7, "", "{n}")
    for i, page in enumerate(pages[1:], 1):
        page[0] = "Haftpflicht heute" if i % 2 else "Foyer Versicherungen"
    document = clean(paged(pages))
    assert document.text.count("Haftpflicht heute") == 1
    assert document.text.count("Foyer Versicherungen") == 1


def test_a_header_that_is_the_first_line_of_its_block_goes() -> None:
    pages = [["Foyer AG – Bedingungen\n" + BODY.format(n=NAMES[i])] for i in range(4)]
    document = clean(paged(pages))
    assert document.text.count("Foyer AG") == 1
    assert [document.text[b.span.start : b.span.end] for b in document.blocks[1:]] == [
        BODY.format(n=NAMES[i]) for i in range(1, 4)
    ]


def test_the_head_of_a_table_over_several_pages_stays() -> None:
    head = "Pos. Beschreibung Menge Betrag"
    first = ["Foyer AG", BODY.format(n="a"), BODY.format(n="b"), head + "\n1 Glas 2 30,00"]
    pages = [first, *[["Foyer AG", head + f"\n{i} Rahmen 1 {i}0,00"] for i in (2, 3, 4)]]
    document = clean(paged(pages))
    assert document.text.count(head) == 4
    assert document.text.count("Foyer AG") == 1


def test_tables_amounts_and_clauses_at_the_edges_stay() -> None:
    clause = "Diese Klausel gilt nicht für grobe Fahrlässigkeit."
    pages = [[BODY.format(n=NAMES[i]), clause, f"Text danach {i}", ("table", f"Summe\t{i * 17},50")] for i in range(1, 6)]
    document = clean(paged(pages))
    assert document.text.count(clause) == 5
    assert all(f"Summe\t{i * 17},50" in document.text for i in range(1, 6))
    carried = [[BODY.format(n=NAMES[i]), f"Übertrag {i * 113},20 EUR"] for i in range(1, 6)]
    assert clean(paged(carried)).text.count("Übertrag") == 5


def test_bare_numbers_that_do_not_count_pages_stay() -> None:
    document = paged([[BODY.format(n=NAMES[i]), str(number)] for i, number in enumerate([17, 4, 99])])
    assert clean(document).text == document.text


def test_two_pages_have_no_repeated_header() -> None:
    document = paged(_numbered(2, "Foyer AG", ""))
    assert clean(document).text.count("Foyer AG") == 2


# --- lines -----------------------------------------------------------------------------------------------------------

FLOWING = "Der Versicherer leistet Ersatz für alle Schäden\nan den versicherten Sachen, soweit der Vertrag es\nvorsieht."
ADDRESS = "Foyer Assurances S.A.\n12, rue Léon Laval\nL-3372 Leudelange"


def test_lines_of_running_text_are_joined_and_addresses_are_not() -> None:
    document = clean(paged([[FLOWING, ADDRESS, ("table", "a\tb\nc\td"), ("code", "x = 1\ny = 2")]]))
    assert document.text == f"{FLOWING.replace(chr(10), ' ')}\n\n{ADDRESS}\n\na\tb\nc\td\n\nx = 1\ny = 2"
    assert clean(made(FLOWING, media_type="text/html")).text == FLOWING


def test_labelled_values_keep_their_lines() -> None:
    labels = "Versicherungsnehmer: Dr. Anna Muster, Luxemburg\nVersicherte Sache: Einfamilienhaus in Esch-Uelzecht"
    assert clean(paged([[labels]])).text == labels


def test_a_sentence_over_a_page_end_becomes_one_paragraph() -> None:
    document = clean(paged([["Der Versicherer leistet Ersatz für", "1"], ["alle Schäden.", "2"]]))
    assert document.text == "Der Versicherer leistet Ersatz für alle Schäden."
    assert len(document.blocks) == 1


# --- mail ------------------------------------------------------------------------------------------------------------


def kinds_of(document: Document) -> list[tuple[str, str]]:
    return [(block.kind, document.text[block.span.start : block.span.end].split("\n")[0]) for block in document.blocks]


@pytest.mark.parametrize(
    "introduction",
    [
        "Am 3. März 2024 um 10:12 schrieb Anna Muster <anna@example.org>:",
        "Le lun. 4 mars 2024 à 10:12, Anna Muster <anna@example.org> a écrit :",
        "On Mon, 4 Mar 2024 at 10:12, Anna Muster\n<anna@example.org> wrote:",
        "-----Original Message-----",
        "Von: Anna Muster\nGesendet: Montag, 4. März 2024 10:12\nAn: Foyer\nBetreff: Schaden",
        "De : Anna Muster\nEnvoyé : lundi 4 mars 2024\nÀ : Foyer\nObjet : Sinistre",
    ],
)
def test_a_reply_is_flagged(introduction: str) -> None:
    document = clean(made("Guten Tag, anbei die Rechnung.", introduction, "Bitte senden Sie die Rechnung.", media_type=MAIL))
    assert [kind for kind, _ in kinds_of(document)] == ["paragraph", "quote", "quote"]
    assert "cleaned_mail_quotes" in [issue.code for issue in document.issues]
    without = clean(document, steps=ALL_STEPS)
    assert without.text == "Guten Tag, anbei die Rechnung."


def test_marked_lines_within_a_block_are_cut_out_of_it() -> None:
    document = clean(made("Ja.\n> Wann kommt der Gutachter?\n> Morgen?\nAm Montag.", media_type=MAIL))
    assert kinds_of(document) == [("paragraph", "Ja."), ("quote", "> Wann kommt der Gutachter?"), ("paragraph", "Am Montag.")]


@pytest.mark.parametrize("closing", ["Mit freundlichen Grüßen", "Cordialement,", "Kind regards,", "--", "Mat beschte Gréiss"])
def test_a_signature_is_flagged(closing: str) -> None:
    mail = made("Bitte melden Sie sich.", f"{closing}\nAnna Muster\nTel. 123", "> Zitat", media_type=MAIL)
    document = clean(mail)
    assert [kind for kind, _ in kinds_of(document)] == ["paragraph", "signature", "quote"]
    assert document.text == mail.text
    assert clean(mail, steps=STEPS | {"remove_signatures"}).text == "Bitte melden Sie sich.\n\n> Zitat"


def test_a_legal_notice_is_flagged() -> None:
    notice = "This e-mail and any attachment are confidential and may be privileged."
    document = clean(made("See attached.", notice, media_type=MAIL))
    assert [kind for kind, _ in kinds_of(document)] == ["paragraph", "signature"]


def test_only_mail_is_read_as_mail() -> None:
    assert [kind for kind, _ in kinds_of(clean(made("> Zitat", "--\nName")))] == ["paragraph", "paragraph"]


# --- the whole -------------------------------------------------------------------------------------------------------


def test_steps_can_be_switched_off() -> None:
    text = "eﬃzient\u00a0Versiche\u00adrung\u200b"
    assert cleaned(text, steps=()) == text
    assert cleaned(text, steps={"ligatures"}) == "effizient\u00a0Versiche\u00adrung\u200b"
    with pytest.raises(UsageError, match="ligature"):
        cleaned(text, steps={"ligature"})


def test_a_clean_document_says_what_was_done() -> None:
    document = made("Versiche\u00adrung ist eﬃzient")
    result = clean(document)
    assert result.source is document
    assert [(issue.code, issue.message) for issue in result.issues] == [
        ("cleaned_ligatures", "ligatures: 1 place"),
        ("cleaned_soft_hyphens", "soft_hyphens: 1 place"),
    ]
    assert [(removal.step, document.text[removal.span.start : removal.span.end]) for removal in result.removals] == [
        ("soft_hyphens", "\u00ad")
    ]


def test_attachments_are_cleaned_too() -> None:
    from dataclasses import replace

    document = clean(replace(made("a"), attachments=(made("eﬀekt"),)))
    assert document.attachments[0].text == "effekt"


def test_table_cells_move_with_the_text() -> None:
    text = "ﬁx\ta\u00adb\t\nc\u200b\t\td  e"
    cells = ((Span(0, 2), Span(3, 6), Span(7, 7)), (Span(8, 10), Span(11, 11), Span(12, 16)))
    document = clean(Document("id", "n", "text/html", text, blocks=(Block("table", Span(0, len(text)), rows=cells),)))
    assert [[document.text[c.start : c.end] for c in row] for row in document.blocks[0].rows] == [
        ["fix", "ab", ""],
        ["c", "", "d e"],
    ]


def _check_structure(document: Document) -> None:
    for block in document.blocks:
        assert 0 <= block.span.start < block.span.end <= len(document.text)
        cells = [cell for row in block.rows for cell in row]
        assert all(block.span.contains(cell) for cell in cells)
        assert all(a.end <= b.start for a, b in pairwise(cells))
    assert all(a.span.end <= b.span.start for a, b in pairwise(document.blocks))
    assert all(a.span.end <= b.span.start for a, b in pairwise(document.pages))
    assert all(page.span.end <= len(document.text) for page in document.pages)


def _normal(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


@settings(max_examples=50, deadline=None)
@given(documents(), st.sets(st.sampled_from(sorted(ALL_STEPS))) | st.just(set(STEPS)))
def test_every_clean_character_points_to_its_origin(document: Document, steps: set[str]) -> None:
    result = clean(document, steps=steps - {"encoding"})
    _check_structure(result)
    at = 0
    for i, character in enumerate(result.text):
        origin = result.origin(Span(i, i + 1))
        assert at <= origin.start < origin.end <= len(document.text)
        at = origin.start
        assert _normal(character) in _normal(document.text[origin.start : origin.end])
    assert result.origin(Span(0, len(result.text))).end <= len(document.text)
    if steps == set():
        assert result.text == document.text
        assert result.blocks == document.blocks


@settings(max_examples=40, deadline=None)
@given(documents())
def test_what_is_missing_is_on_record(document: Document) -> None:
    """Characters that are neither in the clean text nor white space nor hyphens stand in a removal."""
    result = clean(document, steps=STEPS - {"encoding"})
    kept = bytearray(len(document.text))
    assert result.alignment is not None
    for start, end in zip(result.alignment.starts, result.alignment.ends, strict=True):
        kept[start:end] = b"\1" * (end - start)
    for removal in result.removals:
        kept[removal.span.start : removal.span.end] = b"\1" * len(removal.span)
    assert all(kept[i] or character.isspace() or character == "-" for i, character in enumerate(document.text))


@settings(max_examples=40, deadline=None)
@given(documents())
def test_cleaning_again_changes_nothing(document: Document) -> None:
    result = clean(document)
    assert clean(result) == result
    assert clean(document) == result
    steps = {"ligatures", "soft_hyphens", "zero_width", "spaces"}
    once = clean(document, steps=steps)
    from dataclasses import replace

    again = clean(replace(once, source=None, alignment=None, removals=(), issues=()), steps=steps)
    assert again.text == once.text
    assert again.blocks == once.blocks
