"""Labelled documents to learn from: read, checked, split and written.

A row has `text` or `path` (a file, relative to the rows' own), and its label: `category`, `subcategory`, `subsubcategory`, or
`label` as a list or "a/b/c". `id` and `language` may be left out.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any

import orjson

from foyerdoc.cleaning import clean
from foyerdoc.documents import Block, Document
from foyerdoc.errors import FoyerdocError, ReadError, TrainingError, UsageError
from foyerdoc.finetuning.data.drafts import COLUMNS, LEVELS, Draft, Labels, drafts_of, printable
from foyerdoc.finetuning.data.rows import Problem, Row, read_rows
from foyerdoc.language import with_languages
from foyerdoc.reading import read_many
from foyerdoc.reading.assembly import Assembly
from foyerdoc.reading.plain import add_paragraphs
from foyerdoc.settings import Limits
from foyerdoc.storage import write_file
from foyerdoc.taxonomy import Node, Taxonomy

_NAMED = 10
_NAME_LENGTH = 40


@dataclass(frozen=True, slots=True)
class Example:
    """A document and its label.

    Attributes:
        id: unique among its set.
        document: its text is what is learnt from.
        path: the labels from the root; shorter than the taxonomy is deep when only the upper levels are known.
    """

    id: str
    document: Document
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ExampleSet:
    """What was read.

    Attributes:
        examples: the good rows, in their order.
        problems: the rows that were left out, each with its number and reason, and notes on the whole file (row None).
        rows: number of rows, good and bad.
    """

    examples: tuple[Example, ...]
    problems: tuple[Problem, ...]
    rows: int


def read_examples(
    path: str | Path,
    *,
    taxonomy: Taxonomy | None = None,
    labelled: bool = True,
    workers: int | None = None,
    limits: Limits | None = None,
) -> ExampleSet:
    """Read labelled documents from a file of rows or a folder of folders of files.

    A file of rows is JSON lines, a JSON array or a CSV, also gzipped; which of them is told from the content.
    In a folder, the folders' names are the labels: `category/subcategory/letter.pdf`. Files, of folders and of rows with a
    `path`, are read by `foyerdoc.read_many` and cleaned; texts of rows are taken as they are.

    Args:
        path: the file or folder.
        taxonomy: labels that are not in it are problems. Without one every label is taken.
        labelled: whether a row must have a label; if not, one without has the path ().
        workers: reading processes; one per core by default.
        limits: what one file or text may cost.

    Raises:
        TrainingError: not one row can be used; the message names the commonest reasons.
        ReadError: the file itself cannot be read.
    """
    examples, problems = [], []
    for found in stream_examples(path, taxonomy=taxonomy, labelled=labelled, workers=workers, limits=limits):
        if isinstance(found, Problem):
            problems.append(found)
        else:
            examples.append(found)
    lost = [problem for problem in problems if problem.row is not None]
    if not examples:
        codes = ", ".join(f"{n} {code}" for code, n in Counter(problem.code for problem in lost).most_common(5))
        first = f"; row {lost[0].row}: {lost[0].reason}" if lost else ""
        message = f"{Path(path).name}: none of {len(lost)} rows can be used ({codes or 'there are none'}){first}"
        raise TrainingError(message, hint="docs/finetuning.md shows what rows look like")
    return ExampleSet(tuple(examples), tuple(problems), len(examples) + len(lost))


def stream_examples(
    path: str | Path,
    *,
    taxonomy: Taxonomy | None = None,
    labelled: bool = True,
    workers: int | None = None,
    limits: Limits | None = None,
) -> Iterator[Example | Problem]:
    """What `read_examples` reads, one after the other in the order of the rows, notes on the whole file last.

    Of the rows that were passed only the ids are kept in memory, to find those that come twice.

    Raises:
        ReadError: the file itself cannot be read.
    """
    path, limits = Path(path), limits or Limits()
    rows = _files(path) if path.is_dir() else read_rows(path, COLUMNS, limits)
    unused: set[str] = set()
    drafts = drafts_of(rows, path, Labels(taxonomy, labelled=labelled), unused)
    for needs_reading, run in groupby(drafts, key=lambda draft: isinstance(draft, Draft) and draft.file is not None):
        read = _read_files if needs_reading else _read_texts
        yield from read(run, workers, limits)
    if unused:
        named = ", ".join(repr(name[:_NAME_LENGTH]) for name in sorted(unused)[:_NAMED])
        more = f" and {len(unused) - _NAMED} more" if len(unused) > _NAMED else ""
        yield Problem(None, "columns_unused", f"columns that were not used: {named}{more}")


def document_of(text: str, id: str, language: str | None = None, *, limits: Limits | None = None) -> Document:  # noqa: A002
    """A text as the document that a .txt file with these characters would be read as.

    Args:
        text: its paragraphs are the stretches between blank lines.
        id: becomes the document's name. `Document.id` is the SHA-256 of the text in UTF-8, as for a file.
        language: ISO 639-1 code; found in the text by default.
        limits: `text_characters` bounds it.

    Raises:
        EmptyFile: the text is only white space.
        LimitExceeded: it is too long.
    """
    # Lone surrogates, which JSON can spell and no file can hold, become U+FFFD.
    raw = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()
    assembly = Assembly(raw, id, limits or Limits(), _nothing_inside)
    add_paragraphs(assembly, raw.decode().replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff"))
    document = assembly.finish("text/plain")
    if language is None:
        blocks, language = with_languages(document.blocks, document.text)
    else:
        blocks = tuple(Block(b.kind, b.span, path=b.path, language=language) for b in document.blocks)
    return replace(document, blocks=blocks, language=language)


def taxonomy_of(examples: Iterable[Example], name: str) -> Taxonomy:
    """The labels that examples have, sorted by name; each is its own description.

    Raises:
        TrainingError: no example has a label.
    """
    tree: dict[str, Any] = {}
    for example in examples:
        level = tree
        for label in example.path:
            level = level.setdefault(label, {})
    if not tree:
        raise TrainingError("no example has a label", hint="give each row a category")
    return Taxonomy(name=name, categories=_nodes(tree))


def split(examples: Sequence[Example], share: float, seed: int = 0) -> tuple[list[Example], list[Example]]:
    """Part examples into those to train on and those held out, each label in the same proportion.

    Which ones are held out depends on the seed and the ids alone, not on the order of the examples. The last example of a
    label always stays in the first part, so a label that has only one is never held out.

    Args:
        examples: with unique ids.
        share: of all examples to hold out, 0 to 1; the nearest whole number that the rule above allows.
        seed: other seeds hold out others.

    Raises:
        UsageError: the share is not between 0 and 1.
    """
    if not 0 <= share < 1:
        raise UsageError(f"a share of {share} held out", hint="choose 0 <= share < 1")
    leaves = _by_leaf(examples, seed)
    quotas = {path: min(int(share * len(members)), len(members) - 1) for path, members in leaves.items()}
    missing = round(share * len(examples)) - sum(quotas.values())
    # The largest remainders first; those of equal size in an order drawn by the seed, so that no label is always favoured.
    by_remainder = sorted(leaves, key=lambda path: (quotas[path] - share * len(leaves[path]), _draw(seed, *path)))
    for path in [path for path in by_remainder if quotas[path] < len(leaves[path]) - 1][: max(missing, 0)]:
        quotas[path] += 1
    held = {example.id for path, members in leaves.items() for example in members[: quotas[path]]}
    return [e for e in examples if e.id not in held], [e for e in examples if e.id in held]


def folds(examples: Sequence[Example], n: int, seed: int = 0) -> list[tuple[list[Example], list[Example]]]:
    """Cross-validation: n pairs of examples to train on and to test on; each example is tested on once.

    Sizes of the test parts differ by one at most, and so does each label's share of them. A label with fewer than n examples
    is missing from some test parts, one with a single example from the training part of the fold that tests it.

    Raises:
        UsageError: n is below 2 or above the number of examples.
    """
    if not 2 <= n <= len(examples):
        raise UsageError(f"{n} folds of {len(examples)} examples", hint="choose at least 2 and at most one per example")
    dealt = [example.id for members in _by_leaf(examples, seed).values() for example in members]
    fold_of = {id_: i % n for i, id_ in enumerate(dealt)}
    return [([e for e in examples if fold_of[e.id] != k], [e for e in examples if fold_of[e.id] == k]) for k in range(n)]


def fingerprint(examples: Iterable[Example]) -> str:
    """SHA-256, hexadecimal, of ids, texts and labels in their order: what was trained on."""
    digest = hashlib.sha256()
    for example in examples:
        row = orjson.dumps([example.id, hashlib.sha256(_bytes(example.document.text)).hexdigest(), example.path])
        digest.update(row + b"\n")
    return digest.hexdigest()


def text_hash(text: str) -> str:
    """16 hexadecimal digits of the SHA-256 of a text's words: equal for texts that differ in white space alone."""
    return hashlib.sha256(_bytes(" ".join(text.split()))).hexdigest()[:16]


def write_examples(examples: Iterable[Example], path: str | Path) -> None:
    """Write examples as JSON lines, or as CSV where the name ends in .csv or .tsv; gzipped where .gz follows.

    `read_examples` reads them back with the same ids, texts, labels and languages, apart from what `document_of` does to a text
    (control characters, white space around paragraphs). Pages, blocks and attachments are not written.

    Raises:
        UsageError: a CSV cannot hold a label: deeper than three levels, with a "/" in it.
    """
    path = Path(path)
    suffixes = [suffix.lower() for suffix in path.suffixes]
    packed = suffixes[-1:] == [".gz"]
    kind = (suffixes[:-1] if packed else suffixes)[-1:]
    rows = map(_row_of, examples)
    if kind in ([".csv"], [".tsv"]):
        content = _to_csv(rows, "\t" if kind == [".tsv"] else ",")
    else:
        content = b"".join(orjson.dumps(row) + b"\n" for row in rows)
    write_file(path, gzip.compress(content, mtime=0) if packed else content)


# --- reading ---------------------------------------------------------------------------------------------------------


def _files(folder: Path) -> Iterator[Row | Problem]:
    number = 0
    failed: list[OSError] = []
    for here, inner, files in os.walk(folder, onerror=failed.append):
        shown = sorted(name for name in inner if not name.startswith("."))
        linked = [name for name in shown if (Path(here) / name).is_symlink()]  # walked into, they could go round in circles
        inner[:] = [name for name in shown if name not in linked]
        for name in linked:
            number += 1
            yield Problem(number, "link_not_followed", f"{printable(name)}: a link to a folder")
        for name in sorted(name for name in files if not name.startswith(".")):
            number += 1
            relative = (Path(here) / name).relative_to(folder)
            yield Row(number, {"path": relative.as_posix(), "label": list(map(printable, relative.parts[:-1]))})
    for error in failed:
        number += 1
        yield Problem(number, "unreadable_folder", f"{printable(Path(error.filename).name)}: {error.strerror}")


def _read_files(run: Iterable[Draft | Problem], workers: int | None, limits: Limits) -> Iterator[Example | Problem]:
    waiting: list[Draft] = []

    def files() -> Iterator[Path]:
        for draft in run:
            if isinstance(draft, Draft) and draft.file is not None:
                waiting.append(draft)
                yield draft.file

    for _, result in read_many(files(), workers=workers, limits=limits):
        draft = waiting.pop(0)
        if isinstance(result, FoyerdocError):
            yield Problem(draft.row, result.code, result.message)
        else:
            document = clean(result)
            language = draft.language or document.language
            yield _checked(draft, document if language == document.language else replace(document, language=language))


def _read_texts(run: Iterable[Draft | Problem], _workers: int | None, limits: Limits) -> Iterator[Example | Problem]:
    for draft in run:
        if isinstance(draft, Problem):
            yield draft
            continue
        try:
            yield _checked(draft, document_of(draft.text or "", draft.id, draft.language, limits=limits))
        except ReadError as error:
            yield Problem(draft.row, "empty_text" if error.code == "empty_file" else error.code, error.message)


def _checked(draft: Draft, document: Document) -> Example | Problem:
    if not document.text.strip():
        return Problem(draft.row, "empty_text", "no text in it")
    return Example(draft.id, document, draft.path)


def _nothing_inside(_raw: bytes, name: str) -> Document:
    raise ReadError(f"{name}: plain text holds no files", hint="read it as a file")


# --- splitting and writing -------------------------------------------------------------------------------------------


def _by_leaf(examples: Sequence[Example], seed: int) -> dict[tuple[str, ...], list[Example]]:
    """The examples of each label, both in an order that depends on seed, labels and ids alone."""
    leaves: dict[tuple[str, ...], list[Example]] = {}
    for example in sorted(examples, key=lambda example: _draw(seed, example.id)):
        leaves.setdefault(example.path, []).append(example)
    return dict(sorted(leaves.items()))


def _draw(seed: int, *words: str) -> bytes:
    return hashlib.sha256("\0".join((str(seed), *words)).encode("utf-8", "surrogatepass")).digest()


def _nodes(tree: Mapping[str, Any]) -> tuple[Node, ...]:
    return tuple(Node(name=name, description=name, children=_nodes(below)) for name, below in sorted(tree.items()))


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _row_of(example: Example) -> dict[str, Any]:
    row: dict[str, Any] = {"id": example.id, "text": example.document.text}
    if example.document.language:
        row["language"] = example.document.language
    if len(example.path) > len(LEVELS):
        return {**row, "label": list(example.path)}
    return {**row, **dict(zip(LEVELS, example.path, strict=False))}


def _to_csv(rows: Iterable[dict[str, Any]], delimiter: str) -> bytes:
    held = [{**row, "label": _joined(row["label"])} if "label" in row else row for row in rows]
    columns = [column for column in ("id", *COLUMNS) if any(column in row for row in held)]
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, list(dict.fromkeys(columns)) or ["text"], delimiter=delimiter, lineterminator="\n")
    writer.writeheader()
    writer.writerows(held)
    return _bytes(stream.getvalue())


def _joined(path: Sequence[str]) -> str:
    if any("/" in label for label in path):
        raise UsageError("a CSV cannot hold a label of four levels or more with a / in it", hint="write JSON lines")
    return "/".join(path)
