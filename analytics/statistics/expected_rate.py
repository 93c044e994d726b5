"""What counts of earlier periods let one expect of everybody's true rate, where true rates may
wander."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.statistics.arrays import Floats, Numbers, counts

# Correlation of somebody's true rates in neighbouring periods; 1: the rate stays what it is.
STEADY = (0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 1.0)
SPREADS = 14  # standard deviations of true rates that are tried
ABSENT = 1e-9  # policies of somebody who held none: known to be worth nothing


@dataclass(frozen=True)
class ExpectedRates:
    """rates: grid × people, what to expect of each true rate in the latest period for every
    steadiness that was tried; likely: grid, how likely each is (sums to 1); spread: people, the
    standard deviation of what is expected."""

    rates: Floats
    likely: Floats
    spread: Floats

    @property
    def mean(self) -> Floats:
        """What to expect over all of them."""
        out: Floats = self.likely @ self.rates
        return out


def expected_rates(
    successes: Numbers, trials: Numbers, level: Numbers | None = None
) -> ExpectedRates:
    """Best linear predictions from people × periods (the latest first), each period drawn towards
    the level of everybody by its reliability: signal ÷ (signal + binomial noise of its own count).

    The spread of true rates and their steadiness from period to period (correlation falling
    geometrically) are not fitted but weighted by their likelihood over a grid, since a hundred
    people do not tell them well. level: each cell's rate of everybody, where periods differ by
    person. Source: Robinson 1991, Statistical Science 6:15–32; Fuller 1987, Measurement Error
    Models, sec. 1.2.
    """
    x, n = counts(successes, trials)
    if x.ndim != 2 or x.shape[1] == 0:
        raise ValueError("people × periods are needed")
    pooled = x.sum(axis=0) / np.maximum(n.sum(axis=0), ABSENT)
    centre = np.broadcast_to(pooled if level is None else np.asarray(level, dtype=float), x.shape)
    held = np.maximum(n, ABSENT)
    apart = np.where(n > 0, x / held - centre, 0.0)
    room = float(np.clip(pooled.mean() * (1 - pooled.mean()), 1e-6, None))
    total = n.sum(axis=1)
    raw = np.sqrt(
        np.average(
            np.where(total > 0, (apart * n).sum(axis=1) / np.maximum(total, ABSENT), 0) ** 2,
            weights=np.maximum(total, ABSENT),
        )
    )
    signals = np.linspace(0.1, 1.3, SPREADS) ** 2 * max(float(raw), 1e-4) ** 2
    sizes, which = np.unique(held, axis=0, return_inverse=True)
    which = which.ravel()
    people_of = np.bincount(which)
    lag = np.abs(np.subtract.outer(np.arange(x.shape[1]), np.arange(x.shape[1])))
    diagonal = np.eye(x.shape[1])
    signal = signals[:, None, None, None]
    noise = (
        np.maximum(room - signals, 0.05 * room)[:, None, None, None] * diagonal / sizes[:, :, None]
    )
    log = np.empty((len(STEADY), SPREADS))
    rates = np.empty((len(STEADY), SPREADS, len(x)))
    variance = np.empty((len(STEADY), SPREADS, len(sizes)))
    for place, steady in enumerate(STEADY):
        kin = steady**lag
        within = signal * kin + noise
        inverse = np.linalg.inv(within)
        pull = (inverse[:, which] @ apart[:, :, None])[..., 0]
        log[place] = -0.5 * (
            np.linalg.slogdet(within)[1] @ people_of + (pull * apart).sum(axis=(1, 2))
        )
        rates[place] = centre[:, 0] + signals[:, None] * (pull @ kin[0])
        variance[place] = signals[:, None] - signals[:, None] ** 2 * (kin[0] @ inverse @ kin[0])
    weight = np.exp(log - log.max())
    weight /= weight.sum()
    likely = weight.sum(axis=1)
    by_steadiness = np.einsum("gh,ghi->gi", weight, rates) / np.maximum(likely, 1e-300)[:, None]
    mean = np.einsum("gh,ghi->i", weight, rates)
    spread = np.einsum("gh,ghu->u", weight, variance)[which] + np.einsum(
        "gh,ghi->i", weight, (rates - mean) ** 2
    )
    return ExpectedRates(by_steadiness, likely, np.sqrt(spread))
