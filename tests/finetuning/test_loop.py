from __future__ import annotations

import errno
import itertools
import json
import os
import random
import resource
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors import SafetensorError

from foyerdoc.errors import TrainingError
from foyerdoc.finetuning.training.checkpoints import Checkpoints, fingerprint
from foyerdoc.finetuning.training.loop import Progress, fit
from foyerdoc.finetuning.training.planning import Plan
from tests.finetuning.words import CONFIG, Words, change, free_port, snapshot


def test_it_learns_and_reports() -> None:
    seen: list[Progress] = []
    history = fit(Words(), CONFIG, report=seen.append)
    assert len(history.losses) == 25
    assert history.losses[-1] < 0.7 * history.losses[0]
    assert history.tokens == 5 * sum(Words().sizes())
    assert history.best_epoch == 5
    assert [progress.step for progress in seen] == list(range(1, 26))
    assert seen[-1].seconds_left == 0
    assert seen[0].epoch == 1
    assert seen[-1].epoch == 5
    assert all(progress.tokens_per_second > 0 for progress in seen)


def test_the_same_seed_gives_the_same_losses() -> None:
    first, second = (fit(Words(dropout=0.3), CONFIG).losses for _ in range(2))
    other = fit(Words(dropout=0.3), change(seed=1)).losses
    assert first == second
    assert first != other


def test_parts_do_not_change_the_loss() -> None:
    whole, cut = Words(), Words()
    one = fit(whole, CONFIG)
    many = fit(cut, change(batch_tokens=31))
    assert many.losses == pytest.approx(one.losses, rel=1e-4)
    for name, tensor in whole.weights.items():
        torch.testing.assert_close(cut.weights[name], tensor, rtol=1e-3, atol=1e-4)


def test_fewer_examples_than_a_batch_and_none() -> None:
    history = fit(Words(n=3), CONFIG)
    assert len(history.losses) == 5
    assert history.losses[-1] < history.losses[0]
    with pytest.raises(TrainingError, match="no examples"):
        fit(Words(n=0), CONFIG)
    frozen = Words()
    frozen.weights = {}
    with pytest.raises(TrainingError, match="no parameters"):
        fit(frozen, CONFIG)


def test_the_best_pass_is_kept_and_training_stops_when_nothing_gets_better() -> None:
    task = Words(validation=[3.0, 1.0, 2.0, 1.5, 0.1])
    at_each_pass: list[dict[str, torch.Tensor]] = []
    evaluate = task.evaluate

    def watched() -> Mapping[str, float]:
        at_each_pass.append(snapshot(task))
        return evaluate()

    task.evaluate = watched  # type: ignore[method-assign]
    history = fit(task, change(patience=2))
    assert history.best_epoch == 2
    assert [measures["loss"] for measures in history.evaluations] == [3.0, 1.0, 2.0, 1.5]
    assert len(history.losses) == 20
    for name, tensor in task.weights.items():
        assert torch.equal(tensor, at_each_pass[1][name])
        assert tensor.grad is None


def test_the_head_has_its_own_rate() -> None:
    task = Words()
    before = snapshot(task)
    fit(task, change(learning_rate=1e-12, weight_decay=0.0))
    torch.testing.assert_close(task.weights["table"], before["table"], rtol=0, atol=1e-9)
    assert (task.weights["head.weight"] - before["head.weight"]).abs().max() > 0.1


def test_the_rate_rises_and_falls() -> None:
    plan = Plan([1] * 100, change(batch_examples=10, epochs=10, warmup=0.1))
    rates = [plan.rate(step) for step in range(plan.steps)]
    assert rates[:10] == pytest.approx([(step + 1) / 10 for step in range(10)])
    assert max(rates) == 1.0
    assert rates[10:] == sorted(rates[10:], reverse=True)
    assert 0 < rates[-1] < 0.001
    assert rates[55] == pytest.approx(0.5)


@given(st.lists(st.integers(0, 300), min_size=1, max_size=60), st.integers(1, 20), st.integers(16, 200), st.integers(1, 4))
def test_each_example_is_computed_once_a_pass(sizes: list[int], examples: int, tokens: int, processes: int) -> None:
    plan = Plan(sizes, change(batch_examples=examples, batch_tokens=tokens))
    done: list[int] = []
    for step in range(plan.steps_per_pass):
        for share in plan.shares(plan.rows(step), processes):
            for part in plan.parts(share):
                done += part
                assert len(part) == 1 or plan.tokens(part) <= tokens
    assert sorted(done) == list(range(len(sizes)))


def test_a_loss_that_is_not_a_number_leaves_the_last_good_parameters(tmp_path: Path) -> None:
    clean, task = Words(), Words(poison=5)
    plan = Plan(task.sizes(), CONFIG)
    bad = next(step for step in range(5, 10) if 5 in plan.rows(step))
    kept: list[dict[str, torch.Tensor]] = []
    fit(clean, CONFIG, report=lambda _: kept.append(snapshot(clean)))
    with pytest.raises(TrainingError, match=f"step {bad + 1} of 25 is not a number") as caught:
        fit(task, CONFIG, tmp_path)
    assert "learning_rate" in caught.value.hint
    for name, tensor in task.weights.items():
        assert torch.equal(tensor, kept[bad - 1][name])
    # What was saved after the first pass is still good: without the poison the run goes on to the same end.
    task.poison = None
    assert fit(task, CONFIG, tmp_path).losses == fit(Words(), CONFIG).losses


def start(about: dict[str, object], *launcher: str) -> subprocess.Popen[bytes]:
    root = Path(__file__).parents[2]
    command = [sys.executable, *launcher, "-m", "tests.finetuning.words", json.dumps(about)]
    return subprocess.Popen(command, cwd=root, env={**os.environ, "OMP_NUM_THREADS": "1"}, stderr=subprocess.PIPE)


def finish(process: subprocess.Popen[bytes]) -> None:
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors.decode()[:6000]


def result(path: Path, rank: int = 0) -> dict[str, object]:
    loaded: dict[str, object] = json.loads(path.with_name(f"{path.name}.{rank}").read_text())
    return loaded


def test_a_killed_run_goes_on_to_the_same_losses(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    killed = start({"dropout": 0.3, "out": str(tmp_path / "killed"), "folder": str(folder), "pause": 0.05})
    steps = random.Random().randint(2, 22)  # of 25
    deadline = time.monotonic() + 60
    while not any(int(path.name.split("-")[1]) >= steps for path in folder.glob("last-*")):
        assert time.monotonic() < deadline
        assert killed.poll() is None
        time.sleep(0.003)
    killed.kill()
    killed.communicate()
    resumed, whole = (Words(dropout=0.3, validation=[5.0, 4.0, 4.5, 3.0, 3.5]) for _ in range(2))
    resumed.evaluations = len(
        Checkpoints(folder, fingerprint(resumed.weights, resumed.lengths, CONFIG)).load().state.evaluations
    )
    history, expected = fit(resumed, CONFIG, folder), fit(whole, CONFIG)
    assert history.notes[0].startswith("went on after step "), "the run began anew"
    assert history.losses == expected.losses, f"killed after step {steps}"
    assert (history.evaluations, history.best_epoch, history.tokens) == (expected.evaluations, 4, expected.tokens)
    for name, tensor in whole.weights.items():
        assert torch.equal(tensor, resumed.weights[name])
    assert len(list(folder.glob("last-*"))) == 1
    assert [path.name for path in folder.glob("best-*")] == ["best-0004"]


@pytest.mark.parametrize("step", [1, 5, 6, 13])
def test_a_run_with_8_bit_adamw_goes_on_to_the_same_losses(tmp_path: Path, step: int) -> None:
    config = change(optimizer="paged_adamw8bit", batch_tokens=60)
    task, whole = Words(wide=5000), Words(wide=5000)

    def stop(progress: Progress) -> None:
        if progress.step == step:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fit(task, config, tmp_path, stop, checkpoint_seconds=0.0)
    resumed = fit(Words(wide=5000), config, tmp_path)
    expected = fit(whole, config)
    assert resumed.losses == expected.losses
    assert resumed.losses[-1] < resumed.losses[0]
    assert any("pages" in note for note in resumed.notes)


def test_a_finished_run_is_not_trained_again(tmp_path: Path) -> None:
    task = Words(validation=[3.0, 1.0, 2.0, 3.0, 4.0])
    first = fit(task, CONFIG, tmp_path)
    again = Words()
    second = fit(again, CONFIG, tmp_path)
    assert second.losses == first.losses
    assert second.best_epoch == 2
    for name, tensor in task.weights.items():
        assert torch.equal(tensor, again.weights[name])


def test_a_folder_of_another_run_is_refused(tmp_path: Path) -> None:
    fit(Words(), CONFIG, tmp_path)
    for task, config in ((Words(n=39), CONFIG), (Words(), change(seed=2))):
        with pytest.raises(TrainingError, match="another run"):
            fit(task, config, tmp_path)
    # Where it computes makes no other run of it.
    assert fit(Words(), change(device="cpu", checkpointing=True), tmp_path).notes == ("was finished after step 25",)


def test_two_processes_do_not_train_into_one_folder(tmp_path: Path) -> None:
    other = Checkpoints(tmp_path, "1")
    with pytest.raises(TrainingError, match="another process"):
        fit(Words(), CONFIG, tmp_path)
    other.close()
    fit(Words(), change(epochs=1), tmp_path)


def test_a_damaged_state_is_refused(tmp_path: Path) -> None:
    fit(Words(), CONFIG, tmp_path)
    (path,) = tmp_path.glob("last-*/state.safetensors")
    path.write_bytes(path.read_bytes()[:-5])
    with pytest.raises(TrainingError, match="damaged"):
        fit(Words(), CONFIG, tmp_path)


def in_a_step(monkeypatch: pytest.MonkeyPatch, task: Words, at: int, error: Exception) -> None:
    """Let the task's loss fail at its `at`th call."""
    whole, calls = task.loss, itertools.count(1)

    def failing(batch: Mapping[str, torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor]:
        if next(calls) == at:
            raise error
        return whole(batch)

    monkeypatch.setattr(task, "loss", failing)


OUT_OF_MEMORY = [
    torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB"),
    MemoryError(),
    RuntimeError("[enforce fail at alloc_cpu.cpp:121] DefaultCPUAllocator: not enough memory: you tried to allocate 9 bytes"),
]


@pytest.mark.parametrize("error", OUT_OF_MEMORY, ids=lambda error: type(error).__name__)
def test_memory_that_runs_out_in_a_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    task = Words()
    in_a_step(monkeypatch, task, 13, error)
    with pytest.raises(TrainingError, match="memory ran out") as caught:
        fit(task, CONFIG, tmp_path)
    assert "batch_tokens (now 4000)" in caught.value.hint
    # 5 steps a pass: two passes were saved.
    assert [path.name for path in tmp_path.glob("last-*")] == ["last-00000010-0002"]
    monkeypatch.undo()
    assert fit(task, CONFIG, tmp_path).losses == fit(Words(), CONFIG).losses


def test_another_error_passes_unchanged(monkeypatch: pytest.MonkeyPatch) -> None:
    task = Words()
    in_a_step(monkeypatch, task, 2, RuntimeError("shapes do not match"))
    with pytest.raises(RuntimeError, match="shapes do not match"):
        fit(task, CONFIG)


def on_saving(monkeypatch: pytest.MonkeyPatch, at: int, error: Exception) -> None:
    from safetensors import torch as library

    whole, calls = library.save_file, itertools.count(1)

    def failing(tensors: dict[str, torch.Tensor], path: Path) -> None:
        if next(calls) == at:
            path.write_bytes(b"half")
            raise error
        whole(tensors, path)

    monkeypatch.setattr(library, "save_file", failing)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "the disk is full"),
        (SafetensorError("Error while serializing: I/O error: No space left on device (os error 28)"), "the disk is full"),
        (OUT_OF_MEMORY[0], "memory ran out"),
        (MemoryError(), "memory ran out"),
    ],
)
def test_what_goes_wrong_while_saving(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, words: str) -> None:
    on_saving(monkeypatch, 3, error)
    task = Words()
    with pytest.raises(TrainingError, match=words):
        fit(task, CONFIG, tmp_path)
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == ["last-00000010-0002"]
    monkeypatch.undo()
    assert fit(Words(), CONFIG, tmp_path).losses == fit(Words(), CONFIG).losses


def test_a_disk_that_takes_no_more(tmp_path: Path) -> None:
    # What the kernel answers, not what we imagine it does: no file of this process may grow past the limit.
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1500, limits[1]))
    try:
        with pytest.raises(TrainingError, match="the disk is full"):
            fit(Words(), CONFIG, tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert not [path for path in tmp_path.iterdir() if path.is_dir()]


def test_two_processes_compute_what_one_does(tmp_path: Path) -> None:
    settings = {"config": {"batch_tokens": 40, "batch_examples": 9, "epochs": 3}}
    one = Words(validation=[5.0, 4.0, 4.5])
    history = fit(one, change(**settings["config"]))
    torchrun = (
        "-m",
        "torch.distributed.run",
        "--nproc-per-node",
        "2",
        "--master-addr",
        "127.0.0.1",
        "--master-port",
        free_port(),
    )
    folder = tmp_path / "run"
    finish(start({**settings, "out": str(tmp_path / "two"), "folder": str(folder)}, *torchrun))
    two, other = result(tmp_path / "two"), result(tmp_path / "two", rank=1)
    assert two["losses"] == pytest.approx(history.losses, rel=1e-5)
    expected = [float(tensor.double().abs().sum()) for tensor in one.weights.values()]
    assert two["parameters"] == pytest.approx(expected, rel=1e-5)
    assert other["parameters"] == two["parameters"]
    assert len(list(folder.glob("last-*"))) == 1


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
@pytest.mark.parametrize("dropout", [0.0, 0.3])
def test_replayed_steps_are_those_that_were_computed(dropout: float) -> None:
    config = change(batch_tokens=100, epochs=20)
    plain, recorded = (Words(dropout=dropout, device="cuda", fixed=True) for _ in range(2))
    one, two = fit(plain, config, record=False), fit(recorded, config)
    assert "replayed" in two.notes[-1]
    assert int(two.notes[-1].split()[0]) > 50
    if dropout == 0.0:
        assert two.losses == pytest.approx(one.losses, rel=1e-4)
    else:
        # A replay draws other numbers than a computed step, but draws new ones each time.
        assert len(set(two.losses)) == len(two.losses)
        assert two.losses[-1] < 0.9 * two.losses[0]
