"""unstructured as the second opinion, for files in which a reader of our own finds no text at all.

Readers here walk the files themselves, since every block needs a place and nothing may be lost in silence; unstructured gives
neither places nor hidden text. Where a walk comes back with nothing, though, a file is unusual, and another program's view
is worth having: its elements then become the blocks, with an issue saying so. It also reads the JSON that it writes itself
(`structured.py`).

unstructured sends usage statistics when it is imported and when it reads, and downloads a spaCy model when it first splits
sentences. Both are switched off before its first import, and the splitter is replaced by a local one that knows no
language; headings are therefore never taken from its guesses.
"""

from __future__ import annotations

import importlib
import io
import os
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from foyerdoc.documents import BlockKind
from foyerdoc.errors import MissingDependency
from foyerdoc.reading.assembly import Assembly
from foyerdoc.reading.hypertext import is_hidden, parse_html
from foyerdoc.reading.webtables import cell_rows

if TYPE_CHECKING:
    from unstructured.documents.elements import Element

# Kinds whose partitioners read bytes without another program's help.
_PARTITIONERS = MappingProxyType({"docx": "docx", "pptx": "pptx", "xlsx": "xlsx", "html": "html"})

_KINDS: Mapping[str, BlockKind] = MappingProxyType(
    {
        "ListItem": "list_item",
        "Header": "header",
        "Footer": "footer",
        "FigureCaption": "caption",
        "CodeSnippet": "code",
        "Address": "paragraph",
        "FormKeysValues": "form_field",
    }
)


def ask_unstructured(assembly: Assembly, kind: str) -> None:
    """Append what unstructured finds in a file of a kind ("docx", "pptx", "xlsx" or "html"); nothing when it fails too."""
    try:
        prepare()
        module = importlib.import_module(f"unstructured.partition.{_PARTITIONERS[kind]}")
        partition = getattr(module, f"partition_{kind}")
        found = partition(file=io.BytesIO(assembly.raw), languages=[""])
    except MissingDependency:
        return
    except Exception as error:  # noqa: BLE001  a second opinion that fails changes nothing
        assembly.issue("second_opinion_failed", f"unstructured could not read it either: {type(error).__name__}")
        return
    before = len(assembly.blocks)
    add_elements(assembly, found)
    if len(assembly.blocks) > before:
        assembly.issue("second_opinion", "the file is unusual; its text was taken by unstructured, without places")


def add_elements(assembly: Assembly, found: Iterable[Element], *, headings: bool = False) -> None:
    """Append unstructured's elements as blocks.

    Args:
        assembly: the document under construction.
        found: the elements.
        headings: whether titles are trusted as headings; only where a full installation classified them.
    """
    for number, element in enumerate(found, 1):
        path = f"element[{number}]"
        rows = _table_rows(element)
        if rows:
            assembly.add_table(rows, path=path)
        elif element.category == "Title" and headings:
            level = (element.metadata.category_depth or 0) + 1
            assembly.add("heading", element.text, level=level, path=path)
        else:
            kind = _KINDS.get(element.category, "paragraph")
            assembly.add(kind, element.text, level=1 if kind == "list_item" else None, path=path)


def silence() -> None:
    """Switch off what unstructured sends and prints; to be called before its first import."""
    os.environ["DO_NOT_TRACK"] = "true"
    os.environ["SCARF_NO_ANALYTICS"] = "true"
    os.environ["UNSTRUCTURED_DISABLE_NOTICE"] = "1"


def prepare() -> None:
    """Import unstructured so that it neither reports home nor downloads anything, now or later in this process.

    Raises:
        MissingDependency: it is not installed.
    """
    silence()
    try:
        from unstructured.nlp import tokenize
    except ImportError as error:
        raise MissingDependency("unstructured is not installed", hint="pip install unstructured") from error
    # The one door to the download, and the download itself.
    setattr(tokenize, "_load_spacy_model", _local_splitter)  # noqa: B010
    setattr(tokenize, "_install_spacy_model", _refuse)  # noqa: B010


def _local_splitter() -> object:
    import spacy

    pipeline = spacy.blank("xx")
    pipeline.add_pipe("sentencizer")
    return pipeline


def _refuse() -> None:
    raise RuntimeError("a download was asked for")


def _table_rows(element: Element) -> list[list[str]]:
    markup = element.metadata.text_as_html if element.category == "Table" else None
    if not markup:
        return []
    root = parse_html(markup)
    table = next(root.iter("table"), None) if root is not None else None
    return cell_rows(table, is_hidden)[1] if table is not None else []
