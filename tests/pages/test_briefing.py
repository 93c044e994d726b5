"""The page of the month: its answer in words, people to plan talks with, what is left to do."""

import html
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from analytics.desk import Desk
from analytics.language import say
from analytics.model import Filters
from analytics.reports.briefing import finding, paragraph, why
from analytics.reports.words import change_number, value_text
from pages.today import glimpse
from pages.ui import load
from tests.pages.test_pages import html_of, opened, sound
from tests.present import present


@pytest.fixture
def sampled(
    sample_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[AppTest]:
    """The app over the sample company."""
    shutil.copytree(sample_folder, tmp_path / "home")
    yield opened(tmp_path / "home", monkeypatch)
    load.close()


def told(app: AppTest):
    """The briefing that the page shows."""
    desk = Desk(load.home())
    return desk.briefing(Filters(desk.latest_closed()))


def words_of(app: AppTest) -> str:
    """What stands in the page's own HTML, without marks."""
    return html.unescape(re.sub(r"<[^>]+>", "", html_of(app)))


def test_the_answer_stands_first_in_words_and_four_equal_cards_follow(sampled):
    sound(sampled)
    briefing = told(sampled)
    shown = words_of(sampled)
    assert finding(briefing, "zh") in shown
    assert paragraph(briefing, "zh") in shown
    assert say("app.sample_badge", "zh") in shown
    assert html_of(sampled).count('<li class="card">') == len(briefing.figures) == 4
    assert shown.index(finding(briefing, "zh")) < shown.index(paragraph(briefing, "zh"))
    for person in briefing.people:
        assert why(person, "zh") in shown


def test_all_five_are_planned_in_one_act_which_can_be_undone(sampled):
    names = [person.agent_id for person in told(sampled).people]
    sampled.button(key="plan_all").click().run()
    sound(sampled)
    planned = {talk.agent_id for talk in load.home().state.talks.all() if talk.state == "planned"}
    assert planned == set(names)
    assert "plan_all" not in [button.key for button in sampled.button]
    sampled.button(key="plan_undo").click().run()
    sound(sampled)
    assert {talk.state for talk in load.home().state.talks.all()} == {"dropped"}
    assert sampled.button(key="plan_all")


def test_one_of_them_is_planned_with_the_reason_that_was_read(sampled):
    person = told(sampled).people[0]
    sampled.button(key=f"plan.{person.agent_id}").click().run()
    sound(sampled)
    talk = present(load.home().state.talks.all()[0])
    assert (talk.agent_id, talk.reason) == (person.agent_id, why(person, "zh"))


def test_last_year_is_compared_where_it_is_asked_for(sampled):
    sampled.session_state["compare"] = "year"
    sampled.run()
    sound(sampled)
    assert "去年同期" in words_of(sampled)


def test_an_empty_home_shows_what_will_be_seen_as_the_sample_has_it(
    tmp_path, sample_folder, monkeypatch
):
    app = opened(tmp_path / "empty", monkeypatch)
    sound(app)
    assert app.button(key="first_sample")
    assert say("briefing.glimpse_finding", "zh") in words_of(app)
    load.close()
    shutil.copytree(sample_folder, tmp_path / "home")
    app = opened(tmp_path / "home", monkeypatch)
    briefing = told(app)
    load.close()
    for language in ("zh", "en"):
        assert finding(briefing, language) == say("briefing.glimpse_finding", language)
    figures = {figure.indicator.id: figure for figure in briefing.figures}
    for name, value, by, unit, verdict, _ in glimpse.FIGURES:
        figure = figures[name]
        assert value_text(figure.value, figure.indicator.unit, "zh") == value
        assert change_number(present(figure.change).by, figure.indicator.unit) == by
        assert (figure.indicator.unit, figure.mark == "sure") == (unit, verdict == "sure")
        assert figure.indicator.label["zh"] == say(f"briefing.glimpse_{name}", "zh")
