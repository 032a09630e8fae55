from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from foyerdoc import storage
from foyerdoc.classification import adapter
from foyerdoc.classification.calibration import Calibration
from foyerdoc.evaluation.drawing import Axis, Series, chart
from foyerdoc.finetuning.classifier import HeldOut, TrainedClassifier
from foyerdoc.finetuning.data.examples import Example, document_of
from foyerdoc.finetuning.instruct import TrainedInstruct
from foyerdoc.finetuning.reporting.outcomes import Predicted
from foyerdoc.finetuning.reporting.report import write_classifier_report, write_instruct_report
from foyerdoc.finetuning.reporting.samples import Sample
from foyerdoc.finetuning.training.loop import History
from foyerdoc.taxonomy import Node, Taxonomy

HOSTILE = "<script>alert('x')</script> & \"quoted\""
SECRET = "the words of the document itself"
VOID = {"meta", "link", "br", "img", "hr"}


class Strict(HTMLParser):
    """Fails on tags that do not close; keeps tags, attributes and text."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []
        self.text: list[str] = []
        self.linked: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        self.linked += [value or "" for name, value in attrs if name in ("src", "href", "srcset", "action") or name[:2] == "on"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def parsed(path: Path) -> Strict:
    parser = Strict()
    parser.feed(path.read_text(encoding="utf-8"))
    parser.close()
    assert parser.open == []
    return parser


def trained(folder: Path, calibrated: bool) -> TrainedClassifier:
    """What a training could have come to, on labels and ids that mean harm."""
    labels = (HOSTILE, "claims")
    taxonomy = Taxonomy(name="t", categories=tuple(Node(name=name, description="d") for name in labels))
    random = np.random.default_rng(0)
    languages = ("fr", "de")
    examples = tuple(Example(f"<b>{i}</b>", document_of(SECRET, f"{i}", languages[i % 2]), (labels[i % 2],)) for i in range(40))
    truth = np.array([[1.5, 0.0] if i % 2 == 0 else [0.0, 1.5] for i in range(40)])
    part = HeldOut(examples, random.normal(size=(40, 2)), truth + random.normal(size=(40, 2)), np.zeros((40, 2)), 0.0)
    measures = {"documents": 40.0, "accuracy": 0.612, "macro_f1": 0.6, "category_accuracy": 0.612}
    evaluations = ({"loss": 0.9, "accuracy": 0.5}, {"loss": 0.7, "accuracy": 0.75})
    history = History(tuple(1 / n for n in range(1, 1001)), evaluations, 2, 12345, 7.0, ("went on after step 3",))
    calibration = Calibration.fit(part.scores, [e.path for e in examples], taxonomy) if calibrated else None
    folder.mkdir()
    about = {"config": {"base": "e5", "rank": 4}, "data": "ab12", "documents": 40, "versions": {"torch": "2.0"}}
    (folder / "training.json").write_text(json.dumps(about), encoding="utf-8")
    metrics = {"base": measures, "tuned": {**measures, "accuracy": 0.8375}}
    return TrainedClassifier(folder, taxonomy, part, calibration, metrics, {"validated": history}, ("a <i>note</i>",))


def test_a_report_has_all_figures_and_no_foreign_markup(tmp_path: Path) -> None:
    one = trained(tmp_path / "m", calibrated=True)
    shares = np.tile([0.9, 0.1], (40, 1))
    path = write_classifier_report(one, test=Predicted(one.taxonomy, one.held_out.examples, shares))
    assert path == tmp_path / "m" / "report.html"
    page, raw = parsed(path), path.read_text(encoding="utf-8")
    text = "\n".join(page.text)
    for expected in (
        "83.8%",
        "61.2%",
        "ab12",
        "rank",
        "torch",
        "12,345 tokens",
        "went on after step 3",
        "now right",
        "By language",
    ):
        assert expected in text, expected
    # Loss, held-out loss and accuracy; reliability and risk of the held-out and of the test documents.
    assert page.seen.count("svg") == 3 + 2 + 2
    assert HOSTILE in text
    assert "<b>1</b>" in text
    assert "script" not in page.seen
    assert "b" not in page.seen
    assert page.linked == []
    assert SECRET not in raw


def test_what_cannot_be_told_is_left_out(tmp_path: Path) -> None:
    text = "\n".join(parsed(write_classifier_report(trained(tmp_path / "m", calibrated=False))).text)
    assert "Too few documents were held out to calibrate" in text
    assert "was asked for" not in text
    assert "Test documents" not in text


def test_a_report_of_a_real_training_leaves_the_folder_whole(
    tiny_classifier: tuple[Path, object, object], tmp_path: Path
) -> None:
    folder, _, one = tiny_classifier
    text = "\n".join(parsed(write_classifier_report(one, path=tmp_path / "report.html")).text)
    assert f"{100 * one.metrics['base']['accuracy']:.1f}%" in text
    write_classifier_report(one)
    assert storage.open_folder(folder, kind=adapter.KIND, version=adapter.VERSION)
    (folder / "report.html").unlink()


def test_a_report_of_a_language_model(tmp_path: Path) -> None:
    (tmp_path / "training.json").write_text('{"conversations": 3}', encoding="utf-8")
    history = History((2.0, 1.0), ({"loss": 1.5, "answer_tokens": 9.0},), 1, 99, 1.0)
    one = TrainedInstruct(tmp_path, {"base": {"loss": 2.5}, "tuned": {"loss": 1.5}}, history, ())
    page = parsed(write_instruct_report(one, [Sample(HOSTILE, "wanted", "said before", "said after")]))
    text = "\n".join(page.text)
    assert all(part in text for part in (HOSTILE, "wanted", "said before", "said after", "2.5", "3 conversations"))
    assert "script" not in page.seen


def test_a_chart_draws_what_it_is_given() -> None:
    series = [Series("falling", [0, 1, 2], [4.0, float("nan"), 0.0]), Series("", [1], [2.0], "points")]
    svg, _, legend = chart("t <", Axis("x"), Axis("y", low=0), series).partition("</svg>")
    tree = ET.fromstring(svg + "</svg>")
    space = "{http://www.w3.org/2000/svg}"
    (line,) = tree.iter(f"{space}polyline")
    (first, last) = [tuple(map(float, point.split(","))) for point in line.attrib["points"].split()]
    (dot,) = tree.iter(f"{space}circle")
    assert first[0] < float(dot.attrib["cx"]) < last[0]
    assert first[1] < float(dot.attrib["cy"]) < last[1]  # down the page is down the scale
    assert float(dot.attrib["cy"]) == pytest.approx((first[1] + last[1]) / 2, abs=0.2)
    assert legend.count("<span>") == 1
    ticks = [text.text for text in tree.iter(f"{space}text")]
    assert {"0", "2", "4"} <= set(ticks)


def test_long_lines_are_thinned_and_keep_their_mean() -> None:
    svg = chart("t", Axis("x"), Axis("y", 0, 1), [Series("s", range(100_000), [0.25] * 100_000)]).partition("</svg>")[0]
    (line,) = ET.fromstring(svg + "</svg>").iter("{http://www.w3.org/2000/svg}polyline")
    places = line.attrib["points"].split()
    assert 100 < len(places) <= 400
    assert len({place.split(",")[1] for place in places}) == 1


@pytest.mark.parametrize("values", [[], [0.0], [1e-9, 1e-9], [1e12, 3e12], [float("inf")]])
def test_charts_of_odd_values(values: list[float]) -> None:
    svg = chart("t", Axis("x"), Axis("y"), [Series("s", range(len(values)), values)]).partition("</svg>")[0]
    assert "nan" not in svg
    assert ET.fromstring(svg + "</svg>") is not None
