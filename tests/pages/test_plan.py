"""What an agent reads of their own coaching: the plan and what came of it, and nothing else."""

import datetime as dt
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from analytics.desk import Desk
from analytics.home import Home
from analytics.model import Period
from analytics.people import Account, Talk
from pages.ui import load
from tests.conftest import ROOT, closed_home
from tests.pages.test_how_sure import said
from tests.pages.test_pages import finding_of, sound

APRIL = dt.date(2026, 4, 1)
TALK = Talk(
    "A1",
    reason="象限：重点辅导",
    action="练异议话术",
    owner="王经理",
    talk_on=dt.date(2099, 5, 4),
    comment="态度要谈",
    indicators=("renewal_rate",),
    first=APRIL,
    last=APRIL,
)


@pytest.fixture
def agent(made_once, settled_folder, tmp_path, monkeypatch) -> Iterator[Callable[..., AppTest]]:
    """The app as an agent sees it, over the tiny company with April published and closed windows;
    whatever the desk is given to plan stands in it."""
    made = made_once(
        "out",
        lambda folder: closed_home(
            folder, lambda home: Desk(home).publish(Period(APRIL, APRIL)), settled_folder
        ),
    )
    shutil.copytree(made / "home", tmp_path / "home")
    home = Home(tmp_path / "home")
    home.state.accounts.save([Account("boss@x.cn", "admin")], "setup")
    home.state.accounts.save([Account("ann@x.cn", "agent", agent_id="A1")], "boss@x.cn")
    Desk(home, "boss@x.cn").save_talks([TALK, Talk("B2", action="别人的事")])
    home.close()
    monkeypatch.setenv("RENEWAL_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(ROOT)

    def visit(locale: str = "zh-CN", email: str = "ann@x.cn") -> AppTest:
        app = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=60)
        app.secrets["auth"] = {"cookie_secret": "x" * 64}
        claims = {"iss": "https://provider.example", "sub": email, "iat": time.time()}
        app.user = {"is_logged_in": True, "email": email, "email_verified": True, **claims}
        app.context = {"locale": locale}
        return app.run().switch_page("pages/people/plan.py").run()

    yield visit
    load.close()


def test_an_agent_reads_what_is_planned_when_with_whom_and_the_figure_it_aims_at(agent):
    app = agent("zh-CN")
    sound(app)
    words = said(app)
    for fact in ("2099-05-04", "王经理", "练异议话术", "续保率：2026-04"):
        assert fact in words
    for private in ("重点辅导", "态度要谈", "别人的事"):
        assert private not in words


def test_the_plan_is_there_in_english_too(agent):
    app = agent("en-GB")
    sound(app)
    assert app.title[0].value == "My plan"
    assert finding_of(app) == "Next talk: 2099-05-04, 王经理."


def test_a_talk_that_was_held_stands_with_what_was_agreed(agent):
    app = agent("zh-CN")
    boss = Desk(load.home(), "boss@x.cn")
    (talk,) = boss.talks("A1")
    boss.save_talk(replace(talk, state="followed_up", agreed="每周两次陪访"))
    app.run()
    assert "每周两次陪访" in said(app)
    assert "以前的面谈" in [heading.value for heading in app.subheader]


def test_a_manager_has_no_such_page(agent):
    with pytest.raises(ValueError, match="plan"):
        agent("zh-CN", "boss@x.cn")
