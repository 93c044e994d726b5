"""Kitagawa's split of the difference between two rates into mix and performance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.statistics.arrays import Floats, Numbers, counts


@dataclass(frozen=True)
class Split:
    """mix + performance = total = rate₂ − rate₁; by_cell: the two parts of every cell; unmatched:
    cells that only one side has."""

    mix: float
    performance: float
    total: float
    mix_by_cell: Floats
    performance_by_cell: Floats
    unmatched: int


def kitagawa(
    successes_1: Numbers, trials_1: Numbers, successes_2: Numbers, trials_2: Numbers
) -> Split:
    """mix = Σ(w₂ − w₁)(r₁ + r₂)/2, performance = Σ(r₂ − r₁)(w₁ + w₂)/2 over cells; swapping the
    sides flips every sign.

    A cell that only one side has takes that side's rate on both, so that all of it is mix.
    ValueError for impossible counts, other cells of either side, or a side without trials. Source:
    Kitagawa 1955, JASA 50:1168–1194.
    """
    (x1, n1), (x2, n2) = counts(successes_1, trials_1), counts(successes_2, trials_2)
    if n1.shape != n2.shape:
        raise ValueError("both sides need the same cells")
    if np.isnan(x1 + n1).any() or np.isnan(x2 + n2).any():
        raise ValueError("missing cells must be left out")
    if n1.sum() == 0 or n2.sum() == 0:
        raise ValueError("both sides need trials")
    w1, w2 = n1 / n1.sum(), n2 / n2.sum()
    with np.errstate(all="ignore"):
        r1, r2 = x1 / n1, x2 / n2
    r1, r2 = np.where(n1 > 0, r1, r2), np.where(n2 > 0, r2, r1)
    r1, r2 = np.nan_to_num(r1), np.nan_to_num(r2)
    mix, performance = (w2 - w1) * (r1 + r2) / 2, (r2 - r1) * (w1 + w2) / 2
    total = float(x2.sum() / n2.sum() - x1.sum() / n1.sum())
    return Split(
        float(mix.sum()),
        float(performance.sum()),
        total,
        mix,
        performance,
        int(((n1 > 0) != (n2 > 0)).sum()),
    )
