from __future__ import annotations

import errno
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from foyerdoc import storage
from foyerdoc.errors import ExportError, ModelError, ModelMissing, UsageError
from foyerdoc.finetuning.exporting import export as exporting
from foyerdoc.finetuning.exporting import merging
from foyerdoc.finetuning.exporting.export import base_of, export
from foyerdoc.finetuning.exporting.parity import Answers, Limits, Probe, bundled_probes, check, compare, probes_of, widened
from foyerdoc.models.local import LocalModel
from foyerdoc.models.protocol import Message
from tests.finetuning.small_models import save_adapter, save_llama

ANY = Limits(label_agreement=0, mean_kl=99, exact_match=0, accuracy_drop=1)
ROWS = [
    (Message("user", "the policy covers hail"), Message("assistant", "hail")),
    (Message("user", "la franchise est de 150 euros"), Message("assistant", "glass")),
    (Message("user", "der Selbstbehalt"), Message("assistant", "hail")),
]
ASK = ROWS[0][:1]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_llama(tmp_path_factory.mktemp("base") / "tiny")


@pytest.fixture(scope="module")
def adapter(base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_adapter(base, tmp_path_factory.mktemp("adapter") / "mailbox")


def exact(model: Path, adapter: Path | None = None) -> LocalModel:
    return LocalModel(model, adapter=adapter, quantization="none", dtype="float32", device="cpu")


def test_merged_weights_are_base_plus_lora_rounded_once(base: Path, adapter: Path, tmp_path: Path) -> None:
    import torch
    from safetensors.torch import load_file

    done = export(adapter, "merged", tmp_path / "out", labelled=ROWS, limits=ANY)
    plain, lora = load_file(base / "model.safetensors"), load_file(adapter / "adapter_model.safetensors")
    merged = load_file(done.folder / "model.safetensors")
    assert set(merged) == set(plain)
    name = "model.layers.1.self_attn.k_proj"
    a, b = (lora[f"base_model.model.{name}.lora_{part}.weight"].float() for part in "AB")
    expected = plain[f"{name}.weight"].float() + 8 / 4 * (b @ a)
    assert merged[f"{name}.weight"].dtype == torch.bfloat16
    assert torch.equal(merged[f"{name}.weight"], expected.to(torch.bfloat16))
    assert torch.equal(merged["model.norm.weight"], plain["model.norm.weight"])


def test_a_merged_folder_answers_without_peft(base: Path, adapter: Path, tmp_path: Path) -> None:
    done = export(adapter, "merged", tmp_path / "out", labelled=ROWS, limits=ANY)
    texts = ["hail", "glass", "Selbstbehalt"]
    tuned = exact(base, adapter).score(ASK, texts)
    np.testing.assert_allclose(exact(done.folder).score(ASK, texts), tuned, atol=0.1)
    assert np.abs(exact(base).score(ASK, texts) - tuned).max() > 0.5
    for name in ("tokenizer.json", "chat_template.jinja", "config.json", "model.safetensors"):
        assert (done.folder / name).is_file()
    assert "quantization_config" not in json.loads((done.folder / "config.json").read_bytes())


def test_what_was_compared_stands_in_the_result_and_beside_it(adapter: Path, tmp_path: Path) -> None:
    done = export(adapter, "merged", tmp_path / "out", labelled=ROWS, limits=ANY)
    (row,) = done.parity
    assert (row.probes, row.scored) == (3, 3)
    assert row.label_agreement is not None
    assert row.mean_kl is not None
    assert 0 <= row.mean_kl <= (row.largest_kl or 0)
    written = json.loads((done.folder / exporting.PARITY_FILE).read_bytes())
    assert written["parity"][0]["mean_kl"] == row.mean_kl
    assert written["limits"]["mean_kl"] == 99
    storage.open_folder(done.folder, kind=exporting.KIND, version=exporting.VERSION)


def test_peft_files_alone_load_with_peft(base: Path, adapter: Path, tmp_path: Path) -> None:
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    cluttered = tmp_path / "cluttered"
    shutil.copytree(adapter, cluttered)
    (cluttered / "head.safetensors").write_bytes(b"not PEFT's")
    done = export(cluttered, "peft", tmp_path / "out", labelled=ROWS)
    assert done.parity[0].mean_kl == pytest.approx(0, abs=1e-9)
    assert done.parity[0].exact_match == 1
    assert any("head.safetensors" in note for note in done.notes)
    assert not (done.folder / "head.safetensors").exists()
    model = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(base), done.folder)
    assert any("lora_A" in name for name, _ in model.named_parameters())


def test_past_the_limits_nothing_is_kept_and_the_figures_are_told(adapter: Path, tmp_path: Path) -> None:
    tight = Limits(label_agreement=0, mean_kl=0, exact_match=0, accuracy_drop=1)
    with pytest.raises(ExportError, match=r"mean KL 0\.\d+ above 0"):
        export(adapter, "merged", tmp_path / "out", labelled=ROWS, limits=tight)
    assert list(tmp_path.iterdir()) == []


def test_a_merge_that_goes_wrong_is_caught(adapter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def shifted(model: Any, folder: Path) -> Any:
        merged = merge_into(model, folder)
        for parameter in merged.parameters():
            if parameter.ndim == 2:
                parameter.data = parameter.data.roll(1, 0)
        return merged

    answers = ["hail", "glass", "euros", "policy", "hiver", "category", "user", "Document"]
    rows = [(Message("user", f"{answer} or not"), Message("assistant", answer)) for answer in answers]
    (right,) = export(adapter, "merged", tmp_path / "right", labelled=rows, limits=ANY).parity
    merge_into = merging.merge_into
    monkeypatch.setattr(merging, "merge_into", shifted)
    limits = Limits(label_agreement=0, mean_kl=2 * (right.mean_kl or 0), exact_match=0, accuracy_drop=1)
    with pytest.raises(ExportError, match="mean KL"):
        export(adapter, "merged", tmp_path / "wrong", labelled=rows, limits=limits)
    assert [path.name for path in tmp_path.iterdir()] == ["right"]


@pytest.mark.parametrize("kind", ["OSError", "safetensors"])
def test_a_full_disk_is_told_and_leaves_nothing(
    kind: str, adapter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from safetensors import SafetensorError

    def full(*_: Any) -> None:
        if kind == "OSError":
            raise OSError(errno.ENOSPC, "No space left on device")
        raise SafetensorError("I/O error: No space left on device (os error 28)")

    monkeypatch.setattr(merging, "copy_tokenizer", full)
    with pytest.raises(ExportError, match="the disk is full"):
        export(adapter, "merged", tmp_path / "out", labelled=ROWS, limits=ANY)
    assert list(tmp_path.iterdir()) == []


def test_only_an_export_is_replaced(adapter: Path, tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "a.txt").write_text("keep me")
    with pytest.raises(UsageError, match="no export"):
        export(adapter, "peft", tmp_path / "letters")
    assert (tmp_path / "letters" / "a.txt").read_text() == "keep me"
    export(adapter, "peft", tmp_path / "out", labelled=ROWS)
    (tmp_path / "out" / "note").write_text("gone with the old export")
    export(adapter, "peft", tmp_path / "out", labelled=ROWS)
    assert not (tmp_path / "out" / "note").exists()


def test_forms_and_kinds_that_do_not_exist_are_wrong_use(adapter: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no form onnx"):
        export(adapter, "onnx", tmp_path / "out")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="kind q2_k"):
        export(adapter, "gguf", tmp_path / "out", kinds=["q8_0", "q2_k"])  # type: ignore[list-item]


def test_what_is_not_there_is_named(adapter: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match=r"adapter_config\.json"):
        export(tmp_path, "merged", tmp_path / "out")
    with pytest.raises(ModelMissing, match="no-such-owner/no-such-model"):
        export(adapter, "merged", tmp_path / "out", base="no-such-owner/no-such-model")


def test_a_base_in_4_bits_is_refused(base: Path, adapter: Path, tmp_path: Path) -> None:
    packed = tmp_path / "packed"
    shutil.copytree(base, packed)
    config = json.loads((packed / "config.json").read_bytes())
    config["quantization_config"] = {"quant_method": "bitsandbytes", "load_in_4bit": True}
    (packed / "config.json").write_text(json.dumps(config))
    with pytest.raises(ModelError, match="quantised"):
        export(adapter, "merged", tmp_path / "out", base=packed, labelled=ROWS)


def test_an_embedded_base_is_found_on_another_machine(tmp_path: Path) -> None:
    from foyerdoc.models.embedded import embedded_generator

    for named in ("/elsewhere/cache/models/smollm2-135m-instruct-v1", "smollm2", str(embedded_generator())):
        (tmp_path / "adapter_config.json").write_text(json.dumps({"base_model_name_or_path": named}))
        assert base_of(tmp_path) == embedded_generator()


def test_probes_of_conversations_have_their_answers_as_labels() -> None:
    probes = probes_of(ROWS)
    assert probes[1] == Probe(ROWS[1][:1], ("hail", "glass"), "glass")
    long = [(*ROWS[0][:1], Message("assistant", "x" * 500 + str(i))) for i in range(3)]
    assert all(probe.labels == () and probe.answer is None for probe in probes_of(long))
    with pytest.raises(ExportError, match="conversation 2"):
        probes_of([ROWS[0], ROWS[1][:1]])
    with pytest.raises(ExportError, match="nothing to compare"):
        probes_of([])


def test_the_bundled_probes_ask_for_the_demos_labels() -> None:
    probes = bundled_probes()
    assert len(probes) == 12
    assert all(len(probe.labels) > 10 and probe.answer is None for probe in probes)


def test_figures_are_those_computed_by_hand() -> None:
    probes = [Probe(ASK, ("a", "b"), "a"), Probe(ASK, ("a", "b"), "b"), Probe(ASK)]
    reference = Answers((np.log([0.9, 0.1]), np.log([0.4, 0.6])), ("x", "y", "z"))
    other = Answers((np.log([0.5, 0.5]), np.log([0.6, 0.4])), ("x", "y", "w"))
    row = compare(reference, other, probes, file="f", engine="e", against="g")
    first = 0.9 * np.log(0.9 / 0.5) + 0.1 * np.log(0.1 / 0.5)
    second = 0.4 * np.log(0.4 / 0.6) + 0.6 * np.log(0.6 / 0.4)
    assert row.mean_kl == pytest.approx((first + second) / 2)
    assert row.largest_kl == pytest.approx(first)
    assert (row.probes, row.scored, row.label_agreement) == (3, 2, 0.5)
    assert row.exact_match == pytest.approx(2 / 3)
    assert (row.reference_accuracy, row.accuracy) == (1.0, 0.5)
    with pytest.raises(ExportError, match=r"accuracy 0\.500, 0\.500 below"):
        check(row, Limits(0, 9, 0, 0.4))
    with pytest.raises(ExportError, match=r"label agreement 0\.500 below 0\.9; .*exact match 0\.667 below 0\.7"):
        check(row, Limits(exact_match=0.7))


def test_the_command_shows_the_table_and_refuses_with_the_figures(adapter: Path, tmp_path: Path) -> None:
    from typer.testing import CliRunner

    from foyerdoc.cli import app

    rows = [{"messages": [{"role": message.role, "content": message.content} for message in row]} for row in ROWS]
    file = tmp_path / "rows.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    run = CliRunner().invoke
    command = ["export", str(adapter), "--to", "peft", "--out", str(tmp_path / "out"), "--labelled", str(file)]
    result = run(app, command)
    assert result.exit_code == 0, result.stderr
    assert "1.000" in result.stdout
    (line,) = [json.loads(line) for line in run(app, [*command, "--json"]).stdout.splitlines()]
    assert line["parity"][0]["mean_kl"] == pytest.approx(0, abs=1e-9)
    result = run(app, ["export", str(adapter), "--to", "gguf", "--out", str(tmp_path / "g"), "--kind", "q2_k"])
    assert result.exit_code == 2
    assert "q2_k" in result.stderr


def test_on_the_librarys_own_letters_an_export_may_be_as_far_as_nf4_is(adapter: Path, tmp_path: Path) -> None:
    strict = Limits(label_agreement=1, mean_kl=0, exact_match=1, accuracy_drop=0)
    done = export(adapter, "merged", tmp_path / "out", limits=strict)
    far, near = done.parity
    assert (far.reference, near.reference) == ("NF4 + adapter", "16 bits + adapter")
    assert (near.mean_kl or 0) < 0.2 * (far.mean_kl or 0)
    known = far
    assert widened(strict, known) == Limits(known.label_agreement, known.mean_kl, known.exact_match, 0)
    assert widened(Limits(), near) == Limits(min(0.9, near.label_agreement or 0), 0.1, min(0.5, near.exact_match or 0))
