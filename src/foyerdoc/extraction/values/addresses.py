"""Postal addresses: a street with its number, a postcode and a town, on one line or on several.

No library finds these for the countries around: pyap knows American, British and Canadian addresses, libpostal takes an
address apart that has been cut out already, with two gigabytes of data. The postcode is found first, since few numbers can
be one, then the street before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from foyerdoc.extraction.values.habits import Conventions
from foyerdoc.extraction.values.stretches import Stretch, first_come, stretch

_REACH: Final = 120
"""How many characters before a postcode the street may begin."""

_CAPITAL: Final = r"(?![a-zß-öø-ÿ])[^\W\d_]"
_NAME: Final = rf"(?:[dl]['’])?{_CAPITAL}[^\W\d_]*(?:['’-][^\W\d_]+)*"
_NO_TOWN: Final = (
    r"(?!(?i:t[ée]l|fax|phone|mobil|mail|siret|siren|rcs|tva|ust|uid|iban|bic|france|luxembourg|belgique|suisse)(?![^\W_]))"
)
_BY: Final = r"(?:am|an der|an|in|im|bei|ob der|v\. ?d\.|vor der|sur|sous|en|lès|les|la|le|de|du|des)"
_TOWN: Final = (
    rf"(?:(?:Bad|Saint|Sainte|Sankt|St\.?|Ste|Le|La|Les|Mont|Port|Neu|Groß|Klein)[ -])?{_NAME}"
    rf"(?:[ -]{_BY}[ -]{_NAME}|[ ](?=[dl]['’]){_NAME}|(?<=[A-ZÀ-Þ]{{2}})[ ]{_NO_TOWN}[A-ZÀ-Þ]{{2,}}(?![^\W\d_])){{0,3}}"
    r"(?:[ ](?i:cedex)(?:[ ]\d{1,2}(?!\w))?)?"
)
_CODE: Final = re.compile(rf"\d(?<!\w\d)(?<![.,/]\d)\d{{3,4}}[ \u00a0](?:[A-Z]{{2}}[ ]+)?{_TOWN}(?![\w@])")
_COUNTRY: Final = re.compile(r"(?<!\w)(?:[LDFBA]|CH|LU|DE|FR|BE|AT)(?:-|[ ]-[ ]|[ ])\Z")

_HOUSE: Final = (
    r"(?<![\w.,/-])\d{1,4}(?:[ ]?(?:bis|ter|quater)(?!\w)|[ ]?[a-zA-Z](?!\w))?(?:[ ]?[-–/+][ ]?\d{1,4}[a-zA-Z]?(?!\w))*"
)
_WORDS: Final = r"[^\W\d_][\w.'’-]*(?:[ ](?:[^\W\d_][\w.'’-]*|\d{1,4}(?!\w))){0,7}"
_TURN: Final = r"[ \t\u00a0]*[,;·|–-]?[ \t\u00a0]*\n?[ \t\u00a0]*"
_BOX: Final = rf"(?:(?:B\.?P\.?|CS|Boîte postale|Postfach|Bâtiment|Bât\.?|Appt?\.?|[ÉE]tage|Bte|Boîte)[ ]?\w{{1,8}}{_TURN})?"
_FRENCH: Final = (
    r"(?i:rue|avenue|av\.?|ave\.|boulevard|bd\.?|blvd\.?|place|pl\.|chemin|ch\.|route|rte\.?|impasse|allée|allee|quai|cours|square|"
    r"montée|cité|passage|esplanade|promenade|sentier|val|domaine|zone|za|zi|zae|parc|faubourg|chaussée|voie|résidence|"
    r"rond-point|côte|grand[- ]?rue|grand[- ]?place)"
)
_GERMAN: Final = (
    r"(?i:stra(?:ß|ss)e|str\.|weg|platz|allee|gasse|ring|damm|ufer|steig|hof|markt|graben|chaussee|pfad|strooss|laan|straat)"
)
_AT: Final = r"(?:An|Am|Auf|Bei|Beim|Im|In|Zum|Zur|Unter|Hinter|Vor|Op|Um)[ ](?:d(?:er|en|em)[ ])?"
_STREETS: Final = (
    rf"{_HOUSE},?[ ]{_FRENCH}(?![^\W\d_])(?:[ ]{_WORDS})?",  # 12, rue de la Gare; 3 bis avenue Foch
    rf"(?<![\w'’-]){_FRENCH}[ ]{_WORDS},?[ ]{_HOUSE}",  # rue de la Loi 16
    rf"{_HOUSE},[ ](?i:op|um|am|an|bei|beim|im|in|a)[ ]{_WORDS}",  # 5, op der Gare
    rf"(?<![\w-])(?:{_AT})?{_CAPITAL}[^\W\d_]*(?:-[^\W\d_]+)*?-?{_GERMAN}[ ]{_HOUSE}",  # Bahnhofstraße 12a; Karl-Marx-Allee 3
    rf"(?<![\w-])(?:{_AT})?{_NAME}[ ]{_GERMAN}[ ]{_HOUSE}",  # Mariahilfer Straße 12/3/4; Am Alten Hof 3
    rf"(?m:^){_AT}{_WORDS}[ ]{_HOUSE}",  # a line: Unter den Linden 77
)
_BARE: Final = rf"{_HOUSE},[ ](?={_CAPITAL}){_WORDS}"  # 12, Kiischpelt: only before a postcode that names its country

_WAY: Final = (
    "Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Boulevard|Blvd|Way|Court|Ct|Square|Place|Pl|Terrace|Close|Crescent|"
    "Parkway|Pkwy|Highway|Row|Gardens|Hill"
)
_ENGLISH: Final = re.compile(
    rf"{_HOUSE}[ ](?:[^\W\d_][\w.'’-]*[ ]){{1,4}}?(?:{_WAY})(?!\w)(?:[^\n;:()|]|\n(?!\s*\n)){{1,70}}\Z"
)
_ENGLISH_CODE: Final = re.compile(r"[A-Z](?<!\w[A-Z])(?:[A-Z]?\d[A-Z\d]? \d[A-Z]{2}|[A-Za-z]+\.?,? \d{5}(?:-\d{4})?)(?!\w)")


def find_addresses(text: str, _habits: Conventions) -> Iterator[Stretch]:
    """The postal addresses of French, German, Luxembourgish, Belgian, Swiss, Austrian, British and American form."""
    yield from first_come(_continental(text), _english(text))


def _continental(text: str) -> Iterator[Stretch]:
    for code in _CODE.finditer(text):
        country = _COUNTRY.search(text, max(0, code.start() - 5), code.start())
        start = country.start() if country else code.start()
        window = text[max(0, start - _REACH) : start]
        for pattern in _patterns(named=country is not None):
            if street := pattern.search(window):
                yield _address(text, start - len(window) + street.start(), code.end())
                break


def _english(text: str) -> Iterator[Stretch]:
    for code in _ENGLISH_CODE.finditer(text):
        window = text[max(0, code.start() - _REACH) : code.start()]
        if street := _ENGLISH.search(window):
            yield _address(text, code.start() - len(window) + street.start(), code.end())


def _patterns(*, named: bool) -> tuple[re.Pattern[str], ...]:
    return _COMPILED if named else _COMPILED[:-1]


_COMPILED: Final = tuple(re.compile(rf"{street}{_TURN}{_BOX}\Z") for street in (*_STREETS, _BARE))


def _address(text: str, start: int, end: int) -> Stretch:
    on_one_line = re.sub(r",?\s*\n\s*", ", ", text[start:end])
    return stretch("address", text, start, end, " ".join(on_one_line.split()))
