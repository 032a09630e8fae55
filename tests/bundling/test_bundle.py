"""A bundle of two small wheels, made and installed without network: the whole one is too large for tests."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from foyerdoc.bundling import bundle, differences
from foyerdoc.bundling.sbom import Wheel, bill
from foyerdoc.errors import DamagedFile, ReadError, UsageError
from foyerdoc.storage import open_folder

SAYS = "import sys\ndef app():\n    print('foyerdoc', *sys.argv[1:])\n"


BUILDS = """import zipfile
def build_wheel(folder, *_):
    about, name = "source-1.0.dist-info", "source-1.0-py3-none-any.whl"
    with zipfile.ZipFile(f"{folder}/{name}", "w") as archive:
        archive.writestr("source.py", "built_with = 'VERSION'")
        archive.writestr(f"{about}/METADATA", "Metadata-Version: 2.4\\nName: source\\nVersion: 1.0\\n")
        archive.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        archive.writestr(f"{about}/RECORD", "")
    return name
"""


def make_wheel(folder: Path, name: str, code: str, *told: str, script: str = "", version: str = "1.0") -> Path:
    """A wheel of one module."""
    about = f"{name}-{version}.dist-info"
    files = {
        f"{name}.py": code,
        f"{about}/METADATA": "\n".join(["Metadata-Version: 2.4", f"Name: {name}", f"Version: {version}", *told, "", ""]),
        f"{about}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        **({f"{about}/entry_points.txt": script} if script else {}),
    }
    path = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for place, content in files.items():
            archive.writestr(place, content)
        archive.writestr(f"{about}/RECORD", "".join(f"{place},,\n" for place in [*files, f"{about}/RECORD"]))
    return path


def make_source(folder: Path) -> Path:
    """A package without a wheel, which `builder` builds."""
    path = folder / "source-1.0.tar.gz"
    files = {
        "pyproject.toml": '[build-system]\nrequires = ["builder"]\nbuild-backend = "builder"\n',
        "PKG-INFO": "Metadata-Version: 2.4\nName: source\nVersion: 1.0\n",
    }
    with tarfile.open(path, "w:gz") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(f"source-1.0/{name}")
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content.encode()))
    return path


def locked(*paths: Path) -> str:
    """The lines of a lock."""
    return "".join(
        f"{path.name.split('-')[0]}==1.0 --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n" for path in paths
    )


@pytest.fixture
def offline(tmp_path, monkeypatch):
    """A lock, and a wheel of foyerdoc that only says its name. What pip can find is one folder."""
    folder = tmp_path / "index"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    needed = make_wheel(folder, "needed", "", "License-Expression: MIT")
    lock = tmp_path / "lock.txt"
    lock.write_text(locked(needed), encoding="utf-8")
    script = "[console_scripts]\nfoyerdoc = foyerdoc:app\n"
    project = make_wheel(
        tmp_path, "foyerdoc", SAYS, "License: Apache-2.0", "Requires-Dist: Needed>=1 ; os_name != 'x'", script=script
    )
    return lock, project


def test_made_installed_and_checked(offline, tmp_path):
    folder = bundle(tmp_path / "bundle", *offline)
    assert {path.name for path in (folder / "wheels").iterdir()} == {
        "needed-1.0-py3-none-any.whl",
        "foyerdoc-1.0-py3-none-any.whl",
    }
    assert (folder / "tessdata" / "deu.traineddata").is_file()
    assert open_folder(folder, kind="bundle", version=1)["python"] == "{}.{}".format(*sys.version_info)

    cut = (
        ["unshare", "-n"]
        if shutil.which("unshare") and subprocess.run(["unshare", "-n", "true"], check=False).returncode == 0
        else []
    )
    target = tmp_path / "installed"
    command = [*cut, "sh", str(folder / "install.sh"), str(target), sys.executable]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["foyerdoc models fetch", "foyerdoc doctor"]

    share = target / "share" / "foyerdoc"
    assert {"needed is not installed", "foyerdoc is 0.1.0, bundled was 1.0"} == set(
        differences(share)
    )  # of the tests' own Python
    (share / "tessdata" / "deu.traineddata").write_bytes(b"another")
    (share / "models" / "e5-small-q4.bin").unlink()
    assert [one.rpartition(" is ")[2] for one in differences(share)][2:] == ["missing", "altered"]
    (share / "manifest.json").write_text("{", encoding="utf-8")
    assert differences(share) == [f"{share / 'manifest.json'} cannot be read"]


def test_an_altered_bundle_is_not_installed(offline, tmp_path):
    folder = bundle(tmp_path / "bundle", *offline)
    with (folder / "wheels" / "needed-1.0-py3-none-any.whl").open("ab") as wheel:
        wheel.write(b"more")
    command = ["sh", str(folder / "install.sh"), str(tmp_path / "installed"), sys.executable]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 1
    assert not (tmp_path / "installed").exists()


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda folder: (folder / "models" / "more.bin").write_bytes(b"x"), "models/more.bin is no part of the bundle"),
        (lambda folder: (folder / "tessdata" / "deu.traineddata").unlink(), "tessdata/deu.traineddata is missing"),
        (lambda folder: (folder / "requirements.txt").write_text(""), "requirements.txt is altered"),
        (lambda folder: (folder / "manifest.json").write_text("{"), "manifest.json is missing or damaged"),
        (lambda folder: (folder / "manifest.json").write_text('{"files": null, "python": ""}'), "missing or damaged"),
        (lambda folder: (folder / "manifest.json").write_text("[" * 100_000), "manifest.json is missing or damaged"),
        (lambda folder: (folder / "manifest.json").unlink(), "manifest.json is missing or damaged"),
        (lambda folder: other_python(folder / "manifest.json"), "the bundle is for Python 2.7"),
    ],
    ids=["more", "fewer", "altered", "half a manifest", "no files", "deep", "no manifest", "another Python"],
)
def test_what_is_wrong_with_a_bundle_is_said_before_anything_is_installed(offline, tmp_path, spoil, says):
    folder = bundle(tmp_path / "bundle", *offline)
    spoil(folder)
    command = ["sh", str(folder / "install.sh"), str(tmp_path / "installed"), sys.executable]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "installed").exists()


def other_python(manifest):
    manifest.write_text(json.dumps({**json.loads(manifest.read_bytes()), "python": "2.7"}))


def test_a_folder_that_holds_something_else_is_left_alone(offline, tmp_path):
    folder = bundle(tmp_path / "bundle", *offline)
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter").write_text("mine")
    for target in (tmp_path / "thesis", tmp_path / "thesis" / "chapter"):
        done = subprocess.run(
            ["sh", folder / "install.sh", target, sys.executable], capture_output=True, text=True, check=False
        )
        assert (done.returncode, "holds something else" in done.stderr) == (2, True)
    assert [path.name for path in (tmp_path / "thesis").iterdir()] == ["chapter"]


def test_locks_and_projects_that_are_none(offline, tmp_path):
    lock, project = offline
    nonsense = tmp_path / "nonsense.txt"
    nonsense.write_bytes(b"\xff\x00 {[")
    with pytest.raises(ReadError, match="pip download"):
        bundle(tmp_path / "bundle", nonsense, project)
    with pytest.raises(ReadError, match="pip wheel"):
        bundle(tmp_path / "bundle", lock, lock)
    (tmp_path / "empty.txt").touch()
    with pytest.raises(UsageError, match="names no package"):
        bundle(tmp_path / "bundle", tmp_path / "empty.txt", project)
    other = tmp_path / "index" / "needed-1.0-py3-none-any.whl"
    with pytest.raises(UsageError, match="is not foyerdoc"):
        bundle(tmp_path / "bundle", lock, other)
    assert not (tmp_path / "bundle").exists()
    without_name = make_wheel(tmp_path, "anonymous", "")
    with zipfile.ZipFile(without_name, "w") as archive:
        archive.writestr("anonymous-1.0.dist-info/METADATA", "Summary: nothing\n\n")
    with pytest.raises(DamagedFile, match="its name"):
        Wheel.of(without_name)


def test_what_is_bundled_is_what_is_locked(offline, tmp_path):
    lock, project = offline
    make_wheel(tmp_path / "index", "needed", "altered = True", "License-Expression: MIT")
    with pytest.raises(ReadError, match="pip download"):
        bundle(tmp_path / "bundle", lock, project)
    assert not (tmp_path / "bundle").exists()
    with pytest.raises(UsageError, match="is not there"):
        bundle(tmp_path / "bundle", tmp_path / "no.txt", project)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "file").touch()
    with pytest.raises(UsageError, match="something else"):
        bundle(tmp_path / "other", lock, project)


def test_what_has_no_wheel_is_built_with_what_is_locked(offline, tmp_path):
    lock, project = offline
    index = tmp_path / "index"
    source = make_source(index)
    builder = make_wheel(index, "builder", BUILDS.replace("VERSION", "1.0"))
    make_wheel(index, "builder", BUILDS.replace("VERSION", "2.0"), version="2.0")  # which pip would take
    lock.write_text(locked(source, builder), encoding="utf-8")
    folder = bundle(tmp_path / "a bundle", lock, project)
    with zipfile.ZipFile(folder / "wheels" / "source-1.0-py3-none-any.whl") as wheel:
        assert wheel.read("source.py") == b"built_with = '1.0'"

    lock.write_text(locked(source), encoding="utf-8")
    with pytest.raises(ReadError, match="pip wheel") as failed:
        bundle(tmp_path / "another", lock, project)
    assert "what it is built with" in failed.value.hint


def test_the_bill_of_materials(tmp_path):
    from foyerdoc.models import embedded

    text = "License: " + "A licence's whole text. " * 20
    wheels = [
        Wheel.of(
            make_wheel(
                tmp_path, "one", "", "License-Expression: MIT", "Summary: First", "Requires-Dist: Two_[x]>1; extra == 'y'"
            )
        ),
        Wheel.of(
            make_wheel(tmp_path, "two", "", text, "Classifier: License :: OSI Approved :: BSD License", "Requires-Dist: one<2")
        ),
    ]
    told = json.loads(json.dumps(bill(wheels, embedded.MODELS)))
    assert told["bomFormat"] == "CycloneDX"
    first, second, *models = told["components"]
    assert first["purl"] == "pkg:pypi/one@1.0"
    assert first["licenses"] == [{"license": {"name": "MIT"}}]
    assert second["licenses"] == [{"license": {"name": "BSD License"}}]
    assert [one["type"] for one in models] == ["machine-learning-model"] * 2
    assert told["dependencies"] == [
        {"ref": "pkg:pypi/one@1.0", "dependsOn": []},
        {"ref": "pkg:pypi/two@1.0", "dependsOn": ["pkg:pypi/one@1.0"]},
    ]
    assert first["hashes"][0]["content"] == hashlib.sha256(wheels[0].path.read_bytes()).hexdigest()
    (tmp_path / "no.whl").write_bytes(b"no")
    with pytest.raises(DamagedFile):
        Wheel.of(tmp_path / "no.whl")
