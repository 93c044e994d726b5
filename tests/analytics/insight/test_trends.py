"""Trends over more than a year: the season is not taken for one."""

import numpy as np
import pandas as pd
import pytest

from analytics.catalogue import built_in_catalogue
from analytics.insight.trends import trends

MONTHS = pd.date_range("2023-01-01", periods=30, freq="MS")


def cycles(days):
    """Days from contact to renewal of agent A over the months; five colleagues take 20 each."""
    frames = [
        pd.DataFrame(
            {
                "agent_id": name,
                "team": "T",
                "month": MONTHS[: len(days)],
                "cycle_days": 10.0 * np.asarray(taken, dtype=float),
                "cycled_policies": 10.0,
            }
        )
        for name, taken in [("A", days), *((f"B{at}", [20.0] * len(days)) for at in range(5))]
    ]
    return pd.concat(frames, ignore_index=True)


def of_a(days):
    found = trends(cycles(days), built_in_catalogue()["renewal_cycle"]).agents
    return found.set_index("agent_id").loc["A"]


def test_an_agent_who_is_slow_every_winter_neither_rises_nor_falls_over_two_and_a_half_years():
    # From winter to summer: quick in the second half of what is seen, in every year the same.
    year = [26, 26, 25, 25, 24, 24, 16, 16, 15, 15, 24, 25]
    found = of_a([*year, *year, *year[:6]])
    assert found["p"] == pytest.approx(1)
    assert found["slope"] == 0


def test_who_gets_a_day_quicker_every_year_is_found_whatever_the_season():
    year = np.array([26, 26, 25, 25, 24, 24, 16, 16, 15, 15, 24, 25])
    found = of_a([*year, *(year - 1), *(year[:6] - 2)])
    assert found["slope"] == pytest.approx(-1 / 12)
    # Six months fall twice in a row (1 of 6 orders each), six once (1 of 2): doubled.
    assert found["p"] == pytest.approx(2 / (6**6 * 2**6))


def test_under_two_years_the_order_of_all_months_counts():
    found = of_a([30.0 - at for at in range(23)])
    assert found["slope"] == pytest.approx(-1)
