"""An oracle for the figures: random small companies, recomputed in plain Python from domain.md §2.

The oracle shares no code with the program and knows no SQL. It reads the records that the CSV
files are written from, and follows the law. Where the law is silent, these are the decisions:

- A figure of an agent, an indicator and a month counts only where numerator and denominator are
  both there. Where nothing is due, due is missing; but held policies (due and open) are 0, not
  missing, in months in which anybody's policies fall due.
- A policy's month is that of its due date; a renewal without a date was in time.
- A renewed policy without a renewed premium leaves the retained and the due premium, since missing
  is never 0. Where none of an agent-month's renewed policies has one, and some are renewed, its
  premium figures are missing; where nothing renewed, they are missing if no premium due is known.
- Complaints: from the first to the last month of the complaints file, nobody named means 0;
  otherwise they are missing. Records of an agent who holds no policy of the month (a complaint
  alone) stand back before a sheet that speaks of it.
- For renewal_count and renewal_premium neither target nor result counts before the month of
  hired_on, after that of left_on and, where all roster rows of an agent carry months, before the
  first of them. A row without a month speaks for all months of an agent who has no other. Before
  the first row the team is that of the first.
- A target carries forward to later months; an empty one in a later row of a file that gives such
  targets ends it.
- Without a target: the median of the targets of that month, of the agents that hold a policy due or
  open in it, times the agent's own closed share. Where fewer than half of the agents with a result
  in that month have a target that counts, every result is held against the median of the results.
- Beside records, a sheet of one month counts where the agent's records lack the figure. A quarter's
  sheet counts where the period covers it and the figures of single months do not fill the quarter;
  then it replaces them. Its team is that of its last month; its target is the sum of those of its
  months, in each of which it is taken to hold a policy, times its closed share.
- Nothing is said of a quarter's sheet in a month that has no targets, or too few. The oracle gives
  no opinion on the sums that such a sheet enters.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import astuple, dataclass
from pathlib import Path
from statistics import median
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from analytics.home import Home
from analytics.model import Filters, Period
from tests.conftest import load_text
from tests.present import present

Month = dt.date  # its first day
Figure = tuple[float, float | None]  # numerator and denominator; None: the law does not say

GRACE = dt.timedelta(days=30)
MONTHS = JANUARY, FEBRUARY, MARCH, APRIL = tuple(
    dt.date(2026, number, 1) for number in (1, 2, 3, 4)
)
QUARTER = MONTHS[:3]
SPANS = {"2026Q1": QUARTER} | {f"{month:%Y-%m}": (month,) for month in MONTHS}
TARGETS = {"renewal_count": "target_count", "renewal_premium": "target_premium"}
CHECKED = (*TARGETS, "renewal_rate", "premium_retention", "complaint_rate", "satisfaction")


# -- a company, and its files ----------------------------------------------------------------------


@dataclass(frozen=True)
class Policy:
    """A policy falling due."""

    agent: str
    due: dt.date
    outcome: str
    renewed_on: dt.date | None = None
    premium_due: int | None = None
    premium_renewed: int | None = None
    exclusion: str | None = None


@dataclass(frozen=True)
class Entry:
    """A row of a roster file."""

    agent: str
    month: Month | None
    team: str
    target_count: int | None = None
    target_premium: int | None = None
    hired_on: dt.date | None = None
    left_on: dt.date | None = None


@dataclass(frozen=True)
class Sheet:
    """A row of a scoresheet."""

    agent: str
    period: str  # a key of SPANS
    due: int | None = None
    renewed: int | None = None
    open: int | None = None
    complaints: int | None = None
    points: int | None = None
    surveys: int | None = None


@dataclass(frozen=True)
class Company:
    """All records of a company, as of a day."""

    as_of: dt.date
    policies: tuple[Policy, ...] = ()
    rosters: tuple[tuple[Entry, ...], ...] = ()  # files
    complaints: tuple[tuple[str, dt.date], ...] = ()
    surveys: tuple[tuple[str, dt.date, int], ...] = ()
    contacts: tuple[tuple[str, dt.date], ...] = ()
    sheets: tuple[Sheet, ...] = ()

    def files(self) -> Iterator[tuple[str, str]]:
        """Kinds and texts of the files, in the order in which they are loaded."""
        yield from (("agents", roster(file)) for file in self.rosters)
        policies = (
            (f"P{number}", *astuple(policy)) for number, policy in enumerate(self.policies, start=1)
        )
        contacts = (
            (who, f"{day} 10:00", f"K{number}") for number, (who, day) in enumerate(self.contacts)
        )
        tables = {
            "policies": (
                "保单号,工号,到期日,续保结果,续保日期,应续保费,续保保费,剔除原因",
                policies,
            ),
            "complaints": ("工号,投诉日期", self.complaints),
            "surveys": ("工号,调查日期,评分,满分", ((*survey, 100) for survey in self.surveys)),
            "contacts": ("工号,联系时间,客户号", contacts),
            "scoresheet": (
                "工号,考核期,应续件数,已续件数,窗口未关闭件数,投诉件数,满意度得分合计,问卷数",
                map(astuple, self.sheets),
            ),
        }
        for kind, (header, rows) in tables.items():
            if text := table(rows):
                yield kind, f"{header}\n{text}"


def table(rows: Iterable[Iterable[object]]) -> str:
    """Lines of a CSV file; None is an empty cell."""
    cells = (["" if cell is None else str(cell) for cell in row] for row in rows)
    return "".join(",".join(row) + "\n" for row in cells)


def roster(file: tuple[Entry, ...]) -> str:
    """A roster file, with the columns of those targets that it gives."""
    labels = {"target_count": "件数目标", "target_premium": "保费目标"}
    names = [name for name in labels if any(getattr(row, name) is not None for row in file)]
    header = ["工号", "团队", "月份", "入职日期", "离职日期", *(labels[name] for name in names)]
    rows = (
        (
            row.agent,
            row.team,
            row.month and f"{row.month:%Y-%m}",
            row.hired_on,
            row.left_on,
            *(getattr(row, name) for name in names),
        )
        for row in file
    )
    return table([header, *rows])


# -- the oracle ------------------------------------------------------------------------------------


def month_of(day: dt.date) -> Month:
    """The month that a day belongs to."""
    return day.replace(day=1)


class Oracle:
    """The figures of a company by the law."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.policies: dict[tuple[str, Month], list[Policy]] = defaultdict(list)
        for policy in company.policies:
            self.policies[policy.agent, month_of(policy.due)].append(policy)
        self.sheets = {(sheet.agent, SPANS[sheet.period]): sheet for sheet in company.sheets}
        listed = [row for file in company.rosters for row in file]
        rows: tuple[Policy | Sheet | Entry, ...] = (*company.policies, *company.sheets, *listed)
        named = {agent for agent, _ in company.complaints}
        answered = {agent for agent, *_ in company.surveys}
        self.agents = sorted({row.agent for row in rows} | named | answered)

    # Who works where, and when

    def entries(self, agent: str) -> list[tuple[Entry, tuple[Entry, ...]]]:
        """The agent's roster rows in the order of their months, each with its whole file."""
        rows = [(row, file) for file in self.company.rosters for row in file if row.agent == agent]
        return sorted(rows, key=lambda entry: entry[0].month or dt.date.min)

    def employed(self, agent: str, month: Month) -> bool:
        """Whether targets and results of a month count for an agent."""
        rows = [row for row, _ in self.entries(agent)]
        hired = [row.hired_on for row in rows if row.hired_on]
        left = [row.left_on for row in rows if row.left_on]
        listed = not rows or rows[0].month is None or rows[0].month <= month
        begun = not hired or month_of(hired[-1]) <= month
        return listed and begun and (not left or month <= left[-1])

    def team(self, agent: str, month: Month) -> str | None:
        """The team of a month, by the roster."""
        rows = [row for row, _ in self.entries(agent)]
        reached = [row for row in rows if row.month is None or row.month <= month]
        return (reached[-1:] or rows[:1])[0].team if rows else None

    def own_target(self, agent: str, month: Month, name: str) -> int | None:
        """What the roster says of a month's target, whether it counts or not."""
        target = None
        for row, file in self.entries(agent):
            gives = any(getattr(other, name) is not None for other in file)
            if gives and (row.month is None or row.month <= month):
                target = getattr(row, name)
        return target

    # What the records say

    def held(self, agent: str, month: Month) -> list[Policy]:
        """Policies due and open."""
        return [policy for policy in self.policies[agent, month] if not policy.exclusion]

    def closed(self, agent: str, month: Month) -> list[Policy]:
        """Policies due: their window has closed on the as-of date."""
        return [
            policy for policy in self.held(agent, month) if policy.due + GRACE < self.company.as_of
        ]

    def renewed(self, agent: str, month: Month) -> list[Policy]:
        """Policies due and renewed inside their window."""
        won = (policy for policy in self.closed(agent, month) if policy.outcome == "已续")
        return [policy for policy in won if (policy.renewed_on or policy.due) <= policy.due + GRACE]

    def premiums_known(self, agent: str, month: Month) -> bool:
        """Whether premiums are known of what renewed or, where nothing did, of what was due."""
        if renewed := self.renewed(agent, month):
            return any(policy.premium_renewed is not None for policy in renewed)
        return any(policy.premium_due is not None for policy in self.closed(agent, month))

    def retention(self, agent: str, month: Month) -> Figure | None:
        """Retained over due premium of the policies whose premiums are known."""
        renewed = self.renewed(agent, month)
        due = [policy for policy in self.closed(agent, month) if policy.premium_due is not None]
        due = [
            policy for policy in due if policy not in renewed or policy.premium_renewed is not None
        ]
        if not due or not self.premiums_known(agent, month):
            return None
        kept = sum(
            min(present(policy.premium_due), present(policy.premium_renewed))
            for policy in due
            if policy in renewed
        )
        return kept, sum(present(policy.premium_due) for policy in due)

    def complaints(self, agent: str, month: Month) -> Figure | None:
        """Complaints over policies due and open."""
        days = [day for _, day in self.company.complaints]
        covered = bool(days) and month_of(min(days)) <= month <= max(days)
        anybody = any(month_of(policy.due) == month for policy in self.company.policies)
        complaints = self.company.complaints
        own = [day for who, day in complaints if (who, month_of(day)) == (agent, month)]
        if not covered or not anybody or not (own or self.policies[agent, month]):
            return None
        return len(own), len(self.held(agent, month))

    def of_records(self, agent: str, month: Month, indicator: str) -> Figure | None:
        """A figure of one month by the records; None where a part of it is missing."""
        if indicator == "complaint_rate":
            return self.complaints(agent, month)
        if indicator == "premium_retention":
            return self.retention(agent, month)
        if indicator == "renewal_rate":
            closed = self.closed(agent, month)
            return (len(self.renewed(agent, month)), len(closed)) if closed else None
        answers = (survey for survey in self.company.surveys if survey[0] == agent)
        scores = [score for _, day, score in answers if month_of(day) == month]
        return (sum(scores), len(scores)) if scores else None

    # What the sheets say

    def of_sheet(self, agent: str, span: tuple[Month, ...], indicator: str) -> Figure | None:
        """The same by the sheet of a span of months."""
        sheet = self.sheets.get((agent, span))
        if sheet is None or indicator == "premium_retention":
            return None
        over, under = {
            "renewal_rate": (sheet.renewed, sheet.due),
            "complaint_rate": (sheet.complaints, sheet.due and sheet.due + (sheet.open or 0)),
            "satisfaction": (sheet.points, sheet.surveys),
        }[indicator]
        return None if over is None or under is None else (over, under)

    # Results against targets

    def result(self, agent: str, month: Month, indicator: str) -> tuple[float, float] | None:
        """What an agent achieved in a month, and which share of the windows has closed."""
        if not self.employed(agent, month):
            return None
        renewed, closed = self.renewed(agent, month), self.closed(agent, month)
        share = len(closed) / len(self.held(agent, month)) if closed else 0
        if indicator == "renewal_count" and closed:
            return len(renewed), share
        if indicator == "renewal_premium" and self.premiums_known(agent, month):
            return sum(policy.premium_renewed or 0 for policy in renewed), share
        return self.result_of_sheet(agent, (month,), indicator)

    def result_of_sheet(
        self,
        agent: str,
        span: tuple[Month, ...],
        indicator: str,
    ) -> tuple[float, float] | None:
        """The same by the sheet of a span, which may be the quarter."""
        sheet = self.sheets.get((agent, span))
        if (
            sheet is None
            or sheet.renewed is None
            or sheet.due == 0
            or indicator == "renewal_premium"
        ):
            return None
        return sheet.renewed, sheet.due / (sheet.due + (sheet.open or 0)) if sheet.due else 1

    def results(self, month: Month, indicator: str) -> Mapping[str, float]:
        """The results of a month by agent."""
        by_agent = {agent: self.result(agent, month, indicator) for agent in self.agents}
        return {agent: result[0] for agent, result in by_agent.items() if result}

    def holds(self, agent: str, month: Month) -> bool:
        """Whether an agent holds a policy due or open in a month, by records or by a sheet."""
        own = [sheet for sheet in self.company.sheets if sheet.agent == agent]
        # A sheet that gives what was renewed, be it 0, holds policies, unless it says that none
        # fell due.
        told = (
            (sheet.due, sheet.renewed) != (None, None)
            for sheet in own
            if month in SPANS[sheet.period] and sheet.due != 0
        )
        return any(told) or bool(self.held(agent, month))

    def targets(self, month: Month, indicator: str) -> Mapping[str, int]:
        """The targets that count in a month by agent, whole."""
        employed = [agent for agent in self.agents if self.employed(agent, month)]
        holders = [agent for agent in employed if self.holds(agent, month)]
        own = {agent: self.own_target(agent, month, TARGETS[indicator]) for agent in holders}
        return {agent: target for agent, target in own.items() if target is not None}

    def too_few_targets(self, month: Month, indicator: str) -> bool:
        """Whether fewer than half of the agents with a result have a target that counts.

        The sheet of a quarter has a result in each of its months, of which only the sum is known.
        """
        spans = [span for span in SPANS.values() if month in span]
        employed = [agent for agent in self.agents if self.employed(agent, month)]
        by_sheet = {
            agent
            for agent in employed
            for span in spans
            if self.result_of_sheet(agent, span, indicator)
        }
        results = self.results(month, indicator).keys() | by_sheet
        targets = self.targets(month, indicator)
        return not targets or 2 * len(results & targets.keys()) < len(results)

    def against_target(self, agent: str, month: Month, indicator: str) -> Figure | None:
        """A month's result over what it is held against."""
        result = self.result(agent, month, indicator)
        if result is None:
            return None
        if self.too_few_targets(month, indicator):
            target = median(self.results(month, indicator).values())
        else:
            targets = self.targets(month, indicator)
            target = result[1] * targets.get(agent, median(targets.values()))
        return (result[0], target) if target else None

    def quarter_against_target(self, agent: str, indicator: str) -> Figure | None:
        """The result of a quarter's sheet over the targets of its months."""
        result = self.result_of_sheet(agent, QUARTER, indicator)
        months = [month for month in QUARTER if self.employed(agent, month)]
        if result is None or not months:
            return None
        targets = [self.targets(month, indicator) for month in months]
        if not all(targets) or any(self.too_few_targets(month, indicator) for month in months):
            return result[0], None
        target = result[1] * sum(
            of_month.get(agent, median(of_month.values())) for of_month in targets
        )
        return (result[0], target) if target else None

    # One source per figure, and the sums

    def of_month(self, agent: str, month: Month, indicator: str) -> Figure | None:
        """What counts of a month where no wider sheet does: records, else the month's sheet."""
        if indicator in TARGETS:
            return self.against_target(agent, month, indicator)
        records = self.of_records(agent, month, indicator)
        if records is not None and records[1]:
            return records
        return self.of_sheet(agent, (month,), indicator) or records  # records of nothing stand back

    def told(self, agent: str, month: Month, indicator: str) -> bool:
        """Whether a month has a figure that no wider sheet can replace."""
        figure = self.of_month(agent, month, indicator)
        if figure is None or indicator in TARGETS:
            return figure is not None
        return bool(figure[1]) or self.of_sheet(agent, (month,), indicator) is not None

    def of_quarter(self, agent: str, indicator: str) -> Figure | None:
        """The figure of the quarter's sheet."""
        if indicator in TARGETS:
            return self.quarter_against_target(agent, indicator)
        return self.of_sheet(agent, QUARTER, indicator)

    def pieces(self, agent: str, indicator: str, period: Period) -> Mapping[Month, Figure]:
        """The figures that count for an agent in a period, by the month whose team they go to."""
        months = {month: self.of_month(agent, month, indicator) for month in period.months}
        if set(QUARTER) <= set(months) and not all(
            self.told(agent, month, indicator) for month in QUARTER
        ):
            quarter = self.of_quarter(agent, indicator)
            if quarter is not None:
                months |= {JANUARY: None, FEBRUARY: None, MARCH: quarter}
        return {month: figure for month, figure in months.items() if figure is not None}

    def sums(self, indicator: str, period: Period) -> Mapping[tuple[str, str], Figure]:
        """One list of agent-months, added up by agent, by team and for the company."""
        pieces: dict[tuple[str, str], list[Figure]] = defaultdict(list)
        for agent in self.agents:
            for month, figure in self.pieces(agent, indicator, period).items():
                pieces["agent", agent].append(figure)
                pieces["company", ""].append(figure)
                if team := self.team(agent, month):
                    pieces["team", team].append(figure)
        return {group: added_up(figures) for group, figures in pieces.items()}


def added_up(figures: list[Figure]) -> Figure:
    """Σ numerator and Σ denominator; one that the law does not say leaves the sum unsaid."""
    unders = [under for _, under in figures if under is not None]
    return sum(over for over, _ in figures), sum(unders) if len(unders) == len(figures) else None


# -- random companies ------------------------------------------------------------------------------

NAMES = tuple(f"A{number}" for number in range(1, 11))
AGENTS = st.sampled_from(NAMES)
DAYS = st.dates(JANUARY, dt.date(2026, 4, 30))


def of_four(*choices: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """One of four strategies, each as likely as it is named (one_of would drop repeated ones)."""
    return st.sampled_from(range(4)).flatmap(lambda number: choices[number])


def mostly(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """A value, or now and then none."""
    return of_four(values, values, values, st.none())


def seldom(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """None, or now and then a value."""
    return of_four(st.none(), st.none(), st.none(), values)


def some_of(
    values: st.SearchStrategy[Any],
    least: int,
    most: int,
    unlike: Callable[[Any], object] = lambda value: value,
) -> st.SearchStrategy[list[Any]]:
    """Some values that differ, each number of them as likely as any (lists tend to be short)."""

    def exactly(number: int) -> st.SearchStrategy[list[Any]]:
        return st.lists(values, min_size=number, max_size=number, unique_by=unlike)

    return st.integers(least, most).flatmap(exactly)


@st.composite
def policies(draw: st.DrawFn, as_of: dt.date) -> Policy:
    """A policy, often at the edge of its window; nothing is told of later than the as-of date."""
    edge = st.sampled_from([as_of - GRACE, as_of - GRACE - dt.timedelta(1)])
    due, renewed_on, paid = draw(of_four(DAYS, DAYS, DAYS, edge)), None, None
    outcome = draw(st.sampled_from(["已续", "已续", "已续", "未续", "跟进中"]))
    if outcome == "已续":
        in_time, last_day, any_day = st.integers(0, 20), st.integers(30, 31), st.integers(-20, 45)
        days = draw(of_four(st.none(), in_time, last_day, any_day))
        renewed_on = None if days is None else due + dt.timedelta(days)
        paid = draw(mostly(st.integers(1, 600)))
    if renewed_on and renewed_on > as_of:
        outcome, renewed_on, paid = "跟进中", None, None
    premium = draw(mostly(st.sampled_from([100, 200, 300, 400, 500])))
    exclusion = draw(st.sampled_from([None, None, None, None, "车辆已过户"]))
    return Policy(draw(AGENTS), due, outcome, renewed_on, premium, paid, exclusion)


@st.composite
def rosters(draw: st.DrawFn) -> tuple[tuple[Entry, ...], ...]:
    """Two roster files at most: agents missing, listed once for all months, or with months.

    Never both of one agent: the law does not say which of the rows speaks then.
    """
    files: tuple[list[Entry], list[Entry]] = ([], [])
    second_gives_targets = draw(st.booleans())
    for agent in NAMES:
        hired = draw(seldom(st.dates(dt.date(2025, 12, 1), dt.date(2026, 3, 31))))
        left = draw(seldom(st.dates(hired or dt.date(2026, 1, 10), dt.date(2026, 4, 30))))
        some = st.lists(st.sampled_from(MONTHS), max_size=3, unique=True)
        early = some.map(lambda months: sorted({JANUARY, *months}))
        for month in draw(of_four(st.just([None]), some, early, early)):
            second = draw(st.sampled_from([False, False, True]))
            team = draw(st.sampled_from(["甲", "乙", "丙"]))
            count, premium = draw(mostly(st.integers(1, 20))), draw(mostly(st.integers(1, 2000)))
            if second and not second_gives_targets:
                count = premium = None
            files[second].append(Entry(agent, month, team, count, premium, hired, left))
    return tuple(tuple(file) for file in files if file)


@st.composite
def sheets(draw: st.DrawFn) -> Sheet:
    """A row of a scoresheet, with blanks."""
    due, surveys = draw(mostly(st.integers(1, 30))), draw(mostly(st.integers(1, 9)))
    return Sheet(
        draw(AGENTS),
        draw(st.sampled_from(["2026Q1", *SPANS])),  # a quarter twice as likely
        due,
        draw(mostly(st.integers(0, due or 30))),
        draw(mostly(st.integers(0, 8))) if due else None,
        draw(mostly(st.integers(0, 3))),
        draw(mostly(st.integers(0, 100 * (surveys or 1)))),
        surveys,
    )


@st.composite
def companies(draw: st.DrawFn) -> Company:
    """Ten agents at most over four months, some windows still open on the as-of date."""
    as_of = draw(st.dates(dt.date(2026, 2, 15), dt.date(2026, 5, 30)))
    events = st.tuples(AGENTS, DAYS)
    scores = st.tuples(AGENTS, DAYS, st.integers(0, 100))
    filled = sheets().filter(lambda sheet: set(astuple(sheet)[2:]) != {None})
    lists = (
        some_of(policies(as_of), 5, 90),
        rosters(),
        some_of(events, 0, 9),
        some_of(scores, 0, 12, lambda score: score[:2]),
        some_of(events, 0, 3),
        some_of(filled, 0, 16, lambda sheet: (sheet.agent, sheet.period)),
    )
    return Company(as_of, *(tuple(draw(drawn)) for drawn in lists))


ENDS = st.tuples(st.sampled_from(MONTHS), st.sampled_from(MONTHS)).map(sorted)
PERIODS = ENDS.map(lambda ends: Period(*ends))


# -- the program beside the oracle -----------------------------------------------------------------

Key = tuple[str, str, str]  # indicator; agent, team or company; who
WHOLE, FIRST_QUARTER = Period(JANUARY, APRIL), Period(JANUARY, MARCH)


def by_program(home: Home, period: Period) -> dict[Key, Figure]:
    """Numerators and denominators where there is something to divide by."""
    measured = home.measure(Filters(period))
    out: dict[Key, Figure] = {}
    for group, names, values in (
        ("agent", measured.people["agent_id"], measured.agents),
        ("team", measured.teams["team"], measured.team_values),
        ("company", [""], measured.company),
    ):
        for name, over, under in zip(names, values.numerator, values.denominator, strict=True):
            for indicator in CHECKED:
                position = measured.catalogue.position(indicator)
                if under[position] > 0:
                    out[indicator, group, name] = float(over[position]), float(under[position])
    return out


def by_law(company: Company, period: Period) -> dict[Key, Figure]:
    """The same by the oracle, with a denominator of None where it has no opinion."""
    oracle = Oracle(company)
    return {
        (indicator, *group): figure
        for indicator in CHECKED
        for group, figure in oracle.sums(indicator, period).items()
        if figure[1] != 0
    }


def compare(company: Company, *periods: Period) -> None:
    """Load a company's files and hold every figure of some periods against the oracle's."""
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "home")
        try:
            for kind, text in company.files():
                load_text(home, Path(folder), kind, text, as_of=company.as_of)
            programs = [by_program(home, period) for period in periods]
        finally:
            home.close()
    files = "\n".join(f"{kind}, as of {company.as_of}:\n{text}" for kind, text in company.files())
    for period, program in zip(periods, programs, strict=True):
        law = by_law(company, period)
        wrong = {
            key: f"program {program.get(key)}, law {law.get(key)}"
            for key in sorted(program.keys() | law.keys())
            if None not in law.get(key, ()) and program.get(key) != pytest.approx(law.get(key))
        }
        assert not wrong, f"{period}: {wrong}\n{files}"


@settings(
    max_examples=5,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],  # add Phase.shrink to make a failure small; it takes minutes
    suppress_health_check=list(HealthCheck),
)
@given(companies(), PERIODS)
def test_agents_teams_and_company_have_the_figures_that_the_law_gives(company, period):
    """Numerators and denominators of all months, of the quarter, and of any run of months.

    The oracle adds one list of agent-months up by agent, by team and for the company. So where it
    agrees with the program, teams and company add up the same agent-months as the agents do.
    """
    compare(company, WHOLE, FIRST_QUARTER, period)


# -- companies by hand -----------------------------------------------------------------------------

LATER = dt.date(2026, 12, 31)


def due(agent: str, *days: dt.date, outcome: str = "已续") -> tuple[Policy, ...]:
    """Policies of an agent."""
    return tuple(Policy(agent, day, outcome) for day in days)


BY_HAND = {
    # January: A2 has a target and A3 has none. One of two is not fewer than half.
    "before the first roster row nothing counts, and no other's target is moved": (
        Company(
            LATER,
            (*due("A1", JANUARY), *due("A2", JANUARY), *due("A3", JANUARY)),
            ((Entry("A1", FEBRUARY, "甲", 10), Entry("A2", JANUARY, "甲", 5)),),
        ),
        "renewal_count",
        {"A2": (1, 5), "A3": (1, 5), "甲": (1, 5), "": (2, 10)},
    ),
    "a quarter before hiring has neither result nor target": (
        Company(
            LATER,
            rosters=((Entry("A1", None, "甲", 20, hired_on=APRIL),),),
            sheets=(Sheet("A1", "2026Q1", due=10, renewed=8),),
        ),
        "renewal_count",
        {},
    ),
    # A2 has a target of 20 in each of the three months, and holds a policy in each.
    "a quarter's sheet without a target is held against the others' targets of its months": (
        Company(
            LATER,
            due("A2", *QUARTER),
            ((Entry("A2", JANUARY, "乙", 20),),),
            sheets=(Sheet("A1", "2026Q1", due=10, renewed=8),),
        ),
        "renewal_count",
        {"A1": (8, 60), "A2": (3, 60), "乙": (3, 60), "": (11, 120)},
    ),
    # A1: 10 in January and in February; in March 30, which is the target of A2.
    "a month of a quarter whose target has ended is held against the others' target": (
        Company(
            LATER,
            due("A2", MARCH),
            (
                (
                    Entry("A1", JANUARY, "甲", 10),
                    Entry("A1", MARCH, "甲"),
                    Entry("A2", JANUARY, "乙", 30),
                ),
            ),
            sheets=(Sheet("A1", "2026Q1", due=10, renewed=8),),
        ),
        "renewal_count",
        {"A1": (8, 50), "A2": (1, 30), "甲": (8, 50), "乙": (1, 30), "": (9, 80)},
    ),
    # A1's sheet says that nothing fell due: its target is no target, and that of A2 the median.
    "a sheet by which nothing fell due brings no target": (
        Company(
            LATER,
            (*due("A2", JANUARY), *due("A3", JANUARY)),
            ((Entry("A1", None, "甲", 90), Entry("A2", None, "甲", 5)),),
            sheets=(Sheet("A1", "2026-01", due=0, renewed=0),),
        ),
        "renewal_count",
        {"A2": (1, 5), "A3": (1, 5), "甲": (1, 5), "": (2, 10)},
    ),
    # A1's two renewals are held against nothing: they are no proportion, and no part of the team's.
    "a target of nothing counts neither for its agent nor for the team": (
        Company(
            LATER,
            (*due("A1", JANUARY, JANUARY), *due("A2", JANUARY)),
            ((Entry("A1", None, "甲", 0), Entry("A2", None, "甲", 5)),),
        ),
        "renewal_count",
        {"A2": (1, 5), "甲": (1, 5), "": (1, 5)},
    ),
    # Half of the quarter's twenty windows are closed: 3 × 20 × 10 / 20.
    "a quarter's target counts in the closed share of the quarter's sheet": (
        Company(
            LATER,
            rosters=((Entry("A1", None, "甲", 20),),),
            sheets=(Sheet("A1", "2026Q1", due=10, renewed=8, open=10),),
        ),
        "renewal_count",
        {"A1": (8, 30), "甲": (8, 30), "": (8, 30)},
    ),
    # The records hold no policy of A2 and no complaint: only the sheet speaks of A2's.
    "a survey does not set a sheet's complaints aside": (
        Company(
            LATER,
            due("A1", JANUARY),
            complaints=(("A1", JANUARY),),
            surveys=(("A2", JANUARY, 80),),
            sheets=(Sheet("A2", "2026-01", due=10, complaints=2),),
        ),
        "complaint_rate",
        {"A1": (1, 1), "A2": (2, 10), "": (3, 11)},
    ),
    # The complaint of the records is over no policy of A2; the sheet knows ten.
    "a complaint against somebody who holds nothing stands back before the sheet of its month": (
        Company(
            LATER,
            due("A1", JANUARY),
            complaints=(("A2", JANUARY),),
            sheets=(Sheet("A2", "2026-01", due=10, complaints=2),),
        ),
        "complaint_rate",
        {"A1": (0, 1), "A2": (2, 10), "": (2, 11)},
    ),
    # A1 holds two policies in January and none in March, in which A2 holds one.
    "a complaint against somebody who holds nothing in its month counts all the same": (
        Company(
            LATER,
            (*due("A1", JANUARY, JANUARY), *due("A2", MARCH)),
            complaints=(("A1", JANUARY), ("A1", MARCH)),
        ),
        "complaint_rate",
        {"A1": (2, 2), "A2": (0, 1), "": (2, 3)},
    ),
    # As of 20 February one of A3's three windows has closed: (10 + 20) / 2 × 1 / 3.
    "the median of the others' whole targets counts in one's own closed share": (
        Company(
            dt.date(2026, 2, 20),
            (
                *due("A1", JANUARY),
                *due("A2", JANUARY),
                *due("A3", JANUARY),
                *due("A3", dt.date(2026, 1, 30), dt.date(2026, 1, 31), outcome="跟进中"),
            ),
            ((Entry("A1", None, "甲", 10), Entry("A2", None, "甲", 20), Entry("A3", None, "乙")),),
        ),
        "renewal_count",
        {"A1": (1, 10), "A2": (1, 20), "A3": (1, 5), "甲": (2, 30), "乙": (1, 5), "": (3, 35)},
    ),
}


@pytest.mark.parametrize("sentence", BY_HAND)
def test_companies_reckoned_by_hand_come_out_the_same_by_oracle_and_by_program(sentence):
    """The figures of the first quarter beside each are reckoned on paper, from the law."""
    company, indicator, figures = BY_HAND[sentence]
    law = by_law(company, FIRST_QUARTER)
    assert {who: pair for (name, _, who), pair in law.items() if name == indicator} == figures
    compare(company, FIRST_QUARTER)
