"""Whether quotes bear a sentence out, judged by code: no model is asked, so no document can talk it round.

A sentence is borne out when every number, date and amount of it, every capitalised word, and most of its other words stand in
its quotes, and both deny something or neither does. It errs on the strict side: a fair paraphrase can be refused. It does not
see who does what to whom, so "A pays B" passes for "B pays A". A German sentence over quotes in another language is refused as
soon as it has a noun of its own, since that may be a name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from foyerdoc.index.lexical import content_words, stems
from foyerdoc.language import detect

if TYPE_CHECKING:
    from foyerdoc.extraction.values import Conventions

OVERLAP: Final = 0.6
"""The share of a sentence's words that its quotes must have."""

ACROSS: Final = 0.865
"""The cosine, by the embedded embedder, that stands in for it when sentence and quotes are in two languages.

Chosen on 19 pairs of ours: 7 of 9 translations reach it, and 1 of 10 sentences that say something else.
"""

_KINDS: Final = ("date", "datetime", "money", "percent", "number")
_TOKEN: Final = re.compile(r"\S*\d\S*|\S+@\S+")
_WORD: Final = re.compile(r"[^\W\d_]+")
_DENIALS: Final = (
    "ne n pas non jamais aucun aucune sans sauf hormis excepté ni exclu exclus exclue exclues exclut excluent exclusion "
    "nicht kein keine keinen keinem keiner keines ohne nie niemals außer ausser ausgenommen ausgeschlossen ausschluss weder "
    "no not never without except excluded excludes exclude excluding exclusion unless nor none cannot t "
    "net keng kee keen ouni ausgeschloss"
)
# "Un", "ein" and "one" are articles and pronouns too.
_NUMBERS: Final = {
    word: number
    for words in (
        "deux trois quatre cinq six sept huit neuf dix onze douze",
        "zwei drei vier fünf sechs sieben acht neun zehn elf zwölf",
        "two three four five six seven eight nine ten eleven twelve",
    )
    for number, word in enumerate(words.split(), 2)
}


@dataclass(frozen=True, slots=True)
class Quoted:
    """A quote, its language, and text around it that shows how its document writes numbers and dates."""

    text: str
    language: str | None
    around: str


def objection(sentence: str, quotes: Sequence[Quoted], closeness: Callable[[str, Sequence[Quoted]], float]) -> str | None:
    """Why quotes do not bear a sentence out, in words that repeat nothing of either; None when they do.

    Args:
        sentence: as a model wrote it.
        quotes: those that it rests on.
        closeness: the cosine of the sentence with the nearest quote; asked when they are in two languages.
    """
    if not quotes:
        return "it rests on no quote"
    language = detect(sentence)
    rest = _without_values(sentence, language, quotes)
    if rest is None:
        return "a number, date or amount in it stands in none of its quotes"
    own = content_words(rest)
    if not own and rest == sentence:
        return "it says nothing"
    known = {stem for quote in quotes for spoken in {language, quote.language} for stem in stems(quote.text, spoken)}
    across = language is not None and all(quote.language not in {None, language} for quote in quotes)
    # A sentence's first word is no name for being capitalised, but in one language a plain word can be asked for too.
    names = [word for word in own if word[0].isupper() and not (across and sentence.startswith(word))]
    if not all(known.issuperset(stems(word, language)) for word in names):
        return "a name in it stands in none of its quotes"
    denied = [_denies(quote.text) for quote in quotes]
    if _denies(sentence) not in denied:
        return "it denies what its quotes affirm, or affirms what they deny"
    if across:
        return None if closeness(sentence, quotes) >= ACROSS else "it is not near enough to its quotes in the other language"
    said = [stem for word in own for stem in stems(word, language)]
    if said and sum(stem in known for stem in said) < OVERLAP * len(said):
        return "too few of its words stand in its quotes"
    return None


def _without_values(sentence: str, language: str | None, quotes: Sequence[Quoted]) -> str | None:
    """The sentence without its typed values; None unless each is a value of the quotes, as is all else that has digits."""
    # Imported when first needed: importing `Chat` loads none of what reads values.
    from foyerdoc.extraction.values import conventions

    known: set[tuple[object, ...]] = set()
    tokens: set[str] = set()
    for quote in quotes:
        habits = conventions(quote.around, quote.language)
        for kind, value, unit, _, _ in _values(quote.text, habits):
            known |= {(kind, value, unit), ("number", value, None)}
        tokens |= {_bare(token) for token in _TOKEN.findall(quote.text)}
        tokens |= {word.lower() for word in _WORD.findall(quote.text)}
    numbers = {value for kind, value, _ in known if kind == "number"}
    rest = sentence
    # The sentence's habits are its language's: a model writes for the reader, whatever the document's marks are.
    for kind, value, unit, start, end in _values(sentence, conventions(sentence, language)):
        if (kind, value, unit) not in known:
            return None
        rest = rest[:start] + " " * (end - start) + rest[end:]
    if any(_bare(token) not in tokens for token in _TOKEN.findall(rest)):
        return None
    spelled = [word for word in _WORD.findall(sentence.lower()) if word in _NUMBERS]
    return rest if all(word in tokens or _NUMBERS[word] in numbers for word in spelled) else None


def _values(text: str, habits: Conventions) -> list[tuple[str, object, str | None, int, int]]:
    from foyerdoc.extraction.values import find

    found = (one for kind in _KINDS for one in find(text, kind, habits))
    return [(one.kind, one.value, one.unit, one.span.start, one.span.end) for one in found]


def _denies(text: str) -> bool:
    denials = set(_DENIALS.split())
    return any(word in denials for word in _WORD.findall(text.lower()))


def _bare(token: str) -> str:
    return token.strip(".,;:!?()[]«»„“”\"'").lower()
