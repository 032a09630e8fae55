"""Write labelled training letters: `python -m tools.letters OUT.jsonl --per-leaf 30 --seed 0`.

With `--held-out FILE` the letters of every fifth situation go there: what is measured on them was not learnt by heart.
"""

import argparse
import hashlib
import json
from pathlib import Path

from tools.letters.corpus import as_dict, letters

_FIFTH = 5


def main() -> None:
    """Parse the command line and write the file."""
    parser = argparse.ArgumentParser(prog="python -m tools.letters", description=__doc__)
    parser.add_argument("out", type=Path, metavar="OUT.jsonl")
    parser.add_argument("--per-leaf", type=int, default=30, metavar="N", help="rows for each subcategory (default 30)")
    parser.add_argument("--seed", type=int, default=0, help="another seed, other letters (default 0)")
    parser.add_argument("--held-out", type=Path, metavar="FILE", help="letters of every fifth situation go here")
    parser.add_argument("--language", choices=("fr", "de", "en", "lb"), help="letters of this language alone")
    options = parser.parse_args()
    if options.per_leaf < 1:
        parser.error("--per-leaf must be at least 1")
    rows = [as_dict(row) for row in letters(options.per_leaf, options.seed)]
    rows = [row for row in rows if options.language in (None, row["language"])]
    kept = [row for row in rows if options.held_out is None or not _held_out(row["situation"])]
    _write(options.out, kept)
    if options.held_out is not None:
        _write(options.held_out, [row for row in rows if _held_out(row["situation"])])


def _held_out(situation: str) -> bool:
    return int(hashlib.sha256(situation.encode()).hexdigest(), 16) % _FIFTH == 0


def _write(path: Path, rows: list[dict[str, str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
