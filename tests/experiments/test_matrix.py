"""Prompts by models by values, ChainForge's tables, and the page that shows them."""

import json
from dataclasses import replace
from io import BytesIO
from zipfile import ZipFile

import pytest
import yaml
from openpyxl import load_workbook
from typer.testing import CliRunner

from foyerdoc import prompts
from foyerdoc.cli import app
from foyerdoc.errors import UsageError
from foyerdoc.experiments import chainforge
from foyerdoc.experiments.grid import grid
from foyerdoc.experiments.matrix import Matrix, graded, table
from foyerdoc.experiments.response import Response
from foyerdoc.experiments.table import Results

TOLD = {
    "prompts": {"plain": "Say {word}.", "set": "{word} in JSON: \\{\\}"},
    "models": ["smollm2"],
    "rows": [{"word": "hail", "wanted": "hail"}, {"word": "storm", "wanted": "storm"}],
    "expected": "{wanted}",
    "quantization": "none",
    "max_tokens": 6,
}
RESPONSES = [
    Response("one", "plain", "Say hail.", "=hail()", {"word": "hail"}, {"wanted": "hail"}, {"f1": 1.0}),
    Response("two", "", "Say <b>storm</b>.", "storm " * 100, {"word": "<b>storm</b>"}),
]


def test_templates_are_filled_and_values_stay_values():
    assert prompts.variables("{a} and {b} and {a}, \\{c\\}") == ("a", "b")
    assert prompts.fill("{a}: {b} \\{c\\}", {"a": "{b}", "b": "x"}) == "{b}: x {c}"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"promts": {}}, "promts"),
        ({"prompts": {"p": "{colour}"}}, "'colour'"),
        ({"expected": "{truth}"}, "'truth'"),
        ({"metrics": ["charm"]}, "metrics"),
        ({"variables": {"size": []}}, "'size' has no value"),
        ({"variables": {"word": ["rain"]}}, "'word' is in rows and in variables"),
        ({"variables": {f"v{n}": list(range(10)) for n in range(9)}}, "2,000,000,000 combinations"),
    ],
)
def test_what_is_unknown_is_refused_by_name(change, says):
    with pytest.raises(UsageError, match=says):
        Matrix.of({**TOLD, **change})


def test_values_are_crossed_and_rows_stay_together():
    values = Matrix.of({**TOLD, "variables": {"tone": ["kind", "dry"]}}).values()
    assert len(values) == 4
    assert {(one["word"], one["wanted"]) for one in values} == {("hail", "hail"), ("storm", "storm")}


@pytest.mark.parametrize("ending", ["json", "xlsx"])
def test_responses_go_to_chainforge_and_back(tmp_path, ending):
    path = tmp_path / f"responses.{ending}"
    chainforge.write(RESPONSES, path)
    read = chainforge.read(path)
    assert [(one.model, one.template, one.prompt, one.text.strip(), one.variables, one.about) for one in read] == [
        (one.model, one.template, one.prompt, one.text.strip(), one.variables, one.about) for one in RESPONSES
    ]


def test_a_cell_says_where_the_whole_of_a_long_text_is(tmp_path):
    """Excel counts in UTF-16, so each of these is two characters to it."""
    fits, long = "\U0001f327" * 16_383, "\U0001f327" * 16_384
    responses = [Response("one", "plain", "Say rain.", text, {"word": "rain"}) for text in (fits, long)]
    for ending in ("json", "xlsx"):
        chainforge.write(responses, tmp_path / f"r.{ending}")
    assert [one.text for one in chainforge.read(tmp_path / "r.json")] == [fits, long]
    sheet = load_workbook(tmp_path / "r.xlsx").worksheets[0]
    assert sheet["C2"].value == fits
    cell = sheet["C3"].value
    assert cell.startswith("\U0001f327" * 16_000)
    assert "the whole text is in the .json" in cell
    assert len(cell.encode("utf-16-le")) <= 2 * 32_767
    with pytest.raises(UsageError, match="was cut"):
        chainforge.read(tmp_path / "r.xlsx")


def test_characters_that_no_sheet_can_hold(tmp_path):
    """Half a character and a control character, in a text and in a variable's name."""
    responses = [Response("one", "plain", "Say \ud83c.", "rain\0 \udf27", {"wo\0rd": "\ud83c"})]
    for ending in ("json", "xlsx"):
        chainforge.write(responses, tmp_path / f"r.{ending}")
    [read] = chainforge.read(tmp_path / "r.xlsx")
    assert (read.prompt, read.text, read.variables) == ("Say \ufffd.", "rain \ufffd", {"word": "\ufffd"})
    assert chainforge.read(tmp_path / "r.json")[0].text == responses[0].text
    assert grid(responses, "prompts")


def test_the_files_have_chainforges_names(tmp_path):
    chainforge.write(RESPONSES, tmp_path / "r.xlsx")
    sheet = load_workbook(tmp_path / "r.xlsx").worksheets[0]
    head = [cell.value for cell in sheet[1]]
    assert head[:5] == ["LLM", "Prompt", "Response", "Response Batch Id", "Var: word"]
    assert {"Eval result: f1", "Metavar: wanted"} <= set(head)
    assert sheet["C2"].data_type == "s"
    chainforge.write(RESPONSES, tmp_path / "r.json")
    one = json.loads((tmp_path / "r.json").read_bytes())[0]
    assert one["responses"] == ["=hail()"]
    assert one["eval_res"] == {"items": [{"f1": 1.0}], "dtype": "KeyValue_Numeric"}


def _spoilt() -> bytes:
    """A spreadsheet whose sheet is no XML."""
    made, content = chainforge._to_sheet(RESPONSES), BytesIO()
    with ZipFile(BytesIO(made)) as old, ZipFile(content, "w") as new:
        for name in old.namelist():
            new.writestr(name, b"<sheet" if "sheet1" in name else old.read(name))
    return content.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.json", b"{}", "no list"),
        ("a.json", b'[{"prompt": "p"}]', "something else"),
        ("a.json", b'[{"llm": {"name": "m"}, "vars": {}, "prompt": "p", "responses": [{"t": "img"}]}]', "something else"),
        ("a.json", b"[" * 100_000, "something else"),
        ("a.xlsx", b"PK", "no spreadsheet"),
        ("a.xlsx", _spoilt(), "no spreadsheet"),
        ("a.cforge", b"{}", "neither"),
    ],
)
def test_other_files_are_refused(tmp_path, name, content, says):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UsageError, match=says):
        chainforge.read(tmp_path / name)


def test_a_response_is_graded_against_its_own_values():
    matrix = Matrix.of(TOLD)
    assert graded(matrix, RESPONSES[0]).grades == {"exact_match": 1.0, "f1": 1.0, "contains": 1.0}
    assert graded(matrix, RESPONSES[1]).grades == {}


def test_the_page_shows_everything_and_loads_nothing():
    page = grid(RESPONSES, "prompts").decode()
    assert "&lt;b&gt;storm&lt;/b&gt;" in page
    assert "<b>" not in page
    assert "<details>" in page
    assert "<script" not in page
    assert not [mark for mark in ("http:", "https:", "src=", "href=", "url(") if mark in page]


def test_the_command_asks_everything_and_keeps_it(tmp_path):
    path = tmp_path / "matrix.yaml"
    longest = replace(RESPONSES[0], text="hail " * 10_000)
    chainforge.write([longest], tmp_path / "other.json")
    path.write_text(yaml.safe_dump({**TOLD, "responses": ["other.json"]}))
    out = tmp_path / "out"
    result = CliRunner().invoke(app, ["sweep", str(path), "--out", str(out), "--json"])
    assert result.exit_code == 0, result.output
    responses = chainforge.read(out / "responses.json")
    assert [(one.model, one.template) for one in responses] == [("smollm2", "plain")] * 2 + [("smollm2", "set")] * 2 + [
        ("one", "plain")
    ]
    assert responses[-1].text == longest.text
    results = Results.read(out)
    assert set(results.factors) == {"prompt", "model"}
    assert len(results.rows) == 5
    assert (out / "grid.html").stat().st_size > 500
    assert table(Matrix.of(TOLD), []).rows == ()
