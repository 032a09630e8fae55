"""schemathesis over the whole API of a real service: no 500, no crash, no hang, every answer as described.

    python -m benchmarks.service.fuzz [--minutes 60] [--seed 0]

It needs schemathesis, which `make bench-service-fuzz` installs beside everything else. The key has all scopes, so that
documents come and go while others are asked for. A request may take 30 s. At the end the service must be ready, end within
a minute when told to, and its index must verify. The exit status is 1 when something is not so.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from importlib.util import find_spec

import httpx
from benchmarks.service.serving import serving

from foyerdoc.index import Index


def main() -> None:
    """Fuzz, and say what was found."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    if find_spec("schemathesis") is None:
        parser.error("schemathesis is missing; make bench-service-fuzz installs it")
    code, seed = 0, given.seed
    with serving("--per-minute", "10000000", "--upload-mb", "1", documents=4) as made:
        until = time.monotonic() + 60 * given.minutes
        # A run ends when it has tried its examples: another seed has others.
        while (left := until - time.monotonic()) > 5:
            code = max(code, _run(made.address, made.headers["Authorization"], seed, left))
            seed += 1
        ready = httpx.get(f"{made.address}/ready", timeout=30).status_code
        metrics = httpx.get(f"{made.address}/metrics", headers=made.headers, timeout=30).text
        made.process.terminate()
        ended = made.process.wait(60)
        lines = [line for line in metrics.splitlines() if line.startswith("foyerdoc_requests_total")]
        counts: dict[str, int] = {}
        for line in lines:
            status = line.split('status="')[1].split('"')[0]
            counts[status] = counts.get(status, 0) + int(float(line.rsplit(" ", 1)[1]))
        broken = 0
        for folder in sorted((made.data / "collections").glob("*/index")):
            with Index.open(folder) as index:
                broken += len(index.verify())
        print(f"{given.minutes:g} minutes, seeds {given.seed} to {seed - 1}, {sum(counts.values())} requests: {counts}")
        print(f"ready {ready}, ended with {ended}, {broken} problems in indexes, worst run {code}")
    errors = sum(count for status, count in counts.items() if status.startswith("5") and status != "503")
    sys.exit(int(code != 0 or ready != 200 or broken > 0 or errors > 0))


def _run(address: str, authorization: str, seed: int, seconds: float) -> int:
    checks = ("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance")
    command = [sys.executable, "-m", "schemathesis.cli", "run", f"{address}/v1/openapi.json", "--checks", ",".join(checks)]
    command += ["--header", f"Authorization: {authorization}", "--seed", str(seed), "--max-time", str(int(seconds))]
    command += ["--request-timeout", "30", "--generation-database", "none", "--warnings", "off"]
    return subprocess.run(command, check=False, env={**os.environ, "NO_COLOR": "1"}).returncode


if __name__ == "__main__":
    main()
