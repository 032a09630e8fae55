"""Models of a few thousand weights with tokenizers of a few hundred tokens, for the mechanics of exports."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

TEXT = (
    "the policy covers glass breakage and hail up to 1500 euros",
    "la franchise est de 150 euros par sinistre, été comme hiver",
    "der Selbstbehalt beträgt 300 Euro je Schadenfall",
    "You sort documents. Answer with the category and the subcategory of the document, nothing else.",
    "<system> user assistant Document: Category and subcategory:",
)
TEMPLATE = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]


def save_tokenizer(folder: Path) -> int:
    """A byte-level tokenizer of SmolLM2's kind; its number of tokens."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=400, special_tokens=SPECIAL, initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator(TEXT, trainer)
    tokenizer.save(str(folder / "tokenizer.json"))
    about = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "bos_token": "<|im_start|>",
        "eos_token": "<|im_end|>",
        "unk_token": "<|endoftext|>",
        "pad_token": "<|im_end|>",
        "model_max_length": 512,
        "clean_up_tokenization_spaces": False,
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(about), encoding="utf-8")
    (folder / "chat_template.jinja").write_text(TEMPLATE, encoding="utf-8")
    return int(tokenizer.get_vocab_size())


def save_llama(folder: Path, *, kind: str = "llama", tied: bool = False, **changes: Any) -> Path:
    """A random Llama or Mistral in bfloat16, its weights far from one another so that its answers are too."""
    import torch
    import transformers

    folder.mkdir(parents=True, exist_ok=True)
    size = save_tokenizer(folder)
    library: Any = transformers
    settings = {
        "vocab_size": size,
        "hidden_size": 64,
        "intermediate_size": 256,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "max_position_embeddings": 512,
        "tie_word_embeddings": tied,
        "initializer_range": 0.2,
        "bos_token_id": 1,
        "eos_token_id": 2,
        "pad_token_id": 2,
    }
    config_class, model_class = {
        "llama": (library.LlamaConfig, library.LlamaForCausalLM),
        "mistral": (library.MistralConfig, library.MistralForCausalLM),
    }[kind]
    torch.manual_seed(0)
    model_class(config_class(**settings | changes)).to(torch.bfloat16).save_pretrained(folder)
    return folder


def save_adapter(base: Path, folder: Path, *, strength: float = 0.08, **changes: Any) -> Path:
    """LoRA on all linear layers, with random matrices."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    torch.manual_seed(1)
    model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.bfloat16)
    settings: dict[str, Any] = {"r": 4, "lora_alpha": 8, "target_modules": "all-linear"}
    tuned = get_peft_model(model, LoraConfig(**settings | changes))
    for name, parameter in tuned.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(parameter, std=strength)
    tuned.peft_config["default"].base_model_name_or_path = str(base)
    tuned.save_pretrained(folder)
    return folder
