"""What the code of the pages may not do, whoever writes the next one."""

import ast
import inspect
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from analytics.desk import Desk
from analytics.errors import NotAllowed
from analytics.home import Home
from analytics.people import Account
from tests.conftest import ROOT

DOORS = {"load.py", "gate.py"}  # the process's one home, and who may enter it
PAGES = sorted(path for path in (ROOT / "pages").rglob("*.py") if path.name not in DOORS)
STAFF = [
    Account("boss@x.cn", "admin"),
    Account("second@x.cn", "admin"),
    Account("east@x.cn", "manager", teams=("东",)),
    Account("ann@x.cn", "agent", agent_id="A1"),
]
METHODS = sorted(
    name for name, _ in inspect.getmembers(Desk, inspect.isfunction) if not name.startswith("_")
)


def past_the_desk(path: Path) -> list[str]:
    """Where a page's code takes the home, with which everything can be done, instead of the desk,
    which asks who may."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    places: list[ast.expr | ast.stmt] = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in ("home", "_home")
    ]
    places += [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        and {name.name for name in node.names} & {"Home", "Store"}
    ]
    return [f"{path.name}:{line}" for line in sorted(place.lineno for place in places)]


@pytest.mark.parametrize("path", PAGES, ids=[str(path.relative_to(ROOT)) for path in PAGES])
def test_no_page_reaches_the_home_past_the_desk_that_asks_who_may(path):
    assert past_the_desk(path) == []


def test_the_lint_sees_a_page_that_would(tmp_path):
    page = tmp_path / "page.py"
    page.write_text(
        "from pages.ui import load\nload.home().withdraw(1)\nload.desk().home.withdraw(1)\n",
        encoding="utf-8",
    )
    assert past_the_desk(page) == ["page.py:2", "page.py:3"]


@pytest.fixture(scope="module")
def dismissed(tiny_folder, tmp_path_factory):
    """The tiny company, and the desks that three people had open when their accounts were switched
    off."""
    folder = tmp_path_factory.mktemp("dismissed") / "home"
    shutil.copytree(tiny_folder, folder)
    home = Home(folder)
    home.state.accounts.save(STAFF, "setup")
    desks = {account.email: Desk(home, account.email) for account in STAFF[1:]}
    assert [desk.identity.role for desk in desks.values()] == ["admin", "manager", "agent"]
    home.state.accounts.save([replace(account, active=False) for account in STAFF[1:]], "boss@x.cn")
    yield home, desks
    home.close()


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize("who", ["second@x.cn", "east@x.cn", "ann@x.cn"])
def test_a_desk_that_stood_open_does_nothing_once_its_account_is_switched_off(dismissed, who, name):
    home, desks = dismissed
    method = getattr(desks[who], name)
    needed = [
        parameter
        for parameter in inspect.signature(method).parameters.values()
        if parameter.default is parameter.empty
    ]
    positional = [
        Stand() for parameter in needed if parameter.kind is parameter.POSITIONAL_OR_KEYWORD
    ]
    named = {
        parameter.name: Stand() for parameter in needed if parameter.kind is parameter.KEYWORD_ONLY
    }
    before = [entry for entry in home.state.database.audit() if entry.action != "denied"]
    with pytest.raises(NotAllowed, match="account_unknown"):
        begun(method(*positional, **named))
    assert [entry for entry in home.state.database.audit() if entry.action != "denied"] == before


def begun(answer):
    """A block or a generator is only begun when it is asked."""
    if hasattr(answer, "__enter__"):
        answer.__enter__()
    elif inspect.isgenerator(answer):
        next(answer)


class Stand:
    """Stands for whatever a method asks for: it must be refused before it looks."""

    def __getattr__(self, name):
        return Stand()

    def __iter__(self):
        return iter(())

    def __hash__(self):
        return 1
