"""Where points are lost: by team and indicator, beside the company and the best team, and the agents behind it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analytics.errors import RequestRefused
from analytics.evaluation import Evaluation, Scored, Values
from analytics.insight.certainty import certainty
from analytics.insight.draws import DRAWS, of_teams
from analytics.scoring.standards import Floats, points
from analytics.statistics import points_lost as method

FEWEST_AGENTS, FEWEST_POLICIES = 5, 100  # below, no weak spot of a team is named with a probability
PEERS = 75  # percentile of the agents to which points count as recoverable


def points_lost(values: Values, scored: Scored) -> Floats:
    """Per row and indicator; NaN where the indicator is not available. Sums to 100 − score."""
    return method.points_lost(scored.weight, values.points)


def team_losses(evaluation: Evaluation) -> pd.DataFrame:
    """One row a team of the reader's scope, one column an indicator: points lost on the team's pooled figures; the company last."""
    measured, seen = evaluation.measured, evaluation.teams_in_scope
    lost = np.vstack(
        [points_lost(measured.team_values, evaluation.teams)[seen], points_lost(measured.company, evaluation.company)]
    )
    names = [*measured.teams["team"][seen], None]
    return pd.DataFrame(lost, columns=evaluation.catalogue.ids).assign(team=names).set_index("team")


def losses_of(evaluation: Evaluation, team: str) -> pd.DataFrame:
    """One team's losses, largest first, beside the company's and the best team's.

    Columns: indicator, team, company, best, recoverable (points if the team reached the better quarter of agents, by values that
    chance does not stretch), biggest (probability of being the largest loss; NaN below five agents or a hundred policies), per_weight
    (share of the indicator's own weight that is lost, since heavy weights always look weak).
    """
    table = team_losses(evaluation)
    teams = table[table.index.notna()]
    if team not in teams.index:
        raise RequestRefused("team_unknown", team=team, known=list(teams.index))
    out = pd.DataFrame(
        {
            "indicator": table.columns,
            "team": teams.loc[team].to_numpy(),
            "company": table[table.index.isna()].iloc[0].to_numpy(),
            "best": best_of_teams(evaluation),
            "recoverable": recoverable(evaluation, team),
            "biggest": biggest(evaluation, team),
        }
    ).assign(per_weight=table.loc[team].to_numpy(dtype=float) / _weights_of(evaluation, team))
    return out[out["team"].notna()].sort_values("team", ascending=False, kind="stable").reset_index(drop=True)


def best_of_teams(evaluation: Evaluation) -> Floats:
    """What the best team loses on each indicator, whoever may see which; NaN where no team has it."""
    lost = points_lost(evaluation.measured.team_values, evaluation.teams)
    least: Floats = pd.DataFrame(lost).min(axis=0).to_numpy(dtype=float)
    return least


def recoverable(evaluation: Evaluation, team: str) -> Floats:
    """Points per indicator between the team and the better quarter of the company's agents; never negative, NaN without values."""
    row = _row(evaluation, team)
    out = np.full(len(evaluation.catalogue.ids), np.nan)
    for at, one in enumerate(evaluation.catalogue.indicators):
        sure = certainty(evaluation.measured, one.id)
        steady = (
            evaluation.measured.agents.value[:, at] if sure is None or np.isnan(sure.shrunken).all() else sure.shrunken
        )
        there = steady[~np.isnan(steady)]
        if len(there):
            goal = np.percentile(there, 100 - PEERS if one.direction == "lower" else PEERS)
            reached = float(points(np.array([goal]), one.standard)[0])
            out[at] = max(0.0, reached - evaluation.measured.team_values.points[row, at])
    gain: Floats = _weights_of(evaluation, team) * out / 100.0
    return gain


def gaps_to_market(evaluation: Evaluation, team: str, market: Mapping[str, float]) -> pd.Series:
    """Points that the team loses against market averages (indicator → value in its unit): weight × (its points − the team's) ÷ 100.

    Negative where the team is ahead; NaN where nobody entered an average.
    """
    row, known = _row(evaluation, team), evaluation.catalogue
    out = pd.Series(np.nan, index=known.ids)
    for name, value in market.items():
        if name in known.ids:
            at = known.position(name)
            reached = float(points(np.array([value]), known[name].standard)[0])
            own = evaluation.measured.team_values.points[row, at]
            out[name] = evaluation.teams.weight[row, at] * (reached - own) / 100.0
    return out


def biggest(evaluation: Evaluation, team: str) -> Floats:
    """The probability of each indicator to be the team's largest loss, by drawing; NaN with too few agents or policies to say."""
    row = _row(evaluation, team)
    known = evaluation.catalogue
    teams = evaluation.measured.teams
    due = float(teams["due_policies"].iat[row]) if "due_policies" in teams else np.nan
    out = np.full(len(known.ids), np.nan)
    if teams["agents"].iat[row] < FEWEST_AGENTS or not due >= FEWEST_POLICIES:
        return out
    lost = np.full((DRAWS, len(known.ids)), -np.inf)
    for at, marks in of_teams(evaluation, np.array([row])):
        lost[:, at] = evaluation.teams.weight[row, at] * (100.0 - marks[:, 0]) / 100.0
        out[at] = 0.0
    # Ties share the place, and a draw in which nothing is lost has no largest loss.
    most = lost.max(axis=1, keepdims=True)
    leads = (lost >= most - 1e-9) & (most > 1e-9)
    shares = (leads / np.maximum(leads.sum(axis=1, keepdims=True), 1)).mean(axis=0)
    return np.where(np.isnan(out), np.nan, shares)


def _row(evaluation: Evaluation, team: str) -> int:
    return int(np.flatnonzero((evaluation.measured.teams["team"] == team).to_numpy(dtype=bool))[0])


def _weights_of(evaluation: Evaluation, team: str) -> Floats:
    weight: Floats = np.where(
        evaluation.teams.weight[_row(evaluation, team)] > 0, evaluation.teams.weight[_row(evaluation, team)], np.nan
    )
    return weight


def agents_behind(evaluation: Evaluation, team: str, indicator: str) -> pd.DataFrame:
    """The team's agents by how many points they lose on an indicator: agent_id, name, value, points, lost, due_policies."""
    at = evaluation.catalogue.position(indicator)
    people, values = evaluation.people, evaluation.measured.agents
    inside = evaluation.in_scope
    frame = people[["agent_id", "name", "team"]].assign(
        value=values.value[:, at],
        points=values.points[:, at],
        lost=points_lost(values, evaluation.agents)[:, at],
        due_policies=people.get("due_policies", np.nan),
    )
    frame = frame[inside & (frame["team"] == team).to_numpy(dtype=bool, na_value=False) & frame["lost"].notna()]
    return frame.sort_values(["lost", "agent_id"], ascending=[False, True]).reset_index(drop=True)
