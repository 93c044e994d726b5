"""Are groups of agents treated alike, before and after their books are compared like for like; and
do indicators tell people apart."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analytics.evaluation import Evaluation
from analytics.evaluation.standards import Floats
from analytics.insight.certainty import certainty
from analytics.model import days_of
from analytics.statistics import floor_ceiling, four_fifths, item_analysis, newcombe

REDUNDANT, INFLATED = 0.85, 5.0
SENIORITY = ("<1", "1–3", "3–5", "5+")  # years


def standards_check(evaluation: Evaluation) -> pd.DataFrame:
    """One row an indicator: n, share at zero and at full marks (flagged above 15 %), item-rest
    correlation, the indicator it repeats (|r| > 0.85), variance inflation (vif; NaN with too few
    complete agents), and reliability (share of the differences that is not chance)."""
    points = evaluation.measured.agents.points
    catalogue = evaluation.catalogue
    there = ~np.isnan(points).all(axis=0)  # what nobody has says nothing of the others
    complete = points[:, there][~np.isnan(points[:, there]).any(axis=1)]
    rest, inflation = np.full(len(catalogue.ids), np.nan), np.full(len(catalogue.ids), np.nan)
    if len(complete) >= 3 and there.sum() >= 2:
        rest[there] = item_analysis.item_analysis(complete).item_rest
        inflation[there] = item_analysis.variance_inflation(complete)
    rows = []
    for column, indicator in enumerate(catalogue.indicators):
        floor, ceiling, flagged = floor_ceiling.floor_ceiling(points[:, column])
        twin = _twin(points, column)
        sure = certainty(evaluation.measured, indicator.id)
        told = sure is not None and not np.isnan(sure.credibility).all()
        rows.append(
            {
                "indicator": indicator.id,
                "n": int((~np.isnan(points[:, column])).sum()),
                "floor": floor,
                "ceiling": ceiling,
                "flagged": flagged,
                "item_rest": float(rest[column]),
                "twin": catalogue.ids[twin] if twin is not None else "",
                "vif": float(inflation[column]),
                "reliability": _reliability(sure.credibility)
                if sure is not None and told
                else np.nan,
            }
        )
    return pd.DataFrame(rows)


def _reliability(credibility: Floats) -> float:
    """τ² ÷ (τ² + mean s²) from everybody's Z = τ² ÷ (τ² + s²): their harmonic mean."""
    z = credibility[~np.isnan(credibility)]
    return float(1 / (1 / z).mean()) if len(z) and (z > 0).all() else 0.0


def grouped(evaluation: Evaluation, by: str, cases: pd.DataFrame | None = None) -> dict[str, str]:
    """agent_id → group: a column of the people, `seniority` (years since hired_on at the period's
    end) or `channel` (where most of the agent's policies come from, by `cases`); who has none is
    left out."""
    people = evaluation.people
    ids = people["agent_id"].astype(str)
    if by == "seniority":
        last = evaluation.measured.period.last
        end = pd.Timestamp(
            days_of(last, last, evaluation.measured.settings.month_begins)[1]
        ) + pd.Timedelta(days=1)
        years = (end - pd.to_datetime(people["hired_on"])).dt.days / 365.25
        band = pd.cut(years, [-np.inf, 1, 3, 5, np.inf], right=False, labels=list(SENIORITY))
        return {agent: str(name) for agent, name in zip(ids, band, strict=True) if pd.notna(name)}
    if by == "channel":
        if cases is None or cases.empty:
            return {}
        counted = (
            cases.groupby(["agent_id", "channel"], observed=True)["n"]
            .sum()
            .rename("policies")
            .reset_index()
        )
        most = counted.sort_values("policies", ascending=False, kind="stable").drop_duplicates(
            "agent_id"
        )
        return {
            str(agent): str(channel)
            for agent, channel in zip(most["agent_id"], most["channel"], strict=True)
        }
    groups = {agent: group for agent, group in zip(ids, people[by], strict=True) if pd.notna(group)}
    return {agent: str(group) for agent, group in groups.items() if group}


def _twin(points: np.ndarray, column: int) -> int | None:
    for other in range(points.shape[1]):
        if other == column:
            continue
        both = ~np.isnan(points[:, column]) & ~np.isnan(points[:, other])
        a, b = points[both, column], points[both, other]
        if (
            both.sum() >= 10
            and a.std() > 0
            and b.std() > 0
            and abs(np.corrcoef(a, b)[0, 1]) > REDUNDANT
        ):
            return other
    return None


def groups(
    evaluation: Evaluation, of: Mapping[str, str], surplus: Mapping[str, float] | None = None
) -> pd.DataFrame:
    """Groups of agents (agent_id → group): n, mean score, share graded A or B, its ratio to the
    best group's, the interval of that difference, the mean renewal surplus per 100 policies after
    case mix, and whether anything can be told (20 agents a group): where not, the group is neither
    held against the best one nor is it the best."""
    scored = evaluation.agents
    rows = np.flatnonzero(scored.rated)
    frame = pd.DataFrame(
        {
            "group": [of.get(str(agent)) for agent in evaluation.people["agent_id"].iloc[rows]],
            "agent_id": evaluation.people["agent_id"].iloc[rows].to_numpy(),
            "score": scored.score[rows],
            "good": np.isin(
                scored.grade[rows], [name for name, _ in evaluation.catalogue.grades[:2]]
            ),
        }
    ).dropna(subset=["group"])
    if frame["group"].nunique() < 2:
        return pd.DataFrame()
    names = set(frame["group"])
    order = [*SENIORITY, *sorted(names - set(SENIORITY))]
    frame["group"] = pd.Categorical(frame["group"], [name for name in order if name in names])
    table = (
        frame.groupby("group", observed=True)
        .agg(n=("score", "size"), score=("score", "mean"), good=("good", "sum"))
        .reset_index()
    )
    table["group"] = table["group"].astype(str)
    rate = table["good"] / table["n"]
    enough = (table["n"] >= four_fifths.FEWEST).to_numpy()
    ratio, low, high = (np.full(len(table), np.nan) for _ in range(3))
    flagged = np.zeros(len(table), dtype=bool)
    if enough.any():
        told = table[enough]
        ratio[enough], flagged[enough] = four_fifths.four_fifths(rate[enough])
        best = told.iloc[int(rate[enough].argmax())]
        low[enough], high[enough] = newcombe.newcombe_difference(
            told["good"], told["n"], best["good"], best["n"]
        )
    if surplus is not None:
        frame = frame.assign(
            surplus=[surplus.get(str(agent), np.nan) for agent in frame["agent_id"]]
        )
        table["surplus"] = frame.groupby("group", observed=True)["surplus"].mean().to_numpy()
    return table.assign(rate=rate, ratio=ratio, flagged=flagged, low=low, high=high, enough=enough)
