"""What the members of one group rise or fall by together: how far a member's own trend goes beyond
it, by partial pooling."""

from __future__ import annotations

import numpy as np

from analytics.statistics.arrays import Floats, Numbers


def beyond_group(slopes: Numbers, errors: Numbers, groups: np.ndarray) -> tuple[Floats, Floats]:
    """Each member's slope less what its group is expected to do, and the standard error of that;
    one row a member.

    slopes, errors: a member's slope and its standard error; groups: whole numbers. How much groups
    differ in their slopes (τ²) is estimated from the products of two members of one group, one
    standard error added, since too small a τ² would take the wandering of a small group for its
    members' own. A group's slope is that of its other members, drawn towards 0 as τ² and their
    number say; a member without others is only less certain. NaN slopes stay NaN.
    Source: Searle, Casella & McCulloch 1992, Variance Components, secs. 3.3 and 7.2 (best linear
    prediction).
    """
    slope, error, group = (
        np.asarray(slopes, dtype=float),
        np.asarray(errors, dtype=float),
        np.asarray(groups),
    )
    there = np.isfinite(slope) & np.isfinite(error) & (error > 0)
    out, spread = slope.copy(), error.copy()
    if not there.any():
        return out, spread
    y, v = slope[there], error[there] ** 2
    code = np.unique(group[there], return_inverse=True)[1]
    # (a) what pairs of one group have in common tells the variance that groups share
    w = 1 / v
    sums = [np.bincount(code, weights=part) for part in (w * y, (w * y) ** 2, w, w**2)]
    # Σ over pairs of wᵢ wⱼ yᵢ yⱼ, and of wᵢ wⱼ: (sum)² less the squares, halved.
    products, pairs = (sums[0] ** 2 - sums[1]).sum() / 2, (sums[2] ** 2 - sums[3]).sum() / 2
    if pairs <= 0:
        return out, spread
    chance = (
        np.sqrt(((sums[2] ** 2 - sums[3]) / 2).sum()) / pairs
    )  # of Σ wᵢ wⱼ yᵢ yⱼ ÷ Σ wᵢ wⱼ, where nothing is shared
    shared = max(0.0, float(products / pairs + chance))
    # (b) shrink what the others of the group do, and take it off
    rest = sums[2][code] - w  # the weight of the others in the group
    with np.errstate(all="ignore"):
        mean = np.where(rest > 0, (sums[0][code] - w * y) / rest, 0.0)
        unsure = np.where(rest > 0, 1 / rest, np.inf)
        drawn = np.where(rest > 0, shared / (shared + unsure), 0.0)
    out[there], spread[there] = y - drawn * mean, np.sqrt(v + shared * (1 - drawn))
    return out, spread
