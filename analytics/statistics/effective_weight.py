"""Effective weight: what an indicator decides of the differences in the score, beside what it
weighs on paper."""

from __future__ import annotations

from itertools import combinations
from math import factorial

import numpy as np

from analytics.statistics.arrays import Floats, Numbers

EXACT_UP_TO = 14


def covariance_share(weights: Numbers, covariance: Numbers) -> Floats:
    """w·cov(x, S) ÷ var(S): sums to 1, may be negative; NaN where the score does not vary. Source:
    Wang & Stanley 1970."""
    w, c = np.asarray(weights, dtype=float), np.asarray(covariance, dtype=float)
    variance = float(w @ c @ w)
    return w * (c @ w) / variance if variance > 0 else np.full(len(w), np.nan)


def shapley_share(weights: Numbers, covariance: Numbers) -> Floats:
    """Shapley share of the score's variance: never negative, sums to 1; exact up to fourteen
    indicators, ValueError beyond.

    What a set of indicators explains is the variance of the score's expectation given them, for
    normal values. Source: Owen & Prieur 2017, SIAM/ASA JUQ 5:986–1002.
    """
    w, c = np.asarray(weights, dtype=float), np.asarray(covariance, dtype=float)
    k = len(w)
    if k > EXACT_UP_TO:
        raise ValueError("too many indicators for an exact share")
    whole = float(w @ c @ w)
    if whole <= 0:
        return np.full(k, np.nan)
    with_score = c @ w
    explained: dict[tuple[int, ...], float] = {(): 0.0}
    for size in range(1, k + 1):
        for chosen in combinations(range(k), size):
            some = list(chosen)
            inverse = np.linalg.pinv(c[np.ix_(some, some)], hermitian=True)
            explained[chosen] = float(with_score[some] @ inverse @ with_score[some])
    out = np.zeros(k)
    for item in range(k):
        others = [other for other in range(k) if other != item]
        for size in range(k):
            share = factorial(size) * factorial(k - size - 1) / factorial(k)
            for chosen in combinations(others, size):
                out[item] += share * (explained[tuple(sorted((*chosen, item)))] - explained[chosen])
    return out / whole
