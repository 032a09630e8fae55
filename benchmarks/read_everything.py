"""Read every file below some folders and count what became of each, by format.

    python benchmarks/read_everything.py FOLDER [FOLDER ...] [--seconds 120] [--list]

A file ends as a document or as a typed error; anything else is printed as a crash and the exit status is 1.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

import foyerdoc as fd
from foyerdoc.settings import Limits


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--seconds", type=float, default=120.0, help="limit of one reading")
    parser.add_argument("--list", action="store_true", help="a line for every file")
    options = parser.parse_args()
    limits = Limits(seconds=options.seconds)
    console = Console(width=130)

    outcomes: dict[str, Counter[str]] = defaultdict(Counter)
    slowest: dict[str, float] = defaultdict(float)
    crashes = []
    files = sorted(path for folder in options.folders for path in folder.rglob("*") if path.is_file())
    for path in files:
        kind = path.suffix.lower().lstrip(".") or "(none)"
        started = time.perf_counter()
        try:
            document = fd.read(path, limits=limits)
            outcome = "document"
            detail = f"{len(document.text)} characters, {len(document.pages)} pages, {document.language}, " + ", ".join(
                f"{code} x{n}" for code, n in Counter(issue.code for issue in document.issues).items()
            )
        except fd.FoyerdocError as error:
            outcome, detail = type(error).__name__, error.message
        except Exception as error:  # noqa: BLE001 - counting crashes is what this is for
            outcome, detail = "CRASH", repr(error)
            crashes.append(path)
        seconds = time.perf_counter() - started
        outcomes[kind][outcome] += 1
        slowest[kind] = max(slowest[kind], seconds)
        if options.list:
            console.print(f"{seconds:6.2f} s  {outcome:18} {path.name}: {detail}", highlight=False, soft_wrap=True)

    names = sorted({outcome for counts in outcomes.values() for outcome in counts}, key=lambda name: (name != "document", name))
    table = Table("format", "files", *names, "slowest, s", title=f"{len(files)} files, limit {options.seconds:g} s")
    for kind in sorted(outcomes, key=lambda kind: -sum(outcomes[kind].values())):
        counts = outcomes[kind]
        table.add_row(kind, str(sum(counts.values())), *(str(counts[name] or "") for name in names), f"{slowest[kind]:.1f}")
    totals = [str(sum(counts[name] for counts in outcomes.values())) for name in names]
    table.add_row("all", str(len(files)), *totals, f"{max(slowest.values(), default=0):.1f}", style="bold")
    console.print(table)
    for path in crashes:
        console.print(f"crash: {path}")
    late = [kind for kind, seconds in slowest.items() if seconds > options.seconds + 1]
    return 1 if crashes or late else 0


if __name__ == "__main__":
    sys.exit(main())
