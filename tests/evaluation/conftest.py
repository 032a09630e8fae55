"""A browser that loads nothing from anywhere: pages are opened from disk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


class Opened:
    """A page of a file, and what it did that it should not: messages on its console, errors, requests."""

    def __init__(self, page: Page, path: Path) -> None:
        self.page = page
        self.complaints: list[str] = []
        page.on("console", lambda message: self.complaints.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        page.on("request", lambda request: self._asked(request.url, path.as_uri()))
        page.goto(path.as_uri())

    def _asked(self, url: str, own: str) -> None:
        if url.partition("#")[0] != own and not url.startswith(("data:", "blob:")):
            self.complaints.append(f"request: {url[:80]}")


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens a file in a profile of its own; in the end no page may have complained, failed or asked for anything else."""
    seen: list[Opened] = []

    def visit(path: Path, **options: Any) -> Page:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, "reduced_motion": "reduce", **options})
        context.set_default_timeout(5000)
        seen.append(Opened(context.new_page(), path))
        return seen[-1].page

    yield visit
    for one in seen:
        one.page.context.close()
        assert one.complaints == []
