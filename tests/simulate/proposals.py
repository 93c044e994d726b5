"""Limits of proposed standards and extra renewals, over simulated companies."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from analytics.statistics import beta_binomial, deconvolution, uplift
from analytics.statistics.arrays import Floats
from tests.simulate.coaching import MEAN, K
from tests.simulate.promise import Promise, at_least, between

SHARE = 0.75  # full marks begin where the better quarter does
COMPANIES = ((120, 100), (60, 30))  # agents, and policies of each
ONE, TWO, CLOSE = "one group", "two groups far apart", "two groups close by"
# Mean and alpha + beta of each group's true rates, and its share of the agents.
GROUPS = {
    ONE: ((MEAN, K, 1.0),),
    TWO: ((0.74, 150.0, 0.6), (0.90, 150.0, 0.4)),
    CLOSE: ((0.77, 200.0, 0.5), (0.87, 200.0, 0.5)),
}
LEAST, MOST = 0.90, 0.97
MOST_OFF, LEAST_SHORT = 0.05, 0.10  # of all extra renewals
# companies of which extra renewals are summed: the share of too many of 60 is itself off by 0.03
FEWEST = 300
# where the agents are two groups: they are held against one Beta, which draws the worse group up
OFF_OF_TWO = 0.12


def true_rates(random: np.random.Generator, law: str, agents: int) -> Floats:
    """True rates of so many agents."""
    groups = GROUPS[law]
    of = random.choice(len(groups), size=agents, p=[share for _, _, share in groups])
    mean, strength, _ = (np.array(column)[of] for column in zip(*groups, strict=True))
    return random.beta(mean * strength, (1 - mean) * strength)


def true_quantile(law: str) -> float:
    """Where the better quarter begins, by bisection of the law itself."""
    from scipy.special import betainc

    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        below = sum(
            share * betainc(mean * k, (1 - mean) * k, middle) for mean, k, share in GROUPS[law]
        )
        low, high = (middle, high) if below < SHARE else (low, middle)
    return (low + high) / 2


def quantiles(
    law: str, agents: int, policies: int, runs: int, seed: int
) -> list[deconvolution.Quantile]:
    """The proposed full mark of as many companies as there are runs."""
    random = np.random.default_rng([seed, agents, list(GROUPS).index(law)])
    out = []
    for run in range(runs):
        renewed = random.binomial(policies, true_rates(random, law, agents))
        quantile = deconvolution.of_rates(
            renewed, np.full(agents, policies), SHARE, seed=seed + run
        )
        assert quantile is not None
        out.append(quantile)
    return out


def covered(proposed: list[deconvolution.Quantile], true: float) -> float:
    """How often the limits hold the true quantile."""
    return float(np.mean([each.low <= true <= each.high for each in proposed]))


def extra_renewals(
    law: str, agents: int, policies: int, runs: int, seed: int
) -> tuple[float, float, float]:
    """Extra renewals if everybody reached the median: expected, at the shrunken rates alone, and
    truly; sums over all companies."""
    random = np.random.default_rng([seed, agents, 100 + list(GROUPS).index(law)])
    sums = np.zeros(3)
    for _ in range(runs):
        true = true_rates(random, law, agents)
        renewed, due = random.binomial(policies, true), np.full(agents, policies)
        goal = float(np.median(renewed / due))
        prior = beta_binomial.fit(renewed, due)
        assert prior is not None
        effect = uplift.uplift(renewed, due, goal, prior)
        each = (
            effect.extra,
            due * np.maximum(0, goal - effect.shrunken),
            due * np.maximum(0, goal - true),
        )
        sums += [float(amounts.sum()) for amounts in each]
    return float(sums[0]), float(sums[1]), float(sums[2])


def promises(runs: int, seed: int) -> Iterator[Promise]:
    """Every promise, one situation after the other."""
    for law in GROUPS:
        for agents, policies in COMPANIES:
            where = f"{agents} agents × {policies} policies, {law}"
            reached = covered(quantiles(law, agents, policies, runs, seed), true_quantile(law))
            chance = 2 * (MOST * (1 - MOST) / runs) ** 0.5  # of so many companies
            kept = LEAST - chance <= reached <= MOST + chance
            yield Promise(
                f"proposed full mark, {where}: covered", f"{LEAST:.3g} … {MOST:.3g}", reached, kept
            )
            expected, shrunken, true = extra_renewals(
                law, agents, policies, max(runs, FEWEST), seed
            )
            name = f"extra renewals, {where}"
            most = MOST_OFF if law == ONE else OFF_OF_TWO
            yield between(f"{name}: share of too many", -most, most, expected / true - 1)
            yield at_least(
                f"{name}: share too few at shrunken rates", LEAST_SHORT, 1 - shrunken / true
            )
