"""Numbers that states give: for VAT, to persons and to companies. Their check digits are python-stdnum's.

A number whose shape is its own (FR 40 303 265 045, CHE-107.787.577, 756.9217.0769.85) is known by its look where its check
digits fit. One that is only digits (a SIREN, a tax number) is known by the label before it. Where check digits fail, a label
has to say what was meant; the number is then given as it stands, and doubted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Final

from foyerdoc.extraction.values.accounts import find_ibans
from foyerdoc.extraction.values.habits import Conventions
from foyerdoc.extraction.values.stretches import GAP, Kind, Stretch, apart, first_come, remembered, stretch

_REACH: Final = 48
"""How many characters before a number its label may begin, on its line or the one above, without digits between."""

_MARKS: Final = r"[ .\u00a0\u2009\u202f-]{1,2}"
_VAT: Final = re.compile(
    r"(?:AT|BE|BG|CH|CY|CZ|DE|DK|EE|EL|ES|FI|FR|GB|HR|HU|IE|IT|LT|LU|LV|MT|NL|PL|PT|RO|SE|SI|SK|XI)(?<!\w[A-Z]{2})"
    rf"(?:{_MARKS})?[A-Z0-9]{{1,14}}(?:{_MARKS}[A-Z0-9]{{1,10}}){{0,5}}(?!\w)"
)
_VAT_LABEL: Final = r"vat|tva|t\.v\.a|mwst|ust|mehrwertsteuer|umsatzsteuer|uid|intracom\w*|tax|btw"


def _compact(raw: str) -> str:
    return re.sub(r"[\W_]", "", raw).upper()


def _registered(raw: str) -> str:
    """The register, the number and its letter: "HRB 12345 B" of "HRB Nr. 12345 B"."""
    return " ".join(re.findall(r"^[A-Za-z]{2,3}|\d+|[A-Z]$", raw))


def luxembourg_matricule_is_valid(number: str) -> bool:
    """Whether both check digits of a Luxembourgish person's 13 digits fit: the birthday, three, one of Luhn, one of Verhoeff.

    python-stdnum has both algorithms, but not this number.

    Source: European Commission, "TIN algorithm - public - functional specification", Luxembourg: each check digit is
    over the first eleven digits.
    """
    from stdnum import luhn, verhoeff

    return luhn.is_valid(number[:12]) and verhoeff.is_valid(number[:11] + number[12:])


@dataclass(frozen=True, slots=True)
class _Scheme:
    """How one kind of number is written and known.

    Attributes:
        pattern: what it looks like; it begins with a character that it must have, for speed.
        check: the module of python-stdnum that checks it, or a function that does; None where there is nothing to check.
        label: the words that announce it; None where its look is enough although nothing can be checked.
        after: what may stand behind it instead of a label before it ("552 081 317 R.C.S. Paris").
        own_look: whether it needs no label where its check digits fit.
        value: its normal form.
    """

    pattern: str
    check: str | Callable[[str], bool] | None
    label: str | None
    after: str | None = None
    own_look: bool = False
    value: Callable[[str], str] = _compact


_PERSONS: Final = (
    # France: NIR, of social security
    _Scheme(
        rf"[12](?<!\w[12]){GAP}?\d\d{GAP}?\d\d{GAP}?(?:\d\d|2[AB]){GAP}?\d{{3}}{GAP}?\d{{3}}(?:{GAP}?[/-])?{GAP}?\d\d(?!\w)",
        "fr.nir",
        r"sécurité sociale|securite sociale|n\.?i\.?r|ss|insee|assuré",
        own_look=True,
    ),
    # Switzerland: of the AHV
    _Scheme(
        r"756(?<!\w756)(?P<mark>[. ]?)\d{4}(?P=mark)\d{4}(?P=mark)\d\d(?!\w)",
        "ch.ssn",
        r"ahv\w*|avs|sozialversicherung\w*|assurance sociale",
        own_look=True,
    ),
    # Luxembourg: the matricule of a person
    _Scheme(
        rf"(?:19|20)(?<!\w\d\d)\d\d{GAP}?[01]\d{GAP}?[0-3]\d{GAP}?\d{{3}}{GAP}?\d\d(?!\w)",
        luxembourg_matricule_is_valid,
        r"matricule|matrikel\w*|identification national\w*|social security|sozialversicherung\w*|sécurité sociale|cns|tin",
        own_look=True,
    ),
    # Belgium: national register
    _Scheme(
        r"\d(?<!\w\d)\d\.[01]\d\.[0-3]\d-\d{3}\.\d\d(?!\w)",
        "be.nn",
        r"registre national|rijksregister\w*|nationalregister\w*|niss|insz|rrn",
        own_look=True,
    ),
    # Germany: identification number and number of the tax office
    _Scheme(
        rf"\d(?<!\w\d)\d(?:{GAP}?\d{{3}}){{3}}(?!\w)",
        "de.idnr",
        r"steuer-?id|idnr|steuerliche identifikationsnummer|steuer-?identifikationsnummer",
    ),
    _Scheme(
        r"\d(?<!\w\d)\d{1,3}(?:(?:[/ ]\d{2,5}){2,3}|\d{7,10})(?!\w)",
        "de.stnr",
        r"steuer-?nummer|steuer-?nr|st\.?-?nr|tax number",
    ),
    # Austria: social security
    _Scheme(
        rf"\d(?<!\w\d)\d{{3}}{GAP}?[0-3]\d[01]\d\d\d(?!\w)",
        "at.vnr",
        r"sv-?nr|sv-?nummer|svnr|sozialversicherungsnummer|versicherungsnummer",
    ),
    # Great Britain: National Insurance, which has no check digit
    _Scheme(
        rf"[A-Z](?<!\w[A-Z])[A-Z]{GAP}?\d\d{GAP}?\d\d{GAP}?\d\d{GAP}?[A-D](?!\w)",
        None,
        r"national insurance(?: number| no)?|nino|ni (?:no|number)",
    ),
)
_COMPANIES: Final = (
    # Switzerland
    _Scheme(r"CHE(?<!\wCHE)[- ]?\d{3}[. ]?\d{3}[. ]?\d{3}(?!\w)", "ch.uid", r"uid|ide|mwst|tva", own_look=True),
    # France: an establishment, a company
    _Scheme(rf"\d(?<!\w\d)\d\d{GAP}?\d{{3}}{GAP}?\d{{3}}{GAP}?\d{{5}}(?!\w)", "fr.siret", r"siret"),
    _Scheme(
        rf"\d(?<!\w\d)\d\d(?P<mark>{GAP}|\.)?\d{{3}}(?P=mark)?\d{{3}}(?!\w)", "fr.siren", r"siren|r\.?c\.?s", after=r"R\.?C\.?S"
    ),
    # Luxembourg: register of commerce, whose numbers have no check digit
    _Scheme(
        r"[A-L](?<!\w[A-L])[ .-]?\d{1,3}(?:[. ]?\d{3})?(?![\w]|[.,]\d| \d{3})",
        None,
        r"r\.?c\.?s\.?l?|registre de commerce|handelsregister",
    ),
    # Germany: registers of commerce, of cooperatives, of associations
    _Scheme(
        rf"(?:HRA|HRB|GnR)(?<!\w[A-Za-z]{{3}})(?:{GAP}?(?:Nr\.|Nummer))?{GAP}?[1-9]\d{{0,5}}(?: [BPN](?!\w))?(?!\w|[.,/]\d)",
        None,
        None,
        value=_registered,
    ),
    _Scheme(
        rf"VR(?<!\wVR)(?:{GAP}?Nr\.)?{GAP}?[1-9]\d{{0,5}}(?!\w|[.,/]\d)",
        None,
        r"amtsgericht|vereinsregister|ag",
        value=_registered,
    ),
    # Austria
    _Scheme(
        rf"\d(?<!\w\d)\d{{3,5}}{GAP}?[a-z](?!\w)",
        "at.businessid",
        r"fn|firmenbuch\w*",
        value=lambda raw: re.sub(r"\s", "", raw),
    ),
    # Belgium
    _Scheme(r"[01](?<!\w[01])\d{3}[. ]?\d{3}[. ]?\d{3}(?!\w)", "be.vat", r"bce|kbo|entreprise|ondernemingsnummer|rpm|rpr"),
    # Great Britain, which has no check digit
    _Scheme(
        r"[0-9SNO](?<!\w[0-9SNO])(?:\d|(?<=S)C|(?<=N)I|(?<=O)C)\d{6}(?!\w)",
        None,
        r"company (?:no|number)|registered (?:no|number)|registered in england(?: and wales)?|registration (?:no|number)",
    ),
)


@remembered
def find_vat_numbers(text: str, habits: Conventions) -> Iterator[Stretch]:
    """The VAT numbers with their country's prefix."""
    yield from apart(_vat_numbers(text), find_ibans(text, habits))


@remembered
def find_national_ids(text: str, habits: Conventions) -> Iterator[Stretch]:
    """The numbers of persons: for social security, for taxes, in a national register."""
    yield from apart(first_come(*(_numbers(text, "national_id", scheme) for scheme in _PERSONS)), find_ibans(text, habits))


@remembered
def find_company_ids(text: str, habits: Conventions) -> Iterator[Stretch]:
    """The numbers of companies in a register."""
    yield from apart(first_come(*(_numbers(text, "company_id", scheme) for scheme in _COMPANIES)), find_ibans(text, habits))


def _numbers(text: str, kind: Kind, scheme: _Scheme) -> Iterator[Stretch]:
    for match in _compiled(scheme.pattern).finditer(text):
        labelled = _is_labelled(match, scheme)
        if labelled or scheme.own_look:
            value = scheme.value(match[0])
            fits = _fits(scheme.check, value)
            if fits or labelled:
                yield stretch(kind, text, *match.span(), value, doubt=None if fits else "checksum")


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _is_labelled(match: re.Match[str], scheme: _Scheme) -> bool:
    if scheme.label is None or _label(scheme.label).search(match.string, max(0, match.start() - _REACH), match.start()):
        return True
    return (
        scheme.after is not None and _compiled(rf"[ ,\u00a0]{{0,2}}{scheme.after}").match(match.string, match.end()) is not None
    )


@cache
def _label(words: str) -> re.Pattern[str]:
    """A label without digits after it: what follows is its number, not the next one."""
    return re.compile(rf"(?<![^\W_])(?:{words})(?![^\W_])\D*\Z", re.IGNORECASE)


def _fits(check: str | Callable[[str], bool] | None, value: str) -> bool:
    if check is None:
        return True
    return check(value) if callable(check) else bool(import_module(f"stdnum.{check}").is_valid(value))


def _vat_numbers(text: str) -> Iterator[Stretch]:
    at = 0
    while match := _VAT.search(text, at):
        end, doubt = _vat_border(match)
        at = max(end, match.start() + 2)
        if end > match.start():
            yield stretch("vat", text, match.start(), end, _compact(text[match.start() : end]), doubt=doubt)


def _vat_border(match: re.Match[str]) -> tuple[int, str | None]:
    """Where a VAT number ends: the longest run of its groups that the country's rules accept; its beginning where none does.

    Behind a label, the longest that has the right shape is taken although its check digits fail, and doubted.
    """
    from stdnum.exceptions import InvalidChecksum, ValidationError

    check = import_module(f"stdnum.{ {'CH': 'ch.vat', 'GB': 'gb.vat'}.get(match[0][:2], 'eu.vat') }")
    failing = None
    cuts = [match.end(), *(match.start() + mark.start() for mark in re.finditer(_MARKS, match[0]))]
    for end in sorted(cuts, reverse=True):
        try:
            check.validate(match.string[match.start() : end])
        except InvalidChecksum:
            failing = failing or end
        except ValidationError:
            continue
        else:
            return end, None
    if failing and _label(_VAT_LABEL).search(match.string, max(0, match.start() - _REACH), match.start()):
        return failing, "checksum"
    return match.start(), None
