"""Speed and memory of training and of classifying, beside plain PEFT + bitsandbytes + transformers.

    python -m benchmarks.finetuning.speed --data DATA --out DIR [--parts a,b,c,d] [--device cuda] [--tiny]

    a   training tokens a second and peak memory beside a Trainer that pads: E5, SmolLM2, and a 7B Mistral shape with random
        weights. Real tokens are counted, never padding. The Trainer has two rows: its defaults (8 documents at once; at 7B
        with the checkpointing that PEFT's recipe turns on), and the fastest of larger batches, sorted by length, loaded by
        four processes. Same documents, cut to the same length, the same documents a step, steps, LoRA, rate and loss.
    b   the least memory that the 7B shape trains in, under a hard limit of 15 GB less what the driver takes
    c   documents a second beside `generate` of the label and a padded loop
    d   what each measure is good for alone

Every part and model has a process of its own, which is ended when its budget is over; what it had by then is kept.
A part can be named with its model: a:e5. DIR gets a JSON file for each. Without `--device` the first GPU is taken.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

PARTS = {
    "a": (("e5", "smollm2", "7b"), "training", 420),
    "b": (("7b",), "memory", 180),
    "c": (("all",), "classifying", 420),
    "d": (("e5", "smollm2", "7b"), "measures", 240),
}
"""Models, method of `Unit`, and seconds for one model."""


def chosen(text: str) -> list[tuple[str, str]]:
    """Parts and models: "a,b:7b" is a with all its models, and b with one."""
    found = []
    for each in text.split(","):
        part, _, model = each.partition(":")
        if part not in PARTS or (model and model not in PARTS[part][0]):
            raise argparse.ArgumentTypeError(f"no part {each}")
        found += [(part, one) for one in PARTS[part][0] if model in ("", one)]
    return found


def show(name: str, results: dict[str, Any]) -> None:
    """The tables of a part. Each row begins a line, so that a narrow terminal still shows which is which."""
    console = Console(width=200)
    for title, rows in results.get("tables", {}).items():
        if not rows:
            continue
        table = Table(title=f"{name}: {title}", title_justify="left")
        columns = list(dict.fromkeys(key for row in rows for key in row))
        for column in columns:
            table.add_column(column)
        for row in rows:
            table.add_row(*(_text(row.get(column)) for column in columns))
        console.print(table)
    for key, value in results.items():
        if key not in ("tables", "runs", "errors"):
            console.print(f"{key}: {value}", markup=False)
    for error in results.get("errors", ()):
        console.print(f"{name}: {error}", markup=False)


def _text(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.4g}" if isinstance(value, float) and abs(value) < 1 else str(value)


def compute(part: str, model: str, options: argparse.Namespace) -> None:
    """In the process of one part."""
    import torch
    import transformers
    from benchmarks.finetuning.units import Unit

    # What is written to the terminal between two steps would be timed.
    untyped: Any = transformers.utils.logging
    untyped.set_verbosity_error()
    device = options.device or ("cuda" if torch.cuda.is_available() else "cpu")
    file = options.out / f"{part}-{model}.json"
    about = {
        "device": torch.cuda.get_device_name() if device.startswith("cuda") else "cpu",
        "versions": f"torch {torch.__version__}, transformers {transformers.__version__}",
    }

    def save(results: dict[str, Any]) -> None:
        aside = file.with_suffix(".part")
        aside.write_text(json.dumps({**about, **results}, indent=1), encoding="utf-8")
        aside.replace(file)

    _, method, seconds = PARTS[part]
    budget = options.budget or seconds
    unit = Unit(
        options.data,
        device,
        0.6 * budget,
        options.run_seconds,
        options.rounds,
        dict(_settings(options.set)),
        {text: dict(_settings(text.split(","))) for text in options.without},
        tiny=options.tiny,
        save=save,
    )
    getattr(unit, method)(model)


def _settings(texts: list[str]) -> list[tuple[str, Any]]:
    found = []
    for text in texts:
        name, _, value = text.partition("=")
        try:
            found.append((name, json.loads(value)))
        except ValueError:
            found.append((name, value))
    return found


def run_all(options: argparse.Namespace) -> int:
    """One process after the other; 1 when a part has no figures."""
    options.out.mkdir(parents=True, exist_ok=True)
    failed = 0
    for part, model in options.parts:
        file = options.out / f"{part}-{model}.json"
        file.unlink(missing_ok=True)
        command = [sys.executable, "-m", "benchmarks.finetuning.speed", *sys.argv[1:], "--unit", f"{part}:{model}"]
        log = options.out / f"{part}-{model}.log"
        started = time.monotonic()
        environment = {**os.environ, "TOKENIZERS_PARALLELISM": "true", "HF_HUB_OFFLINE": "1"}
        with log.open("wb") as output:
            try:
                done = subprocess.run(
                    command,
                    stdout=output,
                    stderr=output,
                    timeout=options.budget or PARTS[part][2],
                    env=environment,
                    check=False,
                )
                ended = f"exit {done.returncode}" if done.returncode else ""
            except subprocess.TimeoutExpired:
                ended = "its time was over"
        results = json.loads(file.read_bytes()) if file.is_file() else {"tables": {}, "errors": []}
        if ended:
            tail = log.read_text(encoding="utf-8", errors="replace")[-3000:]
            results["errors"].append(f"{ended}\n{tail}")
        show(f"{part} {model} ({time.monotonic() - started:.0f} s)", results)
        failed += not results["tables"]
    return int(failed > 0)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of development data")
    parser.add_argument("--out", type=Path, required=True, help="folder for the figures")
    parser.add_argument("--parts", type=chosen, default=chosen("a,b,c,d"))
    parser.add_argument("--device")
    parser.add_argument("--budget", type=float, help="seconds for each part and model")
    parser.add_argument("--run-seconds", type=float, default=40, help="after which a training run is stopped")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--set", action="append", default=[], help="a setting of our training, name=JSON or name=text")
    parser.add_argument(
        "--without", action="append", default=[], help="name=JSON,name=JSON: one more variant of our training in part d"
    )
    parser.add_argument("--tiny", action="store_true", help="tiny random models: to see whether it runs")
    parser.add_argument("--unit", type=chosen, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.unit:
        compute(*options.unit[0], options)
        return 0
    return run_all(options)


if __name__ == "__main__":
    raise SystemExit(main())
