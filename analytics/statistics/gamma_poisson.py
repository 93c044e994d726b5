"""Gamma-Poisson shrinkage of counts over what was expected."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaincinv, gammaln

from analytics.statistics.arrays import Floats, Numbers, half_tail

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

    def interval(self, observed: Numbers, expected: Numbers, confidence: float = 0.95) -> tuple[Floats, Floats]:
        """Equal-tailed limits, from the mixture's mean and spread matched to one Gamma."""
        o, e = np.asarray(observed, dtype=float)[..., None], np.asarray(expected, dtype=float)[..., None]
        a, b = self.shape + o, self.rate + e
        mean = (a / b) @ self.weight
        spread = ((a * (a + 1)) / b**2) @ self.weight - mean**2
        shape = mean**2 / np.maximum(spread, 1e-12)
        tail = half_tail(confidence)
        return gammaincinv(shape, tail) * mean / shape, gammaincinv(shape, 1 - tail) * mean / shape


def fit(observed: Numbers, expected: Numbers) -> CountPosterior | None:
    """The posterior of the Gamma's parameters, uniform in the log of the mean and in 1 ÷ √shape; None with too few counts.

    ValueError for negative counts or expectations. Source: Clayton & Kaldor 1987, Biometrics 43:671–681 (model).
    """
    o, e = np.asarray(observed, dtype=float), np.asarray(expected, dtype=float)
    if np.any(o < 0) or np.any(e < 0):
        raise ValueError("counts and expectations cannot be negative")
    o, e = o[e > 0], e[e > 0]
    if len(o) < FEWEST or o.sum() == 0:
        return None
    middle = np.log(o.sum() / e.sum())
    width = 5 / np.sqrt(o.sum()) + 0.5
    means = np.exp(np.linspace(middle - width, middle + width, GRID))
    shapes = 1 / np.linspace(0.05, 2.0, GRID) ** 2
    a = np.repeat(shapes[None, :], GRID, axis=0)
    b = shapes[None, :] / means[:, None]
    log = np.zeros(a.shape)
    for count, exposure in zip(o, e, strict=True):
        log += (
            gammaln(a + count) - gammaln(a) + a * np.log(b / (b + exposure)) + count * np.log(exposure / (b + exposure))
        )
    weight = np.exp(log - log.max()).ravel()
    kept = weight > 1e-5
    return CountPosterior(a.ravel()[kept], b.ravel()[kept], weight[kept] / weight[kept].sum())
