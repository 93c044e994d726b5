"""The rules that decide who is right in a quarrel, on the tiny company of conftest.py."""

import datetime as dt
from typing import Any

import numpy as np
import pytest

from analytics.catalogue import built_in_catalogue, default_scheme
from analytics.desk import Desk
from analytics.evaluation import Evaluation, evaluate, latest_closed, measure, whole_period
from analytics.home import Home
from analytics.model import Filters, Period
from tests.conftest import load_text

APRIL = Period(dt.date(2026, 4, 1), dt.date(2026, 4, 1))


def judged(home: Home, period: Period = APRIL, **filters: Any) -> Evaluation:
    return evaluate(
        measure(home.warehouse, home.settings, Filters(period, **filters), built_in_catalogue()),
        default_scheme(),
    )


def value(of: Evaluation, agent: str, indicator: str) -> float:
    return float(of.measured.agents.value[of.row(agent), of.catalogue.position(indicator)])


def people(of: Evaluation, agent: str, measure_name: str) -> float:
    return float(of.people[measure_name].iat[of.row(agent)])


def test_a_renewal_rate_is_renewed_over_due(tiny):
    assert value(judged(tiny), "A1", "renewal_rate") == pytest.approx(4 / 5)
    assert value(judged(tiny), "B2", "renewal_rate") == pytest.approx(1 / 3)


def test_a_policy_renewed_on_the_last_day_of_grace_counts_as_renewed(tiny):
    # P2: due 5 April, renewed 5 May, exactly 30 days later.
    assert people(judged(tiny), "A1", "renewed_policies") == 4


def test_a_policy_renewed_a_day_after_grace_is_a_late_renewal_and_stays_in_the_denominator(tiny):
    # P8: due 4 April, renewed 5 May, 31 days later.
    of = judged(tiny)
    assert (people(of, "B2", "late_renewals"), people(of, "B2", "due_policies")) == (1, 3)


def test_open_and_excluded_policies_leave_both_sides_and_stay_visible(tiny):
    of = judged(tiny)
    assert np.isnan(value(of, "C3", "renewal_rate"))
    assert (people(of, "C3", "open_policies"), people(of, "C3", "excluded_policies")) == (1, 1)


def test_a_window_that_ends_on_the_as_of_date_is_still_open_even_when_renewed(home, tmp_path):
    rows = (
        "保单号,工号,到期日,续保结果,续保日期\nP1,A1,2026-04-01,已续,2026-03-30\n"
        "P2,A1,2026-03-31,已续,2026-03-30\n"
    )
    load_text(home, tmp_path, "policies", rows, as_of=dt.date(2026, 5, 1))
    months = Period(dt.date(2026, 3, 1), dt.date(2026, 4, 1))
    of = judged(home, months)
    assert (people(of, "A1", "due_policies"), people(of, "A1", "open_policies")) == (1, 1)
    assert of.measured.provisional


def test_grace_can_differ_by_product(tiny):
    tiny.change_settings({"grace_by_product": {"车险": 60}})
    of = judged(tiny)
    assert people(of, "B2", "late_renewals") == 0
    assert people(of, "B2", "renewed_policies") == 2


def test_retained_premium_never_exceeds_what_was_due_while_renewed_premium_may(tiny):
    # Ann: due 500, renewed 110 + 90 + 100 + 100 = 400, retained 100 + 90 + 100 + 100 = 390.
    of = judged(tiny)
    assert people(of, "A1", "renewed_premium") == 400
    assert value(of, "A1", "premium_retention") == pytest.approx(390 / 500)


def test_targets_come_from_the_roster(tiny):
    assert value(judged(tiny), "A1", "renewal_count") == pytest.approx(4 / 5)
    assert value(judged(tiny), "A1", "renewal_premium") == pytest.approx(400 / 500)


def test_without_targets_the_median_agent_stands_for_them(home, tmp_path):
    rows = "保单号,工号,到期日,续保结果\n" + "".join(
        f"{agent}{number},{agent},2026-04-02,{'已续' if number < renewed else '未续'}\n"
        for agent, renewed in (("A", 2), ("B", 4), ("C", 6))
        for number in range(8)
    )
    load_text(home, tmp_path, "policies", rows)
    of = judged(home)
    assert [value(of, agent, "renewal_count") for agent in "ABC"] == pytest.approx([0.5, 1.0, 1.5])


def test_satisfaction_is_rescaled_to_a_hundred(tiny):
    # 5, 4 and 3 of 5 are 100, 80 and 60.
    assert value(judged(tiny), "A1", "satisfaction") == pytest.approx(80)


def test_in_a_month_that_a_complaints_file_covers_nobody_named_means_none(tiny):
    of = judged(tiny)
    assert value(of, "A1", "complaint_rate") == 0
    assert value(of, "B2", "complaint_rate") == pytest.approx(100 / 3)


def test_without_any_complaints_file_the_complaint_rate_is_not_available(home, tmp_path):
    load_text(home, tmp_path, "policies", "保单号,工号,到期日,续保结果\nP1,A1,2026-04-02,已续\n")
    assert np.isnan(value(judged(home), "A1", "complaint_rate"))


def test_the_cycle_runs_from_the_first_effective_contact_and_leaves_out_renewals_without_one(tiny):
    # P1: the contact of 20 March was not effective; 22 March → 1 April is 10 days. P4: 16 April →
    # 20 April is 4 days.
    of = judged(tiny)
    assert (people(of, "A1", "cycle_days"), people(of, "A1", "cycled_policies")) == (14, 2)


def test_two_contacts_of_one_customer_on_one_day_are_one_customer(tiny):
    assert people(judged(tiny), "A1", "contacted_customers") == 1


def test_a_contact_half_past_midnight_belongs_to_that_day(tiny):
    # 16 April 00:30 must not slip to 15 April: with it there would be two customer-days.
    assert people(judged(tiny), "A1", "contacted_customers") == 1


def test_working_days_know_chinese_holidays_and_make_up_days(home, tmp_path):
    # February 2026 has 20 weekdays; the Spring Festival takes 16–20 and 23 February, and 14 and 28
    # February are worked.
    load_text(home, tmp_path, "contacts", "工号,联系时间,客户号\nA1,2026-02-03 10:00,K1\n")
    of = judged(home, Period(dt.date(2026, 2, 1), dt.date(2026, 2, 1)))
    assert people(of, "A1", "working_days") == 16


def test_a_team_is_judged_on_pooled_figures_not_on_the_mean_of_rates(tiny):
    of = judged(tiny)
    west = of.measured.teams["team"].tolist().index("西")
    assert of.measured.team_values.value[
        west, of.catalogue.position("renewal_rate")
    ] == pytest.approx(1 / 3)
    assert of.measured.company.value[0, of.catalogue.position("renewal_rate")] == pytest.approx(
        5 / 8
    )


def test_a_transfer_does_not_rewrite_history(home, tmp_path):
    load_text(home, tmp_path, "agents", "工号,月份,团队\nA1,2026-03,东\nA1,2026-04,西\n")
    load_text(
        home,
        tmp_path,
        "policies",
        "保单号,工号,到期日,续保结果\nP1,A1,2026-03-02,已续\nP2,A1,2026-04-02,未续\n",
    )
    of = judged(home, Period(dt.date(2026, 3, 1), dt.date(2026, 4, 1)))
    rates = dict(zip(of.measured.teams["team"], of.measured.team_values.value[:, 0], strict=True))
    assert rates == {"东": 1.0, "西": 0.0}
    assert of.people["team"].iat[0] == "西"


def test_a_channel_filter_counts_that_channel_only_and_leaves_the_store_alone(tiny):
    assert value(judged(tiny, channel="门店"), "A1", "renewal_rate") == pytest.approx(1 / 2)
    assert value(judged(tiny), "A1", "renewal_rate") == pytest.approx(4 / 5)


def test_a_team_filter_shows_fewer_agents_and_changes_no_score(tiny):
    everybody, west = judged(tiny), judged(tiny, team="西")
    assert list(west.people["agent_id"][west.shown]) == ["B2", "C3"]
    assert np.array_equal(everybody.agents.score, west.agents.score)


def test_whoever_lacks_more_than_forty_percent_of_the_weight_is_not_rated_and_not_ranked(tiny):
    of = judged(tiny)
    row = of.row("C3")
    assert not of.agents.rated[row]
    assert of.agents.rank[row] == 0
    assert of.agents.rated[of.row("A1")]


def test_namesakes_with_different_ids_stay_two_people(home, tmp_path):
    load_text(home, tmp_path, "agents", "工号,姓名\nA1,陈伟\nB2,陈伟\n")
    load_text(
        home,
        tmp_path,
        "policies",
        "保单号,工号,到期日,续保结果\nP1,A1,2026-04-02,已续\nP2,B2,2026-04-02,未续\n",
    )
    assert [value(judged(home), agent, "renewal_rate") for agent in ("A1", "B2")] == [1.0, 0.0]


def test_there_is_no_comparison_where_the_earlier_months_have_no_figures(tiny):
    assert Desk(tiny).compared(Filters(APRIL), default_scheme()) is None


def test_the_page_opens_on_the_last_month_whose_windows_are_closed(home, tmp_path):
    rows = "保单号,工号,到期日,续保结果\nP1,A1,2026-03-02,已续\nP2,A1,2026-06-20,未续\n"
    load_text(home, tmp_path, "policies", rows)
    assert str(latest_closed(home.warehouse)) == "2026-03"
    assert str(whole_period(home.warehouse)) == "2026-03…2026-06"


def test_a_quarterly_scoresheet_counts_only_when_the_period_covers_it_and_is_named_otherwise(
    home, tmp_path
):
    load_text(
        home,
        tmp_path,
        "scoresheet",
        "工号,考核期,续保率,满意度得分合计,问卷数\nA1,2026Q1,92%,900,10\n",
    )
    quarter = judged(home, Period(dt.date(2026, 1, 1), dt.date(2026, 3, 1)))
    assert value(quarter, "A1", "renewal_rate") == pytest.approx(0.92)
    assert value(quarter, "A1", "satisfaction") == pytest.approx(90)
    assert np.isnan(quarter.measured.agents.denominator[0, 0])  # a rate without volume
    month = judged(home, Period(dt.date(2026, 1, 1), dt.date(2026, 2, 1)))
    assert list(month.measured.set_aside["why"].unique()) == ["period"]


def test_rates_without_volume_are_pooled_with_equal_weight_and_marked(home, tmp_path):
    load_text(
        home,
        tmp_path,
        "scoresheet",
        "工号,考核期,团队,续保率\nA1,2026-04,东,90%\nB2,2026-04,东,70%\n",
    )
    of = judged(home)
    assert of.measured.team_values.value[0, 0] == pytest.approx(0.80)
    assert of.measured.team_values.equal_weight[0, 0]


def test_records_speak_before_a_scoresheet_that_gives_the_same_figure(tiny, tmp_path):
    load_text(tiny, tmp_path, "scoresheet", "工号,考核期,应续件数,已续件数\nA1,2026-04,100,1\n")
    of = judged(tiny)
    assert value(of, "A1", "renewal_rate") == pytest.approx(4 / 5)
    assert set(of.measured.set_aside["why"]) == {"records"}
