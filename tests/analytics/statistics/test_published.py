"""Methods reproduce numbers that somebody published, beyond the cases of `reference_cases.json`."""

import numpy as np
import pytest

from analytics.statistics import (
    beta_binomial,
    difference_in_differences,
    funnel,
    gamma_poisson,
    item_analysis,
    mann_kendall,
    random_effects,
    seasonal_kendall,
    smaa,
    theil_sen,
    uplift,
    weight_triangle,
    wilson,
    wilson_hilferty,
)
from analytics.statistics.reference import (
    cochran_armitage,
    credibility,
    difference_of_means,
    gamma_poisson_fits,
    goldstein_healy,
    mantel_haenszel,
    monte_carlo,
    oaxaca,
    poisson_rates,
    probability_ahead,
    rank_order_centroid,
    ratio_funnel,
    sign_test,
    smaa_draws,
)
from tests.present import present

X, N = [81, 15, 0, 1], [263, 148, 20, 29]  # of Newcombe 1998
LOWER, UPPER = (0.6, 0.2, 0.1), (0.7, 0.3, 0.2)


def near(computed, expected, tolerance):
    assert np.asarray(computed, dtype=float) == pytest.approx(
        np.asarray(expected, dtype=float), abs=tolerance
    )


SURGERY = (
    [0, 18, 8, 46, 8, 13, 9, 31, 14, 8, 29, 24],
    [47, 148, 119, 810, 211, 196, 148, 215, 207, 97, 256, 360],
)


def test_twelve_surgeries_shrink_close_to_bugs_under_another_prior_than_the_published_one():
    published = [
        0.0528,
        0.1040,
        0.0707,
        0.0591,
        0.0515,
        0.0692,
        0.0671,
        0.1231,
        0.0704,
        0.0787,
        0.1028,
        0.0687,
    ]
    x, n = map(np.array, SURGERY)
    near(present(beta_binomial.fit(x, n)).shrunken(x, n), published, 0.006)


@pytest.mark.parametrize("method", ["PM", "REML"])
def test_eight_schools_cannot_be_told_apart(method):
    schools = random_effects.random_effects(
        [28, 8, -3, 7, -1, 1, 18, 12], [15, 10, 16, 11, 9, 11, 10, 18], method
    )
    near((schools.pooled, schools.pooled_se, schools.tau2, schools.q), (7.7, 4.1, 0, 4.7), 0.06)


def test_where_means_differ_reml_and_paule_mandel_say_so():
    y, se = [0.0, 10.0, 20.0, 30.0], [1.0, 1.0, 1.0, 1.0]
    for method in ("DL", "PM", "REML"):
        assert random_effects.random_effects(y, se, method).tau2 == pytest.approx(
            np.var(y, ddof=1) - 1, rel=1e-4
        )


def test_credibility_of_equal_exposures_is_the_textbook_formula():
    # Two groups seen twice, weight 1: s² = (2 + 2)/2 = 2, a = var of means (3, 9) − s²/2 = 18 − 1 =
    # 17, Z = 2/(2 + 2/17).
    model = credibility.buhlmann_straub([[2, 4], [8, 10]], [[1, 1], [1, 1]])
    near((model.within, model.between, model.collective), (2, 17, 6), 1e-9)
    near(model.z, [2 / (2 + 2 / 17)] * 2, 1e-9)
    near(model.estimate[0], 6 - 3 * 2 / (2 + 2 / 17), 1e-9)


def test_nobody_with_few_policies_can_be_high_and_fifty_honest_agents_raise_alarms():
    assert funnel.fewest_to_be_high(0.82) == 19
    assert 0.82**18 > 0.025 > 0.82**19
    assert ratio_funnel.false_alarms(50, 0.95) == pytest.approx(0.923, abs=5e-4)
    assert ratio_funnel.false_alarms(50, 0.998) == pytest.approx(0.095, abs=5e-4)


FOUR = [[92, 70, 60], [88, 84, 62], [85, 80, 90], [80, 90, 70]]


def test_drawn_acceptability_comes_close_to_the_exact_one_and_repeats_with_its_seed():
    weights = smaa.draw_weights(LOWER, UPPER)
    ranks = smaa.smaa(FOUR, weights)
    near(ranks.acceptability[1:3, :2], [[0.0927, 0.9073], [0.9073, 0.0927]], 0.01)
    assert ranks.confidence[2] == 1
    again = smaa.smaa(FOUR, smaa.draw_weights(LOWER, UPPER))
    assert ranks.acceptability.tobytes() == again.acceptability.tobytes()


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
    assert seasonal_kendall.seasonal_kendall([*before, *now]).p == pytest.approx(
        sign_test.year_on_year(now, before)[2]
    )


def test_the_rate_of_smokers_falls():
    assert cochran_armitage.cochran_armitage([83, 90, 129, 70], [86, 93, 136, 82])[2] < 0


def test_items_of_five_people_by_hand():
    # columns 1..5 and its double: alpha = 2·(1 − (2.5 + 10)/22.5) = 8/9; each correlates perfectly
    # with the other
    items = item_analysis.item_analysis([[score, 2 * score] for score in range(1, 6)])
    assert items.alpha == pytest.approx(8 / 9)
    near(items.item_rest, [1, 1], 1e-12)


def test_a_gap_is_averaged_over_the_rates_that_may_be_true_and_most_people_close_half_of_it():
    gain = uplift.uplift([140, 170, 200], [200, 200, 200], 0.81, (81, 19))
    near(gain.half[0], 7.33333, 1e-3)  # far below the target hardly any possible rate reaches it
    # Nearly normal about 0.8367 with standard deviation 0.0213: z = 1.25, E max = 0.0213 × (φ(z) −
    # z Φ(−z)) = 0.0011.
    near(gain.extra[1], 200 * 0.0011, 0.05)
    assert gain.extra[2] < 1e-4
    assert gain.low[0] < gain.extra[0] < gain.high[0]
    assert (gain.low <= gain.extra).all()
    assert (gain.extra <= gain.high).all()


def test_an_agent_exactly_at_the_target_still_has_something_to_gain():
    # Beta(2, 2) after one renewal of two under a uniform prior: E max(0, ½ − rate) = half the mean
    # distance 3/16.
    near(uplift.uplift([1], [2], 0.5, (1, 1)).extra, [2 * 3 / 32], 1e-9)


def test_who_leads_where_agrees_with_the_exact_acceptability():
    regions = weight_triangle.leading_regions(FOUR, LOWER, UPPER).regions
    assert [region.who for region in regions] == [2, 1]
    near([region.share for region in regions], [0.90725806452, 0.09274193548], 1e-9)
    near(regions[0].central, [0.632258, 0.231250, 0.136492], 1e-6)
    near(regions[1].central, [0.643852, 0.253714, 0.102434], 1e-6)


def test_ties_have_an_exact_trend_too():
    """1, 1, 2, 3, 2: of its thirty orders, six stray from S = 0 as far as its own S = 6."""
    trend = mann_kendall.mann_kendall([1, 1, 2, 3, 2])
    assert (trend.s, trend.exact) == (6, True)
    assert trend.p == pytest.approx(6 / 30)
    s, p = mann_kendall.mann_kendall_rows(
        [[1.0, 1, 2, 3, 2], [10, 15, 14, 20, np.nan], [1.0, 2, 3, 4, 5]]
    )
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
    prior = gamma_poisson_fits.gamma_prior(of_shape=(1.0, 1.0), of_rate=(0.1, 1.0))
    posterior = present(gamma_poisson.fit(FAILURES, HOURS, prior))
    near(posterior.shrunken(FAILURES, HOURS), published, 0.03)
    near(
        ((posterior.weight * posterior.shape).sum(), (posterior.weight * posterior.rate).sum()),
        (0.70, 0.93),
        0.005,
    )  # BUGS, vol. 1


def test_mites_on_apple_leaves_follow_the_gamma_poisson_of_bliss_and_fisher():
    """150 leaves with 0, 1, 2, … mites: k = 1.0246 at the maximum of the likelihood, mean 172 ÷
    150."""
    mites = np.repeat(np.arange(8), [70, 38, 17, 10, 9, 3, 2, 1])
    shape, rate, _ = gamma_poisson_fits.fit_mle(mites, np.ones(150))
    near((shape, shape / rate), (1.0246, 172 / 150), 1e-4)
    with pytest.raises(ValueError, match="than chance alone"):
        gamma_poisson_fits.fit_mle([2, 2, 2, 2], [2, 2, 2, 2])


def test_corrected_wilson_limits_are_those_of_newcombe_1998():
    """Table I, method 4."""
    low, high = wilson.wilson(X, N, continuity=True)
    near(low, [0.2535, 0.0598, 0, 0.0018], 6e-5)
    near(high, [0.3682, 0.1644, 0.2005, 0.1963], 6e-5)
    plain = wilson.wilson(X, N)
    assert (low <= plain[0]).all()
    assert (high >= plain[1]).all()


def test_one_rate_is_ahead_of_another_as_often_as_can_be_worked_out_by_hand():
    # Densities 1 and 2x: ∫ 2x · x dx = 2/3; densities 2(1 − x) and 2x: ∫ 2x · (2x − x²) dx = 5/6.
    assert probability_ahead.probability_ahead((1, 1), (2, 1)) == pytest.approx(2 / 3)
    assert probability_ahead.probability_ahead((1, 2), (2, 1)) == pytest.approx(5 / 6)
    assert probability_ahead.probability_ahead((7, 3), (7, 3)) == pytest.approx(0.5)


def test_fishers_lady_tasting_tea_has_his_exact_p_as_a_probability_that_one_rate_is_ahead():
    """Three of four and one of four right: one-sided p = 17/70, by Altham's theorem of 1969."""
    assert probability_ahead.probability_ahead((3, 1 + 1), (1 + 1, 3)) == pytest.approx(17 / 70)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ((30.5, 7), (28.5, 9.5)),
        ((30, 7.5), (28.5, 9.5)),
        ((3.5, 7.5), (28, 9.5)),
        ((3.5, 7.5), (8.5, 9)),
        ((900, 100), (880, 130)),
    ],
)
def test_every_closed_form_of_one_rate_ahead_agrees_with_quadrature(first, second):
    closed = probability_ahead.probability_ahead(first, second)
    assert closed == pytest.approx(probability_ahead.quadrature(first, second), abs=2e-6)
    assert closed + probability_ahead.probability_ahead(second, first) == pytest.approx(1)


def test_intervals_that_do_not_overlap_have_the_reach_of_goldstein_and_healy():
    """Equal errors: 1.96 ÷ √2 = 1.39 for 5 %, 2.576 ÷ √2 = 1.82 for 1 %."""
    equal = goldstein_healy.goldstein_healy([80, 82, 85], [2, 2, 2])
    assert equal.z == pytest.approx(1.39, abs=5e-3)
    near((equal.low[0], equal.high[0]), (80 - 2 * equal.z, 80 + 2 * equal.z), 1e-9)
    assert goldstein_healy.goldstein_healy([80, 82, 85], [2, 2, 2], 0.01).z == pytest.approx(
        1.82, abs=5e-3
    )
    # Two of unequal errors: they touch where the difference is 1.96 of its own standard error.
    first, second = 1.0, 5.0
    z = goldstein_healy.goldstein_healy([0, 1], [first, second]).z
    assert z * (first + second) == pytest.approx(1.959964 * 26**0.5, abs=1e-5)


# Doll & Hill 1966, British doctors: deaths from coronary disease and man-years by five ages,
# smokers and then others.
DEATHS = [32, 104, 206, 186, 102, 2, 12, 28, 28, 31]
YEARS = [52407, 43248, 28612, 12663, 5317, 18790, 10673, 5710, 2585, 1462]


def test_smoking_doctors_die_as_many_times_more_often_as_stata_says():
    """Incidence-rate ratios of the Stata manual, [R] poisson, example 1."""
    smokes = np.repeat([1.0, 0.0], 5)
    ages = np.vstack([np.eye(5)[:, 1:]] * 2)
    model = poisson_rates.poisson_rates(DEATHS, YEARS, np.column_stack([smokes, ages]))
    near(model.ratio, [1.425519, 4.410584, 13.8392, 28.51678, 40.45121], 6e-5)
    near((model.low[0], model.high[0]), (1.154984, 1.759421), 2e-6)
    assert model.deviance == pytest.approx(12.13, abs=5e-3)
    wider = poisson_rates.poisson_rates(
        DEATHS, YEARS, np.column_stack([smokes, ages]), dispersed=True
    )
    assert np.log(wider.high[0] / wider.low[0]) == pytest.approx(
        np.log(model.high[0] / model.low[0]) * model.dispersion**0.5
    )


def test_men_and_women_of_berkeley_have_the_common_odds_ratio_of_r():
    """mantelhaen.test(UCBAdmissions): 0.9047 (0.7719–1.0603), χ² 1.4269, p 0.2323; the departments
    differ."""
    men, men_n = [512, 353, 120, 138, 53, 22], [825, 560, 325, 417, 191, 373]
    women, women_n = [89, 17, 202, 131, 94, 24], [108, 25, 593, 375, 393, 341]
    pooled = mantel_haenszel.mantel_haenszel(men, men_n, women, women_n)
    near((pooled.odds_ratio, pooled.low, pooled.high), (0.9046968, 0.7719074, 1.0603298), 1e-6)
    near((pooled.chi2, pooled.p), (1.4269, 0.2323), 6e-5)
    near((pooled.homogeneity, pooled.homogeneity_p), (18.83, 0.0021), 6e-3)
    empty = mantel_haenszel.mantel_haenszel([*men, 0], [*men_n, 0], [*women, 3], [*women_n, 9])
    assert empty == pooled


def test_the_gap_between_owners_and_tenants_splits_as_stata_has_it():
    """Greene's credit-card expenditure; parts as Stata's oaxaca gives them (statsmodels,
    test_oaxaca.py)."""
    from statsmodels.datasets import ccard

    data = ccard.load_pandas()
    columns = data.exog.drop(columns="OWNRENT").to_numpy()
    parts = oaxaca.oaxaca(data.endog.to_numpy(), columns, data.exog["OWNRENT"].to_numpy())
    near((parts.gap, parts.explained, parts.unexplained), (158.7504, 130.8095, 27.94091), 1e-4)
    near(
        (parts.endowments, parts.coefficients, parts.interaction),
        (321.7482, 75.45371, -238.4515),
        1e-4,
    )
    assert parts.explained_by.sum() == pytest.approx(parts.explained)


def test_so_many_draws_are_needed_as_tervonen_and_lahdelma_say():
    assert monte_carlo.draws_needed(0.01) == 9604
    assert monte_carlo.margin_of(9604) == pytest.approx(0.01, abs=1e-6)
    assert monte_carlo.draws_needed(0.01, share=0.1) == 3458  # 1.959964² · 0.09 ÷ 0.0001 = 3457.3


def test_employment_in_new_jersey_rose_against_pennsylvania_as_in_card_and_krueger():
    """Table 3: changes 0.59 (0.54) and −2.16 (1.25), difference 2.76 (1.36), of means printed to
    two digits."""
    effect = difference_of_means.of_means((20.44, 21.03), (23.33, 21.17), errors=(0.54, 1.25))
    near((effect.treated, effect.control, effect.difference), (0.59, -2.16, 2.76), 0.011)
    assert effect.se == pytest.approx(1.36, abs=5e-3)
    assert effect.low > 0


def test_differences_of_changes_by_hand():
    # Changes 1, 2, 3 against 0, 1, −1: 2 ± t₄ √(1/3 + 1/3), where t₄ at 97.5 % is 2.776445.
    effect = difference_in_differences.difference_in_differences(
        [1, 2, 3], [2, 4, 6], [1, 2, 3], [1, 3, 2]
    )
    near((effect.difference, effect.se), (2, (2 / 3) ** 0.5), 1e-12)
    near(
        (effect.low, effect.high),
        (2 - 2.776445 * (2 / 3) ** 0.5, 2 + 2.776445 * (2 / 3) ** 0.5),
        1e-5,
    )
    assert difference_in_differences.difference_in_differences(
        [1, 2, 3, np.nan], [2, 4, 6, 9], [1, 2, 3], [1, 3, 2]
    ) == pytest.approx(effect)


# USEPA 2009, Unified Guidance, example 14-8: January to December of 1983, 1984 and 1985.
ANALYTE = [
    [1.99, 2.10, 2.12, 2.12, 2.11, 2.15, 2.19, 2.18, 2.16, 2.08, 2.05, 2.08],
    [2.01, 2.10, 2.17, 2.13, 2.13, 2.18, 2.25, 2.24, 2.22, 2.13, 2.08, 2.16],
    [2.15, 2.17, 2.27, 2.23, 2.24, 2.26, 2.31, 2.32, 2.28, 2.22, 2.19, 2.22],
]


def test_the_seasonal_trend_of_an_analyte_is_that_of_the_epa():
    """Example 14-10; figures as EnvStats prints them for it."""
    trend = seasonal_kendall.seasonal_kendall(np.ravel(ANALYTE), exact=False)
    assert trend.s == 35
    near((trend.tau, trend.slope), (0.9722222, 0.06), 1e-7)
    near((trend.z, trend.p), (5.1849514, 2.160712e-07), 1e-7)
    near((trend.low, trend.high), (0.05786914, 0.07213086), 1e-7)
    near((trend.heterogeneity, trend.heterogeneity_p), (0.1071882, 1.0), 1e-6)
    # No order of the years has a larger S: one of the 6 of eleven months, and of the 3 of the month
    # with a tie.
    assert seasonal_kendall.seasonal_kendall(np.ravel(ANALYTE)).p == pytest.approx(
        2 / (6**11 * 3), rel=1e-6
    )


def test_many_seasonal_series_at_once_are_told_as_one_by_one():
    random = np.random.default_rng(5)
    rows = random.normal(size=(40, 30))
    rows[random.random(rows.shape) < 0.1] = np.nan
    rows[:8] = rows[:8].round()  # with ties
    rows[8] = np.nan
    p, slope = seasonal_kendall.seasonal_kendall_rows([*rows, [*np.ravel(ANALYTE)[:30]]])
    alone = [seasonal_kendall.seasonal_kendall(row) for row in [*rows, np.ravel(ANALYTE)[:30]]]
    near(p, [trend.p for trend in alone], 1e-12)
    # Twelve steps are a year.
    assert np.isnan(slope[8])
    near(np.delete(12 * slope, 8), np.delete([trend.slope for trend in alone], 8), 1e-12)


def test_seasons_that_trend_against_each_other_are_told():
    # S = ±10 of five years each, variance 50/3: z = ±√6, χ² = 12 on one degree of freedom.
    trend = seasonal_kendall.seasonal_kendall(
        np.ravel([[step, -step] for step in range(5)]), season=2
    )
    assert (trend.s, trend.tau) == (0, 0)
    assert trend.p == pytest.approx(1)
    near((trend.heterogeneity, trend.heterogeneity_p), (12, 0.000532), 1e-6)


def test_centroid_weights_of_an_order_are_those_of_barron_and_barrett():
    near(rank_order_centroid.rank_order_centroid(3), [0.6111, 0.2778, 0.1111], 6e-5)
    near(rank_order_centroid.rank_order_centroid(4), [0.5208, 0.2708, 0.1458, 0.0625], 6e-5)
    assert rank_order_centroid.rank_order_centroid(1).tolist() == [1]
    assert rank_order_centroid.rank_order_centroid(40).sum() == pytest.approx(1)


def test_a_funnel_on_the_log_scale_leaves_out_the_outermost_tenths_of_twenty():
    """Twenty units of 100 expected: with both outermost tenths left out, sixteen of z = ±2.

    phi = 4, tau² = (16·4 − 15) ÷ (1600 − 16·100² ÷ 1600) = 49/1500.
    """
    z = np.array([-9, -8, *[-2] * 8, *[2] * 8, 7, 30], dtype=float)
    score, error = ratio_funnel.log_ratio_score(100 * np.exp(z / 10), np.full(20, 100.0))
    near(score, z, 1e-9)
    dispersion = funnel.over_dispersion(score, error, truncate=True)
    near((dispersion.phi, dispersion.tau2), (4, 49 / 1500), 1e-9)
    low, high = ratio_funnel.dispersed_log_limits([100.0], dispersion.tau2, 0.998)
    assert high[0] == pytest.approx(np.exp(3.090232 * (0.01 + 49 / 1500) ** 0.5), rel=1e-6)
    assert low[0] == pytest.approx(1 / high[0])


def test_a_winsorised_funnel_pulls_the_outermost_in_instead():
    """The 10 % and 90 % quantiles of −9, −8, 8 × −2, 8 × 2, 7, 30 lie at −2.6 and 2.5."""
    z = np.array([-9, -8, *[-2] * 8, *[2] * 8, 7, 30], dtype=float)
    dispersion = funnel.over_dispersion(z, np.full(20, 0.1))
    assert dispersion.phi == pytest.approx((2 * 2.6**2 + 16 * 4 + 2 * 2.5**2) / 20)


# Three agents in four draws of two categories, and the weights of each draw.
DRAWS = [
    [[90, 60], [80, 80], [70, 70]],
    [[90, 60], [60, 90], [75, 75]],
    [[70, 60], [80, 50], [75, 75]],
    [[90, 80], [85, 85], [60, 60]],
]
WEIGHTS = [[0.5, 0.5], [0.8, 0.2], [0.6, 0.4], [0.5, 0.5]]


def test_ranks_from_draws_can_be_counted_by_hand():
    # Totals 75 80 70 | 84 66 75 | 66 68 75 | 85 85 60: the fourth draw is a tie of the first two.
    ranks = smaa_draws.from_draws(DRAWS, WEIGHTS)
    near(4 * ranks.acceptability, [[2, 1, 1], [2, 1, 1], [1, 1, 2]], 1e-12)
    near(ranks.central, [[0.65, 0.35], [0.5, 0.5], [0.6, 0.4]], 1e-12)
    # Under 0.65/0.35: 79.5 80 70 | 79.5 70.5 75 | 66.5 69.5 75 | 86.5 85 60, the first ahead in
    # two.
    assert ranks.confidence[0] == 2 / 4
    near(4 * smaa_draws.pairwise_winning(DRAWS, WEIGHTS), [[0, 1, 3], [2, 0, 2], [1, 2, 0]], 1e-12)
    with pytest.raises(ValueError, match="one row of weights a draw"):
        smaa_draws.from_draws(DRAWS, WEIGHTS[:3])


def test_pairwise_winning_comes_close_to_the_exact_share_of_the_triangle():
    weights = smaa.draw_weights(LOWER, UPPER)
    wins = smaa_draws.pairwise_winning(FOUR, weights)
    corners = weight_triangle.weight_set(LOWER, UPPER).vertices
    for agent in range(4):
        for other in range(4):
            if agent != other:
                gaps = corners @ np.subtract(FOUR[agent], FOUR[other])
                assert wins[agent, other] == pytest.approx(
                    weight_triangle.share_ahead(gaps), abs=0.01
                )


def test_draws_of_certain_scores_rank_as_the_scores_do():
    weights = smaa.draw_weights(LOWER, UPPER, 500)
    given = smaa_draws.from_draws(np.broadcast_to(FOUR, (500, 4, 3)), weights)
    near(given.acceptability, smaa.smaa(FOUR, weights).acceptability, 1e-12)


# Tarone 1982: tumours of 71 groups of rats, as in BDA3, table 5.1.
RATS = (
    [0] * 14
    + [1] * 8
    + [2] * 9
    + [1, 5, 2, 5, 3, 2, 7, 7, 3, 3, 2, 9, 10]
    + [4] * 7
    + [10, 4, 4, 4, 5, 11, 12, 5, 5, 6, 5, 6, 6, 6, 6, 16, 15, 15, 9, 4],
    [20] * 7
    + [19] * 4
    + [18, 18, 17]
    + [20] * 4
    + [19, 19, 18, 18]
    + [25, 24, 23]
    + [20] * 6
    + [10, 49, 19, 46, 27, 17, 49, 47, 20, 20, 13, 48, 50]
    + [20] * 7
    + [48, 19, 19, 19, 22, 46, 49, 20, 20, 23, 19, 22, 20, 20, 20, 52, 47, 46, 24, 14],
)


def test_tumours_of_rats_have_the_posterior_of_bayesian_data_analysis():
    """Sec. 5.3, under the same prior: posterior means of alpha 2.4 and beta 14.3."""
    posterior = present(beta_binomial.fit(*RATS))
    near(
        ((posterior.weight * posterior.alpha).sum(), (posterior.weight * posterior.beta).sum()),
        (2.4, 14.3),
        0.05,
    )


# Trials of the BCG vaccine (Colditz et al. 1994): tuberculous and not, vaccinated and not.
BCG = [
    [4, 119, 11, 128],
    [6, 300, 29, 274],
    [3, 228, 11, 209],
    [62, 13536, 248, 12619],
    [33, 5036, 47, 5761],
    [180, 1361, 372, 1079],
    [8, 2537, 10, 619],
    [505, 87886, 499, 87892],
    [29, 7470, 45, 7232],
    [17, 1699, 65, 1600],
    [186, 50448, 141, 27197],
    [5, 2493, 3, 2338],
    [27, 16886, 29, 17825],
]


@pytest.mark.parametrize(("method", "tau2"), [("REML", 0.3132), ("DL", 0.3088), ("PM", 0.3181)])
def test_trials_of_a_vaccine_spread_as_metafor_says(method, tau2):
    """Viechtbauer 2010, Journal of Statistical Software 36(3): log relative risks."""
    a, b, c, d = np.transpose(BCG).astype(float)
    risk, error = (
        np.log(a / (a + b) * (c + d) / c),
        np.sqrt(1 / a - 1 / (a + b) + 1 / c - 1 / (c + d)),
    )
    model = random_effects.random_effects(risk, error, method)
    assert model.tau2 == pytest.approx(tau2, abs=6e-5)
    assert model.q == pytest.approx(152.2330, abs=6e-5)
    if method == "REML":
        near((model.pooled, model.pooled_se), (-0.7145, 0.1798), 6e-5)


# Hachemeister 1975: claims and numbers of them in five states over twelve quarters.
CLAIMS = [
    [1738, 1642, 1794, 2051, 2079, 2234, 2032, 2035, 2115, 2262, 2267, 2517],
    [1364, 1408, 1597, 1444, 1342, 1675, 1470, 1448, 1464, 1831, 1612, 1471],
    [1759, 1685, 1479, 1763, 1674, 2103, 1502, 1622, 1828, 2155, 2233, 2059],
    [1223, 1146, 1010, 1257, 1426, 1532, 1953, 1123, 1343, 1243, 1762, 1306],
    [1456, 1499, 1609, 1741, 1482, 1572, 1606, 1735, 1607, 1573, 1613, 1690],
]
NUMBERS = [
    [7861, 9251, 8706, 8575, 7917, 8263, 9456, 8003, 7365, 7832, 7849, 9077],
    [1622, 1742, 1523, 1515, 1622, 1602, 1964, 1515, 1527, 1748, 1654, 1861],
    [1147, 1357, 1329, 1204, 998, 1077, 1277, 1218, 896, 1003, 1108, 1121],
    [407, 396, 348, 341, 315, 328, 352, 331, 287, 384, 321, 342],
    [2902, 3172, 3046, 3068, 2693, 2910, 3275, 2697, 2663, 3017, 3242, 3425],
]


def test_claims_of_five_states_have_the_credibility_of_actuar():
    """R package actuar, vignette on credibility, cm(): 1684, 89639, 139120026."""
    model = credibility.buhlmann_straub(CLAIMS, NUMBERS)
    near((model.collective, model.between, model.within), (1684, 89639, 139120026), 0.5)


def test_claims_of_european_cars_follow_the_gamma_poisson_of_efron_and_hastie():
    """Efron & Hastie 2016, Computer Age Statistical Inference, table 6.1: ν 0.701, σ 0.306, and
    expected claims next year."""
    claims = np.repeat(np.arange(8), [7840, 1317, 239, 42, 14, 4, 4, 1])
    shape, rate, _ = gamma_poisson_fits.fit_mle(claims, 1)
    near((shape, 1 / rate), (0.701, 0.306), 6e-4)
    near((shape + np.arange(7)) / (rate + 1), (0.164, 0.398, 0.633, 0.87, 1.10, 1.34, 1.57), 6e-3)


# Type of ship, built in, in service in, months in service, incidents of damage.
SHIPS = """A 0 0 127 0|A 0 1 63 0|A 1 0 1095 3|A 1 1 1095 4|A 2 0 1512 6|A 2 1 3353 18|A 3 1 2244 11
B 0 0 44882 39|B 0 1 17176 29|B 1 0 28609 58|B 1 1 20370 53|B 2 0 7064 12
B 2 1 13099 44|B 3 1 7117 18
C 0 0 1179 1|C 0 1 552 1|C 1 0 781 0|C 1 1 676 1|C 2 0 783 6|C 2 1 1948 2|C 3 1 274 1
D 0 0 251 0|D 0 1 105 0|D 1 0 288 0|D 1 1 192 0|D 2 0 349 2|D 2 1 1208 11|D 3 1 2051 4
E 0 0 45 0|E 1 0 789 7|E 1 1 437 7|E 2 0 1157 5|E 2 1 2161 12|E 3 1 542 1"""


def test_ships_are_damaged_at_the_rates_of_mccullagh_and_nelder():
    """McCullagh & Nelder 1989, sec. 6.3.2: deviance 38.7 on 25 degrees of freedom, dispersion
    1.69."""
    ships = [line.split() for line in SHIPS.replace("\n", "|").split("|")]
    columns = [
        [
            *(kind == letter for letter in "BCDE"),
            *(built == digit for digit in "123"),
            served == "1",
        ]
        for kind, built, served, _, _ in ships
    ]
    months, damages = ([int(ship[column]) for ship in ships] for column in (3, 4))
    model = poisson_rates.poisson_rates(damages, months, columns, dispersed=True)
    near(np.log(model.ratio), (-0.543, -0.687, -0.076, 0.326, 0.697, 0.818, 0.453, 0.384), 6e-4)
    near((model.deviance, model.dispersion), (38.7, 1.69), 6e-3)


def test_rabbits_treated_at_once_are_cured_as_r_says():
    """R `mantelhaen.test(Rabbits)`: χ² 3.9286, p 0.04747, odds ratio 7 (1.0267 … 47.7251); two of
    five strata all end alike."""
    pooled = mantel_haenszel.mantel_haenszel(
        [0, 3, 6, 5, 2], [6, 6, 6, 6, 2], [0, 0, 2, 6, 5], [5, 6, 6, 6, 5]
    )
    near((pooled.chi2, pooled.p), (3.9286, 0.04747), 6e-5)
    near((pooled.odds_ratio, pooled.low, pooled.high), (7, 1.026713, 47.725133), 6e-5)


def test_creams_of_eight_clinics_have_the_common_odds_ratio_of_agresti():
    """Agresti 2013, Categorical Data Analysis, sec. 6.4: odds ratio 2.13, χ² 6.38 without
    continuity correction."""
    cream, of, control, of_control = (
        [11, 16, 14, 2, 6, 1, 1, 4],
        [36, 20, 19, 16, 17, 11, 5, 6],
        [10, 22, 7, 1, 0, 0, 1, 6],
        [37, 32, 19, 17, 12, 10, 9, 7],
    )
    pooled = mantel_haenszel.mantel_haenszel(cream, of, control, of_control, continuity=False)
    near((pooled.odds_ratio, pooled.chi2), (2.13, 6.38), 6e-3)


def test_malformations_rise_with_alcohol_as_in_agresti():
    """Agresti 2013, table 3.9 (Graubard & Korn 1987): scores 0, 0.5, 1.5, 4, 7 give z² = 6.57, p =
    0.01."""
    chi, p, _ = cochran_armitage.cochran_armitage(
        [48, 38, 5, 1, 1], [17114, 14502, 793, 127, 38], [0, 0.5, 1.5, 4, 7]
    )
    near((chi, p), (6.57, 0.0104), 6e-3)


@pytest.mark.parametrize(
    ("method", "given"),
    [
        (wilson.wilson, ([5], [4])),
        (gamma_poisson.fit, ([-1, 2], [1, 1])),
        (gamma_poisson_fits.fit_mle, ([0, 0], [1, 1])),
        (probability_ahead.probability_ahead, ((0, 1), (1, 1))),
        (goldstein_healy.goldstein_healy, ([1], [1])),
        (goldstein_healy.goldstein_healy, ([1, 2], [1, 0])),
        (goldstein_healy.goldstein_healy, ([1, 2], [1, 1], 5)),
        (poisson_rates.poisson_rates, ([1, -1], [1, 1], [[0], [1]])),
        (poisson_rates.poisson_rates, ([0, 0], [1, 1], [[0], [1]])),
        (poisson_rates.poisson_rates, ([1, 2], [1, 1], [[1], [1]])),
        (mantel_haenszel.mantel_haenszel, ([1], [2], [3], [2])),
        (mantel_haenszel.mantel_haenszel, ([2], [2], [2], [2])),
        (oaxaca.oaxaca, ([1, 2, 3], [[1], [2], [3]], [1, 1, 0])),
        (oaxaca.oaxaca, ([1, 2], [1, 2], [1, 0])),
        (smaa_draws.from_draws, (FOUR, [1, 0, 0])),
        (smaa_draws.pairwise_winning, (FOUR, [0.5, 0.5])),
        (smaa_draws.from_draws, ([[[np.nan, 1]]], [0.5, 0.5])),
        (monte_carlo.draws_needed, (0,)),
        (monte_carlo.draws_needed, (0.01, 95)),
        (monte_carlo.margin_of, (0,)),
        (difference_of_means.of_means, ((1, 2), (1, 2), (0, 1))),
        (difference_in_differences.difference_in_differences, ([1, 2], [1, 2, 3], [1, 2], [1, 2])),
        (difference_in_differences.difference_in_differences, ([1, 2], [2, 3], [1, 2], [2, 3])),
        (difference_in_differences.difference_in_differences, ([1], [2], [1, 2], [2, 4])),
        (funnel.over_dispersion, ([0.0], [1.0], 0.5)),
        (ratio_funnel.log_ratio_score, ([1], [0])),
        (ratio_funnel.log_ratio_score, ([-1], [1])),
        (seasonal_kendall.seasonal_kendall, ([1, 2, 3], 0)),
        (rank_order_centroid.rank_order_centroid, (0,)),
    ],
)
def test_impossible_input_is_refused_with_a_sentence(method, given):
    with pytest.raises(ValueError, match=r"[a-z]+ [a-z]+"):
        method(*given)


def test_the_cube_of_a_normal_variate_reaches_the_tables_of_chi_square():
    # Ten degrees of freedom: 1, 5, 95 and 99 % points of the printed table; half of it is a gamma
    # variate of shape 5.
    normal = np.array([[-2.326], [-1.645], [1.645], [2.326]], dtype=np.float32)
    wilson_hilferty.cubed(normal, np.array([5.0]))
    near(2 * normal[:, 0], [2.558, 3.940, 18.307, 23.209], 0.05)


def test_beta_variates_have_the_mean_and_spread_of_their_shapes_also_where_these_are_small():
    first, second = np.array([48.0, 8.0, 0.5]), np.array([12.0, 2.5, 0.25])
    drawn = wilson_hilferty.beta(first, second, 20_000, np.random.default_rng(1))
    mean = first / (first + second)
    near(drawn.mean(axis=0), mean, 0.008)
    assert drawn.std(axis=0) == pytest.approx(
        np.sqrt(mean * (1 - mean) / (first + second + 1)), rel=0.02
    )


def test_where_there_is_nothing_to_compare_nothing_is_claimed():
    lone = seasonal_kendall.seasonal_kendall([1.0, 2.0, np.nan])
    assert (lone.s, lone.p) == (0, 1)
    assert np.isnan([lone.tau, lone.slope, lone.heterogeneity]).all()
    assert funnel.over_dispersion([9.0] * 19, [1.0] * 19, truncate=True) == funnel.Dispersion(
        1.0, 0.0
    )
    assert np.isfinite(ratio_funnel.log_ratio_score([0], [3.0])[0]).all()
    stratum = mantel_haenszel.mantel_haenszel([6], [10], [3], [10])
    assert stratum.odds_ratio == pytest.approx(6 * 7 / (4 * 3))
    assert np.isnan(stratum.homogeneity_p)
