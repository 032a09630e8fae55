"""Results as JSON lines, printed and kept as soon as they are measured: a run that is stopped loses none."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path


def teller(out: Path | None) -> Callable[[dict], None]:
    """What prints a result, and adds it to a file where there is one."""

    def say(line: dict) -> None:
        text = json.dumps(line)
        print(text, flush=True)
        if out is not None:
            with out.open("a") as file:
                file.write(text + "\n")

    return say
