"""Frozen value types that every part of the core shares."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from analytics.errors import RequestRefused
from analytics.people import Correction, SwotEntry

if TYPE_CHECKING:  # the process that reads files needs these types and must not wait for pandas
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

Text = Mapping[str, str]  # {"zh": …, "en": …}
Direction = Literal["higher", "lower"]
# What chance does to an indicator: a rate of whole cases, a mean of answers, a count of events per
# so many cases, a share (renewals held against something else than cases), an amount that follows
# the renewals, or nothing that is known.
Spread = Literal["rate", "mean", "count", "share", "amount", "unknown"]
CATEGORIES = ("results", "service", "competence")
QUADRANTS = ("role_model", "service_gap", "sales_gap", "focus")
UNPLACED = "unplaced"
STAND_INS = ("median_target", "median_result")  # bases on which others' median is the target


def add_months(month: dt.date, count: int) -> dt.date:
    """The first day of the month `count` months later (earlier when negative)."""
    index = month.year * 12 + month.month - 1 + count
    return dt.date(index // 12, index % 12 + 1, 1)


def month_of(day: dt.date, begins: int) -> dt.date:
    """The month that a day counts for, as its first day: months begin on day `begins` (1–28) and
    are named after the calendar month in which they end, so that with 26 the month 2026-05 is 26
    April to 25 May. month_of.sql says the same to the databases."""
    return add_months(day, int(begins > 1 and day.day >= begins))


def days_of(first: dt.date, last: dt.date, begins: int) -> tuple[dt.date, dt.date]:
    """The first and the last day of a run of months."""
    before = first if begins == 1 else add_months(first, -1)
    return before.replace(day=begins), add_months(last, int(begins == 1)).replace(
        day=begins
    ) - dt.timedelta(1)


def parse_month(text: str) -> dt.date:
    """'2021-03' (also 2021/3, 202103, 2021年3月) → 2021-03-01; anything else is refused."""
    parts = re.fullmatch(r"\s*(\d{4})\s*[-/.年]?\s*(\d{1,2})\s*(?:月|[-/.]0?1)?\s*", text)
    if not parts or not 1 <= int(parts[2]) <= 12 or not 1900 <= int(parts[1]) <= 2200:
        raise RequestRefused("month_unreadable", value=text)
    return dt.date(int(parts[1]), int(parts[2]), 1)


def month_stated(value: object, begins: int) -> dt.date:
    """The month that somebody names, by itself ('2026-05') or by one of its days ('2026-04-26')."""
    text = str(value).strip()
    day = re.fullmatch(r"(\d{4}-\d{2}-\d{2})([T ].*)?", text)
    try:
        return month_of(dt.date.fromisoformat(day[1]), begins) if day else parse_month(text[:7])
    except ValueError as error:
        raise RequestRefused("month_unreadable", value=text) from error


@dataclass(frozen=True, order=True)
class Period:
    """A run of whole months; both ends are first days of a month, both included."""

    first: dt.date
    last: dt.date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise RequestRefused(
                "period_backwards", first=f"{self.first:%Y-%m}", last=f"{self.last:%Y-%m}"
            )

    @property
    def months(self) -> list[dt.date]:
        return [add_months(self.first, step) for step in range(self.length)]

    @property
    def length(self) -> int:
        return (self.last.year - self.first.year) * 12 + self.last.month - self.first.month + 1

    def shifted(self, months: int) -> Period:
        """The same length of time, `months` later."""
        return Period(add_months(self.first, months), add_months(self.last, months))

    @property
    def before(self) -> Period:
        """The period of the same length that ends where this one begins."""
        return self.shifted(-self.length)

    @property
    def year_before(self) -> Period:
        return self.shifted(-12)

    def meets(self, first: dt.date, last: dt.date) -> bool:
        """Whether it shares a month with the run from `first` to `last`."""
        return first <= self.last and self.first <= last

    def __str__(self) -> str:
        first, last = f"{self.first:%Y-%m}", f"{self.last:%Y-%m}"
        return first if first == last else f"{first}…{last}"


@dataclass(frozen=True)
class Standard:
    """Turns a value into 0–100 points through knots; `values` ascending, `points` beside them."""

    values: tuple[float, ...]
    points: tuple[float, ...]
    mode: Literal["linear", "steps"] = "linear"


@dataclass(frozen=True)
class Indicator:
    """One line of the catalogue: scale × Σ numerator ÷ Σ denominator, a category, a weight and a
    standard."""

    id: str
    category: str
    group: str
    numerator: str
    denominator: str
    direction: Direction
    unit: str
    weight: float
    standard: Standard
    label: Text
    why: Text
    scale: float = 1.0
    fallback: str | None = None
    target: float | None = None
    step: str | None = None
    spread: Spread = "unknown"  # follows from what is divided: the catalogue says it


@dataclass(frozen=True)
class Veto:
    """Caps the grade of an agent whose value of an indicator is worse than `beyond`."""

    indicator: str
    beyond: float
    cap: str


@dataclass(frozen=True)
class WeightScheme:
    """Category weights and, inside each category, indicator weights; both are scaled to 100 when
    used."""

    name: str
    categories: Mapping[str, float]
    indicators: Mapping[str, float] = field(default_factory=dict)
    label: Text | None = None
    reason: str = ""
    author: str = ""
    date: str = ""
    version: int = 1
    purpose: str = ""
    trace: tuple[SwotEntry, ...] = ()
    effective_from: dt.date | None = None
    company_goal: str = ""
    trial: bool = False  # tried out, not in force: nothing official comes of it

    def __hash__(self) -> int:
        return hash(
            (
                self.name,
                self.version,
                tuple(self.categories.items()),
                tuple(self.indicators.items()),
            )
        )


@dataclass(frozen=True)
class Settings:
    """The rules of domain.md that decide who is right in a quarrel; every one is printed on the
    method page."""

    grace_days: int = 30
    grace_by_product: Mapping[str, int] = field(default_factory=dict)
    contact_lead_days: int = 90
    missing_limit: float = 40.0
    calendar: str = "CN"
    month_begins: int = 1  # the day of a month on which the company's begin; see month_of
    # whether those with too few cases to be ranked are shown the rank they would have (1) or none
    # (0)
    rank_few: int = 1

    def __hash__(self) -> int:
        return hash(
            (
                self.grace_days,
                tuple(sorted(self.grace_by_product.items())),
                self.contact_lead_days,
                self.missing_limit,
                self.calendar,
                self.month_begins,
                self.rank_few,
            )
        )


@dataclass(frozen=True)
class Followed:
    """What figures follow besides the loads: the rules, the merges (spelling → agent), and the
    corrections in force."""

    settings: Settings
    aliases: Mapping[str, str]
    corrections: Sequence[Correction]


@dataclass(frozen=True)
class Scope:
    """Whom a reader may see by name: the people of some teams and branches, or one agent; `agents`
    are those teams' and branches' people of today, where whom they belonged to in a period does not
    matter."""

    teams: tuple[str, ...] = ()
    branches: tuple[str, ...] = ()
    agent_id: str | None = None
    agents: frozenset[str] | None = None

    def covers(self, people: pd.DataFrame) -> npt.NDArray[np.bool_]:
        """Which rows of a frame with agent_id, team and branch lie inside; in doubt outside."""
        if self.agent_id is not None:
            own: npt.NDArray[np.bool_] = (people["agent_id"] == self.agent_id).to_numpy(dtype=bool)
            return own
        if self.agents is not None:
            theirs: npt.NDArray[np.bool_] = (
                people["agent_id"].isin(self.agents).to_numpy(dtype=bool)
            )
            return theirs
        inside: npt.NDArray[np.bool_] = (
            people["team"].isin(self.teams) | people["branch"].isin(self.branches)
        ).to_numpy(dtype=bool)
        return inside


@dataclass(frozen=True)
class Filters:
    """Which period is judged and whom the page shows; only `period`, `channel` and `cut` change any
    number."""

    period: Period
    team: str | None = None
    branch: str | None = None
    channel: str | None = None
    least_policies: int = 0
    scope: Scope | None = None  # None: everybody
    # shows whose sheets and talks are the reader's today, instead of whose figures were in the
    # period
    theirs: bool = False
    cut: dt.date | None = None  # figures as they were known on this day


@dataclass(frozen=True)
class Issue:
    """One thing in a file that cannot be read: where it is, what stands there, and why it does not
    do."""

    file: str
    sheet: str
    row: int | None
    column: str
    value: str
    reason: str
    field: str = ""
    count: int = 1  # how often the same stands in the column

    def plain(self) -> dict[str, object]:
        """The issue as the command line prints it."""
        return {
            "file": self.file,
            "sheet": self.sheet,
            "row": self.row,
            "column": self.column,
            "value": self.value,
            "reason": self.reason,
            **({"count": self.count} if self.count > 1 else {}),
        }


@dataclass(frozen=True)
class Change:
    """A figure of an agent who was there before a load, in the months that it touched; None is "not
    available"."""

    agent_id: str
    measure: str
    before: float | None
    after: float | None


@dataclass(frozen=True)
class Receipt:
    """What a load did, in numbers a user can check against the file."""

    load: int
    kind: str
    file: str
    rows: int
    loaded: int
    rejected: int
    replaced: int
    agents: int
    months: tuple[str, ...]
    issues: tuple[Issue, ...] = ()
    notes: tuple[tuple[str, Mapping[str, object]], ...] = ()
    already: bool = False
    skipped: int = 0
    changes: tuple[Change, ...] = ()
