"""HTML and EML from a source."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP
from html import escape

from source import Block, Source, runs

_PAGE = """<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<title>{title}</title>
<style>body {{ font-family: sans-serif; color: #333 }} .meta {{ color: #777 }} td, th {{ padding: 2px 8px }}</style>
<script>window.dataLayer = window.dataLayer || []; dataLayer.push({{"page": "message", "id": 118842}});</script>
</head>
<body>
<div style="display:none;max-height:0;overflow:hidden">{title}&nbsp;&zwnj;&nbsp;&zwnj;</div>
<nav><ul>{menu}</ul></nav>
<main>
<p class="meta">{meta}</p>
{body}
</main>
<footer><p>&copy; 2026 Orvelle &mdash; <a href="https://orvelle.example/legal">legal</a></p></footer>
</body>
</html>
"""
_TAGS = {"bold": "b", "italic": "em"}


def page(source: Source) -> bytes:
    """A page of a web portal as it was saved: menu, script, hidden preview text and footer around the message."""
    menu = "".join(f'<li><a href="#">{escape(entry)}</a></li>' for entry in source.get("menu").split(" | "))
    meta = "<br>\n".join(escape(part) for part in source.get("meta").split(" | "))
    body = "\n".join(_element(block) for block in source.blocks)
    language = source.strings("languages")[0]
    return _PAGE.format(language=language, title=escape(source.get("title")), menu=menu, meta=meta, body=body).encode()


def mail(source: Source, attachments: list[tuple[str, bytes]]) -> bytes:
    """The mail as it came over the wire.

    Args:
        source: its `form` says how the body is packed: "cp1252" is quoted-printable text in that charset, "html" is
            HTML alone in base64, "alternative" is text and HTML side by side.
        attachments: name and bytes of PDFs.
    """
    message = EmailMessage(policy=SMTP)
    message["Received"] = "from mx.post.example (mx.post.example [192.0.2.17]) by mail.orvelle.example; " + source.get("date")
    for header in ("From", "To", "Subject", "Date"):
        message[header] = source.get(header.lower())
    message["Message-ID"] = source.get("message_id")
    form = source.get("form")
    if form == "cp1252":
        message.set_content(source.body, charset="windows-1252", cte="quoted-printable")
    elif form == "html":
        message.set_content(_mail_html(source.body), subtype="html", charset="utf-8", cte="base64")
    else:
        message.set_content(source.body, charset="utf-8", cte="quoted-printable")
        message.add_alternative(_mail_html(source.body), subtype="html", charset="utf-8", cte="base64")
    for name, content in attachments:
        message.add_attachment(content, maintype="application", subtype="pdf", filename=name)
    for i, part in enumerate(part for part in message.walk() if part.is_multipart()):
        part.set_boundary(f"----=_Part_{i}_{source.name}")
    return message.as_bytes()


def _mail_html(text: str) -> str:
    """A mail program's HTML for a plain text: one div a line, quoted lines in a blockquote."""
    lines, quoted = [], False
    for line in text.rstrip("\n").split("\n"):
        if line.startswith(">") != quoted:
            quoted = not quoted
            lines.append('<blockquote style="border-left:2px solid #ccc;padding-left:6px">' if quoted else "</blockquote>")
        lines.append(f"<div>{escape(line.removeprefix('>').strip()) or '<br>'}</div>")
    return "<html><body>\n" + "\n".join([*lines, "</blockquote>"] if quoted else lines) + "\n</body></html>\n"


def _element(block: Block) -> str:
    if block.kind == "table":
        head, *rows = ("".join(f"<{tag}>{_inline(c)}</{tag}>" for c in row) for row, tag in _tagged(block))
        return f"<table>\n<tr>{head}</tr>\n" + "\n".join(f"<tr>{row}</tr>" for row in rows) + "\n</table>"
    tag = {"heading": f"h{block.level}", "item": "li", "quote": "blockquote"}.get(block.kind, "p")
    return f"<{tag}>{_inline(block.text)}</{tag}>"


def _tagged(block: Block) -> list[tuple[tuple[str, ...], str]]:
    return [(row, "th" if i == 0 else "td") for i, row in enumerate(block.rows)]


def _inline(text: str) -> str:
    pieces = []
    for characters, style in runs(text):
        inside = escape(characters).replace("\n", "<br>\n")
        pieces.append(f"<{_TAGS[style]}>{inside}</{_TAGS[style]}>" if style else inside)
    return "".join(pieces)
