"""Names in charts: no markup, no templates, no crushing length, and never two in one place."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np

from analytics.charts.scores import contribution_bars, grades_by_team
from analytics.charts.theme import CATEGORY, plain, ticks
from analytics.desk import Desk
from analytics.language import say
from analytics.model import Filters, Period, parse_month

LONG = "华东区域第一续保服务团队" * 9


def test_a_name_holds_no_markup_and_fills_nothing_in():
    assert plain("<a href='x'>l</a> & %{x}") == "&lt;a href='x'>l&lt;/a> &amp; &#37;{x}"
    assert plain("a\nb\u202e") == "a b"


def test_two_of_one_name_stand_in_two_places():
    assert ticks(["a", "b", "a", "a"]) == ["a", "b", "a ·2", "a ·3"]


def test_agents_and_teams_whose_long_names_begin_alike_keep_bars_of_their_own(tiny):
    """Three agents share all of their name but its end; two teams too."""
    month = parse_month("2026-04")
    now = Desk(tiny).evaluation(Filters(Period(month, month)))
    people = now.people.assign(
        name=[f"{LONG}{end}" for end in "甲乙丙"],
        agent_id=[f"{'9' * 60}{end}" for end in "123"],
        team=[f"{LONG}{end}" for end in "南北北"],
    )
    named = replace(now, measured=replace(now.measured, people=people))
    named.agents.rank[:] = 1
    rows = np.arange(3)
    words = lambda key, **facts: say(key, "zh", **facts)  # noqa: E731
    bars = contribution_bars(named, rows, lambda agent: agent, words).data[0]["y"]
    assert len(set(bars)) == 3
    assert max(map(len, bars)) < 40
    teams = grades_by_team(named, rows, words).data[0]["y"]
    assert len(set(teams)) == 2
    assert max(map(len, teams)) < 15


def test_labels_that_a_manager_typed_are_words_in_a_chart_too(tiny):
    month = parse_month("2026-04")
    now = Desk(tiny).evaluation(Filters(Period(month, month)))
    words = partial(_said, "zh")
    fig = contribution_bars(
        now, np.arange(3), lambda agent: f"<a href='//evil.example'>{agent}</a>%{{y}}", words
    )
    assert all(
        "<a" not in trace["name"] and "<a" not in (trace.get("hovertemplate") or "")
        for trace in fig.data
        if trace.get("name")
    )


def test_a_stack_of_contributions_has_the_colours_of_the_categories_and_names_each_once(tiny):
    month = parse_month("2026-04")
    now = Desk(tiny).evaluation(Filters(Period(month, month)))
    fig = contribution_bars(now, np.arange(2), lambda agent: agent, partial(_said, "zh"))
    bars = [trace for trace in fig.data if trace["type"] == "bar"]
    assert len(bars) > 2
    assert {trace["marker"]["color"] for trace in bars} <= {light for light, _ in CATEGORY.values()}
    assert [trace["name"] for trace in bars if trace["showlegend"]] == ["业绩", "服务"]


def _said(language: str, key: str, **facts: object) -> str:
    return say(key, language, **facts)
