"""The page as a person uses it, in a real browser: by keys, by mouse and by finger."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import foyerdoc as fd
from foyerdoc.documents import Document, Span
from foyerdoc.evaluation.gold import FieldsAnnotation, Gold, LabelAnnotation, QuestionAnnotation, Truth
from foyerdoc.evaluation.reviewing import Asked, Form, Item, Typed, review_page
from foyerdoc.reading.picturing import picture_pages
from foyerdoc.results import Alternative, Answer, Candidate, Citation, FieldValue, Fingerprint, Prediction
from foyerdoc.taxonomy import Taxonomy
from tests.reading.pdfs import text_pages

MADE = Fingerprint("m")
TAXONOMY = Taxonomy.model_validate(
    {
        "name": "t",
        "categories": [
            {
                "name": "billing",
                "description": "Money is asked for.",
                "schema": "invoice",
                "children": [
                    {"name": "invoice", "description": "A first bill."},
                    {"name": "reminder", "description": "A sum was not paid."},
                ],
            },
            {
                "name": "letters",
                "description": "All else.",
                "schema": "letter",
                "children": [{"name": "complaint", "description": "Anger."}],
            },
        ],
    }
)
SCHEMAS = {
    "invoice": Form(
        (
            Asked("total", "Sum to be paid", "money"),
            Asked("issued", "Day of issue", "date"),
            Asked("issuer", "Who asks", "name"),
        )
    ),
    "letter": Form((Asked("sender", "Who writes", "name"), Asked("tone", "", None, ("angry", "kind")))),
}
HOSTILE = """Grüße 😀👨‍👩‍👧 von Möbel & Söhne <img src=x onerror="window.hit=1">
</script><script>window.hit=1</script><!-- ]]> {{window.hit=1}}
Rechnung vom 3. März 2026, fällig am 2. April 2026 🧾
Gesamtbetrag: 1.190,00 €, davon MwSt. 190,00 €"""


def _place(text: str, part: str, nth: int = 0) -> Span:
    start = -1
    for _ in range(nth + 1):
        start = text.index(part, start + 1)
    return Span(start, start + len(part))


def _found(text: str, part: str, value: str, *others: tuple[str, str], confidence: float | None = None) -> FieldValue:
    candidates = tuple(Candidate(raw, _place(text, raw), meant) for raw, meant in others)
    return FieldValue(value, part, _place(text, part), (), confidence, "found", candidates)


def _absent() -> FieldValue:
    return FieldValue(None, None, None, (), None, "absent")


def _prediction(path: tuple[str, ...], sure: float, other: tuple[str, ...] = ("billing", "reminder")) -> Prediction:
    alternatives = tuple(Alternative(p, s) for p, s in ((path, sure), (other, 1 - sure)) if p)
    return Prediction(path, sure, alternatives, "accepted" if len(path) > 1 else "abstained", (Span(0, 5),), MADE)


def _invoice(name: str, text: str = HOSTILE, sure: float = 0.9) -> Item:
    document = Document(id=f"id of {name}", name=name, media_type="text/plain", text=text, language="de")
    fields = {
        "total": _found(text, "190,00 €", "190.00", ("1.190,00 €", "1190.00"), confidence=0.4),
        "issued": _found(text, "3. März 2026", "2026-03-03"),
        "issuer": _absent(),
    }
    typed = (
        Typed(_place(text, "3. März 2026"), "date", "2026-03-03"),
        Typed(_place(text, "2. April 2026"), "date", "2026-04-02"),
        Typed(_place(text, "1.190,00 €"), "money", "1190.00"),
    )
    return Item(
        name,
        (document,),
        prediction=_prediction(("billing", "invoice"), sure),
        fields=fields,
        form=SCHEMAS["invoice"],
        typed=typed,
    )


@pytest.fixture
def page_of(tmp_path: Path, visit: Callable[..., Any]) -> Callable[..., Any]:
    """Writes a page of items, and opens it."""

    def page_of(*items: Item, blind: bool = False, **options: Any) -> Any:
        (tmp_path / "review.html").write_bytes(review_page(items, taxonomy=TAXONOMY, schemas=SCHEMAS, blind=blind))
        return visit(tmp_path / "review.html", **options)

    return page_of


def export(page: Any, tmp_path: Path, by: str = "anna") -> list[dict[str, Any]]:
    """What the page exports, after `Gold.read` has taken it."""
    page.fill("#annotator", by)
    page.keyboard.press("Enter")
    with page.expect_download() as download:
        page.keyboard.press("e")
    assert download.value.suggested_filename == f"gold-{by}.jsonl"
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    Gold.read(path)
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def press(page: Any, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_a_hostile_document_is_text_and_spans_are_code_points(page_of: Callable[..., Any], tmp_path: Path) -> None:
    page = page_of(_invoice("a.txt"))
    assert page.inner_text("#text") == HOSTILE
    # With a mouse: from the middle of one piece to the middle of another, white space at both ends.
    press(page, "ArrowDown", "ArrowDown", "ArrowDown")
    _select(page, " Möbel & Söhne ")
    assert page.inner_text("#use").startswith("Use “Möbel & Söhne” for issuer")
    page.click("#use")
    press(page, "ArrowUp", "ArrowUp", "1", "a")
    label, fields = export(page, tmp_path)
    head = {"format": 1, "item": "a.txt", "annotator": "anna", "document": "a.txt", "language": "de"}
    assert label == {**head, "label": ["billing", "invoice"]}
    total = _place(HOSTILE, "1.190,00 €")
    assert fields["fields"]["total"] == {"value": "1190.00", "type": "money", "raw": "1.190,00 €", "span": as_json(total)}
    assert fields["fields"]["issuer"]["raw"] == fields["fields"]["issuer"]["value"] == "Möbel & Söhne"
    gold = Gold.read(tmp_path / "gold-anna.jsonl", {"a.txt": HOSTILE})  # checks every span against the text
    assert all(
        truth.raw == HOSTILE[truth.span.start : truth.span.end]
        for truth in gold.of(FieldsAnnotation)["a.txt"][0].fields.values()
    )
    assert page.evaluate("window.hit") is None


def _text(text: str, name: str) -> Document:
    return Document(id=f"id of {name}", name=name, media_type="text/plain", text=text)


def test_fields_and_items_may_have_the_names_of_what_objects_have(page_of: Callable[..., Any], tmp_path: Path) -> None:
    fields = {"__proto__": FieldValue("4", "4", Span(0, 1), (), 0.9, "found"), "constructor": _absent()}
    for name in ("constructor", "__proto__"):
        page = page_of(Item(name, (_text("4 Türen", name),), labelled=False, fields=fields))
        press(page, "a")
        assert page.inner_text("#progress") == "1 of 1 done"
        [line] = export(page, tmp_path)
        assert line["item"] == name
        assert line["fields"]["constructor"] is None
        assert line["fields"]["__proto__"]["value"] == "4"


def test_arabic_runs_from_the_right_beside_text_that_does_not(page_of: Callable[..., Any], tmp_path: Path) -> None:
    arabic = "المبلغ الإجمالي: 1190.00 ريال"
    text = f"Invoice 7\n{arabic}\nDone"
    total = Span(text.index("1190.00"), text.index("1190.00") + 7)
    fields = {"total": FieldValue("1190.00", "1190.00", total, (), 0.9, "found")}
    page = page_of(Item("a.txt", (_text(text, "a.txt"),), labelled=False, fields=fields))
    left, right = (
        page.evaluate(
            """(word) => {
              const range = document.createRange();
              const walker = document.createTreeWalker(document.getElementById("text"), NodeFilter.SHOW_TEXT);
              while (walker.nextNode()) {
                const at = walker.currentNode.data.indexOf(word);
                if (at >= 0) { range.setStart(walker.currentNode, at); range.setEnd(walker.currentNode, at + 1); break; }
              }
              const [one, box] = [range.getBoundingClientRect(), document.getElementById("text").getBoundingClientRect()];
              return (one.left + one.right) / 2 < (box.left + box.right) / 2;
            }""",
            word,
        )
        for word in ("Invoice", "المبلغ")
    )
    assert (left, right) == (True, False)
    press(page, "a")
    [line] = export(page, tmp_path)
    assert line["fields"]["total"]["span"] == as_json(total)


def _select(page: Any, part: str) -> None:
    """Select characters as a mouse would, wherever the pieces of the text are cut."""
    page.evaluate(
        """(part) => {
          const box = document.getElementById("text"), walker = document.createTreeWalker(box, NodeFilter.SHOW_TEXT);
          let at = 0, start = box.textContent.indexOf(part), range = document.createRange();
          const end = start + part.length;
          while (walker.nextNode()) {
            const node = walker.currentNode, next = at + node.length;
            if (at <= start && start < next) range.setStart(node, start - at);
            if (at < end && end <= next) range.setEnd(node, end - at);
            at = next;
          }
          getSelection().removeAllRanges();
          getSelection().addRange(range);
        }""",
        part,
    )
    page.wait_for_function("document.getElementById('use').hidden === false")


def test_one_key_accepts_and_goes_on(page_of: Callable[..., Any], tmp_path: Path) -> None:
    page = page_of(_invoice("sure.txt", sure=0.99), _invoice("unsure.txt", sure=0.6))
    assert page.eval_on_selector_all("#items button", "all => all.map((one) => one.dataset.item)") == ["unsure.txt", "sure.txt"]
    press(page, "a")
    assert page.inner_text("#progress") == "1 of 2 done"
    assert page.inner_text("#title") == "sure.txt"
    press(page, "a")
    assert page.inner_text("#said") == "All is done: export the gold."
    # One step back is one key's work: the whole item.
    press(page, "u")
    assert page.inner_text("#progress") == "1 of 2 done"
    assert {line["item"] for line in export(page, tmp_path)} == {"unsure.txt"}


def test_keys_alone_find_move_write_and_clear(page_of: Callable[..., Any], tmp_path: Path) -> None:
    page = page_of(_invoice("a.txt"))
    press(page, "ArrowDown", "ArrowDown")  # the day of issue
    press(page, "/")
    page.keyboard.type("2. APRIL 20")
    assert page.inner_text("#found") == "1 of 1"
    press(page, "Enter")  # the typed value that the characters belong to
    press(page, "ArrowUp", "]")
    press(page, "ArrowUp", "/")
    page.keyboard.type("von")
    press(page, "Enter")  # a word that is no amount: what it is worth must be written
    assert "! unfinished" in page.inner_text('[data-part="field:total"]')
    page.keyboard.type("about 5")
    press(page, "Enter")
    assert "Write the number as 1234.50" in page.inner_text('[data-part="field:total"]')
    assert "fields" not in export(page, tmp_path)[0] or "total" not in export(page, tmp_path)[0]["fields"]
    press(page, "w")
    page.fill("#value", "5.00")
    press(page, "Enter")
    press(page, "ArrowDown", "ArrowDown", "x")
    (fields,) = export(page, tmp_path)
    assert fields["fields"]["issuer"] is None
    assert fields["fields"]["total"] == {
        "value": "5.00",
        "type": "money",
        "raw": "von",
        "span": as_json(_place(HOSTILE, "von")),
    }
    assert fields["fields"]["issued"]["value"] == "2026-04-02"


def test_ends_move_by_words(page_of: Callable[..., Any], tmp_path: Path) -> None:
    page = page_of(_invoice("a.txt"))
    press(page, "ArrowDown", "ArrowDown", "ArrowDown", "/")
    page.keyboard.type("möbel")
    press(page, "Enter", "]", "]", "{", "}", "]", "[")
    assert export(page, tmp_path)[0]["fields"]["issuer"]["raw"] == "Möbel & Söhne"


def test_another_label_asks_for_its_own_fields(page_of: Callable[..., Any], tmp_path: Path) -> None:
    page = page_of(_invoice("a.txt"))
    press(page, "l")
    page.keyboard.type("anger")
    press(page, "Enter")
    assert page.inner_text('[data-part="label"]').split("\n")[-1] == "letters / complaint"
    assert page.eval_on_selector_all(".part", "all => all.map((one) => one.dataset.part)") == [
        "label",
        "field:sender",
        "field:tone",
    ]
    press(page, "x")
    page.select_option("#value", "angry")
    label, fields = export(page, tmp_path)
    assert label["label"] == ["letters", "complaint"]
    assert fields["fields"] == {"sender": None, "tone": {"value": "angry"}}


def test_what_was_left_open_must_be_chosen(page_of: Callable[..., Any], tmp_path: Path) -> None:
    item = _invoice("a.txt")
    open_ = Item("a.txt", item.documents, prediction=_prediction((), 0.5, ("billing", "reminder")))
    page = page_of(open_)
    press(page, "a")
    assert "Choose" in page.inner_text("#said")
    press(page, "1")
    assert export(page, tmp_path)[0]["label"] == ["billing", "reminder"]
    press(page, "ArrowUp", "x")
    assert export(page, tmp_path)[0]["label"] is None
    assert Gold.read(tmp_path / "gold-anna.jsonl").of(LabelAnnotation)["a.txt"][0].label is None


def test_work_outlives_the_page_and_each_annotator_has_their_own(page_of: Callable[..., Any], tmp_path: Path) -> None:
    page = page_of(_invoice("a.txt"), _invoice("b.txt"))
    press(page, "a")
    page.fill("#annotator", "anna")
    press(page, "Enter")
    page.reload()
    assert page.input_value("#annotator") == "anna"
    assert page.inner_text("#progress") == "1 of 2 done"
    page.fill("#annotator", "ben")
    press(page, "Enter")
    assert page.inner_text("#progress") == "0 of 2 done"
    press(page, "a", "a")
    assert len(export(page, tmp_path, "ben")) == 4
    assert len(export(page, tmp_path, "anna")) == 2


def test_what_people_disagree_on_is_settled(page_of: Callable[..., Any], tmp_path: Path) -> None:
    def judged(who: str, label: tuple[str, ...] | None, issuer: str | None) -> tuple[Any, ...]:
        about = {"item": "b.txt", "annotator": who, "document": "b.txt"}
        truth = None if issuer is None else Truth(issuer, raw=issuer, span=_place(HOSTILE, issuer))
        return LabelAnnotation(label=label, **about), FieldsAnnotation(fields={"issuer": truth, "total": None}, **about)

    people = (*judged("anna", ("billing", "reminder"), "Möbel"), *judged("ben", ("billing", "reminder"), "Möbel & Söhne"))
    page = page_of(_invoice("a.txt", sure=0.1), replace(_invoice("b.txt", sure=0.99), people=people))
    # What they agree on is accepted, over what the system said; the rest is theirs to choose from.
    assert page.inner_text("#title") == "b.txt"
    press(page, "a")
    assert page.inner_text("#said").startswith("issuer: nothing was said that can be accepted")
    assert page.locator(".chips button").all_inner_texts()[:2] == ["1 anna: Möbel", "2 ben: Möbel & Söhne"]
    press(page, "2")
    label, fields = export(page, tmp_path, "carla")
    assert (label["adjudicated"], label["label"]) == (True, ["billing", "reminder"])
    assert fields["fields"]["issuer"] == {
        "value": "Möbel & Söhne",
        "type": "name",
        "raw": "Möbel & Söhne",
        "span": as_json(_place(HOSTILE, "Möbel & Söhne")),
    }
    assert fields["fields"]["total"] is None
    assert fields["fields"]["issued"]["value"] == "2026-03-03"
    gold = Gold((*people, *Gold.read(tmp_path / "gold-carla.jsonl").annotations))
    assert gold.truth(FieldsAnnotation)[0]["b.txt"].annotator == "carla"


def test_lists_grow_and_are_gold_only_when_whole(page_of: Callable[..., Any], tmp_path: Path) -> None:
    text = "Screws 3.00\nNails 4.50\nGlue 9.00\nPaint 7.00"
    document = replace(_invoice("a.txt").documents[0], text=text)
    fields = {
        "lines[0].name": _found(text, "Screws", "Screws"),
        "lines[0].amount": _found(text, "3.00", "3.00"),
        "lines[1].name": _found(text, "Paint", "Paint"),
        "lines[1].amount": _absent(),
    }
    page = page_of(Item("a.txt", (document,), labelled=False, fields=fields))
    shown = "all => all.map((one) => one.dataset.part)"
    assert page.eval_on_selector_all(".part", shown)[:2] == ["list:lines", "field:lines[0].name"]
    press(page, "Enter")  # two entries
    press(page, "Enter", "Enter")
    press(page, "e")
    assert "Who are you?" in page.inner_text("#said")
    press(page, "Escape", "x", "x", "n")  # the second is none, a third was missed
    assert page.locator(".part").count() == 7
    press(page, "/")
    page.keyboard.type("Glue")
    press(page, "Enter")
    page.fill("#annotator", "anna")
    press(page, "Enter", "e")
    assert page.inner_text("#said") == "Nothing can be said yet: a list is gold when all its entries are decided."
    press(page, "/")
    page.keyboard.type("9.00")
    press(page, "Enter")
    (line,) = export(page, tmp_path)
    assert sorted(line["fields"]) == ["lines[0].amount", "lines[0].name", "lines[2].amount", "lines[2].name"]
    assert line["fields"]["lines[2].name"] == {"value": "Glue", "raw": "Glue", "span": as_json(_place(text, "Glue"))}
    page.click('[data-part="list:lines"] h3 button')
    press(page, "x")
    assert export(page, tmp_path)[0]["fields"] == {"lines": None}


def test_without_a_name_there_is_no_gold(page_of: Callable[..., Any]) -> None:
    page = page_of(_invoice("a.txt"))
    press(page, "a", "e")
    assert page.evaluate("document.activeElement.id") == "annotator"
    assert "Who are you?" in page.inner_text("#said")


def test_blind_pages_do_not_say_what_the_system_said(page_of: Callable[..., Any], tmp_path: Path) -> None:
    page = page_of(_invoice("a.txt"), blind=True)
    data = json.loads(page.inner_text("#data") or page.evaluate("document.getElementById('data').textContent"))
    item = data["items"][0]
    assert item["label"]["said"] is None
    assert item["said"] == {}
    press(page, "a")
    assert page.inner_text("#progress") == "0 of 1 done"
    press(page, "l")
    page.keyboard.type("reminder")
    press(page, "Enter")
    assert export(page, tmp_path)[0]["label"] == ["billing", "reminder"]


def _question(name: str, document: Document, quote: str | None) -> Item:
    citations = ()
    if quote:
        span = _place(document.text, quote)
        citations = (Citation(1, document.id, document.name, "c", span, None, quote, (), verified=True, supported=True),)
    answer = Answer(quote or "no", (), citations, quote is None, None, (), (), (), MADE)
    return Item(name, (document,), labelled=False, question=f"{name}?", answer=answer)


def test_questions_are_judged_by_their_passages(page_of: Callable[..., Any], tmp_path: Path) -> None:
    document = _invoice("a.txt").documents[0]
    page = page_of(
        _question("first", document, "fällig am 2. April 2026"),
        _question("second", document, None),
        _question("third", document, None),
    )
    press(page, "a", "a")
    _select(page, "190,00 €")
    press(page, "s")
    first, second, third = (one for one in export(page, tmp_path))
    assert first["evidence"] == [
        {"document": "a.txt", "span": as_json(_place(HOSTILE, "fällig am 2. April 2026")), "text": "fällig am 2. April 2026"}
    ]
    assert (second["answerable"], second["evidence"]) == (False, [])
    assert third["evidence"][0]["text"] == "190,00 €"
    assert set(Gold.read(tmp_path / "gold-anna.jsonl").of(QuestionAnnotation)) == {"first", "second", "third"}


def as_json(span: Span) -> dict[str, int]:
    return {"start": span.start, "end": span.end}


def test_everything_has_a_name_and_the_focus_stays(page_of: Callable[..., Any]) -> None:
    page = page_of(_invoice("a.txt"), _invoice("b.txt"))
    tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    roles = {"button", "textbox", "searchbox", "combobox", "checkbox", "region", "navigation", "document", "status"}
    named = [(n["role"]["value"], n.get("name", {}).get("value", "")) for n in tree if not n["ignored"]]
    unnamed = [role for role, name in named if role in roles - {"status"} and not name]
    assert unnamed == []
    assert {"main", "navigation", "document", "status"} <= {role for role, _ in named}
    # By tab to a part, and on with its keys: the focus must not fall off the page when it is drawn anew.
    page.focus('[data-part="field:total"] h3 button')
    press(page, "Enter")
    assert page.evaluate("document.activeElement.closest('.part')?.dataset.part") == "field:total"
    press(page, "x")
    assert page.evaluate("document.activeElement.closest('.part')?.dataset.part") == "field:issued"
    # Who speaks to their computer turns the single keys off. A closed dialog swallows no key.
    press(page, "l", "Escape", "?")
    assert page.locator("#keys").get_attribute("open") == ""
    page.uncheck("#shortcuts")
    press(page, "Escape", "a")
    assert page.inner_text("#progress") == "0 of 2 done"


def test_a_phone_shows_all_of_it(page_of: Callable[..., Any], tmp_path: Path) -> None:
    page = page_of(_invoice("a.txt"), viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 360
    small = page.eval_on_selector_all(
        "button", "all => all.filter((b) => b.checkVisibility() && !b.closest('h3') && b.offsetHeight < 40).length"
    )
    assert small == 0
    page.tap("#accept")
    assert page.inner_text("#progress") == "1 of 1 done"
    assert len(export(page, tmp_path)) == 2


def test_words_of_a_page_are_chosen_with_the_mouse_and_the_finger(page_of: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(text_pages("Invoice of 3 March", "Issued by Larkspur Roofing Ltd.\nTotal 412.50 EUR"))
    document = fd.read(tmp_path / "a.pdf")
    pictures = {document.id: picture_pages(tmp_path / "a.pdf", [1, 2])}
    item = Item("a.pdf", (document,), labelled=False, fields={"issuer": _absent()}, pictures=pictures)
    page = page_of(item, has_touch=True)
    press(page, "v")
    sheet = page.locator('.sheet[data-page="2"]')
    sheet.scroll_into_view_if_needed()
    frame = sheet.bounding_box()
    assert abs(frame["width"] / frame["height"] - document.pages[1].width / document.pages[1].height) < 0.01

    def middle(word: str) -> tuple[float, float]:
        box = document.boxes(_place(document.text, word))[0]
        shown, frame = document.pages[1], sheet.bounding_box()  # it may have been scrolled
        return (
            frame["x"] + frame["width"] * (box.x0 + box.x1) / 2 / shown.width,
            frame["y"] + frame["height"] * (box.y0 + box.y1) / 2 / shown.height,
        )

    page.mouse.move(*middle("Larkspur"))
    page.mouse.down()
    page.mouse.move(*middle("Roofing"))
    page.mouse.move(*middle("Ltd."))
    page.mouse.up()
    assert page.locator(".box.chosen").count() == 1
    press(page, "s")
    assert export(page, tmp_path)[0]["fields"]["issuer"]["raw"] == "Larkspur Roofing Ltd."
    page.touchscreen.tap(*middle("Larkspur"))
    page.touchscreen.tap(*middle("Roofing"))
    press(page, "s")
    fields = export(page, tmp_path)[0]["fields"]
    assert fields["issuer"] == {
        "value": "Larkspur Roofing", "raw": "Larkspur Roofing", "span": as_json(_place(document.text, "Larkspur Roofing")),
    }  # fmt: skip
