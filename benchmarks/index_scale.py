"""How a store of vectors grows: adding, searching, memory and disk, beside LlamaIndex's two FAISS stores.

    PYTHONPATH=STORES python benchmarks/index_scale.py DATA_DIR [--sizes 10000 30000 100000] [--keep FOLDER]

STORES holds the peer: pip install --no-deps --target STORES llama-index-vector-stores-faiss==0.7.0

The vectors are made of E5's of real paragraphs (DATA_DIR/qa): each lies between two of them, with noise. The queries are
E5's of real questions. Every store runs in a process of its own on one thread, and says its times (of the processor, so
that other work on the machine counts little), its memory beyond what importing takes, and the recall of its answers
against NumPy. Arrays are added in blocks of 1,000; the peers take nodes
only, so making those of the arrays is part of adding; the last rate is without it, for all of them.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

BLOCK, K, SEARCHES = 1_000, 10, 300
STORES = ("foyerdoc", "foyerdoc, exact", "FaissVectorStore", "FaissMapVectorStore")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 30_000, 100_000])
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--rounds", type=int, default=3, help="every figure is the median of these")
    parser.add_argument("--worker", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        name, vectors, queries = options.worker
        print(json.dumps(measure(name, np.load(vectors), np.load(queries))))
        return
    from rich.console import Console
    from rich.table import Table

    passages, questions = embeddings(options.data, options.keep)
    table = Table(title=f"{passages.shape[1]} dimensions, k = {K}, one thread, processor time, median of {options.rounds}")
    columns = (
        "store, vectors, add /s, add to peer, add (nodes made) /s, first ms, p50 ms, p99 ms, recall, filter ms, MB, disk MB"
    )
    for column in columns.split(", "):
        table.add_column(column, justify="left" if column == "store" else "right")
    for size in options.sizes:
        rounds: dict[str, list[dict]] = {name: [] for name in STORES}
        with tempfile.TemporaryDirectory() as folder:
            paths = Path(folder) / "vectors.npy", Path(folder) / "queries.npy"
            np.save(paths[0], made(passages, size))
            np.save(paths[1], questions)
            for _ in range(options.rounds):
                for name in STORES:
                    rounds[name].append(in_a_process(options.data, name, paths))
        figures = {
            name: {key: float(np.median([one[key] for one in many])) for key in many[0]} for name, many in rounds.items()
        }
        peer = figures["FaissVectorStore"]
        for name, one in figures.items():
            cells = [f"{size / one['add']:,.0f}", f"{peer['add'] / one['add']:.1f}x", f"{size / one['add_nodes']:,.0f}"]
            cells += [f"{one[key]:.2f}" for key in ("first", "p50", "p99")] + [f"{one['recall']:.4f}"]
            cells += [f"{one[key]:.1f}" if np.isfinite(one[key]) else "-" for key in ("filter", "memory", "disk")]
            table.add_row(name, f"{size:,}", *cells)
        table.add_section()
    Console(width=160).print(table)


def embeddings(data: Path, keep: Path | None) -> tuple[np.ndarray, np.ndarray]:
    """E5's of all paragraphs, and of 300 questions, drawn once for all."""
    from questions import KeptEmbedder, squad

    embedder = KeptEmbedder(keep)
    passages, questions = [], []
    for name in ("piaf.fr", "xquad.de", "xquad.en"):
        paragraphs, asked = squad(data / "qa" / f"{name}.json")
        passages.append(embedder.embed_documents(paragraphs))
        questions.append(embedder.embed_queries([question.text for question in asked]))
    embedder.close()
    some = np.random.default_rng(0).choice(sum(map(len, questions)), SEARCHES, replace=False)
    return np.concatenate(passages), np.concatenate(questions)[some]


def made(passages: np.ndarray, size: int) -> np.ndarray:
    """(size, dimensions) float32, unit norm: nearest neighbours are as close as those of real passages (cosine about 0.9)."""
    return mixed(passages, size, np.random.default_rng(1))


def mixed(passages: np.ndarray, size: int, rng: np.random.Generator) -> np.ndarray:
    """(size, dimensions) float32, unit norm: each between two of the passages, with noise."""
    first, second = rng.integers(len(passages), size=(2, size))
    weight = rng.uniform(0.5, 1, size=(size, 1))
    noise = rng.normal(size=(size, passages.shape[1])) * 0.25 / np.sqrt(passages.shape[1])
    vectors = weight * passages[first] + (1 - weight) * passages[second] + noise
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def in_a_process(data: Path, name: str, paths: tuple[Path, Path]) -> dict:
    command = [sys.executable, __file__, str(data), "--worker", name, *map(str, paths)]
    answer = subprocess.run(command, env={**os.environ, "OMP_NUM_THREADS": "1"}, capture_output=True, text=True, check=True)
    return json.loads(answer.stdout)


def measure(name: str, vectors: np.ndarray, queries: np.ndarray) -> dict:
    from llama_index.core.schema import NodeRelationship, RelatedNodeInfo, TextNode
    from llama_index.core.vector_stores.types import MetadataFilter, MetadataFilters, VectorStoreQuery

    from foyerdoc.index.llamaindex import FaissStore

    ours = name.startswith("foyerdoc")
    ids = [f"n{i}" for i in range(len(vectors))]
    documents = [f"d{i // 20}" for i in range(len(vectors))]
    metadata = [{"category": f"c{i % 20}"} for i in range(len(vectors))]

    def nodes(block: slice) -> list:
        source = NodeRelationship.SOURCE
        return [
            TextNode(
                id_=ids[i],
                embedding=vector,
                metadata=metadata[i],
                relationships={source: RelatedNodeInfo(node_id=documents[i])},
            )
            for i, vector in zip(range(block.start, block.stop), vectors[block].tolist(), strict=True)
        ]

    make = maker(name, vectors.shape[1], FaissStore)
    make().query(VectorStoreQuery(query_embedding=queries[0].tolist(), similarity_top_k=K))  # what loads at first use
    # What importing left behind is a million objects: walking them would cost more than a store's own.
    gc.collect()
    gc.freeze()
    before, store, making = resident(), make(), 0.0
    started = time.process_time()
    for at in range(0, len(vectors), BLOCK):
        block = slice(at, min(at + BLOCK, len(vectors)))
        if ours:
            store.add_arrays(ids[block], vectors[block], documents=documents[block], metadata=metadata[block])
            continue
        began = time.process_time()
        some = nodes(block)
        making += time.process_time() - began
        store.add(some)
    add = time.process_time() - started

    def ask(i: int, **limits: object) -> tuple[float, list[str]]:
        query = VectorStoreQuery(query_embedding=queries[i].tolist(), similarity_top_k=K, **limits)
        began = time.process_time()
        found = store.query(query).ids
        return (time.process_time() - began) * 1000, [int(one.lstrip("n")) for one in found]

    first = ask(0)[0]
    answers = [ask(i) for i in range(len(queries))]
    times = [milliseconds for milliseconds, _ in answers]
    memory = resident() - before
    true = np.argpartition(-(queries @ vectors.T), K, axis=1)[:, :K]
    recall = np.mean([np.isin(one, found).mean() for one, (_, found) in zip(true, answers, strict=True)])
    filtered = float("nan")
    if ours:
        limit = MetadataFilters(filters=[MetadataFilter(key="category", value="c3")])
        filtered = float(np.median([ask(i, filters=limit)[0] for i in range(50)]))
    with tempfile.TemporaryDirectory() as folder:
        store.persist(str(Path(folder) / "store"))
        disk = sum(file.stat().st_size for file in Path(folder).rglob("*") if file.is_file()) / 2**20
    return {
        "add": add,
        "add_nodes": add_made_nodes(make(), nodes, len(vectors)) if ours else add - making,
        "first": first,
        "p50": float(np.median(times)),
        "p99": float(np.quantile(times, 0.99)),
        "recall": float(recall),
        "filter": filtered,
        "memory": memory,
        "disk": disk,
    }


def maker(name: str, dimensions: int, ours: type):
    """What makes an empty store."""
    import faiss

    if name == "foyerdoc":
        return lambda: ours(dimensions)
    if name == "foyerdoc, exact":
        return lambda: ours(dimensions, recall=1.0)
    from llama_index.vector_stores.faiss import FaissMapVectorStore, FaissVectorStore

    if name == "FaissVectorStore":
        return lambda: FaissVectorStore(faiss.IndexFlatIP(dimensions))
    return lambda: FaissMapVectorStore(faiss.IndexIDMap2(faiss.IndexFlatIP(dimensions)))


def add_made_nodes(store, nodes, count: int) -> float:
    total = 0.0
    for at in range(0, count, BLOCK):
        some = nodes(slice(at, min(at + BLOCK, count)))
        began = time.process_time()
        store.add(some)
        total += time.process_time() - began
    return total


def resident() -> float:
    """MB that the process holds now; at most, where the system does not tell."""
    status = Path("/proc/self/statm")
    if status.exists():
        return int(status.read_text().split()[1]) * resource.getpagesize() / 2**20
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10


if __name__ == "__main__":
    main()
