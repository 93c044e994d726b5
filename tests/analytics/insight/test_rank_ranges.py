"""The ranks that chance allows, and how they are told; by hand."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analytics.evaluation import evaluate
from analytics.evaluation.weights import CORNERS
from analytics.insight.draws import _usual_ratio, of_agents, of_groups, unknown_spread
from analytics.insight.rank_ranges import (
    RankRanges,
    bands,
    drawn_ranges,
    drawn_scores,
    rank_ranges,
    reach,
    weighted_totals,
)
from analytics.insight.robustness import robustness
from analytics.insight.weightings import category_scores, leaders, weights_in_force
from analytics.model import WeightScheme
from analytics.statistics import random_effects
from tests.present import present
from tests.simulate.figures import evaluated, measured

NAN = np.nan


def rated(rates, due=10_000.0, answers=None, surveys=1_000.0, squares=True):
    """Agents of so many policies with these renewal rates, and mean answers where given, of which
    `squares` tell how far single ones lie apart."""
    size = len(rates)
    cases, asked = np.full(size, due), np.full(size, surveys)
    renewed = np.round(np.array(rates) * cases)
    people = pd.DataFrame({"due_policies": cases, "renewed_policies": renewed})
    values = {"renewal_rate": (renewed, cases)}
    if answers is not None:
        points = np.array(answers) * asked
        people = people.assign(surveys=asked, survey_points=points)
        if squares:
            people["survey_points_sq"] = asked * (np.array(answers) ** 2 + 25.0)
        values["satisfaction"] = (points, asked)
    return evaluated(people, values)


def test_drawn_totals_weigh_the_categories_and_share_out_what_somebody_lacks():
    # One draw of two agents: 90, 60, 30; and 80, none, 40.
    drawn = np.array([[[90.0, 80.0]], [[60.0, 0.0]], [[30.0, 40.0]]], dtype=np.float32)
    there = np.array([[True, True, True], [True, False, True]])
    totals = weighted_totals(drawn, there, np.array([0.6, 0.3, 0.1]))
    assert totals[0].tolist() == pytest.approx([54 + 18 + 3, (48 + 4) / 0.7])
    whole = weighted_totals(drawn, np.ones((2, 3), dtype=bool), np.array([0.6, 0.3, 0.1]))
    assert whole[0].tolist() == pytest.approx([75, 52])
    # Weights of its own for every draw.
    twice = np.concatenate([drawn, drawn], axis=1)
    each = weighted_totals(twice, there, np.array([[1.0, 0, 0], [0.5, 0.5, 0]]))
    assert each[:, 0].tolist() == pytest.approx([90, 75])


def test_whoever_has_no_range_has_a_dash_and_no_band():
    ranges = RankRanges(
        np.array([2, 0]), np.array([1.0, 3.0]), np.array([41.0, 3.0]), np.array([1, 2]), 500
    )
    low, high, band = ranges.of(3)
    assert low.tolist() == pytest.approx([3, NAN, 1], nan_ok=True)
    assert high.tolist() == pytest.approx([3, NAN, 41], nan_ok=True)
    assert band.tolist() == [2, 0, 1]
    assert ranges.cells(3, np.array([0, 1, 2])) == (["3–3", "—", "1–41"], [2, None, 1])


def test_agents_whom_the_data_tell_apart_keep_their_rank_in_every_draw():
    judged = rated([0.6, 0.7, 0.8, 0.85] * 3 + [0.55])
    ranges = present(rank_ranges(judged))
    assert ranges.draws == 500  # two halves of so few agree already
    assert (ranges.low[12], ranges.high[12]) == (13, 13)
    best = np.array([3, 7, 11])
    assert ranges.low[best].tolist() == [1, 1, 1]
    assert ranges.high[best].tolist() == [3, 3, 3]
    assert ranges.band.tolist() == [4, 3, 2, 1] * 3 + [5]


def test_of_one_agent_no_range_is_told_and_of_indicators_without_spread_none():
    for judged in (rated([0.8]), rated([0.6, 0.8], answers=[80.0, 90.0], squares=False)):
        ranges, first = drawn_ranges(judged)
        assert ranges is None
        assert first.shape == (3, 0, len(judged.people))


def test_where_ends_still_move_more_is_drawn_until_they_rest():
    judged = rated(np.linspace(0.68, 0.72, 60), due=60.0)
    ranges = present(rank_ranges(judged))
    assert ranges.draws > 500
    assert ranges.draws % 500 == 0
    assert ranges.draws <= 10_000
    assert (ranges.low < ranges.high).all()
    assert (ranges.high - ranges.low).mean() > 30


def test_points_of_a_category_are_drawn_about_those_of_its_indicators():
    judged = rated([0.6, 0.8, 0.85] * 4, answers=[60.0, 80.0, 90.0] * 4)
    drawn = drawn_scores(judged, np.array([1, 2]), 4_000)
    assert drawn.shape == (3, 4_000, 2)
    scores = category_scores(judged)[[1, 2]]
    assert drawn[0].mean(axis=0) == pytest.approx(scores[:, 0], abs=0.1)
    assert drawn[1].mean(axis=0) == pytest.approx(scores[:, 1], abs=0.1)
    assert not drawn[2].any()  # nobody's competence was rated
    # √(0.8 · 0.2 ÷ 10,000) of a rate are 0.4 %, of which each earns two points.
    assert drawn[0, :, 0].std() == pytest.approx(0.8, rel=0.05)


def test_the_same_draw_of_renewals_moves_whatever_is_counted_from_them():
    size = 12
    due, renewed = np.full(size, 400.0), np.tile([240.0, 280.0, 320.0], 4)
    people = pd.DataFrame(
        {
            "due_policies": due,
            "renewed_policies": renewed,
            "due_premium": due * 100,
            "renewed_premium": renewed * 100,
        }
    )
    judged = evaluated(
        people,
        {
            "renewal_rate": (renewed, due),
            "renewal_count": (renewed, np.full(size, 400.0)),
            "renewal_premium": (renewed * 100, np.full(size, 40_000.0)),
        },
    )
    drawn = dict(of_agents(judged, np.arange(size), 2_000))
    catalogue = judged.catalogue
    rate, count, premium = (
        drawn[catalogue.position(name)]
        for name in ("renewal_rate", "renewal_count", "renewal_premium")
    )
    assert count == pytest.approx(premium, abs=1e-3)
    assert np.corrcoef(rate[:, 0], count[:, 0])[0, 1] > 0.85


@pytest.mark.parametrize(("lacking", "unknown"), [(2, ()), (3, ("satisfaction",))])
def test_a_spread_is_unknown_that_more_than_a_tenth_of_the_agents_lack(lacking, unknown):
    judged = rated([0.6, 0.8] * 10, answers=[60.0, 80.0] * 10)
    people = judged.people.copy()
    people.loc[: lacking - 1, "survey_points_sq"] = NAN
    again = evaluate(replace(judged.measured, people=people), judged.scheme)
    assert tuple(indicator.id for indicator in unknown_spread(again)) == unknown


@pytest.mark.parametrize(("percent", "unknown"), [(9.99, ()), (10.0, ("satisfaction",))])
def test_a_spread_that_nobody_knows_matters_from_a_tenth_of_the_score_on(percent, unknown):
    judged = rated([0.6, 0.8] * 10, answers=[60.0, 80.0] * 10, squares=False)
    scheme = WeightScheme("x", {"results": 100.0 - percent, "service": percent})
    again = evaluate(judged.measured, scheme)
    assert tuple(indicator.id for indicator in unknown_spread(again)) == unknown


def test_the_share_of_premium_that_is_kept_follows_the_rate_and_strays_by_the_size_of_policies():
    size = 20
    due, renewed = np.full(size, 100.0), np.tile([60.0, 80.0], 10)
    premium = due * 1_000.0
    kept = premium * renewed / due * np.tile([1.0, 1.02, 0.97, 1.01], 5)
    squares = premium**2 * 0.02  # twice what policies of one size have
    people = pd.DataFrame(
        {
            "due_policies": due,
            "renewed_policies": renewed,
            "due_premium": premium,
            "due_premium_sq": squares,
            "renewed_premium": kept,
        }
    )
    of = measured(people, {"renewal_rate": (renewed, due)})
    centre, spread = present(_usual_ratio(of, "renewed_premium"))
    rate, ratio = renewed / due, kept / premium / (renewed / due)
    error = np.sqrt((1 - rate) / rate * (0.02 - 0.01))
    fitted = random_effects.posterior(ratio, error)
    assert centre == pytest.approx(fitted.shrunken / ratio)
    assert spread == pytest.approx(fitted.spread / ratio)
    few = measured(people.iloc[:7], {"renewal_rate": (renewed[:7], due[:7])})
    assert _usual_ratio(few, "renewed_premium") is None
    bare = measured(people.drop(columns="due_premium_sq"), {"renewal_rate": (renewed, due)})
    assert _usual_ratio(bare, "renewed_premium") is None


def test_the_company_is_drawn_from_its_own_sums():
    judged = rated([0.6, 0.8] * 10, due=50.0)
    (column, points), *_ = of_groups(judged, judged.measured.company, np.array([0]), 20_000)
    assert column == judged.catalogue.position("renewal_rate")
    # 700 of 1,000: 60 points at 70 %, of which each earns 2 above and 3 below.
    spread = 100 * np.sqrt(0.7 * 0.3 / 1000)
    assert points.shape == (20_000, 1)
    assert np.quantile(points, 0.5) == pytest.approx(60, abs=0.2)
    assert np.quantile(points, 0.975) == pytest.approx(60 + 2 * 1.96 * spread, abs=0.3)
    assert np.quantile(points, 0.025) == pytest.approx(60 - 3 * 1.96 * spread, abs=0.4)


def test_a_range_lies_between_two_draws_in_their_proportion():
    ranks = np.arange(1, 12)[:, None]
    # Of eleven draws a twentieth is half a step: 1.5 and 10.5, to the even whole.
    assert [end.tolist() for end in reach(ranks, 0.05)] == [[2.0], [10.0]]
    assert [end.tolist() for end in reach(ranks, 0.1)] == [[2.0], [10.0]]
    assert [end.tolist() for end in reach(ranks, 0.03)] == [[1.0], [11.0]]


def test_bands_are_counted_from_the_best_and_begin_anew_with_whoever_is_left_behind():
    totals = np.tile([10.0, 30.0, 20.0, 30.0], (20, 1))
    assert bands(totals, np.array([1, 3, 2, 0])).tolist() == [3, 1, 2, 1]


# -- whether a ranking would stand -----------------------------------------------------------------


@pytest.fixture(scope="module")
def rivals():
    """A reaches 90 points in results and 60 in service, B 80 and 82, and ten others less of both:
    A is ahead where results weigh more than 2.2 times what service does."""
    answers = [70.0, 83.2] + [60.0] * 10
    return rated([0.85, 0.80] + [0.60] * 10, due=1e6, answers=answers, surveys=1e6)


def test_ranks_over_the_weights_are_those_of_the_corners(rivals):
    scores = category_scores(rivals)
    assert scores[0, :2] == pytest.approx([90, 60])
    assert scores[1, :2] == pytest.approx([80, 82])
    told = robustness(rivals)
    table = told.ranks.set_index("agent_id")
    # 64/23 · 2.2 of service is 50.6: A leads under the weights in force.
    assert told.ranks["agent_id"].tolist()[:2] == ["A00000", "A00001"]
    assert table.loc[["A00000", "A00001"], ["weight_low", "weight_high"]].values.tolist() == [
        [1, 2],
        [1, 2],
    ]
    others = table.iloc[2:]
    assert (others["weight_low"] == 3).all()
    assert (others["weight_high"] == 3).all()
    # Without competence the third corner, 60/20, favours A too: it leads where service weighs less
    # than results ÷ 2.2, which on the side from 70/20 to 60/30 begins 0.8181 of the way, and on the
    # one from 60/20 to 60/30 0.7272 of it.
    share = 1 - (1 - 0.818_181_8) * (1 - 0.727_272_7)
    assert table.loc["A00000", "first_weights"] == pytest.approx(share, abs=0.01)
    assert table.loc["A00001", "first_weights"] == pytest.approx(1 - share, abs=0.01)
    assert (others["first_weights"] == 0).all()
    assert not told.exact
    assert told.width_weights == 0


def test_ranks_over_chance_and_weights_lead_as_often_as_the_weights_let_them(rivals):
    told = robustness(rivals)
    table = told.ranks.set_index("agent_id")
    assert table.loc["A00000", "first"] + table.loc["A00001", "first"] == pytest.approx(1)
    assert table.loc["A00000", "first"] == pytest.approx(0.95, abs=0.03)
    assert table["top3"].tolist() == pytest.approx([1.0] * 2 + table["top3"].tolist()[2:])
    assert (table["top_tenth"] == table["first"]).all()  # of twelve the best tenth is one
    assert (table.loc[["A00000", "A00001"], "confidence"] > 0.9).all()
    assert table["confidence"].iloc[2:].isna().all()
    assert table.loc["A00001", "central_results"] < 2.2 * table.loc["A00001", "central_service"]
    assert table.loc["A00001", "central_service"] > 0.27
    assert (told.draws, told.unknown) == (500, ())
    assert table["data_low"].tolist()[:2] == [1, 2]
    assert table["data_high"].tolist()[:2] == [1, 2]
    assert table["band"].tolist()[:2] == [1, 2]


def test_of_one_agent_or_without_a_known_spread_nothing_is_said_of_chance():
    alone = robustness(rated([0.8])).ranks
    assert alone[["data_low", "data_high", "first", "confidence"]].isna().all().all()
    assert alone["band"].isna().all()
    unknown = robustness(rated([0.6, 0.8], answers=[60.0, 90.0], squares=False))
    assert unknown.draws == 0
    # What weights do to two of them is known all the same.
    assert unknown.ranks[["weight_low", "weight_high"]].values.tolist() == [[1, 1], [2, 2]]
    assert alone["weight_low"].isna().all()
    assert unknown.ranks["rank"].tolist() == [1, 2]


def test_who_leads_is_told_with_the_share_of_the_weights_and_who_shares_the_lead(rivals):
    table = leaders(rivals)
    assert set(table["agent_id"]) == {"A00000", "A00001"}
    assert table["share"].sum() == pytest.approx(1)
    assert table["tied"].tolist() == [0, 0]
    assert not table["few_cases"].any()
    twins = leaders(rated([0.85, 0.85, 0.6], answers=[70.0, 70.0, 60.0]))
    assert twins["tied"].tolist() == [1]
    assert twins["share"].tolist() == pytest.approx([1])


def test_a_scheme_of_other_categories_than_a_hundred_weighs_in_proportion():
    people = pd.DataFrame({"due_policies": [10.0, 10.0]})
    of = measured(people, {"renewal_rate": (np.array([8.0, 9.0]), np.full(2, 10.0))})
    scheme = WeightScheme("x", {"results": 30.0, "service": 10.0})
    assert weights_in_force(evaluate(of, scheme)).tolist() == [0.75, 0.25, 0.0]
    assert np.array(CORNERS).sum(axis=1).tolist() == [100.0] * 3
