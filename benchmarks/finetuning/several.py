"""Training on one GPU and on several of the same machine: tokens a second and memory.

    python -m benchmarks.finetuning.several --data DATA [--gpus 1 2] [--shapes e5 smollm2 7b] [--without-graphs] [--out FILE]
        [--tiny]

The models and documents are those of `benchmarks.finetuning.speed`. "Each its share": every GPU holds the whole model and
computes its share of every step, for all shapes; of two GPUs also twice the documents a step, as one would who has them.
"Laid out" (FSDP): the layers of the 7B shape, whose NF4 weights stay quantised, are spread over the GPUs, and each layer's are
fetched to be computed; that saves memory. The first steps are not timed. Each row is a run of torchrun.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from statistics import mean

from benchmarks.results import teller
from rich.console import Console
from rich.table import Table

SHARE, LAID_OUT = "each its share", "laid out"
RUN_S = 200


def runs(shapes: list[str], gpus: list[int]) -> list[tuple[str, str, int, int]]:
    """Shape, way, processes, and how many times the usual documents a step."""
    found = []
    for shape, count in itertools.product(shapes, gpus):
        found += [(shape, SHARE, count, times) for times in sorted({1, count})]
        if shape == "7b" and count > 1:
            found.append((shape, LAID_OUT, count, 1))
    return found


def train(name: str, way: str, times: int, data: Path, *, tiny: bool, graphs: bool) -> None:
    """In each process of torchrun: train, and let the first one tell."""
    import torch
    from benchmarks.finetuning import measuring, ours
    from benchmarks.finetuning.material import SHAPES, material

    from foyerdoc.finetuning.training.loop import Progress, fit
    from foyerdoc.finetuning.training.parallel import join_processes, local_device, shard_base
    from foyerdoc.finetuning.training.planning import Plan

    device = local_device() or ("cuda" if torch.cuda.is_available() else "cpu")
    processes = join_processes()
    shape = SHAPES[name].small() if tiny else SHAPES[name]
    if name == "7b" and not tiny:
        shape = replace(shape, documents=128)
    shape = replace(shape, batch_examples=shape.batch_examples * times, documents=shape.documents * times)
    given = material(shape, data)
    config = ours.config_for(shape, device, shape.batch_tokens[-1], {})
    if shape.task == "answers":
        # Weights of 4 bits as they are, as one takes them where memory is short.
        config = config.model_copy(update={"resident": False, "checkpointing": True})
        task = ours.answering(shape, given, config, device)
    else:
        task = ours.labelling(shape, given, config, device)
    if way == LAID_OUT:
        shard_base(task._model)
    plan = Plan(task.sizes(), config)
    so_far = [0, *itertools.accumulate(plan.tokens(plan.rows(step)) for step in range(plan.steps))]
    measuring.wait()
    measuring.clear()
    marks = measuring.Marks()

    def report(progress: Progress) -> None:
        marks.add(progress.step, so_far[progress.step])

    history = fit(task, config, report=report, record=graphs and way == SHARE)
    if processes.first:
        allocated, _ = measuring.peaks()
        rates = marks.windows(plan.steps // 3) or [marks.tokens[-1] / marks.seconds[-1]]
        told = {"tokens_s": sorted(rates)[len(rates) // 2], "gib": allocated, "losses": history.losses, "notes": history.notes}
        print("TOLD " + json.dumps(told), flush=True)


def run(name: str, way: str, count: int, times: int, options: argparse.Namespace) -> dict:
    """One run of torchrun, and what it told."""
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(count), "-m"]
    command += ["benchmarks.finetuning.several", "--data", str(options.data), "--worker", name, way, str(times)]
    command += ["--tiny"] * options.tiny + ["--without-graphs"] * options.without_graphs
    started = time.perf_counter()
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=RUN_S, env={**os.environ, "OMP_NUM_THREADS": "4"}, check=False
    )
    told = next((json.loads(line[5:]) for line in done.stdout.splitlines() if line.startswith("TOLD ")), None)
    if told is None:
        told = {"error": done.stderr[-1500:]}
    about = {"shape": name, "way": way, "gpus": count, "times": times, "seconds": round(time.perf_counter() - started)}
    return {**about, **told}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--gpus", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--shapes", nargs="+", choices=["e5", "smollm2", "7b"], default=["e5", "smollm2", "7b"])
    parser.add_argument("--out", type=Path)
    parser.add_argument("--tiny", action="store_true", help="tiny random models: to see whether it runs")
    parser.add_argument("--without-graphs", action="store_true", help="do not replay CUDA graphs")
    parser.add_argument("--worker", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        name, way, times = options.worker
        train(name, way, int(times), options.data, tiny=options.tiny, graphs=not options.without_graphs)
        return
    say = teller(options.out)
    table = Table(
        "model", "way", "GPUs", "documents a step", "tokens/s", "ratio", "GiB on the first", "mean of the last ten losses"
    )
    alone: dict[str, float] = {}
    for name, way, count, times in runs(options.shapes, options.gpus):
        told = run(name, way, count, times, options)
        say(told)
        if "error" in told:
            continue
        rate = alone.setdefault(name, told["tokens_s"])
        table.add_row(
            *(name, way, str(count), f"{times} times", f"{told['tokens_s']:,.0f}", f"{told['tokens_s'] / rate:.2f}"),
            *(f"{told['gib']:.2f}", f"{mean(told['losses'][-10:]):.3f}"),
        )
    Console(width=140).print(table)


if __name__ == "__main__":
    main()
