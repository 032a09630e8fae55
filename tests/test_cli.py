from __future__ import annotations

import json
import os
import sqlite3
from pathlib import Path

import pytest
from click.testing import Result
from pydantic import BaseModel
from typer.testing import CliRunner

from foyerdoc.cli import app
from foyerdoc.cli.app import print_json
from foyerdoc.demo import folder
from foyerdoc.extraction import Extractor
from tests.extraction.liking import Chokes
from tests.reading.pdfs import text_pages

MAILBOX = folder() / "documents"
LABELLED = {
    *("file", "id", "category", "subcategory", "path", "confidence", "decision", "evidence", "alternatives", "fingerprint"),
}
run = CliRunner().invoke


def lines_of(output: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in output.splitlines() if line.startswith("{")]


@pytest.fixture
def letters(tmp_path: Path) -> Path:
    (tmp_path / "a.pdf").write_bytes(text_pages("Der Selbstbehalt beträgt 300 Euro je Schadenfall."))
    (tmp_path / "b.txt").write_text("La franchise est de 150 euros par sinistre.", encoding="latin-1")
    (tmp_path / ".hidden.txt").write_text("not read", encoding="utf-8")
    return tmp_path


def test_read_prints_text_and_json(letters: Path) -> None:
    result = run(app, ["read", str(letters)])
    assert result.exit_code == 0
    assert "Der Selbstbehalt beträgt 300 Euro" in result.stdout
    result = run(app, ["read", str(letters), "--json"])
    first, second = lines_of(result.stdout)
    assert first["document"]["text"] == "Der Selbstbehalt beträgt 300 Euro je Schadenfall."
    assert second["document"]["language"] == "fr"
    assert "source" not in first["document"]


def test_names_with_brackets_and_bytes_that_are_no_text(tmp_path: Path) -> None:
    for name in (os.fsdecode(b"caf\xe9.pdf"), "back\\[red]x[bold].pdf"):
        (tmp_path / name).write_bytes(b"%PDF-1.7 nothing")
    result = run(app, ["read", str(tmp_path), "--json"])
    assert [line["file"] for line in lines_of(result.stdout)] == [
        str(tmp_path / r"back\[red]x[bold].pdf"),
        str(tmp_path / r"caf\udce9.pdf"),
    ]
    result = run(app, ["read", str(tmp_path)])
    assert r"back\[red]x[bold].pdf: not a readable PDF" in result.stderr
    assert r"caf\udce9.pdf: not a readable PDF" in result.stderr
    assert result.exit_code == 1


def test_whatever_a_model_holds_can_be_printed_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    class Found(BaseModel):
        name: str
        number: int

    values = {"name": "a\ud800b", "number": 2**70, "\udce9": -(2**64), "small": [2**64 - 1, -(2**63), True]}
    print_json({"value": Found(name="a\ud800b", number=2**70), **values})
    printed = json.loads(capsys.readouterr().out)
    assert printed == {
        "value": {"name": r"a\ud800b", "number": str(2**70)},
        "name": r"a\ud800b",
        "number": str(2**70),
        r"\udce9": str(-(2**64)),
        "small": [2**64 - 1, -(2**63), True],
    }


def test_one_bad_file_fails_the_command_but_not_the_others(letters: Path) -> None:
    (letters / "c.pdf").write_bytes(b"%PDF-1.7 nothing")
    result = run(app, ["read", str(letters), "--json"])
    assert result.exit_code == 1
    good, also_good, bad = lines_of(result.stdout)
    assert "document" in good
    assert "document" in also_good
    assert bad["error"]["code"] == "damaged_file"
    assert bad["error"]["hint"]


@pytest.mark.parametrize(
    ("command", "options", "delivered"),
    [
        ("read", [], {"file", "document"}),
        ("classify", ["--taxonomy", str(folder() / "taxonomy.json")], LABELLED),
        ("extract", ["--schema", "foyerdoc.demo.schemas:InvoiceFields"], {"file", "extraction"}),
        ("index", ["--index", "an.index"], {"file", "id", "state"}),
    ],
)
def test_every_file_has_a_line_whose_keys_say_what_became_of_it(
    letters: Path, monkeypatch: pytest.MonkeyPatch, command: str, options: list[str], delivered: set[str]
) -> None:
    monkeypatch.chdir(letters)
    (letters / "c.pdf").write_bytes(b"%PDF-1.7 nothing")
    result = run(app, [command, "a.pdf", "c.pdf", "b.txt", *options, "--json"])
    assert result.exit_code == 1
    assert [set(line) for line in lines_of(result.stdout)] == [delivered, {"file", "error"}, delivered]
    result = run(app, [command, "a.pdf", "c.pdf", *options])
    assert result.exit_code == 1
    assert "c.pdf" in result.stderr
    assert "->" in result.stderr


def test_wrong_use_exits_with_2(tmp_path: Path) -> None:
    assert run(app, ["read"]).exit_code == 2
    assert run(app, ["read", str(tmp_path / "nowhere")]).exit_code == 2
    assert run(app, ["read", str(tmp_path)]).exit_code == 2  # an empty folder
    assert run(app, ["search", "x", "--index", str(tmp_path / "nowhere")]).exit_code == 2
    assert run(app, ["extract", str(MAILBOX / "demande.txt"), "--schema", "json:dumps"]).exit_code == 2


def test_a_broken_schema_or_taxonomy_is_wrong_use(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("class Bill(:\n", encoding="utf-8")
    result = run(app, ["extract", str(MAILBOX / "demande.txt"), "--schema", f"{tmp_path / 'mine.py'}:Bill"])
    assert result.exit_code == 2
    assert "SyntaxError" in result.stderr
    (tmp_path / "taxonomy.json").write_text('{"name": "x"}', encoding="utf-8")
    result = run(app, ["classify", str(MAILBOX / "demande.txt"), "--taxonomy", str(tmp_path / "taxonomy.json")])
    assert result.exit_code == 2


TAXONOMY = str(folder() / "taxonomy.json")


def test_rows_of_a_file_are_labelled_one_line_each(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Kündigung meiner Hausratversicherung zum Jahresende.", encoding="utf-8")
    rows = [
        {"id": "one", "text": "Please pay the premium invoice by the first of May.", "category": "whatever"},
        {"id": "two", "text": "  "},
        {"path": "a.txt"},
        {"id": "gone", "path": "nowhere.txt"},
    ]
    (tmp_path / "rows.jsonl").write_text("\n".join([*map(json.dumps, rows), "{"]), encoding="utf-8")
    result = run(app, ["classify", str(tmp_path / "a.txt"), str(tmp_path / "rows.jsonl"), "--taxonomy", TAXONOMY, "--json"])
    assert result.exit_code == 1
    alone, first, blank, read, gone, broken = lines_of(result.stdout)
    assert set(alone) == set(first) == set(read) == LABELLED
    assert (first["id"], first["category"], first["confidence"]) == ("one", "billing", None)
    assert alone["path"] == read["path"]
    assert (blank["row"], blank["error"]["code"]) == (2, "empty_text")
    assert gone["row"] == 4
    assert (broken["row"], broken["error"]["code"]) == (5, "not_json")
    (tmp_path / "rows.csv").write_text("id;text\none;Please pay the premium invoice by the first of May.\n", encoding="utf-8")
    result = run(app, ["classify", str(tmp_path / "rows.csv"), "--taxonomy", TAXONOMY])
    assert result.exit_code == 0
    assert result.stdout.startswith("one  billing")


def test_a_packet_is_labelled_by_page(tmp_path: Path) -> None:
    pages = ("Premium invoice: please pay 120 euros by 1 May.", "Notice of cancellation: I cancel my home policy.")
    (tmp_path / "packet.pdf").write_bytes(text_pages(*pages))
    result = run(app, ["classify", str(tmp_path / "packet.pdf"), "--taxonomy", TAXONOMY, "--by-page", "--json"])
    assert result.exit_code == 0
    lines = lines_of(result.stdout)
    assert {frozenset(line) for line in lines} == {frozenset(LABELLED | {"pages"})}
    assert [page for line in lines for page in line["pages"]] == [1, 2]
    assert [line["category"] for line in lines] == ["billing", "policies"]


def test_classify_wants_a_model_or_a_taxonomy(letters: Path) -> None:
    assert run(app, ["classify", str(letters)]).exit_code == 2
    assert run(app, ["classify", str(letters), "--taxonomy", TAXONOMY, "--model", str(letters)]).exit_code == 2


def test_doctor_names_every_package_and_model() -> None:
    found = {line["what"]: line for line in lines_of(run(app, ["doctor", "--json"]).stdout)}
    assert {"python", "foyerdoc", "torch", "tesseract", "device", "faiss", "multilingual-e5-small"} <= set(found)
    for line in found.values():
        assert line["well"] or line["mend"] or line["what"] == "libreoffice"


def test_doctor_says_why_no_gpu_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    for cuda, told in ((None, "made without CUDA"), ("13.0", "made for CUDA 13.0, finds no GPU")):
        monkeypatch.setattr("torch.version.cuda", cuda)
        device = next(line for line in lines_of(run(app, ["doctor", "--json"]).stdout) if line["what"] == "device")
        assert device["found"].endswith(f"torch is {told}")
        assert device["well"]


def test_doctor_goes_on_where_something_is_broken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    broken = tmp_path / "tesseract"
    broken.write_bytes(b"no program")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    result = run(app, ["doctor", "--json"])
    found = {line["what"]: line for line in lines_of(result.stdout)}
    assert result.exit_code == 1
    assert "cannot be looked at" in found["ocr"]["found"]
    assert found["ocr"]["mend"]
    assert "libreoffice" in found


def test_doctor_gives_the_command_that_mends(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("FOYERDOC_MODELS", str(tmp_path))
    result = run(app, ["doctor", "--json"])
    found = {line["what"]: line for line in lines_of(result.stdout)}
    assert result.exit_code == 1
    assert found["tesseract"]["mend"].startswith("apt-get install tesseract-ocr")
    assert found["multilingual-e5-small"]["mend"] == "foyerdoc models fetch"


def test_index_search_and_ask(letters: Path, embedder: object) -> None:
    index = str(letters / "an.index")
    result = run(app, ["index", str(letters / "a.pdf"), str(letters / "b.txt"), "--index", index, "--json"])
    assert [line["state"] for line in lines_of(result.stdout)] == ["added", "added"]
    result = run(app, ["index", str(letters / "a.pdf"), "--index", index, "--json"])
    assert [line["state"] for line in lines_of(result.stdout)] == ["unchanged"]
    result = run(app, ["search", "Selbstbehalt", "--index", index, "--json"])
    assert lines_of(result.stdout)[0]["document_name"] == "a.pdf"
    result = run(app, ["search", "Selbstbehalt", "--index", index, "--where", "language=fr", "--json"])
    assert [line["document_name"] for line in lines_of(result.stdout)] == ["b.txt"]
    told = ["--metadata", "date=2026-03-01", "--metadata", "line=glass"]
    assert run(app, ["index", "add", str(letters / "b.txt"), "--index", index, *told]).exit_code == 0
    for wrong in ("date", "=x", "date=", "name=b"):
        result = run(app, ["index", "add", str(letters / "b.txt"), "--index", index, "--metadata", wrong])
        assert (result.exit_code, wrong.split("=")[0] in result.stderr) == (2, True)
    for conditions, names in ((["date>=2026-02-01", "date<=2026-03-01"], ["b.txt"]), (["date<=2026-02-28"], [])):
        wanted = [word for condition in conditions for word in ("--where", condition)]
        result = run(app, ["search", "Selbstbehalt", "--index", index, *wanted, "--json"])
        assert [line["document_name"] for line in lines_of(result.stdout)] == names
    for conditions, said in (
        (["date"], "no condition"),
        (["date=2026", "date>=2026"], "both a value and a range"),
        (["date>=2026", "date>=2027"], "two values for >="),
        (["date>=2027", "date<=2026"], "ends before it starts"),
    ):
        wanted = [word for condition in conditions for word in ("--where", condition)]
        result = run(app, ["search", "Selbstbehalt", "--index", index, *wanted])
        assert result.exit_code == 2
        assert said in result.stderr
    result = run(app, ["ask", "Wie hoch ist der Selbstbehalt je Schadenfall?", "--index", index, "--json"])
    (answer,) = lines_of(result.stdout)
    assert answer["citations"][0]["quote"] in "Der Selbstbehalt beträgt 300 Euro je Schadenfall."
    assert answer["citations"][0]["boxes"]


def test_an_index_is_looked_after(letters: Path, embedder: object) -> None:
    index = str(letters / "an.index")
    result = run(app, ["index", "add", str(letters / "a.pdf"), str(letters / "b.txt"), "--index", index, "--json"])
    first, second = (line["id"] for line in lines_of(result.stdout))
    (held,) = lines_of(run(app, ["index", "stats", index, "--json"]).stdout)
    assert (held["documents"], held["languages"]) == (2, {"": 1, "fr": 1})
    assert "2 documents, 2 chunks" in run(app, ["index", "stats", index]).stdout
    result = run(app, ["index", "remove", str(first), "--index", index, "--json"])
    assert lines_of(result.stdout) == [{"id": first, "state": "removed"}]
    assert run(app, ["index", "remove", str(first), "--index", index]).exit_code == 2
    result = run(app, ["index", "compact", index, "--json"])
    (line,) = lines_of(result.stdout)
    assert line["folder"] == index
    assert 0 < line["bytes_after"] <= line["bytes_before"]
    kept = b"".join(file.read_bytes() for file in Path(index).rglob("*") if file.is_file())
    assert (str(first).encode() in kept, str(second).encode() in kept) == (False, True)
    assert "before" in run(app, ["index", "compact", index]).stdout
    assert "all is well" in run(app, ["index", "verify", index]).stdout
    result = run(app, ["index", "verify", index, "--json"])
    assert (result.exit_code, result.stdout) == (0, "")
    with sqlite3.connect(Path(index) / "index.sqlite") as connection:
        connection.execute("UPDATE documents SET body = x'00'")
    result = run(app, ["index", "verify", index, "--json"])
    assert result.exit_code == 1
    assert [line["code"] for line in lines_of(result.stdout)] == ["document"]
    assert "document" in run(app, ["index", "verify", index]).stdout


@pytest.mark.parametrize("command", ["compact", "verify"])
def test_only_an_index_is_looked_after(letters: Path, command: str) -> None:
    assert run(app, ["index", command, str(letters / "nowhere")]).exit_code == 2
    result = run(app, ["index", command, str(letters)])
    assert result.exit_code == 2
    assert "no index" in result.stderr
    assert sorted(path.name for path in letters.iterdir()) == [".hidden.txt", "a.pdf", "b.txt"]


def test_chat_remembers_the_question_before(letters: Path) -> None:
    index = str(letters / "an.index")
    run(app, ["index", str(letters / "a.pdf"), "--index", index])
    asked = "Wie hoch ist der Selbstbehalt je Schadenfall?\n\nUnd warum?\n"
    result = run(app, ["chat", "--index", index, "--json"], input=asked)
    first, second = lines_of(result.stdout)
    assert not any("the question before" in step for step in first["steps"])
    assert any("the question before" in step for step in second["steps"])


def test_chat_shows_sources_and_obeys_orders(letters: Path) -> None:
    index = str(letters / "an.index")
    run(app, ["index", str(letters / "a.pdf"), str(letters / "b.txt"), "--index", index])
    asked = "Wie hoch ist der Selbstbehalt je Schadenfall?"
    said = f"/help\n/steps\n{asked}\n/sources\n/steps\n/where language=fr\n{asked}\n/where\n/new\n/steps\nUnd warum?\n"
    result = run(app, ["chat", "--index", index], input=said)
    assert result.exit_code == 0
    assert result.stdout.startswith("Der Selbstbehalt beträgt 300 Euro je Schadenfall. [1]\n")
    assert '[1] a.pdf, p. 1: "Der Selbstbehalt' in result.stdout
    assert "/where KEY=VALUE" in result.stderr
    assert result.stderr.count("nothing was asked yet") == 2
    assert "searched by meaning and words" in result.stderr
    assert "only documents with language=fr" in result.stderr
    assert "150 euros" in result.stdout or "Gesucht wurde" in result.stdout
    for wrong in ("/nonsense", "/where language", "/where colour=red\nWas?"):
        assert run(app, ["chat", "--index", index], input=f"{wrong}\n").exit_code == 2


def test_a_condition_in_chat_is_quoted_as_in_a_shell(letters: Path) -> None:
    index = str(letters / "an.index")
    run(app, ["index", str(letters / "a.pdf"), "--index", index, "--metadata", "city=Bad Ems", "--metadata", "firm=L'Or"])
    for told, shown in (
        ("'city=Bad Ems'", "city=Bad Ems"),
        ('city="Bad Ems"  firm=L\\\'Or', "city=Bad Ems firm=L'Or"),
        ("city=Bad\\ Ems", "city=Bad Ems"),
    ):
        result = run(app, ["chat", "--index", index], input=f"/where {told}\nWie hoch ist der Selbstbehalt je Schadenfall?\n")
        assert result.exit_code == 0
        assert f"only documents with {shown}" in result.stderr
        assert "300 Euro" in result.stdout
    for told in ('"city=Bad Ems', "firm=L'Or", "city=Bad\\"):
        result = run(app, ["chat", "--index", index], input=f"/where {told}\n")
        assert result.exit_code == 2
        assert "a quote is not closed" in result.stderr
    assert run(app, ["chat", "--index", index], input="/where city=Bad Ems\n").exit_code == 2  # "Ems" is no condition


def test_a_document_cannot_speak_to_the_terminal(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("The deductible\x1b[2J is\u202e 300 euros for each claim.", encoding="utf-8")
    index = str(tmp_path / "an.index")
    run(app, ["index", str(tmp_path / "a.txt"), "--index", index])
    for command in (["ask", "What is the deductible for each claim?"], ["chat"]):
        result = run(app, [*command, "--index", index], input="What is the deductible for each claim?\n")
        assert "300 euros" in result.output
        assert not {"\x1b", "\u202e"} & set(result.output)


def test_writing_wants_a_model(letters: Path) -> None:
    index = str(letters / "an.index")
    run(app, ["index", str(letters / "a.pdf"), "--index", index])
    result = run(app, ["ask", "Was?", "--index", index, "--write"])
    assert result.exit_code == 2
    assert "no model" in result.stderr


def bills(folder: Path) -> str:
    (folder / "mine.py").write_text(
        "from decimal import Decimal\n"
        "from pydantic import BaseModel\n"
        "class Bill(BaseModel):\n"
        "    total: Decimal | None = None\n",
        encoding="utf-8",
    )
    return f"{folder / 'mine.py'}:Bill"


def test_a_model_extracts_files_together_and_one_that_fails_fails_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, text in (("a", "Total: 5,00 €"), ("b", "Gift, Total: 5,00 €"), ("c", ""), ("d", "Total: 6,00 €")):
        (tmp_path / f"{name}.txt").write_text(text, encoding="utf-8")
    model = Chokes(total=["5,00 €", "6,00 €"])
    monkeypatch.setattr(Extractor, "load", lambda _folder, schema, **options: Extractor(schema, model, **options))
    schema = bills(tmp_path)

    def extract(*names: str) -> Result:
        files = [str(tmp_path / f"{name}.txt") for name in names]
        return run(app, ["extract", *files, "--schema", schema, "--model", str(tmp_path), "--json"])

    result = extract("a", "b", "c", "d")
    assert result.exit_code == 1
    lines = lines_of(result.stdout)
    assert [Path(line["file"]).stem for line in lines] == ["a", "b", "c", "d"]
    assert [line["error"]["code"] if "error" in line else line["extraction"]["value"]["total"] for line in lines] == [
        *("5.00", "model_error", "empty_file", "6.00")
    ]
    assert extract("a", "d").exit_code == 0
    assert max(model.together) == 2


@pytest.mark.parametrize("options", [["--least", "0.5"], ["--exhaustive"]])
def test_what_only_a_model_can_do_is_wrong_use_without_one(tmp_path: Path, options: list[str]) -> None:
    (tmp_path / "a.txt").write_text("Total: 5,00 €", encoding="utf-8")
    result = run(app, ["extract", str(tmp_path / "a.txt"), "--schema", bills(tmp_path), *options])
    assert result.exit_code == 2
    assert "->" in result.stderr


def test_an_extractor_whose_replacement_was_killed_is_put_back(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Total: 5,00 €", encoding="utf-8")
    for command in (
        ["extract", str(tmp_path / "a.txt"), "--schema", bills(tmp_path), "--model", str(tmp_path / "mine")],
        ["train", "extractor", str(tmp_path / "a.txt"), "--out", str(tmp_path / "out"), "--start", str(tmp_path / "mine")],
    ):
        (tmp_path / ".mine.old").mkdir()
        run(app, command)
        (tmp_path / "mine").rmdir()


def test_extract_with_a_schema_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(
        "from __future__ import annotations\n"
        "from datetime import date\n"
        "from pydantic import BaseModel, Field\n"
        "class Bill(BaseModel):\n"
        "    iban: str | None = Field(None, description='IBAN of the account to pay to')\n"
        "    due: date | None = None\n",
        encoding="utf-8",
    )
    (tmp_path / "bill.txt").write_text(
        "Bitte zahlen Sie auf das Konto IBAN DE89 3704 0044 0532 0130 00 der Bank.", encoding="utf-8"
    )
    result = run(app, ["extract", str(tmp_path / "bill.txt"), "--schema", f"{tmp_path / 'mine.py'}:Bill", "--json"])
    (line,) = lines_of(result.stdout)
    assert line["extraction"]["fields"]["iban"]["raw"] == "DE89 3704 0044 0532 0130 00"
