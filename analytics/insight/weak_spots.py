"""Where points are lost: by team and indicator, beside the company and the best team, and the agents behind it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analytics.errors import RequestRefused
from analytics.evaluation import Evaluation, Scored, Values
from analytics.scoring.standards import Floats


def points_lost(values: Values, scored: Scored) -> Floats:
    """weight × (100 − points) / 100 per row and indicator; NaN where the indicator is not available. Sums to 100 − score."""
    return np.where(np.isnan(values.points), np.nan, scored.weight * (100.0 - values.points) / 100.0)


def team_losses(evaluation: Evaluation) -> pd.DataFrame:
    """One row a team of the reader's scope, one column an indicator: points lost on the team's pooled figures; the company last."""
    measured, seen = evaluation.measured, evaluation.teams_in_scope
    lost = np.vstack(
        [points_lost(measured.team_values, evaluation.teams)[seen], points_lost(measured.company, evaluation.company)]
    )
    names = [*measured.teams["team"][seen], None]
    return pd.DataFrame(lost, columns=evaluation.catalogue.ids).assign(team=names).set_index("team")


def losses_of(evaluation: Evaluation, team: str) -> pd.DataFrame:
    """One team's losses, largest first, beside the company's and the best team's: indicator, team, company, best."""
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
        }
    )
    return out[out["team"].notna()].sort_values("team", ascending=False, kind="stable").reset_index(drop=True)


def best_of_teams(evaluation: Evaluation) -> Floats:
    """What the best team loses on each indicator, whoever may see which; NaN where no team has it."""
    lost = points_lost(evaluation.measured.team_values, evaluation.teams)
    least: Floats = pd.DataFrame(lost).min(axis=0).to_numpy(dtype=float)
    return least


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
