"""Whose weights count: one session tries out, the company adopts, closed and unpublished stay so.

The tests follow one another in one office. Ann's score can be checked by hand: results 69.93,
service 86.00, no competence; 64/23/13 gives (64 · 69.93 + 23 · 86.00) / 87 = 74.2, 65/22/13 74.0.
"""

import csv

import pytest
from playwright.sync_api import expect

from analytics.language import say
from dashboard import PAGES
from tests.browser.conftest import enter

BALANCED, TRIED = "74.2", "74.0"


@pytest.fixture(scope="module")
def boss(browser, office):
    """The admin, logged in; opening a page begins a session in which nothing is tried out."""
    return enter(browser, office, "boss@x.cn", "weights")


@pytest.fixture(scope="module")
def east(browser, office):
    """The manager of Ann's team, in a session of their own."""
    return enter(browser, office, "east@x.cn", "person?agent=A1")


@pytest.fixture(scope="module")
def ann(browser, office):
    """The agent A1."""
    return enter(browser, office, "ann@x.cn")


def go(visit, name):
    """To another page of the same session."""
    address = next(address for _, address, title, *_ in PAGES if say(title, "zh") == name)
    visit.go(address)
    # The briefing is headed by its finding, a person's page by the name.
    heading = {"name": name} if address not in ("person", "overview") else {}
    visit.page.get_by_role("heading", level=1, **heading).wait_for()
    visit.settle()


def step(visit):
    """A step that has nothing to do with weights; the page is up to date after it."""
    visit.page.get_by_text("有多大把握", exact=True).click()
    visit.settle()


def choose(visit, box, option):
    """Pick an option of a box; its list closes when the page scrolls, so that comes first."""
    box.scroll_into_view_if_needed()
    visit.settle()
    box.click()
    visit.page.get_by_role("option", name=option).click()
    visit.settle()


def bar(visit):
    return visit.page.locator(".st-key-trial_bar")


def results(visit):
    """The slider of the category results."""
    return visit.page.get_by_role("slider", name="业绩指标")


def main(visit):
    return visit.page.inner_text("[data-testid=stMain]")


def verdict(visit):
    """Score, grade, rank and quadrant as the sheet prints them."""
    visit.page.get_by_test_id("stMetric").first.wait_for()
    return visit.page.get_by_test_id("stMetric").all_inner_texts()


def score(visit):
    """The score that the sheet prints."""
    return verdict(visit)[0].split()[-1]


def table(visit):
    """Every cell of the first table that is not folded away."""
    cells = visit.page.locator("[data-testid=stDataFrame] canvas table").first
    cells.wait_for(state="attached")
    return cells.text_content()


def try_out(visit):
    """One point more for results, on the weights page."""
    results(visit).focus()
    visit.page.keyboard.press("ArrowRight")
    bar(visit).wait_for()
    visit.settle()


def from_april(visit, form):
    """Type the first of April 2026 into the date of a form."""
    for part, digits in (("年，", "2026"), ("月，", "04"), ("日，", "01")):
        form.get_by_role("spinbutton", name=part).click()
        visit.page.keyboard.type(digits)


def taken(visit, key):
    """Name and text of a download."""
    part, form = key.rsplit("-", 1)
    download = visit.take(part, form)
    return download.suggested_filename, download.path().read_text("utf-8-sig")


def test_a_trial_shows_on_all_pages_of_its_session_and_nobody_else_sees_it(boss, east, ann):
    before = {visit: (verdict(visit), table(visit)) for visit in (east, ann)}
    assert score(ann) == BALANCED
    try_out(boss)
    for name in ("本月", "月度流程", "人员页"):
        go(boss, name)
        assert "试算 65/22/13，正式为 64/23/13" in bar(boss).inner_text(), name
    # The sheet is official: the bar stands there, and its numbers are those in force.
    assert "这一页始终按正式方案计算" in bar(boss).inner_text()
    assert score(boss) == BALANCED
    for visit in (east, ann):
        step(visit)
        assert (verdict(visit), table(visit)) == before[visit]
        assert bar(visit).count() == 0
        assert "试算" not in main(visit)


def test_quick_steps_of_a_slider_all_count_and_the_others_give_way_in_proportion(boss):
    """From 64/23/13 in eleven steps to 75: 25 · 23 / 36 = 16."""
    boss.open("weights")
    boss.settle()
    results(boss).focus()
    for _ in range(11):
        boss.page.keyboard.press("ArrowRight")
    boss.page.get_by_text("试算 75/16/9，正式为 64/23/13").wait_for()
    boss.settle()
    places = [
        boss.page.get_by_role("slider", name=name).input_value()
        for name in ("业绩指标", "客户服务", "工作能力与素质")
    ]
    assert places == ["75", "16", "9"]
    bar(boss).get_by_role("button", name="放弃试算").click()
    bar(boss).wait_for(state="detached")
    boss.settle()
    assert results(boss).input_value() == "64"


def test_the_first_page_is_found_under_its_own_name_too(boss, ann):
    boss.open("overview").get_by_role("heading", name="本月", level=1).wait_for()
    ann.open("person?agent=A1")
    assert verdict(ann)[0].endswith(BALANCED)
    for visit in (boss, ann):
        assert visit.page.get_by_role("dialog").count() == 0


def test_a_link_keeps_its_language_on_every_page(boss):
    for address, title in (
        ("weights?lang=en", "Weights"),
        ("person?agent=A1&lang=English", "安 A1"),
        ("weights?lang=zh", "权重"),
    ):
        boss.open(address).get_by_role("heading", name=title, level=1).wait_for()
        boss.settle()


def test_a_trial_undone_on_any_page_is_gone_on_all(boss):
    boss.open("weights")
    boss.settle()
    try_out(boss)
    go(boss, "本月")
    bar(boss).get_by_role("button", name="放弃试算").click()
    bar(boss).wait_for(state="detached")
    for name in ("辅导名单", "人员页", "权重"):
        go(boss, name)
        assert bar(boss).count() == 0, name
    assert results(boss).input_value() == "64"


def test_an_export_of_tried_weights_says_so_and_the_coaching_list_never_is_one(boss):
    boss.open("weights")
    boss.settle()
    try_out(boss)
    go(boss, "排名")
    boss.page.locator(".st-key-ranking-fold summary").click()
    boss.settle()
    name, text = taken(boss, "ranking-csv")
    first, *lines = text.splitlines()
    assert name.startswith("试算")
    assert first.strip('"').startswith("试算")
    assert "65/22/13" in first
    assert {row["工号"]: row["综合得分"] for row in csv.DictReader(lines)}["A1"] == f"{TRIED}0"
    go(boss, "辅导名单")
    bar(boss).wait_for()
    name, text = taken(boss, "coaching-csv")
    assert "试算" not in name + text
    assert text.startswith("工号,")
    bar(boss).get_by_role("button", name="放弃试算").click()
    bar(boss).wait_for(state="detached")
    boss.settle()
    assert taken(boss, "coaching-csv")[1] == text


def test_that_the_agent_has_read_the_sheet_stands_on_the_managers_page(east, ann):
    assert "本人已阅" not in main(east)
    ann.page.get_by_role("button", name="已阅").click()
    ann.page.get_by_text("本人已阅").wait_for()
    ann.settle()
    assert ann.page.get_by_role("button", name="已阅").count() == 0
    step(east)
    east.page.get_by_text("本人已阅").wait_for()
    assert east.page.get_by_role("button", name="已阅").count() == 0


def test_an_adopted_scheme_counts_for_all_at_their_next_step_and_is_in_the_audit(boss, east, ann):
    assert {score(east), score(ann)} == {BALANCED}
    boss.open("weights")
    boss.settle()
    try_out(boss)
    assert "试算 65/22/13" in bar(boss).inner_text()
    form = boss.page.get_by_test_id("stForm")
    form.get_by_label("名称", exact=True).fill("四月新案")
    form.get_by_label("作者", exact=True).fill("李")
    form.get_by_label("理由").fill("对手续保率高")
    from_april(boss, form)
    form.get_by_role("button", name="保存并采用").click()
    boss.page.get_by_text("方案“四月新案”从 2026-04 起生效，1 个月份按它重新计算").wait_for()
    boss.settle()
    assert bar(boss).count() == 0
    for visit in (east, ann):
        step(visit)
        assert score(visit) == TRIED
    go(east, "权重")
    assert "2026-04 生效：四月新案 65/22/13" in main(east)
    assert "理由：对手续保率高（李）" in main(east)
    assert east.page.get_by_role("button", name="保存并采用").count() == 0
    assert "· 1 名续保员（显示 1 名）" in main(east)  # of three in the company
    go(boss, "变更记录")
    choose(boss, boss.page.get_by_role("combobox", name="动作"), "权重方案")
    boss.settle()
    told = "boss@x.cn 采用了权重方案四月新案 v1，自 2026-04 起：对手续保率高"
    assert told in table(boss)
    assert "balanced v1" not in main(boss) + table(boss)
    boss.page.locator(".stDataFrameGlideDataEditor").first.click(position={"x": 18, "y": 50})
    boss.page.get_by_role("paragraph").filter(has_text=told).wait_for()
    boss.page.get_by_text("原始记录", exact=True).click()
    expect(boss.page.get_by_test_id("stCode")).to_contain_text('"2026-04": "balanced v1"')


def says(visit, **words):
    """Every one of these select boxes says its words; a slow browser draws them some time after
    they have come."""
    for key, word in words.items():
        expect(visit.page.locator(f".st-key-{key} input")).to_have_value(word)


def test_boxes_say_what_is_counted_after_a_reset_on_another_page_and_in_another_language(boss):
    boss.open("person?agent=A1")
    boss.settle()
    choose(boss, boss.page.get_by_role("combobox", name="渠道"), "门店")
    go(boss, "本月")
    says(boss, channel="门店")
    assert "仅所选渠道" in main(boss)
    boss.page.get_by_role("button", name="重置").click()
    boss.settle()
    says(boss, channel="全部渠道")
    choose(boss, boss.page.get_by_role("combobox", name="团队"), "东")
    assert "仅所选渠道" not in main(boss)
    boss.page.locator(".st-key-bar").get_by_text("English", exact=True).click()
    boss.page.get_by_role("heading", name="This month", level=1).wait_for()
    boss.settle()
    says(boss, team="东", channel="All channels")
    boss.page.locator(".st-key-bar").get_by_text("中文", exact=True).click()
    boss.settle()
    boss.page.get_by_role("button", name="重置").click()
    boss.settle()
    says(boss, team="全部团队", channel="全部渠道")


def test_the_question_before_closing_names_whom_and_lapses_with_another_agent_on_the_page(boss):
    page = boss.page
    boss.open("person?agent=A1")
    boss.settle()
    page.get_by_role("button", name="定稿", exact=True).click()
    page.get_by_text("2026-04 · 安 A1").wait_for()
    choose(boss, page.get_by_role("combobox", name="选择续保员"), "波 · B2")
    assert page.locator(".st-key-closing_asked").count() == 0
    choose(boss, page.get_by_role("combobox", name="选择续保员"), "安 · A1")
    assert page.locator(".st-key-closing_asked").count() == 0


def test_a_closed_sheet_prints_the_same_under_a_trial_a_channel_and_another_scheme(boss, ann):
    page = boss.page
    boss.open("person?agent=B2")
    boss.settle()
    live = score(boss)
    choose(boss, page.get_by_role("combobox", name="选择续保员"), "安 · A1")
    page.get_by_role("button", name="定稿", exact=True).click()
    page.get_by_text("将定稿 1 张评估表").wait_for()
    assert "已定稿：boss@x.cn" not in main(boss)  # asked first
    page.get_by_role("button", name="确认定稿 1 张").click()
    page.get_by_text("1 张评估表已定稿").wait_for()
    boss.settle()
    closed = verdict(boss), table(boss)
    # A trial, and a channel on top of it.
    go(boss, "权重")
    try_out(boss)
    go(boss, "人员页")
    bar(boss).wait_for()
    assert (verdict(boss), table(boss)) == closed
    choose(boss, page.get_by_role("combobox", name="渠道"), "门店")
    page.get_by_text("不随渠道“门店”变化").wait_for()
    assert (verdict(boss), table(boss)) == closed
    bar(boss).get_by_role("button", name="放弃试算").click()
    bar(boss).wait_for(state="detached")
    # Another scheme from the same month on: it moves every open sheet, and not this one.
    go(boss, "权重")
    form = page.locator(".st-key-adopt_form")
    choose(boss, form.get_by_role("combobox", name="权重方案"), "服务优先")
    from_april(boss, form)
    form.get_by_label("采用理由").fill("投诉多")
    form.get_by_label("采用理由").blur()
    page.get_by_text("将改变这些月份的得分和名次：2026-04；其中已定稿的 1 张评估表不变").wait_for()
    boss.settle()
    page.get_by_role("button", name="采用为正式方案").click()
    page.get_by_text("2026-04 生效：服务优先 60/30/10").wait_for()
    go(boss, "人员页")
    assert (verdict(boss), table(boss)) == closed
    page.get_by_role("button", name="重置").click()
    boss.settle()
    assert (verdict(boss), table(boss)) == closed
    step(ann)
    # With one other agent a rank would be that one's score.
    assert verdict(ann) == [
        "名次\n\n另有至少 5 人参加评定时才显示" if line.startswith("名次") else line
        for line in closed[0]
    ]
    choose(boss, page.get_by_role("combobox", name="选择续保员"), "波 · B2")
    assert score(boss) != live


def test_what_is_not_published_no_agent_sees(boss, ann):
    boss.open("month")
    boss.settle()
    page = boss.page
    page.get_by_role("button", name="撤回发布").click()
    page.get_by_text("请写明理由").wait_for()
    boss.settle()
    page.get_by_label("撤回的理由").fill("还要核对")
    page.get_by_label("撤回的理由").blur()
    boss.settle()
    page.get_by_role("button", name="撤回发布").click()
    page.get_by_text("还没有发布：续保员看不到这个考核期").wait_for()
    step(ann)
    sentence = "还没有发布的考核期。发布之后，这里会出现你的评估表。"
    assert main(ann).split("\n\n")[-2:] == ["我的评估表", sentence]
    go(ann, "异议")
    assert main(ann).split("\n\n")[-2:] == ["异议", sentence]
    ann.open("?agent=A1&period=2026-04")
    ann.settle()
    assert main(ann).split("\n\n")[-2:] == ["我的评估表", sentence]


def test_after_a_withdrawal_no_other_load_is_offered_to_be_withdrawn(boss):
    boss.open("history")
    boss.settle()
    page = boss.page
    loads = page.locator("[data-testid=stDataFrame]:has(canvas)").first.bounding_box()
    page.mouse.click(loads["x"] + 18, loads["y"] + 33 + 16)  # the tick of the first row
    page.get_by_text("撤回第 4 次导入“contacts").wait_for()
    page.get_by_role("button", name="撤回这次导入").click()
    page.get_by_text("已撤回第 4 次导入").wait_for()
    boss.settle()
    page.get_by_text("选中一行可以撤回那次导入").wait_for()
    assert page.get_by_role("button", name="撤回这次导入").count() == 0
    assert "contacts" not in table(boss)


def test_no_page_of_all_this_complained_or_asked_elsewhere(boss, east, ann):
    for visit in (boss, east, ann):
        assert visit.complaints == []
        assert visit.foreign == []
