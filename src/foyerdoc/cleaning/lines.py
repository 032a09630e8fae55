"""Steps that look at the ends of lines: words divided by a hyphen, and sentences that run over lines and pages."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from foyerdoc.cleaning.draft import Draft
from foyerdoc.documents import Block

_HYPHENS = ("-", "\u2010", "\u00ad", "\ufffe")
_RUNNING = frozenset({"paragraph", "list_item", "heading", "quote", "caption", "footnote"})
_WORD_BEFORE = re.compile(r"[\w'’-]*\Z")
_WORD_AFTER = re.compile(r"[\w'’]*(?:-\w+)*")

Verdict = Literal["join", "keep", "leave"]
"""One word without its hyphen; one word with it; or two words, the hyphen standing for a part left out (`Haft- und Kasko`)."""

# --- which hyphens are real ------------------------------------------------------------------------------------------


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_CONJUNCTIONS = _set(
    "und oder bzw beziehungsweise sowie bis noch als wie et ou and or to an a en of e o y u as well than resp respektive statt"
)

# French. First parts that no longer word begins with at a point where it can be divided; then second parts, the inverted
# subjects and objects after the verb endings that they follow.
_FRENCH_BEFORE = _set(
    "rendez vis quatre soixante vingt trente quarante cinquante celui celle celles ceux chef procès demi demie non après avant "
    "arrière vice grand quelques grands sud nord est ouest plus peut compte porte garde tout hors elle elles eux lui"
)
_FRENCH_AFTER = _set("dessus dessous delà là devant joint joints jointe jointes être")
_FRENCH_GLUED = _set("feuille feuilles manteau nant ante antes")
_FRENCH_VERBS = (
    (("ez", "ons"), _set("vous nous moi leur lui le la les en y")),
    (("t", "d"), _set("il ils elle elles on")),
    (("s", "x"), _set("tu je")),
)
_FRENCH_SOUS = (
    "trait",
    "total",
    "ensembl",
    "sect",
    "loc",
    "expert",
    "assur",
    "visit",
    "préf",
    "minist",
    "performan",
    "proposi",
)

_ENGLISH_BEFORE = _set(
    "well self non long third first second full high low cross half built real case two three four five six seven eight nine "
    "twelve twenty thirty forty fifty sixty seventy eighty ninety hundred quasi short left right large small one single double "
    "open fixed year month day good hard"
)
_ENGLISH_AFTER = _set(
    "based related free term time called known party wide specific half up off out on in by to of day month year level "
    "end class owned compliant approved defined site going effective insured alone looking"
)
_ENGLISH_ENDINGS = _set(
    "ing ings ment ments ness ly ful er ers est age ages ary ity ities ation ations ware way ways light lights ship ens "
    "ance able ible ish ism ist less like ening fully ally wise hood"
)
_SMALL_WORDS = _set("à of the in to by up on and at t y la le de du en au sur sous c d l non")


@dataclass(slots=True)
class _Words:
    """The words of the text, split at white space; made when the first hyphen asks."""

    text: str
    found: frozenset[str] = frozenset()

    def __contains__(self, word: str) -> bool:
        if not self.found:
            self.found = frozenset(self.text.split())
        return any(word + mark in self.found for mark in ("", ",", ".", ";", ":", ")"))


def hyphenation(draft: Draft) -> None:
    """Put words together that a hyphen divides at a line's end; hyphens that belong to the word stay."""
    text = draft.text
    words = _Words(text)
    for hyphen in _HYPHENS:
        at = text.find(hyphen + "\n")
        while at >= 0:
            _mend(draft, words, at, _next_word(text, at + 1))
            at = text.find(hyphen + "\n", at + 2)
        at = text.find(hyphen + " \n")
        while at >= 0:
            _mend(draft, words, at, _next_word(text, at + 1))
            at = text.find(hyphen + " \n", at + 3)


def _next_word(text: str, at: int) -> int:
    """Where the next line's text starts; the same place if an empty line comes first."""
    start = at
    breaks = 0
    while at < len(text) and text[at] in " \n":
        breaks += text[at] == "\n"
        at += 1
    return at if breaks == 1 else start


def _mend(draft: Draft, words: _Words, at: int, start: int) -> None:
    block = _block_at(draft.blocks, at)
    if start == at + 1 or (block is not None and (block.kind not in _RUNNING or start >= block.span.end)):
        return
    language = (block.language if block is not None else None) or draft.document.language
    verdict = _verdict(draft.text, at, start, language, words)
    if verdict == "join":
        draft.delete("hyphenation", at, start)
    elif verdict == "keep":
        draft.edits.append((at + 1, start, ""))
        draft.counts["hyphenation"] += 1


def _verdict(text: str, at: int, start: int, language: str | None, words: _Words) -> Verdict:
    """What to do about the hyphen at an offset, the next line's text starting at another."""
    before = _WORD_BEFORE.search(text, max(at - 60, 0), at)
    left = before[0] if before else ""
    after = _WORD_AFTER.match(text, start)
    right = after[0] if after else ""
    if not left or not right or not left[-1].isalnum():
        return "leave"
    if text[at] == "\u00ad":
        return "join"
    if right.casefold() in _CONJUNCTIONS and left + right not in words:
        return "leave"
    return _inside_word(left, right, language, words)


def _inside_word(left: str, right: str, language: str | None, words: _Words) -> Verdict:
    last = left.rsplit("-", 1)[-1]
    if not left[-1].isalpha() or not right[0].isalpha() or len(last) < 2 or len(right) < 2:
        return "keep"
    if right[0].isupper():
        capitals = last.isupper() and right.isupper() and len(right) > 2
        return "join" if capitals and last + right in words else "keep"
    if left + "-" + right in words:
        return "keep"
    if left + right in words or last + right in words:
        return "join"
    if last.isupper():
        return "keep"
    return "keep" if _is_compound(left.casefold(), last.casefold(), right.casefold(), language) else "join"


def _is_compound(left: str, last: str, right: str, language: str | None) -> bool:
    """Whether the language writes these two with a hyphen. Left may hold further hyphens, last is its last part."""
    if "-" in left and last in _SMALL_WORDS:
        return True
    if language == "fr":
        return _is_french_compound(last, right)
    if language == "en":
        return right in _ENGLISH_AFTER or (last in _ENGLISH_BEFORE and right not in _ENGLISH_ENDINGS)
    # Two adjectives side by side: deutsch-französisch.
    return language == "de" and "isch" in right and last.endswith(("sch", "o"))


def _is_french_compound(last: str, right: str) -> bool:
    if last in {"sous", "contre"}:
        return right.startswith(_FRENCH_SOUS)
    if "-" in right or right in _FRENCH_AFTER:
        return last != "voi"  # voilà
    if last in _FRENCH_BEFORE:
        return right not in _FRENCH_GLUED
    return any(last.endswith(endings) and right in pronouns for endings, pronouns in _FRENCH_VERBS)


# --- sentences over lines --------------------------------------------------------------------------------------------

_COLUMN = 40  # characters: a block whose longest line is shorter is an address or a list, not running text
_LABEL = re.compile(r"[^\W\d_][\w .()/°-]{0,38}:(?: |$)")


def line_breaks(draft: Draft) -> None:
    """Line breaks within running text become spaces, so that a sentence is one line. Nothing moves.

    A break stays where the line before it is too short to be full, as in addresses, lists and labelled values.
    """
    text, at = draft.text, 0
    parts: list[str] = []
    for block in draft.blocks:
        start, end = block.span.start, block.span.end
        if block.kind not in _RUNNING or text.find("\n", start, end) < 0:
            continue
        piece = text[start:end]
        flowing = piece.replace("\n", " ") if block.kind == "heading" or _is_full(piece) else _joined(piece)
        if flowing != piece:
            draft.counts["line_breaks"] += piece.count("\n") - flowing.count("\n")
            parts += (text[at:start], flowing)
            at = end
    draft.text = "".join(parts) + text[at:]


def _is_full(piece: str) -> bool:
    """Whether all lines but the last are about as long, and long enough for running text."""
    lengths = list(map(len, piece.split("\n")))
    width = max(lengths)
    return width >= _COLUMN and min(lengths[:-1]) >= 0.7 * width and piece.count(":") < len(lengths) - 1


def _joined(piece: str) -> str:
    lines = piece.split("\n")
    width = max(map(len, lines))
    out = [lines[0]]
    for before, line in pairwise(lines):
        out += (" " if _flows(before, line, width) else "\n", line)
    return "".join(out)


def _flows(before: str, line: str, width: int) -> bool:
    if not before or not line or line[0].isspace():
        return False
    if line[0].islower():
        return True
    full = width >= _COLUMN and len(before) >= 0.7 * width
    return full and not (_LABEL.match(line) and _LABEL.match(before))


# --- sentences over pages --------------------------------------------------------------------------------------------


def page_breaks(draft: Draft, *, hyphens: bool, lines: bool) -> None:
    """Put together a paragraph that a page break divides: in a word, or before a small letter.

    Only where nothing but what was left out stands between the two parts.
    """
    words = _Words(draft.text)
    bodies = [body for body in draft.bodies if body[0] < body[1]]
    for (_, end), (start, _) in pairwise(bodies):
        first, second = _block_at(draft.blocks, end - 1), _block_at(draft.blocks, start)
        if first is None or second is None or first.kind not in {"paragraph", "list_item"} or second.kind != "paragraph":
            continue
        if first.span.end < end or second.span.start > start or first is second:
            continue
        _over_page(draft, words, (end, start), first.language or draft.document.language, hyphens=hyphens, lines=lines)


def _over_page(draft: Draft, words: _Words, gap: tuple[int, int], language: str | None, *, hyphens: bool, lines: bool) -> None:
    end, start = gap
    text = draft.text
    divided = text[end - 1] in _HYPHENS and end > 1 and text[end - 2].isalnum()
    if divided and hyphens:
        verdict = _verdict(text, end - 1, start, language, words)
        if verdict == "leave":
            draft.edits.append((end, start, " "))
        elif verdict == "join":
            draft.delete("hyphenation", end - 1, start)
        else:
            draft.edits.append((end, start, ""))
            draft.counts["hyphenation"] += 1
    elif lines and not divided and text[start].islower() and text[end - 1] not in ".!?:;":
        draft.edits.append((end, start, " "))
        draft.counts["line_breaks"] += 1
    else:
        return
    block = _block_at(draft.blocks, start)
    if block is not None:
        draft.joined.add(block.span.start)


def _block_at(blocks: list[Block], offset: int) -> Block | None:
    i = bisect_right(blocks, offset, key=_block_start) - 1
    return blocks[i] if i >= 0 and offset < blocks[i].span.end else None


def _block_start(block: Block) -> int:
    return block.span.start
