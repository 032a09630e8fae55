"""Zip archives opened with care: nothing is unpacked before the whole is known to stay within the limits.

Office files, OpenDocument files and EPUBs are such archives; a plain one becomes a document without text whose members
are its attachments.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import PurePosixPath
from urllib.parse import unquote

from foyerdoc.documents import Document
from foyerdoc.errors import DamagedFile, EncryptedFile, LimitExceeded
from foyerdoc.reading.assembly import Assembly
from foyerdoc.reading.sniffing import BROKEN_ZIP

_MEMBERS = 100_000
_ZIP_ENCRYPTED = 0x1
_PICTURES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".gif", ".webp")


class Archive:
    """The members of a zip archive, unpacked one at a time within `Limits.decompressed_bytes`.

    Args:
        assembly: holds the archive's bytes, its name and the limits.

    Attributes:
        members: all of them, folders left out, in the archive's order; several may have one name.

    Raises:
        DamagedFile: no readable table of contents.
        LimitExceeded: too many members, or they claim to unpack to more than the limit.
    """

    def __init__(self, assembly: Assembly) -> None:
        self._name = assembly.name
        self._limit = assembly.limits.decompressed_bytes
        self._unpacked = 0
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(assembly.raw))
        except BROKEN_ZIP as error:
            raise self._damaged("no readable table of contents") from error
        members = self._zip.infolist()
        if len(members) > _MEMBERS:
            raise LimitExceeded(f"{self._name}: an archive of {len(members)} members", hint="split the archive")
        if sum(member.file_size for member in members) > self._limit:
            raise self._too_large()
        # Names in packages are compared without case, and a leading slash is the same as none.
        self.members = tuple(member for member in members if not member.filename.endswith("/") or member.file_size)
        self._named = {_normal(member.filename): member for member in self.members}

    @property
    def names(self) -> tuple[str, ...]:
        """The members' names as written, folders left out, in the archive's order."""
        return tuple(member.filename for member in self._named.values())

    def __contains__(self, name: str) -> bool:
        return _normal(name) in self._named

    def read(self, member: str | zipfile.ZipInfo) -> bytes:
        """One member's bytes, by its name or itself.

        Raises:
            KeyError: no such member.
            DamagedFile: its packed bytes are broken.
            EncryptedFile: it is encrypted.
            LimitExceeded: what was really unpacked so far passes the limit, whatever the table of contents claims.
        """
        if isinstance(member, str):
            member = self._named[_normal(member)]
        if member.flag_bits & _ZIP_ENCRYPTED:
            raise EncryptedFile(f"{self._name}: an encrypted archive", hint="unpack it with its password first")
        room = self._limit - self._unpacked
        try:
            with self._zip.open(member) as stream:
                raw = stream.read(room + 1)
        except (*BROKEN_ZIP, RuntimeError) as error:
            raise self._damaged("a member cannot be unpacked") from error
        self._unpacked += len(raw)
        if len(raw) > room:
            raise self._too_large()
        return raw

    def get(self, name: str) -> bytes | None:
        """One member's bytes, or None when there is no such member. Raises what `read` raises otherwise."""
        return self.read(name) if name in self else None

    def _damaged(self, what: str) -> DamagedFile:
        return DamagedFile(f"{self._name}: {what}", hint="it is probably cut short: fetch the file again")

    def _too_large(self) -> LimitExceeded:
        return LimitExceeded(
            f"{self._name}: unpacks to more than {self._limit} bytes",
            hint="raise Limits.decompressed_bytes if you trust the file",
        )


def resolve(folder: str, target: str) -> str:
    """A reference inside a package, relative to the folder of the member that makes it, as a member's name."""
    path = unquote(target).replace("\\", "/")
    parts: list[str] = [] if path.startswith("/") else [part for part in folder.split("/") if part]
    for part in path.split("/"):
        if part == "..":
            parts[-1:] = []
        elif part not in {"", "."}:
            parts.append(part)
    return "/".join(parts)


def read_pictures(assembly: Assembly, archive: Archive, folder: str) -> None:
    """Deal with the pictures under a folder, which may be scans: attachments where there is no text, else an issue."""
    names = [name for name in archive.names if name.startswith(folder) and name.lower().endswith(_PICTURES)]
    if names and assembly.blocks:
        assembly.issue("pictures_not_read", f"{len(names)} pictures; text in them was not read")
        return
    for name in names:
        assembly.attach(archive.read(name), name.rpartition("/")[2])


def read_zip(assembly: Assembly) -> Document:
    """A plain archive: no text of its own, each member an attachment, in the archive's order."""
    archive = Archive(assembly)
    for member in archive.members:
        path = PurePosixPath(member.filename)
        # What macOS adds to every archive says nothing.
        if path.parts[:1] == ("__MACOSX",) or path.name in {".DS_Store", "Thumbs.db"}:
            continue
        assembly.attach(archive.read(member), member.filename or "unnamed")
    return assembly.finish("application/zip", allow_empty=True)


def _normal(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").lower()
