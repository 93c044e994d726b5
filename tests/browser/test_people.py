"""A month as three people, each logged in at a real provider: load, close, object, replay, accept,
audit."""

import urllib.error
import urllib.request

import pytest

from tests.browser.conftest import Visit, enter


def test_nobody_sees_a_figure_before_the_login_at_any_address(browser, office):
    visit = Visit(browser, office, locale="zh-CN")
    for path in ("", "quadrant", "sheet?agent=A1", "audit", "upload", "nothing"):
        page = visit.open(path)
        visit.settle()
        page.get_by_role("button", name="登录").wait_for()
        assert "安" not in page.inner_text("[data-testid=stMain]"), path
        assert page.get_by_text("本月").count() == 0, path
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{office}/media/0123456789abcdef.csv")
    assert refused.value.code == 401


def test_who_has_no_active_account_is_told_and_stays_outside(browser, office):
    for email in ("nobody@x.cn", "gone@x.cn"):
        visit = enter(browser, office, email)
        visit.page.get_by_text("没有启用的账号").wait_for()
        assert visit.page.get_by_text("本月").count() == 0


def test_a_month_of_three_people_from_closing_to_the_audit(browser, office):
    # The admin closes everybody's sheet.
    boss = enter(browser, office, "boss@x.cn", "sheet?agent=A1")
    page = boss.page
    # Back at what was asked for before the login, which leads to the page of the person.
    page.wait_for_url("**/person?agent=A1*")
    page.get_by_text("综合得分").first.wait_for()
    closed_score = page.locator("[data-testid=stMetricValue]").first.inner_text()
    page.get_by_role("button", name="全部定稿").click()
    page.get_by_role("button", name="确认定稿 3 张").click()
    page.get_by_text("3 张评估表已定稿").wait_for()
    # The agent sees only her own sheet, and objects to a policy.
    ann = enter(browser, office, "ann@x.cn")
    page = ann.page
    page.get_by_role("heading", name="我的评估表").wait_for()
    navigation = page.inner_text(".st-key-bar") + page.inner_text(".st-key-pages_of_place")
    assert "本月" not in navigation
    assert "变更记录" not in navigation
    assert "波" not in page.inner_text("[data-testid=stMain]")
    ann.go("objections")
    page.get_by_text("提出异议").first.click()
    ann.settle()
    page.get_by_role("combobox", name="针对").click()
    page.get_by_role("option", name="某张保单").click()
    ann.settle()
    page.get_by_role("combobox", name="类型").click()
    page.get_by_role("option", name="数据有误").click()
    ann.settle()
    page.get_by_role("combobox", name="保单号").click()
    page.get_by_role("option", name="P5").click()
    ann.settle()
    page.get_by_role("textbox", name="说明").fill("客户四月三十日已经交费")
    page.get_by_role("textbox", name="说明").blur()
    ann.settle()
    page.get_by_role("button", name="提交异议").click()
    page.get_by_text("异议 1 已提交").wait_for()
    # Her manager replays it, sees her rate rise, and accepts.
    east = enter(browser, office, "east@x.cn", "objections")
    page = east.page
    page.get_by_test_id("stText").get_by_text("客户四月三十日已经交费").wait_for()
    page.get_by_role("button", name="复算").click()
    page.get_by_text("人的名次、等级或象限会变").wait_for()
    page.get_by_role("textbox", name="答复").fill("核对保费到账，属实")
    page.get_by_role("textbox", name="答复").blur()
    east.settle()
    page.get_by_role("button", name="采纳", exact=True).click()
    page.get_by_text("异议 1 已采纳").wait_for()
    # The live figures moved, the closed sheet keeps its numbers and says so, and the audit has it
    # all.
    page = boss.page
    boss.open("sheet?agent=A1")
    boss.settle()
    assert page.locator("[data-testid=stMetricValue]").first.inner_text() == closed_score
    page.get_by_text("定稿之后数据变了").wait_for()
    boss.open("audit")
    boss.settle()
    page.get_by_role("button", name="校验记录").click()
    page.get_by_text("条记录全部成立").wait_for()
    for visit in (boss, ann, east):
        assert visit.complaints == []
        assert visit.foreign == []


def test_a_role_taken_away_is_gone_at_the_next_run(browser, office):
    bo = enter(browser, office, "bo@x.cn")
    bo.page.get_by_text("综合得分").first.wait_for()
    boss = enter(browser, office, "boss@x.cn", "accounts")
    boss.settle()
    csv = "email,role,agent_id,active\nbo@x.cn,agent,B2,no\n"
    boss.page.set_input_files(
        "input[type=file]", {"name": "accounts.csv", "mimeType": "text/csv", "buffer": csv.encode()}
    )
    boss.page.get_by_role("button", name="导入这 1 个账号").click()
    boss.page.get_by_text("已保存 1 个账号").wait_for()
    bo.page.locator("[class*=st-key-place_rules_] a").click()
    bo.page.get_by_text("没有启用的账号").wait_for()
    assert "综合得分" not in bo.page.inner_text("[data-testid=stMain]")
