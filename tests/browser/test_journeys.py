"""What a manager does, in a real browser."""

import io
import json
import urllib.error
import urllib.request

import openpyxl
import pytest

from analytics.home import Home
from tests.analytics.test_command_line import calls
from tests.browser.conftest import Visit, serving
from tests.conftest import write


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    """The app over an empty home; the tests of this file follow one another in it."""
    with serving(tmp_path_factory.mktemp("app") / "home") as base:
        yield base


def test_from_first_visit_to_the_downloaded_coaching_list_in_at_most_twelve_clicks(browser, app):
    visit = Visit(browser, app, locale="zh-CN")
    page = visit.open()
    page.get_by_text("从这里开始").wait_for()
    visit.click("用示例数据试试")
    page.get_by_text("得分分布").first.wait_for(timeout=120_000)
    assert page.get_by_text("示例数据").first.is_visible()
    visit.click("象限")
    page.wait_for_selector("[data-draws]")
    visit.click("辅导名单")
    page.get_by_text("按预期提升从大到小").first.wait_for()
    visit.settle()
    with page.expect_download() as download:
        visit.click("下载 Excel")
    sheet = openpyxl.load_workbook(io.BytesIO(download.value.path().read_bytes())).worksheets[0]
    assert [cell.value for cell in sheet[1]][:3] == ["工号", "姓名", "团队"]
    assert sheet.max_row > 50
    assert visit.clicks <= 12
    assert visit.foreign == []
    assert visit.complaints == []
    assert page.evaluate("document.documentElement.lang").startswith("zh")


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
    box = point.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.get_by_text("1 selected").wait_for()
    before = page.get_attribute("[data-draws]", "data-draws")
    slider.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("n => Number(document.querySelector('[data-draws]').dataset.draws) > Number(n)", arg=before)
    visit.settle()
    assert page.evaluate("document.querySelector('[data-draws]').mark") == "the same"
    assert page.get_by_text("1 selected").is_visible()
    assert visit.complaints == []


def test_a_box_selects_agents_and_puts_them_on_the_coaching_list(browser, app):
    visit = Visit(browser, app, locale="en-GB")
    page = visit.open("quadrant")
    page.wait_for_selector("[data-draws]")
    visit.click("Box")
    visit.settle()
    plot = page.locator("[data-draws] .nsewdrag").first.bounding_box()
    page.mouse.move(plot["x"] + 30, plot["y"] + 30)
    page.mouse.down()
    page.mouse.move(plot["x"] + plot["width"] * 0.8, plot["y"] + plot["height"] * 0.8, steps=8)
    page.mouse.up()
    # Two cut lines stand there anyway; the selected points have grown arms: their 95 % ranges.
    page.wait_for_function("document.querySelector('[data-draws]')._fullLayout.shapes.length > 2")
    page.get_by_role("button", name="Put on the coaching list").click()
    page.get_by_text("agents were put on the coaching list").wait_for()


def test_ten_more_points_of_results_move_the_star_and_the_triangle_names_who_leads(browser, app):
    visit = Visit(browser, app, locale="en-GB")
    page = visit.open("weights")
    page.get_by_text("The triangle of permitted weights").wait_for()
    visit.settle()
    star = "[...document.querySelectorAll('[data-draws]')].flatMap(one => one.data ?? []).find(one => one.marker?.symbol === 'star')?.y[0]"
    page.wait_for_function(f"{star} !== undefined")
    before = page.evaluate(star)
    page.locator("input[type=range]").first.focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.wait_for_function(f"{star} > {before}")
    assert (
        page.get_by_text("of the permitted weightings").count() + page.get_by_text("every permitted weighting").count()
    )
    assert visit.complaints == []


def test_a_managers_own_file_is_mapped_checked_loaded_and_withdrawn(browser, tmp_path):
    with serving(tmp_path / "home") as base:
        visit = Visit(browser, base, locale="en-GB")
        page = visit.open("upload")
        header = "保单号,工号,到期日,续保结果\n"
        rows = "".join(f"P{at},A{at % 3},2026-04-0{1 + at % 9},{'已续' if at % 4 else '未续'}\n" for at in range(40))
        path = write(tmp_path, "四月.csv", header + rows + "P99,A1,someday,已续\n", "gb18030")
        page.set_input_files("input[type=file]", path)
        page.get_by_role("button", name="Check").click()
        page.get_by_text("1 cells or rows cannot be read").wait_for()
        page.get_by_role("button", name="Load the 40 good rows").click()
        page.get_by_text("40 loaded, 1 unreadable").wait_for()
        visit.settle()
        page.get_by_role("link", name="Overview").first.click()
        page.get_by_text("40 due").wait_for()
        visit.settle()
        page.get_by_role("link", name="Loads").click()
        page.get_by_text("The original of every load is kept").wait_for()
        assert visit.complaints == []
    home = Home(tmp_path / "home")
    assert home.recipe_for(path).columns["outcome"] == "续保结果"  # the confirmed recipe is kept
    home.close()


def test_two_visitors_at_once_one_loads_and_the_other_reads_whole_loads_only(browser, tmp_path):
    with serving(tmp_path / "home") as base:
        loader, reader = Visit(browser, base, locale="en-GB"), Visit(browser, base, locale="en-GB")
        reader.open()
        reader.page.get_by_text("Start here").wait_for()
        loader.open()
        loader.page.get_by_role("button", name="Try the sample data").click()
        loader.page.get_by_text("How scores are distributed").first.wait_for(timeout=120_000)
        reader.open()
        reader.page.get_by_text("How scores are distributed").first.wait_for()
        assert reader.page.get_by_text("120 agents").first.is_visible()


def test_the_server_sends_its_headers_and_hides_its_metrics(app):
    answer = urllib.request.urlopen(f"{app}/")
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert urllib.request.urlopen(f"{app}/healthz").read() == b"ready"
    with pytest.raises(urllib.error.HTTPError):
        urllib.request.urlopen(f"{app}/_stcore/metrics")


def test_hostile_names_stay_text_on_every_page(browser, tmp_path):
    evil = '<img src=x onerror="window.hit=1">**b**[l](http://evil.example)$x$'
    home = Home(tmp_path / "home")
    from tests.conftest import load_text

    roster = "工号,姓名,团队\n" + f'A1,"{evil.replace(chr(34), chr(34) * 2)}",T1\nA2,=cmd,T1\n'
    load_text(home, tmp_path, "agents", roster)
    load_text(
        home,
        tmp_path,
        "scoresheet",
        "工号,考核期,续保率,满意度得分合计,问卷数,保险知识,沟通能力,续保金额,保费留存率\n"
        + "".join(f"{agent},2026-04,80%,900,10,80,80,90%,80%\n" for agent in ("A1", "A2")),
    )
    home.close()
    with serving(tmp_path / "home") as base:
        visit = Visit(browser, base, locale="zh-CN")
        for path in ("", "quadrant", "weak-spots", "weights", "agent?agent=A1", "coaching", "history", "method"):
            visit.open(path)
            visit.settle()
            assert visit.page.evaluate("window.hit") is None, path
        assert visit.foreign == []


def test_the_call_file_of_the_command_line_gives_the_same_quadrants_on_the_page(browser, tmp_path, shell):
    from tests.analytics.test_command_line import RECIPE

    shell("load", write(tmp_path, "calls.csv", calls()), "--recipe", write(tmp_path, "r.toml", RECIPE))
    counts = json.loads(shell.run("quadrant").stdout)["counts"]
    with serving(shell.home) as base:
        visit = Visit(browser, base, locale="en-GB")
        page = visit.open("quadrant?lang=en")
        page.wait_for_selector("[data-draws]")
        # The page opens on the last closed month; the whole file is one choice in the period box.
        page.get_by_role("combobox").first.click()
        page.get_by_text("All 2021-01…2021-03").click()
        visit.settle()
        for name, label in (("role_model", "Role model"), ("focus", "Focus")):
            page.get_by_text(f"{label} {counts[name]}", exact=True).first.wait_for()
