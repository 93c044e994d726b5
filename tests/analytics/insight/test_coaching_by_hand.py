"""The coaching list, step by step: what is lost, what the next band asks, what the middle of the
team would bring."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from analytics.catalogue import built_in_catalogue
from analytics.evaluation import evaluate
from analytics.insight.coaching import (
    Step,
    _cases,
    coaching_list,
    default_action,
    next_date,
    prizes,
    shortest_step,
    step_to_next_band,
)
from analytics.insight.quadrant import place
from analytics.people import Talk
from tests.present import present
from tests.simulate.figures import evaluated, in_teams

NAN = np.nan
KNOWN = built_in_catalogue()
DAY = dt.date(2026, 5, 4)


def company():
    """Six agents of two teams, as many as nobody's rate can be shrunken among; complaints per
    hundred policies; answers."""
    due = np.array([20.0, 40.0, 10.0, 50.0, 50.0, 20.0])
    renewed = np.array([10.0, 32.0, 9.0, 30.0, 45.0, 14.0])
    complaints = np.array([1.0, 0.0, 0.0, 0.0, 2.0, 0.0])
    answers = np.array([60.0, 80.0, 90.0, 70.0, 85.0, NAN])
    people = pd.DataFrame(
        {"due_policies": due, "renewed_policies": renewed, "due_premium": due * 1000.0}
    )
    judged = evaluated(
        people,
        {
            "renewal_rate": (renewed, due),
            "complaint_rate": (complaints, due),
            "satisfaction": (answers, np.ones(6)),
        },
    )
    return evaluate(in_teams(judged.measured, ["E"] * 3 + ["W"] * 3), judged.scheme)


@pytest.fixture(scope="module")
def judged():
    return company()


def rows_of(judged, talks=(), **cuts):
    listed = coaching_list(judged, place(judged, **cuts), list(talks))
    return listed.set_index("agent_id")


def test_the_weakest_are_the_three_at_most_that_lose_most_points(judged):
    row = rows_of(judged).loc["A00000"]
    # 50 % earn nothing, five complaints of a hundred neither, 60 earn 30: of results 64 of 87, of
    # service 23, of which satisfaction is 60 of 100 and complaints 40.
    lost = {
        "renewal_rate": 100 * 64 / 87,
        "satisfaction": 23 / 87 * 60 * 0.7,
        "complaint_rate": 23 / 87 * 40,
    }
    assert row["weakest"] == sorted(lost, key=lambda name: -lost[name])
    assert row["lost"] == pytest.approx(sorted(lost.values(), reverse=True))
    # What loses nothing is no weak spot.
    assert "complaint_rate" not in rows_of(judged).loc["A00003", "weakest"]


def test_the_prize_without_a_prior_is_the_gap_to_the_median_in_policies_and_premium(judged):
    row = rows_of(judged).loc["A00000"]
    # East renews 50, 80 and 90 %: the middle is 80, of 20 policies six more.
    assert row["extra_renewals"] == pytest.approx(6)
    assert row["half_renewals"] == pytest.approx(3)
    assert row["extra_premium"] == pytest.approx(6_000)
    assert np.isnan([row["extra_low"], row["extra_high"], row["sure_gain"]]).all()
    won = prizes(judged, np.full(6, 0.7))
    assert won["extra_renewals"].tolist() == pytest.approx([4, 0, 0, 5, 0, 0])


def test_the_expected_gain_is_the_score_at_the_medians_of_the_weakest(judged):
    row = rows_of(judged).loc["A00000"]
    # Of the team: a rate of 80 % earns 80, no complaint 100, answers of 80 earn 76.7; own 0, 0, 30.
    gain = 64 / 87 * 80 + 23 / 87 * (0.4 * 100 + 0.6 * (60 + 25 * 10 / 15 - 30))
    assert row["expected_gain"] == pytest.approx(gain)
    assert row["gain"] == pytest.approx(rows_of(judged)["gain"].max())


def test_the_list_has_those_with_data_first_by_their_gain_and_the_others_last(judged):
    listed = coaching_list(judged, place(judged), [])
    assert listed["apart"].tolist()[-1] == "unplaced"  # A00005 has no answers
    assert listed["agent_id"].tolist()[-1] == "A00005"
    assert listed["gain"].tolist()[:-1] == sorted(listed["gain"].tolist()[:-1], reverse=True)
    assert {"A00001", "A00002", "A00004"}.isdisjoint(
        listed["agent_id"][listed["quadrant"] == "role_model"]
    )


def test_a_talk_is_told_by_its_day_its_owner_and_the_latest_that_was_held(judged):
    talks = [
        Talk("A00000", state="planned", talk_on=DAY, owner="王", comment="谈", id=7, version=3),
        Talk("A00000", state="followed_up", talk_on=dt.date(2026, 2, 1), id=5),
        Talk("A00000", state="followed_up", talk_on=dt.date(2026, 3, 1), id=6),
        Talk("A00000", state="followed_up", talk_on=dt.date(2026, 1, 1), id=4),
        Talk("A00000", state="dropped", talk_on=dt.date(2026, 4, 1), id=3),
    ]
    row = rows_of(judged, talks).loc["A00000"]
    assert (row["last_date"], row["next_date"]) == (dt.date(2026, 3, 1), DAY)
    assert (row["owner"], row["comment"], row["listed"], row["talk"], row["version"]) == (
        "王",
        "谈",
        True,
        7,
        3,
    )
    other = rows_of(judged, talks).loc["A00003"]
    assert (other["listed"], other["owner"], other["version"]) == (False, "", 0)
    assert next_date(None) is None
    follow = Talk("A", state="done", talk_on=DAY, follow_up_on=dt.date(2026, 6, 1))
    assert next_date(follow) == dt.date(2026, 6, 1)


@pytest.mark.parametrize(
    ("indicator", "numerator", "denominator", "step"),
    [
        # 70 % of 20 are 14 exactly, 80 % of 21 are 16.8.
        ("renewal_rate", 10.0, 20.0, (4, 0.7, 0.7, False)),
        ("renewal_rate", 15.0, 21.0, (2, 0.8, 17 / 21, False)),
        # Whoever earns nothing is told of the first band that earns something.
        ("renewal_rate", 3.0, 10.0, (4, 0.7, 0.7, False)),
        # Of 300 policies 0.5 of a hundred are 1.5: at most one; nothing of what was is taken back.
        ("complaint_rate", 3.0, 300.0, (1, 0.5, 1 / 3, True)),
        ("complaint_rate", 2.0, 200.0, (1, 0.5, 0.5, True)),
        ("complaint_rate", 5.0, 50.0, (0, 1.0, 0.0, True)),
    ],
)
def test_the_next_band_is_so_many_whole_units_away(indicator, numerator, denominator, step):
    definition = KNOWN[indicator]
    value = definition.scale * numerator / denominator
    made = present(step_to_next_band(definition, value, numerator, denominator))
    amount, reaches, gives, ahead = step
    assert (made.amount, made.reaches, made.ahead) == (amount, reaches, ahead)
    assert made.gives == pytest.approx(gives)
    assert made.indicator == indicator


def test_there_is_no_step_at_full_marks_or_without_counts():
    rate = KNOWN["renewal_rate"]
    assert step_to_next_band(rate, 0.95, 19.0, 20.0) is None
    assert step_to_next_band(rate, 0.6, NAN, 20.0) is None
    assert step_to_next_band(rate, 0.6, 6.0, 0.0) is None
    assert step_to_next_band(KNOWN["satisfaction"], 60.0, 60.0, 1.0) is None


def test_the_shortest_step_can_still_be_taken_and_is_the_smallest(judged):
    rate, complaints = KNOWN["renewal_rate"], KNOWN["complaint_rate"]
    # Four more renewals rather than one complaint at most in the next period.
    both = present(shortest_step(judged, 0, [complaints, rate]))
    assert (both.indicator, both.amount) == ("renewal_rate", 4)
    only = shortest_step(judged, 0, [complaints])
    assert isinstance(only, Step)
    assert only.ahead
    assert shortest_step(judged, 0, []) is None


def test_the_action_is_the_quadrants_and_that_of_what_loses_most_unless_it_says_the_same():
    focus = default_action("focus", [], "certain")
    both = default_action("focus", [KNOWN["complaint_rate"]], "certain")
    assert both["zh"].startswith(f"{focus['zh']}；")
    assert both["en"].startswith(f"{focus['en']}; ")
    second = both["en"][len(focus["en"]) + 2 :]
    assert second[0].islower()
    unsure = default_action("focus", [], "little")
    assert unsure != focus
    # Who stands nowhere is told so, however little is known.
    assert default_action("unplaced", [], "unknown") == default_action("unplaced", [], "certain")


def test_a_share_of_a_target_rests_on_the_policies_due_and_other_figures_on_what_they_divide_by():
    due, target = np.full(12, 100.0), np.full(12, 80.0)
    renewed = np.where(np.arange(12) % 2 == 0, 60.0, 80.0)
    people = pd.DataFrame({"due_policies": due, "renewed_policies": renewed})
    judged = evaluated(
        people,
        {
            "renewal_rate": (renewed, due),
            "renewal_count": (renewed, target),
            "daily_contacts": (renewed, np.full(12, 20.0)),
        },
    )

    def cases(name):
        return _cases(judged, name, 3, KNOWN.position(name) if name else -1)

    assert [cases("renewal_rate"), cases("renewal_count"), cases("daily_contacts")] == [
        100,
        100,
        20,
    ]
    assert np.isnan([cases(""), cases("satisfaction")]).all()
