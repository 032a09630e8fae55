"""Where sentences begin, by rules for French, German, English and Luxembourgish; nothing is downloaded."""

from __future__ import annotations

import re

# The end of a sentence with closing quotation marks and brackets, and the white space that must follow it; East Asian full
# stops need none. An empty line always ends a sentence.
_END = re.compile(r"[.!?…؟।][\"'»”“’)\]]*\s+|[。！？][」』”）]*\s*|\n[ \t]*\n\s*")
_LAST_WORD = re.compile(r"[\w.'’-]+\Z")

_ABBREVIATION_LIST = """
    art abs al ziff lit nr no nos n° nº vgl s. f ff cf p pp pg vol fig tab kap chap ch sec sect para par cl anh anl bsp
    dr prof ing dipl med jur phil mr mrs ms mme mlle mmes mm me mgr st ste hr hrn fr frl jr sr hon rev bzw ca evtl ggf
    inkl exkl zzgl abzgl sog gem lt max min mind tel tél fax str bd av pl rte env app bât boul exp réf ref dest obj p.ex
    z.b d.h u.a u.ä o.ä i.d.r i.v i.a m.e e.g i.e c.-à-d c-à-d v.a s.o s.u z.hd z.t u.u b.v a.a.o w.e.g approx dept est
    inc ltd corp co llc plc bros assn attn vs viz resp usf allg einschl entspr ges vers vertr stv stk mio mrd tsd jan
    feb febr mär apr jun jul aug sep sept okt oct nov dez dec janv févr avr juil déc
"""
_ABBREVIATIONS = frozenset(_ABBREVIATION_LIST.split())
_GERMAN_LIKE = frozenset({"de", "lb", None})
_OPENING = "\"'«„“‚‘([—–-¿¡"


def sentence_starts(text: str, start: int, end: int, language: str | None = None) -> list[int]:
    """Where the sentences of a stretch begin, ascending; the first is the stretch's start.

    Args:
        text: the whole text.
        start, end: the stretch of it.
        language: ISO 639-1, None when not known. In German and Luxembourgish a number with a dot before a capital is an
            ordinal (`3. März`), elsewhere it may end a sentence.
    """
    starts = [start]
    for match in _END.finditer(text, start, end):
        at = match.end()
        if at < end and (text[match.start()] in "!?…؟।。！？\n" or _ends(text, starts[-1], match.start(), at, language)):
            starts.append(at)
    return starts


def _ends(text: str, start: int, dot: int, at: int, language: str | None) -> bool:
    """Whether the full stop at an offset ends the sentence that began at `start`; the next word is at `at`."""
    following = text[at + 1 : at + 2] if text[at] in _OPENING else text[at]
    if following.islower():
        return False
    found = _LAST_WORD.search(text, max(start, dot - 24), dot)
    if found is None:
        return True
    word = found[0]
    if word.isdecimal():
        return _number_ends(word, found.start() == start, language)
    # A single letter is an initial or half of "z. B."; a word with dots in it is abbreviated.
    if len(word) == 1:
        return not word.isalpha()
    return word.lower() not in _ABBREVIATIONS and "." not in word[-3:]


def _number_ends(number: str, alone: bool, language: str | None) -> bool:
    if alone:
        return False  # "1. The insurer pays": the number of a clause
    return len(number) > 2 or language not in _GERMAN_LIKE
