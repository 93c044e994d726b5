"""Values to points through a standard's knots."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from analytics.model import Standard
from analytics.statistics.arrays import Singles

Floats = npt.NDArray[np.float64]
TOLERANCE = 1e-9  # of points: what is closer is the same


def points(values: Floats | Singles, standard: Standard) -> Floats:
    """Map values to 0–100 points through the standard's knots; missing values (NaN) stay missing.

    Beyond the outermost knots the points stay flat: nobody earns more than full marks. In mode
    `steps` a value earns the points of the band edge it has reached: the better of its neighbours
    only once that edge is met.
    """
    edges, reached = np.asarray(standard.values), np.asarray(standard.points)
    if standard.mode == "linear":
        between: Floats = np.interp(values, edges, reached)  # what is missing stays so
        return between
    if reached[-1] >= reached[0]:
        band = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, len(edges) - 1)
    else:
        band = np.clip(np.searchsorted(edges, values, side="left"), 0, len(edges) - 1)
    return np.where(np.isnan(values), np.nan, reached[band])


def next_band(value: float, standard: Standard) -> float | None:
    """The value of the next better knot; None when full marks are reached or the value is
    missing."""
    if np.isnan(value):
        return None
    pairs = sorted(zip(standard.points, standard.values, strict=True))
    reached = float(points(np.array([value]), standard)[0])
    return next((edge for earned, edge in pairs if earned > reached + TOLERANCE), None)
