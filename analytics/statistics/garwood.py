"""Garwood's exact limits of a Poisson count."""

from __future__ import annotations

import numpy as np

from analytics.statistics.arrays import Floats, Numbers, half_tail
from analytics.statistics.special import gammaincinv


def garwood(count: Numbers, confidence: float = 0.95) -> tuple[Floats, Floats]:
    """Limits of the expected count behind an observed one: no complaint is not no risk (upper limit
    3.69).

    ValueError for negative counts. Source: Garwood 1936, Biometrika 28:437–442.
    """
    observed = np.asarray(count, dtype=float)
    if np.any(observed < 0):
        raise ValueError("counts cannot be negative")
    tail = half_tail(confidence)
    lower = np.where(observed == 0, 0.0, gammaincinv(np.maximum(observed, 1e-300), tail))
    return lower, gammaincinv(observed + 1, 1 - tail)
