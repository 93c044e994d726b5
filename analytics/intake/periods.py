"""The months of a file's rows: from a period cell, a title, or days; weeks of a month add up, what is no whole month is refused."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import duckdb

from analytics.intake.container import Sheet
from analytics.intake.dates import refuse_two_years
from analytics.intake.months import ENGLISH, span
from analytics.intake.questions import Settling
from analytics.intake.recipe import Recipe
from analytics.model import add_months, parse_month

EXAMPLES = 3
_DAY = r"((?:19|20)\d{2})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?"
_DAYS = re.compile(rf"{_DAY}\s*(?:~|～|至|到|…|—|–|to|-)\s*{_DAY}")
_POINT = re.compile(r"(?:19|20)\d{2}\.1")
_PERIOD = re.compile(
    r"(?<!\d)(?:19|20)\d{2}\s*(?:年度?\s*|[-_./]\s*)?(?:第?[一二三四1-4]季度?|Q[1-4]|[上下]半年|H[12]|(?:1[0-2]|0?[1-9])\s*月份?|(?<=[-_./])(?:1[0-2]|0[1-9])(?!\d))"
    r"(?!\s*[-/.月]?\s*\d{1,2}\s*日?)",
    re.IGNORECASE,
)
# A quarter, half or month that names no year; and one whose year has two digits, as spreadsheets show months.
_YEARLESS = re.compile(
    r"第?[一二三四1-4]季度?|Q[1-4]|[上下]半年|H[12]|(?:1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])\s*月份?",
    re.IGNORECASE,
)
_SHORT = re.compile(
    rf"(?P<named>{'|'.join(ENGLISH)})[a-z]*[-\s'’]+(?P<later>\d{{2}})|(?P<early>\d{{2}})[-\s](?P<name>{'|'.join(ENGLISH)})[a-z]*"
    r"|(?!(?:19|20)\d\d(?:0[1-9]|1[0-2])$)(?P<six>\d{2})(?P<month>0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
    r"|(?P<year>\d{2})\s*(?:年\s*|[-/]?\s*(?=[QH]))(?P<rest>[^\d\s].*|\d{1,2}\s*月份?)",
    re.IGNORECASE,
)
Months = tuple[dt.date | None, dt.date | None]


@dataclass(frozen=True)
class Days:
    """A period given by its first and last day."""

    first: dt.date
    last: dt.date

    @property
    def begins(self) -> int | None:
        """The day of the month on which the months of this period begin; None where it is no whole month."""
        return self.first.day if (self.last + dt.timedelta(1)).day == self.first.day else None

    @property
    def months(self) -> Months:
        """The months it counts for, named by the month in which each ends; of a part of one month, that month."""
        if self.begins is None:
            inside = (self.first.year, self.first.month) == (self.last.year, self.last.month)
            return (self.first.replace(day=1), self.last.replace(day=1)) if inside else (None, None)
        first = self.first.replace(day=1)
        return (first if self.begins == 1 else add_months(first, 1)), self.last.replace(day=1)


def months_of(texts: Iterable[str], recipe: Recipe, settling: Settling, column: str) -> tuple[dict[str, Months], bool]:
    """Text → first and last month, and whether some are parts of a month, whose figures add up."""
    texts = list(texts)
    year = recipe.options.get("year") or _year_of(
        [text for text in texts if _YEARLESS.fullmatch(text.strip())], column, settling
    )
    full = {first.year for text in texts if not _SHORT.fullmatch(text.strip()) and (first := span(text)[0])}
    out: dict[str, Months] = {}
    ranges: dict[str, Days] = {}
    for text in texts:
        days = _days(text)
        if days is not None:
            ranges[text] = days
        elif _POINT.fullmatch(text.strip()):
            answer = settling.ask("month_point", "month_point", ("january", "october"), None, column=column, value=text)
            out[text] = span(f"{text.strip()[:4]}-{'01' if answer == 'january' else '10'}")
        elif _SHORT.fullmatch(text.strip()):
            out[text] = _short(text.strip(), column, full, settling)
        else:
            out[text] = span(text, year)
    begins = {days.begins for days in ranges.values()}
    if (
        len(begins - {None}) > 1
    ):  # weeks of 5 April to 4 May beside those of 6 April to 5 May are no months of a company
        ranges_of_months: Mapping[str, Months] = dict.fromkeys(ranges, (None, None))
    else:
        ranges_of_months = {text: days.months for text, days in ranges.items()}
    day = next(iter(begins - {None, 1}), None)
    if day is not None and None not in begins:
        settling.say("company_months", column=column, first=day, last=day - 1)
    parts = [days for text, days in ranges.items() if days.begins is None and ranges_of_months[text][0]]
    if parts:
        settling.say(
            "weeks_added", column=column, first=f"{min(one.first for one in parts)}", last=f"{max(one.last for one in parts)}"
        )  # fmt: skip
    return out | dict(ranges_of_months), bool(parts)


def _year_of(texts: Sequence[str], column: str, settling: Settling) -> int | None:
    """The year of periods that name none: asked, the last in which none of them is still to come first."""
    if not texts:
        return None
    today = dt.date.today()
    months = [span(text, today.year)[0] for text in texts]
    refuse_two_years({month.month for month in months if month}, column)
    spans = [span(text, today.year) for text in texts]
    coming = any(first is not None and first > today for first, _ in spans)
    years = [str(today.year - back) for back in ((1, 0, 2) if coming else (0, 1, 2))]
    value = ", ".join(sorted(texts)[:EXAMPLES])
    return int(settling.ask("period_year", "period_year", years, years[0], column=column, value=value))


def _short(text: str, column: str, years: Collection[int], settling: Settling) -> Months:
    """A period whose year has two digits (Apr-26, 26Q2, 260401): asked, as a day of the month looks the same, unless the
    column names that year in full elsewhere (`years`).
    """
    found = _SHORT.fullmatch(text)
    assert found is not None
    year = 2000 + int(found["later"] or found["early"] or found["six"] or found["year"])
    if found["month"]:
        written = f"{year}-{found['month']}"
    elif named := found["named"] or found["name"]:
        written = f"{year} {named}"
    else:
        written = f"{year}年{found['rest']}" if "月" in found["rest"] else f"{year}{found['rest']}"
    months = span(written)
    if months[0] is None or year in years:
        return months
    said = settling.ask("period_short", "period_short", ("yes", "no"), "yes", column=column, value=text, year=year)
    return months if said == "yes" else (None, None)


def stated_period(found: Sequence[Sheet], file: str, settling: Settling) -> tuple[dt.date, dt.date] | None:
    """The period that a title row, a sheet's name or the file's name states, confirmed by the recipe; None where none does."""
    places = [
        *(("period_title", cell) for sheet in found for row in sheet.grid[: sheet.header_row - 1] for cell in row),
        *(("period_sheet", sheet.name) for sheet in found),
        ("period_file", file),
    ]
    stated: dict[str, tuple[str, str]] = {}
    for where, text in places:
        for match in _PERIOD.finditer(text):
            first, last = span(re.sub(r"[_.]", "-", match[0]))
            if first and last:
                key = f"{first:%Y-%m}" if first == last else f"{first:%Y-%m}~{last:%Y-%m}"
                stated.setdefault(key, (where, match[0]))
    if not stated:
        return None
    where, text = next(iter(stated.values()))
    answer = settling.ask("period", where, tuple(stated), next(iter(stated)), value=text)
    ends = answer.split("~")
    return parse_month(ends[0]), parse_month(ends[-1])


def put_months(connection: duckdb.DuckDBPyConnection, spans: Mapping[str, Months]) -> None:
    """`spans`: text, first_month, last_month."""
    connection.execute("create or replace table spans (text varchar, first_month date, last_month date)")
    if spans:
        rows = [(text, *months) for text, months in spans.items()]
        connection.executemany("insert into spans values ($1, $2, $3)", rows)


def _days(text: str) -> Days | None:
    match = _DAYS.fullmatch(text.strip())
    if match is None:
        return None
    numbers = [int(part) for part in match.groups()]
    try:
        first, last = dt.date(*numbers[:3]), dt.date(*numbers[3:])
    except ValueError:
        return None
    return Days(first, last) if first <= last else None
