"""Uplift: what reaching a target rate would bring, over all rates that somebody may truly have and
not at a lucky or unlucky one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.statistics.arrays import Floats, Numbers, counts
from analytics.statistics.beta_binomial import RatePosterior
from analytics.statistics.special import betainc


@dataclass(frozen=True)
class Uplift:
    """Per person: the shrunken rate, the expected extra successes if the target were reached
    (never negative), its limits, and the extra successes at half the gap, which is what most
    people close."""

    shrunken: Floats
    extra: Floats
    low: Floats
    high: Floats
    half: Floats


def uplift(
    successes: Numbers,
    trials: Numbers,
    target: Numbers,
    prior: RatePosterior | tuple[float, float],
    confidence: float = 0.9,
) -> Uplift:
    """n × E max(0, target − true rate) over the posterior; one row a person, rates as fractions of
    1.

    At the shrunken rate alone, n × max(0, target − E rate), it would be too small: also somebody
    who probably reaches the target may truly lie below it. prior: the fitted spread of true rates,
    or (alpha, beta) of one Beta. The limits are those of the true rate, so they may reach 0 where
    chance explains the gap, but hold what is expected. ValueError for impossible counts. Source:
    empirical Bayes shrinkage, BDA3 sec. 5.3; the mean of a Beta cut off at the target.
    """
    x, n = counts(successes, trials)
    spread = (
        prior
        if isinstance(prior, RatePosterior)
        else RatePosterior(*(np.array([part]) for part in (*prior, 1.0)))
    )
    goal = np.asarray(target, dtype=float)
    rate = spread.shrunken(x, n)
    worst, best = spread.interval(x, n, confidence)
    extra = n * np.maximum(0.0, _short(rate, spread.sd(x, n), goal))
    low, high = (n * np.maximum(0.0, goal - part) for part in (best, worst))
    return Uplift(rate, extra, np.minimum(low, extra), np.maximum(high, extra), extra / 2)


def _short(rate: Floats, sd: Floats, goal: Floats) -> Floats:
    """E max(0, goal − rate) of the Beta of this mean and standard deviation (the posterior's own,
    so nearly that)."""
    total = np.maximum(rate * (1 - rate) / sd**2 - 1, 1e-6)
    a, b, line = rate * total, (1 - rate) * total, np.clip(goal, 0.0, 1.0)
    return np.asarray(goal * betainc(a, b, line) - rate * betainc(a + 1, b, line), dtype=float)
