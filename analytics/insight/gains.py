"""What agents would gain at their team's median, luck taken out, and who therefore comes first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.evaluation import Evaluation
from analytics.evaluation.standards import Floats, points
from analytics.insight.certainty import certainty
from analytics.insight.certainty.base import Certainty
from analytics.statistics import quadrant_probability
from analytics.statistics.special import ndtr

NOTHING = 1e-9  # of points: what is smaller is no gain
FULL = 100.0


@dataclass(frozen=True)
class Gains:
    """points: of each agent's score at the team's median, from shrunken values; NaN where luck can
    be taken out of none. reason: the column of the indicator that would bring most, −1 where none
    would bring anything."""

    points: Floats
    reason: np.ndarray

    @property
    def known(self) -> np.ndarray:
        """Of whom luck could be taken out."""
        return ~np.isnan(self.points)


def by_gain(renewals: Floats, score: Floats) -> Floats:
    """The ordering rule: what share of all that could be gained lies with each. It is the mean of
    two shares, that of the expected extra renewals and that of the expected points of the score;
    where one of the two is known of nobody (or nobody could gain any), the other's alone.

    Both are expected gains with luck taken out: somebody of two cases, both lost, is far from the
    others as measured and yet brings little here. Missing counts as nothing.
    """
    shares = []
    for gain in (renewals, score):
        there = np.maximum(np.nan_to_num(np.asarray(gain, dtype=float), nan=0.0), 0.0)
        if there.sum() > 0:
            shares.append(there / there.sum())
    if not shares:
        return np.zeros(len(renewals))
    return np.asarray(np.mean(shares, axis=0), dtype=float)


def gains(evaluation: Evaluation) -> Gains:
    """Points that shrunken values lie below the team's median of shrunken values: weight × (median
    points − own) ÷ 100, never negative.

    Both sides are shrunken, since held against a median of measured values everybody's estimate
    would lean one way. An indicator on which agents do not differ beyond chance brings nothing.
    """
    own = own_points(evaluation)
    with np.errstate(invalid="ignore"):
        behind = np.maximum(team_medians(evaluation, own) - own, 0.0)
    gain = evaluation.agents.weight * behind / 100.0
    there = ~np.isnan(gain).all(axis=1)
    filled = np.nan_to_num(gain, nan=0.0)
    most = filled.argmax(axis=1) if gain.shape[1] else np.zeros(len(gain), dtype=int)
    some = filled.max(axis=1, initial=0.0) > NOTHING
    return Gains(np.where(there, filled.sum(axis=1), np.nan), np.where(some & there, most, -1))


def own_points(evaluation: Evaluation) -> Floats:
    """Points of shrunken values (agents × indicators); NaN where a value is not there or nobody
    knows how far chance reaches, full marks for everybody where nobody can be told apart."""
    measured = evaluation.measured
    out = np.full(measured.agents.value.shape, np.nan)
    for column, indicator in enumerate(evaluation.catalogue.indicators):
        sure = certainty(measured, indicator.id)
        if sure is not None:
            shrunken = np.where(np.isnan(sure.credibility), np.nan, sure.shrunken)
            reached = points(shrunken, indicator.standard)
            out[:, column] = reached if sure.differ else np.where(np.isnan(reached), np.nan, FULL)
    return out


def team_medians(evaluation: Evaluation, table: Floats) -> Floats:
    """Of every agent's team: the medians of a table's columns (agents × columns); the company's
    where a team has nobody else."""
    teams = evaluation.people["team"]
    out = np.tile(_medians(table), (len(table), 1))
    for team in teams.dropna().unique():
        rows = np.flatnonzero((teams == team).to_numpy(dtype=bool, na_value=False))
        if len(rows) > 1:
            out[rows] = _medians(table[rows])
    return out


def standing(evaluation: Evaluation, indicator_id: str, row: int, median: float) -> str:
    """How firmly an agent lies on the worse side of a median of shrunken values, a member of
    `quadrant_certainty.STANDINGS`."""
    sure = certainty(evaluation.measured, indicator_id)
    if sure is None or np.isnan(sure.credibility[row]):
        return "unknown"
    if not sure.differ:
        return "alike"
    if not sure.enough[row]:
        return "little"
    worse = _chance_below(sure, row, median)
    if evaluation.catalogue[indicator_id].direction == "lower":
        worse = 1.0 - worse
    return "certain" if worse >= quadrant_probability.CERTAIN else "not_yet"


def shrunken_medians(evaluation: Evaluation) -> Floats:
    """Team medians of shrunken values, in each indicator's unit (agents × indicators)."""
    measured = evaluation.measured
    table = np.full(measured.agents.value.shape, np.nan)
    for column, indicator_id in enumerate(evaluation.catalogue.ids):
        sure = certainty(measured, indicator_id)
        if sure is not None:
            table[:, column] = sure.shrunken
    return team_medians(evaluation, table)


def _chance_below(sure: Certainty, row: int, line: float) -> float:
    """By the normal law of the estimate's own centre and spread: for a mark, not for a figure."""
    return float(ndtr((line - sure.shrunken[row]) / sure.sd[row]))


def _medians(table: Floats) -> Floats:
    out = np.full(table.shape[1], np.nan)
    for column in range(table.shape[1]):
        there = table[~np.isnan(table[:, column]), column]
        if len(there):
            out[column] = np.median(there)
    return out
