"""What earlier counts let one expect of a true rate, and the comparison that rests on it."""

import numpy as np
import pytest
import statsmodels.api as sm

from analytics.statistics.calibrated_ancova import calibrated_ancova
from analytics.statistics.expected_rate import ExpectedRates, expected_rates
from analytics.statistics.robust_errors import robust_errors


@pytest.fixture(scope="module")
def counted():
    """Two thousand agents whose true rates stay what they are: three quarters of 100 policies."""
    random = np.random.default_rng(4)
    true = random.beta(0.82 * 60, 0.18 * 60, 2_000)
    n = np.full((2_000, 3), 100)
    return true, random.binomial(n, true[:, None]), n


def test_steady_rates_are_expected_as_the_beta_binomial_formula_says(counted):
    """E[rate] = (49.2 + renewed) ÷ (60 + due) for a Beta of mean .82 and K = 60: Z = 300 ÷ 360."""
    _, x, n = counted
    formula = (0.82 * 60 + x.sum(axis=1)) / (60 + n.sum(axis=1))
    assert np.abs(expected_rates(x, n).mean - formula).mean() < 0.004


def test_the_true_rates_scatter_around_what_is_expected_as_widely_as_stated(counted):
    true, x, n = counted
    expected = expected_rates(x, n)
    assert ((true - expected.mean) / expected.spread).std() == pytest.approx(1, abs=0.06)
    assert np.polyfit(expected.mean, true, 1)[0] == pytest.approx(1, abs=0.05)


def test_rates_that_wander_lean_on_the_latest_period_and_steady_ones_on_all(counted):
    _, steady, n = counted
    random = np.random.default_rng(5)
    logit = np.log(0.82 / 0.18) + 0.35 * random.standard_normal(2_000)
    path = logit[:, None] + np.cumsum(0.3 * random.standard_normal((2_000, 3)), axis=1)
    wandering = random.binomial(n, 1 / (1 + np.exp(-path[:, ::-1])))
    for counts, low, high in ((steady, 0.9, 1.2), (wandering, 2, 20)):
        pull = np.linalg.lstsq(
            np.column_stack([np.ones(2_000), counts]), expected_rates(counts, n).mean, rcond=None
        )[0]
        assert low < pull[1] / pull[3] < high


def test_somebody_without_policies_is_expected_to_be_like_everybody():
    x, n = (
        np.array([[80, 85], [90, 88], [70, 72], [0, 0]]),
        np.array([[100, 100], [100, 100], [100, 100], [0, 0]]),
    )
    assert expected_rates(x, n).mean[3] == pytest.approx(0.8, abs=1e-6)


def test_hc3_and_errors_by_team_are_those_of_statsmodels():
    random = np.random.default_rng(6)
    design = np.column_stack([np.ones(60), random.integers(0, 2, 60), random.normal(size=60)])
    y, weights, teams = (
        random.normal(size=60) * (1 + design[:, 1]),
        random.uniform(0.5, 2, 60),
        random.integers(0, 12, 60),
    )
    model = sm.WLS(y, design, weights=weights)
    for clusters, fitted in (
        (None, model.fit(cov_type="HC3")),
        (teams, model.fit(cov_type="cluster", cov_kwds={"groups": teams})),
    ):
        robust = robust_errors(y, design, weights, clusters)
        np.testing.assert_allclose(robust.coefficients, fitted.params, rtol=1e-9)
        np.testing.assert_allclose(np.sqrt(np.diag(robust.covariance)), fitted.bse, rtol=1e-9)


def test_a_column_that_others_give_is_refused():
    with pytest.raises(ValueError, match="given by the others"):
        robust_errors(np.arange(5.0), np.ones((5, 2)), np.ones(5))


def test_limits_widen_by_what_the_steadiness_leaves_open():
    """Two equally likely expectations whose ANCOVA gives effects a and b: the middle, and (a − b)²
    ÷ 4 more variance."""
    random = np.random.default_rng(7)
    treated = np.repeat([0.0, 1.0], 20)
    first, second = random.normal(size=40), random.normal(size=40) + treated
    y = first + second + treated + random.normal(size=40)

    def compared(rates, likely):
        return calibrated_ancova(
            y, treated, ExpectedRates(np.atleast_2d(rates), np.array(likely), np.ones(40))
        )

    own, other = compared(first, [1.0]), compared(second, [1.0])
    both = compared(np.stack([first, second]), [0.5, 0.5])
    assert both.effect == pytest.approx((own.effect + other.effect) / 2)
    width = [(each.high - each.effect) ** 2 for each in (own, other, both)]
    t = 2.0261925  # of 37 degrees of freedom
    assert width[2] == pytest.approx(
        (width[0] + width[1]) / 2 + t**2 * (own.effect - other.effect) ** 2 / 4, rel=1e-5
    )
