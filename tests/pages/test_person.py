"""One person: whoever is chosen stays chosen, and one page has all that is known of them."""

import datetime as dt
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from analytics.desk import Desk, Identity
from analytics.model import Filters, Period
from analytics.people import Account, Talk
from pages.ui import load, session
from tests.conftest import ROOT, load_text
from tests.pages.test_pages import drawn, finding_of, full, opened, sound

__all__ = ["full"]
APRIL = Period(dt.date(2026, 4, 1), dt.date(2026, 4, 1))
PERSON, COMPARE = "pages/people/person.py", "pages/people/compare.py"


@pytest.fixture
def reader() -> Iterator[None]:
    session.use_identity(Identity())
    yield
    session.leave()


def at_tab(app: AppTest, agent_id: str, tab: str) -> AppTest:
    app.query_params.update({"agent": agent_id, "tab": tab})
    app.switch_page(PERSON).run()
    sound(app)
    return app


def test_the_chosen_person_stays_chosen_until_somebody_else_reads(reader):
    assert session.chosen_agent() is None
    session.choose_agent("A1016")
    session.use_identity(Identity())
    assert session.chosen_agent() == "A1016"
    session.use_identity(Identity(who="other@x.cn"))
    assert session.chosen_agent() is None


def test_nobody_in_particular_can_be_chosen_again(reader):
    session.choose_agent("A1016")
    session.choose_agent(None)
    assert session.chosen_agent() is None


@pytest.mark.parametrize(
    ("page", "tab"), [("pages/people/sheet.py", "sheet"), ("pages/people/agent.py", "records")]
)
def test_the_addresses_of_before_lead_to_the_person_they_named(full, page, tab):
    full.query_params["agent"] = "B2"
    full.switch_page(page).run()
    sound(full)
    assert full.title[0].value == "波 :small[B2]"
    assert (full.query_params["agent"], full.query_params["tab"]) == ("B2", tab)


def test_the_one_before_and_the_one_after_are_those_of_the_ranking(full):
    at_tab(full, "A1", "sheet")
    assert any(caption.value == "1 / 3" for caption in full.caption)
    assert full.button(key="person_previous").disabled
    full.button(key="person_next").click().run()
    sound(full)
    assert full.title[0].value == "波 :small[B2]"
    assert full.query_params["agent"] == "B2"
    full.button(key="person_previous").click().run()
    assert full.title[0].value == "安 :small[A1]"


def test_whoever_was_chosen_on_one_page_is_shown_on_the_next(full):
    at_tab(full, "B2", "sheet")
    full.switch_page("pages/people/objections.py").run()
    full.segmented_control(key="objection_part").set_value("new").run()
    sound(full)
    assert full.selectbox(key="objection_choice").value == "B2"


def test_the_box_finds_a_person_by_name_id_reading_and_initials(full):
    at_tab(full, "A1", "sheet")
    words = full.selectbox(key="person_choice").options
    assert any("安 · A1 · 东  an  a" in each for each in words)


def test_only_the_tab_that_is_open_is_made(full):
    at_tab(full, "A1", "months")
    keys = {field.key for field in full.text_area}
    assert not [key for key in keys if str(key).startswith("new_comment")]
    assert full.selectbox(key="history_indicator").value == "renewal_rate"


def test_a_plan_is_changed_where_it_is_read_and_says_what_became_of_it(full):
    Desk(load.home()).save_talk(Talk("A1", reason="rate", indicators=("renewal_rate",)))
    at_tab(full, "A1", "plan")
    (talk,) = Desk(load.home()).talks("A1")
    full.text_area(key=f"talk.{talk.id}.{talk.version}.agreed").set_value("每周三通电话")
    full.button(key=f"save_talk.{talk.id}").click().run()
    sound(full)
    (saved,) = Desk(load.home()).talks("A1")
    assert (saved.agreed, saved.reason, saved.version) == ("每周三通电话", "rate", 2)
    assert any("每周三通电话" in frame.value.to_csv() for frame in full.dataframe)


def test_two_people_stand_side_by_side_and_the_first_sentence_says_who_is_ahead(full):
    full.switch_page(COMPARE).run()
    sound(full)
    assert full.multiselect(key="compare_with").value == ["A1", "B2"]
    assert "安比波高" in finding_of(full)
    table = full.dataframe[0].value
    assert table["indicator"].tolist()[:3] == ["综合得分", "名次", "象限"]
    assert full.query_params["with"] == "A1,B2"


def test_a_link_names_whom_to_compare_and_nobody_out_of_sight(full):
    full.query_params["with"] = "B2,X9,<b>,A1"
    full.switch_page(COMPARE).run()
    sound(full)
    assert full.multiselect(key="compare_with").value == ["B2", "A1"]


def test_a_team_stands_month_by_month_with_the_n_of_every_month(full):
    full.query_params["tab"] = "team"
    full.switch_page(COMPARE).run()
    sound(full)
    shown = full.dataframe[-1].value
    assert shown["name"].tolist()[0] == "安"
    assert shown["2026-04"].str.contains(r"\(\d+\)|—").all()
    assert finding_of(full) == "2 人的续保率，2026-04 的中位是 56.7%。"


def logged_in(folder: Path, monkeypatch: pytest.MonkeyPatch, email: str) -> AppTest:
    """The app as somebody with an account sees it."""
    monkeypatch.setenv("RENEWAL_HOME", str(folder))
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(st, "download_button", lambda *words, **more: False)
    app = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=60)
    app.context = {"locale": "zh-CN"}
    app.secrets["auth"] = {"cookie_secret": "x" * 64}
    claims = {"iss": "https://provider.example", "sub": email, "iat": time.time()}
    app.user = {"is_logged_in": True, "email": email, "email_verified": True, **claims}
    return app


def tabs_of(app: AppTest) -> list[str]:
    return [tab.label for tab in app.tabs]


def test_an_agent_begins_with_their_own_sheet_and_finds_nobody_else(settled, monkeypatch):
    folder = settled.folder
    settled.state.accounts.save(
        [Account("boss@x.cn", "admin"), Account("ann@x.cn", "agent", agent_id="A1")], "setup"
    )
    Desk(settled, "boss@x.cn").publish(APRIL)
    settled.close()
    app = logged_in(folder, monkeypatch, "ann@x.cn")
    app.query_params["agent"] = "B2"
    app.run()
    sound(app)
    assert app.title[0].value == "我的评估表"
    assert tabs_of(app) == ["评估表", "逐月", "异议", "明细"]
    assert app.selectbox(key="person_choice").options == ["安 · A1 · 东  an  a"]
    assert not [button for button in app.button if str(button.key).startswith("person_")]
    assert not [metric for metric in app.metric if metric.delta]
    for tab in ("months", "objections", "records"):
        app.query_params["tab"] = tab
        app.run()
        sound(app)
        assert "波" not in drawn(app)
    load.close()


def test_of_somebody_who_has_another_manager_now_the_months_and_records_stay_and_nothing_else(
    home, tmp_path, monkeypatch
):
    policies = "保单号,工号,到期日,续保结果,续保日期\n" + "".join(
        f"P{agent}{month},{agent},2026-0{month}-10,已续,2026-0{month}-09\n"
        for agent in ("M1", "B2")
        for month in (4, 5)
    )
    load_text(home, tmp_path, "policies", policies)
    roster = "工号,姓名,团队,月份\nM1,莫,东,2026-04\nM1,莫,西,2026-05\nB2,波,东,2026-04\n"
    load_text(home, tmp_path, "agents", roster)
    home.state.accounts.save(
        [Account("boss@x.cn", "admin"), Account("east@x.cn", "manager", teams=("东",))], "setup"
    )
    folder = home.folder
    home.close()
    app = logged_in(folder, monkeypatch, "east@x.cn")
    app.query_params.update({"period": "2026-04", "agent": "M1"})
    app.run()
    app.query_params.update({"period": "2026-04", "agent": "M1"})
    app.switch_page(PERSON).run()
    sound(app)
    assert app.title[0].value == "莫 :small[M1]"
    assert tabs_of(app) == ["逐月", "明细"]
    assert any("现由其他主管负责" in text.value for text in app.markdown)
    assert not [
        button
        for button in app.button
        if button.key in ("sheet_plan", "close_sheet", "add_comment")
    ]
    load.close()


def test_cards_say_what_moved_since_the_period_before_with_its_unit(home, tmp_path, monkeypatch):
    renewed = {"A1": {4: 2, 5: 4}, "A2": {4: 3, 5: 3}}  # of four policies in April and in May
    rows = [
        f"P{agent}{month}{case},{agent},2026-0{month}-10,"
        + ("已续,100,100,80" if case < renewed[agent][month] else "未续,100,0,80")
        for agent in renewed
        for month in (4, 5)
        for case in range(4)
    ]
    header = "保单号,工号,到期日,续保结果,应续保费,续保保费,满意度\n"
    load_text(home, tmp_path, "policies", header + "\n".join(rows) + "\n")
    folder = home.folder
    home.close()
    app = opened(folder, monkeypatch)
    app.query_params["period"] = "2026-05"
    deltas = {}
    for agent_id in renewed:
        app.query_params["agent"] = agent_id
        app.switch_page(PERSON).run()
        sound(app)
        deltas[agent_id] = next(metric.delta for metric in app.metric if metric.label == "综合得分")
    assert deltas["A1"].startswith("+")
    assert deltas["A1"].endswith(" 分")
    load.close()


def test_weights_on_trial_stand_beside_the_official_score_marked_as_a_trial(full):
    full.query_params["weights"] = "60-20-20"
    at_tab(full, "A1", "months")
    (told,) = [text.value for text in full.markdown if text.value.startswith("试算 60/20/20：")]
    now = Desk(load.home()).evaluation(Filters(APRIL))
    official = now.agents.score[now.row("A1")]
    assert f"正式 {official:.1f}" in told
    full.button(key="trial_undo").click().run()
    assert not [text for text in full.markdown if text.value.startswith("试算 60")]


def test_an_agent_is_told_of_no_trial_whatever_the_address_asks(settled, monkeypatch):
    folder = settled.folder
    settled.state.accounts.save(
        [Account("boss@x.cn", "admin"), Account("ann@x.cn", "agent", agent_id="A1")], "setup"
    )
    Desk(settled, "boss@x.cn").publish(APRIL)
    settled.close()
    app = logged_in(folder, monkeypatch, "ann@x.cn")
    app.query_params["weights"] = "60-20-20"
    app.run()
    sound(app)
    assert "试算" not in drawn(app)
    load.close()


@pytest.mark.parametrize(
    ("page", "chart", "trace"),
    [("pages/people/ranking.py", "moves", 3), ("pages/today/briefing.py", "briefing.small", 0)],
)
def test_a_mark_leads_to_the_person_it_stands_for_and_not_again_on_the_way_back(
    full, page, chart, trace
):
    full.switch_page(page).run()
    full.session_state[chart] = {"selection": {"points": [[trace, 0]]}}
    full.run()
    sound(full)
    assert ":small[" in full.title[0].value
    assert full.query_params["agent"] in full.title[0].value
    full.session_state[chart] = {"selection": {"points": [[trace, 0]]}}
    full.switch_page(page).run()
    sound(full)
    assert ":small[" not in full.title[0].value
