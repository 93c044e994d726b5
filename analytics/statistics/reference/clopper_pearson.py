"""Clopper–Pearson (exact) interval of a rate."""

from __future__ import annotations

import numpy as np

from analytics.statistics.arrays import Floats, Numbers, counts, half_tail
from analytics.statistics.special import betaincinv


def clopper_pearson(
    successes: Numbers, trials: Numbers, confidence: float = 0.95
) -> tuple[Floats, Floats]:
    """Limits that hold at least the stated confidence; NaN without trials or where a count is
    missing.

    ValueError for impossible counts. Source: Newcombe 1998, Statistics in Medicine 17:857–872,
    method 5.
    """
    x, n = counts(successes, trials)
    tail = half_tail(confidence)
    with np.errstate(all="ignore"):
        lower = np.where(x == 0, 0.0, betaincinv(np.maximum(x, 1e-300), n - x + 1, tail))
        upper = np.where(x == n, 1.0, betaincinv(x + 1, np.maximum(n - x, 1e-300), 1 - tail))
    return np.where(n > 0, lower, np.nan), np.where(n > 0, upper, np.nan)
