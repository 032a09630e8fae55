"""Fields out of documents: verbatim, at their place, in the schema's types; absent where nothing speaks for a value."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, Field, create_model

from foyerdoc import storage
from foyerdoc.documents import Document, Span
from foyerdoc.errors import DamagedFile, ModelError, SchemaError
from foyerdoc.extraction import Address, CompanyId, Extractor, Iban, Name, NationalId, Vat
from foyerdoc.extraction.adapter import KIND, SETTINGS, VERSION, Settings
from foyerdoc.extraction.choosing import ask
from foyerdoc.extraction.grounding import Ground
from foyerdoc.extraction.schemas import form_of
from foyerdoc.models.protocol import Generation
from foyerdoc.reading.assembly import Assembly
from foyerdoc.settings import Limits


def document(text: str, language: str = "de") -> Document:
    return Document(id="0" * 64, name="letter.txt", media_type="text/plain", text=text, language=language)


class Invoice(BaseModel):
    invoice_number: str = Field(description="Number of the invoice")
    invoice_date: date | None = Field(default=None, description="Day on which it was issued")
    due_date: date | None = Field(default=None, description="Day by which it has to be paid")
    net_total: Decimal | None = Field(default=None, description="Total without taxes")
    tax_total: Decimal | None = Field(default=None, description="Total of the taxes")
    grand_total: Decimal = Field(description="Total with taxes included")
    currency: Literal["EUR", "CHF"] | None = None
    iban: str | None = None


PAGES = {
    "de": """Stadtwerke Musterheim GmbH
Rechnung Nr. RE-2026/0417 vom 3. März 2026
Kundennummer: 4711
Lieferdatum: 28.02.2026
Nettobetrag: 1.000,00 €
MwSt. 19 %: 190,00 €
Gesamtbetrag: 1.190,00 €
Fällig bis 02.04.2026
IBAN: DE88 2008 0000 0970 3757 00""",
    "fr": """Régie des Eaux SARL
Facture n° RE-2026/0417 du 3 mars 2026
N° client : 4711
Date de livraison : 28/02/2026
Total HT : 1 000,00 €
TVA 19 % : 190,00 €
Total TTC : 1 190,00 €
Date d'échéance : 02/04/2026
IBAN : DE88 2008 0000 0970 3757 00""",
    "en": """Waterworks Ltd
Invoice No. RE-2026/0417 of 3 March 2026
Customer number: 4711
Date of delivery: 28 February 2026
Net total: 1,000.00 EUR
VAT 19 %: 190.00 EUR
Grand total: 1,190.00 EUR
Due date: 2 April 2026
IBAN: DE88 2008 0000 0970 3757 00""",
}


@pytest.mark.parametrize("language", PAGES)
def test_an_english_schema_reads_each_language(language):
    page = document(PAGES[language], language)
    result = Extractor(Invoice).extract(page)
    assert result.value == Invoice(
        invoice_number="RE-2026/0417",
        invoice_date=date(2026, 3, 3),
        due_date=date(2026, 4, 2),
        net_total=Decimal("1000.00"),
        tax_total=Decimal("190.00"),
        grand_total=Decimal("1190.00"),
        currency="EUR",
        iban="DE88200800000970375700",
    )
    for field in result.fields.values():
        assert field.status == "found"
        assert field.confidence is None
        assert page.text[field.span.start : field.span.end] == field.raw
        assert all(page.text[c.span.start : c.span.end] == c.raw for c in field.candidates)


def test_a_value_in_several_places_keeps_the_others_as_candidates():
    page = document("Gesamtbetrag: 11,90 €\nBitte überweisen Sie 11,90 € bald.\nRechnung Nr. A-77")
    total = Extractor(Invoice).extract(page).fields["grand_total"]
    assert total.span == Span(14, 21)
    assert [c.raw for c in total.candidates if c.value == total.value] == ["11,90 €"]


def test_a_value_written_otherwise_is_no_rival():
    class Names(BaseModel):
        seller: str
        sellers: list[Name]

    page = document("Verkäufer: Alder Bau GmbH\nVerkäufer: ALDER BAU GMBH" + "\nund so weiter" * 30)
    result = Extractor(Names).extract(page)
    assert not any("fit equally well" in issue for issue in result.issues)
    assert result.value.sellers == ["Alder Bau GmbH"]


def test_what_the_document_does_not_say_is_absent_and_a_missing_requirement_leaves_no_model():
    result = Extractor(Invoice).extract(document("Sehr geehrte Frau Weber,\nvielen Dank für Ihr Schreiben."))
    assert {f.status for f in result.fields.values()} == {"absent"}
    assert result.value is None
    assert "invoice_number: missing" in result.issues


def test_an_empty_document_has_no_fields():
    result = Extractor(Invoice).extract(document(""))
    assert result.value is None
    assert all(f.span is None for f in result.fields.values())


def test_a_number_without_a_label_is_not_taken():
    result = Extractor(Invoice).extract(document("54292 Trier\n40 Jahre\n12,50"))
    assert result.fields["invoice_number"].status == "absent"
    assert result.fields["grand_total"].status == "absent"


def test_guesses_are_said():
    result = Extractor(Invoice).extract(document("Due date: 03/04/2026\nIBAN: DE12 1234 5678 9012 3456 78", "en"))
    assert any(issue.startswith("due_date: day and month") for issue in result.issues)
    assert any(issue.startswith("iban: the check digits") for issue in result.issues)


def test_no_document_text_in_issues():
    class Strict(BaseModel):
        total: Decimal = Field(le=10)

    result = Extractor(Strict).extract(document("Total: 98765,00 €"))
    assert result.value is None
    assert result.issues == ("total: less than equal",)


def test_aliases_find_what_the_vocabulary_does_not_know():
    class Wine(BaseModel):
        vintage: int = Field(json_schema_extra={"aliases": ["Jahrgang"]})

    assert Extractor(Wine).extract(document("Flaschen: 12\nJahrgang: 1997")).value == Wine(vintage=1997)


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("VAT rate: 7 %", 7),
        ("VAT rate: 7", 7),
        ("VAT rate: 19.", 19),
        ("VAT rate: 19, of which", 19),
        ("VAT rate: 7%, no. 3", 7),
        ("VAT rate: 1.7 %", None),
        ("VAT rate: 1,7 %", None),
        ("VAT rate: 7.5 %", None),
        ("VAT rate: 19,6 %", None),
        ("VAT rate: 17 %", None),
        ("VAT rate: 19.600,00", None),
    ],
)
def test_a_number_to_choose_is_no_half_of_another(text, rate):
    class Rated(BaseModel):
        vat_rate: Literal[7, 19] | None = None

    assert Extractor(Rated).extract(document(text, "en")).fields["vat_rate"].value == rate


class Party(BaseModel):
    name: str


class Mixed(BaseModel):
    seller: Party
    colour: Colour
    approved: bool
    share: float = Field(json_schema_extra={"format": "percent"})
    pieces: int
    account: Iban


def test_nested_objects_enums_booleans_and_numbers():
    page = document(
        "Seller: Waterworks Ltd\nColour: blue\nApproved: yes\nShare: 12.5 %\nPieces: 3\nAccount: DE88 2008 0000 0970 3757 00",
        "en",
    )
    value = Extractor(Mixed).extract(page).value
    assert value == Mixed(
        seller=Party(name="Waterworks Ltd"),
        colour=Colour.BLUE,
        approved=True,
        share=12.5,
        pieces=3,
        account="DE88200800000970375700",
    )


class Position(BaseModel):
    description: str
    quantity: int | None = Field(default=None, json_schema_extra={"aliases": ["Menge"]})
    amount: Decimal


class Lines(BaseModel):
    lines: list[Position]


def _with_table() -> Document:
    assembly = Assembly(b"x", "t", Limits(), read_child=lambda raw, name: document(""))
    assembly.add("heading", "Rechnung")
    assembly.add_table([["Description", "Menge", "Betrag"], ["Winterreifen", "4", "396,00 €"], ["Montage", "", "80,00 €"]])
    return assembly.finish("text/plain")


def test_a_list_of_objects_comes_from_a_table():
    page = _with_table()
    result = Extractor(Lines).extract(page)
    assert result.value == Lines(
        lines=[
            Position(description="Winterreifen", quantity=4, amount=Decimal("396.00")),
            Position(description="Montage", amount=Decimal("80.00")),
        ]
    )
    assert result.fields["lines[1].quantity"].status == "absent"
    amount = result.fields["lines[0].amount"]
    assert page.text[amount.span.start : amount.span.end] == amount.raw == "396,00 €"


def test_no_table_is_said():
    assert "lines: no table with the columns of this list" in Extractor(Lines).extract(document("nothing")).issues


class _Anything(BaseModel):
    payload: dict[str, str]


class _Either(BaseModel):
    when: date | Decimal


class _Self(BaseModel):
    child: "_Self | None" = None  # noqa: UP037


class _Format(BaseModel):
    plate: str = Field(json_schema_extra={"format": "licence-plate"})


class _Bytes(BaseModel):
    blob: bytes


class _Empty(BaseModel):
    pass


@pytest.mark.parametrize(
    ("schema", "named"),
    [(_Anything, "payload"), (_Either, "when"), (_Self, "child"), (_Format, "plate"), (_Bytes, "blob"), (_Empty, "_Empty")],
)
def test_what_is_not_supported_is_refused_by_name(schema, named):
    with pytest.raises(SchemaError, match=named):
        Extractor(schema)


class Scripted:
    """A model whose answer is fixed; it keeps what it was asked."""

    name, adapter, context_tokens, grammars, scores = "scripted", None, 2048, True, False

    def __init__(self, answer: str, finish: str = "stop") -> None:
        self.answer, self.finish = answer, finish
        self.asked: list = []
        self.lark: list[str] = []

    def count_tokens(self, text):
        return len(text.split())

    def count_prompt(self, conversation):
        return sum(self.count_tokens(m.content) for m in conversation)

    def generate(self, conversations, *, max_tokens, grammar=None):
        self.asked += conversations
        self.lark.append(grammar.lark)
        return [Generation(self.answer, 1, None, self.finish)]

    def stream(self, conversation, *, max_tokens, grammar=None) -> Iterator[str]:
        yield self.answer

    def score(self, conversation, continuations):
        raise AssertionError("pointing asks for no scores")

    def score_many(self, conversations, continuations, *, begun=None):
        raise AssertionError("pointing asks for no scores")

    def close(self):
        pass


class Total(BaseModel):
    total: Decimal | None = None


def test_a_model_points_at_an_occurrence():
    page = document("Total: 11,90 €\nTotal: 22,80 €")
    model = Scripted('{"total": [2, "22,80 €"]}')
    result = Extractor(Total, model).extract(page)
    assert result.value == Total(total=Decimal("22.80"))
    assert result.fields["total"].span == Span(22, 29)
    assert "1: Total: 11,90 €" in model.asked[0][-1].content
    assert result.fingerprint.model == "scripted"


def test_a_model_may_say_null():
    result = Extractor(Total, Scripted('{"total": null}')).extract(document("Total: 11,90 €"))
    assert result.fields["total"].status == "absent"
    assert [c.raw for c in result.fields["total"].candidates] == ["11,90 €"]


@pytest.mark.parametrize("answer", ["", "{}", '{"total": [1, "99,00 €"]}', '{"total": [7, "11,90 €"]}'])
def test_a_backend_that_leaves_the_grammar_is_found_out(answer):
    with pytest.raises(ModelError, match="outside the grammar"):
        Extractor(Total, Scripted(answer)).extract(document("Total: 11,90 €"))


def test_an_answer_that_was_cut_is_an_error():
    with pytest.raises(ModelError, match="cut"):
        Extractor(Total, Scripted('{"to', "length")).extract(document("Total: 11,90 €"))


def test_lines_beyond_the_budget_are_said():
    long = "\n".join(f"Total: {i},00 € {'w ' * 180}\n{'w ' * 190}" for i in range(1, 9))
    result = Extractor(Total, Scripted('{"total": null}')).extract(document(long))
    assert any("was not shown all lines" in issue for issue in result.issues)


@pytest.mark.parametrize(("tokens", "complete"), [(400, False), (4000, True)])
def test_a_pointing_model_is_shown_as_much_as_the_settings_say(tokens, complete):
    long = document("\n".join(f"Total: {i},00 € {'w ' * 180}" for i in range(1, 9)))
    model = Scripted('{"total": null}')
    result = Extractor(Total, model, settings=Settings(tokens=tokens)).extract(long)
    assert any("was not shown all lines" in issue for issue in result.issues) is not complete
    assert ("8: Total" in model.asked[0][-1].content) is complete


def test_models_that_point_and_models_that_score_are_asked_alike():
    page, leaf = document("Grand total: 11,90 €"), form_of(Invoice).leaves[5]
    model = Scripted('{"grand_total": null}')
    Extractor(create_model("Sum", grand_total=(Decimal, Field(description=leaf.description))), model).extract(page)
    assert model.asked[0] == ask(Ground.of(page), [leaf], model).conversation


def test_the_embedded_model_can_only_answer_from_the_document(generator):
    page = document('Gesamtbetrag: 1.190,00 €\nBetrag "netto\\": 1.000,00 €')
    field = Extractor(Total, generator).extract(page).fields["total"]
    if field.span is not None:
        assert page.text[field.span.start : field.span.end] == field.raw
    assert field.raw in {"1.190,00 €", "1.000,00 €", None}


@pytest.mark.parametrize("said", ["{}", '{"base": ""}', '{"tokens": 12}', "[]", ""])
def test_a_folder_that_does_not_say_its_base_is_refused(said, tmp_path):
    with storage.new_folder(tmp_path / "bills", kind=KIND, version=VERSION) as aside:
        (aside / SETTINGS).write_text(said)
    with pytest.raises(DamagedFile, match="does not say what it should"):
        Extractor.load(tmp_path / "bills", Invoice)


@settings(max_examples=40, deadline=None)
@given(
    st.text(st.characters(codec="utf-8"), max_size=200)
    | st.sampled_from(list(PAGES.values())).flatmap(lambda p: st.just(p[::-1]))
)
def test_whatever_the_text_fields_stand_in_it(text):
    page = document(text)
    for field in Extractor(Invoice).extract(page).fields.values():
        if field.span is not None:
            assert page.text[field.span.start : field.span.end] == field.raw


class Counterparty(BaseModel):
    vat_id: str | None = None
    anschrift: str | None = None
    siret: str | None = None
    steuer_id: str | None = None
    tax: Vat | None = None
    person: NationalId | None = None
    registered: CompanyId | None = None
    seat: Address | None = None


def test_numbers_of_states_and_addresses_by_name_and_by_type():
    text = (
        "Muster SARL\n12, rue de la Gare\nL-1611 Luxembourg\nTVA : LU15027442\n"
        "SIRET 732 829 320 00074\nSteuer-ID: 36 574 261 809\n"
    )
    result = Extractor(Counterparty).extract(document(text, "fr"))
    assert result.value == Counterparty(
        vat_id="LU15027442",
        anschrift="12, rue de la Gare, L-1611 Luxembourg",
        siret="73282932000074",
        steuer_id="36574261809",
        tax="LU15027442",
        person="36574261809",
        registered="73282932000074",
        seat="12, rue de la Gare, L-1611 Luxembourg",
    )
    seat = result.fields["seat"]
    assert seat.raw == "12, rue de la Gare\nL-1611 Luxembourg"


@pytest.mark.parametrize(
    ("field", "raw", "sentence"),
    [
        ("tax", "TVA FR 41 303 265 045", "the check digits or the length do not fit"),
        ("account", "IBAN DE88 2008 0000 0970 3757 00", "the bank's own check digits"),
        ("phone", "Fax: +33 1 00 00 00 00 00 00", "no country that the document speaks of"),
    ],
)
def test_each_doubt_is_a_sentence(field, raw, sentence):
    class Doubted(BaseModel):
        tax: Vat | None = None
        account: Iban | None = None
        phone: str | None = None

    issues = Extractor(Doubted).extract(document(raw, "fr")).issues
    assert [issue for issue in issues if issue.startswith(f"{field}: ") and sentence in issue]


@pytest.mark.parametrize("name", ["vat_rate", "vat_amount", "vehicle_registration_number"])
def test_names_that_only_sound_like_a_kind(name):
    from foyerdoc.extraction.schemas import form_of

    (leaf,) = form_of(create_model("Sounds", **{name: (str, ...)})).leaves
    assert leaf.kind not in {"vat", "company_id", "national_id"}
