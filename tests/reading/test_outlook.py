"""Outlook messages from storages built in memory, as python-oxmsg gives them."""

from __future__ import annotations

import struct

import pytest
from oxmsg import Message as Outlook
from oxmsg.storage import Storage, Stream

from foyerdoc.errors import DamagedFile, EncryptedFile
from foyerdoc.reading.assembly import Assembly
from foyerdoc.reading.messages import add_message
from foyerdoc.reading.outlook import _take, read_msg
from foyerdoc.settings import Limits
from tests.reading.made import check, read, texts

SUBJECT, BODY, HTML, SENDER, TO, CLASS = 0x0037, 0x1000, 0x1013, 0x0C1F, 0x0E04, 0x001A
FILE_NAME, DATA, METHOD = 0x3707, 0x3701, 0x3705


def storage(path: str, header: int, values: dict[int, str | bytes | int], inner: list[Storage] | None = None) -> Storage:
    entries, streams = b"", []
    for identifier, value in values.items():
        if isinstance(value, int):
            entries += struct.pack("<HHIII", 0x0003, identifier, 6, value, 0)
            continue
        kind, raw = (0x001F, value.encode("utf-16-le")) if isinstance(value, str) else (0x0102, value)
        entries += struct.pack("<HHIII", kind, identifier, 6, len(raw), 0)
        streams.append(Stream(f"{path}/__substg1.0_{identifier:04X}{kind:04X}", raw))
    streams.append(Stream(f"{path}/__properties_version1.0", bytes(header) + entries))
    return Storage(path, tuple(streams), tuple(inner or ()))


def document_of(root: Storage):
    assembly = Assembly(b"x", "x.msg", Limits(), read)
    document = add_message(assembly, _take(Outlook(root), "x.msg", 0), "application/vnd.ms-outlook")
    check(document)
    return document


def test_bodies_attachments_and_nested_messages() -> None:
    inner = storage(
        "a1/__substg1.0_3701000D",
        24,
        {SUBJECT: "Vorgang", SENDER: "c@d.e", BODY: "innen größer", HTML: b"<p>innen gr\xc3\xb6\xc3\x9fer</p>"},
    )
    root = storage(
        "",
        32,
        {
            CLASS: "IPM.Note",
            SUBJECT: "Schadensmeldung",
            SENDER: "a@b.c",
            TO: "Anne",
            HTML: b"<h2>Hallo</h2><p>Text</p>",
            BODY: "Hallo Text",
        },
        [
            storage("__attach_version1.0_#00000000", 8, {METHOD: 1, FILE_NAME: "note.txt", DATA: b"in the file"}),
            storage("__attach_version1.0_#00000001", 8, {METHOD: 5}, [inner]),
            storage("__attach_version1.0_#00000002", 8, {METHOD: 2, FILE_NAME: "link.docx"}),
        ],
    )
    document = document_of(root)
    assert texts(document, "heading") == ["Schadensmeldung", "Hallo"]
    assert texts(document, "header") == ["From: <a@b.c>", "To: Anne"]
    assert texts(document, "paragraph") == ["Text"]
    assert [(child.name, child.media_type) for child in document.attachments] == [
        ("note.txt", "text/plain"),
        ("Vorgang.eml", "message/rfc822"),
    ]
    assert texts(document.attachments[1]) == ["Vorgang", "From: <c@d.e>", "innen größer"]
    assert [issue.code for issue in document.issues] == ["attachment_skipped"]


@pytest.mark.parametrize(("kind", "locked"), [("IPM.Note.SMIME", True), ("IPM.Note.SMIME.MultipartSigned", False)])
def test_encrypted_messages(kind: str, locked: bool) -> None:
    root = storage("", 32, {CLASS: kind, SUBJECT: "s", BODY: "b"})
    if locked:
        with pytest.raises(EncryptedFile):
            document_of(root)
    else:
        assert texts(document_of(root), "paragraph") == ["b"]


def test_a_rich_text_body() -> None:
    packed = struct.pack("<II4sI", 0, 40, b"MELA", 0) + b"{\\rtf1\\ansi\\ansicpg1252 Gr\\'fc\\'dfe\\par}"
    root = storage("", 32, {SUBJECT: "s", 0x1009: packed})
    assert texts(document_of(root), "paragraph") == ["Grüße"]


def test_a_date_beyond_all_calendars_is_left_out_and_said() -> None:
    root = storage("", 32, {SUBJECT: "Schaden", BODY: "Das Glas ist gebrochen."})
    *others, properties = root.streams
    dated = properties.bytes_ + struct.pack("<HHIQ", 0x0040, 0x0039, 6, 2**64 - 1)
    document = document_of(Storage("", (*others, Stream(properties.path, dated)), ()))
    assert "Das Glas ist gebrochen." in document.text
    assert [issue.code for issue in document.issues] == ["part_unreadable"]


def test_no_message() -> None:
    with pytest.raises(DamagedFile):
        read_msg(Assembly(b"nothing", "x.msg", Limits(), read))
