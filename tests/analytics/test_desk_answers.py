"""What the desk keeps for many readers, how far it looks back, and what is compared with what."""

import datetime as dt

import pandas as pd
import pytest

from analytics.desk import Desk
from analytics.desk.access import kept_in
from analytics.model import Filters, Period
from analytics.people import Talk
from tests.conftest import load_text
from tests.present import present

APRIL = dt.date(2026, 4, 1)
PERIOD = Period(APRIL, APRIL)


def of_month(month, year=2026):
    return Period(dt.date(year, month, 1), dt.date(year, month, 1))


def test_a_memory_makes_an_answer_once_for_every_question_and_key():
    made: list[str] = []
    memory = kept_in({})

    def make():
        made.append("made")
        return len(made)

    assert [memory("measured", ("x",), make) for _ in range(3)] == [1, 1, 1]
    assert (memory("measured", ("y",), make), memory("scored", ("x",), make)) == (2, 3)


def test_many_readers_are_answered_from_one_reckoning_until_the_figures_move(settled, tmp_path):
    answers: dict[object, object] = {}
    first, second = (Desk(settled, memory=kept_in(answers)) for _ in range(2))
    figures = first.evaluation(Filters(PERIOD))
    assert second.evaluation(Filters(PERIOD)) is figures
    tried = second.evaluation(Filters(PERIOD), first.schemes()["service_first"])
    assert tried.measured is figures.measured
    assert tried.agents.score.tolist() != figures.agents.score.tolist()
    rows = "保单号,工号,到期日,续保结果\nN1,B2,2026-04-03,已续\n"
    load_text(settled, tmp_path, "policies", rows)
    moved = first.evaluation(Filters(PERIOD))
    assert moved.people["due_policies"].tolist() == [5, 4, 1]
    settled.change_settings({"missing_limit": 0.0})
    assert not first.evaluation(Filters(PERIOD)).agents.rated.any()
    assert figures.people["due_policies"].tolist() == [5, 3, 1]


def test_another_channel_is_another_figure_and_another_reader_is_not(settled):
    desk = Desk(settled, memory=kept_in({}))
    whole = desk.measured(Filters(PERIOD))
    of_team = desk.measured(Filters(PERIOD, team="东"))
    assert of_team.agents is whole.agents
    assert (whole.shown.sum(), of_team.shown.sum()) == (3, 1)
    direct = desk.measured(Filters(PERIOD, channel="直销"))
    # P4 and P5 of Ann came by the shop.
    assert direct.people["due_policies"].tolist()[0] == 3


def test_renewals_beyond_those_expected_are_nobodys_where_nothing_can_be_expected(home, tmp_path):
    load_text(home, tmp_path, "scoresheet", "工号,考核期,应续件数,已续件数\nA1,2026-04,10,9\n")
    desk = Desk(home)
    assert desk.surplus(desk.measured(Filters(PERIOD))) == {}


def test_the_cases_of_a_channel_are_those_of_the_company_cut_to_it(settled):
    desk = Desk(settled)
    whole, shop = desk.cases(PERIOD), desk.cases(PERIOD, "门店")
    assert (whole["n"].sum(), shop["n"].sum()) == (9, 2)
    assert set(shop["channel"]) == {"门店"}
    assert desk.cases(PERIOD, "无").empty


def test_the_months_of_a_sheet_reach_back_a_year_and_no_further(home, tmp_path):
    months = [(2025, month) for month in range(3, 13)] + [(2026, month) for month in range(1, 5)]
    rows = "".join(f"P{year}{month},A1,{year}-{month:02d}-02,已续\n" for year, month in months)
    load_text(home, tmp_path, "policies", f"保单号,工号,到期日,续保结果\n{rows}")
    desk = Desk(home)
    lines = desk.history_of(desk.evaluation(Filters(PERIOD)), "A1")
    shown = lines[(lines["indicator"] == "renewal_rate") & (lines["whose"] == "agent")]["month"]
    assert [f"{month:%Y-%m}" for month in shown] == [
        f"{year}-{month:02d}" for year, month in months[2:]
    ]


def test_the_months_of_many_are_those_of_each_alone_also_in_a_team_of_more_than_sixty(
    home, tmp_path
):
    agents = [f"A{number}" for number in range(101, 164)]
    first = "".join(f"P{agent},{agent},2026-03-02,已续\n" for agent in agents)
    later = "".join(f"Q{agent},{agent},2026-04-02,未续\n" for agent in agents[::2])
    load_text(home, tmp_path, "policies", f"保单号,工号,到期日,续保结果\n{first}{later}")
    teams = "".join(f"{agent},{agent},东,2026-03\n" for agent in agents)
    load_text(home, tmp_path, "agents", f"工号,姓名,团队,月份\n{teams}A101,A101,西,2026-04\n")
    desk = Desk(home)
    evaluation = desk.evaluation(Filters(PERIOD))
    months = desk.histories([evaluation])
    for agent in ("A101", "A103", "A161", "A163"):
        lines = months(evaluation, agent).reset_index(drop=True)
        pd.testing.assert_frame_equal(lines, desk.history_of(evaluation, agent))
    rates = lines[(lines["indicator"] == "renewal_rate") & (lines["whose"] == "agent")]
    # Of the sixty others from A101 to A160: twenty-nine of them have a policy due in April, A101
    # in another team.
    assert rates[["value", "others"]].to_numpy().tolist() == [[1.0, 60.0], [0.0, 29.0]]


# -- with what a period is compared ----------------------------------------------------------------


def loaded(home, folder, as_of, *policies):
    """Policies (number, due, outcome, renewed on) as of a day."""
    rows = "".join(f"{','.join((number, 'A1', *rest))}\n" for number, *rest in policies)
    header = "保单号,工号,到期日,续保结果,续保日期\n"
    load_text(home, folder, "policies", header + rows, as_of=as_of)


def rate_of(evaluation):
    column = evaluation.catalogue.position("renewal_rate")
    return evaluation.measured.company.value[0, column]


def test_a_closed_period_is_compared_with_the_one_before_and_with_last_years(home, tmp_path):
    policies = [
        ("P1", "2025-04-02", "未续", ""),
        ("P2", "2026-03-02", "已续", "2026-03-02"),
        ("P3", "2026-04-02", "已续", "2026-04-02"),
        ("P4", "2026-04-02", "未续", ""),
    ]
    loaded(home, tmp_path, dt.date(2026, 7, 1), *policies)
    desk = Desk(home)
    april = Filters(PERIOD)
    before = present(desk.compared(april, desk.scheme()))
    last_year = present(desk.compared(april, desk.scheme(), "year"))
    assert (rate_of(before), rate_of(last_year), before.measured.filters.cut) == (1, 0, None)
    assert desk.earlier(PERIOD) == of_month(3)
    assert desk.earlier(of_month(3)) is None
    assert desk.compared(Filters(of_month(3)), desk.scheme()) is None


@pytest.mark.parametrize(
    ("as_of", "cut"),
    [(dt.date(2026, 3, 31), dt.date(2026, 2, 28)), (dt.date(2026, 3, 20), dt.date(2026, 2, 20))],
)
def test_the_same_day_of_a_shorter_month_is_its_last(home, tmp_path, as_of, cut):
    loaded(home, tmp_path, as_of, ("P1", "2026-02-02", "已续", "2026-02-02"))
    loaded(home, tmp_path, as_of, ("P2", "2026-03-02", "跟进中", ""))
    desk = Desk(home)
    before = desk.compared(Filters(of_month(3)), desk.scheme())
    assert present(before).measured.filters.cut == cut


def test_an_earlier_period_that_was_loaded_before_its_same_day_is_compared_with_nothing(
    home, tmp_path
):
    loaded(home, tmp_path, dt.date(2026, 2, 19), ("P1", "2026-02-02", "已续", "2026-02-02"))
    loaded(home, tmp_path, dt.date(2026, 3, 20), ("P2", "2026-03-02", "跟进中", ""))
    desk = Desk(home)
    assert desk.compared(Filters(of_month(3)), desk.scheme()) is None


# -- how far it looks back -------------------------------------------------------------------------


def test_looking_back_ends_at_a_gap_and_at_as_many_months_as_were_asked_for(home, tmp_path):
    policies = [
        (f"P{month}", f"2026-{month:02d}-02", "已续", f"2026-{month:02d}-02")
        for month in (1, 3, 4, 5, 6)
    ]
    loaded(home, tmp_path, dt.date(2026, 9, 1), *policies)
    desk = Desk(home)

    def back(period, months):
        earlier = desk.looking_back(period, months)
        return None if earlier is None else str(earlier)

    june = of_month(6)
    assert (back(june, 2), back(june, 3)) == ("2026-05…2026-06", "2026-04…2026-06")
    assert back(june, 12) == "2026-03…2026-06"  # February has no figures
    assert (back(june, 1), back(of_month(3), 12), back(of_month(2), 12)) == (None, None, None)
    quarter = Period(dt.date(2026, 4, 1), dt.date(2026, 6, 1))
    assert (back(quarter, 3), back(quarter, 4)) == (None, "2026-03…2026-06")
    assert desk.month_days() == tuple(dt.date(2026, month, 1) for month in (1, 3, 4, 5, 6))


def held(agent_id, day, state="done"):
    return Talk(agent_id, state, talk_on=day)


def test_a_round_is_the_month_of_the_first_talk_that_was_held_with_an_agent(settled):
    desk = Desk(settled)
    desk.save_talks(
        [
            held("A1", dt.date(2026, 5, 4), "followed_up"),
            held("A1", dt.date(2026, 4, 20)),
            held("A1", None),
            held("B2", dt.date(2026, 3, 3), "planned"),
            held("B2", dt.date(2026, 3, 4), "dropped"),
            held("B2", dt.date(2026, 6, 30)),
            held("C3", None),
        ]
    )
    assert desk._coached() == {"A1": dt.date(2026, 4, 20), "B2": dt.date(2026, 6, 28), "C3": None}
    assert desk.rounds(dt.date(2026, 6, 1)) == [dt.date(2026, 4, 1), dt.date(2026, 6, 1)]
    assert desk.rounds(dt.date(2026, 5, 1)) == [dt.date(2026, 4, 1)]


@pytest.mark.parametrize(
    ("day", "begins", "counted"),
    [
        # A month from the 26th on is called by the month that it ends in.
        (dt.date(2026, 4, 25), 26, dt.date(2026, 4, 28)),
        (dt.date(2026, 4, 26), 26, dt.date(2026, 5, 1)),
        (dt.date(2026, 4, 30), 26, dt.date(2026, 5, 5)),
        (dt.date(2026, 4, 30), 1, dt.date(2026, 4, 28)),
        (dt.date(2026, 4, 15), 1, dt.date(2026, 4, 15)),
    ],
)
def test_a_talk_is_held_on_the_day_of_its_month_as_if_that_had_begun_on_the_first(
    home, day, begins, counted
):
    home.change_settings({"month_begins": begins})
    assert Desk(home)._in_its_month(day) == counted
