"""James–Stein estimates of several means with the same variance."""

from __future__ import annotations

import numpy as np

from analytics.statistics.arrays import Floats, Numbers


def james_stein(means: Numbers, variance: float) -> tuple[Floats, float]:
    """Means shrunken towards their own mean, and the factor c = 1 − (k − 3)·variance ÷ Σ(y − ȳ)²,
    never below 0.

    ValueError for fewer than four means, missing ones, or a negative variance. Source: Efron &
    Morris 1977, Scientific American 236(5):119–127.
    """
    y = np.asarray(means, dtype=float)
    if y.ndim != 1 or len(y) < 4 or np.isnan(y).any() or not variance >= 0:
        raise ValueError("four or more means are needed, none missing, and a variance not below 0")
    spread = float(((y - y.mean()) ** 2).sum())
    factor = max(0.0, 1 - (len(y) - 3) * variance / spread) if spread > 0 else 0.0
    return y.mean() + factor * (y - y.mean()), factor
