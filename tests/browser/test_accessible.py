"""Every page by axe-core, which finds what a screen reader, a keyboard or weak eyes do not reach:
by day in Chinese, in the dark in English."""

from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe

from dashboard import PAGES
from tests.browser.conftest import Visit, serving

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
OPTIONS = {"runOnly": RULES, "resultTypes": ["violations"]}  # what passes takes most of the time
SLOW = 90_000  # milliseconds that a page of a busy machine may take


@pytest.mark.parametrize(("look", "locale"), [("light", "zh-CN"), ("dark", "en-GB")])
def test_no_page_keeps_anybody_out(
    browser, settled_folder, look: Literal["light", "dark"], locale: str
):
    told = []
    with serving(settled_folder) as base:
        visit = Visit(browser, base, locale=locale, color_scheme=look)
        visit.page.set_default_timeout(SLOW)
        visit.patience = SLOW / 1000
        visit.open()
        for _, address, *_ in PAGES:
            visit.settle()
            if address != "overview":
                visit.go(address)
            result = Axe().run(visit.page, options=OPTIONS)
            told += [
                (address, fault["id"], fault["nodes"][0]["html"][:120])
                for fault in result.response["violations"]
            ]
        assert visit.foreign == []
    assert told == []
