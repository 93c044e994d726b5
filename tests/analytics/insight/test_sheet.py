"""The sheet of Bo of the tiny company, every window closed, worked out by hand."""

import datetime as dt

import pytest

from analytics.desk import Desk
from analytics.model import Filters, Period
from analytics.people import StandardVersion

APRIL = dt.date(2026, 4, 1)
PERIOD = Period(APRIL, APRIL)


@pytest.fixture
def desk(settled):
    return Desk(settled)


def shown(desk, agent_id, **filters):
    return desk.shown_sheet(desk.around(Filters(PERIOD, **filters)), agent_id)


def by_id(sheet):
    return {item["id"]: item for item in sheet["indicators"]}


def test_the_head_of_a_sheet_names_the_agent_the_period_and_what_is_not_due(desk):
    sheet = shown(desk, "B2")
    who = ("agent_id", "name", "team", "branch", "region", "supervisor", "hired_on")
    assert [sheet["agent"][name] for name in who] == ["B2", "波", "西", "分部", None, None, None]
    assert sheet["period"] == {
        "from": "2026-04",
        "to": "2026-04",
        "provisional": False,
        "open_policies": 0,
        "excluded_policies": 0,
        "late_renewals": 1,
        "stale_open": 0,
    }
    # P9 still says 跟进中 though its window has closed; P10 is excluded.
    of_cy = shown(desk, "C3")["period"]
    assert (of_cy["stale_open"], of_cy["excluded_policies"], of_cy["open_policies"]) == (1, 1, 0)
    assert (sheet["before"], sheet["channel"], sheet["standard_version"]) == (None, None, 0)
    assert (sheet["closed"], sheet["read"], sheet["notes"]) == (None, None, [])
    assert shown(desk, "B2", channel="直销")["channel"] == "直销"


def test_what_is_missing_gives_its_weight_to_what_is_there(desk):
    sheet = shown(desk, "B2")
    # No rating: 13 of 100 go to results and service, 64 and 23 of the 87 that are left.
    assert [part["id"] for part in sheet["categories"]] == ["results", "service", "competence"]
    assert [part["weight"] for part in sheet["categories"]] == pytest.approx(
        [6400 / 87, 2300 / 87, 0]
    )
    items = by_id(sheet)
    # No first-term policy: 10 of 100 inside results go to the other 90, of which the cycle has 7.
    assert items["renewal_cycle"]["weight"] == pytest.approx(6400 / 87 * 7 / 90)
    assert items["renewal_cycle"]["nominal"] == pytest.approx(64 * 0.07)
    assert items["new_conversion"]["weight"] == 0
    # 13 of competence and 6.4 of new conversion are not there.
    assert sheet["coverage"] == pytest.approx((100 - 13 - 6.4) / 100)
    # Two days from the first effective contact to the renewal are full marks, all else is nothing.
    assert sheet["score"] == pytest.approx(6400 / 87 * 7 / 90)
    assert [part["contribution"] for part in sheet["categories"]] == pytest.approx(
        [sheet["score"], 0, 0]
    )
    assert [part["shown"] for part in sheet["categories"]] == [5.7, 0, 0]
    assert (sheet["grade"], sheet["rank"], sheet["rated"]) == ("D", 2, 2)


def test_every_indicator_stands_between_what_was_counted_and_what_it_gives(desk):
    item = by_id(shown(desk, "B2"))["renewal_rate"]
    assert (item["numerator"], item["denominator"]) == (1, 3)
    assert item["value"] == pytest.approx(1 / 3)
    assert (item["points"], item["band"], item["missed"]) == (0, None, 0.5)
    assert (item["contribution"], item["lost"]) == (0, pytest.approx(item["weight"]))
    # Cy renewed none of one: the median of the two of 西, one other's value.
    assert (item["team_median"], item["team_others"]) == (pytest.approx(1 / 6), 1)
    # Wilson's limits of one in three.
    sure = item["sure"]
    assert (sure["kind"], sure["n"], sure["enough"]) == ("rate", 3, False)
    assert (sure["low"], sure["high"]) == (
        pytest.approx(0.0615, abs=1e-4),
        pytest.approx(0.7923, abs=1e-4),
    )
    cycle = by_id(shown(desk, "B2"))["renewal_cycle"]
    assert (cycle["value"], cycle["points"], cycle["band"]) == (2, 100, [10, 100])
    assert (cycle["missed"], cycle["step"], cycle["lost"], cycle["shown"]) == (None, None, 0, 5.7)


def test_what_an_agent_has_no_value_of_has_neither_points_nor_a_contribution(desk):
    item = by_id(shown(desk, "B2"))["new_conversion"]
    for name in ("value", "numerator", "denominator", "points", "contribution", "lost", "sure"):
        assert item[name] is None, name
    assert "shown" not in item
    assert (item["team_median"], item["team_others"]) == (None, 0)


def test_an_agent_without_weight_enough_has_no_score_no_grade_and_no_rank(desk):
    # Cy has one policy due, no survey, no rating, no contact.
    sheet = shown(desk, "C3")
    assert (sheet["score"], sheet["grade"], sheet["rank"], sheet["veto"]) == (None,) * 4
    assert (sheet["quadrant"], sheet["quadrant_probability"]) == ("unplaced", None)
    assert sheet["rated"] == 2


def test_the_cut_lines_are_the_medians_and_count_the_others_behind_them(desk):
    # Rates of 4/5, 1/3 and 0; satisfactions of 80 and 40, none of Cy's.
    cut = shown(desk, "B2")["cut"]
    assert cut["x"] == ["renewal_rate", pytest.approx(1 / 3)]
    assert (cut["y"], cut["kind"]) == (["satisfaction", 60], "median")
    assert cut["others"] == {"x": 2, "y": 1}
    assert shown(desk, "C3")["cut"]["others"] == {"x": 2, "y": 2}
    assert shown(desk, "B2")["quadrant"] == "service_gap"  # on the line is high
    assert (shown(desk, "B2")["team_others"], shown(desk, "A1")["team_others"]) == (1, 0)


def test_the_trend_shows_the_agent_and_the_team_with_how_many_others_stand_behind_it(desk):
    points = {(point["indicator"], point["whose"]): point for point in shown(desk, "B2")["trend"]}
    mine, team = points["renewal_rate", "agent"], points["renewal_rate", "team"]
    assert (mine["month"], mine["n"], mine["value"]) == ("2026-04", 3, pytest.approx(1 / 3))
    assert (team["n"], team["value"], team["others"]) == (4, 0.25, 1)
    assert "others" not in mine
    assert mine["low"] < mine["value"] < mine["high"]
    assert points["renewal_premium", "agent"]["low"] is None  # nobody knows how far chance reaches
    assert ("new_conversion", "agent") not in points


def test_a_veto_names_what_it_speaks_of_and_the_grade_that_was_earned(desk):
    vetoes = {"renewal_rate": {"beyond": 0.9, "cap": "D"}}
    desk.adopt_standard(
        StandardVersion({}, {"A": 20, "B": 10, "C": 5, "D": 0}, vetoes, "", "试", APRIL), 0
    )
    sheet = shown(desk, "B2")
    assert sheet["grade"] == "D"
    veto = sheet["veto"]
    # 5.7 points earn a C.
    assert (veto["indicator"], veto["beyond"], veto["earned"]) == ("renewal_rate", 0.9, "C")
    assert (veto["unit"], veto["label"]["en"]) == ("percent", "Renewal rate")


def test_the_market_stands_beside_the_indicators_that_somebody_entered_it_for(desk):
    desk.save_market("renewal_rate", 0.75, "协会年报")
    items = by_id(shown(desk, "B2"))
    assert items["renewal_rate"]["market"] == {"value": 0.75, "source": "协会年报"}
    assert items["satisfaction"]["market"] is None


def test_a_sheet_prints_the_rules_that_it_was_made_under(desk):
    desk.change_settings({"grace_by_product": {"车险": 31}, "missing_limit": 50.0})
    assert shown(desk, "B2")["rules"] == {
        "grace_days": 30,
        "grace_by_product": {"车险": 31},
        "contact_lead_days": 90,
        "missing_limit": 50.0,
        "calendar": "CN",
        "month_begins": 1,
    }
