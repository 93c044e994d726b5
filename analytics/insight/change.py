"""How the company's figures moved since another period, and whether chance alone may have moved
them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.evaluation import Evaluation
from analytics.evaluation.standards import Floats
from analytics.insight.certainty import interval
from analytics.insight.certainty.base import HEAVY
from analytics.insight.clusters import likeness
from analytics.insight.draws import of_groups

DRAWS = 2_000  # of one row each; enough that limits of a difference hold at one decimal
REACH = 1.96  # standard errors to either side


@dataclass(frozen=True)
class Change:
    """By how much a value moved, in its own unit, and the 95 % limits of that; NaN where nobody
    knows how far chance reaches."""

    by: float
    low: float
    high: float

    @property
    def verdict(self) -> str:
        """told: chance hardly explains it; chance: it may; unknown: nobody knows how far chance
        reaches."""
        if math.isnan(self.low) or math.isnan(self.high):
            return "unknown"
        return "chance" if self.low <= 0.0 <= self.high else "told"


def value_change(now: Evaluation, before: Evaluation, indicator: str) -> Change | None:
    """Of an indicator of the company, from the limits of both periods (Newcombe's way of joining
    two intervals); None without both values."""
    if indicator not in before.catalogue.ids:
        return None
    (value, low, high), (was, was_low, was_high) = (
        _limits(evaluation, indicator) for evaluation in (now, before)
    )
    if math.isnan(value + was):
        return None
    by = value - was
    return Change(
        by,
        by - math.hypot(value - low, was_high - was),
        by + math.hypot(high - value, was - was_low),
    )


def score_change(now: Evaluation, before: Evaluation) -> Change | None:
    """Of the company's score, from redraws of both periods; None where either has no score.

    The limits are NaN where an indicator of a tenth of the score or more has no known spread.
    Lighter ones of that kind are held still.
    """
    if not (now.company.rated[0] and before.company.rated[0]):
        return None
    by = float(now.company.score[0] - before.company.score[0])
    reach = REACH * math.sqrt(_variance(now) + _variance(before))
    return Change(by, by - reach, by + reach)


def _limits(evaluation: Evaluation, indicator: str) -> tuple[float, float, float]:
    catalogue, company, totals = (
        evaluation.catalogue,
        evaluation.measured.company,
        evaluation.measured.totals,
    )
    column = catalogue.position(indicator)
    squares = totals.get("survey_points_sq")
    low, high = interval(
        catalogue[indicator],
        company.numerator[[0], column],
        company.denominator[[0], column],
        None if squares is None or pd.isna(squares) else np.array([float(squares)]),
        likeness(evaluation.measured).company,
    )
    return float(company.value[0, column]), float(low[0]), float(high[0])


def _variance(evaluation: Evaluation) -> float:
    """Of the company's score by redraws; more by as much as policies that are decided together tell
    less than their number."""
    weight = evaluation.company.weight[0]
    score: Floats = np.zeros(DRAWS)
    for column, points in of_groups(evaluation, evaluation.measured.company, np.array([0]), DRAWS):
        if len(points) == 1 and weight[column] >= HEAVY:
            return math.nan
        score = score + weight[column] * points[:, 0] / 100.0
    return float(score.var()) * max(1.0, likeness(evaluation.measured).company)
