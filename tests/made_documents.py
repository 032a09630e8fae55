"""Documents of awkward text, put together as readers do it: ligatures, emoji, accents, right-to-left text, tables, pages."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from foyerdoc.documents import Document
from foyerdoc.language import with_languages
from foyerdoc.reading.assembly import Assembly
from foyerdoc.settings import Limits

WORDS = [
    "Versicherung",
    "der",
    "die",
    "und",
    "contrat",
    "l'assureur",
    "garantie",
    "the",
    "policy",
    "holder",
    "ﬁnance",
    "oﬃce",
    "eﬀet",
    "e\u0301te\u0301",
    "A\u030angström",
    "👩\u200d👩\u200d👧",
    "👍🏽",
    "🇱🇺🇫🇷",
    "❤\ufe0f\u200d🔥",
    "שלום",
    "مرحبا",
    "می\u200cخواهم",
    "\u200fעברית\u200f",
    "Versiche\u00adrungs\u00adnehmer",
    "zero\u200bwidth",
    "\ufeffmark",
    "12\u00a0000,50\u202f€",
    "10\u2009%",
    "Müller",
    "cÅ“ur",
    "dÃ©jÃ ",
    "naïve",
    "Nr.",
    "z.\u00a0B.",
    "3.",
    "März",
    "a",
    "I",
    "—",
    "(siehe",
    "unten).",
    "保険契約",
    "。",
    "Donaudampfschifffahrtsgesellschaftskapitän",
    "x" * 90,
    "ĳs",
]
GAPS = [" ", " ", " ", "  ", "\u00a0", " \n", "\n", "-\n", ". ", ", ", "! ", ".\n", "\u2003"]
KINDS = ["paragraph", "paragraph", "paragraph", "heading", "list_item", "code", "footnote", "quote", "header", "footer"]


@st.composite
def texts(draw: st.DrawFn, max_words: int = 25) -> str:
    words = draw(st.lists(st.sampled_from(WORDS) | st.text(max_size=4), min_size=1, max_size=max_words))
    return "".join(word + draw(st.sampled_from(GAPS)) for word in words)


@st.composite
def documents(draw: st.DrawFn, max_blocks: int = 12) -> Document:
    media_type = draw(st.sampled_from(["application/pdf", "text/html", "message/rfc822", "text/plain"]))
    paged = media_type == "application/pdf"
    assembly = Assembly(b"raw", "made", Limits(), read_child=_no_children)
    header, footer = draw(st.sampled_from([None, "Foyer S.A. Allgemeine Bedingungen"])), draw(st.booleans())
    for number in range(1, draw(st.integers(1, 5)) + 1 if paged else 2):
        if paged:
            assembly.start_page()
            if header:
                assembly.add("paragraph", header, page=number)
        for _ in range(draw(st.integers(0, max_blocks))):
            _add_block(draw, assembly, number if paged else None)
        if paged:
            if footer:
                assembly.add("paragraph", f"Seite {number}", page=number)
            assembly.end_page(595.0, 842.0)
    document = assembly.finish(media_type, allow_empty=True)
    blocks, language = with_languages(document.blocks, document.text)
    return replace(document, blocks=blocks, language=language)


def _add_block(draw: st.DrawFn, assembly: Assembly, page: int | None) -> None:
    kind = draw(st.sampled_from([*KINDS, "table"]))
    if kind == "table":
        assembly.add_table(
            draw(st.lists(st.lists(texts(6) | st.just(""), min_size=1, max_size=4), min_size=1, max_size=5)), page=page
        )
    elif kind == "heading":
        assembly.add("heading", draw(texts(5)), level=draw(st.integers(1, 4)), page=page)
    else:
        assembly.add(kind, draw(texts()), page=page)


def _no_children(raw: bytes, name: str) -> Document:
    raise AssertionError("made documents have no attachments")
