"""Tokens embedded a second on a GPU, beside sentence-transformers with the same weights at its best settings.

    python -m benchmarks.embedding_speed DATA [--repeat 4] [--rounds 3] [--out FILE]

DATA is the folder of development data, or a file of texts in gzip, one JSON string a line. Every text is taken
`--repeat` times, with a number before it so that none is computed once for all. Text in memory to vectors in memory,
tokenizing included; tokens of padding are not counted. The settings of sentence-transformers are tried on a quarter of the
texts, the fastest is run in turns with ours over all. Their vectors are compared first, with each other and with float32's.
"""

from __future__ import annotations

import argparse
import gzip
import itertools
import json
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
from benchmarks.results import teller

PREFIX = "passage: "
BATCHES = (128, 512, 2048)
COMPARED = 500

Embed = Callable[[list[str]], np.ndarray]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--repeat", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()

    say = teller(options.out)
    texts = paragraphs(options.data)
    compare(texts, options.repeat, options.rounds, say)


def paragraphs(data: Path) -> list[str]:
    """Real paragraphs, each once, in an order that tells nothing."""
    if data.is_file():
        with gzip.open(data, "rt") as lines:
            return [json.loads(line) for line in lines]
    from benchmarks.questions import nomiracl, squad

    found: list[str] = []
    for name in ("piaf.fr", "xquad.de", "xquad.en"):
        found += squad(data / "qa" / f"{name}.json")[0]
    for language in ("de", "fr", "en"):
        for question in nomiracl(data / "qa" / f"nomiracl.{language}.jsonl.gz"):
            found += [passage["text"] for passage in question["passages"]]
    found = list(dict.fromkeys(found))
    np.random.default_rng(0).shuffle(found)
    return found


def compare(texts: list[str], repeat: int, rounds: int, say: Callable[[dict], None]) -> None:
    import torch

    from foyerdoc.embedding import SentenceEmbedder

    where = "cuda" if torch.cuda.is_available() else "cpu"
    ours = SentenceEmbedder(device=where)
    numbered = [f"{turn} {text}" for turn in range(repeat) for text in texts]
    lengths = [len(ids) for ids in ours._tokens().ids([PREFIX + text for text in numbered])]
    tokens = sum(min(length, 512) for length in lengths)
    say({"texts": len(numbered), "tokens": tokens, "longest": max(lengths), "mean": round(float(np.mean(lengths)), 1)})
    ours.embed_documents(numbered[: 2 * COMPARED])
    say({"packs": ours._packs})

    sample = texts[:COMPARED]
    exact = peer("float32", "sdpa", where)(sample, 64)
    mine = ours.embed_documents(sample)
    say({"store": "foyerdoc", **cosines("to_float32", mine, exact)})
    quarter = len(numbered) // 4
    quarter_tokens = sum(min(length, 512) for length in lengths[:quarter])
    best = max(settings(numbered[:quarter], quarter_tokens, sample, exact, mine, say), default=None, key=lambda one: one[0])
    if best is None:
        return
    runs: dict[str, list[float]] = {"foyerdoc": [], f"sentence-transformers {best[1]}": []}
    for _ in range(rounds):
        for name, embed in zip(runs, (ours.embed_documents, best[2]), strict=True):
            if name == "foyerdoc":
                ours._remembered.clear()
            runs[name].append(tokens / seconds(embed, numbered))
    for name, rates in runs.items():
        say({"store": name, "tokens_s": round(float(np.median(rates))), "rounds": [round(rate) for rate in rates]})
    mine, theirs = (np.array(rates) for rates in runs.values())
    say({"ratio": round(float(np.median(mine / theirs)), 3), "ratios": [round(float(one), 3) for one in mine / theirs]})


def settings(
    texts: list[str], tokens: int, sample: list[str], exact: np.ndarray, mine: np.ndarray, say: Callable[[dict], None]
) -> Iterator[tuple[float, str, Embed]]:
    """Tokens a second, name and function of sentence-transformers in each of its settings that this machine has."""
    import torch

    where = "cuda" if torch.cuda.is_available() else "cpu"
    for dtype, attention in itertools.product(("float16", "bfloat16"), ("sdpa", "flash_attention_2")):
        name = f"sentence-transformers {dtype} {attention}"
        try:
            encode = peer(dtype, attention, where)
            theirs = encode(sample, 128)
        except Exception as error:  # noqa: BLE001 - flash attention is a package of its own
            say({"store": name, "error": str(error)[:160]})
            continue
        say({"store": name, **cosines("to_float32", theirs, exact), **cosines("to_ours", theirs, mine)})
        for batch in BATCHES:
            embed = partial(encode, batch=batch)
            embed(texts[:batch])
            rate = tokens / seconds(embed, texts)
            say({"store": f"{name} batch {batch}", "tokens_s": round(rate)})
            yield rate, f"{dtype} {attention} batch {batch}", embed


def seconds(embed: Embed, texts: list[str]) -> float:
    """How long it takes to have the vectors in memory."""
    began = time.perf_counter()
    embed(texts)
    return time.perf_counter() - began


def peer(dtype: str, attention: str, where: str) -> Callable[..., np.ndarray]:
    """sentence-transformers with the embedded weights; it sorts by length itself."""
    import torch
    from sentence_transformers import SentenceTransformer

    from foyerdoc.models.embedded import embedded_embedder

    kwargs = {"dtype": getattr(torch, dtype), "attn_implementation": attention}
    model = SentenceTransformer(str(embedded_embedder()), device=where, local_files_only=True, model_kwargs=kwargs).eval()

    def encode(texts: list[str], batch: int) -> np.ndarray:
        prefixed = [PREFIX + text for text in texts]
        found = model.encode(prefixed, batch_size=batch, convert_to_tensor=True, show_progress_bar=False)
        return found.float().cpu().numpy()

    return encode


def cosines(name: str, left: np.ndarray, right: np.ndarray) -> dict:
    norms = np.linalg.norm(left, axis=1) * np.linalg.norm(right, axis=1)
    alike = (left * right).sum(axis=1) / norms
    return {f"cosine_{name}": round(float(alike.mean()), 6), f"least_{name}": round(float(alike.min()), 6)}


if __name__ == "__main__":
    main()
