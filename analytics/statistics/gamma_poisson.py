"""Gamma-Poisson shrinkage of counts over what was expected."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from analytics.statistics.arrays import (
    CELLS,
    FEWEST,
    NEGLIGIBLE,
    Floats,
    Numbers,
    by_pair,
    half_tail,
)
from analytics.statistics.special import gammaincc, gammaincinv, gammaln

GRID, COARSE, ROUNDS = 17, 25, 8  # points an axis at the end; while looking; how often at most
NARROWEST, WIDEST, FARTHEST = 0.01, 2.0, 10.0  # 1 ÷ √shape: from, to, and to under another prior

Prior = Callable[[Floats, Floats], Floats]
"""Log density, up to a constant, of the Gamma's shape and rate (arrays of one shape)."""


@dataclass(frozen=True)
class CountPosterior:
    """Grid points (shape a, rate b) of the true ratios' Gamma and their weights, which sum to 1."""

    shape: Floats
    rate: Floats
    weight: Floats

    def shrunken(self, observed: Numbers, expected: Numbers) -> Floats:
        """(a + O) ÷ (b + E) averaged over the grid: every true ratio of observed to expected."""
        return self._of_each(observed, expected, lambda a, b: (a / b) @ self.weight)

    def sd(self, observed: Numbers, expected: Numbers) -> Floats:
        """Posterior standard deviation of every true ratio."""

        def spread(a: Floats, b: Floats) -> Floats:
            square: Floats = (a * (a + 1) / b**2) @ self.weight - ((a / b) @ self.weight) ** 2
            return square

        return np.sqrt(np.maximum(self._of_each(observed, expected, spread), 1e-12))

    def credibility(self, expected: Numbers) -> Floats:
        """Z = E ÷ (E + b), averaged over the grid: how much of the estimate is one's own."""
        return self._of_each(0.0, expected, lambda _, b: (1 - self.rate / b) @ self.weight)

    def above(self, observed: Numbers, expected: Numbers, threshold: float) -> Floats:
        """Posterior probability that a true ratio exceeds the threshold."""
        line = max(threshold, 0.0)
        tails = self._of_each(observed, expected, lambda a, b: gammaincc(a, b * line) @ self.weight)
        return np.clip(tails, 0.0, 1.0)  # the weights sum to 1 but for the last bits

    def _of_each(
        self, observed: Numbers, expected: Numbers, value: Callable[[Floats, Floats], Floats]
    ) -> Floats:
        """`value` of shape and rate of every posterior (pairs × grid)."""
        return by_pair(
            observed,
            expected,
            lambda pairs: value(self.shape + pairs[:, :1], self.rate + pairs[:, 1:]),
            len(self.weight),
        )

    def interval(
        self, observed: Numbers, expected: Numbers, confidence: float = 0.95
    ) -> tuple[Floats, Floats]:
        """Equal-tailed limits, from the mixture's mean and spread matched to one Gamma."""
        mean = self.shrunken(np.asarray(observed, dtype=float), np.asarray(expected, dtype=float))
        shape = mean**2 / self.sd(observed, expected) ** 2
        tail = half_tail(confidence)
        return gammaincinv(shape, tail) * mean / shape, gammaincinv(shape, 1 - tail) * mean / shape


def fit(observed: Numbers, expected: Numbers, prior: Prior | None = None) -> CountPosterior | None:
    """The posterior of the Gamma's parameters on a grid around its mass; None with few counts.

    prior: uniform in the log of the mean and in 1 ÷ √shape up to 2 unless given. ValueError for
    negative counts or expectations. Source: Clayton & Kaldor 1987, Biometrics 43:671–681 (model).
    """
    o, e = of_the_counted(observed, expected)
    if len(o) < FEWEST or o.sum() == 0:
        return None
    # (a) the mean and spread that the prior may have, about the common ratio
    tally = Tally.of(o, e)
    top = WIDEST if prior is None else FARTHEST
    middle = np.log(o.sum() / e.sum())
    # Six standard errors of the log of the mean at the widest spread.
    width = 6 * np.sqrt(1 / o.sum() + top**2 / len(o))
    log_means = (middle - width, middle + width)
    spreads = (NARROWEST, top)
    # (b) coarse grids close in on where the likelihood lies
    for _ in range(ROUNDS):
        axes = np.linspace(*log_means, COARSE), np.linspace(*spreads, COARSE)
        weight = _weigh(*axes, tally, prior)[2]
        wide = log_means, spreads
        log_means = _around(axes[0], weight.sum(axis=1), log_means)
        spreads = _around(axes[1], weight.sum(axis=0), spreads)
        if all(
            2 * np.ptp(new) > np.ptp(old)
            for new, old in zip((log_means, spreads), wide, strict=True)
        ):
            break
    # (c) a fine one weighs it there; what is negligible is left out
    a, b, weight = _weigh(np.linspace(*log_means, GRID), np.linspace(*spreads, GRID), tally, prior)
    kept = weight > NEGLIGIBLE * weight.max()
    return CountPosterior(a[kept], b[kept], weight[kept] / weight[kept].sum())


@dataclass(frozen=True)
class Tally:
    """Distinct counts and distinct expectations apart: ten thousand groups have few of either."""

    groups: int
    counts: Floats
    times: Floats
    exposures: Floats
    groups_at: Floats
    events_at: Floats

    @staticmethod
    def of(o: Floats, e: Floats) -> Tally:
        counts, times = np.unique(o, return_counts=True)
        exposures, where = np.unique(e, return_inverse=True)
        return Tally(
            len(o),
            counts,
            times.astype(float),
            exposures,
            np.bincount(where).astype(float),
            np.bincount(where, weights=o).astype(float),
        )

    def likelihood(self, a: Floats, b: Floats) -> Floats:
        """Log-likelihood of shapes (k) and rates (… × k), but for what depends on neither."""
        of_counts = gammaln(a[:, None] + self.counts) @ self.times - self.groups * gammaln(a)
        log: Floats = of_counts + self.groups * a * np.log(b)
        size = max(1, CELLS // b.size)
        for start in range(0, len(self.exposures), size):
            part = slice(start, start + size)
            logs = np.log(b[..., None] + self.exposures[part])
            log -= a * (logs @ self.groups_at[part]) + logs @ self.events_at[part]
        return log


def of_the_counted(observed: Numbers, expected: Numbers) -> tuple[Floats, Floats]:
    o, e = np.broadcast_arrays(np.asarray(observed, dtype=float), np.asarray(expected, dtype=float))
    if np.any(o < 0) or np.any(e < 0):
        raise ValueError("counts and expectations cannot be negative")
    there = (e > 0) & ~np.isnan(o)
    return o[there], e[there]


def _weigh(
    log_means: Floats, spreads: Floats, tally: Tally, prior: Prior | None
) -> tuple[Floats, Floats, Floats]:
    """Shape, rate and weight at every point of the grid (log of the mean × 1 ÷ √shape)."""
    b = 1 / spreads**2 / np.exp(log_means)[:, None]
    log = tally.likelihood(1 / spreads**2, b)
    a = np.broadcast_to(1 / spreads**2, b.shape)
    if prior is not None:
        log = log + prior(a, b) + 1.5 * np.log(a) + np.log(b)  # the change of variables
    weight = np.exp(log - log.max())
    return a, b, weight / weight.sum()


def _around(axis: Floats, weight: Floats, bounds: tuple[float, float]) -> tuple[float, float]:
    """Where nearly all of the weight lies, with a step to spare on either side."""
    inside = np.flatnonzero(weight > NEGLIGIBLE * weight.max())
    step = axis[1] - axis[0]
    return max(bounds[0], float(axis[inside[0]] - step)), min(
        bounds[1], float(axis[inside[-1]] + step)
    )
