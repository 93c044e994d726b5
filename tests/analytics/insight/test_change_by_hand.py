"""How the company's figures moved, against Newcombe's formula and redraws of one's own."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analytics.catalogue import default_scheme
from analytics.evaluation import evaluate
from analytics.insight.change import Change, limits, mostly_in, score_change, value_change
from analytics.model import Scope
from analytics.statistics.newcombe import newcombe_difference
from analytics.statistics.wilson import wilson
from tests.present import present
from tests.simulate.figures import in_teams, measured

NAN = math.nan


def company(east, west, due=(500.0, 500.0), amounts=False):
    """Ten agents of two teams whose policies and renewals are these together."""
    cases = np.repeat([part / 5 for part in due], 5)
    renewed = np.repeat([east / 5, west / 5], 5)
    people = pd.DataFrame({"due_policies": cases, "renewed_policies": renewed})
    values = {"renewal_rate": (renewed, cases)}
    if amounts:
        values["daily_contacts"] = (cases, np.full(10, 10.0))
    return evaluate(in_teams(measured(people, values), ["E"] * 5 + ["W"] * 5), default_scheme())


@pytest.mark.parametrize(
    ("change", "verdict", "leans"),
    [
        (Change(2.0, 0.1, 3.9), "told", True),
        (Change(2.0, 0.0, 4.0), "chance", True),
        (Change(-2.0, -4.0, 0.0), "chance", True),
        (Change(-2.0, -3.9, -0.1), "told", True),
        # 1.96 ÷ 0.8416 is 2.329: a change whose limits lie farther off than that leans nowhere.
        (Change(1.0, 1.0 - 2.32, 3.0), "chance", True),
        (Change(1.0, 1.0 - 2.34, 3.0), "chance", False),
        (Change(-1.0, -3.0, -1.0 + 2.32), "chance", True),
        (Change(-1.0, -3.0, -1.0 + 2.34), "chance", False),
        (Change(1.0, NAN, NAN), "unknown", False),
        (Change(1.0, 0.5, NAN), "unknown", False),
    ],
)
def test_a_change_is_told_beyond_its_limits_and_leans_four_times_out_of_five(
    change, verdict, leans
):
    assert (change.verdict, change.leans) == (verdict, leans)


def test_the_limits_of_a_change_are_newcombes_for_the_company_and_for_a_team():
    now, before = company(350.0, 400.0), company(400.0, 410.0)
    change = present(value_change(now, before, "renewal_rate"))
    assert change.by == pytest.approx(0.75 - 0.81)
    expected = newcombe_difference(750, 1000, 810, 1000)
    assert (change.low, change.high) == pytest.approx(expected)
    east = present(value_change(now, before, "renewal_rate", "E"))
    assert east.by == pytest.approx(-0.1)
    assert (east.low, east.high) == pytest.approx(newcombe_difference(350, 500, 400, 500))
    assert value_change(now, before, "renewal_rate", "nobody") is None
    assert value_change(now, before, "no_indicator") is None


def test_a_value_has_the_limits_of_its_own_counts():
    now = company(350.0, 400.0)
    low, high = wilson(np.array([750.0, 350.0]), np.array([1000.0, 500.0]))
    assert limits(now, "renewal_rate") == pytest.approx((0.75, low[0], high[0]))
    assert limits(now, "renewal_rate", "E") == pytest.approx((0.7, low[1], high[1]))
    assert all(map(math.isnan, limits(now, "renewal_rate", "nobody")))


def test_a_change_happened_in_the_team_that_makes_half_of_it_or_more():
    before = company(400.0, 400.0)
    # Of ten points in the mean East makes all.
    assert mostly_in(company(300.0, 400.0), before, "renewal_rate") == "E"
    assert mostly_in(company(400.0, 300.0), before, "renewal_rate") == "W"
    # Both the same: each makes a half; the first is named.
    assert mostly_in(company(320.0, 320.0), before, "renewal_rate") == "E"
    # What moved by no more than chance in its own team happened nowhere.
    assert mostly_in(company(395.0, 400.0), before, "renewal_rate") is None
    assert mostly_in(before, before, "renewal_rate") is None


def test_a_teams_part_is_its_change_by_its_share_of_the_cases_of_both_periods():
    # East had a tenth of the policies and fell by thirty points, West nine tenths and by five:
    # 3 and 4.5 of 7.5 points.
    before = company(80.0, 720.0, (100.0, 900.0))
    now = company(50.0, 675.0, (100.0, 900.0))
    assert mostly_in(now, before, "renewal_rate") == "W"
    # With three tenths of them now, it has a fifth in the mean: from 80 % to 40 % are 8 points of
    # the company's 15.5, to 50 % are 6 of 12.5.
    now = company(120.0, 525.0, (300.0, 700.0))
    assert mostly_in(now, before, "renewal_rate") == "E"
    now = company(150.0, 525.0, (300.0, 700.0))
    assert mostly_in(now, before, "renewal_rate") is None


def test_a_team_outside_the_readers_scope_is_not_named():
    before, now = company(400.0, 400.0), company(300.0, 400.0)
    filters = replace(now.measured.filters, scope=Scope(teams=("W",)))
    theirs = replace(now, measured=replace(now.measured, filters=filters))
    assert mostly_in(theirs, before, "renewal_rate") is None


def test_the_score_moves_as_far_as_the_redraws_of_both_periods_reach():
    now, before = company(375.0, 375.0), company(425.0, 425.0)
    change = present(score_change(now, before))
    # 75 % earn 70 points and 85 % 90; around them a percent of the rate is worth two points.
    assert change.by == pytest.approx(70 - 90)
    variance = 200**2 * (0.75 * 0.25 + 0.85 * 0.15) / 1000
    assert change.high - change.by == pytest.approx(1.96 * math.sqrt(variance), rel=0.05)
    assert change.by - change.low == pytest.approx(change.high - change.by)


def test_what_has_no_known_spread_and_weighs_a_tenth_leaves_the_change_of_the_score_open():
    now, before = company(375.0, 375.0, amounts=True), company(425.0, 425.0, amounts=True)
    # Contacts carry 8 of the 43 of results that are there: nearly a fifth.
    change = present(score_change(now, before))
    assert change.verdict == "unknown"
    assert not math.isnan(change.by)


def test_without_a_score_in_either_period_nothing_moved():
    now = company(375.0, 375.0)
    nobody = replace(now, company=replace(now.company, rated=np.array([False])))
    assert score_change(nobody, now) is None
    assert score_change(now, nobody) is None
