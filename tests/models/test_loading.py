from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from foyerdoc.errors import UsageError
from foyerdoc.models.bases import Quantization, load_base
from foyerdoc.models.loading import find_device

BROKEN = """
import sys
from pathlib import Path
from foyerdoc.errors import MissingDependency

def load_base():
    from foyerdoc.models.bases import load_base
    load_base("e5", device="cpu")

def put_lora_on():
    import foyerdoc.models.lora

def load_the_language_model():
    from foyerdoc.models.local import LocalModel
    from foyerdoc.models.protocol import Message
    LocalModel(device="cpu").score((Message("user", "a"),), ["b"])

def optimise():
    import torch
    from foyerdoc.finetuning.config import TrainingConfig
    from foyerdoc.finetuning.training.flat import lay_out
    from foyerdoc.finetuning.training.optimizers import make_optimizer
    make_optimizer(lay_out({"a": torch.zeros(3)}), TrainingConfig(optimizer="paged_adamw8bit"))

def merge():
    from foyerdoc.finetuning.exporting.merging import merge_into
    merge_into(None, Path())

for use in (load_base, put_lora_on, load_the_language_model, optimise, merge):
    try:
        use()
    except MissingDependency as error:
        print(use.__name__, error.message, error.hint)
"""


@pytest.mark.parametrize("raised", ["ImportError", "OSError", "RuntimeError"])
def test_a_broken_bitsandbytes_is_named_with_what_mends_it(tmp_path: Path, raised: str) -> None:
    (tmp_path / "bitsandbytes").mkdir()
    (tmp_path / "bitsandbytes" / "__init__.py").write_text(f"raise {raised}('libcudart.so.11.0: cannot open shared object')")
    path = os.pathsep.join(filter(None, (str(tmp_path), os.environ.get("PYTHONPATH"))))
    done = subprocess.run(
        [sys.executable, "-c", BROKEN], env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    told = done.stdout.splitlines()
    assert [line.split()[0] for line in told] == ["load_base", "put_lora_on", "load_the_language_model", "optimise", "merge"]
    assert all(f"bitsandbytes does not load: {raised} pip install" in line for line in told)


WATCHED = """
import sys

class Watch:
    def find_spec(self, name, path=None, target=None):
        if name == "bitsandbytes":
            print("guarded" if sys.modules.get("kernels", 0) is None else "free to fetch")

sys.meta_path.insert(0, Watch())
from foyerdoc.models.embedded import embedded_embedder
"""
LOADS = {
    "LoRA": "import foyerdoc.models.lora",
    "an embedder": "from foyerdoc.embedding import SentenceEmbedder as E; E(embedded_embedder()).embed_queries(['a'])",
    "a cross-encoder": "from foyerdoc.models.loading import load_cross_encoder as load; load(embedded_embedder(), 'cpu')",
}


@pytest.mark.parametrize("load", LOADS.values(), ids=LOADS)
def test_bitsandbytes_takes_nothing_from_the_hub_and_advises_nothing(tmp_path: Path, load: str) -> None:
    """With the package `kernels` it would fetch code as soon as it is imported, on processors with bfloat16."""
    (tmp_path / "kernels.py").write_text("def get_kernel(*args, **settings): print('fetched', args)")
    path = os.pathsep.join(filter(None, (str(tmp_path), os.environ.get("PYTHONPATH"))))
    done = subprocess.run(
        [sys.executable, "-c", f"{WATCHED}\n{load}\nimport kernels; print(kernels.__name__)"],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "guarded\nkernels\n"
    assert "kernels" not in done.stderr


@pytest.mark.parametrize("named", ["nodevice", "cuda:99", "gpu 0", "mps", "meta", "cpu:1", "cuda:-1", "xpu", "xla"])
def test_a_device_that_is_not_there_or_not_supported_is_refused(named: str) -> None:
    with pytest.raises(UsageError, match=named) as caught:
        find_device(named)
    assert "cpu" in caught.value.hint


def test_a_device_is_found() -> None:
    assert find_device("cpu") == "cpu"
    assert find_device(None) in ("cpu", "cuda")


def test_eight_bits_that_are_resident_are_rounded_weights_alone() -> None:
    def weights(quantization: Quantization) -> torch.Tensor:
        base = load_base("e5", quantization=quantization, device="cpu", dtype="float32")
        assert base.resident == (quantization != "none")
        return base.model.encoder.layer[0].output.dense.weight

    eight, sixteen = weights("int8"), weights("none")
    assert type(eight) is torch.nn.Parameter
    # A row's greatest value is 127 steps.
    step = sixteen.abs().amax(dim=1, keepdim=True) / 127
    off = (eight - sixteen).abs()
    assert bool((off <= 0.51 * step + 1e-3).all())
    assert float(off.max()) > 0
