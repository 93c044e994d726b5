"""Weak spots, funnel, circumstances, trends: the finding first, and one chosen person."""

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pages.ui import choosing, load
from tests.pages.test_pages import html_of, opened, sound

Opening = Callable[..., AppTest]
PAGES = ("weak_spots", "funnel", "case_mix", "trends")
# What belongs behind "how this is computed".
JARGON = re.compile(r"\b(p|q|Z|AUC|VIF|seed|Kitagawa|Mann|Theil|Poisson)\b")


@pytest.fixture
def opening(
    sample_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Opening]:
    """Opens a page over the sample company, as the reader left it."""
    shutil.copytree(sample_folder, tmp_path / "home")

    def page(name: str, locale: str = "zh-CN") -> AppTest:
        app = opened(tmp_path / "home", monkeypatch, locale)
        app.switch_page(f"pages/picture/{name}.py").run()
        sound(app)
        return app

    yield page
    load.close()


def finding(app: AppTest) -> str:
    found = re.findall(r'<p class="finding">(.*?)</p>', html_of(app), re.DOTALL)
    return re.sub(r"<[^>]+>", "", found[-1])


def linked(app: AppTest) -> set[str]:
    """To whose pages links lead."""
    links = [link.proto.query_string for link in app.get("page_link")]
    return {agent for link in links for agent in re.findall(r"agent=(\w+)", link)}


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("weak_spots", "丢分最多："),
        ("funnel", "120 人、"),
        ("case_mix", "人手上的业务"),
        ("trends", "人持续变好（马雨欣"),
    ],
)
def test_what_is_the_case_stands_under_the_title_with_its_period(opening: Opening, page, words):
    app = opening(page)
    said = finding(app)
    assert said.startswith("20")
    assert words in said
    assert re.search(r"\d", said)
    assert not JARGON.search(said)


@pytest.mark.parametrize("page", PAGES)
def test_nothing_before_how_it_is_computed_speaks_of_statistics_and_every_file_is_in_a_menu(
    opening: Opening, page
):
    app = opening(page, "en-GB")
    folded = [text.value for part in app.expander for text in (*part.markdown, *part.caption)]
    spoken = [text.value for text in (*app.markdown, *app.caption, *app.subheader)]
    loud = [words for words in spoken if words not in folded and JARGON.search(words)]
    assert loud == []
    assert app.expander[-1].label == "How this is computed"
    assert not app.expander[-1].proto.expanded


@pytest.mark.parametrize("page", PAGES)
def test_the_chosen_person_stays_chosen_and_the_page_leads_to_them(opening: Opening, page):
    app = opening(page)
    assert "A1016" not in linked(app)
    app.session_state["kept.agent"] = "A1016"
    app.run()
    sound(app)
    assert "A1016" in linked(app)


@pytest.mark.parametrize(
    ("page", "key"),
    [("weak_spots", "behind"), ("funnel", "funnel_table"), ("case_mix", "case_mix")],
)
def test_whoever_was_ticked_is_chosen_and_an_empty_tick_unchooses_nobody(
    opening: Opening, monkeypatch, page, key
):
    app = opening(page)
    ticked = {key: ["A1081"]}
    monkeypatch.setattr("pages.ui.panel.pick", lambda name, *rows, **look: ticked.get(name, []))
    app.run()
    sound(app)
    assert app.session_state["kept.agent"] == "A1081"
    assert "A1081" in linked(app)
    ticked.clear()
    app.run()
    assert app.session_state["kept.agent"] == "A1081"


@pytest.mark.parametrize("chart", ["funnel", "case_mix", "trends"])
def test_a_click_on_a_mark_chooses_the_person_and_one_more_click_elsewhere_another(
    opening: Opening, monkeypatch, chart
):
    app = opening(chart)
    clicked: list[list[int]] = []
    drawings = []
    whose = choosing._whose

    def asked(drawing, points):
        drawings.append(drawing)
        return whose(drawing, clicked)

    monkeypatch.setattr("pages.ui.choosing._whose", asked)
    app.run()
    traces = drawings[-1].data
    curves = [number for number, trace in enumerate(traces) if len(trace.get("ids", ()))]
    for point in (0, 1):
        clicked[:] = [[curves[0], point]]
        app.run()
        sound(app)
        wanted = str(drawings[-1].data[curves[0]]["ids"][point])
        assert app.session_state["kept.agent"] == wanted
        assert wanted in linked(app)
    clicked.clear()
    key = {"funnel": "funnel_chart", "case_mix": "expected", "trends": "trend_chart"}[chart]
    app.button(key=f"{key}.nobody").click().run()
    sound(app)
    assert app.session_state["kept.agent"] is None


def test_nobody_outside_the_readers_scope_is_offered(opening: Opening):
    app = opening("funnel")
    app.session_state["kept.agent"] = "X9"
    app.run()
    sound(app)
    assert "X9" not in linked(app)


def test_too_few_cases_and_too_little_difference_are_two_sentences(opening: Opening):
    for page, column in (("funnel", "state"), ("case_mix", "state"), ("trends", "state")):
        app = opening(page)
        states = next(
            frame.value[column] for frame in app.dataframe if column in frame.value.columns
        )
        open_ones = {state for state in states if str(state).startswith("○")}
        assert open_ones <= {"○ 数据太少", "○ 差别太小"}
        assert open_ones
        load.close()


def test_whoever_luck_hardly_explains_is_linked_the_farthest_first_whichever_way(opening: Opening):
    app = opening("funnel")
    app.selectbox(key="period").select("2025").run()
    sound(app)
    assert "人很难只用运气解释（偏高 " in finding(app)
    labels = [link.proto.label for link in app.get("page_link")]
    shares = [float(share) for label in labels for share in re.findall(r"· ([\d.]+)%", label)]
    away = [abs(share - 78.1) for share in shares]
    assert len(shares) == 8
    assert away == sorted(away, reverse=True)
    assert min(shares) < 78.1 < max(shares)


def test_whoever_differs_from_their_book_is_linked_the_farthest_first_whichever_way(
    opening: Opening,
):
    app = opening("case_mix")
    app.selectbox(key="period").select("2025").run()
    sound(app)
    labels = [link.proto.label for link in app.get("page_link")]
    by = [words for label in labels for words in re.findall(r"· ([+−][\d.]+) 个百分点", label)]
    away = [float(words[1:]) for words in by]
    assert len(by) == 8
    assert {words[0] for words in by} == {"+", "−"}
    assert away == sorted(away, reverse=True)
    assert "另外 34 人在图和表里。" in [caption.value for caption in app.caption]
