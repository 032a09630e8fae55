"""A language model on this machine: any causal model that transformers loads, in 4 bits, with an optional LoRA adapter."""

from __future__ import annotations

import gc
import json
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from foyerdoc import storage
from foyerdoc.errors import ModelError, ModelMissing
from foyerdoc.models import probing
from foyerdoc.models.bases import dequantize, fits, four_or_eight_bits
from foyerdoc.models.conversations import encode_conversation, encode_text
from foyerdoc.models.decoding import Answer, Decoder, Guide, common
from foyerdoc.models.embedded import embedded_generator
from foyerdoc.models.loading import find_device, find_model, need_bitsandbytes, quietly, refusals, weights_digest
from foyerdoc.models.protocol import Conversation, Generation, Grammar

Quantization = Literal["nf4", "fp4", "nf4-single", "int8", "none"]
DType = Literal["bfloat16", "float32"]


class LocalModel:
    """A causal language model, its weights in NF4 with double quantisation unless told otherwise.

    Decoding is greedy. The same call gives the same answer on the same machine; another batch, device or thread count
    rounds differently and can tip a choice between two almost equal tokens.

    The KV cache of the last prompt is remembered: a conversation that begins like the one before (the same document, another
    question) is only read from where it differs.

    Args:
        model: a folder, or a name on the Hugging Face hub; the embedded model by default.
        adapter: folder of a PEFT adapter to put on top, its weights as safetensors.
        quantization: "nf4" or "fp4" (4 bits, the scales quantised too; Dettmers et al., "QLoRA", 2023), "nf4-single" (their
            scales as they are), "int8" (the values of 8 bits; products are of 16) or "none".
        device: "cpu", "cuda", "cuda:1" ...; the first GPU, else the CPU, by default.
        dtype: what is computed in. By default float32 for 4 bits on a CPU, where bitsandbytes' own kernels keep the products in
            bfloat16 and it is both faster and steadier, else bfloat16.
        download: whether a model that is not on this machine may be downloaded from the hub.
    """

    def __init__(
        self,
        model: str | Path | None = None,
        *,
        adapter: Path | None = None,
        quantization: Quantization = "nf4",
        device: str | None = None,
        dtype: DType | None = None,
        download: bool = False,
    ) -> None:
        self._source = model
        self._adapter_folder = adapter
        self._quantization = quantization
        self._device = device
        self._dtype = dtype
        self._download = download
        self._lock = threading.RLock()
        self._tokenizer_: Any = None
        self._config_: Any = None
        self._model_: Any = None
        self._grammar_tokenizer_: Any = None
        self._decoder_: Decoder | None = None
        self._name: str | None = None

    @property
    def name(self) -> str:
        """The model's name and a digest of its weights, then the quantisation."""
        with self._lock:
            if self._name is None:
                self._name = f"{weights_digest(self._folder())} {self._quantization}"
            return self._name

    @property
    def adapter(self) -> str | None:
        """First 12 digits of the adapter's SHA-256, or None."""
        return None if self._adapter_folder is None else storage.sha256(self._adapter_weights(self._adapter_folder))[:12]

    @property
    def context_tokens(self) -> int:
        """The longest prompt plus answer, in tokens."""
        return int(self._config().get_text_config().max_position_embeddings)

    @property
    def scores(self) -> bool:
        """Whether `score` works."""
        return True

    @property
    def grammars(self) -> bool:
        """True: llguidance masks what the grammar does not allow."""
        return True

    def count_tokens(self, text: str) -> int:
        """Tokens of a text, special tokens not counted."""
        return len(encode_text(self._tokenizer(), text))

    def count_prompt(self, conversation: Conversation) -> int:
        """Tokens of a conversation as the model is shown it, the chat template's own included."""
        return len(encode_conversation(self._tokenizer(), conversation))

    def generate(
        self, conversations: Sequence[Conversation], *, max_tokens: int, grammar: Grammar | Sequence[Grammar] | None = None
    ) -> list[Generation]:
        """Answer each conversation, greedily. One grammar for all, or one for each.

        What all conversations begin with is computed once, so a document should stand before the questions on it.

        Raises:
            ModelError: a prompt and `max_tokens` are longer than the context allows, or the grammar is not valid.
        """
        if not conversations:
            return []
        with self._lock:
            answers = list(self._decode(conversations, max_tokens, grammar))[-1]
            return [self._generation(answer) for answer in answers]

    def stream(self, conversation: Conversation, *, max_tokens: int, grammar: Grammar | None = None) -> Iterator[str]:
        """The answer in pieces as they are decided; joined they are what `generate` returns.

        Other threads wait until the answer is done or the iterator is closed.
        """
        told = ""
        with self._lock:
            for (answer,) in self._decode([conversation], max_tokens, grammar):
                text = self._text(answer.tokens)
                # A character of several tokens is shown once it is whole.
                if answer.finish is None and text.endswith("\ufffd"):
                    continue
                if len(text) > len(told):
                    yield text[len(told) :]
                    told = text

    def score(self, conversation: Conversation, continuations: Sequence[str]) -> NDArray[np.float64]:
        """Log-probability of each continuation as the whole answer's beginning.

        Returns:
            (continuations,) float64, natural log, summed over the continuation's tokens as the tokenizer cuts them, so
            longer ones tend to be less likely. The prompt is computed once.

        Raises:
            ModelError: the prompt with the longest continuation is longer than the context allows.
        """
        with self._lock:
            tokenizer = self._tokenizer()
            prompt = encode_conversation(tokenizer, conversation)
            tails = [encode_text(tokenizer, continuation) for continuation in continuations]
            self._check_length(prompt, max(map(len, tails), default=0))
            import torch

            with torch.inference_mode():
                return self._decoder().score(prompt, tails)

    def score_many(
        self,
        conversations: Sequence[Conversation],
        continuations: Sequence[Sequence[str]],
        *,
        begun: Sequence[str] | None = None,
    ) -> list[NDArray[np.float64]]:
        """Log-probability of continuations of several answers that have begun. See `LanguageModel`.

        Raises:
            ModelError: a prompt with its longest continuation is longer than the context allows.
        """
        begun = begun if begun is not None else [""] * len(conversations)
        with self._lock:
            tokenizer = self._tokenizer()
            rows, tails = [], []
            for conversation, start, each in zip(conversations, begun, continuations, strict=True):
                whole = [encode_text(tokenizer, start + text) for text in each]
                shared = common([encode_text(tokenizer, start), *whole])
                rows.append(encode_conversation(tokenizer, conversation) + whole[0][:shared] if whole else [0])
                tails.append([tokens[shared:] for tokens in whole])
                self._check_length(rows[-1], max(map(len, tails[-1]), default=0))
            import torch

            with torch.inference_mode():
                return self._decoder().score_many(rows, tails)

    def close(self) -> None:
        """Let go of the model's memory. A later call loads it again."""
        with self._lock:
            on_gpu = self._model_ is not None and self._model_.device.type == "cuda"
            self._model_ = self._decoder_ = None
            gc.collect()
            if on_gpu:
                import torch

                torch.cuda.empty_cache()

    def _decode(
        self, conversations: Sequence[Conversation], max_tokens: int, grammar: Grammar | Sequence[Grammar] | None
    ) -> Iterator[list[Answer]]:
        if max_tokens < 1:
            raise ModelError(f"max_tokens is {max_tokens}", hint="ask for at least 1")
        prompts = [encode_conversation(self._tokenizer(), conversation) for conversation in conversations]
        for prompt in prompts:
            self._check_length(prompt, max_tokens)
        guides = self._guides(grammar, len(prompts))
        import torch

        steps = self._decoder().decode(prompts, guides, max_tokens)
        while True:
            # Not around the loop: a generator's caller must not find itself in inference mode.
            with torch.inference_mode():
                answers = next(steps, None)
            if answers is None:
                return
            yield answers

    def _guides(self, grammar: Grammar | Sequence[Grammar] | None, n: int) -> list[Guide | None]:
        if grammar is None:
            return [None] * n
        grammars = [grammar] * n if isinstance(grammar, Grammar) else list(grammar)
        if len(grammars) != n:
            raise ModelError(f"{len(grammars)} grammars for {n} conversations", hint="pass one grammar, or one for each")
        tokenizer = self._grammar_tokenizer()
        return [Guide(tokenizer, one.lark) for one in grammars]

    def _generation(self, answer: Answer) -> Generation:
        finish = answer.finish or "length"
        return Generation(self._text(answer.tokens), len(answer.tokens), answer.log_probability, finish)

    def _text(self, tokens: list[int]) -> str:
        text: str = self._tokenizer().decode(tokens, skip_special_tokens=True, clean_up_tokenization_spaces=False)
        return text

    def _check_length(self, prompt: list[int], more: int) -> None:
        room = self.context_tokens
        if len(prompt) + more > room:
            raise ModelError(
                f"a prompt of {len(prompt)} tokens and an answer of up to {more} do not fit into {room} tokens",
                hint="shorten the prompt or ask for a shorter answer",
            )

    def _folder(self) -> Path:
        """Where the model's files are, downloaded first if that was asked for."""
        if self._source is None:
            return embedded_generator()
        return find_model(self._source, download=self._download)

    def _adapter_weights(self, folder: Path) -> Path:
        path = folder / "adapter_model.safetensors"
        if not path.is_file():
            raise ModelMissing(f"{path} is not there", hint="save the adapter with PEFT as safetensors")
        return path

    def _tokenizer(self) -> Any:
        with self._lock:
            if self._tokenizer_ is None:
                from transformers import AutoTokenizer

                folder = self._folder()
                with quietly(), refusals(folder):
                    self._tokenizer_ = AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
            return self._tokenizer_

    def _config(self) -> Any:
        with self._lock:
            if self._config_ is None:
                from transformers import AutoConfig

                folder = self._folder()
                with quietly(), refusals(folder):
                    self._config_ = AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
            return self._config_

    def _grammar_tokenizer(self) -> Any:
        with self._lock:
            if self._grammar_tokenizer_ is None:
                from llguidance.hf import from_tokenizer

                self._grammar_tokenizer_ = from_tokenizer(self._tokenizer(), eos_token=sorted(self._ends()))
            return self._grammar_tokenizer_

    def _ends(self) -> frozenset[int]:
        """The tokens that end an answer."""
        path = self._folder() / "generation_config.json"
        named = json.loads(path.read_bytes()).get("eos_token_id") if path.is_file() else None
        ends = named if isinstance(named, list) else [named]
        return frozenset(end for end in [*ends, self._tokenizer().eos_token_id] if end is not None)

    def _decoder(self) -> Decoder:
        if self._decoder_ is None:
            self._model_ = self._load()
            self._decoder_ = Decoder(self._model_, self._ends())
        return self._decoder_

    def _load(self) -> Any:
        import torch
        import transformers

        if self._quantization != "none" or self._adapter_folder is not None:
            need_bitsandbytes()
        device = find_device(self._device)
        four = self._quantization not in {"none", "int8"}
        named = self._dtype or ("float32" if device == "cpu" and four else "bfloat16")
        dtype = {"bfloat16": torch.bfloat16, "float32": torch.float32}[named]
        # Typed only in parts, hence Any.
        library: Any = transformers
        folder = self._folder()
        with quietly(), refusals(folder):
            model = library.AutoModelForCausalLM.from_pretrained(
                folder,
                dtype=dtype,
                device_map={"": device},
                quantization_config=four_or_eight_bits(library, self._quantization, dtype),
                local_files_only=True,
                trust_remote_code=False,
                use_safetensors=True,
            )
            if self._quantization == "int8":
                dequantize(model, dtype)
            if self._adapter_folder is not None:
                from peft import PeftModel

                self._adapter_weights(self._adapter_folder)
                probing.check_base(self._adapter_folder, folder)
                # A GPU waits for the launches of an adapter's thin products; on a CPU merging gains nothing. Never into 4 bits:
                # that would change answers.
                plain = not four or (device != "cpu" and fits(model, device))
                if plain and four:
                    dequantize(model, dtype)
                model = PeftModel.from_pretrained(model, self._adapter_folder, use_safetensors=True)
                model = model.merge_and_unload() if plain else model
        model = model.eval()
        if self._adapter_folder is not None and (self._adapter_folder / probing.PROBE).is_file():
            ids = torch.tensor([probing.probe_tokens(self._tokenizer())], device=device)
            with torch.inference_mode():
                values = probing.probe_values(model(input_ids=ids, use_cache=False).logits[0])
            probing.check_probe(self._adapter_folder, values, quantization=self._quantization)
        return model
