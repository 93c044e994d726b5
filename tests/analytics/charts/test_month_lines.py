"""Small charts of months: the same axes for all, a gap where a month has no value."""

import pandas as pd
import pytest

from analytics.charts.month_lines import month_lines
from analytics.insight.side_by_side import team_medians
from analytics.language import say

MARCH, APRIL, MAY = (pd.Timestamp(2026, month, 1) for month in (3, 4, 5))
MONTHS = pd.DataFrame(
    [
        ("A1", MARCH, 0.8, 10.0),
        ("A1", MAY, 0.6, 10.0),
        ("A2", MARCH, 0.5, 8.0),
        ("A2", APRIL, 0.7, 8.0),
        ("B1", MARCH, 0.9, 5.0),
    ],
    columns=["agent_id", "month", "value", "n"],
)
TEAMS = {"A1": "East", "A2": "East", "B1": None}


def test_the_median_is_that_of_the_team_and_everybodys_where_there_is_none():
    medians = team_medians(MONTHS, TEAMS)
    assert medians["A1"][MARCH] == pytest.approx(0.65)
    assert medians["A2"][APRIL] == pytest.approx(0.7)
    assert medians["B1"][MARCH] == pytest.approx(0.8)


def drawn():
    names = {"A1": "An", "A2": "Bo", "B1": "Chi"}
    return month_lines(
        MONTHS.assign(words=[f"{100 * value:.1f}%" for value in MONTHS["value"]]),
        team_medians(MONTHS, TEAMS),
        names,
        "percent",
        "Renewal rate (%)",
        lambda key, **facts: say(key, "en", **facts),
    )


def test_all_small_charts_have_the_same_axes():
    layout = drawn().layout
    assert layout["yaxis"]["range"] == layout["yaxis2"]["range"] == layout["yaxis3"]["range"]
    assert layout["xaxis"]["range"] == layout["xaxis2"]["range"] == layout["xaxis3"]["range"]
    low, high = layout["yaxis"]["range"]
    assert low < 50
    assert high > 90


def test_a_month_without_a_value_is_a_gap_and_every_point_says_whose_it_is():
    middle, line = drawn().data[:2]
    assert line["ids"] == ["A1"] * 3
    assert [line["y"][0], line["y"][2]] == [80.0, 60.0]
    assert line["y"][1] != line["y"][1]
    assert "ids" not in middle
    assert middle["y"][:2] == [65.0, 70.0]
    assert line["customdata"][0] == ["80.0%", "10"]
