"""Who leads on the triangle of permitted weights is what trying the weightings one by one says,
whatever categories people lack."""

import numpy as np
import pytest

from analytics.insight.weightings import LOWER, UPPER
from analytics.statistics import weight_triangle
from tests.simulate.triangle import MOST_OFF, company, off


@pytest.mark.parametrize("holes", [0.0, 0.25])
@pytest.mark.parametrize("seed", range(4))
def test_who_leads_is_what_five_thousand_weightings_say(seed, holes):
    assert off(seed, holes) <= MOST_OFF
    leading = weight_triangle.leading_regions(company(seed, holes), LOWER, UPPER)
    assert leading.exact == (holes == 0)
    assert sum(region.share for region in leading.regions) == pytest.approx(1)


def test_whoever_lacks_a_category_may_lead_and_the_border_is_where_the_totals_are_equal():
    # One lacks capability and has 80 whatever the weights; the other's total is 80 − 5·w2 + 10·w3.
    scores = np.array([[80.0, 80.0, np.nan], [80.0, 75.0, 90.0]])
    leading = weight_triangle.leading_regions(scores, LOWER, UPPER)
    shares = {region.who: region.share for region in leading.regions}
    # On the triangle w2 = .2 + .1 b and w3 = .1 + .1 c: ahead where c > b ÷ 2, which is two thirds
    # of the triangle.
    assert shares[1] == pytest.approx(2 / 3, abs=1e-6)
    assert shares[0] == pytest.approx(1 / 3, abs=1e-6)


def test_a_total_where_a_category_is_missing_leaves_its_weight_to_the_others():
    assert weight_triangle.totals([[80.0, 60.0, np.nan]], [[0.6, 0.2, 0.2]])[0, 0] == pytest.approx(
        75.0
    )


def around(outline):
    """What an outline goes round, in the first two weights; below 0 for a hole."""
    x, y = outline[:, 0], outline[:, 1]
    return (x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2


@pytest.mark.parametrize("seed", range(4))
def test_the_outlines_of_a_region_go_round_its_share_of_the_weights(seed):
    for region in weight_triangle.leading_regions(company(seed, 0.25), LOWER, UPPER).regions:
        # The permitted triangle is 0.1 wide and 0.1 high in the first two weights.
        assert abs(sum(map(around, region.outlines))) / 0.005 == pytest.approx(
            region.share, abs=1e-6
        )


def test_a_grade_is_reached_where_the_total_of_what_is_there_reaches_it():
    # 90 and 60 without a capability score: (90·w1 + 60·w2) ÷ (w1 + w2) ≥ 82.5 where w1 ≥ 3·w2.
    polygon = weight_triangle.reaching([90.0, 60.0, np.nan], 82.5, np.inf, LOWER, UPPER)
    # w1 = .6 + .1 a, w2 = .2 + .1 b: a ≥ 3 b, a triangle with corners b = 0 (twice) and a = ¾: a
    # quarter of the whole.
    assert weight_triangle.share_of(polygon, LOWER, UPPER) == pytest.approx(0.25)


def test_without_any_score_nobody_can_be_placed():
    with pytest.raises(ValueError, match="one of them"):
        weight_triangle.leading_regions([[np.nan] * 3], LOWER, UPPER)
