"""Rank-order-centroid weights: the middle of all weights that keep an order of importance."""

from __future__ import annotations

import numpy as np

from analytics.statistics.arrays import Floats


def rank_order_centroid(count: int) -> Floats:
    """Weights of the most to the least important of so many, summing to 1: wₖ = Σᵢ₌ₖⁿ 1/i ÷ n.

    ValueError for fewer than one or parts of one. Source: Barron & Barrett 1996, Management Science
    42:1515–1523.
    """
    if not count >= 1 or count != int(count):
        raise ValueError("at least one is needed, and a whole number")
    shares = 1 / np.arange(1, count + 1, dtype=float)
    out: Floats = shares[::-1].cumsum()[::-1] / count
    return out
