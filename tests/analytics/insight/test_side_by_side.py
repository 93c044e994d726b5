"""A few people beside each other, and a team's months, in numbers that a reader can check."""

import numpy as np
import pandas as pd
import pytest

from analytics.catalogue import built_in_catalogue
from analytics.desk import Desk
from analytics.insight.side_by_side import side_by_side, team_months, widest
from analytics.model import Filters, Period, parse_month
from analytics.reports.lists.side_by_side import (
    side_by_side_table,
    team_months_table,
    values_in_words,
)

APRIL = Period(parse_month("2026-04"), parse_month("2026-04"))
MONTHS = pd.DataFrame(
    {
        "agent_id": ["A1", "A1", "B2", "C3"],
        "month": ["2026-03-01", "2026-04-01", "2026-04-01", "2026-04-01"],
        "renewed_policies": [3.0, 4.0, 1.0, np.nan],
        "due_policies": [4.0, 5.0, 0.0, 2.0],
    }
)
RATE = built_in_catalogue()["renewal_rate"]


@pytest.fixture
def evaluation(tiny):
    return Desk(tiny).evaluation(Filters(APRIL))


def test_everybody_beside_the_others_has_the_points_and_contribution_of_their_own_sheet(evaluation):
    beside = side_by_side(evaluation, ["A1", "B2"])
    assert beside.index.tolist() == list(range(len(beside)))
    for agent_id in ("A1", "B2"):
        mine = beside[beside["agent_id"] == agent_id]
        score = float(evaluation.agents.score[evaluation.row(agent_id)])
        assert mine["contribution"].sum() == pytest.approx(score)


def test_a_range_stands_about_its_points_also_where_less_is_better(evaluation):
    ranges = side_by_side(evaluation, ["A1", "B2"]).dropna(subset=["points_low", "points"])
    assert {"renewal_rate", "complaint_rate"} <= set(ranges["indicator"])
    assert (ranges["points_low"] <= ranges["points"] + 1e-9).all()
    assert (ranges["points"] <= ranges["points_high"] + 1e-9).all()


def test_what_is_divided_by_money_says_no_number_of_cases(evaluation):
    beside = side_by_side(evaluation, ["A1", "B2"]).set_index("indicator")
    assert beside.loc[["premium_retention"], "n"].isna().all()
    assert beside.loc[["renewal_rate"], "n"].notna().all()


def test_the_indicator_that_puts_one_ahead_is_named_with_its_points_of_the_score():
    beside = pd.DataFrame(
        {
            "indicator": ["x", "x", "y", "y"],
            "agent_id": ["A", "B", "A", "B"],
            "contribution": [10.0, 7.0, 5.0, 6.0],
        }
    )
    assert widest(beside, "A", "B") == ("x", 3.0)
    assert widest(beside, "B", "A") == ("y", 1.0)
    assert widest(beside[beside["indicator"] == "x"], "B", "A") is None
    alike = beside[beside["indicator"] == "x"].assign(contribution=7.0)
    assert widest(alike, "A", "B") is None


def test_a_month_without_cases_has_no_row_and_a_rate_is_its_own_sums():
    months = team_months(MONTHS, RATE, ["A1", "B2", "C3"])
    assert months["agent_id"].tolist() == ["A1", "A1"]
    assert months["value"].tolist() == [0.75, 0.8]
    assert months["n"].tolist() == [4.0, 5.0]


def test_nobody_who_was_not_asked_for_stands_among_the_months():
    assert team_months(MONTHS, RATE, ["B2"]).empty


def test_the_table_of_months_says_value_and_n_and_its_file_has_both_as_numbers():
    months = team_months(MONTHS, RATE, ["A1"])
    table = team_months_table(months, {"B2": "波", "A1": "安"}, RATE, "zh")
    assert table.frame["name"].tolist() == ["安"]
    assert table.frame["2026-04"].tolist() == ["80.0% (5)"]
    assert table.frame["course"].tolist() == [[0.75, 0.8]]
    exported = [column.name for column in table.exported]
    assert exported == [
        "name",
        "2026-04.value",
        "2026-04.n",
        "2026-03.value",
        "2026-03.n",
        "agent_id",
    ]


def test_the_table_beside_each_other_begins_with_the_verdict_and_says_values_with_their_range(
    evaluation,
):
    beside = side_by_side(evaluation, ["A1", "B2"])
    beside = beside.assign(words=values_in_words(beside, evaluation.catalogue, "en"))
    table = side_by_side_table(evaluation, beside, {"A1": "Ann", "B2": "Bo"}, "en")
    assert table.frame["indicator"].tolist()[:3] == ["Score", "Rank", "Quadrant"]
    rate = table.frame.set_index("indicator").loc["Renewal rate"]
    assert rate["A1.words"].startswith("75.0% (") or "%" in rate["A1.words"]
    assert [column.name for column in table.shown] == [
        "indicator",
        "A1.words",
        "A1.points",
        "A1.n",
        "B2.words",
        "B2.points",
        "B2.n",
    ]
