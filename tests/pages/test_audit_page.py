"""The page Audit over a home in which something happened, and the head on the page Method."""

import datetime as dt

import pytest

from analytics.people import AuditEntry, MarketAverage
from analytics.reports.audit import short
from analytics.reports.deeds import Reader
from analytics.reports.lists.changes import changes_table
from pages.ui import load
from tests.pages.test_pages import drawn, opened, sound


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


def test_the_page_says_what_was_done_and_keeps_what_was_written_behind_the_chosen_line(
    folder, monkeypatch
):
    path, home = folder
    home.close()
    app = opened(path, monkeypatch, "zh-CN").switch_page("pages/data/audit.py").run()
    sound(app)
    table = next(frame.value for frame in app.dataframe if "said" in frame.value)
    assert "boss 把续保率的市场均值定为 82.0%（trade）" in list(table["said"])
    assert not app.code
    assert '"value": 0.82' not in drawn(app)
    finding = next(part.proto.body for part in app.get("html") if "finding" in part.proto.body)
    assert '有 <span class="whole">2 人</span>作了' in finding
    assert "本机用户最多" in finding


def test_the_file_of_the_audit_has_the_sentence_and_all_that_a_line_holds():
    entry = AuditEntry(
        7,
        dt.datetime(2026, 5, 3, 10, 0),
        "boss",
        "setting.save",
        "grace_days",
        30,
        45,
        "",
        "f" * 64,
    )
    table = changes_table([entry], Reader("en"))
    assert [column.header for column in table.columns][3] == "What was done"
    assert table.frame.iloc[0].to_dict() == {
        "seq": 7,
        "at": "2026-05-03 10:00:00",
        "who": "boss",
        "said": "boss changed the rule “days of grace” from 30 to 45",
        "action": "setting.save",
        "object": "grace_days",
        "before": "30",
        "after": "45",
        "hash": "f" * 12,
    }
