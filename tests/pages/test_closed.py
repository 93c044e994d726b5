"""A home that cannot be opened: every page says why in the reader's words, and goes on once it
can."""

import os
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from analytics.home import Home
from pages.ui import load

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("RENEWAL_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(load, "AGAIN", 0.0)
    yield tmp_path / "home"
    load.close()


def words(app):
    return " ".join(
        element.value for kind in (app.error, app.title, app.caption) for element in kind
    )


def test_a_second_server_says_on_the_page_that_the_home_is_taken_and_goes_on_once_it_is_free(
    folder,
):
    first = Home(folder)
    app = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=120)
    app.run()
    assert not app.exception
    assert "正被另一个程序使用" in words(app)
    first.close()
    app.run()
    assert not app.exception
    assert "正被另一个程序使用" not in words(app)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such links")
def test_a_home_that_lost_its_state_is_said_on_the_page_as_on_the_command_line(folder):
    home = Home(folder)
    home.change_settings({"grace_days": 20})
    home.close()
    (folder / "state.sqlite").write_bytes(b"")
    app = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=120)
    app.run()
    assert not app.exception
    assert "state.sqlite" in words(app)
    assert str(folder) not in words(app)


@pytest.fixture
def history(tiny, monkeypatch):
    """The page of loads over the tiny company; its home is closed afterwards."""
    folder = tiny.folder
    tiny.close()
    monkeypatch.setenv("RENEWAL_HOME", str(folder))
    monkeypatch.chdir(ROOT)

    def opened():
        app = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=120)
        app.run()
        return app.switch_page("pages/data/history.py").run()

    yield opened, folder
    load.close()


def until(app, key):
    """Run the page until work beside it is done."""
    app.button(key=key).click().run()
    while f"job.{key.removeprefix('keeping_')}" in app.session_state:
        app.run()
    return app


def test_the_home_is_backed_up_and_checked_from_the_page(history):
    opened, folder = history
    app = until(opened(), "keeping_backup")
    made = next((folder.parent / "tiny-backups").iterdir())
    assert made.name.replace("-", "") in " ".join(message.value for message in app.success).replace(
        "\\", ""
    ).replace("-", "")
    assert len(app.code[0].value) == 64
    app = until(app, "keeping_check")
    assert "一切正常" in app.success[-1].value
    assert not app.exception


def test_a_lost_original_is_named_on_the_pages_of_the_data(history):
    opened, folder = history
    next((folder / "originals").iterdir()).unlink()
    app = opened()
    assert "原始文件缺失" in app.warning[0].value
    assert not app.exception
