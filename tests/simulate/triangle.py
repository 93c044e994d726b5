"""Whether who leads on the triangle of weights is what weightings tried one by one say, categories
missing or not."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from analytics.insight.weightings import LOWER, UPPER
from analytics.statistics import smaa, weight_triangle
from tests.simulate.promise import Promise, at_most

TRIED, PEOPLE = 5_000, 30
MOST_OFF = 0.025  # 5,000 draws: 0.007 is one standard error of a half


def company(seed: int, holes: float) -> np.ndarray:
    """Scores near each other, so that several lead somewhere; a share of the service and capability
    scores missing."""
    random = np.random.default_rng(seed)
    scores = random.normal(80, 6, (PEOPLE, 3))
    scores[:, 0] = (
        80 - 0.4 * (scores[:, 1] - 80) - 0.2 * (scores[:, 2] - 80) + random.normal(0, 0.3, PEOPLE)
    )
    lacks = random.random((PEOPLE, 3)) < holes
    lacks[:, 0] = False
    return np.where(lacks, np.nan, scores)


def off(seed: int, holes: float) -> float:
    """By how much the share of weights at which somebody leads differs from the tried ones, at
    most."""
    scores = company(seed, holes)
    tried = weight_triangle.totals(scores, smaa.draw_weights(LOWER, UPPER, TRIED, seed))
    shares = np.bincount(tried.argmax(axis=1), minlength=PEOPLE) / TRIED
    for region in weight_triangle.leading_regions(scores, LOWER, UPPER).regions:
        shares[region.who] -= region.share
    return float(np.abs(shares).max())


def promises(runs: int, seed: int) -> Iterator[Promise]:
    """The largest difference over the companies."""
    for holes in (0.0, 0.25):
        worst = max(off(seed + number, holes) for number in range(max(runs // 20, 4)))
        yield at_most(
            f"leaders of the triangle, {holes:.0%} of categories missing: share beside "
            f"5,000 weightings",
            MOST_OFF,
            worst,
        )
