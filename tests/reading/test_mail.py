from __future__ import annotations

import base64
import email.policy
from email.message import EmailMessage

import pytest
from hypothesis import given, settings

from foyerdoc.errors import EncryptedFile
from foyerdoc.reading.richtext import decompress
from tests.reading.made import SENTENCES, docx, paragraph, read, text_of, texts


def message(subject: str = "Sinistre", body: str = "Bonjour\n\nVoici ma facture.") -> EmailMessage:
    made = EmailMessage(policy=email.policy.SMTP)
    made["From"], made["To"], made["Cc"] = "Anne <anne@example.lu>", "claims@example.lu", "x@example.lu"
    made["Date"], made["Subject"] = "Mon, 02 Sep 2024 10:00:00 +0200", subject
    made.set_content(body)
    return made


@settings(max_examples=25, deadline=None)
@given(SENTENCES, SENTENCES)
def test_headers_and_body(subject: str, body: str) -> None:
    raw = message("SUBJECT", body).as_bytes()
    # Encoded by hand: the standard library loses spaces where it folds long headers.
    raw = raw.replace(b"SUBJECT", b"=?utf-8?B?" + base64.b64encode(subject.encode()) + b"?=")
    document = read(raw, "made.eml")
    assert document.media_type == "message/rfc822"
    assert texts(document, "heading") == [subject]
    assert texts(document, "paragraph") == [body]


def test_places_and_metadata() -> None:
    document = read(message().as_bytes(), "made.eml")
    assert [(b.kind, b.path, text_of(document, b)) for b in document.blocks] == [
        ("heading", "header[Subject]", "Sinistre"),
        ("header", "header[From]", "From: Anne <anne@example.lu>"),
        ("header", "header[To]", "To: claims@example.lu"),
        ("header", "header[Cc]", "Cc: x@example.lu"),
        ("header", "header[Date]", "Date: Mon, 02 Sep 2024 10:00:00 +0200"),
        ("paragraph", "body/line[1]", "Bonjour"),
        ("paragraph", "body/line[3]", "Voici ma facture."),
    ]
    assert document.metadata["sent"] == "2024-09-02T10:00:00+02:00"
    assert document.metadata["subject"] == "Sinistre"


def test_the_better_body_once() -> None:
    made = message(body="Hello\n\nTotal 5 EUR")
    made.add_alternative("<h2>Hello</h2><table><tr><th>Total</th><td>5 EUR</td></tr></table>", subtype="html")
    document = read(made.as_bytes(), "made.eml")
    assert document.text.count("Hello") == 1
    assert [b.kind for b in document.blocks if b.path and b.path.startswith("part[")] == ["heading", "table"]

    made = message(body="Hello, the whole story is told here and only here, at length.")
    made.add_alternative("<p>Your mail program cannot show this.</p>", subtype="html")
    document = read(made.as_bytes(), "made.eml")
    assert "whole story" in document.text
    assert "cannot show" not in document.text
    assert [issue.code for issue in document.issues] == ["plain_body"]


def test_attachments_and_nested_messages() -> None:
    inner = message("Inner", "inner body")
    inner.add_attachment("inside\n", filename="note.txt")
    made = message()
    made.add_attachment(
        docx(paragraph("annexe")), maintype="application", subtype="octet-stream", filename="Résumé du sinistre.docx"
    )
    made.add_attachment(inner)
    made.add_attachment(b"\x00\x01binary", maintype="application", subtype="x-thing", filename="../../etc/thing.bin")
    document = read(made.as_bytes(), "made.eml")
    assert [(child.name, child.media_type.rpartition(".")[2]) for child in document.attachments] == [
        ("Résumé du sinistre.docx", "document"),
        ("Inner.eml", "message/rfc822"),
    ]
    assert document.attachments[0].text == "annexe"
    assert [child.text for child in document.attachments[1].attachments] == ["inside"]
    assert [issue.code for issue in document.issues] == ["attachment_unreadable"]
    assert "../" not in document.issues[0].message


@pytest.mark.parametrize("depth", [1, 4])
def test_depth_is_limited(depth: int) -> None:
    made = message("level 0", "body 0")
    for number in range(1, depth + 1):
        outer = message(f"level {number}", f"body {number}")
        outer.add_attachment(made)
        made = outer
    names = [part.name for part in read(made.as_bytes(), "made.eml").walk()]
    assert len(names) == min(depth, 3) + 1


def test_undeclared_and_wrong_encodings() -> None:
    raw = b"From: a@b.c\r\nSubject: D\xe9g\xe2t\r\nDate: x\r\nMIME-Version: 1.0\r\n\r\nPr\xe9nom: Ren\xe9e"
    document = read(raw, "x.eml")
    assert texts(document, "paragraph") == ["Prénom: Renée"]
    raw = b'From: a@b.c\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset="nonsense"\r\n\r\nGr\xc3\xbc\xc3\x9fe'
    assert texts(read(raw, "x.eml"), "paragraph") == ["Grüße"]
    raw = message().as_bytes().decode().encode("utf-16")
    assert "Voici ma facture." in read(raw, "x.eml").text


def test_encoded_words_and_flowed_lines() -> None:
    raw = (
        b"From: =?iso-8859-1?Q?Ren=E9?= <r@b.c>\r\nSubject: =?utf-8?B?w4lucXXDqnRl?=\r\n =?utf-8?Q?_suite?=\r\n"
        b"MIME-Version: 1.0\r\n"
        b"Content-Type: text/plain; format=flowed\r\n\r\nOne long \r\nline.\r\n-- \r\nAnne"
    )
    document = read(raw, "x.eml")
    assert texts(document, "heading") == ["Énquête suite"]
    assert "From: René <r@b.c>" in document.text
    assert "One long line.\n-- \nAnne" in document.text


@pytest.mark.parametrize(
    "kind",
    [
        'multipart/encrypted; boundary="x"; protocol="application/pgp-encrypted"',
        'application/pkcs7-mime; smime-type=enveloped-data; name="smime.p7m"',
    ],
)
def test_encrypted_mail(kind: str) -> None:
    raw = f"From: a@b.c\r\nMIME-Version: 1.0\r\nContent-Type: {kind}\r\n\r\n--x\r\n\r\nzzz\r\n--x--\r\n"
    with pytest.raises(EncryptedFile):
        read(raw.encode(), "x.eml")


def test_pgp_within_the_text() -> None:
    with pytest.raises(EncryptedFile):
        read(message(body="-----BEGIN PGP MESSAGE-----\n\nabc").as_bytes(), "x.eml")


def test_signatures_are_named() -> None:
    made = message()
    made.add_attachment(b"0\x82", maintype="application", subtype="pkcs7-signature", filename="smime.p7s")
    document = read(made.as_bytes(), "x.eml")
    assert [issue.code for issue in document.issues] == ["signature_not_checked"]


def test_unpacking_of_outlook_rich_text() -> None:
    # The worked example of [MS-OXRTFCP] 3.1.1.
    packed = bytes.fromhex("2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0")
    assert decompress(packed) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"
