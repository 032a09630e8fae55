"""The regular expressions that an engineer writes in a day: what extraction has to beat.

Labels in English, French and German with the value behind them on the line, in the cells after or in the cell below; dates,
amounts and IBANs by pattern; where no label is found a guess of the usual kind: the first date, the greatest amount, the first
name with a legal form.

It sees a document's text and nothing else, and uses nothing of `foyerdoc.extraction`. It was written from general knowledge of
invoices and contracts before it was run on any of them, tried on texts of our own (tests/benchmarks), and not changed by what
it reached: nothing in it is tuned on the documents that it is measured on.

Used by `einvoice`, `invoice2data` and `cuad` with `--baseline`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Final

_MONTHS: Final = (
    "january|jan|janvier|janv|januar|jänner|jän", "february|feb|février|fevrier|févr|februar", "march|mar|mars|märz|mrz",
    "april|apr|avril|avr", "may|mai", "june|jun|juin|juni", "july|jul|juillet|juil|juli", "august|aug|août|aout",
    "september|sept|sep|septembre", "october|oct|octobre|oktober|okt", "november|nov|novembre",
    "december|dec|décembre|déc|dezember|dez",
)  # fmt: skip
_MONTH: Final = "|".join(sorted("|".join(_MONTHS).split("|"), key=len, reverse=True))
_DATE: Final = re.compile(
    r"(?<![\w.,/-])(?:"
    r"(?P<y1>\d{4})[-/.](?P<m1>\d{1,2})[-/.](?P<d1>\d{1,2})"
    r"|(?P<a>\d{1,2})\s?[./-]\s?(?P<b>\d{1,2})\s?[./-]\s?(?P<y2>\d{4}|\d{2})"
    rf"|(?P<d3>\d{{1,2}})(?:st|nd|rd|th|er|\.)?[\s-]*(?:day\s+of\s+|of\s+)?(?P<m3>{_MONTH})\b\.?,?[\s-]*(?P<y3>\d{{4}})"
    rf"|(?P<m4>{_MONTH})\b\.?\s+(?P<d4>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y4>\d{{4}})"
    r")(?![\w/-])",
    re.IGNORECASE,
)
_MARKS: Final = {"€": "EUR", "$": "USD", "£": "GBP", "₹": "INR", "Rs": "INR", "zł": "PLN", "¥": "JPY", "Fr.": "CHF"}
_CODES: Final = "EUR|USD|GBP|CHF|JPY|INR|PLN|SEK|DKK|NOK|CZK|CAD|AUD"
_CURRENCY: Final = re.compile(rf"(?<![A-Za-z])(?:(?P<code>{_CODES})(?![A-Za-z])|(?P<mark>[€$£₹¥]|Rs\b|zł\b|Fr\.))")
_NUMBER: Final = r"\d{1,3}(?:[.,'’ \u00a0\u202f]\d{3})+(?:[.,]\d{2})?|\d+[.,]\d{2}"
_AMOUNT: Final = re.compile(
    rf"(?<![\w.,/-])(?P<number>[-−]?(?:{_NUMBER}))(?![\d%/]|[.,]\d|\s?%)"
    rf"|(?:(?:{_CODES}|[€$£₹¥]|Rs\.?)\s?)(?P<marked>-?(?:{_NUMBER}|\d+))(?![\d%/]|[.,]\d|\s?%)"
    rf"|(?<![\w.,/-])(?P<before>\d+)\s?(?:€|{_CODES})(?!\w)"
)
_IBAN: Final = re.compile(r"\b[A-Z]{2}\d{2}(?:[ ]?[A-Z0-9]{1,4}){3,8}\b")
_IDENTIFIER: Final = re.compile(r"[#A-Za-z0-9](?:[\w./#-]*\w)?")
_LEGAL: Final = (
    r"GmbH(?:\s*&\s*Co\.?\s*KG(?:aA)?)?|AG|KG|UG|OHG|GbR|e\.\s?K\.|e\.\s?V\.|SE|S\.?A\.?R\.?L\.?|SARL|Sàrl|SASU?|S\.A\.S\.|EURL|"
    r"S\.?A\.?|SCI|SPRL|SRL|Ltd\.?|Limited|LLC|L\.L\.C\.|LLP|L\.P\.|LP|Inc\.?|Incorporated|Corp\.?|Corporation|PLC|plc|N\.A\.|"
    r"B\.?V\.?|N\.?V\.?|S\.?p\.?A\.?|A/S|ApS|AB|Oy|Pty\.?\s+Ltd\.?|Pvt\.?\s+Ltd\.?"
)
_FIRM: Final = re.compile(rf"(?P<name>[A-ZÀ-Ý][\wÀ-ÿ&.,'’+ -]{{1,70}}?[\s,](?:{_LEGAL}))(?=[\s,;:|·•()]|$)")

_INVOICE_NUMBER: Final = (
    (
        r"invoice\s*(?:number|num|no|nr|id|reference|ref|#|№)|(?:bill|receipt|credit\s+note|document)\s*(?:number|no|nr|#)|"
        r"(?:n[°ºo]|num[ée]ro|r[ée]f[ée]rence|r[ée]f)\.?\s*(?:de\s+(?:la\s+)?)?facture|facture\s*(?:n[°ºo]|num[ée]ro|r[ée]f)|"
        r"rechnungs?[\s-]*(?:nummer|nr|no)|beleg[\s-]*(?:nummer|nr)|re[.\s-]+nr"
    ),
    r"^\W*(?:tax\s+)?(?:invoice|facture|rechnung|avoir|gutschrift)\b",
)
_INVOICE_DATE: Final = (
    (
        r"invoice\s+date|date\s+of\s+(?:the\s+)?(?:invoice|issue)|issue\s+date|date\s+issued|issued\s+on|bill(?:ing)?\s+date|"
        r"date\s+(?:de\s+(?:la\s+)?factur\w*|d['’][ée]mission|facture)|facture\s+du|[ée]mise?\s+le|"
        r"rechnungs[\s-]*datum|beleg[\s-]*datum|ausstellungs[\s-]*datum|rechnung\s+vom|ausgestellt\s+am"
    ),
    (
        r"(?<!due )(?<!delivery )(?<!order )\bdate\b(?!\s+(?:d['’][ée]ch[ée]ance|de\s+livraison|limite|due))|"
        r"^\W*datum\b|,\s+(?:le|den)\b"
    ),
)
_NET: Final = (
    (
        r"sub[\s-]*total|total\s*\(?(?:excl\w*|before|without|net\b|exclusive)|net\s+(?:amount|total|value)|taxable\s+(?:amount|value)|"
        r"(?:total|montant|base)\s*(?:net\s*)?(?:h\.?\s?t\b|hors\s+tax)|sous[\s-]*total|"
        r"netto[\s-]*(?:betrag|summe|gesamt|wert)|(?:summe|gesamt(?:betrag)?|betrag|total)\s*\(?netto|zwischensumme|gesamtnetto"
    ),
    r"\bnetto\b|\bnet\b(?!\s+[àa]\s+payer)|\bh\.?t\.?\b|\bwarenwert\b",
)
_TAX: Final = (
    (
        r"total\s+(?:of\s+)?(?:vat|tax|tva|gst|mwst|ust)|(?:vat|tax|gst)\s+(?:amount|total)|sales\s+tax|"
        r"(?:montant|total)\s+(?:de\s+la\s+)?(?:tva|t\.v\.a)|(?:summe|gesamt)\s*(?:mwst|ust|umsatzsteuer|mehrwertsteuer|steuer)|(?:steuer|mwst|ust)[\s.-]*betrag"
    ),
    r"\b(?:vat|tax|gst|tva|t\.v\.a\.?|mwst|ust|umsatzsteuer|mehrwertsteuer|steuer)\b",
)
_TOTAL: Final = (
    (
        r"grand\s+total|total\s*\(?(?:amount\s*)?\(?(?:incl\w*|due|payable|gross|to\s+pay)|invoice\s+(?:total|amount)|gross\s+(?:total|amount)|"
        r"(?:total|montant)\s*(?:t\.?\s?t\.?\s?c|toutes\s+taxes)|total\s+g[ée]n[ée]ral|"
        r"rechnungs[\s-]*(?:betrag|summe)|brutto[\s-]*(?:betrag|summe)|(?:gesamt|end|summe|total|betrag)\w*\s*\(?brutto|endbetrag|endsumme|"
        r"gesamt[\s-]*(?:betrag|summe)(?!\s*\(?netto)"
    ),
    r"net\s+[àa]\s+payer|amount\s+due|balance\s+due|zahlbetrag|zu\s+zahlen|(?:montant|total|somme)\s+[àa]\s+payer|total\s+amount",
    r"(?<!sub)(?<!sub-)(?<!sub )(?<!sous-)\btotal\b(?!\s*(?:h\.?t|net|excl|tax|vat|tva))|\bgesamt\b|\bsumme\b(?!\s+netto)",
)
_DUE: Final = (
    (
        r"amount\s+(?:due|payable)|balance\s+due|total\s+(?:due|payable)|to\s+be\s+paid|please\s+pay|"
        r"(?:net|reste|montant|total|somme)\s+[àa]\s+payer|solde(?:\s+d[ûu])?|"
        r"zahl(?:ungs)?betrag|zu\s+zahlen\w*|f[äa]llige[rn]?\s+betrag|offene[rn]?\s+betrag|restbetrag"
    ),
)
_SELLER: Final = (
    (
        r"^\W*(?:sold\s+by|issued\s+by|seller|vendor|supplier|from|vendeur|fournisseur|[ée]metteur|verk[äa]ufer|lieferant|"
        r"rechnungs(?:steller|aussteller)|absender)\b(?!\s+(?:id|no|nr|n°|number|code|address))"
    ),
)
_BUYER: Final = (
    (
        r"^\W*(?:bill(?:ed)?\s+to|invoiced?\s+to|sold\s+to|customer|client|buyer|recipient|factur[ée]e?\s+[àa]|adress[ée]e?\s+[àa]|"
        r"destinataire|acheteur|k[äa]ufer|kunde|rechnungs(?:empf[äa]nger|adresse|anschrift)|rechnung\s+an|an)\b"
        r"(?!\s*(?:id|no|nr|n°|number|code|num[ée]ro)\b)"
    ),
)


_NO_NAME: Final = re.compile(r"\W*(?:tax\s+)?(?:invoice|facture|rechnung|page|seite|receipt|bill)\b", re.IGNORECASE)
"""What stands at the head of an invoice and is no name."""


def invoice(text: str) -> dict[str, object]:
    """The header of an invoice; None for what was not found."""
    lines = [_cells(line) for line in text.splitlines() if line.strip()]
    american = "$" in text and not re.search("[€£]", text)

    def day(cell: str) -> list[object]:
        return [found for match in _DATE.finditer(cell) if (found := _date(match, month_first=american))]

    total = _last(lines, _TOTAL, _amounts) or max((a for line in lines for cell in line for a in _amounts(cell)), default=None)
    buyer = _first(lines, _BUYER, _names)
    seller = _first(lines, _SELLER, _names)
    firms = [name for line in lines for cell in line for name in _firms(cell)]
    first = next((name for line in lines[:1] for name in _names(line[0]) if not _NO_NAME.match(str(name))), None)
    seller = seller or next((name for name in firms if name != buyer), None) or first
    return {
        "invoice_number": _first(lines, _INVOICE_NUMBER, _identifiers),
        "issue_date": _first(lines, _INVOICE_DATE, day) or next(iter(day(text)), None),
        "seller_name": seller,
        "buyer_name": buyer or next((name for name in firms if name != seller), None),
        "net_total": _last(lines, _NET, _amounts),
        "tax_total": _last(lines, _TAX, _amounts),
        "grand_total": total,
        "due_amount": _last(lines, _DUE, _amounts) or total,
        "iban": next(_ibans(text), None),
        "currency": _currency(text),
    }


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in re.split(r"\t| {3,}", line)]


_Read = Callable[[str], Sequence[object]]
"""The values of one kind in a piece of text, in their order."""


def _first(lines: Sequence[Sequence[str]], labels: Sequence[str], read: _Read) -> object:
    """The first value behind the first label that has one; the sure labels before the others."""
    return next((values[0] for label in labels for values in _behind(lines, label, read)), None)


def _last(lines: Sequence[Sequence[str]], labels: Sequence[str], read: _Read) -> object:
    """The last value on the last line with such a label: sums stand at the end of rows, and totals at the end of tables."""
    for label in labels:
        found = list(_behind(lines, label, read))
        if found:
            return found[-1][-1]
    return None


def _behind(lines: Sequence[Sequence[str]], label: str, read: _Read) -> Iterator[Sequence[object]]:
    """For each label the values behind it: in its cell, else in the cells after, else in the cell below."""
    pattern = re.compile(label, re.IGNORECASE)
    for i, cells in enumerate(lines):
        for j, cell in enumerate(cells):
            match = pattern.search(cell)
            if match is None:
                continue
            below = lines[i + 1] if i + 1 < len(lines) else []
            under = below[j] if j < len(below) else ""
            # Of a row of headings each value stands below.
            heads = len(cells) > 1 and len(below) == len(cells)
            after = [] if heads and not read("\t".join(cells[j + 1 :])) else cells[j + 1 :]
            for piece in (cell[match.end() :], "\t".join(after), under):
                values = read(piece)
                if values:
                    yield values
                    break


def _identifiers(text: str) -> list[object]:
    """The first word, if it has a digit; what introduces a number is passed over."""
    rest = re.sub(r"^(?:[\s:.#№()=-]|\b(?:number|num[ée]ro|nummer|nr|no|n[°º]|is|est|ist)\b)*", "", text, flags=re.IGNORECASE)
    hashed = "#" if text[: len(text) - len(rest)].endswith("#") else ""
    match = _IDENTIFIER.match(rest)
    if match is None or not any(c.isdigit() for c in match[0]) or _DATE.match(rest):
        return []
    return [hashed + match[0]]


def _amounts(text: str) -> list[Decimal]:
    return [_decimal(match[0]) for match in _AMOUNT.finditer(text) if not _DATE.match(text, match.start())]


def _decimal(text: str) -> Decimal:
    """1.234,56 and 1,234.56: a mark before the last two digits begins the decimals."""
    number = re.sub(r"[^\d.,-]", "", text.replace("−", "-")).strip(".,")
    match = re.fullmatch(r"(-?[\d.,]*?)(?:[.,](\d{2}))?", number)
    whole, cents = (match[1], match[2]) if match else (number, None)
    return Decimal(f"{re.sub('[.,]', '', whole) or 0}.{cents or '00'}")


def _date(match: re.Match[str], *, month_first: bool) -> date | None:
    part = match.groupdict()
    if part["y1"]:
        year, month, day = int(part["y1"]), int(part["m1"]), int(part["d1"])
    elif part["a"]:
        first, second, year = int(part["a"]), int(part["b"]), int(part["y2"])
        month, day = (first, second) if (month_first and first <= 12) or second > 12 else (second, first)
        year += 2000 if year < 100 else 0
    else:
        at = "3" if part["y3"] else "4"
        name = part["m" + at].casefold()
        month = next(i for i, names in enumerate(_MONTHS, start=1) if name in names.split("|"))
        year, day = int(part["y" + at]), int(part["d" + at])
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _ibans(text: str) -> Iterator[str]:
    """What has the check digits of an IBAN; words that follow it are cut off."""
    for match in _IBAN.finditer(text):
        groups = match[0].split(" ")
        for end in range(len(groups), 0, -1):
            number = "".join(groups[:end])
            if 15 <= len(number) <= 34 and int("".join(str(int(c, 36)) for c in number[4:] + number[:4])) % 97 == 1:
                yield number
                break


def _names(text: str) -> list[object]:
    """A name at the beginning of a cell, up to the address."""
    name = re.split(r"[,;|·•]|\s[-–]\s", text.strip().lstrip(":.-").strip(), maxsplit=1)[0].strip()
    return [name] if 2 < len(name) <= 70 and name[0].isalpha() and not re.search(r"\d{3}|:", name) else []


def _firms(text: str) -> list[str]:
    return [" ".join(match["name"].split()) for match in _FIRM.finditer(text)]


def _currency(text: str) -> str | None:
    """The currency that is written most often."""
    found = Counter(match["code"] or _MARKS[match["mark"]] for match in _CURRENCY.finditer(text))
    return found.most_common(1)[0][0] if found else None


_AGREEMENT: Final = re.compile(
    r"\b(?:agreement|contract|amendment|license|lease|addendum|memorandum|supplement)\b", re.IGNORECASE
)
_PREAMBLE_ENDS: Final = re.compile(
    r"\bWHEREAS\b|\bW\s?I\s?T\s?N\s?E\s?S\s?S|\bRECITALS?\b|\bBACKGROUND\b|\bNOW,?\s+THEREFORE\b", re.IGNORECASE
)
_BETWEEN: Final = re.compile(r"\b(?:between|among|amongst)\b(?:\s+and\s+(?:between|among))?", re.IGNORECASE)
_PERSON: Final = re.compile(
    r"(?:\band|\bbetween|\bamong|,)\s+(?P<name>[A-Z][a-z]+(?: [A-Z]\.?)? [A-Z][a-z]+)\s*(?:,|\(|\band\b)"
)
_DAY: Final = _DATE.pattern
_MADE: Final = re.compile(
    rf"\b(?:dated|made|entered\s+into|executed|signed|effective)\b[^;]{{0,120}}?(?P<day>{_DAY})", re.IGNORECASE
)
_EFFECTIVE: Final = (
    re.compile(rf"(?P<day>{_DAY})\s*,?\s*\(?\s*(?:the\s+)?[\"“'‘]*Effective\s+Date", re.IGNORECASE),
    re.compile(rf"\beffective\s+(?:date\b|as\s+of|on\b|from|beginning|commencing)[^;]{{0,60}}?(?P<day>{_DAY})", re.IGNORECASE),
    re.compile(rf"\b(?:commenc\w+|begin\w*|start\w*)\s+(?:on|as\s+of|from)\s+(?P<day>{_DAY})", re.IGNORECASE),
    re.compile(rf"\bas\s+of\s+(?:the\s+|this\s+)?(?P<day>{_DAY})", re.IGNORECASE),
)
_EXPIRES: Final = (
    re.compile(rf"\bexpir\w+\s*(?:date)?[^.;]{{0,60}}?(?P<day>{_DAY})", re.IGNORECASE),
    re.compile(
        rf"\b(?:terminat\w+|end(?:s|ing)?|conclud\w+)\s+(?:on|at|as\s+of)\b[^.;]{{0,40}}?(?P<day>{_DAY})", re.IGNORECASE
    ),
    re.compile(rf"\b(?:until|through|to\s+and\s+including|up\s+to)\s+(?:and\s+including\s+)?(?P<day>{_DAY})", re.IGNORECASE),
)
_STATE: Final = r"(?P<law>[A-Z][a-z]+(?:\s(?:and\s|of\s)?[A-Z][a-z]+){0,3})"
_LAW: Final = (
    re.compile(
        r"\b(?:govern\w*|constru\w+|interpret\w*|enforce\w*|accordance|subject)\b[^;]{0,200}?\blaws?\s+of\s+(?:the\s+)?"
        rf"(?:(?:State|Commonwealth|Province|Republic|Kingdom)\s+of\s+)?(?:the\s+)?{_STATE}"
    ),
    re.compile(rf"{_STATE}\s+law\s+(?:shall|will)?\s*(?:govern|apply)"),
)


def contract(text: str) -> dict[str, object]:
    """Title, parties, days and law of a contract; American dates."""
    start = _BETWEEN.search(text[:6000])
    head = text[start.end() :][:3000] if start else text[:3000]
    ends = _PREAMBLE_ENDS.search(head)
    return {
        "document_name": _title(text),
        "parties": _parties(head[: ends.start()] if ends else head[:1200]),
        "agreement_date": _day(text[:6000], (_MADE, re.compile(f"(?P<day>{_DAY})", re.IGNORECASE))),
        "effective_date": _day(text, _EFFECTIVE[:3]) or _day(text[:6000], _EFFECTIVE[3:]),
        "expiration_date": _day(text, _EXPIRES),
        "governing_law": next((" ".join(m["law"].split()) for law in _LAW if (m := law.search(text))), None),
    }


def _title(text: str) -> str | None:
    """The first short line at the head that names a kind of contract, else what "this ..." calls it."""
    for line in [line.strip() for line in text.splitlines() if line.strip()][:30]:
        shouted = sum(c.isupper() for c in line) > 0.6 * sum(c.isalpha() for c in line)
        if _AGREEMENT.search(line) and len(line) <= 90 and (shouted or (line.istitle() and not line.endswith("."))):
            return line
    called = re.search(
        r"\bthis\s+(?P<name>(?:[A-Z][\w&/-]*\s+(?:and\s+|of\s+|for\s+)?){0,7}(?:Agreement|Contract|AGREEMENT))\b", text[:6000]
    )
    return called["name"] if called else None


def _parties(preamble: str) -> list[str]:
    plain = " ".join(preamble.split())
    found = [re.sub(r"^(?:and|between|among|by)\s+", "", name, flags=re.IGNORECASE) for name in _firms(plain)]
    found += [match["name"] for match in _PERSON.finditer(plain)]
    return list(dict.fromkeys(found))


def _day(text: str, patterns: Sequence[re.Pattern[str]]) -> date | None:
    for pattern in patterns:
        for match in pattern.finditer(text):
            found = _date(match, month_first=True)
            if found:
                return found
    return None
