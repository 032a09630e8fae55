"""What lists.txt and wordings.txt hold: things, reasons, places, wordings, by language."""

import re
from functools import cache
from pathlib import Path


@cache
def entries(name: str, language: str) -> tuple[str, ...]:
    """The entries of a list; Luxembourgish ones are French where there are none of its own.

    Raises:
        KeyError: there is no such list.
    """
    found = lists()[name]
    return found.get(language) or found["fr"]


@cache
def lists() -> dict[str, dict[str, tuple[str, ...]]]:
    """All lists by name and language."""
    texts = (Path(__file__).with_name(name).read_text(encoding="utf-8") for name in ("lists.txt", "wordings.txt"))
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for row in "\n".join(texts).splitlines():
        if heading := re.match(r"\[(\w+)\]$", row):
            current = found.setdefault(heading[1], {})
        elif row.strip() and not row.startswith("#"):
            language, _, said = row.partition(": ")
            current[language] = current.get(language, ()) + tuple(re.split(r"(?<! );(?! )", said))
    return found
