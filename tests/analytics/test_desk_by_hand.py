"""What the desk counts, dates and keeps apart: on the tiny company, by hand."""

import datetime as dt
from collections.abc import Hashable
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from analytics.desk import Desk
from analytics.desk.access import kept_in, plain
from analytics.desk.objections import checked
from analytics.errors import NotAllowed, RequestRefused
from analytics.model import Filters, Period
from analytics.people import Account, Note, Objection, Talk
from tests.conftest import load_text
from tests.present import present

APRIL = dt.date(2026, 4, 1)
PERIOD = Period(APRIL, APRIL)
TODAY = dt.date.today()
EAST = Account("east@x.cn", "manager", teams=("东",))
WEST = Account("west@x.cn", "manager", teams=("西",))
ANN = Account("ann@x.cn", "agent", agent_id="A1")


def of_month(number, year=2026):
    day = dt.date(year, number, 1)
    return Period(day, day)


def staffed(home):
    """The desks of an admin, of both managers and of Ann."""
    home.state.accounts.save([Account("boss@x.cn", "admin"), EAST, WEST, ANN], "setup")
    return [Desk(home), *(Desk(home, account.email) for account in (EAST, WEST, ANN))]


def objection(agent_id="A1", **more):
    given = {"about": "sheet", "kind": "other", "text": "为什么"}
    return Objection(agent_id, APRIL, APRIL, **{**given, **more})


# -- what a proposal may say -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("outcome", " renewed ", "renewed"),
        ("renewed_on", "2026-04-05", "2026-04-05"),
        ("renewed_on", "20260405", "2026-04-05"),
        ("premium_renewed", "0", "0"),
        ("premium_renewed", "1000000000000", "1000000000000"),
        ("satisfaction", "100", "100"),
        ("exclusion", None, ""),
        ("agent_id", "B" * 300, "B" * 200),
    ],
)
def test_a_proposal_is_kept_as_the_warehouse_takes_it(name, value, kept):
    assert checked({name: value}) == {name: kept}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("outcome", "maybe"),
        ("renewed_on", "5 April"),
        ("premium_renewed", "-0.01"),
        ("premium_renewed", "1000000000001"),
        ("premium_renewed", "nan"),
        ("satisfaction", "100.1"),
        ("agent_id", " "),
        ("outcome", None),
    ],
)
def test_a_proposal_that_cannot_be_read_is_refused(name, value):
    with pytest.raises(RequestRefused, match="proposal_unreadable"):
        checked({name: value})


def test_stored_values_are_told_without_the_midnight_of_dates():
    assert plain(pd.Timestamp(2026, 4, 5)) == "2026-04-05"
    assert plain(pd.Timestamp(2026, 4, 5, 9, 30)) == "2026-04-05 09:30:00"
    assert plain(None) is plain(float("nan")) is None
    assert plain("x" * 30) == "x" * 19


# -- objections ------------------------------------------------------------------------------------


def test_an_objection_is_due_in_fourteen_days_and_done_once_it_is_answered(settled):
    desk = Desk(settled)
    made = desk.make_objection(objection())
    assert made.due_on == TODAY + dt.timedelta(days=14)
    step = next(step for step in desk.routine(PERIOD) if step.id == "objections")
    assert (step.state, step.count, step.of, step.facts["late"]) == ("open", 0, 1, 0)
    desk.answer(made, "rejected", "看过了")
    step = next(step for step in desk.routine(PERIOD) if step.id == "objections")
    assert (step.state, step.count, step.of) == ("done", 1, 1)
    assert desk.answers() == {"accepted": 0, "partly": 0, "rejected": 1}


def test_an_objection_about_another_month_waits_for_nobody_who_closes_this_one(settled):
    desk = Desk(settled)
    may = of_month(5)
    desk.make_objection(objection())
    desk.make_objection(replace(objection(), first=may.first, last=may.last))
    assert desk.closing(PERIOD, ["A1", "B2"]).objections == 1
    assert desk.closing(PERIOD, ["B2"]).objections == 0


def test_a_closed_sheet_that_an_objection_does_not_move_is_one_of_its_months(settled):
    desk = Desk(settled)
    desk.close_sheets(Filters(PERIOD), ["A1", "B2"])
    made = desk.make_objection(objection())
    assert desk.closed_around(made) == [PERIOD]
    may = of_month(5)
    later = desk.make_objection(replace(objection(), first=may.first, last=may.last))
    assert desk.closed_around(later) == []


# -- whose are they --------------------------------------------------------------------------------


def test_who_moved_on_is_seen_in_the_figures_of_the_month_and_no_longer_in_lists(settled, tmp_path):
    boss, east, west, _ = staffed(settled)
    load_text(settled, tmp_path, "agents", f"工号,姓名,团队,月份\nA1,安,西,{TODAY:%Y-%m}\n")
    assert east.moved_on(Filters(PERIOD)) == ["A1"]
    assert west.moved_on(Filters(PERIOD)) == []
    assert west.covered() == {"A1", "B2", "C3"}
    # In April Ann was East's: their figures show her, what is about today does not.
    month = east.evaluation(Filters(PERIOD))
    assert month.people["agent_id"][month.shown].tolist() == ["A1"]
    today = east.evaluation(Filters(PERIOD, theirs=True))
    assert today.people["agent_id"][today.shown].tolist() == []
    now = west.evaluation(Filters(PERIOD, theirs=True))
    assert now.people["agent_id"][now.shown].tolist() == ["A1", "B2", "C3"]
    then = west.evaluation(Filters(PERIOD))
    assert then.people["agent_id"][then.shown].tolist() == ["B2", "C3"]
    assert boss.moved_on(Filters(PERIOD)) == []


def test_several_sheets_are_those_of_ones_own_agents_and_the_others_are_named(settled):
    _, east, _, _ = staffed(settled)
    done: list[int] = []
    around = east.around(Filters(PERIOD))
    made, left_out = east.shown_sheets(around, ["A1", "B2"], done.append)
    assert [sheet["agent"]["agent_id"] for sheet in made] == ["A1"]
    assert (left_out, done) == (["B2"], [0, 1])


def test_the_records_of_the_month_are_cut_to_the_scope(settled):
    _, east, west, ann = staffed(settled)
    assert set(east.targets(PERIOD)["agent_id"]) == {"A1"}
    assert set(west.targets(PERIOD)["agent_id"]) == {"B2", "C3"}
    table = pd.DataFrame({"agent_id": ["A1", "B2"], "x": [1, 2]})
    assert east.mine(table)["x"].tolist() == [1]
    assert Desk(settled).mine(table)["x"].tolist() == [1, 2]
    with pytest.raises(NotAllowed):
        ann.targets(PERIOD)


def test_a_reader_whose_rights_changed_meanwhile_is_refused(settled):
    _, east, west, _ = staffed(settled)
    east.require_as(east.identity)
    with pytest.raises(NotAllowed, match="rights_changed"):
        east.require_as(west.identity)


def test_closed_agents_are_told_inside_the_scope(settled):
    boss, east, west, _ = staffed(settled)
    boss.close_sheets(Filters(PERIOD), ["A1", "B2"])
    assert (east.closed_agents(PERIOD), west.closed_agents(PERIOD)) == ({"A1"}, {"B2"})
    assert boss.closed_agents(PERIOD) == {"A1", "B2"}


# -- the routine -----------------------------------------------------------------------------------


def steps(desk, period=PERIOD):
    return {step.id: step for step in desk.routine(period)}


def test_the_routine_is_done_line_by_line_as_its_work_is(settled):
    boss, _, _, ann = staffed(settled)
    before = steps(boss)
    assert before["windows"].state == "done"
    assert before["windows"].facts["stale"] == 1  # Cy's policy still reads open
    assert (before["targets"].count, before["targets"].of) == (3, 3)
    for agent_id in ("A1", "B2", "C3"):
        boss.write_note(Note(agent_id, APRIL, APRIL, "comment", "好"))
    boss.close_sheets(Filters(PERIOD), ["A1", "B2", "C3"])
    boss.publish(PERIOD)
    ann.confirm_read("A1", PERIOD)
    after = steps(boss)
    told = {name: (step.state, step.count, step.of) for name, step in after.items()}
    assert told["comments"] == told["closed"] == ("done", 3, 3)
    assert told["published"] == ("done", 1, None)
    assert told["read"] == ("open", 1, 3)
    boss.take_back(PERIOD, "错了")
    assert steps(boss)["published"].state == "open"


def test_a_remark_of_the_agent_is_no_comment_of_the_supervisor(settled):
    boss = Desk(settled)
    boss.write_note(Note("A1", APRIL, APRIL, "remark", "知道了"))
    boss.write_note(Note("B2", APRIL, APRIL, "advice", "多联系"))
    assert steps(boss)["comments"].count == 1
    assert boss.closing(PERIOD, ["A1", "B2", "C3"]).without_comment == 2


def test_a_kind_of_file_that_the_month_before_had_is_missed(settled, tmp_path):
    may = of_month(5)
    rows = "保单号,工号,到期日,续保结果\nM1,A1,2026-05-02,已续\n"
    load_text(settled, tmp_path, "policies", rows, as_of=dt.date(2026, 8, 1))
    files = steps(Desk(settled), may)["files"]
    assert (files.state, files.facts["here"]) == ("open", ["policies"])
    assert set(present(files.facts["missing"])) == {"complaints", "contacts"}


def test_windows_say_how_many_are_open_and_until_when(tiny):
    windows = steps(Desk(tiny))["windows"]
    # Cy's life policy fell due on 9 April and may be renewed for ninety days.
    assert (windows.count, windows.facts["until"]) == (1, "2026-07-08")


# -- a briefing's tasks, looking back, and what is kept --------------------------------------------


def test_a_talk_is_left_to_do_once_its_day_is_over(settled):
    desk = Desk(settled)
    for agent_id, ago in (("A1", 1), ("B2", 0), ("C3", -1)):
        desk.save_talk(Talk(agent_id, talk_on=TODAY - dt.timedelta(days=ago)))
    tasks = {task.kind: task.count for task in desk.briefing(Filters(PERIOD)).tasks}
    assert tasks["talks"] == 1
    assert tasks["sheets"] == 3


def test_looking_back_ends_with_the_period_and_holds_no_fewer_months_than_it(settled, tmp_path):
    rows = "保单号,工号,到期日,续保结果\nM2,A1,2026-02-02,已续\nM3,A1,2026-03-02,已续\n"
    load_text(settled, tmp_path, "policies", rows)
    desk = Desk(settled)
    assert present(desk.looking_back(PERIOD, 2)).months == [dt.date(2026, 3, 1), APRIL]
    assert present(desk.looking_back(PERIOD, 9)).length == 3
    assert desk.looking_back(PERIOD, 1) is None
    assert desk.looking_back(Period(dt.date(2026, 2, 1), APRIL), 3) is None


def test_the_histories_of_many_are_those_of_each(settled):
    desk = Desk(settled)
    evaluation = desk.evaluation(Filters(PERIOD))
    history_of = desk.histories([evaluation])
    for agent_id in ("A1", "B2", "C3"):
        many = history_of(evaluation, agent_id).reset_index(drop=True)
        alone = desk.history_of(evaluation, agent_id).reset_index(drop=True)
        order = ["indicator", "whose", "month"]
        pd.testing.assert_frame_equal(
            many.sort_values(order).reset_index(drop=True),
            alone.sort_values(order).reset_index(drop=True),
            check_dtype=False,
        )


def test_what_was_asked_for_once_is_not_worked_out_again_until_a_rule_moves(settled):
    answers: dict[Hashable, Any] = {}
    desk = Desk(settled, memory=kept_in(answers))
    first = desk.evaluation(Filters(PERIOD))
    assert desk.evaluation(Filters(PERIOD)) is first
    kept = len(answers)
    assert desk.evaluation(Filters(PERIOD), desk.schemes()["service_first"]) is not first
    assert len(answers) == kept + 1  # the same figures under other weights
    settled.change_settings({"missing_limit": 50.0})
    assert desk.evaluation(Filters(PERIOD)) is not first


# -- rules -----------------------------------------------------------------------------------------


def test_adopting_a_scheme_names_the_months_that_it_changes_and_their_closed_sheets(
    settled, tmp_path
):
    rows = "保单号,工号,到期日,续保结果\nM5,A1,2026-05-02,已续\n"
    load_text(settled, tmp_path, "policies", rows, as_of=dt.date(2026, 8, 1))
    desk = Desk(settled)
    desk.close_sheets(Filters(PERIOD), ["A1", "B2"])
    april = desk.adoption_effect("service_first", None, APRIL)
    assert (list(april.months), april.closed) == (["2026-04", "2026-05"], 2)
    may = desk.adoption_effect("service_first", None, dt.date(2026, 5, 17))
    assert (may.since, list(may.months), may.closed) == (dt.date(2026, 5, 1), ["2026-05"], 0)
    desk.adopt_scheme("service_first", None, dt.date(2026, 5, 17), "服务")
    assert desk.scheme(PERIOD).name == "balanced"
    assert desk.scheme(of_month(5)).name == "service_first"
    assert list(desk.adoption_effect("service_first", None, APRIL).months) == ["2026-04"]


def test_a_market_average_may_be_nothing_and_not_less(settled):
    desk = Desk(settled)
    desk.save_market("satisfaction", 0.0, "年报")
    assert desk.market()["satisfaction"].value == 0
    with pytest.raises(RequestRefused, match="market_below"):
        desk.save_market("satisfaction", -0.1, "年报")
    desk.save_market("satisfaction", None, "")
    assert desk.market() == {}
