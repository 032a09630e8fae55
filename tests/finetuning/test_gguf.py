from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from foyerdoc.errors import ModelError
from foyerdoc.finetuning.exporting import kquants
from foyerdoc.finetuning.exporting.export import export
from foyerdoc.finetuning.exporting.gguf import write_gguf
from foyerdoc.finetuning.exporting.ggufvocabulary import word_pattern
from foyerdoc.finetuning.exporting.parity import Limits
from foyerdoc.models.protocol import Message
from tests.finetuning.small_models import save_adapter, save_llama

ROWS = [(Message("user", "the policy covers hail"), Message("assistant", answer)) for answer in ("hail", "glass")]
ANY = Limits(label_agreement=0, mean_kl=99, exact_match=0, accuracy_drop=1)


def contents(file: Path) -> dict[str, Any]:
    from gguf import GGUFReader

    return {name: field.contents() for name, field in GGUFReader(file).fields.items()}


def types(file: Path) -> dict[str, str]:
    from gguf import GGUFReader

    return {tensor.name: tensor.tensor_type.name for tensor in GGUFReader(file).tensors}


def logits(model: Any) -> np.ndarray[Any, Any]:
    import torch

    with torch.inference_mode():
        found: np.ndarray[Any, Any] = model(input_ids=torch.tensor([[1, 20, 33, 47, 90, 2]])).logits[0].float().numpy()
    return found


def from_gguf(file: Path) -> Any:
    """By transformers' own reader, which knows nothing of ours."""
    import torch
    import transformers

    library: Any = transformers
    config = getattr(library, "GgufConfig", None)
    unpack = {} if config is None else {"quantization_config": config(dequantize=True)}
    return library.AutoModelForCausalLM.from_pretrained(file.parent, gguf_file=file.name, dtype=torch.float32, **unpack)


@pytest.mark.parametrize(("kind", "tied"), [("llama", True), ("llama", False), ("mistral", False)])
def test_another_reader_finds_the_same_model(kind: str, tied: bool, tmp_path: Path) -> None:
    import torch
    from transformers import AutoModelForCausalLM

    model = save_llama(tmp_path / "model", kind=kind, tied=tied)
    write_gguf(model, tmp_path / "m.gguf", "bf16", name="small")
    expected = logits(AutoModelForCausalLM.from_pretrained(model, dtype=torch.float32))
    np.testing.assert_allclose(logits(from_gguf(tmp_path / "m.gguf")), expected, atol=1e-4)
    assert ("output.weight" in types(tmp_path / "m.gguf")) != tied


def test_eight_bits_are_close(tmp_path: Path) -> None:
    import torch
    from transformers import AutoModelForCausalLM

    model = save_llama(tmp_path / "model")
    write_gguf(model, tmp_path / "m.gguf", "q8_0", name="small")
    expected = logits(AutoModelForCausalLM.from_pretrained(model, dtype=torch.float32))
    assert np.abs(logits(from_gguf(tmp_path / "m.gguf")) - expected).max() < 0.1 * np.abs(expected).max()


def test_four_bits_get_llama_cpps_mixture(tmp_path: Path) -> None:
    model = save_llama(tmp_path / "model", hidden_size=256, num_hidden_layers=8)
    written = write_gguf(model, tmp_path / "m.gguf", "q4_k_m", name="small")
    found = types(tmp_path / "m.gguf")
    assert found["output.weight"] == "Q6_K"
    assert found["token_embd.weight"] == found["blk.0.attn_q.weight"] == found["blk.1.ffn_down.weight"] == "Q4_K"
    # Layers that llama.cpp gives more bits: the first eighth, the last, every third between.
    more = [name for name, kind in found.items() if kind == "Q6_K" and "ffn_down" in name]
    assert more == [f"blk.{layer}.ffn_down.weight" for layer in (0, 3, 6, 7)]
    assert [name for name, kind in found.items() if kind == "Q6_K" and "attn_v" in name] == [
        f"blk.{layer}.attn_v.weight" for layer in (0, 3, 6, 7)
    ]
    assert found["blk.0.attn_norm.weight"] == "F32"
    assert written.types == {"F32": 17, "Q4_K": 49, "Q6_K": 9}


def test_rows_too_short_for_a_k_type_get_what_llama_cpp_gives_them(tmp_path: Path) -> None:
    model = save_llama(tmp_path / "model", tied=True)
    write_gguf(model, tmp_path / "m.gguf", "q4_k_m", name="small")
    found = types(tmp_path / "m.gguf")
    assert found["token_embd.weight"] == "Q8_0"
    assert found["blk.0.attn_q.weight"] == "Q5_0"
    assert found["blk.0.ffn_down.weight"] == "Q4_K"


@pytest.mark.parametrize(("kind", "least", "bits"), [("Q4_K", 0.075, 4.5), ("Q6_K", 0.02, 6.5625)])
def test_k_types_are_read_back_close_to_what_was_packed(kind: str, least: float, bits: float) -> None:
    import torch
    from gguf import GGMLQuantizationType
    from gguf.quants import dequantize

    torch.manual_seed(0)
    values = torch.randn(64, 512) * torch.logspace(-2, 1, 64)[:, None]
    values[3] = 0
    values[5] = values[5].abs() + 1
    values[7, :40] = 0
    packed = kquants.quantize(values, kind)
    assert packed.size * 8 / values.numel() == bits
    found = torch.from_numpy(dequantize(packed, GGMLQuantizationType[kind]))
    assert torch.equal(found[3], values[3])
    error = (found - values).norm(dim=1) / values.norm(dim=1).clamp(min=1e-9)
    assert float(error.max()) < least * 1.5
    assert float(error.mean()) < least


def test_four_bits_of_k_are_closer_than_plain_ones() -> None:
    import torch
    from gguf import GGMLQuantizationType
    from gguf.quants import dequantize, quantize

    torch.manual_seed(0)
    values = torch.randn(32, 1024)
    plain = dequantize(quantize(values.numpy(), GGMLQuantizationType.Q4_0), GGMLQuantizationType.Q4_0)
    ours = dequantize(kquants.quantize(values, "Q4_K"), GGMLQuantizationType.Q4_K)
    assert np.square(ours - values.numpy()).sum() < 0.8 * np.square(plain - values.numpy()).sum()


def test_the_embedded_models_tokenizer_is_written_as_it_was_read(tmp_path: Path) -> None:
    from gguf import GGUFWriter
    from transformers import AutoConfig

    from foyerdoc.finetuning.exporting.ggufvocabulary import add_vocabulary
    from foyerdoc.models import embedded

    folder = embedded.embedded_generator()
    writer = GGUFWriter(tmp_path / "m.gguf", "llama")
    add_vocabulary(writer, folder, AutoConfig.from_pretrained(folder))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    writer.close()
    source, ours = contents(embedded.source_folder() / embedded.GENERATOR.file), contents(tmp_path / "m.gguf")
    names = [name for name in source if name.startswith("tokenizer.")]
    assert len(names) == 12
    assert [name for name in names if source[name] != ours.get(name)] == []


def test_hyperparameters_and_special_tokens(tmp_path: Path) -> None:
    model = save_llama(
        tmp_path / "model",
        rope_parameters={"rope_type": "linear", "factor": 4.0, "rope_theta": 5000.0},
        head_dim=32,
    )
    (model / "generation_config.json").write_text(json.dumps({"eos_token_id": [2, 0]}))
    write_gguf(model, tmp_path / "m.gguf", "q8_0", name="small")
    about = contents(tmp_path / "m.gguf")
    assert (about["llama.attention.key_length"], about["llama.attention.head_count_kv"]) == (32, 2)
    assert (about["llama.rope.scaling.type"], about["llama.rope.scaling.factor"]) == ("linear", 4.0)
    assert about["llama.rope.freq_base"] == 5000.0
    assert (about["tokenizer.ggml.eos_token_id"], about["tokenizer.ggml.eot_token_id"]) == (2, 0)
    assert "<|im_start|>" in about["tokenizer.chat_template"]
    assert about["tokenizer.ggml.add_bos_token"] is False


def test_llama_3_frequencies_are_written_as_transformers_computes_them(tmp_path: Path) -> None:
    import torch
    from gguf import GGUFReader
    from transformers import LlamaConfig
    from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS

    rope = {
        "rope_type": "llama3",
        "rope_theta": 500000.0,
        "factor": 8.0,
        "low_freq_factor": 1.0,
        "high_freq_factor": 4.0,
        "original_max_position_embeddings": 256,
    }
    model = save_llama(tmp_path / "model", rope_parameters=rope)
    write_gguf(model, tmp_path / "m.gguf", "q8_0", name="small")
    (factors,) = (t.data for t in GGUFReader(tmp_path / "m.gguf").tensors if t.name == "rope_freqs.weight")
    config = LlamaConfig.from_pretrained(model)
    expected, _ = ROPE_INIT_FUNCTIONS["llama3"](config, torch.device("cpu"))
    plain = 500000.0 ** -(np.arange(0, 16, 2) / 16)
    np.testing.assert_allclose(plain / factors, expected.numpy(), rtol=1e-5)
    assert len({round(float(factor), 3) for factor in factors}) > 1


def test_sentencepiece_scores_keep_the_order_of_merges(tmp_path: Path) -> None:
    from foyerdoc.finetuning.exporting.ggufvocabulary import _BYTE, _CONTROL, _NORMAL, _UNKNOWN

    model = save_llama(tmp_path / "model")
    pieces = ["<unk>", "<s>", "</s>", "<0x41>", "a", "b", "ab", "\u2581", "\u2581ab"]
    steps = [{"type": "Prepend", "prepend": "\u2581"}, {"type": "Replace", "pattern": {"String": " "}, "content": "\u2581"}]
    added = [
        {
            "id": i,
            "content": pieces[i],
            "special": True,
            "single_word": False,
            "lstrip": False,
            "rstrip": False,
            "normalized": False,
        }
        for i in range(3)
    ]
    tokenizer = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": added,
        "normalizer": {"type": "Sequence", "normalizers": steps},
        "pre_tokenizer": None,
        "post_processor": None,
        "decoder": None,
        "model": {
            "type": "BPE",
            "byte_fallback": True,
            "unk_token": "<unk>",
            "vocab": {piece: i for i, piece in enumerate(pieces)},
            "merges": [["\u2581", "ab"], ["a", "b"]],
        },
    }
    (model / "tokenizer.json").write_text(json.dumps(tokenizer))
    special = {"tokenizer_class": "PreTrainedTokenizerFast", "bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"}
    (model / "tokenizer_config.json").write_text(json.dumps(special))
    write_gguf(model, tmp_path / "m.gguf", "q8_0", name="small")
    about = contents(tmp_path / "m.gguf")
    assert about["tokenizer.ggml.model"] == "llama"
    assert about["tokenizer.ggml.token_type"][:5] == [_UNKNOWN, _CONTROL, _CONTROL, _BYTE, _NORMAL]
    scores = dict(zip(about["tokenizer.ggml.tokens"], about["tokenizer.ggml.scores"], strict=True))
    assert scores["\u2581ab"] > scores["ab"] > scores["a"]
    assert about["tokenizer.ggml.add_space_prefix"] is True


def test_a_tokenizer_that_llama_cpp_does_not_know_is_refused_by_name(tmp_path: Path) -> None:
    model = save_llama(tmp_path / "model")
    about = json.loads((model / "tokenizer.json").read_bytes())
    assert word_pattern(about) == "smollm"
    about["pre_tokenizer"]["pretokenizers"][0]["individual_digits"] = False
    (model / "tokenizer.json").write_text(json.dumps(about))
    with pytest.raises(ModelError, match=r"Digits \+ ByteLevel in its way is none of gpt-2, smollm, llama-bpe, tekken"):
        write_gguf(model, tmp_path / "m.gguf", "q8_0", name="small")


def test_an_encoder_is_refused_before_anything_is_merged(tmp_path: Path) -> None:
    from transformers import BertConfig, BertModel

    small = BertConfig(vocab_size=50, hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32)
    BertModel(small).save_pretrained(tmp_path / "bert")
    llama = save_llama(tmp_path / "model")
    adapter = save_adapter(llama, tmp_path / "adapter")
    with pytest.raises(ModelError, match="not of BertModel") as caught:
        export(adapter, "gguf", tmp_path / "out", base=tmp_path / "bert", labelled=ROWS)
    assert "merged" in caught.value.hint
    assert not (tmp_path / "out").exists()


def test_an_adapter_becomes_files_for_llama_cpp(tmp_path: Path) -> None:
    base = save_llama(tmp_path / "base")
    adapter = save_adapter(base, tmp_path / "mailbox")
    done = export(adapter, "gguf", tmp_path / "out", labelled=ROWS, limits=ANY)
    assert done.files == ("mailbox-Q4_K_M.gguf", "mailbox-Q8_0.gguf")
    merged, eight, four = done.parity
    assert (eight.file, four.file) == ("mailbox-Q8_0.gguf", "mailbox-Q4_K_M.gguf")
    assert merged.engine == "transformers, 16 bits"
    assert any(note.startswith("mailbox-Q8_0.gguf: 5 F32, 16 Q8_0") for note in done.notes)
    assert sorted(path.name for path in done.folder.iterdir()) == [
        "mailbox-Q4_K_M.gguf",
        "mailbox-Q8_0.gguf",
        "manifest.json",
        "parity.json",
    ]
