"""What deploy/ says, where no container is needed to see it."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

DEPLOY = Path(__file__).parents[1] / "deploy"
LOCKS = sorted((DEPLOY / "locks").glob("*.txt"))


def read_compose(name: str) -> dict[str, Any]:
    yaml = pytest.importorskip("yaml")

    class Loader(yaml.SafeLoader):
        """Compose's files have a tag of their own: what is under it replaces and is not merged."""

    Loader.add_constructor(
        "!override",
        lambda loader, node: loader.construct_sequence(node) if node.id == "sequence" else loader.construct_mapping(node),
    )
    return yaml.load((DEPLOY / name).read_text(encoding="utf-8"), Loader)


def test_what_is_served_can_do_little_and_is_for_this_machine_alone() -> None:
    compose, podman = read_compose("compose.yaml"), read_compose("podman.yaml")
    for name in ("foyerdoc", "replica"):
        service = compose["services"][name]
        assert service["read_only"]
        assert service["cap_drop"] == ["ALL"]
        assert service["image"].startswith("localhost/")
        assert all(port.startswith("127.0.0.1:") for port in service["ports"])
    assert all("no-new-privileges:true" in service["security_opt"] for service in compose["services"].values())
    assert "ports" not in compose["services"]["db"]
    assert compose["services"]["db"]["networks"] == ["inside"]
    assert compose["networks"]["inside"]["internal"]
    assert all(port.startswith("127.0.0.1:") for port in podman["services"]["replica"]["ports"])


def test_podmans_file_speaks_of_nothing_else_than_composes() -> None:
    compose, podman = read_compose("compose.yaml"), read_compose("podman.yaml")
    assert set(podman) <= set(compose)
    for part, named in podman.items():
        assert set(named) <= set(compose[part])


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_what_langdetect_is_built_with_is_locked(lock: Path) -> None:
    (pattern,) = re.findall(r"sed -n '([^']+)'", (DEPLOY / "python.sh").read_text(encoding="utf-8"))
    found = subprocess.run(["sed", "-n", pattern, str(lock)], capture_output=True, text=True, check=True).stdout
    first, *hashes = found.splitlines()
    assert re.fullmatch(r"setuptools==[\d.]+ \\", first)
    assert hashes
    assert all(re.fullmatch(r" +--hash=sha256:[0-9a-f]{64}( \\)?", line) for line in hashes)
