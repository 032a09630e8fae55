"""The rows: a document each, with what is asked of it and where the answers stand."""

import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

from tools.forms.asking import asked
from tools.forms.composing import COMPOSITIONS, composed, kinds
from tools.forms.scribe import Scribe
from tools.forms.templates import LAYOUTS, Layout

_LANGUAGES = {"fr": 33, "de": 32, "en": 32, "lb": 3}
_COMPOSED = 0.53
"""Share of documents whose layout is composed, among those in a language that has such."""
_EXCERPTS = 0.06
"""Share of documents of which a few lines are all there is, and most fields absent."""


@dataclass(frozen=True, slots=True)
class Row:
    """One document.

    Attributes:
        kind: of paper, "invoice" ...
        layout: its own name among those of its kind.
        fields: path, title, description, format, many, values with their places; choices where there are some.
    """

    id: str
    language: str
    kind: str
    layout: str
    text: str
    fields: list[dict[str, Any]]


def forms(count: int, seed: int, language: str | None = None) -> Iterator[Row]:
    """Draw documents; a row depends on the seed, the language that is asked for and its place alone."""
    for place in range(count):
        rng = random.Random(f"{seed}:{place}")  # noqa: S311 - seeded draws, nothing secret
        yield form(drawn(rng, language), rng, place)


def form(layout: Layout, rng: random.Random, place: int = 0) -> Row:
    """One document of a layout."""
    scribe = written(layout, rng)
    return Row(f"{layout.id}/{place:05}", layout.language, layout.kind, layout.name, scribe.text, asked(rng, scribe))


def written(layout: Layout, rng: random.Random) -> Scribe:
    """What a document of a layout says; of some an excerpt."""
    scribe = Scribe(layout, rng)
    if rng.random() < _EXCERPTS:
        scribe.cut()
    return scribe


def held_out(row: Row) -> bool:
    """Whether a row's layout, in its language, is of the fifth that nothing is learnt from."""
    return Layout(row.kind, row.layout, row.language, ()).held_out


def as_dict(row: Row) -> dict[str, Any]:
    """The row as it is written to a file."""
    return asdict(row)


def drawn(rng: random.Random, language: str | None = None) -> Layout:
    """A layout; of those in the files a kind counts more the more it has, but less than in proportion."""
    spoken = language or rng.choices(list(_LANGUAGES), weights=list(_LANGUAGES.values()))[0]
    if (shares := kinds(spoken)) and rng.random() < _COMPOSED:
        kind = rng.choices(list(shares), weights=list(shares.values()))[0]
        return composed(kind, rng.randrange(COMPOSITIONS), spoken)
    written = _by_kind(spoken)
    kind = rng.choices(list(written), weights=[len(layouts) ** 0.8 for layouts in written.values()])[0]
    return rng.choice(written[kind])


@cache
def _by_kind(language: str) -> dict[str, list[Layout]]:
    written = defaultdict(list)
    for layout in LAYOUTS:
        if layout.language == language:
            written[layout.kind].append(layout)
    return written
