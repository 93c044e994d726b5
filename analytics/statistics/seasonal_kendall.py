"""Seasonal Kendall: a trend over years that the seasons do not fake."""

from __future__ import annotations

import numpy as np

from analytics.statistics.arrays import Numbers
from analytics.statistics.mann_kendall import Trend, distribution
from analytics.statistics.special import ndtr


def seasonal_kendall(y: Numbers, season: int = 12) -> Trend:
    """Mann–Kendall within each season, summed: January against January. NaN are left out.

    Exact without ties (the seasons' distributions folded together), else normal. Assumes independent values; ValueError for a
    season below 1. Source: Hirsch, Slack & Smith 1982, Water Resources Research 18:107–121.
    """
    if season < 1:
        raise ValueError("a season has at least one step")
    values = np.asarray(y, dtype=float)
    total, variance, folded, ties = 0, 0.0, np.array([1.0]), False
    for at in range(season):
        part = values[at::season]
        part = part[~np.isnan(part)]
        n = len(part)
        if n < 2:
            continue
        total += int(np.sign(part[None, :] - part[:, None])[np.triu_indices(n, 1)].sum())
        _, counts = np.unique(part, return_counts=True)
        ties |= bool((counts > 1).any())
        variance += (n * (n - 1) * (2 * n + 5) - (counts * (counts - 1) * (2 * counts + 5)).sum()) / 18
        folded = np.convolve(folded, distribution(n))
    if not ties:
        spots = np.arange(len(folded)) * 2 - (len(folded) - 1)
        return Trend(total, float(min(1.0, folded[np.abs(spots) >= abs(total)].sum())), True)
    z = (total - np.sign(total)) / np.sqrt(variance) if variance > 0 else 0.0
    return Trend(total, float(min(1.0, 2 * (1 - ndtr(abs(z))))), False)
