"""Difference in differences from published means and errors."""

from __future__ import annotations

import numpy as np

from analytics.statistics.arrays import half_tail
from analytics.statistics.difference_in_differences import Difference
from analytics.statistics.special import ndtr, ndtri


def of_means(
    treated: tuple[float, float],
    control: tuple[float, float],
    errors: tuple[float, float],
    confidence: float = 0.95,
) -> Difference:
    """From the means (before, after) of either group and the standard errors of their two
    changes; normal limits.

    ValueError for errors not above 0. Source: Card & Krueger 1994, table 3.
    """
    if min(errors) <= 0:
        raise ValueError("standard errors must be above 0")
    changes = treated[1] - treated[0], control[1] - control[0]
    se = float(np.hypot(*errors))
    gap = changes[0] - changes[1]
    reach = float(ndtri(1 - half_tail(confidence))) * se
    return Difference(*changes, gap, se, gap - reach, gap + reach, 2 * float(ndtr(-abs(gap) / se)))
