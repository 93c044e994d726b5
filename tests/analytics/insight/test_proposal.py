"""A standard proposed from what agents reached, where nobody can tell how far chance spreads it."""

import numpy as np
import pandas as pd
import pytest

from analytics.catalogue import built_in_catalogue
from analytics.errors import RequestRefused
from analytics.insight.proposal import propose, with_standard
from analytics.model import Standard
from analytics.statistics.wilson import wilson
from tests.present import present
from tests.simulate.figures import measured

FORTY = np.arange(1.0, 41.0)  # their better quarter begins at 30.25, from below at 10.75
ONE = np.ones(40)


def of_forty(indicator, values=FORTY):
    """Forty agents whose values of one indicator are these."""
    people = pd.DataFrame({"due_policies": ONE, "renewed_policies": ONE})
    return measured(people, {indicator: (values, ONE)})


def test_full_marks_are_the_better_quarter_and_zero_marks_stay_where_they_were():
    made = present(propose(of_forty("daily_contacts"), "daily_contacts", 4.9))
    assert (made.full, made.without_chance, made.n, made.few) == (30.25, False, 40, True)
    assert made.full_low < 30.25 < made.full_high
    assert (made.pass_mark, made.pass_low, made.pass_high) == (4.9, 4.9, 4.9)
    made = present(propose(of_forty("daily_contacts"), "daily_contacts", 15.0))
    assert made.standard == Standard((5, 15, 30.25), (0, 60, 100), "linear")


def test_where_less_is_better_full_marks_lie_below_the_pass_mark():
    made = present(propose(of_forty("renewal_cycle"), "renewal_cycle", 20.0))
    assert made.full == 10.75
    assert made.standard == Standard((10.75, 20, 45), (100, 60, 0), "linear")


@pytest.mark.parametrize(
    ("indicator", "market", "standard"),
    [
        # Zero marks at 5 would lie above a pass mark of 4: as far below it as 30.25 lies above.
        ("daily_contacts", 4.0, Standard((-22.25, 4, 30.25), (0, 60, 100))),
        # At 45 below one of 50: as far above it as 10.75 lies below.
        ("renewal_cycle", 50.0, Standard((10.75, 50, 89.25), (100, 60, 0))),
    ],
)
def test_zero_marks_that_would_not_lie_beyond_the_pass_mark_are_as_far_from_it_as_full_ones(
    indicator, market, standard
):
    assert present(propose(of_forty(indicator), indicator, market)).standard == standard


@pytest.mark.parametrize(
    ("indicator", "market"), [("daily_contacts", 31.0), ("renewal_cycle", 10.0)]
)
def test_a_pass_mark_beyond_full_marks_makes_no_standard(indicator, market):
    made = present(propose(of_forty(indicator), indicator, market))
    assert (made.standard, made.pass_mark) == (None, market)


def test_marks_whose_limits_overlap_are_one_mark_and_make_no_standard():
    apart = present(propose(of_forty("daily_contacts"), "daily_contacts"))
    assert apart.pass_mark == 20.5  # what the company reaches; nobody knows how sure that is
    assert np.isnan([apart.pass_low, apart.pass_high]).all()
    assert apart.full_low > 20.5
    assert present(apart.standard).values == (5, 20.5, 30.25)
    near = np.where(FORTY <= 10, 0.0, FORTY)  # full marks as before, between 25 and 34
    market = apart.full_low
    made = present(propose(of_forty("daily_contacts", near), "daily_contacts", market))
    assert (made.full, made.standard) == (30.25, None)


def test_the_same_figures_propose_the_same_and_values_that_lack_count_for_nobody():
    some = np.concatenate([FORTY, [np.nan] * 5])
    people = pd.DataFrame({"due_policies": np.ones(45)})
    of = measured(people, {"daily_contacts": (some, np.ones(45))})
    made = present(propose(of, "daily_contacts", 15.0))
    assert made == present(propose(of_forty("daily_contacts"), "daily_contacts", 15.0))


@pytest.mark.parametrize(
    ("indicator", "most"),
    [("renewal_rate", 1.0), ("satisfaction", 100.0), ("renewal_count", 5.0)],
)
def test_a_market_average_is_no_more_than_the_indicator_can_be(indicator, most):
    of = of_forty(indicator, FORTY / 50)
    assert propose(of, indicator, most) is not None
    for market in (most + 0.01, -0.01):
        with pytest.raises(RequestRefused, match="market_out_of_range"):
            propose(of, indicator, market)


def test_another_standard_stands_in_the_place_of_one_indicators_and_of_no_other():
    catalogue, other = built_in_catalogue(), Standard((0, 1), (0, 100))
    made = with_standard(catalogue, "satisfaction", other)
    assert made["satisfaction"].standard == other
    assert [
        indicator_id for indicator_id in made.ids if made[indicator_id] != catalogue[indicator_id]
    ] == ["satisfaction"]
    assert made.ids == catalogue.ids


def test_marks_of_values_as_they_are_have_the_limits_of_resampled_agents():
    made = present(propose(of_forty("daily_contacts"), "daily_contacts", 4.9))
    random = np.random.default_rng(7)
    again = np.quantile(FORTY[random.integers(0, 40, (20_000, 40))], 0.75, axis=1)
    low, high = np.quantile(again, [0.025, 0.975])
    assert (made.full_low, made.full_high) == pytest.approx((low, high), abs=1.0)


@pytest.mark.parametrize(("agents", "few"), [(49, True), (50, False)])
def test_a_proposal_of_fewer_than_fifty_agents_comes_with_a_warning(agents, few):
    values = np.linspace(1.0, 40.0, agents)
    people = pd.DataFrame({"due_policies": np.ones(agents)})
    of = measured(people, {"daily_contacts": (values, np.ones(agents))})
    made = present(propose(of, "daily_contacts", 4.9))
    assert (made.n, made.few, made.market) == (agents, few, True)


def test_without_a_market_average_the_pass_mark_is_the_companys_with_its_own_limits():
    due = np.full(40, 100.0)
    renewed = np.where(np.arange(40) % 4 == 0, 90.0, 70.0)
    people = pd.DataFrame({"due_policies": due, "renewed_policies": renewed})
    made = present(propose(measured(people, {"renewal_rate": (renewed, due)}), "renewal_rate"))
    low, high = wilson(np.array([3000.0]), np.array([4000.0]))
    assert (made.pass_mark, made.market, made.without_chance) == (0.75, False, True)
    assert (made.pass_low, made.pass_high) == pytest.approx((low[0], high[0]))
