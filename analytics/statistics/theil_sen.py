"""Theil–Sen: the median slope of a series, with its interval."""

from __future__ import annotations

import numpy as np

from analytics.statistics.arrays import Floats, Numbers


def theil_sen(
    y: Numbers, x: Numbers | None = None, confidence: float = 0.95
) -> tuple[float, float, float]:
    """Median slope per step (or per unit of x) with its limits; NaN values are left out; NaN with
    fewer than two.

    ValueError for other shapes. Source: Sen 1968, JASA 63:1379–1389; scipy.stats.theilslopes.
    """
    from scipy.stats import theilslopes  # slow to import

    values = np.asarray(y, dtype=float)
    times = np.arange(len(values), dtype=float) if x is None else np.asarray(x, dtype=float)
    if values.ndim != 1 or times.shape != values.shape:
        raise ValueError("one series is needed, and a time for each of its values")
    there = ~np.isnan(values) & ~np.isnan(times)
    if there.sum() < 2:
        return float("nan"), float("nan"), float("nan")
    line = theilslopes(values[there], times[there], confidence)
    return float(line.slope), float(line.low_slope), float(line.high_slope)


def theil_sen_rows(y: Numbers) -> Floats:
    """The median slope per step of many series at once (one a row, NaN left out); NaN with fewer
    than two values."""
    values = np.asarray(y, dtype=float)
    if values.ndim != 2:
        raise ValueError("one series a row is needed")
    slopes = [(values[:, lag:] - values[:, :-lag]) / lag for lag in range(1, values.shape[1])]
    out = np.full(len(values), np.nan)
    every = np.concatenate(slopes, axis=1) if slopes else np.full((len(values), 1), np.nan)
    there = ~np.isnan(every).all(axis=1)
    out[there] = np.nanmedian(every[there], axis=1)
    return out
