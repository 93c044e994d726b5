"""The quadrant in a real browser: names and plates that cover nobody, what the pointer draws,
pictures that are saved, and every way to select."""

import shutil
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import Visit, serving
from tests.present import present

# Names and the words of the corners, each with its box; and the boxes of the points.
BOXES = """() => {
  const chart = document.querySelector('[data-draws]');
  const box = (node) => (({left, top, right, bottom}) => [left, top, right, bottom])(
    node.getBoundingClientRect());
  const notes = chart._fullLayout.annotations.map((note, place) => ({
    name: note.name === 'name' ? note.text : '',
    box: box(chart.querySelector(`.annotation[data-index="${place}"] .annotation-text-g`)),
  }));
  const points = [...chart.querySelectorAll('.scatterlayer .point')].map(box);
  return {notes, points};
}"""


@pytest.fixture(scope="module")
def app(sample_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app over the sample company."""
    home = tmp_path_factory.mktemp("quadrant") / "home"
    shutil.copytree(sample_folder, home)
    with serving(home) as base:
        yield base


def opened(
    browser: Browser, app: str, path: str = "quadrant", width: int = 1360, **options: Any
) -> Visit:
    visit = Visit(browser, app, locale="zh-CN", **options)
    visit.page.set_viewport_size({"width": width, "height": 900})
    visit.open(path)
    visit.page.wait_for_selector("[data-draws] .point")
    visit.settle()
    return visit


def meet(box: list[float], other: list[float]) -> bool:
    """Whether two boxes share more than a border a pixel wide."""
    return (
        box[0] < other[2] - 1
        and other[0] < box[2] - 1
        and box[1] < other[3] - 1
        and other[1] < box[3] - 1
    )


def middle(page: Page, place: int) -> tuple[float, float]:
    """Where a point is on the screen."""
    point = page.locator("[data-draws] .scatterlayer .point").nth(place)
    box = present(point.bounding_box())
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


@pytest.mark.parametrize("team", ["", "?team=锐进"])
@pytest.mark.parametrize(("width", "scheme"), [(1360, "light"), (390, "dark")])
def test_no_name_and_no_plate_covers_a_point_and_no_two_names_overlap(
    browser: Browser, app: str, width: int, scheme: Any, team: str
):
    visit = opened(browser, app, f"quadrant{team}", width, color_scheme=scheme)
    visit.page.evaluate("document.fonts.ready")
    drawn = visit.page.evaluate(BOXES)
    names = [note["box"] for note in drawn["notes"] if note["name"]]
    assert len(names) == (8 if not team else len(drawn["points"])) or width < 1000
    assert len(names) >= 4
    assert not [pair for pair in combinations(names, 2) if meet(*pair)]
    assert not [
        note for note in drawn["notes"] for point in drawn["points"] if meet(note["box"], point)
    ]
    assert visit.complaints == []


def test_ranges_and_the_way_from_the_last_period_stand_under_the_pointer_only(
    browser: Browser, app: str
):
    visit = opened(browser, app)
    page = visit.page
    assert page.locator("svg.reach").count() == 0
    page.mouse.move(*middle(page, 3))
    page.locator("svg.reach .arm").nth(1).wait_for(state="attached")
    assert page.locator("svg.reach line.trail").count() == 1
    assert "2026-04：" in present(page.locator(".hoverlayer .hovertext").text_content())
    page.mouse.move(5, 300)
    page.wait_for_function("!document.querySelector('svg.reach')")


def test_a_picture_is_saved_as_png_and_svg_with_its_finding_and_without_a_network(
    browser: Browser, app: str
):
    visit = opened(browser, app)
    page = visit.page
    page.hover("[data-draws]")
    saved = {}
    for kind in ("png", "svg"):
        with page.expect_download() as download:
            page.get_by_role("button", name=f"保存为 {kind.upper()} 图片").click()
        assert download.value.suggested_filename.endswith(f".{kind}")
        saved[kind] = download.value.path().read_bytes()
    assert saved["png"].startswith(b"\x89PNG")
    told = saved["svg"].decode()
    assert told.startswith("<svg")
    for words in ("象限能确定", "示例数据", "2026-05", "重点辅导", "中位数"):
        assert words in told
    assert visit.foreign == []
    assert visit.complaints == []


def test_shift_adds_a_click_and_a_lasso_takes_whoever_it_goes_around(browser: Browser, app: str):
    visit = opened(browser, app)
    page = visit.page
    page.mouse.click(*middle(page, 2))
    page.get_by_text("已选 1 人").wait_for()
    visit.settle()
    page.keyboard.down("Shift")
    page.mouse.click(*middle(page, 30))
    page.keyboard.up("Shift")
    page.get_by_text("已选 2 人").wait_for()
    visit.settle()
    page.get_by_role("button", name="清除选择").click()
    page.get_by_text("图上 119 人").wait_for()
    visit.click("套索")
    visit.settle()
    plot = present(page.locator("[data-draws] .nsewdrag").first.bounding_box())
    corners = [(0.02, 0.02), (0.98, 0.02), (0.98, 0.98), (0.02, 0.98), (0.02, 0.05)]
    spots = [(plot["x"] + x * plot["width"], plot["y"] + y * plot["height"]) for x, y in corners]
    page.mouse.move(*spots[0])
    page.mouse.down()
    for spot in spots[1:]:
        page.mouse.move(*spot, steps=6)
    page.mouse.up()
    page.wait_for_function("document.body.innerText.match(/已选 1[01]\\d 人/)")


def test_whoever_is_ticked_by_key_in_the_table_is_ringed_and_named_in_the_picture(
    browser: Browser, app: str
):
    visit = opened(browser, app)
    page = visit.page
    ringed = (
        "document.querySelector('[data-draws]')._fullLayout.shapes"
        ".filter(one => one.name === 'ring').length"
    )
    assert page.evaluate(ringed) == 0
    table = page.locator("[data-testid=stDataFrame] canvas").first
    table.scroll_into_view_if_needed()
    table.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+Space")
    page.wait_for_function(f"{ringed} === 1")
    visit.settle()
    assert page.get_by_role("link", name="打开 ").or_(page.get_by_text("打开 ")).count()
