"""Files that are hard to understand, through the page: each asks, says or loads what is right, in
words."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import xlsxwriter

from analytics.desk import Desk
from analytics.home import Home
from analytics.model import Filters, Period
from tests.browser.conftest import Visit, serving
from tests.conftest import write

APRIL = dt.date(2026, 4, 1)
POLICY = ["保单号", "工号", "到期日", "续保结果"]
SCORE = ["工号", "姓名", "月份", "应续件数", "已续件数"]


def due(count, say=("已续", "未续"), agent="A{}", day="2026-04-{:02d}"):
    """So many policies of two agents: of each agent every second one renewed."""
    return [
        [f"P{policy}", agent.format(policy % 2), day.format(1 + policy % 28), say[policy // 2 % 2]]
        for policy in range(count)
    ]


def book(path, sheets, merged=()):
    with xlsxwriter.Workbook(str(path)) as made:
        for name, rows in sheets.items():
            sheet = made.add_worksheet(name)
            for position, row in enumerate(rows):
                for place, value in enumerate(row):
                    if value is not None:
                        sheet.write(position, place, value)
            for span, value in merged:
                sheet.merge_range(span, value)
    return path


def text(path, rows):
    return write(path.parent, path.name, "\n".join(",".join(map(str, row)) for row in rows) + "\n")


@dataclass
class Hard:
    """A file; what the page asks or says once it was checked; the answers to choose; what is
    loaded."""

    make: Callable[[Path], Path]
    said: tuple[str, ...]
    answers: tuple[str, ...] = ()
    loaded: str = ""


HARD = {
    "lapsed.csv": Hard(
        lambda path: text(path, [[*POLICY[:3], "是否脱保"], *due(60, ("否", "是"))]),
        ("“是”表示流失，还是表示续保？",),
        ("未续（流失）",),
        "导入 60 行",
    ),
    "months.csv": Hard(
        lambda path: text(path, [[*POLICY[:2], "到期月份", POLICY[3]], *due(60, day="202604")]),
        ("只有月份", "按月末还是月初"),
        (),
        "导入 60 行",
    ),
    "formats.xlsx": Hard(
        lambda path: book(
            path,
            {
                "表": [
                    [*POLICY, "应续保费", "币种"],
                    *(
                        [*row, 100, "USD" if position % 2 else "CNY"]
                        for position, row in enumerate(due(60))
                    ),
                ]
            },
        ),
        ("几种货币的金额不能相加",),
        ("不用这一列",),
        "导入 60 行",
    ),
    "zeros.csv": Hard(
        lambda path: text(
            path,
            [
                POLICY,
                *due(30, agent="0{}1"),
                *([f"Q{position}", *row[1:]] for position, row in enumerate(due(30, agent="{}1"))),
            ],
        ),
        ("可能是同一个人",),
        (),
        "导入 60 行",
    ),
    "teams.xlsx": Hard(
        lambda path: book(
            path,
            {
                "一组": [SCORE, ["A1", "安", "2026-04", 100, 90]],
                "二组": [
                    SCORE,
                    ["A2", "波", "2026-04", 80, 60],
                    ["T2", "二组小计", "2026-04", 80, 60],
                ],
            },
        ),
        ("工作表名（一组, 二组）是什么？", "看来是其他行的合计、平均或目标（"),
        (),
        "导入 2 行",
    ),
    "above.xlsx": Hard(
        lambda path: book(
            path,
            {
                "表": [
                    ["工号", "姓名", "月份", None, None],
                    [None, None, None, "应续", "已续"],
                    ["A1", "安", "2026-04", 100, 90],
                ]
            },
            [("D1:E1", "续保件数")],
        ),
        ("共 1 行：可导入 1",),
        (),
        "导入 1 行",
    ),
    "years.csv": Hard(
        lambda path: text(
            path, [SCORE, ["A1", "安", "Apr-26", 100, 90], ["A2", "波", "Apr-26", 80, 60]]
        ),
        ("Apr-26 是 2026 年的考核期吗",),
        ("没错",),
        "导入 2 行",
    ),
    "numbers.csv": Hard(
        lambda path: text(path, [POLICY, *(["1.23457E+18", *row[1:]] for row in due(60))]),
        ("被 Excel 截成了 15 位",),
    ),
    "odd.csv": Hard(
        lambda path: text(path, [POLICY, *due(60, ("未续", "未续"))]),
        ("全部 60 张保单的续保率是 0",),
        ("没错",),
        "导入 60 行",
    ),
    "scales.csv": Hard(
        lambda path: text(
            path,
            [
                [*SCORE, "满意度"],
                ["A1", "安", "2026-04", 100, 90, 4],
                ["A2", "波", "2026-04", 80, 60, 5],
            ],
        ),
        ("最高只有 5：满分是多少",),
        ("5",),
        "导入 2 行",
    ),
}


@pytest.fixture(scope="module")
def visit(browser, tmp_path_factory):
    """Somebody at the page Data of an empty home."""
    with serving(tmp_path_factory.mktemp("hard") / "home") as base:
        yield Visit(browser, base, locale="zh-CN")


@pytest.mark.parametrize("name", HARD)
def test_a_hard_file_is_understood_asked_about_or_refused_in_words(visit, tmp_path, name):
    hard = HARD[name]
    page = visit.open("upload")
    page.set_input_files("input[type=file]", hard.make(tmp_path / name))
    page.get_by_role("button", name="检查", exact=True).click()
    main = page.get_by_test_id("stMain")
    for sentence in hard.said:
        main.get_by_text(sentence).first.wait_for()
    visit.settle()
    for answer in hard.answers:
        main.locator(".stForm").get_by_text(answer, exact=True).click()
    if page.get_by_role("button", name="按这些答案读取").count():
        page.get_by_role("button", name="按这些答案读取").click()
    if hard.loaded:
        page.get_by_role("button", name=hard.loaded).wait_for()
    assert visit.complaints == []


def test_a_workbook_of_two_kinds_of_sheets_is_mapped_sheet_by_sheet_and_loaded_at_once(
    browser, tmp_path
):
    roster = [["工号", "姓名", "团队"], ["A0", "安", "东"], ["A1", "波", "西"]]
    path = book(tmp_path / "四月.xlsx", {"清单": [POLICY, *due(60)], "人员": roster})
    with serving(tmp_path / "home") as base:
        visit = Visit(browser, base, locale="zh-CN")
        page = visit.open("upload")
        page.set_input_files("input[type=file]", path)
        page.get_by_role("button", name="检查", exact=True).click()
        page.get_by_role("button", name="留着，再看工作表“人员”").click()
        page.get_by_text("应续保单：60 行等着一起导入").wait_for()
        page.get_by_role("button", name="检查", exact=True).click()
        page.get_by_role("button", name="2 张工作表一起导入（62 行）").click()
        page.get_by_text("共 60 行，导入 60，读不懂 0").wait_for()
        page.get_by_text("共 2 行，导入 2，读不懂 0").wait_for()
        visit.settle()
        assert visit.complaints == []
    home = Home(tmp_path / "home")
    people = Desk(home).measured(Filters(Period(APRIL, APRIL))).people.set_index("agent_id")
    home.close()
    assert dict(people["team"]) == {"A0": "东", "A1": "西"}


def test_from_an_own_messy_workbook_to_the_quadrant_in_at_most_eight_clicks(browser, tmp_path):
    """Title rows above the headers, a total below, a roster on a sheet of its own."""
    header = [*POLICY, "满意度"]
    rows = [[*row, 60 + place % 40] for place, row in enumerate(due(120))]
    title = [["2026年4月 到期保单清单", *[None] * 5], ["制表：王敏 单位：件", *[None] * 5]]
    roster = [["人员花名册"], ["工号", "姓名", "团队"], ["A0", "安", "东"], ["A1", "波", "西"]]
    path = book(tmp_path / "四月.xlsx", {"清单": [*title, header, *rows], "人员": roster})
    with serving(tmp_path / "home") as base:
        visit = Visit(browser, base, locale="zh-CN")
        page = visit.open("upload")
        visit.clicks += 1  # choosing the file
        page.set_input_files("input[type=file]", path)
        visit.press("检查")
        visit.press("留着，再看工作表“人员”")
        page.get_by_text("应续保单：120 行等着一起导入").wait_for()
        visit.settle()
        visit.press("检查")
        visit.press("2 张工作表一起导入（122 行）")
        page.get_by_text("共 120 行，导入 120，读不懂 0").wait_for()
        visit.settle()
        visit.go("quadrant")
        page.wait_for_selector("[data-draws]")
        assert visit.clicks <= 8
        assert visit.complaints == []


def test_the_tab_of_another_sheet_shows_that_sheet_and_after_the_load_the_way_to_its_month(
    browser, tmp_path
):
    month = [
        ["2026年4月 续保月报"],
        ["制表：王敏"],
        [*SCORE[:2], *SCORE[3:]],
        ["A1", "安", 100, 90],
    ]
    roster = [["工号", "姓名", "团队"], ["A1", "安", "东"]]
    path = book(tmp_path / "月报.xlsx", {"续保": month, "人员": roster})
    with serving(tmp_path / "home") as base:
        visit = Visit(browser, base, locale="zh-CN")
        page = visit.open("upload")
        page.set_input_files("input[type=file]", path)
        main = page.get_by_test_id("stMain")
        main.get_by_text("表头在第 3 行").wait_for()
        page.get_by_role("button", name="按这些答案读取").click()
        main.get_by_text("没有上月的数据可比").wait_for()
        visit.settle()
        main.get_by_text("✓ 人员").click()
        main.get_by_text("表头在第 1 行").wait_for()
        kind = page.get_by_role("combobox", name="这是什么数据")
        assert kind.input_value().startswith("续保员花名册")
        main.get_by_text("✓ 续保").click()
        main.get_by_text("表头在第 3 行").wait_for()
        assert kind.input_value().startswith("评估表")
        page.get_by_role("button", name="导入 1 行").click()
        page.get_by_role("button", name="去看 2026-04").click()
        page.wait_for_url("**period=2026-04**")
        assert visit.complaints == []
