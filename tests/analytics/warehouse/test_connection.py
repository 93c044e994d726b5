"""The one connection: what it reaches, what it keeps, whom it lets in, and what a disk's faults are
called."""

import datetime as dt
import threading

import duckdb
import pytest

from analytics.errors import StoreFailed
from analytics.warehouse import connection
from analytics.warehouse.connection import Gate, Warehouse, told_of

APRIL = {"first_month": dt.date(2026, 4, 1), "last_month": dt.date(2026, 4, 1)}


@pytest.fixture
def stored(tmp_path):
    """A warehouse in a file, which may be copied into one folder."""
    (tmp_path / "copies").mkdir()
    warehouse = Warehouse(tmp_path / "warehouse.duckdb", tmp_path / "copies")
    yield warehouse
    warehouse.close()


def remember(warehouse, product):
    """Something that can be read again, and not be written twice."""
    with warehouse.write() as cursor:
        cursor.execute("insert into product_grace values ($1, 60)", [product])


def remembered(warehouse):
    with warehouse.cursor() as cursor:
        return [row[0] for row in cursor.execute("select product from product_grace").fetchall()]


def test_a_copy_holds_everything_and_lies_in_the_one_folder_that_may_be_written_to(
    stored, tmp_path
):
    remember(stored, "life")
    stored.copy(tmp_path / "copies" / "copy.duckdb")
    remember(stored, "car")
    with pytest.raises(duckdb.PermissionException):
        stored.copy(tmp_path / "elsewhere.duckdb")
    assert not (tmp_path / "elsewhere.duckdb").exists()
    copy = Warehouse(tmp_path / "copies" / "copy.duckdb")
    assert (remembered(copy), remembered(stored)) == (["life"], ["life", "car"])
    copy.close()


def test_without_a_folder_for_copies_no_folder_may_be_written_to(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "None").mkdir()
    warehouse = Warehouse(tmp_path / "warehouse.duckdb")
    with pytest.raises(duckdb.PermissionException):
        warehouse.copy(tmp_path / "None" / "copy.duckdb")
    warehouse.close()


def test_every_change_makes_a_new_version_and_one_that_fails_makes_none(stored):
    version = stored.data_version
    remember(stored, "life")
    assert stored.data_version == version + 1
    with pytest.raises(duckdb.Error):
        remember(stored, "life")  # a second time
    assert (stored.data_version, remembered(stored)) == (version + 1, ["life"])


def test_a_warehouse_says_which_operation_and_version_it_holds_after_it_was_opened_again(tmp_path):
    warehouse = Warehouse(tmp_path / "warehouse.duckdb")
    warehouse.stamp(41, 7)
    assert (warehouse.data_version, warehouse.operation) == (41, 7)
    warehouse.close()
    again = Warehouse(tmp_path / "warehouse.duckdb")
    assert (again.data_version, again.operation) == (41, 7)
    again.close()


def test_reading_everything_counts_the_rows_of_every_table(stored):
    remember(stored, "life")
    remember(stored, "car")
    rows = stored.read_all()
    assert (rows["product_grace"], rows["policies"], rows["meta"]) == (2, 0, 1)


def test_what_is_kept_of_answers_is_of_this_version_and_no_more_than_so_many(stored, monkeypatch):
    monkeypatch.setattr(connection, "MOST_KEPT", 2)
    asked, real = [], connection.answer

    def answer(cursor, name, bound):
        asked.append(name)
        return real(cursor, name, bound)

    monkeypatch.setattr(connection, "answer", answer)
    stored.ask("months")
    stored.ask("months")
    assert asked == ["months"]
    remember(stored, "life")
    for name in ("months", "loads", "channels", "channels"):
        stored.ask(name)
    assert asked == ["months", "months", "loads", "channels"]
    stored.ask("months")  # made room for the third
    assert asked[4:] == ["months"]
    stored.ask("measures", **APRIL)
    stored.ask("measures", **APRIL)  # none of those that are kept
    assert asked[5:] == ["measures", "measures"]


def test_who_is_inside_enters_again_and_who_wants_to_be_alone_waits_for_all():
    gate, seen, inside, leave = Gate(), [], threading.Event(), threading.Event()

    def reader():
        with gate.inside():
            inside.set()
            leave.wait(10)
            with gate.inside():  # although somebody waits to be alone
                seen.append("reader")

    def writer():
        with gate.alone():
            seen.append("writer")

    def late():
        with gate.inside():
            seen.append("late")

    threads = [threading.Thread(target=reader), threading.Thread(target=writer)]
    threads[0].start()
    assert inside.wait(10)
    threads[1].start()
    while not gate._closed:
        threading.Event().wait(0.001)
    threads.append(threading.Thread(target=late))
    threads[2].start()
    assert seen == []
    leave.set()
    for thread in threads:
        thread.join(10)
    assert seen == ["reader", "writer", "late"]


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (duckdb.IOException("write: No space left on device"), "disk_full"),
        (duckdb.OutOfMemoryException("could not allocate"), "memory_short"),
        (duckdb.OutOfMemoryException("max_temp_directory_size exceeded"), "disk_full"),
        (duckdb.IOException("Corrupt database file"), "warehouse_damaged"),
        (duckdb.IOException("The file is not a valid DuckDB database file"), "warehouse_damaged"),
        (duckdb.InternalException("computed checksum differs"), "warehouse_damaged"),
        (duckdb.SerializationException("unexpected field"), "warehouse_damaged"),
        (duckdb.FatalException("has been invalidated"), "warehouse_failed"),
        (duckdb.IOException("Could not read"), "warehouse_failed"),
        (duckdb.InternalException("assertion"), "warehouse_failed"),
        (duckdb.ConnectionException("Connection Error"), "warehouse_failed"),
        (duckdb.ParserException("syntax error"), None),
        (duckdb.ConversionException("no number"), None),
        (ValueError("x"), None),
    ],
)
def test_what_a_disk_does_has_a_name_and_a_mistake_in_a_statement_has_none(error, told):
    assert told_of(error) == told


@pytest.mark.parametrize(
    ("error", "failed"),
    [
        (duckdb.IOException("Corrupt database file"), "damaged"),
        (duckdb.IOException("Could not read"), "stopped"),
        (duckdb.FatalException("No space left on device"), "stopped"),
        (duckdb.OutOfMemoryException("could not allocate"), ""),
        (duckdb.IOException("No space left on device"), ""),
    ],
)
def test_a_file_is_opened_anew_after_damages_and_stops_and_not_for_want_of_room(
    stored, error, failed
):
    with pytest.raises(StoreFailed), stored.cursor():
        raise error
    assert stored.failed == failed


def test_a_file_found_damaged_stays_so_whatever_happens_later(stored):
    for error in (duckdb.IOException("Corrupt"), duckdb.IOException("Could not read")):
        with pytest.raises(StoreFailed), stored.cursor():
            raise error
    assert stored.failed == "damaged"
