"""Scores to ranks and grades."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from analytics.evaluation.standards import Floats

NOISE = 1e-7  # of a hundredth of a point: binary fractions, never a difference


def hundredths(scores: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.int64]:
    """Scores (never negative) at two decimals as whole numbers, halves up; noise of the last bits
    does not decide a rank."""
    return (scores * 100.0 + (0.5 + NOISE)).astype(np.int64)


def competition_rank(scores: Floats) -> npt.NDArray[np.int64]:
    """Competition ranking on the score at two decimals (1, 2, 2, 4); linear in the number of
    agents.

    Counting instead of sorting: how many stand above each hundredth of a point.
    """
    if not len(scores):
        return np.zeros(0, dtype=np.int64)
    cents = hundredths(scores)
    count = np.bincount(cents)
    first = len(cents) + 1 - count.cumsum()  # the rank of whoever scores exactly this
    rank: npt.NDArray[np.int64] = first[cents]
    return rank


def competition_ranks(scores: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.int32]:
    """The same for many rows of scores at once, such as draws × agents."""
    out = np.empty(scores.shape, dtype=np.int32)
    for position, row in enumerate(scores):
        cents = hundredths(row)
        first = len(cents) + 1 - np.bincount(cents).cumsum()
        out[position] = first.astype(np.int32)[cents]
    return out


def grade(scores: Floats, grades: Sequence[tuple[str, float]]) -> npt.NDArray[np.str_]:
    """The grade that a score at two decimals reaches; `grades` from best to worst."""
    cents = hundredths(scores)
    names = np.array([name for name, _ in grades])
    reached = np.full(len(scores), len(grades) - 1)
    for position in reversed(range(len(grades) - 1)):
        reached[cents >= round(grades[position][1] * 100)] = position
    earned: npt.NDArray[np.str_] = names[reached]
    return earned
