"""Das Gupta's exact split of the change of a product into its factors."""

from __future__ import annotations

from itertools import combinations
from math import comb, prod

import numpy as np

from analytics.statistics.arrays import Floats, Numbers


def das_gupta(first: Numbers, second: Numbers) -> Floats:
    """The effect of every factor on Πsecond − Πfirst; they add up to it exactly, and swapping the
    sides flips the signs.

    first, second: the same factors (policies, rate, average premium, …) at two times; ValueError
    for other shapes. Source: Das Gupta 1993, Standardization and Decomposition of Rates, US Census
    P23-186.
    """
    a, b = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    if a.ndim != 1 or a.shape != b.shape or not len(a):
        raise ValueError("the same factors are needed at both times")
    k = len(a)
    out = np.zeros(k)
    for factor in range(k):
        others = [other for other in range(k) if other != factor]
        for size in range(k):
            for chosen in combinations(others, size):
                rest = prod(b[other] if other in chosen else a[other] for other in others)
                out[factor] += (b[factor] - a[factor]) * rest / (k * comb(k - 1, size))
    return out
