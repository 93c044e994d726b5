"""Counts as arrays, checked once for every method."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Numbers = npt.ArrayLike


def counts(successes: Numbers, trials: Numbers) -> tuple[Floats, Floats]:
    """Successes and trials as arrays of one shape; ValueError for negative ones or more successes than trials."""
    x, n = np.broadcast_arrays(np.asarray(successes, dtype=float), np.asarray(trials, dtype=float))
    if np.any(x < 0) or np.any(n < 0):
        raise ValueError("counts cannot be negative")
    if np.any(x > n):
        raise ValueError(f"more successes than trials at position {int(np.flatnonzero((x > n).ravel())[0])}")
    return x, n


def half_tail(confidence: float) -> float:
    """The probability outside one limit; ValueError unless confidence lies between 0 and 1."""
    if not 0 < confidence < 1:
        raise ValueError("confidence must lie between 0 and 1")
    return (1 - confidence) / 2
