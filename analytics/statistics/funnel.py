"""Funnel limits: how far a rate or ratio of so many cases strays by chance alone, with and without
over-dispersion."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analytics.statistics.arrays import Floats, Numbers, half_tail
from analytics.statistics.special import ndtri

LEVELS = (0.95, 0.998)
FEWEST_DISPERSION = 20


def proportion_limits(centre: float, trials: Numbers, level: float = 0.95) -> tuple[Floats, Floats]:
    """centre ± z·√(centre(1 − centre) ÷ n), clipped to 0–1. Source: PHEindicatormethods funnel
    limits (the same, algebraically)."""
    n = np.asarray(trials, dtype=float)
    z = float(ndtri(1 - half_tail(level)))
    with np.errstate(divide="ignore"):
        spread = z * np.sqrt(centre * (1 - centre) / n)
    return np.clip(centre - spread, 0, 1), np.clip(centre + spread, 0, 1)


def binomial_limits(centre: float, trials: Numbers, level: float = 0.95) -> tuple[Floats, Floats]:
    """The outermost rates that chance still explains at this level, exactly; a rate beyond them is
    outside.

    Fewer false alarms on small numbers than the normal limits. Source: Spiegelhalter 2005,
    Statistics in Medicine 24:1185–1202.
    """
    from scipy.stats import binom  # slow to import

    n = np.asarray(trials, dtype=float)
    tail = half_tail(level)
    with np.errstate(all="ignore"):
        lower = np.maximum(binom.ppf(tail, n, centre), 0) / n
        upper = np.minimum(binom.ppf(1 - tail, n, centre), n) / n
    return np.where(n > 0, lower, np.nan), np.where(n > 0, upper, np.nan)


def poisson_limits(expected: Numbers, level: float = 0.95) -> tuple[Floats, Floats]:
    """The outermost counts that chance still explains at this level, exactly; a count beyond them
    is outside.

    No event at all is outside only where even that is rarer than the tail. Source: Spiegelhalter
    2005, Statistics in Medicine.
    """
    from scipy.stats import poisson  # slow to import

    e = np.asarray(expected, dtype=float)
    tail = half_tail(level)
    return np.maximum(poisson.ppf(tail, e), 0.0), poisson.ppf(1 - tail, e)


def poisson_curves(expected: Numbers, level: float = 0.95) -> tuple[Floats, Floats]:
    """The same limits drawn out between whole events, so that lines over the expected number have
    no teeth, and every whole number beyond them is outside and no other. Source: the interpolation
    of Spiegelhalter 2005, Statistics in Medicine 24:1185–1202, A.1.1: r − (F(r) − p) ÷ f(r) for the
    quantile r of p, one event farther up, since the quantile itself is inside."""
    from scipy.stats import poisson  # slow to import

    mean, tail = np.asarray(expected, dtype=float), half_tail(level)
    sides = []
    for share in (tail, 1.0 - tail):
        quantile = poisson.ppf(share, mean)
        over = poisson.cdf(quantile, mean) - share
        sides.append(quantile - over / poisson.pmf(quantile, mean))
    return np.maximum(sides[0], 0.0), np.maximum(sides[1], -1.0) + 1.0


def outside_chance(centre: float, trials: Numbers, level: float, events: bool = False) -> Floats:
    """How likely an honest unit of so many trials lies outside its exact limits: never more than 1
    − level.

    centre: the common rate; `events` for counts that may repeat (Poisson), else shares (binomial).
    """
    from scipy.stats import binom, poisson  # slow to import

    n, where = np.unique(np.asarray(trials, dtype=float), return_inverse=True)
    if events:
        low, high = poisson_limits(n * centre, level)
        chance = poisson.cdf(low - 1, n * centre) + poisson.sf(high, n * centre)
    else:
        low, high = (np.round(side * n) for side in binomial_limits(centre, n, level))
        chance = binom.cdf(low - 1, n, centre) + binom.sf(high, n, centre)
    out: Floats = chance[where]
    return out


def fewest_to_be_high(centre: float, level: float = 0.95) -> int:
    """From how many trials on anybody can lie above the exact limit at all: below, even a perfect
    rate is chance."""
    if not 0 < centre < 1:
        raise ValueError("the centre must lie between 0 and 1")
    return int(
        np.ceil(np.log(half_tail(level)) / np.log(centre) - 1e-12)
    )  # where even centreⁿ is rarer than the tail


@dataclass(frozen=True)
class Dispersion:
    """phi (1 where chance explains the spread) and tau2, the variance that the units have beyond
    it."""

    phi: float
    tau2: float


def over_dispersion(
    z: Numbers,
    standard_errors: Numbers,
    trim: float = 0.1,
    truncate: bool = False,
    fewest: int = FEWEST_DISPERSION,
) -> Dispersion:
    """phi of z-scores and the additive tau²; none below twenty units. Missing scores are left out.

    trim: the share at either end that is not believed: pulled in to the rest (winsorised), or with
    `truncate` left out (of 0.1: the outermost tenths of the ranks). ValueError for a trim outside 0
    … ½, or other shapes. Source: Spiegelhalter 2005, Quality and Safety in Health Care 14:347–351;
    truncated as in NHS Digital's Summary Hospital-level Mortality Indicator, FunnelPlotR
    `truncation`.
    """
    scores, se = np.asarray(z, dtype=float), np.asarray(standard_errors, dtype=float)
    if not 0 <= trim < 0.5:
        raise ValueError("the share trimmed must lie between 0 and one half")
    if scores.shape != se.shape:
        raise ValueError("every score needs its standard error")
    there = ~np.isnan(scores)
    scores, se = scores[there], se[there]
    if len(scores) < fewest:
        return Dispersion(1.0, 0.0)
    if truncate and trim > 0:
        believed = _inner(scores, trim)
        scores, se = scores[believed], se[believed]
    else:
        scores = np.clip(scores, *np.quantile(scores, [trim, 1 - trim]))
    k = len(scores)
    if not k:
        return Dispersion(1.0, 0.0)
    phi = float((scores**2).sum() / k)
    if k == 1 or k * phi <= k - 1:
        return Dispersion(phi, 0.0)
    w = 1 / se**2
    return Dispersion(
        phi, max(0.0, float((k * phi - (k - 1)) / (w.sum() - (w**2).sum() / w.sum())))
    )


def _inner(scores: Floats, trim: float) -> npt.NDArray[np.bool_]:
    """Which scores lie in neither outermost group of 1 ÷ trim groups of their ranks."""
    from scipy.stats import rankdata  # slow to import

    groups = 1 / trim
    group = np.floor(rankdata(scores) * groups / (len(scores) + 1) + 1e-9)
    inner: npt.NDArray[np.bool_] = (group > 0) & (group < groups - 1 - 1e-9)
    return inner


def root_score(successes: Numbers, trials: Numbers, centre: float) -> tuple[Floats, Floats]:
    """z-scores of rates on the arcsine-root scale, and their standard errors 1 ÷ (2√n)."""
    x, n = np.asarray(successes, dtype=float), np.asarray(trials, dtype=float)
    se = 1 / (2 * np.sqrt(n))
    return (np.arcsin(np.sqrt(x / n)) - np.arcsin(np.sqrt(centre))) / se, se


def dispersed_limits(
    centre: float, trials: Numbers, tau2: float, level: float = 0.95
) -> tuple[Floats, Floats]:
    """Limits of a rate with additive over-dispersion tau², back from the arcsine-root scale."""
    n = np.asarray(trials, dtype=float)
    z = float(ndtri(1 - half_tail(level)))
    spread = z * np.sqrt(1 / (4 * n) + tau2)
    middle = np.arcsin(np.sqrt(centre))
    return np.sin(np.clip(middle - spread, 0, np.pi / 2)) ** 2, np.sin(
        np.clip(middle + spread, 0, np.pi / 2)
    ) ** 2


def root_ratio_score(observed: Numbers, expected: Numbers) -> tuple[Floats, Floats]:
    """z-scores of observed ÷ expected counts on the square-root scale, and their standard errors 1
    ÷ (2√expected)."""
    o, e = np.asarray(observed, dtype=float), np.asarray(expected, dtype=float)
    se = 1 / (2 * np.sqrt(e))
    return (np.sqrt(o / e) - 1) / se, se


def dispersed_ratio_limits(
    expected: Numbers, tau2: float, level: float = 0.95
) -> tuple[Floats, Floats]:
    """Limits of observed ÷ expected with additive over-dispersion tau², back from the square-root
    scale. Source: Spiegelhalter 2005."""
    e = np.asarray(expected, dtype=float)
    spread = float(ndtri(1 - half_tail(level))) * np.sqrt(1 / (4 * e) + tau2)
    return np.maximum(1 - spread, 0.0) ** 2, (1 + spread) ** 2
