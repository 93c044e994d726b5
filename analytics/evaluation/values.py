"""Measures + catalogue → values and points of everybody: what no weight changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.catalogue import Catalogue
from analytics.evaluation.standards import Floats, points
from analytics.model import Filters, Period, Settings
from analytics.warehouse.connection import Warehouse
from analytics.warehouse.measures import Measures, MonthSpread, Sums, measures

DIGITS = 12  # of a value: what lies beyond is no information but binary fractions


# One set of figures is itself and no other: answers about it can be kept beside it.
@dataclass(frozen=True, eq=False)
class Values:
    """Indicator values of some rows (agents, teams, or the company): rows × indicators, read-only.

    value in the indicator's own unit (rates as fractions of 1, satisfaction 0–100), numerator and
    denominator NaN where a scoresheet gave only the rate, points 0–100; NaN is "not available".
    `equal_weight` marks pooled rates whose volumes are unknown, so that every agent counts the
    same.
    """

    value: Floats
    numerator: Floats
    denominator: Floats
    points: Floats
    equal_weight: np.ndarray

    @cached_property
    def present(self) -> npt.NDArray[np.bool_]:
        """Which indicators each row has."""
        return ~np.isnan(self.points)

    @cached_property
    def complete(self) -> bool:
        """Whether nothing is missing anywhere: then a score is one product."""
        return bool(self.present.all())

    @cached_property
    def filled(self) -> Floats:
        """Points with 0 where an indicator is missing."""
        return np.ascontiguousarray(np.nan_to_num(self.points))

    @cached_property
    def gaps(self) -> tuple[npt.NDArray[np.intp], Floats, Floats]:
        """The rows that lack something; indicators × those rows: points (0 where missing), and 1
        where an indicator is there."""
        rows = np.flatnonzero(~self.present.all(axis=1))
        return (
            rows,
            np.ascontiguousarray(self.filled[rows].T),
            np.ascontiguousarray(self.present[rows].T, dtype=float),
        )


@dataclass(frozen=True)
class Measured:
    """Everything about a period that no weight changes; computed once, read by every slider
    step."""

    filters: Filters
    catalogue: Catalogue
    settings: Settings
    # one row an agent: agent_id, name, team, branch, region, supervisor + measures
    people: pd.DataFrame
    agents: Values
    teams: pd.DataFrame  # one row a team: team, agents + measures
    team_values: Values
    company: Values
    totals: Mapping[str, float]
    # figures that another source speaks for, or sheets that the period does not cover: why
    set_aside: pd.DataFrame
    # agent-months whose target is not the agent's own: count_basis, premium_basis
    targets: pd.DataFrame
    # of renewals over an agent's months, where no customers are known (see measures)
    month_dispersion: float | None = None
    # of results given without counts, and how many such results stand behind each value
    month_spread: Mapping[str, MonthSpread] = field(default_factory=dict)
    given_months: npt.NDArray[np.intp] | None = None

    @property
    def period(self) -> Period:
        return self.filters.period

    @cached_property
    def rows(self) -> Mapping[str, int]:
        """Where each agent stands in `people`."""
        return {agent_id: row for row, agent_id in enumerate(self.people["agent_id"].tolist())}

    @cached_property
    def in_scope(self) -> np.ndarray:
        """Which rows of `people` the reader may see by name: everybody, or those of their scope;
        read-only."""
        scope = self.filters.scope
        seen = np.ones(len(self.people), dtype=bool) if scope is None else scope.covers(self.people)
        seen.setflags(write=False)
        return seen

    @cached_property
    def shown(self) -> np.ndarray:
        """Which rows of `people` the filters show; read-only."""
        people, filters = self.people, self.filters
        keep = self.in_scope.copy()
        if filters.team is not None:
            keep &= (people["team"] == filters.team).to_numpy(dtype=bool, na_value=False)
        if filters.branch is not None:
            keep &= (people["branch"] == filters.branch).to_numpy(dtype=bool, na_value=False)
        if filters.least_policies:
            keep &= people["due_policies"].fillna(0).to_numpy() >= filters.least_policies
        keep.setflags(write=False)
        return keep

    @property
    def provisional(self) -> bool:
        """Whether renewal windows are still open on the as-of date."""
        return self.totals.get("open_policies", 0) > 0


def measure(
    warehouse: Warehouse, settings: Settings, filters: Filters, catalogue: Catalogue
) -> Measured:
    """Values and points of every agent, every team and the company over a period, by the standards
    in force."""
    source = measures(warehouse, settings, filters, catalogue.indicators)
    size = len(source.people)
    given = _given(source.rates["row"], source.rates, catalogue, size)
    agents = _values(source.agents, catalogue, given)
    company_rates = _means(
        np.zeros(size, dtype=np.intp), agents.value, np.isnan(agents.numerator), 1
    )
    return Measured(
        filters=filters,
        catalogue=catalogue,
        settings=settings,
        people=pd.concat([source.people, source.agents.amounts], axis=1),
        agents=_locked(agents),
        teams=pd.concat([source.teams, source.team_sums.amounts], axis=1),
        team_values=_locked(_pooled(source.team_sums, catalogue, _team_rates(source, catalogue))),
        company=_locked(_pooled(source.company, catalogue, company_rates)),
        totals={
            name: float(value)
            for name, value in source.company.amounts.iloc[0].items()
            if pd.notna(value)
        },
        set_aside=source.set_aside,
        targets=source.targets,
        month_dispersion=source.month_dispersion,
        month_spread=source.month_spread,
        given_months=_given_months(source.rates["row"], source.rates, catalogue, size),
    )


def under(measured: Measured, catalogue: Catalogue) -> Measured:
    """The same figures under other standards of the same indicators."""

    def again(values: Values) -> Values:
        earned = np.column_stack(
            [
                points(values.value[:, column], indicator.standard)
                for column, indicator in enumerate(catalogue.indicators)
            ]
        )
        return _locked(
            Values(values.value, values.numerator, values.denominator, earned, values.equal_weight)
        )

    return replace(
        measured,
        catalogue=catalogue,
        agents=again(measured.agents),
        team_values=again(measured.team_values),
        company=again(measured.company),
    )


# -- from measures to values -----------------------------------------------------------------------


def _values(sums: Sums, catalogue: Catalogue, given: Floats) -> Values:
    """Ratios of sums, and `given` rates (rows × indicators) where there are no sums to divide."""
    value = _ratios(sums, catalogue)
    missing = np.isnan(value)
    return _with_points(
        np.where(missing, given, value),
        np.where(missing, np.nan, sums.numerator),
        np.where(missing, np.nan, sums.denominator),
        catalogue,
    )


def _pooled(sums: Sums, catalogue: Catalogue, means: Floats) -> Values:
    """Values of groups from pooled measures, never means of rates; where volumes are unknown, equal
    weights, and marked."""
    equal = ~np.isnan(means)
    value = np.where(equal, means, _ratios(sums, catalogue))
    hide = np.isnan(value) | equal
    numerator, denominator = (
        np.where(hide, np.nan, part) for part in (sums.numerator, sums.denominator)
    )
    pooled = _with_points(value, numerator, denominator, catalogue)
    return replace(pooled, equal_weight=equal)


def _ratios(sums: Sums, catalogue: Catalogue) -> Floats:
    scale = np.array([indicator.scale for indicator in catalogue.indicators])
    usable = ~np.isnan(sums.numerator) & (sums.denominator > 0)
    nothing = np.full(sums.numerator.shape, np.nan)
    # On the line is on the line: 34.4 of 43 are 80 %, whatever binary fractions make of it.
    ratios: Floats = np.round(
        np.divide(sums.numerator * scale, sums.denominator, out=nothing, where=usable), DIGITS
    )
    return ratios


def _with_points(
    value: Floats, numerator: Floats, denominator: Floats, catalogue: Catalogue
) -> Values:
    earned = [
        points(value[:, column], indicator.standard)
        for column, indicator in enumerate(catalogue.indicators)
    ]
    return Values(
        value, numerator, denominator, np.column_stack(earned), np.zeros(value.shape, dtype=bool)
    )


def _given(rows: pd.Series, rates: pd.DataFrame, catalogue: Catalogue, size: int) -> Floats:
    """Rates without volume as rows × indicators: several months' count alike."""
    out = np.full((size, len(catalogue.ids)), np.nan)
    for name, part in rates.groupby("indicator"):
        means = part["value"].groupby(rows.reindex(part.index)).mean()
        out[means.index.to_numpy(dtype=int), catalogue.position(str(name))] = means.to_numpy()
    return out


def _given_months(
    rows: pd.Series, rates: pd.DataFrame, catalogue: Catalogue, size: int
) -> npt.NDArray[np.intp]:
    """How many results each of `_given` is the mean of."""
    out = np.zeros((size, len(catalogue.ids)), dtype=np.intp)
    columns = [catalogue.position(str(name)) for name in rates["indicator"]]
    np.add.at(out, (rows.to_numpy(dtype=np.intp), np.array(columns, dtype=np.intp)), 1)
    return out


def _means(
    group: npt.NDArray[np.intp], value: Floats, without_volume: np.ndarray, size: int
) -> Floats:
    """Per group and indicator the plain mean of its agents' values where any of them has no volume,
    else NaN."""
    out = np.full((size, value.shape[1]), np.nan)
    there = ~np.isnan(value)
    for column in np.flatnonzero((there & without_volume).any(axis=0)):
        rows = there[:, column]
        marked = np.bincount(group[rows], without_volume[rows, column], size) > 0
        sums = np.bincount(group[rows], value[rows, column], size)
        counts = np.bincount(group[rows], minlength=size)
        out[marked, column] = sums[marked] / counts[marked]
    return out


def _team_rates(source: Measures, catalogue: Catalogue) -> Floats:
    """Plain means by team where rates came without a volume: of the agents' values in the months
    they belonged to the team."""
    teams = source.teams["team"].tolist()
    if source.rates.empty:
        return np.full((len(teams), len(catalogue.ids)), np.nan)
    members = source.members
    place = (
        members["team"].map({team: row for row, team in enumerate(teams)}).to_numpy(dtype=np.intp)
    )
    rates = source.rates.merge(
        members.reset_index(names="member")[["member", "row", "team"]], on=["row", "team"]
    )
    value = _ratios(source.member_sums, catalogue)
    given = _given(rates["member"], rates, catalogue, len(members))
    return _means(place, np.where(np.isnan(value), given, value), np.isnan(value), len(teams))


def _locked(values: Values) -> Values:
    for name in values.__dataclass_fields__:
        getattr(values, name).flags.writeable = False
    return values
