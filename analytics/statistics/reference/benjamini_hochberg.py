"""Benjamini–Hochberg as a yes or no at one rate."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from analytics.statistics.arrays import Numbers
from analytics.statistics.false_discovery import adjusted


def benjamini_hochberg(p: Numbers, q: float = 0.1) -> npt.NDArray[np.bool_]:
    """True where a p-value is a finding at false discovery rate q; NaN never is.

    Source: Benjamini & Hochberg 1995, JRSS B 57:289–300.
    """
    out: npt.NDArray[np.bool_] = adjusted(p) <= q + 1e-15
    return out
