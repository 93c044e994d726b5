"""The ranking whose weights may be moved: what opens it, what counts of what a browser sends, and
that every page follows the same trial."""

from dataclasses import replace

import pytest

from analytics.catalogue import built_in_catalogue
from analytics.desk import Desk
from analytics.insight.live_ranking import drawn
from analytics.insight.quadrant import place
from analytics.model import Filters, Period, Scope, parse_month
from analytics.reports.live import Beside, live_view
from pages.ui.lineup import released, turn
from tests.pages.test_pages import drawn as sent
from tests.pages.test_pages import finding_of, full, opened, sound

__all__ = ["full", "opened"]
CATALOGUE = built_in_catalogue()
APRIL = Period(parse_month("2026-04"), parse_month("2026-04"))


def said(app):
    return " ".join(
        element.value for kind in ("markdown", "caption") for element in getattr(app, kind)
    )


def test_it_opens_with_the_scheme_in_force_beside_one_that_puts_service_first(full):
    full.switch_page("pages/people/ranking.py").run()
    sound(full)
    chosen = [box.value for box in full.selectbox if str(box.key).startswith("moves.")]
    assert chosen == ["in_force", "service_first"]
    assert "从“均衡 64/23/13”换成“服务优先 60/30/10”" in said(full)


def test_weights_tried_on_another_page_are_those_of_the_ranking(full):
    full.switch_page("pages/rules/weights.py").run()
    full.selectbox(key="scheme_choice").select("results_first").run()
    full.switch_page("pages/people/ranking.py").run()
    sound(full)
    assert "试算：换成 70/20/10（生效的是 64/23/13）" in finding_of(full)
    chosen = [box.value for box in full.selectbox if str(box.key).startswith("moves.")]
    assert chosen == ["in_force", "trial"]
    assert '"weights":[70.0,20.0,10.0]' in sent(full).replace(" ", "")
    full.button(key="trial_undo").click().run()
    assert "试算：" not in finding_of(full)


def test_while_nothing_is_tried_the_weights_page_says_what_another_scheme_would_change(full):
    full.switch_page("pages/rules/weights.py").run()
    sound(full)
    assert "换成“服务优先 60/30/10”：0 人上升" in said(full)


def test_the_page_says_the_same_in_english(tiny, monkeypatch):
    folder = tiny.folder
    tiny.close()
    app = opened(folder, monkeypatch, "en-GB")
    app.switch_page("pages/people/ranking.py").run()
    sound(app)
    assert "From “Balanced 64/23/13” to “Service first 60/30/10”" in said(app)


@pytest.mark.parametrize(
    "state",
    [
        None,
        [],
        "64/23/13",
        {},
        {"weights": "abc"},
        {"weights": [64, 23]},
        {"weights": [64, 23, 12]},
        {"weights": [90, 5, 5]},
        {"weights": [True, 59, 40]},
        {"weights": [float("nan"), 60, 40]},
        {"weights": [float("inf"), -1e400, 100]},
        {"weights": ["64", "23", "13"]},
        {"weights": [[64], 23, 13]},
    ],
)
def test_what_no_hand_of_ours_lets_go_of_is_no_trial(state):
    assert released(state, CATALOGUE) is None


def test_permitted_weights_and_those_of_an_offered_scheme_become_the_trial():
    assert released({"weights": [64, 23, 13], "turn": 1}, CATALOGUE) == [64.0, 23.0, 13.0]
    assert released({"weights": [80, 10, 10]}, CATALOGUE, [[80.0, 10.0, 10.0]]) == [80, 10, 10]


@pytest.mark.parametrize("count", [None, "3", -1, 1.5, True, [1]])
def test_a_turn_that_is_no_count_is_none(count):
    assert turn({"turn": count}) == 0


def test_a_manager_is_given_their_own_people_and_of_others_only_how_many_stand_above(tiny):
    """Ann is of East; Bo, the other who is rated, stands below her and is nobody here."""
    desk = Desk(tiny)
    base = desk.evaluation(Filters(APRIL, scope=Scope(teams=("西",))))
    measured = desk._measured(Filters(APRIL))
    scoped = desk.scored(_seen_by(measured, Scope(teams=("西",))), base.scheme)
    view = live_view(scoped, drawn(scoped, base.scheme), Beside(base, place(scoped)), "zh")
    assert view["columns"]["id"] == ["B2", "C3"]
    assert {len(view["columns"][name]) for name in ("earned", "kept", "doubt", "rank")} == {2}
    assert [stop[0] for stop in view["above"]] == [1] * 66
    assert "安" not in str(view)
    assert "A1" not in str(view)


def _seen_by(measured, scope):
    return replace(measured, filters=replace(measured.filters, scope=scope))
