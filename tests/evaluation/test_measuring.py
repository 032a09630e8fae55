"""A whole evaluation: figures, slices, people, another system, the page and the commands."""

from __future__ import annotations

import html.parser
import json
import math
import re
from pathlib import Path
from typing import Any

import orjson
import pytest
from typer.testing import CliRunner

from foyerdoc.cli import app
from foyerdoc.errors import GoldError, by_code
from foyerdoc.evaluation.gold import Gold
from foyerdoc.evaluation.measuring import Evaluation, evaluate
from foyerdoc.evaluation.mistakes import worst
from foyerdoc.evaluation.predictions import read_predictions
from foyerdoc.evaluation.report import as_page, as_record
from foyerdoc.results import Prediction

LABELS = (["claims", "glass"], ["claims", "fire"], ["policy", "change"])


def label(item: int, path: object, annotator: str, **more: object) -> dict[str, Any]:
    language = ("fr", "de")[item % 2]
    base = {"format": 1, "item": f"i{item}", "annotator": annotator, "document": f"d{item}.txt", "language": language}
    return {**base, "label": path, **more}


def fields(item: int, total: str | None) -> dict[str, Any]:
    truth = None if total is None else {"value": total, "type": "money", "raw": total, "span": {"start": 6, "end": 11}}
    base = {"format": 1, "item": f"i{item}", "annotator": "judge", "adjudicated": True, "document": f"d{item}.txt"}
    return {**base, "fields": {"total": truth}}


def asked(item: int) -> dict[str, Any]:
    place = {"document": f"d{item}.txt", "span": {"start": 6, "end": 11}}
    known = {"answers": ["10.00"], "evidence": [place]} if item % 3 else {"answerable": False}
    return {"format": 1, "item": f"q{item}", "annotator": "judge", "question": f"What of {item}?", **known}


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """30 items: the first system has 24 labels right, anna 27, ben 6; the second system 12."""
    lines: dict[str, list[dict[str, Any]]] = {"gold": [], "first": [], "second": []}
    for i in range(30):
        true, other = LABELS[i % 3], LABELS[(i + 1) % 3]
        lines["gold"] += [
            label(i, true, "judge", adjudicated=True),
            label(i, true if i % 10 else other, "anna"),
            label(i, true if i % 5 == 1 else other, "ben"),
            fields(i, "10.00" if i % 2 else None),
            asked(i),
        ]
        lines["first"] += [
            {"file": f"x/d{i}.txt", "path": true if i % 5 else other, "confidence": 0.9 if i % 5 else 0.6},
            {
                "file": f"x/d{i}.txt",
                "extraction": {"fields": {"total": {"value": "10.00", "span": {"start": 6, "end": 11}, "confidence": 0.8}}},
            },
            {"question": f"What of {i}?", "text": "It is 10.00", "abstained": False},
        ]
        lines["second"] += [{"item": f"i{i}", "path": true if i % 5 < 2 else other}]
    folder = tmp_path / "texts"
    folder.mkdir()
    for i in range(30):
        (folder / f"d{i}.txt").write_text(f"Total 10.00 <b>{'x' * i}</b>")
    found = {"texts": folder}
    for name, records in lines.items():
        found[name] = tmp_path / f"{name}.jsonl"
        found[name].write_bytes(b"\n".join(map(orjson.dumps, records)))
    return found


@pytest.fixture
def texts(files: dict[str, Path]) -> dict[str, str]:
    return {path.name: path.read_text() for path in files["texts"].iterdir()}


@pytest.fixture
def found(files: dict[str, Path], texts: dict[str, str]) -> Evaluation:
    first, second = read_predictions(files["first"]), read_predictions(files["second"])
    return evaluate(Gold.read(files["gold"], texts), first, against=second, documents=texts, draws=300)


def section(found: Evaluation, name: str) -> Any:
    return next(one for one in found.sections if one.name == name)


def test_every_kind_is_measured(found: Evaluation) -> None:
    assert section(found, "labels").figures["accuracy"].value == 24 / 30
    assert section(found, "fields").figures["precision"].value == 1 / 2
    assert section(found, "fields").figures["invented_rate"].value == 1.0
    assert section(found, "questions").figures["holds"].value == 1.0
    assert section(found, "questions").figures["answered_unanswerable"].value == 1.0
    assert found.unknown == 0
    assert found.figure("accuracy")[0].value == 24 / 30
    assert found.figure("fields.f1")[1] == "higher"
    with pytest.raises(KeyError):
        found.figure("f1")  # of fields, or of answers?


def test_the_system_stands_beside_people(found: Evaluation) -> None:
    people = {one.annotator: one for one in section(found, "labels").people}
    assert {who: one.figures["accuracy"].value for who, one in people.items()} == {
        "anna": pytest.approx(27 / 30), "ben": pytest.approx(6 / 30), "everyone": pytest.approx(33 / 60),
    }  # fmt: skip
    assert people["anna"].beside["accuracy"].value == pytest.approx(-3 / 30)
    assert people["ben"].standing("accuracy") == "above"
    assert people["everyone"].figures["accuracy"].documents == 30
    assert [one.what for one in found.agreement] == ["label", "category"]
    assert found.agreement[0].share == pytest.approx(sum((i % 10 > 0) == (i % 5 == 1) for i in range(30)) / 30)


def test_another_system_is_compared_on_the_same_items(found: Evaluation) -> None:
    against = section(found, "labels").against
    assert against.figures["accuracy"].value == pytest.approx(12 / 30)
    assert against.figures["accuracy"].verdict == "better"
    assert (against.items.only_first, against.items.only_second) == (18, 6)
    # The other system has said nothing of fields: what it misses is its own.
    assert section(found, "fields").against.figures["recall"].value == 1.0


def test_slices_are_by_language_category_length_and_field(found: Evaluation) -> None:
    labels = section(found, "labels")
    assert set(labels.slices) == {"language", "category", "length"}
    assert {name: one["accuracy"].items for name, one in labels.slices["language"].items()} == {"de": 15, "fr": 15}
    assert labels.slices["category"]["policy"]["accuracy"].items == 10
    assert sum(one["accuracy"].items for one in labels.slices["length"].values()) == 30
    assert section(found, "fields").slices["field"]["total"]["f1"].value == section(found, "fields").figures["f1"].value


def test_what_is_disputed_or_unsaid_is_said(files: dict[str, Path]) -> None:
    gold = Gold.read(files["gold"])
    unsettled = Gold(tuple(one for one in gold.annotations if not one.adjudicated and one.kind == "label"))
    few = read_predictions(files["first"])[:3]
    found = evaluate(unsettled, few, draws=20)
    disputed = {f"i{i}" for i in range(30) if (i % 10 > 0) != (i % 5 == 1)}
    assert set(found.sections[0].disputed) == disputed
    assert found.sections[0].unsaid == 30 - len(disputed) - ("i0" not in disputed)
    # One of the three lines speaks of fields, which this gold does not have; the disputed one is no stranger.
    assert found.unknown == sum(line.result is not None and not isinstance(line.result, Prediction) for line in few)
    assert evaluate(gold, few[:1], draws=20).unasked == ("fields", "questions")
    with pytest.raises(GoldError, match="say nothing"):
        evaluate(gold, [], draws=20)


def test_the_worst_mistakes_stand_first_with_their_passages(found: Evaluation, texts: dict[str, str]) -> None:
    mistakes = worst(section(found, "fields"), texts)
    assert len(mistakes) == 15
    assert (mistakes[0].what, mistakes[0].true, mistakes[0].said, mistakes[0].confidence) == (
        "invented: total", "none", "10.00", 0.8,
    )  # fmt: skip
    assert (mistakes[0].before, mistakes[0].marked) == ("Total ", "10.00")
    wrong = worst(section(found, "labels"), texts, 2)
    assert [one.confidence for one in wrong] == [0.6, 0.6]
    invented = worst(section(found, "questions"), {})
    assert {one.what.partition(":")[0] for one in invented} == {"invented"}


class Page(html.parser.HTMLParser):
    """Which tags a page has, and whether each is closed where it should be."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in {"meta", "br"}:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_whole_loads_nothing_and_escapes_documents(found: Evaluation, texts: dict[str, str]) -> None:
    text = as_page(found, texts).decode()
    page = Page()
    page.feed(text)
    assert page.open == []
    tags = {tag for tag, _ in page.seen}
    assert {"svg", "table", "mark", "rect", "polyline"} <= tags
    assert tags.isdisjoint({"script", "link", "img", "iframe", "b"})
    assert not [value for _, some in page.seen for name, value in some.items() if name in {"src", "href"}]
    assert not re.findall(r"https?://(?!www\.w3\.org/2000/svg)", text)
    assert "&lt;b&gt;" in text
    assert "0.800 (" in text


def test_the_record_has_the_same_figures(found: Evaluation, texts: dict[str, str]) -> None:
    from foyerdoc.cli.app import as_json

    record = json.loads(orjson.dumps(as_json(as_record(found, texts))))
    assert record["labels"]["figures"]["accuracy"]["value"] == 24 / 30
    assert record["labels"]["people"][-1]["annotator"] == "everyone"
    assert record["labels"]["against"]["figures"]["accuracy"]["verdict"] == "better"
    assert sum(map(sum, record["labels"]["confusion"]["counts"])) == 30
    assert record["fields"]["outcomes"]["total"]["invented"] == 15
    assert record["labels"]["risk_coverage"][-1] == [1.0, pytest.approx(0.2)]
    assert sum(one["count"] for one in record["labels"]["reliability"]) == 30
    assert record["gold"] == found.gold


# --- commands --------------------------------------------------------------------------------------------------------


def run(*words: object) -> Any:
    return CliRunner().invoke(app, [str(word) for word in words])


def test_evaluate_prints_writes_a_page_and_holds_limits(files: dict[str, Path], tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    shown = ("--documents", files["texts"], "--report", page)
    result = run(
        "evaluate", files["gold"], files["first"], "--against", files["second"], *shown,
        "--fail-under", "accuracy=0.79", "--fail-under", "labels.ece=0.2",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert "0.800" in result.stdout
    assert page.read_bytes().startswith(b"<!DOCTYPE html>")
    under = run("evaluate", files["gold"], files["first"], "--fail-under", "accuracy=0.81", "--json")
    assert under.exit_code == 1
    assert "accuracy is 0.800" in under.stderr
    assert json.loads(under.stdout)["labels"]["items"] == 30
    assert run("evaluate", files["gold"], files["first"], "--fail-under", "labels.ece=0.01").exit_code == 1
    for wrong in ("nothing=1", "accuracy", "f1=0.1", "accuracy=nan", "accuracy=inf", "=0.5"):
        assert run("evaluate", files["gold"], files["first"], "--fail-under", wrong).exit_code == 2


def test_what_cannot_be_written_is_one_line(files: dict[str, Path], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = run("evaluate", files["gold"], files["first"], "--report", tmp_path / "file" / "page.html")
    assert (result.exit_code, result.stderr.count("error:")) == (1, 1)
    assert "file" in result.stderr
    assert isinstance(result.exception, SystemExit)


def test_malformed_gold_is_refused_by_every_command(files: dict[str, Path], tmp_path: Path) -> None:
    bad = tmp_path / "bad.jsonl"
    bad.write_text('{"format": 1, "item": "a", "annotator": "b", "label": ["x"]}\n{"format": 1, "label": 3}\n')
    for words in (
        ("evaluate", bad, files["first"]),
        ("evaluate", files["gold"], bad),
        ("gold", "agreement", bad),
        ("gold", "export", bad, tmp_path / "out.json"),
    ):
        result = run(*words)
        assert result.exit_code == 2, words
        assert "bad.jsonl, line" in result.stderr
    result = run("gold", "check", bad)
    assert result.exit_code == 1
    assert "bad.jsonl, line 2" in result.stderr
    assert by_code("gold_error") is GoldError


def test_gold_check_counts_and_finds_spans_that_do_not_stand(files: dict[str, Path], tmp_path: Path) -> None:
    good = run("gold", "check", files["gold"], "--documents", files["texts"], "--json")
    assert good.exit_code == 0, good.output
    record = json.loads(good.stdout)
    assert record["kinds"]["label"] == {"items": 30, "annotations": 90, "adjudicated": 30}
    assert record["annotators"] == ["anna", "ben", "judge"]
    assert record["version"] == Gold.read(files["gold"]).version
    (files["texts"] / "d1.txt").write_text("Total 99.00")
    moved = run("gold", "check", files["gold"], "--documents", files["texts"])
    assert moved.exit_code == 1
    assert "total do not stand" in moved.stderr
    (files["texts"] / "more").mkdir()
    (files["texts"] / "more" / "d1.txt").write_text("Another text")
    assert run("gold", "check", files["gold"], "--documents", files["texts"]).exit_code == 2


def test_gold_agreement(files: dict[str, Path], tmp_path: Path) -> None:
    result = run("gold", "agreement", files["gold"])
    assert result.exit_code == 0
    assert "anna and ben: kappa" in result.stdout
    told = [json.loads(line) for line in run("gold", "agreement", files["gold"], "--json").stdout.splitlines()]
    assert [one["what"] for one in told] == ["label", "category"]
    assert not math.isnan(told[0]["alpha"])
    alone = tmp_path / "alone.jsonl"
    alone.write_bytes(orjson.dumps(label(1, None, "anna")))
    assert run("gold", "agreement", alone).exit_code == 2
