"""Account numbers (IBAN) and codes of banks (BIC); lengths, check digits and the register of banks are schwifty's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from foyerdoc.extraction.values.habits import Conventions
from foyerdoc.extraction.values.stretches import Stretch, remembered, stretch

_IBAN: Final = re.compile(r"[A-Z](?<!\w[A-Z])[A-Z][0-9]{2}(?:[ \u00a0\u2009\u202f]?[A-Z0-9]){11,34}(?!\w)")
_BIC: Final = re.compile(r"[A-Z](?<!\w[A-Z])[A-Z]{5}[A-Z0-9]{2}(?:[A-Z0-9]{3})?(?!\w)")
_BIC_LABEL: Final = re.compile(r"bic|swift", re.IGNORECASE)
_BANK_LABEL: Final = re.compile(r"bic|swift|bank|banque|transfer|virement|überweis", re.IGNORECASE)
_BIC_REACH: Final = 24
"""How many characters before a code the word that announces it may begin."""

_MISCOUNTED: Final = 3
"""By how many characters an account number may be too long or too short and still be meant as one."""


@remembered
def find_ibans(text: str, _habits: Conventions) -> Iterator[Stretch]:
    """The account numbers. One whose check digits fail, or whose length is not its country's, is found and doubted."""
    at = 0
    while match := _IBAN.search(text, at):
        end, doubt = _border(match)
        at = max(end, match.start() + 2)
        if end > match.start():
            yield stretch("iban", text, match.start(), end, re.sub(r"\s", "", text[match.start() : end]), doubt=doubt)


def find_bics(text: str, _habits: Conventions) -> Iterator[Stretch]:
    """The codes of banks: those that a register has, and those that a label announces.

    No register is complete. Eight capitals are often a word ("DOCUMENT" would be a bank of Montenegro), so that it takes more
    to announce a code without digits.
    """
    for match in _BIC.finditer(text):
        label = _BANK_LABEL if re.search(r"\d", match[0]) else _BIC_LABEL
        labelled = label.search(text, max(0, match.start() - _BIC_REACH), match.start())
        if _bic_is_known(match[0]) or (labelled and _bic_is_possible(match[0])):
            yield stretch("bic", text, *match.span(), match[0])


def iban_is_valid(iban: str) -> bool:
    """Whether the check digits (ISO 13616, modulo 97), the country and its length fit. Spaces are ignored."""
    from schwifty import IBAN

    return IBAN(iban, allow_invalid=True).is_valid


def _border(match: re.Match[str]) -> tuple[int, str | None]:
    """Where an account number ends, and what is wrong with it; its beginning where it is none."""
    from schwifty.exceptions import SchwiftyException
    from schwifty.registry import get_iban_spec

    try:
        length = get_iban_spec(match[0][:2]).iban_length
    except SchwiftyException:
        return match.start(), None
    # A word in capitals may follow ("... 3757 00 BIC"): the country says how long its numbers are.
    places = [i for i, c in enumerate(match[0]) if not c.isspace()]
    if len(places) >= length:
        end = places[length - 1] + 1
        if end == len(match[0]) or match[0][end].isspace():
            compact = re.sub(r"\s", "", match[0][:end])
            if iban_is_valid(compact):
                return match.start() + end, None if _bank_is_content(compact) else "bank_checksum"
            return match.start() + end, "checksum"
    # Of a wrong length: up to the first word, if what is left is about as long as it should be.
    word = re.search(r"(?<=\d)\s[A-Z]+(?!\w)", match[0])
    end = word.start() if word else len(match[0])
    about_right = abs(sum(place < end for place in places) - length) <= _MISCOUNTED
    return match.start() + (end if about_right else 0), "checksum"


def _bank_is_content(iban: str) -> bool:
    """Whether the check digits that some countries' banks have within the account number fit; true where they have none."""
    from schwifty import IBAN
    from schwifty.checksum import algorithms
    from schwifty.exceptions import SchwiftyException

    if not any(name.startswith(f"{iban[:2]}:") for name in algorithms):
        return True
    try:
        return IBAN(iban, allow_invalid=True).bban.validate_national_checksum()
    except SchwiftyException:
        return False


def _bic_is_known(code: str) -> bool:
    from schwifty.registry import get_banks_by_bic

    # A register has either the code of eight or that of the head office, which ends in XXX.
    return any(get_banks_by_bic(spelling) for spelling in (code, code[:8], f"{code[:8]}XXX"))


def _bic_is_possible(code: str) -> bool:
    from schwifty import BIC

    return BIC(code, allow_invalid=True).is_valid
