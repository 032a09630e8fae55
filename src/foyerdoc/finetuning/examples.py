"""Labelled documents to learn from."""

from __future__ import annotations

from dataclasses import dataclass

from foyerdoc.documents import Document


@dataclass(frozen=True, slots=True)
class Example:
    """A document and its label.

    Attributes:
        id: unique among its set.
        document: its text is what is learnt from.
        path: the labels from the root; shorter than the taxonomy is deep when only the upper levels are known.
    """

    id: str
    document: Document
    path: tuple[str, ...]
