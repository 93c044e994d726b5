"""Jeffreys interval of a rate."""

from __future__ import annotations

import numpy as np

from analytics.statistics.arrays import Floats, Numbers, counts, half_tail
from analytics.statistics.special import betaincinv


def jeffreys(
    successes: Numbers, trials: Numbers, confidence: float = 0.95
) -> tuple[Floats, Floats]:
    """Equal-tailed limits of Beta(x + ½, n − x + ½); 0 below no success, 1 above no failure, NaN
    without trials.

    ValueError for impossible counts. Source: Brown, Cai & DasGupta 2001, Statistical Science
    16:101–133.
    """
    x, n = counts(successes, trials)
    tail = half_tail(confidence)
    lower = np.where(x == 0, 0.0, betaincinv(x + 0.5, n - x + 0.5, tail))
    upper = np.where(x == n, 1.0, betaincinv(x + 0.5, n - x + 0.5, 1 - tail))
    return np.where(n > 0, lower, np.nan), np.where(n > 0, upper, np.nan)
