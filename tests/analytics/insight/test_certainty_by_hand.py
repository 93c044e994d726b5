"""Every kind of spread against a recomputation: what an agent's own data say, whether all are the
same, and what is drawn."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom, chi2, f, f_oneway, norm, t

from analytics.catalogue import built_in_catalogue, default_scheme
from analytics.evaluation import evaluate
from analytics.insight.certainty import (
    certainty,
    counts,
    drawn_pooled,
    interval,
    means,
    months,
    range_text,
    rates,
    too_few,
)
from analytics.insight.certainty.base import Pooled, Posterior
from analytics.insight.clusters import likeness
from analytics.model import WeightScheme
from analytics.statistics import random_effects
from analytics.statistics.deconvolution import Quantile
from analytics.warehouse.measures import MonthSpread
from tests.present import present
from tests.simulate.figures import measured

NAN = np.nan
KNOWN = built_in_catalogue()


def wilson(x, n):
    """Wilson's limits as his formula has them."""
    z, p = norm.ppf(0.975), x / n
    middle, half = p + z * z / (2 * n), z * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return (middle - half) / (1 + z * z / n), (middle + half) / (1 + z * z / n)


# -- whether all are the same ----------------------------------------------------------------------


def test_rates_of_enough_cases_are_held_against_chi_square():
    x, n = np.array([8.0, 2.0, 5.0, 5.0, 5.0]), np.full(5, 10.0)
    # Five of ten are expected of each: 3² twice, over 10 · ½ · ½.
    assert rates.equal(x, n) == pytest.approx(chi2.sf(2 * 9 / 2.5, 4))
    # One of five agents may rest on fewer than five expected cases.
    x, n = np.array([8.0, 2.0, 5.0, 5.0, 2.0]), np.array([10.0, 10.0, 10.0, 10.0, 4.0])
    assert rates.equal(x, n) == pytest.approx(chi2.sf(2 * 9 / 2.5, 4))


def test_rates_of_too_few_cases_are_drawn_anew():
    # Two of two and none of two: of four coins that fall one way or the other two in sixteen do so.
    assert rates.equal(np.array([2.0, 0.0]), np.array([2.0, 2.0])) == pytest.approx(1 / 8, abs=0.05)
    assert rates.equal(np.array([1.0, 1.0]), np.array([2.0, 2.0])) == 1
    # One of two and none of two: as far apart unless both have none, one or two of theirs.
    alike = 0.75**4 + (2 * 0.75 * 0.25) ** 2 + 0.25**4
    once = rates.equal(np.array([1.0, 0.0]), np.array([2.0, 2.0]))
    assert once == pytest.approx(1 - alike, abs=0.08)
    # Two of five agents with fewer than five expected cases: a multiple of 1/400, as drawn.
    x, n = np.array([9.0, 1.0, 5.0, 2.0, 2.0]), np.array([10.0, 10.0, 10.0, 4.0, 4.0])
    p = rates.equal(x, n)
    assert p * 400 == pytest.approx(round(p * 400))
    assert p == pytest.approx(chi2.sf(2 * 16 / 2.5, 4), abs=0.02)


@pytest.mark.parametrize(("x", "n"), [([3.0], [9.0]), ([0.0, 0.0], [5.0, 9.0]), ([5.0], [5.0])])
def test_where_nothing_can_differ_nothing_does(x, n):
    assert rates.equal(np.array(x), np.array(n)) == 1
    assert rates.equal(np.array([5.0, 9.0]), np.array([5.0, 9.0])) == 1


def test_means_are_the_same_by_the_f_test_of_their_answers():
    answers = [[60.0, 80.0, 100.0], [50.0, 70.0], [90.0, 100.0, 95.0, 85.0]]
    n = np.array([float(len(own)) for own in answers])
    mean = np.array([np.mean(own) for own in answers])
    within = sum(((np.array(own) - np.mean(own)) ** 2).sum() for own in answers) / (9 - 3)
    assert means.equal(mean, n, within) == pytest.approx(f_oneway(*answers).pvalue)


def test_levels_are_the_same_by_the_f_test_of_months_of_different_weight():
    value, error = np.array([0.70, 0.80, 0.95]), np.array([0.05, 0.05, 0.10])
    # Weights 400, 400 and 100; (280 + 320 + 95) ÷ 900 is the level of all.
    level = 695 / 900
    between = 400 * (0.7 - level) ** 2 + 400 * (0.8 - level) ** 2 + 100 * (0.95 - level) ** 2
    assert months.equal(value, error, 30.0) == pytest.approx(f.sf(between / 2, 2, 30))


def test_differences_of_one_in_twenty_are_chance():
    sure = rates.of_counts("renewal_rate", np.full(4, 3.0), np.full(4, 6.0), np.ones(4))
    assert (sure.p_equal, sure.differ) == (1, False)
    assert not replace(sure, p_equal=0.05).differ
    assert replace(sure, p_equal=0.0499).differ


# -- rates -----------------------------------------------------------------------------------------


def test_cases_that_are_decided_together_count_for_fewer_and_everybody_still_has_their_cases():
    x, n, together = np.array([8.0, 40.0]), np.array([10.0, 60.0]), np.array([1.0, 2.0])
    sure = rates.of_counts("renewal_rate", x, n, together)
    assert sure.value == pytest.approx([0.8, 2 / 3])
    assert sure.n.tolist() == [10, 60]
    low, high = wilson(np.array([8.0, 20.0]), np.array([10.0, 30.0]))
    assert sure.low == pytest.approx(low)
    assert sure.high == pytest.approx(high)
    assert sure.alone == pytest.approx([8.5 / 11, 20.5 / 31])


def test_a_rate_of_many_agents_is_drawn_towards_the_others_by_z_and_half_of_it_places_nobody_else():
    n = np.array([2.0, 400.0] * 20)
    x = n * np.tile([0.5, 0.5, 1.0, 0.7, 0.5, 0.65, 0.5, 0.6], 5)
    sure = rates.of_counts("renewal_rate", x, n, np.ones(40))
    prior = present(sure.prior)
    own = np.where(sure.credibility >= 0.5)[0]
    assert own.tolist() == np.where(sure.enough)[0].tolist()
    assert set(own) == set(range(1, 40, 2))
    towards = prior.mean + sure.credibility * (sure.value - prior.mean)
    assert sure.shrunken == pytest.approx(towards, abs=0.02)
    assert sure.sd[1] < 0.5 * sure.sd[0]
    above = sure.above(0.55)
    assert above == pytest.approx(norm.sf((0.55 - sure.shrunken) / sure.sd), abs=0.05)
    assert present(sure.true_quantile(0.5)).value == pytest.approx(0.62, abs=0.03)


def test_without_a_law_of_true_values_no_quantile_is_told_and_none_lies_beyond_what_can_be():
    sure = rates.of_counts("renewal_rate", np.array([3.0]), np.array([4.0]), np.ones(1))
    assert sure.true_quantile(0.75) is None
    assert np.isnan(sure.above(0.5)).all()
    changed = replace(sure, law=lambda share: Quantile(share, -0.1, 1.2))
    told = present(changed.true_quantile(0.75))
    assert (told.value, told.low, told.high) == (0.75, 0.0, 1.0)
    assert replace(sure, law=lambda share: None).true_quantile(0.5) is None


def test_what_is_drawn_of_a_rate_has_its_centre_and_its_spread():
    posterior = Posterior(np.array([0.3, 0.9]), np.array([0.05, 0.04]), 1.2)
    drawn = rates.drawn(posterior, 40_000, np.random.default_rng(5))
    assert drawn.mean(axis=0) == pytest.approx([0.3, 0.9], abs=0.003)
    assert drawn.std(axis=0) == pytest.approx([0.05, 0.04], rel=0.03)
    assert drawn.max() <= 1.2


def test_who_has_no_shrunken_value_is_drawn_from_their_own():
    sure = rates.of_counts("renewal_rate", np.array([3.0, 9.0]), np.array([4.0, 9.0]), np.ones(2))
    drawn = sure.drawn(np.array([1, 0]), 20_000, np.random.default_rng(5))
    # (9 + ½) ÷ 10 and (3 + ½) ÷ 5, in the order that was asked for.
    assert drawn.mean(axis=0) == pytest.approx([0.95, 0.7], abs=0.01)


# -- counts ----------------------------------------------------------------------------------------


def test_what_is_drawn_of_a_count_has_its_centre_and_its_spread():
    posterior = Posterior(np.array([2.0, 8.0, NAN]), np.array([0.5, 1.0, 1.0]), np.inf)
    drawn = counts.drawn(posterior, 40_000, np.random.default_rng(5))
    assert drawn[:, :2].mean(axis=0) == pytest.approx([2.0, 8.0], rel=0.01)
    assert drawn[:, :2].std(axis=0) == pytest.approx([0.5, 1.0], rel=0.03)
    assert np.isnan(drawn[:, 2]).all()


def test_counts_of_enough_expected_events_are_held_against_chi_square_up_to_one_agent_in_five():
    observed, expected = np.array([8.0, 2.0, 5.0, 5.0, 4.0]), np.array([5.0, 5.0, 5.0, 5.0, 4.0])
    assert counts.equal(observed, expected) == pytest.approx(chi2.sf(2 * 9 / 5, 4))
    fewer = np.array([5.0, 5.0, 5.0, 4.5, 4.5])
    p = counts.equal(np.array([8.0, 2.0, 5.0, 4.0, 5.0]), fewer)
    assert p * 400 == pytest.approx(round(p * 400))


# -- means -----------------------------------------------------------------------------------------


def surveyed(n, mean, apart=100.0):
    """Agents of so many answers with these means, whose answers lie √`apart` from it."""
    n, mean = np.array(n, dtype=float), np.array(mean, dtype=float)
    people = pd.DataFrame(
        {"surveys": n, "survey_points": n * mean, "survey_points_sq": n * (mean**2 + apart)}
    )
    return measured(people, {"satisfaction": (n * mean, np.where(n > 0, n, NAN))})


def test_answers_place_nobody_below_twenty_and_shrink_where_eight_have_five_of_them():
    mean = [60.0, 90.0] * 4
    sure = present(certainty(surveyed([20.0] * 4 + [19.0, 5.0, 5.0, 5.0], mean), "satisfaction"))
    assert sure.enough.tolist() == [True] * 4 + [False] * 4
    n = np.array([20.0] * 4 + [19.0, 5.0, 5.0, 5.0])
    error = np.sqrt(100 * n.sum() / (n - 1).sum() / n)
    fitted = random_effects.posterior(np.array(mean), error)
    assert sure.shrunken == pytest.approx(fitted.shrunken)
    assert sure.sd == pytest.approx(fitted.spread)
    assert 0 < sure.credibility[5] < sure.credibility[4] < sure.credibility[0] < 1
    assert sure.above(75.0) == pytest.approx(norm.sf((75 - sure.shrunken) / sure.sd), abs=0.02)
    assert 60 < present(sure.true_quantile(0.75)).value < 100
    nobody = present(certainty(surveyed([20.0, 20.0, 0.0], [60.0, 90.0, NAN]), "satisfaction"))
    assert nobody.n.tolist() == [20, 20, 0]
    assert np.isnan([nobody.value[2], nobody.low[2], nobody.sd[2]]).all()
    few = present(certainty(surveyed([20.0] * 7 + [4.0], mean), "satisfaction"))
    assert np.isnan(few.shrunken).all()
    assert few.law is None
    assert few.sd[7] == pytest.approx(np.sqrt(few.sd[0] ** 2 * 5))


def test_the_limits_of_a_mean_are_those_of_all_answers_and_end_at_nought_and_a_hundred():
    sure = present(certainty(surveyed([2.0, 4.0], [2.0, 97.0], 50.0), "satisfaction"))
    within = (2 * 50 + 4 * 50) / (1 + 3)
    reach = t.ppf(0.975, 4) * np.sqrt(within / np.array([2.0, 4.0]))
    assert sure.low == pytest.approx([0.0, 97 - reach[1]])
    assert sure.high == pytest.approx([2 + reach[0], 100.0])
    assert sure.p_equal == pytest.approx(
        f.sf((2 * (2 - 392 / 6) ** 2 + 4 * (97 - 392 / 6) ** 2) / within, 1, 4)
    )


def test_what_is_drawn_of_a_mean_has_its_centre_and_spread_and_stays_between_its_ends():
    posterior = Posterior(np.array([50.0, 99.0, 1.0]), np.array([5.0, 2.0, 2.0]), 100.0)
    drawn = means.drawn(posterior, 40_000, np.random.default_rng(5))
    assert (drawn[:, 0].mean(), drawn[:, 0].std()) == pytest.approx((50.0, 5.0), rel=0.02)
    assert (drawn.min(), drawn.max()) == (0.0, 100.0)


# -- shares ----------------------------------------------------------------------------------------


def test_shares_differ_by_how_far_renewals_are_from_what_everybodys_target_asks():
    due, target = np.full(4, 100.0), np.array([50.0, 100.0, 75.0, 75.0])
    renewed = np.array([60.0, 80.0, 70.0, 70.0])
    people = pd.DataFrame({"due_policies": due, "renewed_policies": renewed})
    shares = {"renewal_rate": (renewed, due), "renewal_count": (renewed, target)}
    sure = present(certainty(measured(people, shares), "renewal_count"))
    # 280 renewals on targets of 300, of 400 policies: seven tenths of all are renewed.
    expected = target * 280 / 300
    statistic = ((renewed - expected) ** 2 / (expected * 0.3)).sum()
    assert sure.p_equal == pytest.approx(chi2.sf(statistic, 3))
    low, high = wilson(renewed, due)
    assert sure.value == pytest.approx(renewed / target)
    assert sure.low == pytest.approx(low * due / target)
    assert sure.high == pytest.approx(high * due / target)
    assert sure.top == 2.0  # two policies due for each that the first must renew
    assert sure.n.tolist() == [100] * 4


def test_months_without_a_target_count_on_neither_side_of_a_share():
    # Sixty of eighty renewals fell into months with a target: three quarters of the policies, too.
    people = pd.DataFrame({"due_policies": [100.0, 100.0], "renewed_policies": [80.0, 50.0]})
    shares = {
        "renewal_rate": (np.array([80.0, 50.0]), np.array([100.0, 100.0])),
        "renewal_count": (np.array([60.0, 50.0]), np.array([75.0, 100.0])),
    }
    sure = present(certainty(measured(people, shares), "renewal_count"))
    assert sure.value == pytest.approx([0.8, 0.5])
    assert certainty(measured(people[["renewed_policies"]], shares), "renewal_count") is None


def test_a_law_of_shares_needs_eight_agents_whose_spread_is_known():
    for size, told in ((7, False), (8, True)):
        due, target = np.full(size, 100.0), np.full(size, 80.0)
        renewed = np.where(np.arange(size) % 2 == 0, 50.0, 90.0)
        people = pd.DataFrame({"due_policies": due, "renewed_policies": renewed})
        rate = {"renewal_rate": (renewed, due)}
        shares = measured(people, {**rate, "renewal_count": (renewed, target)})
        sure = present(certainty(shares, "renewal_count"))
        assert (sure.true_quantile(0.5) is not None) == told


# -- months ----------------------------------------------------------------------------------------


def given(values, behind, spread=None):
    """Agents whose renewal rate was given for so many months, without counts."""
    size = len(values)
    nothing = np.full(size, NAN)
    figures = measured(
        pd.DataFrame({"due_policies": nothing}), {"renewal_rate": (nothing, nothing)}
    )
    column = KNOWN.position("renewal_rate")
    value = figures.agents.value.copy()
    value[:, column] = values
    months_behind = np.zeros(value.shape, dtype=int)
    months_behind[:, column] = behind
    return replace(
        figures,
        agents=replace(figures.agents, value=value),
        given_months=months_behind,
        month_spread={} if spread is None else {"renewal_rate": spread},
    )


def test_rates_without_counts_are_as_sure_as_their_months_agree():
    spread = MonthSpread(0.06, 22.0)
    of = given([0.70, 0.80, 0.99, NAN], [4, 9, 1, 0], spread)
    sure = present(certainty(of, "renewal_rate"))
    error = np.array([0.06 / 2, 0.06 / 3, 0.06])
    reach = t.ppf(0.975, 22) * error
    assert sure.low == pytest.approx([*(sure.value[:3] - reach), NAN], nan_ok=True)
    # No rate lies above the largest there can be.
    assert sure.high == pytest.approx([0.7 + reach[0], 0.8 + reach[1], 1.0, NAN], nan_ok=True)
    assert (sure.n.tolist(), sure.top, sure.kind) == ([4, 9, 1, 0], 1.0, "months")
    assert sure.p_equal == pytest.approx(months.equal(sure.value[:3], error, 22.0))
    fitted = random_effects.posterior(sure.value[:3], error)
    assert sure.shrunken[:3] == pytest.approx(fitted.shrunken)
    assert sure.sd[:3] == pytest.approx(fitted.spread)
    assert sure.credibility[2] < sure.credibility[0] < sure.credibility[1]
    assert sure.enough.tolist() == (sure.credibility >= 0.5).tolist()
    assert sure.above(0.75)[:3] == pytest.approx(
        norm.sf((0.75 - sure.shrunken) / sure.sd)[:3], abs=0.03
    )
    assert np.isnan(sure.above(0.75)[3])


def test_of_rates_without_counts_nothing_is_told_where_months_do_not_tell_their_spread():
    spread = MonthSpread(0.06, 22.0)
    assert certainty(given([0.7, 0.8], [4, 9]), "renewal_rate") is None
    assert certainty(given([0.7, NAN], [4, 0], spread), "renewal_rate") is None
    assert certainty(given([0.7, 0.8], [4, 9], spread), "renewal_rate") is not None
    alone = replace(given([0.7, 0.8], [4, 9], spread), given_months=None)
    assert certainty(alone, "renewal_rate") is None


# -- what all kinds share --------------------------------------------------------------------------


def test_amounts_have_no_range_and_are_not_drawn():
    premium = KNOWN["renewal_premium"]
    sums = np.array([5.0]), np.array([6.0])
    assert np.isnan(np.ravel(interval(premium, *sums))).all()
    assert drawn_pooled(Pooled(premium, *sums, {}), 10, np.random.default_rng(1)) is None


@pytest.mark.parametrize(
    ("indicator", "low", "high", "text"),
    [
        ("renewal_rate", 0.6213, 0.81, "62.1–81.0%"),
        ("satisfaction", 60.25, 99.0, "60.2–99.0"),
        ("renewal_rate", NAN, 0.81, "—"),
        ("renewal_rate", 0.6213, np.inf, "—"),
    ],
)
def test_a_range_is_written_in_the_unit_of_its_indicator_and_is_a_dash_where_unknown(
    indicator, low, high, text
):
    assert range_text(KNOWN[indicator], low, high) == text


def test_too_few_cases_are_those_of_an_indicator_of_a_tenth_of_the_score_on_which_agents_differ():
    due = np.array([400.0] * 39 + [3.0])
    renewed = np.append(np.where(np.arange(39) % 2 == 0, 240.0, 360.0), 0.0)
    people = pd.DataFrame({"due_policies": due, "renewed_policies": renewed})
    answers = np.full(40, 80.0), np.ones(40)
    of = measured(people, {"renewal_rate": (renewed, due), "satisfaction": answers})

    def weighing(percent):
        """The rate carries so much of the score, and answers all the rest."""
        return evaluate(of, WeightScheme("x", {"results": percent, "service": 100.0 - percent}))

    assert not too_few(weighing(9.99)).any()
    assert np.flatnonzero(too_few(weighing(10.0))).tolist() == [39]
    judged = weighing(64.0)
    nobody = replace(judged.agents, rated=np.zeros(40, dtype=bool))
    assert not too_few(replace(judged, agents=nobody)).any()
    same = measured(people.assign(renewed_policies=due * 0.6), {"renewal_rate": (due * 0.6, due)})
    assert not too_few(evaluate(same, default_scheme())).any()


# -- policies that are decided together ------------------------------------------------------------


def test_months_that_lie_apart_make_renewals_count_for_less_and_never_for_more():
    people = pd.DataFrame({"due_policies": [100.0, 50.0], "renewed_policies": [80.0, 40.0]})
    rate = {"renewal_rate": (np.array([80.0, 40.0]), np.array([100.0, 50.0]))}
    of = measured(people, rate)
    assert (likeness(of).way, likeness(of).company) == ("assumed", 1.0)
    for dispersion, factor in ((1.7, 1.7), (0.6, 1.0)):
        apart = replace(measured(people, rate), month_dispersion=dispersion)
        told = likeness(apart)
        assert (told.way, told.company, told.agents.tolist()) == ("months", factor, [factor] * 2)
        assert present(certainty(apart, "renewal_rate")).alone == pytest.approx(
            (np.array([80.0, 40.0]) / factor + 0.5) / (np.array([100.0, 50.0]) / factor + 1)
        )
    nothing = measured(people.assign(due_policies=NAN), rate)
    unknown = likeness(replace(nothing, month_dispersion=1.7))
    assert (unknown.way, unknown.company) == ("unknown", 1.0)


def test_the_exact_chance_of_a_sparse_pair_agrees_with_every_outcome_weighed():
    """Three of three against none of five, all sixty outcomes of the common rate weighed."""
    x, n = np.array([3.0, 0.0]), np.array([3.0, 5.0])

    def distance(x1, x2):
        p = (x1 + x2) / 8
        if p in (0, 1):
            return 0.0
        return (x1 - 3 * p) ** 2 / (3 * p * (1 - p)) + (x2 - 5 * p) ** 2 / (5 * p * (1 - p))

    worst = distance(3, 0)
    chance = sum(
        binom.pmf(x1, 3, 3 / 8) * binom.pmf(x2, 5, 3 / 8)
        for x1 in range(4)
        for x2 in range(6)
        if distance(x1, x2) >= worst - 1e-9
    )
    assert rates.equal(x, n) == pytest.approx(chance, abs=0.02)
