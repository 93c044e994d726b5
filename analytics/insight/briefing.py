"""The month in a few frozen values: what moved, what of it is sure, whom to talk with first, who
leads and who improves; never stronger than the statistics."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd

from analytics.evaluation import Evaluation
from analytics.evaluation.scoring import Scored
from analytics.evaluation.standards import Floats
from analytics.insight.certainty import interval
from analytics.insight.change import SQUARES, Change, limits, mostly_in, score_change, value_change
from analytics.insight.clusters import likeness
from analytics.insight.coaching import coaching_list
from analytics.insight.draws import DRAWS, of_groups, unknown_spread
from analytics.insight.quadrant import Placed, axes, place
from analytics.insight.quadrant_certainty import QuadrantCertainty, quadrant_certainty
from analytics.insight.trends import Incentives
from analytics.insight.weak_spots import points_lost
from analytics.model import QUADRANTS, Indicator, Period, Text, add_months
from analytics.people import Talk

CARDS = 4
FIRST = 5  # people to talk with first
LEADING, IMPROVING = 3, 3  # role models and improvers that are named
MONTHS = 12  # of a figure's past
WINDOW = 6  # months that tell of single people what one month cannot
SURE, LEANS = 0.8, 0.5  # chances from which something is said, or said to be likely
Mark = Literal["sure", "leans", "open"]
MARKS: tuple[Mark, ...] = ("sure", "leans", "open")


@dataclass(frozen=True)
class Month:
    """A month of a figure, and its 95 % limits (NaN where nobody knows them)."""

    month: dt.date
    value: float
    low: float
    high: float

    @property
    def has_limits(self) -> bool:
        return math.isfinite(self.low) and math.isfinite(self.high)


@dataclass(frozen=True)
class Figure:
    """A headline of the company: an indicator's value on n cases with its 95 % limits, how it moved
    (None: nothing to compare with), in which team mostly, and its last months."""

    indicator: Indicator
    value: float
    low: float
    high: float
    n: float
    change: Change | None
    mark: Mark
    mainly: str | None
    months: tuple[Month, ...]
    company: float = math.nan  # beside a team's value the company's

    @property
    def worse(self) -> bool:
        """Whether it moved the wrong way, beyond what chance explains."""
        if self.change is None or not self.moved:
            return False
        return (self.change.by > 0) == (self.indicator.direction == "lower")

    @property
    def moved(self) -> bool:
        """Whether chance hardly explains how it moved."""
        return self.mark == "sure" and self.change is not None and self.change.by != 0.0


@dataclass(frozen=True)
class Losing:
    """The team that loses most points, and the indicator on which it loses most beyond the company;
    marks: of its being that team, and of that indicator's gap."""

    team: str
    agents: int
    lost: float
    company: float
    mark: Mark
    indicator: Indicator
    on_it: float
    company_on_it: float
    mark_on_it: Mark


@dataclass(frozen=True)
class Reason:
    """An indicator on which somebody stands behind the middle of the team."""

    indicator: Indicator
    value: float
    median: float
    n: float


@dataclass(frozen=True)
class Person:
    """Somebody to talk with: why, what to do, and what the middle of the team would bring: points
    of the score, and renewals a month (90 % limits; NaN where these cannot be told). shared:
    whether others bear the name, too."""

    agent_id: str
    name: str
    shared: bool
    team: str | None
    quadrant: str
    mark: Mark
    reason: Reason | None
    weakest: tuple[str, ...]
    action: str | Text
    gain: float
    renewals: float
    renewals_low: float
    renewals_high: float
    talk: bool  # whether one is planned already


@dataclass(frozen=True)
class Leader:
    """A role model with both values of the quadrant."""

    agent_id: str
    name: str
    shared: bool
    team: str | None
    mark: Mark
    x: float
    y: float


@dataclass(frozen=True)
class Improver:
    """Somebody who keeps improving: an indicator's first and last three months."""

    agent_id: str
    name: str
    shared: bool
    team: str | None
    indicator: Indicator
    months: int
    first: float
    last: float


@dataclass(frozen=True)
class Task:
    """Something left to do: its kind, how many, and what its sentence names besides."""

    kind: str
    count: int
    facts: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Views:
    """What a briefing is made of: the period, the one before; the months that tell of single
    people, the same a month earlier; the company's sums by month; who keeps improving."""

    now: Evaluation
    before: Evaluation | None
    longer: Evaluation
    earlier: Evaluation | None
    monthly: pd.DataFrame | None
    incentives: Incentives | None
    talks: Sequence[Talk]


@dataclass(frozen=True, eq=False)
class Briefing:
    """A period in short. `sure_now` and `sure_longer`: how many of the agents shown stand firmly in
    a quadrant by the period alone, and by the longer run of months."""

    period: Period
    team: str | None  # whose figures these are; the company's where nobody chose one
    compared: Period | None
    cut: dt.date | None
    provisional: bool
    open_policies: int
    agents: int
    rated: int
    score: float
    score_change: Change | None
    figures: tuple[Figure, ...]
    losing: Losing | None
    longer: Period
    sure_now: int
    sure_longer: int
    people: tuple[Person, ...]
    leaders: tuple[Leader, ...]
    improvers: tuple[Improver, ...]
    purpose: str
    tasks: tuple[Task, ...]
    views: Views = field(repr=False)

    @property
    def persons(self) -> int:
        """How many people it names."""
        named: list[Person | Leader | Improver] = [*self.people, *self.leaders, *self.improvers]
        return len({person.agent_id for person in named})

    @property
    def finding(self) -> Figure | None:
        """The change that the month is told by: the first that went wrong beyond chance, else the
        first that went well."""
        moved = [figure for figure in self.figures if figure.moved]
        return next((figure for figure in moved if figure.worse), next(iter(moved), None))


def briefing(views: Views, purpose: str = "", tasks: Sequence[Task] = ()) -> Briefing:
    """The period in short; without a purpose, lifting the team is taken for it."""
    now, before, longer = views.now, views.before, views.longer
    placed, placed_longer = place(now), place(longer)
    chance = quadrant_certainty(longer.measured, placed_longer)
    measured, team = now.measured, told_team(now)
    group, row = _scores(now, team)
    return Briefing(
        period=measured.period,
        team=team,
        compared=before.measured.period if before is not None else None,
        cut=before.measured.filters.cut if before is not None else None,
        provisional=measured.provisional,
        open_policies=int(measured.totals.get("open_policies", 0)),
        agents=int(now.shown.sum()),
        rated=int((now.shown & now.agents.rated).sum()),
        score=float(group.score[row]) if group.rated[row] else math.nan,
        score_change=None if before is None else score_change(now, before, team),
        figures=figures(views, team),
        losing=losing(now, team),
        longer=longer.measured.period,
        sure_now=_firm(now, quadrant_certainty(measured, placed)),
        sure_longer=_firm(longer, chance),
        people=people_first(longer, placed_longer, views.talks),
        leaders=leaders(longer, placed_longer, chance),
        improvers=improvers(longer, views.incentives),
        purpose=purpose or "lift",
        tasks=tuple(tasks),
        views=views,
    )


def _scores(now: Evaluation, team: str | None) -> tuple[Scored, int]:
    """Where the score of the company, or of a team, stands."""
    if team is None:
        return now.company, 0
    return now.teams, now.measured.teams["team"].tolist().index(team)


def window(period: Period, counted: set[dt.date], closed: dt.date) -> Period:
    """The months that tell of single people: the period where it is long enough, else up to six
    months in a row that end with it, or with the last closed one before its end."""
    last = min(period.last, closed)
    if period.length >= WINDOW or last not in counted:
        return period
    first = last
    while Period(first, last).length < WINDOW and add_months(first, -1) in counted:
        first = add_months(first, -1)
    return Period(min(first, period.first), last)


# -- the company -----------------------------------------------------------------------------------


def told_team(evaluation: Evaluation) -> str | None:
    """The team that a briefing is about: the one that was chosen, else the only one that the reader
    sees; None where it is about the company."""
    measured = evaluation.measured
    chosen = measured.filters.team
    if chosen is None and measured.filters.scope is not None:
        seen = measured.teams["team"][evaluation.teams_in_scope].dropna().unique().tolist()
        chosen = str(seen[0]) if len(seen) == 1 else None
    return chosen if chosen in measured.teams["team"].tolist() else None


def figures(views: Views, team: str | None = None) -> tuple[Figure, ...]:
    """At most four headlines of the company, or of a team: the axes of the quadrant, and what
    weighs most beside them; the heavier first."""
    now, before = views.now, views.before
    catalogue, measured = now.catalogue, now.measured
    row = 0 if team is None else measured.teams["team"].tolist().index(team)
    values = measured.company if team is None else measured.team_values
    monthly = views.monthly if team is None else _of(now, views.monthly, team)
    weighed = sorted(catalogue.ids, key=lambda name: -now.nominal[catalogue.position(name)])
    wanted = dict.fromkeys([*axes(catalogue), *_of_categories(now, weighed), *weighed])
    out: list[Figure] = []
    for name in wanted:
        column = catalogue.position(name)
        if len(out) == CARDS or math.isnan(values.value[row, column]):
            continue
        value, low, high = limits(now, name, team)
        change = None if before is None else value_change(now, before, name, team)
        mark = mark_of_change(change, measured.provisional)
        spread = before is not None and mark == "sure" and team is None
        out.append(
            Figure(
                catalogue[name],
                value,
                low,
                high,
                float(values.denominator[row, column]),
                change,
                mark,
                mostly_in(now, before, name) if before is not None and spread else None,
                past(monthly, catalogue[name], now),
                math.nan if team is None else float(measured.company.value[0, column]),
            )
        )
    return tuple(out)


def _of(now: Evaluation, monthly: pd.DataFrame | None, team: str) -> pd.DataFrame | None:
    """The months of those who are in a team in the period."""
    if monthly is None:
        return None
    members = now.people["agent_id"][now.people["team"] == team]
    return monthly[monthly["agent_id"].isin(members)]


def _of_categories(evaluation: Evaluation, weighed: Sequence[str]) -> list[str]:
    """The second heaviest of the categories of the axes: a month is told by what decides it."""
    catalogue = evaluation.catalogue
    usual = axes(catalogue)
    second: dict[str, str] = {}
    for name in weighed:
        if name not in usual:
            second.setdefault(catalogue[name].category, name)
    categories = dict.fromkeys(catalogue[name].category for name in usual)
    return [second[category] for category in categories if category in second]


def mark_of_change(change: Change | None, provisional: bool) -> Mark:
    """Sure where chance hardly explains a change; of a provisional period nothing is."""
    if change is None or provisional or change.verdict == "unknown":
        return "open"
    if change.verdict == "told":
        return "sure"
    return "leans" if change.leans else "open"


def past(monthly: pd.DataFrame | None, indicator: Indicator, now: Evaluation) -> tuple[Month, ...]:
    """An indicator of the company in the twelve months up to the period's last; a month without
    figures is left out. `monthly`: the sums of agents by month."""
    parts = [indicator.numerator, indicator.denominator]
    if monthly is None or not set(parts) <= set(monthly):
        return ()
    last = now.measured.period.last
    # An empty numerator takes its denominator out with it.
    there = monthly[monthly[parts[0]].notna() & (monthly[parts[1]] > 0)]
    wanted = [*parts, *([SQUARES] if SQUARES in monthly else [])]
    sums = there.groupby(pd.to_datetime(there["month"]))[wanted].sum(min_count=1)
    first = pd.Timestamp(add_months(last, 1 - MONTHS))
    sums = sums[(sums.index >= first) & (sums.index <= pd.Timestamp(last))]
    above, below = (sums[name].to_numpy(dtype=float) for name in parts)
    squares = sums[SQUARES].to_numpy(dtype=float) if SQUARES in sums else None
    low, high = interval(indicator, above, below, squares, likeness(now.measured).company)
    value = indicator.scale * above / below
    return tuple(
        Month(stamp.date(), *map(float, cells))
        for stamp, *cells in zip(sums.index, value, low, high, strict=True)
    )


def losing(evaluation: Evaluation, team: str | None = None) -> Losing | None:
    """The team of the reader's scope with the lowest score, or the one that was chosen, and where
    it loses most beyond the company; None where no team has one.

    Marks by drawing the teams' points anew: how often it is the lowest of them, and how often it
    loses more on that indicator than the company does.
    """
    measured = evaluation.measured
    names = measured.teams["team"].to_numpy(dtype=object)
    there = evaluation.teams_in_scope & evaluation.teams.rated
    rows = np.flatnonzero(there & np.array([isinstance(name, str) for name in names], dtype=bool))
    if not len(rows) or not evaluation.company.rated[0]:
        return None
    lowest = int(np.argmin(evaluation.teams.score[rows]))
    if team is not None and team in names[rows]:
        lowest = names[rows].tolist().index(team)
    row = int(rows[lowest])
    lost = points_lost(measured.team_values, evaluation.teams)[row]
    company = points_lost(measured.company, evaluation.company)[0]
    # Of equal gaps, to the decimal that is told, the one that costs more.
    column = int(np.nanargmax(np.round(lost - company, 1) + lost / 1_000.0))
    drawn = _drawn(evaluation, rows)
    total = np.nansum(drawn, axis=2)
    # What has no known spread and weighs much leaves it open who is lowest.
    told = not unknown_spread(evaluation)
    firm = float((total.argmax(axis=1) == lowest).mean()) if len(rows) > 1 and told else 0.0
    more = drawn[:, lowest, column] > company[column]
    varies = bool(np.ptp(drawn[:, lowest, column]) > 0)
    return Losing(
        str(names[row]),
        int(measured.teams["agents"].iat[row]),
        100.0 - float(evaluation.teams.score[row]),
        100.0 - float(evaluation.company.score[0]),
        mark_of_chance(firm),
        evaluation.catalogue.indicators[column],
        float(lost[column]),
        float(company[column]),
        mark_of_chance(float(more.mean()) if varies else 0.0),
    )


def _drawn(evaluation: Evaluation, rows: np.ndarray) -> Floats:
    """Points lost by teams (draws × teams × indicators) as their own counts allow them; wider where
    policies are decided on together."""
    weight = evaluation.teams.weight[rows]
    wider = np.sqrt(np.maximum(1.0, likeness(evaluation.measured).teams[rows]))
    out = np.full((DRAWS, len(rows), len(evaluation.catalogue.ids)), np.nan)
    for column, drawn in of_groups(evaluation, evaluation.measured.team_values, rows):
        centre = drawn.mean(axis=0)
        earned = centre + (drawn - centre) * wider
        out[:, :, column] = weight[:, column] * (100.0 - earned) / 100.0
    return out


def mark_of_chance(share: float) -> Mark:
    """Sure from four out of five, likely from a half."""
    if share >= SURE:
        return "sure"
    return "leans" if share >= LEANS else "open"


# -- single people ---------------------------------------------------------------------------------


def _firm(evaluation: Evaluation, chance: QuadrantCertainty) -> int:
    """How many of the agents shown stand firmly in a quadrant."""
    return int((chance.certain & evaluation.shown).sum())


def people_first(
    evaluation: Evaluation, placed: Placed, talks: Sequence[Talk]
) -> tuple[Person, ...]:
    """Whom to talk with first: the beginning of the coaching list, role models left out. Of those
    who stand apart because too few cases carry their rank, whoever is surely behind on what would
    bring most."""
    listed = coaching_list(evaluation, placed, talks)
    behind = (listed["apart"] == "few_cases") & (listed["standing"] == "certain")
    wanted = listed[((listed["apart"] == "") | behind) & (listed["quadrant"] != "role_model")]
    shared = shared_names(evaluation)
    return tuple(
        _person(evaluation, agent, shared) for agent in wanted.head(FIRST).to_dict("records")
    )


def shared_names(evaluation: Evaluation) -> frozenset[str]:
    """The names that several agents bear."""
    names = evaluation.people["name"].dropna()
    return frozenset(names[names.duplicated()].astype(str))


def _person(
    evaluation: Evaluation, agent: Mapping[Hashable, Any], shared: frozenset[str]
) -> Person:
    reason, months = _reason(evaluation, agent), evaluation.measured.period.length
    return Person(
        agent["agent_id"],
        str(agent["name"] or agent["agent_id"]),
        agent["name"] in shared,
        agent["team"],
        agent["quadrant"],
        "open" if reason is None else _FIRM.get(agent["standing"], "open"),
        reason,
        tuple(agent["weakest"]),
        agent["action"],
        float(agent["sure_gain"]),
        float(agent["extra_renewals"]) / months,
        float(agent["extra_low"]) / months,
        float(agent["extra_high"]) / months,
        bool(agent["listed"]),
    )


_FIRM: Mapping[str, Mark] = {"certain": "sure", "not_yet": "leans"}


def _reason(evaluation: Evaluation, agent: Mapping[Hashable, Any]) -> Reason | None:
    """What would bring most at the middle of the team, where the agent lies behind it."""
    if not agent["reason"]:
        return None
    indicator = evaluation.catalogue[agent["reason"]]
    value, median = float(agent["value"]), float(agent["median"])
    behind = value > median if indicator.direction == "lower" else value < median
    return Reason(indicator, value, median, float(agent["n"])) if behind else None


def leaders(
    evaluation: Evaluation, placed: Placed, chance: QuadrantCertainty
) -> tuple[Leader, ...]:
    """Role models, those who surely are one first, then by rank; nobody of whom it is open."""
    column = QUADRANTS.index("role_model")
    rows = np.flatnonzero(
        evaluation.shown & evaluation.agents.rated & (placed.quadrant == "role_model")
    )
    people, shared, out = evaluation.people, shared_names(evaluation), []
    for row in rows[np.argsort(evaluation.agents.rank[rows], kind="stable")].tolist():
        standing = chance.standing(row)
        if standing not in ("certain", "not_yet") or chance.likeliest[row][0] != column:
            continue
        agent_id = str(people["agent_id"].iat[row])
        out.append(
            Leader(
                agent_id,
                str(people["name"].iat[row] or agent_id),
                people["name"].iat[row] in shared,
                people["team"].iat[row],
                "sure" if standing == "certain" else "leans",
                float(placed.x_value[row]),
                float(placed.y_value[row]),
            )
        )
    out.sort(key=lambda leader: MARKS.index(leader.mark))
    return tuple(out[:LEADING])


def improvers(evaluation: Evaluation, incentives: Incentives | None) -> tuple[Improver, ...]:
    """Who keeps improving on what weighs much, of those whom the reader is shown; each once."""
    if incentives is None:
        return ()
    people, shared = evaluation.people[evaluation.shown], shared_names(evaluation)
    people = people.set_index("agent_id")
    candidates = incentives.candidates
    candidates = candidates[candidates["agent_id"].isin(people.index)].drop_duplicates("agent_id")
    return tuple(
        Improver(
            str(row["agent_id"]),
            str(people.at[row["agent_id"], "name"] or row["agent_id"]),
            people.at[row["agent_id"], "name"] in shared,
            people.at[row["agent_id"], "team"],
            evaluation.catalogue[row["indicator"]],
            int(row["months"]),
            float(row["first"]),
            float(row["last"]),
        )
        for row in candidates.head(IMPROVING).to_dict("records")
    )
