"""Bytes to text when nobody says, or somebody says wrongly, how they are encoded."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What French, German, Luxembourgish and English texts use beyond ASCII. A single-byte text that decodes to these alone
# is Windows-1252 (or its subset Latin-1) with near certainty; statistical detection errs on short texts.
_WESTERN = frozenset("àâäæçéèêëîïôöœùûüÿñßÀÂÄÆÇÉÈÊËÎÏÔÖŒÙÛÜŸÑ€£§°µ«»‹›„“”‚‘’–—…•·²³½¼×±©®™\u00a0\u00ad¡¿áíóúÁÍÓÚãõåø")
# In DOS code pages "é" is the byte that Windows-1252 reads as a low quotation mark: punctuation or a capital inside a word
# gives the wrong table away.
_INSIDE_WORD = re.compile(r"(?<=[a-zà-ÿ])[‚„…‹›•–—“”‘«»§°µ€£±·©®™ÀÂÄÆÇÉÈÊËÎÏÔÖŒÙÛÜŸÑÁÍÓÚ¡¿](?=[a-zà-ÿ])")
_SINGLE_BYTE = ("cp1252", "mac_roman", "cp850")
_TOLERATED = 0.03
_PROBE_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class Decoded:
    r"""Text out of bytes.

    Attributes:
        text: without a byte order mark, line ends as "\n".
        encoding: the codec's name.
        guessed: whether statistics chose the encoding, rather than a mark, valid UTF-8 or a declaration.
        replaced: how many bytes could not be decoded and stand as U+FFFD.
    """

    text: str
    encoding: str
    guessed: bool = False
    replaced: int = 0


def decode(raw: bytes, declared: str | None = None) -> Decoded:
    """Decode bytes: by byte order mark, as UTF-8 when valid, as declared, else by the likeliest encoding.

    Never raises: what no encoding explains is replaced by U+FFFD and counted.
    """
    for mark, encoding in _BOMS:
        if raw.startswith(mark):
            return _lenient(raw, encoding)
    wide = wide_encoding(raw)
    if wide is not None:
        return _lenient(raw, wide)
    # A declaration of a multi-byte encoding cannot be confirmed by UTF-8 validity: ISO-2022-JP, for one, is pure ASCII.
    named = _known(declared)
    candidates = [named, "utf-8"] if named and named.startswith("iso2022") else ["utf-8", named]
    for candidate in candidates:
        if candidate is not None and (text := _strict(raw, candidate)) is not None:
            return Decoded(_line_ends(text), candidate)
    if named in {"utf-8", "ascii"} and _mostly_utf8(raw):
        return _lenient(raw, "utf-8")
    return _likeliest(raw)


def wide_encoding(raw: bytes) -> str | None:
    """UTF-16 or UTF-32 without a byte order mark, told by where the zero bytes are; None for anything else."""
    probe = raw[:4096]
    probe = probe[: len(probe) // 4 * 4]
    if len(probe) < 4 or b"\0" not in probe:
        return None
    shares = [probe[i::4].count(0) / (len(probe) / 4) for i in range(4)]
    if min(shares[1:]) > 0.9 and shares[0] < 0.1:
        return "utf-32-le"
    if min(shares[:3]) > 0.9 and shares[3] < 0.1:
        return "utf-32-be"
    even, odd = (shares[0] + shares[2]) / 2, (shares[1] + shares[3]) / 2
    if odd > 0.5 and even < 0.05:
        return "utf-16-le"
    if even > 0.5 and odd < 0.05:
        return "utf-16-be"
    return None


def _likeliest(raw: bytes) -> Decoded:
    candidates = [(odd, encoding) for encoding in _SINGLE_BYTE if (odd := _oddity(raw[:_PROBE_BYTES], encoding)) is not None]
    odd, encoding = min(candidates, key=lambda candidate: candidate[0], default=(1.0, ""))
    if odd <= _TOLERATED:
        return _lenient(raw, encoding, guessed=True)
    import charset_normalizer

    best = charset_normalizer.from_bytes(raw[:_PROBE_BYTES]).best()
    if best is not None:
        return _lenient(raw, best.encoding, guessed=True)
    return _lenient(raw, "utf-8" if _mostly_utf8(raw) else "cp1252", guessed=True)


def _oddity(raw: bytes, encoding: str) -> float | None:
    """The share of characters beyond ASCII that western European text would not have there; None when nothing can be said."""
    text = _strict(raw, encoding)
    beyond = [c for c in text if c > "\x7f"] if text is not None else []
    if text is None or not beyond:
        return None
    strange = sum(c not in _WESTERN for c in beyond)
    return (strange + len(_INSIDE_WORD.findall(text))) / len(beyond)


def _mostly_utf8(raw: bytes) -> bool:
    """Whether few enough bytes are wrong for this to be UTF-8 that was damaged."""
    text = raw[:_PROBE_BYTES].decode("utf-8", errors="replace")
    good = sum(c > "\x7f" and c != "\ufffd" for c in text)
    return good > 4 * text.count("\ufffd")


def _strict(raw: bytes, encoding: str) -> str | None:
    try:
        return raw.decode(encoding)
    except (UnicodeDecodeError, UnicodeError):
        return None


def _lenient(raw: bytes, encoding: str, *, guessed: bool = False) -> Decoded:
    text = raw.decode(encoding, errors="replace")
    return Decoded(_line_ends(text), encoding, guessed, text.count("\ufffd"))


def _line_ends(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")


def _known(declared: str | None) -> str | None:
    if not declared:
        return None
    try:
        name = codecs.lookup(declared.strip().strip("\"'")).name
    except (LookupError, ValueError):
        return None
    # Browsers read Latin-1 as Windows-1252, because that is what such files hold; "hex" and the like are no text encodings.
    name = {"iso8859-1": "cp1252", "ascii": "utf-8", "iso8859-8-i": "iso8859-8"}.get(name, name)
    try:
        "".encode(name)
    except (LookupError, TypeError, UnicodeError):
        return None
    return name
