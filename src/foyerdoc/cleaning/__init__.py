"""Cleaning: what stands between a document as read and text that a person or a model can use.

Each step can be switched off by its name, says what it did as an issue of the clean document, and keeps the map to the
text as read: `Document.origin` gives the exact stretch that any clean stretch came from.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal, get_args

from foyerdoc.cleaning import characters, lines, mail, margins
from foyerdoc.cleaning.draft import Draft
from foyerdoc.documents import Document
from foyerdoc.errors import UsageError

__all__ = ["ALL_STEPS", "STEPS", "Step", "clean"]

Step = Literal[
    "encoding",
    "ligatures",
    "spaces",
    "soft_hyphens",
    "zero_width",
    "headers_footers",
    "page_numbers",
    "hyphenation",
    "line_breaks",
    "mail_quotes",
    "mail_signatures",
    "disclaimers",
    "remove_quotes",
    "remove_signatures",
]
ALL_STEPS: frozenset[Step] = frozenset(get_args(Step))
STEPS: frozenset[Step] = ALL_STEPS - {"remove_quotes", "remove_signatures"}
"""The steps of `clean` when nothing else is asked for: all but those that take a mail's quotes and signatures out."""


def clean(document: Document, *, steps: Collection[Step] = STEPS) -> Document:
    """Clean a document and its attachments.

    Args:
        document: as read. For one that was cleaned before, its `source` is cleaned, so that steps never pile up and
            `clean(clean(document))` equals `clean(document)`.
        steps: the names of the steps to take, any of `ALL_STEPS`.

    Returns:
        A new document with `source`, `alignment` and `removals` set, and one issue `cleaned_<step>` more for every step that
        did something.

    Raises:
        UsageError: there is no step of such a name.
    """
    if unknown := set(steps) - ALL_STEPS:
        raise UsageError(f"no cleaning step {min(unknown)!r}", hint=f"the steps are {', '.join(sorted(ALL_STEPS))}")
    chosen = frozenset(steps)
    source = document if document.source is None else document.source
    draft = Draft.of(source)
    _characters(draft, chosen)
    if source.media_type in mail.MAIL_TYPES:
        _mail(draft, chosen)
    elif source.pages:
        _pages(draft, chosen)
    if "hyphenation" in chosen:
        lines.hyphenation(draft)
    if "line_breaks" in chosen and _is_typeset(source):
        lines.line_breaks(draft)
    if "spaces" in chosen:
        characters.space_runs(draft)
    return draft.finish(tuple(clean(child, steps=steps) for child in source.attachments))


def _characters(draft: Draft, steps: frozenset[Step]) -> None:
    if "encoding" in steps:
        characters.broken_encoding(draft)
    if "spaces" in steps:
        characters.odd_spaces(draft)
    if "ligatures" in steps:
        characters.ligatures(draft)
    if "soft_hyphens" in steps:
        characters.soft_hyphens(draft)
    if "zero_width" in steps:
        characters.zero_width(draft)


def _pages(draft: Draft, steps: frozenset[Step]) -> None:
    headers, numbers = "headers_footers" in steps, "page_numbers" in steps
    if headers or numbers:
        margins.margins(draft, headers=headers, numbers=numbers)
    hyphens, breaks = "hyphenation" in steps, "line_breaks" in steps
    if (hyphens or breaks) and _is_typeset(draft.document):
        lines.page_breaks(draft, hyphens=hyphens, lines=breaks)


def _mail(draft: Draft, steps: frozenset[Step]) -> None:
    quotes, signatures = "mail_quotes" in steps, "mail_signatures" in steps
    mail.mail_parts(draft, quotes=quotes, signatures=signatures, notices="disclaimers" in steps)
    if "remove_quotes" in steps:
        mail.remove_parts(draft, "remove_quotes", "quote")
    if "remove_signatures" in steps:
        mail.remove_parts(draft, "remove_signatures", "signature")


def _is_typeset(document: Document) -> bool:
    """Whether lines end where the page does, not where the writer ended them: PDFs and scans, unlike slides and sheets."""
    return bool(document.pages) and (document.media_type == "application/pdf" or document.media_type.startswith("image/"))
