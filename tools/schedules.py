"""Made schedules of cover, with short questions whose words are nearly answered: a quoter learns from them when to refuse.

A schedule says for some things that are insured what is paid, as a table with headings, as lines or in sentences; what else
is insured or excluded; and what nobody asks. It is asked for what it says, and for what it does not: a measure of its own for a
thing that it does not name, a thing for a measure that it does not have, whether something else is insured. Only the rows and
sentences that name the thing answer, never the headings, though they may have more of the question's words.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

LANGUAGES = ("fr", "de", "en")  # in the order of schedules.txt
_HELD_OUT = 5  # one schedule in so many is made of words that no other has
_AMOUNTS = (50, 75, 100, 150, 250, 400, 500, 750, 1000, 1500, 2500, 3000, 5000, 7500, 10_000, 20_000, 50_000)
_MONEY = {"fr": "{} euros", "de": "{} Euro", "en": "EUR {}"}
_TIMES = {"fr": ("{} jours", "{} mois"), "de": ("{} Tage", "{} Monate"), "en": ("{} days", "{} months")}
_BETWEEN = {"fr": " ", "de": ".", "en": ","}
_ARTICLES = ("le ", "la ", "les ", "l'", "der ", "die ", "das ")
_ANSWERED, _WHETHER, _NEARLY = 3, 2, 2  # questions of each kind to one schedule


@dataclass
class Asked:
    """A question to a schedule, and the lines that answer it, as they are written; none where nothing does."""

    text: str
    language: str
    lines: list[str]


@dataclass
class Schedule:
    """One made document.

    Attributes:
        language: of the document.
        held_out: whether its words are of those that nothing is learnt from.
        suffix: of its file: ".csv" for a table, ".txt".
        lines: of its file.
        things: the lines that name a thing, by its number.
        asked: the questions.
    """

    language: str
    held_out: bool
    suffix: str
    lines: list[str] = field(default_factory=list)
    things: dict[int, list[str]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    @property
    def text(self) -> str:
        """What the file holds."""
        return "\n".join(self.lines) + "\n"


def schedules(count: int, seed: int) -> Iterator[Schedule]:
    """Some of them, the same for the same seed."""
    for number in range(count):
        rng = random.Random(f"{seed}:{number}:schedule")  # noqa: S311 - seeded draws, nothing secret
        yield _Maker(rng, held_out=number % _HELD_OUT == _HELD_OUT - 1).made()


class _Maker:
    def __init__(self, rng: random.Random, *, held_out: bool) -> None:
        self._rng, self._held_out = rng, held_out
        self._language = rng.choice(LANGUAGES)
        things, measures = self._of("thing"), self._of("measure")
        rng.shuffle(things)
        rng.shuffle(measures)
        some = rng.randint(3, max(3, len(things) // 3))
        # What is named with figures, what is only named, and what is not.
        self._told, self._named, self._others = things[:some], things[some : some + 3], things[some + 3 :]
        self._measures: list[int] = []
        self._unused: list[int] = []
        for measure in measures:
            same = {self._word("measure", other, 1) for other in self._measures}
            wanted = len(self._measures) < 2 + some % 2 and self._word("measure", measure, 1) not in same
            (self._measures if wanted else self._unused).append(measure)
        said = {self._word("measure", other, 1) for other in self._measures}
        self._unused = [one for one in self._unused if self._word("measure", one, 1) not in said]

    def made(self) -> Schedule:
        tabled = self._rng.random() < 0.6
        made = Schedule(self._language, self._held_out, ".csv" if tabled else ".txt")
        values = {(thing, measure): self._value(measure) for thing in self._told for measure in self._measures}
        if tabled:
            made.lines.append("\t".join([self._said("first column"), *(self._word("measure", m, 0) for m in self._measures)]))
            for thing in self._told:
                row = [_capital(self._word("thing", thing, 0)), *(values[thing, measure] for measure in self._measures)]
                made.things[thing] = ["\t".join(row)]
            made.lines += [line for lines in made.things.values() for line in lines]
        else:
            sentences = [(thing, self._sentence("prose", thing, measure, told)) for (thing, measure), told in values.items()]
            sentences += [(thing, self._sentence(self._rng.choice(["covered", "excluded"]), thing)) for thing in self._named]
            sentences += [(-1, filler) for filler in {self._said("filler") for _ in range(3)}]
            self._rng.shuffle(sentences)
            for thing, sentence in sentences:
                made.things.setdefault(thing, []).append(sentence)
            made.lines += [self._said("heading"), "", *(sentence for _, sentence in sentences)]
        made.asked += self._questions(made, values)
        return made

    def _questions(self, made: Schedule, values: dict[tuple[int, int], str]) -> Iterator[Asked]:
        rng = self._rng
        known = [thing for thing in made.things if thing >= 0]
        pairs = list(values)
        for thing, measure in rng.sample(pairs, min(_ANSWERED, len(pairs))):
            yield self._asked(thing, measure, [line for line in made.things[thing] if values[thing, measure] in line])
        for thing in rng.sample(known, min(_WHETHER, len(known))):
            yield self._asked(thing, None, made.things[thing])
        for thing in rng.sample(self._others, min(_NEARLY, len(self._others))):
            yield self._asked(thing, rng.choice(self._measures), [])
            yield self._asked(thing, None, [])
        if self._unused:
            yield self._asked(rng.choice(self._told), rng.choice(self._unused), [])

    def _asked(self, thing: int, measure: int | None, lines: list[str]) -> Asked:
        language = self._language if self._rng.random() < 0.8 else self._rng.choice(LANGUAGES)
        kind = "whether" if measure is None else "asked"
        text = self._rng.choice([_words()[kind][i][language][0] for i in self._of(kind)])
        text = _filled(text, language, _words()["thing"][thing][language][0], self._own(language, measure))
        return Asked(text if self._rng.random() < 0.8 else text.lower().rstrip(" ?"), language, lines)

    def _own(self, language: str, measure: int | None) -> str:
        return "" if measure is None else _words()["measure"][measure][language][1]

    def _sentence(self, kind: str, thing: int, measure: int | None = None, value: str = "") -> str:
        own = self._own(self._language, measure)
        return _filled(self._said(kind), self._language, self._word("thing", thing, 0), own).replace("{value}", value)

    def _said(self, kind: str) -> str:
        return self._word(kind, self._rng.choice(self._of(kind)), 0)

    def _word(self, kind: str, number: int, which: int) -> str:
        return _words()[kind][number][self._language][which]

    def _of(self, kind: str) -> list[int]:
        """The numbers of the entries that may be used: those kept apart are for what is held out, which has no other things."""
        kept = [number for number, entry in enumerate(_words()[kind]) if entry["apart"]]
        others = [number for number, entry in enumerate(_words()[kind]) if not entry["apart"]]
        return kept if self._held_out and (kind == "thing" or (kept and self._rng.random() < 0.6)) else others

    def _value(self, measure: int) -> str:
        rng, kind = self._rng, _words()["measure"][measure]["kind"][0]
        if kind == "money":
            amount = f"{rng.choice(_AMOUNTS):,}".replace(",", _BETWEEN[self._language])
            return _MONEY[self._language].format(amount)
        if kind == "percent":
            return f"{rng.choice(range(20, 100, 5))} %"
        return rng.choice(_TIMES[self._language]).format(rng.randint(2, 30))


def _filled(text: str, language: str, thing: str, measure: str) -> str:
    bare = next((thing.removeprefix(article) for article in _ARTICLES if thing.startswith(article)), thing)
    fills = {"thing": thing, "bare": bare, "measure": measure}
    for name, words in fills.items():
        text = text.replace(f"{{{name}}}", words).replace(f"{{{name.capitalize()}}}", _capital(words))
    return text[:1].upper() + text[1:] if language == "de" else text


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


@cache
def _words() -> dict[str, list[dict[str, list[str]]]]:
    """The entries of schedules.txt by kind; each has its words by language."""
    found: dict[str, list[dict[str, list[str]]]] = {}
    entries: list[dict[str, list[str]]] = []
    for line in Path(__file__).with_suffix(".txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("# "):
            entries = found.setdefault(line[2:].split(":")[0], [])
        elif line:
            groups = [[part.strip() for part in group.split(";")] for group in line.removeprefix("! ").split(" | ")]
            spoken = [group for group in groups if len(group) == len(LANGUAGES)]
            entry = {language: [group[i] for group in spoken] for i, language in enumerate(LANGUAGES)}
            entries.append(entry | {"apart": ["!"] * line.startswith("! "), "kind": groups[-1]})
    return found
