"""How long an evaluation takes, without the model's own time: made gold and predictions, read, measured and drawn as a page.

    python -m benchmarks.evaluation_speed --items 10000

A third of the items are labels (150 classes, two levels), a third documents of six fields and a list, a third questions with
five hits. The second system differs, so that every comparison is made too. Nothing is kept.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
from rich.console import Console
from rich.table import Table

from foyerdoc.evaluation.gold import Gold
from foyerdoc.evaluation.measuring import evaluate
from foyerdoc.evaluation.predictions import read_predictions
from foyerdoc.evaluation.report import as_page

LABELS = [[f"category {i % 10}", f"label {i}"] for i in range(150)]
LANGUAGES = ("fr", "de", "en")


def who(draw: random.Random, kind: str, number: int) -> dict[str, Any]:
    language = draw.choice(LANGUAGES)
    return {
        "format": 1,
        "item": f"{kind}{number}",
        "annotator": "made",
        "document": f"{kind}-{number // 3}",
        "language": language,
    }


def label(draw: random.Random, number: int) -> tuple[dict[str, Any], Callable[[float], dict[str, Any]]]:
    true = draw.choice(LABELS)

    def said(skill: float) -> dict[str, Any]:
        path, sure = (true, draw.betavariate(8, 2)) if draw.random() < skill else (draw.choice(LABELS), draw.betavariate(4, 4))
        return {"item": f"label{number}", "path": path, "confidence": sure, "alternatives": [{"path": path, "score": sure}]}

    return {**who(draw, "label", number), "label": true}, said


def fields(draw: random.Random, number: int) -> tuple[dict[str, Any], Callable[[float], dict[str, Any]]]:
    kinds = ("date", "money", "name", "text", "identifier", "number")
    true: dict[str, Any] = {}
    for place, kind in enumerate(kinds):
        value = f"2026-05-{draw.randint(10, 28)}" if kind == "date" else str(draw.randint(10, 99))
        span = {"start": 20 * place, "end": 20 * place + 10}
        true[f"field {kind}"] = {"value": value, "type": kind, "span": span} if draw.random() < 0.8 else None
    for row in range(draw.randint(1, 4)):
        true[f"lines[{row}].amount"] = {"value": f"{draw.randint(1, 99)}.50", "type": "money"}

    def said(skill: float) -> dict[str, Any]:
        found = {}
        for path, truth in true.items():
            if draw.random() < skill:
                found[path] = {**(truth or {"value": None}), "confidence": draw.betavariate(8, 2)}
            else:
                found[path] = {"value": "2026-01-01", "confidence": draw.betavariate(4, 4)}
        return {"item": f"fields{number}", "extraction": {"fields": found}}

    return {**who(draw, "fields", number), "fields": true}, said


def question(draw: random.Random, number: int) -> tuple[dict[str, Any], Callable[[float], dict[str, Any]]]:
    base = who(draw, "question", number)
    answer = " ".join(f"word{draw.randint(0, 99)}" for _ in range(draw.randint(1, 6)))
    place = {"document": base["document"], "span": {"start": 0, "end": 30}}
    known = {"answers": [answer], "evidence": [place]} if draw.random() < 0.8 else {"answerable": False}

    def said(skill: float) -> dict[str, Any]:
        if draw.random() > skill:
            return {"item": f"question{number}", "text": "", "abstained": True}
        at = {"document_id": base["document"], "document_name": base["document"], "span": place["span"]}
        quote = {"number": 1, "chunk_id": "c", "page": None, "quote": answer, "boxes": [], "verified": True, "supported": True}
        chunk = {"id": "c", "document_id": "", "text": answer, "headings": [], "pages": [], "n_tokens": 9}
        first = draw.randint(0, 4)
        hits = [
            {
                "score": 1.0,
                "document_name": base["document"] if i == first else "other",
                "chunk": {**chunk, "span": place["span"]},
            }
            for i in range(5)
        ]
        sentence = {"text": f"A sentence: {answer}.", "citations": [1], "supported": True}
        return {
            "item": f"question{number}", "text": answer, "sentences": [sentence], "citations": [{**at, **quote}], "hits": hits,
        }  # fmt: skip

    return {**base, "question": f"question {number}?", **known}, said


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--items", type=int, default=10_000)
    items = parser.parse_args().items
    draw, console = random.Random(0), Console()
    gold, first, second = [], [], []
    for number in range(items):
        true, said = (label, fields, question)[number % 3](draw, number)
        gold.append(true)
        first.append(said(0.8))
        second.append(said(0.75))
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder, f"{name}.jsonl") for name in ("gold", "first", "second")]
        for path, lines in zip(files, (gold, first, second), strict=True):
            path.write_bytes(b"\n".join(map(orjson.dumps, lines)))
            lines.clear()  # what a user's process does not hold either
        times = [time.perf_counter()]
        read = Gold.read(files[0]), read_predictions(files[1]), read_predictions(files[2])
        times.append(time.perf_counter())
        one = evaluate(read[0], read[1])
        times.append(time.perf_counter())
        both = evaluate(read[0], read[1], against=read[2])
        times.append(time.perf_counter())
        page = as_page(both, {})
        times.append(time.perf_counter())
    table = Table("step", "seconds", title=f"{items:,} items, {len(one.sections)} kinds, 1,000 draws of documents")
    steps = (
        "read gold and two systems",
        "measure one system",
        "measure it against the other",
        f"draw the page ({len(page):,} bytes)",
    )
    for step, start, end in zip(steps, times, times[1:], strict=False):
        table.add_row(step, f"{end - start:.2f}")
    table.add_row("read, measure against the other, draw", f"{times[-1] - times[0] - (times[2] - times[1]):.2f}")
    console.print(table)


if __name__ == "__main__":
    main()
