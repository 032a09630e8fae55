"""Which arrows between knobs, measures and an outcome the results themselves suggest: gCastle's PC, DirectLiNGAM and NOTEARS.

What is known beforehand: knobs were assigned, so nothing points at them; measures are taken in the order in which the results
name them, and the outcome last, so nothing points back. How each method is told, after gCastle 1.0.4's own source:

- PC takes forbidden arrows. Its default variant looks for separating sets among the neighbours of one end only, and so keeps
  arrows that are not there; the "parallel" one looks at both ends, and is used. The test is ours: partial covariance with
  errors by document, since rows of a document are not independent, as Fisher's z assumes.
- DirectLiNGAM takes a matrix that says from where no path leads; it is read as [to, from], not as its docstring says. It orders
  by that, yet regresses on all that comes before, knobs on knobs among it: the regression is therefore repeated without them.
- NOTEARS takes nothing. Its arrows into knobs and back to what was taken earlier are taken away afterwards and counted.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Final, Literal

import numpy as np
from scipy.special import stdtr

from foyerdoc.errors import MissingDependency
from foyerdoc.experiments.effects.fitting import INSTALL
from foyerdoc.experiments.effects.moments import Moments, resampled

Method = Literal["PC", "DirectLiNGAM", "NOTEARS"]
METHODS: Final[tuple[Method, ...]] = ("PC", "DirectLiNGAM", "NOTEARS")
RESAMPLES: Final = 100
STABLE: Final = 0.8

# Set before any result was seen. An arrow under 0.05 standard deviations for each of its source is not drawn.
_PC_ALPHA: Final = 0.01
_LEAST_WEIGHT: Final = 0.05


@dataclass(frozen=True, slots=True)
class Edge:
    """An arrow.

    Attributes:
        source, target: factor, measure or outcome.
        found: which methods draw it on all documents.
        stability: of each method, the share of samples of documents, drawn anew, in which it draws it.
    """

    source: str
    target: str
    found: tuple[Method, ...]
    stability: dict[Method, float]

    @property
    def stable(self) -> tuple[Method, ...]:
        """The methods that draw it on all documents and in at least `STABLE` of the samples."""
        return tuple(method for method in self.found if self.stability[method] >= STABLE)


@dataclass(frozen=True, slots=True)
class Structure:
    """The arrows over the knobs, the measures and one outcome.

    Attributes:
        outcome: its name.
        edges: all that any method drew on all documents, the most stable first.
        removed: arrows of NOTEARS that contradict what is known, on all documents: `knob` into a knob, `back` to
            what was taken earlier.
        removed_share: the share of the samples in which NOTEARS drew an arrow into a knob.
        resamples: how often documents were drawn anew.
    """

    outcome: str
    edges: tuple[Edge, ...]
    removed: dict[str, int]
    removed_share: float
    resamples: int


_Arrows = set[tuple[int, int]]


def find_structure(
    moments: Moments, *, resamples: int = RESAMPLES, seed: int = 0, progress: Callable[[Sequence[Any]], Iterable[Any]] = iter
) -> Structure:
    """Draw arrows by three methods, and again on documents drawn with replacement.

    Args:
        moments: of one outcome.
        resamples: how often documents are drawn anew.
        seed: of the drawing.
        progress: passes samples through, and may show how many have passed.

    Raises:
        MissingDependency: gCastle is not installed.
    """
    castle = _load()
    everyone = np.ones((1, len(moments.starts)), dtype=np.int64)
    counts: dict[Method, Counter[tuple[str, str]]] = {method: Counter() for method in METHODS}
    found: dict[Method, set[tuple[str, str]]] = {}
    removed, samples_with_removed = Counter[str](), 0
    weights = np.concatenate([everyone, resampled(len(moments.starts), resamples, seed)])
    for number, drawn in enumerate(progress(list(weights))):
        whole, dropped = _notears(castle, moments, drawn)
        arrows = {"PC": _pc(castle, moments, drawn), "DirectLiNGAM": _lingam(castle, moments, drawn), "NOTEARS": whole}
        for method in METHODS:
            named = _named(arrows[method], moments)
            if number:
                counts[method].update(named)
            else:
                found[method] = named
        if not number:
            removed = dropped
        else:
            samples_with_removed += dropped["knob"] > 0
    edges = [
        Edge(
            *edge,
            tuple(method for method in METHODS if edge in found[method]),
            {method: counts[method][edge] / max(resamples, 1) for method in METHODS},
        )
        for edge in sorted(set.union(*found.values()))
    ]
    edges.sort(key=lambda edge: -sum(edge.stability.values()))
    share = samples_with_removed / max(resamples, 1)
    return Structure(moments.names[-1], tuple(edges), {"knob": 0, "back": 0, **removed}, share, resamples)


def _allowed(moments: Moments) -> np.ndarray:
    """(columns, columns) bool: whether an arrow [from, to] is possible."""
    allowed = np.triu(np.ones((len(moments.names), len(moments.names)), dtype=bool), 1)
    allowed[:, : moments.knobs] = False
    return allowed


def _pc(castle: ModuleType, moments: Moments, drawn: np.ndarray) -> _Arrows:
    from castle.common.priori_knowledge import PrioriKnowledge

    known = PrioriKnowledge(len(moments.names))
    known.add_forbidden_edges([(a, b) for a, b in np.argwhere(~_allowed(moments)).tolist() if a != b])
    learner = castle.PC(
        variant="parallel", alpha=_PC_ALPHA, ci_test=independence_test(moments.products, drawn), priori_knowledge=known
    )
    learner.learn(moments.values[:2], p_cores=1)
    return {(a, b) for a, b in np.argwhere(np.asarray(learner.causal_matrix)).tolist()}


def independence_test(products: np.ndarray, drawn: np.ndarray) -> Callable[..., tuple[None, None, float]]:
    """Whether two columns are uncorrelated once others are held, as gCastle's PC asks: (data, x, y, others) -> (.., .., p).

    A score test with errors by document: what is left of the two columns is multiplied row by row and added up over each
    document; these sums add up to zero but for chance.

    Args:
        products: (documents, columns, columns) float64.
        drawn: (documents,) int64, how often each document counts.
    """
    whole = np.tensordot(drawn.astype(np.float64), products, axes=1)
    freedom = max(int((drawn > 0).sum()) - 1, 1)

    def test(_: Any, x: int, y: int, others: list[int]) -> tuple[None, None, float]:
        left = np.zeros((2, len(whole)))
        left[0, x] = left[1, y] = 1.0
        if others:
            left[:, others] = -np.linalg.lstsq(whole[np.ix_(others, others)], whole[np.ix_(others, [x, y])], rcond=None)[0].T
        scores = (products @ left[1]) @ left[0]
        error = np.sqrt(drawn @ np.square(scores))
        return None, None, float(2 * stdtr(freedom, -abs(drawn @ scores) / error)) if error > 0 else 1.0

    return test


def _lingam(castle: ModuleType, moments: Moments, drawn: np.ndarray) -> _Arrows:
    allowed = _allowed(moments)
    ends = np.append(moments.starts[1:], len(moments.values))
    rows = np.concatenate(
        [np.tile(np.arange(a, b), n) for a, b, n in zip(moments.starts, ends, drawn.tolist(), strict=True) if n]
    )
    values = _standardised(moments.values[rows])
    learner = castle.DirectLiNGAM(prior_knowledge=np.where(allowed, -1, 0).T)
    learner.fit(values)
    found: _Arrows = set()
    for place, target in enumerate(learner.causal_order_):
        before = [source for source in learner.causal_order_[:place] if allowed[source, target]]
        if before:
            weights = learner.predict_adaptive_lasso(values, before, target)
            found |= {(int(a), int(target)) for a, w in zip(before, weights, strict=True) if abs(w) >= _LEAST_WEIGHT}
    return found


def _notears(castle: ModuleType, moments: Moments, drawn: np.ndarray) -> tuple[_Arrows, Counter[str]]:
    whole = np.tensordot(drawn.astype(np.float64), moments.products, axes=1)
    scale = np.sqrt(np.maximum(np.diag(whole), np.finfo(float).tiny))
    values, vectors = np.linalg.eigh(whole / np.outer(scale, scale))
    root = np.sqrt(np.maximum(values, 0.0))[:, None] * vectors.T
    # NOTEARS looks at nothing but correlations: these few rows, whose mean is zero, have those of all rows.
    rows = np.sqrt(len(root)) * np.vstack([root, -root])
    # The penalty at which noise alone draws hardly any arrow (Donoho and Johnstone's universal threshold).
    penalty = float(np.sqrt(2 * np.log(len(root)) / len(moments.values)))
    # Not `learn`: it wraps the rows in a class of its own, of which every product then takes ten times as long.
    weights = castle.Notears().notears_linear(rows, penalty, "l2", max_iter=100, h_tol=1e-8, rho_max=1e16)
    drawn_arrows = {(a, b) for a, b in np.argwhere(np.abs(weights) >= _LEAST_WEIGHT).tolist()}
    into_knobs = {(a, b) for a, b in drawn_arrows if b < moments.knobs}
    back = {(a, b) for a, b in drawn_arrows - into_knobs if a > b}
    return drawn_arrows - into_knobs - back, Counter({"knob": len(into_knobs), "back": len(back)})


def _named(arrows: _Arrows, moments: Moments) -> set[tuple[str, str]]:
    """Arrows by name; those of a factor's levels are one."""
    return {(moments.names[a], moments.names[b]) for a, b in arrows}


def _standardised(values: np.ndarray) -> np.ndarray:
    centred = values - values.mean(axis=0)
    spread = centred.std(axis=0)
    # A level that a sample does not show: noise that is correlated with nothing, instead of a division by zero.
    for place in np.flatnonzero(spread == 0):
        centred[:, place] = np.random.default_rng(int(place)).standard_normal(len(centred))
        spread[place] = centred[:, place].std()
    standard: np.ndarray = centred / spread
    return standard


def _load() -> ModuleType:
    with _as_it_was():
        try:
            from castle import algorithms
        except ImportError as error:
            raise MissingDependency("the structure of effects needs gCastle", hint=INSTALL) from error
    module: ModuleType = algorithms
    return module


@contextmanager
def _as_it_was() -> Iterator[None]:
    """Keep what is the process's: gCastle, when it is imported, turns all logging to INFO and makes torch count in float64."""
    import torch

    dtype = torch.get_default_dtype()
    root = logging.getLogger()
    handlers, level, disabled = list(root.handlers), root.level, logging.root.manager.disable
    logging.disable(logging.INFO)
    try:
        yield
    finally:
        torch.set_default_dtype(dtype)
        logging.disable(disabled)
        root.handlers[:] = handlers
        root.setLevel(level)
