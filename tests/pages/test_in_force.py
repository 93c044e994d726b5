"""What is in force, through the front door: changed standards under every page, trials, publishing
and closing as a manager clicks them."""

import datetime as dt
import shutil

import pytest
from click.testing import CliRunner
from streamlit.testing.v1 import AppTest

from analytics.__main__ import main
from analytics.catalogue import built_in_catalogue, definition_of
from analytics.desk import Desk
from analytics.home import Home
from analytics.model import Period
from analytics.people import StandardVersion
from pages.ui import load
from tests.conftest import ROOT
from tests.pages.test_pages import PAGES, opened, sound

APRIL = dt.date(2026, 4, 1)
COMMANDS = (
    "evaluate",
    "quadrant",
    "weak-spots",
    "funnel",
    "trends",
    "fairness",
    "method",
    "schemes",
    "standards",
    "coaching",
    "targets --from 2026-04 --to 2026-04",
    "sheet A1",
    "records --agent A1 --indicator renewal_premium",
    "month 2026-04",
    "objections",
    "talks",
)


def changed_standards(home: Home) -> None:
    """A version without the rate, the count and the satisfaction, with the late share added and the
    rest turned around."""
    late = {
        **definition_of(built_in_catalogue()["renewal_rate"]),
        "numerator": "late_renewals",
        "direction": "lower",
        "label": {"zh": "超期率", "en": "Late rate"},
        "standard": {"mode": "linear", "knots": [[0.0, 100], [0.5, 0]]},
    }
    changes = {
        "late_rate": late,
        **{name: {} for name in ("renewal_rate", "renewal_count", "satisfaction")},
    }
    order = (
        "late_rate",
        *reversed([name for name in built_in_catalogue().ids if name not in changes]),
    )
    made = StandardVersion(changes, {}, {}, "李", "不再单看续保率", APRIL, order=order)
    Desk(home).adopt_standard(made, 0)


@pytest.fixture(scope="module")
def changed_folder(settled_folder, tmp_path_factory):
    """The tiny company after its standards changed."""
    folder = tmp_path_factory.mktemp("changed") / "home"
    shutil.copytree(settled_folder, folder)
    home = Home(folder)
    changed_standards(home)
    home.close()
    return folder


@pytest.mark.parametrize("page", PAGES)
def test_every_page_works_after_indicators_are_removed_added_and_reordered(
    changed_folder, monkeypatch, page
):
    app = opened(changed_folder, monkeypatch, "en-GB")
    app.switch_page(page).run()
    load.close()
    sound(app)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_works_after_indicators_are_removed_added_and_reordered(
    changed_folder, command
):
    done = CliRunner().invoke(
        main,
        [*command.split(), "--home", str(changed_folder), "--lang", "en"],
        catch_exceptions=False,
    )
    assert done.exit_code == 0, done.output


@pytest.fixture
def app(settled_folder, tmp_path, monkeypatch):
    """The app over the tiny company with every window closed."""
    shutil.copytree(settled_folder, tmp_path / "home")
    yield opened(tmp_path / "home", monkeypatch)
    load.close()


def desk() -> Desk:
    return Desk(load.home())


def text_of(app: AppTest) -> str:
    return "\n".join(
        element.value
        for element in (*app.markdown, *app.error, *app.success, *app.info, *app.warning)
    )


def tried(app: AppTest) -> AppTest:
    app.switch_page("pages/rules/weights.py").run()
    return app.selectbox(key="scheme_choice").select("service_first").run()


def test_nothing_is_closed_while_weights_are_tried_out(app):
    tried(app).switch_page("pages/people/person.py").run()
    app.button(key="close_sheet").click().run()
    app.button(key="close_yes").click().run()
    assert [error.value for error in app.exception] == []
    assert len(app.error) == 1
    assert load.home().state.sheets.closed() == {}


def test_nothing_is_closed_while_one_channel_is_looked_at(app):
    app.selectbox(key="channel").select("门店").run()
    app.switch_page("pages/people/person.py").run()
    app.button(key="close_sheet").click().run()
    app.button(key="close_yes").click().run()
    assert len(app.error) == 1
    assert load.home().state.sheets.closed() == {}


def test_a_sheet_keeps_the_scheme_in_force_while_weights_are_tried_out(app):
    app.switch_page("pages/people/person.py").run()
    before = [(metric.label, metric.value) for metric in app.metric]
    tried(app).switch_page("pages/people/person.py").run()
    assert [(metric.label, metric.value) for metric in app.metric] == before
    assert "试算 60/30/10，正式为 64/23/13" in text_of(app)


def test_an_adopted_scheme_is_what_another_session_sees_and_a_trial_is_not(app):
    trial = tried(app)
    assert desk().scheme(Period(APRIL, APRIL)).name == "balanced"
    trial.selectbox(key="adopt_name").select("service_first")
    trial.date_input(key="adopt_scheme_since").set_value(APRIL)
    trial.text_input(key="adopt_scheme_reason").set_value("满意度优先").run()
    assert any(
        "2026-04" in caption.value for caption in trial.caption
    )  # the months that it would change are said first
    trial.button(key="adopt_scheme").click().run()
    sound(trial)
    assert [(adoption.name, adoption.reason) for adoption in desk().adoptions()] == [
        ("service_first", "满意度优先")
    ]
    assert "试算 60" not in text_of(trial)  # what was tried is now in force
    other = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=60)
    other.context = {"locale": "zh-CN"}
    other.run().switch_page("pages/rules/method.py").run()
    assert any(
        "满意度优先" in heading.value or "服务" in heading.value for heading in other.subheader
    )


def test_a_month_is_published_and_taken_back_on_its_page(app):
    app.switch_page("pages/today/month.py").run()
    app.button(key="publish").click().run()
    sound(app)
    assert desk().published(Period(APRIL, APRIL))
    app.button(key="take_back").click().run()
    assert len(app.error) == 1  # not without a reason
    app.text_input(key="month_why").set_value("目标有误").run()
    app.button(key="take_back").click().run()
    sound(app)
    assert not desk().published(Period(APRIL, APRIL))


def test_a_month_that_is_still_open_is_not_published_from_its_page(tiny, monkeypatch):
    folder = tiny.folder
    tiny.close()
    app = opened(folder, monkeypatch)
    app.switch_page("pages/today/month.py").run()
    app.button(key="publish").click().run()
    assert len(app.error) == 1
    assert not desk().published(Period(APRIL, APRIL))
    load.close()
