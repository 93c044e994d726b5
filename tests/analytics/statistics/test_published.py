"""Methods reproduce numbers that somebody published, beyond the cases of `reference_cases.json`."""

import numpy as np
import pytest

from analytics.statistics import (
    beta_binomial,
    cochran_armitage,
    credibility,
    funnel,
    gamma_poisson,
    item_analysis,
    mann_kendall,
    random_effects,
    seasonal_kendall,
    sign_rule,
    smaa,
    theil_sen,
    uplift,
    weight_triangle,
)  # fmt: skip

X, N = [81, 15, 0, 1], [263, 148, 20, 29]  # of Newcombe 1998
LOWER, UPPER = (0.6, 0.2, 0.1), (0.7, 0.3, 0.2)


def near(found, expected, tolerance):
    assert np.asarray(found, dtype=float) == pytest.approx(np.asarray(expected, dtype=float), abs=tolerance)


SURGERY = ([0, 18, 8, 46, 8, 13, 9, 31, 14, 8, 29, 24], [47, 148, 119, 810, 211, 196, 148, 215, 207, 97, 256, 360])


def test_twelve_surgeries_shrink_close_to_bugs_under_another_prior_than_the_published_one():
    published = [0.0528, 0.1040, 0.0707, 0.0591, 0.0515, 0.0692, 0.0671, 0.1231, 0.0704, 0.0787, 0.1028, 0.0687]
    x, n = map(np.array, SURGERY)
    near(beta_binomial.fit(x, n).shrunken(x, n), published, 0.006)


@pytest.mark.parametrize("method", ["PM", "REML"])
def test_eight_schools_cannot_be_told_apart(method):
    found = random_effects.random_effects([28, 8, -3, 7, -1, 1, 18, 12], [15, 10, 16, 11, 9, 11, 10, 18], method)
    near((found.pooled, found.pooled_se, found.tau2, found.q), (7.7, 4.1, 0, 4.7), 0.06)


def test_where_means_differ_reml_and_paule_mandel_say_so():
    y, se = [0.0, 10.0, 20.0, 30.0], [1.0, 1.0, 1.0, 1.0]
    for method in ("DL", "PM", "REML"):
        assert random_effects.random_effects(y, se, method).tau2 == pytest.approx(np.var(y, ddof=1) - 1, rel=1e-4)


def test_credibility_of_equal_exposures_is_the_textbook_formula():
    # Two groups seen twice, weight 1: s² = (2 + 2)/2 = 2, a = var of means (3, 9) − s²/2 = 18 − 1 = 17, Z = 2/(2 + 2/17).
    found = credibility.buhlmann_straub([[2, 4], [8, 10]], [[1, 1], [1, 1]])
    near((found.within, found.between, found.collective), (2, 17, 6), 1e-9)
    near(found.z, [2 / (2 + 2 / 17)] * 2, 1e-9)
    near(found.estimate[0], 6 - 3 * 2 / (2 + 2 / 17), 1e-9)


def test_nobody_with_few_policies_can_be_high_and_fifty_honest_agents_raise_alarms():
    assert funnel.fewest_to_be_high(0.82) == 19
    assert 0.82**18 > 0.025 > 0.82**19
    assert funnel.false_alarms(50, 0.95) == pytest.approx(0.923, abs=5e-4)
    assert funnel.false_alarms(50, 0.998) == pytest.approx(0.095, abs=5e-4)


FOUR = [[92, 70, 60], [88, 84, 62], [85, 80, 90], [80, 90, 70]]


def test_drawn_acceptability_comes_close_to_the_exact_one_and_repeats_with_its_seed():
    weights = smaa.draw_weights(LOWER, UPPER)
    found = smaa.smaa(FOUR, weights)
    near(found.acceptability[1:3, :2], [[0.0927, 0.9073], [0.9073, 0.0927]], 0.01)
    assert found.confidence[2] == 1
    again = smaa.smaa(FOUR, smaa.draw_weights(LOWER, UPPER))
    assert found.acceptability.tobytes() == again.acceptability.tobytes()


def test_the_share_of_a_triangle_where_one_leads_is_the_rest_of_where_the_other_does():
    assert weight_triangle.share_ahead([-2, 1, 1]) == pytest.approx(5 / 9)
    assert weight_triangle.share_ahead([1, 2, 3]) == 1


def test_four_values_cannot_show_a_trend():
    assert mann_kendall.mann_kendall([10, 15, 14, 20]).exact
    assert mann_kendall.mann_kendall([1, 2, 3]).p == pytest.approx(1 / 3)
    assert mann_kendall.mann_kendall([1, 2, 3, 4]).p == pytest.approx(2 / 24)
    assert mann_kendall.mann_kendall([1, 2, 3, 4, 5]).p == pytest.approx(2 / 120)


def test_the_seasonal_test_of_two_years_is_the_sign_rule():
    now, before = np.arange(12) + 0.5, np.arange(12.0)
    before[:2] += 1
    assert seasonal_kendall.seasonal_kendall([*before, *now]).p == pytest.approx(sign_rule.year_on_year(now, before)[2])


def test_the_rate_of_smokers_falls():
    assert cochran_armitage.cochran_armitage([83, 90, 129, 70], [86, 93, 136, 82])[2] < 0


def test_items_of_five_people_by_hand():
    # columns 1..5 and its double: alpha = 2·(1 − (2.5 + 10)/22.5) = 8/9; each correlates perfectly with the other
    found = item_analysis.item_analysis([[at, 2 * at] for at in range(1, 6)])
    assert found.alpha == pytest.approx(8 / 9)
    near(found.item_rest, [1, 1], 1e-12)


def test_whoever_is_above_the_median_gains_nothing_and_most_people_close_half_of_a_gap():
    found = uplift.uplift([140, 170], [200, 200], 0.81, (81, 19))
    assert found.extra[1] == 0
    near(found.half[0], 7.33333, 1e-4)
    assert found.low[0] < found.extra[0] < found.high[0]


def test_who_leads_where_agrees_with_the_exact_acceptability():
    found = weight_triangle.leading_regions(FOUR, LOWER, UPPER).regions
    assert [one.who for one in found] == [2, 1]
    near([one.share for one in found], [0.90725806452, 0.09274193548], 1e-9)
    near(found[0].central, [0.632258, 0.231250, 0.136492], 1e-6)
    near(found[1].central, [0.643852, 0.253714, 0.102434], 1e-6)


def test_ties_have_an_exact_trend_too():
    """1, 1, 2, 3, 2: of its thirty orders, six stray from S = 0 as far as its own S = 6."""
    found = mann_kendall.mann_kendall([1, 1, 2, 3, 2])
    assert (found.s, found.exact) == (6, True)
    assert found.p == pytest.approx(6 / 30)
    s, p = mann_kendall.mann_kendall_rows([[1, 1, 2, 3, 2], [10, 15, 14, 20, np.nan], [1, 2, 3, 4, 5]])
    assert s.tolist() == [6, 4, 10]
    near(p, [0.2, 0.3333333, 2 / 120], 1e-6)
    near(theil_sen.theil_sen_rows([[10, 15, 14, 20]]), [2.9166667], 1e-6)


def test_two_items_inflate_each_other_by_their_correlation():
    x = np.array([1.0, 2, 3, 4, 5, 6])
    y = np.array([2.0, 1, 4, 3, 6, 5])
    r = np.corrcoef(x, y)[0, 1]
    near(item_analysis.variance_inflation(np.column_stack([x, y])), [1 / (1 - r**2)] * 2, 1e-9)


def test_without_extra_spread_the_limits_of_a_ratio_are_the_plain_ones_on_the_root_scale():
    low, high = funnel.dispersed_ratio_limits([100.0], 0.0)
    near([low[0], high[0]], [(1 - 1.959964 / 20) ** 2, (1 + 1.959964 / 20) ** 2], 1e-6)
    wider = funnel.dispersed_ratio_limits([100.0], 0.01)
    assert wider[0][0] < low[0]
    assert wider[1][0] > high[0]


# George, Makov & Smith 1993: failures of ten pumps in so many thousand hours.
FAILURES = [5, 1, 5, 14, 3, 19, 1, 1, 4, 22]
HOURS = [94.3, 15.7, 62.9, 126, 5.24, 31.4, 1.05, 1.05, 2.1, 10.5]


def test_ten_pumps_shrink_as_bugs_has_them_under_its_own_prior():
    """Posterior means as printed in the documentation of Mamba.jl (doc/examples/pumps.rst)."""
    published = [
        0.0597276,
        0.0997635,
        0.0889841,
        0.116179,
        0.603654,
        0.608916,
        0.894307,
        0.884304,
        1.56235,
        1.98785,
    ]
    prior = gamma_poisson.gamma_prior(of_shape=(1.0, 1.0), of_rate=(0.1, 1.0))
    found = gamma_poisson.fit(FAILURES, HOURS, prior)
    near(found.shrunken(FAILURES, HOURS), published, 0.03)
    near(((found.weight * found.shape).sum(), (found.weight * found.rate).sum()), (0.70, 0.93), 0.005)  # BUGS, vol. 1


def test_mites_on_apple_leaves_follow_the_gamma_poisson_of_bliss_and_fisher():
    """150 leaves with 0, 1, 2, … mites: k = 1.0246 at the maximum of the likelihood, mean 172 ÷ 150."""
    mites = np.repeat(np.arange(8), [70, 38, 17, 10, 9, 3, 2, 1])
    shape, rate, _ = gamma_poisson.fit_mle(mites, np.ones(150))
    near((shape, shape / rate), (1.0246, 172 / 150), 1e-4)
    with pytest.raises(ValueError, match="than chance alone"):
        gamma_poisson.fit_mle([2, 2, 2, 2], [2, 2, 2, 2])
