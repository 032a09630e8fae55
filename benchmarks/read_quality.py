"""How much of a document's text the reader gets, in what order and how often: against docling's reviewed markdown.

    python benchmarks/read_quality.py DATA_DIR [--formats docx,html] [--unstructured] [--json FILE]

DATA_DIR holds ingest/docling/<format>/{sources,groundtruth}. Measured per file, on lower-case word tokens:

recall      share of the reference's tokens (a multiset) that stand in `Document.text`
precision   share of the text's tokens that stand in the reference
order       longest common subsequence of the two token lists, over the shorter one
duplicates  tokens of the text beyond what the reference has of them, counted only for those it has, over all tokens

The reference is markdown, so its syntax is taken off first, and only that: escapes, emphasis, image and other
comments, addresses of links, list and heading marks, boxes of tasks, table frames, and LaTeX commands within `$...$`.
Markdown writes a merged cell once per column and row that it covers, where a document holds it once: equal cells side by
side or one above the other in a reference table are counted once (not for CSV, which has no merged cells). Numbers that a
list gives its items by itself ("1.", "2.3.1.") are taken off too, but not for DOCX: there they are part of the text, like
those of headings.

With --unstructured, the same files are read by unstructured in the same run, for comparison (recall and duplicates).
"""

from __future__ import annotations

import argparse
import html
import json
import re
import statistics
import sys
import time
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path

from rapidfuzz.distance import LCSseq

from foyerdoc.documents import Document
from foyerdoc.errors import FoyerdocError
from foyerdoc.reading.parsing import parse

FORMATS = ("docx", "html", "pptx", "xlsx", "md", "csv", "odf", "pdf")
WORD = re.compile(r"[^\W_]+")
SEPARATOR = re.compile(r"^\|?(?:\s*:?-+:?\s*\|)+\s*(?::?-+:?\s*)?$")

# Why a file falls short, found by looking at it; the list is part of the result.
REASONS = {
    "formatting.html": "the reference sets H2O, x2 and the like apart (H 2 O); the page does not",
    "html_rich_table_cells.html": "the reference sets H2O apart (H 2 O)",
    "html_code_snippets.html": "the page has no space between a word of code and the next (doclingfrom)",
    "docx_rich_cells.docx": "the reference sets H2O and x2 apart",
    "omml_multi_equation_paragraph.docx": "LaTeX in the reference, linear formulas in the text: letters run together",
    "table_with_equations.docx": "LaTeX in the reference, linear formulas in the text: letters run together",
    "equations.docx": "LaTeX in the reference, linear formulas in the text: letters run together",
    "right_to_left_01.pdf": "a space between Latin and Arabic words is missing where the file draws none",
    "right_to_left_02.pdf": "fonts that map letters to others; the reference parts words at their stretched joins",
    "drawingml.docx": "the reference names the kind of a chart (Line chart), which the file does not show",
}


@dataclass(frozen=True)
class Score:
    file: str
    recall: float
    precision: float
    order: float
    duplicates: float
    tokens: int
    seconds: float
    peer_recall: float | None = None
    peer_duplicates: float | None = None


def reference_tokens(markdown: str, *, merged_cells: bool = True, numbers: bool = False) -> list[str]:
    """The word tokens that a reader of the rendered markdown sees; equal neighbouring cells once, where cells can be merged."""
    mark = r"^(\s*(?:>\s*)*)(?:[-*+]\s+)?" + ("" if numbers else r"(?:(?:\d+\.)+\s)?")
    text = re.sub(r"<!--.*?-->|\[[ x]\]", " ", markdown, flags=re.DOTALL)
    text = re.sub(r"\$\$?(.+?)\$\$?", lambda m: plain_latex(m.group(1)), text, flags=re.DOTALL)
    tokens: list[str] = []
    above: list[str] = []
    fenced = False
    for line in text.split("\n"):
        if line.lstrip().startswith("```"):
            fenced = not fenced
            continue
        if not fenced and SEPARATOR.match(line.strip()):
            continue
        if not fenced and line.lstrip().startswith("|"):
            cells = [shown(cell) for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))]
            kept = [c for i, c in enumerate(cells) if not (i and c == cells[i - 1]) and not (i < len(above) and above[i] == c)]
            kept, above = (kept, cells) if merged_cells else (cells, [])
            tokens += words(" ".join(kept))
            continue
        above = []
        tokens += words(line if fenced else shown(re.sub(mark, "", line)))
    return tokens


def shown(line: str) -> str:
    line = re.sub(r"!?\[((?:[^\[\]]|\[[^\[\]]*\])*)\]\((?:[^()\s]|\([^()]*\))*(?:\s+\"[^\"]*\")?\)", r"\1", line)
    line = re.sub(r"<(https?://[^>]+|mailto:[^>]+)>", r"\1", line)
    line = re.sub(r"</?[a-z]+>", " ", line)
    line = html.unescape(re.sub(r"\\([\\`*_{}\[\]()#+\-.!|<>~&$])", r"\1", line))
    return re.sub(r"\*\*|~~|(?<!\w)[*_]+|[*_]+(?!\w)|`", "", line)


def plain_latex(formula: str) -> str:
    formula = re.sub(r"\\(sin|cos|tan|log|ln|exp|lim|max|min)\b", r"\1 ", formula)
    formula = re.sub(r"\\(?:text|mathrm|operatorname)\s*\{([^}]*)\}", r"\1", formula)
    return re.sub(r"\\[a-zA-Z]+|[{}^_&\\]", " ", formula)


def words(text: str) -> list[str]:
    return WORD.findall(text.lower())


def compare(found: list[str], reference: list[str]) -> tuple[float, float, float, float]:
    have, want = Counter(found), Counter(reference)
    common = sum((have & want).values())
    extra = sum(count - want[token] for token, count in have.items() if token in want and count > want[token])
    shorter = min(len(found), len(reference))
    return (
        common / len(reference) if reference else 1.0,
        common / len(found) if found else float(not reference),
        LCSseq.similarity(found, reference) / shorter if shorter else 1.0,
        extra / len(found) if found else 0.0,
    )


def ask_peer(path: Path) -> list[str]:
    from foyerdoc.reading.secondopinion import prepare

    prepare()
    from unstructured.partition.auto import partition

    try:
        return words("\n".join(element.text for element in partition(str(path), languages=[""])))
    except Exception as error:  # noqa: BLE001  a peer that fails has read nothing
        print(f"  unstructured: {path.name}: {type(error).__name__}", file=sys.stderr)
        return []


def score(path: Path, truth: Path, kind: str, *, peer: bool) -> Score | str:
    started = time.perf_counter()
    try:
        document: Document = parse(path.read_bytes(), path.name)
    except FoyerdocError as error:
        return error.code
    seconds = time.perf_counter() - started
    reference = reference_tokens(truth.read_text(encoding="utf-8"), merged_cells=kind != "csv", numbers=kind == "docx")
    found = words(document.text)
    measured = compare(found, reference)
    peer_recall = peer_duplicates = None
    if peer:
        peer_recall, _, _, peer_duplicates = compare(ask_peer(path), reference)
    return Score(path.name, *measured, len(reference), seconds, peer_recall, peer_duplicates)


def pairs(folder: Path) -> list[tuple[Path, Path]]:
    sources = folder / "sources"
    found = []
    for truth in sorted((folder / "groundtruth").glob("*.md")):
        name = truth.name.removesuffix(".md")
        # References of PDFs are named without the source's extension.
        candidates = (sources / name, sources / f"{name}.{folder.name}")
        found += [(source, truth) for source in candidates if source.is_file()][:1]
    return found


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--formats", default=",".join(FORMATS))
    parser.add_argument("--unstructured", action="store_true")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    results: dict[str, list[Score]] = {}
    for kind in arguments.formats.split(","):
        folder = arguments.data / "ingest" / "docling" / kind
        for source, truth in pairs(folder):
            result = score(source, truth, kind, peer=arguments.unstructured)
            if isinstance(result, str):
                print(f"{kind:6} {source.name}: {result}")
            elif result.tokens:
                results.setdefault(kind, []).append(result)
    report(results, peer=arguments.unstructured)
    if arguments.json:
        arguments.json.write_text(json.dumps({k: [asdict(s) for s in v] for k, v in results.items()}, indent=1))
    return 0


def report(results: dict[str, list[Score]], *, peer: bool) -> None:
    titles = ["files", "recall", "p10", "precision", "order", "p10", "duplicates", "s/file"]
    titles += ["peer recall", "p10", "duplicates"] if peer else []
    print("\n" + " " * 6 + "".join(f"{title:>12}" for title in titles))
    for kind, scores in results.items():
        recall, order = [s.recall for s in scores], [s.order for s in scores]
        row = [
            *(statistics.median(recall), percentile(recall, 0.1), statistics.median(s.precision for s in scores)),
            *(statistics.median(order), percentile(order, 0.1), statistics.mean(s.duplicates for s in scores)),
            statistics.mean(s.seconds for s in scores),
        ]
        if peer:
            theirs = [s.peer_recall or 0.0 for s in scores]
            doubled = statistics.mean(s.peer_duplicates or 0.0 for s in scores)
            row += [statistics.median(theirs), percentile(theirs, 0.1), doubled]
        print(f"{kind:6}{len(scores):12d}" + "".join(f"{value:12.3f}" for value in row))
    print("\nThe worst ten by recall (PDF, DOCX, HTML), and why:")
    asked = [s for kind, scores in results.items() if kind in {"pdf", "docx", "html"} for s in scores]
    for s in sorted(asked, key=lambda s: s.recall)[:10]:
        print(f"  {s.file:42} recall {s.recall:.3f} order {s.order:.3f} of {s.tokens:5d} tokens: {REASONS.get(s.file, '?')}")


if __name__ == "__main__":
    sys.exit(main())
