"""Trends over more than a year: the season is not taken for one."""

import numpy as np
import pandas as pd
import pytest

from analytics.catalogue import built_in_catalogue
from analytics.insight.trends import COLUMNS, incentives, trends

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
        for name, taken in [
            ("A", days),
            *((f"B{number}", [20.0] * len(days)) for number in range(5)),
        ]
    ]
    return pd.concat(frames, ignore_index=True)


def of_a(days):
    agents = trends(cycles(days), built_in_catalogue()["renewal_cycle"]).agents
    return agents.set_index("agent_id").loc["A"]


def test_an_agent_who_is_slow_every_winter_neither_rises_nor_falls_over_two_and_a_half_years():
    # From winter to summer: quick in the second half of what is seen, in every year the same.
    year = [26, 26, 25, 25, 24, 24, 16, 16, 15, 15, 24, 25]
    row = of_a([*year, *year, *year[:6]])
    assert row["p"] == pytest.approx(1)
    assert row["slope"] == 0


def test_who_gets_a_day_quicker_every_year_is_found_whatever_the_season():
    year = np.array([26, 26, 25, 25, 24, 24, 16, 16, 15, 15, 24, 25])
    row = of_a([*year, *(year - 1), *(year[:6] - 2)])
    assert row["slope"] == pytest.approx(-1 / 12)
    # Six months fall twice in a row (1 of 6 orders each), six once (1 of 2): doubled.
    assert row["p"] == pytest.approx(2 / (6**6 * 2**6))


def test_under_two_years_the_order_of_all_months_counts():
    row = of_a([30.0 - month for month in range(23)])
    assert row["slope"] == pytest.approx(-1)


def rates(renewed, others, due=100.0):
    """Renewals of A out of so many due a month, and of ten colleagues who renew alike."""
    months = pd.date_range("2026-01-01", periods=len(renewed), freq="MS")
    frames = [
        pd.DataFrame(
            {
                "agent_id": name,
                "team": "T",
                "month": months,
                "renewed_policies": np.asarray(of, dtype=float),
                "due_policies": due,
            }
        )
        for name, of in [("A", renewed), *((f"B{nth}", others) for nth in range(10))]
    ]
    return pd.concat(frames, ignore_index=True)


def test_who_rises_while_the_team_stands_still_improves_and_who_rises_with_it_does_not():
    rate = built_in_catalogue()["renewal_rate"]
    alone = trends(rates([50, 58, 66, 74, 82, 90], [70] * 6), rate)
    assert alone.improving["agent_id"].tolist() == ["A"]
    assert alone.improving.columns.tolist() == alone.agents.columns.tolist() == COLUMNS
    assert alone.by_chance == pytest.approx(0.1)
    # The first and the last three months together: 174 and 246 of 300.
    row = alone.agents.set_index("agent_id").loc["A"]
    assert (row["first"], row["last"]) == (pytest.approx(0.58), pytest.approx(0.82))
    assert (alone.rule, alone.months, row["months"]) == ("exact", 6, 6)
    together = trends(rates([50, 58, 66, 74, 82, 90], [50, 58, 66, 74, 82, 90]), rate)
    assert not together.agents["finding"].any()
    falling = trends(rates([90, 82, 74, 66, 58, 50], [70] * 6), rate)
    assert falling.improving.empty
    agent = falling.agents.set_index("agent_id").loc["A"]
    assert (agent["finding"], agent["better"]) == (True, False)


def test_four_months_claim_nothing_however_steep_and_five_do():
    rate = built_in_catalogue()["renewal_rate"]
    four = trends(rates([10, 40, 70, 100], [70] * 4), rate)
    assert (four.rule, four.agents["finding"].any()) == ("none", False)
    assert four.agents["p"].isna().all()
    five = trends(rates([10, 30, 50, 70, 90], [70] * 5), rate)
    assert (five.rule, five.improving["agent_id"].tolist()) == ("exact", ["A"])


@pytest.mark.parametrize("due", [0.0, np.nan])
def test_months_without_cases_show_no_trend_of_anybody(due):
    trend = trends(rates([0] * 6, [0] * 6, due), built_in_catalogue()["renewal_rate"])
    assert (trend.rule, trend.months, len(trend.agents)) == ("none", 0, 0)
    assert (trend.improving.empty, trend.by_chance) == (True, 0)


@pytest.mark.parametrize(
    ("half_year", "told"),
    [
        # All six better than last year: by chance 1 in 64.
        ([60] * 6, (6, 6, 6, True)),
        # One level with it says nothing; of five, which chance makes alike 1 in 32, none suffice.
        ([60, 60, 60, 50, 60, 60], (5, 5, 6, False)),
        ([60, 60, 60, 40, 60, 60], (5, 6, 6, False)),
    ],
)
def test_better_than_last_year_is_counted_against_the_same_months(half_year, told):
    trend = trends(rates([50] * 12 + half_year, [70] * 18), built_in_catalogue()["renewal_rate"])
    table = trend.agents.set_index("agent_id")
    row = table.loc["A"]
    assert (row["up"], row["pairs"], row["needed"], row["steady"]) == told
    assert trend.rule == "seasonal"
    assert (table.loc["B0", "up"], table.loc["B0", "pairs"]) == (0, 0)


def test_incentives_are_found_on_heavy_indicators_alone_and_counted_by_person():
    catalogue = built_in_catalogue()
    frame = rates([50, 58, 66, 74, 82, 90], [70] * 6)
    frame["first_term_due"], frame["first_term_renewed"] = 100.0, frame["renewed_policies"]
    nominal = np.zeros(len(catalogue.ids))
    for name, weight in {
        "renewal_rate": 22.0,
        "new_conversion": 10.0,
        "complaint_rate": 9.9,
    }.items():
        nominal[catalogue.position(name)] = weight
    incentive = incentives(frame, catalogue, nominal)
    assert incentive.indicators == ("renewal_rate", "new_conversion")
    assert incentive.candidates["indicator"].tolist() == ["renewal_rate", "new_conversion"]
    assert incentive.candidates.columns.tolist() == [*COLUMNS, "indicator", "nominal"]
    assert incentive.people == 1
    assert incentive.by_chance == pytest.approx(0.2)
    assert (incentive.rule, incentive.months) == ("exact", 6)
    nominal[catalogue.position("new_conversion")] = 9.9
    assert incentives(frame, catalogue, nominal).indicators == ("renewal_rate",)
    nothing = incentives(frame, catalogue, np.zeros(len(catalogue.ids)))
    assert (nothing.people, nothing.rule, nothing.months) == (0, "none", 0)
