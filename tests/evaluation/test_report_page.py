"""The report in a real browser: opened from disk it asks for nothing, complains of nothing, and fits the screen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from foyerdoc.documents import Span
from foyerdoc.evaluation.gold import Evidence, FieldsAnnotation, Gold, LabelAnnotation, QuestionAnnotation, Truth
from foyerdoc.evaluation.measuring import evaluate
from foyerdoc.evaluation.predictions import Said
from foyerdoc.evaluation.report import as_page
from foyerdoc.results import Alternative, Answer, Extraction, FieldValue, Fingerprint, Prediction, Sentence

MADE = Fingerprint("m")
EVIL = '<img src=x onerror="document.title=1"></td></table><script>document.title=1</script>'


def _evaluated() -> tuple[Any, dict[str, str]]:
    """Thirty documents, two annotators and an adjudicator; the system is sometimes wrong and always sure."""
    labels = [("claims", "glass"), ("claims", EVIL), ("letters", "complaint")]
    annotations: list[Any] = []
    said: list[Said] = []
    texts = {}
    for i in range(30):
        name, true = f"{i:02} {EVIL}.txt", labels[i % 3]
        texts[name] = f"Total {i}.00 EUR 😀 {EVIL}"
        about = {"item": name, "document": name, "language": ("fr", "de")[i % 2]}
        for who, label in (("anna", true), (EVIL, labels[(i + (i % 7 == 0)) % 3])):
            annotations.append(LabelAnnotation(annotator=who, label=label, **about))
        annotations.append(LabelAnnotation(annotator="carla", adjudicated=True, label=true, **about))
        total = Truth(f"{i}.00", "money", f"{i}.00 EUR", Span(6, 6 + len(f"{i}.00 EUR")))
        annotations.append(FieldsAnnotation(annotator="anna", fields={"total": total, "iban": None}, **about))
        guess = labels[(i + (i % 4 == 0)) % 3]
        sure = 0.5 + i / 61
        alternatives = (Alternative(guess, sure), Alternative(labels[(i + 2) % 3], 1 - sure))
        said.append(Said((name,), Prediction(guess, sure, alternatives, "accepted", (), MADE)))
        value = FieldValue("7.00" if i % 5 == 0 else total.value, total.raw, total.span, (), sure, "found")
        said.append(Said((name,), Extraction(None, {"total": value}, (), MADE)))
        question = f"How much is {i}? {EVIL}"
        evidence = (Evidence(name, total.span, total.raw),)
        annotations.append(
            QuestionAnnotation(item=f"q{i}", annotator="anna", question=question, answers=(f"{i}.00",), evidence=evidence)
        )
        answer = Answer(f"{i}.00", (Sentence(f"{i}.00", (), supported=True),), (), i % 6 == 0, None, (), (), (), MADE)
        said.append(Said((question,), answer))
    return evaluate(Gold(tuple(annotations)), said, documents=texts, draws=50), texts


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_bytes(as_page(*_evaluated()))
    return path


@pytest.mark.parametrize("width", [1280, 360])
def test_the_report_opens_from_disk_and_loads_nothing(visit: Callable[..., Any], report: Path, width: int) -> None:
    page = visit(report, viewport={"width": width, "height": 800})
    assert page.title() == "Evaluation"
    assert page.locator("script, img, link, iframe, [onerror]").count() == 0
    assert page.evaluate("document.scrollingElement.scrollWidth") <= width
    headings = page.locator("h2").all_inner_texts()
    assert {"Labels", "Fields", "Questions"} <= set(headings)
    sizes = page.eval_on_selector_all("svg", "all => all.map((one) => [one.clientWidth, one.clientHeight])")
    assert len(sizes) >= 3
    assert all(w > 200 and h > 50 for w, h in sizes)
    assert page.locator("svg").first.get_attribute("role") == "img"
    # What is hostile is shown as it is.
    assert EVIL in page.inner_text("body")
