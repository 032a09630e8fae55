"""Few-shot in the style of SetFit: the embedder's vectors and a logistic regression, with or without contrastive tuning first.

    python -m benchmarks.classify.few_shot RESULTS --data DATA --system e5-frozen --cache FOLDER
    python -m benchmarks.classify.few_shot RESULTS --data DATA --system setfit --device cuda [--sizes 50,200,all]

Contrastive tuning (Tunstall et al., "Efficient Few-Shot Learning Without Prompts", 2022): the cosine of two texts is pulled
to 1 where they have the same leaf and to 0 where not; 20 pairs of either kind for each example (at most `--pairs` in all), one
pass, batches of 16 pairs, rate 2e-5. All weights of the embedder are tuned, in bfloat16 autocast. A text is what fits into the
model's 512 tokens, as SetFit does it. Runs that have a file already are left alone.
"""

from __future__ import annotations

import argparse
import random
import time
import warnings
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from benchmarks.classify import predictions, runs
from benchmarks.classify.predictions import Run
from benchmarks.classify.runs import Item, Split
from numpy.typing import NDArray
from rich.console import Console

if TYPE_CHECKING:
    from torch import Tensor

PREFIX = "query: "
"""What E5's authors ask for where vectors are features of a classifier."""

TOKENS = 512
BATCH_TOKENS = 16384
PAIRS_EACH = 20
BATCH_PAIRS = 16
RATE = 2e-5


class Encoder:
    """The embedded E5 as plain transformers: texts to unit vectors, with gradients where asked for."""

    def __init__(self, device: str) -> None:
        import torch
        from tokenizers import Tokenizer
        from transformers import AutoModel

        from foyerdoc.models.embedded import embedded_embedder
        from foyerdoc.models.loading import quietly

        folder = embedded_embedder()
        self.device = torch.device(device)
        with quietly():
            model = AutoModel.from_pretrained(folder, dtype=torch.float32, local_files_only=True)
        self.model = model.to(self.device).eval()
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(TOKENS)
        self._tokenizer.no_padding()

    def tokens(self, texts: Sequence[str]) -> list[list[int]]:
        """The token ids of each text, special tokens included."""
        return [encoding.ids for encoding in self._tokenizer.encode_batch_fast([PREFIX + text for text in texts])]

    def forward(self, rows: Sequence[list[int]]) -> Tensor:
        """(rows, dimensions) float32, unit norm."""
        import torch

        longest = max(map(len, rows))
        ids = torch.tensor([row + [0] * (longest - len(row)) for row in rows]).to(self.device)
        mask = torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in rows]).to(self.device)
        with torch.autocast(self.device.type, dtype=torch.bfloat16):
            states = self.model(input_ids=ids, attention_mask=mask).last_hidden_state.float()
        pooled = (states * mask[:, :, None]).sum(1) / mask.sum(1, keepdim=True)
        return torch.nn.functional.normalize(pooled, dim=1)

    def embed(self, tokens: Sequence[list[int]]) -> NDArray[np.float32]:
        """(texts, dimensions) float32, unit norm, batches of similar length."""
        import torch

        vectors: list[NDArray[np.float32] | None] = [None] * len(tokens)
        order = sorted(range(len(tokens)), key=lambda i: -len(tokens[i]))
        with torch.inference_mode():
            while order:
                some = order[: max(1, BATCH_TOKENS // len(tokens[order[0]]))]
                order = order[len(some) :]
                for i, vector in zip(some, self.forward([tokens[i] for i in some]).cpu().numpy(), strict=True):
                    vectors[i] = vector
        return np.stack([vector for vector in vectors if vector is not None])


def tune(encoder: Encoder, tokens: Sequence[list[int]], labels: Sequence[int], seed: int, most: int) -> int:
    """Tune the encoder's weights in place on pairs; how many there were."""
    import torch

    drawn = pairs(labels, seed, most)
    torch.manual_seed(seed)
    optimizer = torch.optim.AdamW(encoder.model.parameters(), lr=RATE)
    steps = max(1, -(-len(drawn) // BATCH_PAIRS))
    warm = max(1, steps // 10)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda s: min((s + 1) / warm, (steps - s) / max(1, steps - warm)))
    encoder.model.train()
    for at in range(0, len(drawn), BATCH_PAIRS):
        batch = drawn[at : at + BATCH_PAIRS]
        vectors = encoder.forward([tokens[i] for pair in batch for i in pair[:2]])
        cosines = (vectors[0::2] * vectors[1::2]).sum(1)
        wanted = torch.tensor([float(same) for _, _, same in batch], device=cosines.device)
        torch.nn.functional.mse_loss(cosines, wanted).backward()
        torch.nn.utils.clip_grad_norm_(encoder.model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad(set_to_none=True)
    encoder.model.eval()
    return len(drawn)


def pairs(labels: Sequence[int], seed: int, most: int) -> list[tuple[int, int, bool]]:
    """Pairs of examples and whether they have the same label: as many of either kind, in a random order."""
    generator = random.Random(seed)
    members: dict[int, list[int]] = defaultdict(list)
    for i, label in enumerate(labels):
        members[label].append(i)
    if len(members) < 2:
        return []
    drawn: list[tuple[int, int, bool]] = []
    rounds = max(1, min(PAIRS_EACH, most // (2 * len(labels))))
    for i in range(len(labels)) if rounds > 1 else generator.sample(range(len(labels)), min(len(labels), most // 2)):
        same = [j for j in members[labels[i]] if j != i]
        for _ in range(rounds):
            if same:
                drawn.append((i, generator.choice(same), True))
            other = i
            while labels[other] == labels[i]:
                other = generator.randrange(len(labels))
            drawn.append((i, other, False))
    generator.shuffle(drawn)
    return drawn


def regression(x: NDArray[np.float32], y: Sequence[int], seed: int) -> Any:
    """Logistic regression on standardised vectors; its penalty is the best of four by three-fold cross-validation."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import KFold, StratifiedKFold, cross_val_score
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    def model(penalty: float) -> Any:
        return make_pipeline(StandardScaler(), LogisticRegression(C=penalty, max_iter=300))

    some = np.random.default_rng(seed).permutation(len(y))[:2000]
    labels = np.array(y)
    # Where no leaf has three examples there is nothing to stratify; all penalties may tie then, and the first is taken.
    kind = StratifiedKFold if np.bincount(labels[some]).max() >= 3 else KFold
    folds = kind(3, shuffle=True, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # leaves with fewer examples than folds, and solvers that stop early
        quality = {c: cross_val_score(model(c), x[some], labels[some], cv=folds).mean() for c in (0.1, 0.01, 1.0, 0.001)}
        return model(max(quality, key=lambda c: quality[c])).fit(x, labels)


def frozen(split: Split, vectors: dict[str, NDArray[np.float32]], run: Run, config: dict[str, Any]) -> predictions.Predictions:
    """The regression on vectors that were computed before."""
    examples = split.train + split.validation
    started = time.perf_counter()
    x, y = np.stack([vectors[item.id] for item in examples]), _labels(split, examples)
    model = regression(x, y, run.seed)
    seconds = {"train": time.perf_counter() - started}
    started = time.perf_counter()
    found = model.predict_proba(np.stack([vectors[item.id] for item in split.tested]))
    seconds["predict"] = time.perf_counter() - started
    return runs.record(
        run, split, [split.leaves[i] for i in model.classes_], found, probabilistic=True, seconds=seconds, config=config
    )


def contrastive(split: Split, run: Run, device: str, most: int, config: dict[str, Any]) -> predictions.Predictions:
    """Tuning on pairs, then the regression."""
    examples = split.train + split.validation
    started = time.perf_counter()
    encoder = Encoder(device)
    tokens = encoder.tokens([item.text for item in examples])
    labels = _labels(split, examples)
    n = tune(encoder, tokens, labels, run.seed, most)
    model = regression(encoder.embed(tokens), labels, run.seed)
    seconds = {"train": time.perf_counter() - started}
    started = time.perf_counter()
    found = model.predict_proba(encoder.embed(encoder.tokens([item.text for item in split.tested])))
    seconds["predict"] = time.perf_counter() - started
    known = [split.leaves[i] for i in model.classes_]
    return runs.record(run, split, known, found, probabilistic=True, seconds=seconds, config={**config, "pairs": n})


def _labels(split: Split, items: Sequence[Item]) -> list[int]:
    place = {leaf: i for i, leaf in enumerate(split.leaves)}
    return [place[item.path] for item in items]


def _vectors(data: Path, dataset: str, cache: Path, device: str) -> dict[str, NDArray[np.float32]]:
    """The vectors of all documents of a data set, computed once and kept in the cache."""
    parts = [runs.split(data, Run("", dataset))]
    items = {item.id: item for part in parts for item in (*part.train, *part.validation, *part.tested)}
    file = cache / f"{dataset}.npz"
    if not file.is_file():
        encoder = Encoder(device)
        found = encoder.embed(encoder.tokens([item.text for item in items.values()]))
        cache.mkdir(parents=True, exist_ok=True)
        np.savez(file, ids=np.array(list(items)), vectors=found)
    with np.load(file, allow_pickle=False) as kept:
        return dict(zip(kept["ids"].tolist(), kept["vectors"], strict=True))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    runs.add_arguments(parser)
    parser.add_argument("--system", choices=("e5-frozen", "setfit"), default="e5-frozen")
    parser.add_argument("--cache", type=Path, help="folder for the frozen vectors; RESULTS/vectors by default")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--pairs", type=int, default=16000, help="at most so many pairs a run")
    options = parser.parse_args()
    config = {"model": "multilingual-e5-small", "device": options.device, "tokens": TOKENS}
    vectors: dict[str, dict[str, NDArray[np.float32]]] = {}
    for run in runs.missing(options, options.system, deterministic=options.system == "e5-frozen"):
        if options.system == "e5-frozen" and run.dataset not in vectors:
            cache = options.cache or options.results / "vectors"
            vectors = {run.dataset: _vectors(options.data, run.dataset, cache, options.device)}
        split = runs.split(options.data, run)
        if options.system == "e5-frozen":
            found = frozen(split, vectors[run.dataset], run, config)
        else:
            found = contrastive(split, run, options.device, options.pairs, config)
        predictions.write(options.results, found)
        Console().print(f"{run}: {runs.glance(found)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
