"""What the benchmarks of extraction count, on cases worked by hand."""

from __future__ import annotations

import io
import zlib
from datetime import date
from itertools import islice

import numpy as np
import pytest
from benchmarks.extraction.cuad import FIELDS, Gold, Said, outcomes, show_absent
from benchmarks.extraction.forms import schema_of
from benchmarks.extraction.invoice2data import judge
from benchmarks.extraction.scores import error, scores, share, show_reliability
from benchmarks.extraction.swimming import SAME, judged, matched
from rich.console import Console
from tools.forms.corpus import forms

from foyerdoc import Extractor
from foyerdoc.documents import Document
from foyerdoc.extraction.adapter import Settings
from foyerdoc.extraction.jsonschema import from_json_schema


def printed(show, *arguments):
    file = io.StringIO()
    show(Console(file=file, width=150), *arguments)
    return file.getvalue()


def test_a_wrong_value_is_against_both_and_an_invented_one_against_precision():
    assert scores(["right", "wrong", "missing", "invented", "absent", "beyond"]) == pytest.approx((1 / 3, 1 / 2, 0.4))
    assert scores([]) == (0.0, 0.0, 0.0)


def test_a_share_has_its_interval():
    assert share(5, 10) == "0.500 (0.237 to 0.763)"
    assert share(0, 0) == ""


def test_confidence_of_nine_tenths_that_is_right_half_the_time():
    said = [(0.9, True), (0.9, False)]
    assert error(said) == pytest.approx(0.4)
    assert "0.500 (0.095 to 0.905)" in printed(show_reliability, said, "all")
    assert "no value has a confidence" in printed(show_reliability, [], "all")


@pytest.mark.parametrize(
    ("values", "gold", "expected"),
    [
        ([], Gold((), ()), ["absent"]),
        (["x"], Gold((), ()), ["invented"]),
        ([], Gold(("three years",), (False,)), ["computed"]),
        ([date(2026, 3, 3)], Gold((date(2026, 3, 3),), (True,)), ["right"]),
        (["a", "c"], Gold(("A.", "b"), (True, True)), ["missing", "right", "wrong"]),
    ],
)
def test_outcomes_of_a_contract(values, gold, expected):
    assert sorted(outcomes(values, gold)) == expected


def test_what_is_held_back_is_not_shown():
    nothing = dict.fromkeys(FIELDS, Gold((), ()))
    found = {path: [Said("x", 0.3)] for path in FIELDS}
    lines = [line for line in printed(show_absent, [(nothing, found)], 0.5).splitlines() if "expiration_date" in line]
    assert [cell.strip() for cell in lines[0].split("│")[3:7]] == ["1", "0", "0.000 (0.000 to 0.793)", "1"]


def test_outcomes_of_an_invoice():
    assert judge("amount", "4.1149", 4.11, "") == ["right"]
    assert judge("date", date(2026, 3, 3), "2026-03-03", "") == ["right"]
    assert judge("issuer", "Ash", "Beech", "Beech Ltd.") == ["wrong", "missing"]
    assert judge("issuer", None, "Beech", "Ash") == ["missing", "unseen"]
    assert judge("amount", 1, None, "") == ["beyond"]


def test_results_are_matched_whatever_their_order():
    same = {"rank": SAME["integer_exact"], "name": SAME["string_fuzzy"], "time": SAME["string_exact"]}
    gold = [{"rank": 1, "name": "Fusao TAKAHASHI", "time": "44.01"}, {"rank": 2, "name": "Jose PENALOZA", "time": "59.84"}]
    found = [{"rank": "2", "name": "Jose PENALOZZA", "time": "59.8"}, {"rank": "1", "name": "fusao takahashi"}, {"rank": "7"}]
    pairs = list(matched(found, gold, same))
    assert pairs == [(found[0], gold[1]), (found[1], gold[0]), (found[2], {})]
    flat = sorted(outcome for pair in pairs for _, outcome in judged(*pair, same))
    assert flat == ["invented", "missing", "missing", "right", "right", "right", "right", "wrong"]
    assert list(matched([], gold, same)) == [({}, gold[0]), ({}, gold[1])]
    assert list(matched([], [], same)) == []


class Chance:
    """A model that scores by chance, the same text always the same."""

    name, adapter, context_tokens, grammars, scores = "chance", None, 8192, False, True

    def count_tokens(self, text):
        return len(text.split())

    def count_prompt(self, conversation):
        return sum(self.count_tokens(message.content) for message in conversation)

    def score_many(self, conversations, continuations, *, begun=None):
        return [np.array([-6 * zlib.crc32(text.encode()) / 2**32 for text in texts]) for texts in continuations]


def test_a_threshold_afterwards_shows_what_the_extractor_shows_with_it():
    held = 0
    settings = Settings(base="chance", labels=2.0, absent=-1.0, examples=1)
    for row in islice(forms(60, seed=3), 12):
        schema = from_json_schema(schema_of(row))
        document = Document(id=row.id, name=row.id, media_type="text/plain", text=row.text, language=row.language)
        open_ = Extractor(schema, Chance(), settings=settings, least=0.0).extract(document)
        for least in (0.2, 0.5, 0.9):
            strict = Extractor(schema, Chance(), settings=settings, least=least).extract(document)
            before, after = ([f for f in result.fields.items() if f[1].span is not None] for result in (open_, strict))
            kept = [(path, f) for path, f in before if f.confidence >= least]
            held += len(before) - len(kept)
            assert [told(*each) for each in kept] == [told(*each) for each in after]
    assert held > 50


def told(path, field):
    return path.partition("[")[0], field.value, field.span, field.confidence
