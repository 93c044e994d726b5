"""One agent: every indicator from value to contribution, beside the team, and month by month."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from analytics.catalogue import Catalogue
from analytics.evaluation import MEMBERS, Evaluation
from analytics.insight.certainty import interval
from analytics.insight.coaching import Step, step_to_next_band
from analytics.insight.weak_spots import points_lost


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
    months = np.concatenate([frame["month"].to_numpy() for frame in (mine, theirs, members)])
    calendar = np.unique(months)
    value, _, _ = _values(catalogue, members)
    others = _counted(calendar, members["month"].to_numpy(), value)
    return _lines(catalogue, _months(catalogue, mine), _months(catalogue, theirs), calendar, others)


def histories(
    catalogue: Catalogue, every: pd.DataFrame, of_team: Callable[[str | None], pd.DataFrame]
) -> Callable[[str, str | None], pd.DataFrame]:
    """`history` of many agents, by agent and team: what they share is worked out once.

    `every` are everybody's measures by month with the team of that month, a row each; `of_team`
    gives those of a team.
    """
    months, calendar = _months(catalogue, every), np.unique(every["month"].to_numpy())
    ids = every["agent_id"].to_numpy(dtype=object)
    own, inside = (every.groupby(name, sort=False).indices for name in ("agent_id", "team"))
    nobody = np.zeros(0, dtype=np.intp)

    def counted(rows: np.ndarray) -> np.ndarray:
        return _counted(calendar, months.month[rows], months.value[rows])

    @cache
    def team_side(team: str | None) -> tuple[_Months, list[str], np.ndarray, np.ndarray]:
        rows = np.arange(len(ids)) if team is None else inside.get(team, nobody)
        names = sorted(set(ids[rows]))[: MEMBERS + 1]
        rows = rows[np.isin(ids[rows], names)]
        return _months(catalogue, of_team(team)), names, rows, counted(rows)

    def history_of(agent_id: str, team: str | None) -> pd.DataFrame:
        theirs, names, rows, everybody = team_side(team)
        # One name more than are asked for: it is the agent's, or the last of too many.
        besides = agent_id if agent_id in names else "".join(names[MEMBERS:])
        others = everybody - counted(rows[ids[rows] == besides])
        return _lines(catalogue, months.at(own.get(agent_id, nobody)), theirs, calendar, others)

    return history_of


@dataclass(frozen=True)
class _Months:
    """Some months of an agent, a team or several agents, a row each, by indicator; `value` is NaN
    where there is none."""

    month: np.ndarray
    value: np.ndarray
    n: np.ndarray
    low: np.ndarray
    high: np.ndarray

    def at(self, rows: np.ndarray) -> _Months:
        parts = (self.month, self.value, self.n, self.low, self.high)
        return _Months(*(part[rows] for part in parts))


def _months(catalogue: Catalogue, frame: pd.DataFrame) -> _Months:
    value, above, below = _values(catalogue, frame)
    low, high = np.full((2, *value.shape), np.nan)
    name = "survey_points_sq"
    squares = frame[name].to_numpy(dtype=float) if name in frame else None
    for column, indicator in enumerate(catalogue.indicators):
        low[:, column], high[:, column] = interval(
            indicator, above[:, column], below[:, column], squares
        )
    return _Months(frame["month"].to_numpy(), value, below, low, high)


def _values(catalogue: Catalogue, frame: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Values with their numerators and denominators, rows × indicators; NaN where the measures are
    not known."""
    above, below = np.full((2, len(frame), len(catalogue.indicators)), np.nan)
    for column, indicator in enumerate(catalogue.indicators):
        if indicator.numerator in frame and indicator.denominator in frame:
            above[:, column], below[:, column] = (
                frame[name].to_numpy(dtype=float, na_value=np.nan)
                for name in (indicator.numerator, indicator.denominator)
            )
    scale = np.array([indicator.scale for indicator in catalogue.indicators])
    value = np.divide(above * scale, below, out=np.full(above.shape, np.nan), where=below > 0)
    return value, above, below


def _counted(calendar: np.ndarray, month: np.ndarray, value: np.ndarray) -> np.ndarray:
    """How many rows have a value in each month of a calendar: months × indicators."""
    out = np.zeros((len(calendar), value.shape[1]), dtype=int)
    np.add.at(out, np.searchsorted(calendar, month), ~np.isnan(value))
    return out


def _lines(
    catalogue: Catalogue,
    mine: _Months,
    theirs: _Months,
    calendar: np.ndarray,
    others: np.ndarray,
) -> pd.DataFrame:
    """A row for every value: by indicator, the agent's months before the team's."""

    def both(own: np.ndarray, of_team: np.ndarray) -> np.ndarray:
        return np.concatenate([own.T, of_team.T], axis=1)

    value = both(mine.value, theirs.value)
    there, month = ~np.isnan(value), np.concatenate([mine.month, theirs.month])
    sizes = [len(mine.month), len(theirs.month)]
    whose = np.repeat(np.array(["agent", "team"], dtype=object), sizes)
    return pd.DataFrame(
        {
            "month": np.broadcast_to(month, there.shape)[there],
            "indicator": np.repeat(np.array(catalogue.ids, dtype=object), there.sum(axis=1)),
            "whose": np.broadcast_to(whose, there.shape)[there],
            "value": value[there],
            "n": both(mine.n, theirs.n)[there],
            "low": both(mine.low, theirs.low)[there],
            "high": both(mine.high, theirs.high)[there],
            "others": others[np.searchsorted(calendar, month)].T[there],
        }
    )
