"""Charts show what they are given: places and lengths are checked as numbers."""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ET

from foyerdoc.evaluation.drawing import Axis, Bar, bars, squares

SVG = "{http://www.w3.org/2000/svg}"


def test_bars_are_as_long_as_their_values_and_lines_as_their_intervals() -> None:
    rows = [Bar("fr <b>", 0.5, 0.25, 0.75), Bar("de", 1.0), Bar("none", math.nan, math.nan, math.nan)]
    tree = ET.fromstring(bars("accuracy", Axis("accuracy", 0, 1, shares=True), rows))
    rects = [float(one.get("width") or 0) for one in tree.iter(f"{SVG}rect")]
    assert len(rects) == 2
    assert rects[0] == rects[1] / 2
    line = next(one for one in tree.iter(f"{SVG}line") if one.get("class") is None)
    assert abs(float(line.get("x2") or 0) - float(line.get("x1") or 0) - rects[0]) <= 0.1
    assert {"fr <b>", "de", "none"} <= {one.text for one in tree.iter(f"{SVG}text")}


def test_squares_are_the_darker_the_larger_their_share_of_the_row() -> None:
    tree = ET.fromstring(squares("confusion", ["a", "b"], ["a", "b & c"], [[3, 1], [0, 0]]))
    shades = [float(one.get("fill-opacity") or 0) for one in tree.iter(f"{SVG}rect")]
    assert shades == [0.76, 0.28, 0.04, 0.04]
    told = [one.findtext(f"{SVG}title") for one in tree.iter(f"{SVG}rect")]
    assert told == ["a → a: 3", "a → b & c: 1", "b → a: 0", "b → b & c: 0"]
    assert [one.text for one in tree.iter(f"{SVG}text")].count("0") == 0  # what never happened is left blank


def test_nothing_of_a_chart_lies_outside_it() -> None:
    names = [f"a long name of a label, number {i}" for i in range(30)]
    for drawn in (
        bars("b", Axis("x"), [Bar(name, 3.0, 1.0, 9.0) for name in names]),
        squares("s", names, names, [[1] * 30] * 30),
    ):
        _, _, width, height = map(float, (re.search(r'viewBox="([^"]+)"', drawn) or ["", ""])[1].split())
        for one in ET.fromstring(drawn).iter(f"{SVG}rect"):
            assert 0 <= float(one.get("x") or 0) <= width - float(one.get("width") or 0)
            assert 0 <= float(one.get("y") or 0) <= height - float(one.get("height") or 0)
