"""Draws what a composition says from wordings.txt and lists.txt."""

import random
import re

from tools.forms.lists import entries

_KEPT = 5
_APART = 0.6
"""How often a layout that is held out says what no other does."""


class Wordings:
    """The source of chance of one composition, with its wordings.

    Args:
        roles: what <writer>, <date> ... are in it; a text after `=` is said as it is; <writer!> is the role's mere name.
        held_out: nothing is learnt from it: it also says each fifth entry of a list, which the others never do.
    """

    def __init__(self, rng: random.Random, language: str, roles: dict[str, str], *, held_out: bool) -> None:
        self.rng, self.language, self.roles, self._held_out = rng, language, roles, held_out

    def one(self, name: str) -> list[str]:
        """An entry of a list, as lines."""
        options = entries(name, self.language)
        kept = options[_KEPT - 1 :: _KEPT]
        if kept and self._held_out and self.rng.random() < _APART:
            return self.lines(self.rng.choice(kept))
        return self.lines(self.rng.choice([said for said in options if said not in kept]))

    def some(self, name: str, low: int, high: int) -> list[list[str]]:
        """Some entries of a list, or as many as it has, in any order; each as lines."""
        found: list[list[str]] = []
        for _ in range(self.rng.randint(low, high)):
            drawn = self.one(name)
            if drawn not in found:
                found.append(drawn)
        return found

    def lines(self, said: str) -> list[str]:
        """A wording with the paper's own roles in place."""
        said = re.sub(r"<([a-z]+)!>", lambda found: self.roles[found[1]], said)
        said = re.sub(r"<([a-z]+)((?:_\w+)?(?::\w+)?)>", self._own, said)
        said = re.sub(r"\{#(writer|reader)", lambda found: f"{{#{self.roles[found[1]]}", said)
        return said.replace(r"\t", "\t").split(" ¶ ")

    def _own(self, found: re.Match[str]) -> str:
        role = self.roles[found[1]]
        return role[1:] if role.startswith("=") else f"{{{role}{found[2]}}}"

    def chance(self, share: float) -> bool:
        """Whether something is done that is done so often."""
        return self.rng.random() < share
