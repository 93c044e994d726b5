"""Benjamini–Hochberg: which of many findings stand when the share of false ones is to stay
small."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from analytics.statistics.arrays import Floats, Numbers


def benjamini_hochberg(p: Numbers, q: float = 0.1) -> npt.NDArray[np.bool_]:
    """True where a p-value is a finding at false discovery rate q; NaN never is.

    Source: Benjamini & Hochberg 1995, JRSS B 57:289–300.
    """
    out: npt.NDArray[np.bool_] = adjusted(p) <= q + 1e-15
    return out


def adjusted(p: Numbers) -> Floats:
    """The smallest q at which each p-value is a finding; NaN stays NaN (and counts for nothing)."""
    values = np.asarray(p, dtype=float)
    flat, out = values.ravel(), np.full(values.size, np.nan)
    there = np.flatnonzero(~np.isnan(flat))
    order = there[np.argsort(flat[there], kind="stable")]
    m = len(order)
    steps = np.minimum.accumulate((flat[order] * m / np.arange(1, m + 1))[::-1])[::-1]
    out[order] = np.minimum(steps, 1.0)
    return out.reshape(values.shape)
