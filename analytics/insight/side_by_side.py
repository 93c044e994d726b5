"""A few people beside each other, indicator by indicator; and a team's months."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pandas as pd

from analytics.evaluation import Evaluation
from analytics.evaluation.standards import points
from analytics.insight.certainty import certainty
from analytics.model import Indicator
from analytics.units import in_percent

MOST = 4  # people whom a reader can hold beside each other


def side_by_side(evaluation: Evaluation, agent_ids: Sequence[str]) -> pd.DataFrame:
    """One row an indicator and person: indicator, agent_id, value, low, high (95 % limits), n,
    points, points_low, points_high (what the limits would earn), weight, contribution.

    What the data do not tell is NaN; an indicator that none of them has is left out.
    """
    values, scored = evaluation.measured.agents, evaluation.agents
    rows = [evaluation.row(agent_id) for agent_id in agent_ids]
    parts = []
    for column, indicator in enumerate(evaluation.catalogue.indicators):
        if np.isnan(values.value[rows, column]).all():
            continue
        sure = certainty(evaluation.measured, indicator.id)
        nothing = np.full(len(rows), np.nan)
        # A share whose spread nobody knows is one of money: what it is divided by counts nothing.
        counted = nothing if in_percent(indicator.unit) else values.denominator[rows, column]
        low, high, n = (
            (nothing, nothing, counted)
            if sure is None
            else (sure.low[rows], sure.high[rows], sure.n[rows])
        )
        earned = np.sort([points(end, indicator.standard) for end in (low, high)], axis=0)
        parts.append(
            pd.DataFrame(
                {
                    "indicator": indicator.id,
                    "agent_id": list(agent_ids),
                    "value": values.value[rows, column],
                    "low": low,
                    "high": high,
                    "n": n,
                    "points": values.points[rows, column],
                    "points_low": earned[0],
                    "points_high": earned[1],
                    "weight": scored.weight[rows, column],
                    "contribution": np.where(
                        np.isnan(values.points[rows, column]),
                        np.nan,
                        scored.contribution[rows, column],
                    ),
                }
            )
        )
    columns = ["indicator", "agent_id", "value", "low", "high", "n"]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)


def widest(beside: pd.DataFrame, ahead: str, behind: str) -> tuple[str, float] | None:
    """The indicator that puts one person furthest ahead of another, and by how many points of the
    score; None where none does."""
    wide = beside.pivot(index="indicator", columns="agent_id", values="contribution")
    gap = (wide[ahead] - wide[behind]).dropna()
    if gap.empty or gap.max() <= 0:
        return None
    return str(gap.idxmax()), float(gap.max())


def team_months(
    monthly: pd.DataFrame, indicator: Indicator, agent_ids: Collection[str]
) -> pd.DataFrame:
    """One indicator of some agents, a row an agent and month: agent_id, month, value, n. A month
    without a denominator has no row: a gap, never a zero."""
    if indicator.numerator not in monthly or indicator.denominator not in monthly:
        return pd.DataFrame(columns=["agent_id", "month", "value", "n"])
    mine = monthly[monthly["agent_id"].isin(set(agent_ids))]
    sums = (
        mine.assign(month=pd.to_datetime(mine["month"]))
        .groupby(["agent_id", "month"], as_index=False)[
            [indicator.numerator, indicator.denominator]
        ]
        .sum(min_count=1)
    )
    above, below = (
        sums[name].to_numpy(dtype=float, na_value=np.nan)
        for name in (indicator.numerator, indicator.denominator)
    )
    there = ~np.isnan(above) & (below > 0)
    return pd.DataFrame(
        {
            "agent_id": sums["agent_id"].astype(str).to_numpy()[there],
            "month": sums["month"].to_numpy()[there],
            "value": above[there] * indicator.scale / below[there],
            "n": below[there],
        }
    )


def team_medians(months: pd.DataFrame, teams: Mapping[str, str | None]) -> dict[str, pd.Series]:
    """By person the median of their team, month by month, as `team_months` gives the months; of
    whoever has no team everybody's."""
    named = months.assign(team=[teams.get(agent_id) for agent_id in months["agent_id"]])
    of_all = months.groupby("month")["value"].median()
    by_team = {
        str(team): part.groupby("month")["value"].median()
        for team, part in named.dropna(subset=["team"]).groupby("team")
    }
    return {agent_id: by_team.get(str(team), of_all) for agent_id, team in teams.items()}
