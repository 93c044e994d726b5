"""Regression to the mean: how much a group picked at one end moves back without anything having
happened."""

from __future__ import annotations

import numpy as np

from analytics.statistics.arrays import Floats, Numbers
from analytics.statistics.special import log_ndtr


def regression_to_mean(
    mean: float, sd: float, cutoff: float, rho: Numbers, side: str = "below"
) -> Floats:
    """How far those picked `below` or `above` a cut-off move back towards the mean (never negative,
    in the values' unit), by the correlation of two measurements.

    Assumes normal values; ValueError for a spread not above 0, a correlation outside 0–1, or
    another side. Source: Barnett, van der Pols & Dobson 2005, International Journal of Epidemiology
    34:215–220, eq. (1).
    """
    r = np.asarray(rho, dtype=float)
    if sd <= 0 or np.any(r < 0) or np.any(r > 1) or side not in ("below", "above"):
        raise ValueError(
            "the spread must be above 0, the correlation between 0 and 1, the side below or above"
        )
    z = (mean - cutoff) / sd if side == "below" else (cutoff - mean) / sd
    # In logarithms: nearly nobody lies far out, and density and share both vanish there.
    steepness = np.exp(-z * z / 2 - np.log(2 * np.pi) / 2 - float(log_ndtr(-z)))
    return np.asarray((1 - r) * sd * steepness, dtype=float)
