"""Pieces of agents' time added up, and the targets of scoresheets of several months: by hand."""

import numpy as np
import pandas as pd
import pytest

from analytics.warehouse import measures

NAN = np.nan


def month(number, year=2026):
    return pd.Timestamp(year, number, 1)


def test_sums_of_a_group_leave_out_what_is_missing_and_a_group_of_nothing_has_none():
    group = np.array([0, 1, 0, -1, 1, 3])
    values = np.array([2.0, NAN, 3.0, 100.0, 4.0, 0.0])
    summed = measures._sum(group, 5, values)
    assert summed.tolist() == pytest.approx([5, 4, NAN, 0, NAN], nan_ok=True)


def test_ratings_become_measures_of_their_items():
    items = pd.DataFrame(
        {
            "agent_id": ["A", "A", "A", "B"],
            "team": ["T", "T", "T", None],
            "first": [month(4)] * 4,
            "item": ["talk", "talk", "know", "talk"],
            "points": [80.0, 60.0, 90.0, 50.0],
            "ratings": [1.0, 2.0, 1.0, 1.0],
        }
    )
    wide = measures._items(items).set_index("agent_id")
    assert wide.loc["A", ["talk_points", "talk_count"]].tolist() == [140, 3]
    assert wide.loc["A", ["know_points", "know_count"]].tolist() == [90, 1]
    assert wide.loc["B", "talk_points"] == 50
    assert np.isnan(wide.loc["B", "know_points"])
    assert len(measures._items(items.iloc[:0])) == 0


def test_months_are_numbered_one_after_the_other_also_over_the_turn_of_a_year():
    months = pd.Series([month(12, 2025), month(1), month(12)])
    assert np.diff(measures._number(months)).tolist() == [1, 11]


def test_the_closed_share_of_a_sheet_is_that_of_its_policies_and_all_where_it_does_not_say():
    sheets = pd.DataFrame(
        {"due_policies": [30.0, 20.0, NAN, 0.0], "open_policies": [10.0, NAN, 5.0, 0.0]}
    )
    assert measures._closed_share(sheets).tolist() == [0.75, 1.0, 1.0, 1.0]
    assert measures._closed_share(sheets[["due_policies"]]).tolist() == [1.0] * 4
    assert measures._closed_share(pd.DataFrame({"surveys": [3.0]})).tolist() == [1.0]


def quarter(agents, renewed, due=100.0, still_open=0.0):
    """A sheet of the first quarter of each of these agents."""
    return pd.DataFrame(
        {
            "agent_id": agents,
            "first_month": month(1),
            "last_month": month(3),
            "renewed_policies": renewed,
            "due_policies": due,
            "open_policies": still_open,
        }
    )


def roster(goals, filled=None, basis="own"):
    """The targets of every agent (agent → a goal for each month from January on)."""
    rows = [
        {
            "agent_id": agent,
            "month": month(place + 1),
            "goal_count": goal,
            "goal_count_filled": goal if filled is None else filled,
            "count_basis": basis,
        }
        for agent, given in goals.items()
        for place, goal in enumerate(given)
    ]
    return pd.DataFrame(rows)


def of_longer(sheets, targets, given=None):
    given = pd.Series(NAN if given is None else given, sheets.index, dtype=float)
    return [
        part.tolist()
        for part in measures._of_longer(sheets, given, targets, "target_count", "renewed_policies")
    ]


def test_a_quarters_target_is_that_of_its_months_and_of_no_others_as_far_as_it_has_closed():
    own, filled = of_longer(
        quarter(["A"], [60.0], due=30.0, still_open=10.0), roster({"A": [10.0, 20, 30, 40]})
    )
    assert own == filled == [45.0]  # three quarters of 60


def test_a_target_on_the_sheet_itself_comes_before_those_of_its_months():
    own, filled = of_longer(quarter(["A"], [60.0]), roster({"A": [10.0, 20, 30]}), [90.0])
    assert own == filled == [90.0]


def test_who_lacks_a_months_target_is_held_against_what_stands_in_for_it():
    targets = pd.concat(
        [roster({"A": [10.0, 20, 30]}), roster({"B": [10.0, NAN, 30]}, filled=25.0)]
    )
    own, filled = of_longer(quarter(["A", "B"], [60.0, 50.0]), targets)
    assert own == [60.0, 40.0]
    assert filled == [60.0, 75.0]


def test_where_fewer_than_half_have_a_target_all_are_held_against_the_median_result():
    goals = {"A": [10.0, 10, 10], "B": [NAN] * 3, "C": [NAN] * 3}
    own, filled = of_longer(quarter(["A", "B", "C"], [40.0, 60.0, 90.0]), roster(goals))
    assert own == pytest.approx([30, NAN, NAN], nan_ok=True)
    # A has targets of its own for every month; the others the median of 40, 60 and 90.
    assert filled == [30.0, 60.0, 60.0]


def test_where_half_have_a_target_the_others_are_held_against_the_median_of_those():
    goals = {"A": [10.0, 10, 10], "B": [20.0, 20, 20], "C": [NAN] * 3, "D": [NAN] * 3}
    _, filled = of_longer(quarter(list("ABCD"), [40.0, 60.0, 90.0, 95.0]), roster(goals))
    assert filled == [30.0, 60.0, 45.0, 45.0]


def test_months_that_do_not_count_have_no_target():
    own, filled = of_longer(
        quarter(["A"], [60.0]), roster({"A": [10.0, 20, 30]}, basis="not_here"), [90.0]
    )
    assert np.isnan([*own, *filled]).all()


def test_a_sheet_holds_its_due_and_open_policies_where_it_does_not_say_how_many():
    rows = pd.DataFrame(
        [
            ("A", "due_policies", 30.0, 4),
            ("A", "open_policies", 10.0, 5),
            ("B", "due_policies", 20.0, 4),
            ("B", "held_policies", 33.0, 4),
        ],
        columns=["agent_id", "measure", "value", "load_id"],
    ).assign(first_month=month(4), last_month=month(4))
    at_the_end = pd.DataFrame(
        {
            "agent_id": ["A", "B"],
            "month": month(4),
            "team": ["East", "West"],
            "target_count": [40.0, NAN],
            "target_count_filled": [40.0, 35.0],
            "target_premium": [NAN, NAN],
            "target_premium_filled": [NAN, 500.0],
        }
    )
    sheets = measures._sheets(rows, at_the_end).set_index("agent_id")
    assert sheets["held_policies"].tolist() == [40, 33]
    assert sheets["load"].tolist() == [5, 4]
    assert sheets["team"].tolist() == ["East", "West"]
    assert sheets["target_count"].tolist() == pytest.approx([40, NAN], nan_ok=True)
    assert sheets[f"target_count{measures.FILLED}"].tolist() == [40, 35]
    assert sheets[f"target_premium{measures.FILLED}"].tolist() == pytest.approx(
        [NAN, 500], nan_ok=True
    )
    assert sheets["sheet"].all()
    assert (sheets["first"] == month(4)).all()


def test_one_channel_leaves_out_whoever_holds_none_of_it_and_complaints_and_targets_of_all():
    people = pd.DataFrame({"agent_id": ["A", "B", "C"]})
    pieces = pd.DataFrame(
        {
            "agent_id": ["A", "A", "B"],
            "held_policies": [0.0, 2.0, 0.0],
            "excluded_policies": [0.0, 0.0, 1.0],
            "complaints": [1.0, 0.0, 0.0],
            "upheld_complaints": [1.0, 0.0, 0.0],
        }
    )
    targets = pd.DataFrame({"agent_id": ["A"]})
    left, of_channel, none = measures._of_channel(people, pieces, targets)
    assert left["agent_id"].tolist() == ["A", "B"]  # an excluded policy is held, too
    assert left.index.tolist() == [0, 1]
    assert set(of_channel.columns) == {"agent_id", "held_policies", "excluded_policies"}
    assert none.empty


def test_the_spread_of_months_is_the_root_of_squares_over_their_freedom():
    told = pd.DataFrame({"statistic": [90.0], "freedom": [60.0]})
    assert measures._dispersion(told) == 1.5
    answered = pd.DataFrame({"measure": ["x"], "months": [7], "freedom": [48.0], "squares": [12.0]})
    spread = measures._spread(answered)["x"]
    assert (spread.sd, spread.freedom) == (0.5, 48.0)
