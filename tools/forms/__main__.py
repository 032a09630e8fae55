"""Write made documents with known fields: `python -m tools.forms OUT.jsonl --count 4000 --seed 0`.

With `--held-out FILE` the documents of every fifth layout go there: what is measured on them was not learnt from.
"""

import argparse
import json
from pathlib import Path

from tools.forms.corpus import Row, as_dict, forms, held_out


def main() -> None:
    """Parse the command line and write the files."""
    parser = argparse.ArgumentParser(prog="python -m tools.forms", description=__doc__)
    parser.add_argument("out", type=Path, metavar="OUT.jsonl")
    parser.add_argument("--count", type=int, default=4000, metavar="N", help="documents in all (default 4000)")
    parser.add_argument("--seed", type=int, default=0, help="another seed, other documents (default 0)")
    parser.add_argument("--held-out", type=Path, metavar="FILE", help="documents of every fifth layout go here")
    parser.add_argument("--language", choices=("fr", "de", "en", "lb"), help="documents of this language alone")
    options = parser.parse_args()
    if options.count < 1:
        parser.error("--count must be at least 1")
    rows = list(forms(options.count, options.seed, options.language))
    _write(options.out, [row for row in rows if options.held_out is None or not held_out(row)])
    if options.held_out is not None:
        _write(options.held_out, [row for row in rows if held_out(row)])


def _write(path: Path, rows: list[Row]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for row in rows:
            file.write(json.dumps(as_dict(row), ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
