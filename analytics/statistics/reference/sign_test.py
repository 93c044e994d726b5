"""The sign test of months against the same months of last year."""

from __future__ import annotations

import numpy as np

from analytics.statistics.arrays import Numbers


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
