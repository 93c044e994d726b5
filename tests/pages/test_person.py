"""One person: whoever is chosen stays chosen, and one page has all that is known of them."""

from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from analytics.desk import Desk, Identity
from analytics.people import Talk
from pages.ui import load, session
from tests.pages.test_pages import full, sound

__all__ = ["full"]
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
    assert any(one.value == "1 / 3" for one in full.caption)
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
    keys = {one.key for one in full.text_area}
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
    assert any("每周三通电话" in one.value.to_csv() for one in full.dataframe)


def test_two_people_stand_side_by_side_and_the_first_sentence_says_who_is_ahead(full):
    full.switch_page(COMPARE).run()
    sound(full)
    assert full.multiselect(key="compare_with").value == ["A1", "B2"]
    assert any("安比波高" in one.value for one in full.markdown)
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
