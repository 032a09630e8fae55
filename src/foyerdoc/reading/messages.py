"""What mail of every format shares: how a message's headers, body and attachments become a document."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from foyerdoc.documents import Document
from foyerdoc.reading.assembly import Assembly
from foyerdoc.reading.hypertext import parse_html
from foyerdoc.reading.plain import add_paragraphs
from foyerdoc.reading.web import add_page

_SHOWN = ("From", "To", "Cc", "Bcc", "Date")
_METADATA = {"Message-ID": "message_id", "Reply-To": "reply_to", "In-Reply-To": "in_reply_to"}
_WORD = re.compile(r"\w+")
# A plain alternative that says this much more than the page holds what the page lost.
_PLAIN_IS_RICHER = 1.25


@dataclass(frozen=True, slots=True)
class Body:
    """One stretch of a message's body: as a page, as plain text, or as both, which then say the same."""

    path: str
    html: str | None = None
    text: str | None = None


@dataclass
class Message:
    """A message taken apart.

    Attributes:
        headers: decoded, by their usual names.
        bodies: in order.
        attachments: bytes and names, in order.
        issues: codes and sentences.
    """

    headers: dict[str, str] = field(default_factory=dict)
    bodies: list[Body] = field(default_factory=list)
    attachments: list[tuple[bytes, str]] = field(default_factory=list)
    issues: list[tuple[str, str]] = field(default_factory=list)


def add_message(assembly: Assembly, message: Message, media_type: str) -> Document:
    """The document of a message: the subject as heading, the other headers, the body, and the attachments as children."""
    headers = message.headers
    assembly.metadata |= {name.lower(): value for name, value in headers.items() if name in {*_SHOWN, "Subject"} and value}
    assembly.metadata |= {key: headers[name] for name, key in _METADATA.items() if headers.get(name)}
    if sent := _iso_date(headers.get("Date", "")):
        assembly.metadata["sent"] = sent
    assembly.add("heading", headers.get("Subject", ""), level=1, path="header[Subject]")
    for name in _SHOWN:
        if value := headers.get(name, "").strip():
            assembly.add("header", f"{name}: {value}", path=f"header[{name}]")
    for code, text in message.issues:
        assembly.issue(code, text)
    for body in message.bodies:
        _add_body(assembly, body)
    for raw, name in message.attachments:
        assembly.attach(raw, name)
    return assembly.finish(media_type)


def _add_body(assembly: Assembly, body: Body) -> None:
    """The better form of a body, once: the page, for its structure, unless the plain text says clearly more."""
    if body.html is None:
        add_paragraphs(assembly, body.text or "", body.path)
        return
    root = parse_html(body.html, assembly)
    if body.text is not None:
        trial = Assembly(b"", "", assembly.limits, assembly.read_child)
        add_page(trial, root)
        if _words([*(_block_texts(trial)), *(h.text for h in trial.hidden)]) * _PLAIN_IS_RICHER < _words([body.text]):
            add_paragraphs(assembly, body.text, body.path)
            assembly.issue("plain_body", "the plain text of the message was read: it says more than its HTML")
            return
    add_page(assembly, root, body.path)


def _block_texts(assembly: Assembly) -> Sequence[str]:
    # An empty trial document is a page without any text, which is what is asked.
    document = assembly.finish("text/html", allow_empty=True)
    return [document.text]


def _words(texts: Sequence[str]) -> int:
    return sum(len(_WORD.findall(text)) for text in texts)


def _iso_date(value: str) -> str | None:
    from email.utils import parsedate_to_datetime

    try:
        return parsedate_to_datetime(value).isoformat()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
