"""Disks that are full."""

from __future__ import annotations

import os
import resource
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def files_at_most(size: int) -> Iterator[None]:
    """As on a full disk: no file of this process grows beyond some bytes."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


@contextmanager
def small_disk(size: str) -> Iterator[Path]:
    """A folder that is a disk of its own, of some size ("1m"); the test is skipped where none may be mounted."""
    folder = Path(tempfile.mkdtemp())
    if os.system(f"mount -t tmpfs -o size={size} none {folder} 2>/dev/null"):
        folder.rmdir()
        pytest.skip("only root may mount the small disk that this fills")
    try:
        yield folder
    finally:
        os.system(f"umount {folder}")
        folder.rmdir()
