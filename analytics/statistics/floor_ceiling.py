"""Floor and ceiling: whether too many sit at an end of a scale for it to tell them apart."""

from __future__ import annotations

import numpy as np

from analytics.statistics.arrays import Numbers

LIMIT = 0.15


def floor_ceiling(
    scores: Numbers, low: float = 0.0, high: float = 100.0, limit: float = LIMIT
) -> tuple[float, float, bool]:
    """Share at the lowest and at the highest score, and whether either exceeds the limit; gaps are
    left out.

    Source: Terwee et al. 2007, Journal of Clinical Epidemiology 60:34–42 (fifty or more).
    """
    s = np.asarray(scores, dtype=float)
    s = s[~np.isnan(s)]
    if not len(s):
        return float("nan"), float("nan"), False
    floor, ceiling = float((s <= low + 1e-9).mean()), float((s >= high - 1e-9).mean())
    return floor, ceiling, max(floor, ceiling) > limit
