"""Standards tried, sheets compared, objections counted and changes split: by hand."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analytics.catalogue import built_in_catalogue
from analytics.evaluation import evaluate, under
from analytics.insight.bands import band, missed
from analytics.insight.closed_sheets import data_changed, differs, fingerprint
from analytics.insight.mix_change import change
from analytics.insight.objections import review_list, summary
from analytics.insight.placing import few_ids, grades, ranks
from analytics.insight.proposal import with_standard
from analytics.insight.quadrant import place
from analytics.insight.rehearsal import grade_changes, jumps, rehearse
from analytics.insight.replay import replay
from analytics.model import Standard
from analytics.people import Objection
from tests.simulate.figures import evaluated

NAN = np.nan
KNOWN = built_in_catalogue()
APRIL = dt.date(2026, 4, 1)


def company(renewed=(50.0, 75.0, 90.0, 95.0)):
    due = np.full(len(renewed), 100.0)
    people = pd.DataFrame({"due_policies": due, "renewed_policies": renewed})
    return evaluated(people, {"renewal_rate": (np.array(renewed), due)})


def easier(judged):
    """The same figures where 75 % earn full marks and 60 % none."""
    standard = Standard((0.6, 0.75), (0, 100))
    catalogue = with_standard(judged.catalogue, "renewal_rate", standard)
    return evaluate(under(judged.measured, catalogue), judged.scheme)


def test_a_rehearsal_counts_full_and_zero_marks_and_the_mean_before_and_after():
    judged = company()
    table = rehearse([(judged, easier(judged))]).set_index("indicator")
    row = table.loc["renewal_rate"]
    # 0, 70, 100 and 100 points; then 0, 100, 100, 100.
    assert (row["full_before"], row["zero_before"], row["mean_before"]) == (0.5, 0.25, 67.5)
    assert (row["full_after"], row["zero_after"], row["mean_after"]) == (0.75, 0.25, 75)
    assert (row["n_before"], row["n_after"]) == (4, 4)
    assert row["period"] == "2026-04"
    nobody = table.loc["satisfaction"]
    assert np.isnan([nobody["full_before"], nobody["mean_after"]]).all()
    assert (nobody["n_before"], nobody["n_after"]) == (0, 0)


def test_who_would_have_another_grade_is_named_with_both():
    judged = company()
    changed = grade_changes(judged, easier(judged))
    assert changed["agent_id"].tolist() == ["A00001"]
    assert changed["score_before"].tolist() == pytest.approx([70])
    assert changed["score_after"].tolist() == pytest.approx([100])
    assert (changed["grade_before"].tolist(), changed["grade_after"].tolist()) == (["C"], ["A"])


def test_how_far_knots_moved_is_the_farthest_at_the_same_points():
    old = Standard((0.5, 0.7, 0.8, 0.9), (0, 60, 80, 100))
    new = Standard((0.55, 0.75, 0.92), (0, 60, 100))
    # At 80 points 80 % against 83.5: less than the five percent at 0 and at 60.
    assert jumps(old, new, 0.01) == pytest.approx(5)
    assert jumps(old, Standard((0.5, 0.7, 0.8, 0.84), (0, 60, 80, 100)), 0.01) == pytest.approx(6)
    falling = Standard((10, 20, 30, 45), (100, 85, 60, 0))
    assert jumps(falling, replace(falling, values=(10, 20, 33, 45)), 1.0) == pytest.approx(3)


def test_a_replay_names_the_others_whose_rank_moves_and_shows_ones_own_sheet():
    before, after = company((50.0, 75.0, 90.0, 95.0)), company((92.0, 75.0, 90.0, 95.0))
    shown = replay(before, place(before), after, place(after), "A00000")
    own = shown.own.set_index("what")
    assert own.loc["renewal_rate", ["before", "after"]].tolist() == [0.5, 0.92]
    assert own.loc["renewal_rate", ["points_before", "points_after"]].tolist() == [0, 100]
    assert own.loc["score", ["before", "after"]].tolist() == pytest.approx([0, 100])
    # Full marks from 90 % on: three share the first place.
    assert own.loc["rank", ["before", "after"]].tolist() == [4, 1]
    moved = shown.moved.set_index("agent_id")
    assert set(moved.index) == {"A00001"}
    assert moved.loc["A00001", ["rank_before", "rank_after"]].tolist() == [3, 4]
    assert moved.loc["A00001", "name"] == "A00001"


# -- closed sheets ---------------------------------------------------------------------------------


def sheet(value=0.8, numerator=4.0, points=80.0, **more):
    item = {
        "id": "renewal_rate",
        "value": value,
        "numerator": numerator,
        "denominator": 5.0,
        "points": points,
        "weight": 35.0,
    }
    return {
        "score": 80.0,
        "rank": 3,
        "grade": "B",
        "quadrant": "focus",
        "indicators": [item],
        **more,
    }


def test_data_changed_where_value_or_counts_did_and_not_where_others_moved():
    closed = sheet()
    assert not data_changed(closed, sheet(rank=9, grade="A", points=60.0))
    assert data_changed(closed, sheet(numerator=5.0))
    assert data_changed(closed, sheet(value=0.9))
    assert not data_changed(closed, {**sheet(), "indicators": []})  # no standard counts it any more


def test_a_fingerprint_moves_with_what_a_sheet_says_of_its_agent_alone():
    told = fingerprint(sheet())
    assert fingerprint(sheet(rank=9, quadrant="role_model")) == told
    for other in (sheet(points=60.0), sheet(numerator=5.0), sheet(score=81.0), sheet(grade="A")):
        assert fingerprint(other) != told


def test_a_closed_sheet_differs_in_what_it_says_otherwise():
    live = sheet(value=0.9, rank=1, grade="A", few_cases=True)
    told = {row["what"]: (row["closed"], row["live"]) for row in differs(sheet(), live)}
    # On too few cases no rank is told, and the grade has its mark.
    assert told == {"rank": (3, None), "grade": ("B", "A ○"), "renewal_rate": (0.8, 0.9)}
    assert differs(sheet(), sheet()) == []
    (gone,) = differs(sheet(), {**sheet(), "indicators": []})
    assert gone == {"what": "renewal_rate", "closed": 0.8, "live": None}


# -- bands -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("indicator", "value", "points", "reached", "least"),
    [
        ("renewal_rate", 0.72, 64.0, [0.7, 60], None),
        ("renewal_rate", 0.7, 60.0, [0.7, 60], None),
        ("renewal_rate", 0.5, 0.0, [0.5, 0], None),
        ("renewal_rate", 0.49, 0.0, None, 0.5),
        ("renewal_rate", 0.95, 100.0, [0.9, 100], None),
        ("complaint_rate", 0.7, 75.0, [1.0, 60], None),
        ("complaint_rate", 3.0, 0.0, [3.0, 0], None),
        ("complaint_rate", 3.1, 0.0, None, 3.0),
        ("renewal_rate", NAN, NAN, None, None),
        ("communication", 55.0, 55.0, None, None),  # points are the value: no bands
    ],
)
def test_the_band_is_the_best_knot_that_was_reached(indicator, value, points, reached, least):
    assert band(KNOWN[indicator], value, points) == reached
    assert missed(KNOWN[indicator], value) == least


# -- objections ------------------------------------------------------------------------------------


def objected(agent_id="A", state="open", indicator="", kind="data_wrong", days=None):
    made = dt.datetime(2026, 4, 1, 9)
    answered = None if days is None else made + dt.timedelta(days=days)
    return Objection(
        agent_id,
        APRIL,
        APRIL,
        "indicator" if indicator else "sheet",
        kind,
        "why",
        indicator=indicator,
        state=state,
        made_at=made,
        answered_at=answered,
    )


def test_objections_are_counted_by_kind_indicator_and_team():
    every = [
        objected("A", "accepted", "satisfaction", days=2),
        objected("A", "rejected", "satisfaction", days=4),
        objected("B", "partly", "renewal_rate", days=9),
        objected("B"),
    ]
    table = summary(every, {"A": "E", "B": None}).set_index(["by", "value"])
    states = ["open", "accepted", "partly", "rejected"]
    assert table.loc[("kind", "data_wrong"), states].tolist() == [1, 1, 1, 1]
    assert table.loc[("indicator", "satisfaction"), states].tolist() == [0, 1, 0, 1]
    assert table.loc[("team", "E"), states].tolist() == [0, 1, 0, 1]
    assert table.loc[("team", ""), states].tolist() == [1, 0, 1, 0]
    assert ("indicator", "") not in table.index
    assert table.loc[("team", "E"), "days"] == 3
    assert table.loc[("kind", "data_wrong"), "days"] == 4


def test_three_accepted_objections_put_an_indicator_on_the_list_for_review():
    accepted = [objected(state="accepted", indicator="satisfaction") for _ in range(2)]
    partly = objected(state="partly", indicator="satisfaction")
    rejected = objected(state="rejected", indicator="renewal_rate")
    more = [objected(state="accepted", indicator="complaint_rate") for _ in range(4)]
    assert review_list([*accepted, rejected, rejected, rejected]) == []
    assert review_list([*accepted, partly, *more]) == ["complaint_rate", "satisfaction"]


# -- mix and performance ---------------------------------------------------------------------------


def cases(**kinds):
    """Product → so many policies and so many renewed."""
    return pd.DataFrame(
        [(product, n, renewed) for product, (n, renewed) in kinds.items()],
        columns=["product", "n", "renewed"],
    )


def test_a_change_splits_into_other_books_and_other_rates():
    before = cases(car=(800, 640), life=(200, 100))  # 80 and 50 %: 74
    now = cases(car=(500, 410), life=(500, 225))  # 82 and 45 %: 63.5
    told = change(before, now)
    # Shares from 80/20 to 50/50 at mean rates 81 and 47.5; rates +2 and −5 at mean shares 65/35.
    assert told.split.mix == pytest.approx(-0.3 * 0.81 + 0.3 * 0.475)
    assert told.split.performance == pytest.approx(0.02 * 0.65 - 0.05 * 0.35)
    assert told.mix[0] < told.split.mix < told.mix[1]
    assert told.performance[0] < told.split.performance < told.performance[1]
    # √(0.74 · 0.26 ÷ 1000 + 0.635 · 0.365 ÷ 1000) is two of a hundred, of which mix is a part.
    assert 0.02 < told.performance[1] - told.performance[0] < 0.09
    assert told.merged == 0
    assert told.cells["cell"].tolist() == ["car", "life"]


def test_several_small_cells_are_one_and_a_cell_that_one_side_lacks_stays():
    before = cases(car=(100, 80), life=(19, 10), home=(20, 10), boat=(5, 3))
    now = cases(car=(100, 80), life=(30, 15), home=(20, 10), bike=(40, 20))
    told = change(before, now)
    # Of life fewer than twenty before; boats there are only before, and fewer than twenty of them.
    assert told.merged == 2
    merged = told.cells.set_index("cell").loc["…"]
    assert merged[["sum_before", "size_before", "sum_now", "size_now"]].tolist() == [13, 24, 15, 30]
    assert {"car", "home", "bike"} <= set(told.cells["cell"])


def test_cells_of_two_factors_are_named_by_both_and_one_that_is_missing_by_a_dash():
    before = pd.DataFrame(
        {
            "product": ["car", "car", "life"],
            "channel": ["shop", None, "shop"],
            "n": [100, 50, 40],
            "renewed": [80, 30, 20],
        }
    )
    told = change(before, before)
    assert told.cells["cell"].tolist() == ["car · shop", "car · —", "life · shop"]
    assert (told.split.mix, told.split.performance) == (0, 0)
    alone = change(before[["n", "renewed"]], before[["n", "renewed"]])
    assert alone.cells["cell"].tolist() == ["—"]


def test_a_grade_that_rests_on_too_few_cases_has_its_mark_and_whoever_is_not_rated_has_none():
    due = np.array([400.0] * 39 + [3.0])
    renewed = np.append(np.where(np.arange(39) % 2 == 0, 240.0, 360.0), 0.0)
    people = pd.DataFrame({"due_policies": due, "renewed_policies": renewed})
    judged = evaluated(people, {"renewal_rate": (renewed, due)})
    some = np.array([0, 1, 39])
    assert grades(judged, some).tolist() == ["D", "A", "D ○"]
    assert ranks(judged, some).to_numpy(dtype=float, na_value=np.nan).tolist() == pytest.approx(
        [20, 1, NAN], nan_ok=True
    )
    assert few_ids(judged) == {"A00039"}
    rated = np.ones(40, dtype=bool)
    rated[1] = False
    fewer = replace(judged, agents=replace(judged.agents, rated=rated))
    assert grades(fewer, some).tolist() == ["D", "", "D ○"]
