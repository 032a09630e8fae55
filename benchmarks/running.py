"""Real files through `foyerdoc run`: every one accounted for once though a worker is killed, and the gain of more workers.

    python -m benchmarks.running DATA [--engine ray] [--files 2000] [--workers 4] [--scaling 240] [--counts 1 2 4] [--rounds 3]
        [--out FOLDER]

The files of DATA that are quick to read, each under several names with a content of its own (a comment or a line more), are
labelled by the demo's trained classifier; there is no index, whose embedding would take hours on two cores. When a quarter is
done one worker gets SIGKILL. Then the first `--scaling` files are done by each of `--counts` workers in turn, without a kill,
timed from the first answer to the last: loading models does not count. Other programs on the machine make the gain smaller.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import tempfile
import time
from collections import Counter
from itertools import count
from pathlib import Path
from statistics import median

import pyarrow.parquet as pq
from rich.console import Console
from rich.table import Table

from foyerdoc.demo import folder as demo
from foyerdoc.running import Job, run
from foyerdoc.running.driver import start

MARKS = {
    ".pdf": "\n% copy {}\n",
    ".html": "\n<!-- copy {} -->\n",
    ".md": "\n\ncopy {}\n",
    ".txt": "\n\ncopy {}\n",
    ".eml": "\n\ncopy {}\n",
}
LARGEST = 150_000  # bytes
console = Console()


def make_files(data: Path, into: Path, wanted: int) -> list[Path]:
    """Real files, the originals first, then copies with a mark each."""
    real = [p for p in sorted(data.rglob("*")) if p.is_file() and p.suffix.lower() in MARKS and p.stat().st_size < LARGEST]
    made: list[Path] = []
    for round_ in count():
        for path in real:
            mark = MARKS[path.suffix.lower()].format(round_) if round_ else ""
            target = into / f"{round_:02}" / f"{len(made):05}{path.suffix}"
            target.parent.mkdir(exist_ok=True)
            target.write_bytes(path.read_bytes() + mark.encode())
            made.append(target)
            if len(made) == wanted:
                return made
    raise AssertionError


def kill_one(engine) -> None:
    os.kill(engine.processes[0], signal.SIGKILL)


def account(out: Path, files: list[Path]) -> dict[str, int]:
    """Counts, after seeing that every file is there once and no content twice."""
    told = pq.read_table(out / "files.parquet").to_pylist()
    assert sorted(row["file"] for row in told) == sorted(map(str, files))
    rows = pq.read_table(out / "documents", columns=["content", "document", "name"]).to_pylist()
    firsts = Counter(row["content"] for row in rows if row["content"] == row["document"])
    done = {row["content"] for row in told if row["state"] == "done"}
    dead = {row["content"] for row in pq.read_table(out / "dead-letters.parquet").to_pylist()}
    failed = {row["content"] for row in told if row["state"] == "failed"}
    assert set(firsts) == done
    assert set(firsts.values()) == {1}
    assert failed <= dead
    states = Counter("same" if row["same_as"] else row["state"] for row in told)
    assert sum(states.values()) == len(files)
    return {**states, "rows": len(rows)}


def timed(name: str, job: Job, files: list[Path], out: Path, workers: int, *, kill: bool) -> tuple[float, float]:
    """Seconds from start to end, and files a second from the first answer to the last."""
    engine = start(name, job, workers)
    started, moments = time.perf_counter(), []
    for number, _ in enumerate(run(files, out, job, engine=engine)):
        moments.append(time.perf_counter())
        if kill and number == len(files) // 4:
            kill_one(engine)
    return time.perf_counter() - started, (len(moments) - 8) / (moments[-1] - moments[7])


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("--engine", choices=["local", "ray"], default="ray")
    parser.add_argument("--files", type=int, default=2000)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--scaling", type=int, default=240)
    parser.add_argument("--counts", type=int, nargs="+", default=[1, 2, 4], help="workers; with as many GPUs one each")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args()
    home = demo()
    job = Job(taxonomy=home / "taxonomy.json", classifier=home / "classifier", index=False)
    folder = Path(tempfile.mkdtemp(prefix="foyerdoc-run-", dir=chosen.out))
    try:
        files = make_files(chosen.data, folder, chosen.files)
        seconds, rate = timed(chosen.engine, job, files, folder / "out", chosen.workers, kill=True)
        console.print(
            f"{chosen.engine}, {chosen.workers} workers, one killed: {len(files)} files in {seconds:.0f} s, {rate:.2f} a second"
        )
        console.print(account(folder / "out", files))
        rates: dict[int, list[float]] = {workers: [] for workers in chosen.counts}
        for number in range(chosen.rounds):
            for workers, found in rates.items():
                out = folder / f"out{number}-{workers}"
                found.append(timed(chosen.engine, job, files[: chosen.scaling], out, workers, kill=False)[1])
        table = Table("workers", "files a second, median", "lowest to highest", "ratio")
        for workers, found in rates.items():
            ratio = median(found) / median(rates[chosen.counts[0]])
            table.add_row(str(workers), f"{median(found):.2f}", f"{min(found):.2f} to {max(found):.2f}", f"{ratio:.2f}")
        console.print(table)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
