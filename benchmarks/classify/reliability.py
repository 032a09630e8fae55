"""Whether stated confidences can be believed, and what abstaining by them buys."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from benchmarks.classify.metrics import Weights
from numpy.typing import NDArray

from foyerdoc.evaluation.metrics.confidence import wilson

BINS = 10
SAMPLES = 1000
"""How many samples a perfectly calibrated classifier is simulated on."""


@dataclass(frozen=True, slots=True)
class Bin:
    """The documents of one stretch of confidence: how many, their mean confidence, their accuracy and its 95% interval."""

    documents: float
    confidence: float
    accuracy: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Perfect:
    """The ECE that a perfectly calibrated classifier with the same confidences would have at this sample size.

    Attributes:
        mean: over simulated samples.
        high: 95 of 100 samples are below.
        chance: the share of samples at or above what was measured.
    """

    mean: float
    high: float
    chance: float


def _bin_of(confidence: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.minimum((confidence * BINS).astype(np.int64), BINS - 1)


def ece(confidence: NDArray[np.float64], right: NDArray[np.bool_], weights: Weights) -> float:
    """Expected calibration error, 0 is best: mean distance of accuracy and confidence over ten bins of equal width, each
    weighing as many documents as it has (Naeini et al., "Obtaining Well Calibrated Probabilities", AAAI 2015)."""
    place = _bin_of(confidence)
    gaps = np.bincount(place, weights * (right - confidence), BINS)
    return float(np.abs(gaps).sum() / weights.sum())


def perfect(confidences: list[NDArray[np.float64]], measured: float, times: int | None = None, seed: int = 0) -> Perfect:
    """Draw which documents are right from the stated confidences themselves, and measure.

    Args:
        confidences: of each seed, the same documents in the same order. A document's luck is the same under every seed, so
            that three seeds do not pass for three times the documents.
        measured: the mean ECE over seeds.
        times: how many samples; `SAMPLES` by default.
        seed: of the samples.
    """
    generator = np.random.default_rng(seed)
    ones = np.ones(len(confidences[0]))
    samples = []
    for _ in range(times or SAMPLES):
        luck = generator.random(len(ones))
        samples.append(np.mean([ece(each, luck < each, ones) for each in confidences]))
    drawn = np.array(samples)
    return Perfect(float(drawn.mean()), float(np.quantile(drawn, 0.95)), float((drawn >= measured - 1e-12).mean()))


def diagram(confidences: list[NDArray[np.float64]], rights: list[NDArray[np.bool_]]) -> list[Bin]:
    """The bins that have documents, seeds pooled; a document under three seeds counts as one, a third each."""
    part = 1 / len(confidences)
    confidence, right = np.concatenate(confidences), np.concatenate(rights)
    place = _bin_of(confidence)
    bins = []
    for i in range(BINS):
        here = place == i
        if here.any():
            n, hits = part * here.sum(), part * right[here].sum()
            bins.append(Bin(n, float(confidence[here].mean()), float(hits / n), *wilson(hits, n)))
    return bins


def risk_coverage(
    confidence: NDArray[np.float64], right: NDArray[np.bool_], weights: Weights | None = None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(points,) coverage, the share of documents that are answered when the surest are; (points,) risk, the share of those
    answers that is wrong. Documents of the same confidence are answered together or not at all."""
    drawn = np.ones(len(confidence)) if weights is None else weights
    order = np.argsort(-confidence, kind="stable")
    last = np.flatnonzero(np.append(np.diff(confidence[order]) != 0, values=True))
    answered = np.cumsum(drawn[order])[last]
    wrong = np.cumsum((drawn * ~right)[order])[last]
    some = answered > 0
    return answered[some] / drawn.sum(), wrong[some] / answered[some]


def area(confidence: NDArray[np.float64], right: NDArray[np.bool_], weights: Weights | None = None) -> float:
    """Area under the risk-coverage curve, 0 is best: the mean risk over coverages (Geifman and El-Yaniv, NeurIPS 2017)."""
    coverage, risk = risk_coverage(confidence, right, weights)
    return float(np.sum(np.diff(coverage, prepend=0.0) * risk))


def best_area(error: float) -> float:
    """The area of a classifier with the same share of errors whose every error is less sure than every right answer."""
    return float(error + (1 - error) * np.log(1 - error)) if error < 1 else 1.0
