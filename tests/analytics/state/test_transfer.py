"""The state store as one file: the same rows and the same audit, whichever database it comes from
or goes to; and a server that stops."""

import datetime as dt
import os
import sqlite3
from contextlib import closing

import pytest
import sqlalchemy as sa

from analytics import backup as backups
from analytics import files
from analytics.errors import RequestRefused, StoreFailed
from analytics.home import Home
from analytics.people import Account, Note
from analytics.state import transfer
from analytics.state.moves import MOVES
from analytics.state.store import Store
from tests.analytics.state.conftest import new_database
from tests.conftest import load_tiny

APRIL = dt.date(2026, 4, 1)


def change_rules(store, changes):
    with store.database.change("boss") as change:
        MOVES["settings"](change, changes)


def test_a_copy_of_either_database_has_its_rows_and_an_audit_that_holds(store, tmp_path):
    store.notes.write(Note("A1", APRIL, APRIL, "comment", "稳", author="boss"))
    store.accounts.save([Account("boss@x.cn", "admin")], "boss")
    head = transfer.copy_to(store.database, tmp_path / "copy.sqlite")
    assert head.hash == store.database.head().hash
    copy = Store(f"sqlite:///{(tmp_path / 'copy.sqlite').as_posix()}")
    assert copy.notes.of("A1") == store.notes.of("A1")
    assert copy.accounts.all() == store.accounts.all()
    assert copy.database.verify().wrong == ()
    copy.close()


def test_a_copy_goes_into_an_empty_database_and_over_nothing(store, url, tmp_path):
    source = Store(f"sqlite:///{(tmp_path / 'source.sqlite').as_posix()}")
    first = source.notes.write(Note("A1", APRIL, APRIL, "comment", "稳", author="boss"))
    transfer.copy_to(source.database, tmp_path / "copy.sqlite")
    source.close()
    transfer.copy_from(tmp_path / "copy.sqlite", url)
    assert store.notes.of("A1") == [first]
    assert store.database.verify().wrong == ()
    assert store.notes.write(Note("B2", APRIL, APRIL, "comment", "好", author="boss")).id == 2
    with pytest.raises(RequestRefused, match="state_not_empty"):
        transfer.copy_from(tmp_path / "copy.sqlite", url)


def test_a_server_that_is_not_there_is_said_in_words():
    with pytest.raises(StoreFailed, match="state_down"):
        Store("postgresql+psycopg://nobody@127.0.0.1:1/none")


def test_what_a_server_answered_before_it_stopped_can_be_read_and_nothing_changed(
    postgres, tmp_path, monkeypatch
):
    server = sa.create_engine(f"{postgres}/postgres", isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.exec_driver_sql("create database stops")
    store = Store(f"{postgres}/stops")
    change_rules(store, {"grace_days": 20})
    assert store.settings().grace_days == 20
    with server.connect() as connection:  # as a restart does: connections end, and none is given
        connection.exec_driver_sql("alter database stops allow_connections false")
        connection.exec_driver_sql(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = 'stops'"
        )
    store.database.version += 1  # nothing kept counts as now
    assert store.settings().grace_days == 20
    with pytest.raises(StoreFailed, match="state_down"):
        change_rules(store, {"grace_days": 30})
    with server.connect() as connection:
        connection.exec_driver_sql("alter database stops allow_connections true")
    change_rules(store, {"grace_days": 30})
    assert store.settings().grace_days == 30
    store.close()
    server.dispose()


@pytest.fixture
def served(postgres, tmp_path, monkeypatch):
    """A small company whose state a server keeps, and what of it was written."""
    monkeypatch.setenv("RENEWAL_STATE_URL", new_database(postgres))
    home = Home(tmp_path / "home")
    load_tiny(home, tmp_path)
    home.state.notes.write(Note("A1", APRIL, APRIL, "comment", "稳", author="boss"))
    home.change_settings({"grace_days": 45})
    yield home
    home.close()


def test_a_home_on_a_server_comes_back_from_its_backup_with_an_empty_server_also_after_a_failure(
    served, postgres, tmp_path, shell, monkeypatch
):
    figures, lines = served.warehouse.ask("months").to_csv(), served.state.database.head().seq
    made = backups.backup(served.ledger, tmp_path / "kept")
    monkeypatch.setenv("RENEWAL_STATE_URL", new_database(postgres))
    shell.home = tmp_path / "again"
    with monkeypatch.context() as stopped:  # the rows are there, and the files are not
        stopped.setattr(
            files,
            "move_durably",
            lambda *_: (_ for _ in ()).throw(OSError(28, "No space left")),
        )
        assert "full" in shell.refused("restore", tmp_path / "kept" / made.name)
    assert not shell.home.exists()
    told = shell("restore", tmp_path / "kept" / made.name)
    assert (told["whole"], told["lines"]) == (True, lines)
    assert not (shell.home / "state.sqlite").exists()
    with closing(Home(shell.home)) as again:
        assert again.findings == ()
        assert again.warehouse.ask("months").to_csv() == figures
        assert again.settings.grace_days == 45
        assert [note.text for note in again.state.notes.of("A1")] == ["稳"]
        assert again.state.database.verify().wrong == ()
        assert (
            again.state.notes.write(Note("B2", APRIL, APRIL, "comment", "好", author="boss")).id
            == 2
        )
    shell.home = tmp_path / "third"
    assert "empty" in shell.refused("restore", tmp_path / "kept" / made.name)


def test_the_state_on_a_server_is_kept_as_it_was_before_it_is_brought_up(served, postgres):
    folder = served.folder
    served.close()
    server = sa.create_engine(os.environ["RENEWAL_STATE_URL"])
    with server.begin() as earlier:
        for table in ("operation", "login_binding", "login_end", "proposer", "sample_past"):
            earlier.exec_driver_sql(f"drop table {table}")
        earlier.exec_driver_sql("update alembic_version set version_num = '0006'")
    server.dispose()
    with closing(Home(folder)) as home:
        assert [finding.key for finding in home.findings] == ["migrated"]
    kept = folder / "before" / "state-0006.sqlite"
    with closing(sqlite3.connect(kept)) as state:
        assert state.execute("select version_num from alembic_version").fetchall() == [("0006",)]
    copy = Store(f"sqlite:///{kept.as_posix()}")
    assert [note.text for note in copy.notes.of("A1")] == ["稳"]
    assert copy.settings().grace_days == 45
    assert copy.database.verify().wrong == ()
    copy.close()
    with closing(Home(folder)) as home:
        assert home.findings == ()
