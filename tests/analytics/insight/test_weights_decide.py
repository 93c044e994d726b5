"""What weights decide, and the rate under rival definitions; by hand."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analytics.catalogue import built_in_catalogue
from analytics.insight.definitions import FEWEST, radar
from analytics.insight.effective_weights import category_weights, effective_weights
from analytics.insight.rank_ranges import bands, reach
from analytics.insight.weightings import (
    always_ahead,
    category_scores,
    compared_exactly,
    exact_ranks,
    grade_regions,
    share_ahead,
    shares_of_lead,
    weights_in_force,
)
from tests.present import present
from tests.simulate.figures import evaluated

KNOWN = built_in_catalogue()
NAN = float("nan")


def of(**values):
    """Agents with these values of some indicators, each of one case."""
    size = len(next(iter(values.values())))
    ones = np.ones(size)
    people = pd.DataFrame({"due_policies": ones})
    return evaluated(people, {name: (np.array(part), ones) for name, part in values.items()})


def test_an_indicator_that_is_the_same_for_everybody_decides_nothing():
    # 80 % and 90 % earn 80 and 100 points; everybody's answers are worth 85.
    judged = of(renewal_rate=[0.8, 0.9, 0.8, 0.9], satisfaction=[85.0] * 4)
    table = effective_weights(judged).set_index("indicator")
    # 22.4 of the rate and 13.8 of satisfaction are there.
    assert table.loc["renewal_rate", "nominal"] == pytest.approx(100 * 22.4 / 36.2)
    assert table["nominal"].sum() == pytest.approx(100)
    for share in ("covariance", "shapley"):
        assert table.loc["renewal_rate", share] == pytest.approx(100)
        assert table.loc["satisfaction", share] == pytest.approx(0, abs=1e-9)
    nominal, decided = present(
        category_weights(
            of(renewal_rate=[0.8, 0.9, 0.8], satisfaction=[85.0] * 3, communication=[50.0] * 3)
        )
    )
    assert nominal.tolist() == pytest.approx([64, 23, 13])
    assert decided.tolist() == pytest.approx([100, 0, 0])


def test_of_two_agents_nobody_can_say_what_decides():
    judged = of(renewal_rate=[0.8, 0.9], satisfaction=[85.0, 70.0], communication=[50.0, 60.0])
    assert effective_weights(judged)[["covariance", "shapley"]].isna().all().all()
    assert category_weights(judged) is None
    # Three, of whom one lacks a category.
    three = of(
        renewal_rate=[0.8, 0.9, 0.7],
        satisfaction=[85.0, 70.0, 60.0],
        communication=[50.0, 60.0, NAN],
    )
    assert category_weights(three) is None


def test_category_scores_share_out_what_is_missing_inside_a_category():
    judged = of(renewal_rate=[0.8, 0.9], satisfaction=[85.0, NAN], complaint_rate=[0.01, 0.01])
    scores = category_scores(judged)
    # One complaint per 100 earns 60: 85 · 0.6 + 60 · 0.4, and 60 alone.
    assert scores[:, 0].tolist() == pytest.approx([80, 100])
    assert scores[:, 1].tolist() == pytest.approx([75, 60])
    assert np.isnan(scores[:, 2]).all()
    assert weights_in_force(judged).tolist() == pytest.approx([0.64, 0.23, 0.13])


def test_ahead_under_every_weighting_means_at_all_three_corners():
    scores = np.array(
        [
            [90.0, 60, 60],  # 81 at 70/20/10, 78 at both others
            [80.0, 70, 70],  # 77, 76, 76
            [70.0, 95, 60],  # 74, 76.5, 73
            [90.0, 60, NAN],
        ]
    )
    assert always_ahead(scores, 0, 1)
    assert not always_ahead(scores, 1, 0)
    assert (always_ahead(scores, 1, 2), always_ahead(scores, 2, 1)) == (False, False)
    assert (share_ahead(scores, 0, 1), share_ahead(scores, 1, 0)) == (1, 0)
    # Against the third the second is 3 ahead, half a point behind and 3 ahead: the small corner
    # where it is behind is (0.5 ÷ 3.5)² of the triangle.
    assert share_ahead(scores, 1, 2) == pytest.approx(1 - (0.5 / 3.5) ** 2)
    assert share_ahead(scores, 2, 1) == pytest.approx((0.5 / 3.5) ** 2)
    assert (compared_exactly(scores, 0, 1), compared_exactly(scores, 0, 3)) == (True, False)
    # Without competence 70/20 and 60/30 are 83.3 and 80 of 100, ahead of all that the first has.
    assert always_ahead(scores, 3, 0)
    assert share_ahead(scores, 3, 0) == pytest.approx(1)
    assert exact_ranks(scores[:3]).tolist() == [[1, 2, 2], [1, 3, 3]]


def test_who_scores_the_same_in_everything_shares_the_lead_and_who_lacks_something_does_not():
    scores = np.array([[90.0, 60, 60], [90.0, 60, 60], [90.0, 60, NAN], [80.0, 60, 60]])
    first = pd.DataFrame({"agent_id": ["A"], "share": [0.25]})
    assert shares_of_lead(first, pd.Series(list("ABCD")), scores) == {"A": 0.25, "B": 0.25}


def test_a_range_leaves_out_five_of_a_hundred_on_either_side():
    ranks = np.array([list(range(1, 22)), [7] * 21]).T
    low, high = reach(ranks, 0.05)
    # Of 21 draws from the first to the last, one is a twentieth of the way.
    assert (low.tolist(), high.tolist()) == ([2, 7], [20, 7])
    assert (reach(ranks, 0.0)[0].tolist(), reach(ranks, 0.0)[1].tolist()) == ([1, 7], [21, 7])
    assert np.isnan(reach(ranks[:0], 0.05)).all()


def test_a_band_ends_before_whoever_its_first_is_ahead_of_in_nineteen_of_twenty_draws():
    first = np.full(20, 2.0)
    near, apart = np.where(np.arange(20) < 18, 1.0, 3.0), np.where(np.arange(20) < 19, 1.0, 3.0)
    level = np.where(np.arange(20) < 18, 1.0, 2.0)  # equal totals count half: 19 of 20
    for other, band in ((near, 1), (apart, 2), (level, 2), (first, 1)):
        totals = np.column_stack([first, other])
        assert bands(totals, np.array([0, 1])).tolist() == [1, band]


def test_every_definition_counts_its_own_sums():
    sums = {
        "renewed_policies": 60.0,
        "due_policies": 80.0,
        "late_renewals": 4.0,
        "open_renewed": 10.0,
        "open_policies": 15.0,
        "excluded_policies": 5.0,
        "renewed_premium": 90.0,
        "retained_premium": 70.0,
        "due_premium": 100.0,
    }
    rates = radar(sums).set_index("definition")["rate"]
    assert rates.to_dict() == pytest.approx(
        {
            "count": 60 / 80,
            "late_included": 64 / 80,
            "open_included": 70 / 95,
            "portfolio": 70 / 100,
            "premium": 0.9,
            "premium_capped": 0.7,
        }
    )
    bare = radar({"renewed_policies": 60.0, "due_policies": 80.0}).set_index("definition")["rate"]
    assert bare.notna().tolist() == [True, False, False, False, False, False]


@pytest.mark.parametrize(("rows", "fits"), [(FEWEST, ["late_included"]), (FEWEST - 1, [])])
def test_the_definition_that_stated_rates_follow_is_named_from_five_of_them_on(rows, fits):
    own = pd.DataFrame(
        {
            "rate": [0.8] * rows,
            "renewed_policies": 60.0,
            "due_policies": 80.0,
            "late_renewals": 4.0,
            "open_renewed": 0.0,
            "open_policies": 0.0,
            "excluded_policies": 0.0,
            "renewed_premium": 90.0,
            "retained_premium": 70.0,
            "due_premium": NAN,
        }
    )
    table = radar({}, own).set_index("definition")
    assert table.index[table["fits"]].tolist() == fits
    assert (table.loc["late_included", "error"], table.loc["late_included", "matched"]) == (0, 1)
    assert table.loc["count", "error"] == pytest.approx(0.05)
    assert table.loc["count", "matched"] == 0
    assert (table.loc["premium", "compared"], table.loc["count", "compared"]) == (0, rows)
    rounded = radar({}, own.assign(rate=0.755)).set_index("definition")
    assert rounded.loc["count", "matched"] == 1  # 75.5 % may be 75 % in whole percents


def test_where_all_definitions_say_the_same_none_is_named():
    own = pd.DataFrame(
        {
            "rate": [0.75] * FEWEST,
            "renewed_policies": 60.0,
            "due_policies": 80.0,
            "late_renewals": 0.0,
            "open_renewed": 0.0,
            "open_policies": 0.0,
            "excluded_policies": 0.0,
            "renewed_premium": 75.0,
            "retained_premium": 75.0,
            "due_premium": 100.0,
        }
    )
    assert not radar({}, own)["fits"].any()
    late = own.assign(late_renewals=4.0, excluded_policies=5.0)
    table = radar({}, late).set_index("definition")
    assert table.index[table["fits"]].tolist() == [
        "count",
        "open_included",
        "premium",
        "premium_capped",
    ]


def test_of_two_definitions_that_say_the_same_none_is_named_and_a_single_one_is():
    nothing = dict.fromkeys(
        ("open_renewed", "open_policies", "excluded_policies", "renewed_premium"), NAN
    )
    own = pd.DataFrame({"rate": [0.75] * FEWEST, "renewed_policies": 60.0, "due_policies": 80.0})
    own = own.assign(**nothing, retained_premium=NAN, due_premium=NAN)
    both = radar({}, own.assign(late_renewals=0.0)).set_index("definition")
    assert both["compared"].tolist() == [FEWEST, FEWEST, 0, 0, 0, 0]
    assert not both["fits"].any()
    single = radar({}, own.assign(late_renewals=NAN)).set_index("definition")
    assert single.index[single["fits"]].tolist() == ["count"]


def test_the_grades_an_agent_reaches_share_out_the_permitted_weights():
    # 90 in results and 70 in all else: 84, 82 and 82 at the corners.
    judged = of(renewal_rate=[0.85], satisfaction=[76.0], communication=[70.0])
    scores = category_scores(judged)[0]
    assert scores.tolist() == pytest.approx([90, 70, 70])
    catalogue = replace(
        judged.catalogue, grades=(("A", 83.0), ("B", 80.0), ("C", 70.0), ("D", 0.0))
    )
    judged = replace(judged, measured=replace(judged.measured, catalogue=catalogue))
    regions = grade_regions(judged, 0)
    assert [name for name, _, _ in regions] == ["A", "B"]
    # From 82 to 84 along one corner, a score of 83 (82.995 rounds up) is reached in the upper half:
    # (84 − 82.995) ÷ 2 of the way, squared.
    share = ((84 - 82.995) / 2) ** 2
    assert [share for _, share, _ in regions] == pytest.approx([share, 1 - share])
    below = replace(catalogue, grades=(("A", 90.0), ("B", 85.0), ("C", 0.0)))
    told = replace(judged, measured=replace(judged.measured, catalogue=below))
    ((name, share, _),) = grade_regions(told, 0)
    assert (name, round(share, 9)) == ("C", 1)
