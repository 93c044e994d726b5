"""What a file would show once it is loaded, worked out in a warehouse of its own that is thrown
away."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from analytics.beside import sums_of
from analytics.intake.understood import Foretold, MonthRate
from analytics.model import Followed, add_months
from analytics.warehouse import records
from analytics.warehouse.connection import Warehouse, statements

KINDS = ("policies", "scoresheet")  # that tell a renewal rate


def foretold(
    stored: Warehouse, load: records.Load, wanted: Followed, words: Mapping[str, Any]
) -> Foretold:
    """The people and months of a load and the rate of its last month, by the rules in force;
    beside it the month before, of the file or of what is `stored`."""
    alone = Warehouse(None)
    try:
        with alone.write() as cursor:
            records.follow(cursor, replace(wanted, corrections=()))
            records.store(cursor, replace(load, load_id=1), wanted.settings, words)
        agents = int(alone.ask("load_shape", load_id=1)["agents"].iloc[0])
        months = tuple(str(month) for month in alone.ask("months_of_load", load_id=1)["month"])
        if load.kind not in KINDS:
            return Foretold(agents, months)
        with alone.cursor() as cursor:
            spans = cursor.execute(statements("statements.sql")[f"foretold_{load.kind}"]).df()
        if spans.empty:
            return Foretold(agents, months)
        last = spans.iloc[-1]
        still_open = int(last["open"])
        first_month, last_month = (last[name].date() for name in ("first_month", "last_month"))
        before = None
        # A month that is still running is compared with nothing, and a quarter with no month.
        if first_month == last_month and not still_open:
            before = _month_before(last_month, (alone, stored), load.kind)
        return Foretold(
            agents,
            months,
            _rate(f"{first_month:%Y-%m}", f"{last_month:%Y-%m}", last),
            before,
            still_open,
        )
    finally:
        alone.close()


def _month_before(month: dt.date, told: tuple[Warehouse, ...], kind: str) -> MonthRate | None:
    """The rate of the month before, of the first that has it; None where nobody does."""
    earlier = add_months(month, -1)
    kinds = (kind, *(other for other in KINDS if other != kind))
    for warehouse in told:
        for each in kinds:
            sums = sums_of(warehouse, each)
            if pd.Timestamp(earlier) in sums.index:
                name = f"{earlier:%Y-%m}"
                if (rate := _rate(name, name, sums.loc[pd.Timestamp(earlier)])) is not None:
                    return rate
    return None


def _rate(first: str, last: str, row: pd.Series) -> MonthRate | None:
    if not row["due"] > 0:
        return None
    return MonthRate(first, last, float(row["renewed"] / row["due"]), float(row["due"]))
