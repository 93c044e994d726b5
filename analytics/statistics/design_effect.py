"""How much less than their number cases tell that are decided together: intraclass correlation and
design effect."""

from __future__ import annotations

import numpy as np

from analytics.statistics.arrays import Floats, Numbers

# pairs of cases of one cluster, all units together, below which their likeness is not estimated
FEWEST_PAIRS = 30


def intraclass(
    successes: Numbers, trials: Numbers, trials_sq: Numbers, successes_sq: Numbers, cross: Numbers
) -> float | None:
    """The correlation of two cases of one cluster, by moments over clusters and pooled over units;
    0–1, None for too few pairs.

    One row a unit (an agent): its successes and trials, and over its clusters the sums of trials²,
    successes² and trials × successes. Residuals are held against the unit's own rate, with what
    estimating that takes away put back, so that independent cases give 0 on average. Source: Donner
    & Klar 2000, Design and Analysis of Cluster Randomization Trials, sec. 2.2.
    """
    k, n, m2, k2, mk = (
        np.asarray(part, dtype=float)
        for part in (successes, trials, trials_sq, successes_sq, cross)
    )
    there = ~np.isnan(k + n + m2 + k2 + mk) & (n > 1)
    k, n, m2, k2, mk = (part[there] for part in (k, n, m2, k2, mk))
    if (m2 - n).sum() / 2 < FEWEST_PAIRS:
        return None
    # (a) the variance of one case, and the products of pairs of one customer
    p = k / n
    variance = p * (1 - p) * n / (n - 1)
    residuals = k2 - 2 * p * mk + p**2 * m2
    alike = float((residuals - variance * (n - m2 / n)).sum())
    # (b) against what they would be if such cases were always alike
    most = float((variance * (m2 - n) * (1 - m2 / n**2)).sum())
    return float(np.clip(alike / most, 0.0, 1.0)) if most > 0 else None


def design_effect(correlation: float | None, trials: Numbers, trials_sq: Numbers) -> Floats:
    """By how much the variance of a unit's rate exceeds that of independent cases: 1 + ρ (Σ m² ÷ Σ
    m − 1); 1 where unknown.

    trials: cases of the unit (Σ m), trials_sq: Σ m² over its clusters. Never below 1. Source:
    Donner & Klar 2000, sec. 1.4.
    """
    n, m2 = np.asarray(trials, dtype=float), np.asarray(trials_sq, dtype=float)
    if correlation is None:
        return np.ones(n.shape)
    with np.errstate(all="ignore"):
        effect = np.nan_to_num(1 + correlation * (m2 / n - 1), nan=1.0, posinf=1.0, neginf=1.0)
    return np.asarray(np.maximum(effect, 1.0), dtype=float)
