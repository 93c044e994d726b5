"""Whether a rate rises beyond what a reference (the team, say) did in the same months."""

from __future__ import annotations

import numpy as np

from analytics.statistics.arrays import Floats, Numbers, counts
from analytics.statistics.special import ndtr

FEWEST_STEPS = (
    60  # degrees of freedom of all series together, below which their dispersion is not estimated
)


def adjusted_trend(
    successes: Numbers,
    trials: Numbers,
    reference: Numbers,
    reference_trials: Numbers | None = None,
    pool: bool = False,
) -> tuple[Floats, Floats, Floats]:
    """Slope of (rate − reference) per step, z and two-sided p; series along the last axis, the
    reference's rate for each cell.

    `reference_trials`: how many trials the reference's rate itself rests on; none where it is
    known. A reference of few trials wavers too, and leaving that out finds trends in small teams
    that are none. Steps without trials weigh nothing. NaN slope and p = 1 where nothing varies.
    Weighted regression on the step, the variance of each difference that of two binomial rates of
    one common rate. `pool`: where the series together stray from their lines more than independent
    trials do (policies of one customer are lost together), every z is made smaller by that factor's
    root; never larger. Source: Agresti 2013, Categorical Data Analysis, secs. 3.2 and 5.3;
    McCullagh & Nelder 1989, Generalized Linear Models, sec. 4.5 (dispersion).
    """
    slope, error = fitted(successes, trials, reference, reference_trials, pool)
    with np.errstate(all="ignore"):
        z = np.nan_to_num(slope / error, nan=0.0)
    return slope, z, two_sided(z)


def two_sided(z: Floats) -> Floats:
    """p of a z in either direction."""
    out: Floats = np.minimum(1.0, 2 * (1 - ndtr(np.abs(z))))
    return out


def fitted(
    successes: Numbers,
    trials: Numbers,
    reference: Numbers,
    reference_trials: Numbers | None = None,
    pool: bool = False,
) -> tuple[Floats, Floats]:
    """The slope of `adjusted_trend` and its standard error."""
    x, n = counts(successes, trials)
    r = np.broadcast_to(np.asarray(reference, dtype=float), x.shape)
    m = (
        np.full(x.shape, np.inf)
        if reference_trials is None
        else np.broadcast_to(np.asarray(reference_trials, dtype=float), x.shape)
    )
    t = np.arange(x.shape[-1], dtype=float)
    # (a) weigh the months by their cases; (b) the slope of what is beyond the reference; (c) its
    # error, with the spread that months have beyond chance
    with np.errstate(all="ignore"):
        # Half a success and half a failure keep months without any loss from weighing infinitely
        # much.
        common = np.where(
            np.isfinite(m), (x + r * m + 0.5) / (n + m + 1), np.clip(r, 1e-6, 1 - 1e-6)
        )
        weight = np.where((n > 0) & (m > 0), 1 / (common * (1 - common) * (1 / n + 1 / m)), 0.0)
        beyond = np.where(n > 0, x / n - r, 0.0)
        middle = (weight * t).sum(axis=-1, keepdims=True) / weight.sum(axis=-1, keepdims=True)
        information = (weight * (t - middle) ** 2).sum(axis=-1)
        slope = (weight * (t - middle) * beyond).sum(axis=-1) / information
        error = 1 / np.sqrt(information)
        return slope, error * np.sqrt(_dispersion(weight, beyond, t, slope)) if pool else error


def _dispersion(weight: Floats, beyond: Floats, t: Floats, slope: Floats) -> float:
    """Pearson's χ² of all series about their own lines ÷ its degrees of freedom; 1 at least, and
    where there are too few."""
    centre = (weight * (beyond - slope[..., None] * t)).sum(axis=-1, keepdims=True) / weight.sum(
        axis=-1, keepdims=True
    )
    strays = (weight * (beyond - centre - slope[..., None] * t) ** 2).sum(axis=-1)
    freedom = (weight > 0).sum(axis=-1) - 2
    there = (freedom > 0) & np.isfinite(strays)
    counted = int(freedom[there].sum())
    return max(1.0, float(strays[there].sum()) / counted) if counted >= FEWEST_STEPS else 1.0
