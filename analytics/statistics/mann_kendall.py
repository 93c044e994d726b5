"""Mann–Kendall: whether a series rises or falls, exactly for short ones."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import permutations

import numpy as np
from scipy.special import ndtr

from analytics.statistics.arrays import Floats, Numbers

EXACT_UP_TO = 60
PERMUTED_UP_TO = 8


@dataclass(frozen=True)
class Trend:
    """S (pairs that rise minus pairs that fall), the two-sided p, and whether it is exact."""

    s: int
    p: float
    exact: bool


def mann_kendall(y: Numbers) -> Trend:
    """Test of a monotone trend in a series without gaps (NaN are left out); three values can never show one.

    Exact without ties up to 60 values and with ties up to 8; else normal with continuity and tie correction. Assumes independent
    values. Source: Kendall 1975, Rank Correlation Methods; Gilbert 1987, ch. 16.
    """
    values = np.asarray(y, dtype=float)
    values = values[~np.isnan(values)]
    n = len(values)
    if n < 2:
        return Trend(0, 1.0, True)
    s = int(np.sign(values[None, :] - values[:, None])[np.triu_indices(n, 1)].sum())
    ties = n != len(set(values.tolist()))
    if not ties and n <= EXACT_UP_TO:
        return Trend(s, _two_sided(distribution(n), s), True)
    if n <= PERMUTED_UP_TO:
        found = [
            int(np.sign(np.subtract.outer(order, order)).T[np.triu_indices(n, 1)].sum())
            for order in map(np.array, permutations(values))
        ]
        return Trend(s, float(np.mean(np.abs(found) >= abs(s))), True)
    _, counts = np.unique(values, return_counts=True)
    variance = (n * (n - 1) * (2 * n + 5) - (counts * (counts - 1) * (2 * counts + 5)).sum()) / 18
    z = (s - np.sign(s)) / np.sqrt(variance) if variance > 0 else 0.0
    return Trend(s, float(min(1.0, 2 * (1 - ndtr(abs(z))))), False)


@cache
def distribution(n: int) -> Floats:
    """Probabilities of S = −m, −m + 2, …, m with m = n(n − 1)/2, for n values in random order without ties."""
    counts = np.array([1.0])
    for size in range(2, n + 1):
        counts = np.convolve(counts, np.ones(size)) / size
    return counts


def _two_sided(probabilities: Floats, s: int) -> float:
    top = len(probabilities) - 1
    values = np.arange(len(probabilities)) * 2 - top
    return float(min(1.0, probabilities[np.abs(values) >= abs(s)].sum()))
