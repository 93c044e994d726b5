"""Seasonal Kendall: a trend that the seasons do not fake, its size, and whether they agree."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.statistics.arrays import Floats, Numbers, half_tail
from analytics.statistics.mann_kendall import EXACT_UP_TO, distribution
from analytics.statistics.special import chdtrc, ndtr, ndtri


@dataclass(frozen=True)
class SeasonalTrend:
    """S over all seasons, the two-sided p (exact or not), z with continuity correction.

    tau: S ÷ pairs, −1 … 1; slope, low, high: median change per year in the values' unit, and
    its limits. heterogeneity: χ² of seasons that trend differently, on one degree of freedom
    fewer than there are seasons, and its p: where it is small, one trend for the year says
    little. NaN where there is nothing to compare.
    """

    s: int
    p: float
    exact: bool
    z: float
    tau: float
    slope: float
    low: float
    high: float
    heterogeneity: float
    heterogeneity_p: float


def seasonal_kendall(
    y: Numbers, season: int = 12, confidence: float = 0.95, exact: bool = True
) -> SeasonalTrend:
    """Mann–Kendall within each season, summed: January against January. NaN are left out.

    The p is exact up to 60 years, ties included (the seasons' distributions folded together), else
    or on request normal. Assumes independent values; ValueError for a season below 1 or another
    shape. Source: Hirsch, Slack & Smith 1982, Water Resources Research 18:107–121; heterogeneity
    van Belle & Hughes 1984, Water Resources Research 20:127–136; limits after Gilbert 1987, as in
    EnvStats.
    """
    if season < 1:
        raise ValueError("a season has at least one step")
    tail = half_tail(confidence)
    values = np.asarray(y, dtype=float)
    if values.ndim != 1:
        raise ValueError("one series is needed, a value for every step")
    parts = [_Season.of(values[begin::season]) for begin in range(season)]
    parts = [part for part in parts if part.pairs]
    s, variance = sum(part.s for part in parts), sum(part.variance for part in parts)
    z = float((s - np.sign(s)) / np.sqrt(variance)) if variance > 0 else 0.0
    exact = exact and all(part.n <= EXACT_UP_TO for part in parts)
    p = _exact(s, parts) if exact else min(1.0, 2 * float(ndtr(-abs(z))))
    if not parts:
        return SeasonalTrend(0, 1.0, exact, *[float("nan")] * 7)
    slopes = np.sort(np.concatenate([part.slopes for part in parts]))
    # Gilbert's ranks: as far from the middle as S may stray by chance.
    reach = float(ndtri(1 - tail)) * variance**0.5
    ranks = np.arange(1, len(slopes) + 1)
    low, high = np.interp([(len(slopes) - reach) / 2, (len(slopes) + reach) / 2 + 1], ranks, slopes)
    return SeasonalTrend(
        s,
        p,
        exact,
        z,
        s / sum(part.pairs for part in parts),
        float(np.median(slopes)),
        float(low),
        float(high),
        *_heterogeneity(parts),
    )


def seasonal_kendall_rows(y: Numbers, season: int = 12) -> tuple[Floats, Floats]:
    """Two-sided p and median change per step of many series at once (one a row, NaN where a step is
    missing): 1 and NaN where there is nothing to compare. ValueError unless two-dimensional."""
    values = np.asarray(y, dtype=float)
    if values.ndim != 2:
        raise ValueError("one series a row is needed")
    lags = range(season, values.shape[1], season)
    rises = [values[:, lag:] - values[:, :-lag] for lag in lags]
    if not rises:
        return np.ones(len(values)), np.full(len(values), np.nan)
    # (a) the change per step between any two years of the same season
    slopes = np.hstack([rise / lag for rise, lag in zip(rises, lags, strict=True)])
    slope, told = np.full(len(values), np.nan), ~np.isnan(slopes).all(axis=1)
    slope[told] = np.nanmedian(slopes[told], axis=1)
    # (b) p of S over all seasons, at once for the rows of as many years in every season
    s = sum(np.nansum(np.sign(rise), axis=1) for rise in rises)
    tied = np.any([(rise == 0).any(axis=1) for rise in rises], axis=0)
    years = np.sort(
        [(~np.isnan(values[:, begin::season])).sum(axis=1) for begin in range(season)], axis=0
    )
    p = np.ones(len(values))
    plain = told & ~tied & (years <= EXACT_UP_TO).all(axis=0)
    for pattern in np.unique(years[:, plain], axis=1).T:
        rows = plain & (years == pattern[:, None]).all(axis=0)
        p[rows] = _beyond(np.abs(s[rows]), [distribution(int(n)) for n in pattern if n > 1])
    for row in np.flatnonzero(told & ~plain):
        p[row] = seasonal_kendall(values[row], season).p
    return p, slope


@dataclass(frozen=True)
class _Season:
    """One season's values over the years: how many, S, its variance, pairs of years, slope of
    each, sizes of ties.
    """

    n: int
    s: int
    variance: float
    pairs: int
    slopes: Floats
    ties: tuple[int, ...]

    @staticmethod
    def of(values: Floats) -> _Season:
        years = np.flatnonzero(~np.isnan(values))
        part = values[years]
        n = len(part)
        first, second = np.triu_indices(n, 1)
        rises = part[second] - part[first]
        _, counts = np.unique(part, return_counts=True)
        tied = (counts * (counts - 1) * (2 * counts + 5)).sum()
        return _Season(
            n,
            int(np.sign(rises).sum()),
            float(n * (n - 1) * (2 * n + 5) - tied) / 18,
            len(rises),
            rises / (years[second] - years[first]),
            tuple(sorted(int(count) for count in counts if count > 1)),
        )


def _exact(s: int, parts: list[_Season]) -> float:
    laws = [distribution(part.n, part.ties) for part in parts]
    return float(_beyond(np.array([abs(s)]), laws)[0])


def _beyond(s: Floats, laws: list[Floats]) -> Floats:
    """Probabilities that the sum over seasons lies as far from 0 as each of `s`, or farther."""
    folded = np.array([1.0])
    for law in laws:
        folded = np.convolve(folded, law)
    far = np.abs(np.arange(len(folded)) * 2 - (len(folded) - 1))
    return np.array([min(1.0, folded[far >= size].sum()) for size in s])


def _heterogeneity(parts: list[_Season]) -> tuple[float, float]:
    z = np.array([part.s / part.variance**0.5 for part in parts if part.variance > 0])
    if len(z) < 2:
        return float("nan"), float("nan")
    chi2 = float(((z - z.mean()) ** 2).sum())
    return chi2, float(chdtrc(len(z) - 1.0, chi2))
