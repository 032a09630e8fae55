"""Gold is read as it was written, or refused with file, line and reason and without what the documents say."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from foyerdoc.documents import Span
from foyerdoc.errors import GoldError
from foyerdoc.evaluation.gold import (
    Evidence,
    FieldsAnnotation,
    Gold,
    Judgement,
    LabelAnnotation,
    QuestionAnnotation,
    Truth,
    read_each,
)

TEXT = "Rechnung vom 3. Mai 2026, zu zahlen sind 1.190,00 €."
WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
SPANS = st.tuples(st.integers(0, 99), st.integers(0, 99)).map(lambda pair: Span(min(pair), max(pair)))
WHO = {
    "item": WORDS, "annotator": WORDS, "adjudicated": st.booleans(),
    "document": st.none() | WORDS, "language": st.sampled_from([None, "fr", "de"]),
}  # fmt: skip
JUDGEMENTS: st.SearchStrategy[Judgement] = st.one_of(
    st.builds(LabelAnnotation, **WHO, label=st.none() | st.lists(WORDS, min_size=1).map(tuple), evidence=st.tuples(SPANS)),
    st.builds(
        FieldsAnnotation,
        **WHO,
        fields=st.dictionaries(
            WORDS,
            st.none() | st.builds(Truth, value=WORDS | st.booleans() | st.integers(-9, 9), raw=st.none() | WORDS, span=SPANS),
            min_size=1,
        ),
    ),
    st.builds(
        QuestionAnnotation,
        **WHO,
        question=WORDS,
        answers=st.lists(WORDS, min_size=1).map(tuple),
        evidence=st.tuples(
            st.builds(Evidence, document=WORDS, span=SPANS) | st.builds(Evidence, document=WORDS, text=st.just("ü"))
        ),
    ),
    st.builds(QuestionAnnotation, **WHO, question=WORDS, answerable=st.just(False)),
)


def written(tmp_path: Path, *records: object, name: str = "gold.jsonl") -> Path:
    path = tmp_path / name
    path.write_bytes(b"\n".join(one if isinstance(one, bytes) else orjson.dumps(one) for one in records))
    return path


def label(item: str, path: list[str] | None, annotator: str = "anna", **more: object) -> dict[str, object]:
    return {"format": 1, "item": item, "annotator": annotator, "label": path, **more}


def fields(**values: object) -> dict[str, object]:
    return {"format": 1, "item": "i", "annotator": "anna", "document": "rechnung.txt", "fields": values}


def asked(**more: object) -> dict[str, object]:
    return {"format": 1, "item": "q", "annotator": "anna", "question": "secret", **more}


@given(st.lists(JUDGEMENTS, min_size=1, max_size=6, unique_by=lambda one: (one.kind, one.item, one.annotator)))
def test_gold_comes_back_as_it_was_written(tmp_path_factory: pytest.TempPathFactory, judgements: list[Judgement]) -> None:
    path = tmp_path_factory.mktemp("gold") / "gold.jsonl"
    gold = Gold(tuple(judgements))
    gold.write(path)
    again = Gold.read(path)
    assert again.annotations == gold.annotations
    assert again.version == gold.version


def test_the_version_is_of_what_is_said_not_of_its_order_or_files(tmp_path: Path) -> None:
    first, second = label("a", ["claims"]), label("b", None)
    whole = Gold.read(written(tmp_path, first, second))
    folder = tmp_path / "parts"
    folder.mkdir()
    written(folder, second, name="1.jsonl")
    written(folder, b"", b"  ", {**first, "evidence": [], "adjudicated": False}, name="2.jsonl")
    parts = Gold.read(folder)
    assert parts.version == whole.version
    assert parts.places == ("1.jsonl, line 1", "2.jsonl, line 3")
    assert Gold.read(written(tmp_path, first, label("b", ["claims"]))).version != whole.version


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{", "not JSON"),
        (b"[]", "exactly one of label, fields and question"),
        (b'"secret"', "exactly one of label, fields and question"),
        (label("a", ["secret"], fields={}), "exactly one of label, fields and question"),
        ({**label("a", ["secret"]), "format": 2}, 'has no "format": 1'),
        (label("a", []), "at least 1 item after validation, not 0 at label"),
        (label("", ["secret"]), "at least 1 character at item"),
        (label("a", ["secret"], anotator="b"), "Unexpected keyword argument at anotator"),
        (label("a", ["secret"], evidence=[{"start": 5, "end": 2}]), "0 <= start <= end, not 5 to 2 at evidence.0"),
        (fields(due={"value": "secret", "type": "date"}), "the value is no date at fields.due"),
        (fields(total={"value": "1.190,00 secret", "type": "money"}), "the value is no money at fields.total"),
        (fields(total={"value": ["secret"]}), "at fields.total.value"),
        (fields(total="secret"), "at fields.total"),
        (fields(), "at least 1 item after validation, not 0 at fields"),
        (fields(total={"value": ""}), "a value is empty; null says that there is none at fields.total"),
        (fields(total={"value": "NaN", "type": "number"}), "the value is no number at fields.total"),
        (fields(total={"value": "sNaN", "type": "money"}), "the value is no money at fields.total"),
        (fields(total={"value": "-inf", "type": "number"}), "the value is no number at fields.total"),
        (fields(paid={"value": "perhaps secret", "type": "yes_no"}), "the value is no yes_no at fields.paid"),
        (fields(**{"lines": None, "lines[0].amount": {"value": "1"}}), "lines is said as a whole, and entry by entry"),
        (label("a", ["secret"], language="FR"), "at language"),
        (asked(evidence=[{"document": "rechnung.txt"}]), "neither a span nor a text with words at evidence.0"),
        (asked(evidence=[{"document": "rechnung.txt", "text": "—"}]), "neither a span nor a text with words at evidence.0"),
        ({**label("a", ["secret"]), "format": True}, 'has no "format": 1'),
        ({"format": 1, "item": "a", "annotator": "b", "question": "secret"}, "neither answers nor evidence"),
        (
            {"format": 1, "item": "a", "annotator": "b", "question": "secret", "answerable": False, "answers": ["secret"]},
            "not answerable has answers or evidence",
        ),
        (fields(total={"value": "1190", "raw": "secret", "span": {"start": 0, "end": 6}}), "of total do not stand at its span"),
        (fields(total={"value": "1190", "span": {"start": 50, "end": 60}}), "the span of total ends at 60, the document at 52"),
        (label("good", None), "the annotator has judged this item already, in gold.jsonl, line 1"),
    ],
)  # fmt: skip
def test_what_is_no_gold_is_refused_with_file_line_and_reason(tmp_path: Path, line: object, reason: str) -> None:
    path = written(tmp_path, label("good", ["claims"]), line)
    with pytest.raises(GoldError) as caught:
        Gold.read(path, {"rechnung.txt": TEXT})
    assert caught.value.message.startswith("gold.jsonl, line 2: ")
    assert reason in caught.value.message
    assert "secret" not in str(caught.value)


def test_every_bad_line_can_be_listed(tmp_path: Path) -> None:
    path = written(tmp_path, b"{", label("a", None), b"[]")
    found = list(read_each(path))
    assert [place for place, one in found if isinstance(one, GoldError)] == ["gold.jsonl, line 1", "gold.jsonl, line 3"]


@pytest.mark.parametrize("name", ["absent.jsonl", "empty", "blank.jsonl", "nul\0.jsonl"])
def test_where_nothing_is_to_read_says_so(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    written(tmp_path, b"\n \n", name="blank.jsonl")
    with pytest.raises(GoldError):
        Gold.read(tmp_path / name)


def test_spans_are_checked_in_the_documents_that_are_there(tmp_path: Path) -> None:
    place = TEXT.index("1.190,00 €")
    truth = {"value": "1190.00", "type": "money", "raw": "1.190,00 €", "span": {"start": place, "end": place + 10}}
    path = written(tmp_path, fields(total=truth))
    assert Gold.read(path, {"rechnung.txt": TEXT}) == Gold.read(path) == Gold.read(path, {"another.txt": ""})


def test_values_that_mean_the_same_are_not_disputed(tmp_path: Path) -> None:
    anna = fields(total={"value": "1190.00", "type": "money"}, issuer={"value": "Glas & Söhne", "type": "name"})
    ben = fields(total={"value": 1190, "type": "money"}, issuer={"value": "GLAS SOHNE", "type": "name"}) | {"annotator": "ben"}
    assert Gold.read(written(tmp_path, anna, ben)).truth(FieldsAnnotation)[1] == ()
    ben["fields"] = {**anna["fields"], "total": None}  # type: ignore[dict-item]
    assert Gold.read(written(tmp_path, anna, ben)).truth(FieldsAnnotation)[1] == ("i",)


def test_the_truth_is_what_was_adjudicated_or_what_all_say(tmp_path: Path) -> None:
    gold = Gold.read(
        written(
            tmp_path,
            label("agreed", ["claims"]),
            label("agreed", ["claims"], "ben", evidence=[{"start": 0, "end": 3}]),
            label("settled", ["claims"]),
            label("settled", ["policy"], "ben"),
            label("settled", ["policy", "change"], "clara", adjudicated=True),
            label("open", None),
            label("open", ["claims"], "ben"),
        )
    )
    known, disputed = gold.truth(LabelAnnotation)
    assert {item: one.label for item, one in known.items()} == {"agreed": ("claims",), "settled": ("policy", "change")}
    assert disputed == ("open",)
    assert gold.truth(QuestionAnnotation) == ({}, ())
