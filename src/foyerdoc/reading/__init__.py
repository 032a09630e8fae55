"""Files in, documents out: `read`, and `read_many` over several processes."""

from __future__ import annotations

from foyerdoc.reading.files import read, read_many

__all__ = ["read", "read_many"]
