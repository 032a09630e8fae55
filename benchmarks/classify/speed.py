"""Documents a second and memory of a trained classifier, beside a plain loop over the same base model.

    python -m benchmarks.classify.speed FOLDER --data DATA [--documents 1000] [--rounds 3] [--windows 12] [--tokens 256]

The plain loops are transformers' sequence classification: batches of 16 in the order given, padded to the longest, in the same
dtype. One reads the first 512 tokens of a document and drops the rest; the other reads as much as the classifier does, the
first `--windows` windows of `--tokens` tokens, and averages their logits. Its head is random: it costs what a trained one does.
LoRA is merged there, which is its best case.

Every variant runs in a process of its own, in turns; figures are medians, memory is the process's peak.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.classify import runs
from benchmarks.classify.predictions import Run
from rich.console import Console
from rich.table import Table

from foyerdoc.documents import Document

BATCH = 16
VARIANTS = ("foyerdoc", "plain, 512 tokens", "plain, windows")
Work = Callable[[Sequence[Document]], int]
"""Classifies documents; says how many were answered with some label."""


def sheets(data: Path, n: int) -> list[Document]:
    """Sheets in an order that has nothing to do with their subject."""
    split = runs.split(data, Run("", "service_public_fr"))
    items = sorted(split.train + split.test, key=lambda i: hashlib.sha1(i.id.encode(), usedforsecurity=False).hexdigest())
    some = [items[i % len(items)] for i in range(n)]
    # Repeated sheets, when more are asked for than there are, get ids of their own: nothing may be remembered.
    return [
        Document(id=f"{item.id}-{i}", name=item.id, media_type="text/plain", text=item.text, language="fr")
        for i, item in enumerate(some)
    ]


def ours(folder: Path) -> Work:
    from foyerdoc.classification import Classifier

    classifier = Classifier.load(folder)
    return lambda documents: sum(bool(found.alternatives) for found in classifier.classify_many(documents))


def plain(base: Path | None, windows: int, tokens: int, labels: int = 64) -> Work:
    """Transformers' own classification model over an encoder: the embedded E5, or the one in a folder."""
    import torch
    from tokenizers import Tokenizer
    from transformers import AutoModelForSequenceClassification

    from foyerdoc.models.embedded import embedded_embedder
    from foyerdoc.models.loading import fast_dtype, quietly

    folder = base or embedded_embedder()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    dtype = getattr(torch, fast_dtype(device))
    with quietly():
        model: Any = AutoModelForSequenceClassification.from_pretrained(folder, num_labels=labels, dtype=dtype)
    model = model.to(device).eval()
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()

    def cut(text: str) -> list[list[int]]:
        # Text beyond what could be read is not tokenised: eight characters a token are more than any sheet has.
        ids = tokenizer.encode("query: " + text[: 8 * windows * tokens]).ids
        return [ids[at : at + tokens] for at in range(0, min(len(ids), windows * tokens), tokens)]

    def work(documents: Sequence[Document]) -> int:
        answered = 0
        for at in range(0, len(documents), BATCH):
            batch = [cut(document.text) for document in documents[at : at + BATCH]]
            rows = [row for rows in batch for row in rows]
            logits = []
            for first in range(0, len(rows), BATCH):
                some = rows[first : first + BATCH]
                longest = max(map(len, some))
                ids = torch.tensor([row + [0] * (longest - len(row)) for row in some], device=device)
                mask = torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in some], device=device)
                with torch.inference_mode():
                    logits.append(model(input_ids=ids, attention_mask=mask).logits.float().cpu())
            parts = torch.cat(logits).split([len(rows) for rows in batch])
            answered += sum(int(part.mean(0).argmax()) >= 0 for part in parts)
        return answered

    return work


def measure(variant: str, options: argparse.Namespace) -> dict[str, float]:
    """In the worker process: load, warm up, then the clock."""
    documents = sheets(options.data, options.documents + BATCH)
    started = time.perf_counter()
    if variant == "foyerdoc":
        work = ours(options.folder)
    else:
        work = plain(options.base, *((1, 512) if variant == "plain, 512 tokens" else (options.windows, options.tokens)))
    work(documents[-BATCH:])
    loaded = time.perf_counter()
    answered = work(documents[: options.documents])
    seconds = time.perf_counter() - loaded
    # Kilobytes on Linux.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"rate": options.documents / seconds, "load": loaded - started, "peak": peak, "answered": answered}


def compare(options: argparse.Namespace) -> None:
    found: dict[str, list[dict[str, float]]] = {variant: [] for variant in VARIANTS}
    for _ in range(options.rounds):
        for variant in VARIANTS:
            command = [sys.executable, "-m", "benchmarks.classify.speed", *sys.argv[1:], "--worker", variant]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            found[variant].append(json.loads(done.stdout.splitlines()[-1]))
    table = Table("", "documents/s", "lowest to highest", "ratio", "answered", "loading, s", "peak MB")
    base = statistics.median(each["rate"] for each in found["plain, windows"])
    for variant, rounds in found.items():
        rates = [each["rate"] for each in rounds]
        rate = statistics.median(rates)
        middle = {key: statistics.median(each[key] for each in rounds) for key in ("load", "peak", "answered")}
        row = [f"{rate:.1f}", f"{min(rates):.1f} to {max(rates):.1f}", f"{rate / base:.2f}x", f"{middle['answered']:.0f}"]
        table.add_row(variant, *row, f"{middle['load']:.1f}", f"{middle['peak']:.0f}")
    Console(width=120).print(table)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="of a trained classifier")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--documents", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--base", type=Path, help="encoder of the plain loops, such as a merged export; the embedded E5 by default"
    )
    parser.add_argument("--windows", type=int, default=12)
    parser.add_argument("--tokens", type=int, default=256)
    parser.add_argument("--worker", choices=VARIANTS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        sys.stdout.write(json.dumps(measure(options.worker, options)) + "\n")
    else:
        compare(options)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
