"""A part of a file, for viewers that read here and there and for downloads that go on: RFC 9110, section 14.

Starlette's `FileResponse` does the like, but opens the file by its name while it sends, when a deletion may have taken it away,
answers what it refuses in plain text, and does not take "the last thousand bytes" of a shorter file.
"""

from __future__ import annotations

import re

from foyerdoc.service.problems import Problem


def part(asked: str | None, size: int) -> range | None:
    """The bytes that a header `Range` asks for; None where all are to be sent.

    That is so without a header, and where it asks for several parts or cannot be read, which the RFC lets a server ignore.

    Raises:
        Problem: 416, nothing of what it asks for is there.
    """
    told = re.fullmatch(r"bytes\s*=\s*([0-9]{0,18})-([0-9]{0,18})", (asked or "").strip(), re.IGNORECASE)
    if told is None or told.groups() == ("", ""):
        return None
    first, last = told.groups()
    if first and last and int(last) < int(first):
        return None
    start = int(first) if first else max(size - int(last), 0)
    stop = min(int(last) + 1, size) if first and last else size
    if start >= stop:
        headers = {"Content-Range": f"bytes */{size}"}
        raise Problem(416, "no_such_part", f"the file has {size} bytes", hint="ask for some of these", headers=headers)
    return range(start, stop)
