"""Uplift: what reaching a target rate would bring, at the rate that somebody probably has and not at a lucky or unlucky one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.statistics.arrays import Floats, Numbers, counts
from analytics.statistics.beta_binomial import RatePosterior


@dataclass(frozen=True)
class Uplift:
    """Per person: the shrunken rate, the expected extra successes if the target were reached (never negative), its limits, and the
    extra successes at half the gap, which is what most people close."""

    shrunken: Floats
    extra: Floats
    low: Floats
    high: Floats
    half: Floats


def uplift(
    successes: Numbers, trials: Numbers, target: Numbers, prior: RatePosterior | tuple[float, float], confidence: float = 0.9
) -> Uplift:  # fmt: skip
    """n × max(0, target − shrunken rate); one row a person, rates as fractions of 1.

    prior: the fitted spread of true rates, or (alpha, beta) of one Beta. The limits are those of the true rate, so they may reach
    0 where chance explains the gap. ValueError for impossible counts. Source: empirical Bayes shrinkage, BDA3 sec. 5.3.
    """
    x, n = counts(successes, trials)
    spread = prior if isinstance(prior, RatePosterior) else RatePosterior(*(np.array([one]) for one in (*prior, 1.0)))
    goal = np.asarray(target, dtype=float)
    rate = spread.shrunken(x, n)
    worst, best = spread.interval(x, n, confidence)
    extra, low, high = (n * np.maximum(0.0, goal - one) for one in (rate, best, worst))
    return Uplift(rate, extra, low, high, extra / 2)
