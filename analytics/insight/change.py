"""How the company's figures moved since another period, and whether chance alone may have moved
them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.evaluation import Evaluation
from analytics.evaluation.scoring import Scored
from analytics.evaluation.standards import Floats
from analytics.evaluation.values import Values
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


def score_change(now: Evaluation, before: Evaluation, team: str | None = None) -> Change | None:
    """Of the score of the company, or of a team, from redraws of both periods; None where either
    has no score.

    The limits are NaN where an indicator of a tenth of the score or more has no known spread.
    Lighter ones of that kind are held still.
    """
    after, earlier = _group(now, team), _group(before, team)
    if after is None or earlier is None:
        return None
    if not (after.scored.rated[after.row] and earlier.scored.rated[earlier.row]):
        return None
    by = float(after.scored.score[after.row] - earlier.scored.score[earlier.row])
    reach = REACH * math.sqrt(_variance(now, after) + _variance(before, earlier))
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


@dataclass(frozen=True)
class _Group:
    """The company or a team of an evaluation: values and scores with its row in them, how much more
    policies vary that are decided together, and the squares of its survey points."""

    values: Values
    scored: Scored
    row: int
    together: float
    squares: float | None


def _group(evaluation: Evaluation, team: str | None) -> _Group | None:
    """The company (None), or a team; nothing for a team that is not there."""
    measured, like = evaluation.measured, likeness(evaluation.measured)
    if team is None:
        squares = _given(measured.totals.get(SQUARES))
        return _Group(measured.company, evaluation.company, 0, like.company, squares)
    names = measured.teams["team"].tolist()
    if team not in names:
        return None
    row = names.index(team)
    squares = _given(measured.teams[SQUARES].iat[row]) if SQUARES in measured.teams else None
    return _Group(measured.team_values, evaluation.teams, row, float(like.teams[row]), squares)


def _given(number: float | None) -> float | None:
    return None if number is None or pd.isna(number) else float(number)


def limits(
    evaluation: Evaluation, indicator: str, team: str | None = None
) -> tuple[float, float, float]:
    """A value of the company, or of a team, and its 95 % limits by its own counts; NaN where there
    is none, or nobody knows how far chance reaches."""
    group, column = _group(evaluation, team), evaluation.catalogue.position(indicator)
    if group is None:
        return math.nan, math.nan, math.nan
    low, high = interval(
        evaluation.catalogue[indicator],
        group.values.numerator[[group.row], column],
        group.values.denominator[[group.row], column],
        None if group.squares is None else np.array([group.squares]),
        group.together,
    )
    return float(group.values.value[group.row, column]), float(low[0]), float(high[0])


def _variance(evaluation: Evaluation, group: _Group) -> float:
    """Of a group's score by redraws; more by as much as policies that are decided together tell
    less than their number."""
    weight = group.scored.weight[group.row]
    score: Floats = np.zeros(DRAWS)
    for column, points in of_groups(evaluation, group.values, np.array([group.row]), DRAWS):
        if len(points) == 1 and weight[column] >= HEAVY:
            return math.nan
        score = score + weight[column] * points[:, 0] / 100.0
    return float(score.var()) * max(1.0, group.together)
