"""Standards, weights, grades and ranks: by hand and as properties."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.catalogue import built_in_catalogue, default_scheme, preset_schemes
from analytics.errors import RequestRefused
from analytics.evaluation import Values, score
from analytics.evaluation.ranking import competition_rank, competition_ranks, grade
from analytics.evaluation.standards import next_band, points
from analytics.evaluation.swot import propose
from analytics.evaluation.weights import (
    CORNERS,
    effective,
    inside_triangle,
    largest_remainder,
    move,
    parse,
    vector,
)
from analytics.model import CATEGORIES, Standard, Veto, WeightScheme
from analytics.people import SwotEntry

RATE = Standard((0.5, 0.7, 0.8, 0.9), (0, 60, 80, 100))
CYCLE = Standard((10, 20, 30, 45), (100, 85, 60, 0))


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0.3, 0), (0.5, 0), (0.6, 30), (0.7, 60), (0.75, 70), (0.9, 100), (1.2, 100)],
)
def test_points_lie_on_the_line_between_knots_and_stay_flat_beyond(value, expected):
    assert points(np.array([value]), RATE)[0] == pytest.approx(expected)


@pytest.mark.parametrize(
    ("value", "expected"), [(0.49, 0), (0.69, 0), (0.7, 60), (0.79, 60), (0.9, 100)]
)
def test_in_steps_a_value_earns_the_band_edge_it_has_reached(value, expected):
    assert points(np.array([value]), replace(RATE, mode="steps"))[0] == expected


@pytest.mark.parametrize(
    ("value", "expected"), [(5, 100), (10, 100), (11, 85), (20, 85), (21, 60), (50, 0)]
)
def test_steps_work_for_indicators_where_lower_is_better(value, expected):
    assert points(np.array([value]), replace(CYCLE, mode="steps"))[0] == expected


def test_missing_values_stay_missing():
    assert np.isnan(points(np.array([np.nan]), RATE)[0])


def test_the_next_band_is_the_nearest_better_knot():
    assert next_band(0.72, RATE) == 0.8
    assert next_band(25.0, CYCLE) == 20
    assert next_band(0.95, RATE) is None


def test_equal_scores_share_a_rank_and_the_next_rank_is_skipped():
    assert competition_rank(np.array([80.0, 90.0, 80.004, 70.0])).tolist() == [2, 1, 2, 4]


@given(st.lists(st.floats(0, 100), min_size=1, max_size=60))
def test_counting_ranks_as_sorting_would(scores):
    cents = [int(np.floor(value * 100 + 0.5 + 1e-7)) for value in scores]
    assert competition_rank(np.array(scores)).tolist() == [
        1 + sum(other > amount for other in cents) for amount in cents
    ]


def test_many_rankings_at_once_are_each_the_ranking_of_its_row():
    rows = np.array([[80.0, 90.0, 80.004, 70.0], [0.0, 0.0, 100.0, 99.995]], dtype=np.float32)
    assert competition_ranks(rows).tolist() == [[2, 1, 2, 4], [3, 3, 1, 1]]


def test_grades_begin_at_ninety_eighty_and_seventy():
    assert grade(
        np.array([90.0, 89.99, 80.0, 70.0, 69.99]), built_in_catalogue().grades
    ).tolist() == [
        "A",
        "B",
        "B",
        "C",
        "D",
    ]


def test_the_permitted_triangle_has_exactly_the_three_published_corners():
    for corner in CORNERS:
        assert inside_triangle(dict(zip(CATEGORIES, corner, strict=True)), built_in_catalogue())
    assert not inside_triangle(
        {"results": 71, "service": 19, "competence": 10}, built_in_catalogue()
    )
    assert (
        65 + 25 + 15 == 105
    )  # the midpoints of the ranges are no weights, and no preset uses them
    for scheme in preset_schemes().values():
        assert sum(scheme.categories.values()) == 100
        assert inside_triangle(scheme.categories, built_in_catalogue())


def test_nominal_weights_follow_the_published_splits():
    nominal = dict(
        zip(built_in_catalogue().ids, vector(default_scheme(), built_in_catalogue()), strict=True)
    )
    assert nominal["renewal_rate"] == pytest.approx(64 * 0.35)
    assert nominal["satisfaction"] == pytest.approx(23 * 0.60)
    assert sum(nominal.values()) == pytest.approx(100)


def test_a_missing_indicator_gives_its_weight_to_the_others_of_its_category():
    catalogue = built_in_catalogue()
    present = np.array([[indicator.id != "complaint_rate" for indicator in catalogue.indicators]])
    weights = effective(vector(default_scheme(), catalogue), present, catalogue)[0]
    assert weights[catalogue.position("satisfaction")] == pytest.approx(23)
    assert weights[catalogue.position("renewal_rate")] == pytest.approx(64 * 0.35)


def test_a_missing_category_gives_its_weight_to_the_other_categories_in_proportion():
    catalogue = built_in_catalogue()
    present = np.array([[indicator.category != "competence" for indicator in catalogue.indicators]])
    weights = effective(vector(default_scheme(), catalogue), present, catalogue)[0]
    assert weights[catalogue.position("satisfaction")] == pytest.approx(23 / 87 * 100 * 0.60)


@given(st.sampled_from(CATEGORIES), st.integers(0, 100), st.sampled_from(CORNERS))
def test_moving_one_category_keeps_the_sum_at_a_hundred(name, value, start):
    moved = move(dict(zip(CATEGORIES, start, strict=True)), name, value)
    assert sum(moved.values()) == 100
    assert moved[name] == value
    assert all(weight >= 0 and weight == int(weight) for weight in moved.values())


@pytest.mark.parametrize(
    ("start", "changed", "value", "end"),
    [
        # The other two are 10 : 30.
        ((60, 10, 30), "results", 20, (20, 20, 60)),
        # Nothing is left to keep a proportion of: halves.
        ((100, 0, 0), "results", 60, (60, 20, 20)),
        ((0, 0, 100), "competence", 50, (25, 25, 50)),
        # Weights that came with a decimal keep one: 8.3 of 33.2 of the 20 that are left.
        ((66.8, 8.3, 24.9), "results", 79.6, (80, 5, 15)),
        ((62.5, 12.5, 25), "results", 50, (50, 16.7, 33.3)),
        ((60, 30, 10), "service", 130, (0, 100, 0)),
        ((60, 30, 10), "service", -5, (86, 0, 14)),
    ],
)
def test_the_others_give_way_in_their_proportion(start, changed, value, end):
    moved = move(dict(zip(CATEGORIES, start, strict=True)), changed, value)
    assert tuple(moved.values()) == end


@given(st.lists(st.floats(0, 40), min_size=1, max_size=12), st.integers(0, 2))
def test_rounded_contributions_add_up_to_the_rounded_score(parts, decimals):
    total = sum(parts)
    assert sum(largest_remainder(parts, total, decimals)) == pytest.approx(
        round(total, decimals), abs=1e-6
    )


def matrix(rows):
    catalogue = built_in_catalogue()
    return st.lists(
        st.lists(
            st.one_of(st.none(), st.floats(0, 100)),
            min_size=len(catalogue.ids),
            max_size=len(catalogue.ids),
        ),
        min_size=rows,
        max_size=12,
    )


def values_of(rows) -> Values:
    marks = np.array([[np.nan if mark is None else mark for mark in row] for row in rows])
    return Values(marks, marks, marks, marks, np.zeros(marks.shape, dtype=bool))


@settings(max_examples=60, deadline=None)
@given(matrix(1))
def test_contributions_add_up_to_the_score_and_weights_to_a_hundred(rows):
    values = values_of(rows)
    scored = score(values, vector(default_scheme(), built_in_catalogue()), built_in_catalogue(), 40)
    assert np.allclose(scored.contribution.sum(axis=1), scored.score)
    some = ~np.isnan(values.points).all(axis=1)
    assert np.allclose(scored.weight[some].sum(axis=1), 100)
    assert np.allclose(np.nan_to_num(scored.weight * values.points / 100), scored.contribution)


@settings(max_examples=60, deadline=None)
@given(matrix(2), st.floats(0.01, 50))
def test_ranks_do_not_change_when_all_weights_are_scaled(rows, factor):
    scheme = default_scheme()
    scaled = WeightScheme(
        "x",
        {k: v * factor for k, v in scheme.categories.items()},
        {k: v * factor for k, v in scheme.indicators.items()},
    )
    first, second = (
        score(values_of(rows), vector(weights, built_in_catalogue()), built_in_catalogue(), 40)
        for weights in (scheme, scaled)
    )
    assert np.allclose(first.score, second.score)
    assert first.rated.tolist() == second.rated.tolist()


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.floats(0, 90), min_size=12, max_size=12),
    st.lists(st.floats(0, 10), min_size=12, max_size=12),
    st.sampled_from(CORNERS),
)
def test_a_dominated_agent_never_ranks_above_its_dominator(low, more, corner):
    rows = [low, [a + b for a, b in zip(low, more, strict=True)]]
    scheme = WeightScheme("x", dict(zip(CATEGORIES, corner, strict=True)))
    scored = score(values_of(rows), vector(scheme, built_in_catalogue()), built_in_catalogue(), 40)
    assert scored.rank[1] <= scored.rank[0]


@settings(max_examples=40, deadline=None)
@given(matrix(2), st.randoms())
def test_permuting_agents_permutes_scores_and_ranks(rows, random):
    order = list(range(len(rows)))
    random.shuffle(order)
    nominal = vector(default_scheme(), built_in_catalogue())
    first = score(values_of(rows), nominal, built_in_catalogue(), 40)
    second = score(
        values_of([rows[position] for position in order]), nominal, built_in_catalogue(), 40
    )
    assert np.allclose(first.score[order], second.score)
    assert first.rank[order].tolist() == second.rank.tolist()


def test_a_veto_caps_the_grade_and_leaves_the_score():
    catalogue = replace(built_in_catalogue(), vetoes=(Veto("complaint_rate", 3.0, "C"),))
    marks = np.full((2, len(catalogue.ids)), 95.0)
    value = np.full((2, len(catalogue.ids)), 1.0)
    value[1, catalogue.position("complaint_rate")] = 4.0
    scored = score(
        Values(value, value, value, marks, np.zeros(marks.shape, dtype=bool)),
        vector(default_scheme(), catalogue),
        catalogue,
        40,
    )
    assert scored.grade.tolist() == ["A", "C"]
    assert scored.score.tolist() == pytest.approx([95, 95])


@pytest.mark.parametrize("order", [1, -1])
def test_a_veto_never_raises_a_grade_and_the_strictest_of_several_holds(order):
    vetoes = (Veto("satisfaction", 50.0, "B"), Veto("complaint_rate", 3.0, "C"))
    catalogue = replace(built_in_catalogue(), vetoes=vetoes[::order])
    # Rows of A, B, C and D, four times: no veto speaks, that of satisfaction, that of complaints,
    # both.
    marks = np.repeat(np.tile([95.0, 85.0, 75.0, 65.0], 4)[:, None], len(catalogue.ids), axis=1)
    value = np.full(marks.shape, np.nan)
    value[:, catalogue.position("satisfaction")] = np.repeat([50.0, 49.9, 50.0, 49.9], 4)
    value[:, catalogue.position("complaint_rate")] = np.repeat([3.0, 3.0, 3.1, 3.1], 4)
    nothing = np.zeros(marks.shape, dtype=bool)
    scored = score(
        Values(value, value, value, marks, nothing),
        vector(default_scheme(), catalogue),
        catalogue,
        40,
    )
    assert scored.earned.tolist() == list("ABCD") * 4
    assert scored.grade.tolist() == [*"ABCD", *"BBCD", *"CCCD", *"CCCD"]
    complaints, none = "complaint_rate", ""
    assert scored.capped_by.reshape(4, 4).tolist() == [
        [none] * 4,
        ["satisfaction", none, none, none],
        [complaints, complaints, none, none],
        [complaints, complaints, none, none],
    ]


@pytest.mark.parametrize(
    ("weights", "inside", "why"),
    [
        ({"results": -1, "service": 50}, {}, "weight_negative"),
        ({"results": 60}, {"renewal_rate": -1}, "weight_negative"),
        ({"results": 60}, {"renewal_rate": float("inf")}, "weight_negative"),
        ({"results": float("nan")}, {}, "weight_negative"),
        ({"results": 0, "service": 0}, {}, "weights_zero"),
        ({}, {}, "weights_zero"),
        ({"wealth": 100}, {}, "weight_unknown"),
        ({"results": 1_000_001}, {}, "weight_large"),
        ({"results": 60}, {"renewal_rate": 1_000_001}, "weight_large"),
    ],
)
def test_weights_that_mean_nothing_are_refused(weights, inside, why):
    with pytest.raises(RequestRefused, match=why):
        vector(WeightScheme("x", weights, inside), built_in_catalogue())


def test_the_largest_weight_is_still_one():
    weights = vector(WeightScheme("x", {"results": 1_000_000}), built_in_catalogue())
    assert weights.sum() == pytest.approx(100)


def test_a_category_whose_indicators_weigh_nothing_gives_its_weight_to_the_others():
    nothing = {"satisfaction": 0.0, "complaint_rate": 0.0}
    scheme = WeightScheme("x", {"results": 60, "service": 20, "competence": 20}, nothing)
    catalogue = built_in_catalogue()
    weights = dict(zip(catalogue.ids, vector(scheme, catalogue), strict=True))
    assert weights["satisfaction"] == weights["complaint_rate"] == 0
    # 60 and 20 of the 80 that are left; renewal_rate is 35 of 100 in its category.
    assert weights["renewal_rate"] == pytest.approx(75 * 0.35)
    assert weights["insurance_knowledge"] == pytest.approx(25 * 0.40)
    with pytest.raises(RequestRefused, match="weights_zero"):
        vector(WeightScheme("x", {"service": 100}, nothing), catalogue)


@pytest.mark.parametrize("text", ["results", "results=", "results=much", "=", "results:70"])
def test_words_that_are_no_weights_are_refused(text):
    with pytest.raises(RequestRefused, match="weights_unreadable"):
        parse(text)


@pytest.mark.parametrize(
    ("part", "changes", "why"),
    [
        ("luck", {"renewal_rate": 1.0}, "choice_unknown"),
        ("strength", {"charm": 1.0}, "indicator_unknown"),
        ("threat", dict.fromkeys(built_in_catalogue().ids, -100.0), "weights_zero"),
    ],
)
def test_a_swot_entry_of_no_part_or_indicator_or_that_leaves_no_weight_is_refused(
    part, changes, why
):
    with pytest.raises(RequestRefused, match=why):
        propose(default_scheme(), [SwotEntry(part, "x", changes)], built_in_catalogue())


def test_a_category_that_a_swot_worksheet_empties_keeps_its_split_for_who_fills_it_again():
    weak = SwotEntry("weakness", "x", {"satisfaction": -100.0, "complaint_rate": -100.0})
    scheme = WeightScheme("x", {"results": 60, "service": 20, "competence": 20})
    made = propose(scheme, [weak], built_in_catalogue())
    # 60 and 20 of the 80 that are left.
    assert dict(made.categories) == {"results": 75.0, "service": 0.0, "competence": 25.0}
    assert (made.indicators["satisfaction"], made.indicators["complaint_rate"]) == (60, 40)
    assert (made.indicators["renewal_rate"], made.indicators["communication"]) == (35, 30)
    assert made.trace == (weak,)
