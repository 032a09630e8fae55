"""What the benchmarks over folders of documents are told, and the extractor that follows from it."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from pydantic import BaseModel

import foyerdoc as fd


def options_of(description: str | None, *, baseline: bool) -> argparse.ArgumentParser:
    """The options that all of them have; with or without the regular expressions."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", help="a trained extractor's folder, or general, instead of labels alone")
    if baseline:
        parser.add_argument("--baseline", action="store_true", help="regular expressions, without the library's extraction")
    parser.add_argument("--device")
    parser.add_argument("--least", type=float, help="confidence from which values are shown")
    parser.add_argument("--most", type=int, help="documents")
    parser.add_argument("--list", action="store_true", help="what was found, or every field that is wrong or missing")
    return parser


def extractor_of(options: argparse.Namespace, schema: type[BaseModel]) -> fd.Extractor[Any]:
    """By the model that was named, or by labels."""
    if options.model:
        return fd.Extractor.load(options.model, schema, device=options.device, least=options.least)
    return fd.Extractor(schema)
