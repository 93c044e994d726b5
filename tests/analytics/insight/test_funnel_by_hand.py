"""The funnel against scipy's own quantiles, and the quadrant's lines by hand."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom, poisson

from analytics.errors import RequestRefused
from analytics.insight.funnel import curves, first_rate, funnel, rates
from analytics.insight.quadrant import cut_line, place, stood
from analytics.statistics.funnel import LEVELS
from tests.simulate.figures import evaluated

NAN = np.nan


def of_rates(renewed, due):
    renewed, due = np.array(renewed, dtype=float), np.array(due, dtype=float)
    people = pd.DataFrame({"due_policies": due, "renewed_policies": renewed})
    return evaluated(people, {"renewal_rate": (renewed, due)})


def test_who_lies_outside_a_funnel_lies_there_by_the_binomial_law():
    due = np.array([50.0] * 20)
    renewed = np.array([35.0] * 17 + [20.0, 26.0, 49.0])
    told = funnel(of_rates(renewed, due), "renewal_rate")
    assert told.centre == pytest.approx((17 * 35 + 20 + 26 + 49) / 1000)
    for level, outside in zip(LEVELS, (told.outside95, told.outside998), strict=True):
        tail = (1 - level) / 2
        low = binom.ppf(tail, 50, told.centre)
        high = binom.isf(tail, 50, told.centre)
        assert outside.tolist() == [bool(x < low or x > high) for x in renewed]
    assert told.outside998[[17, 19]].all()
    assert told.rate == pytest.approx(renewed / due)
    assert told.high.tolist() == (renewed / due > told.centre).tolist()
    assert (told.independent == due).all()
    assert not told.together


def test_complaints_lie_outside_by_the_law_of_poisson_and_are_told_per_hundred():
    cases = np.full(12, 200.0)
    events = np.array([4.0] * 10 + [0.0, 16.0])
    told = funnel(
        evaluated(pd.DataFrame({"due_policies": cases}), {"complaint_rate": (events, cases)}),
        "complaint_rate",
    )
    expected = 56 / 12
    assert told.centre == pytest.approx(100 * 56 / 2400)
    assert told.rate == pytest.approx(events / 2)
    low, high = poisson.ppf(0.001, expected), poisson.isf(0.001, expected)
    assert told.outside998.tolist() == [bool(x < low or x > high) for x in events]
    assert told.outside998.tolist() == [False] * 11 + [True]
    # From how many policies on it is remarkable that nobody complained: e^(−n λ) below 2.5 %.
    assert told.fewest95 == int(np.ceil(-np.log(0.025) / (56 / 2400)))
    assert told.fewest998 == int(np.ceil(-np.log(0.001) / (56 / 2400)))
    assert (told.events, told.scale) == (True, 100.0)


def test_the_lines_of_a_funnel_draw_together_towards_its_centre():
    told = funnel(of_rates([70.0] * 20, [100.0] * 20), "renewal_rate")
    lines = curves(told)
    assert (lines["n"][0], lines["n"][-1]) == (1, 100)
    for name in ("95", "998"):
        low, high = lines[f"low{name}"], lines[f"high{name}"]
        assert (low <= told.centre).all()
        assert (high >= told.centre).all()
        assert high[-1] - low[-1] < 0.3 < high[0] - low[0]
    assert (lines["low998"] <= lines["low95"]).all()
    assert (lines["high998"] >= lines["high95"]).all()
    few = curves(funnel(of_rates([2.0, 3.0], [4.0, 4.0]), "renewal_rate"))
    assert few["n"][-1] == 10  # drawn as far as ten at least


def test_who_has_no_cases_or_more_renewed_than_due_is_no_point_of_the_funnel():
    told = funnel(of_rates([7.0, NAN, 5.0, 9.0], [10.0, 10.0, NAN, 8.0]), "renewal_rate")
    assert told.rows.tolist() == [0]
    with pytest.raises(RequestRefused, match="no_cases"):
        funnel(of_rates([NAN], [NAN]), "renewal_rate")
    with pytest.raises(RequestRefused, match="not_a_rate"):
        funnel(of_rates([7.0], [10.0]), "satisfaction")


def test_a_funnel_shows_rates_of_whole_cases_alone():
    catalogue = of_rates([7.0], [10.0]).catalogue
    assert set(rates(catalogue)) == {"renewal_rate", "new_conversion", "complaint_rate"}
    assert first_rate(catalogue) == "renewal_rate"


# -- the quadrant ----------------------------------------------------------------------------------


def placed_by(cut, **more):
    """Five agents by their rate and their answers, the last without one."""
    renewed, due = np.array([5.0, 7.0, 8.0, 9.0, 9.0]), np.full(5, 10.0)
    answers = np.array([60.0, 90.0, 80.0, 60.0, NAN])
    people = pd.DataFrame({"due_policies": due})
    judged = evaluated(
        people, {"renewal_rate": (renewed, due), "satisfaction": (answers, np.ones(5))}
    )
    return judged, place(judged, cut=cut, **more)


def test_on_the_line_counts_as_high_and_who_lacks_a_value_is_unplaced():
    judged, placed = placed_by("median")
    # 80 % is the middle of five, 70 that of four.
    assert (placed.x_cut.value, placed.y_cut.value) == (0.8, 70.0)
    assert placed.quadrant.tolist() == [
        "focus",
        "sales_gap",
        "role_model",
        "service_gap",
        "unplaced",
    ]
    assert placed.counts == {
        "role_model": 1,
        "service_gap": 1,
        "sales_gap": 1,
        "focus": 1,
        "unplaced": 1,
    }
    assert cut_line(judged, "renewal_rate", "mean").value == pytest.approx(38 / 50)
    assert cut_line(judged, "satisfaction", "85.5").value == 85.5
    for told in ("x", "nan", "inf"):
        with pytest.raises(RequestRefused, match="cut_unreadable"):
            cut_line(judged, "satisfaction", told)


def test_one_axis_can_be_cut_otherwise_than_the_other():
    _, placed = placed_by("0.9", cut_y="60")
    assert (placed.x_cut.value, placed.y_cut.value) == (0.9, 60)
    assert placed.quadrant.tolist()[:4] == ["sales_gap"] * 3 + ["role_model"]


def test_where_less_is_better_the_low_side_is_the_good_one():
    cases = np.full(3, 100.0)
    judged = evaluated(
        pd.DataFrame({"due_policies": cases}),
        {
            "renewal_rate": (np.full(3, 80.0), cases),
            "complaint_rate": (np.array([0.0, 2.0, 3.0]), cases),
        },
    )
    placed = place(judged, y="complaint_rate", cut="2", cut_y="2")
    assert placed.quadrant.tolist() == ["sales_gap", "sales_gap", "focus"]


def test_where_somebody_stood_is_found_by_their_id():
    judged, placed = placed_by("median")
    x, y = stood(judged, judged, placed)
    assert x.tolist() == judged.measured.agents.value[:, 0].tolist()
    assert y.tolist() == pytest.approx([60, 90, 80, 60, NAN], nan_ok=True)
    assert np.isnan(stood(judged, None, placed)).all()
    fewer = of_rates([6.0, 7.0], [10.0, 10.0])
    x, y = stood(judged, fewer, placed)
    assert x.tolist() == pytest.approx([0.6, 0.7, NAN, NAN, NAN], nan_ok=True)
    assert np.isnan(y).all()
