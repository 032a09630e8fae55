"""`train_classifier`: from labelled documents to a folder that `Classifier.load` opens."""

from __future__ import annotations

import platform
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from foyerdoc import storage
from foyerdoc.classification import adapter
from foyerdoc.classification.calibration import Calibration, best_temperature
from foyerdoc.errors import TrainingError, UsageError
from foyerdoc.finetuning.config import ClassifierConfig
from foyerdoc.finetuning.data.examples import Example, fingerprint, folds, split, taxonomy_of, text_hash
from foyerdoc.finetuning.training.checkpoints import writing
from foyerdoc.finetuning.training.loop import History, Progress, fit
from foyerdoc.finetuning.training.parallel import join_processes
from foyerdoc.taxonomy import Taxonomy

if TYPE_CHECKING:
    from torch import Tensor

    from foyerdoc.classification.lexical import Counted, Lexical
    from foyerdoc.classification.network import Encoded, Network
    from foyerdoc.finetuning.labelling import Labelled

CALIBRATES: Final = 30
"""Held-out documents that a calibration takes at least."""

LEARNT: Final = "learnt"
"""Where `training.json` has the hashes of the texts that were learnt from."""

_LEXICAL_WEIGHTS: Final = (0.0, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0)
_PACKAGES: Final = ("foyerdoc", "torch", "transformers", "peft", "bitsandbytes", "scikit-learn")

Report = Callable[[str, Progress], None]


@dataclass(frozen=True, slots=True)
class HeldOut:
    """What was said of documents that were not learnt from.

    Attributes:
        examples: the documents.
        base: (documents, leaves) scores of the untuned base with a linear probe, natural-log scale.
        network: (documents, leaves) scores of the tuned network.
        lexical: (documents, leaves) scores of the words; zeros without a lexical part.
        lexical_weight: what a lexical score counts for.
    """

    examples: tuple[Example, ...]
    base: NDArray[np.float64]
    network: NDArray[np.float64]
    lexical: NDArray[np.float64]
    lexical_weight: float

    @property
    def scores(self) -> NDArray[np.float64]:
        """(documents, leaves) float64, all parts together, natural-log scale."""
        return self.network + self.lexical_weight * self.lexical


@dataclass(frozen=True, slots=True)
class TrainedClassifier:
    """A finished training.

    Attributes:
        folder: what `Classifier.load` opens.
        taxonomy: the labels.
        held_out: predictions for documents that were not learnt from.
        calibration: None when too few were held out.
        metrics: of the held-out documents, by system ("base", "tuned", "with words") and measure.
        histories: of each run, by its name; "all" is the one that was kept.
        notes: what a reader should know.
    """

    folder: Path
    taxonomy: Taxonomy
    held_out: HeldOut
    calibration: Calibration | None
    metrics: Mapping[str, Mapping[str, float]]
    histories: Mapping[str, History]
    notes: tuple[str, ...]


def train_classifier(
    examples: Sequence[Example],
    out: Path,
    *,
    taxonomy: Taxonomy | None = None,
    config: ClassifierConfig | None = None,
    validation: Sequence[Example] | None = None,
    report: Report | None = None,
) -> TrainedClassifier:
    """Fine-tune a classifier on labelled documents.

    The documents are held out in `config.folds` parts in turn. What is predicted for them chooses the number of passes, the
    weight of the words, the temperature and the thresholds; then a last run learns from all documents.

    A run that was killed goes on when it is called again with the same arguments. Under `torchrun` or `accelerate launch` all
    processes call it alike: each computes its share of every step, and the first one writes.

    Args:
        examples: documents with labels.
        out: folder to write.
        taxonomy: the labels; made of the examples' by default.
        config: how to train.
        validation: documents to hold out instead; then there is one run, on all examples.
        report: called with the run's name and its progress.

    Raises:
        UsageError: an example's label is not in the taxonomy, or `out` holds something else.
        TrainingError: too few examples or labels, the loss is not a number, memory or disk ran out. What was reached is kept
            beside `out` and taken up by the next call.
    """
    config = config or ClassifierConfig()
    storage.check_replaceable(out, kind=adapter.KIND, version=adapter.VERSION)
    taxonomy = taxonomy or taxonomy_of(examples, out.name)
    notes = _checked(examples, taxonomy)
    trainer = _Trainer(examples, taxonomy, config, out.with_name(f".{out.name}.training"), report)
    held_out, passes = trainer.hold_out(validation)
    again = validation is None and config.folds > 1
    network, lexical, settings = trainer.finish(held_out, passes, again=again)
    learnt = examples if again or validation is not None else split(examples, config.held_out, config.seed)[0]
    if config.lexical and trainer.counted.wordless:
        notes.append("there is no word in the examples: the words' part rests on groups of signs alone")
    calibration = settings.calibration()
    if calibration is None:
        notes.append(f"{len(held_out.examples)} held-out documents are too few to calibrate: confidence will be None")
    metrics = _metrics(held_out, taxonomy)
    training = {
        "config": config.model_dump(),
        "data": fingerprint(examples),
        "documents": len(examples),
        LEARNT: sorted({text_hash(example.document.text) for example in learnt}),
        "versions": {"python": platform.python_version(), **{name: version(name) for name in _PACKAGES}},
        "metrics": metrics,
        "losses": {name: history.losses for name, history in trainer.histories.items()},
        "evaluations": {name: history.evaluations for name, history in trainer.histories.items()},
        "notes": notes,
    }
    processes = join_processes()
    if processes.first:
        with writing(out), storage.new_folder(out, kind=adapter.KIND, version=adapter.VERSION) as folder:
            adapter.save_parts(folder, network, settings, taxonomy, lexical, training)
        shutil.rmtree(trainer.checkpoints, ignore_errors=True)
    processes.same(None)  # the folder is there when any of them returns
    return TrainedClassifier(out, taxonomy, held_out, calibration, metrics, trainer.histories, tuple(notes))


class _Trainer:
    """The runs of one training, on one base."""

    def __init__(
        self,
        examples: Sequence[Example],
        taxonomy: Taxonomy,
        config: ClassifierConfig,
        checkpoints: Path,
        report: Report | None,
    ) -> None:
        from foyerdoc.classification.network import Encoded, Network
        from foyerdoc.finetuning.training.memory import compute_twice, free_memory
        from foyerdoc.finetuning.training.parallel import local_device
        from foyerdoc.models.bases import load_base
        from foyerdoc.models.lora import add_lora
        from foyerdoc.models.tokens import Tokens

        self.examples, self.taxonomy, self.config = list(examples), taxonomy, config
        self.checkpoints, self.report = checkpoints, report
        self.histories: dict[str, History] = {}
        self.leaves = taxonomy.leaves()
        device = (local_device() or config.device) if config.device in (None, "cuda") else config.device
        base = load_base(config.base, quantization=config.quantization, resident=config.resident, device=device)
        self.base = base
        self.network: Network = Network(base, len(self.leaves))
        self.network.backbone = add_lora(
            base.model, rank=config.rank, alpha=config.alpha, dropout=config.dropout, seed=config.seed
        )
        free = free_memory(base.device)
        if compute_twice(base, config, None if free is None else free + int(base.model.get_memory_footprint()), head=False):
            base.model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
        self.encoded: Encoded = Encoded(
            base.model.config, Tokens(base.folder), chunk_tokens=config.chunk_tokens, prefix=config.prefix_of_base()
        )
        self.untuned = self._learnt()
        self.labelled = self._label(self.examples)
        self.vectors = self._vectors(self.labelled)

    def hold_out(self, validation: Sequence[Example] | None) -> tuple[HeldOut, int]:
        """Predictions for documents that were not learnt from, and the number of passes that served them best."""
        config = self.config
        if validation is not None:
            held = [self._run("validated", range(len(self.examples)), self._label(validation), list(validation))]
        elif config.folds > 1:
            held = [self._fold(f"part {number} of {config.folds}", *parts) for number, parts in self._folds()]
        else:
            train, out = split(self.examples, config.held_out, config.seed)
            held = [self._fold("validated", train, out)]
        passes = int(np.median([history.best_epoch for history in self.histories.values()]))
        together = HeldOut(
            tuple(example for part in held for example in part.examples),
            np.concatenate([part.base for part in held]),
            np.concatenate([part.network for part in held]),
            np.concatenate([part.lexical for part in held]),
            0.0,
        )
        weight = best_weight(together, self.leaves) if config.lexical else 0.0
        return HeldOut(together.examples, together.base, together.network, together.lexical, weight), max(1, passes)

    def finish(self, held_out: HeldOut, passes: int, *, again: bool) -> tuple[Network, Lexical | None, adapter.Settings]:
        """The network and the words that are kept, and how to use them."""
        config = self.config
        if again:
            self._train("all", range(len(self.examples)), None, config.model_copy(update={"epochs": passes}))
        lexical = self._words(range(len(self.examples))) if held_out.lexical_weight else None
        calibration = None
        if len(held_out.examples) >= CALIBRATES:
            paths = [example.path for example in held_out.examples]
            calibration = Calibration.fit(held_out.scores, paths, self.taxonomy, target=config.target)
        from foyerdoc.classification.network import MAX_CHUNKS
        from foyerdoc.models.loading import weights_digest

        return (
            self.network,
            lexical,
            adapter.Settings(
                base=config.base,
                base_digest=weights_digest(self.base.folder),
                quantization=config.quantization,
                prefix=config.prefix_of_base(),
                chunk_tokens=config.chunk_tokens,
                max_chunks=MAX_CHUNKS,
                lexical_weight=held_out.lexical_weight,
                temperature=calibration.temperature if calibration else None,
                thresholds=calibration.thresholds if calibration else (),
                target=config.target,
                examples=len(held_out.examples),
                probe=tuple(map(tuple, adapter.probe_scores(self.network, self.encoded).tolist())),
            ),
        )

    def _folds(self) -> Sequence[tuple[int, tuple[list[Example], list[Example]]]]:
        return list(enumerate(folds(self.examples, self.config.folds, self.config.seed), start=1))

    def _fold(self, name: str, train: Sequence[Example], out: Sequence[Example]) -> HeldOut:
        rows = {example.id: row for row, example in enumerate(self.examples)}
        own = [rows[example.id] for example in out]
        return self._run(name, [rows[example.id] for example in train], self.labelled.take(own), list(out), own)

    def _run(
        self,
        name: str,
        rows: Sequence[int],
        held: Labelled,
        examples: Sequence[Example],
        own: Sequence[int] | None = None,
    ) -> HeldOut:
        """Train on some of the examples and predict the held-out ones; `own` are their rows where they are examples too."""
        from foyerdoc.finetuning.labelling import predict

        config = self.config.model_copy(update={"epochs": self.config.passes(len(rows))})
        before = self._train(name, rows, held, config)
        after = predict(self.network, held, self.config.batch_tokens)
        words = np.zeros_like(after)
        if self.config.lexical:
            lexical = self._words(rows)
            if own is None:
                words = lexical.score([example.document.text for example in examples])
            else:
                words = lexical.score_counted(self.counted, own)
        return HeldOut(tuple(examples), before, after, words, 0.0)

    def _train(self, name: str, rows: Sequence[int], held: Labelled | None, config: ClassifierConfig) -> NDArray[np.float64]:
        """Train the network anew; the (documents, leaves) scores of the held-out documents before it began."""
        from foyerdoc.finetuning.labelling import LabellingTask, predict, probe_head, start_head

        self._restore()
        train = self.labelled.take(rows)
        vectors = self.vectors[list(rows)]
        start_head(self.network, vectors)
        before = np.zeros((0, len(self.leaves)))
        if held is not None:
            probe_head(self.network, vectors, train.allowed)
            before = predict(self.network, held, config.batch_tokens)
            start_head(self.network, vectors)
        task = LabellingTask(self.network, train, held, _categories(self.leaves), config)
        report = self.report
        self.histories[name] = fit(
            task,
            config,
            self.checkpoints / name.replace(" ", "-"),
            None if report is None else lambda progress: report(name, progress),
        )
        return before

    def _label(self, examples: Sequence[Example]) -> Labelled:
        from foyerdoc.finetuning.labelling import Labelled

        chosen = self.encoded.chunks([example.document for example in examples])
        texts = [[chunk.text for chunk in chunks] for chunks, _ in chosen]
        ids = iter(self.encoded.ids([text for document in texts for text in document]))
        return Labelled([[np.array(next(ids)) for _ in document] for document in texts], allowed_leaves(examples, self.leaves))

    def _vectors(self, labelled: Labelled) -> Tensor:
        from foyerdoc.finetuning.labelling import document_vectors

        return document_vectors(self.network, labelled, self.config.batch_tokens)

    def _words(self, rows: Sequence[int]) -> Lexical:
        """What the words of some of the examples say."""
        from foyerdoc.classification.lexical import Lexical

        index = {leaf: number for number, leaf in enumerate(self.leaves)}
        whole = [row for row in rows if self.examples[row].path in index]
        return Lexical(len(self.leaves)).fit_counted(self.counted, whole, [index[self.examples[row].path] for row in whole])

    @cached_property
    def counted(self) -> Counted:
        """The terms of all examples."""
        from foyerdoc.classification.lexical import Counted

        return Counted([example.document.text for example in self.examples])

    def _learnt(self) -> dict[str, Tensor]:
        parameters = self.network.named_parameters()
        return {name: tensor.detach().clone() for name, tensor in parameters if tensor.requires_grad}

    def _restore(self) -> None:
        import torch

        parameters = dict(self.network.named_parameters())
        with torch.no_grad():
            for name, tensor in self.untuned.items():
                parameters[name].copy_(tensor)


def best_weight(held_out: HeldOut, leaves: Sequence[tuple[str, ...]]) -> float:
    """The weight of the lexical scores under which the held-out leaves are most probable, at the best temperature of each."""
    index = {leaf: number for number, leaf in enumerate(leaves)}
    whole = [row for row, example in enumerate(held_out.examples) if example.path in index]
    if not whole:
        return 0.0
    labels = np.array([index[held_out.examples[row].path] for row in whole])
    network, lexical = held_out.network[whole], held_out.lexical[whole]
    losses = [best_temperature(network + weight * lexical, labels)[1] for weight in _LEXICAL_WEIGHTS]
    return _LEXICAL_WEIGHTS[int(np.argmin(losses))]


def _checked(examples: Sequence[Example], taxonomy: Taxonomy) -> list[str]:
    """What is worth saying of the examples."""
    known = {path for path, _ in taxonomy.walk()}
    unknown = {example.path for example in examples} - known
    if unknown:
        raise UsageError(
            f"{len(unknown)} labels of the examples are not in the taxonomy", hint="add them to it, or leave it out"
        )
    leaves = taxonomy.leaves()
    counts = {leaf: sum(example.path == leaf for example in examples) for leaf in leaves}
    if len({example.path for example in examples}) < 2:
        raise TrainingError(
            f"{len(examples)} examples with one label or none: nothing to tell apart", hint="add examples of another label"
        )
    empty = [" / ".join(leaf) for leaf, count in counts.items() if not count]
    return [f"no example of {', '.join(empty)}: never named"] if empty else []


def allowed_leaves(examples: Sequence[Example], leaves: Sequence[tuple[str, ...]]) -> NDArray[np.bool_]:
    """(examples, leaves) bool, the leaves that each example's label leaves open."""
    return np.array([[leaf[: len(example.path)] == example.path for leaf in leaves] for example in examples], dtype=bool)


def _categories(leaves: Sequence[tuple[str, ...]]) -> NDArray[np.int64]:
    numbers = {name: number for number, name in enumerate(dict.fromkeys(leaf[0] for leaf in leaves))}
    return np.array([numbers[leaf[0]] for leaf in leaves], dtype=np.int64)


def _metrics(held_out: HeldOut, taxonomy: Taxonomy) -> dict[str, dict[str, float]]:
    systems = {"base": held_out.base, "tuned": held_out.network}
    if held_out.lexical_weight:
        systems["with words"] = held_out.scores
    return {name: measure(scores, held_out.examples, taxonomy) for name, scores in systems.items()}


def measure(scores: NDArray[np.float64], examples: Sequence[Example], taxonomy: Taxonomy) -> dict[str, float]:
    """Accuracy and macro-F1 of the leaf, accuracy of the category, 0 to 1; of documents whose leaf is known."""
    from sklearn.metrics import accuracy_score, f1_score

    leaves = taxonomy.leaves()
    index = {leaf: number for number, leaf in enumerate(leaves)}
    rows = [row for row, example in enumerate(examples) if example.path in index]
    true = [index[examples[row].path] for row in rows]
    found = scores[rows].argmax(axis=1)
    categories = [leaves[i][0] == leaves[j][0] for i, j in zip(true, found, strict=True)]
    return {
        "documents": float(len(rows)),
        "accuracy": float(accuracy_score(true, found)),
        "macro_f1": float(f1_score(true, found, average="macro", labels=sorted(set(true)), zero_division=0)),
        "category_accuracy": float(np.mean(categories)),
    }
