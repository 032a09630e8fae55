"""Coefficients and their covariance, when rows of a document are not independent.

The mixed model says how far documents and items differ, and so how rows are to be weighed. The errors do not rest on it: they
are those of the weighted least squares, robust by document (Liang and Zeger, Biometrika 1986), so that effects that differ
from document to document and outcomes of 0 and 1 are allowed for. Without weights it is ordinary least squares.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import stdtrit

from foyerdoc.errors import MissingDependency

INSTALL: Final = "pip install 'foyerdoc[experiments]'"
_FEW: Final = 30


@dataclass(frozen=True, slots=True)
class Fit:
    """A fitted model.

    Attributes:
        coefficients: (columns,) float64.
        covariance: (columns, columns) float64, robust by document.
        freedom: degrees of freedom of its t: documents less one.
        method: how it was fitted, as words.
        notes: what a reader must know of it.
        variances: of documents, items and what is left, where the mixed model gave them.
        products: (documents, columns + 1, columns + 1) float64, of weighted columns and outcome: what resampling needs.
        grain: what is smaller than this is made of rounding, in the outcome's unit.
    """

    coefficients: np.ndarray
    covariance: np.ndarray
    freedom: int
    method: str
    notes: tuple[str, ...]
    variances: Mapping[str, float]
    products: np.ndarray
    grain: float

    def of(self, weights: np.ndarray) -> tuple[float, float]:
        """The estimate and standard error of a sum of coefficients; weights: (columns,) float64.

        Where all documents say the same to the digit, the error is as if signs of effects were drawn by coins: that two of
        two agree happens every other time, and is no certainty.
        """
        estimate, error = float(weights @ self.coefficients), float(np.sqrt(max(weights @ self.covariance @ weights, 0.0)))
        if abs(estimate) <= self.grain:
            return 0.0, error if error > self.grain else 0.0
        if error <= self.grain:
            return estimate, abs(estimate) / -float(stdtrit(self.freedom, 0.5 ** (self.freedom + 1)))
        return estimate, error


def fit_mixed(columns: np.ndarray, outcome: np.ndarray, documents: np.ndarray, items: np.ndarray) -> Fit:
    """Fit a linear mixed model with documents, and items within them, as random effects.

    Args:
        columns: (rows, columns) float64 of full rank.
        outcome: (rows,) float64.
        documents, items: (rows,) int64 from 0; an item belongs to one document.

    Returns:
        The fit; by ordinary least squares, and saying so, where the mixed model does not converge.

    Raises:
        MissingDependency: statsmodels is not installed.
    """
    order = np.lexsort((items, documents))
    columns, outcome, documents, items = columns[order], outcome[order], documents[order], items[order]
    rows_per_document = len(documents) / (documents.max() + 1)
    if rows_per_document < 1.5 or np.ptp(outcome) == 0:
        why = "documents have about one row each" if rows_per_document < 1.5 else "the outcome never varies"
        return fit_least_squares(columns, outcome, documents, notes=(f"no mixed model: {why}",))
    try:
        variances = _variances(columns, outcome, documents, items)
    except _NotConverged as reason:
        return fit_least_squares(columns, outcome, documents, notes=(f"the mixed model was given up: {reason}",))
    whitened = _whitened(np.column_stack([columns, outcome]), documents, items, variances)
    effects = " and ".join(["document", *(["item"] if "item" in variances else [])])
    zero = [name for name, value in variances.items() if value < 1e-6 * sum(variances.values())]
    notes = tuple(f"the {name}s do not differ beyond chance: their variance is estimated as zero" for name in zero)
    method = f"linear mixed model, {effects} as random effect, errors robust by document"
    return _solved(whitened, documents, method, notes, variances, _grain(outcome))


def fit_least_squares(columns: np.ndarray, outcome: np.ndarray, documents: np.ndarray, notes: tuple[str, ...] = ()) -> Fit:
    """Fit ordinary least squares with errors robust by document; arguments as of `fit_mixed`, rows in any order."""
    order = np.argsort(documents, kind="stable")
    both = np.column_stack([columns, outcome])[order]
    return _solved(both, documents[order], "ordinary least squares, errors robust by document", notes, {}, _grain(outcome))


def _grain(outcome: np.ndarray) -> float:
    return 1e-9 * float(np.ptp(outcome)) + 1e-14 * float(np.abs(outcome).max())


class _NotConverged(Exception):
    """Why the mixed model gave no variances."""


def _variances(columns: np.ndarray, outcome: np.ndarray, documents: np.ndarray, items: np.ndarray) -> dict[str, float]:
    """Variances between documents, between items of a document, and of rows; sorted by document."""
    try:
        from statsmodels.regression.mixed_linear_model import MixedLM, VCSpec
    except ImportError as error:
        raise MissingDependency("effects need statsmodels", hint=INSTALL) from error
    nested = items.max() > documents.max() and len(items) > 1.5 * (items.max() + 1)
    parts = np.split(items, np.flatnonzero(np.diff(documents)) + 1)
    incidence = [(part[:, None] == np.unique(part)).astype(np.float64) for part in parts]
    names = [[str(item) for item in np.unique(part)] for part in parts]
    components = VCSpec(["item"], [names], [incidence]) if nested else None
    least = 1e-12 * float(np.var(outcome))  # below it, columns explain the outcome but for rounding
    for method in ("lbfgs", "powell"):
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")  # of a variance of zero, which is no failure; what counts is looked at below
            model = MixedLM(outcome, columns, groups=documents, exog_re=np.ones((len(outcome), 1)), exog_vc=components)
            try:
                found = model.fit(reml=True, method=method)
            except (np.linalg.LinAlgError, ValueError):
                continue
        values = {"document": float(found.cov_re[0, 0]), **({"item": float(found.vcomp[0])} if nested else {})}
        values["row"] = float(found.scale)
        if found.converged and all(np.isfinite(value) for value in values.values()) and values["row"] > least:
            return {name: max(value, 0.0) for name, value in values.items()}
    raise _NotConverged("its variances did not converge under either of two optimisers")


def _whitened(values: np.ndarray, documents: np.ndarray, items: np.ndarray, variances: Mapping[str, float]) -> np.ndarray:
    """Rows weighed so that, under the mixed model, they are independent and of variance 1."""
    parts = []
    cuts = np.flatnonzero(np.diff(documents)) + 1
    for rows, names in zip(np.split(values, cuts), np.split(items, cuts), strict=True):
        covariance = np.full((len(rows), len(rows)), variances["document"])
        covariance += variances.get("item", 0.0) * (names[:, None] == names) + variances["row"] * np.eye(len(rows))
        parts.append(np.linalg.solve(np.linalg.cholesky(covariance), rows))
    return np.vstack(parts)


def _solved(
    both: np.ndarray,
    documents: np.ndarray,
    method: str,
    notes: tuple[str, ...],
    variances: Mapping[str, float],
    grain: float,
) -> Fit:
    """Least squares of the last column on the others, sorted by document."""
    columns, outcome = both[:, :-1], both[:, -1]
    bread = np.linalg.inv(columns.T @ columns)
    coefficients = bread @ (columns.T @ outcome)
    left = outcome - columns @ coefficients
    starts = np.concatenate([[0], np.flatnonzero(np.diff(documents)) + 1])
    scores = np.add.reduceat(columns * left[:, None], starts)
    n, width, groups = len(both), columns.shape[1], len(starts)
    small = groups / (groups - 1) * (n - 1) / max(n - width, 1)
    covariance = small * bread @ (scores.T @ scores) @ bread
    if groups < _FEW:
        notes = (*notes, f"only {groups} documents: errors that are robust by document tend to be too small below {_FEW}")
    products = np.stack([part.T @ part for part in np.split(both, starts[1:])])
    return Fit(coefficients, covariance, groups - 1, method, notes, variances, products, grain)
