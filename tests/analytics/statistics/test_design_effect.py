"""Cases of one cluster count as less than their number, as much as they are alike."""

import numpy as np
import pytest

from analytics.statistics.design_effect import design_effect, intraclass
from tests.present import present


def sums(clusters):
    """successes, trials, Σ trials², Σ successes², Σ trials × successes of one unit's clusters
    (successes, trials)."""
    k, m = np.array(clusters, dtype=float).T
    return k.sum(), m.sum(), (m**2).sum(), (k**2).sum(), (k * m).sum()


def units(random, rate, alike, size, people=200, clusters=40):
    """People whose clusters renew as one with probability `alike`, else each case for itself."""
    out = []
    for _ in range(people):
        together = random.random(clusters) < alike
        renewed = np.where(
            together, size * (random.random(clusters) < rate), random.binomial(size, rate, clusters)
        )
        out.append(sums(np.column_stack([renewed, np.full(clusters, size)])))
    return np.array(out).T


def test_the_design_effect_is_one_and_the_correlation_times_the_size_less_one():
    # Donner & Klar: clusters of 5 with ρ = .05 need 1 + 4 · .05 = 1.2 times the cases.
    assert design_effect(0.05, [100.0], [500.0])[0] == pytest.approx(1.2)
    assert (
        design_effect(1.0, [100.0], [200.0])[0] == 2
    )  # all in pairs that are one decision: half of the cases
    assert design_effect(0.5, [10.0, np.nan, 0.0], [10.0, np.nan, 0.0]).tolist() == [1, 1, 1]


def test_pairs_that_always_agree_have_a_correlation_of_one_and_independent_ones_of_none():
    random = np.random.default_rng(1)
    assert intraclass(*units(random, 0.8, 1.0, 2)) == pytest.approx(1, abs=0.03)
    assert intraclass(*units(random, 0.8, 0.0, 2)) == pytest.approx(0, abs=0.03)


@pytest.mark.parametrize("size", [2, 4])
def test_the_correlation_is_the_share_of_clusters_that_decide_as_one(size):
    assert intraclass(*units(np.random.default_rng(2), 0.8, 0.4, size)) == pytest.approx(
        0.4, abs=0.04
    )


def test_independent_cases_give_none_on_average_also_where_people_have_few():
    random = np.random.default_rng(3)
    correlations = [
        present(intraclass(*units(random, 0.8, 0.0, 3, people=30, clusters=4))) for _ in range(200)
    ]
    assert np.median(correlations) < 0.03  # never below 0, so the mean lies above


def test_too_few_pairs_say_nothing():
    assert intraclass(*np.array([sums([(1, 2)] * 10)]).T) is None
