"""Poisson-binomial: how many of cases with unequal chances succeed, and observed against expected by it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analytics.statistics.arrays import Floats, Numbers, half_tail
from analytics.statistics.special import ndtri

EXACT_UP_TO = 2_000
EXACT_ROWS = 500  # cases up to which many sums at once are exact
CELLS = 200_000  # cases worked on at a time


@dataclass(frozen=True)
class Surplus:
    """observed, expected, their difference, z = difference ÷ √Σp(1−p), and the counts between which chance alone leaves it."""

    observed: float
    expected: float
    difference: float
    z: float
    low: float
    high: float

    @property
    def outside(self) -> bool:
        return self.observed < self.low or self.observed > self.high


def pmf(probabilities: Numbers) -> Floats:
    """Probabilities of 0, 1, …, n successes; they sum to 1. Source: scipy.stats.poisson_binom."""
    from scipy.stats import poisson_binom  # slow to import

    p = _checked(probabilities)
    return np.asarray(poisson_binom.pmf(np.arange(len(p) + 1), p), dtype=float)


def moments(probabilities: Numbers) -> tuple[float, float]:
    """Mean and variance: Σp and Σp(1 − p)."""
    p = _checked(probabilities)
    return float(p.sum()), float((p * (1 - p)).sum())


def surplus(observed: float, probabilities: Numbers, level: float = 0.95) -> Surplus:
    """Observed successes against those expected of just these cases; exact limits up to 2,000 cases, normal beyond.

    ValueError for probabilities outside 0–1. Poisson limits (Byar) would be 2.6 times too wide at 85 %.
    """
    p = _checked(probabilities)
    mean, variance = moments(p)
    tail = half_tail(level)
    if len(p) <= EXACT_UP_TO:
        cumulated = pmf(p).cumsum()
        low, high = float(np.searchsorted(cumulated, tail)), float(np.searchsorted(cumulated, 1 - tail))
    else:
        reach = float(ndtri(1 - tail)) * variance**0.5
        low, high = mean - reach, mean + reach
    z = (observed - mean) / variance**0.5 if variance > 0 else 0.0
    return Surplus(float(observed), mean, float(observed) - mean, z, low, high)


@dataclass(frozen=True)
class Surpluses:
    """The fields of `Surplus`, an array each."""

    observed: Floats
    expected: Floats
    difference: Floats
    z: Floats
    low: Floats
    high: Floats

    @property
    def outside(self) -> npt.NDArray[np.bool_]:
        found: npt.NDArray[np.bool_] = (self.observed < self.low) | (self.observed > self.high)
        return found


def surplus_rows(observed: Numbers, probabilities: Numbers, sizes: Numbers, level: float = 0.95) -> Surpluses:
    """`surplus` of many at once: the cases' probabilities one after another, `sizes` of them for each of `observed`.

    Exact limits up to 500 cases (all of about the same size together), normal beyond. ValueError where the sizes do not add up.
    """
    x, p, n = np.asarray(observed, dtype=float), _checked(probabilities), np.asarray(sizes, dtype=np.int64)
    if n.sum() != len(p) or len(x) != len(n) or np.any(n < 1):
        raise ValueError("the sizes must add up to the number of probabilities")
    if not len(n):
        nothing = np.zeros(0)
        return Surpluses(nothing, nothing, nothing, nothing, nothing, nothing)
    start = np.concatenate([[0], n.cumsum()[:-1]])
    mean, variance = np.add.reduceat(p, start), np.add.reduceat(p * (1 - p), start)
    tail = half_tail(level)
    reach = float(ndtri(1 - tail)) * np.sqrt(variance)
    low, high = mean - reach, mean + reach
    small = np.flatnonzero(n <= EXACT_ROWS)
    small = small[np.argsort(n[small], kind="stable")]
    for part in np.array_split(small, max(1, int(n[small].sum() // CELLS) + 1)) if len(small) else []:
        cumulated = _pmf_rows(p, start[part], n[part]).cumsum(axis=1)
        low[part], high[part] = (cumulated < tail).sum(axis=1), (cumulated < 1 - tail).sum(axis=1)
    with np.errstate(all="ignore"):
        z = np.where(variance > 0, (x - mean) / np.sqrt(variance), 0.0)
    return Surpluses(x, mean, x - mean, z, low, high)


def _pmf_rows(p: Floats, start: npt.NDArray[np.int64], n: npt.NDArray[np.int64]) -> Floats:
    """Distributions of several sums, a row each: one case after another, a case that a row lacks having no chance."""
    most = int(n.max())
    at = np.arange(most)
    chance = np.where(at < n[:, None], p[np.minimum(start[:, None] + at, len(p) - 1)], 0.0)
    found = np.zeros((most + 1, len(n)))  # one count a row: each step is then a walk along memory
    found[0] = 1.0
    for case in range(most):
        one = chance[:, case]
        found[1 : case + 2] = found[1 : case + 2] * (1 - one) + found[: case + 1] * one
        found[0] *= 1 - one
    return found.T


def _checked(probabilities: Numbers) -> Floats:
    p = np.asarray(probabilities, dtype=float)
    if np.any(p < 0) or np.any(p > 1) or np.any(np.isnan(p)):
        raise ValueError("probabilities must lie between 0 and 1")
    return p
