"""Where points are lost: by team and indicator, beside the company and the best team, and the
agents behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.errors import RequestRefused
from analytics.evaluation import Evaluation, Measured, Scored, Values
from analytics.evaluation.standards import Floats, points
from analytics.insight.certainty import certainty
from analytics.insight.draws import DRAWS, of_groups
from analytics.model import Indicator
from analytics.statistics import points_lost as method
from analytics.statistics.arrays import SEED

FEWEST_AGENTS, FEWEST_POLICIES = 5, 100  # below, no weak spot of a team is named with a probability
PEERS = 75  # percentile of the agents to which points count as recoverable
POOLED = 200_000  # values that are drawn of all agents together for it


def points_lost(values: Values, scored: Scored) -> Floats:
    """Per row and indicator; NaN where the indicator is not available. Sums to 100 − score."""
    return method.points_lost(scored.weight, values.points)


def team_losses(evaluation: Evaluation) -> pd.DataFrame:
    """One row a team of the reader's scope, one column an indicator: points lost on the team's
    pooled figures; the company last."""
    measured, seen = evaluation.measured, evaluation.teams_in_scope
    lost = np.vstack(
        [
            points_lost(measured.team_values, evaluation.teams)[seen],
            points_lost(measured.company, evaluation.company),
        ]
    )
    names = [*measured.teams["team"][seen], None]
    return pd.DataFrame(lost, columns=evaluation.catalogue.ids).assign(team=names).set_index("team")


def most_losing(evaluation: Evaluation) -> pd.DataFrame:
    """The teams of the reader's scope by what they lose, most first: team, lost, likely (the
    probability of losing most of them, by drawing; NaN with too few agents or policies to say)."""
    measured, scored = evaluation.measured, evaluation.teams
    rows = np.flatnonzero(evaluation.teams_in_scope & measured.teams["team"].notna().to_numpy())
    lost = np.nansum(points_lost(measured.team_values, scored)[rows], axis=1)
    drawn = np.zeros((DRAWS, len(rows)))
    for column, points_drawn in of_groups(evaluation, measured.team_values, rows):
        drawn += np.nan_to_num(scored.weight[rows, column] * (100.0 - points_drawn) / 100.0)
    leads = drawn >= drawn.max(axis=1, keepdims=True, initial=0.0) - 1e-9
    likely = (leads / np.maximum(leads.sum(axis=1, keepdims=True), 1)).mean(axis=0)
    names = measured.teams["team"].iloc[rows].tolist()
    sides = [_side(evaluation, team) for team in names]
    told = [side.agents >= FEWEST_AGENTS and side.due >= FEWEST_POLICIES for side in sides]
    out = pd.DataFrame({"team": names, "lost": lost, "likely": np.where(told, likely, np.nan)})
    return out.sort_values("lost", ascending=False, kind="stable").reset_index(drop=True)


@dataclass(frozen=True)
class _Side:
    """One team, or the company, as a row of its values and scores."""

    values: Values
    scored: Scored
    row: int
    agents: int
    due: float

    @property
    def weight(self) -> Floats:
        weight: Floats = self.scored.weight[self.row]
        return np.where(weight > 0, weight, np.nan)

    @property
    def points(self) -> Floats:
        points: Floats = self.values.points[self.row]
        return points


def _side(evaluation: Evaluation, team: str | None) -> _Side:
    """A team of the reader's scope; None is the company."""
    measured = evaluation.measured
    if team is None:
        due = measured.totals.get("due_policies", np.nan)
        return _Side(measured.company, evaluation.company, 0, len(measured.people), due)
    names = measured.teams["team"]
    rows = np.flatnonzero((names == team).to_numpy(dtype=bool) & evaluation.teams_in_scope)
    if not len(rows):
        raise RequestRefused(
            "team_unknown", team=team, known=list(names[evaluation.teams_in_scope])
        )
    row = int(rows[0])
    due = (
        float(measured.teams["due_policies"].iat[row])
        if "due_policies" in measured.teams
        else np.nan
    )
    return _Side(
        measured.team_values, evaluation.teams, row, int(measured.teams["agents"].iat[row]), due
    )


def losses_of(evaluation: Evaluation, team: str | None) -> pd.DataFrame:
    """One team's losses (the company's for None), largest first, beside the company's and the best
    team's.

    Columns: indicator, team, company, best, recoverable (points if the team reached the better
    quarter of agents, by values that chance does not stretch), biggest (probability of being the
    largest loss; NaN below five agents or a hundred policies), per_weight
    (share of the indicator's own weight that is lost, since heavy weights always look weak).
    """
    side = _side(evaluation, team)
    lost = points_lost(side.values, side.scored)[side.row]
    out = pd.DataFrame(
        {
            "indicator": evaluation.catalogue.ids,
            "team": lost,
            "company": points_lost(evaluation.measured.company, evaluation.company)[0],
            "best": best_of_teams(evaluation),
            "recoverable": recoverable(evaluation, team),
            "biggest": biggest(evaluation, team),
            "per_weight": lost / side.weight,
        }
    )
    return (
        out[out["team"].notna()]
        .sort_values("team", ascending=False, kind="stable")
        .reset_index(drop=True)
    )


def best_of_teams(evaluation: Evaluation) -> Floats:
    """What the best team loses on each indicator, whoever may see which; NaN where no team has
    it."""
    lost = points_lost(evaluation.measured.team_values, evaluation.teams)
    least: Floats = pd.DataFrame(lost).min(axis=0).to_numpy(dtype=float)
    return least


def recoverable(evaluation: Evaluation, team: str | None) -> Floats:
    """Points per indicator between a team and the better quarter of the company's agents; never
    negative, NaN without values."""
    side = _side(evaluation, team)
    out = np.full(len(evaluation.catalogue.ids), np.nan)
    for column, indicator in enumerate(evaluation.catalogue.indicators):
        goal = better_quarter(evaluation.measured, indicator)
        if not np.isnan(goal):
            reached = float(points(np.array([goal]), indicator.standard)[0])
            out[column] = max(0.0, reached - side.points[column])
    gain: Floats = side.weight * out / 100.0
    return gain


def better_quarter(measured: Measured, indicator: Indicator) -> float:
    """What the better quarter of the company's agents truly reach: the quantile of all values
    that their data allow, drawn together, since values as measured lie too far apart and
    shrunken ones too near each other; of values without a known spread the quantile as it is.
    NaN without values."""
    share = (100 - PEERS if indicator.direction == "lower" else PEERS) / 100
    value, sure = (
        measured.agents.value[:, measured.catalogue.position(indicator.id)],
        certainty(measured, indicator.id),
    )
    if sure is not None and not np.isnan(sure.shrunken).all():
        rows = np.flatnonzero(~np.isnan(sure.shrunken))
        drawn = sure.drawn(rows, max(1, POOLED // len(rows)), np.random.default_rng(SEED))
        value = np.asarray(drawn.ravel(), dtype=float)
    there = value[~np.isnan(value)]
    return float(np.quantile(there, share)) if len(there) else float("nan")


def gaps_to_market(
    evaluation: Evaluation, team: str | None, market: Mapping[str, float]
) -> pd.Series:
    """Points that a team loses against market averages (indicator → value in its unit): weight ×
    (its points − the team's) ÷ 100.

    Negative where the team is ahead; NaN where nobody entered an average.
    """
    side, catalogue = _side(evaluation, team), evaluation.catalogue
    out = pd.Series(np.nan, index=catalogue.ids)
    for name, value in market.items():
        if name in catalogue.ids:
            column = catalogue.position(name)
            reached = float(points(np.array([value]), catalogue[name].standard)[0])
            out[name] = (
                side.scored.weight[side.row, column] * (reached - side.points[column]) / 100.0
            )
    return out


def biggest(evaluation: Evaluation, team: str | None) -> Floats:
    """The probability of each indicator to be the largest loss, by drawing; NaN with too few agents
    or policies to say."""
    side = _side(evaluation, team)
    catalogue = evaluation.catalogue
    out = np.full(len(catalogue.ids), np.nan)
    if side.agents < FEWEST_AGENTS or not side.due >= FEWEST_POLICIES:
        return out
    lost = np.full((DRAWS, len(catalogue.ids)), -np.inf)
    for column, points_drawn in of_groups(evaluation, side.values, np.array([side.row])):
        lost[:, column] = (
            side.scored.weight[side.row, column] * (100.0 - points_drawn[:, 0]) / 100.0
        )
        out[column] = 0.0
    # Ties share the place, and a draw in which nothing is lost has no largest loss.
    most = lost.max(axis=1, keepdims=True)
    leads = (lost >= most - 1e-9) & (most > 1e-9)
    shares = (leads / np.maximum(leads.sum(axis=1, keepdims=True), 1)).mean(axis=0)
    return np.where(np.isnan(out), np.nan, shares)


def agents_behind(evaluation: Evaluation, team: str | None, indicator: str) -> pd.DataFrame:
    """The team's agents (everybody in scope for None) by how many points they lose on an indicator:
    agent_id, name, value, points, lost, due_policies."""
    column = evaluation.catalogue.position(indicator)
    people, values = evaluation.people, evaluation.measured.agents
    inside = evaluation.in_scope
    frame = people[["agent_id", "name", "team"]].assign(
        value=values.value[:, column],
        points=values.points[:, column],
        lost=points_lost(values, evaluation.agents)[:, column],
        due_policies=people.get("due_policies", np.nan),
    )
    if team is not None:
        inside &= (frame["team"] == team).to_numpy(dtype=bool, na_value=False)
    frame = frame[inside & frame["lost"].notna()]
    return frame.sort_values(["lost", "agent_id"], ascending=[False, True]).reset_index(drop=True)
