"""Cochran–Armitage: a trend of rates over ordered groups, with their denominators."""

from __future__ import annotations

import numpy as np

from analytics.statistics.arrays import Floats, Numbers, counts
from analytics.statistics.special import chdtrc


def cochran_armitage(
    successes: Numbers, trials: Numbers, scores: Numbers | None = None
) -> tuple[Floats, Floats, Floats]:
    """χ² (one degree of freedom), two-sided p and slope of the rate per score; groups along the
    last axis, so many series at once.

    Groups without trials are left out; NaN slope and p = 1 where nothing varies. Source: Armitage
    1955, Biometrics 11:375–386; R prop.trend.test.
    """
    x, n = counts(successes, trials)
    if np.isnan(x).any() or np.isnan(n).any():
        raise ValueError("missing groups must be left out")
    t = (
        np.arange(1, x.shape[-1] + 1, dtype=float)
        if scores is None
        else np.asarray(scores, dtype=float)
    )
    total, hits = n.sum(axis=-1), x.sum(axis=-1)
    with np.errstate(all="ignore"):
        p = hits / total
        middle = (n * t).sum(axis=-1) / total
        above = ((x - n * p[..., None]) * t).sum(axis=-1)
        below = (n * (t - middle[..., None]) ** 2).sum(axis=-1)
        chi = above**2 / (p * (1 - p) * below)
        slope = np.where(below > 0, above / below, np.nan)
    chi = np.nan_to_num(chi, nan=0.0, posinf=0.0)
    return chi, chdtrc(1.0, chi), slope
