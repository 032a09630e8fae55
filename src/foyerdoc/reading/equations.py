"""Office equations (OMML) as one line of text: `(a+b)/c`, `x^2`, `√(x)`, `∑_(i=1)^n`.

The form is close to the linear format of Murray Sargent, "Unicode Nearly Plain-Text Encoding of Mathematics"
(Unicode Technical Note 28), without its invisible operators.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from foyerdoc.reading.markup import elements, local

if TYPE_CHECKING:
    from lxml.etree import _Element

M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_DEEPEST = 60


def linear(element: _Element, depth: int = 0) -> str:
    """The text of an equation or a part of one."""
    if depth > _DEEPEST:
        return "".join(t.text or "" for t in element.iter(f"{M}t"))
    return "".join(_node(child, depth + 1) for child in elements(element))


def _node(element: _Element, depth: int) -> str:
    name = local(element)
    if name == "t":
        return element.text or ""
    if name.endswith("Pr"):
        return ""
    form = _FORMS.get(name)
    return form(element, depth) if form else linear(element, depth)


def _part(element: _Element, name: str, depth: int) -> str:
    part = element.find(f"{M}{name}")
    return "" if part is None else linear(part, depth).strip()


def _grouped(text: str) -> str:
    return text if len(text) <= 1 or text.isalnum() or (text[0] == "(" and text[-1] == ")") else f"({text})"


def _property(element: _Element, name: str, default: str) -> str:
    for properties in elements(element):
        if local(properties).endswith("Pr"):
            found = properties.find(f"{M}{name}")
            if found is not None:
                return found.get(f"{M}val", default)
    return default


def _fraction(element: _Element, depth: int) -> str:
    return f"{_grouped(_part(element, 'num', depth))}/{_grouped(_part(element, 'den', depth))}"


def _scripts(element: _Element, depth: int) -> str:
    text = _grouped(_part(element, "e", depth))
    below, above = _part(element, "sub", depth), _part(element, "sup", depth)
    scripts = (f"_{_grouped(below)}" if below else "") + (f"^{_grouped(above)}" if above else "")
    return scripts + text if local(element) == "sPre" else text + scripts


def _radical(element: _Element, depth: int) -> str:
    degree = _part(element, "deg", depth)
    return f"√({degree + '&' if degree else ''}{_part(element, 'e', depth)})"


def _nary(element: _Element, depth: int) -> str:
    below, above = _part(element, "sub", depth), _part(element, "sup", depth)
    bounds = (f"_{_grouped(below)}" if below else "") + (f"^{_grouped(above)}" if above else "")
    return f"{_property(element, 'chr', '∫')}{bounds} {_part(element, 'e', depth)}"


def _delimited(element: _Element, depth: int) -> str:
    inner = _property(element, "sepChr", "|").join(linear(part, depth) for part in element.findall(f"{M}e"))
    return _property(element, "begChr", "(") + inner + _property(element, "endChr", ")")


def _function(element: _Element, depth: int) -> str:
    return f"{_part(element, 'fName', depth)} {_part(element, 'e', depth)}"


def _matrix(element: _Element, depth: int) -> str:
    rows = (" & ".join(linear(cell, depth) for cell in row.findall(f"{M}e")) for row in element.findall(f"{M}mr"))
    return f"[{'; '.join(rows)}]"


def _lines(element: _Element, depth: int) -> str:
    return "\n".join(linear(line, depth) for line in element.findall(f"{M}e"))


def _limit(element: _Element, depth: int) -> str:
    mark = "_" if local(element) == "limLow" else "^"
    return f"{_part(element, 'e', depth)}{mark}{_grouped(_part(element, 'lim', depth))}"


def _accent(element: _Element, depth: int) -> str:
    return _part(element, "e", depth) + _property(element, "chr", "\u0302")


_FORMS: dict[str, Callable[[_Element, int], str]] = {
    "f": _fraction,
    "sSup": _scripts,
    "sSub": _scripts,
    "sSubSup": _scripts,
    "sPre": _scripts,
    "rad": _radical,
    "nary": _nary,
    "d": _delimited,
    "func": _function,
    "m": _matrix,
    "eqArr": _lines,
    "limLow": _limit,
    "limUpp": _limit,
    "acc": _accent,
}
