"""The page Audit over a home in which something happened, and the head on the page Method."""

import pytest

from analytics.people import MarketAverage
from analytics.reports.audit import short
from pages.ui import load
from tests.pages.test_pages import opened, sound


@pytest.fixture
def folder(tiny):
    """A home with a market average and a kind of line that no word is known for; closed, so that
    the page can open it."""
    tiny.state.market.save(MarketAverage("renewal_rate", 0.82, "trade"), "boss")
    tiny.state.note_down("boss", "strange.thing", "x")
    yield tiny.folder, tiny
    load.close()


def test_the_page_shows_every_kind_and_says_on_what_the_check_rests(folder, monkeypatch):
    path, home = folder
    home.close()
    app = opened(path, monkeypatch, "en-US").switch_page("pages/data/audit.py").run()
    sound(app)
    kinds = app.selectbox(key="audit_action").options
    assert {"Market average", "strange"} <= set(kinds)
    app.button(key="verify").click().run()
    sound(app)
    assert "lines hold" in app.success[0].value
    assert "chained but unsigned" in app.success[0].value.replace("\\", "")


def test_the_page_names_a_row_changed_past_the_audit(folder, monkeypatch):
    path, home = folder
    with home.state.database._engine.begin() as connection:
        connection.exec_driver_sql("update market_average set value = 0.5")
    home.close()
    app = opened(path, monkeypatch, "en-US").switch_page("pages/data/audit.py").run()
    app.button(key="verify").click().run()
    assert [error.value for error in app.exception] == []
    assert "market average renewal_rate was changed past the audit" in app.error[0].value.replace(
        "\\", ""
    )


def test_the_page_method_shows_a_head_to_write_down(folder, monkeypatch):
    path, home = folder
    head = short(home.state.database.head())
    home.close()
    app = opened(path, monkeypatch, "en-US").switch_page("pages/rules/method.py").run()
    sound(app)
    assert any(head in caption.value for caption in app.caption)
