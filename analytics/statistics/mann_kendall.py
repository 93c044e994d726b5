"""Mann–Kendall: whether a series rises or falls, exactly for short ones."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from analytics.statistics.arrays import Floats, Numbers
from analytics.statistics.special import ndtr

EXACT_UP_TO = 60


@dataclass(frozen=True)
class Trend:
    """S (pairs that rise minus pairs that fall), the two-sided p, and whether it is exact."""

    s: int
    p: float
    exact: bool


def mann_kendall(y: Numbers) -> Trend:
    """Test of a monotone trend in a series without gaps (NaN are left out); three values can never
    show one.

    Exact up to 60 values, ties included; else normal with continuity and tie correction. Assumes
    independent values. ValueError for another shape. Source: Kendall 1975, Rank Correlation
    Methods; Gilbert 1987, ch. 16.
    """
    values = np.asarray(y, dtype=float)
    if values.ndim != 1:
        raise ValueError("one series is needed")
    values = values[~np.isnan(values)]
    n = len(values)
    if n < 2:
        return Trend(0, 1.0, True)
    s = int(_s(values[None])[0])
    ties = tuple(sorted(count for count in Counter(values.tolist()).values() if count > 1))
    if n <= EXACT_UP_TO:
        return Trend(s, float(two_sided(n, ties)[(s + _pairs(n, ties)) // 2]), True)
    variance = (n * (n - 1) * (2 * n + 5) - sum(t * (t - 1) * (2 * t + 5) for t in ties)) / 18
    z = (s - np.sign(s)) / np.sqrt(variance) if variance > 0 else 0.0
    return Trend(s, float(min(1.0, 2 * ndtr(-abs(z)))), False)


def mann_kendall_rows(y: Numbers) -> tuple[Floats, Floats]:
    """S and two-sided p of many series at once (one a row, NaN where a step is missing); ValueError
    unless two-dimensional."""
    values = np.asarray(y, dtype=float)
    if values.ndim != 2:
        raise ValueError("one series a row is needed")
    s, p = _s(values), np.ones(len(values))
    ordered = np.sort(values, axis=1)
    plain = ~(ordered[:, 1:] == ordered[:, :-1]).any(axis=1)
    n = (~np.isnan(values)).sum(axis=1)
    for size in np.unique(n[plain & (n >= 2) & (n <= EXACT_UP_TO)]):
        rows = plain & (n == size)
        p[rows] = two_sided(int(size), ())[((s[rows] + _pairs(int(size), ())) // 2).astype(int)]
    for row in np.flatnonzero((~plain | (n > EXACT_UP_TO)) & (n >= 2)):
        p[row] = mann_kendall(values[row]).p
    return s, p


def _s(values: Floats) -> Floats:
    """Pairs that rise minus pairs that fall in every row; NaN is in no pair."""
    total = np.zeros(len(values))
    for lag in range(1, values.shape[1]):
        total += np.nansum(np.sign(values[:, lag:] - values[:, :-lag]), axis=1)
    return total


def _pairs(n: int, ties: tuple[int, ...]) -> int:
    """Pairs of different values."""
    return n * (n - 1) // 2 - sum(t * (t - 1) // 2 for t in ties)


@lru_cache(maxsize=4096)
def distribution(n: int, ties: tuple[int, ...] = ()) -> Floats:
    """Probabilities of S = −m, −m + 2, …, m for n values in random order, m their pairs of
    different values; ties: sizes of groups of equals.

    The inversions of a multiset are counted by the Gaussian multinomial: ∏(1 + … + qᵏ⁻¹) over n,
    divided by the same over each group, in whole numbers. Source: MacMahon 1915, Combinatory
    Analysis; Kendall 1975.
    """
    counts = [1]
    for size in range(2, n + 1):
        counts = _times(counts, size)
    for group in ties:
        for size in range(2, group + 1):
            counts = _over(counts, size)
    whole = sum(counts)
    return np.array([count / whole for count in counts])


@lru_cache(maxsize=4096)
def two_sided(n: int, ties: tuple[int, ...]) -> Floats:
    """The two-sided p at each value that S can take, in the order of `distribution`."""
    chance = distribution(n, ties)
    far = np.abs(np.arange(len(chance)) * 2 - (len(chance) - 1))
    by_distance = np.bincount(far, weights=chance)
    out: Floats = np.minimum(1.0, by_distance[::-1].cumsum()[::-1])[far]
    return out


def _times(counts: list[int], size: int) -> list[int]:
    """A polynomial times 1 + q + … + q^(size − 1)."""
    out, window = [], 0
    for power in range(len(counts) + size - 1):
        window += counts[power] if power < len(counts) else 0
        window -= counts[power - size] if power >= size else 0
        out.append(window)
    return out


def _over(counts: list[int], size: int) -> list[int]:
    """A polynomial divided by 1 + q + … + q^(size − 1), which divides it."""
    out: list[int] = []
    for power in range(len(counts) - size + 1):
        out.append(counts[power] - sum(out[max(0, power - size + 1) : power]))
    return out
