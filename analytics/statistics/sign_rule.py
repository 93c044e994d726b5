"""The countable rule for months against the same months of last year."""

from __future__ import annotations


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
