"""Steps for mail: quoted replies, signatures and legal notices are flagged as blocks of their own; removing them is a choice.

Every rule works on lines, so it serves a mail that came as one long block and one that came as many.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from foyerdoc.cleaning.draft import Draft
from foyerdoc.documents import Block, BlockKind, Removal, Span

MAIL_TYPES = ("message/rfc822", "application/vnd.ms-outlook", "application/x-email")

# The line or two before a quoted reply: "Am 3. März 2024 um 10:12 schrieb Anna Muster <anna@example.org>:"
_INTRODUCTION = re.compile(
    r"(?:(?:am|on|le|den|op|il|el)\b.{4,160}?\b(?:schrieb|wrote|a écrit|geschriwwen|schreef|ha scritto|escribió)\b.{0,80}:"
    r"|.{2,120}\b(?:schrieb am|wrote on|a écrit le)\b.{4,80}:)\s*",
    re.IGNORECASE | re.DOTALL,
)
_SEPARATOR = re.compile(
    r"[-_ ]{2,}\s*(?:original message|ursprüngliche nachricht|original-?nachricht|message d'origine|message original|"
    r"forwarded message|weitergeleitete nachricht|message transféré|originalnoriicht)\s*[-_ ]*|begin forwarded message:|_{20,}",
    re.IGNORECASE,
)
_FROM = re.compile(r"\*?(?:von|from|de|vum|van|da)\s?:\*?\s?\S", re.IGNORECASE)
_SENT = re.compile(
    r"\*?(?:gesendet|sent|envoyé|datum|date|geschéckt|an|to|à|cc|betreff|subject|objet)(?: le)?\s?:\*?", re.IGNORECASE
)
_CLOSING = re.compile(
    r"(?:mit (?:freundlichen|besten|herzlichen|lieben) grüßen|mit freundlichem gruß|"
    r"(?:freundliche|beste|viele|liebe|herzliche) grüße|"
    r"mfg|lg|(?:(?:kind|best|warm|many) )?regards|(?:yours )?(?:sincerely|faithfully|truly)|best wishes|"
    r"(?:bien )?(?:cordialement|à vous)|(?:sincères |meilleures )?salutations(?: distinguées)?|bien à vous|"
    r"mat (?:beschte|frëndleche|léiwe) gréiss|léif gréiss)[\s,.!]*",
    re.IGNORECASE,
)
_DEVICE = re.compile(
    r"(?:sent from my|von meinem .{2,40} gesendet|gesendet (?:von|mit)|"
    r"envoyé (?:de|depuis) mon|get outlook for|vu mengem).{0,60}",
    re.IGNORECASE,
)
_NOTICE = re.compile(
    r"(?:this (?:e-?mail|message)|the information (?:contained )?in this|diese (?:e-?mail|nachricht)|"
    r"ce (?:message|courriel|mail)|dës (?:e-?mail|noriicht)).{0,300}"
    r"(?:confidential|privileged|intended (?:only|solely)|vertraulich|confidentiel|destiné|vertraulech)",
    re.IGNORECASE | re.DOTALL,
)
_SIGNATURE_LINES = 14
_SIGNATURE_WIDTH = 70  # characters; longer lines are text, not contact details


@dataclass(slots=True)
class _Row:
    """A line that is not empty, without the white space around it, and the block it stands in."""

    start: int
    end: int
    text: str
    block: int


def mail_parts(draft: Draft, *, quotes: bool, signatures: bool, notices: bool) -> None:
    """Flag quoted replies as blocks of kind `quote`, signatures and legal notices as `signature`."""
    rows = list(_rows(draft))
    kinds: list[tuple[str, BlockKind] | None] = [None] * len(rows)
    if quotes:
        _mark_quotes(rows, kinds)
    if notices:
        _mark_notices(draft, rows, kinds)
    if signatures:
        _mark_signatures(rows, kinds)
    if any(kinds):
        _split(draft, rows, kinds)


def remove_parts(draft: Draft, step: str, kind: BlockKind) -> None:
    """Leave out the blocks of a kind, each with the white space before it."""
    before = 0
    for i, block in enumerate(draft.blocks):
        following = draft.blocks[i + 1].span.start if i + 1 < len(draft.blocks) else len(draft.text)
        if block.kind == kind:
            draft.delete(step, block.span.start if before == 0 else before, following if before == 0 else block.span.end)
        else:
            before = block.span.end


def _rows(draft: Draft) -> Iterator[_Row]:
    for number, block in enumerate(draft.blocks):
        if block.kind in {"table", "code", "header", "footer"}:
            continue
        at = block.span.start
        for raw in draft.text[at : block.span.end].split("\n"):
            text = raw.strip()
            if text:
                start = at + raw.index(text)
                yield _Row(start, start + len(text), text, number)
            at += len(raw) + 1


def _mark_quotes(rows: list[_Row], kinds: list[tuple[str, BlockKind] | None]) -> None:
    for i, row in enumerate(rows):
        if kinds[i] is not None:
            continue
        if row.text.startswith(">"):
            kinds[i] = ("mail_quotes", "quote")
        elif length := _introduction(rows, i):
            marked = i + length < len(rows) and rows[i + length].text.startswith(">")
            # Without marks the whole rest is the quoted mail.
            for j in range(i, i + length if marked else len(rows)):
                kinds[j] = ("mail_quotes", "quote")


def _introduction(rows: list[_Row], i: int) -> int:
    """How many lines introduce a quoted mail here: 0 when none."""
    text = rows[i].text
    if len(text) < 200:
        if _INTRODUCTION.fullmatch(text):
            return 1
        if i + 1 < len(rows) and not text.endswith((".", "!", "?")) and _INTRODUCTION.fullmatch(f"{text} {rows[i + 1].text}"):
            return 2
    if _SEPARATOR.fullmatch(text) and (not text.startswith("___") or (i + 1 < len(rows) and _FROM.match(rows[i + 1].text))):
        return 1
    if _FROM.match(text) and sum(bool(_SENT.match(row.text)) for row in rows[i + 1 : i + 5]) >= 2:
        return 1
    return 0


def _mark_notices(draft: Draft, rows: list[_Row], kinds: list[tuple[str, BlockKind] | None]) -> None:
    for i, row in enumerate(rows):
        block = draft.blocks[row.block].span
        if kinds[i] is None and _NOTICE.match(draft.text, row.start, min(block.end, row.start + 600)):
            for j in range(i, len(rows)):
                if rows[j].block != row.block or kinds[j] is not None:
                    break
                kinds[j] = ("disclaimers", "signature")


def _mark_signatures(rows: list[_Row], kinds: list[tuple[str, BlockKind] | None]) -> None:
    start = 0
    while start < len(rows):
        end = start
        while end < len(rows) and kinds[end] is None:
            end += 1
        # One stretch of the sender's own words: its signature is at its end.
        for i in range(start, end):
            text = rows[i].text
            short = end - i <= _SIGNATURE_LINES and all(len(row.text) <= _SIGNATURE_WIDTH for row in rows[i:end])
            if text == "--" or (short and (_CLOSING.fullmatch(text) or _DEVICE.fullmatch(text))):
                for j in range(i, end):
                    kinds[j] = ("mail_signatures", "signature")
                break
        start = end + 1


def _split(draft: Draft, rows: list[_Row], kinds: list[tuple[str, BlockKind] | None]) -> None:
    """Cut blocks where the kind of their lines changes."""
    pieces: dict[int, list[tuple[int, int, tuple[str, BlockKind] | None]]] = {}
    for row, kind in zip(rows, kinds, strict=True):
        of_block = pieces.setdefault(row.block, [])
        if of_block and of_block[-1][2] == kind:
            of_block[-1] = (of_block[-1][0], row.end, kind)
        else:
            of_block.append((row.start, row.end, kind))
    blocks: list[Block] = []
    flagged: str | None = None
    for number, block in enumerate(draft.blocks):
        for start, end, kind in pieces.get(number, [(block.span.start, block.span.end, None)]):
            if kind is None:
                whole = (start, end) == (block.span.start, block.span.end)
                blocks.append(block if whole else replace(block, span=Span(start, end)))
                flagged = None
                continue
            blocks.append(replace(block, kind=kind[1], span=Span(start, end), level=None))
            draft.removals.append(Removal(kind[0], Span(start, end)))
            # A quoted mail of many blocks counts once.
            draft.counts[kind[0]] += flagged != kind[0]
            flagged = kind[0]
    draft.blocks = blocks
