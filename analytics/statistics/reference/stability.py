"""How far one weight can move before somebody else leads."""

from __future__ import annotations

import numpy as np

from analytics.statistics.arrays import Numbers


def stability_interval(scores: Numbers, base: Numbers, vary: int) -> tuple[int, float, float]:
    """The leader under the base weights, and the values of weight `vary` between which it stays
    first, the others scaled to fit.

    scores: agents × categories; base: weights summing to 1; ValueError otherwise, and for gaps.
    Source: linear in the weight, solved exactly.
    """
    s, w = np.asarray(scores, dtype=float), np.asarray(base, dtype=float)
    if s.ndim != 2 or not len(s) or s.shape[1] != len(w) or abs(w.sum() - 1) > 1e-9:
        raise ValueError("scores and base weights do not fit")
    if not 0 <= vary < len(w) or w[vary] >= 1 or np.isnan(s).any():
        raise ValueError("complete scores are needed, and a weight below 1 to vary")
    others = np.where(np.arange(len(w)) == vary, 0.0, w) / (1 - w[vary])
    at_zero, at_one = s @ others, s[:, vary]
    leader = int(np.argmax(s @ w))
    low, high = 0.0, 1.0
    for other in range(len(s)):
        start, end = at_zero[leader] - at_zero[other], at_one[leader] - at_one[other]
        if other == leader or start == end:
            continue
        crossing = start / (start - end)
        if start < 0 <= end or (start < 0 and end > 0):
            low = max(low, crossing)
        elif start >= 0 > end:
            high = min(high, crossing)
    return leader, float(low), float(high)
