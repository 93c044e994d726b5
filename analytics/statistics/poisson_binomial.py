"""Poisson-binomial: how many of cases with unequal chances succeed, and observed against expected by it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri
from scipy.stats import poisson_binom

from analytics.statistics.arrays import Floats, Numbers, half_tail

EXACT_UP_TO = 2_000


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


def _checked(probabilities: Numbers) -> Floats:
    p = np.asarray(probabilities, dtype=float)
    if np.any(p < 0) or np.any(p > 1) or np.any(np.isnan(p)):
        raise ValueError("probabilities must lie between 0 and 1")
    return p
