"""The ranking whose weights are dragged: what the browser works out is what the server says."""

from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from analytics.catalogue import built_in_catalogue, default_scheme
from analytics.evaluation import Values
from analytics.evaluation.weights import inside_triangle
from analytics.insight.certainty.base import HEAVY
from analytics.insight.live_ranking import Parts, parts_of, preview, stops
from analytics.model import CATEGORIES
from tests.browser.conftest import Visit, serving
from tests.conftest import ROOT

CATALOGUE = built_in_catalogue()
RANGES = [[category.low, category.high] for category in CATALOGUE.categories]
MODULE = base64.b64encode((ROOT / "pages/ui/lineup.js").read_bytes()).decode()
IMPORTED = f"const m = await import('data:text/javascript;base64,{MODULE}');"
# what the component in the page knows, wherever Streamlit has put its root
STATE = """() => {
  const find = (node) => {
    for (const inner of node.querySelectorAll("*")) {
      if (inner.lineup) return inner.lineup;
      const deeper = inner.shadowRoot && find(inner.shadowRoot);
      if (deeper) return deeper;
    }
  };
  const lineup = find(document);
  if (!lineup) return null;
  const { weights, exact, now, place, frame, rows } = lineup;
  const gliding = rows.some((row) => row.y !== 34 * place[row.index]);
  return { weights, exact, rank: now.rank, score: now.score, few: now.few, place, frame, gliding };
}"""


def called(page: Page, body: str, argument: Any) -> Any:
    """What the component's own module answers."""
    return page.evaluate(f"async (given) => {{ {IMPORTED} {body} }}", argument)


def everybody(seed: int, size: int) -> Parts:
    """Agents with gaps and with values on too few cases."""
    random = np.random.default_rng(seed)
    points = random.integers(0, 101, (size, len(CATALOGUE.ids))).astype(float)
    points[random.random(points.shape) < 0.15] = np.nan
    marks = np.zeros(points.shape, dtype=bool)
    values = Values(points, points, points, points, marks)
    return parts_of(values, default_scheme(), CATALOGUE, random.random(points.shape) < 0.2)


@pytest.fixture
def blank(browser: Browser) -> Iterator[Page]:
    page = browser.new_context().new_page()
    page.goto("about:blank")
    yield page
    page.context.close()


def test_the_browser_reckons_scores_ranks_and_doubts_as_the_evaluation_does(blank):
    for seed in range(6):
        parts, triples = everybody(seed, 40), stops(CATALOGUE)[::7]
        given = {
            "parts": {
                "earned": parts.earned.tolist(),
                "kept": parts.kept.tolist(),
                "doubt": parts.doubt.tolist(),
                "usable": parts.usable.tolist(),
                "heavy": HEAVY,
            },
            "weights": triples.tolist(),
        }
        body = "return given.weights.map((weights) => m.preview(given.parts, weights, 40));"
        for weights, seen in zip(triples, called(blank, body, given), strict=True):
            exact = preview(parts, weights, 40.0)
            assert seen["score"] == pytest.approx(exact.score.tolist(), abs=1e-9)
            assert seen["rated"] == exact.rated.tolist()
            assert seen["few"] == exact.few.tolist()
            assert seen["rank"] == exact.rank.tolist()


def test_no_drag_of_an_edge_leaves_the_permitted_weights(blank):
    given = {"stops": stops(CATALOGUE).tolist(), "ranges": RANGES, "to": list(range(0, 101, 3))}
    body = """return given.stops.flatMap((stop) => [0, 1].flatMap((edge) =>
      given.to.map((to) => m.pushed(stop, edge, to, given.ranges).weights)));"""
    for weights in called(blank, body, given):
        assert sum(weights) == 100
        assert inside_triangle(dict(zip(CATEGORIES, weights, strict=True)), CATALOGUE)


def test_an_edge_goes_where_the_hand_goes_and_pushes_the_other_where_it_must(blank):
    """From 64/23/13: results to 67 takes from service; to 70 service ends at 20 and competence
    gives the last three."""
    body = "return given.map(([edge, to]) => m.pushed([64, 23, 13], edge, to, ranges));"
    body = f"const ranges = {json.dumps(RANGES)}; {body}"
    seen = called(blank, body, [[0, 67], [0, 70], [0, 80], [1, 84], [1, 95]])
    assert [answer["weights"] for answer in seen] == [
        [67, 20, 13],
        [70, 20, 10],
        [70, 20, 10],
        [64, 20, 16],
        [64, 26, 10],
    ]
    assert [answer["stopped"] for answer in seen] == [False, False, True, False, True]


@pytest.fixture(scope="module")
def office(sample_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = tmp_path_factory.mktemp("ranking") / "home"
    shutil.copytree(sample_folder, home)
    with serving(home) as base:
        yield base


@pytest.fixture
def visit(browser: Browser, office: str) -> Visit:
    visit = Visit(browser, office, locale="zh-CN")
    visit.patience = 120.0
    visit.page.set_default_timeout(120_000)
    visit.open("ranking?lang=zh")
    visit.page.wait_for_selector(".lineup .row")
    visit.settle()
    return visit


def rest(page: Page) -> dict[str, Any]:
    """The ranking once nothing glides and the server has spoken."""
    for _ in range(600):
        state: dict[str, Any] | None = page.evaluate(STATE)
        if state is not None and state["exact"] and not state["frame"]:
            return state
        page.wait_for_timeout(100)
    raise AssertionError("the server's answer does not come")


def test_a_drag_ends_in_the_servers_result_without_a_jump_and_every_page_agrees(visit):
    page = visit.page
    edge, scale = page.locator(".edge").first, page.locator(".scale")
    edge.scroll_into_view_if_needed()
    box, width = edge.bounding_box(), scale.bounding_box()["width"]
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - width * 0.02, y, steps=4)
    page.mouse.move(x - width * 0.09, y, steps=8)
    page.wait_for_timeout(500)
    held = page.evaluate(STATE)
    assert (held["weights"], held["exact"]) == ([60, 27, 13], False)
    assert page.get_by_text("到头了：业绩指标最少 60%").is_visible()
    page.mouse.up()
    told = rest(page)
    assert told["rank"] == held["rank"]
    assert told["place"] == held["place"]
    assert told["few"] == held["few"]
    assert told["score"] == pytest.approx(held["score"], abs=1e-6)
    page.get_by_text("试算 60/27/13，正式为 64/23/13").first.wait_for()
    page.get_by_role("button", name="服务优先 60/30/10").click()
    page.get_by_text("试算 60/30/10，正式为 64/23/13").first.wait_for()
    page.get_by_text("去采用").first.click()
    page.wait_for_url("**/weights*")
    page.get_by_role("heading", name="权重", exact=True).wait_for()
    visit.settle()
    assert rest(page)["weights"] == [60, 30, 10]
    assert page.get_by_role("slider", name="客户服务").first.input_value() == "30"
    page.get_by_role("button", name="放弃试算").click()
    visit.settle()
    assert rest(page)["weights"] == [64, 23, 13]
    assert visit.complaints == []
    assert visit.foreign == []


def test_arrow_keys_move_an_edge_say_so_and_become_the_trial(visit):
    page = visit.page
    edge = page.get_by_role("slider", name="业绩与服务的分界")
    edge.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.get_by_text("试算 66/21/13，正式为 64/23/13").first.wait_for()
    rest(page)
    assert edge.get_attribute("aria-valuetext") == "业绩指标 66%，客户服务 21%，工作能力与素质 13%"
    assert edge.evaluate("(node) => node === node.getRootNode().activeElement")


def test_the_rows_are_one_stop_of_the_keyboard_and_arrows_go_from_one_to_the_next(visit):
    page = visit.page
    rest(page)
    stops = page.locator(".lineup .row .name[tabindex='0']")
    assert stops.count() == 1
    stops.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert (
        page.locator(".lineup .row .name:focus").get_attribute("aria-label").startswith("第 3 名")
    )
    page.keyboard.press("Home")
    assert (
        page.locator(".lineup .row .name:focus").get_attribute("aria-label").startswith("第 1 名")
    )
    page.keyboard.press("Enter")
    page.wait_for_url("**agent=*")


def test_a_row_opens_the_person(visit):
    page = visit.page
    name = page.locator(".lineup .row .who").first.inner_text()
    page.locator(".lineup .row .name").first.click()
    page.wait_for_url("**agent=*")
    page.get_by_text(name).first.wait_for()


def test_who_asked_for_less_motion_sees_none(browser, office):
    quiet = Visit(browser, office, locale="zh-CN", reduced_motion="reduce")
    quiet.patience = 120.0
    quiet.page.set_default_timeout(120_000)
    quiet.open("ranking?lang=zh")
    quiet.page.wait_for_selector(".lineup .row")
    quiet.settle()
    rest(quiet.page)
    quiet.page.get_by_role("button", name="服务优先 60/30/10").click()
    moved = quiet.page.evaluate(
        f"""async () => {{
          await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
          return ({STATE})().gliding;
        }}"""
    )
    assert not moved
