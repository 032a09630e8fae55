"""How often a key may ask, and how much is done at once. What is too much is refused at once, and told when to come again."""

from __future__ import annotations

import threading
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager

from foyerdoc.results import Answer
from foyerdoc.service.configuration import Allowance
from foyerdoc.service.problems import Problem


class Throttle:
    """Counts requests by key, and what is going on. Safe for several threads."""

    def __init__(self, allowance: Allowance) -> None:
        self._allowance = allowance
        self._lock = threading.Lock()
        self._left: dict[str, tuple[float, float]] = {}  # by key: what is left of a minute's requests, and when that was so
        self._turns = threading.BoundedSemaphore(allowance.computing)
        self._going: dict[str, int] = {"answers": 0, "uploads": 0}

    def count(self, key: str) -> None:
        """Count one request of a key: a bucket of a minute's requests that fills evenly.

        Raises:
            Problem: 429.
        """
        most, moment = self._allowance.per_minute, time.monotonic()
        with self._lock:
            left, then = self._left.get(key, (float(most), moment))
            left = min(float(most), left + (moment - then) * most / 60)
            if left >= 1:
                self._left[key] = (left - 1, moment)
                return
            self._left[key] = (left, moment)
        wait = max(1, round((1 - left) * 60 / most))
        raise Problem(429, "too_often", f"more than {most} requests in a minute", hint=f"wait {wait} s", wait=wait)

    @contextmanager
    def answering(self) -> Iterator[None]:
        """A place among those that are answered at once.

        Raises:
            Problem: 429.
        """
        with self._one_of("answers", self._allowance.at_once):
            yield

    @contextmanager
    def computing(self) -> Iterator[None]:
        """A turn at the processor, which is waited for: hold it while computing and no longer."""
        with self._turns:
            yield

    def in_turn(self, pieces: Generator[str, None, Answer]) -> Generator[str, None, Answer]:
        """The same pieces and answer, each made in a turn."""
        while True:
            with self.computing():
                try:
                    piece = next(pieces)
                except StopIteration as end:
                    answer: Answer = end.value
                    return answer
            yield piece

    @contextmanager
    def uploading(self) -> Iterator[None]:
        """A place among the files that are received at once.

        Raises:
            Problem: 429.
        """
        with self._one_of("uploads", self._allowance.uploads_at_once):
            yield

    @contextmanager
    def _one_of(self, kind: str, most: int) -> Iterator[None]:
        with self._lock:
            if self._going[kind] >= most:
                raise Problem(429, "too_many_at_once", f"{most} {kind} are under way", hint="wait a second", wait=1)
            self._going[kind] += 1
        try:
            yield
        finally:
            with self._lock:
                self._going[kind] -= 1
