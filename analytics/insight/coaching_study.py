"""Which months tell what went with coaching, who counts as coached from when, and what was counted
of each agent in them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.evaluation.standards import Floats
from analytics.model import Period, add_months

QUARTER = 3  # months of a period before, unless the one after is longer or figures are short
PERIODS = 4  # before the first talk, at most: three say what to expect, the earliest is the placebo
MIDDLE = 15  # a talk up to this day leaves most of its month after it
AFTER = "after"

Reason = Literal[
    "", "nobody", "no_after", "no_history", "few", "overlap", "placebo_unknown", "placebo", "chance"
]
Mask = npt.NDArray[np.bool_]
Counts = Callable[[Period], pd.DataFrame]  # one row an agent (index agent_id): renewed, due, team


@dataclass(frozen=True)
class Study:
    """reason: why the months do not allow a comparison, "" where they do; since: the month from
    which talks are looked at; after: the chosen period as far as it lies after the first talk;
    before: periods that end before the month of the first talk, the latest first; starts: by
    coached agent, the month of their first talk and the first month that counts after it; others:
    who had a talk before `since`, or nobody knows when: neither coached nor peers."""

    reason: Reason
    since: dt.date | None = None
    after: Period | None = None
    before: tuple[Period, ...] = ()
    starts: Mapping[str, tuple[dt.date, dt.date]] = field(default_factory=dict)
    others: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Counted:
    """agents; renewed and due before (agents × periods, the latest first) and after; who was
    coached.

    teams: codes; level: everybody's rate in the months of each cell before (the same in a column,
    unless somebody's months differ); shift: what brings an agent's rate after to everybody's
    months.
    """

    agents: pd.Index
    renewed_before: Floats
    due_before: Floats
    renewed_after: Floats
    due_after: Floats
    coached: Mask
    teams: npt.NDArray[np.intp]
    level: Floats
    shift: Floats


def study(
    chosen: Period,
    talks: Mapping[str, dt.date | None],
    months: Collection[dt.date],
    since: dt.date | None = None,
) -> Study:
    """Lay out the months for the agents coached up to the end of a chosen period.

    talks: the first talk held with each agent (None: nobody knows when); months: those with
    figures. Without `since`, from the first month of talks that has half a year of figures before
    it; else two months; else the first.
    """
    dated_talks = {agent: day for agent, day in talks.items() if day is not None}
    dated = {agent: day for agent, day in dated_talks.items() if _month(day) <= chosen.last}
    if since is None:
        since = _first_round(rounds(talks, chosen.last), months)
    fresh: dict[str, dt.date] = {}
    if since is not None:
        fresh = {agent: day for agent, day in dated.items() if _month(day) >= since}
    others = frozenset((talks.keys() - dated_talks.keys()) | (dated.keys() - fresh.keys()))
    if not fresh:
        return Study("nobody", since, others=others)
    first = min(fresh.values())
    opening = max(chosen.first, _counts_from(first))
    starts = {agent: (_month(day), max(opening, _counts_from(day))) for agent, day in fresh.items()}
    if opening > chosen.last:
        return Study("no_after", since, starts=starts, others=others)
    after = Period(opening, chosen.last)
    before = _periods_before(_month(first), after.length, _history(_month(first), months))
    return Study("" if len(before) > 1 else "no_history", since, after, before, starts, others)


def rounds(talks: Mapping[str, dt.date | None], last: dt.date) -> list[dt.date]:
    """The months up to `last` in which agents had their first talk."""
    months = {_month(day) for day in talks.values() if day is not None}
    return sorted(month for month in months if month <= last)


def gather(plan: Study, after: Period, counts: Counts) -> Counted:
    """What was counted of everybody who held policies in the baseline and after.

    Of an agent coached later than the first, the periods before end before their own talk and only
    the months after it count: else the months in between, which may have picked them, would be
    nobody's. Both are then held against the peers' rate in just these months.
    """
    windows, whole = [counts(period) for period in plan.before], counts(after)
    people = whole.index.intersection(windows[0].index).difference(
        pd.Index(sorted(plan.others), dtype=object)
    )
    too_late = [agent for agent, (_, start) in plan.starts.items() if start > after.last]
    people = people.difference(pd.Index(too_late, dtype=object))
    coached = np.asarray(people.isin(list(plan.starts)), dtype=bool)
    peers = people[~coached]
    cells = [_cells(frame, people) for frame in (*windows, whole)]
    level = np.tile([_pooled(frame, people) for frame in windows], (len(people), 1))
    shift = np.zeros(len(people))
    first = min(month for month, _ in plan.starts.values())
    where = {agent: row for row, agent in enumerate(people)}
    for (month, start), rows in _cohorts(plan, where).items():
        own = people[rows]
        if start > after.first:
            later = counts(Period(start, after.last))
            cells[-1][rows] = _cells(later, own)
            shift[rows] = _pooled(whole, peers) - _pooled(later, peers)
        if month > first:
            for place, period in enumerate(plan.before):
                moved = counts(period.shifted(Period(first, month).length - 1))
                cells[place][rows] = _cells(moved, own)
                level[rows, place] += _pooled(moved, peers) - _pooled(windows[place], peers)
    before = np.stack(cells[:-1], axis=1)
    team = windows[0]["team"].reindex(people).astype(object)
    codes = pd.factorize(team.where(team.notna(), "—").astype(str))[0]
    return Counted(
        people,
        before[:, :, 0],
        before[:, :, 1],
        cells[-1][:, 0],
        cells[-1][:, 1],
        coached,
        codes,
        level,
        shift,
    )


def _first_round(months_of_talks: list[dt.date], months: Collection[dt.date]) -> dt.date | None:
    for least in (2 * QUARTER, 2, 0):
        for month in months_of_talks:
            if _history(month, months) >= least:
                return month
    return None


def _cohorts(plan: Study, where: Mapping[str, int]) -> dict[tuple[dt.date, dt.date], list[int]]:
    """The rows of the coached by month of their talk and first month that counts."""
    rows: dict[tuple[dt.date, dt.date], list[int]] = {}
    for agent, months in plan.starts.items():
        if agent in where:
            rows.setdefault(months, []).append(where[agent])
    return rows


def _cells(frame: pd.DataFrame, people: pd.Index) -> Floats:
    out: Floats = (
        frame[["renewed", "due"]].reindex(people).fillna(0.0).to_numpy(dtype=float, copy=True)
    )
    return out


def _pooled(frame: pd.DataFrame, people: pd.Index) -> float:
    """A group's rate as a whole, since rates are never averaged; 0 of nobody."""
    renewed, due = _cells(frame, people).sum(axis=0)
    return float(renewed / due) if due > 0 else 0.0


def _month(day: dt.date) -> dt.date:
    return day.replace(day=1)


def _counts_from(day: dt.date) -> dt.date:
    """The first month of which most lies after a talk."""
    return _month(day) if day.day <= MIDDLE else add_months(_month(day), 1)


def _history(month: dt.date, months: Collection[dt.date]) -> int:
    """How many months with figures lie before a month without a gap."""
    there, length = set(months), 0
    while add_months(month, -length - 1) in there:
        length += 1
    return length


def _periods_before(month: dt.date, wanted: int, available: int) -> tuple[Period, ...]:
    """Periods of equal length that end before a month: of a quarter, or as long as the period after
    where three such fit; shorter where not even two quarters do."""
    length = max(wanted, QUARTER)
    if available < 3 * length:
        length = max(QUARTER, available // 3) if available >= 2 * QUARTER else available // 2
    if length < 1:
        return ()
    return tuple(
        Period(add_months(month, -length * (step + 1)), add_months(month, -length * step - 1))
        for step in range(min(PERIODS, available // length))
    )
