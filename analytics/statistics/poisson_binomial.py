"""Poisson-binomial: how many of cases with unequal chances succeed, and observed against expected
by it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analytics.statistics.arrays import Floats, Numbers, half_tail
from analytics.statistics.special import ndtri

EXACT_UP_TO = 500  # cases up to which limits are not those of a normal distribution
HAIR = 1e-9  # what rounding may add to a limit
CELLS = 200_000  # cases worked on at a time


def pmf(probabilities: Numbers) -> Floats:
    """Probabilities of 0, 1, …, n successes; they sum to 1. Source: scipy.stats.poisson_binom."""
    from scipy.stats import poisson_binom  # slow to import

    p = checked(probabilities)
    if not len(p):
        return np.ones(1)
    return np.asarray(poisson_binom.pmf(np.arange(len(p) + 1), p), dtype=float)


@dataclass(frozen=True)
class Surpluses:
    """The fields of `Surplus`, an array each."""

    observed: Floats
    expected: Floats
    difference: Floats
    z: Floats
    low: Floats
    high: Floats

    @property
    def outside(self) -> npt.NDArray[np.bool_]:
        outside: npt.NDArray[np.bool_] = (self.observed < self.low) | (self.observed > self.high)
        return outside


def surplus_rows(
    observed: Numbers,
    probabilities: Numbers,
    rows: Numbers,
    cases: Numbers | None = None,
    variance: Numbers | None = None,
    level: float = 0.95,
) -> Surpluses:
    """`surplus` of many at once: probabilities one after another, `rows` of them for each of
    `observed`, each for so many `cases`
    (default: one).

    variance: of observed less expected where it is more than that of independent cases of known
    chances: the limits are as much wider as its root, and z as much smaller. Limits are mid-p ones,
    which chance passes `1 − level` of the time and not less
    (Agresti 2013, sec. 1.4.4), up to 500 cases; beyond, normal. ValueError where the rows do not
      add up.
    """
    x, p, n = (
        np.asarray(observed, dtype=float),
        checked(probabilities),
        np.asarray(rows, dtype=np.int64),
    )
    size = np.ones(len(p)) if cases is None else np.asarray(cases, dtype=float)
    if n.sum() != len(p) or len(x) != len(n) or len(size) != len(p) or np.any(n < 1):
        raise ValueError("the rows must add up to the number of probabilities")
    if not len(n):
        nothing = np.zeros(0)
        return Surpluses(nothing, nothing, nothing, nothing, nothing, nothing)
    start = np.concatenate([[0], n.cumsum()[:-1]])
    mean, of_chance, all_cases = (
        np.add.reduceat(part, start) for part in (size * p, size * p * (1 - p), size)
    )
    tail = half_tail(level)
    reach = float(ndtri(1 - tail)) * np.sqrt(of_chance)
    low, high = mean - reach, mean + reach
    small = np.flatnonzero(all_cases <= EXACT_UP_TO)
    small = small[np.argsort(all_cases[small], kind="stable")]
    for part in (
        np.array_split(small, max(1, int(all_cases[small].sum() // CELLS) + 1))
        if len(small)
        else []
    ):
        inside = (
            np.concatenate([np.arange(start[row], start[row] + n[row]) for row in part])
            if len(part)
            else part
        )
        single = np.repeat(p[inside], size[inside].astype(np.int64))
        many = all_cases[part].astype(np.int64)
        chances = (
            _pmf_rows(single, np.concatenate([[0], many.cumsum()[:-1]]), many)
            if len(part)
            else np.zeros((0, 1))
        )
        middle = chances.cumsum(axis=1) - chances / 2
        low[part], high[part] = (middle < tail).sum(axis=1), (middle <= 1 - tail).sum(axis=1) - 1
    spread = (
        of_chance if variance is None else np.maximum(np.asarray(variance, dtype=float), of_chance)
    )
    with np.errstate(all="ignore"):
        wider = np.where(of_chance > 0, np.sqrt(spread / of_chance), 1.0)
        z = np.where(spread > 0, (x - mean) / np.sqrt(spread), 0.0)
    # Widened from half a case beyond the last count inside, where the tail itself ends; then to the
    # last count inside again.
    edge = np.where(all_cases <= EXACT_UP_TO, 0.5, 0.0)
    low, high = mean - (mean - low + edge) * wider, mean + (high + edge - mean) * wider
    whole = edge > 0
    return Surpluses(
        x,
        mean,
        x - mean,
        z,
        np.where(whole, np.ceil(low - HAIR), low),
        np.where(whole, np.floor(high + HAIR), high),
    )


def _pmf_rows(p: Floats, start: npt.NDArray[np.int64], n: npt.NDArray[np.int64]) -> Floats:
    """Distributions of several sums, a row each: one case after another, a case that a row lacks
    having no chance."""
    most = int(n.max())
    place = np.arange(most)
    chance = np.where(place < n[:, None], p[np.minimum(start[:, None] + place, len(p) - 1)], 0.0)
    pmf = np.zeros((most + 1, len(n)))  # one count a row: each step is then a walk along memory
    pmf[0] = 1.0
    for case in range(most):
        single = chance[:, case]
        pmf[1 : case + 2] = pmf[1 : case + 2] * (1 - single) + pmf[: case + 1] * single
        pmf[0] *= 1 - single
    return pmf.T


def checked(probabilities: Numbers) -> Floats:
    p = np.asarray(probabilities, dtype=float)
    if np.any(p < 0) or np.any(p > 1) or np.any(np.isnan(p)):
        raise ValueError("probabilities must lie between 0 and 1")
    return p
