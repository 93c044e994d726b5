"""The four-fifths rule between groups, with the interval of the difference."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from analytics.statistics.arrays import Floats, Numbers

LEAST_RATIO = 0.8
FEWEST = 20


def four_fifths(rates: Numbers) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Each rate ÷ the highest, and whether it lies below four fifths of it; 0.48 of 0.60 does not
    (a guard against rounding).

    Source: US EEOC, Uniform Guidelines, Questions and Answers 1979, no. 12.
    """
    r = np.asarray(rates, dtype=float)
    top = np.nanmax(r)
    ratio = r / top if top > 0 else np.full(r.shape, np.nan)
    flagged: npt.NDArray[np.bool_] = ratio < LEAST_RATIO - 1e-9
    return ratio, flagged
