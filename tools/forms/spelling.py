"""Whole numbers in words, as bills and receipts repeat their total."""

_ONES = {
    "fr": "zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept "
    "dix-huit dix-neuf",
    "de": "null ein zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn "
    "achtzehn neunzehn",
    "en": "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen",
}
_TENS = {
    "fr": "- - vingt trente quarante cinquante soixante soixante quatre-vingt quatre-vingt",
    "de": "- - zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig",
    "en": "- - twenty thirty forty fifty sixty seventy eighty ninety",
}
_FRENCH, _GERMAN, _ENGLISH = (_ONES[language].split() for language in ("fr", "de", "en"))
_FRENCH_TENS, _GERMAN_TENS, _ENGLISH_TENS = (_TENS[language].split() for language in ("fr", "de", "en"))


def in_words(number: int, language: str) -> str:
    """A number from 0 to 999,999 in French, German or English words; other languages get French ones."""
    thousands, rest = divmod(number, 1000)
    spell = {"de": _german, "en": _english}.get(language, _french)
    if not thousands:
        return spell(rest)
    if language == "de":
        head = spell(thousands).removesuffix("s") if thousands % 100 == 1 else spell(thousands)
        return f"{head}tausend{spell(rest) if rest else ''}"
    if language == "en":
        return f"{spell(thousands)} thousand{f' {spell(rest)}' if rest else ''}"
    # vingt and cent have no s before mille
    head = "" if thousands == 1 else f"{spell(thousands).removesuffix('s') if thousands % 20 == 0 else spell(thousands)} "
    return f"{head}mille{f' {spell(rest)}' if rest else ''}"


def _french(number: int) -> str:
    hundreds, rest = divmod(number, 100)
    if hundreds:
        head = "cent" if hundreds == 1 else f"{_FRENCH[hundreds]} cent{'' if rest else 's'}"
        return f"{head} {_french(rest)}" if rest else head
    if rest < 20:
        return _FRENCH[rest]
    tens, ones = divmod(rest, 10)
    if tens in (7, 9):
        ones += 10
    if rest == 80:
        return "quatre-vingts"
    if not ones:
        return _FRENCH_TENS[tens]
    and_ = " et " if ones in (1, 11) and tens < 8 else "-"
    return f"{_FRENCH_TENS[tens]}{and_}{_FRENCH[ones]}"


def _german(number: int) -> str:
    hundreds, rest = divmod(number, 100)
    if hundreds:
        return f"{_GERMAN[hundreds]}hundert{_german(rest) if rest else ''}"
    if rest < 20:
        return "eins" if rest == 1 and not hundreds else _GERMAN[rest]
    tens, ones = divmod(rest, 10)
    return f"{_GERMAN[ones]}und{_GERMAN_TENS[tens]}" if ones else _GERMAN_TENS[tens]


def _english(number: int) -> str:
    hundreds, rest = divmod(number, 100)
    if hundreds:
        return f"{_ENGLISH[hundreds]} hundred{f' {_english(rest)}' if rest else ''}"
    if rest < 20:
        return _ENGLISH[rest]
    tens, ones = divmod(rest, 10)
    return f"{_ENGLISH_TENS[tens]}-{_ENGLISH[ones]}" if ones else _ENGLISH_TENS[tens]
