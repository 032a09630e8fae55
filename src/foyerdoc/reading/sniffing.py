"""What kind of file it is, by its content. The extension only decides between kinds of plain text.

sniff(raw, name) -> media type, one that `formats.READERS`, the PDF reader or the image reader knows.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
import zlib
from pathlib import PurePath
from types import MappingProxyType

from foyerdoc.errors import DamagedFile, EmptyFile, EncryptedFile, UnsupportedFile
from foyerdoc.reading.encodings import decode, wide_encoding

BROKEN_ZIP = (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, NotImplementedError)
"""What zipfile raises for an archive that it cannot read; the last is of a version or compression that it does not know."""

_HEAD = 64 * 1024

_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"II+\0", "image/tiff"),
    (b"MM\0+", "image/tiff"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"{\\rtf", "application/rtf"),
)
_UNSUPPORTED = (
    (b"ID3", "MP3 sound"),
    (b"\xff\xfb", "MP3 sound"),
    (b"\xff\xf3", "MP3 sound"),
    (b"OggS", "Ogg sound or film"),
    (b"fLaC", "FLAC sound"),
    (b"RIFF", "RIFF sound or film"),
    (b"\x1a\x45\xdf\xa3", "Matroska film"),
    (b"\x1f\x8b", "gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "7-Zip archive"),
    (b"Rar!", "RAR archive"),
    (b"BZh", "bzip2 archive"),
    (b"\xfd7zXZ\0", "xz archive"),
    (b"\x7fELF", "program"),
    (b"MZ", "Windows program"),
    (b"%!PS", "PostScript"),
    (b"\x78\x9f\x3e\x22", "TNEF mail container (winmail.dat)"),
    (b"SQLite format 3", "SQLite database"),
)
_HEIC_BRANDS = {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"}

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
XLSB = "application/vnd.ms-excel.sheet.binary.macroenabled.12"

# Content type of the main part (lower case, without ".main+xml") -> media type of the file.
_OOXML = MappingProxyType(
    {
        DOCX: DOCX,
        "application/vnd.openxmlformats-officedocument.wordprocessingml.template": DOCX,
        "application/vnd.ms-word.document.macroenabled": DOCX,
        "application/vnd.ms-word.template.macroenabledtemplate": DOCX,
        XLSX: XLSX,
        "application/vnd.openxmlformats-officedocument.spreadsheetml.template": XLSX,
        "application/vnd.ms-excel.sheet.macroenabled": XLSX,
        "application/vnd.ms-excel.template.macroenabled": XLSX,
        "application/vnd.ms-excel.addin.macroenabled": XLSX,
        PPTX: PPTX,
        "application/vnd.openxmlformats-officedocument.presentationml.template": PPTX,
        "application/vnd.openxmlformats-officedocument.presentationml.slideshow": PPTX,
        "application/vnd.ms-powerpoint.presentation.macroenabled": PPTX,
        "application/vnd.ms-powerpoint.template.macroenabled": PPTX,
        "application/vnd.ms-powerpoint.slideshow.macroenabled": PPTX,
        "application/vnd.ms-powerpoint.addin.macroenabled": PPTX,
    }
)
_MAIN_FOLDERS = (("word/document", DOCX), ("xl/workbook", XLSX), ("ppt/presentation", PPTX))

_OPEN_DOCUMENT = "application/vnd.oasis.opendocument."
_OPEN_KINDS = MappingProxyType(
    {
        "text": "text",
        "text-template": "text",
        "text-master": "text",
        "text-web": "text",
        "spreadsheet": "spreadsheet",
        "spreadsheet-template": "spreadsheet",
        "presentation": "presentation",
        "presentation-template": "presentation",
        "graphics": "presentation",
        "graphics-template": "presentation",
    }
)

_OLE_STREAMS = (
    ("encryptedpackage", "encrypted"),
    ("worddocument", "application/msword"),
    ("workbook", "application/vnd.ms-excel"),
    ("book", "application/vnd.ms-excel"),
    ("powerpoint document", "application/vnd.ms-powerpoint"),
    ("__properties_version1.0", "application/vnd.ms-outlook"),
)

_HTML_TAGS = (
    "html|head|body|title|meta|link|style|script|base|div|span|p|a|b|i|u|em|strong|font|center|br|hr|h[1-6]|table|thead|tbody|tr|td|"
    "th|ul|ol|li|dl|dt|dd|img|form|input|section|article|header|footer|nav|main|aside|pre|blockquote|figure|button|label|iframe"
)
_HTML_START = re.compile(rf"<(?:!doctype\s+html|(?:{_HTML_TAGS})(?=[\s>/]))", re.IGNORECASE)
_XML_PROLOGUE = re.compile(r"\s*(?:<\?.*?\?>\s*|<!--.*?-->\s*|<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>\s*)*", re.DOTALL)
_XML_ROOT = re.compile(r"<(?:[\w.-]+:)?([A-Za-z_][\w.-]*)(?=[\s>/])")

_HEADER_LINE = re.compile(r"([A-Za-z][A-Za-z0-9-]*):(?:[ \t]|$)")
_MACHINE_HEADERS = frozenset(
    {"received", "message-id", "mime-version", "content-type", "return-path", "delivered-to", "dkim-signature", "x-mailer"}
)
_MAIL_HEADERS = _MACHINE_HEADERS | {
    "from",
    "to",
    "cc",
    "bcc",
    "subject",
    "date",
    "reply-to",
    "sender",
    "in-reply-to",
    "references",
}

_TEXT_EXTENSIONS = MappingProxyType(
    {
        ".csv": "text/csv",
        ".tsv": "text/tab-separated-values",
        ".tab": "text/tab-separated-values",
        ".md": "text/markdown",
        ".markdown": "text/markdown",
        ".rst": "text/x-rst",
        ".org": "text/org",
        ".txt": "text/plain",
        ".text": "text/plain",
        ".log": "text/plain",
    }
)
_MARKDOWN_MARKS = tuple(
    re.compile(pattern, re.MULTILINE)
    for pattern in (
        r"^#{1,6} \S",
        r"^```",
        r"\[[^\[\]\n]{1,300}\]\([^()\s]{1,300}\)",
        r"^\|(?: *:?-+:? *\|)+ *$",
        r"\*\*\S[^*\n]{0,300}\*\*",
        r"^[-*] \S",
    )
)


def sniff(raw: bytes, name: str) -> str:
    """The media type of a file.

    Args:
        raw: the whole file: archives keep their table of contents at the end.
        name: its name; the extension decides between CSV, Markdown and plain text, and nothing else.

    Raises:
        EmptyFile: no bytes.
        EncryptedFile: an Office file that wants a password.
        DamagedFile: an archive without its table of contents, or an OLE file that cannot be opened.
        UnsupportedFile: sound, film, programs and other kinds that have no reader.
    """
    if not raw:
        raise EmptyFile(f"{name}: the file has no bytes", hint="check the download or the export that made it")
    if b"%PDF-" in raw[:1024]:
        return "application/pdf"
    if raw.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return _sniff_zip(raw, name)
    if raw.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _sniff_ole(raw, name)
    return _sniff_binary(raw, name) or _sniff_text(raw, name)


def _sniff_binary(raw: bytes, name: str) -> str | None:
    for magic, media_type in _MAGIC:
        if raw.startswith(magic):
            return media_type
    if raw.startswith(b"RIFF") and raw[8:12] == b"WEBP":
        return "image/webp"
    if raw.startswith(b"BM") and raw[6:10] == b"\0\0\0\0":
        return "image/bmp"
    if raw[4:8] == b"ftyp":
        if raw[8:12] in _HEIC_BRANDS:
            return "image/heic"
        raise _unsupported(name, "film or image in an MP4 container")
    if raw.lstrip(b" \t\r\n\xef\xbb\xbf").startswith(b"{\\rtf"):
        return "application/rtf"
    if raw[:2] == b"\x30\x82" or raw[:2] == b"\x30\x80":
        return _sniff_cms(raw, name)
    for magic, what in _UNSUPPORTED:
        # Two letters could begin a text as well; a program or a sound has zero bytes near its start.
        if raw.startswith(magic) and (len(magic) > 3 or b"\0" in raw[:512]):
            raise _unsupported(name, what)
    return None


def _sniff_cms(raw: bytes, name: str) -> str:
    if b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03" in raw[:64]:
        raise EncryptedFile(f"{name}: an encrypted S/MIME message", hint="decrypt it with its owner's key first")
    raise _unsupported(name, "certificate or S/MIME signature")


def _sniff_zip(raw: bytes, name: str) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            names = archive.namelist()
            if not names:
                raise EmptyFile(f"{name}: an archive with nothing in it", hint="check the export that made it")
            kind = _open_document_kind(archive, names, name) or _ooxml_kind(archive, names, name)
    except BROKEN_ZIP as error:
        raise DamagedFile(
            f"{name}: the archive has no readable table of contents", hint="it is probably cut short: fetch the file again"
        ) from error
    if kind is None:
        return "application/zip"
    if kind == "unknown":
        raise _unsupported(name, "office package of another kind")
    return kind


def _open_document_kind(archive: zipfile.ZipFile, names: list[str], name: str) -> str | None:
    if "mimetype" in names:
        mimetype = _member(archive, "mimetype", 200, name).decode("ascii", errors="replace").strip().lower()
        if mimetype == "application/epub+zip":
            return mimetype
        if mimetype.startswith(_OPEN_DOCUMENT):
            kind = _OPEN_KINDS.get(mimetype.removeprefix(_OPEN_DOCUMENT))
            return _OPEN_DOCUMENT + kind if kind else "unknown"
    if "META-INF/container.xml" in names:
        return "application/epub+zip"
    return None


def _ooxml_kind(archive: zipfile.ZipFile, names: list[str], name: str) -> str | None:
    if "[Content_Types].xml" not in names:
        return None
    types = _member(archive, "[Content_Types].xml", 4 * 1024**2, name).decode("utf-8", errors="replace").lower()
    for declared in re.findall(r"contenttype\s*=\s*[\"']([^\"']+?)\.main\+xml[\"']", types):
        if declared in _OOXML:
            return _OOXML[declared]
    if XLSB.removesuffix(".12") in types or "xl/workbook.bin" in names:
        return XLSB
    for folder, media_type in _MAIN_FOLDERS:
        if any(member.startswith(folder) for member in names):
            return media_type
    return "unknown"


def _member(archive: zipfile.ZipFile, member: str, limit: int, name: str) -> bytes:
    try:
        with archive.open(member) as stream:
            return stream.read(limit)
    except RuntimeError as error:  # zipfile's way to say that a password is wanted
        raise EncryptedFile(f"{name}: encrypted", hint="unpack it with its password first") from error


def _sniff_ole(raw: bytes, name: str) -> str:
    import olefile

    try:
        with olefile.OleFileIO(io.BytesIO(raw)) as ole:
            streams = {entry[0].lower() for entry in ole.listdir(streams=True, storages=True)}
    except Exception as error:  # olefile raises whatever a broken structure leads it to
        raise DamagedFile(f"{name}: a damaged OLE file", hint="it is probably cut short: fetch the file again") from error
    for stream, kind in _OLE_STREAMS:
        if stream in streams:
            if kind == "encrypted":
                raise EncryptedFile(
                    f"{name}: an Office file that wants a password", hint="open it in Office and save it without a password"
                )
            return kind
    raise _unsupported(name, "OLE file of another kind")


def _sniff_text(raw: bytes, name: str) -> str:
    head = raw[:_HEAD]
    if _is_binary(head):
        raise _unsupported(name, "binary file of an unknown kind")
    text = decode(head).text.lstrip("\ufeff \t\n\0")
    extension = PurePath(name.lower()).suffix
    if text.startswith("-----BEGIN PGP MESSAGE-----"):
        raise EncryptedFile(f"{name}: encrypted with PGP", hint="decrypt it with its owner's key first")
    if text.startswith("<") and (kind := _markup_kind(text, extension)):
        return kind
    if _is_mail(text, extension):
        return "message/rfc822"
    if text.startswith(("{", "[")) and (kind := _json_kind(raw)):
        return kind
    named = _TEXT_EXTENSIONS.get(extension, "text/plain")
    return _plain_kind(text) if named == "text/plain" else named


def _is_binary(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff")) or wide_encoding(head) is not None:
        return False
    controls = sum(head.count(byte) for byte in (*range(9), *range(14, 26), 28, 29, 30, 31, 127))
    return b"\0\0" in head or controls > 0.02 * len(head)


def _markup_kind(text: str, extension: str) -> str | None:
    prologue = _XML_PROLOGUE.match(text)
    body = text[prologue.end() :] if prologue else text
    declared = text.startswith("<?xml")
    root = _XML_ROOT.match(body)
    if declared:
        return "application/xhtml+xml" if root and root.group(1).lower() == "html" else "application/xml"
    if re.match(r"\s*(?:<!--.*?-->\s*)*<!doctype\s+html", text, re.IGNORECASE | re.DOTALL):
        return "text/html"
    # Markdown and its kin may well start with a tag.
    if extension in {".md", ".markdown", ".rst", ".org"}:
        return None
    if _HTML_START.match(body):
        return "text/html"
    if root and (extension in {".xml", ".xsl", ".svg", ".rdf"} or f"</{root.group(0)[1:]}>" in text or "xmlns" in text[:2000]):
        return "application/xml"
    return "text/html" if extension in {".html", ".htm", ".xhtml"} else None


def _is_mail(text: str, extension: str) -> bool:
    found: set[str] = set()
    lines = text.split("\n", 400)
    for number, line in enumerate(lines[:400]):
        if line[:1] in {" ", "\t"} or (number == 0 and line.startswith("From ")):
            continue
        header = _HEADER_LINE.match(line)
        if header is None:
            break
        found.add(header.group(1).lower())
    if extension in {".eml", ".mht", ".mhtml"}:
        return bool(found & _MAIL_HEADERS)
    return len(found & _MAIL_HEADERS) >= 2 and (bool(found & _MACHINE_HEADERS) or {"from", "subject", "date"} <= found)


def _json_kind(raw: bytes) -> str | None:
    text = decode(raw).text
    try:
        json.loads(text)
    except RecursionError:
        return "application/json"
    except ValueError:
        pass
    else:
        return "application/json"
    lines = [line for line in text.splitlines() if line.strip()]
    try:
        if len(lines) > 1 and all(isinstance(json.loads(line), dict | list) for line in lines):
            return "application/x-ndjson"
    except (ValueError, RecursionError):
        pass
    return None


def _plain_kind(text: str) -> str:
    if sum(bool(mark.search(text)) for mark in _MARKDOWN_MARKS) >= 3:
        return "text/markdown"
    lines = [line for line in text.split("\n")[:50] if line.strip()]
    # The head may end in the middle of a line.
    lines = lines[:-1] if len(lines) == 50 else lines
    if len(lines) >= 3:
        for delimiter, least, media_type in (
            ("\t", 1, "text/tab-separated-values"),
            (";", 2, "text/csv"),
            ("|", 2, "text/csv"),
        ):
            counts = {line.count(delimiter) for line in lines}
            if len(counts) == 1 and counts.pop() >= least:
                return media_type
    return "text/plain"


def _unsupported(name: str, what: str) -> UnsupportedFile:
    return UnsupportedFile(f"{name}: {what}, which has no reader", hint="convert it to PDF, an office format or text first")
