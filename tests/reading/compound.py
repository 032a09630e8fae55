"""Compound files (OLE, [MS-CFB]) made for tests: what MSG, DOC, XLS and PPT are packed in."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field

_SECTOR, _MINI, _CUTOFF = 512, 64, 4096
_END, _FREE, _FAT, _NONE = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD, 0xFFFFFFFF

Tree = Mapping[str, "bytes | Tree"]
"""Streams are bytes, storages are trees."""


@dataclass
class _Entry:
    name: str
    kind: int  # 1 storage, 2 stream, 5 root
    content: bytes = b""
    sibling: int = _NONE
    child: int = _NONE
    start: int = _END
    inside: list[int] = field(default_factory=list)


def compound(tree: Tree) -> bytes:
    """A compound file of version 3. Directories are lists, not balanced trees, which readers take as well."""
    entries = [_Entry("Root Entry", 5)]
    _enter(entries, 0, tree)
    mini, mini_next = b"", []
    for entry in entries:
        if entry.kind == 2 and 0 < len(entry.content) < _CUTOFF:
            entry.start = len(mini_next)
            mini_next += _chain(len(mini_next), -(-len(entry.content) // _MINI))
            mini += _padded(entry.content, _MINI)
    sectors, following = b"", []

    def store(content: bytes) -> int:
        nonlocal sectors
        if not content:
            return _END
        start = len(following)
        following.extend(_chain(start, -(-len(content) // _SECTOR)))
        sectors += _padded(content, _SECTOR)
        return start

    for entry in entries:
        if entry.kind == 2 and len(entry.content) >= _CUTOFF:
            entry.start = store(entry.content)
    entries[0].start, entries[0].content = store(mini), mini
    mini_fat = store(_padded(b"".join(struct.pack("<I", number) for number in mini_next), _SECTOR, b"\xff"))
    directory = store(_padded(b"".join(map(_packed, entries)), _SECTOR))
    n_fat = 1
    while n_fat * (_SECTOR // 4) < len(following) + n_fat:
        n_fat += 1
    first = len(following)
    table = b"".join(struct.pack("<I", number) for number in [*following, *[_FAT] * n_fat])
    sectors += _padded(table, _SECTOR, b"\xff")
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    n_mini = -(-len(mini_next) * 4 // _SECTOR)
    header += struct.pack("<IIIIIIIIII", 0, n_fat, directory, 0, _CUTOFF, mini_fat, n_mini, _END, 0, first)
    header += b"".join(struct.pack("<I", first + i) if i < n_fat else b"\xff" * 4 for i in range(1, 109))
    return header + sectors


def _enter(entries: list[_Entry], parent: int, tree: Tree) -> None:
    before = None
    for name, content in tree.items():
        number = len(entries)
        entries.append(_Entry(name, 2, content) if isinstance(content, bytes) else _Entry(name, 1))
        if before is None:
            entries[parent].child = number
        else:
            entries[before].sibling = number
        before = number
        if not isinstance(content, bytes):
            _enter(entries, number, content)


def _packed(entry: _Entry) -> bytes:
    name = (entry.name + "\0").encode("utf-16-le")
    head = struct.pack("<64sHBBIII", name, len(name), entry.kind, 1, _NONE, entry.sibling, entry.child)
    return head + bytes(36) + struct.pack("<IQ", entry.start if entry.kind != 1 else 0, len(entry.content))


def _chain(start: int, n: int) -> list[int]:
    return [*range(start + 1, start + n), _END]


def _padded(content: bytes, size: int, filler: bytes = b"\0") -> bytes:
    return content + filler * (-len(content) % size)
