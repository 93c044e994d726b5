"""The probability of each of four quadrants from two independent tails."""

from __future__ import annotations

import numpy as np

from analytics.statistics.arrays import Floats, Numbers

CERTAIN = 0.8  # probability from which the likeliest is named alone


def quadrant_probability(first_above: Numbers, second_above: Numbers) -> Floats:
    """Columns high–high, high–low, low–high, low–low of P(first above its line) and P(second above
    its line); rows sum to 1.

    Assumes that the two errors are independent given the agent. ValueError for probabilities
    outside 0–1.
    """
    a, b = np.asarray(first_above, dtype=float), np.asarray(second_above, dtype=float)
    if np.any((a < 0) | (a > 1) | (b < 0) | (b > 1)):
        raise ValueError("probabilities must lie between 0 and 1")
    return np.stack([a * b, a * (1 - b), (1 - a) * b, (1 - a) * (1 - b)], axis=-1)
