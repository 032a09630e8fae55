"""The docs' python runs, page by page; commands, options, names and the tree that they show are the real ones."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
import typer.main

import foyerdoc as fd
from foyerdoc.cli import app
from foyerdoc.demo import folder

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
NOT_RUN = "<!-- not run: "
FENCED = re.compile(r"(?P<above>[^\n]*)\n```python\n(?P<code>.*?)```", re.DOTALL)

CODE = re.compile(r"^```\w*\n(.*?)^```|^ {4}([^\n]*)$|`([^`\n]+)`", re.DOTALL | re.MULTILINE)


def snippets(page: Path) -> list[str]:
    return [m["code"] for m in FENCED.finditer(page.read_text(encoding="utf-8")) if not m["above"].startswith(NOT_RUN)]


PAGES = sorted(page.name for page in DOCS.glob("*.md") if snippets(page))


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, embedder: object) -> Path:
    """A folder with the files that the docs speak of, where every embedder is the one that is loaded already."""
    monkeypatch.setattr("foyerdoc.embedding.SentenceEmbedder", lambda: embedder)
    monkeypatch.chdir(tmp_path)
    policy = folder() / "documents" / "CG-Habitation-2026.pdf"
    for name in ("letter.pdf", "policy.pdf", "upload.bin"):
        shutil.copy(policy, tmp_path / name)
    shutil.copy(folder() / "taxonomy.json", tmp_path)
    with fd.Index.open("mailbox.index", embedder=embedder) as index:
        index.add([fd.clean(fd.read(policy))])
    return tmp_path


@pytest.mark.parametrize("name", PAGES)
def test_the_python_of_a_page_runs(name: str, desk: Path) -> None:
    page = DOCS / name
    names: dict[str, object] = {"__name__": "page"}
    for code in snippets(page):
        # As a file of its own: this module's future imports are not the page's.
        exec(compile(code, name, "exec", dont_inherit=True), names)


def test_lines_are_no_longer_than_those_of_code() -> None:
    wide = [
        (page.name, line[:60])
        for page in DOCS.glob("*.md")
        for line in re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE).splitlines()
        if len(line) > 128 and not line.startswith("|")
    ]
    assert not wide


def test_python_that_is_not_run_says_why() -> None:
    blocks = [(page.name, m["above"]) for page in DOCS.glob("*.md") for m in FENCED.finditer(page.read_text(encoding="utf-8"))]
    marked = [above for _, above in blocks if above.startswith(NOT_RUN)]
    assert len(blocks) > len(marked)
    assert all(len(above) > len(NOT_RUN) + 10 for above in marked)


def commands() -> dict[str, set[str]]:
    """Every command with its options as they are typed."""
    found: dict[str, set[str]] = {}
    pending = [("", typer.main.get_command(app))]
    while pending:
        name, command = pending.pop()
        inner = getattr(command, "commands", {})
        pending += [(f"{name} {one}".strip(), sub) for one, sub in inner.items()]
        if not inner or command.invoke_without_command:
            found[name] = {o for p in command.params for o in (*p.opts, *p.secondary_opts) if o.startswith("-")}
    return found


def test_the_page_of_commands_is_complete() -> None:
    page = (DOCS / "command-line.md").read_text(encoding="utf-8")
    for command, options in commands().items():
        assert re.search(rf"^\| `{command}[` ]", page, re.MULTILINE), command
        # Defaults need no naming, and --index of `chat` stands under `ask`.
        missing = {option for option in options - {"--cleaned"} if f"`{option}" not in page}
        assert not missing, command


def test_commands_in_the_docs_exist() -> None:
    known, seen = commands(), set()
    for page in (ROOT / "README.md", *DOCS.glob("*.md")):
        text = page.read_text(encoding="utf-8")
        shown = "\n".join(map("".join, CODE.findall(text)))
        for line in re.findall(r"^foyerdoc ([a-z].*)", shown, re.MULTILINE):
            words = line.partition("#")[0].split()
            name = next((n for n in (" ".join(words[:3]), " ".join(words[:2]), words[0]) if n in known), None)
            assert name is not None or words[0] in {n.split()[0] for n in known}, (page.name, line)
            seen.add(name)
            options = {word for word in words if word.startswith("-")}
            assert name is None or options <= known[name], (page.name, line)
    assert len(seen) > 5


def test_modules_and_targets_in_the_docs_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for page in (ROOT / "README.md", *DOCS.glob("*.md")):
        text = page.read_text(encoding="utf-8")
        for place in re.findall(r"`((?:reading|index|extraction|models|chunking|cleaning|tests|benchmarks)/[\w/]+\.py)`", text):
            assert (ROOT / place).is_file() or (ROOT / "src/foyerdoc" / place).is_file(), (page.name, place)
        for target in re.findall(r"`make ([a-z-]+)", text):
            assert target in targets, (page.name, target)


def test_the_tree_in_the_design_is_the_real_one() -> None:
    drawn = re.search(r"^src/foyerdoc/\n(.*?)```", (DOCS / "design.md").read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    assert drawn is not None
    shown = {name for line in drawn[1].splitlines() for name in re.findall(r"(?<!\S)\w+(?:/|\.py)(?!\S)", line)}
    real = {f"{p.name}/" if p.is_dir() else p.name for p in (ROOT / "src/foyerdoc").iterdir() if not p.name.startswith("_")}
    assert shown == {name for name in real if name.endswith(("/", ".py"))}
