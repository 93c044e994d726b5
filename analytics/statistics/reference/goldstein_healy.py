"""Goldstein–Healy intervals: drawn so that two that do not overlap differ at the stated level."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.statistics.arrays import Floats, Numbers
from analytics.statistics.special import ndtr, ndtri

AT_MOST = 500  # standard errors that are paired with each other; beyond, as many quantiles of them


@dataclass(frozen=True)
class Overlap:
    """z (standard errors to either side) and the limits of every mean, in the means' unit."""

    z: float
    low: Floats
    high: Floats


def goldstein_healy(means: Numbers, standard_errors: Numbers, level: float = 0.05) -> Overlap:
    """Intervals mean ± z·se whose not overlapping is a test at `level`, averaged over all pairs.

    A reading aid for comparing two; no interval of a mean by itself (at 5 % and equal errors z
    is 1.39, not 1.96). ValueError for fewer than two means, other shapes, missing values, or
    errors not above 0. Source: Goldstein & Healy 1995, JRSS A 158:175–177.
    """
    m, s = np.asarray(means, dtype=float), np.asarray(standard_errors, dtype=float)
    if m.ndim != 1 or m.shape != s.shape or len(m) < 2:
        raise ValueError("two or more means and as many standard errors are needed")
    if not np.isfinite(m).all() or not np.isfinite(s).all() or np.any(s <= 0):
        raise ValueError("means must be there, standard errors above 0")
    if not 0 < level < 1:
        raise ValueError("the level must lie between 0 and 1")
    # A pair does not overlap where |difference| > z (s₁ + s₂), of which the error is √(s₁² + s₂²).
    some = s if len(s) <= AT_MOST else np.quantile(s, (np.arange(AT_MOST) + 0.5) / AT_MOST)
    first, second = np.triu_indices(len(some), 1)
    factor = (some[first] + some[second]) / np.hypot(some[first], some[second])
    # The factor lies between 1 and √2, and so does z between its two extremes.
    high = float(ndtri(1 - level / 2))
    low = high / np.sqrt(2)
    for _ in range(60):
        z = (low + high) / 2
        too_often = 2 * float((1 - ndtr(z * factor)).mean()) > level
        low, high = (z, high) if too_often else (low, z)
    return Overlap(float(high), m - high * s, m + high * s)
