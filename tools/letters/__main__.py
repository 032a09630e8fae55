"""Write labelled training letters: `python -m tools.letters OUT.jsonl --per-leaf 30 --seed 0`."""

import argparse
import json
from pathlib import Path

from tools.letters.corpus import as_dict, letters


def main() -> None:
    """Parse the command line and write the file."""
    parser = argparse.ArgumentParser(prog="python -m tools.letters", description=__doc__)
    parser.add_argument("out", type=Path, metavar="OUT.jsonl")
    parser.add_argument("--per-leaf", type=int, default=30, metavar="N", help="rows for each subcategory (default 30)")
    parser.add_argument("--seed", type=int, default=0, help="another seed, other letters (default 0)")
    options = parser.parse_args()
    if options.per_leaf < 1:
        parser.error("--per-leaf must be at least 1")
    options.out.parent.mkdir(parents=True, exist_ok=True)
    with options.out.open("w", encoding="utf-8", newline="\n") as file:
        for row in letters(options.per_leaf, options.seed):
            file.write(json.dumps(as_dict(row), ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
