"""Words as the lexical index knows them: stemmed by Snowball for the text's language, then without case and accents.

SQLite cannot be given a tokenizer from Python, so it stores these stems, separated by spaces, in place of the text.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from math import log

from foyerdoc.language import detect

# Luxembourgish has no stemmer of its own; its endings are close enough to German.
_STEMMERS = {"fr": "french", "de": "german", "lb": "german", "en": "english", "nl": "dutch", "it": "italian", "es": "spanish"}
_STEMMERS |= {"pt": "portuguese"}
_WORD = re.compile(r"[^\W_]+")
# Where words are written together, and what stands between the stems of their parts ("ungs": of "Versicherung" the stem
# is "versicher").
_COMPOUNDING = {"de", "lb", "nl"}
_LINKS = ("", "s", "n", "e", "es", "en", "er", "ungs")
_SHORTEST, _LONGEST = 4, 40  # of a part, of a compound: shorter ones are found in anything, longer ones are not words
_LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d"})

# What says nothing about a question's subject. Stems, so that one entry covers a word's forms.
_EMPTY_WORDS = {
    "fr": "a ai au aux avec c ce cela ces cet cette ceux combien comment d dans de depuis des doit dont du elle elles en est "
    "et etre eu fait faut fut il ils j je l la laquelle le lequel les lesquels leur leurs lui m ma mais me mes mon n ne nos "
    "notre nous on ont ou où par pas peut plus pour pourquoi puis qu quand que quel quelle quelles quels qui quoi s sa sans "
    "se ses si son sont sur t ta te tes toi ton tu un une vos votre vous y à été était étaient être",
    "de": "ab aber als am an auch auf aus bei beim bin bis bist da das dass dein dem den der des die dies diese diesem diesen "
    "dieser dieses du durch ein eine einem einen einer eines er es euch für gegen gibt hat hatte habe haben ich ihm ihn ihr "
    "ihre im in ins ist kann können man mein mich mir mit nach nicht noch nun nur ob oder sehr sein seine seit sich sie sind "
    "so um und uns unser unter vom von vor wann war waren warum was welche welchem welchen welcher welches wem wen wenn wer "
    "werden wessen weshalb wie wieso wieviel wir wird wo wofür woher wohin wurde wurden zu zum zur über",
    "en": "a about an and are as at be been but by can could did do does for from had has have he her him his how i if in "
    "into is it its many me much my no not of on or our shall she should so some than that the their them then there these "
    "they this those to us was we were what when where which who whom whose why will with would you your",
    "lb": "a am an ass bei d dat de deem deen den der dem dës e ech een eng engem enger et fir gëtt hir hunn huet ob op mat "
    "nach net oder si sinn säi seng um vun vum wat wéi wéini wéivill wien wou zu zum zur är äre firwat",
}

_lock = threading.Lock()


def stems(text: str, language: str | None) -> list[str]:
    """The stems of a text, in order, words that carry no meaning left out.

    Args:
        text: any text.
        language: ISO 639-1; where no stemmer is known for it, words are folded only.

    Returns:
        Lower-case words without accents, of letters and digits alone.
    """
    words = _WORD.findall(unicodedata.normalize("NFC", text).lower())
    # Folding can take a letter apart ("½" is "1⁄2"), and SQLite would split there.
    return [part for word in words for part in _stem(word, language).split()]


def query_stems(text: str, languages: Iterable[str | None]) -> list[str]:
    """The stems of a question in each of the languages that an index holds, each once, in order.

    A word that is empty in the question's own language is left out; where that language cannot be told, one that is
    empty in any of the index's.
    """
    known = list(languages)
    asked_in = detect(text)
    judges = [asked_in] if asked_in in _EMPTY_WORDS else known
    found: dict[str, None] = {}
    for word in _WORD.findall(unicodedata.normalize("NFC", text).lower()):
        if not any(word in _empty_words(language) for language in judges):
            found.update(dict.fromkeys(part for language in known for part in _stem(word, language).split()))
    return list(found)


def without_compounds(
    words: Iterable[str], languages: Iterable[str | None], count: Callable[[Sequence[str]], Mapping[str, int]]
) -> list[str]:
    """The stems of a question, each compound that no chunk has replaced by its parts, where chunks have all of them.

    A compound that stands somewhere is left whole: it says more than its parts. Only questions are taken apart; taking the
    chunks apart found no more (docs/index.md).

    Args:
        words: the question's stems.
        languages: those of the index; without one that writes words together nothing is done.
        count: tells in how many chunks each of some stems stands; absent is 0.
    """
    words = list(words)
    if _COMPOUNDING.isdisjoint(languages):
        return words
    counts = count(words)
    found: dict[str, None] = {}
    for word in words:
        whole = counts.get(word, 0) or not 2 * _SHORTEST <= len(word) <= _LONGEST
        found.update(dict.fromkeys([word] if whole else _parts(word, count) or [word]))
    return list(found)


def content_words(text: str) -> list[str]:
    """The words of a question that say what it is about, as they are written, each once."""
    asked_in = detect(text)
    judges = [asked_in] if asked_in in _EMPTY_WORDS else list(_EMPTY_WORDS)
    words = dict.fromkeys(_WORD.findall(unicodedata.normalize("NFC", text)))
    return [word for word in words if not any(word.lower() in _empty_words(language) for language in judges)]


def coverage(words: Sequence[str], text: str, language: str | None, frequencies: Mapping[str, int], chunks: int) -> float:
    """How much of a question's stems a text has, the rare ones counting more: 0 to 1."""
    found = set(stems(text, language))
    weights = {word: max(log((chunks + 1) / (frequencies.get(word, 0) + 0.5)), 1e-6) for word in words}
    return sum(weight for word, weight in weights.items() if word in found) / (sum(weights.values()) or 1.0)


def match_expression(terms: Iterable[str]) -> str:
    """An FTS5 expression that any of the terms satisfies. Terms are of letters and digits alone, so nothing can break out."""
    return " OR ".join(f'"{term}"' for term in terms)


def highest_score(terms: Iterable[str], frequencies: Mapping[str, int], chunks: int) -> float:
    """What a chunk could score at most that repeats every term without end: the scale on which BM25 scores are compared.

    Args:
        terms: the query's.
        frequencies: in how many chunks each stands; absent is 0.
        chunks: how many there are.

    Source: Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009; SQLite FTS5's `bm25` (k1 = 1.2).
    """
    counts = (frequencies.get(term, 0) for term in terms)
    return 2.2 * sum(max(log((chunks - n + 0.5) / (n + 0.5)), 1e-6) for n in counts)


def _parts(word: str, count: Callable[[Sequence[str]], Mapping[str, int]]) -> list[str]:
    """The stems that a word is made of, as many letters as possible in the first; none when something is left over."""
    last = len(word) - _SHORTEST
    pieces = [word[i:j] for i in range(last + 1) for j in range(i + _SHORTEST, len(word) + 1)]
    known = count(pieces)
    # From every place on to the end of the word: what it is made of from there, where it is made of anything.
    rests: dict[int, list[str]] = {len(word): []}
    for start in range(last, -1, -1):
        for end in range(len(word), start + _SHORTEST - 1, -1):
            links = _LINKS if end < len(word) else ("",)
            stems_here = (word[start:end].removesuffix(link) for link in links if word[start:end].endswith(link))
            stem = next((one for one in stems_here if known.get(one, 0)), None)
            if end in rests and stem is not None:
                rests[start] = [stem, *rests[end]]
                break
    return rests.get(0, [])


@lru_cache(maxsize=200_000)
def _stem(word: str, language: str | None) -> str:
    if word in _empty_words(language):
        return ""
    name = _STEMMERS.get(language or "")
    # Half of the different words of business papers are numbers, and Snowball would leave them as they are.
    if name is not None and not word.isdecimal():
        # Snowball's objects keep the word that they work on.
        with _lock:
            word = _stemmer(name)(word)
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", word).casefold().translate(_LETTERS))
    return " ".join(_WORD.findall("".join(c for c in folded if not unicodedata.combining(c))))


@lru_cache
def _empty_words(language: str | None) -> frozenset[str]:
    return frozenset(_EMPTY_WORDS.get(language or "", "").split())


@lru_cache
def _stemmer(name: str) -> Callable[[str], str]:
    import snowballstemmer

    stem: Callable[[str], str] = snowballstemmer.stemmer(name).stemWord
    return stem
