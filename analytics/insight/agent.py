"""One agent: every indicator from value to contribution, beside the team, and month by month."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pandas as pd

from analytics.catalogue import Catalogue
from analytics.evaluation import Evaluation
from analytics.insight.certainty import interval
from analytics.insight.coaching import Step, step_to_next_band
from analytics.insight.weak_spots import points_lost
from analytics.model import Indicator


def breakdown(evaluation: Evaluation, agent_id: str) -> pd.DataFrame:
    """One row an indicator: id, category, value, numerator, denominator, points, nominal, weight,
    contribution, lost, team (pooled value), company (pooled value), step (Step or None)."""
    row = evaluation.row(agent_id)
    catalogue, values, scored = evaluation.catalogue, evaluation.measured.agents, evaluation.agents
    team = evaluation.people["team"].iat[row]
    teams = evaluation.measured.teams["team"].tolist()
    pooled = (
        evaluation.measured.team_values.value[teams.index(team)]
        if team in teams
        else np.full(len(catalogue.ids), np.nan)
    )
    steps: list[Step | None] = [
        step_to_next_band(
            indicator,
            values.value[row, column],
            values.numerator[row, column],
            values.denominator[row, column],
        )
        for column, indicator in enumerate(catalogue.indicators)
    ]
    return pd.DataFrame(
        {
            "indicator": catalogue.ids,
            "category": [indicator.category for indicator in catalogue.indicators],
            "value": values.value[row],
            "numerator": values.numerator[row],
            "denominator": values.denominator[row],
            "points": values.points[row],
            "nominal": evaluation.nominal,
            "weight": scored.weight[row],
            "contribution": np.where(
                np.isnan(values.points[row]), np.nan, scored.contribution[row]
            ),
            "lost": points_lost(values, scored)[row],
            "team": pooled,
            "company": evaluation.measured.company.value[0],
            "step": steps,
        }
    )


def history(
    catalogue: Catalogue, mine: pd.DataFrame, theirs: pd.DataFrame, members: pd.DataFrame
) -> pd.DataFrame:
    """The agent's and the team's value of every indicator month by month: month, indicator, whose,
    value, n, low, high, others.

    low and high are the 95 % limits of the month's own counts, NaN where no spread is known.

    `mine` and `theirs` are measures by month, `members` those of the team's other members, a row
    each: `others` counts how many of these have a value of the indicator in the month. A month
    without a denominator has no row: a gap, never a zero.
    """
    names = ("month", "indicator", "whose", "value", "n", "low", "high", "others")
    parts: dict[str, list[np.ndarray]] = {name: [] for name in names}
    having = _having(members)
    for indicator in catalogue.indicators:
        if indicator.numerator not in mine or indicator.denominator not in mine:
            continue
        for frame, whose in ((mine, "agent"), (theirs, "team")):
            above, below = (
                frame[name].to_numpy(dtype=float, na_value=np.nan)
                for name in (indicator.numerator, indicator.denominator)
            )
            squares = (
                frame["survey_points_sq"].to_numpy(dtype=float)
                if "survey_points_sq" in frame
                else None
            )
            low, high = interval(indicator, above, below, squares)
            value = np.divide(
                above * indicator.scale, below, out=np.full(len(above), np.nan), where=below > 0
            )
            there = ~np.isnan(value)
            months = frame["month"].to_numpy()
            others = having(indicator, months)
            columns = (months, value, below, low, high, others)
            for name, column in zip(
                ("month", "value", "n", "low", "high", "others"), columns, strict=True
            ):
                parts[name].append(column[there])
            parts["indicator"].append(np.full(there.sum(), indicator.id, dtype=object))
            parts["whose"].append(np.full(there.sum(), whose, dtype=object))
    if not parts["month"]:
        return pd.DataFrame(columns=list(names))
    return pd.DataFrame({name: np.concatenate(cells) for name, cells in parts.items()})


def _having(members: pd.DataFrame) -> Callable[[Indicator, np.ndarray], np.ndarray]:
    """How many of these have a value of an indicator, for each of some months."""
    months, month = np.unique(members["month"].to_numpy(), return_inverse=True)
    agent, agents = pd.factorize(members["agent_id"])

    @cache
    def column(name: str) -> np.ndarray:
        values: np.ndarray = members[name].to_numpy(dtype=float, na_value=np.nan)
        return values

    @cache
    def counted(numerator: str, denominator: str) -> np.ndarray:
        above, below = column(numerator), column(denominator)
        valued = ~np.isnan(above) & (below > 0)
        pairs = np.unique(month[valued] * len(agents) + agent[valued])
        return np.bincount(pairs // len(agents), minlength=len(months))

    def having(indicator: Indicator, asked: np.ndarray) -> np.ndarray:
        if not len(months):
            return np.zeros(len(asked), dtype=int)
        counts = counted(indicator.numerator, indicator.denominator)
        place = np.searchsorted(months, asked).clip(max=len(months) - 1)
        return np.where(months[place] == asked, counts[place], 0)

    return having
