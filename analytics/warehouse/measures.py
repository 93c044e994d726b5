"""Measures of a period: agent-months and scoresheets as pieces, which of them count for what, added
up by agent and by team."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb
import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.catalogue import known_measures, offered
from analytics.model import STAND_INS, Filters, Indicator, Settings
from analytics.warehouse.connection import Warehouse, answer, question, run, statements
from analytics.warehouse.records import rollup_bound
from analytics.warehouse.sources import Flags, Spans, choose, overlapping

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]

FILLED = "_filled"  # a target, or what stands in for it where there is none
# Targets, and what is held against them.
TARGETS = {"target_count": "renewed_policies", "target_premium": "renewed_premium"}
COUNTING = ("own", *STAND_INS)  # on what a month is measured that counts
# Degrees of freedom below which the spread of an agent's months is not estimated.
FEWEST_MONTHS_APART = 60
# Months and degrees of freedom below which results without counts have no spread.
FEWEST_MONTHS, FEWEST_APART = 3, 30
STILL = 1e-18  # of squares, by which results that never vary do so in binary fractions
PEOPLE = ["agent_id", "name", "team", "branch", "region", "supervisor", "hired_on"]
PLACE = ["agent_id", "team", "first", "last", "sheet", "load"]
SHEET = ["agent_id", "first_month", "last_month"]
ASIDE = [*SHEET, "measure", "value", "why"]


@dataclass(frozen=True)
class Sums:
    """Of some rows (agents, teams, the company): numerator and denominator of every indicator, and
    every measure; NaN is missing."""

    numerator: Floats
    denominator: Floats
    amounts: pd.DataFrame


NO_SUMS = Sums(np.zeros((0, 0)), np.zeros((0, 0)), pd.DataFrame())


@dataclass(frozen=True)
class MonthSpread:
    """The standard deviation of one month's result about the agent's own level, in the result's
    unit, and its degrees of freedom."""

    sd: float
    freedom: float


@dataclass(frozen=True)
class Measures:
    """people (one row an agent) with their sums; teams (team, agents) with theirs; the company's;
    rates that scoresheets gave without a volume (row of the agent, team, indicator, value); what
    was set aside and why; and whose target is not their own."""

    people: pd.DataFrame
    agents: Sums
    teams: pd.DataFrame
    team_sums: Sums
    members: pd.DataFrame  # row of the agent and team: one row for every team of an agent
    member_sums: Sums
    company: Sums
    rates: pd.DataFrame
    set_aside: pd.DataFrame
    targets: pd.DataFrame
    # χ² ÷ freedom over a year of agent-months; only where no customers are known
    month_dispersion: float | None
    month_spread: Mapping[str, MonthSpread]  # of results that sheets give month by month


def months(warehouse: Warehouse) -> pd.DataFrame:
    """Every month that has figures."""
    return warehouse.ask("months")


def counted_from(kind: str) -> set[str]:
    """The measures that records of a kind stand behind."""
    return {name for name, measure in known_measures().items() if kind in measure.records}


def denominator_of(indicator: Indicator) -> str:
    """The measure that an indicator divides by: with a fallback the target as it is filled."""
    return f"{indicator.denominator}{FILLED}" if indicator.fallback else indicator.denominator


def measures(
    warehouse: Warehouse, settings: Settings, filters: Filters, indicators: Sequence[Indicator]
) -> Measures:
    """Sums of the period; a channel counts the policies of that channel, a cut what was known on an
    earlier day.

    Agents, teams and the company add up the same pieces, so that they agree whatever was
    transferred, hired or left.
    """
    with warehouse.cursor() as cursor:
        _shadow(cursor, settings, filters)
        source = _Source(cursor, filters)
        pieces, rates, aside = _pieces(source, indicators, filters.channel)
        people = _people(source, {*pieces["agent_id"], *rates["agent_id"]})
        targets = source.ask("targets")
        customers = "customer_due_sq" in pieces and bool(pieces["customer_due_sq"].notna().any())
        dispersion = None if customers else _dispersion(source.ask("month_dispersion"))
        spread = _spread(source.ask("month_spread")) if len(rates) else {}
    if filters.channel is not None:
        people, pieces, targets = _of_channel(people, pieces, targets)
    index = pd.Index(people["agent_id"])
    pieces = pieces[pieces["agent_id"].isin(index)].reset_index(drop=True)
    rates = rates[rates["agent_id"].isin(index)].reset_index(drop=True)
    counted = _Counted(pieces, rates, indicators)
    agent, team = index.get_indexer(pieces["agent_id"]), pieces["team"]
    names = pd.Index(sorted({*team.dropna(), *rates["team"].dropna()}), name="team", dtype=object)
    both = pd.concat([pieces[["agent_id", "team"]], rates[["agent_id", "team"]]])
    members = both.dropna().drop_duplicates()
    sizes = members.groupby("team")["agent_id"].size().reindex(names).to_numpy()
    teams = pd.DataFrame({"team": names, "agents": sizes})
    belongs = pd.MultiIndex.from_frame(members).get_indexer(
        pd.MultiIndex.from_frame(pieces[["agent_id", "team"]])
    )
    kept = rates[counted.rates].assign(row=lambda frame: index.get_indexer(frame["agent_id"]))
    return Measures(
        people,
        counted.sums(agent, len(people)),
        teams,
        counted.sums(names.get_indexer(team), len(teams)),
        members.assign(row=index.get_indexer(members["agent_id"]))[["row", "team"]].reset_index(
            drop=True
        ),
        counted.sums(belongs, len(members)) if len(kept) else NO_SUMS,
        counted.sums(np.zeros(len(pieces), dtype=np.intp), 1),
        kept[["row", "team", "measure", "value"]].rename(columns={"measure": "indicator"}),
        pd.concat([aside, counted.aside()], ignore_index=True)[ASIDE],
        targets,
        dispersion,
        spread,
    )


def _of_channel(
    people: pd.DataFrame, pieces: pd.DataFrame, targets: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """What is left of these for the question of one channel.

    Whoever holds nothing of it is not part of the question. Complaints are the agent's, whatever
    the channel: held against one channel's policies they would lie. So would targets: the median
    agent of the channel stands for them.
    """
    held = pieces.groupby("agent_id")[["held_policies", "excluded_policies"]].sum().sum(axis=1)
    holding = people["agent_id"].map(held).fillna(0).to_numpy() > 0
    of_agents = [name for name in counted_from("complaints") if name in pieces]
    return (
        people[holding].reset_index(drop=True),
        pieces.drop(columns=of_agents),
        targets.iloc[:0],
    )


def _dispersion(told: pd.DataFrame) -> float | None:
    """By how much renewals differ between the months of one agent beyond chance; None for too few
    months to tell."""
    statistic, freedom = (float(told[name].iat[0]) for name in ("statistic", "freedom"))
    return statistic / freedom if freedom >= FEWEST_MONTHS_APART else None


def _spread(told: pd.DataFrame) -> dict[str, MonthSpread]:
    """By measure; what varies too little or over too few months to tell is left out."""
    enough = (
        (told["months"] >= FEWEST_MONTHS)
        & (told["freedom"] >= FEWEST_APART)
        & (told["squares"] > STILL)
    )
    return {
        str(row.measure): MonthSpread(float(np.sqrt(row.squares / row.freedom)), float(row.freedom))
        for row in told[enough].itertuples()
    }


# -- from the warehouse to pieces ------------------------------------------------------------------


class _Source:
    """The questions about one period, asked with one cursor, which may have tables of its own
    before the stored ones."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, filters: Filters) -> None:
        self._cursor = cursor
        last = filters.period.last
        self._known = {"first_month": filters.period.first, "last_month": last, "day": last}

    def ask(self, name: str) -> pd.DataFrame:
        text = statements("questions/questions.sql")[name]
        bound = {name: value for name, value in self._known.items() if f"${name}" in text}
        return answer(self._cursor, name, bound)


def _shadow(cursor: duckdb.DuckDBPyConnection, settings: Settings, filters: Filters) -> None:
    """Temporary tables of the same names stand before the stored ones for this cursor alone."""
    if filters.channel is None and filters.cut is None:
        return
    first, last = filters.period.first, filters.period.last
    if filters.cut is not None:
        run(cursor, "cut_rule", cut=filters.cut)
    rolled = rollup_bound(settings, first, last, filters.channel)
    cursor.execute(f"create temp table agent_month as {question('rollup')}", rolled)
    run(cursor, "shadow_roster", first_month=first, last_month=last)
    if filters.channel is not None:
        for name in ("shadow_facts", "hide_sheets"):
            run(cursor, name)
    cursor.execute(question("roster"), {"first_month": first, "last_month": last})
    if filters.channel is not None:
        run(cursor, "show_sheets")


def _pieces(
    source: _Source, indicators: Sequence[Indicator], channel: str | None
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """The pieces (PLACE and a column a measure), rates without volume, and the scoresheet rows that
    do not count at all.

    A piece is the records of some months of an agent and team, or one scoresheet. Where nothing
    disputes them, months that have the same measures are added up already and have no first and
    last; the pieces of agents with scoresheets are single months.
    """
    records = source.ask("measures").rename(columns={"month": "first"})
    items = _items(source.ask("items").rename(columns={"month": "first"}))
    records = pd.concat([records, items], ignore_index=True) if len(items) else records
    records = records.assign(last=records["first"], sheet=False, load=np.int64(0))
    rows = source.ask("scoresheets")
    ids = {indicator.id for indicator in indicators}
    rows = rows[~rows["measure"].isin(set(offered()) - ids)].reset_index(drop=True)
    why = np.where(~rows["covered"], "period", "")
    if channel is not None:
        of_policies = counted_from("policies")
        bound_up = {
            indicator.id
            for indicator in indicators
            if of_policies & {indicator.numerator, indicator.denominator}
        }
        why = np.where((why == "") & rows["measure"].isin(of_policies | bound_up), "channel", why)
    rows = rows.assign(why=why)
    counted, is_rate = rows["why"] == "", rows["measure"].isin(ids)
    if not counted.any():
        return _without_empty_teams(records), rows[counted].assign(team=None), rows
    roster = source.ask("sheet_roster")
    team = roster.set_index(["agent_id", "month"])["team"]
    sheets = _sheets(rows[counted & ~is_rate], roster)
    pieces = pd.concat([records, sheets], ignore_index=True) if len(sheets) else records
    rates = rows[counted & is_rate]
    ends = pd.MultiIndex.from_frame(rates[["agent_id", "last_month"]])
    rates = rates.assign(team=team.reindex(ends).to_numpy(dtype=object))
    return _without_empty_teams(pieces), _without_empty_teams(rates), rows[~counted]


def _without_empty_teams(frame: pd.DataFrame) -> pd.DataFrame:
    team = frame["team"].astype(object)
    return frame.assign(team=team.where(team.notna(), None))


def _items(items: pd.DataFrame) -> pd.DataFrame:
    """Ratings per item as measures: NAME_points and NAME_count."""
    if items.empty:
        return items
    wide = (
        items.groupby(["agent_id", "team", "first", "item"], dropna=False)[["points", "ratings"]]
        .sum()
        .unstack("item")
    )
    wide.columns = [
        f"{item}_{'points' if part == 'points' else 'count'}" for part, item in wide.columns
    ]
    return wide.reset_index()


def _sheets(rows: pd.DataFrame, roster: pd.DataFrame) -> pd.DataFrame:
    """One piece a scoresheet: its measures, the team at its end, and the targets of its months."""
    if rows.empty:
        return rows
    wide = rows.pivot_table(
        index=SHEET, columns="measure", values="value", aggfunc="sum"
    ).reset_index()
    loads = rows.groupby(SHEET, as_index=False)["load_id"].max()
    wide = wide.merge(loads, on=SHEET).rename(columns={"load_id": "load"}).assign(sheet=True)
    if "due_policies" in wide:
        still_open = wide["open_policies"].fillna(0) if "open_policies" in wide else 0
        given = wide.get("held_policies", np.nan)
        wide["held_policies"] = pd.Series(given, wide.index).fillna(
            wide["due_policies"] + still_open
        )
    by_month = roster.set_index(["agent_id", "month"])
    ends = by_month.reindex(pd.MultiIndex.from_frame(wide[["agent_id", "last_month"]]))
    wide["team"] = ends["team"].to_numpy(dtype=object)
    single = (wide["first_month"] == wide["last_month"]).to_numpy()
    for target, reached in TARGETS.items():
        own = pd.Series(wide.get(target, np.nan), wide.index)
        wide[target] = np.where(single, ends[target].to_numpy(), np.nan)
        wide[target + FILLED] = np.where(single, ends[target + FILLED].to_numpy(), np.nan)
        if not single.all():
            longer = wide[~single]
            goals, stand_in = _of_longer(longer, own[~single], roster, target, reached)
            wide.loc[~single, target], wide.loc[~single, target + FILLED] = goals, stand_in
    return wide.rename(columns={"first_month": "first", "last_month": "last"})


def _of_longer(
    sheets: pd.DataFrame, given: pd.Series, roster: pd.DataFrame, target: str, reached: str
) -> tuple[Floats, Floats]:
    """Targets of scoresheets of several months, own and filled: the sum over their months, as far
    as these count, in the proportion that has closed. Where too few agents have one, in its months
    and on the sheets of the same months, the median result."""
    kind = target.removeprefix("target_")
    goal, filled, basis = f"goal_{kind}", f"goal_{kind}_filled", f"{kind}_basis"
    months = sheets.reset_index(names="piece").merge(
        roster[["agent_id", "month", goal, filled, basis]], on="agent_id"
    )
    months = months[
        (months["month"] >= months["first_month"]) & (months["month"] <= months["last_month"])
    ]
    months = months[months[basis].isin(COUNTING)].groupby("piece")
    counts = pd.Series(sheets.index.isin(list(months.groups)), sheets.index)
    closed = _closed_share(sheets)
    given = given.where(counts)
    own = given.fillna(months[goal].sum(min_count=1).reindex(sheets.index))
    whole = given.fillna(months[goal].agg(lambda of: of.sum(skipna=False)).reindex(sheets.index))
    usual = (
        months[filled].agg(lambda of: of.sum(skipna=False)).reindex(sheets.index)
    )  # missing where a month has too few
    result = (sheets[reached] if reached in sheets else pd.Series(np.nan, sheets.index)).where(
        counts
    )
    span = [sheets["first_month"], sheets["last_month"]]
    judged = result.notna().groupby(span).transform("sum")
    with_one = (whole.notna() & result.notna()).groupby(span).transform("sum")
    few = usual.isna() & (2 * with_one < judged)
    stand_in = given.fillna(usual).fillna(whole).fillna(whole.groupby(span).transform("median"))
    filled_in = (
        (stand_in * closed).where(~few, result.groupby(span).transform("median")).where(counts)
    )
    return (own * closed).to_numpy(dtype=float), filled_in.to_numpy(dtype=float)


def _closed_share(sheets: pd.DataFrame) -> pd.Series:
    """Of the policies of a sheet, the proportion whose window has closed; 1 where it does not
    say."""
    due = sheets.get("due_policies", pd.Series(np.nan, sheets.index))
    still_open = sheets["open_policies"].fillna(0) if "open_policies" in sheets else 0
    return (due / (due + still_open)).where(due + still_open > 0, 1.0)


def _people(source: _Source, named: set[str]) -> pd.DataFrame:
    """One row an agent, by agent_id: who they were in the period, else whoever they ever were."""
    agent_ids = pd.Index(sorted(named), name="agent_id", dtype=object)
    here, anywhere = (
        source.ask(name).set_index("agent_id").reindex(agent_ids)[PEOPLE[1:]]
        for name in ("people", "facts_of")
    )
    people = here.combine_first(anywhere).reindex(agent_ids).reset_index(names="agent_id")[PEOPLE]
    for column in ("name", "team", "branch", "region", "supervisor"):
        people[column] = people[column].astype(object).where(people[column].notna(), None)
    people["name"] = people["name"].where(people["name"].notna(), people["agent_id"])
    return people


# -- from pieces to sums ---------------------------------------------------------------------------


class _Counted:
    """Which pieces count for which indicator and measure, decided once, and their sums by any
    grouping of the pieces."""

    def __init__(
        self, pieces: pd.DataFrame, rates: pd.DataFrame, indicators: Sequence[Indicator]
    ) -> None:
        self._pieces = pieces
        self._measures = [name for name in pieces.columns if name not in PLACE]
        self._values = {
            name: pieces[name].to_numpy(dtype=float, na_value=np.nan) for name in self._measures
        }
        self._aside: list[pd.DataFrame] = []
        self.rates: Flags = np.zeros(len(rates), dtype=bool)
        self._spans = _spans(pieces, rates) if bool(pieces["sheet"].any()) or len(rates) else None
        self._rated = rates
        self._pairs = [self._pair(indicator) for indicator in indicators]
        self._amounts = {name: self._amount(name) for name in self._measures}

    def _pair(self, indicator: Indicator) -> tuple[Floats, Floats]:
        """Numerator and denominator where both are there and count: both from one source."""
        nothing = np.full(len(self._pieces), np.nan)
        above = self._values.get(indicator.numerator, nothing)
        below = self._values.get(denominator_of(indicator), nothing)
        there = ~np.isnan(above) & ~np.isnan(below)
        if indicator.fallback:
            there &= below != 0  # as for the targets of a month
        if self._spans is not None:
            there = self._chosen(there, (below == 0) & (indicator.fallback is None), indicator)
        return np.where(there, above, np.nan), np.where(there, below, np.nan)

    def _chosen(self, there: Flags, of_nothing: Flags, indicator: Indicator) -> Flags:
        assert self._spans is not None
        rows, spans = self._spans
        rated = (self._rated["measure"] == indicator.id).to_numpy()
        counts = there[rows]
        if rated.any():
            # A sheet that gives the counts gives its rate with them.
            ids = self._pieces.iloc[rows[counts]]
            with_counts = pd.MultiIndex.from_frame(
                ids.loc[ids["sheet"], ["agent_id", "first", "last"]]
            )
            rated = rated & ~pd.MultiIndex.from_frame(self._rated[SHEET]).isin(with_counts)
        # Records of nothing (a complaint of an agent who holds no policy) stand back before a sheet
        # that speaks of their months.
        mute = counts & of_nothing[rows] & ~spans.sheet[: len(rows)]
        kept, why = choose(spans, np.concatenate([counts & ~mute, rated]))
        overlaid = overlapping(spans, kept & spans.sheet)[: len(rows)]
        kept[: len(rows)] |= mute & ~overlaid
        why[: len(rows)] = np.where(mute & overlaid, "sheet", why[: len(rows)])
        keep, keep_rate = kept[: len(rows)], kept[len(rows) :]
        # A rate without volume cannot be added to counts of other months.
        counting = self._pieces["agent_id"].to_numpy()[rows[keep]]
        no_volume = keep_rate & self._rated["agent_id"].isin(counting).to_numpy()
        keep_rate &= ~no_volume
        self.rates |= keep_rate
        reasons = np.where(no_volume, "no_volume", why[len(rows) :])
        self._note(self._rated.assign(why=reasons)[rated & ~keep_rate])
        lost = self._pieces.iloc[rows[counts & ~keep]]
        lost = lost.rename(columns={"first": "first_month", "last": "last_month"}).assign(
            why=why[: len(rows)][counts & ~keep]
        )
        for measure in (indicator.numerator, denominator_of(indicator)) if len(lost) else ():
            self._note(lost.assign(measure=measure.removesuffix(FILLED), value=lost[measure]))
        out = there.copy()
        out[rows] = keep
        return out

    def _note(self, lost: pd.DataFrame) -> None:
        if len(lost):
            self._aside.append(lost[ASIDE])

    def aside(self) -> pd.DataFrame:
        """What was set aside for another source: one row an agent, months and measure."""
        if not self._aside:
            return pd.DataFrame(columns=ASIDE)
        return pd.concat(self._aside, ignore_index=True).drop_duplicates([*SHEET, "measure", "why"])

    def _amount(self, measure: str) -> Floats:
        """One measure where it counts; records and sheets as for a pair."""
        values: Floats = self._values[measure]
        if self._spans is None:
            return values
        rows, spans = self._spans
        there = ~np.isnan(values)
        kept, _ = choose(
            spans, np.concatenate([there[rows], np.zeros(len(self._rated), dtype=bool)])
        )
        there[rows] = kept[: len(rows)]
        return np.where(there, values, np.nan)

    def sums(self, group: Rows, size: int) -> Sums:
        """Sums by group (a row number, −1 for none) of `size` groups."""
        numerator, denominator = (
            np.column_stack([_sum(group, size, pair[side]) for pair in self._pairs])
            if self._pairs
            else np.zeros((size, 0))
            for side in (0, 1)
        )
        amounts = pd.DataFrame(
            {name: _sum(group, size, values) for name, values in self._amounts.items()}
        )
        return Sums(numerator, denominator, amounts.reindex(range(size)))


def _spans(pieces: pd.DataFrame, rates: pd.DataFrame) -> tuple[Rows, Spans]:
    """The pieces of agents with scoresheets (their rows), and with the rates behind them as
    spans."""
    rows = np.flatnonzero(pieces["first"].notna().to_numpy())
    part = pieces.iloc[rows]
    given = rates.rename(
        columns={"first_month": "first", "last_month": "last", "load_id": "load"}
    ).assign(sheet=True)
    every = pd.concat(
        [
            part[["agent_id", "first", "last", "sheet", "load"]],
            given[["agent_id", "first", "last", "sheet", "load"]],
        ]
    )
    first, last = (_number(every[name]) for name in ("first", "last"))
    codes = pd.factorize(every["agent_id"])[0].astype(np.int64)
    return rows, Spans(
        codes,
        first,
        last,
        every["sheet"].to_numpy(dtype=bool),
        every["load"].to_numpy(dtype=np.int64),
    )


def _number(month: pd.Series) -> npt.NDArray[np.int64]:
    stamps = pd.to_datetime(month)
    numbers: npt.NDArray[np.int64] = (stamps.dt.year * 12 + stamps.dt.month).to_numpy(
        dtype=np.int64
    )
    return numbers


def _sum(group: Rows, size: int, values: Floats) -> Floats:
    """Sums by group, NaN where a group has nothing."""
    there = ~np.isnan(values) & (group >= 0)
    sums = np.bincount(group[there], values[there], size).astype(np.float64)
    sums[np.bincount(group[there], minlength=size) == 0] = np.nan
    return sums
