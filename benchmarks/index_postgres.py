"""How near pgvector's graph comes to the true neighbours, through an index in PostgreSQL: recall and milliseconds.

    python -m benchmarks.index_postgres DATA [--sizes 20000 60000]

DATA as in `benchmarks.index_growth`. Vectors are made of E5's of real paragraphs, queries are real questions. The chunks around
them are empty, since words are not searched. Everything runs on one machine, in a server that is started for it.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
from benchmarks.index_gpu import embeddings
from benchmarks.index_scale import mixed
from benchmarks.postgres import serving

from foyerdoc.index import postings
from foyerdoc.index.backends import Embedding, Stems
from foyerdoc.index.places import connect, in_schema

QUERIES = 200
K = 10


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--sizes", type=int, nargs="+", default=[20_000, 60_000])
    options = parser.parse_args()
    passages, questions = embeddings(options.data)
    asked = questions[np.random.default_rng(1).permutation(len(questions))[:QUERIES]]
    with serving() as server:
        for size in options.sizes:
            backend = connect(in_schema(server.address, f"s{size}"), {})
            vectors = mixed(passages, size, np.random.default_rng(0)).astype("<f2")
            began = time.perf_counter()
            fill(backend, vectors)
            print(f"{size:,} vectors: {size / (time.perf_counter() - began):.0f} added a second")
            exact, exactly = search(backend, asked, 10**9)
            found, graph = search(backend, asked, 0)
            recall = np.mean([len(np.intersect1d(one, other)) / len(one) for one, other in zip(exact, found, strict=True)])
            print(f"  recall@{K} {recall:.3f}; p50 {graph:.1f} ms by the graph, {exactly:.1f} ms exactly")
            backend.close()


def fill(backend, vectors) -> None:
    with backend.transaction(write=True) as session:
        session.make_room(vectors.shape[1])
        [document] = session.insert(
            "INSERT INTO documents (id, name, digest, added, body) VALUES (?, '', '', '', '')", [("d",)]
        )
        [member] = session.insert("INSERT INTO members (document, id, name, media_type) VALUES (?, '', '', '')", [(document,)])
        for start in range(0, len(vectors), 1_000):
            rows = session.insert(
                "INSERT INTO chunks (id, document, member, start, stop, text, headings, pages, n_tokens, embedding)"
                " VALUES ('', ?, ?, 0, 0, '', '[]', '[]', ?, ?)",
                [
                    (document, member, i % 1_000, Embedding(one.tobytes()))
                    for i, one in enumerate(vectors[start : start + 1_000])
                ],
            )
            session.write_stems(Stems(row, None, ()) for row in rows)


def search(backend, asked, exact_up_to: int) -> tuple[list, float]:
    postings._EXACT_UP_TO = exact_up_to
    found, times = [], []
    for vector in asked:
        with backend.transaction(write=False) as session:
            began = time.perf_counter()
            found.append(session.near(vector.astype(np.float32), K, None, []))
            times.append(time.perf_counter() - began)
    return found, 1_000 * float(np.median(times))


if __name__ == "__main__":
    main()
