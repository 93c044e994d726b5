"""Which months have figures, which of them are closed, and the measures of an agent month by
month."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pandas as pd

from analytics.errors import RequestRefused
from analytics.model import Period
from analytics.warehouse.connection import Warehouse
from analytics.warehouse.measures import months

MEMBERS = 60  # as many others as the question team_members gives


def known_months(warehouse: Warehouse) -> pd.DataFrame:
    """Every month that has figures: month, due_policies, open_policies, agents."""
    return months(warehouse)


def whole_period(warehouse: Warehouse) -> Period:
    """From the first to the last month that has figures; refused when there is none."""
    counted = months(warehouse)
    if counted.empty:
        raise RequestRefused("no_data")
    return Period(counted["month"].iloc[0].date(), counted["month"].iloc[-1].date())


def latest_closed(warehouse: Warehouse) -> Period:
    """The last month whose renewal windows are all closed, else the last month: what a manager
    opens the page for."""
    counted = months(warehouse)
    if counted.empty:
        raise RequestRefused("no_data")
    closed = counted[
        (counted["open_policies"] == 0) & ((counted["due_policies"] > 0) | (counted["agents"] == 0))
    ]
    month = (closed if len(closed) else counted)["month"].iloc[-1].date()
    return Period(month, month)


def earlier_period(months_known: pd.DataFrame, period: Period, with_: str) -> Period | None:
    """The period before ("before") or the same one last year ("year"); None unless policies fell
    due in all its months."""
    earlier = period.before if with_ == "before" else period.year_before
    return earlier if set(earlier.months) <= counted_months(months_known) else None


def counted_months(months_known: pd.DataFrame) -> set[dt.date]:
    """The months of `known_months` in which policies fell due, or that only scoresheets tell of."""
    counted = months_known[(months_known["due_policies"] > 0) | (months_known["agents"] == 0)]
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


def months_of_many(
    warehouse: Warehouse, period: Period
) -> tuple[pd.DataFrame, Callable[[str | None], pd.DataFrame]]:
    """The same for many agents, everybody's months asked for once: every agent's with the team of
    the month, and a team's (the company's for None)."""
    span = {"first_month": period.first, "last_month": period.last}
    return (
        warehouse.ask("monthly", **span),
        lambda team: warehouse.ask("team_by_month", team=team, **span),
    )
