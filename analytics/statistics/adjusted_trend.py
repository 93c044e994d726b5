"""Whether a rate rises beyond what a reference (the team, say) did in the same months."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr

from analytics.statistics.arrays import Floats, Numbers, counts


def adjusted_trend(successes: Numbers, trials: Numbers, reference: Numbers) -> tuple[Floats, Floats, Floats]:
    """Slope of (rate − reference) per step, z and two-sided p; series along the last axis, the reference's rate for each cell.

    Score test of a linear departure: Σ(t − t̄)(x − n·r) over its standard deviation under the reference; steps without trials
    weigh nothing. NaN slope and p = 1 where nothing varies. Source: Breslow & Day 1987, sec. 3.6 (score test for trend, offset).
    """
    x, n = counts(successes, trials)
    r = np.broadcast_to(np.clip(np.asarray(reference, dtype=float), 1e-6, 1 - 1e-6), x.shape)
    t = np.arange(x.shape[-1], dtype=float)
    information = np.where(n > 0, n * r * (1 - r), 0.0)
    whole = information.sum(axis=-1, keepdims=True)
    with np.errstate(all="ignore"):
        middle = (information * t).sum(axis=-1, keepdims=True) / whole
        above = ((t - middle) * np.where(n > 0, x - n * r, 0.0)).sum(axis=-1)
        variance = (information * (t - middle) ** 2).sum(axis=-1)
        z = above / np.sqrt(variance)
        slope = above / (n * (t - middle) ** 2).sum(axis=-1)
    z = np.nan_to_num(z, nan=0.0)
    return slope, z, np.minimum(1.0, 2 * (1 - ndtr(np.abs(z))))
