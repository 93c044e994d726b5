"""What a moving weight shows before the server answers is what the server answers."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.catalogue import built_in_catalogue, default_scheme
from analytics.evaluation import Values, evaluate, score
from analytics.evaluation.weights import inside_triangle, vector
from analytics.insight.certainty import too_few
from analytics.insight.live_ranking import ENDS, ahead, drawn, parts_of, preview, stops
from analytics.model import CATEGORIES, WeightScheme
from tests.present import present
from tests.simulate.figures import evaluated, measured

CATALOGUE = built_in_catalogue()
SIZE = len(CATALOGUE.ids)
NOBODY = np.zeros((1, SIZE), dtype=bool)
LIMIT = 40.0


def values(points):
    """Values of which only the points matter."""
    points = np.array(points, dtype=float)
    marks = np.zeros(points.shape, dtype=bool)
    return Values(points, points, points, points, marks)


def weights(*categories, **inside):
    return WeightScheme("tried", dict(zip(CATEGORIES, categories, strict=True)), inside)


rows = st.lists(
    st.lists(st.one_of(st.just(np.nan), st.integers(0, 100)), min_size=SIZE, max_size=SIZE),
    min_size=1,
    max_size=12,
)


@settings(max_examples=150, deadline=None)
@given(
    rows,
    st.tuples(*[st.integers(0, 100)] * 3).filter(any),
    st.lists(st.integers(0, 9), min_size=SIZE, max_size=SIZE).filter(all),
)
def test_a_preview_is_what_the_evaluation_says_whatever_is_missing(points, categories, inside):
    of, scheme = (
        values(points),
        weights(*categories, **dict(zip(CATALOGUE.ids, inside, strict=True))),
    )
    exact = score(of, vector(scheme, CATALOGUE), CATALOGUE, LIMIT)
    parts = parts_of(of, scheme, CATALOGUE, NOBODY)
    seen = preview(parts, np.array(categories, dtype=float), LIMIT)
    assert seen.score == pytest.approx(exact.score, abs=1e-9)
    assert (seen.rated == exact.rated).all()
    assert (seen.rank == exact.rank).all()


def test_a_category_that_an_agent_lacks_gives_its_weight_to_the_others():
    """60/30/10 with service missing: 60 · 90 + 10 · 70 over 70 = 87.14; 30 % is missing, not 41."""
    points = [
        {"results": 90.0, "service": np.nan, "competence": 70.0}[indicator.category]
        for indicator in CATALOGUE.indicators
    ]
    parts = parts_of(values([points]), default_scheme(), CATALOGUE, NOBODY)
    seen = preview(parts, np.array([60.0, 30.0, 10.0]), LIMIT)
    assert seen.score[0] == pytest.approx((60 * 90 + 10 * 70) / 70)
    assert seen.rated[0]
    assert not preview(parts, np.array([50.0, 41.0, 9.0]), LIMIT).rated[0]


def test_doubt_grows_with_the_weight_of_what_rests_on_too_few_cases():
    """Complaints are 40 % of service: a tenth of the score from a weight of 25 on."""
    doubtful = np.array([[name == "complaint_rate" for name in CATALOGUE.ids]])
    parts = parts_of(values([[80.0] * SIZE]), default_scheme(), CATALOGUE, doubtful)
    few = [preview(parts, np.array([90.0 - s, s, 10.0]), LIMIT).few[0] for s in (24.0, 25.0, 26.0)]
    assert few == [False, True, True]


def test_the_stops_of_the_drag_are_all_whole_percents_of_the_triangle_and_no_others():
    every = stops(CATALOGUE)
    assert len(every) == 66  # 11 + 10 + … + 1
    assert {tuple(row) for row in every} >= {(70, 20, 10), (60, 30, 10), (60, 20, 20), (64, 23, 13)}
    assert all(inside_triangle(dict(zip(CATEGORIES, row, strict=True)), CATALOGUE) for row in every)


@settings(max_examples=40, deadline=None)
@given(rows, st.data())
def test_who_is_drawn_learns_their_rank_from_how_many_of_the_others_stand_above(points, data):
    drawn = np.array(
        sorted(data.draw(st.sets(st.integers(0, len(points) - 1), min_size=1))), dtype=int
    )
    parts, triples = (
        parts_of(values(points), default_scheme(), CATALOGUE, NOBODY),
        stops(CATALOGUE)[::13],
    )
    above = ahead(parts, drawn, triples, LIMIT)
    for place, category_weights in enumerate(triples):
        seen = preview(parts, category_weights, LIMIT)
        mine = replace(
            parts, earned=parts.earned[drawn], kept=parts.kept[drawn], doubt=parts.doubt[drawn]
        )
        own = preview(mine, category_weights, LIMIT)
        rated = own.rated
        assert ((own.rank + above[place])[rated] == seen.rank[drawn][rated]).all()


@pytest.fixture(scope="module")
def many():
    """400 agents who renew 500 to 899 of 1,000 policies, the last one first."""
    size = 400
    return evaluated(
        pd.DataFrame({"due_policies": np.full(size, 1000.0)}),
        {"renewal_rate": (np.arange(500.0, 900.0), np.full(size, 1000.0))},
    )


def test_of_many_the_first_the_last_and_the_chosen_are_drawn(many):
    """All at least 50 %, so that none stand at nought together but the first."""
    seen = drawn(many, many.scheme, "A00200")
    assert set(seen.rows) == {*range(ENDS), 200, *range(400 - ENDS, 400)}
    above = present(seen.above)
    assert above.shape == (66, 2 * ENDS + 1)
    assert (above[:, -1] == 0).all()  # the first
    assert (above[:, 0] == 400 - len(seen.rows)).all()  # the last has all others above them
    assert (above[:, ENDS] == 299 - 200).all()  # the chosen: 201 to 299 are not drawn


def test_up_to_three_hundred_are_all_drawn_and_nobody_is_counted_beside_them():
    half = evaluated(
        pd.DataFrame({"due_policies": np.full(300, 9.0)}),
        {"renewal_rate": (np.arange(300.0), np.full(300, 1000.0))},
    )
    seen = drawn(half, half.scheme)
    assert len(seen.rows) == 300
    assert seen.above is None


def test_where_all_rest_on_too_few_cases_the_first_of_them_are_drawn():
    size = 400
    poor = evaluated(
        pd.DataFrame({"due_policies": np.full(size, 4.0)}),
        {"renewal_rate": (np.arange(size) % 5.0, np.full(size, 4.0))},
    )
    rows = drawn(poor, poor.scheme).rows
    assert len(rows) >= 2 * ENDS


@pytest.mark.parametrize(("ranked", "drawn_rows"), [(199, 200), (200, 200), (260, 200)])
def test_who_has_a_rank_is_drawn_at_both_ends_before_whoever_rests_on_too_few_cases(
    ranked, drawn_rows
):
    """The others hold two policies each, of which one was renewed."""
    size = 400
    due = np.where(np.arange(size) < ranked, 4000.0, 2.0)
    renewed = np.where(np.arange(size) < ranked, 2000.0 + 5 * np.arange(size), 1.0)
    company = evaluated(
        pd.DataFrame({"due_policies": due, "renewed_policies": renewed}),
        {"renewal_rate": (renewed, due)},
    )
    assert too_few(company).sum() == size - ranked
    rows = drawn(company, company.scheme).rows
    assert len(rows) == drawn_rows
    assert (rows >= ranked).sum() == max(0, 200 - ranked)
    if ranked >= 200:
        assert set(rows) == {*range(100), *range(ranked - 100, ranked)}


def test_weights_outside_the_permitted_ones_draw_their_own_ends_too():
    """By service alone the last of the results come first."""
    size = 400
    of = measured(
        pd.DataFrame({"due_policies": np.full(size, 1000.0)}),
        {
            "renewal_rate": (np.arange(500.0, 900.0), np.full(size, 1000.0)),
            "satisfaction": (50.0 + (np.arange(size) + 200.0) % size / 10, np.ones(size)),
        },
    )
    official = default_scheme()
    service = replace(official, categories=dict(zip(CATEGORIES, (0.0, 100.0, 0.0), strict=True)))
    inside, outside = (
        set(drawn(evaluate(of, scheme), official).rows) for scheme in (official, service)
    )
    assert inside < outside
    # The first by service alone is the 200th, the last the 201st.
    assert {199, 200} <= outside
