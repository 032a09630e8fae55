"""The bundled mailbox: its truth is consistent, and stands in what the library reads from the files."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

import foyerdoc as fd
from foyerdoc import demo
from foyerdoc.demo.schemas import SCHEMAS

TRUTH = json.loads((demo.folder() / "truth.json").read_text(encoding="utf-8"))
TAXONOMY = fd.Taxonomy.load(demo.folder() / "taxonomy.json")
NAMES = sorted(TRUTH["documents"])
TYPED = [name for name in NAMES if not TRUTH["documents"][name]["scanned"]]
TOOLS = Path(__file__).parents[1] / "tools" / "demo"


@cache
def text_of(name: str) -> str:
    return one_line(fd.read(demo.folder() / "documents" / name).text)


def one_line(text: str) -> str:
    """A value may be broken over two lines or hold no-break spaces; any white space counts as one space."""
    return re.sub(r"\s+", " ", text)


def schema_of(name: str):
    return SCHEMAS[TAXONOMY.schema_of(tuple(TRUTH["documents"][name]["path"]))]


def test_truth_and_folder_name_the_same_files():
    assert sorted(path.name for path in (demo.folder() / "documents").iterdir()) == NAMES
    assert sum(path.stat().st_size for path in (demo.folder() / "documents").iterdir()) < 3_000_000


def test_every_label_has_a_document_and_every_document_a_label():
    assert {tuple(entry["path"]) for entry in TRUTH["documents"].values()} == set(TAXONOMY.leaves())


def test_the_mailbox_is_mixed():
    assert len(NAMES) >= 26
    languages = Counter(entry["languages"][0] for entry in TRUTH["documents"].values())
    assert languages["fr"] >= 9
    assert languages["de"] >= 9
    assert languages["en"] >= 7
    assert languages["lb"] >= 1
    assert {Path(name).suffix for name in NAMES} == {".pdf", ".docx", ".xlsx", ".html", ".eml", ".txt"}


@pytest.mark.parametrize("name", NAMES)
def test_the_values_make_the_schema(name):
    fields = TRUTH["documents"][name]["fields"]
    schema = schema_of(name)
    assert set(fields) <= set(schema.model_fields)
    schema.model_validate({field: given["value"] for field, given in fields.items()})


@pytest.mark.parametrize("name", TYPED)
def test_every_raw_value_stands_in_the_text(name):
    text = text_of(name)
    missing = [field for field, given in TRUTH["documents"][name]["fields"].items() if one_line(given["raw"]) not in text]
    assert missing == []


@pytest.mark.parametrize("name", NAMES)
def test_raw_and_value_say_the_same(name):
    for field, given in TRUTH["documents"][name]["fields"].items():
        digits = re.sub(r"\D", "", given["raw"])
        if field.endswith("iban"):
            assert re.sub(r"\s", "", given["raw"]) == given["value"]
            assert iban_is_valid(given["value"])
        elif field in {"amount", "total", "annual_premium", "amount_claimed"}:
            # CHF 1'200.– writes no cents.
            assert re.sub(r"\D", "", given["value"]) in {digits, f"{digits}00"}
        elif field in {"date_of_loss", "due_date", "report_date", "invoice_date", "written_on", "effective_date"}:
            assert str(int(given["value"][-2:])) in given["raw"]


@pytest.mark.parametrize("name", TYPED)
def test_every_iban_in_the_text_is_valid(name):
    start = r"\b(?:LU|DE|FR|CH|GB)\d\d"
    for found in re.findall(rf"{start}(?: (?!{start})[\dA-Z]{{4}}){{3,}}(?: \d{{1,3}})?\b", text_of(name)):
        assert iban_is_valid(found.replace(" ", "")), found


def iban_is_valid(iban: str) -> bool:
    lengths = {"LU": 20, "DE": 22, "FR": 27, "CH": 21, "GB": 22}
    number = int("".join(str(int(character, 36)) for character in iban[4:] + iban[:4]))
    return len(iban) == lengths[iban[:2]] and number % 97 == 1


def test_the_questions_are_answered_where_the_truth_says():
    questions = TRUTH["questions"]
    assert len(questions) == 5
    assert {question["language"] for question in questions} == {"fr", "de", "en"}
    assert [bool(question["files"]) for question in questions].count(False) == 1
    for question in questions:
        assert len(question["files"]) == len(question["phrases"])
        for name, phrase in zip(question["files"], question["phrases"], strict=True):
            assert phrase in text_of(name)


def test_mail_has_its_certificate_attached():
    mail = fd.read(demo.folder() / "documents" / "remboursement-soins.eml")
    assert [child.name for child in mail.attachments] == ["certificat-aubertin.pdf"]
    text = one_line(mail.attachments[0].text)
    truth = TRUTH["documents"][mail.name]["attachments"]["certificat-aubertin.pdf"]
    assert all(given["raw"] in text for given in truth["fields"].values())
    assert tuple(truth["path"]) in TAXONOMY.leaves()


@pytest.mark.skipif(shutil.which("tesseract") is None, reason="Tesseract is not installed")
def test_the_scan_is_recognised():
    name = next(name for name in NAMES if TRUTH["documents"][name]["scanned"])
    fields = TRUTH["documents"][name]["fields"]
    text = text_of(name)
    for field in ("policy_number", "date_of_loss", "amount_claimed"):
        assert fields[field]["raw"] in text


@pytest.fixture
def renderer(monkeypatch):
    monkeypatch.syspath_prepend(str(TOOLS))
    import render

    return render


def test_truth_is_what_the_sources_say(renderer, tmp_path, monkeypatch):
    monkeypatch.setattr(renderer, "render", lambda source, attached: b"")
    renderer.main(tmp_path)
    assert (tmp_path / "truth.json").read_bytes() == (demo.folder() / "truth.json").read_bytes()


@pytest.mark.parametrize("name", ["Mahnung_4410", "adress-aennerung", "stolen-items", "query-cover", "message-espace-client"])
def test_rendering_repeats_to_the_byte(renderer, name):
    source = renderer.sources.load(TOOLS / "sources" / f"{name}.md")
    assert renderer.render(source, []) == renderer.render(source, [])
