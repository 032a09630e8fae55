"""What the benchmarks over folders of documents are told, and the extractor that follows from it."""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from rich.console import Console

import foyerdoc as fd
from foyerdoc.documents import Document
from foyerdoc.extraction.schemas import form_of
from foyerdoc.finetuning.data.fields import FieldsExample, Known

Gold = Mapping[str, Sequence[object]]
"""The values of a document's fields; none of a field that it does not have, and no entry where nothing is known."""


def options_of(description: str | None, *, halves: bool = False) -> argparse.ArgumentParser:
    """The options that all of them have; with `halves` also the regular expressions, and training on one half."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", help="a trained extractor's folder, or general, instead of labels alone")
    parser.add_argument("--base", action="store_true", help="the embedded model as it is, instead of labels alone")
    parser.add_argument("--device")
    parser.add_argument("--least", type=float, help="confidence from which values are shown")
    parser.add_argument("--most", type=int, help="documents")
    parser.add_argument("--list", action="store_true", help="what was found, or every field that is wrong or missing")
    if halves:
        parser.add_argument("--baseline", action="store_true", help="regular expressions, without the library's extraction")
        parser.add_argument("--half", type=int, choices=(0, 1), help="documents that are measured, or learnt from; else all")
        parser.add_argument("--train", type=Path, metavar="OUT", help="learn from the documents, into this folder")
        add_training_to(parser)
    return parser


def add_training_to(parser: argparse.ArgumentParser) -> None:
    """The options of `train`."""
    parser.add_argument("--start", help="a trained extractor to go on from, or general")
    parser.add_argument("--set", action="append", default=[], help="a setting of ExtractorConfig, name=JSON")


def half_of(identifier: str) -> int:
    """Which half a document belongs to, whatever else there is."""
    return int(hashlib.sha1(identifier.encode(), usedforsecurity=False).hexdigest(), 16) % 2


def extractor_of(options: argparse.Namespace, schema: type[BaseModel]) -> fd.Extractor[Any]:
    """By the model that was named, or by labels."""
    if options.base:
        from foyerdoc.models.local import LocalModel

        return fd.Extractor(schema, LocalModel(device=options.device))
    if options.model:
        return fd.Extractor.load(options.model, schema, device=options.device, least=options.least)
    return fd.Extractor(schema)


def train(options: argparse.Namespace, schema: type[BaseModel], documents: Iterable[tuple[Document, Gold]]) -> None:
    """Learn from documents, into the folder of `--train`."""
    from foyerdoc.finetuning.extractor import ExtractorConfig, train_extractor

    leaves = form_of(schema).leaves
    examples = [
        FieldsExample(document.id, document, leaves, {path: tuple(map(Known, values)) for path, values in gold.items()})
        for document, gold in documents
    ]
    settings = {name: json.loads(value) for name, _, value in (each.partition("=") for each in options.set)}
    config = ExtractorConfig(**{**settings, "device": options.device})
    trained = train_extractor(examples, options.train, config, start=options.start)
    Console().print(dict(trained.counts), dict(trained.metrics), trained.settings, trained.notes)
