"""Files of somebody's own, in a real browser."""

import json

from analytics.desk.access import ACTIONS
from analytics.home import Home
from dashboard import PAGES
from tests.analytics.test_command_line import RECIPE, calls
from tests.browser.conftest import Visit, serving
from tests.conftest import load_text, write
from tests.present import present

NAMING = [
    address
    for place, address, _, action, *_ in PAGES
    if place.startswith(("picture/", "people/")) and "admin" in ACTIONS[action]
]


def test_a_managers_own_file_is_mapped_checked_loaded_and_withdrawn(browser, tmp_path):
    with serving(tmp_path / "home") as base:
        visit = Visit(browser, base, locale="en-GB")
        page = visit.open("upload")
        header = "保单号,工号,到期日,续保结果\n"
        rows = "".join(
            f"P{policy},A{policy % 3},2026-04-0{1 + policy % 9},"
            f"{'已续' if policy % 4 else '未续'}\n"
            for policy in range(40)
        )
        path = write(tmp_path, "四月.csv", header + rows + "P99,A1,someday,已续\n", "gb18030")
        page.set_input_files("input[type=file]", path)
        page.get_by_role("button", name="Check").click()
        page.get_by_text("1 cells or rows cannot be read").wait_for()
        page.get_by_role("button", name="Load the 40 good rows").click()
        page.get_by_text("40 loaded, 1 unreadable").wait_for()
        visit.settle()
        visit.go("overview")
        page.get_by_text("40 due").wait_for()
        visit.settle()
        visit.go("history")
        page.get_by_text("The original of every load is kept").wait_for()
        assert visit.complaints == []
    home = Home(tmp_path / "home")
    assert home.recipe_for(path).columns["outcome"] == "续保结果"  # the confirmed recipe is kept
    home.close()


def test_a_load_whose_tab_is_closed_goes_on_and_its_receipt_waits_in_the_history(browser, tmp_path):
    with serving(tmp_path / "home") as base:
        visit = Visit(browser, base, locale="en-GB")
        page = visit.open("upload")
        rows = "".join(
            f"P{policy},A{policy % 3},2026-04-0{1 + policy % 9},"
            f"{'已续' if policy % 4 else '未续'}\n"
            for policy in range(9_000)
        )
        path = write(tmp_path, "四月.csv", "保单号,工号,到期日,续保结果\n" + rows)
        page.set_input_files("input[type=file]", path)
        page.get_by_role("button", name="Check").click()
        page.get_by_role("button", name="Load 9,000 rows").click()
        page.get_by_test_id("stSpinner").get_by_text("Loading").wait_for()
        visit.context.close()
        later = Visit(browser, base, locale="en-GB")
        table = later.open("history").get_by_test_id("stDataFrame").first
        for _ in range(60):
            if table.count():
                break
            later.page.wait_for_timeout(250)
            later.open("history")
            later.settle()
        later.settle()
        table.click(position={"x": 20, "y": 52})
        later.page.get_by_text("9,000 loaded, 0 unreadable").wait_for()


def test_hostile_names_stay_text_on_every_page_that_names_agents(browser, tmp_path):
    evil = '<img src=x onerror="window.hit=1">**b**[l](http://evil.example)$x$'
    home = Home(tmp_path / "home")
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
        for address in NAMING:
            visit.open(f"{address}?agent=A1")
            visit.settle()
            assert visit.page.evaluate("window.hit") is None, address
        assert visit.foreign == []


def test_the_call_file_of_the_command_line_gives_the_same_quadrants_on_the_page(
    browser, tmp_path, shell
):
    shell(
        "load", write(tmp_path, "calls.csv", calls()), "--recipe", write(tmp_path, "r.toml", RECIPE)
    )
    counts = json.loads(shell.run("quadrant").stdout)["counts"]
    with serving(shell.home) as base:
        visit = Visit(browser, base, locale="en-GB")
        # The page opens on the last closed month; the address asks for the whole file.
        page = visit.open("quadrant?lang=en&period=2021-01~2021-03")
        page.wait_for_selector("[data-draws]")
        visit.settle()
        corners = page.locator("[data-draws] .infolayer").text_content()
        for name, label in (("role_model", "Role model"), ("focus", "Focus")):
            assert f"{label} {counts[name]}" in present(corners)
