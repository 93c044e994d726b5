"""What the address says of a view: a link shows the view it stands for, and what is hostile in it
is refused in words."""

from collections.abc import Callable, Iterator

import pytest
from streamlit.testing.v1 import AppTest

from analytics.home import Home
from pages.ui import load
from tests.conftest import ROOT
from tests.pages.test_pages import sound

Asking = Callable[..., AppTest]


@pytest.fixture
def asking(tiny: Home, monkeypatch: pytest.MonkeyPatch) -> Iterator[Asking]:
    """Somebody who opens the funnel of the tiny company at an address."""
    folder = tiny.folder
    tiny.close()
    monkeypatch.setenv("RENEWAL_HOME", str(folder))
    monkeypatch.chdir(ROOT)

    def ask(**parameters: str) -> AppTest:
        app = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=60)
        app.context = {"locale": "zh-CN"}
        for name, value in parameters.items():
            app.query_params[name] = value
        return app.run()

    yield ask
    load.close()


def test_a_link_shows_the_period_and_the_team_that_it_names(asking: Asking):
    app = asking(period="2026-04", team="东")
    sound(app)
    assert (app.selectbox(key="period").value, app.selectbox(key="team").value) == (
        "2026-04",
        "东",
    )


def test_what_is_chosen_stands_in_the_address_and_what_is_taken_back_goes_from_it(asking: Asking):
    app = asking()
    app.selectbox(key="team").set_value("东").run()
    assert app.query_params["team"] == "东"
    app.button(key="reset").click().run()
    assert "team" not in app.query_params


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("team", "<img src=x onerror=alert(1)>"),
        ("period", "2026-04~1999-01"),
        ("period", "1901-01~2190-12"),
        ("branch", "' or 1=1 --"),
    ],
)
def test_an_address_that_asks_for_what_is_not_there_is_refused_in_words(
    asking: Asking, name: str, told: str
):
    app = asking(**{name: told})
    sound(app)
    assert len(app.warning) == 1
    assert "地址里要的" in app.warning[0].value
    assert app.selectbox(key="team").value == ""


def test_the_address_that_is_gone_back_to_shows_its_own_view(asking: Asking):
    app = asking(team="东")
    app.selectbox(key="team").set_value("西").run()
    app.query_params["team"] = "东"
    app.run()
    assert app.selectbox(key="team").value == "东"


def test_a_link_tries_out_the_weights_that_it_names_and_what_is_in_force_stays(asking: Asking):
    app = asking(weights="60-30-10")
    sound(app)
    assert "试算 60/30/10，正式为 64/23/13" in " ".join(text.value for text in app.markdown)
    app.button(key="trial_undo").click().run()
    assert "weights" not in app.query_params


@pytest.mark.parametrize("told", ["60-30", "a-b-c", "-5-100-5", "1e400-0-0", "0-0-0", "nan-1-1"])
def test_weights_that_mean_nothing_are_refused_in_words_and_nothing_is_tried(
    asking: Asking, told: str
):
    app = asking(weights=told)
    assert not app.exception
    assert len(app.error) == 1
    assert "trial_undo" not in [button.key for button in app.button]
