"""The coaching list as a manager works with it: the first ten, the rest, ticks, one act, its way
back."""

import datetime as dt
import shutil
from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from analytics.desk import Desk
from analytics.insight.coaching import coaching_list
from analytics.insight.quadrant import place
from analytics.model import Filters, Period
from analytics.people import Talk
from pages.ui import load
from tests.pages.test_how_sure import said
from tests.pages.test_pages import opened, sound

PAGE = "pages/people/coaching.py"


@pytest.fixture
def half_year(sample_folder, tmp_path, monkeypatch) -> Iterator[AppTest]:
    """The coaching page of the sample over six months."""
    shutil.copytree(sample_folder, tmp_path / "home")
    app = opened(tmp_path / "home", monkeypatch)
    app.switch_page(PAGE).run()
    app.button(key="coaching_longer").click().run()
    sound(app)
    yield app
    load.close()


def shown(app: AppTest):
    """The list as the page shows it."""
    return next(frame.value for frame in app.dataframe if "why" in frame.value)


def tick(app: AppTest, agent_ids: list[str]) -> AppTest:
    """Tick these rows, as the browser would."""
    mark, _, _ = app.session_state["ticked.coaching_list"]
    app.session_state["ticked.coaching_list"] = (mark, agent_ids, [])
    app.toggle(key="coaching_rest").set_value(not app.toggle(key="coaching_rest").value).run()
    return app


def ids(app: AppTest) -> list[str]:
    """Whom the page would list first."""
    desk = Desk(load.home())
    last = desk.latest_closed().last
    now = desk.evaluation(Filters(Period(dt.date(last.year - 1, 12, 1), last)))
    return coaching_list(now, place(now), [])["agent_id"].tolist()


def test_the_list_begins_with_ten_and_the_rest_are_one_click_away(half_year):
    first = shown(half_year)
    assert list(first.columns) == ["who", "why", "action", "when", "comment"]
    assert len(first) == 10
    assert first["why"].str.startswith("● 续保率").all()
    half_year.toggle(key="coaching_rest").set_value(True).run()
    assert len(shown(half_year)) > 50


def test_several_are_planned_in_one_act_and_undone_in_one(half_year):
    whom = ids(half_year)[:3]
    app = tick(half_year, whom)
    (mark,) = {
        key.partition(".")[2]
        for key in (field.key for field in app.text_input)
        if key and key.startswith("plan_owner.")
    }
    app.text_input(key=f"plan_owner.{mark}").set_value("王经理")
    app.date_input(key=f"plan_next_date.{mark}").set_value(dt.date(2026, 12, 10))
    assert app.button(key="plan_save").label == "安排 3 位"
    app.button(key="plan_save").click().run()
    sound(app)
    talks = load.home().state.talks.all()
    assert sorted(talk.agent_id for talk in talks) == sorted(whom)
    assert {talk.owner for talk in talks} == {"王经理"}
    assert {talk.talk_on for talk in talks} == {dt.date(2026, 12, 10)}
    assert all(talk.action for talk in talks)  # each as advised
    assert all("续保率" in talk.reason for talk in talks)
    assert (shown(app)["when"] == "2026-12-10").sum() == 3
    app.button(key="plan_undo").click().run()
    sound(app)
    assert {talk.state for talk in load.home().state.talks.all()} == {"dropped"}
    assert (shown(app)["when"] == "未安排").all()


def test_of_one_everything_is_shown_and_what_is_planned_stands_in_the_form(half_year):
    whom = ids(half_year)[0]
    Desk(load.home()).save_talk(Talk(whom, action="陪访", owner="李", comment="第二次"))
    app = tick(half_year, [whom])
    fields = {field.key.partition(".")[0]: field.value for field in app.text_input if field.key}
    assert (fields["plan_action"], fields["plan_owner"]) == ("陪访", "李")
    assert fields["plan_comment"] == "第二次"
    assert app.button(key="plan_save").label == "更改 1 位"
    words = said(app)
    for fact in ("有把握", "预期多收保费", "补一半差距多续", "最近的一步"):
        assert fact in words
