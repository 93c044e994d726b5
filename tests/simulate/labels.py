"""How often a quadrant that is stated with so much certainty is the one that the true values lie
in."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from analytics.insight.quadrant import place
from analytics.insight.quadrant_certainty import quadrant_certainty
from tests.simulate.figures import evaluated
from tests.simulate.promise import Promise, at_least, between

MEAN, K, AGENTS, POLICIES = 0.82, 40.0, 120, 100
LEVEL, SPREAD, ANSWER, SURVEYS = (
    80.0,
    6.0,
    15.0,
    40,
)  # satisfaction: of all, between agents, within one, answers each
LEAST_RIGHT = 0.77  # of labels stated at 80 to 90 %, policies in pairs


def stated(runs: int, seed: int, *, pairs: bool) -> tuple[np.ndarray, np.ndarray]:
    """Of every agent of every company: the probability of the likeliest quadrant, and whether it is
    the true one."""
    random = np.random.default_rng([seed, pairs])
    likely, right = [], []
    for _ in range(runs):
        true_rate = random.beta(MEAN * K, (1 - MEAN) * K, AGENTS)
        true_level = random.normal(LEVEL, SPREAD, AGENTS)
        each = 2 if pairs else 1
        renewed = each * random.binomial(POLICIES // each, true_rate).astype(float)
        answers = np.clip(random.normal(true_level[:, None], ANSWER, (AGENTS, SURVEYS)), 0, 100)
        n = np.full(AGENTS, float(POLICIES))
        people = pd.DataFrame(
            {
                "due_policies": n,
                "renewed_policies": renewed,
                "customer_due_sq": each * n,
                "customer_renewed_sq": each * renewed,
                "customer_cross": each * renewed,
                "surveys": float(SURVEYS),
                "survey_points": answers.sum(axis=1),
                "survey_points_sq": (answers**2).sum(axis=1),
            }
        )
        counts = {
            "renewal_rate": (renewed, n),
            "satisfaction": (answers.sum(axis=1), np.full(AGENTS, float(SURVEYS))),
        }
        placed = place(evaluated(people, counts), cut="median")
        sure = quadrant_certainty(evaluated(people, counts).measured, placed)
        good_x, good_y = true_rate >= np.median(true_rate), true_level >= np.median(true_level)
        where = np.select([good_x & good_y, good_x, good_y], [0, 1, 2], default=3)
        likely.append(sure.probability.max(axis=1))
        right.append(sure.likeliest[:, 0] == where)
    return np.concatenate(likely), np.concatenate(right)


def of_bin(labels: tuple[np.ndarray, np.ndarray], low: float, high: float) -> float:
    """How many of the labels stated within these limits are right."""
    likely, right = labels
    inside = (likely >= low) & (likely < high)
    return float(right[inside].mean())


def promises(runs: int, seed: int) -> Iterator[Promise]:
    """Labels of independent policies, and of pairs."""
    labels = stated(max(runs // 8, 10), seed, pairs=False)
    yield between(
        "independent policies: quadrants stated at 80–90 % that are right",
        0.77,
        0.93,
        of_bin(labels, 0.8, 0.9),
    )
    yield between(
        "independent policies: quadrants stated at 90–97 % that are right",
        0.88,
        0.98,
        of_bin(labels, 0.9, 0.97),
    )
    paired = stated(max(runs // 8, 10), seed, pairs=True)
    yield at_least(
        "policies in pairs: quadrants stated at 80–90 % that are right",
        LEAST_RIGHT,
        of_bin(paired, 0.8, 0.9),
    )
