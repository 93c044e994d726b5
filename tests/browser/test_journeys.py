"""What a manager does, in a real browser."""

import io
import urllib.error
import urllib.request

import openpyxl
import pytest

from tests.browser.conftest import Visit, serving
from tests.present import present


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    """The app over an empty home; the tests of this file follow one another in it."""
    with serving(tmp_path_factory.mktemp("app") / "home") as base:
        yield base


@pytest.fixture(scope="module")
def reader(browser, app):
    """Somebody who came before there was anything to see, and was there while another loaded."""
    visit = Visit(browser, app, locale="en-GB")
    visit.open()
    visit.page.get_by_text("Start here").wait_for()
    return visit


def test_from_first_visit_to_five_planned_talks_and_the_downloaded_list_in_at_most_seven_clicks(
    browser, app, reader
):
    visit = Visit(browser, app, locale="zh-CN")
    page = visit.open()
    page.get_by_text("从这里开始").wait_for()
    visit.click("用示例数据试试")
    page.get_by_text("名续保员").first.wait_for(timeout=120_000)
    page.get_by_text("示例数据").first.wait_for()
    visit.settle()
    visit.click("把这 5 位都加入辅导名单")
    page.get_by_text("已加入 5 位").wait_for()
    visit.settle()
    visit.click("去辅导名单")
    page.get_by_text("勾选一位，看全部依据并安排面谈").first.wait_for()
    visit.settle()
    download = visit.take("coaching", "xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(download.path().read_bytes())).worksheets[0]
    assert str(sheet["A1"].value).startswith("示例数据")
    assert [cell.value for cell in sheet[2]][:3] == ["工号", "姓名", "团队"]
    assert sheet.max_row > 50
    assert visit.clicks <= 7
    assert visit.foreign == []
    assert visit.complaints == []
    assert page.evaluate("document.documentElement.lang").startswith("zh")


def test_two_visitors_at_once_one_loads_and_the_other_reads_whole_loads_only(reader):
    reader.open()
    reader.page.get_by_text("120 agents").first.wait_for()


def test_a_cut_line_moved_by_key_redraws_in_the_same_node_and_keeps_the_selection(browser, app):
    visit = Visit(browser, app, locale="en-GB")
    page = visit.open("quadrant")
    page.wait_for_selector("[data-draws]")
    visit.click("Typed")
    slider = page.locator("input[type=range]").first
    slider.wait_for()
    visit.settle()
    page.evaluate("document.querySelector('[data-draws]').mark = 'the same'")
    point = page.locator("[data-draws] .scatterlayer .point").first
    box = present(point.bounding_box())
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.get_by_text("1 selected").wait_for()
    before = page.get_attribute("[data-draws]", "data-draws")
    slider.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function(
        "n => Number(document.querySelector('[data-draws]').dataset.draws) > Number(n)", arg=before
    )
    visit.settle()
    assert page.evaluate("document.querySelector('[data-draws]').mark") == "the same"
    page.get_by_text("1 selected").wait_for()
    assert visit.complaints == []


def test_a_box_selects_agents_and_puts_them_on_the_coaching_list(browser, app):
    visit = Visit(browser, app, locale="en-GB")
    page = visit.open("quadrant")
    page.wait_for_selector("[data-draws]")
    visit.click("Box")
    visit.settle()
    plot = present(page.locator("[data-draws] .nsewdrag").first.bounding_box())
    page.mouse.move(plot["x"] + 30, plot["y"] + 30)
    page.mouse.down()
    page.mouse.move(plot["x"] + plot["width"] * 0.8, plot["y"] + plot["height"] * 0.8, steps=8)
    page.mouse.up()
    # The first of the selected have grown trails: the ways from where they stood.
    shapes = "document.querySelector('[data-draws]')._fullLayout.shapes"
    page.wait_for_function(f"{shapes}.some(one => one.name === 'trail')")
    page.get_by_role("button", name="Put on the coaching list").click()
    page.get_by_text("agents were put on the coaching list").wait_for()


def test_ten_more_points_of_results_move_the_star_and_the_triangle_names_who_leads(browser, app):
    visit = Visit(browser, app, locale="en-GB")
    page = visit.open("weights")
    page.get_by_text("The triangle of permitted weights").wait_for()
    visit.settle()
    star = (
        "[...document.querySelectorAll('[data-draws]')].flatMap(one => one.data ?? "
        "[]).find(one => one.marker?.symbol === 'star')?.y[0]"
    )
    page.wait_for_function(f"{star} !== undefined")
    before = page.evaluate(star)
    page.locator("input[type=range]").first.focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.wait_for_function(f"{star} > {before}")
    assert (
        page.get_by_text("of the permitted weightings").count()
        + page.get_by_text("every permitted weighting").count()
    )
    assert visit.complaints == []


def test_the_server_sends_its_headers_and_hides_its_metrics(app):
    answer = urllib.request.urlopen(f"{app}/")
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert urllib.request.urlopen(f"{app}/healthz").read() == b"ready"
    with pytest.raises(urllib.error.HTTPError):
        urllib.request.urlopen(f"{app}/_stcore/metrics")
