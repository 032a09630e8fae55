from __future__ import annotations

import importlib.metadata
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch.torch_version import TorchVersion
from transformers import LlamaForCausalLM

from foyerdoc import storage
from foyerdoc.errors import MissingDependency, ModelError, TrainingError, UsageError
from foyerdoc.finetuning import answering
from foyerdoc.finetuning.answering import AnsweringTask, encode_turns, end_token
from foyerdoc.finetuning.config import TrainingConfig
from foyerdoc.finetuning.instruct import TrainedInstruct, train_instruct
from foyerdoc.finetuning.training import parallel
from foyerdoc.models.conversations import encode_conversation, encode_text
from foyerdoc.models.local import LocalModel
from foyerdoc.models.protocol import Message
from tests.finetuning.words import free_port
from tests.models.two_layers import save_two_layers

COLOURS = {"hail": "blue", "theft": "red", "glass": "green", "fire": "white"}


def conversation(word: str, n: int = 1) -> tuple[Message, ...]:
    return (Message("user", f"Claim {n}: {word}. " * (1 + n % 3) + "Colour?"), Message("assistant", COLOURS[word]))


EXAMPLES = [conversation(word, n) for n in range(4) for word in COLOURS]
VALIDATION = [conversation(word, 7) for word in COLOURS]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two random layers under the embedded model's tokenizer."""
    return save_two_layers(tmp_path_factory.mktemp("base"), positions=256, spread=0.1)


@pytest.fixture(scope="module")
def tokenizer(base: Path) -> object:
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(base)


def settings(folder: Path, **others: object) -> TrainingConfig:
    about = {"base": str(folder), "epochs": 8, "batch_examples": 4, "batch_tokens": 256, "learning_rate": 0.01, "device": "cpu"}
    return TrainingConfig(**{**about, **others})


@pytest.fixture(scope="module")
def trained(base: Path, tmp_path_factory: pytest.TempPathFactory) -> TrainedInstruct:
    return train_instruct(EXAMPLES, tmp_path_factory.mktemp("out") / "adapter", settings(base), validation=VALIDATION)


def test_training_shows_what_inference_shows(tokenizer: object) -> None:
    end = end_token(tokenizer)
    assert end == tokenizer.eos_token_id
    for asked in (
        [Message("user", "Where does it apply? <|im_end|> é 12,50 €")],
        [Message("system", "Be brief."), Message("user", "A"), Message("assistant", "B"), Message("user", "C")],
    ):
        turns = encode_turns(tokenizer, [*asked, Message("assistant", "In <|im_start|>Europe.")], end)
        prompt = encode_conversation(tokenizer, asked)
        answer = [*encode_text(tokenizer, "In <|im_start|>Europe."), end]
        assert list(turns.ids) == prompt + answer
        assert turns.learnt[-len(answer) :] == tuple(range(len(prompt), len(turns.ids)))
        earlier = [turns.ids[at] for at in turns.learnt[: -len(answer)]]
        assert earlier == ([*encode_text(tokenizer, "B"), end] if len(asked) > 1 else [])
        assert turns.left_out == 0


def test_a_template_that_rewrites_earlier_answers(base: Path) -> None:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(base)
    # As templates do that drop a model's thoughts once the conversation goes on.
    tokenizer.chat_template = tokenizer.chat_template.replace(
        "+ message['content'] +", "+ (message['content'] if loop.last else message['content'][:2]) +"
    )
    said = [Message("user", "A"), Message("assistant", "long"), Message("user", "C"), Message("assistant", "short")]
    turns = encode_turns(tokenizer, said, end_token(tokenizer))
    assert turns.left_out == 1
    assert [turns.ids[at] for at in turns.learnt] == [*encode_text(tokenizer, "short"), tokenizer.eos_token_id]


def test_the_loss_is_that_of_the_answers_alone(base: Path, tokenizer: object, monkeypatch: pytest.MonkeyPatch) -> None:
    from transformers import AutoModelForCausalLM

    from foyerdoc.models.bases import load_base
    from foyerdoc.models.lora import add_lora

    loaded = load_base(base, quantization="none", device="cpu", dtype="float32", head="lm")
    model = add_lora(loaded.model, rank=2, alpha=4, dropout=0.0, seed=0)
    turns = [encode_turns(tokenizer, one, end_token(tokenizer)) for one in EXAMPLES[:5]]
    task = AnsweringTask(model, turns, [], batch_tokens=256)
    plain = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32).eval()
    expected, count = 0.0, 0
    for one in turns:
        with torch.inference_mode():
            logits = plain(input_ids=torch.tensor([one.ids])).logits[0].log_softmax(-1)
        expected -= float(sum(logits[at - 1, one.ids[at]] for at in one.learnt))
        count += len(one.learnt)
    batch = task.collate(range(5), 0)
    found = {}
    for name, at_once in (("at once", 1000), ("in pieces", 3)):
        monkeypatch.setattr(answering, "_HEAD_AT_ONCE", at_once)
        loss, weight = task.loss(batch)
        assert float(loss) == pytest.approx(expected, rel=1e-4)
        assert int(weight) == count
        model.zero_grad()
        loss.backward()
        loss = loss.detach()
        found[name] = torch.cat([tensor.grad.flatten() for tensor in task.parameters().values()])
    torch.testing.assert_close(found["in pieces"], found["at once"], rtol=1e-3, atol=1e-5 * float(found["at once"].abs().max()))
    # As on a GPU, where batches get one of few shapes.
    padded = answering._padded(batch, max(len(one.ids) for one in turns))
    assert len(padded["ids"]) == 1024
    loss, weight = task.loss(padded)
    assert float(loss) == pytest.approx(expected, rel=1e-4)
    assert int(weight) == count
    # Logits that a model scales after its head come from the model itself.
    task._plain = False
    assert float(task.loss(batch)[0]) == pytest.approx(expected, rel=1e-4)


def test_it_learns_and_the_adapter_answers(base: Path, trained: TrainedInstruct) -> None:
    history = trained.history
    assert history.losses[-1] < 0.85 * history.losses[0]
    assert trained.metrics["tuned"]["loss"] < 0.85 * trained.metrics["base"]["loss"]
    assert trained.notes == ()
    about = json.loads((trained.folder / "training.json").read_bytes())
    assert about["conversations"] == 16
    assert about["config"]["rank"] == 16
    assert about["best_epoch"] == history.best_epoch
    assert about["versions"]["torch"] == importlib.metadata.version("torch")
    assert about["losses"] == list(history.losses)
    storage.open_folder(trained.folder, kind="adapter", version=1)
    assert not list(trained.folder.parent.glob(".*"))
    plain = LocalModel(base, device="cpu")
    tuned = LocalModel(base, adapter=trained.folder, device="cpu")
    for word, colour in COLOURS.items():
        asked = conversation(word)[:-1]
        assert tuned.score(asked, [colour])[0] > plain.score(asked, [colour])[0] + 1


def test_the_embedded_model_learns_to_answer(tmp_path: Path) -> None:
    config = TrainingConfig(base="smollm2", epochs=5, batch_examples=4, batch_tokens=512, learning_rate=3e-3, device="cpu")
    trained = train_instruct(EXAMPLES[:4], tmp_path / "adapter", config)
    assert trained.history.losses[-1] < 0.5
    model = LocalModel(adapter=trained.folder, device="cpu")
    answers = model.generate([conversation(word, 0)[:-1] for word in COLOURS], max_tokens=5)
    assert [(answer.text, answer.finish) for answer in answers] == [(colour, "stop") for colour in COLOURS.values()]


def test_other_bits_of_the_same_base_pass_the_probe(base: Path, trained: TrainedInstruct) -> None:
    model = LocalModel(base, adapter=trained.folder, quantization="none", dtype="float32", device="cpu")
    assert model.score(conversation("hail")[:-1], ["blue"])[0] < 0


def test_another_base_or_adapter_fails_loudly(base: Path, trained: TrainedInstruct, tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    other = tmp_path / "other"
    shutil.copytree(base, other)
    weights = load_file(other / "model.safetensors")
    save_file({name: tensor + 0.1 for name, tensor in weights.items()}, other / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ModelError, match="was trained on"):
        LocalModel(other, adapter=trained.folder, device="cpu").score(conversation("hail")[:-1], ["blue"])
    altered = tmp_path / "altered"
    shutil.copytree(trained.folder, altered)
    weights = load_file(altered / "adapter_model.safetensors")
    save_file({name: -tensor for name, tensor in weights.items()}, altered / "adapter_model.safetensors")
    with pytest.raises(ModelError, match="altered"):
        LocalModel(base, adapter=altered, device="cpu").score(conversation("hail")[:-1], ["blue"])
    # The same with checksums that fit: what it computes gives it away.
    with storage.new_folder(tmp_path / "forged", kind="adapter", version=1) as forged:
        for name in ("adapter_model.safetensors", "adapter_config.json", "probe.json"):
            shutil.copy(altered / name, forged)
        weights = {name: tensor * 3 for name, tensor in load_file(altered / "adapter_model.safetensors").items()}
        save_file(weights, forged / "adapter_model.safetensors")
    with pytest.raises(ModelError, match="probe is off by"):
        LocalModel(base, adapter=tmp_path / "forged", device="cpu").score(conversation("hail")[:-1], ["blue"])


def test_an_interrupted_training_goes_on(base: Path, trained: TrainedInstruct, tmp_path: Path) -> None:
    def stop(progress: object) -> None:
        if progress.step == 14:  # of 32
            raise KeyboardInterrupt

    arguments = (EXAMPLES, tmp_path / "adapter", settings(base))
    with pytest.raises(KeyboardInterrupt):
        train_instruct(*arguments, validation=VALIDATION, report=stop)
    assert not (tmp_path / "adapter").exists()
    again = train_instruct(*arguments, validation=VALIDATION)
    assert again.notes == ("went on after step 12",)
    assert again.history.losses == trained.history.losses
    first, second = (folder / "adapter_model.safetensors" for folder in (trained.folder, again.folder))
    assert first.read_bytes() == second.read_bytes()


def test_a_folder_that_holds_something_else_is_left_alone(base: Path, tmp_path: Path) -> None:
    with storage.new_folder(tmp_path / "out", kind="classifier", version=2) as folder:
        (folder / "content").write_text("mine")
    with pytest.raises(UsageError, match="something else"):
        train_instruct(EXAMPLES, tmp_path / "out", settings(base))
    assert (tmp_path / "out" / "content").read_text() == "mine"


def test_what_cannot_be_learnt_from(base: Path, tmp_path: Path) -> None:
    long = (Message("user", "hail " * 300), Message("assistant", "blue"))
    with pytest.raises(TrainingError, match="none of 1 conversations"):
        train_instruct([long], tmp_path / "a", settings(base))
    with pytest.raises(TrainingError, match="none of 0"):
        train_instruct([], tmp_path / "a", settings(base))
    with pytest.raises(ModelError, match="ends with the assistant's message"):
        train_instruct([conversation("hail")[:1]], tmp_path / "a", settings(base))
    with pytest.raises(ModelError, match="no chat template"):
        train_instruct(EXAMPLES, tmp_path / "a", settings(base, base="e5"))
    kept = train_instruct([long, *EXAMPLES[:3]], tmp_path / "a", settings(base, epochs=1))
    assert kept.notes == ("1 training conversations of more than 256 tokens left out: numbers 0",)
    assert kept.metrics == {}


@pytest.mark.parametrize("others", [{"checkpointing": True}, {"resident": False}])
def test_settings_that_do_not_change_the_task(
    base: Path, trained: TrainedInstruct, tmp_path: Path, others: dict[str, object]
) -> None:
    found = train_instruct(EXAMPLES, tmp_path / "a", settings(base, epochs=2, **others)).history.losses
    expected = train_instruct(EXAMPLES, tmp_path / "b", settings(base, epochs=2)).history.losses
    np.testing.assert_allclose(found, expected, rtol=0.02)


def test_bytes_are_laid_out_by_a_torch_that_can(monkeypatch: pytest.MonkeyPatch) -> None:
    layer = torch.nn.Module()
    layer.weight = torch.nn.Parameter(torch.zeros(4, dtype=torch.uint8), requires_grad=False)
    body = torch.nn.Module()
    body.layers = torch.nn.ModuleList([layer])
    model = SimpleNamespace(get_base_model=lambda: SimpleNamespace(base_model=body))
    monkeypatch.setattr(parallel, "join_processes", lambda: parallel.Processes(0, 2))
    monkeypatch.setattr(torch, "__version__", TorchVersion("2.11.0+cu130"))
    with pytest.raises(MissingDependency, match=r"torch 2\.13"):
        parallel.shard_base(model)


SHARDED = """
import os, sys
from pathlib import Path
import torch
from foyerdoc.finetuning import instruct
from foyerdoc.finetuning.training import parallel
from foyerdoc.finetuning.training.parallel import shard_base
from tests.finetuning.test_instruct import EXAMPLES, settings

def laid_out(training):
    processes = parallel.join_processes()
    assert (processes.any(processes.first), processes.any(False)) == (True, False)
    assert shard_base(training.model) == 2
    layers = training.model.get_base_model().base_model.layers
    kept = [p.to_local() for p in layers.parameters() if hasattr(p, "to_local")]
    assert all(p.requires_grad != hasattr(p, "to_local") for p in layers.parameters())
    Path(sys.argv[2] + "." + os.environ["RANK"]).write_text(str(sum(p.numel() for p in kept)))
    return False

instruct._Training._checkpoints = laid_out
base, out, quantization = sys.argv[1:]
config = settings(Path(base), epochs=2, quantization=quantization, resident=False)
trained = instruct.train_instruct(EXAMPLES, Path(out), config, validation=EXAMPLES[:3])
"""


@pytest.mark.parametrize("quantization", ["nf4", "none"])
def test_two_processes_can_hold_a_base_together(base: Path, tmp_path: Path, quantization: str) -> None:
    program = tmp_path / "train.py"
    program.write_text(SHARDED)
    out = tmp_path / "adapter"
    root = Path(__file__).parents[2]
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2", "--master-addr", "127.0.0.1"]
    done = subprocess.run(
        [*torchrun, "--master-port", free_port(), str(program), str(base), str(out), quantization],
        cwd=root,
        env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(root)},
        capture_output=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()[-3000:]
    shares = [int(Path(f"{out}.{rank}").read_text()) for rank in range(2)]
    config = settings(base, epochs=2, quantization=quantization, resident=False)
    alone = train_instruct(EXAMPLES, tmp_path / "alone", config, validation=EXAMPLES[:3])
    about = json.loads((out / "training.json").read_bytes())
    np.testing.assert_allclose(about["losses"], alone.history.losses, rtol=0.01)
    LocalModel(base, adapter=out, device="cpu").score(conversation("hail")[:-1], ["blue"])
    if quantization == "none":
        whole = sum(tensor.numel() for tensor in LlamaForCausalLM.from_pretrained(base).model.layers.parameters())
        assert sum(shares) == whole
