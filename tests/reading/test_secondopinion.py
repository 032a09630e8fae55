"""unstructured, in a fresh process in which every attempt to connect or to look up a name is fatal."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

# Run with the opt-outs taken away, as on a machine where nobody thought of them.
GUARD = """
import os, socket, sys
for name in ("DO_NOT_TRACK", "SCARF_NO_ANALYTICS", "UNSTRUCTURED_DISABLE_NOTICE", "HF_HUB_OFFLINE"):
    os.environ.pop(name, None)
attempts = []
def refuse(*arguments, **named):
    attempts.append(arguments[-1] if arguments else None)
    raise OSError("no network in this test")
socket.socket.connect = socket.socket.connect_ex = refuse
socket.create_connection = socket.getaddrinfo = socket.gethostbyname = refuse
"""

PARTITIONS = """
import docx, io
from foyerdoc.reading.assembly import Assembly
from foyerdoc.reading.secondopinion import ask_unstructured
from foyerdoc.settings import Limits

text = "The claim was received on Monday. It was settled on Friday, and nobody complained about it at all."
made = docx.Document()
made.add_paragraph(text)
made.add_paragraph("A second one. With two sentences.")
buffer = io.BytesIO()
made.save(buffer)
page = "<html><body><p>%s</p><ul><li>%s</li></ul><table><tr><td>a</td><td>b</td></tr></table></body></html>" % (text, text)
for kind, content in (("docx", buffer.getvalue()), ("html", page.encode())):
    assembly = Assembly(content, "x", Limits(), None)
    ask_unstructured(assembly, kind)
    document = assembly.finish("x/y")
    assert text in document.text, (kind, document.issues)
    assert [issue.code for issue in document.issues] == ["second_opinion"], document.issues
    assert "heading" not in {block.kind for block in document.blocks}
from unstructured.nlp.tokenize import sent_tokenize
assert sent_tokenize("One. Two.") == ["One.", "Two."]
import unstructured.nlp.tokenize as tokenize
try:
    tokenize._install_spacy_model()
except RuntimeError as error:
    assert "download" in str(error)
else:
    raise AssertionError
"""

ELEMENTS = """
import json
from foyerdoc.reading.parsing import parse
made = [
    {"type": "Title", "element_id": "1", "text": "Policy", "metadata": {"category_depth": 1}},
    {"type": "NarrativeText", "element_id": "2", "text": "All risks.", "metadata": {}},
    {"type": "Table", "element_id": "3", "text": "a b", "metadata":
        {"text_as_html": "<table><tr><td>a</td><td>b</td></tr></table>"}},
]
document = parse(json.dumps(made).encode(), "x.json")
assert [(b.kind, b.level, b.path) for b in document.blocks] == [
    ("heading", 2, "element[1]"), ("paragraph", None, "element[2]"), ("table", None, "element[3]")], document.blocks
"""


@pytest.mark.parametrize("script", [PARTITIONS, ELEMENTS], ids=["partitions", "elements"])
def test_nothing_is_sent_or_fetched(script: str) -> None:
    # Telemetry goes out from a thread: wait for any before counting.
    wait = "\nimport json, threading, time\n[t.join(3) for t in threading.enumerate() if t is not threading.current_thread()]\n"
    code = GUARD + script + wait + "print(json.dumps([str(a) for a in attempts]))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    assert json.loads(done.stdout.splitlines()[-1]) == []
    assert "unstructured" not in done.stderr.lower()


def test_the_guard_sees_what_is_not_silenced() -> None:
    """Without the opt-outs unstructured does report home: the test above would notice."""
    code = GUARD + "import unstructured\nimport json\nprint(json.dumps([str(a) for a in attempts]))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=120)
    assert json.loads(done.stdout.splitlines()[-1]) != []
