"""Poisson regression of counts over exposures: rate ratios with everything else held alike."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.statistics.arrays import Floats, Numbers, half_tail
from analytics.statistics.special import ndtr, ndtri


@dataclass(frozen=True)
class Rates:
    """baseline: the rate where every column is 0; ratio, low, high and p: one a column.

    dispersion: Pearson χ² ÷ degrees of freedom, 1 where chance explains the spread, NaN without.
    """

    baseline: float
    ratio: Floats
    low: Floats
    high: Floats
    p: Floats
    deviance: float
    dispersion: float


def poisson_rates(
    counts: Numbers,
    exposures: Numbers,
    columns: Numbers,
    confidence: float = 0.95,
    dispersed: bool = False,
) -> Rates:
    """How many times the rate rises per unit of each column (rows × k, without a constant).

    counts: events; exposures: policies, contacts or months that they came from; rows without
    exposure are left out. dispersed: widen the limits by √dispersion where the counts spread
    more than chance makes (never narrower). ValueError for negative values, other shapes, no
    event, or columns that the rows cannot tell apart. Source: Frome 1983, Biometrics
    39:665–674; McCullagh & Nelder 1989, ch. 6.
    """
    import statsmodels.api as sm  # slow to import

    o, e = np.asarray(counts, dtype=float), np.asarray(exposures, dtype=float)
    x, e = np.asarray(columns, dtype=float), np.broadcast_to(e, o.shape) if e.ndim == 0 else e
    if x.ndim != 2 or o.shape != (len(x),) or e.shape != o.shape:
        raise ValueError("a count and an exposure a row are needed, and rows × columns")
    there = ~np.isnan(x).any(axis=1) & ~np.isnan(o) & (e > 0)
    if np.any(o[there] < 0) or np.any(e < 0):
        raise ValueError("counts and exposures cannot be negative")
    o, e, x = o[there], e[there], np.column_stack([np.ones(there.sum()), x[there]])
    if o.sum() == 0 or np.linalg.matrix_rank(x) < x.shape[1]:
        raise ValueError("events are needed, and rows that tell the columns apart")
    model = sm.GLM(o, x, family=sm.families.Poisson(), exposure=e).fit(tol=1e-10)
    freedom = len(o) - x.shape[1]
    dispersion = float(model.pearson_chi2) / freedom if freedom else float("nan")
    wider = np.sqrt(max(1.0, dispersion)) if dispersed and freedom else 1.0
    slopes, errors = model.params[1:], wider * model.bse[1:]
    reach = float(ndtri(1 - half_tail(confidence))) * errors
    return Rates(
        float(np.exp(model.params[0])),
        np.exp(slopes),
        np.exp(slopes - reach),
        np.exp(slopes + reach),
        2 * ndtr(-np.abs(slopes) / errors),
        float(model.deviance),
        dispersion,
    )
