"""A new user's path in a real browser: upload, labels, boxes and fields, a correction, a question, its citation."""

from __future__ import annotations

import json
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import uvicorn

from foyerdoc.classification import Classifier
from foyerdoc.demo import folder
from foyerdoc.demo.schemas import SCHEMAS
from foyerdoc.models.protocol import Embedder
from foyerdoc.service import Configuration, make_app
from foyerdoc.service.access import make_key
from foyerdoc.taxonomy import Taxonomy
from tests.index.conftest import WordEmbedder

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PICTURES = os.environ.get("SCREENSHOTS")
MAILBOX = folder() / "documents"
FILES = [MAILBOX / name for name in ("avis-2026-77410.pdf", "demande.txt", "lettre-recommandee-besson.docx")]


class Served:
    """A service on loopback, and a key to it."""

    def __init__(self, data: Path, embedder: Embedder, classifier: Classifier | None) -> None:
        taxonomy = Taxonomy.load(folder() / "taxonomy.json")
        self.app = make_app(Configuration(data, taxonomy, SCHEMAS, embedder=embedder, classifier=classifier))
        _, self.key = make_key(self.app.state.ledger, "anna", ["read", "write"], ["mailbox"])
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self.server = uvicorn.Server(
            uvicorn.Config(self.app, host="127.0.0.1", port=self.port, log_config=None, access_log=False)
        )
        self.thread = threading.Thread(target=self.server.run)

    def __enter__(self) -> Served:
        self.thread.start()
        while not self.server.started:
            time.sleep(0.02)
        return self

    def __exit__(self, *_: object) -> None:
        self.server.should_exit = True
        self.thread.join()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Served]:
    """With an embedder of words, which starts at once; for pictures with the real one, and the demo's classifier."""
    real = PICTURES is not None
    embedder = request.getfixturevalue("embedder") if real else WordEmbedder()
    with Served(
        tmp_path_factory.mktemp("served"), embedder, Classifier.load(folder() / "classifier") if real else None
    ) as served:
        yield served


@pytest.fixture
def visit(browser: Browser, served: Served) -> Iterator[Callable[..., Page]]:
    """Opens the page in a profile of its own; in the end nothing may have complained, or come from elsewhere."""
    complaints: list[str] = []
    contexts = []

    def note(text: str) -> None:
        # The browser's own line for an answer that is no success, which the page shows in its own way.
        if "Failed to load resource" not in text:
            complaints.append(text)

    def visit(**options: Any) -> Page:
        context = browser.new_context(
            **{
                "viewport": {"width": 1280, "height": 860},
                "reduced_motion": "reduce",
                "locale": "en-GB",
                "accept_downloads": True,
                **options,
            }
        )
        contexts.append(context)
        context.set_default_timeout(20_000)
        page = context.new_page()
        page.on("console", lambda message: note(f"console: {message.text}"))
        page.on("pageerror", lambda error: note(f"error: {error}"))
        page.on(
            "request", lambda request: request.url.startswith((served.address, "blob:")) or note(f"request: {request.url[:80]}")
        )
        page.on("dialog", lambda dialog: dialog.accept())
        page.goto(served.address)
        return page

    yield visit
    for context in contexts:
        context.close()
    assert complaints == []


def sign_in(page: Page, served: Served) -> None:
    page.fill("#key", served.key)
    page.keyboard.press("Enter")
    page.wait_for_selector("#documents:not([hidden])")


def picture(page: Page, name: str) -> None:
    """Keep a picture where somebody asked for some."""
    if PICTURES is not None:
        page.screenshot(path=Path(PICTURES) / f"{name}.png")


def test_a_new_users_path(visit: Callable[..., Page], served: Served) -> None:
    page = visit()
    page.fill("#key", "fdk_wrong")
    page.keyboard.press("Enter")
    page.wait_for_selector("#key-problem:not(:empty)")
    picture(page, "sign-in")
    sign_in(page, served)
    assert page.input_value("#collection") == "mailbox"

    page.set_input_files("#files", FILES)
    page.wait_for_selector("#list tbody tr:nth-child(3)")
    picture(page, "working")
    page.locator("#list tbody .tag.ready").nth(2).wait_for(timeout=60_000)
    labels = page.locator("#list tbody td:nth-child(2)").all_inner_texts()
    assert all(labels)
    picture(page, "documents")

    page.click("#list >> text=avis-2026-77410.pdf")
    page.wait_for_selector(".sheet img")
    assert page.evaluate("document.activeElement.id") == "document-title"
    assert page.title() == "avis-2026-77410.pdf – foyerdoc"
    # A field shows its box, a box its field.
    field = page.locator("#fields li.found").first
    path = field.get_attribute("data-path")
    field.click()
    assert page.locator(f".box.chosen[data-path='{path}']").count() >= 1
    picture(page, "document")
    other = page.locator("#fields li.found").nth(1).get_attribute("data-path")
    page.locator(f".box[data-path='{other}']").first.click()
    assert page.locator("#fields li.chosen").get_attribute("data-path") == other
    box, sheet = page.locator(f".box[data-path='{other}']").first.bounding_box(), page.locator(".sheet").bounding_box()
    assert sheet["x"] < box["x"] < box["x"] + box["width"] < sheet["x"] + sheet["width"]
    page.click("#as-text")
    assert page.locator(f"#text mark.chosen[data-path='{other}']").count() == 1

    # What is wrong is said right, by keys alone.
    # With the embedder of words the label, and so the schema, is another one.
    wrong = "total" if PICTURES is not None else path
    entry = page.locator(f"#fields li[data-path='{wrong}']")
    entry.locator("summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("1 168,37 €")
    page.keyboard.press("Enter")
    page.wait_for_selector(f"#fields li.corrected[data-path='{wrong}']")
    assert "1 168,37 €" in entry.inner_text()
    page.locator("#label summary").click()
    page.select_option("#label select", json.dumps(["billing", "premium invoice"], separators=(",", ":")))
    page.click("#label form button")
    page.wait_for_selector("#label.corrected")
    entry.scroll_into_view_if_needed()
    picture(page, "corrected")

    page.click("nav >> text=Ask")
    page.fill("#question", "Quelle est la nouvelle valeur assurée du bâtiment ?")
    page.keyboard.press("Enter")
    page.wait_for_selector(".answered:not([aria-busy]) .cite")
    picture(page, "answer")
    page.locator(".answered ol button").first.click()
    page.wait_for_selector("#document .quote")
    page.wait_for_selector("#document-title:focus")
    shown = page.locator("#document .quote").first
    shown.scroll_into_view_if_needed()
    assert shown.is_visible()
    picture(page, "citation")
    page.go_back()
    assert page.locator(".answered .cite").count() >= 1

    page.check("input[value=search]")
    page.fill("#question", "résiliation")
    page.click("#ask-form .main")
    page.wait_for_selector(".answered:nth-of-type(4) ol button")


def test_the_review_page_opens_once_and_its_gold_comes_back(visit: Callable[..., Page], served: Served, tmp_path: Path) -> None:
    page = visit()
    sign_in(page, served)
    page.click("nav >> text=Review")
    with page.context.expect_page() as opened:
        page.click("#make-review")
    review = opened.value
    review.wait_for_selector("#parts .part")
    assert review.evaluate("sessionStorage.length") == 0
    review.fill("#annotator", "anna")
    review.keyboard.press("Enter")
    review.click("#accept")
    with review.expect_download() as download:
        review.click("#export")
    path = tmp_path / "gold.jsonl"
    download.value.save_as(path)
    page.set_input_files("#gold-file", path)
    page.locator("#said", has_text="lines were added").wait_for()
    with page.expect_download() as download:
        page.click("#save-gold")
    assert download.value.suggested_filename == "mailbox-gold.jsonl"
    assert len(Path(download.value.path()).read_text(encoding="utf-8").splitlines()) >= 3


def test_on_a_phone_and_in_three_languages(visit: Callable[..., Page], served: Served) -> None:
    page = visit(viewport={"width": 390, "height": 800}, locale="de-DE", has_touch=True, is_mobile=True)
    assert page.inner_text("#sign-in-title") == "Anmelden"
    assert page.evaluate("import('/page/words.js').then((words) => words.complete())")
    sign_in(page, served)
    page.wait_for_selector("#list tbody tr:nth-child(3)")
    picture(page, "phone-documents")
    _fits(page)
    page.tap("#list >> text=avis-2026-77410.pdf")
    page.wait_for_selector(".sheet img")
    picture(page, "phone-document")
    _fits(page)
    page.select_option("#language", "fr")
    assert page.inner_text("#as-pages") == "Pages"
    assert page.inner_text("nav a:first-child") == "Documents"
    assert "Corriger" in page.inner_text("#found")
    page.reload()
    assert page.evaluate("document.documentElement.lang") == "fr"
    page.tap("nav >> text=Questions")
    _fits(page)
    picture(page, "phone-ask")


def test_hostile_names_and_texts_are_text(visit: Callable[..., Page], served: Served) -> None:
    page = visit()
    sign_in(page, served)
    hostile = "<img src=x onerror=window.hit=1>.txt"
    content = "Hello <script>window.hit=1</script> \U0001f600 the total is 5 EUR".encode()
    page.set_input_files("#files", {"name": hostile, "mimeType": "text/html", "buffer": content})
    page.wait_for_selector("#list tbody tr:nth-child(4) .tag.ready", timeout=60_000)
    page.click("#list tbody tr:nth-child(4) a")
    page.wait_for_selector("#text:not([hidden])")
    assert "<script>window.hit=1</script>" in page.inner_text("#text")
    page.click(".back a")
    page.evaluate("import('/page/service.js').then((service) => { service.state.uploadBytes = 10 })")
    page.set_input_files("#files", FILES[1])
    page.locator("#uploads .problem", has_text="larger than").wait_for()
    page.click("#list tbody tr:nth-child(4) button")
    page.wait_for_selector("#list tbody tr:nth-child(4)", state="detached")
    assert page.evaluate("window.hit") is None


def test_everything_has_a_name_for_a_screen_reader(visit: Callable[..., Page], served: Served) -> None:
    page = visit()
    sign_in(page, served)
    for address in ("#/documents", "#/ask", "#/review"):
        page.goto(f"{served.address}/{address}")
        nameless = page.evaluate(
            """() => [...document.querySelectorAll('button, input, select, a, summary, progress, meter')]
            .filter((e) => e.checkVisibility())
            .filter((e) => !(e.textContent.trim() || e.ariaLabel || e.labels?.length || e.title)).map((e) => e.outerHTML)"""
        )
        assert nameless == []
        assert page.locator("h1:visible").count() == 1
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement !== document.body")


def _fits(page: Page) -> None:
    """Nothing is wider than the screen."""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
