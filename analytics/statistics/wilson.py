"""Wilson score interval of a rate."""

from __future__ import annotations

import numpy as np

from analytics.statistics.arrays import Floats, Numbers, counts, half_tail
from analytics.statistics.special import ndtri


def wilson(
    successes: Numbers, trials: Numbers, confidence: float = 0.95, continuity: bool = False
) -> tuple[Floats, Floats]:
    """Lower and upper limits (fractions of 1), one per pair of counts; NaN where there are no
    trials.

    continuity: corrected for it; wider, and nearly never covering less than stated.
    ValueError for impossible counts. Source: Newcombe 1998, Statistics in Medicine 17:857–872,
    method 3, corrected method 4.
    """
    x, n = counts(successes, trials)
    z = float(ndtri(1 - half_tail(confidence)))
    with np.errstate(all="ignore"):
        p = x / n
        if continuity:
            lower, upper = _corrected(p, n, z)
        else:
            middle, spread = p + z * z / (2 * n), z * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
            lower, upper = (middle - spread) / (1 + z * z / n), (middle + spread) / (1 + z * z / n)
    lower = np.where(x == 0, 0.0, lower)
    upper = np.where(x == n, 1.0, upper)
    return np.where(n > 0, lower, np.nan), np.where(n > 0, upper, np.nan)


def _corrected(p: Floats, n: Floats, z: float) -> tuple[Floats, Floats]:
    q, middle, below = 1 - p, 2 * n * p + z * z, 2 * (n + z * z)
    down = z * np.sqrt(np.maximum(z * z - 2 - 1 / n + 4 * p * (n * q + 1), 0))
    up = z * np.sqrt(np.maximum(z * z + 2 - 1 / n + 4 * p * (n * q - 1), 0))
    return np.clip((middle - 1 - down) / below, 0, 1), np.clip((middle + 1 + up) / below, 0, 1)
