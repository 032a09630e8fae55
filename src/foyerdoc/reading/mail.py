"""EML (and MHTML): headers, the body once in its better form, and every attached file and message as a child document.

Signatures of S/MIME and PGP are named in the issues and not read. Encrypted mail gives `EncryptedFile`.
"""

from __future__ import annotations

import codecs
import email
import email.header
import email.policy
import re
from email.message import Message as Part
from email.utils import collapse_rfc2231_value

from foyerdoc.documents import Document
from foyerdoc.errors import EncryptedFile
from foyerdoc.reading.assembly import Assembly
from foyerdoc.reading.encodings import decode, wide_encoding
from foyerdoc.reading.hypertext import decode_page
from foyerdoc.reading.messages import Body, Message, add_message

_HEADERS = ("Subject", "From", "To", "Cc", "Bcc", "Date", "Message-ID", "Reply-To", "In-Reply-To")
_SIGNATURES = {"application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature"}
_CMS = {"application/pkcs7-mime", "application/x-pkcs7-mime"}
_ENVELOPED = b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03"
_PGP = re.compile(r"\A\s*-----BEGIN PGP MESSAGE-----")
_DEEPEST = 50


def read_eml(assembly: Assembly) -> Document:
    """A mail message: blocks with paths such as `header[Subject]`, `part[1]/line[3]`, `part[2]/html/body/p[1]`.

    Raises:
        EncryptedFile: S/MIME or PGP keeps the body closed.
        EmptyFile: it has neither headers nor a body.
    """
    raw = assembly.raw
    wide = wide_encoding(raw)
    if wide is not None or raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF8)):
        # Mail is made of ASCII lines; an export that widened them is narrowed again.
        raw = decode(raw).text.encode("utf-8")
    root = email.message_from_bytes(raw.lstrip(b"\r\n"), policy=email.policy.compat32)
    message = Message(headers={name: decode_header(root, name) for name in _HEADERS})
    _Taker(message, assembly.name).take(root, "part[1]" if root.is_multipart() else "body", 0)
    return add_message(assembly, message, "message/rfc822")


def decode_header(part: Part, name: str) -> str:
    """All values of a header, decoded as far as they can be, on one line."""
    return ", ".join(filter(None, (" ".join(_decoded(value).split()) for value in part.get_all(name, []))))


class _Taker:
    """Takes a message apart, part by part."""

    def __init__(self, message: Message, name: str) -> None:
        self.message = message
        self.name = name

    def take(self, part: Part, path: str, depth: int) -> None:
        kind = part.get_content_type()
        if kind == "multipart/encrypted" or (kind in _CMS and self._is_encrypted(part)):
            raise EncryptedFile(f"{self.name}: an encrypted message", hint="decrypt it with its owner's key first")
        if kind == "message/rfc822" or (kind == "message/global" and part.is_multipart()):
            self._message(part)
        elif part.is_multipart() and depth < _DEEPEST:
            self._multipart(part, kind, path, depth)
        elif kind in _SIGNATURES:
            self.message.issues.append(("signature_not_checked", "the message is signed; the signature was not checked"))
        elif kind in {"text/plain", "text/html"} and not _is_attached(part):
            text = self._text(part)
            self.message.bodies.append(Body(path, html=text) if kind == "text/html" else Body(path, text=text))
        else:
            self._attachment(part, path)

    def _multipart(self, part: Part, kind: str, path: str, depth: int) -> None:
        children = [child for child in part.get_payload() if isinstance(child, Part)]
        if kind != "multipart/alternative":
            base = "" if path == "part[1]" and depth == 0 else f"{path}/"
            for number, child in enumerate(children, 1):
                self.take(child, f"{base}part[{number}]", depth + 1)
            return
        before = len(self.message.bodies)
        for number, child in enumerate(children, 1):
            self.take(child, f"{path}/part[{number}]", depth + 1)
        self._merge_alternatives(before)

    def _merge_alternatives(self, before: int) -> None:
        """Alternatives say the same: keep one page and one plain text together as one body."""
        bodies = self.message.bodies[before:]
        pages = [body for body in bodies if body.html is not None]
        texts = [body for body in bodies if body.html is None]
        if len(bodies) < 2 or not pages or not texts:
            self.message.bodies[before:] = bodies[-1:] if len(bodies) == len(texts) else bodies
            return
        first = Body(pages[0].path, html=pages[0].html, text="\n\n".join(text.text or "" for text in texts))
        self.message.bodies[before:] = [first, *pages[1:]]

    def _message(self, part: Part) -> None:
        payload = part.get_payload()
        inner = payload[0] if isinstance(payload, list) and payload else None
        if not isinstance(inner, Part):
            self.message.issues.append(("attachment_unreadable", "an attached message is empty"))
            return
        subject = decode_header(inner, "Subject") or "message"
        try:
            raw = inner.as_bytes()
        except (UnicodeError, KeyError, LookupError, ValueError):
            raw = inner.as_string().encode("utf-8", errors="replace")
        self.message.attachments.append((raw, f"{subject[:120]}.eml"))

    def _attachment(self, part: Part, path: str) -> None:
        raw = _payload(part)
        name = _file_name(part) or _invented_name(part, path)
        if raw.strip():
            self.message.attachments.append((raw, name))
        elif part.get_content_maintype() != "multipart":
            self.message.issues.append(("attachment_skipped", f"attachment {name!r} is empty"))

    def _text(self, part: Part) -> str:
        raw = _payload(part)
        charset = part.get_content_charset()
        decoded = decode_page(raw, charset) if part.get_content_type() == "text/html" else decode(raw, charset)
        if decoded.replaced:
            self.message.issues.append(("undecodable", f"{decoded.replaced} characters could not be decoded"))
        elif decoded.guessed:
            self.message.issues.append(("encoding_guessed", f"a part does not say its encoding; read as {decoded.encoding}"))
        text = decoded.text
        if _PGP.match(text):
            raise EncryptedFile(f"{self.name}: an encrypted message", hint="decrypt it with its owner's key first")
        if part.get_content_type() == "text/plain" and str(part.get_param("format", "")).lower() == "flowed":
            text = _unflow(text, delete_space=str(part.get_param("delsp", "")).lower() == "yes")
        return text

    def _is_encrypted(self, part: Part) -> bool:
        declared = str(part.get_param("smime-type", "")).lower()
        return "enveloped" in declared or "encrypted" in declared or _ENVELOPED in _payload(part)[:64]


def _payload(part: Part) -> bytes:
    try:
        payload = part.get_payload(decode=True)
    except (ValueError, AssertionError, LookupError):
        payload = None
    if isinstance(payload, bytes):
        return payload
    content = part.get_payload()
    return content.encode("utf-8", errors="surrogateescape") if isinstance(content, str) else b""


def _is_attached(part: Part) -> bool:
    return part.get_content_disposition() == "attachment" or (
        part.get_content_disposition() != "inline" and bool(_file_name(part))
    )


def _file_name(part: Part) -> str:
    name = part.get_param("filename", None, "content-disposition") or part.get_param("name", None)
    if name is None:
        return ""
    text = collapse_rfc2231_value(name) if isinstance(name, tuple) else str(name)
    # A name, not a path: senders' folders are not ours.
    return " ".join(_decoded(text).split()).replace("\\", "/").rpartition("/")[2]


def _invented_name(part: Part, path: str) -> str:
    main, _, sub = part.get_content_type().partition("/")
    extension = {"plain": "txt", "calendar": "ics", "jpeg": "jpg", "octet-stream": "bin"}.get(
        sub, sub.partition("+")[0].rpartition(".")[2]
    )
    return f"{path.replace('/', '-')}-{main}.{extension}"


def _decoded(value: object) -> str:
    """A header's value: encoded words decoded, bytes that were never declared decoded by guess."""
    text = str(value) if not isinstance(value, email.header.Header) else _raw_header(value)
    if any("\udc80" <= c <= "\udcff" for c in text):
        text = decode(text.encode("utf-8", errors="surrogateescape")).text
    try:
        pieces = email.header.decode_header(text)
    except (email.errors.HeaderParseError, ValueError):
        return text
    out, was_encoded = "", False
    for piece, charset in pieces:
        shown = piece if isinstance(piece, str) else decode(piece, charset or "utf-8").text
        # The space between an encoded word and plain text separates them; the decoder drops it on some paths.
        if out and (charset is not None) != was_encoded and not out[-1].isspace() and not shown[:1].isspace():
            out += " "
        out, was_encoded = out + shown, charset is not None
    return out


def _raw_header(value: email.header.Header) -> str:
    # compat32 wraps a header with undeclared bytes as "unknown-8bit"; its chunks hold the bytes as surrogates.
    return value.encode().encode("ascii", errors="replace").decode("ascii") if not str(value) else str(value)


def _unflow(text: str, *, delete_space: bool) -> str:
    """Join the soft line breaks of RFC 3676: a line that ends in a space runs on, but for the signature's mark."""
    lines: list[str] = []
    soft = False
    for line in text.split("\n"):
        if soft and lines and not line.startswith(">"):
            lines[-1] += line
        else:
            lines.append(line)
        soft = line.endswith(" ") and line != "-- "
        if soft and delete_space:
            lines[-1] = lines[-1][:-1]
    return "\n".join(lines)
