"""The rows: every leaf gets the same number, its situations take turns."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass

from tools.letters.frames import Scribe
from tools.letters.grammar import Situation
from tools.letters.leaves import LEAVES


@dataclass(frozen=True, slots=True)
class Row:
    """One labelled letter. `situation` names what it was drawn from: split by it, not by row, to test on unseen ones."""

    id: str
    text: str
    category: str
    subcategory: str
    language: str
    situation: str


def letters(per_leaf: int, seed: int) -> Iterator[Row]:
    """Draw `per_leaf` rows for each leaf of the taxonomy; the same arguments give the same rows.

    A row depends on the seed, its leaf and its place alone, so that a new situation in one leaf changes no other leaf.
    """
    for (category, subcategory), by_language in LEAVES.items():
        label = f"{category}/{subcategory}"
        for place, (language, situation) in enumerate(_turns(by_language, per_leaf, seed, label)):
            text = Scribe(situation, label, _chance(seed, label, place), language).write()
            name = f"{label}/{language}/{situation.name}".replace(" ", "-")
            yield Row(f"{label.replace(' ', '-')}/{place:04}", text, category, subcategory, language, name)


def as_dict(row: Row) -> dict[str, str]:
    """The row as it is written to a file."""
    return asdict(row)


def _turns(
    by_language: Mapping[str, tuple[Situation, ...]], count: int, seed: int, label: str
) -> Iterator[tuple[str, Situation]]:
    """Every situation once, in a shuffled order that mixes the languages; then again in another order."""
    rng = _chance(seed, label, -1)
    everything = [(language, situation) for language, situations in by_language.items() for situation in situations]
    drawn = 0
    while drawn < count:
        rng.shuffle(everything)
        yield from everything[: count - drawn]
        drawn += len(everything)


def _chance(seed: int, label: str, place: int) -> random.Random:
    return random.Random(f"{seed}:{label}:{place}")  # noqa: S311 - seeded draws, nothing secret
