"""An evaluation of counts that a simulation drew, without files and without a warehouse."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from analytics.catalogue import built_in_catalogue, default_scheme
from analytics.evaluation import Evaluation, Measured, Values, evaluate
from analytics.evaluation.standards import points
from analytics.model import Filters, Period, Settings

APRIL = Period(dt.date(2026, 4, 1), dt.date(2026, 4, 1))


def measured(people: pd.DataFrame, values: Mapping[str, tuple[np.ndarray, np.ndarray]]) -> Measured:
    """`people` are the measures, one row an agent; values: numerator and denominator of each
    indicator there is."""
    catalogue, size = built_in_catalogue(), len(people)
    top, below = (np.full((size, len(catalogue.ids)), np.nan) for _ in range(2))
    for name, (numerator, denominator) in values.items():
        top[:, catalogue.position(name)], below[:, catalogue.position(name)] = (
            numerator,
            denominator,
        )
    scale = np.array([indicator.scale for indicator in catalogue.indicators])
    own = _values(scale * top / below, top, below)
    summed = np.nansum(top, axis=0, keepdims=True), np.nansum(below, axis=0, keepdims=True)
    with np.errstate(all="ignore"):
        everybody = _values(scale * summed[0] / summed[1], *summed)
    ids = [f"A{agent:05d}" for agent in range(size)]
    there = people.assign(agent_id=ids, name=ids, team="T", branch=None, region=None)
    return Measured(
        filters=Filters(APRIL),
        catalogue=catalogue,
        settings=Settings(missing_limit=100.0),
        people=there,
        agents=own,
        teams=pd.DataFrame({"team": []}),
        team_values=everybody,
        company=everybody,
        totals=people.sum(numeric_only=True).to_dict(),
        set_aside=pd.DataFrame(),
        targets=pd.DataFrame(),
    )


def in_teams(of: Measured, names: Sequence[str]) -> Measured:
    """The same people in teams (one name an agent), which add up their members' counts."""
    people = of.people.assign(team=list(names))
    teams = people.groupby("team", as_index=False).sum(numeric_only=True)
    teams.insert(1, "agents", people.groupby("team").size().to_numpy())
    rows = [np.flatnonzero(people["team"] == team) for team in teams["team"]]
    top, below = (
        np.array([np.nansum(part[members], axis=0) for members in rows])
        for part in (of.agents.numerator, of.agents.denominator)
    )
    scale = np.array([indicator.scale for indicator in of.catalogue.indicators])
    with np.errstate(all="ignore"):
        values = _values(scale * top / below, top, below)
    return replace(of, people=people, teams=teams, team_values=values)


def evaluated(
    people: pd.DataFrame, values: Mapping[str, tuple[np.ndarray, np.ndarray]]
) -> Evaluation:
    """The same, scored under the default scheme."""
    return evaluate(measured(people, values), default_scheme())


def _values(value: np.ndarray, top: np.ndarray, below: np.ndarray) -> Values:
    catalogue = built_in_catalogue()
    marks = np.column_stack(
        [
            points(value[:, position], indicator.standard)
            for position, indicator in enumerate(catalogue.indicators)
        ]
    )
    return Values(value, top, below, marks, np.zeros(len(catalogue.ids), dtype=bool))
