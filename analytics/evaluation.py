"""Measures + catalogue + scheme → Evaluation: THE core, which the pages and the command line
share."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.catalogue import Catalogue
from analytics.errors import RequestRefused
from analytics.model import Filters, Period, Settings, WeightScheme
from analytics.scoring.ranking import competition_rank, grade
from analytics.scoring.standards import Floats, points
from analytics.scoring.weights import effective, membership, totals, vector
from analytics.warehouse.connection import Warehouse
from analytics.warehouse.measures import Measures, MonthSpread, Sums, measures, months

DIGITS = 12  # of a value: what lies beyond is no information but binary fractions


@dataclass(
    frozen=True, eq=False
)  # one set of figures is itself and no other: answers about it can be kept beside it
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
class Scored:
    """Scores of the rows of a `Values`; the weights and contributions behind them are worked out
    when asked for."""

    values: Values
    nominal: Floats
    known: Catalogue
    score: Floats
    coverage: Floats
    rated: np.ndarray
    rank: np.ndarray

    @cached_property
    def weight(self) -> Floats:
        """Effective weight per row and indicator, in percent; the rows of whoever has anything sum
        to 100."""
        return effective(self.nominal, self.values.present, self.known)

    @cached_property
    def contribution(self) -> Floats:
        """weight × points / 100; a row sums to its score."""
        return self.weight * self.values.filled / 100.0

    @cached_property
    def earned(self) -> np.ndarray:
        """The grade that each score reaches by itself."""
        reached: np.ndarray = grade(self.score, self.known.grades)
        return reached

    @cached_property
    def grade(self) -> np.ndarray:
        """The grade of each row, capped where a veto says so."""
        return self._capped[0]

    @cached_property
    def capped_by(self) -> np.ndarray:
        """The indicator whose veto capped each row's grade; "" where none did."""
        return self._capped[1]

    @cached_property
    def _capped(self) -> tuple[np.ndarray, np.ndarray]:
        order = [name for name, _ in self.known.grades]
        names, by = self.earned.astype(object), np.full(len(self.score), "", dtype=object)
        for veto in self.known.vetoes:
            value = self.values.value[:, self.known.position(veto.indicator)]
            worse = (
                value > veto.beyond
                if self.known[veto.indicator].direction == "lower"
                else value < veto.beyond
            )
            # A veto only ever takes away: whoever stands below the cap already stays there.
            better = np.array(
                [order.index(name) < order.index(veto.cap) for name in names], dtype=bool
            )
            names[worse & better], by[worse & better] = veto.cap, veto.indicator
        return names.astype(str), by


@dataclass(frozen=True)
class Measured:
    """Everything about a period that no weight changes; computed once, read by every slider
    step."""

    filters: Filters
    catalogue: Catalogue
    settings: Settings
    people: (
        pd.DataFrame
    )  # one row an agent: agent_id, name, team, branch, region, supervisor + measures
    agents: Values
    teams: pd.DataFrame  # one row a team: team, agents + measures
    team_values: Values
    company: Values
    totals: Mapping[str, float]
    set_aside: (
        pd.DataFrame
    )  # figures that another source speaks for, or sheets that the period does not cover: why
    targets: (
        pd.DataFrame
    )  # agent-months whose target is not the agent's own: count_basis, premium_basis
    month_dispersion: float | None = (
        None  # of renewals over an agent's months, where no customers are known (see measures)
    )
    month_spread: Mapping[str, MonthSpread] = field(
        default_factory=dict
    )  # of results given without counts
    given_months: npt.NDArray[np.intp] | None = (
        None  # how many such results stand behind each value
    )

    @property
    def period(self) -> Period:
        return self.filters.period

    @cached_property
    def in_scope(self) -> np.ndarray:
        """Which rows of `people` the reader may see by name: everybody, or those of their scope;
        read-only."""
        scope = self.filters.scope
        found = (
            np.ones(len(self.people), dtype=bool) if scope is None else scope.covers(self.people)
        )
        found.setflags(write=False)
        return found

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


@dataclass(frozen=True)
class Evaluation:
    """A period under a weight scheme, with every number on the way from value to rank."""

    measured: Measured
    scheme: WeightScheme
    nominal: Floats
    agents: Scored
    teams: Scored
    company: Scored

    @property
    def catalogue(self) -> Catalogue:
        return self.measured.catalogue

    @property
    def people(self) -> pd.DataFrame:
        return self.measured.people

    @property
    def shown(self) -> np.ndarray:
        """Which agents the filters show; scores and ranks are always those of the whole company."""
        return self.measured.shown

    @property
    def in_scope(self) -> np.ndarray:
        """Whom the reader may see by name at all."""
        return self.measured.in_scope.copy()

    @property
    def teams_in_scope(self) -> np.ndarray:
        """Which rows of `measured.teams` the reader may see."""
        scope, teams = self.measured.filters.scope, self.measured.teams["team"]
        if scope is None:
            return np.ones(len(teams), dtype=bool)
        visible = (
            set(self.people["team"].to_numpy()[self.in_scope])
            if scope.branches
            else set(scope.teams)
        )
        return np.array([team in visible for team in teams], dtype=bool)

    def row(self, agent_id: str) -> int:
        """Where an agent stands; refused when the period, or the reader's scope, does not know
        them."""
        at = np.flatnonzero(
            (self.people["agent_id"] == agent_id).to_numpy(dtype=bool) & self.in_scope
        )
        if not len(at):
            raise RequestRefused("agent_unknown", agent=agent_id, period=str(self.measured.period))
        return int(at[0])


def known_months(warehouse: Warehouse) -> pd.DataFrame:
    """Every month that has figures: month, due_policies, open_policies, agents."""
    return months(warehouse)


def whole_period(warehouse: Warehouse) -> Period:
    """From the first to the last month that has figures; refused when there is none."""
    known = months(warehouse)
    if known.empty:
        raise RequestRefused("no_data")
    return Period(known["month"].iloc[0].date(), known["month"].iloc[-1].date())


def latest_closed(warehouse: Warehouse) -> Period:
    """The last month whose renewal windows are all closed, else the last month: what a manager
    opens the page for."""
    known = months(warehouse)
    if known.empty:
        raise RequestRefused("no_data")
    closed = known[
        (known["open_policies"] == 0) & ((known["due_policies"] > 0) | (known["agents"] == 0))
    ]
    month = (closed if len(closed) else known)["month"].iloc[-1].date()
    return Period(month, month)


def measure(
    warehouse: Warehouse, settings: Settings, filters: Filters, known: Catalogue
) -> Measured:
    """Values and points of every agent, every team and the company over a period, by the standards
    in force."""
    source = measures(warehouse, settings, filters, known.indicators)
    size = len(source.people)
    given = _given(source.rates["row"], source.rates, known, size)
    agents = _values(source.agents, known, given)
    company_rates = _means(
        np.zeros(size, dtype=np.intp), agents.value, np.isnan(agents.numerator), 1
    )
    return Measured(
        filters=filters,
        catalogue=known,
        settings=settings,
        people=pd.concat([source.people, source.agents.amounts], axis=1),
        agents=_locked(agents),
        teams=pd.concat([source.teams, source.team_sums.amounts], axis=1),
        team_values=_locked(_pooled(source.team_sums, known, _team_rates(source, known))),
        company=_locked(_pooled(source.company, known, company_rates)),
        totals={
            name: float(value)
            for name, value in source.company.amounts.iloc[0].items()
            if pd.notna(value)
        },
        set_aside=source.set_aside,
        targets=source.targets,
        month_dispersion=source.month_dispersion,
        month_spread=source.month_spread,
        given_months=_given_months(source.rates["row"], source.rates, known, size),
    )


def evaluate(measured: Measured, scheme: WeightScheme) -> Evaluation:
    """Score, grade and rank under a scheme; only matrix products, so a slider may call it at every
    step."""
    nominal = vector(scheme, measured.catalogue)
    limit = measured.settings.missing_limit
    return Evaluation(
        measured,
        scheme,
        nominal,
        agents=score(measured.agents, nominal, measured.catalogue, limit),
        teams=score(measured.team_values, nominal, measured.catalogue, limit),
        company=score(measured.company, nominal, measured.catalogue, limit),
    )


def score(values: Values, nominal: Floats, known: Catalogue, missing_limit: float) -> Scored:
    """Scores and ranks of some rows; a row with too much weight missing is not rated and has no
    rank."""
    total = values.filled @ (nominal / 100.0)
    coverage = np.full(len(total), 100.0)
    if not values.complete:
        rows, filled, kept = values.gaps
        total[rows], coverage[rows] = totals(filled, kept, nominal, membership(known))
    rated = coverage >= 100.0 - missing_limit - 1e-9
    if rated.all():
        return Scored(values, nominal, known, total, coverage, rated, competition_rank(total))
    # Whoever is not rated stands below everybody, where they move nobody's rank, and has none.
    rank = competition_rank(np.where(rated, total, 0.0)) * rated
    return Scored(values, nominal, known, total, coverage, rated, rank)


def under(measured: Measured, known: Catalogue) -> Measured:
    """The same figures under other standards of the same indicators."""

    def again(values: Values) -> Values:
        marks = np.column_stack(
            [points(values.value[:, at], one.standard) for at, one in enumerate(known.indicators)]
        )
        return _locked(
            Values(values.value, values.numerator, values.denominator, marks, values.equal_weight)
        )

    return replace(
        measured,
        catalogue=known,
        agents=again(measured.agents),
        team_values=again(measured.team_values),
        company=again(measured.company),
    )


def earlier_period(known: pd.DataFrame, period: Period, with_: str) -> Period | None:
    """The period before ("before") or the same one last year ("year"); None unless policies fell
    due in all its months."""
    earlier = period.before if with_ == "before" else period.year_before
    return earlier if set(earlier.months) <= counted_months(known) else None


def counted_months(known: pd.DataFrame) -> set[dt.date]:
    """The months of `known_months` in which policies fell due, or that only scoresheets tell of."""
    counted = known[(known["due_policies"] > 0) | (known["agents"] == 0)]
    return {stamp.date() for stamp in counted["month"]}


def months_of(
    warehouse: Warehouse, agent_id: str, team: str | None, period: Period
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """One agent's and their team's measures month by month (the company's when `team` is None), and
    those of some of its other members."""
    span = {"first_month": period.first, "last_month": period.last}
    mine, theirs = (
        warehouse.ask("by_month", agent_id=agent_id, **span),
        warehouse.ask("team_by_month", team=team, **span),
    )
    return mine, theirs, warehouse.ask("team_members", team=team, agent_id=agent_id, **span)


# -- from measures to values -----------------------------------------------------------------------


def _values(sums: Sums, known: Catalogue, given: Floats) -> Values:
    """Ratios of sums, and `given` rates (rows × indicators) where there are no sums to divide."""
    value = _ratios(sums, known)
    missing = np.isnan(value)
    return _with_points(
        np.where(missing, given, value),
        np.where(missing, np.nan, sums.numerator),
        np.where(missing, np.nan, sums.denominator),
        known,
    )


def _pooled(sums: Sums, known: Catalogue, means: Floats) -> Values:
    """Values of groups from pooled measures, never means of rates; where volumes are unknown, equal
    weights, and marked."""
    equal = ~np.isnan(means)
    value = np.where(equal, means, _ratios(sums, known))
    hide = np.isnan(value) | equal
    numerator, denominator = (
        np.where(hide, np.nan, part) for part in (sums.numerator, sums.denominator)
    )
    pooled = _with_points(value, numerator, denominator, known)
    return replace(pooled, equal_weight=equal)


def _ratios(sums: Sums, known: Catalogue) -> Floats:
    scale = np.array([indicator.scale for indicator in known.indicators])
    usable = ~np.isnan(sums.numerator) & (sums.denominator > 0)
    nothing = np.full(sums.numerator.shape, np.nan)
    # On the line is on the line: 34.4 of 43 are 80 %, whatever binary fractions make of it.
    ratios: Floats = np.round(
        np.divide(sums.numerator * scale, sums.denominator, out=nothing, where=usable), DIGITS
    )
    return ratios


def _with_points(value: Floats, numerator: Floats, denominator: Floats, known: Catalogue) -> Values:
    marks = [
        points(value[:, at], indicator.standard) for at, indicator in enumerate(known.indicators)
    ]
    return Values(
        value, numerator, denominator, np.column_stack(marks), np.zeros(value.shape, dtype=bool)
    )


def _given(rows: pd.Series, rates: pd.DataFrame, known: Catalogue, size: int) -> Floats:
    """Rates without volume as rows × indicators: several months' count alike."""
    out = np.full((size, len(known.ids)), np.nan)
    for name, part in rates.groupby("indicator"):
        means = part["value"].groupby(rows.reindex(part.index)).mean()
        out[means.index.to_numpy(dtype=int), known.position(str(name))] = means.to_numpy()
    return out


def _given_months(
    rows: pd.Series, rates: pd.DataFrame, known: Catalogue, size: int
) -> npt.NDArray[np.intp]:
    """How many results each of `_given` is the mean of."""
    out = np.zeros((size, len(known.ids)), dtype=np.intp)
    at = [known.position(str(name)) for name in rates["indicator"]]
    np.add.at(out, (rows.to_numpy(dtype=np.intp), np.array(at, dtype=np.intp)), 1)
    return out


def _means(
    group: npt.NDArray[np.intp], value: Floats, without_volume: np.ndarray, size: int
) -> Floats:
    """Per group and indicator the plain mean of its agents' values where any of them has no volume,
    else NaN."""
    out = np.full((size, value.shape[1]), np.nan)
    there = ~np.isnan(value)
    for at in np.flatnonzero((there & without_volume).any(axis=0)):
        some = there[:, at]
        marked = np.bincount(group[some], without_volume[some, at], size) > 0
        sums, counts = (
            np.bincount(group[some], value[some, at], size),
            np.bincount(group[some], minlength=size),
        )
        out[marked, at] = sums[marked] / counts[marked]
    return out


def _team_rates(source: Measures, known: Catalogue) -> Floats:
    """Plain means by team where rates came without a volume: of the agents' values in the months
    they belonged to the team."""
    teams = source.teams["team"].tolist()
    if source.rates.empty:
        return np.full((len(teams), len(known.ids)), np.nan)
    members = source.members
    place = members["team"].map({team: at for at, team in enumerate(teams)}).to_numpy(dtype=np.intp)
    rates = source.rates.merge(
        members.reset_index(names="member")[["member", "row", "team"]], on=["row", "team"]
    )
    value = _ratios(source.member_sums, known)
    given = _given(rates["member"], rates, known, len(members))
    return _means(place, np.where(np.isnan(value), given, value), np.isnan(value), len(teams))


def _locked(values: Values) -> Values:
    for name in values.__dataclass_fields__:
        getattr(values, name).flags.writeable = False
    return values
