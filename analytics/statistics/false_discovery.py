"""Benjamini–Hochberg: which of many findings stand when the share of false ones is to stay
small."""

from __future__ import annotations

import numpy as np

from analytics.statistics.arrays import Floats, Numbers


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
