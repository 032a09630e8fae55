"""What the page is made of: the queue's order, the data in it, and the commands."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import foyerdoc as fd
from foyerdoc.cli import app
from foyerdoc.documents import Span
from foyerdoc.errors import GoldError, UsageError
from foyerdoc.evaluation.gold import Gold, LabelAnnotation
from foyerdoc.evaluation.reviewing import Item, Weights, doubt, in_order, review_page
from foyerdoc.results import Alternative, FieldValue
from tests.evaluation.test_review_page import HOSTILE, TAXONOMY, _found, _invoice, _prediction
from tests.reading.pdfs import text_pages


def test_doubt_is_worked_by_hand() -> None:
    item = _invoice("a.txt", sure=0.9)  # fields: confidence 0.4, not scored, absent and not scored
    assert doubt(item, Weights()) == pytest.approx(0.1 + (0.6 + 0.5 + 0.5) / 3)
    assert doubt(item, Weights(fields={"total": 4.0, "issuer": 0.0}, label=2.0)) == pytest.approx(0.2 + (2.4 + 0.5) / 3)
    # Nine parts in ten an invoice that weighs 5, one a reminder that weighs what billing does.
    stake = 0.9 * 5 + 0.1 * 2
    weights = Weights(labels={"billing": 2.0, "billing / invoice": 5.0})
    assert doubt(item, weights) == pytest.approx(stake * (0.1 + 1.6 / 3))
    unread = replace(_found(HOSTILE, "190,00 €", "190.00"), status="unreadable")
    assert doubt(Item("b", item.documents, labelled=False, fields={"total": unread}), Weights()) == 1.0
    listed = Item("c", item.documents, labelled=False, fields={"lines[3].amount": unread})
    assert doubt(listed, Weights(fields={"lines[].amount": 3.0})) == 3.0
    assert doubt(Item("d", item.documents), Weights()) == 1.0  # nothing was said


def test_what_was_left_open_comes_first_and_equals_stay_in_order() -> None:
    document = _invoice("x").documents
    items = [
        Item("sure", document, prediction=_prediction(("billing", "invoice"), 0.95)),
        Item("open", document, prediction=_prediction((), 0.4)),
        Item("unsure", document, prediction=_prediction(("billing", "invoice"), 0.7)),
        Item("unsure too", document, prediction=_prediction(("billing", "invoice"), 0.7)),
    ]
    assert [item.name for item in in_order(items, Weights())] == ["open", "unsure", "unsure too", "sure"]
    unscored = replace(items[0].prediction, confidence=None, alternatives=(Alternative(("billing", "invoice"), 0.6),))
    assert doubt(Item("shares", document, prediction=unscored), Weights()) == pytest.approx(0.4)


class _Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.content: dict[str, list[str]] = {}
        self.attributes: list[tuple[str, dict[str, str | None]]] = []
        self._open = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes.append((tag, dict(attrs)))
        self._open = tag

    def handle_endtag(self, tag: str) -> None:
        self._open = ""

    def handle_data(self, data: str) -> None:
        self.content.setdefault(self._open, []).append(data)


def _parsed(page: bytes) -> _Elements:
    elements = _Elements()
    elements.feed(page.decode())
    return elements


def test_only_the_page_s_own_script_and_style_run() -> None:
    found = _parsed(review_page([_invoice("a.txt")], taxonomy=TAXONOMY))
    policy = next(a["content"] for tag, a in found.attributes if tag == "meta" and a.get("http-equiv"))
    data, script = found.content["script"][0], found.content["script"][-1]
    for kind, text in (("script", script), ("style", found.content["style"][0])):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert sum(tag == "script" for tag, _ in found.attributes) == 2
    assert not any(name.startswith("on") or name in ("src", "href", "style") for _, a in found.attributes for name in a)
    assert next(iter(json.loads(data)["documents"].values()))["text"] == HOSTILE


@pytest.mark.parametrize("text", ["", "\0\r\n\u2028<!--<script>", "half \ud83d a pair \udc00", "😀" * 50])
def test_any_text_comes_back_from_the_page(text: str) -> None:
    document = replace(_invoice("a").documents[0], text=text)
    found = _parsed(review_page([Item("a", (document,))]))
    data = json.loads(found.content["script"][0])
    assert data["documents"][document.id]["text"] == text


def test_results_that_do_not_fit_their_document_are_refused() -> None:
    document = _invoice("a.txt").documents[0]
    for value in (
        FieldValue("x", "no such", Span(3, 10), (), None, "found"),
        FieldValue("x", None, Span(0, 9999), (), None, "found"),
    ):
        with pytest.raises(GoldError, match="does not stand in the document"):
            Item("a.txt", (document,), fields={"total": value})
    with pytest.raises(GoldError, match="the label"):
        Item("a.txt", (replace(document, text="a"),), prediction=_prediction(("billing", "invoice"), 0.5))


def test_an_entry_that_no_list_can_have_is_refused() -> None:
    document = _invoice("a.txt").documents[0]
    with pytest.raises(GoldError, match="no list has the entry"):
        Item("a.txt", (document,), fields={"lines[999999999].amount": FieldValue("x", None, None, (), None, "found")})


def test_a_page_of_nothing_or_of_two_things_of_one_name_is_refused() -> None:
    with pytest.raises(UsageError, match="nothing to review"):
        review_page([])
    with pytest.raises(UsageError, match="two items are called"):
        review_page([_invoice("a"), _invoice("a")])
    with pytest.raises(UsageError, match="no label"):
        review_page([Item("a", _invoice("a").documents, prediction=_prediction(("else",), 0.5))], taxonomy=TAXONOMY)


# --- the commands ----------------------------------------------------------------------------------------------------


def run(*arguments: object, status: int = 0) -> Any:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert result.exit_code == status, result.output
    return result


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """Two bills, a taxonomy, and what a system said of them."""
    (tmp_path / "in").mkdir()
    for name, total in (("a", "412.50"), ("b", "80.00")):
        (tmp_path / "in" / f"{name}.pdf").write_bytes(
            text_pages(f"Invoice {name}\nof 3 March 2026\nTotal {total} EUR", "page 2", "page 3")
        )
    (tmp_path / "taxonomy.json").write_text(TAXONOMY.model_dump_json(by_alias=True), encoding="utf-8")
    lines: list[dict[str, Any]] = []
    for name, sure in (("a", 0.95), ("b", 0.6)):
        path = tmp_path / "in" / f"{name}.pdf"
        text = fd.clean(fd.read(path)).text
        raw = re.search(r"[\d.]+ EUR", text)
        assert raw is not None
        lines.append(
            {
                "file": str(path),
                "path": ["billing", "invoice"],
                "confidence": sure,
                "alternatives": [{"path": ["billing", "invoice"], "score": sure}],
            }
        )
        total = {"value": raw[0][:-4], "raw": raw[0], "span": {"start": raw.start(), "end": raw.end()}}
        lines.append({"file": str(path), "extraction": {"fields": {"total": total, "issuer": {}}}})
    lines.append({"file": "elsewhere.pdf", "path": ["billing", "invoice"]})
    (tmp_path / "said.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    (tmp_path / "bill.py").write_text(
        "from datetime import date\nfrom decimal import Decimal\nfrom typing import Literal\nfrom pydantic import BaseModel\n"
        "class Bill(BaseModel):\n    total: Decimal\n    issued: date | None = None\n"
        "    currency: Literal['EUR', 'CHF'] | None = None\n",
        encoding="utf-8",
    )
    return tmp_path


def _data(page: Path) -> Any:
    return json.loads(_parsed(page.read_bytes()).content["script"][0])


def test_the_command_joins_files_and_results(desk: Path) -> None:
    target = desk / "out" / "review.html"
    schemas = ("--schema", f"invoice={desk / 'bill.py'}:Bill", "--schema", f"letter={desk / 'bill.py'}:Bill")
    said = ("--said", desk / "said.jsonl", "--taxonomy", desk / "taxonomy.json", "--weigh", "total=4", "--pages", 2)
    result = run("gold", "review", desk / "in", "--out", target, *said, *schemas)
    assert "2 items" in result.output
    assert "1 results speak of documents that are not here" in result.output
    data = _data(target)
    assert [item["name"] for item in data["items"]] == ["b.pdf", "a.pdf"]
    fields = {field["path"]: field for field in data["items"][0]["form"]["fields"]}
    said_of = data["items"][0]["said"]
    assert (fields["total"]["type"], said_of["total"]["value"]) == ("money", "80.00")
    assert fields["currency"]["choices"] == ["EUR", "CHF"]
    assert ("issued" in said_of, said_of["issuer"]["status"]) == (False, "absent")
    assert ["date", "2026-03-03"] in [typed[2:] for typed in data["items"][0]["typed"]]
    document = data["documents"][data["items"][0]["documents"][0]]
    assert list(document["pictures"]) == ["1", "2"]
    assert "1 pages have no picture" in data["items"][0]["notes"][0]
    start, end, *box = document["words"]["1"][0]
    assert document["text"][start:end] == "Invoice"
    assert 0 < box[0] < box[2] < 10 * document["pages"][0][3]
    run("gold", "review", desk / "in", "--out", target, *said, "--no-images", "--blind")
    data = _data(target)
    assert data["blind"]
    assert not any(document["pictures"] for document in data["documents"].values())
    Gold(tuple(LabelAnnotation(item=i, annotator="ben", document=i, label=None) for i in ("a.pdf", "gone.pdf"))).write(
        desk / "g.jsonl"
    )
    result = run("gold", "review", desk / "in", "--out", target, *said, "--no-images", "--gold", desk / "g.jsonl")
    assert "gold of 1 items that are not here" in result.output
    data = _data(target)
    assert data["settling"]
    assert {item["name"]: item["people"] for item in data["items"]} == {
        "a.pdf": {"label": [["ben", {"path": None, "evidence": []}]]},
        "b.pdf": {},
    }


def test_wrong_use_is_named(desk: Path) -> None:
    target = ("--out", desk / "review.html")
    assert "nothing is asked" in run("gold", "review", desk / "in", *target, status=2).output
    said = ("--said", desk / "said.jsonl")
    (desk / "other.json").write_text(
        '{"name": "other", "categories": [{"name": "claims", "description": "C."}]}', encoding="utf-8"
    )
    for more, reason in (
        (("--weigh", "total=-1"), "weighs -1"),
        (("--weigh", "total=inf"), "weighs inf"),
        (("--weigh", "total=nan"), "weighs nan"),
        (("--weigh", "total"), "no weight"),
        (("--weigh", "=2"), "no name"),
        (("--taxonomy", desk / "other.json"), "the taxonomy has no label"),
        (("--schema", "bill.py:Bill"), "no name"),
    ):
        assert reason in run("gold", "review", desk / "in", *target, *said, *more, status=2).output
    (desk / "bad.jsonl").write_text('{"file": "a.pdf", "path": 7}\n', encoding="utf-8")
    assert "bad.jsonl, line 1" in run("gold", "review", desk / "in", *target, "--said", desk / "bad.jsonl", status=2).output
    (desk / "in" / "c.pdf").write_bytes(b"%PDF-1.4 broken")
    assert "c.pdf" in run("gold", "review", desk / "in", *target, *said, status=1).output
    assert len(_data(desk / "review.html")["items"]) == 2


def test_names_that_look_like_markup_are_names(desk: Path) -> None:
    (desk / "in" / "a.pdf").rename(desk / "in" / "[bold].pdf")
    target = desk / "[" / "red].html"
    result = run("gold", "review", desk / "in", "--out", target, "--taxonomy", desk / "taxonomy.json", "--no-images")
    assert "[/red].html  2 items" in result.output


def test_what_cannot_be_written_is_named(desk: Path) -> None:
    gold = desk / "gold.jsonl"
    gold.write_text('{"format": 1, "item": "a.pdf", "annotator": "anna", "label": ["billing"]}\n', encoding="utf-8")
    (desk / "taken").write_text("a file")
    error = run("gold", "rows", gold, desk / "in", "--out", desk / "taken" / "rows.jsonl", status=1).output
    assert f"error: {desk / 'taken'}: " in error
    assert (
        "No such option: --seed" in run("gold", "rows", gold, desk / "in", "--out", desk / "r", "--seed", -1, status=2).output
    )
    assert "directory" in run("evaluate", gold, gold, "--report", desk / "in", status=2).output


def test_gold_becomes_rows(desk: Path) -> None:
    gold = Gold(
        tuple(
            LabelAnnotation(item=item, annotator=who, document=item, label=label)
            for item, who, label in (
                ("a.pdf", "anna", ("billing", "invoice")),
                ("b.pdf", "anna", ("billing", "invoice")),
                ("b.pdf", "ben", ("letters", "complaint")),
                ("gone.pdf", "anna", ("billing", "invoice")),
                ("none.pdf", "anna", None),
            )
        )
    )
    gold.write(desk / "gold.jsonl")
    told = json.loads(run("gold", "rows", desk / "gold.jsonl", desk / "in", "--out", desk / "rows.jsonl", "--json").stdout)
    assert told == {"rows": str(desk / "rows.jsonl"), "count": 1, "disputed": 1, "no_label": 1, "no_file": 1}
    from foyerdoc.finetuning.data.examples import read_examples

    (example,) = read_examples(desk / "rows.jsonl", taxonomy=TAXONOMY).examples
    assert (example.id, example.path) == ("a.pdf", ("billing", "invoice"))
    (desk / "in" / "a.pdf").unlink()
    assert "no label of the gold" in run("gold", "rows", desk / "gold.jsonl", desk / "in", "--out", desk / "r", status=2).output


def test_questions_come_with_the_documents_that_are_cited(desk: Path) -> None:
    document = fd.clean(fd.read(desk / "in" / "a.pdf"))
    quote = "Total 412.50 EUR"
    start = document.text.index(quote)
    citation = {
        "number": 1, "document_id": document.id, "document_name": "a.pdf", "chunk_id": "c", "page": 1, "quote": quote,
        "boxes": [], "span": {"start": start, "end": start + len(quote)}, "verified": True, "supported": True,
    }  # fmt: skip
    line = {"question": "How much?", "text": quote, "citations": [citation]}
    (desk / "asked.jsonl").write_text(json.dumps(line), encoding="utf-8")
    run("gold", "review", desk / "in", "--out", desk / "review.html", "--said", desk / "asked.jsonl")
    (item,) = _data(desk / "review.html")["items"]
    assert item["documents"] == [document.id]
    assert item["question"]["said"]["citations"] == [{"document": document.id, "span": [start, start + len(quote)]}]
