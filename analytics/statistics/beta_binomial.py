"""Beta-binomial shrinkage of rates, with both parameters of the prior integrated on a grid."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analytics.statistics.arrays import (
    FEWEST,
    NEGLIGIBLE,
    Floats,
    Numbers,
    by_pair,
    counts,
    half_tail,
)
from analytics.statistics.special import betainc, betaincinv, gammaln

GRID = 33


@dataclass(frozen=True)
class RatePosterior:
    """What is known of the spread of true rates: grid points (alpha, beta) and their weights, which
    sum to 1."""

    alpha: Floats
    beta: Floats
    weight: Floats

    @property
    def mean(self) -> float:
        """The mean true rate."""
        return float((self.weight * self.alpha / (self.alpha + self.beta)).sum())

    @property
    def strength(self) -> float:
        """K of Z = n ÷ (n + K): how many trials weigh as much as the group, at its posterior
        median."""
        total = self.alpha + self.beta
        order = np.argsort(total)
        return float(total[order][np.searchsorted(self.weight[order].cumsum(), 0.5)])

    def shrunken(self, successes: Numbers, trials: Numbers) -> Floats:
        """Posterior mean of every true rate: between the raw rate and the group's mean, nearer the
        raw one as n grows."""
        x, n = counts(successes, trials)
        mean = _by_pair(x, n, lambda a, b: (self.weight * a / (a + b)).sum(axis=1), self)
        with np.errstate(all="ignore"):
            raw = np.where(n > 0, x / n, self.mean)
        # Averaged over the grid, an estimate beside the group's mean may lie a hair outside.
        inside: Floats = np.clip(mean, np.minimum(raw, self.mean), np.maximum(raw, self.mean))
        return inside

    def above(self, successes: Numbers, trials: Numbers, threshold: float) -> Floats:
        """Posterior probability that a true rate exceeds the threshold."""
        x, n = counts(successes, trials)
        line = min(max(threshold, 0.0), 1.0)
        tails = _by_pair(
            x, n, lambda a, b: 1 - (self.weight * betainc(a, b, line)).sum(axis=1), self
        )
        return np.clip(tails, 0.0, 1.0)  # the weights sum to 1 but for the last bits

    def credibility(self, trials: Numbers) -> Floats:
        """Z = n ÷ (n + K), averaged over the grid: how much of the estimate is one's own."""
        n = np.asarray(trials, dtype=float)
        total = self.alpha + self.beta
        flat = (n.ravel()[:, None] / (n.ravel()[:, None] + total)) @ self.weight
        out: Floats = flat.reshape(n.shape)
        return out

    def sd(self, successes: Numbers, trials: Numbers) -> Floats:
        """Posterior standard deviation of every true rate."""
        x, n = counts(successes, trials)

        def spread(a: Floats, b: Floats) -> Floats:
            mean = (self.weight * a / (a + b)).sum(axis=1)
            out: Floats = (self.weight * a * (a + 1) / ((a + b) * (a + b + 1))).sum(
                axis=1
            ) - mean**2
            return out

        return np.sqrt(np.maximum(_by_pair(x, n, spread, self), 1e-12))

    def interval(
        self, successes: Numbers, trials: Numbers, confidence: float = 0.95
    ) -> tuple[Floats, Floats]:
        """Equal-tailed limits of every true rate, from the mixture's mean and spread matched to one
        Beta."""
        first, spread = self.shrunken(successes, trials), self.sd(successes, trials) ** 2
        tail = half_tail(confidence)
        total = np.maximum(first * (1 - first) / spread - 1, 1e-6)
        return betaincinv(first * total, (1 - first) * total, tail), betaincinv(
            first * total, (1 - first) * total, 1 - tail
        )


def fit(successes: Numbers, trials: Numbers) -> RatePosterior | None:
    """The posterior of the prior's parameters, uniform in the mean and in 1 ÷ √(alpha + beta); None
    with too few rates.

    Plugging in one fitted prior is over-confident on small groups, so the whole grid is kept. Cost:
    pairs × grid points. Source: Gelman et al., Bayesian Data Analysis, 3rd ed., sec. 5.3.
    """
    x, n = counts(successes, trials)
    x, n = x[(n > 0) & ~np.isnan(x)], n[(n > 0) & ~np.isnan(x)]
    if len(x) < FEWEST:
        return None
    # (a) the mean and spread that the prior may have, about the pooled rate
    pairs, times = np.unique(np.column_stack([x, n]), axis=0, return_counts=True)
    pooled = float(x.sum() / n.sum())
    room = np.sqrt(max(pooled * (1 - pooled), 1e-4))
    edge = min(1e-3, max(pooled, 1e-7) / 10, max(1 - pooled, 1e-7) / 10)
    means = _inside(pooled - 3 * room, pooled + 3 * room, edge)
    # (b) a coarse grid finds where the likelihood lies
    coarse = _evaluate(pairs, times, means, np.linspace(0.01, 1.2, GRID))
    fine_means, fine_spreads = (
        _around(axis, coarse[2].sum(axis=1 - side)) for side, axis in enumerate(coarse[:2])
    )
    # (c) a fine one weighs it there; what is negligible is left out
    means, spreads, weight = _evaluate(
        pairs,
        times,
        _inside(fine_means[0], fine_means[1], edge),
        np.linspace(max(fine_spreads[0], 1e-3), fine_spreads[1], GRID),
    )
    total = 1 / spreads**2
    alpha, beta = np.outer(means, total).ravel(), np.outer(1 - means, total).ravel()
    flat = weight.ravel()
    kept = flat > NEGLIGIBLE * flat.max()
    return RatePosterior(alpha[kept], beta[kept], flat[kept] / flat[kept].sum())


def _evaluate(
    pairs: Floats, times: npt.NDArray[np.int64], means: Floats, spreads: Floats
) -> tuple[Floats, Floats, Floats]:
    total = 1 / spreads**2
    alpha, beta = np.outer(means, total), np.outer(1 - means, total)
    log = np.zeros(alpha.shape)
    # The Beta functions taken apart: ten thousand rates have few distinct counts of successes,
    # failures and trials.
    for base, counted, sign in (
        (alpha, pairs[:, 0], 1),
        (beta, pairs[:, 1] - pairs[:, 0], 1),
        (alpha + beta, pairs[:, 1], -1),
    ):
        distinct, where = np.unique(counted, return_inverse=True)
        level = gammaln(base)
        for value, weight in zip(distinct, np.bincount(where, weights=times), strict=True):
            log += sign * weight * (gammaln(base + value) - level)
    weight = np.exp(log - log.max())
    return means, spreads, weight / weight.sum()


def _inside(low: float, high: float, edge: float) -> Floats:
    return np.linspace(max(low, edge), min(high, 1 - edge), GRID)


def _around(axis: Floats, weight: Floats) -> tuple[float, float]:
    """Where nearly all of the weight lies, with a step to spare on either side."""
    inside = np.flatnonzero(weight > 1e-4 * weight.max())
    step = axis[1] - axis[0]
    return float(axis[inside[0]] - step), float(axis[inside[-1]] + step)


def _by_pair(
    x: Floats, n: Floats, value: Callable[[Floats, Floats], Floats], prior: RatePosterior
) -> Floats:
    """`value` of both parameters of every posterior (pairs × grid), once for each distinct
    pair of counts."""

    def of(pairs: Floats) -> Floats:
        return value(prior.alpha + pairs[:, :1], prior.beta + pairs[:, 1:] - pairs[:, :1])

    return by_pair(x, n, of, len(prior.weight))
