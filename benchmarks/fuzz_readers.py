"""Read broken files for a while: each must end as a document that holds together, or as one typed error, and in time.

    python -m benchmarks.fuzz_readers [--minutes 60] [--seed 0] [--case N] [--keep FOLDER]

Seeds are a sample of every kind that the readers know (tests/reading/samples.py) and the demo's documents; they are broken
by tests/reading/mutating.py. A file is read as users read it, in a process that can be killed, then cleaned and cut into
chunks in this one. The same seed and case give the same file; `--case` reads one alone. Findings are:

    raised      anything but a `FoyerdocError`
    late        reading ran past its limit, or cleaning and cutting past theirs
    flaw        what was read does not hold together: spans, pages, cells, chunks, boxes, an error that says nothing

Files of findings are kept, and of two things to look at: `died` (the parser's process died, the caller got a typed error) and
`stopped` (it was killed at its limit of time). The exit status is 1 after any finding.
"""

from __future__ import annotations

import argparse
import math
import signal
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

from rich.console import Console
from rich.table import Table
from tests.reading.mutating import mutate
from tests.reading.samples import samples

import foyerdoc as fd
from foyerdoc.documents import Block, Document, Span
from foyerdoc.settings import Limits

LIMITS = Limits(seconds=20.0, pages=500, decompressed_bytes=100_000_000, text_characters=5_000_000)
_GRACE = 5.0  # seconds: a killed process ends, and this machine has other work
_AFTERWARDS = 20.0  # seconds for cleaning, cutting and boxes, which no process of their own guards
_DEMO = Path(fd.__file__).parent / "demo" / "documents"
_SLOW = (".png", ".jpeg", ".tiff", ".bmp", ".gif", ".webp")  # recognised by Tesseract, so they come more rarely


class Late(Exception):
    """This process has worked on one file for too long."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--case", type=int, help="read this case alone and say what comes of it")
    parser.add_argument("--keep", type=Path, help="folder for the files of findings; a new one by default")
    given = parser.parse_args()
    keep = given.keep or Path(tempfile.mkdtemp(prefix="fuzzed-"))
    keep.mkdir(parents=True, exist_ok=True)
    console = Console(width=130)
    seeds = _seeds()

    outcomes: dict[str, Counter[str]] = defaultdict(Counter)
    unforeseen: Counter[str] = Counter()
    findings: Counter[str] = Counter()
    slowest = 0.0
    until = time.monotonic() + 60 * given.minutes
    case = given.case or 0
    while given.case is not None or time.monotonic() < until:
        name, raw = _broken(seeds, given.seed, case)
        started = time.monotonic()
        outcome, detail = _outcome(raw, name)
        slowest = max(slowest, time.monotonic() - started)
        outcomes[name.rpartition(".")[2]][outcome] += 1
        if outcome == "unforeseen":
            unforeseen[f"{name.rpartition('.')[2]} {detail}"] += 1
        if outcome in {"raised", "late", "flaw", "died", "stopped"}:
            findings[outcome] += 1
            stem = f"{outcome}-{given.seed}-{case}-{name}"
            (keep / stem).write_bytes(raw)
            console.print(f"{stem}: {detail}", highlight=False, soft_wrap=True)
        if given.case is not None:
            (keep / name).write_bytes(raw)
            console.print(f"{keep / name}: {outcome} {detail}", highlight=False, soft_wrap=True)
            break
        case += 1

    _show(console, outcomes, f"{case} files, seed {given.seed}, {given.minutes:g} minutes, slowest {slowest:.1f} s")
    for what, n in unforeseen.most_common():
        console.print(f"{n:6} x {what}", highlight=False)
    console.print(f"kept in {keep}: {dict(findings)}")
    return 1 if any(findings[kind] for kind in ("raised", "late", "flaw")) else 0


def _seeds() -> list[tuple[str, bytes]]:
    made = list(samples().items())
    demo = [path for path in sorted(_DEMO.iterdir()) if path.is_file() and path.stat().st_size < 80_000]
    return made + [(path.name, path.read_bytes()) for path in demo]


def _broken(seeds: list[tuple[str, bytes]], seed: int, case: int) -> tuple[str, bytes]:
    random = Random(f"{seed}/{case}")
    name, raw = random.choice(seeds)
    if name.endswith(_SLOW) and random.random() < 0.8:
        name, raw = random.choice(seeds)
    raw = mutate(raw, random, [raw for _, raw in seeds])
    if random.random() < 0.1:
        name = Path(name).stem + Path(random.choice(seeds)[0]).suffix
    return name, raw or b"\0"


def _outcome(raw: bytes, name: str) -> tuple[str, str]:
    """What came of a file, and the details."""
    try:
        with _alarm(LIMITS.seconds + _GRACE):
            document = fd.read(raw, name=name, limits=LIMITS)
    except fd.FoyerdocError as error:
        return _typed(error, name)
    except Late:
        return "late", "reading"
    except Exception as error:  # noqa: BLE001 - what this looks for
        return "raised", repr(error)[:2_000]
    try:
        with _alarm(_AFTERWARDS):
            found = next(flaws(document), None)
    except Late:
        return "late", "after reading"
    except Exception as error:  # noqa: BLE001 - what this looks for
        return "raised", f"after reading: {error!r}"[:2_000]
    if found is None and fd.read(raw, name=name, limits=LIMITS) != document:
        found = "read again, it is another document"
    return ("flaw", found) if found else ("read", "")


def _typed(error: fd.FoyerdocError, name: str) -> tuple[str, str]:
    if not error.hint or name not in error.message or "\n" in error.message or len(error.message) > 1_000:
        return "flaw", f"an error that says little: {error!r}"[:2_000]
    if "the reader died" in error.message:
        return "died", error.message
    if "was stopped" in error.message:
        return "stopped", error.message
    if "could not be parsed (" in error.message:
        return "unforeseen", error.message.rpartition("(")[2].rstrip(")")
    return error.code, error.message


@contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    def ring(_number: int, _frame: object) -> None:
        raise Late

    signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def flaws(document: Document) -> Iterator[str]:
    """What does not hold of a document, its attachments, its boxes, its clean text and its chunks."""
    for part in document.walk():
        yield from _structure(part)
    yield from _boxes(document)
    clean = fd.clean(document)
    if fd.clean(clean) != clean:
        yield "cleaned twice, it is another document"
    for part in clean.walk():
        yield from _structure(part)
        if part.source is not None:
            whole = Span(0, len(part.source.text))
            yield from (f"origin of {b.span} outside" for b in part.blocks if not whole.contains(part.origin(b.span)))
        yield from _chunks(part)


def _structure(part: Document) -> Iterator[str]:
    if len(part.text) > LIMITS.text_characters:
        yield f"{len(part.text)} characters"
    if not (part.text or part.attachments or part.hidden or part.issues or part.source or part.pages):
        yield "nothing read and nothing said"
    if any(not issue.code or not issue.message or "\n" in issue.message for issue in part.issues):
        yield "an issue that says nothing, or in several lines"
    at = 0
    for number, page in enumerate(part.pages, 1):
        if not (page.number == number and at <= page.span.start <= page.span.end <= len(part.text)):
            yield f"page {page.number} {page.span} after {at}"
        if not (0 <= page.width < math.inf and 0 <= page.height < math.inf):
            yield f"page {number} of {page.width} x {page.height}"
        at = page.span.end
    last = 0
    for block in part.blocks:
        if not last <= block.span.start < block.span.end <= len(part.text):
            yield f"block {block.span} after {last} of {len(part.text)}"
        if part.text[last : block.span.start].strip():
            yield f"text before block {block.span} is in none"
        last = block.span.end
        yield from _block(part, block)
    if part.text[last:].strip():
        yield "text after the last block"


def _block(part: Document, block: Block) -> Iterator[str]:
    if not part.text[block.span.start : block.span.end].strip():
        yield f"an empty block {block.span}"
    if any(not block.span.contains(cell) for row in block.rows for cell in row):
        yield f"a cell outside of block {block.span}"
    if not part.pages and not block.path:
        yield f"block {block.span} has no place"
    if part.pages and block.page is not None:
        if not 1 <= block.page <= len(part.pages):
            yield f"a block on page {block.page} of {len(part.pages)}"
        elif not part.pages[block.page - 1].span.contains(_shown(part, block)):
            yield f"block {block.span} off its page {block.page}"


def _shown(part: Document, block: Block) -> Span:
    """A block's stretch that must stand on its page: cleaning puts a sentence across pages together again."""
    return block.span if part.source is None else Span(block.span.start, block.span.start)


def _boxes(document: Document) -> Iterator[str]:
    for page in document.pages[:5]:
        for box in document.boxes(page.span):
            if not (-math.inf < box.x0 <= box.x1 < math.inf and -math.inf < box.y0 <= box.y1 < math.inf):
                yield f"a box {box}"
            if box.page != page.number:
                yield f"a box of page {box.page} on page {page.number}"


def _chunks(part: Document) -> Iterator[str]:
    covered = 0
    for chunk in fd.chunk(part):
        if part.text[chunk.span.start : chunk.span.end] != chunk.text or chunk.n_tokens > 256:
            yield f"chunk {chunk.span} does not stand in the text"
        if part.text[covered : chunk.span.start].strip():
            yield f"text before chunk {chunk.span} is in none"
        covered = max(covered, chunk.span.end)
    if part.text[covered:].strip():
        yield "text after the last chunk"


def _show(console: Console, outcomes: dict[str, Counter[str]], title: str) -> None:
    names = sorted({outcome for counts in outcomes.values() for outcome in counts}, key=lambda name: (name != "read", name))
    table = Table("kind", "files", *names, title=title)
    for kind in sorted(outcomes, key=lambda kind: -sum(outcomes[kind].values())):
        counts = outcomes[kind]
        table.add_row(kind, str(sum(counts.values())), *(str(counts[name] or "") for name in names))
    totals = [str(sum(counts[name] for counts in outcomes.values())) for name in names]
    table.add_row("all", str(sum(sum(counts.values()) for counts in outcomes.values())), *totals, style="bold")
    console.print(table)


if __name__ == "__main__":
    sys.exit(main())
