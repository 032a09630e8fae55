"""The automatic numbers of Word, as a reader sees them, from files made here."""

from __future__ import annotations

import pytest

from foyerdoc.documents import Document
from foyerdoc.reading.wordnumbering import Numbers
from foyerdoc.reading.wordstyles import Styles
from tests.reading.made import W, cells, docx, paragraph, read, relation, text_of, texts

RELATIONS = relation("n", "numbering", "numbering.xml") + relation("s", "styles", "styles.xml")


def level(at: int, text: str, form: str = "decimal", start: int = 1, more: str = "") -> str:
    return f'<w:lvl w:ilvl="{at}"><w:start w:val="{start}"/><w:numFmt w:val="{form}"/>{more}<w:lvlText w:val="{text}"/></w:lvl>'


def abstract(identifier: int, *levels: str) -> str:
    return f'<w:abstractNum w:abstractNumId="{identifier}">{"".join(levels)}</w:abstractNum>'


def number(identifier: int, of: int, overrides: str = "") -> str:
    return f'<w:num w:numId="{identifier}"><w:abstractNumId w:val="{of}"/>{overrides}</w:num>'


def restart(at: int, start: int = 1) -> str:
    return f'<w:lvlOverride w:ilvl="{at}"><w:startOverride w:val="{start}"/></w:lvlOverride>'


def inside(number: int, at: int = 0) -> str:
    return f'<w:numPr><w:ilvl w:val="{at}"/><w:numId w:val="{number}"/></w:numPr>'


def item(text: str, number: int = 1, at: int = 0, more: str = "") -> str:
    return paragraph(text, inside(number, at) + more)


def style(identifier: str, properties: str, based_on: str = "", name: str = "", kind: str = "paragraph") -> str:
    base = f'<w:basedOn w:val="{based_on}"/>' if based_on else ""
    return (
        f'<w:style w:type="{kind}" w:styleId="{identifier}"><w:name w:val="{name or identifier}"/>{base}'
        f"<w:pPr>{properties}</w:pPr></w:style>"
    )


def numbered(body: str, numbering: str, styles: str = "", parts: dict[str, str] | None = None, more: str = "") -> Document:
    made = {
        "word/numbering.xml": f'<w:numbering xmlns:w="{W}">{numbering}</w:numbering>',
        "word/styles.xml": f'<w:styles xmlns:w="{W}">{styles}</w:styles>',
        **(parts or {}),
    }
    return read(docx(body, made, RELATIONS + more), "x.docx")


LEGAL = abstract(0, level(0, "%1."), level(1, "%1.%2"), level(2, "%1.%2.%3")) + number(1, 0)


def test_levels_count_and_deeper_ones_begin_again() -> None:
    body = "".join(item("x", at=at) for at in (0, 1, 1, 2, 0, 1))
    assert texts(numbered(body, LEGAL)) == ["1. x", "1.1 x", "1.2 x", "1.2.1 x", "2. x", "2.1 x"]


def test_a_level_passed_over_counts_as_begun() -> None:
    body = "".join(item("x", at=at) for at in (0, 2, 1))
    assert texts(numbered(body, LEGAL)) == ["1. x", "1.1.1 x", "1.2 x"]


@pytest.mark.parametrize(
    ("form", "start", "expected"),
    [
        ("decimal", 9, ["9", "10"]),
        ("decimalZero", 9, ["09", "10"]),
        ("lowerLetter", 26, ["z", "aa"]),
        ("upperLetter", 28, ["BB", "CC"]),
        ("lowerRoman", 3, ["iii", "iv"]),
        ("upperRoman", 1998, ["MCMXCVIII", "MCMXCIX"]),
        ("ordinal", 12, ["12th", "13th"]),
        ("ordinal", 21, ["21st", "22nd"]),
        ("japaneseCounting", 4, ["4", "5"]),
        # Beyond what the format can write, and no million letters for a file that asks for them.
        ("lowerLetter", 999999999, ["999999999", "1000000000"]),
        ("lowerRoman", 0, ["0", "i"]),
    ],
)
def test_number_formats(form: str, start: int, expected: list[str]) -> None:
    numbering = abstract(0, level(0, "(%1)", form, start)) + number(1, 0)
    assert texts(numbered(item("x") + item("y"), numbering)) == [f"({expected[0]}) x", f"({expected[1]}) y"]


@pytest.mark.parametrize(
    ("language", "expected"), [("fr-LU", ["1er", "2e"]), ("de-DE", ["1.", "2."]), ("en-GB", ["1st", "2nd"])]
)
def test_ordinals_follow_the_language(language: str, expected: list[str]) -> None:
    styles = f'<w:docDefaults><w:rPrDefault><w:rPr><w:lang w:val="{language}"/></w:rPr></w:rPrDefault></w:docDefaults>'
    numbering = abstract(0, level(0, "Article %1", "ordinal")) + number(1, 0)
    document = numbered(item("x") + item("y"), numbering, styles)
    assert texts(document) == [f"Article {expected[0]} x", f"Article {expected[1]} y"]


@pytest.mark.parametrize("text", ["Article %1", "§ %1", "%1)", "Anlage %1 -"])
def test_the_words_around_a_number(text: str) -> None:
    document = numbered(item("Prime"), abstract(0, level(0, text, start=5)) + number(1, 0))
    assert document.text == text.replace("%1", "5") + " Prime"


def test_legal_numbering_is_decimal_throughout() -> None:
    numbering = abstract(0, level(0, "Part %1", "upperRoman"), level(1, "%1.%2", more="<w:isLgl/>")) + number(1, 0)
    assert texts(numbered(item("x") + item("y") + item("z", at=1), numbering)) == ["Part I x", "Part II y", "2.1 z"]


def test_bullets_and_hidden_numbers_add_nothing() -> None:
    hidden = '<w:lvl w:ilvl="2"><w:start w:val="1"/><w:lvlText w:val="%3."/><w:rPr><w:vanish/></w:rPr></w:lvl>'
    numbering = abstract(0, level(0, "•", "bullet"), level(1, "–"), hidden) + number(1, 0)
    document = numbered(item("a") + item("b", at=1) + item("c", at=2) + item("d", at=7) + item("e", 99), numbering)
    assert [(text_of(document, b), b.kind) for b in document.blocks] == [(t, "list_item") for t in "abcde"]


def test_lists_of_one_definition_share_counters_until_one_restarts() -> None:
    numbering = abstract(0, level(0, "%1.")) + number(1, 0) + number(2, 0) + number(3, 0, restart(0, 7))
    body = "".join(item("x", n) for n in (1, 1, 2, 3, 3, 1))
    assert texts(numbered(body, numbering)) == ["1. x", "2. x", "3. x", "7. x", "8. x", "9. x"]


def test_lists_of_two_definitions_count_apart() -> None:
    numbering = abstract(0, level(0, "%1.")) + abstract(1, level(0, "%1)", "lowerLetter")) + number(1, 0) + number(2, 1)
    body = "".join(item("x", n) for n in (1, 2, 1, 2))
    assert texts(numbered(body, numbering)) == ["1. x", "a) x", "2. x", "b) x"]


def test_a_list_may_change_a_level_of_its_definition() -> None:
    override = f'<w:lvlOverride w:ilvl="0">{level(0, "Lot %1", "upperLetter")}</w:lvlOverride>'
    numbering = abstract(0, level(0, "%1.")) + number(1, 0, override)
    assert numbered(item("x"), numbering).text == "Lot A x"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, ["1.1.1", "1.2.2", "2.1.3"]),  # never
        (1, ["1.1.1", "1.2.2", "2.1.1"]),  # by the first level alone
        (None, ["1.1.1", "1.2.1", "2.1.1"]),  # by any higher level
    ],
)
def test_restart_of_a_level(value: int | None, expected: list[str]) -> None:
    rule = "" if value is None else f'<w:lvlRestart w:val="{value}"/>'
    numbering = abstract(0, level(0, "%1"), level(1, "%1.%2"), level(2, "%1.%2.%3", more=rule)) + number(1, 0)
    body = "".join(item(str(at), at=at) for at in (0, 1, 2, 1, 2, 0, 1, 2))
    assert [text.split()[0] for text in texts(numbered(body, numbering)) if text.endswith(" 2")] == expected


def test_headings_are_numbered_by_their_styles() -> None:
    linked = (
        level(0, "%1", more='<w:pStyle w:val="Heading1"/>'),
        level(1, "%1.%2", more='<w:pStyle w:val="Heading2"/>'),
    )
    styles = (
        style("Heading1", '<w:numPr><w:numId w:val="1"/></w:numPr>', name="heading 1")
        + style("Heading2", '<w:numPr><w:numId w:val="1"/></w:numPr>', name="heading 2")
        + style("Clause", "", based_on="Heading2")
    )
    body = (
        paragraph("Scope", '<w:pStyle w:val="Heading1"/>')
        + paragraph("Definitions", '<w:pStyle w:val="Heading2"/>')
        + paragraph("Terms", '<w:pStyle w:val="Clause"/>')
        + paragraph("Preface", '<w:pStyle w:val="Heading1"/>' + inside(0))
    )
    document = numbered(body, abstract(0, *linked) + number(1, 0), styles)
    assert [(b.kind, b.level, text_of(document, b)) for b in document.blocks] == [
        ("heading", 1, "1 Scope"),
        ("heading", 2, "1.1 Definitions"),
        ("heading", 2, "1.2 Terms"),
        ("heading", 1, "Preface"),
    ]


def test_a_style_takes_its_list_and_its_level_from_different_places() -> None:
    styles = style("Base", inside(1)) + style("Deeper", '<w:numPr><w:ilvl w:val="1"/></w:numPr>', based_on="Base")
    body = (
        paragraph("a", '<w:pStyle w:val="Base"/>')
        + paragraph("b", '<w:pStyle w:val="Deeper"/>')
        + paragraph("c", '<w:pStyle w:val="Deeper"/><w:numPr><w:ilvl w:val="2"/></w:numPr>')
    )
    document = numbered(body, LEGAL, styles)
    assert [(text_of(document, b), b.level) for b in document.blocks] == [("1. a", 1), ("1.1 b", 2), ("1.1.1 c", 3)]


def test_list_styles_are_followed_and_circles_end() -> None:
    numbering = (
        '<w:abstractNum w:abstractNumId="0"><w:numStyleLink w:val="Clauses"/></w:abstractNum>'
        f'<w:abstractNum w:abstractNumId="1"><w:styleLink w:val="Clauses"/>{level(0, "Clause %1")}</w:abstractNum>'
        '<w:abstractNum w:abstractNumId="2"><w:numStyleLink w:val="Circle"/></w:abstractNum>'
        + number(1, 0)
        + number(2, 1)
        + number(3, 2)
    )
    styles = style("Clauses", '<w:numPr><w:numId w:val="2"/></w:numPr>', kind="numbering")
    styles += style("Circle", '<w:numPr><w:numId w:val="3"/></w:numPr>', kind="numbering")
    assert texts(numbered(item("a") + item("b") + item("c", 3), numbering, styles)) == ["Clause 1 a", "Clause 2 b", "c"]


def test_what_counts_although_nothing_is_written() -> None:
    gone = "<w:rPr><w:del/></w:rPr>"
    deleted = f"<w:p><w:pPr>{inside(1)}{gone}</w:pPr><w:del><w:r><w:delText>old</w:delText></w:r></w:del></w:p>"
    secret = (
        f"<w:p><w:pPr>{inside(1)}<w:rPr><w:vanish/></w:rPr></w:pPr><w:r><w:rPr><w:vanish/></w:rPr><w:t>secret</w:t></w:r></w:p>"
    )
    document = numbered(item("a") + deleted + secret + item("b") + item("") + item("c"), LEGAL)
    # An empty item shows its number in Word, but a number alone is no block.
    assert texts(document) == ["1. a", "2. b", "4. c"]
    assert {hidden.text for hidden in document.hidden} == {"old", "secret"}


def test_numbers_in_tables() -> None:
    covered = "<w:tcPr><w:vMerge/></w:tcPr>"

    def row(first: str, second: str, properties: str = "") -> str:
        return f"<w:tr><w:tc>{properties}{first}</w:tc><w:tc>{paragraph(second)}</w:tc></w:tr>"

    body = "<w:tbl>" + row(item(""), "fire") + row(item("b"), "water") + row(item(""), "", covered) + "</w:tbl>"
    document = numbered(body, LEGAL)
    assert cells(document) == [["1.", "fire"], ["2. b", "water"]]
    assert not document.hidden


def test_every_story_counts_for_itself() -> None:
    box = f"<w:r><w:pict><v:textbox><w:txbxContent>{item('box')}</w:txbxContent></v:textbox></w:pict></w:r>"
    footnote = '<w:r><w:footnoteReference w:id="2"/></w:r>'
    anchor = f"<w:p><w:pPr>{inside(1)}</w:pPr><w:r><w:t>body</w:t></w:r>{box}{footnote}</w:p>"
    notes = f'<w:footnotes xmlns:w="{W}"><w:footnote w:id="2">{item("note")}</w:footnote></w:footnotes>'
    more = relation("f", "footnotes", "footnotes.xml")
    document = numbered(anchor + item("body"), LEGAL, parts={"word/footnotes.xml": notes}, more=more)
    assert texts(document) == ["1. body", "1. box", "1. note", "2. body"]


def test_numbers_too_long_to_be_numbers_are_none() -> None:
    huge = "9" * 5000
    numbering = abstract(0, f'<w:lvl w:ilvl="0"><w:start w:val="{huge}"/><w:lvlText w:val="%1."/></w:lvl>') + number(1, 0)
    assert numbered(item("x"), numbering).text == "0. x"
    assert numbered(paragraph("x", f'<w:outlineLvl w:val="{huge}"/>'), numbering).text == "x"


def test_without_a_numbering_part_nothing_is_numbered() -> None:
    assert Numbers(None, Styles(None)).before(None, "text", "body") == "text"
    document = read(docx(item("x")), "x.docx")
    assert [(b.kind, text_of(document, b)) for b in document.blocks] == [("list_item", "x")]
