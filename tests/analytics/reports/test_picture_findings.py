"""What the pages of the picture have found, in words that are never stronger than the figures."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analytics.catalogue import built_in_catalogue, default_scheme
from analytics.charts.chance import funnel_chart
from analytics.charts.scores import losses_bars
from analytics.evaluation import evaluate, measure
from analytics.insight.case_mix import CaseMix, explained_share
from analytics.insight.funnel import funnel
from analytics.insight.trends import COLUMNS, Trends
from analytics.insight.weak_spots import losses_of, most_losing
from analytics.language import say
from analytics.model import Filters, Period, parse_month
from analytics.reports import case_mix, trends, weak_spots
from analytics.reports import funnel as funnel_words
from analytics.reports.lists.trends import trend_table
from tests.analytics.reports.test_list_words import SIZE, company

MAY = "2026-05"


@pytest.fixture
def april(tiny):
    """The tiny company: 安 in team 东, 波 and 陈 in team 西."""
    month = parse_month("2026-04")
    filters = Filters(Period(month, month))
    measured = measure(tiny.warehouse, tiny.settings, filters, built_in_catalogue())
    return evaluate(measured, default_scheme())


@pytest.fixture
def sure(monkeypatch):
    """Sets how probably each of two teams loses most."""

    def set_to(first, second):
        table = pd.DataFrame({"team": ["东", "西"], "lost": [9.0, 8.0], "likely": [first, second]})
        monkeypatch.setattr("analytics.reports.weak_spots.most_losing", lambda evaluation: table)

    return set_to


def test_the_team_that_loses_most_is_named_with_its_points_and_with_whether_one_may_say_so(
    april, sure
):
    team, other = most_losing(april)["team"].tolist()[:2]
    assert {team, other} == {"东", "西"}
    for chances, words in (
        ((0.9, 0.1), "● 丢分最多的团队可以确定"),
        ((0.6, 0.4), "○ 差别太小，丢分最多的也可能是西"),
        ((np.nan, np.nan), "○ 数据太少，哪个团队丢分最多还不能说"),
    ):
        sure(*chances)
        said = weak_spots.finding(april, None, MAY, "zh", True)
        assert said.startswith("2026-05，东丢分最多：")
        assert words in said
        assert said.endswith("。")
        assert "●" not in weak_spots.finding(april, None, MAY, "zh", False)


def test_of_a_team_that_was_asked_for_it_is_not_said_that_it_loses_most(april):
    said = weak_spots.finding(april, "西", MAY, "zh", True)
    assert said.startswith("2026-05，西丢 ")
    assert "丢分最多" not in said


def test_probabilities_of_losing_most_add_up_and_of_small_teams_are_unknown(april, monkeypatch):
    assert most_losing(april)["likely"].isna().all()  # two teams of a few policies
    monkeypatch.setattr("analytics.insight.weak_spots.FEWEST_AGENTS", 1)
    monkeypatch.setattr("analytics.insight.weak_spots.FEWEST_POLICIES", 1)
    table = most_losing(april)
    assert table["likely"].sum() == pytest.approx(1.0)
    assert table["lost"].is_monotonic_decreasing
    scores = 100.0 - april.teams.score[april.teams_in_scope]
    assert sorted(table["lost"]) == pytest.approx(sorted(scores[~np.isnan(scores)]))


def test_the_title_of_the_heat_table_counts_the_teams_that_lose_most_by_the_same(april):
    table = pd.DataFrame({"renewal_rate": [5.0, 4.0, 1.0], "satisfaction": [1.0, 2.0, 3.0]})
    table.index = pd.Index(["东", "西", "南"])
    assert weak_spots.heat_title(april, table, "zh") == "3 个团队里，2 个丢得最多的是续保率"
    assert weak_spots.heat_title(april, table[:2], "zh") == "2 个团队丢得最多的都是续保率"
    assert weak_spots.heat_title(april, table[:1], "zh") == "东丢得最多的是续保率"


def test_the_difference_from_the_company_is_that_of_the_figures_that_stand_there(april):
    losses = losses_of(april, "东").head(1).assign(team=5.96, company=3.04)
    said = weak_spots.losses_title(april, losses, "东", "zh")
    assert "6.0 分，比全公司多 3.0 分" in said
    less = weak_spots.losses_title(april, losses.assign(team=1.0), "东", "zh")
    assert "1.0 分，比全公司少 2.0 分" in less
    assert "比全公司" not in weak_spots.losses_title(april, losses.assign(team=3.0), "东", "zh")


def test_the_bars_of_losses_say_the_difference_from_the_company_beside_each(april):
    losses = losses_of(april, "东")
    chart = losses_bars(losses, lambda name: name, lambda key, **facts: say(key, "zh", **facts))
    rows = [note["text"] for note in chart.layout["annotations"][: len(losses)]]
    first = losses.iloc[0]
    assert rows[0].startswith(f"{first['team']:.1f}")
    assert not [words for words in rows if "-" in words or "+0.0" in words or "−0.0" in words]
    assert "legend" not in chart.layout


def judged(renewed):
    evaluation = company(renewed)
    return evaluation, funnel(evaluation, "renewal_rate")


def test_the_funnel_says_how_many_luck_hardly_explains_and_how_many_it_would_put_there():
    renewed = np.full(SIZE, 70.0)
    renewed[:4] = [80, 60, 90, 50]
    evaluation, drawn = judged(renewed)
    said = funnel_words.finding(evaluation, drawn, MAY, "zh")
    assert f"{SIZE} 人、{100 * SIZE:,} 件里，2 人很难只用运气解释（偏高 1 人，偏低 1 人）" in said
    assert "人人一样好，也会有" in said
    assert "4 人越过 95% 线，2 人越过 99.8% 线" in funnel_words.chart_title(evaluation, drawn, "zh")


def test_where_nobody_lies_outside_the_funnel_says_so_and_whether_all_together_spread_wider():
    evaluation, drawn = judged(np.full(SIZE, 70.0))
    said = funnel_words.finding(evaluation, drawn, MAY, "zh")
    assert said.endswith("没有一个人的高低超出运气能解释的范围。")
    evaluation, drawn = judged(np.where(np.arange(SIZE) % 2 == 0, 63.0, 77.0))
    assert drawn.tau2 > 0
    assert not drawn.outside998.any()
    assert "还说不出是谁" in funnel_words.finding(evaluation, drawn, MAY, "zh")


def test_the_funnel_rings_the_chosen_person_and_names_them_and_whoever_is_outside():
    renewed = np.full(SIZE, 70.0)
    renewed[:4] = [80, 60, 90, 50]
    evaluation, drawn = judged(renewed)
    chart = funnel_chart(
        evaluation,
        drawn,
        lambda name: name,
        lambda key, **facts: say(key, "zh", **facts),
        chosen="A00007",
    )
    names = evaluation.people["name"]
    for fit in chart.layout["meta"]["fits"]:
        told = {note["text"] for note in fit["notes"]}
        assert {str(names.iat[row]) for row in (2, 3, 7)} <= {word.split()[0] for word in told}
    rings = [shape for shape in chart.layout["shapes"] if shape.get("name") == "ring"]
    assert [(ring["xanchor"], ring["yanchor"]) for ring in rings] == [(100.0, 70.0)]
    assert [len(trace["ids"]) for trace in chart.data if "ids" in trace] == [SIZE - 2, 2]


def months(*agents):
    """Trends of the tiny company over twelve months: id, p, finding, better."""
    rows = [
        {**dict.fromkeys(COLUMNS, 0), "agent_id": agent, "p": p, "finding": found, "better": better}
        | {"first": 0.6, "last": 0.9}
        for agent, p, found, better in agents
    ]
    return Trends("renewal_rate", pd.DataFrame(rows, columns=COLUMNS), "exact", 12)


def test_who_keeps_improving_is_named_and_of_the_others_nothing_is_claimed(april):
    steady = months(("A1", 0.001, True, True), ("B2", 0.4, False, None), ("C3", 0.5, False, None))
    said = trends.finding(april, steady, steady.agents, "2026", "zh")
    assert said.startswith(
        "2026 的续保率，3 人里 1 人持续变好（安），没有人持续变差；其余 2 人不能下结论。"
    )
    assert "最多约 0.1 人" in said
    drawn = steady.agents[steady.agents["finding"]]
    assert trends.chart_title(april, steady, drawn, "zh").endswith("安 60.0% → 90.0%")


def test_where_no_trend_is_found_that_is_all_that_is_said(april):
    steady = months(("A1", 0.5, False, None), ("B2", np.nan, False, None))
    said = trends.finding(april, steady, steady.agents, "2026", "zh")
    assert said == "2026 的续保率，2 人里还看不出谁在持续变好或变差；这不等于没人努力。"
    states = trend_table(april, steady, "zh").frame["state"].tolist()
    assert states == ["○ 差别太小", "○ 数据太少"]


def book(expected, rates, enough):
    """Agents with a hundred policies each."""
    count = len(rates)
    agents = pd.DataFrame(
        {
            "agent_id": [f"A{number}" for number in range(count)],
            "n": [100] * count,
            "observed": [100 * rate for rate in rates],
            "rate": rates,
            "expected_rate": expected,
            "difference": [100 * (a - b) for a, b in zip(rates, expected, strict=True)],
            "outside": [abs(a - b) > 0.15 for a, b in zip(rates, expected, strict=True)],
            "enough": enough,
        }
    )
    return CaseMix(agents, pd.DataFrame(), 0.7, 1.0, ("product",), ())


def test_how_much_the_books_explain_is_a_share_of_the_squared_differences():
    # Rates 60, 60, 80, 80 about 70; expected 65, 65, 75, 75: 5² of 10² is left, 75 % explained.
    mix = book([0.65, 0.65, 0.75, 0.75], [0.6, 0.6, 0.8, 0.8], [True] * 4)
    assert explained_share(mix) == pytest.approx(0.75)
    # An expectation that leads astray explains nothing, and never less.
    assert explained_share(book([0.8, 0.8, 0.6, 0.6], [0.6, 0.6, 0.8, 0.8], [True] * 4)) == 0.0
    assert np.isnan(explained_share(book([0.7] * 2, [0.7] * 2, [True] * 2)))


def test_circumstances_say_their_share_and_who_differs_besides_and_judge_nobody_of_few():
    rates = [0.5] + [0.7] * 12 + [0.8] * 12
    mix = book([0.75] + [0.72] * 12 + [0.78] * 12, rates, [True] * 20 + [False] * 5)
    said = case_mix.finding(mix, mix.agents, MAY, "zh")
    assert said.startswith("2026-05，25 人、2,500 件：")
    assert "数据够的 20 人里，1 人在此之外仍偏离；人人正常发挥也会有约 1.0 人。" in said
    few = book([0.65, 0.75], [0.6, 0.8], [True] * 2)
    assert "不作结论" in case_mix.finding(few, few.agents, MAY, "zh")
    unsure = replace(mix, auc=0.51)
    assert "几乎解释不了" in case_mix.finding(unsure, unsure.agents, MAY, "zh")
