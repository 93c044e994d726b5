"""The quadrant: its controls stay chosen, its table singles people out, and a longer period is
offered where the month is sure of few."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pages.ui import load
from tests.conftest import ROOT
from tests.pages.test_pages import sound

PAGE = "pages/picture/quadrant.py"
Opening = Callable[..., AppTest]


@pytest.fixture(scope="module")
def folder(sample_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The sample company."""
    home = tmp_path_factory.mktemp("quadrant") / "home"
    shutil.copytree(sample_folder, home)
    return str(home)


@pytest.fixture
def opening(folder: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Opening]:
    monkeypatch.setenv("RENEWAL_HOME", folder)
    monkeypatch.chdir(ROOT)

    def opened(**parameters: str) -> AppTest:
        app = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=120)
        app.context = {"locale": "zh-CN"}
        for name, value in parameters.items():
            app.query_params[name] = value
        app.run()
        app.switch_page(PAGE).run()
        sound(app)
        return app

    yield opened
    load.close()


def test_where_a_month_is_sure_of_few_the_page_offers_six_months_and_shows_them(opening: Opening):
    app = opening()
    assert "119 人中还没有一个人的象限能确定" in app.header[0].value
    offer = app.button(key="look_longer")
    assert offer.label == "看近 6 个月：能确定的 0 → 31 人"
    offer.click().run()
    sound(app)
    assert app.selectbox(key="period").value == "2025-12~2026-05"
    assert app.header[0].value.startswith("120 人中 31 人的象限能确定：")
    assert not [button for button in app.button if button.key == "look_longer"]


def test_axes_cut_colour_and_way_of_selecting_survive_leaving_the_page_and_stand_in_the_address(
    opening: Opening,
):
    app = opening()
    app.selectbox(key="axis_y").set_value("complaint_rate").run()
    app.segmented_control(key="cut_kind").set_value("mean").run()
    app.segmented_control(key="colour").set_value("team").run()
    app.segmented_control(key="drag").set_value("lasso").run()
    app.toggle(key="sized").set_value(False).run()
    sound(app)
    app.switch_page("pages/picture/weak_spots.py").run()
    app.switch_page(PAGE).run()
    sound(app)
    assert app.selectbox(key="axis_y").value == "complaint_rate"
    assert app.segmented_control(key="cut_kind").value == "mean"
    assert app.segmented_control(key="colour").value == "team"
    assert app.segmented_control(key="drag").value == "lasso"
    assert app.toggle(key="sized").value is False
    asked = {"axis_y": "complaint_rate", "cut_kind": "mean", "colour": "team", "drag": "lasso"}
    assert {name: app.query_params[name] for name in asked} == asked
    assert "axis_x" not in app.query_params


def test_a_typed_cut_line_survives_leaving_the_page(opening: Opening):
    app = opening()
    app.segmented_control(key="cut_kind").set_value("typed").run()
    app.slider(key="cut_x_renewal_rate").set_value(77.5).run()
    app.switch_page("pages/picture/weak_spots.py").run()
    app.switch_page(PAGE).run()
    sound(app)
    assert app.slider(key="cut_x_renewal_rate").value == 77.5


def test_a_link_shows_the_picture_that_it_names_and_nothing_hostile(opening: Opening):
    app = opening(axis_x="premium_retention", cut_kind="<script>", colour="team", drag="'--")
    assert app.selectbox(key="axis_x").value == "premium_retention"
    assert app.segmented_control(key="cut_kind").value == "median"
    assert app.segmented_control(key="colour").value == "team"
    assert app.segmented_control(key="drag").value == "pan"
    app.selectbox(key="axis_x").set_value("renewal_rate").run()
    assert app.selectbox(key="axis_x").value == "renewal_rate"


def test_whoever_is_ticked_alone_is_the_person_whom_every_page_shows(opening: Opening):
    app = opening()
    mark = app.session_state["ticked.quadrant_table"][0]
    app.session_state["ticked.quadrant_table"] = (mark, ["A1016"], [])
    app.selectbox(key="team").set_value("星火").run()
    sound(app)
    assert app.session_state["quadrant_ticked"] == ["A1016"]
    assert app.session_state["kept.agent"] == "A1016"


def test_the_person_chosen_elsewhere_who_is_not_in_the_picture_is_accounted_for(opening: Opening):
    app = opening()
    app.session_state["kept.agent"] = "A1016"
    app.run()
    assert not [caption for caption in app.caption if "不在图上" in caption.value]
    app.selectbox(key="team").set_value("锐进").run()
    sound(app)
    assert [caption for caption in app.caption if "不在当前的筛选里，不在图上" in caption.value]


def test_clearing_singles_nobody_out_any_more(opening: Opening):
    app = opening()
    assert not [button for button in app.button if button.key == "clear_selection"]
    app.session_state["kept.agent"] = "A1016"
    app.run()
    app.button(key="clear_selection").click().run()
    sound(app)
    assert app.session_state["kept.agent"] is None
    assert not [button for button in app.button if button.key == "clear_selection"]
