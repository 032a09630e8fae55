"""GGUF files in a real llama.cpp, beside transformers on the merged weights that they were written from.

Skipped where llama-cpp-python is not installed, as in `make test`: it builds from source for minutes. `make test-gguf` installs
it aside and runs this.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

pytest.importorskip("llama_cpp", reason="llama-cpp-python is not installed: `make test-gguf` builds it and runs this")

from foyerdoc.finetuning.exporting import merging
from foyerdoc.finetuning.exporting.export import UnpackedModel, export
from foyerdoc.finetuning.exporting.gguf import GgufKind, write_gguf
from foyerdoc.finetuning.exporting.llamacpp import LlamaCppModel
from foyerdoc.finetuning.exporting.parity import Answerer, Limits, bundled_probes
from foyerdoc.models.conversations import encode_conversation, encode_text
from foyerdoc.models.embedded import embedded_generator
from foyerdoc.models.local import LocalModel
from foyerdoc.models.protocol import Message
from tests.finetuning.small_models import save_adapter, save_llama

TALKS = [
    [Message("user", "What is the capital of France? Answer in one word.")],
    [Message("system", "You are brief."), Message("user", "Nenne die Hauptstadt von Deutschland, bitte.")],
    [Message("user", "Combien font 12,50 € + 7,50 € ?\n\n1. réponds\n2. explique   pourquoi")],
]
TEXTS = ["Paris", "Berlin", "glass", "1 234,56 €", "été", "  two  spaces\n\nand lines", "don't", "<|im_end|>", "日本"]


@pytest.fixture(scope="module")
def merged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """SmolLM2 with a random adapter merged in."""
    home = tmp_path_factory.mktemp("smollm2")
    adapter = save_adapter(embedded_generator(), home / "adapter", strength=0.003)
    folder = home / "merged"
    folder.mkdir()
    merging.merge(embedded_generator(), adapter, folder)
    return folder


@pytest.fixture(scope="module")
def ours(merged: Path) -> Iterator[LocalModel]:
    model = LocalModel(merged, quantization="none", dtype="float32", device="cpu")
    yield model
    model.close()


def scores(model: Answerer) -> NDArray[np.float64]:
    return np.concatenate([model.score(talk, TEXTS[:5]) for talk in TALKS])


def say(figure: str) -> None:
    sys.stdout.write(f"\n{figure}\n")


def written(merged: Path, kind: GgufKind) -> LlamaCppModel:
    path = merged.parent / f"{kind}.gguf"
    if not path.exists():
        started = time.perf_counter()
        write_gguf(merged, path, kind, name="mailbox")
        say(f"{kind}: {path.stat().st_size / 1e6:.0f} MB written in {time.perf_counter() - started:.1f} s")
    return LlamaCppModel(path, context=1024)


def test_prompts_are_the_same_tokens(merged: Path, ours: LocalModel) -> None:
    theirs = written(merged, "bf16")
    tokenizer = ours._tokenizer()
    probes = [list(probe.conversation) for probe in bundled_probes()]
    for talk in [*TALKS, *probes]:
        assert theirs.tokens(talk) == encode_conversation(tokenizer, talk)
    for text in [*TEXTS, *bundled_probes()[0].labels]:
        assert theirs.text_tokens(text) == encode_text(tokenizer, text), text
    assert theirs.ends(tokenizer.eos_token_id)
    theirs.close()


@pytest.mark.parametrize(("kind", "mean", "most"), [("bf16", 0.05, 0.1), ("q8_0", 0.3, 1.0), ("q4_k_m", 0.4, 1.0)])
def test_scores_are_those_of_the_files_own_weights(
    kind: GgufKind, mean: float, most: float, merged: Path, ours: LocalModel
) -> None:
    """llama.cpp rounds activations to 8 bits, which moves log-probabilities by some tenths: no more may be in between."""
    theirs = written(merged, kind)
    unpacked = UnpackedModel(merged.parent / f"{kind}.gguf", merged)
    found, same, whole = (scores(model) for model in (theirs, unpacked, ours))
    apart = np.abs(found - same)
    say(f"{kind}: log-probabilities differ from the same weights in float32 by {apart.mean():.3f}, {apart.max():.3f} at most")
    say(f"{kind}: and from the merged weights by {np.abs(found - whole).mean():.3f}, {np.abs(found - whole).max():.3f} at most")
    assert apart.mean() < mean
    assert apart.max() < most
    theirs.close()
    unpacked.close()


def test_greedy_text_is_that_of_the_merged_weights(merged: Path, ours: LocalModel) -> None:
    expected = ours.generate(TALKS, max_tokens=24)
    theirs = written(merged, "bf16")
    found = theirs.generate(TALKS, max_tokens=24)
    say(f"bf16: {sum(a.text == b.text for a, b in zip(expected, found, strict=True))} of {len(TALKS)} answers are the same")
    assert [answer.text for answer in found] == [answer.text for answer in expected]
    theirs.close()


@pytest.mark.parametrize("changes", [{}, {"hidden_size": 256}, {"kind": "mistral", "head_dim": 32}, {"tied": True}])
def test_other_shapes_run(changes: dict[str, object], tmp_path: Path) -> None:
    model = save_llama(tmp_path / "model", **changes)
    plain = LocalModel(model, quantization="none", dtype="float32", device="cpu")
    talk, texts = [Message("user", "the policy covers hail")], ["hail", "glass", "été 12"]
    kinds: tuple[GgufKind, ...] = ("bf16", "q8_0", "q4_k_m")
    for kind in kinds:
        path = tmp_path / f"{kind}.gguf"
        write_gguf(model, path, kind, name="small")
        theirs = LlamaCppModel(path, context=256)
        assert theirs.tokens(talk) == encode_conversation(plain._tokenizer(), talk)
        # The same weights: transformers knows a Mistral by another name, hence the model itself where nothing was packed.
        same = plain if kind == "bf16" else UnpackedModel(path, model)
        np.testing.assert_allclose(theirs.score(talk, texts), same.score(talk, texts), rtol=0.01 if kind == "bf16" else 0.05)
        theirs.close()


def test_llama_3_rotary_embeddings_run(tmp_path: Path) -> None:
    rope = {
        "rope_type": "llama3",
        "rope_theta": 10000.0,
        "factor": 8.0,
        "low_freq_factor": 1.0,
        "high_freq_factor": 4.0,
        "original_max_position_embeddings": 32,
    }
    model = save_llama(tmp_path / "model", rope_parameters=rope)
    expected = LocalModel(model, quantization="none", dtype="float32", device="cpu")
    talk, texts = [Message("user", "the policy covers hail and glass " * 8)], ["hail", "glass", "été 12"]
    write_gguf(model, tmp_path / "m.gguf", "bf16", name="small")
    theirs = LlamaCppModel(tmp_path / "m.gguf", context=512)
    np.testing.assert_allclose(theirs.score(talk, texts), expected.score(talk, texts), atol=0.1)
    theirs.close()


def test_the_gate_is_run_by_llama_cpp_where_it_is_there(tmp_path: Path) -> None:
    base = save_llama(tmp_path / "base")
    adapter = save_adapter(base, tmp_path / "mailbox")
    rows = [(Message("user", "the policy covers hail"), Message("assistant", answer)) for answer in ("hail", "glass")]
    done = export(adapter, "gguf", tmp_path / "out", labelled=rows, limits=Limits(0, 99, 0, 1))
    assert [row.engine for row in done.parity[1:]] == ["llama.cpp", "llama.cpp"]
