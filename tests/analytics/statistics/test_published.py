"""Every method reproduces numbers that somebody published."""

import numpy as np
import pytest

from analytics.statistics import (
    beta_binomial,
    byar,
    clopper_pearson,
    cochran_armitage,
    credibility,
    das_gupta,
    effective_weight,
    false_discovery,
    floor_ceiling,
    four_fifths,
    funnel,
    garwood,
    item_analysis,
    james_stein,
    kitagawa,
    mann_kendall,
    newcombe,
    points_lost,
    poisson_binomial,
    quadrant_probability,
    random_effects,
    regression_to_mean,
    seasonal_kendall,
    sign_rule,
    smaa,
    stability,
    theil_sen,
    uplift,
    weight_triangle,
    wilson,
)  # fmt: skip

X, N = [81, 15, 0, 1], [263, 148, 20, 29]
LOWER, UPPER = (0.6, 0.2, 0.1), (0.7, 0.3, 0.2)


def near(found, expected, tolerance):
    assert np.asarray(found, dtype=float) == pytest.approx(np.asarray(expected, dtype=float), abs=tolerance)


def test_wilson_limits_are_those_of_newcombe_1998():
    low, high = wilson.wilson(X, N)
    near(low, [0.2553, 0.0624, 0, 0.0061], 6e-5)
    near(high, [0.3662, 0.1605, 0.1611, 0.1718], 6e-5)


def test_clopper_pearson_limits_are_those_of_newcombe_1998():
    low, high = clopper_pearson.clopper_pearson(X, N)
    near(low, [0.2527, 0.0578, 0, 0.0009], 6e-5)
    near(high, [0.3676, 0.1617, 0.1684, 0.1776], 6e-5)


def test_differences_of_rates_are_those_of_newcombe_1998():
    low, high = newcombe.newcombe_difference([56, 9, 5, 10], [70, 10, 56, 10], [48, 3, 0, 0], [80, 10, 29, 20])
    near(low, [0.0524, 0.1705, -0.0381, 0.6791], 6e-5)
    near(high, [0.3339, 0.8090, 0.1926, 1.0], 6e-5)


def test_exact_poisson_limits_are_garwoods_and_no_complaint_is_not_no_risk():
    low, high = garwood.garwood([0, 1, 5, 10])
    near(low, [0, 0.025, 1.623, 4.795], 6e-4)
    near(high, [3.689, 5.572, 11.668, 18.390], 6e-4)


def test_observed_over_expected_is_that_of_phe_with_byar_and_exact_below_ten():
    expected = byar.expected_count([10303, 2824, 0], [50520, 57173, 60213], [636, 558, 609])
    assert expected == pytest.approx(636 * 10303 / 50520 + 558 * 2824 / 57173)
    ratio, low, high = byar.ratio([895, 91, 9], 835.8835612311743)
    near(ratio, [1.0707232939, 0.1088668377, 0.0107670499], 1e-9)
    near(low, [1.0017147713, 0.0876504010, 0.0049233808], 1e-9)
    near(high, [1.1432332872, 0.1336657633, 0.0204392146], 1e-9)


def test_the_beta_binomial_fits_the_families_of_saxony():
    boys = np.repeat(np.arange(13), [3, 24, 104, 286, 670, 1033, 1343, 1112, 829, 478, 181, 45, 7])
    near(beta_binomial.fit_moments(boys, 12), (34.135, 31.6085), 1e-3)
    a, b, likelihood = beta_binomial.fit_mle(boys, np.full(len(boys), 12))
    near((a, b), (34.09558, 31.5715), 0.03)
    assert likelihood == pytest.approx(-12492.9, abs=0.05)


SURGERY = ([0, 18, 8, 46, 8, 13, 9, 31, 14, 8, 29, 24], [47, 148, 119, 810, 211, 196, 148, 215, 207, 97, 256, 360])


def test_twelve_surgeries_shrink_as_published_for_bugs():
    published = [0.0528, 0.1040, 0.0707, 0.0591, 0.0515, 0.0692, 0.0671, 0.1231, 0.0704, 0.0787, 0.1028, 0.0687]
    x, n = map(np.array, SURGERY)
    a, b, _ = beta_binomial.fit_mle(x, n)
    near((a + x) / (a + b + n), published, 0.004)
    near(beta_binomial.fit(x, n).shrunken(x, n), published, 0.006)  # another prior than the published one


def test_baseball_averages_shrink_as_efron_and_morris_have_them():
    hits = np.array([18, 17, 16, 15, 14, 14, 13, 12, 11, 11, 10, 10, 10, 10, 10, 9, 8, 7]) / 45
    rest = [
        0.346,
        0.298,
        0.276,
        0.222,
        0.273,
        0.270,
        0.263,
        0.210,
        0.269,
        0.230,
        0.264,
        0.256,
        0.303,
        0.264,
        0.226,
        0.285,
        0.316,
        0.200,
    ]
    found, factor = james_stein.james_stein(hits, hits.mean() * (1 - hits.mean()) / 45)
    near((hits.mean(), factor, found[0], found[-1]), (0.265, 0.212, 0.294, 0.242), 0.0011)
    assert (np.abs(found - rest) < np.abs(hits - rest)).sum() == 16


@pytest.mark.parametrize("method", ["DL", "PM", "REML"])
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


def test_quadrants_are_products_of_tails():
    found = quadrant_probability.quadrant_probability(0.872952, 0.684732)
    near(found, [0.597738, 0.275214, 0.086994, 0.040054], 2e-6)
    assert not quadrant_probability.certain(found)


def test_funnel_limits_of_a_rate_are_those_of_phe():
    centre, n = 0.806424478571495, [1, 5, 27, 211, 13669]
    low, high = funnel.proportion_limits(centre, n)
    near(100 * low, [3.204264, 46.011039, 65.739462, 75.311383, 79.980099], 2e-5)
    near(100 * high, [100, 100, 95.545433, 85.973512, 81.304797], 2e-5)
    low, high = funnel.proportion_limits(centre, n, 0.998)
    near(100 * low, [0, 26.039864, 57.145237, 72.237075, 79.598137], 2e-5)


def test_funnel_limits_of_a_ratio_are_those_of_funnelplotr():
    low, high = funnel.ratio_limits([15, 20, 30])
    near(low, [0.5596924, 0.6108260, 0.6746958], 6e-7)
    near(high, [1.649348, 1.544419, 1.427562], 6e-7)


def test_nobody_with_few_policies_can_be_high_and_fifty_honest_agents_raise_alarms():
    assert funnel.fewest_to_be_high(0.82) == 19
    assert 0.82**18 > 0.025 > 0.82**19
    assert funnel.false_alarms(50, 0.95) == pytest.approx(0.923, abs=5e-4)
    assert funnel.false_alarms(50, 0.998) == pytest.approx(0.095, abs=5e-4)


def test_unequal_chances_give_the_distribution_that_can_be_worked_out_by_hand():
    near(poisson_binomial.pmf([0.1, 0.5, 0.9]), [0.045, 0.455, 0.455, 0.045], 1e-12)
    near(poisson_binomial.moments([0.1, 0.5, 0.9]), (1.5, 0.43), 1e-12)


def test_berkeleys_admissions_split_into_mix_and_performance():
    men, men_n = [512, 353, 120, 138, 53, 22], [825, 560, 325, 417, 191, 373]
    women, women_n = [89, 17, 202, 131, 94, 24], [108, 25, 593, 375, 393, 341]
    found = kitagawa.kitagawa(women, women_n, men, men_n)
    near((found.mix, found.performance, found.total), (0.177674, -0.036028, 0.141645), 1e-6)
    everybody = np.add(men_n, women_n)
    near(
        (kitagawa.standardised(men, men_n, everybody), kitagawa.standardised(women, women_n, everybody)),
        (0.387319, 0.429955),
        1e-6,
    )


def test_a_change_of_a_product_splits_as_in_das_gupta_1993():
    near(das_gupta.das_gupta([10930, 0.717892], [16591, 0.825974]), [4369.913, 1487.262], 0.006)


def test_the_permitted_weights_are_a_triangle_with_its_corners_and_centre():
    found = weight_triangle.weight_set(LOWER, UPPER)
    assert {tuple(np.round(corner, 9)) for corner in found.vertices} == {
        (0.7, 0.2, 0.1),
        (0.6, 0.3, 0.1),
        (0.6, 0.2, 0.2),
    }
    near(found.centroid, [0.633333, 0.233333, 0.133333], 1e-6)
    near(found.sd, [0.0235702] * 3, 1e-6)
    assert found.share == pytest.approx(0.01)


FOUR = [[92, 70, 60], [88, 84, 62], [85, 80, 90], [80, 90, 70]]


def test_rank_acceptability_over_the_triangle_is_exact():
    found = weight_triangle.exact_acceptability(FOUR, LOWER, UPPER)
    near(
        found.rank,
        [[0, 0, 1, 0], [0.09274193548, 0.90725806452, 0, 0], [0.90725806452, 0.09274193548, 0, 0], [0, 0, 0, 1]],
        1e-9,
    )
    near(found.central[1:3], [[0.643852, 0.253714, 0.102434], [0.632258, 0.231250, 0.136492]], 1e-6)


def test_drawn_acceptability_comes_close_to_the_exact_one_and_repeats_with_its_seed():
    weights = smaa.draw_weights(LOWER, UPPER)
    found = smaa.smaa(FOUR, weights)
    near(found.acceptability[1:3, :2], [[0.0927, 0.9073], [0.9073, 0.0927]], 0.01)
    assert found.confidence[2] == 1
    again = smaa.smaa(FOUR, smaa.draw_weights(LOWER, UPPER))
    assert found.acceptability.tobytes() == again.acceptability.tobytes()


def test_the_share_of_a_triangle_where_one_leads_has_a_formula():
    assert weight_triangle.share_ahead([2, -1, -1]) == pytest.approx(4 / 9)
    assert weight_triangle.share_ahead([-2, 1, 1]) == pytest.approx(5 / 9)
    assert weight_triangle.share_ahead([1, 2, 3]) == 1


def test_the_stability_interval_of_a_weight_is_solved_by_hand():
    leader, low, high = stability.stability_interval([[90, 70, 60], [80, 90, 85]], [0.65, 0.22, 0.13], 0)
    assert (leader, low) == (1, 0)
    assert high == pytest.approx(0.686099, abs=1e-6)


def test_four_values_cannot_show_a_trend():
    found = mann_kendall.mann_kendall([10, 15, 14, 20])
    assert (found.s, found.exact) == (4, True)
    assert found.p == pytest.approx(1 / 3)
    assert mann_kendall.mann_kendall([1, 2, 3]).p == pytest.approx(1 / 3)
    assert mann_kendall.mann_kendall([1, 2, 3, 4]).p == pytest.approx(2 / 24)
    assert mann_kendall.mann_kendall([1, 2, 3, 4, 5]).p == pytest.approx(2 / 120)
    assert theil_sen.theil_sen([10, 15, 14, 20])[0] == pytest.approx(2.9166667)


def test_the_seasonal_test_of_two_years_is_the_sign_rule():
    assert {pairs: sign_rule.needed(pairs) for pairs in range(6, 13)} == {6: 6, 7: 7, 8: 8, 9: 8, 10: 9, 11: 10, 12: 10}
    now, before = np.arange(12) + 0.5, np.arange(12.0)
    before[:2] += 1
    assert seasonal_kendall.seasonal_kendall([*before, *now]).p == pytest.approx(sign_rule.year_on_year(now, before)[2])


def test_the_trend_of_smokers_is_that_of_r():
    chi, p, slope = cochran_armitage.cochran_armitage([83, 90, 129, 70], [86, 93, 136, 82])
    assert float(chi) == pytest.approx(8.2249, abs=6e-5)
    assert float(p) == pytest.approx(0.004132, abs=6e-7)
    assert slope < 0


def test_fifteen_p_values_of_benjamini_and_hochberg_give_four_findings():
    p = [
        0.0001,
        0.0004,
        0.0019,
        0.0095,
        0.0201,
        0.0278,
        0.0298,
        0.0344,
        0.0459,
        0.324,
        0.4262,
        0.5719,
        0.6528,
        0.759,
        1.0,
    ]
    assert false_discovery.benjamini_hochberg(p, 0.05).sum() == 4


def test_those_picked_at_the_bottom_rise_for_free_as_barnett_computes():
    near(regression_to_mean.regression_to_mean(60, 15, 40, [0, 0.5, 0.8, 1]), [26.97202, 13.48601, 5.394404, 0], 1e-5)


def test_items_of_five_people_by_hand():
    # columns 1..5 and its double: alpha = 2·(1 − (2.5 + 10)/22.5) = 8/9; each correlates perfectly with the other
    found = item_analysis.item_analysis([[at, 2 * at] for at in range(1, 6)])
    assert found.alpha == pytest.approx(8 / 9)
    near(found.item_rest, [1, 1], 1e-12)


def test_effective_weights_are_those_of_owen_and_prieur():
    covariance = [[100, 100], [100, 400]]
    near(effective_weight.shapley_share([0.7, 0.3], covariance), [0.5383858, 0.4616142], 1e-6)
    near(effective_weight.covariance_share([0.7, 0.3], covariance), [0.5511811, 0.4488189], 1e-6)


def test_fifteen_percent_at_an_end_is_a_ceiling():
    assert floor_ceiling.floor_ceiling([100] * 9 + [70] * 41) == (0, 0.18, True)


def test_the_four_fifths_rule_does_not_flag_four_fifths():
    ratio, flagged = four_fifths.four_fifths([0.60, 0.45, 0.48, 0.51])
    near(ratio, [1, 0.75, 0.8, 0.85], 1e-9)
    assert flagged.tolist() == [False, True, False, False]


def test_points_lost_and_the_score_add_up_to_a_hundred():
    lost = points_lost.points_lost([65, 22, 13], [82.0, 71.0, 90.0])
    near(lost, [11.7, 6.38, 1.3], 1e-9)
    assert 100 - lost.sum() == pytest.approx(80.62)


def test_reaching_the_median_is_worth_what_is_left_after_shrinking():
    found = uplift.uplift([140, 170], [200, 200], 0.81, (81, 19))
    near(found.shrunken[0], 0.736667, 1e-6)
    near(found.extra, [14.66667, 0.0], 1e-4)  # whoever is above it gains nothing
    near(found.half[0], 7.33333, 1e-4)
    assert found.low[0] < found.extra[0] < found.high[0]


def test_the_probability_of_a_rate_below_a_line_is_that_of_gelman():
    """Placenta previa: 437 girls of 980 births under a flat prior, BDA3 sec. 2.4."""
    one = beta_binomial.RatePosterior(np.array([1.0]), np.array([1.0]), np.array([1.0]))
    assert 1 - one.above([437], [980], 0.485)[0] == pytest.approx(0.992, abs=1e-3)
    assert one.sd([437], [980])[0] == pytest.approx(0.016, abs=1e-3)
    low, high = one.interval([437], [980])
    near([low[0], high[0]], [0.415, 0.477], 1e-3)


def test_who_leads_where_agrees_with_the_exact_acceptability():
    found = weight_triangle.leading_regions(FOUR, LOWER, UPPER)
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
