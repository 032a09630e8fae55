from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from benchmarks.scale import CHUNKS, DISK, READ, Corpus, quantity, size

ROOT = Path(__file__).parents[2]


def test_the_page_says_what_the_script_says() -> None:
    command = [sys.executable, "-m", "benchmarks.scale"]
    told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60, cwd=ROOT).stdout
    page = (ROOT / "docs" / "scale.md").read_text(encoding="utf-8")
    for table in told.strip().split("\n\n"):
        assert table in page


def test_sums_by_hand() -> None:
    rows = dict(Corpus(10_000, scans=0, pages_per_document=4, days=7).rows())
    assert rows["documents"] == "2,500"
    assert rows["reading, core hours"] == quantity(10_000 / READ.value / 3600)
    assert rows["index files"] == size(10_000 * CHUNKS.value * DISK.value)
    assert rows["OCR, core hours"] == "0"
    assert rows["done in 7 days: indexes, each with its writer"] == "1"


@pytest.mark.parametrize(
    ("number", "told"),
    [(0, "0"), (0.123, "0.12"), (3.0, "3"), (3.14, "3.1"), (26.4, "26"), (1234, "1,200"), (1e9, "1,000,000,000")],
)
def test_two_digits_count(number: float, told: str) -> None:
    assert quantity(number) == told
