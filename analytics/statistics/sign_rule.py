"""The countable rule for months against the same months of last year."""

from __future__ import annotations

import numpy as np

from analytics.statistics.arrays import Numbers


def needed(pairs: int, level: float = 0.05) -> int | None:
    """How many of so many months must beat last year's for a two-sided sign test at this level;
    None where all are too few.

    Source: binomial sign test; equals the seasonal Kendall test of two years.
    """
    from scipy.stats import binom  # slow to import

    for wins in range(pairs // 2 + 1, pairs + 1):
        if 2 * float(binom.sf(wins - 1, pairs, 0.5)) <= level + 1e-12:
            return wins
    return None


def year_on_year(now: Numbers, before: Numbers) -> tuple[int, int, float]:
    """Months that rose, months compared (ties and gaps left out), and the two-sided p of the sign
    test.

    ValueError for other months of either year.
    """
    from scipy.stats import binom  # slow to import

    later, earlier = np.asarray(now, dtype=float), np.asarray(before, dtype=float)
    if later.shape != earlier.shape:
        raise ValueError("every month needs that of last year beside it")
    gain = later - earlier
    gain = gain[~np.isnan(gain) & (gain != 0)]
    up, pairs = int((gain > 0).sum()), len(gain)
    if not pairs:
        return 0, 0, 1.0
    return up, pairs, float(min(1.0, 2 * binom.sf(max(up, pairs - up) - 1, pairs, 0.5)))
