"""Write made documents with known fields: `python -m tools.forms OUT.jsonl --count 4000 --seed 0`.

With `--held-out FILE` the documents of a fifth of the senders go there: what is measured on them was not learnt by heart.
"""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from tools.forms.corpus import Row, forms


def main() -> None:
    """Parse the command line and write the files."""
    parser = argparse.ArgumentParser(prog="python -m tools.forms", description=__doc__)
    parser.add_argument("out", type=Path, metavar="OUT.jsonl")
    parser.add_argument("--count", type=int, default=4000, metavar="N", help="documents in all (default 4000)")
    parser.add_argument("--seed", type=int, default=0, help="another seed, other documents (default 0)")
    parser.add_argument("--held-out", type=Path, metavar="FILE", help="documents of a fifth of the senders go here")
    parser.add_argument("--language", choices=("fr", "de", "en", "lb"), help="documents of this language alone")
    options = parser.parse_args()
    if options.count < 1:
        parser.error("--count must be at least 1")
    rows = list(forms(options.count, options.seed, options.language))
    _write(options.out, [row for row in rows if options.held_out is None or not row.held_out])
    if options.held_out is not None:
        _write(options.held_out, [row for row in rows if row.held_out])


def _write(path: Path, rows: list[Row]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for row in rows:
            told = {name: value for name, value in asdict(row).items() if name != "held_out"}
            file.write(json.dumps(told, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
