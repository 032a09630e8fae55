from __future__ import annotations

import re
import sqlite3

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from foyerdoc.index.database import _SCHEMA
from foyerdoc.index.lexical import match_expression, query_stems, stems, without_compounds


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("fr", "L’assurance résiliée", "assurances RÉSILIÉES"),
        ("de", "die Versicherungen der Straße", "Versicherung Strasse"),
        ("lb", "Versécherungen", "Versécherung"),
        ("en", "covered claims", "covering claim"),
        (None, "Łódź œuvre", "lodz oeuvre"),
    ],
)
def test_forms_of_a_word_have_one_stem(language, one, other):
    assert stems(one, language) == stems(other, language) != []


@given(st.text(), st.sampled_from(["fr", "de", "en", "lb", "ja", None]))
@example("\u19b0", "fr")  # a letter that was a mark when SQLite's tables were made
def test_sqlite_reads_every_stem_as_one_term(text, language):
    found = stems(text, language)
    connection = sqlite3.connect(":memory:")
    (tokenizer,) = re.findall(r"tokenize=.*\)", _SCHEMA)
    connection.execute(f"CREATE VIRTUAL TABLE l USING fts5(s, {tokenizer}")
    connection.execute("CREATE VIRTUAL TABLE t USING fts5vocab(l, row)")
    connection.execute("INSERT INTO l VALUES (?)", (" ".join(found),))
    assert {term for (term,) in connection.execute("SELECT term FROM t")} == set(found)
    if found:
        assert connection.execute("SELECT count(*) FROM l WHERE l MATCH ?", (match_expression(found),)).fetchone() == (1,)
    connection.close()


def test_a_question_is_stemmed_for_every_language_of_the_index():
    assert query_stems("Welche Versicherungen sind gekündigt?", ["de", "fr"])[0] == "versicher"
    # "war" says nothing in German, but the question is in English.
    assert "war" in query_stems("What is the cover in a war between the two countries?", ["de", "en"])
    assert query_stems("the of and", ["en"]) == []


@pytest.mark.parametrize(
    ("asked", "languages", "known", "expected"),
    [
        ("Versicherungsvertrag", ["de"], ["Versicherung", "Vertrag"], ["Versicherung", "Vertrag"]),
        ("Gletscherabfluss", ["de", "fr"], ["Gletscher", "Abfluss"], ["Gletscher", "Abfluss"]),
        ("Antigenvariationsstrategie", ["de"], ["Antigen", "Variation", "Strategie"], ["Antigen", "Variation", "Strategie"]),
        ("Versicherungsvertrag", ["de"], ["Versicherungsvertrag", "Vertrag"], ["Versicherungsvertrag"]),
        ("Versicherungsvertrag", ["de"], ["Vertrag"], ["Versicherungsvertrag"]),
        ("Versicherungsvertrag", ["fr", "en"], ["Versicherung", "Vertrag"], ["Versicherungsvertrag"]),
        ("Bahnhof", ["de"], ["Bahn", "Hof"], ["Bahnhof"]),
        ("a" * 500, ["de"], ["aaaa"], ["a" * 500]),
    ],
)
def test_a_compound_that_no_chunk_has_is_taken_apart(asked, languages, known, expected):
    stem = stems if "de" in languages else lambda word, _: stems(word, "fr")
    there = [found for word in known for found in stem(word, "de")]
    words = without_compounds(stem(asked, "de"), languages, lambda some: dict.fromkeys(set(some) & set(there), 1))
    assert words == [found for word in expected for found in stem(word, "de")]
