"""Gamma-Poisson shrinkage of counts over what was expected."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.statistics.arrays import Floats, Numbers, half_tail
from analytics.statistics.special import gammaincc, gammaincinv, gammaln

GRID = 41
FEWEST = 8


@dataclass(frozen=True)
class CountPosterior:
    """Grid points (shape a, rate b) of the true ratios' Gamma and their weights, which sum to 1."""

    shape: Floats
    rate: Floats
    weight: Floats

    def shrunken(self, observed: Numbers, expected: Numbers) -> Floats:
        """(a + O) ÷ (b + E) averaged over the grid: every true ratio of observed to expected."""
        o, e = np.asarray(observed, dtype=float), np.asarray(expected, dtype=float)
        ratio: Floats = ((self.shape + o[..., None]) / (self.rate + e[..., None])) @ self.weight
        return ratio

    def sd(self, observed: Numbers, expected: Numbers) -> Floats:
        """Posterior standard deviation of every true ratio."""
        o, e = np.asarray(observed, dtype=float)[..., None], np.asarray(expected, dtype=float)[..., None]
        a, b = self.shape + o, self.rate + e
        mean = (a / b) @ self.weight
        out: Floats = np.sqrt(np.maximum(((a * (a + 1)) / b**2) @ self.weight - mean**2, 1e-12))
        return out

    def credibility(self, expected: Numbers) -> Floats:
        """Z = E ÷ (E + b), averaged over the grid: how much of the estimate is one's own."""
        e = np.asarray(expected, dtype=float)[..., None]
        out: Floats = (e / (self.rate + e)) @ self.weight
        return out

    def above(self, observed: Numbers, expected: Numbers, threshold: float) -> Floats:
        """Posterior probability that a true ratio exceeds the threshold."""
        o, e = np.asarray(observed, dtype=float)[..., None], np.asarray(expected, dtype=float)[..., None]
        out: Floats = np.clip(gammaincc(self.shape + o, (self.rate + e) * max(threshold, 0.0)) @ self.weight, 0.0, 1.0)
        return out

    def interval(self, observed: Numbers, expected: Numbers, confidence: float = 0.95) -> tuple[Floats, Floats]:
        """Equal-tailed limits, from the mixture's mean and spread matched to one Gamma."""
        mean = self.shrunken(np.asarray(observed, dtype=float), np.asarray(expected, dtype=float))
        shape = mean**2 / self.sd(observed, expected) ** 2
        tail = half_tail(confidence)
        return gammaincinv(shape, tail) * mean / shape, gammaincinv(shape, 1 - tail) * mean / shape


def fit(observed: Numbers, expected: Numbers) -> CountPosterior | None:
    """The posterior of the Gamma's parameters, uniform in the log of the mean and in 1 ÷ √shape; None with too few counts.

    ValueError for negative counts or expectations. Source: Clayton & Kaldor 1987, Biometrics 43:671–681 (model).
    """
    o, e = np.asarray(observed, dtype=float), np.asarray(expected, dtype=float)
    if np.any(o < 0) or np.any(e < 0):
        raise ValueError("counts and expectations cannot be negative")
    there = (e > 0) & ~np.isnan(o)
    o, e = o[there], e[there]
    if len(o) < FEWEST or o.sum() == 0:
        return None
    middle = np.log(o.sum() / e.sum())
    width = 5 / np.sqrt(o.sum()) + 0.5
    means = np.exp(np.linspace(middle - width, middle + width, GRID))
    shapes = 1 / np.linspace(0.05, 2.0, GRID) ** 2
    a = np.repeat(shapes[None, :], GRID, axis=0)
    b = shapes[None, :] / means[:, None]
    # Summed over the distinct counts and the distinct expectations apart: ten thousand groups have few of either.
    log = len(o) * (a * np.log(b) - gammaln(a))
    for count, times in zip(*np.unique(o, return_counts=True), strict=True):
        log += times * gammaln(a + count)
    exposures, where = np.unique(e, return_inverse=True)
    for exposure, groups, events in zip(exposures, np.bincount(where), np.bincount(where, weights=o), strict=True):
        log -= (groups * a + events) * np.log(b + exposure)
    weight = np.exp(log - log.max()).ravel()
    kept = weight > 1e-5
    return CountPosterior(a.ravel()[kept], b.ravel()[kept], weight[kept] / weight[kept].sum())
