"""The month in short, figure by figure, on companies whose numbers a reader can check."""

import datetime as dt
import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analytics.catalogue import default_scheme
from analytics.evaluation import evaluate
from analytics.insight.briefing import (
    Figure,
    Views,
    briefing,
    figures,
    improvers,
    leaders,
    losing,
    past,
    people_first,
    shared_names,
    window,
)
from analytics.insight.change import Change
from analytics.insight.quadrant import place
from analytics.insight.quadrant_certainty import quadrant_certainty
from analytics.insight.trends import COLUMNS, Incentives
from analytics.insight.weak_spots import agents_behind, losses_of, recoverable, team_losses
from analytics.model import Period
from analytics.statistics.wilson import wilson
from tests.present import present
from tests.simulate.figures import in_teams, measured

APRIL = dt.date(2026, 4, 1)
SIZE = 40


def company(east=0.8, west=0.7, answers=80.0, due=500.0):
    """Forty agents: twenty of East, twenty of West, whose rates lie five points on either side of
    their team's; everybody has forty answers that lie ten points from their mean."""
    side = np.where(np.arange(SIZE) % 2 == 0, -0.05, 0.05)
    rate = np.repeat([east, west], SIZE // 2) + side
    cases, asked = np.full(SIZE, due), np.full(SIZE, 40.0)
    renewed = np.round(rate * cases)
    mean = np.broadcast_to(np.asarray(answers, dtype=float), SIZE)
    people = pd.DataFrame(
        {
            "due_policies": cases,
            "renewed_policies": renewed,
            "surveys": asked,
            "survey_points": asked * mean,
            "survey_points_sq": asked * (mean**2 + 100.0),
        }
    )
    of = measured(people, {"renewal_rate": (renewed, cases), "satisfaction": (asked * mean, asked)})
    names = ["East"] * (SIZE // 2) + ["West"] * (SIZE // 2)
    return evaluate(in_teams(of, names), default_scheme())


def views(now, before=None, monthly=None, incentives=None, talks=()):
    return Views(now, before, now, None, monthly, incentives, talks)


# -- the company -----------------------------------------------------------------------------------


def test_the_headlines_are_the_axes_first_with_value_limits_n_and_change():
    now, before = company(0.7, 0.7), company(0.8, 0.7)
    rate, answers = figures(views(now, before))
    assert [figure.indicator.id for figure in (rate, answers)] == ["renewal_rate", "satisfaction"]
    assert rate.value == pytest.approx(0.7)
    assert rate.n == 20_000
    low, high = wilson(np.array([14_000.0]), np.array([20_000.0]))
    assert (rate.low, rate.high) == pytest.approx((low[0], high[0]))
    assert present(rate.change).by == pytest.approx(-0.05)
    assert (rate.mark, rate.mainly, rate.moved, rate.worse) == ("sure", "East", True, True)
    # Answers did not move at all.
    assert answers.mark != "sure"
    assert (answers.mainly, answers.moved, answers.worse) == (None, False, False)
    alone = figures(views(now))[0]
    assert (alone.change, alone.mark, alone.mainly, alone.months) == (None, "open", None, ())


@pytest.mark.parametrize(
    ("direction", "by", "mark", "moved", "worse"),
    [
        ("renewal_rate", -0.1, "sure", True, True),
        ("renewal_rate", 0.1, "sure", True, False),
        ("complaint_rate", 0.1, "sure", True, True),
        ("complaint_rate", -0.1, "sure", True, False),
        ("renewal_rate", -0.1, "leans", False, False),
        ("renewal_rate", 0.0, "sure", False, False),
    ],
)
def test_a_figure_is_worse_that_surely_moved_the_wrong_way(direction, by, mark, moved, worse):
    indicator = company().catalogue[direction]
    change = Change(by, by - 0.01, by + 0.01)
    figure = Figure(indicator, 0.5, 0.4, 0.6, 10, change, mark, None, ())
    assert (figure.moved, figure.worse) == (moved, worse)


def test_the_finding_is_the_first_that_went_wrong_before_what_went_well():
    told = briefing(views(company(0.7, 0.7, 90.0), company(0.8, 0.7, 80.0)))
    assert present(told.finding).indicator.id == "renewal_rate"
    assert [figure.moved for figure in told.figures] == [True, True]
    better = briefing(views(company(0.8, 0.7, 90.0), company(0.7, 0.7, 80.0)))
    assert present(better.finding).indicator.id == "renewal_rate"
    only = briefing(views(company(0.8, 0.7, 70.0), company(0.7, 0.7, 80.0)))
    assert present(only.finding).indicator.id == "satisfaction"


def test_the_past_of_a_figure_is_twelve_months_pooled_and_never_more():
    months = pd.date_range("2025-01-01", "2026-05-01", freq="MS")
    rows = [
        (month, renewed, due)
        for month in months
        for renewed, due in ((30.0, 40.0), (10.0, 60.0), (np.nan, 500.0), (7.0, 0.0))
    ]
    monthly = pd.DataFrame(rows, columns=["month", "renewed_policies", "due_policies"])
    now = company()
    told = past(monthly, now.catalogue["renewal_rate"], now)
    assert [month.month for month in told] == [stamp.date() for stamp in months[4:16]]
    # 40 of 100: what names no renewals, and what had none due, counts on neither side.
    assert {month.value for month in told} == {0.4}
    low, high = wilson(np.array([40.0]), np.array([100.0]))
    assert (told[0].low, told[0].high) == pytest.approx((low[0], high[0]))
    assert told[0].has_limits
    assert not replace(told[0], high=math.nan).has_limits
    assert past(monthly, now.catalogue["satisfaction"], now) == ()


def test_the_team_that_loses_most_is_told_with_what_it_loses_beyond_the_company():
    told = present(losing(company()))
    # West 70 % earn 60, everybody 75 % earn 70; answers of 80 earn 76.7 everywhere.
    assert (told.team, told.agents, told.indicator.id) == ("West", 20, "renewal_rate")
    answers = 23 / 87 * (60 + 25 * 10 / 15)
    assert told.lost == pytest.approx(100 - (64 / 87 * 60 + answers))
    assert told.company == pytest.approx(100 - (64 / 87 * 70 + answers))
    assert told.on_it == pytest.approx(100 * 64 / 87 * 0.4)
    assert told.company_on_it == pytest.approx(100 * 64 / 87 * 0.3)
    assert (told.mark, told.mark_on_it) == ("sure", "sure")
    other = present(losing(company(0.7, 0.8)))
    assert (other.team, other.mark) == ("East", "sure")
    alike = present(losing(company(0.75, 0.75)))
    assert alike.mark != "sure"


@pytest.mark.parametrize(
    ("last", "closed", "counted", "told"),
    [
        (4, 4, range(1, 5), (1, 4)),
        (8, 8, range(1, 9), (3, 8)),  # six at most
        (8, 7, range(1, 9), (2, 7)),
        (4, 4, (2, 4), (4, 4)),
    ],
)
def test_people_are_judged_by_six_months_at_most_without_a_gap(last, closed, counted, told):
    months = {dt.date(2026, month, 1) for month in counted}
    period = Period(dt.date(2026, last, 1), dt.date(2026, last, 1))
    span = window(period, months, dt.date(2026, closed, 1))
    assert (span.first.month, span.last.month) == told


def test_a_period_longer_than_its_window_is_judged_as_it_is():
    months = {dt.date(2026, month, 1) for month in range(1, 9)}
    three = Period(dt.date(2026, 2, 1), APRIL)
    assert window(three, months, APRIL) == Period(dt.date(2026, 1, 1), APRIL)
    six = Period(dt.date(2026, 3, 1), dt.date(2026, 8, 1))
    assert window(six, months, dt.date(2026, 8, 1)) == six
    assert window(six, months, dt.date(2026, 7, 1)) == six  # also while its last month is open
    # A month without figures is judged alone, whatever lies before it.
    september = Period(dt.date(2026, 9, 1), dt.date(2026, 9, 1))
    assert window(september, months, dt.date(2026, 9, 1)) == september


# -- single people ---------------------------------------------------------------------------------


def test_five_are_named_to_talk_with_and_what_the_middle_would_bring_a_month():
    now = company()
    people = people_first(now, place(now), [])
    assert len(people) == 5
    assert {person.quadrant for person in people}.isdisjoint({"role_model"})
    first = people[0]
    reason = present(first.reason)
    assert reason.indicator.id == "renewal_rate"
    assert reason.value < reason.median
    assert (reason.n, first.talk) == (500, False)
    # Half of each team lies five points below its middle: 25 of 500 policies, and a little less.
    assert 15 < first.renewals < 26
    assert first.renewals_low < first.renewals < first.renewals_high
    quarter = Period(dt.date(2026, 2, 1), APRIL)
    longer = replace(
        now,
        measured=replace(now.measured, filters=replace(now.measured.filters, period=quarter)),
    )
    month = people_first(longer, place(longer), [])[0]
    assert month.renewals == pytest.approx(first.renewals / 3)
    assert month.renewals_high == pytest.approx(first.renewals_high / 3)
    assert month.gain == pytest.approx(first.gain)


def test_names_that_two_bear_are_shared_and_nobodys_is_not():
    now = company()
    names = ["王静", "王静", *[None] * 3, *[f"n{nth}" for nth in range(35)]]
    named = replace(now, measured=replace(now.measured, people=now.people.assign(name=names)))
    assert shared_names(named) == {"王静"}


def test_three_role_models_are_named_the_surest_first_and_then_by_rank():
    answers = np.where(np.arange(SIZE) % 4 == 1, 95.0, 60.0)
    now = company(answers=answers)
    placed = place(now)
    chance = quadrant_certainty(now.measured, placed)
    told = leaders(now, placed, chance)
    assert len(told) == 3
    rows = [now.row(leader.agent_id) for leader in told]
    assert all(placed.quadrant[row] == "role_model" for row in rows)
    assert all(chance.likeliest[row][0] == 0 for row in rows)
    marks = [leader.mark for leader in told]
    assert marks == sorted(marks, key=["sure", "leans", "open"].index)
    assert (told[0].x, told[0].y) == (placed.x_value[rows[0]], placed.y_value[rows[0]])
    nobody = replace(now, agents=replace(now.agents, rated=np.zeros(SIZE, dtype=bool)))
    assert leaders(nobody, placed, chance) == ()


def test_three_who_improve_are_named_each_once():
    now = company()
    rows = pd.DataFrame(
        {
            **dict.fromkeys(COLUMNS, 0.0),
            "agent_id": ["A00001", "A00001", "gone", "A00002", "A00003", "A00004"],
            "indicator": ["renewal_rate", "satisfaction", *["renewal_rate"] * 4],
            "months": 12,
            "first": [0.5, 60.0, 0.1, 0.6, 0.7, 0.8],
            "last": [0.6, 70.0, 0.2, 0.7, 0.8, 0.9],
        }
    )
    told = improvers(now, Incentives(rows, ("renewal_rate",), "exact", 12))
    assert [(each.agent_id, each.first, each.last) for each in told] == [
        ("A00001", 0.5, 0.6),
        ("A00002", 0.6, 0.7),
        ("A00003", 0.7, 0.8),
    ]
    assert {(each.team, each.months) for each in told} == {("East", 12)}
    assert improvers(now, None) == ()


def test_a_briefing_counts_whom_it_names_and_how_many_stand_firmly():
    now = company()
    told = briefing(views(now))
    chance = quadrant_certainty(now.measured, place(now))
    assert told.sure_now == told.sure_longer == int(chance.certain.sum())
    assert (told.agents, told.rated, told.open_policies) == (SIZE, SIZE, 0)
    assert told.score == pytest.approx(64 / 87 * 70 + 23 / 87 * (60 + 25 * 10 / 15))
    named = {each.agent_id for each in told.people} | {each.agent_id for each in told.leaders}
    assert told.persons == len(named)
    assert (told.compared, told.cut, told.score_change, told.purpose) == (None, None, None, "lift")


# -- where points are lost -------------------------------------------------------------------------


def test_losses_of_teams_add_up_to_what_their_scores_lack():
    now = company()
    lost = team_losses(now)
    assert lost.index.tolist()[:2] == ["East", "West"]
    assert lost.sum(axis=1).tolist() == pytest.approx(
        [*(100 - now.teams.score), 100 - now.company.score[0]]
    )
    west = losses_of(now, "West").set_index("indicator")
    assert west.loc["renewal_rate", "per_weight"] == pytest.approx(0.4)
    assert west.loc["renewal_rate", "best"] == pytest.approx(100 * 64 / 87 * 0.2)
    assert west.index.tolist()[0] == "renewal_rate"


def test_what_is_recoverable_reaches_to_the_better_quarter_of_agents():
    now = company()
    column = now.catalogue.position("renewal_rate")
    east, west = (recoverable(now, team)[column] for team in ("East", "West"))
    # Rates of 65, 75, 75 and 85 %: the better quarter begins between the last two, at 70 to 90
    # points; East reaches 80 points and West 60.
    assert 0 < east < 100 * 64 / 87 * 0.10
    assert west - east == pytest.approx(100 * 64 / 87 * 0.20)


def test_those_behind_a_loss_come_by_how_much_they_lose():
    now = company()
    behind = agents_behind(now, "West", "renewal_rate")
    assert behind["agent_id"].tolist() == [
        *(f"A{row:05d}" for row in range(20, 40, 2)),
        *(f"A{row:05d}" for row in range(21, 40, 2)),
    ]
    assert behind["lost"].tolist()[0] == pytest.approx(100 * 64 / 87 * (1 - 0.45))
    assert behind["due_policies"].tolist() == [500] * 20
    assert len(agents_behind(now, None, "renewal_rate")) == SIZE
