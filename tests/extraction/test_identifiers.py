from __future__ import annotations

import pytest

from tests.extraction.tables import found, only, raws

CASES = {
    "vat": [
        ("fr", "TVA intracommunautaire : FR 40 303 265 045", "FR 40 303 265 045", "FR40303265045"),
        ("fr", "N° TVA LU 15027442", "LU 15027442", "LU15027442"),
        ("fr", "TVA : BE 0403.170.701", "BE 0403.170.701", "BE0403170701"),
        ("fr", "CHE-116.281.710 TVA", "CHE-116.281.710 TVA", "CHE116281710TVA"),
        ("de", "USt-IdNr.: DE 136 695 976", "DE 136 695 976", "DE136695976"),
        ("de", "USt-IdNr. DE136695976 IBAN DE89", "DE136695976", "DE136695976"),
        ("de", "UID: ATU13585627", "ATU13585627", "ATU13585627"),
        ("de", "CHE-116.281.710 MWST", "CHE-116.281.710 MWST", "CHE116281710MWST"),
        ("en", "VAT no. GB 980 7806 84", "GB 980 7806 84", "GB980780684"),
        ("en", "VAT NL004495445B01", "NL004495445B01", "NL004495445B01"),
        ("lb", "TVA-Nummer: LU15027442", "LU15027442", "LU15027442"),
    ],
    "national_id": [
        ("fr", "N° de sécurité sociale 1 84 12 76 451 089 46", "1 84 12 76 451 089 46", "184127645108946"),
        ("fr", "numéro national 85.07.30-033.28", "85.07.30-033.28", "85073003328"),
        ("fr", "Matricule : 1985 0312 345 93", "1985 0312 345 93", "1985031234593"),
        ("lb", "Matricule 1985031234593", "1985031234593", "1985031234593"),
        ("de", "Steuer-ID: 36 574 261 809", "36 574 261 809", "36574261809"),
        ("de", "Steuernummer 133/8150/8159", "133/8150/8159", "13381508159"),
        ("de", "St.-Nr. 044 241 601 03", "044 241 601 03", "04424160103"),
        ("de", "AHV-Nr. 756.9217.0769.85", "756.9217.0769.85", "7569217076985"),
        ("de", "SV-Nr.: 1237 010180", "1237 010180", "1237010180"),
        ("en", "National Insurance number QQ 12 34 56 C", "QQ 12 34 56 C", "QQ123456C"),
    ],
    "company_id": [
        ("fr", "SIRET : 732 829 320 00074", "732 829 320 00074", "73282932000074"),
        ("fr", "SIREN 732829320", "732829320", "732829320"),
        ("fr", "552 081 317 R.C.S. Paris", "552 081 317", "552081317"),
        ("fr", "RCS Paris B 552 081 317", "552 081 317", "552081317"),
        ("fr", "R.C.S. Luxembourg B 123.456", "B 123.456", "B123456"),
        ("fr", "RCS Luxembourg : B6307", "B6307", "B6307"),
        ("fr", "numéro d'entreprise 0403.170.701", "0403.170.701", "0403170701"),
        ("de", "Amtsgericht München, HRB 12345", "HRB 12345", "HRB 12345"),
        ("de", "HRB Nr. 98765 B", "HRB Nr. 98765 B", "HRB 98765 B"),
        ("de", "Vereinsregister VR 1234", "VR 1234", "VR 1234"),
        ("de", "FN 122119m", "122119m", "122119m"),
        ("de", "CHE-107.787.577", "CHE-107.787.577", "CHE107787577"),
        ("lb", "RCS Lëtzebuerg B 4567", "B 4567", "B4567"),
        ("en", "Company No. 01234567", "01234567", "01234567"),
        ("en", "Company Number SC123456", "SC123456", "SC123456"),
    ],
}


@pytest.mark.parametrize(
    ("kind", "language", "text", "raw", "value"), [(kind, *case) for kind, cases in CASES.items() for case in cases]
)
def test_numbers_of_states(kind, language, text, raw, value):
    stretch = only(text, kind, language)
    assert (stretch.raw, stretch.value, stretch.doubt) == (raw, value, None)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("vat", "TVA FR 41 303 265 045"),
        ("vat", "USt-IdNr. DE136695977"),
        ("national_id", "n° de sécurité sociale 1 84 12 76 451 089 47"),
        ("national_id", "Steuer-ID 36 574 261 808"),
        ("national_id", "AHV 756.9217.0769.84"),
        ("national_id", "Matricule 1985031234503"),
        ("company_id", "SIREN 732829321"),
        ("company_id", "UID CHE-107.787.578"),
    ],
)
def test_failing_check_digits_are_doubted_behind_a_label_and_nothing_without(kind, text):
    stretch = only(text, kind)
    assert stretch.doubt == "checksum"
    assert raws(stretch.raw, kind) == []


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("vat", "AUFTRAG DE 123 456 789"),
        ("vat", "LU28 0019 4006 4475 0000"),
        ("vat", "TERMS AND CONDITIONS"),
        ("national_id", "Rechnung 36 574 261 809"),
        ("national_id", "1 234 567 890 123"),
        ("company_id", "732 829 320"),
        ("company_id", "Anlage B 12"),
        ("company_id", "PR 12"),
    ],
)
def test_what_only_looks_like_one_is_none(kind, text):
    assert raws(text, kind) == []


@pytest.mark.parametrize(
    ("language", "text", "raw"),
    [
        ("fr", "Police n° 12 345 678-9 du 03/04/2026", "12 345 678-9"),
        ("fr", "Sinistre n° 2026/123 456", "2026/123 456"),
        ("fr", "contrat N° AB 123456 CHF 20", "AB 123456"),
        ("fr", "n° de contrat : 4711 1200 €", "4711"),
        ("de", "Versicherungsschein-Nr. 30 123 456 789", "30 123 456 789"),
        ("de", "Schaden-Nr.: S-2026-00123", "S-2026-00123"),
        ("de", "Vertragsnummer: LV 4711/08", "LV 4711/08"),
        ("de", "Aktenzeichen 12 O 345/26", "12 O 345/26"),
        ("en", "Policy number: HO 4471 2298", "HO 4471 2298"),
        ("en", "Claim No. CL-2026-000123", "CL-2026-000123"),
        ("lb", "Police-Nr. 88 123 456", "88 123 456"),
    ],
)
def test_a_policy_or_claim_is_found_whole_behind_its_label(language, text, raw):
    assert [s.raw for s in found(text, "identifier", language)] == [raw]


def test_an_identifier_is_whole_and_no_date_or_amount():
    text = "Rechnung # RE-20170509/505 von 09.05.2017 über 571,04 €"
    assert [f.raw for f in found(text, "identifier")] == ["RE-20170509/505"]
