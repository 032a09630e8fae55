"""From lines to tables and paragraphs: geometry alone, no file."""

from __future__ import annotations

from collections.abc import Sequence

from foyerdoc.reading.layout import arrange
from foyerdoc.reading.pieces import Item, Line, Paragraph, Table


def page(*rows: tuple[float, Sequence[tuple[float, str]]]) -> list[Line]:
    """Lines of ten points height: the top of each row, and its cells by their left edge, five points a character."""
    made: list[Line] = []
    for top, cells in rows:
        for x, text in cells:
            made.append(Line(text, 100 * len(made), x, top, x + 5 * len(text), top + 10))
    return made


def tables(items: list[Item]) -> list[list[list[str]]]:
    return [item.rows for item in items if isinstance(item, Table)]


def test_records_of_two_lines_are_a_table() -> None:
    rows = []
    for i, (number, name, paid) in enumerate([("1", "Ahorn", "12,00"), ("2", "Buche", "9,00"), ("3", "Esche", "7,50")]):
        rows += [(30.0 * i, [(40, number), (80, name), (200, "Nord")]), (30.0 * i + 11, [(300, paid), (400, "bar")])]
    (table,) = tables(arrange(page(*rows), 600))
    assert table[:3] == [["1", "Ahorn", "Nord", "", ""], ["", "", "", "12,00", "bar"], ["2", "Buche", "Nord", "", ""]]
    assert len(table) == 6


def test_long_words_under_one_heading_do_not_weld_it_to_the_next() -> None:
    name = "Verein der Freunde des Bahnhofs"
    rows = [(0.0, [(40, "Nummer"), (100, "Name"), (200, "Ort"), (320, "Beitrag")])]
    rows += [(15.0 * i, [(40, str(i)), (100, name), (320, "30,00")]) for i in (1, 2, 3, 4)]
    rows += [(15.0 * i, [(40, str(i)), (100, "Chor"), (200, "Seedorf"), (320, "30,00")]) for i in (5, 6)]
    (table,) = tables(arrange(page(*rows), 600))
    assert table[0] == ["Nummer", "Name", "Ort", "Beitrag"]
    assert table[1] == ["1", name, "", "30,00"]
    assert table[5] == ["5", "Chor", "Seedorf", "30,00"]


def test_the_columns_of_a_table_from_right_to_left_begin_on_the_right() -> None:
    rows = [(15.0 * i, [(60, f"{i}00"), (200, "سعر"), (400, "تاريخ")]) for i in range(1, 5)]
    (table,) = tables(arrange(page(*rows), 600))
    assert table[0] == ["تاريخ", "سعر", "100"]


def test_wide_gaps_in_running_text_make_no_table_of_one_column() -> None:
    gaps = [30, 50, 30, 50]  # characters before the gap; the text ends flush
    rows = [(14.0 * i, [(40, "x" * n), (60 + 5 * n, "y" * (80 - n))]) for i, n in enumerate(gaps)]
    assert all(isinstance(item, Paragraph) for item in arrange(page(*rows), 600))


def test_headings_over_the_middle_of_their_columns_part_them_at_the_gap() -> None:
    name = "Apfelsaft vom Bauernhof der Linden"
    rows = [(0.0, [(40, "Nr"), (190, "Artikel"), (260, "Einheit"), (360, "Preis")])]
    rows += [(14.0 * i, [(40, str(i)), (90, name), (360, "2,90")]) for i in (1, 2, 3, 4)]
    rows += [(14.0 * i, [(40, str(i)), (90, "Saft"), (265, "Liter"), (360, "2,90")]) for i in (5, 6)]
    (table,) = tables(arrange(page(*rows), 600))
    assert table[0] == ["Nr", "Artikel", "Einheit", "Preis"]
    assert table[1] == ["1", name, "", "2,90"]
    assert table[5] == ["5", "Saft", "Liter", "2,90"]


def test_a_heading_over_two_columns_parts_neither() -> None:
    rows = [(0.0, [(40, "Ware"), (120, "Menge und Einheit der Ware"), (280, "Preis"), (340, "Rabatt")])]
    rows += [(14.0 * i, [(40, "Saft"), (120, "12"), (200, "Liter"), (280, "2,90"), (340, "3 %")]) for i in range(1, 8)]
    (table,) = tables(arrange(page(*rows), 600))
    assert table[1] == ["Saft", "12", "Liter", "2,90", "3 %"]


def test_a_letterhead_with_two_words_side_by_side_stays_two_blocks() -> None:
    left = ["Ahorn GmbH", "Frau Ida Linde", "Seeweg", "Birkental", "Inland"]
    right = ["Bitte bei jeder Antwort angeben", "Einkauf und Lager, Halle Nord", "vormittags von acht bis zwölf", "kein Aufzug"]
    cells = [(340, "Zeichen", 0), (460, "Abteilung", 0), *((340, text, i) for i, text in enumerate(right, 1))]
    lines = page(*((13.0 * i, [(60, text)]) for i, text in enumerate(left)))
    # The right block was written after the left one.
    lines += [Line(text, 1000 + x, x, 13.0 * i, x + 5 * len(text), 13.0 * i + 10) for x, text, i in cells]
    blocks = arrange(lines, 600)
    assert not tables(blocks)
    assert [item.text for item in blocks if isinstance(item, Paragraph)] == [
        "\n".join(left),
        "\n".join(["Zeichen Abteilung", *right]),
    ]
