"""A manager's pages asked for agents that are not theirs."""

import shutil
import time

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

import dashboard
from analytics.desk.access import ACTIONS
from analytics.home import Home
from analytics.people import Account
from pages.ui import load
from tests.conftest import ROOT

PAGES = [place for place, _, _, action, *_ in dashboard.PAGES if "manager" in ACTIONS[action]]
HOSTILE = [
    "B2",
    "X9",
    ["A1", "B2"],
    ["B2", "A1"],
    "<b>C3</b>",
    "](http://x.cn) B2",
    "B2" * 20_000,
    "A1' or '1'='1",
    "",
    "\u202eB2",
]
FOREIGN = (
    "波",
    "陈",
)  # B2 and C3, whom the manager of East has nothing to do with; ids are what was asked for


def said(app: AppTest) -> str:
    """Every word that a page shows."""
    words = [
        str(element.value)
        for kind in (
            "markdown",
            "caption",
            "metric",
            "warning",
            "error",
            "info",
            "title",
            "subheader",
            "text",
            "success",
        )
        for element in getattr(app, kind)
    ]
    words += [frame.value.to_csv() for frame in app.dataframe]
    words += [" ".join(map(str, box.options)) for box in app.selectbox]
    return "\n".join(words)


@pytest.fixture
def east(tiny_folder, tmp_path, monkeypatch):
    folder = tmp_path / "home"
    shutil.copytree(tiny_folder, folder)
    home = Home(folder)
    home.state.accounts.save(
        [Account("boss@x.cn", "admin"), Account("east@x.cn", "manager", teams=("东",))], "setup"
    )
    home.close()
    monkeypatch.setenv("RENEWAL_HOME", str(folder))
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(st, "download_button", lambda *words, **more: False)
    app = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=60)
    app.context = {"locale": "zh-CN"}
    app.secrets["auth"] = {"cookie_secret": "x" * 64}
    claims = {"iss": "https://provider.example", "sub": "east@x.cn", "iat": time.time()}
    app.user = {"is_logged_in": True, "email": "east@x.cn", "email_verified": True, **claims}
    yield app.run()
    load.close()


@pytest.mark.parametrize("page", PAGES)
def test_an_agent_in_the_address_shows_nothing_of_another_scope(east, page):
    east.switch_page(f"pages/{page}.py").run()
    for asked in HOSTILE:
        east.query_params["agent"] = asked
        east.run()
        assert [error.value for error in east.exception] == []
        words = said(east).replace("波动", "")
        assert not [name for name in FOREIGN if name in words], asked
        assert len(max(words.split("\n"), key=len)) < 2_000


def test_a_page_left_open_while_its_agent_went_to_another_team_shows_them_no_more(east):
    east.switch_page("pages/people/person.py").run()
    assert "安" in said(east)
    accounts = load.home().state.accounts
    accounts.save([Account("east@x.cn", "manager", teams=("南",))], "boss@x.cn")
    east.query_params["agent"] = "A1"
    east.run()
    assert [error.value for error in east.exception] == []
    assert "安" not in said(east)
