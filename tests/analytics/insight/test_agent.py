"""One agent's figures by month and beside the team, and lines too small for words: by hand."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from analytics.catalogue import Catalogue, built_in_catalogue
from analytics.evaluation import evaluate
from analytics.insight.agent import breakdown, history
from analytics.insight.monthly_rates import monthly_rates
from analytics.model import Period
from analytics.statistics.wilson import wilson
from tests.present import present
from tests.simulate.figures import evaluated, in_teams

NAN = np.nan
KNOWN: Catalogue = built_in_catalogue()
JANUARY, FEBRUARY, MARCH = (pd.Timestamp(2026, month, 1) for month in (1, 2, 3))


def sums(months, renewed, due, agent_id=None):
    frame = pd.DataFrame({"month": months, "renewed_policies": renewed, "due_policies": due})
    return frame if agent_id is None else frame.assign(agent_id=agent_id)


def test_a_history_tells_value_n_limits_and_how_many_others_have_one():
    mine = sums([JANUARY, FEBRUARY, MARCH], [3.0, 0.0, NAN], [4.0, 0.0, 5.0])
    theirs = sums([JANUARY, FEBRUARY], [30.0, 12.0], [40.0, 20.0])
    members = pd.concat(
        [
            sums([JANUARY, FEBRUARY], [10.0, 5.0], [20.0, 9.0], "B"),
            sums([JANUARY, FEBRUARY], [17.0, NAN], [16.0, 11.0], "C"),
            sums([JANUARY], [1.0], [0.0], "D"),
        ]
    )
    table = history(KNOWN, mine, theirs, members)
    assert set(table["indicator"]) == {"renewal_rate"}
    own = table[table["whose"] == "agent"]
    # February had no policies due and March no renewals on record: gaps, never nought.
    assert own["month"].tolist() == [JANUARY]
    assert own["value"].tolist() == [0.75]
    assert own["n"].tolist() == [4]
    low, high = wilson(np.array([3.0]), np.array([4.0]))
    assert own["low"].tolist() == pytest.approx(low.tolist())
    assert own["high"].tolist() == pytest.approx(high.tolist())
    team = table[table["whose"] == "team"]
    assert team["value"].tolist() == [0.75, 0.6]
    assert team["others"].tolist() == [2, 1]
    assert own["others"].tolist() == [2]


def test_without_figures_or_others_a_history_is_empty_or_counts_nobody():
    nobody = sums(pd.DatetimeIndex([]), [], [], [])
    nothing = history(KNOWN, nobody, nobody, nobody)
    assert nothing.empty
    assert "others" in nothing
    mine = sums([MARCH], [3.0], [4.0])
    alone = history(KNOWN, mine, mine, nobody)
    assert alone["others"].tolist() == [0, 0]
    # Months of others before and after, none of this one.
    around = pd.concat([sums([JANUARY], [1.0], [2.0], "B")])
    assert history(KNOWN, mine, mine, around)["others"].tolist() == [0, 0]


def test_an_agent_stands_beside_the_pooled_value_of_team_and_company():
    due, renewed = np.array([20.0, 40.0, 10.0]), np.array([10.0, 32.0, 9.0])
    people = pd.DataFrame({"due_policies": due, "renewed_policies": renewed})
    judged = evaluated(people, {"renewal_rate": (renewed, due)})
    judged = evaluate(in_teams(judged.measured, ["E", "E", "W"]), judged.scheme)
    row = breakdown(judged, "A00001").set_index("indicator").loc["renewal_rate"]
    assert (row["value"], row["numerator"], row["denominator"]) == (0.8, 32, 40)
    assert (row["points"], row["weight"], row["nominal"]) == pytest.approx((80, 100, 22.4))
    assert (row["contribution"], row["lost"]) == pytest.approx((80, 20))
    assert (row["team"], row["company"]) == pytest.approx((42 / 60, 51 / 70))
    assert (row["step"].amount, row["step"].reaches) == (4, 0.9)
    missing = breakdown(judged, "A00001").set_index("indicator").loc["satisfaction"]
    assert np.isnan([missing["contribution"], missing["lost"], missing["team"]]).all()
    assert missing["step"] is None


def test_a_small_line_has_a_value_for_every_month_of_the_period_that_has_cases():
    monthly = pd.concat(
        [
            sums([JANUARY, FEBRUARY], [3.0, 5.0], [4.0, 10.0], "A"),
            sums([JANUARY], [1.0], [4.0], "A"),  # another team's part of the month
            sums([JANUARY, FEBRUARY, MARCH], [NAN, 1.0, 1.0], [4.0, 0.0, 3.0], "B"),
        ]
    )
    period = Period(dt.date(2026, 1, 1), dt.date(2026, 2, 1))
    told = present(monthly_rates(monthly, KNOWN["renewal_rate"], period))
    values, counts = told.of("A")
    assert values.tolist() == [0.5, 0.5]
    assert counts.tolist() == [8, 10]
    values, counts = told.of("B")
    assert np.isnan(values).all()
    assert counts.tolist() == [0, 0]
    assert monthly_rates(monthly.iloc[:0], KNOWN["renewal_rate"], period) is None
    assert monthly_rates(monthly, KNOWN["satisfaction"], period) is None
