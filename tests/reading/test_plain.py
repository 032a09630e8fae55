"""Plain text, Markdown, CSV, JSON, RTF."""

from __future__ import annotations

import csv
import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foyerdoc.errors import EmptyFile
from foyerdoc.reading.encodings import decode
from tests.reading.made import SENTENCES, WORDS, cells, read, text_of, texts

GERMAN = "Größe, Übelkeit und Maß: 5 € für die Prüfung"
FRENCH = "Dégât des eaux à l'étage, où ça coûte « cher » – 5 €"


@settings(max_examples=50, deadline=None)
@given(st.lists(SENTENCES, min_size=1, max_size=5), st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]))
def test_paragraphs(sentences: list[str], encoding: str) -> None:
    # A text may start like another kind of file; a word in front keeps it plain.
    sentences = [f"Texte {sentence}" for sentence in sentences]
    document = read("\r\n\r\n".join(sentences).encode(encoding), "made.txt")
    assert texts(document) == sentences
    assert [b.path for b in document.blocks] == [f"line[{2 * i + 1}]" for i in range(len(sentences))]


def test_lines_are_counted() -> None:
    document = read(b"\n\n  one\ntwo\n \n\nthree\x0cfour\n", "x.txt")
    assert [(text_of(document, b), b.path) for b in document.blocks] == [
        ("one\ntwo", "line[3]"),
        ("three", "line[7]"),
        ("four", "line[7]"),
    ]


@pytest.mark.parametrize("text", [GERMAN, FRENCH])
@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16-le", "utf-16-be", "utf-32-le", "cp850", "mac_roman"])
def test_encodings_that_nobody_declares(text: str, encoding: str) -> None:
    # DOS has no euro sign, quotation marks of that kind or dashes; old files have none either.
    text = text.replace("€", "EUR").replace("« ", "").replace(" »", "").replace("–", "-") if encoding == "cp850" else text
    text = (text + ". ") * 4
    assert decode(text.encode(encoding)).text == text


def test_declared_encodings() -> None:
    assert decode("漢字".encode("shift_jis"), "shift_jis").text == "漢字"
    assert decode("日本語".encode("iso2022_jp"), "iso-2022-jp").text == "日本語"
    assert decode(b"\xff\xfe\xfa" + "größer".encode() * 20, "utf-8").replaced


def test_white_space_alone() -> None:
    with pytest.raises(EmptyFile):
        read(b" \n\t\r\n", "x.txt")


def test_markdown() -> None:
    document = read(
        b"---\ntitle: x\n---\n# One *two*\n\ntext `code` [link](http://x.y) &amp; ![alt](p.png)\nnext\n\n"
        b"- a\n  - b\n\n> said\n\n"
        b"```py\nx = 1\n```\n\n| h | i |\n|---|---|\n| 1 | **2** |\n\n<div><p>html</p></div>\n",
        "x.md",
    )
    assert [(b.kind, b.level, text_of(document, b), b.path) for b in document.blocks] == [
        ("code", None, "title: x", "line[2]"),
        ("heading", 1, "One two", "line[4]"),
        ("paragraph", None, "text code link &  next", "line[6]"),
        ("caption", None, "alt", "line[6]"),
        ("list_item", 1, "a", "line[9]"),
        ("list_item", 2, "b", "line[10]"),
        ("quote", None, "said", "line[12]"),
        ("code", None, "x = 1", "line[14]"),
        ("table", None, "h\ti\n1\t2", "line[18]"),
        ("paragraph", None, "html", "line[22]/html/body/div[1]/p[1]"),
    ]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.lists(SENTENCES, min_size=3, max_size=3), min_size=2, max_size=5), st.sampled_from([",", ";", "\t", "|"]))
def test_csv(rows: list[list[str]], delimiter: str) -> None:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows(rows)
    document = read(buffer.getvalue().encode("utf-8-sig"), "made.csv")
    assert cells(document) == rows
    assert document.blocks[0].path == "table[1]"


def test_csv_of_the_office() -> None:
    document = read("Nom;Montant\nRenée;1.234,50\nJürgen;7,00\n".encode("cp1252"), "x.csv")
    assert cells(document) == [["Nom", "Montant"], ["Renée", "1.234,50"], ["Jürgen", "7,00"]]
    assert document.metadata["delimiter"] == ";"
    assert cells(read(b"sep=|\na|b\n1;2|3\n", "x.csv")) == [["a", "b"], ["1;2", "3"]]


def test_ragged_csv() -> None:
    document = read(b"a,b,c\n1,2\n3,4,5,6\n7,8,9\n", "x.csv")
    assert cells(document) == [["a", "b", "c"], ["1", "2"], ["3", "4", "5", "6"], ["7", "8", "9"]]
    assert [issue.code for issue in document.issues] == ["ragged_rows"]


@settings(max_examples=30, deadline=None)
@given(st.dictionaries(WORDS, st.one_of(SENTENCES, st.integers(), st.lists(SENTENCES, max_size=2)), min_size=1, max_size=4))
def test_json(value: dict[str, object]) -> None:
    try:
        document = read(json.dumps(value).encode(), "made.json")
    except EmptyFile:
        assert all(inner == [] for inner in value.values())
        return
    for inner in value.values():
        for leaf in inner if isinstance(inner, list) else [inner]:
            assert str(leaf) in document.text


def test_json_places_and_tables() -> None:
    document = read(b'{"policy": {"no": 7, "open": true}, "lines": [{"a": 1, "b": "x"}, {"a": 2, "b": null}]}', "x.json")
    assert [(b.kind, text_of(document, b), b.path) for b in document.blocks] == [
        ("paragraph", "no: 7", "$.policy.no"),
        ("paragraph", "open: true", "$.policy.open"),
        ("caption", "lines", "$.lines"),
        ("table", "a\tb\n1\tx\n2\t", "$.lines"),
    ]


def test_json_lines() -> None:
    document = read(b'{"a": 1}\n{"a": {"b": "two"}}\n', "x.ndjson")
    assert document.media_type == "application/x-ndjson"
    assert texts(document) == ["a: 1", "b: two"]


RTF = rb"""{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\fnil Arial;}{\f1\fcharset204 Arial;}}
{\stylesheet{\s0 Normal;}{\s1\b heading 1;}}{\info{\title Ein Titel}}
{\header\pard Kopf\par}{\footer\pard Fu\'df\par}
\pard\s1 Schaden\par
\pard Gr\'f6\'dfe {\v geheim}{\deleted weg}\u8364?5{\footnote\pard Anmerkung\par} Ende\par
\pard{\*\listtext -}\ls1\ilvl1 Punkt\par
\trowd\pard\intbl a\cell b\cell\row\trowd\pard\intbl c\cell d\cell\row
\pard{\f1 \'cf\'f0} {\field{\*\fldinst HYPERLINK "x"}{\fldrslt link}}\par
{\shp{\*\shpinst{\sp{\sn x}{\sv 1}}{\shptxt\pard Kasten\par}}}
{\pict\bin4 }}{{ }\pard nach\par}"""


def test_rtf() -> None:
    document = read(RTF, "x.rtf")
    assert [(b.kind, b.level, text_of(document, b)) for b in document.blocks] == [
        ("header", None, "Kopf"),
        ("footer", None, "Fuß"),
        ("heading", 1, "Schaden"),
        ("footnote", None, "Anmerkung"),
        ("paragraph", None, "Größe €5 Ende"),
        ("list_item", 2, "Punkt"),
        ("table", None, "a\tb\nc\td"),
        ("paragraph", None, "Пр link"),
        ("paragraph", None, "Kasten"),
        ("paragraph", None, "nach"),
    ]
    assert {(h.text, h.cause) for h in document.hidden} >= {("geheim", "hidden_style"), ("weg", "deleted")}
    assert document.metadata["title"] == "Ein Titel"


@settings(max_examples=40, deadline=None)
@given(st.lists(SENTENCES, min_size=1, max_size=4))
def test_rtf_of_any_text(sentences: list[str]) -> None:
    def escaped(text: str) -> str:
        units = text.encode("utf-16-le")
        codes = (int.from_bytes(units[i : i + 2], "little", signed=True) for i in range(0, len(units), 2))
        return "".join(chr(c) if 32 <= c < 127 and chr(c) not in "\\{}" else f"\\u{c}?" for c in codes)

    raw = "{\\rtf1\\ansi " + "".join(f"\\pard {escaped(s)}\\par\n" for s in sentences) + "}"
    assert texts(read(raw.encode("ascii"), "made.rtf")) == sentences


def test_truncated_rtf() -> None:
    document = read(b"{\\rtf1\\ansi one\\par two", "x.rtf")
    assert texts(document) == ["one", "two"]
    assert [issue.code for issue in document.issues] == ["truncated"]
