"""Byar's limits of a Poisson count, and observed over expected with them."""

from __future__ import annotations

import numpy as np

from analytics.statistics.arrays import Floats, Numbers, half_tail
from analytics.statistics.garwood import garwood
from analytics.statistics.special import ndtri

EXACT_BELOW = 10  # counts for which the approximation is not used


def byar(count: Numbers, confidence: float = 0.95) -> tuple[Floats, Floats]:
    """Limits of the expected count behind an observed one, to better than 1 % from ten on.

    ValueError for negative counts. Source: Breslow & Day 1987, Statistical Methods in Cancer
    Research II, p. 69.
    """
    observed = np.asarray(count, dtype=float)
    if np.any(observed < 0):
        raise ValueError("counts cannot be negative")
    z = float(ndtri(1 - half_tail(confidence)))
    with np.errstate(all="ignore"):
        lower = (
            observed * np.maximum(1 - 1 / (9 * observed) - z / (3 * np.sqrt(observed)), 0.0) ** 3
        )
    above = observed + 1
    upper = above * (1 - 1 / (9 * above) + z / (3 * np.sqrt(above))) ** 3
    return np.where(observed == 0, 0.0, lower), upper


def ratio(
    observed: Numbers, expected: Numbers, confidence: float = 0.95
) -> tuple[Floats, Floats, Floats]:
    """Observed ÷ expected with limits: Byar's, exact (Garwood) below ten; NaN where nothing was
    expected.

    Right for rare events (complaints, lapses); renewals at 85 % want the Poisson-binomial instead.
    Source: PHEindicatormethods, phe_isr; Breslow & Day 1987.
    """
    o, e = np.broadcast_arrays(np.asarray(observed, dtype=float), np.asarray(expected, dtype=float))
    exact, near = garwood(o, confidence), byar(o, confidence)
    with np.errstate(all="ignore"):
        out = [
            o / e,
            *(
                np.where(o < EXACT_BELOW, of_few, of_many) / e
                for of_few, of_many in zip(exact, near, strict=True)
            ),
        ]
    return tuple(np.where(e > 0, part, np.nan) for part in out)  # type: ignore[return-value]


def expected_count(
    reference_events: Numbers, reference_population: Numbers, population: Numbers
) -> float:
    """Events expected in a population by stratum if the reference's rates held (indirect
    standardisation).

    NaN where the reference has nobody in a stratum that the population has.
    """
    events, base, own = (
        np.asarray(part, dtype=float)
        for part in (reference_events, reference_population, population)
    )
    with np.errstate(all="ignore"):
        rate = np.where(base > 0, events / base, np.nan)
    return float(np.where(own == 0, 0.0, rate * own).sum())
