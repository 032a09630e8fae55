"""What scanning, hasty typing and line breaks do to a text. Nothing here changes what it says."""

import random
import textwrap
import unicodedata

MISREAD = (
    ("rn", "m"),
    ("l", "1"),
    ("O", "0"),
    ("é", "e"),
    ("è", "é"),
    ("ü", "ii"),
    ("ß", "B"),
    ("cl", "d"),
    ("I", "l"),
    ("ä", "a"),
    ("S", "5"),
    ("ç", "c"),
)


def scanned(text: str, rng: random.Random) -> str:
    """Misread signs, lost spaces, stray marks; about one word in twenty suffers."""
    words = text.split(" ")
    for place, word in enumerate(words):
        if rng.random() < 0.05:
            old, new = rng.choice(MISREAD)
            words[place] = word.replace(old, new, 1)
        elif rng.random() < 0.006:
            words[place] = word + rng.choice((" .", " |", "'", " -", ","))
    return " ".join(words)


def typed(text: str, rng: random.Random) -> str:
    """Swapped and lost letters; about one word in sixty."""
    words = text.split(" ")
    for place, word in enumerate(words):
        if len(word) > 4 and word.isalpha() and rng.random() < 0.017:
            at = rng.randrange(1, len(word) - 2)
            swapped = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
            words[place] = swapped if rng.random() < 0.6 else word[:at] + word[at + 1 :]
    return " ".join(words)


def unaccented(text: str) -> str:
    """As typed on a keyboard without accents."""
    text = text.replace("ß", "ss").replace("œ", "oe").replace("’", "'")
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()


def wrapped(text: str, width: int) -> str:
    """Lines broken at a width, as PDF files and old mail programs leave them; short lines stay."""
    return "\n".join("\n".join(textwrap.wrap(line, width)) if len(line) > width else line for line in text.split("\n"))


def worn(text: str, rng: random.Random, *, printed: bool) -> str:
    """Apply to a text what usually happens to its kind.

    Args:
        printed: it may come out of a scanner; otherwise it was typed into a mail program.
    """
    if printed and rng.random() < 0.5:
        text = wrapped(text, rng.randint(52, 100))
    if printed and rng.random() < 0.22:
        return scanned(text, rng)
    if not printed and rng.random() < 0.3:
        text = typed(text, rng)
        if rng.random() < 0.2:
            return unaccented(text)
        if rng.random() < 0.15:
            return text.lower()
    return text
