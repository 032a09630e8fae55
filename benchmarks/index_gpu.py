"""Searching millions of vectors on a GPU: our store beside FAISS's flat, IVF and CAGRA indexes, and plain products in torch.

    python -m benchmarks.index_gpu vectors DATA --size 1000000 10000000 [--only foyerdoc flat] [--out FILE]
    python -m benchmarks.index_gpu check DATA          # what GPUs answer, compared with what the CPU does

DATA is the folder of development data, or an .npz file with what it takes of it (`--keep`): E5's embeddings of real
paragraphs and questions. The vectors are made of the paragraphs' as in `index_scale`; the queries are the questions.

Everything starts from arrays in memory and ends with arrays in memory, transfers included. Building a store of ours includes
its first search, which brings the vectors to the GPU. The truth is searched in float32 over the vectors as they were made, so
what half precision costs shows in the recall. Filters let every document of some categories through: ours are given as the
numbers of the vectors, FAISS's as a bitmap that was made before; indexes of FAISS without cuVS have none. Ours uses every GPU
that it sees, the others the first: CUDA_VISIBLE_DEVICES=0 is fair. FAISS: `faiss-gpu-cuvs` in the place of `faiss-cpu`.
One line of JSON for each store, as soon as it is measured.
"""

from __future__ import annotations

import argparse
import gc
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.results import teller

K, BLOCK, QUESTIONS = 10, 100_000, 1_000
BATCHES = {1: 200, 64: 10, 1000: 3}
"""How often each batch is timed, after two that are not."""
FILTERS = {"10%": 10, "1%": 1}
"""How many of a hundred categories are let through."""

Search = Callable[[np.ndarray], np.ndarray]


@dataclass
class Store:
    """What was built: how to search it, in each of its settings and through each filter."""

    settings: dict[str, Search]
    filtered: dict[str, Search] = field(default_factory=dict)
    held: Any = None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("vectors", "check"))
    parser.add_argument("data", type=Path)
    parser.add_argument("--size", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument("--only", nargs="+", choices=tuple(STORES), default=list(STORES))
    parser.add_argument("--keep", type=Path, help="write the embeddings into this .npz file")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    passages, questions = embeddings(options.data)
    if options.keep:
        np.savez_compressed(options.keep, passages=passages.astype(np.float16), questions=questions.astype(np.float16))

    say = teller(options.out)
    if options.what == "check":
        for line in check(passages, questions, min(options.size)):
            say(line)
        return
    for size in options.size:
        for line in compare(passages, questions, size, options.only):
            say(line)


def embeddings(data: Path) -> tuple[np.ndarray, np.ndarray]:
    """(p, 384) of real paragraphs and (q, 384) of questions, shuffled; float32, unit norm."""
    if data.is_file():
        with np.load(data) as kept:
            found = [kept[name].astype(np.float32) for name in ("passages", "questions")]
    else:
        from benchmarks.questions import squad

        from foyerdoc.embedding import SentenceEmbedder

        embedder = SentenceEmbedder()
        files = [squad(data / "qa" / f"{name}.json") for name in ("piaf.fr", "xquad.de", "xquad.en")]
        asked = [question.text for _, questions in files for question in questions]
        np.random.default_rng(0).shuffle(asked)
        found = [embedder.embed_documents([one for some, _ in files for one in some]), embedder.embed_queries(asked)]
        embedder.close()
    passages, questions = (one / np.linalg.norm(one, axis=1, keepdims=True) for one in found)
    return passages, questions


def device() -> str:
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def made(passages: np.ndarray, size: int):
    """(size, dimensions) float32 on the device, unit norm: `index_scale.made`, drawn there, block by block."""
    import torch

    where = device()
    known = torch.from_numpy(passages).to(where)
    vectors = torch.empty((size, known.shape[1]), device=where)
    for start in range(0, size, BLOCK):
        rng = torch.Generator(where).manual_seed(start)
        some = vectors[start : start + BLOCK]
        first, second = torch.randint(len(known), (2, len(some)), generator=rng, device=where)
        weight = 0.5 + 0.5 * torch.rand((len(some), 1), generator=rng, device=where)
        some.normal_(generator=rng).mul_(0.25 / known.shape[1] ** 0.5).add_(
            weight * known[first] + (1 - weight) * known[second]
        )
        some.div_(some.norm(dim=1, keepdim=True))
    return vectors


def passing(size: int, categories: int) -> np.ndarray:
    """The numbers that a filter lets through: vectors come in documents of 20, documents in 100 categories by turns."""
    numbers = np.arange(size)
    return numbers[numbers // 20 % 100 < categories]


def true_neighbours(vectors, queries: np.ndarray, among: np.ndarray | None) -> np.ndarray:
    """(m, K) numbers by products in float32."""
    import torch

    torch.backends.cuda.matmul.allow_tf32 = False
    asked = torch.from_numpy(queries).to(vectors.device)
    best, at = torch.empty((len(asked), 0), device=vectors.device), torch.empty((len(asked), 0), dtype=torch.long)
    at = at.to(vectors.device)
    numbers = torch.arange(len(vectors)) if among is None else torch.from_numpy(among)
    for some in numbers.to(vectors.device).split(BLOCK):
        values, columns = (asked @ vectors[some].T).topk(min(K, len(some)), dim=1)
        best, at = torch.cat([best, values], dim=1), torch.cat([at, some[columns]], dim=1)
        best, kept = best.topk(min(K, best.shape[1]), dim=1)
        at = at.gather(1, kept)
    return at.cpu().numpy()


def compare(passages: np.ndarray, questions: np.ndarray, size: int, names: list[str]) -> Iterator[dict]:

    queries = np.ascontiguousarray(questions[:QUESTIONS])
    vectors = made(passages, size)
    selections = {name: passing(size, categories) for name, categories in FILTERS.items()}
    truth = {name: true_neighbours(vectors, queries, among) for name, among in {"": None, **selections}.items()}
    arrays = vectors.cpu().numpy()
    del vectors
    free_memory()
    for name in names:
        before = memory()
        try:
            started = time.perf_counter()
            store = STORES[name](arrays, selections)
            next(iter(store.settings.values()))(queries[:1])
            about = {
                "size": size,
                "store": name,
                "gpus": gpus(),
                "build_s": round(time.perf_counter() - started, 2),
                "gpu_gb": round(memory() - before, 2),
            }
            for setting, search in store.settings.items():
                yield {**about, "setting": setting, **measured(search, queries, truth[""])}
            for setting, search in store.filtered.items():
                share = setting.split()[-1]
                yield {**about, "setting": setting, "filter": share, **measured(search, queries, truth[share])}
        except Exception as error:  # noqa: BLE001 - the next store is measured all the same
            yield {"size": size, "store": name, "error": f"{type(error).__name__}: {str(error)[:300]}"}
        store = search = None
        free_memory()


def measured(search: Search, queries: np.ndarray, truth: np.ndarray) -> dict:
    figures: dict[str, Any] = {}
    for batch, times in BATCHES.items():
        taken = []
        for turn in range(times + 2):
            start = turn * batch % max(1, len(queries) - batch + 1)
            some = np.ascontiguousarray(queries[start : start + batch])
            began = time.perf_counter()
            search(some)
            taken.append(time.perf_counter() - began)
        median = float(np.median(taken[2:]))
        figures[f"ms_{batch}"] = round(1000 * median, 3)
        figures[f"qps_{batch}"] = round(min(batch, len(queries)) / median)
    found = np.concatenate([search(queries[start : start + 250]) for start in range(0, len(queries), 250)])
    figures["recall"] = round(float(np.mean([np.isin(a, b).mean() for a, b in zip(truth, found, strict=True)])), 4)
    return figures


def gpus() -> int:
    import torch

    return torch.cuda.device_count()


def memory() -> float:
    """GB of the first GPU that are taken, by whomever."""
    import torch

    if not torch.cuda.is_available():
        return 0.0
    torch.cuda.synchronize()
    free, total = torch.cuda.mem_get_info()
    return round((total - free) / 1e9, 2)


def free_memory() -> None:
    import torch

    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


# --- the stores ----------------------------------------------------------------------------------------------------------


def foyerdoc(arrays: np.ndarray, selections: dict[str, np.ndarray]) -> Store:
    from foyerdoc.index.vectors import Vectors

    vectors = Vectors(arrays.shape[1])
    for start in range(0, len(arrays), BLOCK):
        some = arrays[start : start + BLOCK]
        vectors.add_arrays(np.arange(start, start + len(some)), some)

    def search(queries: np.ndarray, among: np.ndarray | None = None) -> np.ndarray:
        return vectors.search(queries, K, among=among)[1]

    filtered = {name: lambda queries, among=among: search(queries, among) for name, among in selections.items()}
    return Store({"exact": search}, filtered, vectors)


def flat(arrays: np.ndarray, selections: dict[str, np.ndarray], *, half: bool, cuvs: bool) -> Store:
    import faiss

    config = faiss.GpuIndexFlatConfig()
    config.useFloat16, config.use_cuvs = half, cuvs
    resources = faiss.StandardGpuResources()
    index = faiss.GpuIndexFlatIP(resources, arrays.shape[1], config)
    # FAISS doubles its room when that is full.
    for start in range(0, len(arrays), 10 * BLOCK):
        index.add(arrays[start : start + 10 * BLOCK])
    made = {"exact": faiss.SearchParameters()}
    return faiss_store(index, resources, made, faiss.SearchParameters, selections if cuvs else {}, len(arrays))


def ivf(arrays: np.ndarray, selections: dict[str, np.ndarray], *, cuvs: bool) -> Store:
    import faiss

    config = faiss.GpuIndexIVFFlatConfig()
    config.use_cuvs = cuvs
    resources = faiss.StandardGpuResources()
    lists = 2 ** round(np.log2(4 * np.sqrt(len(arrays))))
    index = faiss.GpuIndexIVFFlat(resources, arrays.shape[1], lists, faiss.METRIC_INNER_PRODUCT, config)
    sample = np.random.default_rng(0).choice(len(arrays), min(len(arrays), 64 * lists), replace=False)
    index.train(np.ascontiguousarray(arrays[np.sort(sample)]))
    for start in range(0, len(arrays), 10 * BLOCK):
        index.add(arrays[start : start + 10 * BLOCK])
    probes = [one for one in (32, 128, 512) if one <= lists]
    settings = {f"{one} of {lists} lists": faiss.SearchParametersIVF(nprobe=one) for one in probes}

    def parameters(sel: Any) -> Any:
        return faiss.SearchParametersIVF(nprobe=probes[-1], sel=sel)

    return faiss_store(index, resources, settings, parameters, selections if cuvs else {}, len(arrays))


def cagra(arrays: np.ndarray, selections: dict[str, np.ndarray]) -> Store:
    import faiss

    config = faiss.GpuIndexCagraConfig()
    config.build_algo = faiss.graph_build_algo_NN_DESCENT if len(arrays) <= 2_000_000 else faiss.graph_build_algo_IVF_PQ
    resources = faiss.StandardGpuResources()
    # Vectors of norm 1: the nearest by distance are the nearest by angle.
    index = faiss.GpuIndexCagra(resources, arrays.shape[1], faiss.METRIC_L2, config)
    index.train(arrays)
    settings = {f"itopk {one}": faiss.SearchParametersCagra(itopk_size=one) for one in (64, 256, 512)}

    def parameters(sel: Any) -> Any:
        return faiss.SearchParametersCagra(itopk_size=512, sel=sel)

    return faiss_store(index, resources, settings, parameters, selections, len(arrays))


def faiss_store(
    index: Any, resources: Any, settings: dict[str, Any], filtering: Callable, selections: dict[str, np.ndarray], size: int
) -> Store:
    import faiss

    def searching(parameters: Any) -> Search:
        return lambda queries: index.search(queries, K, params=parameters)[1]

    plain = settings.pop("exact", None)
    made = {name: searching(parameters) for name, parameters in settings.items()}
    if plain is not None:
        made["exact"] = lambda queries: index.search(queries, K)[1]
    filtered, kept = {}, []
    for share, among in selections.items():
        allowed = np.zeros(size, np.bool_)
        allowed[among] = True
        bits = np.packbits(allowed, bitorder="little")
        selector = faiss.IDSelectorBitmap(bits)
        parameters = filtering(sel=selector)
        kept.append((bits, selector, parameters))
        filtered[share] = searching(parameters)
    return Store(made, filtered, (index, resources, kept))


def product(arrays: np.ndarray, selections: dict[str, np.ndarray], *, kind: str) -> Store:
    """`topk` of one matrix product, as one would write it; of selections, over the rows that are let through."""
    import torch

    torch.backends.cuda.matmul.allow_tf32 = False
    where = device()
    dtype = getattr(torch, kind)
    vectors = torch.empty(arrays.shape, dtype=dtype, device=where)
    for start in range(0, len(arrays), BLOCK):
        vectors[start : start + BLOCK] = torch.from_numpy(arrays[start : start + BLOCK]).to(where)

    def search(queries: np.ndarray, among: Any = None) -> np.ndarray:
        some = vectors if among is None else vectors[among]
        step = max(1, 2**31 // len(some))  # scores at a time
        found = []
        for part in torch.from_numpy(queries).to(where).to(dtype).split(step):
            columns = (part @ some.T).topk(K, dim=1).indices
            found.append(columns if among is None else among[columns])
        return torch.cat(found).cpu().numpy()

    held = {name: torch.from_numpy(among).to(where) for name, among in selections.items()}
    filtered = {name: lambda queries, among=among: search(queries, among) for name, among in held.items()}
    return Store({"exact": search}, filtered, vectors)


STORES: dict[str, Callable[[np.ndarray, dict[str, np.ndarray]], Store]] = {
    "foyerdoc": foyerdoc,
    "torch float32": lambda arrays, selections: product(arrays, selections, kind="float32"),
    "torch bfloat16": lambda arrays, selections: product(arrays, selections, kind="bfloat16"),
    "torch float16": lambda arrays, selections: product(arrays, selections, kind="float16"),
    "flat float32": lambda arrays, selections: flat(arrays, selections, half=False, cuvs=False),
    "flat float16": lambda arrays, selections: flat(arrays, selections, half=True, cuvs=False),
    "flat float32 cuVS": lambda arrays, selections: flat(arrays, selections, half=False, cuvs=True),
    "flat float16 cuVS": lambda arrays, selections: flat(arrays, selections, half=True, cuvs=True),
    "IVF": lambda arrays, selections: ivf(arrays, selections, cuvs=False),
    "IVF cuVS": lambda arrays, selections: ivf(arrays, selections, cuvs=True),
    "CAGRA": cagra,
}


# --- the check -----------------------------------------------------------------------------------------------------------


def check(passages: np.ndarray, questions: np.ndarray, size: int) -> Iterator[dict]:
    """On one GPU, on all, and on pretended ones where there are none: scores and numbers equal to the CPU's?"""

    from foyerdoc.index import vectors as module
    from foyerdoc.index.shards import Shards, find_gpus

    there = find_gpus() or ("cpu",)
    arrays = made(passages, size).cpu().numpy()
    # A hundred vectors forty times over, so that equal scores are met.
    arrays[::50][:4000] = np.tile(arrays[:100], (40, 1))[: len(arrays[::50][:4000])]
    for devices in dict.fromkeys((there[:1], there, there[:1] * 2)):
        stores = {}
        for name, gpus in {"cpu": (), "gpu": devices}.items():
            module.find_gpus = lambda gpus=gpus: gpus
            store = module.Vectors(arrays.shape[1], recall=1)
            half = size // 2
            store.add_arrays(np.arange(half), arrays[:half])
            store.search(questions[:1], 1)
            gone = np.random.default_rng(0).choice(size, size // 10, replace=False)
            store.remove(gone[gone < half])
            store.add_arrays(np.arange(half, size), arrays[half:])
            store.remove(gone[gone >= half])
            stores[name] = store, gpus
        share = {"all": None, **{name: passing(size, of) for name, of in FILTERS.items()}, "5": np.arange(100, 105)}
        for k, asked in {1: 200, 10: 200, 2048: 10, 3000: 10}.items():
            for name, among in share.items():
                answers = {}
                for which, (store, gpus) in stores.items():
                    module.find_gpus = lambda gpus=gpus: gpus
                    answers[which] = store.search(np.concatenate([questions[:asked], arrays[50:55]]), k, among=among)
                (cpu, its), (gpu, ours) = answers["cpu"], answers["gpu"]
                worst = float(np.abs(cpu - gpu).max(initial=0))
                yield {
                    "check": "gpu and cpu",
                    "devices": list(devices),
                    "k": k,
                    "among": name,
                    "found": list(gpu.shape),
                    "worst_score": worst,
                    "equal_scores": float((cpu == gpu).mean()),
                    "equal_numbers": float((its == ours).mean()),
                    "well": bool(cpu.shape == gpu.shape and worst < 1e-6 and (its == ours).mean() > 0.9999),
                }
        used = stores["gpu"][0]._shards
        yield {"check": "searched on devices", "devices": list(devices), "well": isinstance(used, Shards)}
    module.find_gpus = find_gpus


if __name__ == "__main__":
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")
    main()
