"""Every page through the front door, in both languages, empty and full, without a browser."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

import dashboard
from analytics.desk.access import ACTIONS
from analytics.home import Home
from analytics.language import say
from pages.ui import load
from tests.conftest import ROOT, load_text

PAGES = {  # of the one user of a machine without login
    f"pages/{place}.py": title
    for place, _, title, action, *_ in dashboard.PAGES
    if "admin" in ACTIONS[action]
}


def opened(folder: Path, monkeypatch: pytest.MonkeyPatch, locale: str = "zh-CN") -> AppTest:
    monkeypatch.setenv("RENEWAL_HOME", str(folder))
    monkeypatch.chdir(ROOT)
    app = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=60)
    app.context = {"locale": locale}
    return app.run()


@pytest.fixture
def full(tiny: Home, monkeypatch: pytest.MonkeyPatch) -> Iterator[AppTest]:
    """The app over the tiny company."""
    folder = tiny.folder
    tiny.close()
    yield opened(folder, monkeypatch)
    load.close()


def sound(app: AppTest) -> None:
    assert [error.value for error in app.exception] == []
    assert [message.value for message in app.error] == []


def html_of(app: AppTest) -> str:
    """What the page draws as plain HTML."""
    return "\n".join(part.proto.body for part in app.get("html"))


def finding_of(app: AppTest) -> str:
    """What stands under the title, without its marks."""
    bodies = [part.proto.body for part in app.get("html") if 'class="finding"' in part.proto.body]
    return re.sub("<[^>]+>", "", " ".join(bodies))


def drawn(app: AppTest) -> str:
    """Everything that the browser is sent, tables and figures as well."""
    parts, nodes = [], [app._tree]
    while nodes:
        node = nodes.pop()
        nodes += getattr(node, "children", {}).values()
        if hasattr(getattr(node, "proto", None), "SerializeToString"):
            parts.append(node.proto.SerializeToString().decode("utf-8", "ignore"))
    return " ".join(parts)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("locale", ["zh-CN", "en-GB"])
def test_every_page_opens_in_the_browsers_language(tiny, monkeypatch, page, locale):
    folder = tiny.folder
    tiny.close()
    app = opened(folder, monkeypatch, locale)
    app.switch_page(page).run()
    load.close()
    sound(app)
    about_somebody = "安 :small[A1]" if PAGES[page] == "person.title" else None
    assert app.title[0].value == (about_somebody or say(PAGES[page], locale[:2]))


@pytest.mark.parametrize("page", PAGES)
def test_every_page_of_an_empty_home_says_what_to_do_next(tmp_path, monkeypatch, page):
    app = opened(tmp_path / "empty", monkeypatch)
    app.switch_page(page).run()
    load.close()
    sound(app)
    assert app.button or app.info or app.dataframe


def test_the_overview_shows_pooled_figures_with_their_n_and_no_invented_change(full):
    words = html_of(full)
    assert re.search(r"续保率.*?应续 8 件.*?62\.5%", words, re.DOTALL)
    assert "暂计" in words
    assert not re.search(r"[+−]\d+\.\d 个百分点", words)  # nothing to compare with
    assert any("不予评定：1 人" in expander.label for expander in full.expander)


def slider(app, category):
    """The slider of a category; its key changes whenever something else than a hand moves it."""
    return next(widget for widget in app.slider if widget.key.startswith(f"w_{category}."))


def test_sliders_keep_the_sum_at_a_hundred_and_leaving_the_ranges_is_said(full):
    full.switch_page("pages/rules/weights.py").run()
    assert not full.warning
    slider(full, "results").set_value(90).run()
    sound(full)
    weights = [slider(full, name).value for name in ("results", "service", "competence")]
    assert weights == [90, 6, 4]
    assert len(full.warning) == 1


def test_the_others_keep_their_proportion_however_often_a_slider_stops_on_its_way(full):
    """From 64/23/13 to 75: 25 · 23 / 36 = 15.97 and 25 · 13 / 36 = 9.03; and back again."""
    full.switch_page("pages/rules/weights.py").run()
    for weight in (*range(65, 76), 64):
        slider(full, "results").set_value(weight).run()
        weights = [slider(full, name).value for name in ("results", "service", "competence")]
        if weight == 75:
            assert weights == [75, 16, 9]
    assert weights == [64, 23, 13]
    assert not any("试算 " in text.value for text in full.markdown)


def test_a_preset_moves_every_slider_as_a_trial_and_what_is_in_force_stays(full):
    full.switch_page("pages/rules/weights.py").run()
    full.selectbox(key="scheme_choice").select("service_first").run()
    assert [slider(full, name).value for name in ("results", "service", "competence")] == [
        60,
        30,
        10,
    ]
    full.switch_page("pages/rules/method.py").run()
    assert any("试算 60/30/10，正式为 64/23/13" in text.value for text in full.markdown)
    assert any("均衡" in heading.value for heading in full.subheader)
    full.button(key="trial_undo").click().run()
    assert not any("试算" in text.value for text in full.markdown)


def test_the_scheme_box_follows_the_sliders_and_a_preset_can_be_chosen_again(full):
    full.switch_page("pages/rules/weights.py").run()
    full.selectbox(key="scheme_choice").select("service_first").run()
    slider(full, "results").set_value(58).run()
    assert full.selectbox(key="scheme_choice").value == "custom"
    full.selectbox(key="scheme_choice").select("service_first").run()
    assert [slider(full, name).value for name in ("results", "service", "competence")] == [
        60,
        30,
        10,
    ]
    full.selectbox(key="scheme_choice").select("balanced").run()
    assert not any("试算 " in text.value for text in full.markdown)


def test_a_scheme_is_saved_with_author_and_reason_and_not_without(full):
    full.switch_page("pages/rules/weights.py").run()
    full.text_input(key="save_name").input("夏季方案")
    full.button("FormSubmitter:save_scheme-保存方案").click().run()
    assert [message.value for message in full.error] == ["保存方案需要名称、作者和理由。"]
    full.text_input(key="save_name").input("夏季方案")
    full.text_input(key="save_author").input("李经理")
    full.text_area(key="save_reason").input("竞品续保率上升")
    full.button("FormSubmitter:save_scheme-保存方案").click().run()
    sound(full)
    saved = load.home().state.schemes.all()[0]
    assert (saved.name, saved.author, saved.reason, saved.version) == (
        "夏季方案",
        "李经理",
        "竞品续保率上升",
        1,
    )


def test_an_agents_page_opens_by_its_address_and_its_contributions_add_up(tiny, monkeypatch):
    folder = tiny.folder
    tiny.close()
    monkeypatch.setenv("RENEWAL_HOME", str(folder))
    monkeypatch.chdir(ROOT)
    app = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=60)
    app.run()
    app.query_params.update({"agent": "B2", "tab": "records"})
    app.switch_page("pages/people/person.py").run()
    load.close()
    sound(app)
    assert app.selectbox(key="person_choice").value == "B2"
    table = app.dataframe[-1].value
    score = next(metric.value for metric in app.metric if metric.label == "综合得分")
    assert round(table["contribution"].sum(), 1) == pytest.approx(float(score))


def test_a_filter_changes_who_is_shown_and_nobodys_rank(full):
    full.selectbox(key="team").select("西").run()
    sound(full)
    full.session_state["ranking.fold"] = True
    full.switch_page("pages/people/ranking.py").run()
    shown = next(
        frame.value for frame in full.dataframe if {"rank", "score"} <= set(frame.value.columns)
    )
    assert set(shown["name"]) == {"波", "陈"}
    assert shown["rank"].dropna().empty or set(shown["rank"].dropna()) == {2}


def test_loads_can_be_withdrawn_from_the_history(full):
    full.switch_page("pages/data/history.py").run()
    sound(full)
    assert len(full.dataframe[0].value) == 4


def test_no_page_file_stands_directly_in_pages():
    assert [path for path in (ROOT / "pages").glob("*.py") if path.name != "__init__.py"] == []
    assert os.path.isfile(ROOT / "dashboard.py")
    assert len((ROOT / "dashboard.py").read_text(encoding="utf-8").splitlines()) <= 75


def test_the_quadrant_says_that_equal_agents_do_not_differ_and_who_has_no_data(
    home, tmp_path, monkeypatch
):
    header = "保单号,工号,到期日,续保结果,满意度"
    rows = [
        f"P{agent}-{policy},B{agent:02d},2026-04-{1 + policy:02d},"
        f"{'已续' if policy % 5 else '未续'},{3 + policy % 3}"
        for agent in range(12)
        for policy in range(15)
    ]
    load_text(
        home,
        tmp_path,
        "policies",
        "\n".join([header, *rows, "Q1,Z9,2026-04-02,已续,"]) + "\n",
        satisfaction_max=5,
    )
    folder = home.folder
    home.close()
    app = opened(folder, monkeypatch, "en-GB")
    app.switch_page("pages/picture/quadrant.py").run()
    app.session_state["unplaced.fold"] = True  # opened
    app.run()
    load.close()
    sound(app)
    assert any("cannot tell the agents apart" in message.value for message in app.info)
    assert any("Certain (80% or more): 0 of 12" in caption.value for caption in app.caption)
    # What to do about luck nobody is told.
    assert not any("**Role model" in caption.value for caption in app.caption)
    assert app.header[0].value == (
        "These data do not tell agents apart on Renewal rate and Customer satisfaction."
    )
    tables = [frame.value for frame in app.dataframe]
    assert tables[0]["certainty"].str.startswith("○ too few data for a verdict").all()
    assert set(tables[0]["action"]) == {"Look at more months before deciding"}
    assert tables[-1]["agent_id"].tolist() == ["Z9"]


def test_a_talk_is_planned_from_the_sheet_and_stands_on_the_coaching_page(full):
    full.switch_page("pages/people/person.py").run()
    full.button(key="sheet_plan").click().run()
    sound(full)
    assert [talk.reason for talk in load.home().state.talks.all("A1")] == ["2026-04 评估表"]
    full.switch_page("pages/people/coaching.py").run()
    full.segmented_control(key="coaching_part").set_value("talks").run()
    sound(full)
    assert "1 次面谈" in finding_of(full)


def test_a_comment_is_written_and_a_sheet_is_closed_on_its_page(full):
    full.switch_page("pages/people/person.py").run()
    full.text_area(key="new_comment_A1").set_value("稳").run()
    full.button(key="add_comment").click().run()
    full.button(key="close_sheet").click().run()
    assert any("将定稿 **1** 张评估表：其中 0 张是暂计" in text.value for text in full.markdown)
    assert load.home().state.sheets.closed() == {}  # asked, and nothing frozen yet
    full.button(key="close_yes").click().run()
    sound(full)
    assert [note.text for note in load.home().state.notes.of("A1")] == ["稳"]
    assert any("已定稿" in message.value for message in full.success)
    assert full.text_area(key="new_comment_A1").value == ""


def test_a_standard_is_drafted_rehearsed_and_adopted_with_a_reason(full):
    full.switch_page("pages/rules/standards.py").run()
    full.number_input(key="std.renewal_rate.weight").set_value(50.0).run()
    full.button(key="keep_standard").click().run()
    full.button(key="rehearse").click().run()
    full.text_area(key="adopt_reason").set_value("更看重续保率")
    next(button for button in full.button if button.label == "采用").click().run()
    sound(full)
    saved = load.home().state.standards()
    assert [
        (scheme.version, scheme.reason, scheme.indicators["renewal_rate"]["weight"])
        for scheme in saved
    ] == [(1, "更看重续保率", 50.0)]


def test_an_indicator_that_is_off_is_taken_in_on_the_page_of_standards(full):
    full.switch_page("pages/rules/standards.py").run()
    full.selectbox(key="standard_choice").set_value("quote_rate").run()
    full.button(key="keep_standard").click().run()
    full.text_area(key="adopt_reason").set_value("看报价")
    next(button for button in full.button if button.label == "采用").click().run()
    sound(full)
    assert "quote_rate" in load.home().catalogue().ids


def test_what_is_off_stands_on_no_page_though_the_files_tell_of_it(home, tmp_path, monkeypatch):
    header = "保单号,工号,姓名,团队,到期日,续保结果,报价日期,首次起保日期\n"
    rows = (
        "P1,A1,安,东,2026-04-02,已续,2026-03-02,2025-04-02\n"
        "P2,B2,波,西,2026-04-03,未续,2026-03-02,2024-04-02\n"
    )
    load_text(home, tmp_path, "policies", header + rows)
    folder = home.folder
    home.close()
    app = opened(folder, monkeypatch)
    seen = ""
    pictures = [f"picture/{page}" for page in ("quadrant", "weak_spots", "trends", "funnel")]
    for page in (
        "today/briefing",
        *pictures,
        "people/person",
        "people/coaching",
        "rules/weights",
        "rules/method",
    ):
        app.switch_page(f"pages/{page}.py").run()
        sound(app)
        seen += drawn(app)
    assert "续保率" in seen
    assert not [word for word in ("报价率", "报价提前", "继续率") if word in seen]
    load.close()


def test_an_agent_without_premiums_or_surveys_has_a_page_too(home, tmp_path, monkeypatch):
    load_text(
        home,
        tmp_path,
        "policies",
        "保单号,工号,到期日,续保结果\nP1,A1,2026-04-02,已续\nP2,A2,2026-04-03,未续\n",
    )
    load_text(
        home,
        tmp_path,
        "scoresheet",
        "工号,客户满意度\nA1,88\nA3,90\n",
        **{"from": "2026-04", "to": "2026-04"},
    )
    folder = home.folder
    home.close()
    app = opened(folder, monkeypatch)
    app.query_params["tab"] = "records"
    app.switch_page("pages/people/person.py").run()
    for agent in ("A1", "A3"):
        app.selectbox(key="person_choice").select(agent).run()
        sound(app)
    app.switch_page("pages/picture/case_mix.py").run()
    load.close()
    sound(app)
    assert any("没有可以比较的因素" in message.value for message in app.info)
