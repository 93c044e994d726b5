"""Pages of a company whose months run from the 26th to the 25th say the days of what they show, and
where that is set."""

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Element

from pages.ui import load
from tests.analytics.test_company_months import LATER, POLICIES
from tests.conftest import load_text
from tests.pages.test_pages import opened, sound

DAYS = "2026-05 (4月26日–5月25日)"


@pytest.fixture
def company(home, tmp_path):
    """The folder of a home with policies of three months from the 26th, which is closed."""
    home.change_settings({"month_begins": 26})
    load_text(home, tmp_path, "policies", POLICIES, as_of=LATER)
    home.close()
    yield home.folder
    load.close()


def html(app: AppTest) -> list[str]:
    return [str(part.value) for part in app.get("html") if isinstance(part, Element)]


def test_the_box_of_periods_the_line_and_the_exports_say_the_days_of_a_month(company, monkeypatch):
    files = {}
    monkeypatch.setattr(
        st,
        "download_button",
        lambda label, data, *more, key, **look: files.update({key: (data, more)}),
    )
    app = opened(company, monkeypatch)
    app.selectbox(key="period").select("2026-05").run()
    sound(app)
    assert DAYS in app.selectbox(key="period").options
    assert any(DAYS in line for line in html(app))
    app.switch_page("pages/picture/quadrant.py").run()
    make, named = files["quadrant.csv"]
    assert make().decode("utf-8-sig").splitlines()[0] == f'"{DAYS}"'
    assert "4月26日" in named[0]


def test_the_evaluation_sheet_says_the_days_of_its_period(company, monkeypatch):
    app = opened(company, monkeypatch, "en-GB")
    app.selectbox(key="period").select("2026-05").run()
    app.switch_page("pages/people/person.py").run()
    sound(app)
    lines = [*(text.value for text in app.markdown), *html(app)]
    assert any("26 Apr–25 May" in line for line in lines)


def test_the_page_of_rules_sets_the_day_before_anything_is_loaded_and_refuses_it_afterwards(
    home, tmp_path, monkeypatch
):
    home.close()
    app = opened(home.folder, monkeypatch)
    app.switch_page("pages/rules/method.py").run()
    app.number_input(key="set_month").set_value(26)
    app.button("FormSubmitter:settings_form-保存并重新计算").click().run()
    sound(app)
    assert load.home().settings.month_begins == 26
    assert any("从 26 日到次月 25 日" in text.value for text in app.markdown)
    load_text(load.home(), tmp_path, "policies", POLICIES, as_of=LATER)
    app.run()
    app.number_input(key="set_month").set_value(21)
    app.button("FormSubmitter:settings_form-保存并重新计算").click().run()
    assert [message.value for message in app.error] == [
        "有 1 次带月份的导入（1），每月从几日开始不能再改：请先撤回它，改好以后再导入。"
    ]
    assert load.home().settings.month_begins == 26
    load.close()
