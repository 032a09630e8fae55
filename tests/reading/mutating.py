"""Files broken on purpose: bytes, text, markup, members of archives and objects of PDFs, by a seeded random generator.

Kept to what any file can suffer: no rule knows a reader. The same file, others and generator give the same mutation.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Sequence
from random import Random

from foyerdoc.reading.sniffing import BROKEN_ZIP

_EDGES = (0, 1, 127, 128, 255, 256, 32_767, 32_768, 65_535, 65_536, 2**31 - 1, 2**31, 2**32 - 1, 2**63 - 1)
_NUMBERS = (
    "0",
    "-1",
    "1",
    "2",
    "65536",
    "2147483647",
    "4294967296",
    "-9223372036854775809",
    "1e308",
    "1e-320",
    "NaN",
    "9" * 400,
)
_CHARACTERS = (
    "\0",
    "\ufeff",
    "\u202e",
    "\x1a",
    "\r",
    "\x0c",
    "\x85",
    "\u2028",
    "\ufffe",
    "𝔘",
    "e\u0301" * 30,
    "\ud800",
    "\t",
    "ﬁ",
)
_ENCODINGS = ("utf-16", "utf-16-be", "utf-32", "cp1252", "utf-7", "cp037", "shift_jis", "utf-8-sig")
_TAG = re.compile(rb"<[^<>]{1,400}>")
_NUMBER = re.compile(rb"-?\d+(?:\.\d+)?")
_VALUE = re.compile(rb"=\s*(\"[^\"<]*\"|'[^'<]*')")
_REFERENCE = re.compile(rb"(\d+) (\d+) R\b")
_NAME = re.compile(rb"/[A-Za-z][A-Za-z0-9]*")
_OBJECT = re.compile(rb"\d+ \d+ obj\b.*?endobj", re.DOTALL)

Change = Callable[[bytes, Random, Sequence[bytes]], bytes]


def mutate(raw: bytes, random: Random, others: Sequence[bytes]) -> bytes:
    """The file after one to four changes of any kind that its first bytes allow.

    Args:
        raw: a file; not empty.
        random: decides everything.
        others: files to take pieces from.
    """
    for _ in range(random.choice((1, 1, 1, 2, 2, 3, 4))):
        raw = _change_of(raw, random)(raw, random, others) or raw
    return raw


def _change_of(raw: bytes, random: Random) -> Change:
    if raw.startswith(b"PK") and random.random() < 0.9:
        return _member
    if raw.startswith(b"%PDF-") and random.random() < 0.6:
        return random.choice((_reference, _name, _object, _number, _number))
    if b"\0" not in raw[:2_000] and random.random() < 0.7:
        text: tuple[Change, ...] = (_number, _character, _encoding, _line)
        return random.choice((*text, _tag, _tag, _deep, _value) if b"<" in raw[:2_000] else text)
    return random.choice((_bits, _bits, _edge, _cut, _delete, _repeat, _insert, _splice, _swap))


# --- bytes -----------------------------------------------------------------------------------------------------------


def _bits(raw: bytes, random: Random, _others: Sequence[bytes]) -> bytes:
    changed = bytearray(raw)
    for _ in range(random.choice((1, 1, 3, 10, 40))):
        at = random.randrange(len(raw))
        changed[at] = changed[at] ^ (1 << random.randrange(8)) if random.random() < 0.5 else random.randrange(256)
    return bytes(changed)


def _edge(raw: bytes, random: Random, _others: Sequence[bytes]) -> bytes:
    width = random.choice((1, 2, 4, 8))
    at = random.randrange(len(raw))
    number = (random.choice(_EDGES) % 256**width).to_bytes(width, random.choice(("little", "big")))
    return raw[:at] + number + raw[at + width :]


def _cut(raw: bytes, random: Random, _others: Sequence[bytes]) -> bytes:
    at = random.randrange(1, len(raw) + 1)
    return raw[at:] if random.random() < 0.2 else raw[:at]


def _delete(raw: bytes, random: Random, _others: Sequence[bytes]) -> bytes:
    start, end = _stretch(raw, random)
    return raw[:start] + raw[end:]


def _repeat(raw: bytes, random: Random, _others: Sequence[bytes]) -> bytes:
    start, end = _stretch(raw, random)
    times = min(random.choice((2, 2, 10, 1_000)), 200_000 // (end - start) + 2)
    return raw[:start] + raw[start:end] * times + raw[end:]


def _insert(raw: bytes, random: Random, _others: Sequence[bytes]) -> bytes:
    at = random.randrange(len(raw) + 1)
    return raw[:at] + random.randbytes(random.choice((1, 4, 50, 600))) + raw[at:]


def _splice(raw: bytes, random: Random, others: Sequence[bytes]) -> bytes:
    other = random.choice(others)
    start, end = _stretch(other, random)
    at, until = _stretch(raw, random)
    return raw[:at] + other[start:end] + raw[random.choice((at, until)) :]


def _swap(raw: bytes, random: Random, _others: Sequence[bytes]) -> bytes:
    start, end = _stretch(raw, random)
    at = random.randrange(len(raw))
    rest = raw[:start] + raw[end:]
    return rest[:at] + raw[start:end] + rest[at:]


def _stretch(raw: bytes, random: Random) -> tuple[int, int]:
    start = random.randrange(len(raw))
    return start, min(len(raw), start + random.choice((1, 2, 8, 40, 300, 4_000)))


# --- text and markup -------------------------------------------------------------------------------------------------


def _number(raw: bytes, random: Random, _others: Sequence[bytes]) -> bytes:
    return _replace(raw, _NUMBER, random, random.choice(_NUMBERS).encode())


def _character(raw: bytes, random: Random, _others: Sequence[bytes]) -> bytes:
    at = random.randrange(len(raw) + 1)
    return raw[:at] + random.choice(_CHARACTERS).encode("utf-8", "surrogatepass") * random.choice((1, 1, 5)) + raw[at:]


def _encoding(raw: bytes, random: Random, _others: Sequence[bytes]) -> bytes:
    return raw.decode("utf-8", "replace").encode(random.choice(_ENCODINGS), "replace")


def _line(raw: bytes, random: Random, _others: Sequence[bytes]) -> bytes:
    lines = raw.splitlines(keepends=True)
    at = random.randrange(len(lines))
    line, end = random.choice(lines), random.choice((b"\r", b"\n", b"\r\n", b"", b"\0"))
    return b"".join([*lines[:at], line.rstrip(b"\r\n") + end, *lines[at + random.randrange(2) :]])


def _tag(raw: bytes, random: Random, _others: Sequence[bytes]) -> bytes:
    tags = [match.group() for match in _TAG.finditer(raw[:200_000])]
    inserted = random.choice(
        [b"", b"<!--", b"<![CDATA[", b"<?x ", b"]]>", b"&#0;", b"&x;", b"<a:b c='", *(tags and random.choices(tags, k=3))]
    )
    return _replace(raw, _TAG, random, inserted)


def _deep(raw: bytes, random: Random, _others: Sequence[bytes]) -> bytes:
    tags = [m.group() for m in _TAG.finditer(raw[:200_000]) if not m.group().startswith((b"</", b"<?", b"<!"))]
    return _replace(raw, _TAG, random, random.choice(tags or [b"<p>"]) * random.choice((2, 30, 300, 3_000)))


def _value(raw: bytes, random: Random, _others: Sequence[bytes]) -> bytes:
    values = [match.group(1)[1:-1] for match in _VALUE.finditer(raw[:200_000])]
    return _replace(raw, _VALUE, random, b'="' + random.choice([b"", b"../../x", b"x" * 5_000, *(values or [b"y"])]) + b'"')


def _replace(raw: bytes, pattern: re.Pattern[bytes], random: Random, by: bytes) -> bytes:
    places = [match.span() for match in pattern.finditer(raw[:200_000])]
    if not places:
        return raw
    start, end = random.choice(places)
    return raw[:start] + by + raw[end:]


# --- PDF -------------------------------------------------------------------------------------------------------------


def _reference(raw: bytes, random: Random, _others: Sequence[bytes]) -> bytes:
    there = [match.group() for match in _REFERENCE.finditer(raw)] or [b"1 0 R"]
    return _replace(raw, _REFERENCE, random, random.choice([*there, b"999 0 R", b"null", b"[]", b"<<>>", b"-1"]))


def _name(raw: bytes, random: Random, _others: Sequence[bytes]) -> bytes:
    there = [match.group() for match in _NAME.finditer(raw)] or [b"/X"]
    return _replace(raw, _NAME, random, random.choice([*there, b"/X", b""]))


def _object(raw: bytes, random: Random, _others: Sequence[bytes]) -> bytes:
    there = [match.group() for match in _OBJECT.finditer(raw)] or [b""]
    return _replace(raw, _OBJECT, random, random.choice([b"", random.choice(there), random.choice(there) * 2]))


# --- archives --------------------------------------------------------------------------------------------------------


def _member(raw: bytes, random: Random, others: Sequence[bytes]) -> bytes:
    """One member changed, left out, doubled, emptied, renamed or exchanged with another; the archive itself stays sound."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            members = [(name, archive.read(name)) for name in archive.namelist()]
    except (*BROKEN_ZIP, RuntimeError):  # the last where it is encrypted
        return _bits(raw, random, others)
    if not members:
        return _bits(raw, random, others)
    at, with_other = random.randrange(len(members)), random.choice(members)
    name, content = members[at]
    what = random.randrange(12)
    if what == 0:
        members.pop(at)
    elif what == 1:
        members.append((name, with_other[1]))
    elif what == 2:
        members[at] = (name, b"")
    elif what == 3:
        members[at] = (random.choice((name + "x", name.upper(), "../" + name, with_other[0], "a/" * 200 + "b")), content)
    elif what == 4:
        members[at] = (name, with_other[1])
    else:
        members[at] = (name, mutate(content, random, others) if content else b"x")
    return _zipped(members, random.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)))


def _zipped(members: Sequence[tuple[str, bytes]], compression: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in members:
            # A fixed date, so that the same mutation gives the same bytes.
            archive.writestr(zipfile.ZipInfo(name), content, compress_type=compression)
    return buffer.getvalue()
