"""Quantiles of true values: neither those of measured values, which chance stretches, nor of
shrunken ones."""

import numpy as np
import pytest
from scipy import stats

from analytics.statistics import deconvolution
from analytics.statistics.arrays import FEWEST
from tests.present import present
from tests.simulate.proposals import (
    CLOSE,
    COMPANIES,
    LEAST,
    LEAST_SHORT,
    ONE,
    covered,
    extra_renewals,
    quantiles,
    true_quantile,
    true_rates,
)

RUNS = 10
MIDDLES = (np.arange(400) + 0.5) / 400


def test_equal_agents_have_one_true_rate_however_far_chance_spreads_theirs():
    renewed = np.random.default_rng(4).binomial(100, 0.8, 200)
    quantile = present(deconvolution.of_rates(renewed, np.full(200, 100), 0.75))
    assert np.quantile(renewed / 100, 0.75) >= 0.82
    assert 0.795 < quantile.value < 0.815
    assert quantile.low <= 0.8 <= quantile.high
    assert not quantile.two_groups


def test_true_means_lie_closer_together_than_measured_ones():
    """Means spread by √2 of which chance makes 1: true ones spread by 1, so their upper quartile
    lies 0.674 above the middle."""
    quantile = present(
        deconvolution.of_means(80 + np.sqrt(2) * stats.norm.ppf(MIDDLES), np.ones(400), 0.75)
    )
    assert quantile.value == pytest.approx(80 + 0.6745, abs=0.03)
    assert quantile.low < quantile.value < quantile.high


def test_true_ratios_of_many_expected_events_follow_their_gamma():
    true = stats.gamma.ppf(MIDDLES, 4, scale=1 / 4)
    quantile = present(deconvolution.of_counts(np.round(2_000 * true), np.full(400, 2_000.0), 0.25))
    assert quantile.value == pytest.approx(stats.gamma.ppf(0.25, 4, scale=1 / 4), abs=0.01)
    assert quantile.low < quantile.value < quantile.high


def test_counts_of_a_few_events_spread_wider_than_their_true_ratios():
    random = np.random.default_rng(6)
    observed = random.poisson(5 * random.gamma(16, 1 / 16, 300))
    quantile = present(deconvolution.of_counts(observed, np.full(300, 5.0), 0.9))
    measured = np.quantile(observed / 5, 0.9)
    assert quantile.low <= stats.gamma.ppf(0.9, 16, scale=1 / 16) <= quantile.high < measured


def test_two_groups_are_seen_and_the_quartile_lies_in_the_better_one():
    renewed = np.random.default_rng(5).binomial(100, np.repeat([0.65, 0.9], 60))
    quantile = present(deconvolution.of_rates(renewed, np.full(120, 100), 0.75))
    assert quantile.two_groups
    assert quantile.value == pytest.approx(0.9, abs=0.02)


def test_of_very_many_agents_the_limits_close_in_as_if_all_were_redrawn():
    random = np.random.default_rng(8)
    widths = []
    for agents in (1_500, 6_000):
        renewed = random.binomial(100, true_rates(random, ONE, agents))
        quantile = present(deconvolution.of_rates(renewed, np.full(agents, 100), 0.75))
        assert quantile.low <= true_quantile(ONE) <= quantile.high
        widths.append(quantile.high - quantile.low)
    assert widths[1] / widths[0] == pytest.approx(0.5, rel=0.35)


def test_the_same_counts_give_the_same_limits():
    x, n = np.random.default_rng(1).binomial(50, 0.8, 40), np.full(40, 50)
    assert deconvolution.of_rates(x, n, 0.75) == deconvolution.of_rates(x, n, 0.75)


def test_too_few_rates_have_no_law_and_impossible_ones_are_refused():
    few = FEWEST - 1
    assert deconvolution.of_rates(np.ones(few), np.full(few, 2), 0.75) is None
    with pytest.raises(ValueError, match="more successes than trials"):
        deconvolution.of_rates([3], [2], 0.75)


@pytest.mark.parametrize("renewed", [0, 10])
def test_agents_who_all_renewed_nothing_or_everything_have_limits_at_that_end(renewed):
    quantile = present(deconvolution.of_rates(np.full(40, renewed), np.full(40, 10), 0.75))
    assert abs(quantile.value - renewed / 10) < 0.03
    assert 0 <= quantile.low <= quantile.value <= quantile.high <= 1


@pytest.mark.parametrize("law", [ONE, CLOSE])
def test_limits_of_a_proposed_mark_hold_the_true_quantile_as_often_as_stated(law):
    agents, policies = COMPANIES[1]
    reached = covered(quantiles(law, agents, policies, RUNS, 3), true_quantile(law))
    assert reached >= LEAST - 2 * np.sqrt(
        LEAST * (1 - LEAST) / RUNS
    )  # and the chance of so few runs


def test_extra_renewals_are_neither_too_many_nor_too_few_while_shrunken_rates_give_too_few():
    expected, shrunken, true = extra_renewals(ONE, *COMPANIES[0], 60, 3)
    assert expected / true == pytest.approx(1, abs=0.05)
    assert shrunken / true < 1 - LEAST_SHORT
