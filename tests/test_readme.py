"""The README's sketch runs and prints what the README says it prints."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import pytest

README = Path(__file__).parents[1] / "README.md"


def fenced(after: str) -> str:
    return re.search(rf"{re.escape(after)}\n```\w*\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)[1]


def test_the_sketch_runs_and_prints_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, embedder: object) -> None:
    code = fenced("<!-- tests/test_readme.py runs this -->")
    assert len([line for line in code.splitlines() if line.strip()]) <= 15
    monkeypatch.chdir(tmp_path)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code, "README.md", "exec"), {"__name__": "sketch"})
    assert printed.getvalue().split() == fenced("<!-- printed -->").split()


def test_every_file_that_the_docs_link_to_exists() -> None:
    pages = [README, *README.parent.glob("docs/*.md")]
    links = [(page, target) for page in pages for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8"))]
    missing = [(page.name, target) for page, target in links if "://" not in target and not (page.parent / target).exists()]
    assert len(links) > 10
    assert not missing
