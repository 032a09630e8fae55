"""Metrics for Prometheus and one log line a request. Neither holds text of a document, a file's name, or a question."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.process_collector import ProcessCollector
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from foyerdoc.service.ledger import Ledger
from foyerdoc.service.problems import unexpected

logger = logging.getLogger("foyerdoc.service")

_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_GONE: Final = 499  # as nginx calls a client that went away before an answer began
_JOB_SECONDS: Final = (0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0)


class Metrics:
    """What one service counts."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.requests = Counter("foyerdoc_requests", "Requests.", ("route", "method", "status"), registry=self.registry)
        self.seconds = Histogram(
            "foyerdoc_request_seconds", "Time to the last byte.", ("route",), buckets=_SECONDS, registry=self.registry
        )
        self.going = Gauge("foyerdoc_requests_going", "Requests under way.", registry=self.registry)
        self._ended = Counter("foyerdoc_jobs_ended", "Jobs that ended, by how.", ("state",), registry=self.registry)
        self._job = Histogram("foyerdoc_job_seconds", "Time of one job.", buckets=_JOB_SECONDS, registry=self.registry)
        self._jobs = Gauge("foyerdoc_jobs", "Jobs in the ledger.", ("state",), registry=self.registry)

    def ended(self, state: str) -> None:
        """Count the end of a job."""
        self._ended.labels(state).inc()

    @contextmanager
    def job(self) -> Iterator[None]:
        """Time one job."""
        with self._job.time():
            yield

    def text(self, ledger: Ledger) -> bytes:
        """All of it, in Prometheus' text format."""
        counts = ledger.counts()
        for state in ("queued", "running", "done", "failed", "cancelled"):
            self._jobs.labels(state).set(counts.get(state, 0))
        return generate_latest(self.registry)


class Watched:
    """An application whose requests are counted, timed and logged by the route's template: paths hold names."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status = time.perf_counter(), _GONE

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        self._metrics.going.inc()
        try:
            await self._app(scope, receive, noting)
        except ClientDisconnect:
            pass  # it went away in the middle of its request
        except Exception as error:  # noqa: BLE001 - passed on, the server would log its message
            answer = unexpected(error)
            if status == _GONE:
                await answer(scope, receive, noting)
        finally:
            self._metrics.going.dec()
            spent = time.perf_counter() - started
            route = getattr(scope.get("route"), "path", "(none)")
            method = scope["method"] if scope["method"] in {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"} else "other"
            self._metrics.requests.labels(route, method, status).inc()
            self._metrics.seconds.labels(route).observe(spent)
            key = scope.get("state", {}).get("key")
            logger.info("%s %s %d %.0fms key=%s", method, route, status, spent * 1000, "-" if key is None else key.id)
