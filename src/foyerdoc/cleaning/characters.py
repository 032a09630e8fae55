"""Steps that look at single characters: broken encodings, ligatures, odd spaces, soft hyphens, zero-width characters."""

from __future__ import annotations

import re
from collections.abc import Iterator

from foyerdoc.cleaning.draft import Draft, Edit

# --- odd spaces ------------------------------------------------------------------------------------------------------

_SPACES = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_LINE_ENDS = "\u2028\u2029\u0085\v\f\r"
_RUN = re.compile("  +")
# A run is looked at from its start alone: from each of its characters, a hundred thousand spaces would take minutes.
_EDGE = re.compile("(?<! ) +(?=\n)|(?<=\n) +")
# The same where characters without width stand between the spaces, marked with NUL.
_GONE = "\0"
_RUN_WITH_GONE = re.compile("(?<![ \0])(?:\0* [ \0]+|\0+ \0*)")
_EDGE_WITH_GONE = re.compile("(?<![^\n])\0* [ \0]*|(?<![ \0])\0* [ \0]*(?![^\n])")


def odd_spaces(draft: Draft) -> None:
    """No-break, narrow, thin and wide spaces become spaces, other line ends line breaks. One for one, so nothing moves."""
    text = draft.text
    if text.isascii() and not any(end in text for end in "\v\f\r"):
        return
    if "\r\n" in text:
        for at in _places(text, "\r\n"):
            draft.edits.append((at, at + 1, ""))
            draft.counts["spaces"] += 1
    for old, new in [(space, " ") for space in _SPACES] + [(end, "\n") for end in _LINE_ENDS]:
        if old in text:
            draft.counts["spaces"] += text.count(old)
            text = text.replace(old, new)
    draft.text = text


def space_runs(draft: Draft) -> None:
    """Several spaces in a row become one, spaces at the ends of lines none; not in code."""
    text = draft.text
    dropped = [removal.span.start for removal in draft.removals if removal.step in {"soft_hyphens", "zero_width"}]
    gone = bool(dropped)
    if gone:
        characters = list(text.replace(_GONE, "\1"))
        for at in dropped:
            characters[at] = _GONE
        text = "".join(characters)
    found: list[Edit] = []
    if gone or "  " in text:
        pattern = _RUN_WITH_GONE if gone else _RUN
        found += [(m.start(), m.end(), " ") for m in pattern.finditer(text)]
    if gone or " \n" in text or "\n " in text:
        # Where both match, they match the same stretch, and leaving it out comes first in the order of edits.
        found += [(m.start(), m.end(), "") for m in (_EDGE_WITH_GONE if gone else _EDGE).finditer(text)]
    code = [block.span for block in draft.blocks if block.kind == "code"]
    if code and found:
        found = [edit for edit in found if not any(span.start < edit[0] and edit[1] < span.end for span in code)]
    draft.edits += found
    draft.counts["spaces"] += len(found)


# --- ligatures -------------------------------------------------------------------------------------------------------

_LIGATURES = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st", "ĳ": "ij", "Ĳ": "IJ"}


def ligatures(draft: Draft) -> None:
    """Typographic ligatures become their letters. œ and æ are letters of their own and stay."""
    if draft.text.isascii():
        return
    for ligature, letters in _LIGATURES.items():
        for at in _places(draft.text, ligature):
            draft.edits.append((at, at + 1, letters))
            draft.counts["ligatures"] += 1


# --- soft hyphens and characters without width -----------------------------------------------------------------------

_WIDTHLESS = "\u200b\u2060\ufeff\u180e\u2061\u2062\u2063\u2064\ufffe"
_DIRECTION = "\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_JOINERS = "\u200c\u200d"
_CONTROLS = "".join(map(chr, (*range(9), *range(14, 32), 127)))
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")


def soft_hyphens(draft: Draft) -> None:
    """Hyphens that show only at a line's end are left out."""
    for at in _places(draft.text, "\u00ad"):
        draft.delete("soft_hyphens", at, at + 1)


def zero_width(draft: Draft) -> None:
    """Left out: zero-width spaces, byte order marks, control characters, and direction marks without right-to-left text.

    A joiner or non-joiner stays where it has a meaning: in emoji and next to letters of scripts that join.
    """
    text = draft.text
    unwanted = _CONTROLS
    if not text.isascii():
        unwanted += _WIDTHLESS
        if any(mark in text for mark in _DIRECTION) and not _RIGHT_TO_LEFT.search(text):
            unwanted += _DIRECTION
    for character in unwanted:
        for at in _places(text, character):
            draft.delete("zero_width", at, at + 1)
    for joiner in _JOINERS:
        for at in _places(text, joiner):
            if not (_joins(text[at - 1 : at]) or _joins(text[at + 1 : at + 2])):
                draft.delete("zero_width", at, at + 1)


def _joins(neighbour: str) -> bool:
    """Emoji, and letters from Hebrew on; not Latin, Greek, Cyrillic, spaces or general punctuation."""
    return neighbour >= "\u0590" and not "\u1e00" <= neighbour <= "\u206f"


# --- broken encodings ------------------------------------------------------------------------------------------------

# What each byte from 0x80 on looks like when UTF-8 is read as Windows-1252, or as Latin-1 where that has no character.
_LOOKS = {byte: bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in range(0x80, 0x100)}
_BYTES = {look: byte for byte, look in _LOOKS.items()} | {chr(byte): byte for byte in range(0x80, 0xA0)}


def _class(first: int, last: int) -> str:
    looks = {_LOOKS[byte] for byte in range(first, last + 1)} | {chr(byte) for byte in range(first, last + 1)}
    return "[" + "".join(re.escape(look) for look in sorted(looks)) + "]"


_TAIL = _class(0x80, 0xBF)
_BROKEN = re.compile(
    f"{_class(0xC2, 0xDF)}{_TAIL}|{_class(0xE0, 0xEF)}{_TAIL}{_TAIL}|{_class(0xF0, 0xF4)}{_TAIL}{_TAIL}{_TAIL}"
)
# No language writes these; closing quotation marks and dashes after Ã may follow a Portuguese word in capitals.
_CERTAIN = re.compile("Ã[©¨ª¢«¬®¯°±²³´µ¶·¸¹º¼½¾¿¡£¤¥¦§ƒ€Ÿœžš†‡ˆ‰ŠŒŽ\x80-\x9f]|â€[™œ˜¦\x80-\x9f]|â‚¬|Â[°«»§©®²³]|ðŸ")
_SIGNS = ("Ã", "â€", "â‚¬", "Â", "ðŸ")


def broken_encoding(draft: Draft) -> None:
    """UTF-8 that was read as Windows-1252 or Latin-1 becomes what it was, where at least one place leaves no doubt."""
    text = draft.document.text
    if text.isascii() or not any(sign in text for sign in _SIGNS) or not _CERTAIN.search(text):
        return
    for match in _BROKEN.finditer(text):
        try:
            mended = bytes(_BYTES.get(look) or ord(look) for look in match[0]).decode("utf-8")
        except ValueError:
            continue
        draft.edits.append((match.start(), match.end(), mended))
        draft.counts["encoding"] += 1


def _places(text: str, part: str) -> Iterator[int]:
    at = text.find(part)
    while at >= 0:
        yield at
        at = text.find(part, at + 1)
