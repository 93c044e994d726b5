"""What the comparison of coached agents promises, over simulated companies."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from analytics.insight.coaching_study import Counted
from analytics.insight.effect import Comparison, compare
from tests.simulate.promise import Promise, at_least, at_most, between

MEAN, K = 0.82, 60.0  # true rates: Beta of this mean and alpha + beta
AGENTS, COACHED, POLICIES, PERIODS = 120, 40, 100, 3
SELECTIONS = ("by the last quarter", "by the one before", "at random")
MOST_OFF, MOST_FALSE, LEAST_FOUND = 0.5, 0.05, 0.60


def company(
    random: np.random.Generator,
    picked: str,
    effect: float,
    periods: int = PERIODS,
    wander: float = 0.0,
) -> Counted:
    """Forty of 120 agents coached: the lowest by one earlier quarter, or whoever the lot fell on.

    effect: added to the true rates of the coached, in points; wander: standard deviation of a true
    rate's step from quarter to quarter, on the logit scale.
    """
    rate = random.beta(MEAN * K, (1 - MEAN) * K, AGENTS)
    steps = np.cumsum(wander * random.standard_normal((AGENTS, periods + 1)), axis=1)
    true = 1 / (1 + np.exp(-(np.log(rate / (1 - rate))[:, None] + steps)))
    due = np.full((AGENTS, periods), float(POLICIES))
    before = random.binomial(POLICIES, true[:, -2::-1]).astype(float)  # the latest quarter first
    by = {
        "by the last quarter": before[:, 0],
        "by the one before": before[:, 1],
        "at random": random.random(AGENTS),
    }
    order = np.lexsort((random.random(AGENTS), by[picked]))
    coached = np.zeros(AGENTS, dtype=bool)
    coached[order[:COACHED]] = True
    after = random.binomial(POLICIES, np.clip(true[:, -1] + effect / 100 * coached, 0, 1)).astype(
        float
    )
    level = np.tile(before.sum(axis=0) / due.sum(axis=0), (AGENTS, 1))
    return Counted(
        pd.RangeIndex(AGENTS),
        before,
        due,
        after,
        due[:, 0],
        coached,
        np.zeros(AGENTS, dtype=np.intp),
        level,
        np.zeros(AGENTS),
    )


def comparisons(picked: str, effect: float, runs: int, seed: int, **how: Any) -> list[Comparison]:
    """As many companies compared as there are runs."""
    random = np.random.default_rng([seed, SELECTIONS.index(picked), int(10 * effect)])
    return [compare(company(random, picked, effect, **how)) for _ in range(runs)]


def estimates(compared: list[Comparison]) -> np.ndarray:
    """Every difference that was reckoned, also of those of which nothing is told."""
    return np.array([each.difference.effect for each in compared if each.difference is not None])


def told(compared: list[Comparison]) -> tuple[float, float]:
    """How often "higher" and "lower" were told."""
    signs = [
        np.sign(each.difference.effect)
        for each in compared
        if not each.reason and each.difference is not None
    ]
    return signs.count(1) / len(compared), signs.count(-1) / len(compared)


def promises(runs: int = 500, seed: int = 20260101) -> Iterator[Promise]:
    """Every promise, one situation after the other."""
    for picked in SELECTIONS:
        useless = comparisons(picked, 0.0, runs, seed)
        off, false = float(estimates(useless).mean()), sum(told(useless))
        where = f"coached {picked}"
        yield between(f"{where}, no effect: mean difference, points", -MOST_OFF, MOST_OFF, off)
        yield at_most(f"{where}, no effect: better or worse told", MOST_FALSE, false)
        better = told(comparisons(picked, 4.0, runs, seed))[0]
        yield at_least(f"{where}, +4 points: better told", LEAST_FOUND, better)
