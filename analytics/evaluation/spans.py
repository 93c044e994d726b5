"""The periods that can be chosen: months, quarters, half-years and years that are whole, the year
so far, and the last months."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from analytics.model import Period, add_months, parse_month

LAST = (3, 6, 12)  # months back from the latest closed one, that one included
WHOLE = {"quarter": 3, "half": 6, "year": 12}


@dataclass(frozen=True)
class Span:
    """A period that can be chosen, by what it is called: last, to_date, month, quarter, half, year,
    all or run."""

    id: str
    kind: str
    period: Period


def span_id(period: Period) -> str:
    """The id of any run of months, which stays what it is when new months come: 2026-05, or
    2026-03~2026-05."""
    first, last = (f"{month:%Y-%m}" for month in (period.first, period.last))
    return first if first == last else f"{first}~{last}"


@lru_cache(maxsize=16)
def spans(months: tuple[dt.date, ...], latest: dt.date) -> tuple[Span, ...]:
    """What can be chosen of these months, in order: what ends with the `latest` closed month, every
    month (the newest first), what is whole by the calendar, everything. A span that needs a month
    without figures is left out, and one that says the same as another."""
    on_record = set(months)
    made = [("last", Period(add_months(latest, 1 - count), latest)) for count in LAST if count > 1]
    made.append(("to_date", Period(dt.date(latest.year, 1, 1), latest)))
    made += [("month", Period(month, month)) for month in reversed(months)]
    made += [
        (kind, Period(month, add_months(month, length - 1)))
        for kind, length in WHOLE.items()
        for month in reversed(months)
        if (month.month - 1) % length == 0
    ]
    if len(months) > 1:
        made.append(("all", Period(months[0], months[-1])))
    out: dict[Period, Span] = {}
    for kind, period in made:
        single = kind in ("to_date", "last") and period.length == 1
        if not single and (kind == "all" or set(period.months) <= on_record):
            out.setdefault(period, Span(_id_of(kind, period), kind, period))
    return tuple(out.values())


def _id_of(kind: str, period: Period) -> str:
    match kind:
        case "quarter":
            return f"{period.first.year}Q{period.first.month // 3 + 1}"
        case "half":
            return f"{period.first.year}H{period.first.month // 6 + 1}"
        case "year":
            return str(period.first.year)
        case "all":
            return kind
        case _:
            return span_id(period)


def run_of(months: Sequence[dt.date], told: str) -> Span | None:
    """The months that an id names (2026-03~2026-05, 2026Q1, 2026H1, 2026); None unless they begin
    and end with months that have figures. Refuses what names no months."""
    period = _by_calendar(told) or _from_to(told)
    if period is None or not {period.first, period.last} <= set(months):
        return None
    return Span(told, "run", period)


def _by_calendar(told: str) -> Period | None:
    parts = re.fullmatch(r"(2\d{3})(?:(Q)([1-4])|(H)([12]))?", told)
    if parts is None:
        return None
    kind = {"Q": "quarter", "H": "half"}.get(parts[2] or parts[4] or "", "year")
    length = WHOLE[kind]
    place = int(parts[3] or parts[5] or 1)
    first = dt.date(int(parts[1]), (place - 1) * length + 1, 1)
    return Period(first, add_months(first, length - 1))


def _from_to(told: str) -> Period | None:
    begin, _, end = told.partition("~")
    first, last = parse_month(begin), parse_month(end or begin)
    return Period(first, last) if first <= last else None
