"""In which order a column's dates are written, and what they leave out: decided by the whole column, said, or asked."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Set

import duckdb

from analytics.errors import RecipeRefused
from analytics.intake.questions import Settling
from analytics.intake.recipe import Recipe
from analytics.language import LANGUAGES, say
from analytics.model import Text, days_of

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
LONG_SPAN = 24  # months: a column that spans this much more one way than another is read the other way
PIVOT = 69  # two-digit years from here on are of the last century, as DuckDB reads them
_PARTS = re.compile(r"(\d{1,2})-(\d{1,2}|[A-Za-z]{3})-(\d{4}|\d{2})")


def day_order(connection: duckdb.DuckDBPyConnection, place: str, recipe: Recipe, name: str, settling: Settling) -> str:
    """ymd, dmy or mdy for the cells of a column whose year does not stand first with four digits."""
    if "date_order" in recipe.options:
        return str(recipe.options["date_order"])
    texts = connection.execute(
        f"select date_text(v), min(v) from (select distinct {place} as v from raw "
        f"where {place} is not null and not ({place} like '____-__-__%')) group by 1"
    ).fetchall()
    written = {match: cell for text, cell in texts if text and (match := _PARTS.fullmatch(text))}
    parts = list(written)
    if not parts:
        return "ymd"
    column, example = recipe.columns.get(name, name), written[min(parts, key=lambda match: match[0])]
    read = {order: [_date(match, order) for match in parts] for order in ("dmy", "mdy", "ymd")}
    counts = {order: sum(day is not None for day in days) for order, days in read.items()}
    spans = {order: _span(read[order]) for order in read if counts[order] == max(counts.values())}
    ranked = sorted(spans, key=lambda order: spans[order])
    if len(ranked) == 1 or not max(counts.values()):
        return ranked[0]
    shortest, next_one = spans[ranked[0]], spans[ranked[1]]
    if shortest <= LONG_SPAN and next_one - shortest >= LONG_SPAN:
        settling.say("date_order", column=column, value=example, order=_in_words({ranked[0]: None}))
        return ranked[0]
    return settling.ask(
        f"date_order.{name}", "date_order", ranked, ranked[0] if next_one > shortest else None,
        column=column, value=example, spans=_in_words({order: spans[order] + 1 for order in ranked}),
    )  # fmt: skip


def _in_words(orders: Mapping[str, int | None]) -> Text:
    """Orders, each with its number of months where it has one, in every language."""
    told = {language: {order: say(f"answer.{order}", language) for order in orders} for language in LANGUAGES}
    return {
        language: ", ".join(
            words[order] if count is None else f"{words[order]}: {count}" for order, count in orders.items()
        )
        for language, words in told.items()
    }


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


_YEARLESS = r"(1[0-2]|0?[1-9])\s*月\s*(3[01]|[12]\d|0?[1-9])\s*日?"
_MONTH = r"((?:19|20)\d{2})\s*[-/.年]?\s*(1[0-2]|0?[1-9])\s*月?"
_DAY_NUMBER = r"\d{5}"  # a spreadsheet's own number of a day, which before 1956 begins like a year


def refuse_two_years(months: Set[int], column: str) -> None:
    """Months without a year that run over a new year (11, 12, 1) are of two years: one answer would be wrong for some."""
    if {1, 12} <= months and months != set(range(min(months), max(months) + 1)):
        raise RecipeRefused("years_differ", column=column)


def complete(connection: duckdb.DuckDBPyConnection, place: str, name: str, header: str, settling: Settling) -> None:
    """Give dates the year or the day that their column leaves out; both are asked."""
    short = f"regexp_full_match(trim({place}), $pattern) and not regexp_full_match(trim({place}), $number)"
    for pattern, key in ((_YEARLESS, "date_year"), (_MONTH, "date_month")):
        count, example = connection.execute(
            f"select count(*), min({place}) from raw where {short}",
            {"pattern": pattern, "number": _DAY_NUMBER},
        ).fetchall()[0]
        if not count:
            continue
        if key == "date_year":
            found_months = connection.execute(
                f"select distinct regexp_extract(trim({place}), $pattern, 1)::int from raw where {short}",
                {"pattern": pattern, "number": _DAY_NUMBER},
            ).fetchall()
            refuse_two_years({month for (month,) in found_months}, header)
        years = [str(dt.date.today().year - back) for back in (0, 1, 2)]
        choices = years if key == "date_year" else ["last_day", "first_day"]
        suggested = None if key == "date_year" else "last_day"
        said = settling.ask(f"{key}.{name}", key, choices, suggested, column=header, value=example, count=count)
        parts = f"regexp_extract(trim({place}), $pattern, 1)::int", f"regexp_extract(trim({place}), $pattern, 2)::int"
        bound: dict[str, object] = {"pattern": pattern, "number": _DAY_NUMBER}
        written = connection.execute(f"select distinct {', '.join(parts)} from raw where {short}", bound).fetchall()
        dates = {one: _whole(key, one, said, settling.begins) for one in written}
        connection.execute("create or replace table dated (first integer, second integer, day varchar)")
        connection.executemany("insert into dated values ($1, $2, $3)", [(*one, day) for one, day in dates.items()])
        connection.execute(
            f"update raw set {place} = (select day from dated where first = {parts[0]} and second = {parts[1]}) "
            f"where {short}",
            bound,
        )


def _whole(key: str, written: tuple[int, int], said: str, begins: int) -> str:
    """The date that two numbers and an answer make: month and day with a year, or year and month with a day."""
    if key == "date_year":
        return f"{said}-{written[0]:02d}-{written[1]:02d}"
    month = dt.date(*written, 1)
    first, last = days_of(month, month, begins)
    return f"{first if said == 'first_day' else last}"
