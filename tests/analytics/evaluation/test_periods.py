"""Which months have figures, which period is shown first, and with which one it is compared."""

import datetime as dt

import pandas as pd
import pytest

from analytics.errors import RequestRefused
from analytics.evaluation import (
    counted_months,
    earlier_period,
    known_months,
    latest_closed,
    months_of,
    months_of_many,
    whole_period,
)
from analytics.model import Period
from tests.conftest import load_text


def month(number, year=2026):
    return dt.date(year, number, 1)


def of_months(*months, open_policies=0):
    """Months in each of which one policy of one agent fell due."""
    return pd.DataFrame(
        {
            "month": pd.to_datetime(list(months)),
            "due_policies": 1,
            "open_policies": open_policies,
            "agents": 1,
        }
    )


def test_without_figures_there_is_no_period(home):
    for ask in (whole_period, latest_closed):
        with pytest.raises(RequestRefused, match="no_data"):
            ask(home.warehouse)


def test_while_every_window_is_open_the_last_month_is_shown(home, tmp_path):
    rows = "P1,A1,2026-04-02,跟进中\nP2,A1,2026-05-02,跟进中\n"
    text = f"保单号,工号,到期日,续保结果\n{rows}"
    load_text(home, tmp_path, "policies", text, as_of=dt.date(2026, 4, 10))
    assert known_months(home.warehouse)["open_policies"].tolist() == [1, 1]
    assert latest_closed(home.warehouse) == Period(month(5), month(5))
    assert whole_period(home.warehouse) == Period(month(4), month(5))


def test_the_period_before_ends_where_this_one_begins_however_many_months_are_known():
    months = of_months(*(month(number) for number in range(1, 7)))
    quarter = Period(month(4), month(6))
    assert earlier_period(months, quarter, "before") == Period(month(1), month(3))
    june = Period(month(6), month(6))
    assert earlier_period(months, june, "before") == Period(month(5), month(5))


def test_the_same_period_of_last_year_is_twelve_months_before():
    months = of_months(month(5, 2025), month(4), month(5))
    may = Period(month(5), month(5))
    assert earlier_period(months, may, "year") == Period(month(5, 2025), month(5, 2025))
    assert earlier_period(months, may, "before") == Period(month(4), month(4))


@pytest.mark.parametrize("with_", ["before", "year"])
def test_a_period_of_whose_months_one_is_missing_is_compared_with_nothing(with_):
    months = of_months(
        month(4, 2025), month(6, 2025), month(1), month(3), month(4), month(5), month(6)
    )
    assert earlier_period(months, Period(month(4), month(6)), with_) is None


def test_a_month_counts_where_policies_fell_due_or_only_scoresheets_tell_of_it():
    months = of_months(month(1), month(2), month(3))
    months["due_policies"], months["agents"] = [1, 0, 0], [1, 1, 0]
    assert counted_months(months) == {month(1), month(3)}


def test_the_latest_closed_month_is_the_last_whose_windows_are_all_closed(tiny, monkeypatch):
    """In May windows are still open, in June nothing fell due; of March only a sheet tells."""
    figures = of_months(month(3), month(4), month(5), month(6))
    figures["due_policies"], figures["open_policies"] = [0, 5, 3, 0], [0, 0, 2, 0]
    figures["agents"] = [0, 1, 1, 1]
    monkeypatch.setattr("analytics.evaluation.periods.months", lambda warehouse: figures)
    assert latest_closed(tiny.warehouse) == Period(month(4), month(4))
    assert whole_period(tiny.warehouse) == Period(month(3), month(6))
    figures["open_policies"] = [0, 1, 2, 1]
    assert latest_closed(tiny.warehouse) == Period(month(3), month(3))


def test_the_months_of_many_are_those_that_each_is_told_of(tiny):
    """Bo and Cy are of one team; of the company all are told together."""
    period = whole_period(tiny.warehouse)
    every, of_team = months_of_many(tiny.warehouse, period)
    columns = ["month", "due_policies", "renewed_policies"]
    for agent, team in (("B2", "西"), ("A1", "东"), ("A1", None)):
        mine, theirs, _ = months_of(tiny.warehouse, agent, team, period)
        own = every[every["agent_id"] == agent]
        for many, alone in ((own, mine), (of_team(team), theirs)):
            pd.testing.assert_frame_equal(
                many[columns].reset_index(drop=True), alone[columns], check_dtype=False
            )
    assert every["due_policies"].sum() == 8
    assert of_team("东")["due_policies"].sum() == 5
