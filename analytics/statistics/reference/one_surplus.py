"""Poisson-binomial moments, and observed against expected of one group of cases."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.statistics.arrays import Numbers
from analytics.statistics.poisson_binomial import checked, surplus_rows


@dataclass(frozen=True)
class Surplus:
    """observed, expected, their difference, z = difference ÷ √Σp(1−p), and the counts between which
    chance alone leaves it."""

    observed: float
    expected: float
    difference: float
    z: float
    low: float
    high: float

    @property
    def outside(self) -> bool:
        return self.observed < self.low or self.observed > self.high


def moments(probabilities: Numbers) -> tuple[float, float]:
    """Mean and variance: Σp and Σp(1 − p)."""
    p = checked(probabilities)
    return float(p.sum()), float((p * (1 - p)).sum())


def surplus(observed: float, probabilities: Numbers, level: float = 0.95) -> Surplus:
    """Observed successes against those expected of just these cases; limits as in `surplus_rows`.

    ValueError for probabilities outside 0–1. Poisson limits (Byar) would be 2.6 times too wide at
    85 %.
    """
    every = surplus_rows(
        [observed], probabilities, [np.size(np.asarray(probabilities))], level=level
    )
    each = (every.observed, every.expected, every.difference, every.z, every.low, every.high)
    return Surplus(*(float(part[0]) for part in each))
