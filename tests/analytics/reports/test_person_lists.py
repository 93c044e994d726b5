"""What the page of one person lists: months and the way from value to contribution."""

import numpy as np
import pandas as pd
import pytest

from analytics.catalogue import built_in_catalogue
from analytics.desk import Desk
from analytics.model import Filters, Period, parse_month
from analytics.reports.lists.breakdown import breakdown_table
from analytics.reports.lists.months import months_table

APRIL = Period(parse_month("2026-04"), parse_month("2026-04"))


def test_months_stand_latest_first_and_a_month_without_a_value_is_a_dash():
    history = pd.DataFrame(
        {
            "month": pd.to_datetime(["2026-03-01", "2026-04-01", "2026-04-01", "2026-04-01"]),
            "indicator": ["renewal_rate", "renewal_rate", "renewal_rate", "satisfaction"],
            "whose": ["agent", "agent", "team", "agent"],
            "value": [0.75, 0.8, 0.1, 88.0],
            "n": [4, 5, 50, 3],
        }
    )
    table = months_table(history, built_in_catalogue(), "en")
    assert [column.header for column in table.exported] == ["Indicator", "2026-04", "2026-03"]
    assert table.frame["indicator"].tolist() == ["Renewal rate", "Customer satisfaction"]
    assert table.frame["2026-04"].tolist() == ["80.0%", "88.0"]
    assert table.frame["2026-03"].tolist() == ["75.0%", "—"]
    assert table.frame["course"].tolist() == [[0.75, 0.8], [88.0]]


@pytest.mark.parametrize("how_sure", [True, False])
def test_contributions_add_up_to_the_score_and_ranges_stand_there_where_they_are_wanted(
    tiny, how_sure
):
    now = Desk(tiny).evaluation(Filters(APRIL))
    table = breakdown_table(now, "A1", "zh", how_sure)
    score = round(float(now.agents.score[now.row("A1")]), 1)
    assert round(float(np.nansum(table.frame["contribution"])), 1) == score
    assert ("sure" in [column.name for column in table.columns]) == how_sure
