"""Files of the user's that do anything else than define what is named: one error that names the file."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from foyerdoc.errors import UsageError
from foyerdoc.extraction.named import load_schema

GOOD = "from pydantic import BaseModel\n\nclass Bill(BaseModel):\n    total: str\n"


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("import sys; sys.exit(3)", "SystemExit"),
        ("raise SystemExit", "SystemExit"),
        ("raise GeneratorExit", "GeneratorExit"),
        ("raise BaseException('private')", "BaseException"),
        ("raise StopIteration", "StopIteration"),
        ("1 / 0", "ZeroDivisionError"),
        ("def", "SyntaxError"),
    ],
)
def test_a_schema_file_that_ends_the_program_is_named(tmp_path, line, says):
    path = tmp_path / "schemas.py"
    path.write_text(f"{GOOD}\n{line}\n")
    with pytest.raises(UsageError, match=rf"schemas\.py stopped with {says}") as caught:
        load_schema(f"{path}:Bill")
    assert "private" not in str(caught.value)


@pytest.mark.parametrize("name", ["schemas.py:Bill", "schemas.py", "foyerdoc.nowhere:Bill", ""])
def test_what_is_not_there_is_named(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="no schema"):
        load_schema(name)


def test_a_pressed_key_still_ends_the_command(tmp_path):
    path = tmp_path / "schemas.py"
    path.write_text(f"{GOOD}\nimport time\nprint('waiting', flush=True)\nwhile True:\n    time.sleep(0.01)\n")
    # A suite that runs in the background ignores the key, and so would what it starts.
    code = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    code += f"from foyerdoc.extraction.named import load_schema; load_schema({str(path) + ':Bill'!r})"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "waiting\n"
        process.send_signal(signal.SIGINT)
        try:
            _, told = process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == -signal.SIGINT
    assert "UsageError" not in told
