"""DOC, XLS, PPT and XLSB: converted by LibreOffice, on this machine and in a folder of its own, and read as what they become.

LibreOffice is a system program, not a Python package; without it these files give `MissingDependency` with the Debian package.
"""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from foyerdoc.documents import Document
from foyerdoc.errors import DamagedFile, EncryptedFile, LimitExceeded, MissingDependency
from foyerdoc.reading.assembly import Assembly
from foyerdoc.reading.sheets import read_xlsx
from foyerdoc.reading.slides import read_pptx
from foyerdoc.reading.sniffing import XLSB
from foyerdoc.reading.word import read_docx

_FIB_ENCRYPTED = 0x0100
_FILEPASS = b"\x2f\x00"
_PROGRAMS = ("soffice", "libreoffice")


def read_doc(assembly: Assembly) -> Document:
    """A Word 97 document, as the DOCX that LibreOffice makes of it.

    Raises:
        MissingDependency: LibreOffice Writer is not installed.
        EncryptedFile: it wants a password.
        DamagedFile: LibreOffice cannot open it.
        LimitExceeded: the conversion takes longer than `limits.seconds`.
    """
    fib = _stream(assembly, "WordDocument")[:12]
    if int.from_bytes(fib[10:12], "little") & _FIB_ENCRYPTED:
        raise _encrypted(assembly)
    return _converted(assembly, "docx", "libreoffice-writer-nogui", read_docx, "application/msword")


def read_xls(assembly: Assembly) -> Document:
    """An Excel 97 workbook, as the XLSX that LibreOffice makes of it. Raises what `read_doc` raises."""
    book = _stream(assembly, "Workbook") or _stream(assembly, "Book")
    # The record that announces a password follows the first record of the stream.
    first = 4 + int.from_bytes(book[2:4], "little")
    if book[first : first + 2] == _FILEPASS:
        raise _encrypted(assembly)
    return _converted(assembly, "xlsx", "libreoffice-calc-nogui", read_xlsx, "application/vnd.ms-excel")


def read_ppt(assembly: Assembly) -> Document:
    """A PowerPoint 97 presentation, as the PPTX that LibreOffice makes of it. Raises what `read_doc` raises."""
    if _stream(assembly, "EncryptedSummary"):
        raise _encrypted(assembly)
    return _converted(assembly, "pptx", "libreoffice-impress-nogui", read_pptx, "application/vnd.ms-powerpoint")


def read_xlsb(assembly: Assembly) -> Document:
    """A binary Excel workbook, as the XLSX that LibreOffice makes of it. Raises what `read_doc` raises."""
    return _converted(assembly, "xlsx", "libreoffice-calc-nogui", read_xlsx, XLSB)


def _converted(
    assembly: Assembly, extension: str, package: str, read: Callable[[Assembly], Document], media_type: str
) -> Document:
    program = next((path for name in _PROGRAMS if (path := shutil.which(name))), None)
    if program is None:
        raise MissingDependency(f"{assembly.name}: this old format needs LibreOffice", hint=f"apt-get install {package}")
    raw = _convert(assembly, program, extension, package)
    inner = replace(assembly, raw=raw)
    inner.issue("converted", f"converted to {extension.upper()} by LibreOffice; places are those of the conversion")
    document = read(inner)
    return replace(document, id=hashlib.sha256(assembly.raw).hexdigest(), media_type=media_type)


def _convert(assembly: Assembly, program: str, extension: str, package: str) -> bytes:
    with tempfile.TemporaryDirectory(prefix="foyerdoc-") as folder:
        source = Path(folder) / "in" / "document"
        source.parent.mkdir()
        source.write_bytes(assembly.raw)
        command = [
            program,
            # A profile of its own: LibreOffice runs once per profile, and the user's settings and macros stay out.
            f"-env:UserInstallation={(Path(folder) / 'profile').as_uri()}",
            *("--headless", "--norestore", "--nolockcheck", "--nodefault"),
            *("--convert-to", extension, "--outdir", folder, str(source)),
        ]
        # A group of its own, so that the programs that soffice starts end with it.
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        try:
            process.wait(timeout=assembly.limits.seconds)
        except subprocess.TimeoutExpired as error:
            raise LimitExceeded(
                f"{assembly.name}: its conversion took longer than {assembly.limits.seconds:g} s", hint="raise Limits.seconds"
            ) from error
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        made = Path(folder) / f"document.{extension}"
        if not made.is_file():
            raise DamagedFile(
                f"{assembly.name}: LibreOffice cannot open it", hint=f"check that {package} is installed, or the file"
            )
        return made.read_bytes()


def _stream(assembly: Assembly, name: str) -> bytes:
    import olefile

    with olefile.OleFileIO(io.BytesIO(assembly.raw)) as ole:
        if not ole.exists(name):
            return b""
        with ole.openstream(name) as stream:
            return bytes(stream.read(64 * 1024))


def _encrypted(assembly: Assembly) -> EncryptedFile:
    return EncryptedFile(f"{assembly.name}: wants a password", hint="open it in Office and save it without a password")
