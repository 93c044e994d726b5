"""The months of a file's rows: from a period cell, a title, or days; weeks of a month add up, what
is no whole month is refused."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import duckdb

from analytics.errors import RecipeRefused
from analytics.intake.container import Sheet
from analytics.intake.dates import refuse_two_years, years_from
from analytics.intake.formats import EXAMPLES
from analytics.intake.months import ENGLISH, span
from analytics.intake.questions import Settling
from analytics.intake.recipe import Recipe
from analytics.intake.understood import Stated
from analytics.model import days_of, month_of, parse_month

MONTHS, MOST = 12, 28  # of a year; the latest day on which months may begin
DIGITS = str.maketrans("０１２３４５６７８９．／－", "0123456789./-")
_YEAR = r"(?:19|20)\d{2}"
_TO = r"\s*(?:~|～|至|到|…|—+|–|to|-)\s*"
_MONTH_DAY = r"(?P<{0}month>\d{{1,2}})\s*[-/.月]\s*(?P<{0}day>\d{{1,2}})(?!\d)\s*日?"
_COMPACT = r"(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])"
# A first and a last day: both with a year, the first alone (2026.4.26-5.2), or none (4.26-5.2,
# 4月26日-5月2日).
_DAYS = re.compile(
    rf"(?<!\d)(?:(?P<year>{_YEAR})\s*[-/.年]\s*)?{_MONTH_DAY.format('')}{_TO}"
    rf"(?:(?P<last_year>{_YEAR})\s*[-/.年]\s*)?{_MONTH_DAY.format('last_')}"
)
_COMPACT_DAYS = re.compile(rf"({_YEAR})?{_COMPACT}{_TO}({_YEAR})?{_COMPACT}")
_ONE_DAY = re.compile(
    rf"({_YEAR})(?:\s*[-/.年]\s*(\d{{1,2}})\s*[-/.月]\s*(\d{{1,2}})\s*日?|"
    rf"(\d\d)(\d\d))(?:[T ]\d.*)?"
)
_ONE_YEAR = re.compile(r"(?<!\d)(20\d{2})(?=(?:(?:0[1-9]|1[0-2])(?:\d{2})?)?(?!\d))")
_POINT = re.compile(r"(?:19|20)\d{2}\.1")
_PERIOD = re.compile(
    r"(?<!\d)(?:19|20)\d{2}\s*(?:年度?\s*|[-_./]\s*)?(?:第?[一二三四1-4]季度?|Q[1-4]|"
    r"[上下]半年|H[12]|(?:1[0-2]|0?[1-9])\s*月份?|(?<=[-_./])(?:1[0-2]|0[1-9])(?!\d))"
    r"(?!\s*[-/.月]?\s*\d{1,2}\s*日?)",
    re.IGNORECASE,
)
# A quarter, half or month that names no year; and one whose year has two digits, as spreadsheets
# show months.
_YEARLESS = re.compile(
    r"第?[一二三四1-4]季度?|Q[1-4]|[上下]半年|H[12]|(?:1[0-2]|0?[1-9]|十[一二]?|"
    r"[一二三四五六七八九])\s*月份?",
    re.IGNORECASE,
)
_SHORT = re.compile(
    rf"(?P<named>{'|'.join(ENGLISH)})[a-z]*[-\s'’]+(?P<later>\d{{2}})|"
    rf"(?P<early>\d{{2}})[-\s](?P<name>{'|'.join(ENGLISH)})[a-z]*"
    r"|(?!(?:19|20)\d\d(?:0[1-9]|1[0-2])$)(?P<six>\d{2})(?P<month>0[1-9]|1[0-2])(?:0[1-9]|"
    r"[12]\d|3[01])"
    r"|(?P<year>\d{2})\s*(?:年\s*|[-/]?\s*(?=[QH]))(?P<rest>[^\d\s].*|\d{1,2}\s*月份?)",
    re.IGNORECASE,
)
_AS_OF = re.compile(
    rf"(?:截至|截止[到至]?|截止日期?|统计日期?|as\s+of|as\s+at|up\s+to)\s*[:：]?\s*"
    rf"({_YEAR})\s*[-/.年]?\s*(\d{{1,2}})\s*[-/.月]?\s*(\d{{1,2}})(?!\d)\s*日?",
    re.IGNORECASE,
)
_NAMED_DAY = re.compile(
    rf"(?<!\d)({_YEAR})[-_.年]?(0[1-9]|1[0-2])[-_.月]?(0[1-9]|[12]\d|3[01])(?!\d)日?"
)
Months = tuple[dt.date | None, dt.date | None]


@dataclass(frozen=True, order=True)
class Days:
    """A period given by its first and last day."""

    first: dt.date
    last: dt.date

    @property
    def begins(self) -> int | None:
        """The day of the month on which the months of this period begin; None where it is no whole
        month."""
        return self.first.day if (self.last + dt.timedelta(1)).day == self.first.day else None

    def months(self, begins: int) -> Months:
        """The months it counts for where they begin on a day; of a part of one month, that
        month."""
        first, last = month_of(self.first, begins), month_of(self.last, begins)
        whole = days_of(first, last, begins) == (self.first, self.last)
        return (first, last) if whole or first == last else (None, None)


@dataclass(frozen=True)
class _Written:
    """A first and a last day as they are written: year, month and day of each, a year None where
    there is none."""

    first: tuple[int | None, int, int]
    last: tuple[int | None, int, int]

    def days(self, year: int | None, begins: int) -> Days | None:
        """The days, in the year of the month in which they end where they name none; None where
        there are no such days."""
        over = (
            begins > 1 and self.last[1] == MONTHS and self.last[2] >= begins
        )  # the month ends in the next year
        last_year = self.last[0] or (year - over if year else None)
        if self.first[0] and not self.last[0]:
            last_year = self.first[0] + (self.first[1:] > self.last[1:])
        if last_year is None:
            return None
        first_year = self.first[0] or last_year - (self.first[1:] > self.last[1:])
        try:
            days = Days(dt.date(first_year, *self.first[1:]), dt.date(last_year, *self.last[1:]))
        except ValueError:
            return None
        return days if days.first <= days.last else None


def _lacks_year(text: str, written: _Written | None) -> bool:
    """Whether a text says months or days, and not of which year."""
    if written is not None and not (written.first[0] or written.last[0]):
        return True
    return _YEARLESS.fullmatch(text.strip()) is not None


def _by_days(months: Months, begins: int) -> Days | None:
    """Months by their first and last day; None where either month is not known."""
    first, last = months
    if first is None or last is None:
        return None
    return Days(*days_of(first, last, begins))


def months_of(
    texts: Iterable[str], recipe: Recipe, settling: Settling, column: str
) -> tuple[dict[str, Months], list[str]]:
    """Text → first and last month, and which of them are parts of a month, whose figures add up."""
    texts = list(texts)
    written = {text: match for text in texts if (match := _written(text)) is not None}
    yearless = [text for text in texts if _lacks_year(text, written.get(text))]
    year = recipe.options.get("year") or _year_of(yearless, written, column, settling)
    longer = [text for text in texts if not _SHORT.fullmatch(text.strip())]
    full = {first.year for text in longer if (first := span(text)[0])}
    out: dict[str, Months] = {}
    ranges: dict[str, Days] = {}
    for text in texts:
        if text in written:
            days = written[text].days(year, settling.begins)
            out[text] = (None, None)
            if days is not None:
                ranges[text] = days
        elif _POINT.fullmatch(text.strip()):
            answer = settling.ask(
                "month_point",
                "month_point",
                ("january", "october"),
                None,
                column=column,
                value=text,
            )
            out[text] = span(f"{text.strip()[:4]}-{'01' if answer == 'january' else '10'}")
        elif _SHORT.fullmatch(text.strip()):
            out[text] = _short(text.strip(), column, full, settling)
        else:
            out[text] = _of_a_day(text, column, settling) or span(text, year)
    spans, parts = _added(ranges, column, settling)
    if parts:
        named = {
            text: of_days
            for text, months in out.items()
            if (of_days := _by_days(months, settling.begins)) is not None
        }
        _refuse_twice({**ranges, **named}, parts, column)
    return out | spans, parts


def _added(
    ranges: Mapping[str, Days], column: str, settling: Settling
) -> tuple[dict[str, Months], list[str]]:
    """The months of periods given by days, and which of them are parts of one.

    Where the company's months begin on the first, periods that all run from another day tell that
    of themselves.
    """
    begins = settling.begins
    own = {days.begins for days in ranges.values()}
    if begins == 1 and len(own) == 1 and own & set(range(2, MOST + 1)):
        begins = next(moment for moment in own if moment)
        settling.say("company_months", column=column, first=begins, last=begins - 1)
    spans = {text: days.months(begins) for text, days in ranges.items()}
    parts = [
        text
        for text, months in spans.items()
        if _by_days(months, begins) not in (None, ranges[text])
    ]
    if parts:
        added = sorted(ranges[text] for text in parts)
        _say_added(
            added, {months for text in parts if (months := spans[text][0])}, column, settling
        )
    return spans, parts


def _say_added(
    added: Sequence[Days], months: set[dt.date], column: str, settling: Settling
) -> None:
    """That parts of months were added up, and whether they make whole ones; the days that lack are
    named."""
    days = {
        part.first + dt.timedelta(step)
        for part in added
        for step in range((part.last - part.first).days + 1)
    }
    whole = set()
    for month in months:
        first, last = days_of(month, month, settling.begins)
        whole |= {first + dt.timedelta(step) for step in range((last - first).days + 1)}
    lacking = sorted(whole - days)
    key = "weeks_added" if lacking else "weeks_whole"
    settling.say(
        key, column=column, first=f"{added[0].first}", last=f"{max(part.last for part in added)}"
    )
    if lacking:
        settling.say("weeks_lacking", column=column, days=_runs(lacking))


def _runs(days: Sequence[dt.date]) -> str:
    """Days as the runs that they make: 2026-04-01~2026-04-05, 2026-04-30."""
    runs: list[list[dt.date]] = []
    for day in days:
        if runs and day - runs[-1][1] == dt.timedelta(1):
            runs[-1][1] = day
        else:
            runs.append([day, day])
    return ", ".join(f"{first}" if first == last else f"{first}~{last}" for first, last in runs)


def _refuse_twice(ranges: Mapping[str, Days], parts: Sequence[str], column: str) -> None:
    """Refuse to add up parts of which one holds days of another."""
    ordered = sorted((days, text) for text, days in ranges.items())
    for (earlier, text), (later, after) in pairwise(ordered):
        if later.first <= earlier.last and earlier != later and {text, after} & set(parts):
            raise RecipeRefused("weeks_overlap", column=column, first=text, later=after)


def _of_a_day(text: str, column: str, settling: Settling) -> Months | None:
    """The month of a period that is one day from the day on which months begin: asked, as it may
    only be the month's last day."""
    match = _ONE_DAY.fullmatch(text.strip())
    if match is None or settling.begins == 1:
        return None
    try:
        day = dt.date(*(int(part) for part in match.groups() if part))
    except ValueError:
        return None
    month = month_of(day, settling.begins)
    if month == day.replace(day=1):
        return None
    said = settling.ask(
        "period_day",
        "period_day",
        ("by_day", "by_name"),
        "by_day",
        column=column,
        value=text,
        month=f"{month:%Y-%m}",
        named=f"{day:%Y-%m}",
    )
    return (month, month) if said == "by_day" else None


def _year_of(
    texts: Sequence[str], written: Mapping[str, _Written], column: str, settling: Settling
) -> int | None:
    """The year of periods that name none: asked, the last in which none of them is still to come
    first."""
    if not texts:
        return None
    today = month_of(dt.date.today(), settling.begins)

    def first_of(text: str) -> dt.date | None:
        if text not in written:
            return span(text, today.year)[0]
        days = written[text].days(today.year, settling.begins)
        return None if days is None else month_of(days.last, settling.begins)

    months = [month for text in texts if (month := first_of(text)) is not None]
    refuse_two_years({month.month for month in months}, column)
    coming = any(month > today for month in months)
    years = years_from(settling.year, today.year, (1, 0, 2) if coming else (0, 1, 2))
    value = ", ".join(sorted(texts)[:EXAMPLES])
    return int(
        settling.ask("period_year", "period_year", years, years[0], column=column, value=value)
    )


def _short(text: str, column: str, years: Collection[int], settling: Settling) -> Months:
    """A period whose year has two digits (Apr-26, 26Q2, 260401): asked, as a day of the month looks
    the same, unless the column names that year in full elsewhere (`years`).
    """
    match = _SHORT.fullmatch(text)
    assert match is not None
    year = 2000 + int(match["later"] or match["early"] or match["six"] or match["year"])
    if match["month"]:
        written = f"{year}-{match['month']}"
    elif named := match["named"] or match["name"]:
        written = f"{year} {named}"
    else:
        written = f"{year}年{match['rest']}" if "月" in match["rest"] else f"{year}{match['rest']}"
    months = span(written)
    if months[0] is None or year in years:
        return months
    said = settling.ask(
        "period_short", "period_short", ("yes", "no"), "yes", column=column, value=text, year=year
    )
    return months if said == "yes" else (None, None)


def stated_year(sheets: Sequence[Sheet], file: str) -> int | None:
    """The only year that titles, names of sheets and the file's name state; None where they state
    none, or several."""
    years = {
        int(year)
        for _, text in _places(sheets, file)
        for year in _ONE_YEAR.findall(text.translate(DIGITS))
    }
    return years.pop() if len(years) == 1 else None


def _places(sheets: Sequence[Sheet], file: str) -> list[tuple[str, str]]:
    """What may state the period of a file: the cells above its tables, the names of sheets, its own
    name."""
    return [
        *(
            ("period_title", cell)
            for sheet in sheets
            for row in sheet.grid[: sheet.header_row - 1]
            for cell in row
        ),
        *(("period_sheet", sheet.name) for sheet in sheets),
        ("period_file", file),
    ]


def stated_day(sheet: Sheet, file: str, today: dt.date) -> Stated | None:
    """The day up to which a sheet speaks, as its title rows say, else the only day that its name or
    the file's name holds; None where nothing says it, or only days to come."""
    titles = [text for where, text in _places([sheet], file) if where == "period_title"]
    named = [("sheet", sheet.name), ("file", file)]
    said = [
        Stated(day, "title", match[0])
        for text in titles
        for match in _AS_OF.finditer(text.translate(DIGITS))
        if (day := _day_of(match, today))
    ]
    said = said or [
        Stated(day, where, match[0])
        for where, text in named
        for match in _NAMED_DAY.finditer(_COMPACT_DAYS.sub(" ", text.translate(DIGITS)))
        if (day := _day_of(match, today))
    ]
    return said[0] if len({stated.day for stated in said}) == 1 else None


def _day_of(match: re.Match[str], today: dt.date) -> str:
    """Year, month and day as a day that has been; empty where they are none."""
    try:
        day = dt.date(*(int(part) for part in match.groups()))
    except ValueError:
        return ""
    return f"{day}" if day <= today else ""


def stated_period(
    sheets: Sequence[Sheet], file: str, settling: Settling
) -> tuple[dt.date, dt.date] | None:
    """The period that a title row, a sheet's name or the file's name states, confirmed by the
    recipe; None where none does."""
    stated: dict[str, tuple[str, str]] = {}
    pieces: list[str] = []
    for where, text in _places(sheets, file):
        plain = text.translate(DIGITS)
        dated = [days for days in _DAYS.finditer(plain) if days["year"]]
        for days in dated:
            first, last = _whole(days[0], settling)
            if first and last:
                stated.setdefault(_key(first, last), (where, days[0]))
            else:
                pieces.append(days[0])
        for days in dated:
            plain = plain.replace(days[0], " ")
        for match in _PERIOD.finditer(plain):
            first, last = span(re.sub(r"[_.]", "-", match[0]))
            if first and last:
                stated.setdefault(_key(first, last), (where, match[0]))
    if not stated and pieces:
        raise RecipeRefused("period_not_whole", value=pieces[0], first=settling.begins)
    if not stated:
        return None
    where, text = next(iter(stated.values()))
    answer = settling.ask("period", where, tuple(stated), next(iter(stated)), value=text)
    ends = answer.split("~")
    return parse_month(ends[0]), parse_month(ends[-1])


def _key(first: dt.date, last: dt.date) -> str:
    return f"{first:%Y-%m}" if first == last else f"{first:%Y-%m}~{last:%Y-%m}"


def _whole(text: str, settling: Settling) -> Months:
    """The months of the days that a title states; None where they are no whole months."""
    written = _written(text)
    days = written.days(None, settling.begins) if written else None
    if days is None or days.begins is None:
        return None, None
    begins = days.begins if settling.begins == 1 and days.begins <= MOST else settling.begins
    if begins != settling.begins:
        settling.say("company_months", column=text, first=begins, last=begins - 1)
    return days.months(begins) if days.begins == begins else (None, None)


def put_months(
    connection: duckdb.DuckDBPyConnection, spans: Mapping[str, Months], parts: Sequence[str] = ()
) -> None:
    """`spans`: text, first_month, last_month, and whether it is a part of a month."""
    connection.execute(
        "create or replace table spans (text varchar, first_month date, last_month date, "
        "part boolean)"
    )
    if spans:
        rows = [(text, *months, text in set(parts)) for text, months in spans.items()]
        connection.executemany("insert into spans values ($1, $2, $3, $4)", rows)


def is_days(text: str) -> bool:
    """Whether a text says a period by its first and last day."""
    return _written(text) is not None


def _written(text: str) -> _Written | None:
    plain = text.strip().translate(DIGITS)
    if match := _DAYS.fullmatch(plain):
        numbers = [
            match[name] for name in ("year", "month", "day", "last_year", "last_month", "last_day")
        ]
    elif match := _COMPACT_DAYS.fullmatch(plain):
        numbers = list(match.groups())
    else:
        return None
    year, month, day, last_year, last_month, last_day = (
        int(part) if part else None for part in numbers
    )
    if month is None or day is None or last_month is None or last_day is None:
        return None
    return _Written((year, month, day), (last_year, last_month, last_day))
