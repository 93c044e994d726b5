"""How seldom agents that are all alike are told apart: in the funnel, as trends, by what was to be
expected of their books."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from analytics.catalogue import built_in_catalogue
from analytics.insight import trends
from analytics.insight.case_mix import case_mix
from analytics.statistics.design_effect import design_effect, intraclass
from analytics.statistics.funnel import binomial_limits
from tests.simulate.promise import Promise, at_most, between

RATE, AGENTS = 0.8, 40
MOST_FLAGGED, MOST_TRENDS = 0.003, 0.12
OUTSIDE = (0.03, 0.07)
SITUATIONS = (
    (4, 0.0),
    (4, 0.01),
    (2, 0.01),
    (1, 0.0),
)  # agents of a team, and the step of its rate from month to month


def flagged(runs: int, seed: int, policies: int = 40, together: bool = True) -> float:
    """The share of agents outside the 99.8 % limits, all their policies in pairs; together: whether
    pairs count as such."""
    random, out = np.random.default_rng(seed), 0
    n = np.full(AGENTS, float(policies))
    for _ in range(runs):
        k = 2 * random.binomial(policies // 2, RATE, AGENTS).astype(float)
        effect = design_effect(intraclass(k, n, 2 * n, 2 * k, 2 * k), n, 2 * n) if together else 1.0
        low, high = binomial_limits(k.sum() / n.sum(), np.round(n / effect), 0.998)
        out += int(((k / n < low - 1e-12) | (k / n > high + 1e-12)).sum())
    return out / (runs * AGENTS)


def finds_a_trend(
    random: np.random.Generator, size: int, wander: float, policies: int = 30
) -> bool:
    """Whether anybody is said to rise or fall in a year of policies in pairs, teams of a size that
    wander."""
    team = np.arange(AGENTS) // size
    steps = np.cumsum(random.normal(0, wander, (AGENTS // size, 12)), axis=1)[team]
    agent, month = (
        grid.ravel() for grid in np.meshgrid(np.arange(AGENTS), np.arange(12), indexing="ij")
    )
    frame = pd.DataFrame(
        {
            "agent_id": [f"A{number:02d}" for number in agent],
            "team": [f"T{number}" for number in team[agent]],
            "month": pd.to_datetime([f"2025-{number + 1:02d}-01" for number in month]),
            "due_policies": float(policies),
            "renewed_policies": 2.0
            * random.binomial(policies // 2, np.clip(RATE + steps, 0.05, 0.98)).ravel(),
        }
    )
    return bool(trends.trends(frame, built_in_catalogue()["renewal_rate"]).agents["finding"].any())


def with_a_trend(runs: int, seed: int, size: int, wander: float) -> float:
    """The share of companies in which somebody is said to rise or fall."""
    random = np.random.default_rng([seed, size])
    return sum(finds_a_trend(random, size, wander) for _ in range(runs)) / runs


def outside_expectation(
    agents: int, runs: int, seed: int, policies: int = 60, each: int = 1
) -> float:
    """The share of agents outside the 95 % limits of what was to be expected, books as different as
    may be.

    each: policies of a customer, all renewed or all lost.
    """
    random = np.random.default_rng([seed, agents, each])
    out = judged = 0
    for _ in range(runs):
        who = np.repeat(np.arange(agents), policies // each)
        taste = np.cumsum(random.dirichlet(np.full(4, 2.0), agents), axis=1)
        product = (random.random(len(who))[:, None] > taste[who]).sum(axis=1).clip(max=3)
        channel = random.integers(0, 3, len(who))
        logit = 1.4 + np.array([0, 0.5, -0.5, -1])[product] + np.array([0, 0.3, -0.3])[channel]
        cases = pd.DataFrame(
            {
                "agent_id": np.char.mod("A%03d", who),
                "product": product.astype(str),
                "channel": channel.astype(str),
                "n": each,
                "renewed": each * (random.random(len(who)) < 1 / (1 + np.exp(-logit))),
                "token": np.char.mod("K%06d", np.arange(len(who))),
            }
        )
        alike = cases.groupby(["agent_id", "product", "channel"])
        table = alike.agg(
            n=("n", "sum"), renewed=("renewed", "sum"), token=("token", "min")
        ).reset_index()
        mix = case_mix(table, dict.fromkeys(table["agent_id"], float(each))).agents
        out += int(mix.outside[mix.enough].sum())
        judged += int(mix.enough.sum())
    return out / judged


def promises(runs: int, seed: int) -> Iterator[Promise]:
    """What equal agents are promised, one situation after the other."""
    yield at_most(
        "equal agents, pairs of policies: outside the 99.8 % funnel",
        MOST_FLAGGED,
        flagged(runs * 4, seed),
    )
    for size, wander in SITUATIONS:
        where = f"equal agents, pairs, teams of {size}, steps {wander}"
        yield at_most(
            f"{where}: companies with a trend",
            MOST_TRENDS,
            with_a_trend(max(runs // 2, 40), seed, size, wander),
        )
    for agents in (20, 50, 200):
        share = outside_expectation(agents, max(runs * 4 // agents, 5), seed)
        yield between(
            f"{agents} equal agents with different books: outside what was to be expected",
            *OUTSIDE,
            share,
        )
    share = outside_expectation(50, max(runs * 4 // 50, 5), seed, each=2)
    yield between(
        "50 equal agents, pairs of policies: outside what was to be expected", *OUTSIDE, share
    )
