from __future__ import annotations

import pytest

from tests.extraction.tables import only, raws

WRITTEN = {
    "fr": [
        ("Siège : 12, rue de la Gare\nL-1611 Luxembourg\nTél.", "12, rue de la Gare\nL-1611 Luxembourg"),
        ("3 bis avenue Foch, 75116 Paris CEDEX 16 Tél. 01", "3 bis avenue Foch, 75116 Paris CEDEX 16"),
        ("rue de la Loi 16, 1000 Bruxelles.", "rue de la Loi 16, 1000 Bruxelles"),
        ("5 place de la République 67000 STRASBOURG FRANCE", "5 place de la République 67000 STRASBOURG"),
        ("12 rue des Lilas\nBP 123\n57000 METZ", "12 rue des Lilas\nBP 123\n57000 METZ"),
        ("1, rue du 8 mai 1945, 54000 Nancy", "1, rue du 8 mai 1945, 54000 Nancy"),
        ("Rue de Lausanne 5, CH-1201 Genève", "Rue de Lausanne 5, CH-1201 Genève"),
        (
            "128 avenue du Général de Gaulle, 59650 Villeneuve d'Ascq",
            "128 avenue du Général de Gaulle, 59650 Villeneuve d'Ascq",
        ),
        ("10 rue Saint-Jean 13100 Aix-en-Provence", "10 rue Saint-Jean 13100 Aix-en-Provence"),
        ("45 allée des Tilleuls - 69006 Lyon", "45 allée des Tilleuls - 69006 Lyon"),
    ],
    "de": [
        ("Erika Mustermann\nMusterstraße 12a\n66111 Saarbrücken\n", "Musterstraße 12a\n66111 Saarbrücken"),
        ("Bahnhofstrasse 1, 8001 Zürich.", "Bahnhofstrasse 1, 8001 Zürich"),
        ("Mariahilfer Straße 12/3/4, 1060 Wien", "Mariahilfer Straße 12/3/4, 1060 Wien"),
        ("Firma GmbH · Karl-Marx-Allee 3 · 10178 Berlin Telefon", "Karl-Marx-Allee 3 · 10178 Berlin"),
        ("Am Markt 5\nD-54290 Trier", "Am Markt 5\nD-54290 Trier"),
        ("Unter den Linden 77, 10117 Berlin", "Unter den Linden 77, 10117 Berlin"),
        ("Lange Gasse 7, A-1080 Wien", "Lange Gasse 7, A-1080 Wien"),
        ("Kaiserstr. 10\n60311 Frankfurt am Main", "Kaiserstr. 10\n60311 Frankfurt am Main"),
        ("Sitz: Am Alten Hof 3, 80331 München", "Am Alten Hof 3, 80331 München"),
        ("Kurweg 2, 61348 Bad Homburg", "Kurweg 2, 61348 Bad Homburg"),
    ],
    "lb": [
        ("5, op der Gare\nL-9044 Ettelbréck", "5, op der Gare\nL-9044 Ettelbréck"),
        ("12, Kiischpelt, L-9710 Clervaux", "12, Kiischpelt, L-9710 Clervaux"),
        ("2, Grand-Rue L-4132 Esch-sur-Alzette", "2, Grand-Rue L-4132 Esch-sur-Alzette"),
        ("26, Strooss vun der Gemeng\nL-4000 Esch", "26, Strooss vun der Gemeng\nL-4000 Esch"),
    ],
    "en": [
        ("at 10 Downing Street, London SW1A 2AA.", "10 Downing Street, London SW1A 2AA"),
        ("123 Main Street, Suite 400, New York, NY 10022", "123 Main Street, Suite 400, New York, NY 10022"),
        ("1 Infinite Loop Way\nCupertino, CA 95014-2083", "1 Infinite Loop Way\nCupertino, CA 95014-2083"),
        ("Section 5 of the lease at 221B Baker Street, London NW1 6XE", "221B Baker Street, London NW1 6XE"),
    ],
}


@pytest.mark.parametrize(
    ("language", "text", "raw"), [(language, *case) for language, cases in WRITTEN.items() for case in cases]
)
def test_addresses_as_each_country_writes_them(language, text, raw):
    stretch = only(text, "address", language)
    assert stretch.raw == raw
    assert stretch.value == raw.replace(",\n", ", ").replace("\n", ", ")


@pytest.mark.parametrize(
    "text",
    [
        "12, rue de la Gare",
        "L-1611 Luxembourg",
        "66111 Saarbrücken",
        "Rechnung 12 in 66111 Saarbrücken",
        "page 12 sur 75000 Paris",
        "12, rue de la Gare\n\nFacture\n\n57000 METZ",
        "am 3. März 2026 Trier",
        "1000 Euro 2000 Franken",
        "Main Street, New York",
        "12 rue des Lilas 57000",
    ],
)
def test_half_an_address_is_none(text):
    assert raws(text, "address", "fr") == []
