"""A talk planned from the coaching list, and its agent who reads of it."""

from tests.browser.conftest import enter
from tests.present import present


def test_what_a_manager_plans_in_the_list_stands_on_the_agents_own_page_without_the_note(
    browser, office
):
    boss = enter(browser, office, "boss@x.cn", "coaching")
    page = boss.page
    page.get_by_text("勾选一位").wait_for()
    table = present(page.locator("[data-testid=stDataFrame]").first.bounding_box())
    page.mouse.click(table["x"] + 18, table["y"] + 50)
    page.get_by_label("谁来谈").fill("王经理")
    page.get_by_label("备注（只有管理者看得到）").fill("态度要谈")
    page.get_by_label("备注（只有管理者看得到）").blur()
    boss.settle()
    page.get_by_role("button", name="安排 1 位").click()
    page.get_by_text("已安排 1 位").wait_for()
    bo = enter(browser, office, "bo@x.cn", "plan")
    bo.page.get_by_role("heading", name="我的计划").wait_for()
    bo.page.get_by_text("王经理").first.wait_for()
    bo.settle()
    assert "态度要谈" not in bo.page.inner_text("[data-testid=stMain]")
    assert bo.complaints == []
    page.get_by_role("button", name="撤销").click()
    page.get_by_text("已撤销").wait_for()
    assert boss.complaints == []
