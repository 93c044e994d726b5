"""The funnel: every agent's rate by its number of cases, and how far chance alone would take it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.errors import RequestRefused
from analytics.evaluation import Evaluation
from analytics.scoring.standards import Floats
from analytics.statistics import funnel as limits

RATES = ("renewal_rate", "new_conversion", "late_rate")


@dataclass(frozen=True)
class Funnel:
    """rate and n of the agents of `rows`; limits at each n (0.95 and 0.998, exact; dispersed ones where there is over-dispersion)."""

    indicator: str
    rows: np.ndarray
    rate: Floats
    n: Floats
    centre: float
    outside95: np.ndarray
    outside998: np.ndarray
    outside_dispersed: np.ndarray
    tau2: float
    phi: float
    fewest95: int
    fewest998: int
    alarm95: float
    alarm998: float


def funnel(evaluation: Evaluation, indicator: str) -> Funnel:
    """The funnel of a rate over everybody who has one; the centre is the pooled rate. Refused for what is no rate of whole cases."""
    known = evaluation.catalogue
    if indicator not in known.ids:
        raise RequestRefused("indicator_unknown", name=indicator, known=known.ids)
    one, at = known[indicator], known.position(indicator)
    if one.numerator not in ("renewed_policies", "first_term_renewed", "late_renewals"):
        raise RequestRefused("not_a_rate", name=one.label)
    x, n = evaluation.measured.agents.numerator[:, at], evaluation.measured.agents.denominator[:, at]
    rows = np.flatnonzero(~np.isnan(x) & (n > 0))
    if not len(rows):
        raise RequestRefused("no_data")
    x, n = x[rows], n[rows]
    centre = float(x.sum() / n.sum())
    rate = x / n

    def beyond(level: float) -> np.ndarray:
        low, high = limits.binomial_limits(centre, n, level)
        return (rate < low - 1e-12) | (rate > high + 1e-12)

    inside = min(max(centre, 1e-6), 1 - 1e-6)
    z, error = limits.root_score(x, n, inside)
    spread = limits.over_dispersion(z, error)
    low, high = limits.dispersed_limits(inside, n, spread.tau2, 0.998)
    dispersed = (rate < low - 1e-12) | (rate > high + 1e-12)
    fewest = [limits.fewest_to_be_high(inside, level) for level in limits.LEVELS]
    alarms = [limits.false_alarms(len(rows), level) for level in limits.LEVELS]
    return Funnel(
        indicator,
        rows,
        rate,
        n,
        centre,
        beyond(0.95),
        beyond(0.998),
        dispersed & beyond(0.998),
        spread.tau2,
        spread.phi,
        *fewest,
        *alarms,
    )


def curves(found: Funnel, points: int = 120) -> dict[str, Floats]:
    """n and the limits over it, for drawing."""
    n = np.unique(np.round(np.geomspace(1, max(float(found.n.max()), 10.0), points)))
    inside = min(max(found.centre, 1e-6), 1 - 1e-6)
    out = {"n": n}
    for level, name in ((0.95, "95"), (0.998, "998")):
        out[f"low{name}"], out[f"high{name}"] = limits.proportion_limits(inside, n, level)
    out["low_dispersed"], out["high_dispersed"] = limits.dispersed_limits(inside, n, found.tau2, 0.998)
    return out
