"""Funnel limits of observed over expected as registers publish them: exact, and of logarithms."""

from __future__ import annotations

import numpy as np

from analytics.statistics.arrays import Floats, Numbers, half_tail
from analytics.statistics.special import gammaincinv, ndtri


def ratio_limits(expected: Numbers, level: float = 0.95) -> tuple[Floats, Floats]:
    """Limits of observed ÷ expected for Poisson counts, exact. Source: FunnelPlotR poisson_limits;
    Spiegelhalter 2005."""
    e = np.asarray(expected, dtype=float)
    tail = half_tail(level)
    return gammaincinv(e, tail) / e, gammaincinv(e + 1, 1 - tail) / e


def log_ratio_score(observed: Numbers, expected: Numbers) -> tuple[Floats, Floats]:
    """z-scores of observed ÷ expected on the log scale, and their standard errors 1 ÷ √expected.

    No event counts as half of one: its logarithm would be infinite. ValueError for negative
    counts or nothing expected. Source: NHS Digital, Summary Hospital-level Mortality Indicator;
    Spiegelhalter et al. 2012, JRSS A 175:1–47.
    """
    o, e = np.asarray(observed, dtype=float), np.asarray(expected, dtype=float)
    if np.any(o < 0) or np.any(e <= 0):
        raise ValueError("counts cannot be negative, and something must be expected")
    se = 1 / np.sqrt(e)
    return np.log(np.where(o == 0, 0.5, o) / e) / se, se


def dispersed_log_limits(
    expected: Numbers, tau2: float, level: float = 0.95
) -> tuple[Floats, Floats]:
    """Limits of observed ÷ expected with additive tau², exp(± z √(1 ÷ E + tau²)).

    Source: NHS Digital, Summary Hospital-level Mortality Indicator; FunnelPlotR `OD_limits`.
    """
    e = np.asarray(expected, dtype=float)
    spread = float(ndtri(1 - half_tail(level))) * np.sqrt(1 / e + tau2)
    return np.exp(-spread), np.exp(spread)


def false_alarms(units: int, level: float) -> float:
    """The chance that at least one of so many honest units lies outside the limits."""
    return float(1 - level**units)
