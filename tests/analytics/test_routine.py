"""The routine of a month counted line by line, and what closing its sheets would freeze."""

import datetime as dt
from dataclasses import replace

import pytest

from analytics.desk import Desk
from analytics.errors import RequestRefused
from analytics.model import Filters, Period
from analytics.people import Account, Note, Objection, Talk
from tests.conftest import load_text

MARCH, APRIL, MAY = (dt.date(2026, month, 1) for month in (3, 4, 5))
PERIOD = Period(APRIL, APRIL)


@pytest.fixture
def desk(settled):
    return Desk(settled)


def line(desk, name, period=PERIOD):
    step = next(step for step in desk.routine(period) if step.id == name)
    return step.state, step.count, step.of


def facts(desk, name, period=PERIOD):
    return next(step for step in desk.routine(period) if step.id == name).facts


def objected(desk, first, last, agent_id="A1"):
    return desk.make_objection(Objection(agent_id, first, last, "sheet", "other", "为什么"))


def test_the_files_of_a_month_are_those_of_the_month_before_at_least(desk, tmp_path):
    assert line(desk, "files") == ("done", 3, None)
    assert facts(desk, "files") == {
        "here": ["complaints", "contacts", "policies"],
        "missing": [],
    }
    rows = "保单号,工号,到期日,续保结果\nN1,A1,2026-05-03,未续\n"
    load_text(desk.home, tmp_path, "policies", rows, as_of=dt.date(2026, 7, 1))
    may = Period(MAY, MAY)
    assert line(desk, "files", may) == ("open", 1, None)
    assert facts(desk, "files", may) == {
        "here": ["policies"],
        "missing": ["complaints", "contacts"],
    }


def test_a_month_without_policies_or_scoresheets_lacks_its_files(desk):
    # One contact of Ann's was in March.
    march = Period(MARCH, MARCH)
    assert facts(desk, "files", march) == {"here": ["contacts"], "missing": []}
    assert line(desk, "files", march)[0] == "open"


def test_windows_are_counted_with_the_day_on_which_the_last_one_closes(tiny, desk):
    assert line(Desk(tiny), "windows") == ("open", 1, None)
    # P9 of 9 April has 90 days; who still says 跟进中 after that is stale.
    assert facts(Desk(tiny), "windows") == {"stale": 0, "until": "2026-07-08"}
    assert line(desk, "windows") == ("done", 0, None)
    assert facts(desk, "windows")["stale"] == 1


def test_an_objection_is_of_every_period_whose_months_it_touches(desk):
    for first, last in ((MARCH, MARCH), (MARCH, APRIL), (APRIL, MAY), (MAY, MAY)):
        objected(desk, first, last)
    assert line(desk, "objections") == ("open", 0, 2)
    assert desk.closing(PERIOD, ["A1"]).objections == 2
    assert desk.closing(PERIOD, ["B2"]).objections == 0
    for objection in desk.objections("A1")[1:3]:
        desk.answer(objection, "rejected", "已核对")
    assert line(desk, "objections") == ("done", 2, 2)
    # Those of March and of May alone hold April up in nothing, and are not passed over.
    assert facts(desk, "objections")["others"] == 2
    assert desk.closing(PERIOD, ["A1"]).objections == 0


def test_an_objection_is_late_from_the_day_after_it_was_due_until_it_is_answered(desk):
    made = objected(desk, APRIL, APRIL)
    today = dt.date.today()
    assert made.due_on == today + dt.timedelta(days=14)
    for days, late in ((0, 0), (1, 1)):
        due = today - dt.timedelta(days=days)
        stored = desk.home.state.objections.make(replace(made, id=None, due_on=due))
        assert facts(desk, "objections")["late"] == late
    desk.answer(stored, "rejected", "已核对")
    assert facts(desk, "objections")["late"] == 0


def test_a_comment_or_advice_is_a_comment_and_a_remark_is_none(desk):
    assert line(desk, "comments") == ("open", 0, 3)
    desk.write_note(Note("A1", APRIL, APRIL, "comment", "稳"))
    desk.write_note(Note("A1", APRIL, APRIL, "advice", "多听"))
    desk.write_note(Note("B2", APRIL, APRIL, "remark", "不对"))
    desk.write_note(Note("C3", MARCH, MARCH, "comment", "三月"))
    assert line(desk, "comments") == ("open", 1, 3)
    assert desk.closing(PERIOD, ["A1", "B2", "C3"]).without_comment == 2
    for agent_id in ("B2", "C3"):
        desk.write_note(Note(agent_id, APRIL, APRIL, "advice", "多听"))
    assert line(desk, "comments") == ("done", 3, 3)


def test_sheets_are_closed_one_by_one_and_the_line_is_done_with_the_last(desk):
    assert line(desk, "closed") == ("open", 0, 3)
    assert desk.close_sheets(Filters(PERIOD), ["A1"]) == 1
    assert line(desk, "closed") == ("open", 1, 3)
    assert desk.closing(PERIOD, ["A1", "B2"]).sheets == ("B2",)
    assert desk.close_sheets(Filters(PERIOD), ["A1", "B2", "C3"]) == 2
    assert line(desk, "closed") == ("done", 3, 3)
    assert line(desk, "closed", Period(MARCH, APRIL)) == ("open", 0, 3)


def test_a_period_is_published_as_it_is_and_read_by_each_agent(desk):
    home = desk.home
    accounts = [Account("boss@x.cn", "admin")]
    accounts += [Account(f"{name}@x.cn", "agent", agent_id=name) for name in ("A1", "B2", "C3")]
    home.state.accounts.save(accounts, "setup")
    assert (line(desk, "published"), line(desk, "read")) == (
        ("open", 0, None),
        ("open", 0, 3),
    )
    desk.publish(PERIOD)
    assert line(desk, "published") == ("done", 1, None)
    for count, name in enumerate(("A1", "B2", "C3"), 1):
        Desk(home, f"{name}@x.cn").confirm_read(name, PERIOD)
        assert line(desk, "read") == ("done" if count == 3 else "open", count, 3)


def test_talks_of_several_agents_are_saved_together_or_not_at_all(desk):
    home = desk.home
    home.state.accounts.save(
        [Account("boss@x.cn", "admin"), Account("east@x.cn", "manager", teams=("东",))], "setup"
    )
    east = Desk(home, "east@x.cn")
    with pytest.raises(RequestRefused, match="talks_not_yours") as refused:
        east.save_talks([Talk("A1"), Talk("B2"), Talk("C3")])
    assert refused.value.facts["agents"] == ["B2", "C3"]
    with pytest.raises(RequestRefused, match="talk_unknown"):
        desk.save_talks([Talk("A1"), Talk("A1", id=7)])
    with pytest.raises(RequestRefused, match="talk_unknown"):
        desk.talk(7)
    assert desk.talks() == []
    made = desk.save_talks([Talk("A1", action="复盘"), Talk("B2")])
    assert [talk.agent_id for talk in made] == ["A1", "B2"]
    assert [talk.action for talk in east.talks()] == ["复盘"]
    assert desk.talk(made[1].id).agent_id == "B2"
