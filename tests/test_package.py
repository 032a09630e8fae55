from __future__ import annotations

import json
import subprocess
import sys

import pytest

import foyerdoc

HEAVY = (
    "torch", "transformers", "faiss", "llama_index", "unstructured", "numpy", "pydantic", "pypdfium2", "lxml", "orjson",
    "babel", "phonenumbers", "schwifty", "stdnum",
)  # fmt: skip


def in_a_fresh_process(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60).stdout


def test_importing_the_package_is_quick_and_loads_nothing_heavy() -> None:
    code = """
import sys, time, json
before = set(sys.modules)
started = time.process_time()
import foyerdoc
seconds = time.process_time() - started
print(json.dumps([seconds, sorted({name.partition(".")[0] for name in set(sys.modules) - before})]))
"""
    seconds, loaded = json.loads(in_a_fresh_process(code))
    assert not set(loaded) & set(HEAVY)
    assert seconds < 0.3


def test_importing_the_index_does_not_load_llama_index_or_torch() -> None:
    code = "import sys; from foyerdoc import Index; print(*sys.modules)"
    loaded = {name.partition(".")[0] for name in in_a_fresh_process(code).split()}
    assert not loaded & {"llama_index", "faiss", "torch", "transformers"}


def test_importing_the_extractor_does_not_load_what_reads_values() -> None:
    code = "import sys; from foyerdoc import Extractor; print(*sys.modules)"
    loaded = {name.partition(".")[0] for name in in_a_fresh_process(code).split()}
    assert not loaded & {"babel", "phonenumbers", "schwifty", "stdnum", "torch", "transformers"}


def test_every_public_name_is_there_and_no_other() -> None:
    for name in foyerdoc.__all__:
        assert getattr(foyerdoc, name) is not None
    assert sorted(foyerdoc.__all__) == sorted(foyerdoc._HOME)
    assert set(dir(foyerdoc)) == {*foyerdoc.__all__, "__version__"}
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        foyerdoc.nonsense  # noqa: B018


def test_errors_are_one_tree_with_codes_of_their_own() -> None:
    import copy
    import pickle

    from foyerdoc.errors import FoyerdocError, by_code

    pending, codes = [FoyerdocError], []
    while pending:
        kind = pending.pop()
        codes.append(kind.code)
        assert by_code(kind.code) is kind
        pending += kind.__subclasses__()
    assert len(set(codes)) == len(codes)
    error = FoyerdocError("what happened", hint="what to do")
    for twin in (copy.copy(error), pickle.loads(pickle.dumps(error))):
        assert (twin.message, twin.hint, str(twin)) == ("what happened", "what to do", "what happened (what to do)")
