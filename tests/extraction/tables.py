"""What the tables of cases share: a text, its language, and what is found there of one kind."""

from __future__ import annotations

from foyerdoc.extraction.values import Kind, Stretch, conventions, find


def found(text: str, kind: Kind, language: str | None = "de") -> list[Stretch]:
    return find(text, kind, conventions(text, language))


def raws(text: str, kind: Kind, language: str | None = "de") -> list[str]:
    return [stretch.raw for stretch in found(text, kind, language)]


def only(text: str, kind: Kind, language: str | None = "de") -> Stretch:
    stretches = found(text, kind, language)
    assert len(stretches) == 1, [s.raw for s in stretches]
    assert text[stretches[0].span.start : stretches[0].span.end] == stretches[0].raw
    return stretches[0]
