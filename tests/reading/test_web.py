from __future__ import annotations

import html

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foyerdoc.errors import EmptyFile
from tests.reading.made import SENTENCES, cells, read, text_of, texts


def page(body: str, head: str = '<meta charset="utf-8">') -> bytes:
    return f"<!DOCTYPE html><html><head>{head}</head><body>{body}</body></html>".encode()


@settings(max_examples=60, deadline=None)
@given(
    st.lists(SENTENCES, min_size=1, max_size=5), st.lists(st.lists(SENTENCES, min_size=2, max_size=2), min_size=2, max_size=4)
)
def test_text_stands_where_the_blocks_say(sentences: list[str], rows: list[list[str]]) -> None:
    body = "".join(f"<p>{html.escape(sentence)}</p>\n" for sentence in sentences)
    body += f"<h2>{html.escape(sentences[0])}</h2><table>"
    body += "".join("<tr>" + "".join(f"<td> {html.escape(cell)} </td>" for cell in row) + "</tr>" for row in rows) + "</table>"
    document = read(page(body), "made.html")
    assert texts(document, "paragraph") == sentences
    assert texts(document, "heading") == sentences[:1]
    assert cells(document) == rows


def test_blocks_paths_and_levels() -> None:
    document = read(
        page(
            "<h1>Title</h1><div><div><p>One</p></div><div>Two <b>bold</b><p>Three</p>tail</div></div>"
            "<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul><blockquote>said</blockquote>"
            "<dl><dt>term</dt><dd>meaning</dd></dl><pre>  x = 1\n  y = 2</pre>"
        ),
        "x.html",
    )
    assert [(b.kind, b.level, text_of(document, b), b.path) for b in document.blocks] == [
        ("heading", 1, "Title", "html/body/h1[1]"),
        ("paragraph", None, "One", "html/body/div[1]/div[1]/p[1]"),
        ("paragraph", None, "Two bold", "html/body/div[1]/div[2]"),
        ("paragraph", None, "Three", "html/body/div[1]/div[2]/p[1]"),
        ("paragraph", None, "tail", "html/body/div[1]/div[2]"),
        ("list_item", 1, "a", "html/body/ul[1]/li[1]"),
        ("list_item", 2, "b", "html/body/ul[1]/li[1]/ul[1]/li[1]"),
        ("list_item", 1, "c", "html/body/ul[1]/li[2]"),
        ("quote", None, "said", "html/body/blockquote[1]"),
        ("list_item", 1, "term", "html/body/dl[1]/dt[1]"),
        ("list_item", 2, "meaning", "html/body/dl[1]/dd[1]"),
        ("code", None, "x = 1\n  y = 2", "html/body/pre[1]"),
    ]


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        ("a\n  b\t c", "a b c"),
        ("un<b>believ</b>able", "unbelievable"),
        ("one <i> two</i>", "one two"),
        ("line<br>break <br/> again", "line\nbreak\nagain"),
        ("non\u00a0breaking", "non\u00a0breaking"),
        ("<!-- note -->seen<!-- note --> here", "seen here"),
        ("a<script>alert(1)</script>b<style>p{}</style><template>t</template>", "ab"),
        ("H<sub>2</sub>O &eacute; &#x20AC;", "H2O é €"),
        ('<input value="typed"><input type="hidden" value="no"><input type="checkbox" checked> yes', "typed ☑ yes"),
    ],
)
def test_white_space_and_inline_elements(inside: str, expected: str) -> None:
    assert read(page(f"<p>{inside}</p>"), "x.html").text == expected


def test_hidden_text() -> None:
    document = read(
        page(
            '<div style="DISPLAY : none">pre<b>header</b></div><p hidden>also</p>'
            '<p>seen <span style="display:none">not</span></p>'
        ),
        "x.html",
    )
    assert document.text == "seen"
    assert [(h.text, h.cause) for h in document.hidden] == [
        ("preheader", "hidden_style"),
        ("also", "hidden_style"),
        ("not", "hidden_style"),
    ]


def test_spans_in_tables() -> None:
    table = (
        "<table><caption>Costs</caption><tr><th colspan=2>wide</th><th>c</th></tr>"
        "<tr><td rowspan=2>tall</td><td>b</td><td>c</td></tr>"
        "<tr><td>b2</td><td>c2<table><tr><td>in</td></tr></table></td></tr></table>"
    )
    document = read(page(table), "x.html")
    assert texts(document, "caption") == ["Costs"]
    assert cells(document) == [["wide", "", "c"], ["tall", "b", "c"], ["", "b2", "c2 in"]]


def test_layout_tables_are_no_tables() -> None:
    body = "<table role=presentation><tr><td><h1>Offer</h1></td><td><p>text</p></td></tr></table>"
    body += "<table><tr><td><table><tr><td>k</td><td>v</td></tr></table></td></tr></table>"
    document = read(page(body), "x.html")
    assert texts(document, "heading") == ["Offer"]
    assert texts(document, "paragraph") == ["text"]
    assert cells(document) == [["k", "v"]]


def test_pictures_have_captions() -> None:
    document = read(page('<p>before <img alt="A car" src="data:image/png;base64,AAAA"> after</p><img alt="">'), "x.html")
    assert [(b.kind, text_of(document, b)) for b in document.blocks] == [("paragraph", "before after"), ("caption", "A car")]


@pytest.mark.parametrize(
    ("encoding", "head"),
    [
        ("utf-8", ""),
        ("cp1252", '<meta http-equiv="Content-Type" content="text/html; charset=iso-8859-1">'),
        ("utf-16", ""),
        ("cp1252", ""),
        ("shift_jis", '<meta charset="Shift_JIS">'),
    ],
)
def test_encodings(encoding: str, head: str) -> None:
    text = "漢字かな" if encoding == "shift_jis" else "Dégât des eaux à l'étage, größer für 5 €"
    raw = f"<html><head>{head}<title>x</title></head><body><p>{text}</p></body></html>".encode(encoding)
    assert read(raw, "x.html").text == text


def test_xhtml_with_empty_elements_and_entities() -> None:
    raw = (
        '<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0//EN" "http://www.w3.org/x.dtd">'
        '<html xmlns="http://www.w3.org/1999/xhtml" lang="fr"><head><title/><script src="x"/></head>'
        "<body><p>caf&eacute;&nbsp;!</p></body></html>"
    )
    document = read(raw.encode(), "x.xhtml")
    assert document.media_type == "application/xhtml+xml"
    assert document.text == "café\u00a0!"


def test_metadata() -> None:
    document = read(page("<p>x</p>", '<title> My\n page</title><meta name="author" content="Anne">'), "x.html")
    assert dict(document.metadata) == {"title": "My page", "author": "Anne"}


def test_a_page_without_text() -> None:
    with pytest.raises(EmptyFile):
        read(page("<script>1</script>"), "x.html")


def test_xml_by_element() -> None:
    raw = b'<?xml version="1.0"?><policy><holder><name>Anne</name></holder><clause>All <b>risks</b> covered</clause></policy>'
    document = read(raw, "policy.xml")
    assert [(b.path, text_of(document, b)) for b in document.blocks] == [
        ("policy[1]/holder[1]/name[1]", "Anne"),
        ("policy[1]/clause[1]", "All risks covered"),
    ]
