"""How a situation is written down, and how one text is drawn from it.

[one way|another way|]    one of the alternatives, which may be empty and may be nested
{date} {amount2} {me}     a slot; the same slot has the same value throughout a document
? at a line's start       the line is left out two times in five
= at a line's start       it and what follows in its paragraph stay lines (elsewhere in a letter lines are joined)
"""

import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from inspect import cleandoc

KEEP_OPTIONAL = 0.6
_ALTERNATIVES = re.compile(r"\[([^\[\]]*)\]")
_SLOT = re.compile(r"\{(\w+)\}")
_SPACES = re.compile(r"[ \t]+")


@dataclass(frozen=True, slots=True)
class Situation:
    """One hand-written thing that happens, from which many documents can be drawn.

    `writer` is "customer", "insurer" or a trade of `facts.Facts.firm`. A `page` is a document with its own layout (a
    bill, a form, a judgment); anything else is a message that still needs its salutation and its frame.
    """

    name: str
    writer: str
    subject: str
    text: str
    page: bool = False


def customer(name: str, subject: str, text: str) -> Situation:
    """A private person writes to the insurer."""
    return Situation(name, "customer", subject, text)


def insurer(name: str, subject: str, text: str) -> Situation:
    """The insurer writes to a customer."""
    return Situation(name, "insurer", subject, text)


def firm(trade: str, name: str, subject: str, text: str) -> Situation:
    """A garage, lawyer, broker, doctor ... writes to the insurer."""
    return Situation(name, trade, subject, text)


def page(trade: str, name: str, title: str, text: str) -> Situation:
    """A document with a layout of its own, on the paper of `trade` ("customer": a form filled in by hand)."""
    return Situation(name, trade, title, text, page=True)


def choose(text: str, rng: random.Random) -> str:
    """Draw one of each set of alternatives, the innermost first."""
    while _ALTERNATIVES.search(text):
        text = _ALTERNATIVES.sub(lambda match: rng.choice(match[1].split("|")), text)
    return text


def fill(text: str, slot: Callable[[str], str]) -> str:
    """Replace every {slot} by its value."""
    return _SLOT.sub(lambda match: slot(match[1]), text)


def line(text: str, rng: random.Random, slot: Callable[[str], str]) -> str:
    """Draw a single line, such as a subject: its top level is a set of alternatives as well."""
    return fill(_SPACES.sub(" ", choose(f"[{text}]", rng)).strip(), slot)


def paragraphs(text: str, rng: random.Random, slot: Callable[[str], str], *, keep_lines: bool) -> list[str]:
    """Draw the paragraphs of a situation's text.

    Args:
        keep_lines: the text has a layout. Otherwise its lines are joined, and a new paragraph may begin after a sentence
            that ends a line.
    """
    drawn = choose(_without_optional(cleandoc(text), rng), rng)
    blocks = [_lines(block) for block in re.split(r"\n\s*\n", drawn)]
    if keep_lines:
        # a document written without empty lines may as well have one after each line
        apart = len(blocks) < 3 and rng.random() < 0.5
        found = [part for block in blocks for part in (block if apart else ["\n".join(block)])]
    else:
        spacious = rng.choice((0.0, 0.25, 0.6))
        found = [part for block in blocks for part in _prose(block, rng, spacious)]
    return [fill(part, slot) for part in found if part]


def _without_optional(text: str, rng: random.Random) -> str:
    """Drop some of the lines that begin with a question mark, and the mark from the others."""
    kept = (line for line in text.splitlines() if not line.startswith("? ") or rng.random() < KEEP_OPTIONAL)
    return "\n".join(line.removeprefix("? ") for line in kept)


def _lines(block: str) -> list[str]:
    # an empty alternative leaves its space before the full stop
    lines = (re.sub(r" +([.,])(?=\s|$)", r"\1", _SPACES.sub(" ", line).strip()) for line in block.splitlines())
    return [line for line in lines if line]


def _prose(lines: list[str], rng: random.Random, spacious: float) -> list[str]:
    """Join lines into paragraphs; what follows a line that begins with = stays a list."""
    parts: list[str] = []
    fresh = True
    for place, line in enumerate(lines):
        if line.startswith("="):
            listed = [line.removeprefix("=").strip(), *lines[place + 1 :]]
            return [*parts, "\n".join(part for part in listed if part)]
        if fresh:
            parts.append(line)
        else:
            parts[-1] = f"{parts[-1]} {line}"
        fresh = line[-1] in ".?!" and rng.random() < spacious
    return parts
