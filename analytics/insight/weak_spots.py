"""Where points are lost: by team and indicator, beside the company and the best team, and the agents behind it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analytics.evaluation import Evaluation, Scored, Values
from analytics.scoring.standards import Floats


def points_lost(values: Values, scored: Scored) -> Floats:
    """weight × (100 − points) / 100 per row and indicator; NaN where the indicator is not available. Sums to 100 − score."""
    return np.where(np.isnan(values.points), np.nan, scored.weight * (100.0 - values.points) / 100.0)


def team_losses(evaluation: Evaluation) -> pd.DataFrame:
    """One row a team, one column an indicator: points lost on the team's pooled figures; the company as the last row."""
    measured = evaluation.measured
    lost = np.vstack(
        [points_lost(measured.team_values, evaluation.teams), points_lost(measured.company, evaluation.company)]
    )
    names = [*measured.teams["team"], None]
    return pd.DataFrame(lost, columns=evaluation.catalogue.ids).assign(team=names).set_index("team")


def losses_of(evaluation: Evaluation, team: str) -> pd.DataFrame:
    """One team's losses, largest first, beside the company's and the best team's: indicator, team, company, best."""
    table = team_losses(evaluation)
    teams = table[table.index.notna()]
    out = pd.DataFrame(
        {
            "indicator": table.columns,
            "team": teams.loc[team].to_numpy(),
            "company": table[table.index.isna()].iloc[0].to_numpy(),
            "best": teams.min(axis=0).to_numpy(),
        }
    )
    return out[out["team"].notna()].sort_values("team", ascending=False, kind="stable").reset_index(drop=True)


def agents_behind(evaluation: Evaluation, team: str, indicator: str) -> pd.DataFrame:
    """The team's agents by how many points they lose on an indicator: agent_id, name, value, points, lost, due_policies."""
    at = evaluation.catalogue.position(indicator)
    people, values = evaluation.people, evaluation.measured.agents
    frame = people[["agent_id", "name", "team"]].assign(
        value=values.value[:, at],
        points=values.points[:, at],
        lost=points_lost(values, evaluation.agents)[:, at],
        due_policies=people.get("due_policies", np.nan),
    )
    frame = frame[(frame["team"] == team) & frame["lost"].notna()]
    return frame.sort_values(["lost", "agent_id"], ascending=[False, True]).reset_index(drop=True)
