"""MSG (Outlook): headers, the body once in its better form, and attachments, messages among them, as child documents.

The file is taken apart by python-oxmsg; an attached message, which is no file of its own in there, is written out as EML
and read as that.
"""

from __future__ import annotations

import email.policy
import email.utils
import mimetypes
import struct
from email.message import EmailMessage
from typing import TYPE_CHECKING

from foyerdoc.documents import Document
from foyerdoc.errors import DamagedFile, EncryptedFile
from foyerdoc.reading.assembly import Assembly
from foyerdoc.reading.hypertext import decode_page
from foyerdoc.reading.messages import Body, Message, add_message
from foyerdoc.reading.richtext import decompress, rtf_text

if TYPE_CHECKING:
    from oxmsg import Message as Outlook
    from oxmsg.attachment import Attachment
    from oxmsg.storage import Storage

_MEDIA_TYPE = "application/vnd.ms-outlook"
_RTF_COMPRESSED = 0x1009
_SHORT_NAME = 0x3704
_DISPLAY_NAME = 0x3001
_EMBEDDED_MESSAGE = "__substg1.0_3701000D"
_DEEPEST = 10


def read_msg(assembly: Assembly) -> Document:
    """An Outlook message: the same blocks and paths as an EML.

    Raises:
        DamagedFile: its structure is broken.
        EncryptedFile: S/MIME keeps the body closed.
    """
    from oxmsg import Message as Outlook

    try:
        outlook = Outlook.load(assembly.raw)
        message = _take(outlook, assembly.name, 0)
    except (KeyError, ValueError, OSError, struct.error, AssertionError, IndexError, TypeError) as error:
        raise DamagedFile(f"{assembly.name}: a damaged message", hint="export it from Outlook again") from error
    return add_message(assembly, message, _MEDIA_TYPE)


def _take(outlook: Outlook, name: str, depth: int) -> Message:
    kind = outlook.message_class.lower()
    attachments = outlook.attachments
    if kind.startswith("ipm.note.smime") and "multipartsigned" not in kind:
        raise EncryptedFile(f"{name}: an encrypted message", hint="decrypt it with its owner's key first")
    if any(a.mime_type == "application/pgp-encrypted" or (a.file_name or "").endswith(".pgp-encrypted") for a in attachments):
        raise EncryptedFile(f"{name}: an encrypted message", hint="decrypt it with its owner's key first")
    message = Message(headers=_headers(outlook))
    if "Date" not in message.headers:
        try:
            sent = outlook.sent_date
        except OverflowError:
            message.issues.append(("part_unreadable", "the date on which it was sent lies beyond all calendars"))
        else:
            message.headers |= {} if sent is None else {"Date": email.utils.format_datetime(sent)}
    html, text = _html(outlook), outlook.body
    if html is None and not text and (packed := outlook.properties.binary_prop_value(_RTF_COMPRESSED)):
        text = rtf_text(decompress(packed))
    if html is not None or text:
        message.bodies.append(Body("body", html=html, text=text or None))
    for number, attachment in enumerate(attachments, 1):
        _attachment(attachment, number, message, depth)
    return message


def _html(outlook: Outlook) -> str | None:
    raw = outlook.properties.binary_prop_value(0x1013)
    if raw:
        return decode_page(raw).text
    return outlook.html_body


def _headers(outlook: Outlook) -> dict[str, str]:
    transport = outlook.message_headers
    headers = {
        name: " ".join(str(value).split())
        for name, value in transport.items()
        if name in {"To", "Cc", "Bcc", "Date", "Message-ID", "Reply-To", "In-Reply-To"}
    }
    headers["Subject"] = outlook.subject or ""
    headers["From"] = outlook.sender or ""
    properties = outlook.properties
    for name, identifier in (("To", 0x0E04), ("Cc", 0x0E03), ("Bcc", 0x0E02)):
        if not headers.get(name) and (shown := properties.str_prop_value(identifier)):
            headers[name] = shown
    if not headers.get("To"):
        recipients = (f"{r.name} <{r.email_address}>" if r.name != r.email_address else r.name for r in outlook.recipients)
        headers["To"] = "; ".join(recipients)
    return {name: value.rstrip("\0") for name, value in headers.items() if value}


def _attachment(attachment: Attachment, number: int, message: Message, depth: int) -> None:
    properties = attachment.properties
    name = attachment.file_name or properties.str_prop_value(_SHORT_NAME) or properties.str_prop_value(_DISPLAY_NAME)
    storage: Storage = attachment._storage  # type: ignore[assignment]  # noqa: SLF001  oxmsg has no door to it
    inner = next((s for s in storage.storages if s.name == _EMBEDDED_MESSAGE), None)
    if inner is not None and depth < _DEEPEST:
        nested = _take(_open_inner(inner), name or "message", depth + 1)
        message.attachments.append((_as_eml(nested), f"{nested.headers.get('Subject') or name or 'message'}"[:120] + ".eml"))
    elif raw := attachment.file_bytes:
        message.attachments.append((raw, (name or f"attachment-{number}").rstrip("\0")))
    else:
        message.issues.append(("attachment_skipped", f"attachment {name or number!r} is a link or an empty file"))


def _open_inner(storage: Storage) -> Outlook:
    """A message that is attached to another: its properties have a header of 24 bytes, where a file's own have 32."""
    from oxmsg import Message as Outlook
    from oxmsg.storage import Storage, Stream

    streams = tuple(
        Stream(s.path, s.bytes_[:24] + bytes(8) + s.bytes_[24:]) if s.name == "__properties_version1.0" else s
        for s in storage.streams
    )
    return Outlook(Storage(storage.path, streams, storage.storages))


def _as_eml(message: Message) -> bytes:
    out = EmailMessage(policy=email.policy.SMTPUTF8.clone(refold_source="none", raise_on_defect=False))
    for name, value in message.headers.items():
        # A value that is no valid address or date is still what the message says.
        out._headers.append((name, " ".join(value.split())))  # type: ignore[attr-defined]  # noqa: SLF001
    body = message.bodies[0] if message.bodies else Body("body", text="")
    if body.text is not None or body.html is None:
        out.set_content(body.text or "")
    if body.html is not None and body.text is not None:
        out.add_alternative(body.html, subtype="html")
    elif body.html is not None:
        out.set_content(body.html, subtype="html")
    for raw, name in message.attachments:
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        main, _, sub = kind.partition("/")
        out.add_attachment(raw, maintype=main if main != "message" else "application", subtype=sub, filename=name)
    return out.as_bytes()
