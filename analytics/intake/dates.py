"""In which order a column's dates are written, and what they leave out: decided by the whole
column, said, or asked."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Set
from typing import Protocol

import duckdb

from analytics.errors import RecipeRefused
from analytics.intake.questions import Settling
from analytics.intake.recipe import Recipe
from analytics.language import LANGUAGES, say
from analytics.model import Text, days_of

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
LONG_SPAN = (
    24  # months: a column that spans this much more one way than another is read the other way
)
SHORT = 24  # characters of a cell that may be a date without its year
LEAP_YEAR = 2024  # every day of any year is one of it
FEW_TURNED = 2  # dates of days up to 12 that are hardly chance
PIVOT = 69  # two-digit years from here on are of the last century, as DuckDB reads them
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_PARTS = re.compile(r"(\d{1,2})-(\d{1,2}|[A-Za-z]{3})-(\d{4}|\d{2})")


class Place(Protocol):
    """A column of dates: its field, the name in our tables, the header people wrote."""

    @property
    def name(self) -> str: ...
    @property
    def place(self) -> str: ...
    @property
    def header(self) -> str: ...


def half_width(text: str) -> str:
    """A date's text with narrow digits and signs."""
    return unicodedata.normalize("NFKC", text)


def day_order(
    connection: duckdb.DuckDBPyConnection, place: str, recipe: Recipe, name: str, settling: Settling
) -> str:
    """ymd, dmy or mdy for the cells of a column whose year does not stand first with four
    digits."""
    _turn_back(connection, place, recipe.columns.get(name, name), name, settling)
    if "date_order" in recipe.options:
        return str(recipe.options["date_order"])
    texts = connection.execute(
        f"select date_text(v), min(v) from (select distinct {place} as v from raw "
        f"where {place} is not null and not ({place} like '____-__-__%')) group by 1"
    ).fetchall()
    written = {match: cell for text, cell in texts if (match := _PARTS.fullmatch(text or ""))}
    parts = list(written)
    if not parts:
        return "ymd"
    column, example = (
        recipe.columns.get(name, name),
        written[min(parts, key=lambda match: match[0])],
    )
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
        f"date_order.{name}",
        "date_order",
        ranked,
        ranked[0] if next_one > shortest else None,
        column=column,
        value=example,
        spans=_in_words({order: spans[order] + 1 for order in ranked}),
    )


def _turn_back(
    connection: duckdb.DuckDBPyConnection, place: str, column: str, name: str, settling: Settling
) -> None:
    """Days above 12 left as text beside dates of days up to 12 only: a spreadsheet of another
    country turned these round; asked."""
    parted = _parted(connection, place)
    left = {cell: match for cell, match in parted.items() if match[2].isdigit()}
    orders = [
        order
        for order, part in (("dmy", 1), ("mdy", 2))
        if all(int(match[part]) > 12 for match in left.values())
    ]
    if not left or not orders:
        return
    cells = connection.execute(
        f"select v, date_text(v) from (select distinct {place} as v from raw where "
        f"{place} is not null) order by 1"
    ).fetchall()
    dates = {cell: day for cell, text in cells if (day := _iso(text or ""))}
    if any(day.day > len(MONTHS) for day in dates.values()) or len(dates) < FEW_TURNED:
        return
    order = orders[0]
    others = [_date(match, order) for match in left.values()]
    turned = {cell: day.replace(month=day.day, day=day.month) for cell, day in dates.items()}
    spans = {
        "as_written": _span([*dates.values(), *others]) + 1,
        "turn": _span([*turned.values(), *others]) + 1,
    }
    if spans["turn"] >= spans["as_written"]:
        return
    answer = settling.ask(
        f"dates_turned.{name}",
        "dates_turned",
        ("turn", "as_written"),
        "turn",
        column=column,
        text=min(left),
        value=min(dates),
        turned=f"{turned[min(dates)]}",
        spans=_in_words({"turn": spans["turn"], "as_written": spans["as_written"]}),
    )
    if answer == "turn":
        connection.execute("create or replace table turned (text varchar, day varchar)")
        connection.executemany(
            "insert into turned values ($1, $2)", [(text, f"{day}") for text, day in turned.items()]
        )
        connection.execute(
            f"update raw set {place} = turned.day from turned where turned.text = {place}"
        )


def _parted(connection: duckdb.DuckDBPyConnection, place: str) -> dict[str, re.Match[str]]:
    """The parts of every cell whose year does not stand first with four digits, where it is a
    date."""
    texts = connection.execute(
        f"select v, date_text(v) from (select distinct {place} as v from raw "
        f"where {place} is not null and not ({place} like '____-__-__%')) order by 1"
    ).fetchall()
    return {cell: match for cell, text in texts if (match := _PARTS.fullmatch(text or ""))}


def _iso(text: str) -> dt.date | None:
    match = _ISO.fullmatch(text)
    try:
        return dt.date(*(int(part) for part in match.groups())) if match else None
    except ValueError:
        return None


def _in_words(orders: Mapping[str, int | None]) -> Text:
    """Orders, each with its number of months where it has one, in every language."""
    told = {
        language: {order: say(f"answer.{order}", language) for order in orders}
        for language in LANGUAGES
    }
    return {
        language: ", ".join(
            words[order] if count is None else f"{words[order]}: {count}"
            for order, count in orders.items()
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


_MONTH = re.compile(r"((?:19|20)\d{2})\s*[-/.年]?\s*(1[0-2]|0?[1-9])\s*月?")
_DAY_NUMBER = re.compile(
    r"\d{5}"
)  # a spreadsheet's own number of a day, which before 1956 begins like a year
_NAME = rf"(?P<name>{'|'.join(MONTHS)})[a-z]*\.?"
_DAY = r"(?P<day>3[01]|[12]\d|0?[1-9])"
_ORDINAL = rf"{_DAY}(?:st|nd|rd|th)?"
# A day of a month without a year: 4月1日, 01-Apr, Apr 1st; and two numbers, of which the column
# tells which is the month.
_YEARLESS = (
    re.compile(rf"(?P<month>1[0-2]|0?[1-9])\s*月\s*{_DAY}\s*[日号]?"),
    re.compile(rf"{_ORDINAL}[-\s./]*(?:of\s+)?{_NAME}", re.IGNORECASE),
    re.compile(rf"{_NAME}[-\s./]*{_ORDINAL}", re.IGNORECASE),
)
_NUMBERS = re.compile(r"(\d{1,2})\s*[-/]\s*(\d{1,2})")
Written = tuple[int, int]  # a month and a day, or a year and a month


def refuse_two_years(months: Set[int], column: str) -> None:
    """Months without a year that run over a new year (11, 12, 1) are of two years: one answer would
    be wrong for some."""
    if {1, 12} <= months and months != set(range(min(months), max(months) + 1)):
        raise RecipeRefused("years_differ", column=column)


def years_from(stated: int | None, this: int, back: Iterable[int]) -> list[str]:
    """The years to choose from: the one that the file itself states, then those `back` from this
    one."""
    years = [this - years_back for years_back in back]
    return [str(year) for year in dict.fromkeys((*(() if stated is None else (stated,)), *years))]


def complete(
    connection: duckdb.DuckDBPyConnection, column: Place, recipe: Recipe, settling: Settling
) -> None:
    """Give dates the year or the day that their column leaves out; both are asked."""
    cells = connection.execute(
        f"select {column.place}, count(*) from raw where {column.place} is not null "
        f"and length(trim({column.place})) < $most and not contains({column.place}, ':') "
        f"and not ({column.place} like '____-__-__%') group by 1 order by 1",
        {"most": SHORT},
    ).fetchall()
    texts = {text: half_width(text.strip()) for text, _ in cells}
    counts = dict(cells)
    months = {
        text: _MONTH.fullmatch(plain)
        for text, plain in texts.items()
        if not _DAY_NUMBER.fullmatch(plain)
    }
    dated = {
        "date_year": _without_year(texts, column, recipe, settling),
        "date_month": {
            text: (int(month[1]), int(month[2])) for text, month in months.items() if month
        },
    }
    for key, written in dated.items():
        if not written:
            continue
        choices = ["last_day", "first_day"]
        suggested: str | None = "last_day"
        if key == "date_year":
            choices = years_from(settling.year, dt.date.today().year, (0, 1, 2))
            suggested = str(settling.year) if settling.year else None
            refuse_two_years({month for month, _ in written.values()}, column.header)
        said = settling.ask(
            f"{key}.{column.name}",
            key,
            choices,
            suggested,
            column=column.header,
            value=min(written),
            count=sum(counts[text] for text in written),
        )
        connection.execute("create or replace table dated (text varchar, day varchar)")
        connection.executemany(
            "insert into dated values ($1, $2)",
            [
                (text, _whole(key, moment, said, settling.begins))
                for text, moment in written.items()
            ],
        )
        connection.execute(
            f"update raw set {column.place} = dated.day from dated where dated.text = "
            f"{column.place}"
        )


def _without_year(
    texts: Mapping[str, str], column: Place, recipe: Recipe, settling: Settling
) -> dict[str, Written]:
    """Text → month and day, for what says no more than these."""
    out = {}
    for text, plain in texts.items():
        matched = next(
            (match for pattern in _YEARLESS if (match := pattern.fullmatch(plain))), None
        )
        if matched:
            named = matched.groupdict()
            month = (
                int(named["month"])
                if named.get("month")
                else MONTHS.index(named["name"].lower()) + 1
            )
            out[text] = (month, int(named["day"]))
    pairs = {
        text: (int(two[1]), int(two[2]))
        for text, plain in texts.items()
        if (two := _NUMBERS.fullmatch(plain))
    }
    return out | _in_order(pairs, column, recipe, settling)


def _in_order(
    pairs: Mapping[str, tuple[int, int]], column: Place, recipe: Recipe, settling: Settling
) -> dict[str, Written]:
    """Two numbers as month and day, in the one order in which all of them are days of a year; asked
    where both are."""
    turned = {text: (second, first) for text, (first, second) in pairs.items()}
    fitting = {
        order: read for order, read in (("mdy", pairs), ("dmy", turned)) if _are_days(read.values())
    }
    if not pairs or not fitting:
        return {}
    order = str(recipe.options.get("date_order", ""))
    if order not in fitting:
        order = next(iter(fitting))
    if len(fitting) > 1 and "date_order" not in recipe.options:
        spans = {
            order: len({month for month, _ in read.values()}) for order, read in fitting.items()
        }
        order = settling.ask(
            f"date_order.{column.name}",
            "date_order",
            tuple(fitting),
            None,
            column=column.header,
            value=min(pairs),
            spans=_in_words(spans),
        )
    return dict(fitting[order])


def _are_days(read: Collection[Written]) -> bool:
    """Whether months and days are days of a year; the same number above 12 in all of them may be
    the year itself (26-04)."""
    try:
        days = {dt.date(LEAP_YEAR, *written).day for written in read}
    except ValueError:
        return False
    return len(days) > 1 or not days or max(days) <= len(MONTHS)


def _whole(key: str, written: Written, said: str, begins: int) -> str:
    """The date that two numbers and an answer make: month and day with a year, or year and month
    with a day."""
    if key == "date_year":
        return f"{said}-{written[0]:02d}-{written[1]:02d}"
    month = dt.date(*written, 1)
    first, last = days_of(month, month, begins)
    return f"{first if said == 'first_day' else last}"
