"""Counts as arrays, checked once for every method."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Singles = npt.NDArray[np.float32]
Numbers = npt.ArrayLike
CELLS = 2_000_000  # numbers worked on at a time
SEED = 20260101  # of whatever is drawn: the same question, the same answer
FEWEST = 8  # agents whose common spread can be estimated, so that each borrows from the others
NEGLIGIBLE = 1e-5  # of the highest weight of a posterior: grid points below it are left out


def counts(successes: Numbers, trials: Numbers) -> tuple[Floats, Floats]:
    """Successes and trials as arrays of one shape; ValueError for negative ones or more successes
    than trials."""
    x, n = np.broadcast_arrays(np.asarray(successes, dtype=float), np.asarray(trials, dtype=float))
    if np.any(x < 0) or np.any(n < 0):
        raise ValueError("counts cannot be negative")
    if np.any(x > n):
        raise ValueError(
            f"more successes than trials at position {int(np.flatnonzero((x > n).ravel())[0])}"
        )
    return x, n


def by_pair(
    first: Numbers, second: Numbers, value: Callable[[Floats], Floats], points: int
) -> Floats:
    """`value` of each distinct pair (rows of two columns), in the shape of the arguments.

    points: numbers that `value` holds for every pair; they are worked on in pieces that fit into
    memory.
    """
    left, right = np.broadcast_arrays(
        np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    )
    pairs, where = np.unique(
        np.column_stack([left.ravel(), right.ravel()]), axis=0, return_inverse=True
    )
    out = np.empty(len(pairs))
    size = max(1, CELLS // points)
    for start in range(0, len(pairs), size):
        out[start : start + size] = value(pairs[start : start + size])
    values: Floats = out[where.ravel()].reshape(left.shape)
    return values


def half_tail(confidence: float) -> float:
    """The probability outside one limit; ValueError unless confidence lies between 0 and 1."""
    if not 0 < confidence < 1:
        raise ValueError("confidence must lie between 0 and 1")
    return (1 - confidence) / 2
