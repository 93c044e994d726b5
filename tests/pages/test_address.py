"""What the address says of a view: a link shows the view it stands for, and what is hostile in it
is refused in words."""

from collections.abc import Callable, Iterator

import pytest
from streamlit.runtime.state.query_params import QueryParams
from streamlit.testing.v1 import AppTest

from analytics.home import Home
from pages.ui import load, session
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


def test_the_address_that_is_gone_back_to_shows_its_own_view(
    asking: Asking, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(session, "LAG", 0.0)
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


def test_what_a_browser_says_that_has_not_heard_of_the_last_choice_takes_nothing_back(
    asking: Asking,
):
    app = asking(team="东")
    app.selectbox(key="team").set_value("西").run()
    app.query_params["team"] = "东"
    app.run()
    assert app.selectbox(key="team").value == "西"
    assert app.query_params["team"] == "西"


RANKING, COMPARE = "pages/people/ranking.py", "pages/people/compare.py"
COACHING, QUADRANT = "pages/people/coaching.py", "pages/picture/quadrant.py"


def asked_page(asking: Asking, page: str, **parameters: str) -> AppTest:
    """Somebody who opens a page at an address."""
    app = asking()
    app.query_params.update(parameters)
    app.switch_page(page).run()
    sound(app)
    return app


def values(app: AppTest) -> dict[str, object]:
    """What the controls of the page stand on."""
    kinds = ("selectbox", "multiselect", "segmented_control", "toggle", "slider")
    return {widget.key: widget.value for kind in kinds for widget in getattr(app, kind)}


def test_a_link_shows_the_two_schemes_that_were_held_against_one_another(asking: Asking):
    app = asked_page(asking, RANKING, scheme_from="results_first", scheme_to="capability_first")
    chosen = [value for key, value in values(app).items() if key.startswith("moves.")]
    assert chosen == ["results_first", "capability_first"]
    app.selectbox(key="moves.scheme_from.in_force").set_value("in_force").run()
    assert "scheme_from" not in app.query_params
    assert app.query_params["scheme_to"] == "capability_first"


def test_a_link_shows_the_size_of_the_dots_and_where_the_cut_lines_were_typed(asking: Asking):
    app = asked_page(asking, QUADRANT, sized="0", cut_kind="typed", cut_x="77.5", cut_y="63")
    said = values(app)
    assert (said["sized"], said["cut_x_renewal_rate"]) == (False, 77.5)
    assert said["cut_y_satisfaction"] == 63
    app.slider(key="cut_x_renewal_rate").set_value(80.0).run()
    assert (app.query_params["cut_x"], app.query_params["sized"]) == ("80", "0")
    app.segmented_control(key="cut_kind").set_value("median").run()
    assert "cut_x" not in app.query_params


def test_a_link_shows_the_indicator_of_the_months_and_the_compared(asking: Asking):
    app = asked_page(asking, COMPARE, tab="team", compare_indicator="premium_retention")
    assert values(app)["compare_indicator"] == "premium_retention"
    app.segmented_control(key="compare_look").set_value("lines").run()
    sound(app)
    assert app.query_params["compare_look"] == "lines"
    app = asked_page(asking, COMPARE, **{"with": "B2,C3"})
    assert values(app)["compare_with"] == ["B2", "C3"]
    app.multiselect(key="compare_with").set_value(["C3", "A1"]).run()
    assert app.query_params["with"] == "C3,A1"


def test_a_link_shows_the_part_and_the_filters_of_the_coaching_list(asking: Asking):
    asked = {"coaching_quadrants": "focus,sales_gap", "only_listed": "1"}
    said = values(asked_page(asking, COACHING, **asked))
    assert said["coaching_quadrants"] == ["focus", "sales_gap"]
    assert said["only_listed"] is True
    app = asked_page(asking, COACHING, coaching_part="talks", with_closed="1")
    assert values(app)["with_closed"] is True
    app.segmented_control(key="coaching_part").set_value("whom").run()
    assert "coaching_part" not in app.query_params


@pytest.mark.parametrize(
    ("page", "asked"),
    [
        (RANKING, {"scheme_from": "<b>all mine</b>"}),
        (RANKING, {"scheme_to": "trial"}),
        (COMPARE, {"with": "X9,<img src=x onerror=alert(1)>"}),
        (COMPARE, {"tab": "team", "compare_indicator": "../../etc/passwd"}),
        (COMPARE, {"tab": "<script>"}),
        (COACHING, {"coaching_part": "'; drop table talks --"}),
        (COACHING, {"coaching_quadrants": "nowhere"}),
        (COACHING, {"only_listed": "yes"}),
        (COACHING, {"coaching_rest": "2"}),
        (QUADRANT, {"sized": "maybe"}),
        (QUADRANT, {"cut_kind": "typed", "cut_x": "1e400"}),
        (QUADRANT, {"cut_kind": "typed", "cut_y": "nan"}),
        (QUADRANT, {"cut_kind": "typed", "cut_y": "-5"}),
    ],
)
def test_a_view_that_is_not_there_is_refused_in_words_and_changes_nothing(
    asking: Asking, page: str, asked: dict[str, str]
):
    usual = {name: said for name, said in asked.items() if said in ("typed", "team")}
    app = asked_page(asking, page, **asked)
    assert len([box for box in app.warning if "地址里要的" in box.value]) == 1
    shown = values(app)
    app = asked_page(asking, page, **usual)
    assert shown == values(app)


def test_going_back_to_before_a_choice_shows_what_was_usual(
    asking: Asking, monkeypatch: pytest.MonkeyPatch
):
    app = asked_page(asking, COACHING)
    app.toggle(key="only_listed").set_value(True).run()
    assert app.query_params["only_listed"] == "1"
    del app.query_params["only_listed"]
    app.run()
    assert app.toggle(key="only_listed").value is True  # the browser had not heard yet
    monkeypatch.setattr(session, "LAG", 0.0)
    del app.query_params["only_listed"]
    app.run()
    assert app.toggle(key="only_listed").value is False


def test_another_tab_is_gone_back_to(asking: Asking, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(session, "LAG", 0.0)
    app = asked_page(asking, COMPARE, tab="people")
    app.query_params["tab"] = "team"
    app.run()
    assert "compare_indicator" in values(app)
    app.query_params["tab"] = "people"
    app.run()
    assert "compare_with" in values(app)


def test_what_a_page_says_of_itself_is_one_step_on_the_way_back(
    asking: Asking, monkeypatch: pytest.MonkeyPatch
):
    app = asked_page(asking, COACHING)
    said: list[dict[str, str]] = []
    update = QueryParams.update

    def heard(own: QueryParams, new: dict[str, str]) -> None:
        said.append(dict(new))
        update(own, new)

    monkeypatch.setattr(QueryParams, "update", heard)
    app.toggle(key="only_listed").set_value(True).run()
    app.multiselect(key="coaching_quadrants").set_value(["focus"]).run()
    assert said == [{"only_listed": "1"}, {"coaching_quadrants": "focus"}]
