"""One person's page in a real browser: found by typing, walked through, sent as a link."""

import re
import shutil

import pytest

from tests.browser.conftest import Visit, serving


@pytest.fixture(scope="module")
def app(sample_folder, tmp_path_factory):
    """The app over the sample company."""
    folder = tmp_path_factory.mktemp("person") / "home"
    shutil.copytree(sample_folder, folder)
    with serving(folder) as base:
        yield base


def name(visit):
    return visit.page.get_by_role("heading", level=1).inner_text()


def find(visit, typed):
    box = visit.page.get_by_role("combobox", name="选择续保员")
    box.click()
    visit.page.keyboard.type(typed)
    visit.page.get_by_role("option").first.wait_for()
    options = visit.page.get_by_role("option").all_inner_texts()
    visit.page.keyboard.press("Enter")
    visit.settle()
    return options


def test_a_person_is_found_by_reading_initials_and_id_walked_past_and_sent_as_a_link(browser, app):
    visit = Visit(browser, app, locale="zh-CN")
    visit.open("person?agent=A1016")
    visit.settle()
    assert name(visit) == "徐敏 A1016"
    visit.page.get_by_role("tab", name="逐月").click()
    visit.page.get_by_text("全部指标，逐月").wait_for()
    visit.page.wait_for_url(re.compile("tab=months"))
    assert all("xutao" in option for option in find(visit, "xutao"))
    assert name(visit)[:2] in ("徐涛", "许涛")
    assert len(find(visit, "a1016")) == 1
    assert name(visit) == "徐敏 A1016"
    visit.page.get_by_role("button", name="下一位").click()
    visit.page.get_by_role("heading", level=1).filter(has_not_text="A1016").wait_for()
    visit.settle()
    after = name(visit)
    visit.page.wait_for_url(re.compile(f"agent={after.split()[-1]}"))
    # A link, or a reload, shows the same person at the same tab.
    again = Visit(browser, app, locale="zh-CN")
    again.open(visit.page.url.removeprefix(app).lstrip("/"))
    again.settle()
    assert name(again) == after
    assert again.page.get_by_role("tab", name="逐月").get_attribute("aria-selected") == "true"
    for each in (visit, again):
        assert each.complaints == []
        assert each.foreign == []


def test_the_bar_finds_a_person_from_any_page_and_closes_when_it_has_led_there(browser, app):
    visit = Visit(browser, app, locale="zh-CN")
    visit.open("month?agent=a__b")  # whatever an address says
    visit.settle()
    visit.page.locator(".st-key-search_place button").click()
    box = visit.page.get_by_role("searchbox").or_(visit.page.get_by_label("姓名、工号、拼音"))
    box.first.click()
    visit.page.keyboard.type("xumin")
    people = visit.page.locator("[data-testid=stPopoverBody] a")
    people.first.wait_for()
    people.filter(has_text="A1016").click()
    visit.page.get_by_role("heading", level=1).filter(has_text="A1016").wait_for()
    visit.settle()
    assert visit.page.locator("[data-testid=stPopoverBody]").count() == 0
    assert visit.complaints == []


def place(visit):
    """Which place of the ranking is shown."""
    bar = visit.page.locator(".st-key-person_bar")
    return int(bar.get_by_text(re.compile(r"^\d+ / 120$")).inner_text().split()[0])


def test_quick_clicks_on_the_next_one_lead_on_and_never_back(browser, app):
    visit = Visit(browser, app, locale="zh-CN")
    visit.open("person?agent=A1016")
    visit.settle()
    first = place(visit)
    for _ in range(3):
        visit.page.get_by_role("button", name="下一位").click()
    visit.settle()
    visit.page.wait_for_timeout(1_000)
    visit.settle()
    assert first + 1 < place(visit) <= first + 3  # clicks within a step of the browser are one
    assert f"agent={name(visit).split()[-1]}" in visit.page.url
