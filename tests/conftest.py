"""What every test stands on: no network beyond loopback."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import hypothesis
import pytest

# How long an example takes says how busy the machine is.
hypothesis.settings.register_profile("foyerdoc", deadline=None)
hypothesis.settings.load_profile("foyerdoc")

# Before any Hugging Face library is imported: it reads these once.
os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
# The suite runs in as many processes as there are cores: threads of each would fight over them.
os.environ.setdefault("OMP_NUM_THREADS", "1")


def pytest_runtest_setup() -> None:
    from pytest_socket import socket_allow_hosts

    # By address: a name would be looked up, and `disable_socket` would refuse loopback too.
    socket_allow_hosts(["127.0.0.1", "::1"], allow_unix_socket=True)


@pytest.fixture(scope="session")
def generator() -> Iterator[object]:
    """The embedded language model in bfloat16 (NF4 takes longer to load), on the CPU. `foyerdoc models fetch` comes first."""
    from foyerdoc.models.local import LocalModel

    model = LocalModel(quantization="none", device="cpu")
    yield model
    model.close()


@pytest.fixture(scope="session")
def embedder() -> Iterator[object]:
    """The embedded embedder on the CPU. `foyerdoc models fetch` comes first."""
    from foyerdoc.embedding import SentenceEmbedder

    model = SentenceEmbedder(device="cpu")
    yield model
    model.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    """Chromium without a window. It ends with the module: its event loop would be in the way of others."""
    found = shutil.which("chromium")
    if found is None:
        pytest.skip("Chromium is not installed: apt-get install -y chromium fonts-dejavu-core")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        # Without a sandbox it starts as root too; what is opened are pages of our own.
        started = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield started
        started.close()
