"""What every test stands on: no network beyond loopback."""

from __future__ import annotations

import os

# Before any Hugging Face library is imported: it reads these once.
os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")


def pytest_runtest_setup() -> None:
    from pytest_socket import disable_socket, socket_allow_hosts

    disable_socket(allow_unix_socket=True)
    socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)
