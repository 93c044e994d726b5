"""The rate of some cells under another mix."""

from __future__ import annotations

import numpy as np

from analytics.statistics.arrays import Numbers, counts


def standardised(successes: Numbers, trials: Numbers, standard: Numbers) -> float:
    """The rate that these cells would have with the standard's mix (direct standardisation); NaN
    where a needed cell is empty."""
    x, n = counts(successes, trials)
    weight = np.asarray(standard, dtype=float)
    if np.any((n == 0) & (weight > 0)):
        return float("nan")
    with np.errstate(all="ignore"):
        return float((np.where(n > 0, x / n, 0.0) * weight).sum() / weight.sum())
