"""A member's own trend is what goes beyond the group's, and the group's is believed as far as
groups prove to differ."""

import numpy as np
import pytest

from analytics.statistics.adjusted_trend import adjusted_trend
from analytics.statistics.shared_trend import beyond_group


def test_where_groups_move_nothing_is_left_of_what_all_members_do_together():
    # Ten groups of five, each moving by ±1 as a whole, members known to a hundredth: nothing of it
    # is anybody's own.
    group = np.repeat(np.arange(10), 5)
    moved = np.where(group % 2, 1.0, -1.0)
    slope, error = beyond_group(moved, np.full(50, 0.01), group)
    assert np.abs(slope).max() < 0.001
    assert error == pytest.approx(
        np.full(50, 0.01 * np.sqrt(1 + 1 / 4)), rel=0.01
    )  # own, and that of four others


def test_where_groups_do_not_move_a_members_trend_stays_its_own():
    random = np.random.default_rng(4)
    own = random.normal(0, 1, 400)
    slope, error = beyond_group(own, np.ones(400), np.repeat(np.arange(100), 4))
    assert slope == pytest.approx(own, abs=0.5)
    assert error == pytest.approx(np.ones(400), rel=0.1)


def test_a_member_without_others_is_only_less_certain():
    group = np.array([0, 0, 0, 1, 1, 1, 2])
    slope, error = beyond_group([1.0, 1.1, 0.9, -1.0, -1.1, -0.9, 0.4], np.full(7, 0.05), group)
    assert slope[6] == 0.4
    assert error[6] > 0.5  # groups differ by about 1
    assert beyond_group([0.4, np.nan], [0.05, np.nan], np.array([0, 1]))[0][0] == 0.4


def test_series_that_stray_more_than_chance_have_their_z_made_smaller_together():
    random = np.random.default_rng(5)
    pairs = 2 * random.binomial(15, 0.8, (40, 12))  # of thirty, two and two the same
    trials = np.full((40, 12), 30)
    _, naive, _ = adjusted_trend(pairs, trials, 0.8)
    _, told, _ = adjusted_trend(pairs, trials, 0.8, pool=True)
    assert naive / told == pytest.approx(np.full(40, np.sqrt(2)), abs=0.15)  # twice the variance
    _, single, _ = adjusted_trend(random.binomial(30, 0.8, (40, 12)), trials, 0.8)
    assert (np.abs(told) <= np.abs(naive)).all()
    assert naive.std() > 1.2
    assert single.std() == pytest.approx(1, abs=0.25)
