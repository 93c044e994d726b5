"""What runs beside the pages, before the gate or after it: callbacks and downloads, whoever writes
the next one."""

import ast
import asyncio
import datetime as dt
import inspect
import shutil
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
import streamlit as st
from streamlit.proto.BackMsg_pb2 import BackendOperationRequest, DeferredFileRequestPayload
from streamlit.runtime.media_file_manager import DeferredCallableEntry, MediaFileManager
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage
from streamlit.testing.v1 import AppTest

from analytics.desk import Desk
from analytics.home import Home
from analytics.model import Filters, Period
from analytics.people import Account, Talk
from pages.ui import load
from pages.ui.belongings import NotGiven, OwnDownloads, OwnMedia
from tests.conftest import ROOT
from tests.pages.test_pages import opened, sound
from tests.present import present

PAGES = [ROOT / "dashboard.py", *sorted((ROOT / "pages").rglob("*.py"))]
OUTSIDE = {"st.login", "log_out"}  # the login itself: there is nobody yet, or soon nobody any more
# Where a widget takes its callback as a plain argument, after how many others.
PLACES = {
    name: position
    for name in dir(st)
    if callable(getattr(st, name)) and not inspect.isclass(getattr(st, name))
    for position, parameter in enumerate(inspect.signature(getattr(st, name)).parameters.values())
    if parameter.name.startswith("on_") and parameter.kind is parameter.POSITIONAL_OR_KEYWORD
}
APRIL = Period(dt.date(2026, 4, 1), dt.date(2026, 4, 1))
STAFF = [
    Account("boss@x.cn", "admin"),
    Account("second@x.cn", "admin"),
    Account("east@x.cn", "manager", teams=("东",)),
]


def unguarded(path: Path) -> list[str]:
    """Where code hands a widget what it will call, past the function that asks who may now; and
    every door for files but the one."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    wrong: list[ast.expr] = []
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Attribute)
            and node.attr == "download_button"
            and path.name != "panel.py"
        ):
            wrong.append(node)
        if isinstance(node, ast.Dict):
            wrong += [
                key
                for key in node.keys
                if isinstance(key, ast.Constant) and str(key.value).startswith("on_")
            ]
        if isinstance(node, ast.Call):
            wrong += [
                keyword.value
                for keyword in node.keywords
                if (keyword.arg or "").startswith("on_") and not safe(keyword.value, tree)
            ]
            name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            if len(node.args) > PLACES.get(name, 99) or (
                name in PLACES and any(isinstance(argument, ast.Starred) for argument in node.args)
            ):
                wrong.append(node)
    return [f"{path.name}:{line}" for line in sorted(place.lineno for place in wrong)]


def own_word(tree: ast.Module) -> bool:
    """Whether `action` is what pages.ui.act makes of it, and nothing else in this file."""
    imported = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "pages.ui.act"
    ]
    bound: list[ast.AST] = [
        node for node in ast.walk(tree) if isinstance(node, ast.arg) and node.arg == "action"
    ]
    bound += [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name == "action"
    ]
    bound += [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and node.id == "action" and isinstance(node.ctx, ast.Store)
    ]
    return bool(imported) and not bound


def safe(value: ast.expr, tree: ast.Module) -> bool:
    wrapped = isinstance(value, ast.Call) and ast.unparse(value.func) == "action" and own_word(tree)
    return isinstance(value, ast.Constant) or wrapped or ast.unparse(value) in OUTSIDE


@pytest.mark.parametrize("path", PAGES, ids=[str(path.relative_to(ROOT)) for path in PAGES])
def test_no_widget_calls_anything_past_the_function_that_asks_who_may_now(path):
    assert unguarded(path) == []


@pytest.mark.parametrize(
    "line",
    [
        "st.button('x', on_click=save)",
        "st.button('x', on_click=lambda: save())",
        "st.container().slider('x', on_change=desk.save_talk)",
        "st.button('x', 'key', 'help', save)",
        "st.button(*words)",
        "st.button('x', **{'on_click': save})",
        "st.button('x', **dict(on_click=save))",
        "component(on_drawn_change=save)",
        "st.dataframe(table, on_select=save)",
        "st.download_button('x', make)",
        "st.button('x', on_click=action(save))",
    ],
)
def test_the_lint_sees_a_page_that_would(tmp_path, line):
    page = tmp_path / "page.py"
    page.write_text(f"import streamlit as st\n{line}\n", encoding="utf-8")
    assert unguarded(page) == ["page.py:2"]


# -- with a login ----------------------------------------------------------------------------------


class Staffed:
    """An opened app for whoever is named; the files that its pages would give out, by key."""

    def __init__(self) -> None:
        self.files: dict[str, tuple[str, Callable[[], bytes]]] = {}

    def button(self, label, data=None, name=None, mime=None, **more):
        self.files[more["key"]] = (name, data)
        return False

    def __call__(self, email: str, page: str, tab: str = "") -> AppTest:
        app = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=60)
        app.context = {
            "locale": "zh-CN"
        }  # what a test chooses is spelt outside any run, where words are Chinese
        app.secrets["auth"] = {"cookie_secret": "x" * 64}
        claims = {"iss": "https://provider.example", "sub": email, "iat": time.time()}
        app.user = {"is_logged_in": True, "email": email, "email_verified": True, **claims}
        app.run()
        if tab:
            app.query_params["tab"] = tab
        app.switch_page(page).run()
        sound(app)
        self.files.clear()
        return app.run()


@pytest.fixture
def staffed(tiny_folder, tmp_path, monkeypatch):
    """The tiny company with a login."""
    folder = tmp_path / "home"
    shutil.copytree(tiny_folder, folder)
    home = Home(folder)
    home.state.accounts.save(STAFF, "setup")
    home.close()
    visit = Staffed()
    monkeypatch.setattr(st, "download_button", visit.button)
    monkeypatch.setenv("RENEWAL_HOME", str(folder))
    monkeypatch.chdir(ROOT)
    yield visit
    load.close()


def switched_off(email: str) -> None:
    accounts = load.home().state.accounts
    accounts.save([replace(present(accounts.of(email)), active=False)], "boss@x.cn")


def lines(action: str) -> list:
    return [entry for entry in load.home().state.database.audit() if entry.action == action]


def test_a_button_clicked_in_a_tab_that_stood_open_does_nothing_once_the_account_is_switched_off(
    staffed,
):
    app = staffed("second@x.cn", "pages/people/person.py")
    app.text_area(key="new_comment_A1").set_value("still here").run()
    switched_off("second@x.cn")
    app.button(key="add_comment").click().run()
    assert [error.value for error in app.exception] == []
    assert load.home().state.notes.of("A1") == []
    assert [button.key for button in app.button] == ["logout"]  # only the login page stands there


def test_what_a_click_may_not_do_is_said_in_a_sentence_and_not_done(staffed):
    app = staffed("east@x.cn", "pages/people/person.py")
    app.text_area(key="new_comment_A1").set_value("mine no more").run()
    accounts = load.home().state.accounts
    accounts.save([replace(present(accounts.of("east@x.cn")), teams=("西",))], "boss@x.cn")
    app.button(key="add_comment").click().run()
    assert [error.value for error in app.exception] == []
    assert load.home().state.notes.of("A1") == []
    assert [message.value for message in app.error] == ["您没有权限这样做，或这不在您的范围内。"]


def test_what_is_said_of_a_refusal_moves_nothing_on_the_page(staffed):
    app = staffed("boss@x.cn", "pages/people/person.py")
    Desk(load.home(), "boss@x.cn").close_sheets(
        Filters(APRIL), ["A1", "B2", "C3"], provisional=True
    )
    app.run()
    before = list(app.main.children)
    app.button(key="reopen_all").click().run()
    assert len(app.error) == 1  # without a reason
    assert list(app.main.children) == before  # else the browser draws it anew


def test_a_plan_button_whose_agent_left_the_scope_says_so_at_the_top(staffed):
    app = staffed("east@x.cn", "pages/people/person.py")
    accounts = load.home().state.accounts
    accounts.save([replace(present(accounts.of("east@x.cn")), teams=("西",))], "boss@x.cn")
    app.button(key="sheet_plan").click().run()
    assert [error.value for error in app.exception] == []
    assert load.home().state.talks.all() == []
    assert [message.value for message in app.error] == ["您没有权限这样做，或这不在您的范围内。"]


def test_drawing_a_page_gives_nothing_out_and_taking_a_file_leaves_a_line_about_it(staffed):
    staffed("boss@x.cn", "pages/people/compare.py", "team")
    assert lines("export") == []
    name, make = staffed.files["team_months.csv"]
    assert make().startswith(b"\xef\xbb\xbf")
    (line,) = lines("export")
    assert (line.who, line.object, line.after) == (
        "boss@x.cn",
        name,
        {"period": "2026-04", "persons": 2},
    )


@pytest.mark.parametrize(
    ("page", "tab", "key", "persons"),
    [
        ("pages/people/person.py", "sheet", "sheet_pdf", 1),
        ("pages/people/person.py", "sheet", "sheet_xlsx", 1),
        ("pages/people/person.py", "months", "months.csv", 1),
        ("pages/people/person.py", "records", "agent.csv", 1),
        ("pages/people/coaching.py", "", "coaching.xlsx", 1),
        ("pages/data/accounts.py", "", "accounts.csv", 3),
        ("pages/data/audit.py", "", "audit.csv", None),
    ],
)
def test_every_file_about_persons_leaves_a_line(staffed, page, tab, key, persons):
    staffed("boss@x.cn", page, tab)
    staffed.files[key][1]()
    (line,) = lines("export")
    assert line.object == staffed.files[key][0]
    assert persons is None or line.after["persons"] == persons


def test_a_calendar_of_talks_leaves_a_line(staffed):
    staffed("boss@x.cn", "pages/people/coaching.py")
    Desk(load.home(), "boss@x.cn").save_talk(Talk("A1", reason="rate"))
    app = staffed("boss@x.cn", "pages/people/coaching.py")
    app.segmented_control(key="coaching_part").set_value("talks").run()
    assert b"BEGIN:VCALENDAR" in staffed.files["talks_ics"][1]()
    assert lines("export")[-1].after["persons"] == 1


@pytest.mark.parametrize(
    ("page", "key"),
    [("pages/rules/method.py", "method.json"), ("pages/data/upload.py", "template")],
)
def test_what_tells_of_nobody_leaves_none(staffed, page, key):
    staffed("boss@x.cn", page)
    assert staffed.files[key][1]()
    assert lines("export") == []


def test_no_download_of_a_tab_that_stood_open_gives_anything_once_the_account_is_switched_off(
    staffed,
):
    for page in ("pages/today/briefing.py", "pages/people/person.py", "pages/rules/method.py"):
        app = staffed("second@x.cn", page)
        files = dict(staffed.files)
        switched_off("second@x.cn")
        assert files
        for _, make in files.values():
            with pytest.raises(NotGiven):
                make()
        accounts = load.home().state.accounts
        accounts.save([replace(present(accounts.of("second@x.cn")), active=True)], "boss@x.cn")
        assert len(app.run().error) == 1  # said once, in words, when the page runs next
        assert len(app.run().error) == 0
    assert lines("export") == []


def test_a_download_prepared_for_an_earlier_scope_is_refused(staffed):
    staffed("east@x.cn", "pages/people/compare.py", "team")
    accounts = load.home().state.accounts
    accounts.save([replace(present(accounts.of("east@x.cn")), teams=("西",))], "boss@x.cn")
    assert (
        asked_for(staffed.files["team_months.xlsx"][1]).error_msg
        == "打开此页之后，您的角色或范围已变更：请重新打开此页。"
    )
    assert lines("export") == []


def asked_for(make):
    """What a browser is answered that asks for a download of its page."""
    media = OwnMedia.take_over(MediaFileManager(MemoryMediaFileStorage("/media")))
    button: DeferredCallableEntry = {
        "session_id": "tab",
        "callable": make,
        "mimetype": None,
        "filename": "f.xlsx",
        "coordinates": "0",
        "element_id": "button",
    }
    media._deferred_callables["file"] = button
    request = BackendOperationRequest(
        request_id="1", deferred_file=DeferredFileRequestPayload(file_id="file")
    )
    # A thread of its own: what other tests of this process began may have left a loop running in
    # this one.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(
            lambda: asyncio.run(OwnDownloads(lambda: media).handle(request, "tab"))
        ).result()


def test_a_download_that_a_mistake_of_the_programs_spoils_says_so_and_nothing_of_the_mistake():
    assert asked_for(lambda: b"x").deferred_file.url.startswith("/media/")
    answer = asked_for(lambda: 1 / 0)
    assert answer.error_msg in (ROOT / "pages/ui/chrome.js").read_text(
        encoding="utf-8"
    )  # which has it in Chinese
    assert "division" not in answer.error_msg


def test_the_one_user_without_a_login_leaves_lines_too(tiny, monkeypatch):
    folder, files = tiny.folder, {}
    tiny.close()
    monkeypatch.setattr(
        st, "download_button", lambda label, data, *more, key, **look: files.update({key: data})
    )
    opened(folder, monkeypatch).switch_page("pages/people/compare.py").run()
    files["beside.csv"]()
    assert [entry.who for entry in lines("export")] == ["local"]
    load.close()
