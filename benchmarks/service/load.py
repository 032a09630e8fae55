"""Search and ask over HTTP on loopback, beside the library alone: requests a second, p50 and p99 at 1, 16 and 64 clients.

    python -m benchmarks.service.load [--seconds 60] [--clients 1 16 64] [--replicas 0] [--hours 0] [--out FILE]

The service is `foyerdoc serve` with the demo's mailbox. "library" is `Index.search` and `Chat.ask` on the service's own index
from as many threads in one process, after the service has ended: the two never run together. Both are asked the demo's
questions, in turn. A request is one that was answered with 200; others, and those without an answer after two minutes, are
counted apart. The clients are threads of one process, which shares the machine's cores with the service: at many clients they
take from it.

With `--replicas N` everything is measured twice: with the service alone, and with N processes beside it that only read, the
clients spread evenly over all. `cpu_ms` is the processor time of all of them for one request.

`--hours` goes on with 16 clients and prints the service's resident memory every tenth of the time: it should not grow.
"""

from __future__ import annotations

import argparse
import json
import statistics
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import httpx
import psutil
from benchmarks.results import teller
from benchmarks.service.serving import COLLECTION, Serving, serving

from foyerdoc.chat import Chat
from foyerdoc.demo import folder
from foyerdoc.index import Index

Ask = Callable[[str], int]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seconds", type=float, default=60.0, help="of each measurement")
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 16, 64])
    parser.add_argument("--replicas", type=int, default=0, help="processes that only read, beside the service")
    parser.add_argument("--hours", type=float, default=0.0, help="of requests with the memory looked at")
    parser.add_argument("--documents", type=int, default=None, help="of the mailbox, at most")
    parser.add_argument("--out", type=Path, default=None, help="lines of JSON are added here")
    given = parser.parse_args()
    say = teller(given.out)
    truth = json.loads((folder() / "truth.json").read_text(encoding="utf-8"))
    questions = [one["question"] for one in truth["questions"]]
    # The limits are not what is measured.
    limits = ("--per-minute", "1000000", "--at-once", "1000")
    with serving(*limits, documents=given.documents, replicas=given.replicas) as made:
        for kind in ("search", "ask"):
            for address in made.addresses:
                warm(_over_http(made, kind, address), questions)
            for clients in given.clients:
                for used in sorted({1, len(made.addresses)}):
                    asks = [_over_http(made, kind, made.addresses[number % used]) for number in range(clients)]
                    found = measured(asks, questions, given.seconds, made.processor_seconds)
                    say({"system": "service", "processes": used, "kind": kind, **found})
        if given.hours:
            _watch(made, questions, given.hours, say)
        made.process.terminate()
        made.process.wait(60)
        with Index.open(made.data / "collections" / COLLECTION / "index") as index:
            chat = Chat(index)
            alone: dict[str, Ask] = {
                "search": lambda question: 200 if index.search(question) else 0,
                "ask": lambda question: 200 if chat.ask(question) else 0,
            }
            for kind, ask in alone.items():
                warm(ask, questions)
                for clients in given.clients:
                    say({"system": "library", "kind": kind, **measured([ask] * clients, questions, given.seconds)})


def warm(ask: Ask, questions: Sequence[str]) -> None:
    """Ask everything once: models are loaded, and sentences that were embedded are kept, by the service and by the library."""
    for question in questions:
        ask(question)


def measured(
    clients: Sequence[Ask], questions: Sequence[str], seconds: float, spent: Callable[[], float] = time.process_time
) -> dict[str, float]:
    """Ask from as many threads as there are clients, each waiting for its answer; the first second of all is not counted.

    `spent` tells the seconds of processor time that whoever answers has had.
    """
    times: list[float] = []
    failed: list[int] = []
    begin = time.perf_counter() + 1.0
    end = begin + seconds

    def go(number: int, ask: Ask) -> None:
        turn = number
        while (started := time.perf_counter()) < end:
            status = ask(questions[turn % len(questions)])
            turn += 1
            # By when they end: of long requests many have begun before the count does.
            if begin <= time.perf_counter() <= end:
                (times if status == 200 else failed).append(time.perf_counter() - started if status == 200 else status)

    threads = [threading.Thread(target=go, args=each) for each in enumerate(clients)]
    for thread in threads:
        thread.start()
    time.sleep(max(0.0, begin - time.perf_counter()))
    before = spent()
    for thread in threads:
        thread.join()
    taken = spent() - before
    ranked = sorted(times)
    return {
        "clients": len(clients),
        "seconds": seconds,
        "answered": len(times),
        "refused": len(failed),
        "a_second": round(len(times) / seconds, 2),
        "p50_ms": round(1000 * statistics.median(times), 1) if times else 0.0,
        "cpu_ms": round(1000 * taken / len(times), 2) if times else 0.0,
        "p99_ms": round(1000 * ranked[min(len(ranked) - 1, int(0.99 * len(ranked)))], 1) if times else 0.0,
    }


def _over_http(made: Serving, kind: str, address: str | None = None) -> Ask:
    """A client with a connection of its own."""
    client = httpx.Client(base_url=address or made.address, headers=made.headers, timeout=120, trust_env=False)
    field = "query" if kind == "search" else "question"

    def ask(text: str) -> int:
        try:
            return client.post(f"/v1/collections/{COLLECTION}/{kind}", json={field: text}).status_code
        except httpx.TimeoutException:
            return 0

    return ask


def _watch(made: Serving, questions: Sequence[str], hours: float, say: Callable[[dict], None]) -> None:
    process = psutil.Process(made.process.pid)
    for tenth in range(11):
        say({"memory_after_minutes": round(tenth * hours * 6, 2), "service_mb": round(process.memory_info().rss / 2**20, 1)})
        if tenth < 10:
            half = hours * 180
            for kind in ("search", "ask"):
                say({"memory": kind, **measured([_over_http(made, kind) for _ in range(16)], questions, half)})


if __name__ == "__main__":
    main()
