"""At their edges methods say nothing, refuse, or are still right: no count, a gap, one value,
unequal lengths, very many."""

import numpy as np
import pytest

from analytics.statistics import (
    deconvolution,
    design_effect,
    false_discovery,
    funnel,
    gamma_poisson,
    garwood,
    kitagawa,
    mann_kendall,
    poisson_binomial,
    seasonal_kendall,
    theil_sen,
    wilson,
)
from analytics.statistics.reference import (
    benjamini_hochberg,
    beta_binomial_fits,
    byar,
    clopper_pearson,
    cochran_armitage,
    gamma_poisson_fits,
    james_stein,
    jeffreys,
    mantel_haenszel,
    poisson_rates,
    probability_ahead,
    rank_order_centroid,
    regression_to_mean,
    sign_test,
    stability,
)

GAP = float("nan")


@pytest.mark.parametrize(
    "limits", [wilson.wilson, clopper_pearson.clopper_pearson, jeffreys.jeffreys]
)
def test_a_missing_count_and_no_trials_have_no_limits(limits):
    low, high = limits([GAP, 0, 1], [5, 0, 5])
    assert np.isnan(low).tolist() == np.isnan(high).tolist() == [True, True, False]


@pytest.mark.parametrize("limits", [garwood.garwood, byar.byar])
def test_a_missing_number_of_events_has_no_limits(limits):
    low, high = limits([GAP, 4])
    assert np.isnan(low).tolist() == np.isnan(high).tolist() == [True, False]


def test_limits_of_one_event_never_fall_below_none():
    low, _ = byar.byar([1, 2], 0.998)
    assert (low >= 0).all()


def test_a_stratum_without_reference_leaves_the_expected_count_open_where_somebody_is_in_it():
    assert np.isnan(byar.expected_count([1, 2], [0, 10], [5, 5]))
    assert byar.expected_count([1, 2], [0, 10], [0, 5]) == 1


def test_a_single_expectation_holds_for_every_count():
    counted = np.repeat(np.arange(8), [70, 38, 17, 10, 9, 3, 2, 1])
    assert gamma_poisson_fits.fit_mle(counted, 1) == gamma_poisson_fits.fit_mle(
        counted, np.ones(150)
    )
    assert gamma_poisson.fit(counted, 1) is not None
    assert deconvolution.of_counts(counted, 1, 0.75) == deconvolution.of_counts(
        counted, np.ones(150), 0.75
    )
    columns = [[0], [1], [2], [4]]
    once, each = (poisson_rates.poisson_rates([3, 5, 8, 4], of, columns) for of in (10, [10] * 4))
    assert once.ratio == each.ratio


def test_gaps_are_left_out_of_every_law_of_true_values():
    renewed, due = np.array([31, 44, 28, 47, 39, 50, 36, 42.0]), np.full(8, 50)
    longer, of = np.append(renewed, GAP), np.full(9, 50)
    assert deconvolution.of_rates(longer, of, 0.75) == deconvolution.of_rates(renewed, due, 0.75)
    assert beta_binomial_fits.fit_mle(longer, of) == beta_binomial_fits.fit_mle(renewed, due)
    assert deconvolution.of_counts(
        [*[3, 9, 1, 0, 12, 5, 2, 8], GAP], 4.0, 0.5
    ) == deconvolution.of_counts([3, 9, 1, 0, 12, 5, 2, 8], 4.0, 0.5)
    z = np.linspace(-3, 3, 30)
    dispersion = funnel.over_dispersion(z, np.full(30, 0.1))
    assert dispersion.phi > 1
    assert funnel.over_dispersion([*z, GAP], np.full(31, 0.1)) == dispersion


def test_those_picked_from_very_far_out_move_back_as_far():
    # Beyond forty standard deviations nearly everybody picked sits at the cut-off: half of the way
    # back with ρ = ½.
    back = regression_to_mean.regression_to_mean(0, 1, -40, 0.5)
    assert back == pytest.approx(0.5 * 40, abs=0.02)
    assert back == pytest.approx(regression_to_mean.regression_to_mean(0, 1, 40, 0.5, "above"))


@pytest.mark.parametrize("small", [0.01, 0.001])
def test_equal_rates_of_which_nearly_nothing_is_known_are_ahead_of_each_other_half_of_the_time(
    small,
):
    alike = (small, small)
    assert probability_ahead.probability_ahead(alike, alike) == pytest.approx(0.5, abs=1e-6)
    # Nearly all of the weight lies at 0 and at 1, half at either.
    assert probability_ahead.probability_ahead(alike, (5.5, 7.5)) == pytest.approx(0.5, abs=0.01)


def test_where_every_score_is_the_same_there_is_no_slope():
    chi, p, slope = cochran_armitage.cochran_armitage([1, 2, 3], [5, 4, 5], [1, 1, 1])
    assert (float(chi), float(p)) == (0, 1)
    assert np.isnan(slope)


def test_no_case_at_all_has_no_success_for_certain():
    assert poisson_binomial.pmf([]).tolist() == [1.0]


def test_an_unknown_correlation_has_no_design_effect():
    assert design_effect.design_effect(None, [10, 4], [20, 16]).tolist() == [1.0, 1.0]


def test_findings_of_a_table_of_tests_are_those_of_its_tests_in_a_row():
    table = np.array([[0.01, 0.2], [0.03, 0.5]])
    assert benjamini_hochberg.benjamini_hochberg(table, 0.1).tolist() == [
        [True, False],
        [True, False],
    ]
    assert false_discovery.adjusted(table).ravel() == pytest.approx(
        false_discovery.adjusted(table.ravel())
    )
    assert not benjamini_hochberg.benjamini_hochberg([]).size


def test_the_p_of_a_long_steady_rise_is_small_and_not_nothing():
    assert 0 < mann_kendall.mann_kendall(np.arange(80.0)).p < 1e-20


@pytest.mark.parametrize(
    ("method", "given"),
    [
        (mantel_haenszel.mantel_haenszel, ([1, 2], [3, 4], [1], [3])),
        (kitagawa.kitagawa, ([5], [10], [5, 2], [10, 5])),
        (theil_sen.theil_sen, ([1, 3, 2], [1, 2])),
        (mann_kendall.mann_kendall, ([[1, 2], [2, 3]],)),
        (seasonal_kendall.seasonal_kendall, ([[1, 2], [3, 4]], 2)),
        (sign_test.year_on_year, ([1, 2], [1])),
        (stability.stability_interval, ([[1, 2, GAP], [3, 2, 1]], [0.6, 0.3, 0.1], 0)),
        (stability.stability_interval, ([[1, 2, 3]], [0.6, 0.3, 0.1], 5)),
        (stability.stability_interval, (np.zeros((0, 3)), [0.6, 0.3, 0.1], 0)),
        (rank_order_centroid.rank_order_centroid, (2.5,)),
        (rank_order_centroid.rank_order_centroid, (GAP,)),
        (james_stein.james_stein, ([1, 2, 3, 4, GAP], 1)),
        (james_stein.james_stein, ([1, 2, 3, 4], -1)),
        (beta_binomial_fits.fit_mle, ([5], [10])),
        (beta_binomial_fits.fit_mle, ([], [])),
        (funnel.over_dispersion, ([0.0] * 40, [1.0] * 39)),
    ],
)
def test_unequal_lengths_gaps_and_too_few_are_refused_with_a_sentence(method, given):
    with pytest.raises(ValueError, match=r"[a-z]+ [a-z]+"):
        method(*given)
