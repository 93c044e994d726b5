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
HALF = 0.5  # of a change, from which it is said to have happened in one team
SQUARES = "survey_points_sq"
LEANING = 0.8416  # standard errors from nought at which the sign is right four times out of five


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

    @property
    def leans(self) -> bool:
        """Whether the sign is right at four out of five or better, though chance may explain it."""
        reach = (self.by - self.low) if self.by > 0 else (self.high - self.by)
        return self.verdict != "unknown" and REACH * abs(self.by) >= LEANING * reach


def value_change(
    now: Evaluation, before: Evaluation, indicator: str, team: str | None = None
) -> Change | None:
    """Of an indicator of the company, or of a team, from the limits of both periods (Newcombe's way
    of joining two intervals); None without both values."""
    if indicator not in before.catalogue.ids:
        return None
    (value, low, high), (was, was_low, was_high) = (
        limits(evaluation, indicator, team) for evaluation in (now, before)
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


def mostly_in(now: Evaluation, before: Evaluation, indicator: str) -> str | None:
    """The team of the reader's scope in which a change of the company mostly happened: its own
    value moved the same way, beyond what chance explains, and that makes half of the change or
    more. None where no team's does.

    A team's part is what its value moved by times its share of the cases, the mean of both periods
    (Kitagawa's effect of the rates).
    """
    change = value_change(now, before, indicator)
    if change is None or change.by == 0.0:
        return None
    shares = [_share(evaluation, indicator) for evaluation in (now, before)]
    seen = set(now.measured.teams["team"][now.teams_in_scope].dropna())
    parts = {}
    for team in sorted(seen & set(shares[0]) & set(shares[1])):
        moved = value_change(now, before, indicator, team)
        if moved is not None and moved.verdict == "told":
            parts[team] = moved.by * (shares[0][team] + shares[1][team]) / 2 / change.by
    most = max(parts, key=lambda team: parts[team], default=None)
    return most if most is not None and parts[most] >= HALF else None


def _share(evaluation: Evaluation, indicator: str) -> dict[str, float]:
    """Which part of the company's cases each team has."""
    measured = evaluation.measured
    cases = measured.team_values.denominator[:, measured.catalogue.position(indicator)]
    every = float(np.nansum(cases))
    return {
        str(team): float(n / every)
        for team, n in zip(measured.teams["team"], cases, strict=True)
        if n > 0
    }


def limits(
    evaluation: Evaluation, indicator: str, team: str | None = None
) -> tuple[float, float, float]:
    """A value of the company, or of a team, and its 95 % limits by its own counts; NaN where there
    is none, or nobody knows how far chance reaches."""
    measured, column = evaluation.measured, evaluation.catalogue.position(indicator)
    values, squares, together = measured.company, measured.totals.get(SQUARES), None
    row = 0
    if team is not None:
        names = measured.teams["team"].tolist()
        if team not in names:
            return math.nan, math.nan, math.nan
        row, values = names.index(team), measured.team_values
        squares = measured.teams[SQUARES].iat[row] if SQUARES in measured.teams else None
        together = float(likeness(measured).teams[row])
    low, high = interval(
        evaluation.catalogue[indicator],
        values.numerator[[row], column],
        values.denominator[[row], column],
        None if squares is None or pd.isna(squares) else np.array([float(squares)]),
        likeness(measured).company if together is None else together,
    )
    return float(values.value[row, column]), float(low[0]), float(high[0])


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
