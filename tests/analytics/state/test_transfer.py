"""The state store as one file: the same rows and the same audit, whichever database it comes from or goes to; and a server that stops."""

import datetime as dt

import pytest
import sqlalchemy as sa

from analytics.errors import RequestRefused, StoreFailed
from analytics.people import Account, Note
from analytics.state import transfer
from analytics.state.store import Store

APRIL = dt.date(2026, 4, 1)


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


def test_what_a_server_answered_before_it_stopped_can_be_read_and_nothing_changed(postgres, tmp_path, monkeypatch):
    server = sa.create_engine(f"{postgres}/postgres", isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.exec_driver_sql("create database stops")
    store = Store(f"{postgres}/stops")
    store.save_settings({"grace_days": 20})
    assert store.settings().grace_days == 20
    with server.connect() as connection:  # as a restart does: connections end, and none is given
        connection.exec_driver_sql("alter database stops allow_connections false")
        connection.exec_driver_sql("select pg_terminate_backend(pid) from pg_stat_activity where datname = 'stops'")
    store.database.version += 1  # nothing kept counts as now
    assert store.settings().grace_days == 20
    with pytest.raises(StoreFailed, match="state_down"):
        store.save_settings({"grace_days": 30})
    with server.connect() as connection:
        connection.exec_driver_sql("alter database stops allow_connections true")
    store.save_settings({"grace_days": 30})
    assert store.settings().grace_days == 30
    store.close()
    server.dispose()
