"""What the desk keeps for many readers, how far it looks back, and what is compared with what."""

import datetime as dt

import pytest

from analytics.desk import Desk
from analytics.desk.access import kept_in
from analytics.model import Filters, Period
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
