"""How often the stated range of ranks holds the rank that the true rates would give, premiums
varying from policy to policy."""

from __future__ import annotations

from collections.abc import Iterator
from unittest.mock import patch

import numpy as np
import pandas as pd

from analytics.evaluation import Evaluation
from analytics.evaluation.ranking import competition_rank
from analytics.insight import rank_ranges
from tests.simulate.figures import evaluated
from tests.simulate.promise import Promise, at_least, at_most

MEAN, K = 0.8, 40.0  # true rates: Beta of this mean and alpha + beta
AGENTS, POLICIES, CV = 60, (30, 60, 200), 0.7  # CV: standard deviation of a premium over its mean
LEAST_COVERED, MOST_MOVED = 0.87, 0.02


def company(
    random: np.random.Generator, policies: int, cv: float = CV
) -> tuple[Evaluation, np.ndarray]:
    """A company and the rank of each agent by the true rates, at the premiums that there are."""
    spread = np.log(1 + cv**2)
    true = random.beta(MEAN * K, (1 - MEAN) * K, AGENTS)
    premium = random.lognormal(np.log(1_000) - spread / 2, np.sqrt(spread), (AGENTS, policies))
    renewed = random.random((AGENTS, policies)) < true[:, None]
    people = pd.DataFrame(
        {
            "due_policies": float(policies),
            "renewed_policies": renewed.sum(axis=1).astype(float),
            "due_premium": premium.sum(axis=1),
            "due_premium_sq": (premium**2).sum(axis=1),
            "renewed_premium": (premium * renewed).sum(axis=1),
            "retained_premium": (premium * renewed).sum(axis=1),
        }
    )
    due, target = people.due_premium.to_numpy(), np.full(AGENTS, policies * 1_000 * MEAN)
    n = np.full(AGENTS, float(policies))
    evaluation = evaluated(
        people,
        {
            "renewal_rate": (people.renewed_policies.to_numpy(), n),
            "premium_retention": (people.retained_premium.to_numpy(), due),
            "renewal_premium": (people.renewed_premium.to_numpy(), target),
        },
    )
    truth = evaluated(
        people,
        {
            "renewal_rate": (true * n, n),
            "premium_retention": (true * due, due),
            "renewal_premium": (true * due, target),
        },
    )
    return evaluation, competition_rank(truth.agents.score)


def covered(policies: int, runs: int, seed: int) -> float:
    """The share of agents whose true rank lies in the range."""
    random = np.random.default_rng([seed, policies])
    inside = []
    for _ in range(runs):
        evaluation, rank = company(random, policies)
        low, high = ranges(evaluation)
        inside.append(((rank >= low) & (rank <= high)).mean())
    return float(np.mean(inside))


def moved(seed: int) -> float:
    """The share of ends of ranges that differ by more than a place between two seeds."""
    evaluation, _ = company(np.random.default_rng(seed), POLICIES[1])
    ends = []
    for other_seed in (1, 2):
        with patch.object(rank_ranges, "SEED", other_seed):
            ends.append(np.stack(ranges(evaluation)[:2]))
    return float((np.abs(ends[0] - ends[1]) > 1).mean())


def ranges(evaluation: Evaluation) -> tuple[np.ndarray, np.ndarray]:
    """Both ends of everybody's range."""
    made = rank_ranges.rank_ranges(evaluation)
    assert made is not None
    return made.of(AGENTS)[:2]


def promises(runs: int, seed: int) -> Iterator[Promise]:
    """Coverage of stated 90 % ranges, and how far chance of the draws moves them."""
    for policies in POLICIES:
        where = f"ranks of {AGENTS} agents, {policies} policies, premiums CV {CV}"
        yield at_least(
            f"{where}: true rank in the 90 % range",
            LEAST_COVERED,
            covered(policies, max(runs // 20, 3), seed),
        )
    yield at_most(
        "ends of ranges that move by more than a place between two seeds", MOST_MOVED, moved(seed)
    )
