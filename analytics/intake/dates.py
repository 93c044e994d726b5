"""In which order a column's dates are written: decided by the whole column, said, or asked."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable

import duckdb

from analytics.intake.questions import Settling
from analytics.intake.recipe import Recipe

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
LONG_SPAN = 24  # months: a column that spans this much more one way than another is read the other way
PIVOT = 69  # two-digit years from here on are of the last century, as DuckDB reads them
_PARTS = re.compile(r"(\d{1,2})-(\d{1,2}|[A-Za-z]{3})-(\d{4}|\d{2})")


def day_order(connection: duckdb.DuckDBPyConnection, place: str, recipe: Recipe, name: str, settling: Settling) -> str:
    """ymd, dmy or mdy for the cells of a column whose year does not stand first with four digits."""
    if "date_order" in recipe.options:
        return str(recipe.options["date_order"])
    texts = connection.execute(
        f"select distinct date_text(v) from (select distinct {place} as v from raw "
        f"where {place} is not null and not ({place} like '____-__-__%'))"
    ).fetchall()
    parts = [match for (text,) in texts if text and (match := _PARTS.fullmatch(text))]
    if not parts:
        return "ymd"
    column, example = recipe.columns.get(name, name), min(match[0] for match in parts)
    read = {order: [_date(match, order) for match in parts] for order in ("dmy", "mdy", "ymd")}
    counts = {order: sum(day is not None for day in days) for order, days in read.items()}
    spans = {order: _span(read[order]) for order in read if counts[order] == max(counts.values())}
    ranked = sorted(spans, key=lambda order: spans[order])
    if len(ranked) == 1 or not max(counts.values()):
        return ranked[0]
    shortest, next_one = spans[ranked[0]], spans[ranked[1]]
    if shortest <= LONG_SPAN and next_one - shortest >= LONG_SPAN:
        settling.say("date_order", column=column, value=example, order=ranked[0])
        return ranked[0]
    return settling.ask(
        f"date_order.{name}", "date_order", ranked, ranked[0] if next_one > shortest else None,
        column=column, value=example, spans=", ".join(f"{order}: {spans[order] + 1}" for order in ranked),
    )  # fmt: skip


def _span(days: Iterable[dt.date | None]) -> int:
    """How many months lie between the first and the last date."""
    months = [day.year * 12 + day.month for day in days if day is not None]
    return max(months, default=0) - min(months, default=0)


def _date(match: re.Match[str], order: str) -> dt.date | None:
    first, second, third = match.groups()
    named = not second.isdigit()
    if named and (order == "mdy" or second.lower() not in MONTHS):
        return None
    if order == "ymd" and len(third) == 4:
        return None
    middle = MONTHS.index(second.lower()) + 1 if named else int(second)
    year, month, day = {
        "ymd": (int(first), middle, int(third)),
        "dmy": (int(third), middle, int(first)),
        "mdy": (int(third), int(first), middle),
    }[order]
    if year < 100:
        year += 1900 if year >= PIVOT else 2000
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None
