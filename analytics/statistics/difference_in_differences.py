"""Difference in differences: how much more one group changed than another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.statistics.arrays import Floats, Numbers, half_tail
from analytics.statistics.special import stdtr, stdtrit


@dataclass(frozen=True)
class Difference:
    """Change of either group, and how much more the treated changed, with its error and p."""

    treated: float
    control: float
    difference: float
    se: float
    low: float
    high: float
    p: float


def difference_in_differences(
    treated_before: Numbers,
    treated_after: Numbers,
    control_before: Numbers,
    control_after: Numbers,
    confidence: float = 0.95,
) -> Difference:
    """From everybody's value before and after, in one unit; who lacks either is left out.

    Right only where both groups would have changed alike; picking the treated by the earlier
    values makes it wrong (regression to the mean). Limits by Welch's t of the changes.
    ValueError for fewer than two of a group, or changes that do not vary. Source: Card &
    Krueger 1994, American Economic Review 84:772–793 (design); Welch 1947.
    """
    changes = (_changes(treated_before, treated_after), _changes(control_before, control_after))
    if min(map(len, changes)) < 2:
        raise ValueError("two of either group are needed")
    variances = [float(part.var(ddof=1)) / len(part) for part in changes]
    if sum(variances) <= 0:
        raise ValueError("the changes do not vary")
    parts = sum(v**2 / (len(part) - 1) for v, part in zip(variances, changes, strict=True))
    freedom = sum(variances) ** 2 / parts
    means = [float(part.mean()) for part in changes]
    se = float(np.sqrt(sum(variances)))
    reach = float(stdtrit(freedom, 1 - half_tail(confidence))) * se
    gap = means[0] - means[1]
    p = 2 * float(stdtr(freedom, -abs(gap) / se))
    return Difference(means[0], means[1], gap, se, gap - reach, gap + reach, p)


def _changes(before: Numbers, after: Numbers) -> Floats:
    first, second = np.asarray(before, dtype=float), np.asarray(after, dtype=float)
    if first.ndim != 1 or first.shape != second.shape:
        raise ValueError("everybody needs a value before and after")
    change: Floats = second - first
    return change[~np.isnan(change)]
