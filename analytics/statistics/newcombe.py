"""Newcombe's interval for the difference of two rates."""

from __future__ import annotations

import numpy as np

from analytics.statistics.arrays import Floats, Numbers, counts
from analytics.statistics.wilson import wilson


def newcombe_difference(
    successes_1: Numbers,
    trials_1: Numbers,
    successes_2: Numbers,
    trials_2: Numbers,
    confidence: float = 0.95,
) -> tuple[Floats, Floats]:
    """Limits of p₁ − p₂ from the two Wilson intervals (hybrid score); NaN where either has no
    trials.

    ValueError for impossible counts. Source: Newcombe 1998, Statistics in Medicine 17:873–890,
    method 10.
    """
    (x1, n1), (x2, n2) = counts(successes_1, trials_1), counts(successes_2, trials_2)
    low1, high1 = wilson(x1, n1, confidence)
    low2, high2 = wilson(x2, n2, confidence)
    with np.errstate(all="ignore"):
        p1, p2 = x1 / n1, x2 / n2
        lower = p1 - p2 - np.sqrt((p1 - low1) ** 2 + (high2 - p2) ** 2)
        upper = p1 - p2 + np.sqrt((high1 - p1) ** 2 + (p2 - low2) ** 2)
    return lower, upper
