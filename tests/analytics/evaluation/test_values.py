"""From sums to values and points: rates without volumes, groups that hold them, whom filters
show."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from analytics.catalogue import built_in_catalogue, default_scheme
from analytics.errors import RequestRefused
from analytics.evaluation import evaluate, measure, under, values
from analytics.insight.proposal import with_standard
from analytics.model import Filters, Period, Scope, Standard
from analytics.warehouse.measures import Sums
from tests.conftest import load_text

QUARTER = Period(dt.date(2026, 1, 1), dt.date(2026, 3, 1))
APRIL = Period(dt.date(2026, 4, 1), dt.date(2026, 4, 1))
RATES = """工号,考核期,团队,续保率,应续件数,已续件数
A1,2026-01,东,90%,,
A1,2026-02,东,70%,,
B2,2026-01,东,60%,,
C3,2026-01,西,,10,9
C3,2026-02,西,,30,19
"""


def measured(home, period=QUARTER, **filters):
    return measure(home.warehouse, home.settings, Filters(period, **filters), built_in_catalogue())


def rate(measured):
    """The renewal rates of the agents, the teams and the company."""
    column = measured.catalogue.position("renewal_rate")
    return tuple(
        values.value[:, column].tolist()
        for values in (measured.agents, measured.team_values, measured.company)
    )


@pytest.fixture
def rates(home, tmp_path):
    load_text(home, tmp_path, "scoresheet", RATES)
    return measured(home)


def test_rates_of_several_months_count_alike_and_groups_that_hold_one_weigh_agents_alike(rates):
    agents, teams, company = rate(rates)
    # (90 + 70) ÷ 2; 60; (9 + 19) ÷ (10 + 30).
    assert agents == pytest.approx([0.8, 0.6, 0.7])
    # 东 the mean of 80 and 60; 西 28 of 40; the company the mean of 80, 60 and 70.
    assert teams == pytest.approx([0.7, 0.7])
    assert company == pytest.approx([0.7])


def test_what_is_pooled_without_volumes_is_marked_and_has_no_counts(rates):
    column = rates.catalogue.position("renewal_rate")
    assert rates.teams["team"].tolist() == ["东", "西"]
    assert rates.team_values.equal_weight[:, column].tolist() == [True, False]
    assert rates.company.equal_weight[:, column].tolist() == [True]
    assert np.isnan(rates.team_values.denominator[0, column])
    assert rates.team_values.denominator[1, column] == 40
    assert np.isnan(rates.company.numerator[0, column])
    assert rates.agents.denominator[:, column].tolist()[2] == 40
    assert not rates.agents.equal_weight.any()


def test_how_many_results_stand_behind_a_rate_without_volume_is_counted(rates):
    column = rates.catalogue.position("renewal_rate")
    assert rates.given_months[:, column].tolist() == [2, 1, 0]
    assert rates.given_months.sum() == 3


def test_an_agent_who_changed_teams_counts_in_each_with_the_months_there(home, tmp_path):
    moved = RATES.replace("A1,2026-02,东,70%", "A1,2026-02,西,70%")
    load_text(home, tmp_path, "scoresheet", moved)
    of = measured(home)
    # 东 the mean of January's 90 and 60; 西 the mean of February's 70 and 28 of 40.
    assert rate(of)[1] == pytest.approx([0.75, 0.7])
    assert of.teams["agents"].tolist() == [2, 2]


def test_a_ratio_on_the_line_is_on_the_line_whatever_binary_fractions_make_of_it(home, tmp_path):
    text = "工号,考核期,应续保费,留存保费\nA1,2026-01,43,34.4\n"
    load_text(home, tmp_path, "scoresheet", text)
    of = measured(home)
    column = of.catalogue.position("premium_retention")
    assert 34.4 / 43 != 0.8
    assert (of.agents.value[0, column], of.agents.points[0, column]) == (0.8, 80)


def test_values_are_read_by_many_and_changed_by_nobody(tiny):
    of = measured(tiny, APRIL)
    for figures in (of.agents, of.team_values, of.company):
        with pytest.raises(ValueError, match="read-only"):
            figures.points[0, 0] = 100.0
    for rows in (of.in_scope, of.shown):
        with pytest.raises(ValueError, match="read-only"):
            rows[0] = False


def test_other_standards_change_the_points_and_no_value(tiny):
    of = measured(tiny, APRIL)
    strict = Standard((0.8, 1.0), (0, 100))
    again = under(of, with_standard(of.catalogue, "renewal_rate", strict))
    column = of.catalogue.position("renewal_rate")
    # 4 of 5, 1 of 3, none due; the teams 东 4 of 5 and 西 1 of 3; the company 5 of 8.
    assert of.agents.points[:, column].tolist()[:2] == [80, 0]
    assert again.agents.points[:, column].tolist()[:2] == pytest.approx([0, 0])
    assert again.team_values.points[0, column] == pytest.approx(0)
    assert of.company.points[0, column] == pytest.approx(37.5)
    assert again.company.points[0, column] == 0
    others = np.delete(again.agents.points, column, axis=1)
    assert np.array_equal(others, np.delete(of.agents.points, column, axis=1), equal_nan=True)
    assert np.array_equal(again.agents.value, of.agents.value, equal_nan=True)
    assert again.catalogue["renewal_rate"].standard == strict


@pytest.mark.parametrize(
    ("filters", "seen"),
    [
        ({}, ["A1", "B2", "C3"]),
        ({"team": "西"}, ["B2", "C3"]),
        ({"branch": "总部"}, ["A1"]),
        ({"team": "东", "branch": "分部"}, []),
        ({"least_policies": 3}, ["A1", "B2"]),
        ({"least_policies": 4}, ["A1"]),
        ({"scope": Scope(teams=("西",))}, ["B2", "C3"]),
        ({"scope": Scope(teams=("西",)), "least_policies": 1}, ["B2"]),
        ({"scope": Scope(agent_id="C3")}, ["C3"]),
    ],
)
def test_filters_and_the_scope_show_those_whom_all_of_them_let_through(tiny, filters, seen):
    of = measured(tiny, APRIL, **filters)
    assert of.people["agent_id"][of.shown].tolist() == seen
    assert of.company.denominator[0, 0] == 8  # the company is the whole company


def test_a_period_is_provisional_while_a_window_is_open(tiny, settled):
    assert measured(tiny, APRIL).provisional
    assert not measured(settled, APRIL).provisional


def test_complaints_are_held_against_the_open_policies_too_that_a_sheet_names(home, tmp_path):
    text = "工号,考核期,应续件数,窗口未关闭件数,投诉件数,件数目标,已续件数\n"
    rows = "A1,2026-01,10,30,2,8,5\nB2,2026-01,10,,2,8,5\n"
    load_text(home, tmp_path, "scoresheet", text + rows)
    of = measured(home, Period(dt.date(2026, 1, 1), dt.date(2026, 1, 1)))
    column = of.catalogue.position("complaint_rate")
    assert of.agents.denominator[:, column].tolist() == [40, 10]
    assert of.agents.value[:, column].tolist() == [5, 20]


def test_the_target_of_a_quarters_sheet_counts_as_far_as_its_windows_have_closed(home, tmp_path):
    text = "工号,考核期,应续件数,窗口未关闭件数,件数目标,已续件数\n"
    rows = "A1,2026Q1,10,30,40,5\nB2,2026Q1,10,,40,5\nC3,2026Q1,10,0,40,5\n"
    load_text(home, tmp_path, "scoresheet", text + rows)
    of = measured(home)
    column = of.catalogue.position("renewal_count")
    # 10 of the 40 policies are due: so is a quarter of the target.
    assert of.agents.denominator[:, column].tolist() == [10, 40, 40]
    assert of.agents.value[:, column].tolist() == [0.5, 0.125, 0.125]


@pytest.mark.parametrize("period", ["2026-01", "2026Q1"])
def test_a_sheet_that_gives_counts_and_their_rate_counts_by_the_counts_alone(
    home, tmp_path, period
):
    rows = f"A1,{period},10,9,90%\nB2,{period},,,60%\n"
    load_text(home, tmp_path, "scoresheet", f"工号,考核期,应续件数,已续件数,续保率\n{rows}")
    of = measured(home)
    column = of.catalogue.position("renewal_rate")
    assert of.agents.value[:, column].tolist() == [0.9, 0.6]
    assert of.agents.denominator[0, column] == 10
    assert np.isnan(of.agents.denominator[1, column])
    assert of.set_aside.empty


def test_a_ratio_is_the_scaled_numerator_over_its_denominator_and_nothing_without_one():
    catalogue = built_in_catalogue()
    size = len(catalogue.ids)
    top, below = np.full((3, size), 3.0), np.full((3, size), 60.0)
    top[1, :], below[2, :] = np.nan, 0.0
    ratios = values._ratios(Sums(top, below, pd.DataFrame()), catalogue)
    told = dict(zip(catalogue.ids, ratios[0], strict=True))
    assert told["renewal_rate"] == 0.05
    assert told["complaint_rate"] == 5  # of a hundred policies
    assert np.isnan(ratios[1:]).all()


def test_of_a_mean_of_rates_no_counts_are_told_also_where_some_members_have_counts():
    catalogue = built_in_catalogue()
    size = len(catalogue.ids)
    sums = Sums(np.full((2, size), 28.0), np.full((2, size), 40.0), pd.DataFrame())
    means = np.full((2, size), np.nan)
    means[0, :] = 0.65
    pooled = values._pooled(sums, catalogue, means)
    assert (pooled.value[0] == 0.65).all()
    assert np.isnan(pooled.numerator[0]).all()
    assert np.isnan(pooled.denominator[0]).all()
    assert pooled.equal_weight.tolist() == [[True] * size, [False] * size]
    assert (pooled.numerator[1] == 28).all()
    assert pooled.value[1, 0] == 0.7


def test_a_group_has_the_plain_mean_of_its_members_where_one_has_no_volume():
    value = np.array([[0.8, 0.5], [0.6, np.nan], [0.9, 0.7], [0.2, 0.4]])
    without = np.array([[True, False], [False, False], [False, False], [False, True]])
    means = values._means(np.array([0, 0, 1, 2]), value, without, 3)
    # All of one group's members count, whoever lacks the volume; another's figures stay pooled.
    assert means[0].tolist() == pytest.approx([0.7, np.nan], nan_ok=True)
    assert np.isnan(means[1]).all()
    assert means[2].tolist() == pytest.approx([np.nan, 0.4], nan_ok=True)


@pytest.mark.parametrize(
    ("scope", "teams", "agents"),
    [
        (None, ["东", "西"], ["A1", "B2", "C3"]),
        (Scope(teams=("东",)), ["东"], ["A1"]),
        (Scope(branches=("分部",)), ["西"], ["B2", "C3"]),
        (Scope(teams=("无",)), [], []),
    ],
)
def test_a_reader_sees_the_teams_and_the_rows_of_their_scope(tiny, scope, teams, agents):
    judged = evaluate(measured(tiny, APRIL, scope=scope), default_scheme())
    assert judged.measured.teams["team"][judged.teams_in_scope].tolist() == teams
    assert judged.people["agent_id"][judged.in_scope].tolist() == agents
    for agent_id in ("A1", "B2", "C3"):
        if agent_id in agents:
            assert judged.people["agent_id"].iat[judged.row(agent_id)] == agent_id
        else:
            with pytest.raises(RequestRefused, match="agent_unknown"):
                judged.row(agent_id)
    # What a caller does to the answer is done to nobody else's.
    judged.in_scope[:] = False
    assert judged.people["agent_id"][judged.in_scope].tolist() == agents
