"""A change of the company's figures is told as one only where chance does not explain it."""

import pytest

from analytics.catalogue import default_scheme
from analytics.evaluation import evaluate
from analytics.insight.change import score_change, value_change
from analytics.model import Filters, Period, parse_month
from analytics.statistics.newcombe import newcombe_difference
from tests.conftest import load_text
from tests.present import present

MARCH, APRIL = parse_month("2026-03"), parse_month("2026-04")


def months(home, tmp_path, before, after):
    """Both months, each of a hundred policies of single customers, of which so many were
    renewed."""
    lines = [
        f"P{month}{nth},A{nth % 5},2026-{month}-10,{'已续' if nth < kept else '未续'},100,"
        f"{100 if nth < kept else ''},K{month}{nth}"
        for month, kept in (("03", before), ("04", after))
        for nth in range(100)
    ]
    head = "保单号,工号,到期日,续保结果,应续保费,续保保费,客户号\n"
    load_text(home, tmp_path, "policies", head + "\n".join(lines) + "\n")
    answers = [
        f"A{nth % 5},2026-{month}-11,{70 + nth % 3 * 10}"
        for month in ("03", "04")
        for nth in range(30)
    ]
    load_text(
        home, tmp_path, "surveys", "工号,调查日期,评分\n" + "\n".join(answers) + "\n", score_max=100
    )
    return (
        evaluate(home.measure(Filters(Period(month, month))), default_scheme())
        for month in (APRIL, MARCH)
    )


def test_a_rate_that_moved_by_four_of_a_hundred_may_have_moved_by_chance(home, tmp_path):
    now, before = months(home, tmp_path, 84, 80)
    change = present(value_change(now, before, "renewal_rate"))
    assert change.by == pytest.approx(-0.04)
    assert (change.low, change.high) == pytest.approx(newcombe_difference(80, 100, 84, 100))
    assert change.verdict == "chance"
    assert present(score_change(now, before)).verdict == "chance"


def test_a_rate_that_moved_by_thirty_of_a_hundred_did_not_by_chance(home, tmp_path):
    now, before = months(home, tmp_path, 60, 90)
    assert present(value_change(now, before, "renewal_rate")).verdict == "told"
    assert present(score_change(now, before)).verdict == "told"
    # Thirty answers of 70, 80 and 90 each month: the same mean.
    assert present(value_change(now, before, "satisfaction")).by == pytest.approx(0.0)
    assert present(value_change(now, before, "satisfaction")).verdict == "chance"


def test_how_far_chance_reaches_on_rates_without_counts_is_not_known(home, tmp_path):
    load_text(
        home,
        tmp_path,
        "scoresheet",
        "工号,月份,续保率,客户满意度,保险知识\nA1,2026-03,60%,70,80\nA1,2026-04,90%,90,80\n",
    )
    now, before = (
        evaluate(home.measure(Filters(Period(month, month))), default_scheme())
        for month in (APRIL, MARCH)
    )
    assert present(value_change(now, before, "renewal_rate")).verdict == "unknown"
    assert value_change(now, before, "renewal_count") is None
